"""The folder of a hand-over: each file there whole or not at all, folders 0700, files 0600.

What an earlier run wrote and is wanted no more is taken away, nothing else is. What is written is
decided elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from contextlib import suppress
from pathlib import Path, PurePosixPath

from ingest.errors import OutputError
from ingest.outputs import creating

MARK = ".mailroom-export"
SUMS = "SHA256SUMS"
_UNFINISHED = ".new"


class Writer:
    """One folder of an export, and the sum of every file in it.

    Raises:
        OutputError: the folder holds something else, or cannot be made.
    """

    def __init__(self, target: Path, call: str) -> None:
        self._target = target
        self.sums: dict[PurePosixPath, str] = {}
        self.written = 0
        with creating(target):
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            mark = target / MARK
            if not mark.exists():
                if any(target.iterdir()):
                    raise OutputError(f"{target} 里已有别的文件", "换一个空文件夹")
                mark.write_text(f"{call}\n", encoding="utf-8")
            elif mark.read_text(encoding="utf-8").strip() != call:
                raise OutputError(f"{target} 是另一个征集的移交", "换一个空文件夹")
            mark.chmod(0o600)
        self._before = self._earlier()

    def _earlier(self) -> set[str]:
        """What an earlier run wrote to its end."""
        try:
            lines = (self._target / SUMS).read_text(encoding="utf-8").splitlines()
        except OSError:
            return set()
        return {line.partition("  ")[2] for line in lines}

    def has(self, place: PurePosixPath, sha256: str) -> bool:
        """Whether this file is there already, whole; then it is counted."""
        path = self._target / place
        if not path.is_file() or _sha256(path) != sha256:
            return False
        self.sums[place] = sha256
        return True

    def write(self, place: PurePosixPath, content: bytes) -> None:
        """The file, unless it is there already."""
        if self.has(place, hashlib.sha256(content).hexdigest()):
            return
        path = self._target / place
        with creating(path):
            self._folders(place)
            temporary = path.with_name(_UNFINISHED)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            temporary.replace(path)
        self.sums[place] = hashlib.sha256(content).hexdigest()
        self.written += 1

    def _folders(self, place: PurePosixPath) -> None:
        for folder in reversed(place.parents[:-1]):
            (self._target / folder).mkdir(mode=0o700, exist_ok=True)

    def finish(self) -> None:
        """Write the sums, and take away what an earlier run wrote and is wanted no more."""
        for name in self._before - {str(place) for place in self.sums}:
            place = PurePosixPath(name)
            if not place.is_absolute() and ".." not in place.parts:
                with suppress(OSError):
                    (self._target / place).unlink()
        for left in self._target.rglob(_UNFINISHED):  # by a run that was killed
            left.unlink()
        sums = dict(self.sums)
        lines = [f"{sha256}  {place}\n" for place, sha256 in sorted(sums.items())]
        self.write(PurePosixPath(SUMS), "".join(lines).encode())
        self.sums = sums


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def zip_export(target: Path) -> Path:
    """The folder as one ZIP beside it, mode 0600; the same files give the same bytes. Raises
    OutputError.
    """
    path = target.with_name(f"{target.name}.zip")
    temporary = path.with_name(f".{path.name}.new")
    with creating(path):
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with (
            os.fdopen(descriptor, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book,
        ):
            for each in sorted(target.rglob("*")):
                if each.is_file() and each.name != MARK:
                    name = str(PurePosixPath(target.name) / each.relative_to(target).as_posix())
                    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                    with each.open("rb") as source, book.open(entry, "w") as sink:
                        while chunk := source.read(1024 * 1024):
                            sink.write(chunk)
        temporary.replace(path)
    return path
