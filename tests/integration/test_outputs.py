"""What a command is asked to write: there as a whole, or exit code 73 and why."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.cli import run
from ingest.cli.digest import write_preview
from ingest.errors import OutputError
from ingest.outputs import new_private_file, write_file
from notifier.digest import Digest

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def in_the_way(tmp_path: Path) -> Path:
    """A file where a folder would have to be; holds for root too, which no mode stops."""
    path = tmp_path / "in-the-way"
    path.write_text("ours", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "command",
    [
        ["demo", "--dir", "{}"],
        ["demo", "--dir", "{}/below"],
        ["rules", "manual", "--call", "smart-education-2024", "--out", "{}/manual.html"],
        ["rules", "manual", "--call", "smart-education-2024", "--out", "{}/manual.docx"],
        ["rules", "schema", "--call", "smart-education-2024", "--out", "{}/schema.json"],
    ],
    ids=lambda command: f"{command[0]} {command[-1]}",
)
def test_what_cannot_be_created_is_73_with_its_place(
    command: list[str],
    in_the_way: Path,
    capsys: Capture,
) -> None:
    """Nothing that was there is touched."""
    assert run([part.format(in_the_way) for part in command]) == 73
    said = capsys.readouterr().err
    assert f"写不了 {in_the_way}" in said
    assert "提示: " in said
    assert in_the_way.read_text(encoding="utf-8") == "ours"


def test_a_file_is_replaced_as_a_whole_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    """Missing folders are made."""
    path = tmp_path / "new" / "manual.html"
    write_file(path, b"one")
    write_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_a_link_keeps_pointing_where_it_points(tmp_path: Path) -> None:
    """An office may keep its rule files elsewhere."""
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_file(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_what_is_no_ordinary_file_is_written_to_as_it_is(in_the_way: Path) -> None:
    """/dev/stdout and its like are never replaced; a folder is refused."""
    write_file(Path("/dev/null"), b"x")
    assert Path("/dev/null").is_char_device()
    with pytest.raises(OutputError):
        write_file(in_the_way.parent, b"x")


def test_a_private_file_is_new_and_nobody_elses_or_it_is_not_there(tmp_path: Path) -> None:
    """Half a mail would be taken for a mail."""
    path = tmp_path / "mail.eml"

    def break_off() -> None:
        with new_private_file(path) as file:
            file.write(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="No space left on device"):
        break_off()
    assert not path.exists()
    with new_private_file(path) as file:
        file.write(b"whole")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(OutputError, match="已经存在"), new_private_file(path):
        pass
    assert path.read_bytes() == b"whole"


def test_what_is_written_is_its_owners_alone(tmp_path: Path) -> None:
    """By the installed command, whatever the shell's umask; folders it makes too."""
    program = "import os, sys; os.umask(0); from ingest.cli import main; main()"
    arguments = ["rules", "schema", "--call", "smart-education-2024", "--out", "a/schema.json"]
    subprocess.run([sys.executable, "-c", program, *arguments], cwd=tmp_path, check=True)

    assert mode_of(tmp_path / "a") == 0o700
    assert mode_of(tmp_path / "a/schema.json") == 0o600


def test_a_file_that_is_replaced_stays_as_open_as_it_was(tmp_path: Path) -> None:
    """The service reads a rule file that root has tidied up."""
    path = tmp_path / "rules.yaml"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)
    write_file(path, b"new")

    assert (path.read_bytes(), mode_of(path)) == (b"new", 0o640)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_preview_of_a_digest_closes_one_that_lay_open(tmp_path: Path) -> None:
    """It names people and their files."""
    digest = Digest("日报", "张三", "<p>张三</p>", (), "日报.xlsx")
    (tmp_path / "digest.txt").write_text("older", encoding="utf-8")
    page = write_preview(tmp_path, digest, b"xlsx")

    assert page == tmp_path / "digest.html"
    assert {mode_of(path) for path in tmp_path.iterdir()} == {0o600}
    assert len(list(tmp_path.iterdir())) == 3
