"""How a decided letter gets into the outbox: composed, counted against the caps, held for approval when asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from ingest.app import App
from ingest.reading import Reading
from ingest.store.ledger import record_event
from ingest.store.tables import CaseRow, MessageRow
from ingest.submission.dossier import Dossier
from ingest.submission.joining import Placement
from ingest.submission.replies import Reply, letter_request, question_request
from notifier.attempts import OutboxState
from notifier.letters import LetterRequest, compose
from notifier.mime import build_letter
from notifier.outbox import NewLetter, OutboxRow, count_letters, enqueue
from rules.verdict import Verdict


@dataclass(frozen=True)
class Draft:
    """A letter that has been decided on, before the caps have had their say."""

    key: str  #: one letter for one decision, whatever happens
    request: LetterRequest
    message_ref: int
    case_id: int | None = None


def case_letter(app: App, case: CaseRow, dossier: Dossier, verdict: Verdict) -> Draft:
    """The letter that tells the next version of a case's verdict."""
    version = case.version + 1
    envelope = dossier.last.reading.envelope
    reply = Reply(
        case.code, case.submitter, envelope.from_address, envelope.from_name, app.from_address, f"{case.code}.{version}"
    )
    request = letter_request(dossier, verdict, app.call, reply, app.clock.now())
    return Draft(f"case:{case.code}:{version}", request, dossier.last.id, case.id)


def question_letter(app: App, row: MessageRow, reading: Reading, placement: Placement) -> Draft:
    """The receipt of a mail that brought nothing to judge."""
    envelope = reading.envelope
    serial = f"received.{row.sha256[:24]}"
    reply = Reply("", placement.sender.name, envelope.from_address, envelope.from_name, app.from_address, serial)
    return Draft(
        f"received:{row.sha256}", question_request(envelope, row.received_at, app.call, reply, app.clock.now()), row.id
    )


def _answers_so_far(session: Session) -> int:
    """Letters to applicants, ever; a digest approves nobody's first answer."""
    answers = col(OutboxRow.kind) != "digest", col(OutboxRow.state) != OutboxState.CANCELLED
    return session.exec(select(func.count()).select_from(OutboxRow).where(*answers)).one()


def enqueue_letter(app: App, session: Session, draft: Draft) -> bool:
    """Put a letter into the outbox, in the caller's transaction; False when the sender's daily cap is used up.

    The letter before the cap says that it is the last (RFC 3834 section 3.1.2 asks responders that invite replies
    to prevent loops); a suppressed one is an event for the digest, its case goes on.
    """
    now, settings = app.clock.now(), app.settings.letters
    sent_today = count_letters(session, now - timedelta(days=1), draft.request.to_address)
    if sent_today >= settings.per_sender_per_day:
        text = f"一天内已向该发件人发出 {sent_today} 封信函,达到上限,本次不再自动答复"
        record_event(session, now, "suppressed", text, message_id=draft.message_ref, case_id=draft.case_id)
        return False
    request = replace(draft.request, last_automatic=sent_today + 1 >= settings.per_sender_per_day)
    letter = compose(request, app.templates)
    new = NewLetter(
        key=draft.key, kind=letter.kind, recipient=letter.to_address, subject=letter.subject, message_id=letter.message_id,
        mime=build_letter(letter, app.settings.smtp.from_name or app.call.authority, app.from_address, now),
        case_id=draft.case_id, message_ref=draft.message_ref,
        held=_answers_so_far(session) < settings.approve_first,
    )  # fmt: skip
    row, is_new = enqueue(session, new, now)
    if is_new:
        text = f"信函入发件箱: {letter.subject}" + ("(待人工放行)" if new.held else "")
        record_event(
            session, now, "queued", text, message_id=draft.message_ref, case_id=draft.case_id, outbox_id=row.id
        )
    return True
