"""A raw mail -> its envelope, text and parts. The only module that imports mail-parser.

Our own reading is the truth; mail-parser is a second pair of eyes where it is right: the Received
chain, odd dates and addresses, and the body text when ours came out damaged. It is given small
input only (it takes 17 s for one 1.5 MB header) and every exception it is known to let out is
caught by name.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.utils import parsedate_to_datetime

import mailparser
from mailparser.exceptions import MailParserError

from ingest.message.addresses import addresses, all_addresses
from ingest.message.bodies import body_text, tidy
from ingest.message.headers import Headers
from ingest.message.structure import Entity, RawMail, parse_structure, walk
from ingest.reading import Envelope

MAX_SECOND_LOOK = 1024 * 1024
"""Bytes of a mail that mail-parser is shown for its text, where ours is damaged or empty."""
MAX_RECEIVED = 30
MAX_REFERENCES = 100

_SINGLE = frozenset({"date", "from", "to"})
_OF_TEXT = frozenset({"content-type", "content-transfer-encoding", "mime-version"})
"""Headers the library needs for a second look, beside those that name the chain; at the text the
others, too."""
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_ODD = {
    "received_header_defects": "Received 头",
    "date_header_defects": "Date 头",
    "address_header_defects": "地址头",
}
# Measured: these leave mail-parser 4.8.0 on damaged mails although it has an exception class of its
# own.
_LIBRARY_ERRORS = (
    MailParserError,
    MessageError,
    AttributeError,
    TypeError,
    ValueError,
    LookupError,
    RecursionError,
    AssertionError,
    ArithmeticError,
)

# It warns on the terminal about content types it leaves alone; ours are all accounted for as parts.
logging.getLogger("mailparser").addHandler(logging.NullHandler())
logging.getLogger("mailparser").propagate = False


@dataclass(frozen=True)
class Mail:
    """A mail taken apart; contents still lie in the raw bytes."""

    root: Entity
    leaves: tuple[Entity, ...]
    envelope: Envelope
    text: str
    notes: tuple[str, ...]


def parse_mail(raw: RawMail) -> Mail:
    """Take a mail apart.

    Raises:
        UnreadableMessage: it is no mail, or its header block is above 256 KB.
    """
    root = parse_structure(raw)
    leaves = tuple(walk(root))
    text = body_text(leaves, raw)
    doubtful = not text or "\ufffd" in text
    library = _second_look(root, raw, text=doubtful)
    if doubtful and library is not None and library.text and "\ufffd" not in library.text:
        text = library.text
    received = _topmost_received(root.headers) or (library.received if library else None)
    envelope = envelope_of(root.headers, received)
    return Mail(
        root,
        leaves,
        envelope,
        text,
        (*_own_notes(root.headers, envelope), *(library.notes if library else ())),
    )


def envelope_of(headers: Headers, received: int | None = None) -> Envelope:
    """The headers anything depends on, decoded."""
    sender = next(iter(addresses(headers.raw("from"), headers.charset)), None)
    return Envelope(
        message_id=message_id(headers.plain("message-id")),
        in_reply_to=tuple(_MESSAGE_ID.findall(headers.plain("in-reply-to")))[:MAX_REFERENCES],
        references=tuple(_MESSAGE_ID.findall(headers.plain("references")))[-MAX_REFERENCES:],
        from_address=sender.address if sender else "",
        from_name=sender.name if sender else "",
        to_addresses=all_addresses(headers, "to", "cc"),
        subject=headers.text("subject")[:500],
        date=instant(headers.plain("date")),
        received=received,
    )


def message_id(value: str) -> str:
    """A Message-ID with its brackets,
    supplied when the sender forgot them; "" when there is none.
    """
    match = _MESSAGE_ID.search(value)
    bare = value.strip()
    if match:
        return match[0]
    return f"<{bare}>" if re.fullmatch(r"[^<>\s]{1,900}@[^<>\s]{1,900}", bare) else ""


def instant(value: str) -> int | None:
    """A date header as epoch seconds;
    None when unreadable or without a time zone (it would be a guess).
    """
    try:
        moment: datetime = parsedate_to_datetime(value.strip())
        return int(moment.timestamp()) if moment.tzinfo is not None else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _topmost_received(headers: Headers) -> int | None:
    """The server's own line: everything below it is the sender's word."""
    return instant(headers.plain("received").rpartition(";")[2])


@dataclass(frozen=True)
class _Library:
    text: str
    received: int | None
    notes: tuple[str, ...]


def _second_look(root: Entity, raw: RawMail, *, text: bool) -> _Library | None:
    """What mail-parser makes of a mail: of its (capped) headers, and for its text of the whole when
    it is small.
    """
    headers = root.headers
    text = text and root.end - root.start <= MAX_SECOND_LOOK
    wanted = _SINGLE | _OF_TEXT if text else _SINGLE
    chain = [(name, value) for name, value in headers.items if name == "received"][:MAX_RECEIVED]
    others = [(name, value[:4096]) for name, value in headers.items if name in wanted]
    lines = (name.encode() + b": " + value + b"\r\n" for name, value in [*chain, *others[:50]])
    block = b"".join(lines) + b"\r\n"
    body = raw[root.start : root.end] if text else b""
    try:
        parser = mailparser.parse_from_bytes(block + body)
        stamp = next(
            (line.get("date_utc") for line in reversed(parser.received) if isinstance(line, dict)),
            None,
        )
        return _Library(
            text=tidy("\n\n".join(parser.text_plain))[:20_000],
            received=_utc(stamp) if chain and isinstance(stamp, str) else None,
            notes=tuple(f"{label}不合规范" for key, label in _ODD.items() if getattr(parser, key)),
        )
    except _LIBRARY_ERRORS:
        return None


def _utc(stamp: str) -> int | None:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return int(moment.timestamp()) if moment.tzinfo else None


def _own_notes(headers: Headers, envelope: Envelope) -> tuple[str, ...]:
    odd = {
        "邮件有多个发件人头(From), 以最上面的为准": len(headers.all("from")) > 1,
        "邮件没有可用的发件人地址": not envelope.from_address,
        "邮件没有 Message-ID": not envelope.message_id,
        "邮件的 Date 头缺失或看不懂": envelope.date is None,
    }
    return tuple(text for text, true in odd.items() if true)
