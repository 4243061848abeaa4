"""Whose mail is read next: fair between senders, in order within each.

Pure; nothing is read or written here. An address here is only what a mail says of itself: it
decides about waiting, never about what a mail may do.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

MOST = 320
"""Characters of an address (RFC 5321 section 4.5.3.1: 64, an @ and 255)."""

_FROM = re.compile(rb"^from[ \t]*:(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(rb"[^\s<>()\"',;:]+@[A-Za-z0-9.-]+")


@dataclass(frozen=True)
class Waiting:
    """A mail that may be read now."""

    id: int
    sender: str  #: as :func:`said_sender` has it; "" is one sender too
    received: datetime
    tried: bool = False  #: its reading was begun before, and came to no end


def said_sender(head: bytes) -> str:
    """The address in the ``From`` line at the beginning of a mail, lower case; "" when none is
    seen.
    """
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    line = _FROM.search(block)
    found = _ADDRESS.findall(line[1]) if line else []
    address = found[-1].decode("ascii", "replace").lower() if found else ""
    return address if len(address) <= MOST else ""


def next_in_turn(
    waiting: Iterable[Waiting], being_read: Collection[str], taken: Mapping[str, int]
) -> Waiting | None:
    """The mail to be read next; None when nobody's turn it is.

    Never two of one sender at once: their order is what "Word now, the scan later" rests on. Among
    senders the one goes first of whom fewest were ``taken`` lately, then who has waited longest.
    """
    first: dict[str, Waiting] = {}
    for each in sorted(waiting, key=lambda one: (one.received, one.id)):
        first.setdefault(each.sender, each)
    free = (each for each in first.values() if each.sender not in being_read)
    return min(free, key=lambda one: (taken.get(one.sender, 0), one.received, one.id), default=None)
