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
_DAMAGE = (*DAMAGE, LookupError, TypeError, AttributeError, AssertionError, RuntimeError)

logging.getLogger("tnefparse").setLevel(logging.CRITICAL)


def open_tnef(data: bytes, name: str, budget: Budget) -> Opened:
    """Open a winmail.dat. Never raises for what the bytes are."""
    del name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            attachments = list(TNEF(data, do_checksum=False).attachments)
    except _DAMAGE:
        return Opened(Fate.DAMAGED, _BROKEN)
    if not _is_whole(data):
        return Opened(Fate.DAMAGED, _BROKEN)
    if not attachments:
        return Opened(Fate.UNPACKED, "winmail.dat 里只有邮件正文的格式, 没有附件")
    return Opened(
        Fate.UNPACKED,
        f"Outlook 专用格式, 已解开, 内有 {len(attachments)} 个附件",
        _entries(attachments, budget),
    )


def _is_whole(data: bytes) -> bool:
    """Whether its attributes end where the file does ([MS-OXTNEF] 2.1.3.1);
    the library takes what it gets.
    """
    position = 6
    while position + 11 <= len(data):
        position += 11 + struct.unpack_from("<I", data, position + 5)[0]
    return 6 < position <= len(data)


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
