"""Old form fields (FORMCHECKBOX, FORMDROPDOWN) as a .doc keeps them in its Data stream."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ingest.document.content import INK

_AS_SET = 25


def form_field(more: bytes, place: int) -> str | None:
    """What the form field in the Data stream shows (2.9.78 FFData, in a 2.9.157
    NilPICFAndBinData); None for a place to write in, and for what is no form field.
    """
    try:
        return _form_field(more, place)
    except struct.error:
        return INK


def _form_field(more: bytes, place: int) -> str | None:
    size, head = struct.unpack_from("<iH", more, place)
    raw = more[place + head : place + size]
    if raw[:4] != b"\xff\xff\xff\xff":  # a link keeps its own data there
        return None
    bits = struct.unpack_from("<H", raw, 4)[0]
    kind, result = bits & 3, bits >> 2 & 31
    if kind == 0:
        return None
    default, at = struct.unpack_from("<H", raw, _behind_text(raw, 10))[0], _behind_text(raw, 10) + 2
    chosen = default if result == _AS_SET else result
    if kind == 1:
        return "☑" if chosen else "☐"
    for _ in range(5):  # format, help, status, two macros
        at = _behind_text(raw, at)
    entries = list(_entries(raw, at))
    return entries[chosen] if chosen < len(entries) else INK


def _behind_text(raw: bytes, at: int) -> int:
    """Where a text with its length before and a nought behind it ends (2.9.352 Xstz)."""
    return at + 4 + 2 * int(struct.unpack_from("<H", raw, at)[0])


def _entries(raw: bytes, at: int) -> Iterator[str]:
    """The entries of a list (2.2.4 STTB)."""
    _, count, extra = struct.unpack_from("<HHH", raw, at)
    at += 6
    for _ in range(count):
        length = struct.unpack_from("<H", raw, at)[0]
        yield raw[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace")
        at += 2 + 2 * length + extra
