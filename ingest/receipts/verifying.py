"""Does an old letter hold: its code against the key and the ledger, its words against the letter
that was sent.

Reads only. What a receipt's code is made of stands in ``receipts.py``; how the file was read, in
the command line.
"""

from __future__ import annotations

import email
import email.policy
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches

from sqlmodel import Session

from ingest.message.bodies import html_text
from ingest.receipts.signing import (
    PrintedCode,
    Receipt,
    case_key,
    find_receipt_codes,
    holds,
    mail_subject,
    question_key,
)
from ingest.store.cases import find_case_by_code, get_decision
from ingest.store.messages import find_by_hash_prefix
from notifier.letternames import LETTER_NAMES
from notifier.letters import listing_sha256
from notifier.outbox import OutboxRow, find_by_key
from notifier.wording import exact_moment

MAX_TEXT = 100_000
"""Characters of a letter that are looked at; ours have at most a few thousand."""
#: from this likeness on, a line that is not in our letter is one of its lines, changed
_CHANGED = 0.75
_SHOWN = 10


@dataclass(frozen=True)
class Checked:
    """What was found about one code."""

    code: str  #: case code and version, as printed
    holds: bool
    sentences: tuple[str, ...]  #: Chinese, for whoever asked
    #: for ``--json``; empty when it does not hold
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Known:
    """The ledger's side of a receipt."""

    receipt: Receipt
    letter: OutboxRow | None  #: None when none was sent, or none is kept
    decided: datetime | None
    submitter: str
    later: str  #: what has been decided since; "" when nothing


def check_receipts(session: Session, key: bytes, text: str) -> tuple[Checked, ...]:
    """Every receipt code in ``text`` with what it confirms; none when there is no code in it."""
    text = text[:MAX_TEXT]
    return tuple(_check(session, key, code, text) for code in find_receipt_codes(text))


def _check(session: Session, key: bytes, code: PrintedCode, text: str) -> Checked:
    printed = f"{code.subject}.{code.version}"
    known = (
        _of_mail(
            session,
            code,
        )
        if code.subject.startswith("R") and "-" not in code.subject
        else _of_case(session, code)
    )
    if known is None:
        return Checked(printed, False, (f"台账里没有 {code.subject} 的第 {code.version} 次答复。",))
    if not holds(key, code, known.receipt):
        return Checked(
            printed,
            False,
            ("校验码与台账不符: 信中的校验码不是本单位为这次答复出具的, 或抄写有误。",),
        )
    strange = tuple(_strange_lines(known.letter, text))
    return Checked(printed, not strange, (*_confirmation(known), *strange), _facts(known))


def _of_case(session: Session, code: PrintedCode) -> _Known | None:
    case = find_case_by_code(session, code.subject)
    if case is None:
        return None
    row = get_decision(session, case.id, code.version)
    if row is None:
        return None
    receipt = Receipt(
        case.code,
        row.version,
        row.decision.value,
        row.received_at,
        row.listing_sha256,
    )
    later = ""
    if case.version > row.version and case.decision is not None:
        later = (
            f"此后另有新的裁定: 现行的是第 {case.version} 次, {LETTER_NAMES[case.decision.value]}。"
        )
    letter = find_by_key(session, case_key(case.code, row.version))
    return _Known(receipt, letter, row.decided_at, case.submitter, later)


def _of_mail(session: Session, code: PrintedCode) -> _Known | None:
    """A receipt without a case names the raw mail; duplicates of it are the same mail."""
    row = find_by_hash_prefix(session, code.subject[1:].lower())
    if row is None or code.version != 1:
        return None
    receipt = Receipt(mail_subject(row.sha256), 1, "received", row.received_at, listing_sha256(()))
    return _Known(
        receipt,
        find_by_key(session, question_key(row.sha256)),
        None,
        row.from_address,
        "",
    )


def _confirmation(known: _Known) -> Iterator[str]:
    receipt = known.receipt
    name = LETTER_NAMES[receipt.decision]
    yield f"校验码属实: 本单位出具过这份{name}({receipt.subject} 第 {receipt.version} 次答复)。"
    yield f"报送人: {known.submitter}; 材料收到时间: {exact_moment(receipt.received)}(北京时间)。"
    if known.decided is not None:
        yield f"裁定时间: {exact_moment(known.decided)}; 文件清单的 SHA-256: {receipt.listing_sha256}。"
    if known.letter is None:
        yield "当时没有发出信函, 或信函已不在发件箱。"
    elif known.letter.sent_at is not None:
        yield f"信函于 {exact_moment(known.letter.sent_at)} 发往 {known.letter.recipient}。"
    if known.later:
        yield known.later


def _facts(known: _Known) -> dict[str, str]:
    receipt = known.receipt
    facts = {
        "subject": receipt.subject, "version": str(receipt.version), "decision": receipt.decision,
        "received": receipt.received.isoformat(), "listing_sha256": receipt.listing_sha256,
    }  # fmt: skip
    return facts | (
        {
            "sent": known.letter.sent_at.isoformat(),
        }
        if known.letter and known.letter.sent_at
        else {}
    )


# --- the words of the letter ----------------------------------------------------------------------


def _strange_lines(letter: OutboxRow | None, text: str) -> Iterator[str]:
    """What was changed in a letter with a genuine code: hashes of other files, and lines that are
    nearly ours.

    Line breaks, quotation marks, spaces and punctuation do not count, as mail programs change them;
    what is not like our letter at all (greetings, headers of a forwarded mail) is not ours to
    judge.
    """
    if letter is None:
        return
    ours = letter_texts(letter.mime)
    flat, lines = _flat(ours), [flat for line in ours.splitlines() if (flat := _flat(line))]
    for token in dict.fromkeys(re.findall(r"\b[0-9a-f]{16,64}\b", text.lower())):
        if token not in flat:
            yield f"信中的校验值不在本单位发出的信里: {token}"
    changed = [
        line
        for line in _candidates(text, flat)
        if get_close_matches(
            _flat(line),
            lines,
            1,
            _CHANGED,
        )
    ]
    for line in changed[:_SHOWN]:
        yield f"这一行与本单位发出的信不同: {line[:200]}"


def _candidates(text: str, flat: str) -> Iterator[str]:
    """Lines of some length that do not stand in our letter; very long ones are no lines of ours."""
    for line in dict.fromkeys(line.strip(" \t>|") for line in text.splitlines()):
        if 6 <= len(_flat(line)) <= 500 and _flat(line) not in flat:
            yield line


def letter_texts(mime: bytes) -> str:
    """The words of a letter of ours: its plain text, and what its HTML shows."""
    mail = email.message_from_bytes(mime, policy=email.policy.default)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    parts = [str(plain.get_content())] if plain is not None else []
    parts += [html_text(str(html.get_content()))] if html is not None else []
    return "\n".join([str(mail["Subject"]), *parts])


def _flat(text: str) -> str:
    return re.sub(r"\W+", "", unicodedata.normalize("NFKC", text)).lower()
