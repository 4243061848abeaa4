"""The header block of a mail or a part: raw bytes -> fields, and their text decoded.

No library's header machinery comes in here: the standard library's modern policy took 553 MB for
one subject of 8,000 encoded words and raises on 341 bytes of ``(``; both libraries lose Chinese
names (measured).
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from ingest.message.charsets import decode, strict

MAX_BLOCK = 256 * 1024
"""Bytes of one header block."""
MAX_VALUE = 32 * 1024
"""Bytes of one header's value; what is longer is cut."""
MAX_FIELDS = 2000

_NAME = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)(?:\?=|$)")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Headers:
    """Header fields in their order: lower-case name, raw unfolded value."""

    items: tuple[tuple[str, bytes], ...] = ()
    #: of 8-bit bytes that are no UTF-8, where the mail names one that is not taken for granted
    charset: str = ""

    def all(self, name: str) -> list[bytes]:
        """Every raw value of ``name`` (lower case), topmost first."""
        return [value for key, value in self.items if key == name]

    def raw(self, name: str) -> bytes:
        """The topmost raw value of ``name``; empty when there is none."""
        return next((value for key, value in self.items if key == name), b"")

    def text(self, name: str) -> str:
        """The topmost value of ``name``, decoded; "" when there is none."""
        return decode_text(self.raw(name), self.charset)

    def plain(self, name: str) -> str:
        """The topmost value of ``name`` with 8-bit bytes decoded but encoded words left alone."""
        return eight_bit(self.raw(name), self.charset)

    def has(self, name: str) -> bool:
        """Whether there is such a field at all."""
        return any(key == name for key, _ in self.items)


def parse_headers(block: bytes) -> Headers:
    """Fields of a header block, unfolded;
    lines that are no header are passed over. Linear, never raises.
    """
    fields: list[tuple[str, list[bytes]]] = []
    for line in block.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if line[:1] in {b" ", b"\t"} and fields:
            fields[-1][1].append(line.strip(b" \t"))
        elif match := _NAME.match(line):
            if len(fields) == MAX_FIELDS:
                break
            fields.append((match[1].decode("ascii").lower(), [line[match.end() :].strip(b" \t")]))
    return Headers(
        tuple((name, b" ".join(lines)[:MAX_VALUE].replace(b"\0", b"")) for name, lines in fields),
    )


def eight_bit(value: bytes, charset: str = "") -> str:
    """A raw value as text: ASCII, else UTF-8, else the mail's own charset, else gb18030, in that
    order of proof.
    """
    if charset and strict(value, "utf-8") is None:
        return decode(value, charset)
    return decode(value)


def decode_text(value: bytes, charset: str = "") -> str:
    """A raw header value as text for people:
    8-bit bytes and encoded words (RFC 2047) decoded, spaces made single.
    """
    return " ".join(clean(decode_words(eight_bit(value, charset))).split())


def clean(text: str) -> str:
    """``text`` without control characters and lone surrogates (a header must
    never break a letter's line).
    """
    whole = (char for char in text if not "\ud800" <= char <= "\udfff")
    return "".join(" " if ord(char) < 32 or char == "\x7f" else char for char in whole)


def decode_words(text: str) -> str:
    """Encoded words decoded, also inside quotes and glued to other text, as QQ and 163 write them.

    Neighbours of one charset are joined as bytes first,
    because mail programs cut in the middle of a character.
    """
    pieces: list[str] = []
    pending: list[tuple[str, bytes]] = []
    end = 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        if between.strip() or not pending:
            pieces += [_flush(pending), between]
            pending = []
        charset = match[1].partition("*")[0].lower()
        pending.append((charset, _word_bytes(match[2], match[3])))
        end = match.end()
    return "".join([*pieces, _flush(pending), text[end:]])


def _flush(words: list[tuple[str, bytes]]) -> str:
    runs: list[tuple[str, list[bytes]]] = []
    for charset, data in words:
        if runs and runs[-1][0] == charset:
            runs[-1][1].append(data)
        else:
            runs.append((charset, [data]))
    return "".join(decode(b"".join(parts), charset) for charset, parts in runs)


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    return unbase64(raw) if encoding in "bB" else unquote(raw.replace(b"_", b" "))


def unbase64(data: bytes) -> bytes:
    """Base64 decoded as far as it goes:
    foreign characters skipped, missing padding supplied. Never raises.
    """
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        pass
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(kept) % 4 == 1:
        kept = kept[:-1]  # one lonely character carries no byte
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def unquote(data: bytes) -> bytes:
    """``=XX`` replaced by its byte; anything else stays (the Q encoding of RFC 2047)."""
    return _HEX.sub(lambda match: bytes([int(match[1], 16)]), data)
