"""How much there is of everything, counted by the database, for status and digest. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from ingest.store.folders import list_folders
from ingest.store.tables import CaseRow, DecisionRow, MessageRow, MessageState
from notifier.outbox import count_by_state
from notifier.outboxstates import OutboxState
from rules.verdict import Decision


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of everything. Every state is named, with 0 where there is none."""

    messages: Mapping[MessageState, int]
    unanswered: int  #: read, and neither letter nor "none needed" decided
    cases: Mapping[Decision, int]  #: by the decision in force
    undecided: int  #: cases that have never been judged
    to_judge: int  #: cases that wait for their settle window or for judging
    outbox: Mapping[OutboxState, int]


def count_everything(session: Session) -> Counts:
    """The state of the whole house, for ``status`` and the digest."""
    messages = dict(
        session.exec(select(MessageRow.state, func.count()).group_by(col(MessageRow.state))).all(),
    )
    cases = dict(
        session.exec(select(CaseRow.decision, func.count()).group_by(col(CaseRow.decision))).all(),
    )
    unanswered = select(func.count()).where(
        col(MessageRow.state) == MessageState.READ, col(MessageRow.answered).is_(False)
    )
    return Counts(
        messages={state: messages.get(state, 0) for state in MessageState},
        unanswered=session.exec(unanswered).one(),
        cases={decision: cases.get(decision, 0) for decision in Decision},
        undecided=cases.get(None, 0),
        to_judge=session.exec(
            select(func.count()).where(col(CaseRow.judge_after).is_not(None)),
        ).one(),
        outbox=count_by_state(session),
    )


def count_unread(session: Session) -> int:
    """How many mails wait to be read, or are being read just now."""
    query = select(func.count()).where(col(MessageRow.state) == MessageState.STORED)
    return session.exec(query).one()


def count_fetched(session: Session, start: datetime, end: datetime) -> int:
    """How many mails (duplicates and those before the cut-off not counted) were first seen in
    [start, end).
    """
    silent = (MessageState.DUPLICATE, MessageState.BEFORE_CUTOFF)
    query = select(func.count()).where(
        col(MessageRow.fetched_at) >= start,
        col(MessageRow.fetched_at) < end,
        col(MessageRow.state).not_in(silent),
    )
    return session.exec(query).one()


def count_decided(session: Session, start: datetime, end: datetime) -> dict[Decision, int]:
    """How many cases got a decision in [start, end), each counted once, with the last it got in
    that time.
    """
    query = select(DecisionRow.case_id, DecisionRow.decision).where(
        col(DecisionRow.decided_at) >= start,
        col(DecisionRow.decided_at) < end,
    )
    last = dict(session.exec(query.order_by(col(DecisionRow.id))).all())
    return {decision: list(last.values()).count(decision) for decision in Decision}


def count_on_server(session: Session) -> int:
    """How many mails the watched folders held at the last good look."""
    return sum(row.server_count for row in list_folders(session))


def count_in_ledger(session: Session) -> int:
    """How many of these mails have a row."""
    return sum(row.ledger_count for row in list_folders(session))
