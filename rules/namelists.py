"""名单: lists of names that rules ask for by the list's own name. Text in, names out.

A list stands in ``call.yaml`` or in a file beside it. What the files hold is kept behind the text
of ``call.yaml``, in lines of comment, so that the call is one text to be judged by, hashed and
kept, and one that was in force years ago still says who was on its lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules.errors import Position

MAX_NAMES = 20_000  #: of one list; ten times the schools of a province
_MARK = "#:"
_HEAD = "\n#:: "  #: begins what was read of one file; behind it its place in call.yaml


@dataclass(frozen=True)
class NameList:
    """名单: who or what is on it, as written."""

    name: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class ListFile:
    """A file that ``call.yaml`` names for a list."""

    list: str
    file: str
    column: str  #: 列: the heading over the names; "" = the first column
    position: Position


def with_names(source: str, found: Iterable[tuple[str, Iterable[str]]]) -> str:
    """``source`` and, behind it, the names of every list that was read from a file."""
    parts = [source]
    for name, names in found:
        parts.append(f"{_HEAD}{name}\n")
        parts += [f"{_MARK} {' '.join(one.split())}\n" for one in names]
    return "".join(parts)


def parted(source: str) -> tuple[str, Mapping[str, tuple[str, ...]]]:
    """``call.yaml`` alone, and the names of every list that was read from a file."""
    text, *parts = source.split(_HEAD)
    lists: dict[str, tuple[str, ...]] = {}
    for part in parts:
        name, *lines = part.splitlines()
        lists[name] = tuple(line.removeprefix(_MARK).strip() for line in lines if line)
    return text, lists
