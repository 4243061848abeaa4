"""Archives that were cut in several pieces and sent as several files: which files belong together,
and the whole they make. Bytes in, bytes out; nothing is unpacked here.

7-Zip and 360 cut the finished file (.zip.001); WinZip, Info-ZIP and Bandizip write a ZIP of several
disks (.z01 ... .zip); what WinRAR writes is ``rarvolumes.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ingest.attachment.rarvolumes import RarVolumeError, one_volume
from ingest.attachment.zipdisks import one_disk

MAX_PIECES = 99

_NUMBERED = re.compile(
    r"(?P<stem>.+\.(?:7z|zip|rar|tar|gz|tgz))\.(?P<number>\d{3})$", re.IGNORECASE
)
_DISK = re.compile(r"(?P<stem>.+)\.z(?P<number>\d{2})$", re.IGNORECASE)
_PART = re.compile(r"(?P<stem>.+)\.part(?P<number>\d{1,3})\.rar$", re.IGNORECASE)
_OLD_RAR = re.compile(r"(?P<stem>.+)\.r(?P<number>\d{2})$", re.IGNORECASE)

_NAMES = ((_NUMBERED, "", 0), (_DISK, ".zip", 0), (_PART, ".rar", 0), (_OLD_RAR, ".rar", 2))
"""How each is written, what the whole is called beside it, and what its numbers lack."""


class Piece(NamedTuple):
    """What a file's name says of the whole it belongs to."""

    whole: str  #: the name of the whole, as its sender wrote it
    number: int  #: from 1


class Pieces(NamedTuple):
    """The files of one mail that belong to one archive."""

    whole: str
    places: Mapping[int, int]  #: number of the piece -> which of the files it is

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers that are not there, as far as the others tell."""
        return tuple(set(range(1, max(self.places) + 1)) - set(self.places))


def piece_of(name: str) -> Piece | None:
    """The piece a file is by its name; None for one whose name says nothing of pieces."""
    for pattern, ending, first in _NAMES:
        if found := pattern.match(name):
            return Piece(found["stem"] + ending, int(found["number"]) + first)
    return None


def sets_of(names: Sequence[str]) -> tuple[Pieces, ...]:
    """The archives that come in pieces among files of these names."""
    found: dict[str, dict[int, int]] = {}
    wholes: dict[str, str] = {}
    named = [(place, piece_of(name)) for place, name in enumerate(names)]
    for place, piece in named:
        if piece is not None and 0 < piece.number <= MAX_PIECES:
            found.setdefault(piece.whole.lower(), {}).setdefault(piece.number, place)
            wholes.setdefault(piece.whole.lower(), piece.whole)
    for place, name in enumerate(names):
        if (pieces := found.get(name.lower())) is not None:
            pieces.setdefault(1 if _is_first(names, pieces) else max(pieces) + 1, place)
    return tuple(Pieces(wholes[key], pieces) for key, pieces in found.items())


def _is_first(names: Sequence[str], pieces: Mapping[int, int]) -> bool:
    """Whether the file with the plain name comes first, as the .rar before .r00 does."""
    return all(_OLD_RAR.match(names[place]) for place in pieces.values())


def joined(parts: Sequence[bytes]) -> bytes | None:
    """The whole archive; None for pieces of RAR that do not fit together."""
    if all(part.startswith(b"Rar!") for part in parts):
        try:
            return one_volume(parts)
        except RarVolumeError:
            return None
    return one_disk(parts) or b"".join(parts)


_ASKED = "由人工查看; 请把各卷放在同一封邮件里一起发送, 或者不分卷、压缩成一个文件后发送"


def told(pieces: Pieces, place: int, *, opened: bool) -> str:
    """What is said of one piece."""
    number = next(number for number, each in pieces.places.items() if each == place)
    what = f"分卷压缩包“{pieces.whole}”的第{number}卷"
    if opened:
        return f"{what}, 已与其余各卷合并后打开"
    if pieces.missing:
        return f"{what}, 来信里缺第{'、'.join(map(str, pieces.missing))}卷, 不能合并, {_ASKED}"
    if len(pieces.places) == 1:
        return f"{what}, 来信里没有其余各卷, 不能合并, {_ASKED}"
    return f"{what}, 与来信里的其余各卷合并后打不开, 可能没有收齐, {_ASKED}"
