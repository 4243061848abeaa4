"""What the command line shows of the store, as plain JSON-able records. Reads only, decides
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlmodel import Session

from ingest.errors import UsageError
from ingest.store.cases import (
    cases_claiming,
    cases_of_message,
    count_cases,
    decisions_of_case,
    find_case_row,
    get_case,
    latest_decision,
    load_subjects,
    load_verdict,
    messages_of_case,
    newest_cases,
)
from ingest.store.events import BY_STAFF, SILENCES, bounces, list_events, reason_of
from ingest.store.messages import count_messages, get_message, load_reading, newest_messages
from ingest.store.tables import CaseRow, DecisionRow, EventRow, MessageRow
from ingest.store.tasks import open_tasks
from ingest.submission.joining import claim_of
from ingest.views.delivery import FEARED
from ingest.views.records import (
    CaseDetail,
    CaseExplanation,
    CaseRecord,
    Dumped,
    EntryRecord,
    EventRecord,
    LetterRecord,
    MessageDetail,
    MessageRecord,
    SilenceRecord,
    StaffRecord,
)
from ingest.views.states import case_state, ended_states
from notifier.outbox import (
    NOT_TO_APPLICANTS,
    OutboxRow,
    count_by_state,
    find_by_ids,
    letters_of_message,
    list_letters,
    newest_letters,
)
from notifier.outboxstates import OutboxState
from rules.subjects import SubjectField
from rules.tasks import TASK_NAMES
from rules.verdict import Decision, Verdict

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """A list for people or programs: the newest rows, and how many older ones there are."""

    lines: list[R]  #: the newest first
    left_out: int  #: rows that are older than the last line


def message_lines(session: Session, number: int | None = None) -> Listing[MessageRecord]:
    """The mails received last; all unless a number is given."""
    lines = [message_line(row) for row in newest_messages(session, number)]
    return Listing(lines, count_messages(session) - len(lines))


def message_line(row: MessageRow) -> MessageRecord:
    """One mail in one record."""
    return {
        "id": row.id,
        "received": row.received_at,
        "state": row.state.value,
        "screening": row.screening_kind or None,
        "from": row.from_address,
        "name": row.from_name,
        "subject": row.subject,
        "size": row.size,
        "sha256": row.sha256,
        "folder": row.folder,
        "uid": row.uid,
        "duplicate_of": row.duplicate_of,
        "answered": row.answered,
    }


def message_detail(session: Session, number: int) -> MessageDetail:
    """Everything about one mail: parts with their fates, documents, cases, letters, events.

    Raises:
        UsageError: there is no such mail.
    """
    row = get_message(session, number)
    if row is None:
        raise UsageError(f"没有编号为 {number} 的来件", "用 mailroom message list 查看编号")
    reading = load_reading(row)
    return {
        **message_line(row),
        "call": row.call,
        "screening_reply": row.screening_reply,
        "screening_reason": row.screening_reason,
        "message_id": row.message_id_header,
        "parts": [part.model_dump(mode="json") for part in reading.parts] if reading else [],
        "documents": [
            {
                "part": document.part,
                "form": document.form,
                "rendition": document.rendition.value,
                "applicant": document.applicant,
            }
            for document in (reading.documents if reading else ())
        ],
        "cases": [case.code for case in cases_of_message(session, row.id)],
        "letters": _letters(session, letters_of_message(session, row.id)),
        "no_letters": _silences(list_events(session, message_id=row.id)),
        "events": [event_line(event) for event in list_events(session, message_id=row.id)],
        "attempts": row.attempts,
        "error": row.error.strip().splitlines()[-1] if row.error else "",
    }


def letter_line(row: OutboxRow, undelivered: str = "") -> LetterRecord:
    """One letter in one record; ``undelivered`` says why it is known or feared not to have arrived,
    "" when it is not.
    """
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state.value,
        "recipient": row.recipient,
        "subject": row.subject,
        "message_id": row.message_id,
        "case_id": row.case_id,
        "attempts": row.attempts,
        "created": row.created_at,
        "next_attempt": row.next_attempt_at,
        "sent": row.sent_at,
        "reply": row.last_reply,
        "undelivered": undelivered,
    }


def _letters(session: Session, rows: Sequence[OutboxRow]) -> list[LetterRecord]:
    bounced = bounces(session)
    return [letter_line(row, _undelivered(row, bounced)) for row in rows]


def _undelivered(row: OutboxRow, bounced: Mapping[int, EventRow]) -> str:
    if row.id in bounced:
        return bounced[row.id].text
    if row.state is OutboxState.FAILED:
        return f"发送失败: {row.last_reply}"
    return "是否送达无法确定" if row.state is OutboxState.UNCERTAIN else ""


def _silences(events: Sequence[EventRow]) -> list[SilenceRecord]:
    """Each letter that was not sent, with the reason."""
    return [
        {
            "at": event.at,
            "reason": reason_of(event),
        }
        for event in events
        if event.kind in SILENCES
    ]


def event_line(row: EventRow) -> EventRecord:
    """One line of the ledger."""
    return {"at": row.at, "kind": row.kind, "text": row.text}


def letter_lines(
    session: Session, states: Sequence[OutboxState] = (), number: int | None = None
) -> Listing[LetterRecord]:
    """The letters queued last; of all states unless some are named, all unless a number
    is given.
    """
    lines = [letter_line(row) for row in newest_letters(session, states, number)]
    counts = count_by_state(session)
    return Listing(lines, sum(counts[state] for state in states or OutboxState) - len(lines))


def case_lines(
    session: Session, number: int | None = None, decision: Decision | None = None
) -> Listing[CaseRecord]:
    """The cases opened last; all unless a number or the decision in force is given."""
    letters = (*newest_letters(session, FEARED), *find_by_ids(session, bounces(session)))
    troubled = {letter.case_id for letter in letters if letter.kind not in NOT_TO_APPLICANTS}
    lines = [
        case_line(
            row,
            undelivered=row.id in troubled,
        )
        for row in newest_cases(session, number, decision)
    ]
    return Listing(lines, count_cases(session, decision) - len(lines))


def case_line(row: CaseRow, *, undelivered: bool) -> CaseRecord:
    """One case in one record; ``undelivered`` says that a letter in it is known or feared not to
    have arrived.
    """
    return {
        "code": row.code,
        "call": row.call,
        "track": row.track,
        "submitter": row.submitter,
        "unit": row.unit,
        "decision": row.decision.value if row.decision else None,
        "version": row.version,
        "received": row.last_received_at,
        "decided": row.decided_at,
        "judge_after": row.judge_after,
        "reply_address": row.reply_address,
        "undelivered": undelivered,
    }


def rival_lines(session: Session, row: CaseRow) -> list[CaseRecord]:
    """The open cases under one name, this one among them; none where nobody else claims it."""
    claim = claim_of(row.submitter_key)
    alike = cases_claiming(session, row.call, claim) if claim else []
    alike = [each for each in alike if each.track == row.track and each.closed_at is None]
    return [case_line(each, undelivered=False) for each in alike] if len(alike) > 1 else []


def case_detail(session: Session, code: str) -> CaseDetail:
    """One case: its mails, every version of its verdict in short, its letters. Raises
    UsageError.
    """
    row = find_case_row(session, code)
    latest, letters = (
        latest_decision(
            session,
            row.id,
        ),
        _letters(session, list_letters(session, case_id=row.id)),
    )
    return {
        **case_line(row, undelivered=any(letter["undelivered"] for letter in letters)),
        "messages": [
            {**message_line(message), "joined_by": joined.joined_by, "files": _file_names(message)}
            for message, joined in messages_of_case(session, row.id)
        ],
        "decisions": [
            {
                "version": item.version,
                "decision": item.decision.value,
                "decided": item.decided_at,
                "rules_sha256": item.rules_sha256,
            }
            for item in decisions_of_case(session, row.id)
        ],
        "state": str(case_state(row, load_verdict(latest) if latest else None)),
        "assigned_to": row.assigned_to,
        "merged_into": _code(session, row.merged_into),
        "staff": _by_staff(session, row.id),
        "tasks": [
            f"{task.id} {TASK_NAMES[task.kind]}：{task.reason}"
            for task in open_tasks(session, case_id=row.id)
        ],
        "digital_seals": _digital_seals(latest) if latest else [],
        "entries": entries_of(load_verdict(latest)) if latest else [],
        "ended": _ended(load_verdict(latest)) if latest else [],
        "letters": letters,
    }


def _ended(verdict: Verdict) -> list[str]:
    return [f"{applicant}：{state}" for applicant, state in ended_states(verdict).items()]


def _code(session: Session, case_id: int | None) -> str:
    row = get_case(session, case_id) if case_id is not None else None
    return row.code if row is not None else ""


def _by_staff(session: Session, case_id: int) -> list[StaffRecord]:
    """What people decided, read, noted and moved in a case."""
    return [
        {"at": event.at, "who": json.loads(event.data)["who"], "text": event.text}
        for event in list_events(session, case_id=case_id)
        if event.kind in BY_STAFF and event.data
    ]


def _digital_seals(decision: DecisionRow) -> list[str]:
    """Which file bears certificate signatures, whose they are, and what a person must look at."""
    facts = [subject.fact(SubjectField.DIGITAL_SEAL) for subject in load_subjects(decision)]
    return [
        f"{fact.provenance.place}：{fact.provenance.raw}" for fact in facts if fact.provenance.raw
    ]


def _file_names(row: MessageRow) -> list[str]:
    reading = load_reading(row)
    return [part.name for part in reading.parts if part.name] if reading else []


def entries_of(verdict: Verdict) -> list[EntryRecord]:
    """A verdict's entries with every finding, those about the whole case first under an entry of no
    name.
    """
    whole: list[Dumped] = [finding.model_dump(mode="json") for finding in verdict.findings]
    entries: list[EntryRecord] = [
        {
            "applicant": entry.applicant, "track": entry.track, "verdict": entry.decision.value,
            "findings": [finding.model_dump(mode="json") for finding in entry.findings],
        }
        for entry in verdict.entries
    ]  # fmt: skip
    about_all = EntryRecord(applicant="", track="", verdict=verdict.decision.value, findings=whole)
    return [about_all, *entries] if whole else entries


def case_explanation(session: Session, code: str) -> CaseExplanation:
    """The whole chain of a case: mails, parts, facts, every rule's outcome with its evidence,
    letters, delivery.

    Raises:
        UsageError: there is no such case.
    """
    row = find_case_row(session, code)
    latest = latest_decision(session, row.id)
    letters = _letters(session, list_letters(session, case_id=row.id))
    events = list_events(session, case_id=row.id)
    return {
        **case_line(row, undelivered=any(letter["undelivered"] for letter in letters)),
        "mails": [
            message_detail(
                session,
                message.id,
            )
            for message, _ in messages_of_case(session, row.id)
        ],
        "subjects": json.loads(latest.subjects) if latest else [],
        "entries": entries_of(load_verdict(latest)) if latest else [],
        "trace": json.loads(latest.trace) if latest else None,
        "rules_sha256": latest.rules_sha256 if latest else None,
        "disagreement": latest.disagreement if latest else "",
        "letters": letters,
        "no_letter": "" if letters else _why_no_letter(latest is not None, events),
        "no_letters": _silences(events),
        "events": [event_line(event) for event in events],
    }


def _why_no_letter(decided: bool, events: Sequence[EventRow]) -> str:  # noqa: FBT001
    if not decided:
        return "尚未裁定"
    reasons = dict.fromkeys(silence["reason"] for silence in _silences(events))
    return f"不宜自动答复: {'; '.join(reasons)}" if reasons else "没有留下原因"
