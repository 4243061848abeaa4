"""Files that a PDF carries (ISO 32000-1, 7.11.4): a portfolio, or a PDF to which its form in Word
was attached.

The streams of such files stand in the file as they are, whatever else is compressed, so they are
found by what they say of themselves; only their names may lie in compressed objects. Nothing is
drawn and no page is read.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.attachment.limits import Budget
from ingest.attachment.members import NO_ENTRIES, TOO_BIG, Member, member_of, unique
from ingest.message.charsets import decode
from ingest.message.filenames import safe_name
from ingest.message.transfer import is_file_start
from ingest.reading import Fate

MAX_NAMES = 4 * 1024**2  #: bytes of compressed objects in which names are looked for
_HEAD = 2_000  #: bytes of a stream's dictionary at most

_STREAM = re.compile(rb"stream\r?\n")
_NUMBER = re.compile(rb"(?:^|[\s>])(\d{1,9})\s+\d{1,5}\s+obj\b")
_IS_FILE = re.compile(rb"/Type\s*/EmbeddedFile\b")
_OBJECTS = re.compile(rb"/Type\s*/ObjStm\b")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/\w+)")
_LENGTH = re.compile(rb"/Length\s+(\d{1,10})(?!\s+\d+\s+R)")
_REFERENCE = re.compile(rb"/EF\s*<<[^<>]{0,200}?/U?F\s+(\d{1,9})\s+\d{1,5}\s+R")
_NAME = re.compile(
    rb"/(UF|F)\s*(?:\(((?:[^()\\]|\\.){0,400})\)|<([0-9A-Fa-f\s]{0,1600})>)", re.DOTALL
)
_ESCAPE = re.compile(rb"\\(\d{1,3}|.)", re.DOTALL)


def files_in_pdf(data: bytes, budget: Budget) -> Iterator[Member]:
    """The documents, archives and pictures that a PDF carries beside its pages."""
    if b"EmbeddedFile" not in data:
        return
    names, seen = _names(data), set[str]()
    for stream in _streams(data):
        if not _IS_FILE.search(stream.head):
            continue
        path = unique(names.get(stream.number, ""), seen)
        if not budget.take_entry():
            yield Member(path, fate=Fate.LIMIT, reason=NO_ENTRIES)
            return
        content = stream.content(budget.most(len(stream.body)))
        if content is None:
            yield Member(path, fate=Fate.LIMIT, reason=TOO_BIG)
        elif is_file_start(content[:16]):
            yield member_of(path, content, budget)


@dataclass(frozen=True)
class _Stream:
    number: int
    head: bytes
    body: bytes  #: up to where it ends, or a little further

    def content(self, most: int) -> bytes | None:
        """What it holds, b"" where it is packed in a way that is not followed; None for more than
        ``most`` bytes.
        """
        told = _FILTER.search(self.head)
        packing = re.findall(rb"/(\w+)", told[1]) if told else []
        if not packing:
            return self.body if len(self.body) <= most else None
        if packing not in ([b"FlateDecode"], [b"Fl"]):
            return b""
        unpacker = zlib.decompressobj()
        try:
            content = unpacker.decompress(self.body, most + 1)
        except zlib.error:
            return b""
        return content if len(content) <= most else None


def _streams(data: bytes) -> Iterator[_Stream]:
    end = 0
    for match in _STREAM.finditer(data):
        if match.start() < end:
            continue
        before = data[max(end, match.start() - _HEAD) : match.start()]
        numbers = list(_NUMBER.finditer(before))
        if not numbers:
            continue
        head = before[numbers[-1].end() :]
        length = _LENGTH.search(head)
        stop = match.end() + int(length[1]) if length else data.find(b"endstream", match.end())
        end = min(stop if stop > 0 else len(data), len(data))
        yield _Stream(int(numbers[-1][1]), head, data[match.end() : end])


def _names(data: bytes) -> dict[int, str]:
    """The name of each file by the number of its stream."""
    found: dict[int, str] = {}
    texts, left = [data], MAX_NAMES
    for stream in _streams(data):
        if _OBJECTS.search(stream.head) and left > 0:
            texts.append(stream.content(left) or b"")
            left -= len(texts[-1])
    for text in texts:
        for match in _REFERENCE.finditer(text):
            found.setdefault(int(match[1]), _name_beside(text, match))
    return found


def _name_beside(text: bytes, reference: re.Match[bytes]) -> str:
    """The name in the same object as a reference: the last before it, else the first behind it."""
    before = text[max(0, reference.start() - 800) : reference.start()]
    before = re.split(rb"\bobj\b|/Filespec", before)[-1]
    behind = re.split(rb"endobj|/EF\b", text[reference.end() : reference.end() + 800])[0]
    told = [*_NAME.finditer(before), *_NAME.finditer(behind)]
    best = sorted(told, key=lambda match: match[1] != b"UF")
    return safe_name(_text(best[0])) if best else ""


def _text(match: re.Match[bytes]) -> str:
    if match[3] is not None:
        digits = re.sub(rb"\s", b"", match[3]).decode()
        raw = bytes.fromhex(digits + "0" * (len(digits) % 2))
    else:
        raw = _ESCAPE.sub(_unescaped, match[2])
    return raw[2:].decode("utf-16-be", "replace") if raw.startswith(b"\xfe\xff") else decode(raw)


def _unescaped(match: re.Match[bytes]) -> bytes:
    if match[1].isdigit():
        return bytes([int(match[1], 8) & 0xFF]) if not set(match[1]) & set(b"89") else b""
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(match[1], match[1])
