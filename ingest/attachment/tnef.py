"""What lies in a winmail.dat: attachments wrapped by Outlook in TNEF ([MS-OXTNEF]).
The only importer of ``tnefparse``.
"""

from __future__ import annotations

import logging
import struct
import warnings
from collections.abc import Iterator
from typing import Any

from tnefparse import TNEF

from ingest.attachment.limits import Budget
from ingest.attachment.members import DAMAGE, NO_ENTRIES, Member, Opened, member_of, unique
from ingest.message.charsets import decode
from ingest.message.filenames import safe_name
from ingest.reading import Fate

_BROKEN = "winmail.dat 已损坏, 打不开; 请在 Outlook 里改用 HTML 或纯文本格式重发"
_HEAD = 6
"""Bytes before the first attribute: the signature and a key."""
_PROPERTIES = {0x00069003, 0x00069005}
"""The attributes that are a list of MAPI properties, which begins with how many they are."""
_LEAST_PROPERTY = 4
"""Bytes of a property's type and name, which each has."""
_DAMAGE = (*DAMAGE, LookupError, TypeError, AttributeError, AssertionError, RuntimeError, NameError)

logging.getLogger("tnefparse").setLevel(logging.CRITICAL)


def open_tnef(data: bytes, name: str, budget: Budget) -> Opened:
    """Open a winmail.dat: what is whole of one that was cut off, and without what others put behind
    it. Never raises for what the bytes are.
    """
    del name
    end, cut = _whole_attributes(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            attachments = list(TNEF(data[:end], do_checksum=False).attachments)
    except _DAMAGE:
        return Opened(Fate.DAMAGED, _BROKEN)
    whole = [attachment for attachment in attachments if attachment.data or not cut]
    if end <= _HEAD or (cut and not whole):
        return Opened(Fate.DAMAGED, _BROKEN)
    if not attachments:
        return Opened(Fate.UNPACKED, "winmail.dat 里只有邮件正文的格式, 没有附件")
    lost = "; 文件末尾残缺, 后面的内容没有收到" if cut else ""
    return Opened(
        Fate.UNPACKED,
        f"Outlook 专用格式, 已解开, 内有 {len(whole)} 个附件{lost}",
        _members(whole, data[end:], budget, cut=cut),
    )


def _whole_attributes(data: bytes) -> tuple[int, bool]:
    """Where the last whole attribute ends, and whether one more was begun ([MS-OXTNEF] 2.1.3.1): a
    level of 1 or 2, an identifier, a length, so many bytes, a checksum. One that promises more
    properties than it has room for (MsgPropertyCount) is not whole: ``tnefparse`` would look for
    each.
    """
    position = _HEAD
    while position < len(data) and data[position] in {1, 2}:
        if position + 11 > len(data):
            return position, True
        identifier, size = struct.unpack_from("<II", data, position + 1)
        end = position + 11 + size
        if end > len(data) or (
            identifier in _PROPERTIES and not _has_room(data, position + 9, size)
        ):
            return position, True
        position = end
    return position, False


def _has_room(data: bytes, begin: int, size: int) -> bool:
    """Whether a list of properties, of so many bytes from here on, has room for all it counts."""
    if size < 4:
        return True
    count: int = struct.unpack_from("<I", data, begin)[0]
    return count * _LEAST_PROPERTY <= size - 4


def _members(attachments: list[Any], tail: bytes, budget: Budget, *, cut: bool) -> Iterator[Member]:
    yield from _entries(attachments, budget)
    if cut:
        yield Member("未收到的部分", fate=Fate.DAMAGED, reason=_BROKEN)
    elif tail.strip():
        yield Member("末尾的内容", tail)


def _entries(attachments: list[Any], budget: Budget) -> Iterator[Member]:
    seen: set[str] = set()
    for number, attachment in enumerate(attachments):
        if not budget.take_entry():
            rest = unique(f"其余{len(attachments) - number}个附件", seen)
            yield Member(rest, fate=Fate.LIMIT, reason=NO_ENTRIES)
            return
        data = bytes(attachment.data or b"")
        yield member_of(
            unique(_name(attachment), seen),
            data if len(data) <= budget.bytes_left else None,
            budget,
        )


def _name(attachment: Any) -> str:
    """The long name; a short one is in the sender's code page,
    which Chinese Windows sets to GBK.
    """
    try:
        name = attachment.long_filename()
    except (*_DAMAGE, UnicodeError):
        name = attachment._name  # noqa: SLF001 - the bytes that could not be decoded as ASCII
    text = decode(name) if isinstance(name, bytes) else str(name)
    return safe_name(text.replace("\0", ""))
