"""From a letter or a digest to the bytes of a mail: base64 bodies, CRLF, threading, marks of an
automatic mail.

Pure: the date is given, boundaries are made from the Message-ID, so equal letters are equal bytes.
What is said in the mail does not come in. The older ``email`` API is used on purpose: it folds only
what we hand it as encoded words and leaves long identifiers whole, where the newer one breaks them
into encoded words.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from email.header import Header
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import encode_rfc2231, format_datetime
from typing import Final

from notifier.digest import Digest
from notifier.letters import (
    MAX_IDENTIFIER,
    MAX_REFERENCES,
    NOT_ASKED_FOR,
    Letter,
    message_id,
)
from notifier.receiptqr import RECEIPT_CID
from notifier.transport import deliverable
from notifier.wording import beijing, clean_line

# Headers are folded where they are made; folding them again would leave an empty first line.
_POLICY: Final = compat32.clone(linesep="\r\n", max_line_length=None)
_MESSAGE_ID: Final = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_CONTENT_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,60}")
_XLSX: Final = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CRLF: Final = "\r\n"


def build_letter(letter: Letter, from_name: str, from_address: str, date: datetime) -> bytes:
    """The letter as a mail, below 16 KiB, marked as an automatic reply (RFC 3834 section 5), or
    as generated when it answers nobody.

    ``date`` is aware and shown in Beijing time. The envelope sender should be ``from_address`` too.

    Raises:
        ValueError: an address is not one plain address, or ``date`` has no time zone.
    """
    mail: Message = _text(letter.text, "plain")
    if letter.html:
        page: Message = _text(letter.html, "html")
        if letter.qr:
            picture = _picture(RECEIPT_CID, letter.qr)
            page = _multipart("related", f"{letter.message_id}r", [page, picture])
        mail = _multipart("alternative", letter.message_id, [mail, page])
    _address_headers(
        mail,
        (from_name, from_address),
        (letter.to_name, letter.to_address),
        letter.subject,
    )
    mark = "auto-generated" if letter.kind in NOT_ASKED_FOR else "auto-replied"
    _identity_headers(mail, letter.message_id, date, mark)
    if _is_identifier(letter.in_reply_to):
        mail["In-Reply-To"] = letter.in_reply_to
    if chain := thread(letter.references, letter.in_reply_to):
        mail["References"] = "\n ".join(chain)
    return mail.as_bytes(policy=_POLICY)


def build_digest(
    digest: Digest,
    workbook: bytes,
    *,
    to_address: str,
    from_name: str,
    from_address: str,
    date: datetime,
    serial: str,
) -> bytes:
    """The digest as a mail to one member of staff: text, HTML with its pictures, and the workbook.

    It answers nobody, hence ``auto-generated`` (RFC 3834 section 5.2). ``serial`` makes the
    Message-ID and must differ for each day and recipient.

    Raises:
        ValueError: an address is not one plain address, ``serial`` is unusable, or ``date`` has no
        time zone.
    """
    identity = message_id(serial, from_address)
    pictures = [_picture(crop.cid, crop.png) for crop in digest.images]
    page: Message = _text(digest.html, "html")
    if pictures:
        page = _multipart("related", f"{identity}r", [page, *pictures])
    body = _multipart("alternative", f"{identity}a", [_text(digest.text, "plain"), page])
    mail = _multipart("mixed", identity, [body, _workbook(workbook, digest.workbook_name)])
    _address_headers(mail, (from_name, from_address), ("", to_address), digest.subject)
    _identity_headers(mail, identity, date, "auto-generated")
    return mail.as_bytes(policy=_POLICY)


def build_notice(
    subject: str,
    text: str,
    *,
    to_address: str,
    from_name: str,
    from_address: str,
    date: datetime,
    serial: str,
) -> bytes:
    """A plain notice of the program itself to one administrator; it answers nobody (RFC 3834
    section 5.2).

    ``serial`` makes the Message-ID and must differ for each incident and recipient.

    Raises:
        ValueError: an address is not one plain address, ``serial`` is unusable, or ``date`` has no
        time zone.
    """
    mail: Message = _text(text, "plain")
    _address_headers(mail, (from_name, from_address), ("", to_address), subject)
    _identity_headers(mail, message_id(serial, from_address), date, "auto-generated")
    return mail.as_bytes(policy=_POLICY)


def thread(references: Iterable[str], in_reply_to: str) -> tuple[str, ...]:
    """The References of an answer (RFC 5322 3.6.4): the parent's and the parent itself, valid ones
    only, each once.

    Of more than ten the first and the last nine are kept, as threading programs need the root and
    the nearest.
    """
    known = dict.fromkeys(item for item in (*references, in_reply_to) if _is_identifier(item))
    others = tuple(item for item in known if item != in_reply_to)
    chain = (*others, in_reply_to) if in_reply_to in known else others
    return chain if len(chain) <= MAX_REFERENCES else (chain[0], *chain[1 - MAX_REFERENCES :])


def _is_identifier(text: str) -> bool:
    """Whether ``text`` is a Message-ID (RFC 5322 3.6.4) of a size worth repeating."""
    return len(text) <= MAX_IDENTIFIER and _MESSAGE_ID.fullmatch(text) is not None


def _text(text: str, subtype: str) -> MIMEText:
    """Canonical line ends before base64 (RFC 2045 section 6.8)."""
    return MIMEText("\r\n".join(text.splitlines()) + "\r\n", subtype, "utf-8", policy=_POLICY)


def _multipart(subtype: str, seed: str, parts: Iterable[Message]) -> MIMEMultipart:
    boundary = "=_" + hashlib.sha256(f"{subtype} {seed}".encode()).hexdigest()[:32]
    return MIMEMultipart(subtype, boundary, list(parts), policy=_POLICY)


def _picture(cid: str, png: bytes) -> MIMEImage:
    if not _CONTENT_ID.fullmatch(cid):
        raise ValueError(f"no Content-ID can be made of {cid!r}")
    part = MIMEImage(png, "png", policy=_POLICY)
    part["Content-ID"] = f"<{cid}>"
    part.add_header("Content-Disposition", "inline", filename=f"{cid}.png")
    return part


def _workbook(data: bytes, name: str) -> MIMEApplication:
    """The name twice: RFC 2231 for those who read it, and an encoded word, which older Chinese
    programs expect.
    """
    part = MIMEApplication(data, _XLSX, policy=_POLICY)
    word = Header(name, "utf-8", maxlinelen=998).encode()
    part.replace_header("Content-Type", f'application/{_XLSX};\n name="{word}"')
    part["Content-Disposition"] = f"attachment;\n filename*={encode_rfc2231(name, 'utf-8')}"
    return part


def _address_headers(
    mail: Message,
    sender: tuple[str, str],
    recipient: tuple[str, str],
    subject: str,
) -> None:
    mail["From"] = _mailbox(*sender)
    mail["To"] = _mailbox(*recipient)
    mail["Subject"] = _encoded(clean_line(subject, 160, links=True), "Subject")


def _identity_headers(mail: Message, identity: str, date: datetime, automatic: str) -> None:
    mail["Date"] = format_datetime(beijing(date))
    mail["Message-ID"] = identity
    mail["Auto-Submitted"] = automatic
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Content-Language"] = "zh-CN"


def _encoded(text: str, header: str) -> str:
    """``text`` as encoded words (RFC 2047), folded for a header of this name."""
    return Header(text, "utf-8", header_name=header).encode()


def _mailbox(name: str, address: str) -> str:
    """``=?utf-8?b?...?= <a@b.cn>``, exactly one address whatever the name contains.

    The characters that mean something in an address list are taken out of the name before it is
    encoded, because some programs decode first and parse afterwards.
    """
    if not deliverable(address):
        raise ValueError(f"not one plain address: {address!r}")
    plain = clean_line(re.sub(r"[\"\\<>@,;:()\[\]]", " ", clean_line(name, 60)), 40)
    if not plain:
        return address
    return f"{Header(plain, 'utf-8', header_name='From').encode(linesep=_CRLF)} <{address}>"
