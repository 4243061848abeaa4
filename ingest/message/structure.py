"""A raw mail as a tree of entities (RFC 2045) given by offsets:
nothing is copied and nothing decoded here.

The standard library's parser holds 8.4 times the mail in memory (61 MB mail: 515 MB) and ends in
RecursionError on deep nesting; offsets into a mapped file cost nothing, so a 100 MB mail fits a
small worker. Depth and number are capped; what lies beyond a cap is an entity with a ``problem``,
never silence.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ingest.message.charsets import decode
from ingest.message.errors import UnreadableMessage
from ingest.message.filenames import file_name, parameters
from ingest.message.headers import MAX_BLOCK, Headers, parse_headers, unbase64, unquote

RawMail: TypeAlias = bytes | mmap.mmap

MAX_PARTS = 500
MAX_DEPTH = 20
MAX_BOUNDARY = 200

_BLANK = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_MEDIA_TYPE = re.compile(r"\s*([a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100})", re.IGNORECASE)
_SOFT_BREAK = re.compile(rb"=[ \t]*\r?\n")
_TOO_DEEP = "邮件层层嵌套超过 20 层, 里面的没有打开"
_TOO_MANY = "邮件里超过 500 个部分, 后面的没有打开"
_LONG_HEADER = "这一部分的头超过 256 KB, 没有打开"


@dataclass(frozen=True)
class Entity:
    """A mail or a part of one: its headers, and where its content lies in the raw bytes."""

    headers: Headers
    media_type: str  #: lower case, ``text/plain`` when missing or unreadable
    start: int  #: of the content, in bytes of the raw mail
    end: int
    children: tuple[Entity, ...] = ()  #: of a multipart; of a message/rfc822 the one mail inside
    problem: str = ""  #: Chinese reason why it was not looked into

    @property
    def name(self) -> str:
        """The attachment's file name, safe; "" when there is none."""
        return file_name(self.headers.raw("content-disposition"), self.headers.raw("content-type"))

    @property
    def disposition(self) -> str:
        """``attachment``, ``inline`` ... in lower case; "" when not said."""
        return re.split(r"[;\s]", self.headers.plain("content-disposition").strip().lower())[0]

    @property
    def charset(self) -> str:
        """The charset claimed for text; "" when none is."""
        return parameters(self.headers.raw("content-type")).get("charset", "")

    @property
    def is_mail(self) -> bool:
        """Whether it holds one whole mail (message/rfc822 and its like)."""
        return self.media_type in {"message/rfc822", "message/global"}

    def content(self, raw: RawMail) -> bytes:
        """The bytes with the transfer encoding taken off;
        damaged encodings give what can be had.
        """
        data = raw[self.start : self.end]
        encoding = self.headers.plain("content-transfer-encoding").lower().partition(";")[0].strip()
        if encoding == "base64":
            return unbase64(data)
        return unquote(_SOFT_BREAK.sub(b"", data)) if encoding == "quoted-printable" else data

    def text(self, raw: RawMail, limit: int) -> str:
        """Content as text, at most about ``limit`` bytes of it."""
        return decode(self.content(raw)[:limit], self.charset)


@dataclass
class _Counter:
    parts: int = 0
    overflow: bool = field(default=False)


def parse_structure(raw: RawMail) -> Entity:
    """The whole mail as a tree.

    Raises:
        UnreadableMessage: no header at all, or a header block above 256 KB.
    """
    begin = 0
    while raw[begin : begin + 1] in {b"\r", b"\n"}:
        begin += 1
    if raw[begin : begin + 5] == b"From ":  # an mbox separator some programs save in front
        begin = raw.find(b"\n", begin) + 1 or len(raw)
    root = _entity(raw, begin, len(raw), 0, _Counter(), "text/plain")
    if root.problem == _LONG_HEADER:
        raise UnreadableMessage("邮件头超过 256 KB, 不是正常的邮件")
    if not root.headers.items:
        raise UnreadableMessage("没有任何邮件头, 不是一封邮件")
    return root


def walk(entity: Entity) -> Iterator[Entity]:
    """Leaves in order: everything that is not a multipart; a mail inside a mail is one leaf."""
    if entity.children and not entity.is_mail:
        for child in entity.children:
            yield from walk(child)
    else:
        yield entity


def _entity(
    raw: RawMail,
    start: int,
    end: int,
    depth: int,
    counter: _Counter,
    default: str,
) -> Entity:
    header_end, body = _body_start(raw, start, end)
    if header_end - start > MAX_BLOCK:
        return Entity(Headers(), default, start, end, problem=_LONG_HEADER)
    headers = parse_headers(raw[start:header_end])
    match = _MEDIA_TYPE.match(headers.plain("content-type"))
    media_type = match[1].lower() if match else default
    if depth >= MAX_DEPTH and media_type.startswith(("multipart/", "message/rfc822")):
        return Entity(headers, media_type, body, end, problem=_TOO_DEEP)
    children = _children(raw, headers, media_type, body, end, depth, counter)
    return Entity(headers, media_type, body, end, children)


def _body_start(raw: RawMail, start: int, end: int) -> tuple[int, int]:
    """Where the headers end and where the content begins;
    without a blank line everything is header.
    """
    if raw[start : start + 1] == b"\n" or raw[start : start + 2] == b"\r\n":
        return start, min(end, raw.find(b"\n", start) + 1)
    match = _BLANK.search(raw, start, min(end, start + MAX_BLOCK + 4))
    return (match.start() + 1, match.end()) if match else (end, end)


def _children(
    raw: RawMail,
    headers: Headers,
    media_type: str,
    start: int,
    end: int,
    depth: int,
    counter: _Counter,
) -> tuple[Entity, ...]:
    encoding = headers.plain("content-transfer-encoding").strip().lower()
    plain = encoding not in {"base64", "quoted-printable"}
    if media_type in {"message/rfc822", "message/global"} and plain:
        return (_entity(raw, start, end, depth + 1, counter, "text/plain"),)
    boundary = ""
    if media_type.startswith("multipart/"):
        boundary = parameters(headers.raw("content-type")).get("boundary", "")
    if not boundary or len(boundary) > MAX_BOUNDARY:
        return ()
    default = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
    found = []
    for first, last in _slices(raw, start, end, boundary.rstrip().encode("utf-8", "replace")):
        counter.parts += 1
        if counter.parts > MAX_PARTS:
            if not counter.overflow:
                found.append(
                    Entity(Headers(), "application/octet-stream", first, end, problem=_TOO_MANY),
                )
            counter.overflow = True
            break
        found.append(_entity(raw, first, last, depth + 1, counter, default))
    return tuple(found)


def _slices(raw: RawMail, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Ranges between boundary lines.
    A missing closing line ends at the enclosing range, as with a cut-off mail.
    """
    line = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
    begin = -1
    for match in line.finditer(raw, start, end):
        if begin >= 0:
            yield begin, max(begin, _without_line_end(raw, begin, match.start()))
        if match[1]:
            return
        begin = match.end()
    if 0 <= begin < end:
        yield begin, end


def _without_line_end(raw: RawMail, start: int, end: int) -> int:
    """The line end before a boundary belongs to the boundary (RFC 2046 5.1.1)."""
    if end > start and raw[end - 1 : end] == b"\n":
        end -= 1
        if end > start and raw[end - 1 : end] == b"\r":
            end -= 1
    return end
