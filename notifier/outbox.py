"""The outbox (发件箱): the durable queue every letter leaves from, and the only ways a letter's
state may change.

Each change is one compare-and-set UPDATE, so of two who try the same only one succeeds. What
follows from an attempt is decided in ``notifier/outboxstates.py``; nothing here sends, and nothing
here knows of ``ingest``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, or_, update
from sqlalchemy.orm import defer
from sqlmodel import Field, Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from notifier.outboxstates import (
    LIFETIME,
    NEVER_LEAVES,
    OutboxState,
    Settlement,
    after_restart,
)
from notifier.rows import Key, Row, Text, change_row, fresh_row, word


class OutboxRow(Row, table=True):
    """One letter on its way out."""

    __tablename__ = "outbox"

    id: int = Field(default=None, primary_key=True)
    #: what the letter answers; a second letter for the same key is refused
    key: str = Field(sa_type=Key, unique=True)
    #: accepted, incomplete, rejected, referred, received, digest ...
    kind: str = Field(sa_type=Text)
    #: the case it is about; no foreign key, see the module
    case_id: int | None = Field(default=None, index=True)
    message_ref: int | None = None  #: the stored mail it answers
    recipient: str = Field(sa_type=Key, index=True)
    subject: str = Field(sa_type=Text)
    #: the letter's own Message-ID header, with angle brackets
    message_id: str = Field(sa_type=Key, index=True)
    mime: bytes  #: the letter exactly as it goes out
    state: OutboxState = Field(default=OutboxState.QUEUED, sa_type=word(OutboxState), index=True)
    attempts: int = 0  #: attempts begun, counted before the first byte goes out
    next_attempt_at: datetime | None = (
        None  #: not before this, None = at once; of an uncertain one the next look for it
    )
    created_at: datetime
    give_up_at: datetime  #: temporary trouble is borne until then
    sent_at: datetime | None = None
    #: what the server said last: evidence, with its queue id
    last_reply: str = Field(default="", sa_type=Text)


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter to be queued."""

    key: str
    kind: str
    recipient: str
    subject: str
    message_id: str
    mime: bytes
    case_id: int | None = None
    message_ref: int | None = None
    held: bool = False  #: waits for a person's release


SIGN_IN = "sign_in"
"""The kind of a staff member's sign-in code: somebody waits for it, so it leaves before all
others.
"""
STAFF_ANSWER = "staff"
"""The kind of what is written to staff in answer to their mails."""
NOT_TO_APPLICANTS = ("digest", "alarm", "canary", SIGN_IN, STAFF_ANSWER)
"""Kinds of letters that are for the office itself: no limit of answers counts them or holds them
back.
"""
TELLS_A_DECISION = (
    "accepted",
    "incomplete",
    "rejected",
    "referred",
    "passed_on",
    "withdrawn",
    "outcome",
    "reminder",
)
"""Kinds of letters that say how a case stands: the next decision makes a waiting one untrue."""
_WITHOUT_MIME = defer(
    OutboxRow.mime,  # type: ignore[arg-type] # SQLModel types a column as its value
)
DUE = (OutboxState.QUEUED, OutboxState.RETRY)


def enqueue(session: Session, letter: NewLetter, now: datetime) -> tuple[OutboxRow, bool]:
    """Queue ``letter`` once: returns its row, and whether it is new.

    When a letter with the same key is there already it is returned untouched, whatever became of
    it: nobody is answered twice.
    """
    existing = find_by_key(session, letter.key)
    if existing is not None:
        return existing, False
    row = OutboxRow(
        key=letter.key,
        kind=letter.kind,
        recipient=letter.recipient,
        subject=letter.subject,
        message_id=letter.message_id,
        mime=letter.mime,
        case_id=letter.case_id,
        message_ref=letter.message_ref,
        state=OutboxState.HELD if letter.held else OutboxState.QUEUED,
        created_at=now,
        give_up_at=now + LIFETIME,
    )
    session.add(row)
    session.flush()
    return row, True


def next_to_send(session: Session, now: datetime, kinds: Sequence[str] | None = None) -> int | None:
    """The id of the letter that is due and has waited longest, of all kinds unless some are named;
    None when none is.
    """
    query = _next(None if kinds is None else tuple(kinds))
    return session.exec(query, params={"now": now}).first()


@cache
def _next(kinds: tuple[str, ...] | None) -> SelectOfScalar[int]:
    """Built once: it is asked before every letter."""
    due_at = func.coalesce(OutboxRow.next_attempt_at, OutboxRow.created_at)
    query = select(OutboxRow.id).where(col(OutboxRow.state).in_(DUE), _is_due(bindparam("now")))
    if kinds is not None:
        query = query.where(col(OutboxRow.kind).in_(kinds))
    return query.order_by(due_at, col(OutboxRow.id)).limit(1)


def claim(session: Session, outbox_id: int, now: datetime) -> OutboxRow | None:
    """Take a due letter for sending; None when it is not due or somebody else has it.

    Commit before the first byte goes out: a letter that may have left is then always found in
    ``sending``.
    """
    asked = {"which": outbox_id, "old": DUE, "now": now}
    sending = {"state": OutboxState.SENDING}
    taken = change_row(session, _CLAIM, (OutboxRow, outbox_id), sending, asked)
    return get_letter(session, outbox_id) if taken else None


def settle(
    session: Session,
    outbox_id: int,
    settlement: Settlement,
    reply: str,
    now: datetime,
) -> bool:
    """Write down what became of an attempt; False when the letter was not being sent (any more)."""
    sent_at = now if settlement.state is OutboxState.SENT else None
    return _move(
        session, outbox_id, [OutboxState.SENDING], settlement.state,
        next_attempt_at=settlement.next_attempt_at, sent_at=sent_at, last_reply=reply,
    )  # fmt: skip


def unclaim(session: Session, outbox_id: int) -> bool:
    """Put back a claimed letter of which certainly no byte went out (no session with the
    server).
    """
    asked = {"which": outbox_id, "old": [OutboxState.SENDING]}
    queued = {"state": OutboxState.QUEUED}
    return change_row(session, _UNCLAIM, (OutboxRow, outbox_id), queued, asked)


def settle_interrupted(session: Session) -> list[int]:
    """At the start of the program: letters found in ``sending`` become ``uncertain``; returns their
    ids.
    """
    left = list(
        session.exec(select(OutboxRow.id).where(col(OutboxRow.state) == OutboxState.SENDING)),
    )
    state = after_restart(OutboxState.SENDING)
    return [
        outbox_id
        for outbox_id in left
        if _move(
            session,
            outbox_id,
            [OutboxState.SENDING],
            state,
        )
    ]


def confirm(session: Session, outbox_id: int, reply: str, now: datetime) -> bool:
    """An uncertain letter has been found delivered (in the Sent folder, or by a person's word)."""
    values = {"sent_at": now, "last_reply": reply, "next_attempt_at": None}
    return _move(session, outbox_id, [OutboxState.UNCERTAIN], OutboxState.SENT, **values)


def uncertain_letters(session: Session, now: datetime) -> list[OutboxRow]:
    """Uncertain letters whose trace is to be looked for now; those that have lived their life are
    left to staff.
    """
    return list(session.exec(_uncertain(), params={"now": now}))


@cache
def _uncertain() -> SelectOfScalar[OutboxRow]:
    """Built once: it is asked at every turn."""
    query = select(OutboxRow).where(
        col(OutboxRow.state) == OutboxState.UNCERTAIN,
        _is_due(bindparam("now")),
        col(OutboxRow.give_up_at) > bindparam("now"),
    )
    return query.order_by(col(OutboxRow.id))


def look_again_at(session: Session, outbox_id: int, moment: datetime) -> bool:
    """Look for the trace of an uncertain letter again at ``moment``; its state stays."""
    return _move(
        session,
        outbox_id,
        [OutboxState.UNCERTAIN],
        OutboxState.UNCERTAIN,
        next_attempt_at=moment,
    )


def hold(session: Session, outbox_id: int) -> bool:
    """Keep a waiting letter back until it is released."""
    return _move(session, outbox_id, DUE, OutboxState.HELD)


def release(session: Session, outbox_id: int, now: datetime) -> bool:
    """Let a held letter go, with a full life before it."""
    return _requeue(session, outbox_id, [OutboxState.HELD], now)


def retry(session: Session, outbox_id: int, now: datetime) -> bool:
    """Send a letter again by a person's word (or on evidence that it never arrived): at once, with
    a full life.
    """
    return _requeue(
        session,
        outbox_id,
        [OutboxState.RETRY, OutboxState.FAILED, OutboxState.UNCERTAIN],
        now,
    )


def cancel(session: Session, outbox_id: int) -> bool:
    """Never send this letter (again). What is being sent or was sent cannot be cancelled."""
    states = (*DUE, OutboxState.HELD, OutboxState.FAILED, OutboxState.UNCERTAIN)
    return _move(session, outbox_id, states, OutboxState.CANCELLED)


CLOSING = "closing:"
"""How the keys of letters begin that end a case and wait for one person's release."""


def closing_letters(session: Session) -> list[OutboxRow]:
    """The letters that wait to end a case, the oldest first."""
    held = list_letters(session, (OutboxState.HELD,))
    return [letter for letter in held if letter.key.startswith(CLOSING)]


def supersede(session: Session, case_id: int, told_by: int | None = None) -> list[OutboxRow]:
    """The case was decided anew: what waits and tells how it stood before never leaves; those
    letters. ``told_by`` is the letter that tells it, where it was written before.

    Call it in the transaction that writes the decision. What is being sent, or perhaps was, stays.
    """
    waiting = list_letters(session, (*DUE, OutboxState.HELD), case_id)
    return [
        row
        for row in waiting
        if row.kind in TELLS_A_DECISION
        and row.id != told_by
        and _move(session, row.id, (*DUE, OutboxState.HELD), OutboxState.SUPERSEDED)
    ]


def is_outdated(session: Session, row: OutboxRow) -> bool:
    """Whether the letter's case was told otherwise since, or that waits to be told."""
    if row.case_id is None or row.kind not in TELLS_A_DECISION:
        return False
    later = (
        select(OutboxRow.id)
        .where(OutboxRow.case_id == row.case_id, col(OutboxRow.id) > row.id)
        .where(
            col(OutboxRow.kind).in_(TELLS_A_DECISION),
            col(OutboxRow.state).not_in(NEVER_LEAVES),
        )
    )
    return session.exec(later).first() is not None


def last_telling(
    session: Session, case_id: int, except_kinds: Collection[str] = ()
) -> OutboxRow | None:
    """The newest letter that tells how a case stands, of those that left or may leave; one that
    waits to end the case tells nothing yet.
    """
    prepared = (col(OutboxRow.state) == OutboxState.HELD) & col(OutboxRow.key).startswith(CLOSING)
    query = select(OutboxRow).where(
        OutboxRow.case_id == case_id,
        ~prepared,
        col(OutboxRow.kind).in_(set(TELLS_A_DECISION) - set(except_kinds)),
        col(OutboxRow.state).not_in(NEVER_LEAVES),
    )
    return session.exec(query.order_by(col(OutboxRow.id).desc()).limit(1)).first()


def sent_letters(
    session: Session,
    after: int,
    *,
    case_id: int | None = None,
    recipient: str | None = None,
    kinds: Collection[str] = (),
) -> list[OutboxRow]:
    """The letters queued after the one with the id ``after`` that left, of a case, to an address,
    of some kinds, where that is given.
    """
    query = select(OutboxRow).options(_WITHOUT_MIME).where(
        col(OutboxRow.id) > after, col(OutboxRow.state) == OutboxState.SENT
    )  # fmt: skip
    if case_id is not None:
        query = query.where(col(OutboxRow.case_id) == case_id)
    if recipient is not None:
        query = query.where(col(OutboxRow.recipient) == recipient)
    if kinds:
        query = query.where(col(OutboxRow.kind).in_(kinds))
    return list(session.exec(query.order_by(col(OutboxRow.id))))


def untold(session: Session, case_id: int) -> list[str]:
    """The addresses whose letter was superseded and that nothing has been written to since."""
    last: dict[str, OutboxState] = {}
    for row in list_letters(session, case_id=case_id):
        if row.kind in TELLS_A_DECISION:
            last[row.recipient] = row.state
    return [address for address, state in last.items() if state is OutboxState.SUPERSEDED]


def get_letter(session: Session, outbox_id: int) -> OutboxRow | None:
    """The letter as the database has it now."""
    return fresh_row(session, OutboxRow, outbox_id)


def list_letters(
    session: Session,
    states: Sequence[OutboxState] = (),
    case_id: int | None = None,
) -> list[OutboxRow]:
    """Every letter in the order they were queued; of all states and cases unless some are named."""
    named = {"states": states or None, "case_id": case_id}
    asked = {name: value for name, value in named.items() if value is not None}
    return list(session.exec(_listing(tuple(asked)), params=asked))


_LISTED = {
    "states": col(OutboxRow.state).in_(bindparam("states", expanding=True)),
    "case_id": col(OutboxRow.case_id) == bindparam("case_id"),
}


@cache
def _listing(asked: tuple[str, ...]) -> SelectOfScalar[OutboxRow]:
    return select(OutboxRow).where(*(_LISTED[name] for name in asked)).order_by(col(OutboxRow.id))


def newest_letters(
    session: Session,
    states: Sequence[OutboxState] = (),
    number: int | None = None,
) -> list[OutboxRow]:
    """The letters queued last, the newest first; all unless states or a number are given. Their
    bytes are not loaded.
    """
    query = select(OutboxRow).options(_WITHOUT_MIME).order_by(col(OutboxRow.id).desc())
    if states:
        query = query.where(col(OutboxRow.state).in_(states))
    return list(session.exec(query.limit(number)))


def queued_since(session: Session, kind: str, since: datetime) -> list[OutboxRow]:
    """The letters of a kind that were queued at or after a moment, in their order. Their bytes are
    not loaded.
    """
    query = select(OutboxRow).options(_WITHOUT_MIME).where(
        col(OutboxRow.kind) == kind, col(OutboxRow.created_at) >= since
    )  # fmt: skip
    return list(session.exec(query.order_by(col(OutboxRow.id))))


def find_letters(session: Session, message_ids: Iterable[str]) -> list[OutboxRow]:
    """Letters with one of these Message-IDs: what a bounce reports, what a reply refers to."""
    return list(
        session.exec(select(OutboxRow).where(col(OutboxRow.message_id).in_(list(message_ids)))),
    )


def last_sent(
    session: Session,
    *,
    case_id: int | None = None,
    recipient: str | None = None,
) -> OutboxRow | None:
    """The letter that left last, of a case or to an address; None when none did."""
    query = select(OutboxRow).where(col(OutboxRow.state) == OutboxState.SENT)
    for column, value in ((OutboxRow.case_id, case_id), (OutboxRow.recipient, recipient)):
        query = query if value is None else query.where(col(column) == value)
    return session.exec(
        query.order_by(col(OutboxRow.sent_at).desc(), col(OutboxRow.id).desc()),
    ).first()


def find_by_ids(session: Session, outbox_ids: Iterable[int]) -> list[OutboxRow]:
    """The letters with these ids."""
    wanted = list(outbox_ids)
    return [
        row
        for start in range(0, len(wanted), 500)
        for row in session.exec(
            select(OutboxRow).where(col(OutboxRow.id).in_(wanted[start : start + 500])),
        )
    ]


def letters_of_message(session: Session, message_ref: int) -> list[OutboxRow]:
    """The letters that answer a mail, in the order they were queued."""
    query = select(OutboxRow).where(col(OutboxRow.message_ref) == message_ref)
    return list(session.exec(query.order_by(col(OutboxRow.id))))


def count_letters(session: Session, since: datetime, recipient: str | None = None) -> int:
    """How many letters were queued at or after ``since`` (to ``recipient``) for the sending
    limits; those that never leave are left out.
    """
    query = _COUNTED if recipient is None else _COUNTED_OF_ONE
    return session.exec(query, params={"since": since, "recipient": recipient}).one()


_COUNTED = (
    select(func.count())
    .select_from(OutboxRow)
    .where(
        col(OutboxRow.created_at) >= bindparam("since"), col(OutboxRow.state).not_in(NEVER_LEAVES)
    )
)
_COUNTED_OF_ONE = _COUNTED.where(col(OutboxRow.recipient) == bindparam("recipient"))


def count_case_letters(
    session: Session,
    case_id: int,
    recipient: str | None = None,
    since: datetime | None = None,
    only: Collection[str] = (),
) -> int:
    """How many letters a case has had, cancelled ones left out: to one address, since a moment, of
    some kinds, where that is given.
    """
    named = {"case_id": case_id, "recipient": recipient, "since": since, "only": only or None}
    asked = {name: value for name, value in named.items() if value is not None}
    return session.exec(_counting(tuple(asked)), params=asked).one()


_COUNTING = {
    "case_id": col(OutboxRow.case_id) == bindparam("case_id"),
    "recipient": col(OutboxRow.recipient) == bindparam("recipient"),
    "since": col(OutboxRow.created_at) > bindparam("since"),
    "only": col(OutboxRow.kind).in_(bindparam("only", expanding=True)),
}


@cache
def _counting(asked: tuple[str, ...]) -> SelectOfScalar[int]:
    query = select(func.count()).select_from(OutboxRow)
    query = query.where(col(OutboxRow.state).not_in(NEVER_LEAVES))
    return query.where(*(_COUNTING[name] for name in asked))


def count_answers(session: Session, *, sent_since: datetime | None = None) -> int:
    """How many letters to applicants there ever were and were not cancelled; or how many left since
    a moment.
    """
    if sent_since is None:
        return session.exec(_ANSWERS_EVER).one()
    return session.exec(_ANSWERS_SINCE, params={"since": sent_since}).one()


_ANSWERS = (
    select(func.count()).select_from(OutboxRow).where(col(OutboxRow.kind).not_in(NOT_TO_APPLICANTS))
)
_ANSWERS_EVER = _ANSWERS.where(col(OutboxRow.state).not_in(NEVER_LEAVES))
_ANSWERS_SINCE = _ANSWERS.where(col(OutboxRow.sent_at) >= bindparam("since"))


def last_of_kind(session: Session, kind: str) -> OutboxRow | None:
    """The letter of this kind that was queued last; None when none was."""
    return session.exec(_LAST_OF_KIND, params={"kind": kind}).first()


_LAST_OF_KIND = (
    select(OutboxRow)
    .where(col(OutboxRow.kind) == bindparam("kind"))
    .order_by(col(OutboxRow.id).desc())
    .limit(1)
)


def first_of_kind(session: Session, kind: str, after: datetime | None = None) -> OutboxRow | None:
    """The first letter of this kind, or the first queued after a moment; None when there
    is none.
    """
    query = select(OutboxRow).where(col(OutboxRow.kind) == kind).order_by(col(OutboxRow.id))
    if after is not None:
        query = query.where(col(OutboxRow.created_at) > after)
    return session.exec(query.limit(1)).first()


def digest_prefix(day: date) -> str:
    """How the keys of a day's digests begin: in the order of the days."""
    return f"digest:{day.isoformat()}:"


def last_digest_before(session: Session, day: date) -> datetime | None:
    """When the digest of the latest day before ``day`` was made first; None when there was none."""
    earlier = col(OutboxRow.kind) == "digest", col(OutboxRow.key) < digest_prefix(day)
    last = session.exec(
        select(OutboxRow.key).where(*earlier).order_by(col(OutboxRow.key).desc()),
    ).first()
    if last is None:
        return None
    same_day = (
        col(
            OutboxRow.kind,
        )
        == "digest",
        col(OutboxRow.key).startswith(last[: len(digest_prefix(day))]),
    )
    return session.exec(
        select(OutboxRow.created_at).where(*same_day).order_by(col(OutboxRow.id)).limit(1),
    ).one()


def known_keys(session: Session, keys: Iterable[str]) -> set[str]:
    """Those of these keys that have a letter, whatever became of it."""
    return set(session.exec(_KEYS, params={"keys": list(keys)}))


_KEYS = select(OutboxRow.key).where(col(OutboxRow.key).in_(bindparam("keys", expanding=True)))


def find_by_key(session: Session, key: str) -> OutboxRow | None:
    """The letter with this key, whatever became of it."""
    return session.exec(_OF_KEY, params={"of_key": key}).first()


_OF_KEY = select(OutboxRow).where(col(OutboxRow.key) == bindparam("of_key"))


def count_by_state(session: Session) -> dict[OutboxState, int]:
    """How many letters stand in each state; every state is named."""
    found = dict(
        session.exec(select(OutboxRow.state, func.count()).group_by(col(OutboxRow.state))).all(),
    )
    return {state: found.get(state, 0) for state in OutboxState}


def _is_due(now: datetime | BindParameter[datetime]) -> Any:
    return or_(col(OutboxRow.next_attempt_at).is_(None), col(OutboxRow.next_attempt_at) <= now)


def _requeue(
    session: Session,
    outbox_id: int,
    states: Sequence[OutboxState],
    now: datetime,
) -> bool:
    values = {"attempts": 0, "next_attempt_at": None, "give_up_at": now + LIFETIME}
    return _move(session, outbox_id, states, OutboxState.QUEUED, **values)


_MOVE = update(OutboxRow).where(
    col(OutboxRow.id) == bindparam("which"),
    col(OutboxRow.state).in_(bindparam("old", expanding=True)),
)
_CLAIM = _MOVE.where(_is_due(bindparam("now"))).values(attempts=OutboxRow.attempts + 1)
_UNCLAIM = _MOVE.values(attempts=OutboxRow.attempts - 1)


def _move(
    session: Session,
    outbox_id: int,
    old: Sequence[OutboxState],
    new: OutboxState,
    **values: Any,
) -> bool:
    """The compare-and-set all changes of state go through; True when this call changed the row."""
    asked = {"which": outbox_id, "old": old}
    return change_row(session, _MOVE, (OutboxRow, outbox_id), {"state": new, **values}, asked)
