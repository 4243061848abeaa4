"""What was read of print on scans before: the same scan, asked the same, is not read again.

A folder of small files, each named by all that its content depends on: the scan's hash, what was
asked, the call's forms, and the program that read it. It may be emptied at any time and then costs
time only; an entry that is damaged, or was written by another version, is as if it were not there.
Its content is personal data like the mails (0700, 0600; ``mailroom purge`` empties it).

Files are known by their hash as a worker reports it, and a worker that was taken over may report
any: nothing is taken from here or put here for a file that the mail does not certainly carry
(``ingest/message/carried.py``), so no mail can say what is printed on a scan it does not hold.
"""

from __future__ import annotations

import hashlib
import tempfile
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter

import ingest.document
from ingest.document.print.scantask import ScanTask, ScanText
from ingest.message.carried import carried_hashes
from ingest.sandbox.returned import UntrueResultError, believed
from rules.call import Call

KEPT_FOR = 30 * 86_400
"""Seconds after which an entry is taken away: corrections come back within a few weeks."""
BETWEEN_LOOKS = 86_400  #: seconds between two looks for such entries
_ENGINES = ("rapidocr", "onnxruntime", "numpy", "opencv-python-headless", "pypdfium2", "pillow")
_CODE = Path(ingest.document.__file__).parents[1]
_ROOMS = ("document", "comparison", "sandbox")
_TEXT = TypeAdapter(ScanText)


class KnownPrint:
    """The folder; with None nothing is known and nothing is kept."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def of_mail(self, path: Path) -> PrintOfMail:
        """What is known of the scans in the raw mail at ``path``."""
        return PrintOfMail(self._folder, path)

    def forget_all(self) -> int:
        """Empty it; how many entries there were. What cannot be removed stays."""
        return _remove(self._folder.glob("*.print")) if self._folder else 0


class PrintOfMail:
    """What is known of the scans of one mail. Never raises for trouble of its folder."""

    def __init__(self, folder: Path | None, mail: Path) -> None:
        self._folder = folder
        self._carried: frozenset[str] = frozenset()
        if folder is not None:
            with suppress(OSError):
                self._carried = carried_hashes(mail)

    def known(self, tasks: Sequence[ScanTask], call: Call) -> tuple[ScanText, ...]:
        """The answers to those of the tasks that were read before."""
        found = (self._look_up(task, call) for task in tasks if task.sha256 in self._carried)
        return tuple(text for text in found if text is not None)

    def keep(self, tasks: Sequence[ScanTask], texts: Iterable[ScanText], call: Call) -> None:
        """Keep what was read to the end; what the time cut short is read again next time."""
        asked = {task.sha256: task for task in tasks if task.sha256 in self._carried}
        for text in texts:
            if text.sha256 in asked and not text.hurried:
                with suppress(OSError):
                    self._write(asked[text.sha256], text, call)

    def _look_up(self, task: ScanTask, call: Call) -> ScanText | None:
        place = self._place(task, call)
        if place is None:
            return None
        try:
            text = believed(_opened(place.read_bytes()), _TEXT)
        except (OSError, ValueError, UntrueResultError):
            return None
        return text if text.sha256 == task.sha256 else None

    def _write(self, task: ScanTask, text: ScanText, call: Call) -> None:
        place = self._place(task, call)
        if place is None:
            return
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, suffix=".print", delete=False) as file:
            try:
                file.write(_closed(text.model_dump_json().encode()))
                file.flush()
            except OSError:  # the disk is full
                Path(file.name).unlink()
                raise
        _remove_old(place.parent, Path(file.name).replace(place).stat().st_mtime)

    def _place(self, task: ScanTask, call: Call) -> Path | None:
        if self._folder is None:
            return None
        digest = hashlib.sha256()
        for part in (program(), task.model_dump_json(), *map(repr, call.forms)):
            digest.update(hashlib.sha256(part.encode()).digest())
        return self._folder / f"{digest.hexdigest()}.print"


@cache
def program() -> str:
    """What reads print here: libraries, models and our own code, as one hash."""
    digest = hashlib.sha256("".join(map(version, _ENGINES)).encode())
    for room in _ROOMS:
        for file in sorted((_CODE / room).rglob("*")):
            if file.suffix in {".py", ".onnx", ".txt"}:
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _closed(body: bytes) -> bytes:
    packed = zlib.compress(body, 6)
    return hashlib.sha256(packed).digest() + packed


def _opened(content: bytes) -> bytes:
    """What was closed. Raises ValueError when it is not what it was."""
    if hashlib.sha256(content[32:]).digest() != content[:32]:
        raise ValueError("damaged")
    return zlib.decompress(content[32:])


def _remove_old(folder: Path, now: float) -> None:
    """Once in a while: entries that nobody will ask for any more."""
    looked = folder / "looked"
    with suppress(FileNotFoundError):
        if now - looked.stat().st_mtime < BETWEEN_LOOKS:
            return
    looked.touch(mode=0o600)
    old = (each for each in folder.glob("*.print") if now - each.stat().st_mtime > KEPT_FOR)
    _remove(old)


def _remove(places: Iterable[Path]) -> int:
    count = 0
    for place in places:
        with suppress(OSError):
            place.unlink()
            count += 1
    return count
