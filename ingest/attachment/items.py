"""One thing found in a mail, and what can be said of it by its kind and name alone.

Nothing is opened here.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from ingest.reading import Fate, Kind

CLOSED: dict[Kind, tuple[Fate, str]] = {
    Kind.EMPTY: (Fate.EMPTY, "空文件(0 字节)"),
    Kind.PROGRAM: (Fate.UNSUPPORTED, "可执行程序或快捷方式, 不打开"),
    Kind.VIDEO: (Fate.UNSUPPORTED, "音视频文件, 不自动读取"),
    Kind.ENCRYPTED_OFFICE: (Fate.ENCRYPTED, "文件设了打开密码, 请去掉密码后重发"),
    Kind.OFFICE: (Fate.UNSUPPORTED, "这种办公文件(演示文稿等)不能自动识别, 由人工查看"),
    Kind.OLE: (Fate.UNSUPPORTED, "这种文件不能自动打开, 由人工查看"),
    Kind.TEXT: (Fate.UNRECOGNISED, "文本文件, 不是本次征集的表单"),
    Kind.OTHER: (Fate.UNSUPPORTED, "认不出是什么文件, 由人工查看"),
}
"""Kinds whose fate is known without reading them."""

ENCRYPTED_MAIL = "加密的邮件({}), 没有密钥打不开; 请不要加密, 作为普通附件重新发送"
APPLE_FORK = "苹果电脑附带的文件信息, 与申报无关"
SYSTEM_FILE = "操作系统自带的隐藏文件, 与申报无关"
IWORK = "苹果电脑的 Pages、Numbers 或 Keynote 文件, 不能自动读取, 由人工查看; 请导出为 Word 或 Excel 文件后重发"
BINARY_BOOK = "Excel 二进制工作簿(xlsb), 不能自动读取, 由人工查看; 请另存为 .xlsx 后重发"
OFFICE_LOCK = "办公软件打开文件时留下的临时文件, 与申报无关"

_IWORK_NAME = re.compile(r"\.(?:pages|numbers|key)$", re.IGNORECASE)
_APPLE_DOUBLE = b"\0\x05\x16\x07"
_SYSTEM_NAMES = frozenset({".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini"})
_LOCK = re.compile(r"~\$|\.~|~wr[a-z]\d+\.tmp$", re.IGNORECASE)
_NOTHING_TO_READ = frozenset({Kind.OTHER, Kind.TEXT, Kind.EMPTY, Kind.OLE})
_ARMOUR = re.compile(rb"-----BEGIN PGP MESSAGE-----")
_KEYS = re.compile(rb"-----BEGIN PGP (?:PUBLIC KEY BLOCK|SIGNATURE)-----")
_BINARY_PGP = re.compile(r"\.(?:pgp|gpg)$", re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """Something found. ``fate`` None: a file that may be a document and is to be read."""

    path: str
    name: str
    kind: Kind
    data: bytes
    fate: Fate | None = None
    reason: str = ""
    within: bool = False  #: stood in a document, beside what it shows

    @property
    def sha256(self) -> str:
        """Hash of the bytes; "" when they were not to be had."""
        return hashlib.sha256(self.data).hexdigest() if self.data or self.fate is Fate.EMPTY else ""


def left_behind(name: str, kind: Kind, data: bytes) -> str:
    """Why nobody sent this on purpose: what macOS, Windows, Word and WPS leave beside files; "" for
    anything else. A file that can be read is one, however it is called.
    """
    if data.startswith(_APPLE_DOUBLE):
        return APPLE_FORK
    if name.lower() in _SYSTEM_NAMES:
        return SYSTEM_FILE
    if kind not in _NOTHING_TO_READ:
        return ""
    return APPLE_FORK if name.startswith("._") else OFFICE_LOCK if _LOCK.match(name) else ""


def settled_kind(name: str, kind: Kind, data: bytes) -> tuple[Fate | None, str]:
    """The fate that follows from a file's kind; None for one that is to be read."""
    if kind in {Kind.TEXT, Kind.OTHER}:
        head = data[:4096]
        if _ARMOUR.search(head) or (kind is Kind.OTHER and _BINARY_PGP.search(name)):
            return Fate.ENCRYPTED, ENCRYPTED_MAIL.format("PGP")
        if _KEYS.search(head):
            return Fate.BODY, "邮件的公钥或数字签名, 不是申报材料"
    if kind is Kind.OFFICE and _IWORK_NAME.search(name):
        return Fate.UNSUPPORTED, IWORK
    if kind is Kind.OFFICE and b"workbook.bin" in data:
        return Fate.UNSUPPORTED, BINARY_BOOK
    return CLOSED.get(kind, (None, ""))
