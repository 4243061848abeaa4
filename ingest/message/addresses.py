"""Addresses in From, To and the like:
one linear scan, because 341 bytes of ``(`` end a recursive one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ingest.message.headers import Headers, clean, decode_words, eight_bit

MAX_ADDRESSES = 500
_USABLE = re.compile(
    r"[^\s<>@\",;:()\\\x00-\x20\x7f]{1,64}@[^\s<>@\",;:()\\\[\]\x00-\x20\x7f]{1,253}",
)


class Address(NamedTuple):
    """One address, lower case, with the name beside it."""

    address: str
    name: str


def addresses(value: bytes, charset: str = "") -> list[Address]:
    """Usable addresses of a header value in their order;
    whatever else stands there is passed over.
    """
    found = []
    for piece in _split(eight_bit(value, charset)):
        if (address := _one(piece)) is not None:
            found.append(address)
        if len(found) == MAX_ADDRESSES:
            break
    return found


def all_addresses(headers: Headers, *names: str) -> tuple[str, ...]:
    """The addresses of several headers, each once."""
    values = (value for name in names for value in headers.all(name))
    found = (address.address for value in values for address in addresses(value, headers.charset))
    return tuple(dict.fromkeys(found))[:MAX_ADDRESSES]


def untagged(address: str) -> str:
    """``office+anything@example.cn`` is delivered to ``office@example.cn``."""
    local, at, domain = address.partition("@")
    return local.partition("+")[0] + at + domain


def _split(text: str) -> list[str]:
    """Pieces, each of at most one address:
    cut at commas and semicolons outside quotes, comments and angle brackets, and behind these.

    The comma that a hurried program forgot between two addresses must not make
    one of them the only one.
    """
    pieces: list[str] = []
    current: list[str] = []
    quoted, depth, angle, skip = False, 0, False, False
    for char in text:
        if skip:
            skip = False
        elif char == "\\" and (quoted or depth):
            skip = True
            continue
        elif char == '"' and not depth:
            quoted = not quoted
        elif not quoted:
            depth = max(0, depth + (char == "(") - (char == ")"))
            closing = angle and not depth and char == ">"
            angle = (angle or (char == "<" and not depth)) and not closing
            if (char in ",;" and not depth and not angle) or closing:
                pieces.append("".join(current))
                current = []
                continue
        current.append(char)
    return [*pieces, "".join(current)]


def _one(piece: str) -> Address | None:
    """The address in one piece; the one in angle brackets wins over one that
    only pretends in the name.
    """
    opening = piece.rfind("<")
    if opening >= 0:
        match = _USABLE.fullmatch(_without_comments(piece[opening + 1 :].partition(">")[0]).strip())
    else:
        words = _without_comments(piece).split()
        found = [match for word in words if (match := _USABLE.fullmatch(word))]
        match = found[0] if len(found) == 1 else None  # two would be a guess
    if match is None:
        return None
    name = piece[:opening].rstrip("<") if opening >= 0 else ""
    shown = clean(decode_words(name.replace('"', " ").strip()))
    return Address(match[0].lower().rstrip("."), " ".join(shown.split())[:200])


def _without_comments(text: str) -> str:
    depth = 0
    kept = []
    for char in text:
        depth += char == "("
        if not depth:
            kept.append(char)
        depth = max(0, depth - (char == ")"))
    return "".join(kept)
