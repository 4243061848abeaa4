"""What this office signs and knows again: the codes of receipts and the Message-IDs of its letters.
Pure.

HMAC-SHA-256 under the key of ``key.py``. Who has neither key nor ledger can make neither; a code
says nothing about the applicant that the letter around it does not say.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

_TOKEN = 12  #: hexadecimal characters, 48 bits: each guess costs a mail
_CODE = 16  #: base32 characters, 80 bits: a code is guessed at home, against nobody but this key
_MESSAGE_ID = re.compile(r"<mailroom\.([A-Za-z0-9._-]{1,80})\.([0-9a-f]{12})@[A-Za-z0-9.-]+>")
_PRINTED = re.compile(
    r"(?<![A-Z0-9])([A-Z]{1,4}\d{2}-\d{4,6}-[0-9A-Z]|R[0-9A-F]{16})\s*\.\s*(\d{1,6})\s*\.\s*"
    r"((?:[A-Z2-7][\s-]{0,4}){15}[A-Z2-7])(?![A-Z0-9])"
)


@dataclass(frozen=True)
class Receipt:
    """What a receipt's code vouches for."""

    subject: str  #: the case's code; of a mail without a case :func:`mail_subject`
    version: int  #: of the decision; 1 for a mail without a case
    decision: str
    received: datetime
    listing_sha256: str  #: of the list of files in the letter (``notifier.letters.listing_sha256``)


@dataclass(frozen=True)
class PrintedCode:
    """A receipt's code as it was found in a letter: which decision it names, and the seal on it."""

    subject: str
    version: int
    seal: str  #: 16 characters, no dashes


def mail_subject(sha256: str) -> str:
    """How a receipt names a mail that belongs to no case: by the beginning of its raw
    bytes' hash.
    """
    return f"R{sha256[:16].upper()}"


def case_key(code: str, version: int) -> str:
    """The key of the letter that tells one version of a case's verdict."""
    return f"case:{code}:{version}"


def question_key(sha256: str) -> str:
    """The key of the receipt of a mail that brought nothing to judge."""
    return f"received:{sha256}"


def seal_of(key: bytes, receipt: Receipt) -> str:
    """The seal: 16 characters of base32."""
    instant = receipt.received.astimezone(UTC).isoformat(timespec="seconds")
    facts = (
        receipt.subject,
        str(receipt.version),
        receipt.decision,
        instant,
        receipt.listing_sha256,
    )
    return base64.b32encode(_hmac(key, "receipt", *facts)).decode()[:_CODE]


def receipt_code(key: bytes, receipt: Receipt) -> str:
    """The code as it is printed: ``Q24-0007-K.2.ABCD-EFGH-IJKL-MNOP``."""
    seal = seal_of(key, receipt)
    groups = "-".join(seal[start : start + 4] for start in range(0, _CODE, 4))
    return f"{receipt.subject}.{receipt.version}.{groups}"


def find_receipt_codes(text: str) -> tuple[PrintedCode, ...]:
    """Every receipt code in ``text``, each once; full-width and lower-case letters and broken lines
    are borne.
    """
    found = _PRINTED.findall(unicodedata.normalize("NFKC", text).upper())
    codes = (
        PrintedCode(
            subject,
            int(version),
            re.sub(r"[\s-]", "", seal),
        )
        for subject, version, seal in found
    )
    return tuple(dict.fromkeys(codes))


def holds(key: bytes, code: PrintedCode, receipt: Receipt) -> bool:
    """Whether ``code`` was made by this office for exactly ``receipt``."""
    return hmac.compare_digest(code.seal, seal_of(key, receipt))


def signed_serial(key: bytes, serial: str) -> str:
    """A letter's serial with its token: what stands in the Message-ID, the same at every
    attempt.
    """
    return f"{serial}.{_token(key, serial)}"


def own_serial(key: bytes, message_id: str) -> str | None:
    """The serial in a Message-ID that this office made; None for everybody else's, also for those
    that pretend.

    For what the outbox no longer knows: after a restore from an older backup a reply still finds
    its case.
    """
    match = _MESSAGE_ID.fullmatch(message_id.strip())
    if match is None or not hmac.compare_digest(match[2], _token(key, match[1])):
        return None
    return match[1]


def address_mark(key: bytes, address: str) -> str:
    """What stands for an address where none may stand; who has not the key learns nothing from
    it.
    """
    return _hmac(key, "address", address.lower()).hex()[:16]


def _token(key: bytes, serial: str) -> str:
    return _hmac(key, "message-id", serial).hex()[:_TOKEN]


def _hmac(key: bytes, purpose: str, *fields: str) -> bytes:
    """Fields are told apart by their lengths, so that no two lists of fields sign the
    same bytes.
    """
    data = "".join(f"{len(field)}:{field}" for field in (purpose, *fields))
    return hmac.new(key, data.encode(), hashlib.sha256).digest()
