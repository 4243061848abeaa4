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
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ingest.message.charsets import decode, is_foreign
from ingest.message.errors import UnreadableMessage
from ingest.message.filenames import file_name, parameters
from ingest.message.headers import MAX_BLOCK, Headers, parse_headers
from ingest.message.transfer import decoded

RawMail: TypeAlias = bytes | mmap.mmap

MAX_PARTS = 500
MAX_DEPTH = 20
MAX_BOUNDARY = 200

_BLANK = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_HEADERS = re.compile(rb"(?:[!-9;-~]{1,80}[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*){1,200}")
_MEDIA_TYPE = re.compile(r"\s*([a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100})", re.IGNORECASE)
_SHOWN = rb"^--([^\s-][^\r\n]{0,198}?|-[^\r\n]{1,198}?)[ \t]*\r?\n"
_BEFORE_HEADERS = re.compile(_SHOWN + rb"content-[a-z-]{1,40}[ \t]*:", re.MULTILINE | re.IGNORECASE)
_BEFORE_BLANK = re.compile(_SHOWN + rb"[ \t]*\r?\n", re.MULTILINE)
MAX_LOOK = 64 * 1024
"""Bytes of a multipart in which a boundary is looked for that its headers do not name."""
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
    #: of a multipart: where bytes lie that belong to none of its parts
    gaps: tuple[tuple[int, int], ...] = ()

    @property
    def name(self) -> str:
        """The attachment's file name, safe; "" when there is none."""
        headers = self.headers
        described = not self.media_type.startswith(("text/", "multipart/", "message/"))
        return file_name(
            b"; ".join(headers.all("content-disposition")),  # some programs write two
            b"; ".join(headers.all("content-type")),
            headers.raw("content-description") if described else b"",
            headers.charset,
        )

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
        encoding = self.headers.plain("content-transfer-encoding")
        return decoded(raw[self.start : self.end], encoding)

    def head(self, raw: RawMail) -> bytes:
        """The first bytes of the content, enough to see what it is."""
        encoding = self.headers.plain("content-transfer-encoding")
        return decoded(raw[self.start : min(self.end, self.start + 400)], encoding)[:64]

    def text(self, raw: RawMail, limit: int) -> str:
        """Content as text, at most about ``limit`` bytes of it."""
        return decode(self.content(raw)[:limit], self.charset)


def usual_line_ends(raw: RawMail) -> RawMail:
    """The mail with its lines ended as mails end them, where all its headers say that a program on
    the way changed them: carriage returns alone, or one too many.
    """
    head = raw[:4096]
    if b"\n" not in head and b"\r" in head:
        return raw[:].replace(b"\r", b"\n")
    doubled = head.count(b"\r\r\n")
    return raw[:].replace(b"\r\r\n", b"\r\n") if doubled == head.count(b"\n") > 2 else raw


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
    root = _whole(raw, begin, len(raw), 0, _Counter())
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


def strays(entity: Entity) -> Iterator[tuple[int, int]]:
    """Where bytes lie that belong to no part; a mail inside a mail tells its own."""
    yield from entity.gaps
    for child in entity.children if not entity.is_mail else ():
        yield from strays(child)


def _whole(raw: RawMail, start: int, end: int, depth: int, counter: _Counter) -> Entity:
    """A mail; the charset it names for its text is that of its 8-bit headers too."""
    root = _entity(raw, start, end, depth, counter, "text/plain")
    named = next((each for each in _charsets(root) if is_foreign(each)), "")
    return _in_charset(root, named) if named else root


def _charsets(entity: Entity) -> Iterator[str]:
    yield entity.charset
    for child in entity.children if not entity.is_mail else ():
        yield from _charsets(child)


def _in_charset(entity: Entity, charset: str) -> Entity:
    if entity.is_mail:
        return replace(entity, headers=replace(entity.headers, charset=charset))
    children = tuple(_in_charset(child, charset) for child in entity.children)
    return replace(entity, headers=replace(entity.headers, charset=charset), children=children)


def _entity(
    raw: RawMail,
    start: int,
    end: int,
    depth: int,
    counter: _Counter,
    default: str,
) -> Entity:
    header_end, body = _body_start(raw, start, end)
    if depth and not raw[body:end].strip():
        header_end, body = _unparted(raw, start, end, header_end, body)
    if header_end - start > MAX_BLOCK:
        return Entity(Headers(), default, start, end, problem=_LONG_HEADER)
    headers = parse_headers(raw[start:header_end])
    match = _MEDIA_TYPE.match(headers.plain("content-type"))
    media_type = match[1].lower() if match else default
    if depth >= MAX_DEPTH and media_type.startswith(("multipart/", "message/rfc822")):
        return Entity(headers, media_type, body, end, problem=_TOO_DEEP)
    inside = _Inside(raw, body, end, depth, counter)
    if media_type in {"message/rfc822", "message/global"} and _is_plain(headers):
        mail = _whole(raw, body, end, depth + 1, counter)
        return Entity(headers, media_type, body, end, (mail,))
    if media_type.startswith("multipart/"):
        return _multipart(inside, headers, media_type)
    if not match and not headers.has("content-disposition") and _is_plain(headers):
        # the headers were lost on the way; the parts still name themselves
        found = _multipart(inside, headers, media_type)
        return found if len(found.children) > 1 else Entity(headers, media_type, body, end)
    return Entity(headers, media_type, body, end)


def _is_plain(headers: Headers) -> bool:
    encoding = headers.plain("content-transfer-encoding").strip().lower()
    return encoding not in {"base64", "quoted-printable"}


def _body_start(raw: RawMail, start: int, end: int) -> tuple[int, int]:
    """Where the headers end and where the content begins;
    without a blank line everything is header.
    """
    if raw[start : start + 1] == b"\n" or raw[start : start + 2] == b"\r\n":
        return start, min(end, raw.find(b"\n", start) + 1)
    match = _BLANK.search(raw, start, min(end, start + MAX_BLOCK + 4))
    return (match.start() + 1, match.end()) if match else (end, end)


def _unparted(raw: RawMail, start: int, end: int, header_end: int, body: int) -> tuple[int, int]:
    """The same for a part with nothing behind its headers: perhaps the blank line was forgotten."""
    lines = _HEADERS.match(raw, start, end)
    stop = lines.end() if lines is not None else end
    return (stop, stop) if start < stop < end and raw[stop:end].strip() else (header_end, body)


@dataclass(frozen=True)
class _Inside:
    """The content of an entity, and where in the tree it stands."""

    raw: RawMail
    start: int
    end: int
    depth: int
    counter: _Counter


def _multipart(inside: _Inside, headers: Headers, media_type: str) -> Entity:
    """A multipart with its parts; when the boundary it names is nowhere, by the one that is
    shown.
    """
    raw, start, end = inside.raw, inside.start, inside.end
    boundary = parameters(headers.raw("content-type"), headers.charset).get("boundary", "")
    whole = Entity(headers, media_type, start, end)
    pieces, gaps = list[tuple[int, int]](), list[tuple[int, int]]()
    if boundary and len(boundary) <= MAX_BOUNDARY:
        named = boundary.rstrip().encode("utf-8", "replace")
        pieces, gaps = _slices(raw, start, end, named)
        if not pieces:  # a gateway that sets everything in
            pieces, gaps = _slices(raw, start, end, named, rb"[ \t]{1,4}")
    looks = (_BEFORE_HEADERS,) if media_type == "text/plain" else (_BEFORE_HEADERS, _BEFORE_BLANK)
    if not pieces and (shown := _shown_boundary(raw, start, end, looks)):
        pieces, gaps = _slices(raw, start, end, shown)
    if not pieces:
        return whole
    default = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
    found = []
    for first, last in pieces:
        inside.counter.parts += 1
        if inside.counter.parts > MAX_PARTS:
            if not inside.counter.overflow:
                rest = Entity(Headers(), "application/octet-stream", first, end, problem=_TOO_MANY)
                found.append(rest)
            inside.counter.overflow = True
            break
        found.append(_entity(raw, first, last, inside.depth + 1, inside.counter, default))
    return replace(whole, children=tuple(found), gaps=tuple(gaps))


def _shown_boundary(
    raw: RawMail, start: int, end: int, looks: tuple[re.Pattern[bytes], ...]
) -> bytes:
    """The boundary of the first line that is one by what follows it; "" when there is none."""
    stop = min(end, start + MAX_LOOK)
    found = (match[1] for look in looks if (match := look.search(raw, start, stop)))
    return next((each for each in found if not each.endswith(b"--")), b"")


def _slices(
    raw: RawMail, start: int, end: int, boundary: bytes, before: bytes = b""
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Ranges between boundary lines, and what lies before, between and behind them.

    A missing closing line ends at the enclosing range, as with a cut-off mail; a closing line that
    more parts follow closed nothing (footers and reused boundaries put it too early).
    """
    # without an anchor, which would have every character looked at
    line = re.compile(before + rb"--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    pieces, gaps = list[tuple[int, int]](), list[tuple[int, int]]()
    begin, after = -1, start
    for match in line.finditer(raw, start, end):
        if match.start() and raw[match.start() - 1 : match.start()] != b"\n":
            continue
        if begin >= 0:
            pieces.append((begin, max(begin, _without_line_end(raw, begin, match.start()))))
        elif match.start() > after:
            gaps.append((after, match.start()))
        begin, after = (-1 if match[1] else match.end()), match.end()
        if len(pieces) > MAX_PARTS:
            return pieces, gaps[:MAX_PARTS]
    if 0 <= begin < end:
        pieces.append((begin, end))
    elif begin < 0 and after < end:
        gaps.append((after, end))
    return pieces, gaps[:MAX_PARTS]


def _without_line_end(raw: RawMail, start: int, end: int) -> int:
    """The line end before a boundary belongs to the boundary (RFC 2046 5.1.1)."""
    if end > start and raw[end - 1 : end] == b"\n":
        end -= 1
        if end > start and raw[end - 1 : end] == b"\r":
            end -= 1
    return end
