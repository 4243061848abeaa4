"""File names that every system takes: safe, short, no two alike in one folder. Pure."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

#: Bytes of one name: file systems take 255, archives and Windows paths less.
MOST_BYTES = 150
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)))
)


def safe(name: str, usual: str = "未命名") -> str:
    """``name`` as one component of a path; ``usual`` when nothing is left of it."""
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    text = re.sub(r"\s+", " ", text)
    text = "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf", "Co"))
    text = _FORBIDDEN.sub("_", text).strip(" .")
    if text.partition(".")[0].strip().lower() in _RESERVED:
        text = f"_{text}"
    return shortened(text) or usual


def shortened(text: str, most: int = MOST_BYTES) -> str:
    """``text`` cut to so many bytes, its extension kept."""
    if len(text.encode()) <= most:
        return text
    stem, dot, extension = text.rpartition(".")
    end = f"{dot}{extension}" if dot and len(extension.encode()) <= 10 else ""
    kept = (stem if end else text).encode()[: most - len(end.encode())]
    return kept.decode("utf-8", "ignore").rstrip(" .") + end


class Namer:
    """Gives out places; one that a system without case would take for another is numbered."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def folder(self, *parts: str) -> PurePosixPath:
        """A folder of these names; the same names give another folder each time."""
        return self._place(PurePosixPath(*map(safe, parts)))

    def file(self, folder: PurePosixPath, name: str) -> PurePosixPath:
        """A file in ``folder``."""
        return self._place(folder / safe(name))

    def _place(self, wanted: PurePosixPath) -> PurePosixPath:
        place, number = wanted, 1
        while str(place).casefold() in self._taken:
            number += 1
            place = wanted.with_name(_numbered(wanted.name, number))
        self._taken.add(str(place).casefold())
        return place


def _numbered(name: str, number: int) -> str:
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or len(extension) > 5:
        return f"{shortened(name, MOST_BYTES - 6)} ({number})"
    return f"{shortened(stem, MOST_BYTES - 12)} ({number}).{extension}"
