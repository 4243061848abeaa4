"""What the tutorial's reader works with: the blank forms of its call, and mails to try it on.

They come with the program; nothing of one's own is ever replaced.
"""

from __future__ import annotations

from pathlib import Path

from ingest.calls import default_config
from ingest.demo.mails import samples_directory
from ingest.errors import OutputError
from ingest.outputs import creating, write_file

FORMS_FROM = "community-grants-2025"  #: the call that the tutorial writes a part of
CALL = "weigengxin-2025"  #: the reader's own
FORMS = ("附表1", "附表3")
TRIAL = "试发"


def practice_sources() -> dict[str, Path]:
    """Path below the reader's folder -> the file that comes with the program."""
    blanks = sorted((default_config() / "calls" / FORMS_FROM / "forms").glob("*.docx"))
    mails = sorted((samples_directory() / "practice").glob("*.eml"))
    return {
        **{f"calls/{CALL}/forms/{one.name}": one for one in blanks if one.name.startswith(FORMS)},
        **{f"{TRIAL}/{one.name}": one for one in mails},
    }


def write_practice(folder: Path) -> tuple[Path, ...]:
    """Write them below ``folder``; which files that made.

    Raises:
        OutputError: one of them is there already, or cannot be written.
    """
    wanted = {folder / name: source for name, source in practice_sources().items()}
    for path in wanted:
        if path.exists():
            raise OutputError(f"{path} 已经存在", "换一个文件夹, 或先移走它")
    for path, source in wanted.items():
        with creating(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, source.read_bytes())
    return tuple(wanted)
