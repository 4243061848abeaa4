"""What lies in a mail that Outlook saved (.msg, [MS-OXMSG]): its attachments, also those of mails
attached to it. Its own text is no attachment; nothing is drawn or run.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

from ingest.attachment.limits import Budget
from ingest.attachment.members import (
    DAMAGED_ENTRY,
    NO_ENTRIES,
    TOO_BIG,
    Member,
    Opened,
    member_of,
    unique,
)
from ingest.message.charsets import decode, strict
from ingest.message.filenames import safe_name
from ingest.reading import Fate

MAX_DEPTH = 5  #: of messages attached to messages
_BROKEN = "Outlook 保存的邮件(.msg)已损坏, 打不开; 请把附件直接作为附件发送"
_DAMAGE = (
    OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error,
    RecursionError, OverflowError,
)  # fmt: skip
_ATTACHMENT = "__attach_version1.0_"
_UNICODE, _BYTES = "001F", "001E"
_CODE_PAGE, _LOCALE = 0x3FFD0003, 0x3FF10003
_LOCALES = {0x0804: "gb18030", 0x1004: "gb18030", 0x0404: "big5", 0x0C04: "big5", 0x0411: "cp932"}
_DATA, _MESSAGE = "__substg1.0_37010102", "__substg1.0_3701000D"
_Path = tuple[str, ...]


def open_msg(data: bytes, name: str, budget: Budget) -> Opened:
    """Open a .msg file. Never raises for what the bytes are."""
    del name
    try:
        store = _Store(data)
        found = list(store.attachments((), 0))
    except _DAMAGE:
        return Opened(Fate.DAMAGED, _BROKEN)
    if not found:
        return Opened(Fate.UNPACKED, "Outlook 保存的邮件(.msg), 没有附件")
    said = f"Outlook 保存的邮件(.msg), 已解开, 内有 {len(found)} 个附件"
    return Opened(Fate.UNPACKED, said, _entries(store, found, budget))


def _entries(store: _Store, found: list[_Path], budget: Budget) -> Iterator[Member]:
    seen: set[str] = set()
    for number, path in enumerate(found):
        if not budget.take_entry():
            rest = unique(f"其余{len(found) - number}个附件", seen)
            yield Member(rest, fate=Fate.LIMIT, reason=NO_ENTRIES)
            return
        yield _entry(store, path, seen, budget)


def _entry(store: _Store, path: _Path, seen: set[str], budget: Budget) -> Member:
    try:
        name = unique(store.name_of(path), seen)
        size = store.size(path)
        if size is None:
            reason = "附件不在邮件里, 只有一个指向别处的链接, 请作为普通附件重新发送"
            return Member(name, fate=Fate.UNSUPPORTED, reason=reason)
        if size > budget.bytes_left:
            return Member(name, fate=Fate.LIMIT, reason=TOO_BIG)
        return member_of(name, store.data(path), budget)
    except _DAMAGE:
        return Member(unique("附件", seen), fate=Fate.DAMAGED, reason=DAMAGED_ENTRY)


class _Store:
    """The streams of the file."""

    def __init__(self, data: bytes) -> None:
        self._ole = olefile.OleFileIO(io.BytesIO(data))
        self._places = {tuple(path) for path in self._ole.listdir(streams=True, storages=True)}
        self._codec = self._named_codec()

    def attachments(self, below: _Path, depth: int) -> Iterator[_Path]:
        """Storages of attachments, those of attached messages in their place."""
        own = sorted(
            path
            for path in self._places
            if len(path) == len(below) + 1 and path[:-1] == below and _is_attachment(path[-1])
        )
        for path in own:
            if (*path, _MESSAGE) in self._places and (*path, _DATA) not in self._places:
                if depth < MAX_DEPTH:
                    yield from self.attachments((*path, _MESSAGE), depth + 1)
            else:
                yield path

    def name_of(self, path: _Path) -> str:
        """The long name, else the short one, else the one that is shown."""
        names = (self._text(path, key) for key in ("3707", "3704", "3001"))
        return safe_name(next((name for name in names if name), ""))

    def size(self, path: _Path) -> int | None:
        """Bytes; None when the attachment is elsewhere."""
        place = (*path, _DATA)
        return int(self._ole.get_size(list(place))) if place in self._places else None

    def data(self, path: _Path) -> bytes:
        """The content."""
        return bytes(self._ole.openstream([*path, _DATA]).read())

    def _text(self, path: _Path, key: str) -> str:
        for kind in (_UNICODE, _BYTES):
            place = (*path, f"__substg1.0_{key}{kind}")
            if place in self._places:
                raw = bytes(self._ole.openstream(list(place)).read(4096)).rstrip(b"\0")
                if kind == _UNICODE:
                    raw += b"\0" * (len(raw) % 2)
                    return (strict(raw, "utf-16-le") or raw.decode("utf-16-le", "replace")).strip(
                        "\0"
                    )
                return decode(raw, self._codec)
        return ""

    def _named_codec(self) -> str:
        """Of strings that are not Unicode: the message's code page, else its locale's. The internet
        code page (3FDE) is another matter, although it looks alike.
        """
        place = ("__properties_version1.0",)
        raw = (
            bytes(self._ole.openstream(list(place)).read(64_000)) if place in self._places else b""
        )
        values = {
            struct.unpack_from("<I", raw, at)[0]: struct.unpack_from("<I", raw, at + 8)[0]
            for at in range(32, len(raw) - 15, 16)
        }
        page = values.get(_CODE_PAGE, 0)
        return f"cp{page}" if page else _LOCALES.get(values.get(_LOCALE, 0), "gb18030")


def _is_attachment(name: str) -> bool:
    return name.lower().startswith(_ATTACHMENT)
