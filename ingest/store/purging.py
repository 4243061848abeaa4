"""What is erased of a finished call, and what stays: numbers, times, states and hashes, by which
the ledger is still verified and a receipt's code still answered. Names, addresses, telephones,
texts and readings go. One transaction, and its line in the ledger names every row.

Whether a call is finished is said here too; who asks for it and what becomes of files is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, delete, func, literal, or_, text, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ingest.store.events import EventKind, record_event
from ingest.store.spans import as_spans
from ingest.store.tables import (
    CaseAddressRow,
    CaseMarkRow,
    CaseMessageRow,
    CaseRow,
    DecisionRow,
    EndingRow,
    EventRow,
    MessageRow,
    MessageState,
    StaffCodeRow,
    StaffDecisionRow,
    StaffFactRow,
    TaskRow,
)
from notifier.outbox import OutboxRow
from notifier.outboxstates import OutboxState
from rules.staff import StaffDecision
from rules.verdict import Verdict

GONE = "(已清除)"
"""What stands where a person must read something."""
_WAITING = (
    OutboxState.QUEUED,
    OutboxState.SENDING,
    OutboxState.RETRY,
    OutboxState.UNCERTAIN,
    OutboxState.HELD,
)


@dataclass(frozen=True, slots=True)
class Purged:
    """The rows that a purge concerns, by their ids."""

    cases: tuple[int, ...]
    messages: tuple[int, ...]
    decisions: tuple[int, ...]
    letters: tuple[int, ...]
    events: tuple[int, ...]  #: those that still say something
    loose: int = 0  #: how many of the mails lie in no case

    @property
    def done(self) -> bool:
        """Nothing is left to be erased in the database."""
        return not self.events


def concerned(session: Session, call: str, *, in_cases_only: bool = False) -> Purged:
    """The rows of a call: its cases, its mails, and what hangs on them.

    Its mails are those in its cases, those that were for it without coming into one, and what was
    for no call (advertisements, mails set aside) while it ran; ``in_cases_only`` leaves those two.
    A mail that lies in another call's case stays.
    """
    cases = tuple(session.exec(select(CaseRow.id).where(col(CaseRow.call) == call)))
    messages, loose = _mails(session, call, in_cases_only=in_cases_only)
    decisions = session.exec(select(DecisionRow.id).where(_in(DecisionRow.case_id, cases)))
    foreign = select(CaseRow.id).where(col(CaseRow.call) != call)
    letters = tuple(
        session.exec(
            select(OutboxRow.id).where(
                or_(col(OutboxRow.case_id).is_(None), col(OutboxRow.case_id).not_in(foreign)),
                or_(col(OutboxRow.message_ref).is_(None), _in(OutboxRow.message_ref, messages)),
            )
        )
    )
    said = select(EventRow.id).where(
        col(EventRow.text) != "",
        or_(
            col(EventRow.case_id).in_(select(CaseRow.id).where(col(CaseRow.call) == call)),
            _in(EventRow.message_id, messages),
            _in(EventRow.outbox_id, letters),
        ),
    )
    events = tuple(session.exec(said))
    return Purged(cases, messages, tuple(decisions), letters, events, loose)


def _mails(session: Session, call: str, *, in_cases_only: bool) -> tuple[tuple[int, ...], int]:
    """A call's mails, and how many of them lie in no case."""
    in_case = select(CaseMessageRow.message_id).join(
        CaseRow, col(CaseRow.id) == col(CaseMessageRow.case_id)
    )
    others = in_case.where(col(CaseRow.call) != call)
    mine = in_case.where(col(CaseRow.call) == call).where(
        col(CaseMessageRow.message_id).not_in(others)
    )
    own = set(session.exec(mine))
    if in_cases_only:
        return tuple(sorted(own)), 0
    loose = set(
        session.exec(
            select(MessageRow.id).where(
                col(MessageRow.id).not_in(others),
                or_(col(MessageRow.call) == call, _of_no_call_meanwhile(session, call)),
            )
        )
    )
    return tuple(sorted(own | loose)), len(loose - own)


def _of_no_call_meanwhile(session: Session, call: str) -> ColumnElement[bool]:
    """Mails for no call that came no later than the last one for this call; all of them where the
    mailbox never served another.
    """
    without = col(MessageRow.call) == ""
    served: tuple[SelectOfScalar[int], ...] = (
        select(CaseRow.id).where(col(CaseRow.call) != call),
        select(MessageRow.id).where(col(MessageRow.call).not_in(("", call))),
    )
    if not any(session.exec(query.limit(1)).all() for query in served):
        return without
    last = (
        select(func.max(MessageRow.received_at))
        .where(col(MessageRow.call) == call)
        .scalar_subquery()
    )
    return without & (col(MessageRow.received_at) <= last)


def obstacles(session: Session, call: str, rows: Purged) -> list[str]:
    """Why the call is not finished, in Chinese; none when it is."""
    foreign = select(CaseRow.id).where(col(CaseRow.call) != call)
    counted = (
        ("项待办没有办结", select(TaskRow.id).where(
            col(TaskRow.closed_at).is_(None),
            or_(col(TaskRow.case_id).is_(None), col(TaskRow.case_id).not_in(foreign)),
            or_(col(TaskRow.case_id).is_not(None), col(TaskRow.message_id).is_(None),
                _in(TaskRow.message_id, rows.messages)),
        )),
        ("封信函还没有了结", select(OutboxRow.id).where(
            _in(OutboxRow.id, rows.letters), col(OutboxRow.state).in_(_WAITING)
        )),
        ("封来件还没有读取", select(MessageRow.id).where(
            _in(MessageRow.id, rows.messages), col(MessageRow.state) == MessageState.STORED
        )),
        ("个案卷还没有裁定", select(CaseRow.id).where(
            col(CaseRow.call) == call,
            or_(col(CaseRow.judge_after).is_not(None),
                col(CaseRow.decision).is_(None) & col(CaseRow.closed_at).is_(None)),
        )),
    )  # fmt: skip
    numbers = [(len(session.exec(query).all()), words) for words, query in counted]
    return [f"有 {number} {words}" for number, words in numbers if number]


def purge(session: Session, call: str, rows: Purged, who: str, now: datetime) -> None:
    """Erase what the rows say of people, in the caller's transaction."""
    _cases(session, rows.cases)
    _messages(session, rows.messages)
    _decisions(session, rows)
    _letters(session, rows.letters)
    with _unguarded(session):
        _set(session, EventRow, EventRow.id, rows.events, text="", data=None)
    named = {
        "messages": rows.messages,
        "decisions": rows.decisions,
        "letters": rows.letters,
        "events": rows.events,
    }
    data = {name: as_spans(numbers) for name, numbers in named.items()}
    record_event(
        session, now, EventKind.PURGED, f"征集 {call} 的个人信息已清除", data=data | {"who": who}
    )


def files_to_remove(session: Session) -> list[str]:
    """The hashes of raw mails that only erased rows speak of."""
    kept = select(MessageRow.sha256).where(col(MessageRow.state) != MessageState.PURGED)
    query = select(MessageRow.sha256).where(
        col(MessageRow.state) == MessageState.PURGED,
        col(MessageRow.sha256) != "",
        col(MessageRow.sha256).not_in(kept),
    )
    return sorted(set(session.exec(query)))


def _in(column: object, numbers: Collection[int]) -> ColumnElement[bool]:
    """Membership without a parameter for each: there may be ten thousand."""
    spans = as_spans(numbers)
    pieces = [piece.partition("-") for piece in spans.split(",") if piece]
    ranges = [col(column).between(int(first), int(last or first)) for first, _, last in pieces]
    return _any(ranges)


def _any(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """One of many, as a tree as deep as their logarithm: SQLite takes a depth of 1,000."""
    if not conditions:
        return literal(value=False)
    if len(conditions) == 1:
        return conditions[0]
    half = len(conditions) // 2
    return or_(_any(conditions[:half]).self_group(), _any(conditions[half:]).self_group())


def _set(
    session: Session, table: type, column: object, numbers: Collection[int], **values: object
) -> None:
    statement = update(table).where(_in(column, numbers)).values(**values)
    session.exec(statement.execution_options(synchronize_session=False))


def _remove(session: Session, table: type, condition: ColumnElement[bool]) -> None:
    statement = delete(table).where(condition)
    session.exec(statement.execution_options(synchronize_session=False))


def _numbered(column: object) -> ColumnElement[str]:
    return literal("purged:") + cast(col(column), String)


def _cases(session: Session, cases: Collection[int]) -> None:
    _set(
        session, CaseRow, CaseRow.id, cases, submitter_key=_numbered(CaseRow.id), submitter=GONE,
        unit="", reply_address="", reply_name="", assigned_to="",
    )  # fmt: skip
    _set(session, CaseMessageRow, CaseMessageRow.case_id, cases, joined_by=GONE)
    _set(
        session, TaskRow, TaskRow.case_id, cases, key=_numbered(TaskRow.id), entry="", reason=GONE,
        address="", telephone="", assigned_to="", closed_by="", closed_because=GONE,
    )  # fmt: skip
    _set(session, StaffFactRow, StaffFactRow.case_id, cases, entry="", value="", who="", because="")
    _set(session, EndingRow, EndingRow.case_id, cases, entry="", to="", who="", because="")
    _remove(session, CaseAddressRow, _in(CaseAddressRow.case_id, cases))
    _remove(session, CaseMarkRow, _in(CaseMarkRow.case_id, cases))
    _remove(session, StaffCodeRow, literal(value=True))
    for row in session.exec(select(StaffDecisionRow).where(_in(StaffDecisionRow.case_id, cases))):
        said = StaffDecision.model_validate_json(row.decision)
        bare = said.model_copy(update={"applicant": "", "because": "", "who": "", "papers": {}})
        row.decision, row.second = bare.model_dump_json(), ""
        session.add(row)
    session.flush()


def _messages(session: Session, messages: Collection[int]) -> None:
    _set(
        session, MessageRow, MessageRow.id, messages, state=MessageState.PURGED, error="",
        message_id_header="", from_address="", from_name="", subject="", screening_reason="",
        reading=None, next_attempt_at=None, answered=True,
    )  # fmt: skip
    _set(
        session, TaskRow, TaskRow.message_id, messages, key=_numbered(TaskRow.id), entry="",
        reason=GONE, address="", telephone="", assigned_to="", closed_by="", closed_because=GONE,
    )  # fmt: skip


def _decisions(session: Session, rows: Purged) -> None:
    for row in session.exec(select(DecisionRow).where(_in(DecisionRow.id, rows.decisions))):
        bare = Verdict(decision=row.decision, entries=(), rules_sha256=row.rules_sha256)
        row.verdict, row.subjects, row.trace = bare.model_dump_json(), "[]", "[]"
        row.disagreement = ""
        session.add(row)
    session.flush()


def _letters(session: Session, letters: Collection[int]) -> None:
    _set(
        session, OutboxRow, OutboxRow.id, letters, recipient="", subject="", mime=b"", last_reply=""
    )
    with_address = _in(OutboxRow.id, letters) & func.coalesce(
        col(OutboxRow.key).like("%@%"), literal(value=False)
    )
    statement = update(OutboxRow).where(with_address).values(key=_numbered(OutboxRow.id))
    session.exec(statement.execution_options(synchronize_session=False))


@contextmanager
def _unguarded(session: Session) -> Iterator[None]:
    """The one time that lines of the ledger lose their words; the guard stands again before the
    transaction ends.
    """
    if session.get_bind().dialect.name == "sqlite":
        guard = session.exec(  # type: ignore[call-overload]
            text("SELECT sql FROM sqlite_master WHERE name = 'events_no_update'")
        ).scalar_one()
        _run(session, "DROP TRIGGER events_no_update")
        yield
        _run(session, guard)
    else:
        _run(session, "ALTER TABLE events DISABLE TRIGGER events_only_grow")
        yield
        _run(session, "ALTER TABLE events ENABLE TRIGGER events_only_grow")


def _run(session: Session, statement: str) -> None:
    session.exec(text(statement))  # type: ignore[call-overload]
