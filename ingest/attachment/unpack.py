"""Everything inside a mail, containers opened, one item at a time,
each with its place and (if settled) its fate.

Everything that is found comes out, also what may not be opened.
All containers of a mail share one budget. Documents are not read here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.attachment.archives import CONTAINERS, open_archive
from ingest.attachment.identify import identify
from ingest.attachment.limits import Budget
from ingest.attachment.members import VOLUME
from ingest.message.bodies import body_html, is_body
from ingest.message.errors import UnreadableMessage
from ingest.message.structure import Entity, RawMail, parse_structure, walk
from ingest.reading import Fate, Kind

SMALL_PICTURE = 30 * 1024
"""Bytes below which a picture that the HTML body shows is its dress (logo, signature);
a pasted photo of a page is larger.
"""

CLOSED: dict[Kind, tuple[Fate, str]] = {
    Kind.EMPTY: (Fate.EMPTY, "空文件(0 字节)"),
    Kind.PROGRAM: (Fate.UNSUPPORTED, "可执行程序或快捷方式, 不打开"),
    Kind.VIDEO: (Fate.UNSUPPORTED, "音视频文件, 不自动读取"),
    Kind.ENCRYPTED_OFFICE: (Fate.ENCRYPTED, "文件设了打开密码, 请去掉密码后重发"),
    Kind.OFFICE: (Fate.UNSUPPORTED, "这种办公文件(演示文稿、ODF 等)不能自动识别, 由人工查看"),
    Kind.OLE: (Fate.UNSUPPORTED, "这种文件(如 Outlook 的 .msg)不能自动打开, 由人工查看"),
    Kind.HTML: (
        Fate.UNSUPPORTED,
        "网页格式的文件(也可能是扩展名为 .doc 的网页), 不能自动识别; 请用 Word 另存为 .docx 后重发",
    ),
    Kind.TEXT: (Fate.UNRECOGNISED, "文本文件, 不是本次征集的表单"),
    Kind.OTHER: (Fate.UNSUPPORTED, "认不出是什么文件, 由人工查看"),
}
"""Kinds whose fate is known without reading them."""

_OF_THE_MAIL = {
    "application/pkcs7-signature": "邮件的数字签名, 不是申报材料",
    "application/x-pkcs7-signature": "邮件的数字签名, 不是申报材料",
    "application/pgp-signature": "邮件的数字签名, 不是申报材料",
    "text/calendar": "日历邀请, 不是申报材料",
    "text/rfc822-headers": "退信里附的原邮件头",
}
_ELSEWHERE = {
    "message/external-body": "附件不在邮件里, 只有一个指向别处的说明, 请作为普通附件重新发送",
    "message/partial": "邮件被发件程序拆成了几封, 不能自动合并, 请缩小附件后重新发送",
}
_PIECE = re.compile(r"\.(?:7z|zip|rar)\.\d{3}$|\.[zr]\d{2}$", re.IGNORECASE)
"""Names that 7-Zip, 360 and WinRAR give the pieces of an archive cut in several:
only the first looks like one at all.
"""

_CONTENT_ID = re.compile(r"cid:([^\"'>\s)]{1,300})", re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """Something found. ``fate`` None: a file that may be a document and is to be read."""

    path: str
    name: str
    kind: Kind
    data: bytes
    fate: Fate | None = None
    reason: str = ""

    @property
    def sha256(self) -> str:
        """Hash of the bytes; "" when they were not to be had."""
        return hashlib.sha256(self.data).hexdigest() if self.data or self.fate is Fate.EMPTY else ""


def unpack(data: bytes, name: str, path: str, budget: Budget, depth: int = 0) -> Iterator[Item]:
    """``data`` itself and, when it is a container, everything inside, depth first.

    The consumer drops each item before it asks for the next,
    so that never all contents are in memory. Never raises.
    """
    kind = identify(data, name)
    if kind is Kind.EML:
        yield from _saved_mail(data, name, path, budget, depth)
        return
    if kind in CONTAINERS and depth >= budget.max_depth:
        yield Item(path, name, kind, data, Fate.LIMIT, "压缩包套得太深, 里面的没有打开")
        return
    opened = open_archive(kind, data, name, budget)
    if _PIECE.search(name) and (opened.fate is Fate.DAMAGED if opened else kind is Kind.OTHER):
        yield Item(path, name, kind, data, Fate.UNSUPPORTED, VOLUME)
        return
    if opened is None:
        yield Item(path, name, kind, data, *CLOSED.get(kind, (None, "")))
        return
    yield Item(path, name, kind, data, opened.fate, opened.reason)
    for entry in opened.entries:
        inner = entry.path.rpartition("/")[2]
        if entry.fate is None:
            yield from unpack(entry.data, inner, f"{path}/{entry.path}", budget, depth + 1)
        else:
            yield Item(f"{path}/{entry.path}", inner, Kind.OTHER, b"", entry.fate, entry.reason)


def _saved_mail(data: bytes, name: str, path: str, budget: Budget, depth: int) -> Iterator[Item]:
    """An .eml file."""
    if depth >= budget.max_depth:
        yield Item(path, name, Kind.EML, data, Fate.LIMIT, "邮件套得太深, 里面的没有打开")
        return
    try:
        root = parse_structure(data)
    except UnreadableMessage as error:
        yield Item(path, name, Kind.EML, data, Fate.DAMAGED, f"保存的邮件打不开: {error.message}")
        return
    yield Item(path, name, Kind.EML, data, Fate.UNPACKED, "保存的邮件, 里面的附件已取出")
    yield from mail_items(data, root, f"{path}/", budget, depth + 1)


def mail_items(
    raw: RawMail,
    root: Entity,
    prefix: str,
    budget: Budget,
    depth: int = 0,
) -> Iterator[Item]:
    """Everything in a mail, its leaves numbered from 1 after ``prefix``."""
    leaves = tuple(walk(root))
    shown = {match[1] for match in _CONTENT_ID.finditer(body_html(leaves, raw))}
    for number, leaf in enumerate(leaves, 1):
        yield from _leaf_items(raw, leaf, f"{prefix}{number}", shown, budget, depth)


def _leaf_items(
    raw: RawMail,
    leaf: Entity,
    path: str,
    shown: set[str],
    budget: Budget,
    depth: int,
) -> Iterator[Item]:
    settled = settled_leaf(raw, leaf, path)
    if settled is not None:
        yield settled
        if leaf.is_mail and leaf.children:
            yield from mail_items(raw, leaf.children[0], f"{path}/", budget, depth)
        return
    data = leaf.content(raw)
    if _is_dress(leaf, len(data), shown):
        yield Item(
            path,
            leaf.name,
            identify(data, leaf.name),
            data,
            Fate.INLINE,
            "邮件正文里的小图片(徽标、签名之类)",
        )
        return
    yield from unpack(data, leaf.name, path, budget, depth)


def settled_leaf(raw: RawMail, leaf: Entity, path: str) -> Item | None:
    """A leaf whose fate follows from its place in the mail; None for an attached file."""
    if leaf.problem:
        return Item(path, "", Kind.OTHER, b"", Fate.LIMIT, leaf.problem)
    if leaf.is_mail and leaf.children:
        return Item(
            path,
            leaf.name,
            Kind.EML,
            raw[leaf.start : leaf.end],
            Fate.UNPACKED,
            "转发的邮件, 里面的附件已取出",
        )
    if is_body(leaf):
        return Item(
            path,
            "",
            Kind.HTML if leaf.media_type == "text/html" else Kind.TEXT,
            leaf.content(raw),
            Fate.BODY,
        )
    if leaf.media_type.startswith("multipart/"):
        return _torn(raw, leaf, path)
    if leaf.media_type in _OF_THE_MAIL:
        return Item(
            path,
            leaf.name,
            Kind.TEXT,
            leaf.content(raw),
            Fate.BODY,
            _OF_THE_MAIL[leaf.media_type],
        )
    if leaf.media_type in _ELSEWHERE:
        return Item(
            path,
            leaf.name,
            Kind.OTHER,
            leaf.content(raw),
            Fate.UNSUPPORTED,
            _ELSEWHERE[leaf.media_type],
        )
    if leaf.media_type.startswith("message/") and not leaf.is_mail:
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


def _is_dress(leaf: Entity, size: int, shown: set[str]) -> bool:
    if not leaf.media_type.startswith("image/") or size > SMALL_PICTURE:
        return False
    return leaf.headers.plain("content-id").strip(" <>") in shown or leaf.disposition == "inline"
