"""截止清办 as it stands: the letters that wait to be released, and the cases staff must decide first. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from ingest.store.cases import get_case, latest_decision, list_cases, load_verdict
from ingest.store.events import bounces
from ingest.store.tables import CaseRow
from ingest.store.tasks import open_tasks
from ingest.submission.closing import is_closing, is_due, left_open
from ingest.submission.inhand import CaseInHand, Told
from notifier.digest import CaseLine
from notifier.outbox import CLOSING, OutboxRow, closing_letters, last_sent, last_telling
from notifier.outboxstates import OutboxState
from rules.call import Call
from rules.verdict import Decision, Outcome, Verdict


def case_in_hand(session: Session, row: CaseRow, bounced: Collection[int]) -> CaseInHand:
    """The case as it is now; ``bounced`` are the letters that came back."""
    decision = latest_decision(session, row.id)
    return CaseInHand(
        decision=row.decision,
        pending=row.judge_after is not None,
        ended=bool(row.withdrawn_at or row.closed_at or row.merged_into),
        contested=row.contested,
        referred=decision is not None and _refers(load_verdict(decision)),
        tasks=frozenset(task.kind for task in open_tasks(session, case_id=row.id)),
        told=_told(session, row.id, bounced),
    )


def _refers(verdict: Verdict) -> bool:
    """Whether staff must look at something before anything in it can be final."""
    findings = [*verdict.findings, *(each for entry in verdict.entries for each in entry.findings)]
    return any(entry.decision is Decision.REFERRED for entry in verdict.entries) or any(
        finding.outcome is Outcome.REFER for finding in findings
    )


def _told(session: Session, case_id: int, bounced: Collection[int]) -> Told | None:
    """The letter that told the last decision; None when it has not left, or perhaps not."""
    letter = last_telling(session, case_id, except_kinds=("reminder",))
    if letter is None or letter.state is not OutboxState.SENT or letter.sent_at is None:
        return None
    last = last_sent(session, recipient=letter.recipient)
    arrived = letter.id not in bounced and (last is None or last.id not in bounced)
    return Told(letter.sent_at, letter.recipient, letter.message_id, arrived)


def closing_key(row: CaseRow, call: Call) -> str:
    """One closing letter for a decision and the deadline it failed to meet."""
    return f"{CLOSING}{row.code}:{row.version}:{call.deadline.isoformat()}"


@dataclass(frozen=True)
class Closing:
    """One case of the list."""

    letter: int
    case_code: str
    submitter: str
    recipient: str
    kept_back: str  #: why its letter does not leave; "" = nothing speaks against it


def closing_list(session: Session, call: Call, now: datetime) -> list[Closing]:
    """The closing letters of a call that wait for release, the oldest first."""
    return [closing_of(session, call, each, now) for each in letters_to_close(session, call)]


def letters_to_close(session: Session, call: Call) -> list[OutboxRow]:
    """The closing letters of a call's cases."""
    found = [
        (each, each.case_id and get_case(session, each.case_id))
        for each in closing_letters(session)
    ]
    return [letter for letter, case in found if not case or case.call == call.id]


def closing_of(session: Session, call: Call, letter: OutboxRow, now: datetime) -> Closing:
    """Whether a closing letter still says what is so."""
    row = get_case(session, letter.case_id) if letter.case_id is not None else None
    if row is None:
        return Closing(letter.id, "", "", letter.recipient, "案卷已不存在")
    case = case_in_hand(session, row, bounces(session))
    reason = left_open(case)
    if not reason and letter.key != closing_key(row, call):
        reason = "备好之后结论或截止时间已变"
    if not reason and not is_due(case, call, now):
        reason = "还没有到清办的时候"
    return Closing(letter.id, row.code, row.submitter, letter.recipient, reason)


def closing_lines(
    session: Session, call: Call, now: datetime, lines: tuple[CaseLine, ...]
) -> tuple[tuple[CaseLine, ...], tuple[CaseLine, ...]]:
    """Of the lines of cases that are open, those whose closing letter waits to be released, each
    with its number, and those that staff must decide first, each with the reason.
    """
    if not is_closing(call, now):
        return (), ()
    waiting = {item.case_code: item for item in closing_list(session, call, now)}
    bounced = bounces(session)
    reasons = {
        row.code: left_open(case_in_hand(session, row, bounced))
        for row in list_cases(session, call.id, (Decision.INCOMPLETE, Decision.REFERRED))
    }
    listed = tuple(
        replace(line, note=f"信函 {waiting[line.case_code].letter}；{line.note}")
        for line in lines
        if line.case_code in waiting and not waiting[line.case_code].kept_back
    )
    left = tuple(
        replace(line, note=reason) for line in lines if (reason := reasons.get(line.case_code))
    )
    return listed, left
