"""What a part of a mail is by its place and headers: the mail's own text, a forwarded mail, a
report, its dress, or a file; and the bytes that belong to no part.

Contents are decoded here, never opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote_to_bytes

from ingest.attachment.identify import identify
from ingest.attachment.items import Item
from ingest.message.bodies import is_body
from ingest.message.charsets import decode
from ingest.message.embedded import Embedded, split_text
from ingest.message.filenames import safe_name
from ingest.message.structure import Entity, RawMail, strays
from ingest.message.transfer import from_base64, is_file_start
from ingest.reading import Fate, Kind

SMALL_PICTURE = 30 * 1024
"""Bytes below which a picture that the HTML body shows is its dress (logo, signature);
a pasted photo of a page is larger.
"""
STRAY = "邮件里有一段内容不属于任何附件, 认不出是什么, 由人工查看"

CALENDAR = "日历邀请, 不是申报材料"
_OF_THE_MAIL = {
    "application/pkcs7-signature": "邮件的数字签名, 不是申报材料",
    "application/x-pkcs7-signature": "邮件的数字签名, 不是申报材料",
    "application/pgp-signature": "邮件的数字签名, 不是申报材料",
    "application/pgp-encrypted": "加密邮件的说明, 没有内容",
    "text/calendar": CALENDAR,
    "text/rfc822-headers": "退信里附的原邮件头",
}
_ELSEWHERE = {
    "message/external-body": "附件不在邮件里, 只有一个指向别处的说明, 请作为普通附件重新发送",
    "message/partial": "邮件被发件程序拆成了几封, 没有收齐, 不能合并; 请缩小附件后重新发送",
}
_HARMLESS = 400  #: bytes of plain ASCII before, between or behind the parts: for old programs
_DATA_URI = re.compile(
    r"data:([a-z]{0,20})(?:/[a-z0-9.+-]{1,100})?"
    r"((?:;[a-z0-9-]{1,40}=[^;,\"'<>\s]{0,300}){0,6});base64,"
    r"([A-Za-z0-9+/=%\s_-]{64,})",
    re.IGNORECASE,
)
_NAME = re.compile(r";(?:file)?name=([^;]+)", re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[ \t]")
_ATTACHED = re.compile(
    rb"^ATTACH((?:;[^:;\r\n]{1,300}){0,9};ENCODING=BASE64(?:;[^:;\r\n]{1,300}){0,9}):"
    rb"([A-Za-z0-9+/=]{64,})",
    re.MULTILINE | re.IGNORECASE,
)
_FILE_NAME = re.compile(rb";(?:X-)?FILE-?NAME=\"?([^;\"]{1,200})", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_LETTERS = re.compile(rb"[\w<>/]")


def settled_leaf(raw: RawMail, leaf: Entity, path: str) -> Item | None:
    """A leaf whose fate follows from its place in the mail; None for an attached file."""
    media_type = leaf.media_type
    if leaf.problem:
        return Item(path, "", Kind.OTHER, b"", Fate.LIMIT, leaf.problem)
    if leaf.is_mail and leaf.children:
        content = raw[leaf.start : leaf.end]
        return Item(
            path, leaf.name, Kind.EML, content, Fate.UNPACKED, "转发的邮件, 里面的附件已取出"
        )
    if is_body(leaf, raw):
        kind = Kind.HTML if media_type == "text/html" else Kind.TEXT
        return Item(path, "", kind, leaf.content(raw), Fate.BODY)
    if is_file_start(leaf.head(raw)):
        return None  # whatever it calls itself
    if media_type.startswith("multipart/"):
        return _torn(raw, leaf, path)
    return _by_its_type(raw, leaf, path)


def _by_its_type(raw: RawMail, leaf: Entity, path: str) -> Item | None:
    media_type = leaf.media_type
    if media_type in _OF_THE_MAIL:
        said = _OF_THE_MAIL[media_type]
        return Item(path, leaf.name, Kind.TEXT, leaf.content(raw), Fate.BODY, said)
    if media_type in _ELSEWHERE:
        said = _ELSEWHERE[media_type]
        return Item(path, leaf.name, Kind.OTHER, leaf.content(raw), Fate.UNSUPPORTED, said)
    if media_type.startswith("message/") and not leaf.is_mail:
        return Item(path, leaf.name, Kind.TEXT, leaf.content(raw), Fate.BODY, "系统报告的附页")
    return None


def _torn(raw: RawMail, leaf: Entity, path: str) -> Item:
    """A multipart in which no part was found: empty, as QQ sends them, or cut off on the way."""
    content = leaf.content(raw)
    if not content.strip():
        return Item(path, "", Kind.EMPTY, b"", Fate.BODY, "空的邮件结构, 没有内容")
    return Item(
        path, "", Kind.OTHER, content, Fate.DAMAGED, "邮件的这一部分已残缺, 读不出内容, 请重新发送"
    )


_SEEN = frozenset({Kind.JPEG, Kind.PNG, Kind.IMAGE, Kind.OTHER, Kind.TEXT, Kind.HTML})


def is_dress(leaf: Entity, kind: Kind, size: int, shown: set[str]) -> bool:
    """Whether it is a small picture of the mail's own dress, and no file that is called one;
    ``shown`` are the Content-IDs that the HTML body shows.
    """
    if not leaf.media_type.startswith("image/") or size > SMALL_PICTURE or kind not in _SEEN:
        return False
    return leaf.headers.plain("content-id").strip(" <>") in shown or leaf.disposition == "inline"


def files_in_text(item: Item) -> Iterator[Embedded]:
    """Files that stand in the mail's own text: encoded among its lines, or in its markup."""
    if item.data[:2_000].lstrip().upper().startswith(b"BEGIN:V"):
        yield from _in_calendar(item.data)
    found = split_text(item.data).files
    if not found and item.kind is Kind.HTML and b"begin " in item.data:
        plain = unescape(_TAG.sub("", item.data.decode("latin-1"))).encode("latin-1", "ignore")
        found = split_text(plain).files
    yield from found
    if item.kind is Kind.HTML and b";base64," in item.data:
        yield from _in_links(item.data.decode("latin-1"))


def _in_calendar(data: bytes) -> Iterator[Embedded]:
    """Files that stand in an invitation (RFC 5545, 3.8.1.1)."""
    for match in _ATTACHED.finditer(_FOLD.sub(b"", data)):
        content = from_base64(match[2])
        if is_file_start(content):
            named = _FILE_NAME.search(match[1])
            yield Embedded(safe_name(decode(named[1])) if named else "", content)


def _in_links(markup: str) -> Iterator[Embedded]:
    """Files that stand in the links of a page; its fonts and small pictures are none."""
    for match in _DATA_URI.finditer(markup):
        kind, data = match[1].lower(), from_base64(unquote_to_bytes(match[3]))
        large = kind in ("image", "") and len(data) > SMALL_PICTURE
        if large or kind == "application" or (kind != "image" and is_file_start(data)):
            named = _NAME.search(match[2])
            yield Embedded(safe_name(decode(unquote_to_bytes(named[1]))) if named else "", data)


def stray_items(raw: RawMail, root: Entity, prefix: str) -> Iterator[Item]:
    """What lies in a mail outside all its parts, and is more than a line for old programs: a file
    (fate None), words, or something nobody knows.
    """
    for number, (start, end) in enumerate(strays(root), 1):
        data = raw[start:end]
        if _is_harmless(data):
            continue
        path = f"{prefix}余{number}"
        if is_file_start(data.lstrip()[:16]):
            yield Item(path, "", identify(data.lstrip(), ""), data.lstrip())
            continue
        rest = split_text(data).text
        readable = not rest.strip() or identify(rest, "") in {Kind.TEXT, Kind.HTML, Kind.EML}
        fate, reason = (Fate.BODY, "邮件各部分之外的文字") if readable else (Fate.STRAY, STRAY)
        yield Item(path, "", Kind.TEXT if readable else Kind.OTHER, data, fate, reason)


def _is_harmless(data: bytes) -> bool:
    if not _LETTERS.search(data):
        return True
    return len(data) <= _HARMLESS and data.isascii() and b"begin " not in data
