"""截止清办: after deadline and grace a final letter is prepared for each incomplete case, all held;
one person releases them as one list.

Which cases, and why not the others, is decided in ``ingest/submission/closing.py``. Preparing
decides nothing: the decision is written when its letter is released, each case in one transaction,
so that a case that has moved on keeps its new decision and one that was done is not done twice.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from ingest.log import get_logger
from ingest.office import Mouth
from ingest.steps.judge import take_case
from ingest.steps.letters import Draft, case_letter, enqueue_letter
from ingest.store.cases import (
    Judgement,
    get_case,
    latest_decision,
    list_cases,
    load_subjects,
    load_verdict,
    save_decision,
)
from ingest.store.chain import decision_sha256
from ingest.store.database import Database
from ingest.store.events import EventKind, bounces, record_event, supersede_letters
from ingest.store.messages import any_unread
from ingest.store.staff import add_staff_decision
from ingest.store.tables import CaseRow, DecisionRow
from ingest.submission.case import papers_of_case
from ingest.submission.closing import is_closing, is_due
from ingest.views.closing import Closing, case_in_hand, closing_key, closing_of, letters_to_close
from notifier.outbox import OutboxRow, closing_letters, find_by_key, release
from notifier.wording import deadline_text
from rules.call import Call
from rules.closing import closed, closing_finding
from rules.staff import StaffAction, StaffDecision
from rules.verdict import DECISION_NAMES, Decision, Verdict


def close_due(database: Database, mouth: Mouth, now: datetime) -> bool:
    """Prepare the closing letter of the next case that is due, of any call; False when none is."""
    return any(_close(database, each, now) for each in mouth.all)


def _close(database: Database, mouth: Mouth, now: datetime) -> bool:
    call = mouth.office.call
    if not is_closing(call, now):
        return False
    with database.reading() as session:
        if any_unread(session):
            return False  # perhaps it came in time
        row = _next_to_close(session, call, now)
        draft = _closing_letter(session, mouth, row, now) if row is not None else None
    if row is None or draft is None:
        return False
    with database.writing() as session:
        supersede_letters(session, row.id, now)  # a reminder that waits, an older closing letter
        prepared = enqueue_letter(mouth, session, draft, now)
        text = f"截止清办: 案卷 {row.code} 逾期未补齐，备好最后的信函，待放行"
        record_event(session, now, EventKind.CLOSING_PREPARED, text, case_id=row.id)
    get_logger().info("closing prepared", case=row.code)
    return prepared


def _next_to_close(session: Session, call: Call, now: datetime) -> CaseRow | None:
    bounced = bounces(session)
    for row in list_cases(session, call.id, (Decision.INCOMPLETE,)):
        if find_by_key(session, closing_key(row, call)) is None and is_due(
            case_in_hand(session, row, bounced), call, now
        ):
            return row
    return None


def _closing_letter(session: Session, mouth: Mouth, row: CaseRow, now: datetime) -> Draft | None:
    """The letter that would tell the case's end; None when somebody decides it at this moment."""
    call, before = mouth.office.call, latest_decision(session, row.id)
    if before is None or before.version != row.version:
        return None
    verdict = closed(load_verdict(before), deadline_text(call.deadline))
    draft = case_letter(mouth, row, take_case(session, call, row).case, verdict, now)
    serial = f"{draft.request.serial}.close"
    return replace(
        draft,
        key=closing_key(row, call),
        request=replace(draft.request, serial=serial),
        message_ref=None,
        hold=True,
        approved=True,
    )


def release_closing(database: Database, call: Call, who: str, now: datetime) -> list[Closing]:
    """Decide and let go every case of the list that has not moved on, each in one transaction; what
    became of each.
    """
    with database.reading() as session:
        letters = [letter.id for letter in letters_to_close(session, call)]
    return [
        done
        for letter in letters
        if (done := _release_one(database, call, who, letter, now)) is not None
    ]


def _release_one(
    database: Database, call: Call, who: str, letter_id: int, now: datetime
) -> Closing | None:
    """None when somebody else was quicker."""
    with database.writing() as session:
        letter = next((row for row in closing_letters(session) if row.id == letter_id), None)
        if letter is None:
            return None
        item = closing_of(session, call, letter, now)
        row = get_case(session, letter.case_id) if letter.case_id is not None else None
        if row is not None and not item.kept_back:
            _end(session, call, row, letter, who, now)
        return item


def _end(
    session: Session, call: Call, row: CaseRow, letter: OutboxRow, who: str, now: datetime
) -> None:
    """The end of a case: a person's decision, the next version of the verdict, its letter."""
    before = latest_decision(session, row.id)
    assert before is not None  # it is incomplete
    verdict, until = load_verdict(before), deadline_text(call.deadline)
    loose = papers_of_case(take_case(session, call, row).case)
    for applicant, papers in _to_end(verdict, loose).items():
        word = StaffDecision(
            applicant=applicant,
            action=StaffAction.REJECT,
            because=closing_finding(until).text,
            who=who,
            papers={applicant: papers},
        )
        add_staff_decision(session, row.id, before.version, word, now)
    kept = Judgement(
        closed(verdict, until, who),
        load_subjects(before),
        json.loads(before.trace),
        before.received_at,
        before.disagreement,
        before.listing_sha256,
        before.call_sha256,
    )
    decided = save_decision(session, row, kept, now, told_by=letter.id)
    assert decided is not None  # one writer: nothing came in between
    release(session, letter.id, now)
    _write_down(session, decided, letter, who, now)


def _to_end(verdict: Verdict, loose: str) -> dict[str, str]:
    """The fingerprint of the papers each applicant's end is decided on; of a case in which none
    could be made out that of what lies in it, under no name.
    """
    if not verdict.entries:
        return {"": loose}
    return {
        entry.applicant: entry.papers
        for entry in verdict.entries
        if entry.decision is Decision.INCOMPLETE
    }


def _write_down(
    session: Session, decided: DecisionRow, letter: OutboxRow, who: str, now: datetime
) -> None:
    said = f"第 {decided.version} 次裁定: {DECISION_NAMES[decided.decision]}"
    case_id, digest = decided.case_id, decision_sha256(decided)
    text = f"截止清办，{who} 放行；{said}"
    record_event(session, now, EventKind.DECIDED, said, case_id=case_id, sha256=digest)
    record_event(
        session, now, EventKind.CLOSING_RELEASED, text,
        case_id=case_id, outbox_id=letter.id, data={"who": who},
    )  # fmt: skip
