"""Step 3: a case whose settle window has passed is judged; the verdict and its letter are one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from ingest.app import App
from ingest.errors import MailroomError
from ingest.killpoints import point
from ingest.log import get_logger
from ingest.steps.letters import case_letter, enqueue_letter
from ingest.store.cases import (
    Judgement,
    accepted_ledger,
    next_case_to_judge,
    readings_of_case,
    request_judgement,
    save_decision,
)
from ingest.store.ledger import record_event
from ingest.store.messages import mark_answered
from ingest.store.tables import CaseRow
from ingest.submission.dossier import Dossier, ReceivedMail, arrange, parts_of_matter
from ingest.submission.sender import Sender, who_sent
from ingest.submission.subjects import LedgerEntry, subjects_of, verdict_of
from rules.verdict import DECISION_NAMES

PUT_OFF = timedelta(minutes=10)
"""How long a case waits after judging it failed on our side."""


@dataclass(frozen=True)
class CaseFile:
    """A case taken from the shelf: its papers arranged, and what else the rules may ask."""

    case: CaseRow
    dossier: Dossier
    sender: Sender
    ledger: tuple[LedgerEntry, ...]


def judge_one(app: App) -> bool:
    """Judge the case whose settle window ended first; False when none is due.

    A case that makes us stumble is put off, told to staff, and keeps no other case waiting.
    """
    with app.database.reading() as session:
        case = next_case_to_judge(session, app.clock.now())
    if case is None:
        return False
    try:
        _judge(app, case)
    except MailroomError:
        raise
    except Exception as error:  # noqa: BLE001 - step border: our fault, and only this case should suffer for it
        _put_off(app, case, error)
    return True


def _put_off(app: App, case: CaseRow, error: Exception) -> None:
    now, name = app.clock.now(), type(error).__name__
    get_logger().error("judging failed", case=case.code, exc_info=error)
    with app.database.session() as session:
        request_judgement(session, case.id, now + PUT_OFF)
        text = f"案卷 {case.code} 裁定时程序出错,尚未答复,程序会再试: {name}"
        record_event(session, now, "judging_failed", text, case_id=case.id)


def _judge(app: App, case: CaseRow) -> None:
    now = app.clock.now()
    with app.database.reading() as session:
        file = take_case(app, session, case)
    subjects = subjects_of(
        file.dossier, app.call, file.sender, decided_before=file.case.version > 0, ledger=file.ledger
    )
    judged = app.judge.judge(subjects, file.dossier.last.received)
    verdict = verdict_of(file.dossier, judged.findings, judged.rules_sha256)
    kept = Judgement(verdict, subjects, judged.results, file.dossier.last.received, judged.disagreement)
    point("judged")
    with app.database.session() as session:
        draft = case_letter(app, file.case, file.dossier, verdict)
        row = save_decision(session, file.case, kept, now)
        if row is None:
            return  # something new came in meanwhile: the case is still due, with the new papers
        text = f"裁定(第 {row.version} 次): {DECISION_NAMES[verdict.decision]}"
        record_event(session, now, "decided", text, case_id=file.case.id)
        if judged.disagreement:
            record_event(session, now, "disagreement", judged.disagreement, case_id=file.case.id)
        for mail in file.dossier.mails:
            mark_answered(session, mail.id)
        if file.dossier.last.reading.screening.reply:
            enqueue_letter(app, session, draft)
        point("deciding")
    point("decided")
    get_logger().info("decided", case=file.case.code, decision=str(verdict.decision))


def take_case(app: App, session: Session, case: CaseRow) -> CaseFile:
    """Everything about a case that judging needs, from the store."""
    mails = [
        ReceivedMail(row.id, row.received_at, reading, row.dated)
        for row, reading in readings_of_case(session, case.id)
        if parts_of_matter(reading)
    ]
    ledger = tuple(
        LedgerEntry(f"台{number}", item.entry.track, item.entry.applicant, item.unit)
        for number, item in enumerate(accepted_ledger(session, app.call.id, case.id), 1)
    )
    senders = [who_sent(mail.reading, app.call) for mail in reversed(mails)]
    sender = next((sender for sender in senders if sender.kind != "其他"), senders[0])
    return CaseFile(case, arrange(mails, case.track, app.call), sender, ledger)
