"""How a decided letter gets into the outbox: composed, counted against the caps, held for approval
when asked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlmodel import Session

from ingest.message.addresses import untagged
from ingest.office import Mouth
from ingest.reading import Envelope
from ingest.receipts.signature import signature_line, vouched
from ingest.receipts.signing import (
    Receipt,
    case_key,
    mail_subject,
    question_key,
    receipt_code,
    signed_serial,
)
from ingest.store.events import EventKind, queue_letter, record_event
from ingest.store.tables import CaseRow, MessageRow
from ingest.submission.case import Case
from ingest.submission.letterrequest import (
    Reply,
    StaffLetterKind,
    call_reminder_request,
    informed_request,
    letter_request,
    noted_request,
    question_request,
    reminder_request,
    staff_request,
)
from ingest.submission.reminding import Reminder
from notifier.letters import Letter, LetterRequest, compose, listing_sha256
from notifier.mime import build_letter
from notifier.outbox import (
    TELLS_A_DECISION,
    NewLetter,
    count_answers,
    count_case_letters,
    count_letters,
    find_by_key,
)
from rules.call import Unit
from rules.verdict import Verdict
from rules.vocabulary import BEIJING


@dataclass(frozen=True)
class Draft:
    """A letter that has been decided on, before the caps have had their say."""

    key: str  #: one letter for one decision, whatever happens
    request: LetterRequest
    message_ref: int | None = None  #: the mail it answers; None = nobody asked
    case_id: int | None = None
    hold: bool = False  #: a person must release it
    #: a person has read it and lets it go: no limit of automatic answers holds it back
    approved: bool = False


def case_letter(mouth: Mouth, row: CaseRow, case: Case, verdict: Verdict, now: datetime) -> Draft:
    """The letter that tells the next version of a case's verdict, to the last who may learn it."""
    version = row.version + 1
    answered = case.answered
    to_address, to_name = row.reply_address, row.reply_name
    if answered is not None:
        envelope = answered.reading.envelope
        to_address, to_name = envelope.from_address, envelope.from_name
    reply = Reply(
        row.code,
        row.submitter,
        to_address,
        to_name,
        mouth.office.from_address,
        f"{row.code}.{version}",
    )
    request = letter_request(case, verdict, mouth.office.call, reply, now)
    return Draft(
        case_key(row.code, version),
        _sealed(mouth, request, row.code, version, verdict.decision.value),
        case.last.id,
        row.id,
    )


def staff_letter(
    mouth: Mouth, row: CaseRow, case: Case, kind: StaffLetterKind, word: str, now: datetime
) -> Draft:
    """The letter that tells what staff did with a case beside its verdict; ``word`` is their
    reason. It follows one version of the verdict, so its key is its own.
    """
    moment = int(now.timestamp())
    serial = f"{row.code}.{row.version}.{kind}.{moment}"
    envelope = case.last.reading.envelope
    address = row.reply_address or envelope.from_address
    reply = Reply(
        row.code, row.submitter, address, row.reply_name, mouth.office.from_address, serial
    )
    request = staff_request(case, kind, word, mouth.office.call, reply, now)
    return Draft(f"{kind}:{row.code}:{moment}", request, case.last.id, row.id, approved=True)


def copied(draft: Draft, address: str, number: int) -> Draft:
    """The same letter to another address that was to be told of the decision before."""
    request = replace(
        draft.request,
        to_address=address,
        to_name="",
        serial=f"{draft.request.serial}.{number}",
        in_reply_to="",
        references=(),
    )
    return replace(draft, key=f"{draft.key}:{address}", request=request)


def question_letter(
    mouth: Mouth, row: MessageRow, envelope: Envelope, submitter: str, now: datetime, word: str = ""
) -> Draft:
    """The receipt of a mail that brought nothing to judge; ``word`` says why, where it brought
    something else.
    """
    serial = f"received.{row.sha256[:24]}"
    reply = Reply(
        "", submitter, envelope.from_address, envelope.from_name, mouth.office.from_address, serial
    )
    request = question_request(envelope, row.received_at, mouth.office.call, reply, now)
    request = replace(request, word=word)
    return Draft(
        question_key(row.sha256), _sealed(mouth, request, mail_subject(row.sha256), 1), row.id
    )


def withdrawing_letter(
    mouth: Mouth, case: CaseRow, row: MessageRow, envelope: Envelope, now: datetime
) -> Draft:
    """The receipt of a request to withdraw, which staff confirm."""
    token = _hashed(row.sha256)
    serial = f"{case.code}.asked.{token[:12]}"
    reply = Reply(
        case.code,
        case.submitter,
        envelope.from_address,
        envelope.from_name,
        mouth.office.from_address,
        serial,
    )
    request = question_request(envelope, row.received_at, mouth.office.call, reply, now)
    request = replace(request, kind="withdrawing", track=case.track)
    return Draft(f"withdrawing:{case.code}:{token}", request, row.id, case.id)


def reminder_letter(mouth: Mouth, row: CaseRow, reminder: Reminder, now: datetime) -> Draft:
    """The letter that reminds a case of what its last letter asked for; it answers no mail."""
    reply = Reply(
        row.code,
        row.submitter,
        reminder.address,
        row.reply_name if row.reply_address == reminder.address else "",
        mouth.office.from_address,
        f"{row.code}.remind.{reminder.day:%m%d}",
    )
    request = reminder_request(
        reminder, mouth.office.call, reply, row.track, row.last_received_at, now
    )
    return Draft(f"reminder:{row.code}:{reminder.day.isoformat()}", request, case_id=row.id)


def call_reminder_letter(mouth: Mouth, unit: Unit, address: str, day: date, now: datetime) -> Draft:
    """The letter that reminds a unit of the call itself."""
    call = mouth.office.call
    token = hashlib.sha256(f"{call.id} {unit.name}".encode()).hexdigest()[:16]
    serial = f"call.{token}.{day:%m%d}"
    reply = Reply("", unit.bureau, address, "", mouth.office.from_address, serial)
    request = call_reminder_request(call, reply, now)
    return Draft(f"call_reminder:{call.id}:{unit.name}:{day.isoformat()}", request)


def noted_letter(
    mouth: Mouth, row: MessageRow, envelope: Envelope, about: str, now: datetime
) -> Draft:
    """The receipt of a mail that waits for staff, one a day for a sender and the case ``about``.

    It belongs to no case and names none: who answers it has no letter of the case in his hands.
    """
    day = now.astimezone(BEIJING).date()
    token = _hashed(f"{about}\n{envelope.from_address}\n{day}")
    serial = f"noted.{token}"
    reply = Reply(
        "", "", envelope.from_address, envelope.from_name, mouth.office.from_address, serial
    )
    request = noted_request(envelope, row.received_at, mouth.office.call, reply, now)
    return Draft(f"noted:{token}", request, row.id)


def informed_letter(
    mouth: Mouth, case: CaseRow, row: MessageRow, address: str, now: datetime
) -> Draft:
    """The letter to a case's known address that ``address`` wrote in its name; told once."""
    token = _hashed(address)
    serial = f"{case.code}.told.{token[:12]}"
    reply = Reply(
        case.code, "", case.reply_address, case.reply_name, mouth.office.from_address, serial
    )
    request = informed_request(mouth.office.call, reply, row.received_at, now)
    return Draft(f"informed:{case.code}:{token}", request, row.id, case.id)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _sealed(
    mouth: Mouth, request: LetterRequest, subject: str, version: int, decision: str = ""
) -> LetterRequest:
    """The request with the code that ``mailroom receipt verify`` confirms."""
    assert request.received is not None  # receipts are for what came
    receipt = Receipt(
        subject, version, decision or request.kind, request.received, listing_sha256(request.files)
    )
    code = receipt_code(mouth.key, receipt)
    return replace(request, receipt_code=code, vouched=vouched(receipt) if mouth.sign else "")


def enqueue_letter(mouth: Mouth, session: Session, draft: Draft, now: datetime) -> bool:
    """Put a letter into the outbox, in the caller's transaction; False when it must not be sent.

    The last letter before a cap says so (RFC 3834 section 3.1.2 asks responders that invite replies
    to prevent loops); a letter that is not sent is an event with its reason, for digest and
    explanation, and its case goes on. A letter whose key is in the outbox already is neither made
    again nor counted.
    """
    if find_by_key(session, draft.key) is not None:
        return True
    mouth = _speaking(mouth, draft)
    used = _Used.count(session, draft, now)
    if reason := used.refusal(mouth, by_person=draft.approved):
        record_event(
            session, now, EventKind.SUPPRESSED, reason,
            message_id=draft.message_ref, case_id=draft.case_id, data={"reason": reason},
        )  # fmt: skip
        return False
    letter = _composed(mouth, used.marked(mouth, draft.request))
    new = NewLetter(
        key=draft.key,
        kind=letter.kind,
        recipient=letter.to_address,
        subject=letter.subject,
        message_id=letter.message_id,
        mime=build_letter(letter, mouth.office.from_name, mouth.office.from_address, now),
        case_id=draft.case_id,
        message_ref=draft.message_ref,
        held=draft.hold or _waits_for_approval(mouth, session, draft),
    )
    queue_letter(
        session, new, now, f"信函入发件箱: {letter.subject}" + ("(待人工放行)" if new.held else "")
    )
    return True


def _waits_for_approval(mouth: Mouth, session: Session, draft: Draft) -> bool:
    return not draft.approved and count_answers(session) < mouth.caps.approve_first


def written(mouth: Mouth, draft: Draft) -> Letter:
    """The letter as it would go out, to be looked at."""
    return _composed(_speaking(mouth, draft), draft.request)


def _composed(mouth: Mouth, request: LetterRequest) -> Letter:
    sign = partial(signature_line, mouth.sign) if mouth.sign else None
    return compose(request, mouth.templates, sign)


def _speaking(mouth: Mouth, draft: Draft) -> Mouth:
    """Who speaks of the call the letter is about."""
    return mouth.of(draft.request.call.id)


@dataclass(frozen=True)
class _Used:
    """How much of the caps a letter finds used up; counted in the outbox, so a restart forgets
    nothing.
    """

    recipient: str
    today: int  #: letters to this address within a day
    in_case: int  #: decisions told to this address in this case, ever; reminders are no answers

    @staticmethod
    def count(session: Session, draft: Draft, now: datetime) -> _Used:
        recipient = draft.request.to_address
        today = count_letters(session, now - timedelta(days=1), recipient)
        in_case = (
            0
            if draft.case_id is None or draft.request.kind not in TELLS_A_DECISION
            else count_case_letters(session, draft.case_id, recipient, only=TELLS_A_DECISION)
        )
        return _Used(recipient, today, in_case)

    def refusal(self, mouth: Mouth, *, by_person: bool) -> str:
        """Why no letter may be sent; "" when it may."""
        caps = mouth.caps
        if untagged(self.recipient.lower()) in mouth.office.own_addresses:
            return "收件人是本邮箱自己,不发信函"
        if by_person:
            return ""
        if self.today >= caps.per_sender_per_day:
            return f"一天内已向该发件人发出 {self.today} 封信函,达到上限,本次不再自动答复"
        if self.in_case >= caps.per_case:
            return f"本案卷已向该地址发出 {self.in_case} 封信函,达到上限,不再自动答复"
        return ""

    def marked(self, mouth: Mouth, request: LetterRequest) -> LetterRequest:
        """The request with its signed serial, and saying so when it is the last one before a
        cap.
        """
        caps = mouth.caps
        return replace(
            request,
            serial=signed_serial(mouth.key, request.serial),
            receipt_qr=caps.receipt_qr,
            last_automatic=self.today + 1 >= caps.per_sender_per_day,
            last_of_case=self.in_case + 1 >= caps.per_case,
        )
