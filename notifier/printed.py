"""A letter taken apart again to be looked at: what its addressee reads. Our own bytes only; nothing
of a stranger's is opened here.
"""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message


@dataclass(frozen=True, slots=True)
class PrintedLetter:
    """A letter as it is read."""

    sender: str
    to: str
    subject: str
    date: str
    text: str
    html: str  #: "" when it has none


def printed(mime: bytes) -> PrintedLetter:
    """The letter that these bytes are."""
    mail = message_from_bytes(mime)
    return PrintedLetter(
        _header(mail, "From"),
        _header(mail, "To"),
        _header(mail, "Subject"),
        _header(mail, "Date"),
        _part(mail, "text/plain"),
        _part(mail, "text/html"),
    )


def _header(mail: Message, name: str) -> str:
    value = str(mail.get(name, "")).replace("\r\n", "").replace("\n", "")
    return str(make_header(decode_header(value)))


def _part(mail: Message, kind: str) -> str:
    for part in mail.walk():
        if part.get_content_type() == kind:
            payload = part.get_payload(decode=True)
            return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return ""
