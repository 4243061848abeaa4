"""Reads and writes of mails: from the first sight of a UID to the reading that is kept. One small
function each.

Every function takes a session of ``Database.writing()`` (or ``reading()`` where it only reads) and
leaves the commit to it. No decision about what a mail means comes in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import BindParameter, bindparam, func, or_, update
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from ingest.reading import Reading, ScreeningKind
from ingest.store.tables import MessageRow, MessageState
from ingest.submission.turns import Waiting
from notifier.rows import change_row, fresh_row

LEASE = timedelta(minutes=20)
"""How long a claimed mail is left to whoever claimed it; longer than the worker's time limit."""


# SQLModel types a column as its value.
_WITHOUT_READING = defer(MessageRow.reading)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail seen on the server, its raw bytes safe in the file store unless ``state`` says why
    not.
    """

    folder: str
    uidvalidity: int
    uid: int
    size: int  #: bytes
    received_at: datetime  #: INTERNALDATE, aware
    sha256: str = ""  #: "" when it was not downloaded
    state: MessageState = MessageState.STORED
    incarnation: int = 0  #: of the folder under this uidvalidity
    announced_size: int = 0  #: the server's word for ``size``
    dated: bool = True  #: False when the server's date was unreadable
    sender: str = ""  #: the address it gives itself, until it has been read


def known_uids(session: Session, folder: str, uidvalidity: int, incarnation: int = 0) -> set[int]:
    """The UIDs of this incarnation of the folder that have a row."""
    return set(session.exec(_UIDS, params=_place(folder, uidvalidity, incarnation)))


def messages_at(
    session: Session, folder: str, uidvalidity: int, incarnation: int, uids: Sequence[int]
) -> list[MessageRow]:
    """The rows of a few uids."""
    asked = {**_place(folder, uidvalidity, incarnation), "uids": uids}
    return list(session.exec(_ROWS, params=asked))


def _place(folder: str, uidvalidity: int, incarnation: int) -> dict[str, Any]:
    return {"folder": folder, "uidvalidity": uidvalidity, "incarnation": incarnation}


_INCARNATION = (
    col(MessageRow.folder) == bindparam("folder"),
    col(MessageRow.uidvalidity) == bindparam("uidvalidity"),
    col(MessageRow.incarnation) == bindparam("incarnation"),
)
# Asked at every look at a folder, so built once.
_UIDS = select(MessageRow.uid).where(*_INCARNATION)
_ROWS = select(MessageRow).where(
    *_INCARNATION, col(MessageRow.uid).in_(bindparam("uids", expanding=True))
)


def latest_incarnation(session: Session, folder: str, uidvalidity: int) -> int | None:
    """The last incarnation of the folder under ``uidvalidity`` that left a row; None when there was
    none.
    """
    place = MessageRow.folder == folder, col(MessageRow.uidvalidity) == uidvalidity
    return session.exec(select(func.max(MessageRow.incarnation)).where(*place)).one()


def last_fetched_at(session: Session) -> datetime | None:
    """When the latest mail was written down, aware; None when none was."""
    return session.exec(
        select(MessageRow.fetched_at).order_by(col(MessageRow.id).desc()).limit(1),
    ).first()


def record_message(session: Session, arrival: Arrival, now: datetime) -> MessageRow:
    """Write down a mail once: for a (folder, uidvalidity, incarnation, uid) that has a row, that
    row is returned untouched.

    Bytes that are known already (the same mail in another folder, or under a new UIDVALIDITY)
    become a ``duplicate`` of the first row, whose received time stays the one that counts; a
    duplicate needs no answer.
    """
    place = arrival.folder, arrival.uidvalidity, arrival.incarnation
    existing = messages_at(session, *place, [arrival.uid])
    if existing:
        return existing[0]
    original = find_by_sha256(session, arrival.sha256)
    row = _row(arrival, now, None if original is None else original.id)
    session.add(row)
    session.flush()
    return row


def record_messages(
    session: Session,
    arrivals: Sequence[Arrival],
    now: datetime,
) -> list[MessageRow]:
    """:func:`record_message` of several mails of one incarnation of one folder, with three
    statements for all of them.
    """
    place = {(arrival.folder, arrival.uidvalidity, arrival.incarnation) for arrival in arrivals}
    uids = [arrival.uid for arrival in arrivals]
    hashes = [arrival.sha256 for arrival in arrivals if arrival.sha256]
    if len(place) != 1 or len(set(uids)) < len(uids) or len(set(hashes)) < len(hashes):
        return [record_message(session, arrival, now) for arrival in arrivals]
    known = {row.uid: row for row in messages_at(session, *place.pop(), uids)}
    originals = dict(session.exec(_ORIGINALS, params={"hashes": hashes}).all())
    rows = [
        known.get(arrival.uid)
        or _row(
            arrival,
            now,
            originals.get(arrival.sha256),
        )
        for arrival in arrivals
    ]
    session.add_all(rows)
    session.flush()
    return rows


_ORIGINALS = (
    select(MessageRow.sha256, func.min(MessageRow.id))
    .where(
        col(MessageRow.sha256).in_(bindparam("hashes", expanding=True)),
        col(MessageRow.duplicate_of).is_(None),
    )
    .group_by(col(MessageRow.sha256))
)


def _row(arrival: Arrival, now: datetime, original: int | None) -> MessageRow:
    return MessageRow(
        folder=arrival.folder,
        uidvalidity=arrival.uidvalidity,
        incarnation=arrival.incarnation,
        uid=arrival.uid,
        sha256=arrival.sha256,
        size=arrival.size,
        announced_size=arrival.announced_size,
        from_address=arrival.sender,
        dated=arrival.dated,
        received_at=arrival.received_at,
        fetched_at=now,
        state=arrival.state if original is None else MessageState.DUPLICATE,
        duplicate_of=original,
        answered=original is not None or arrival.state is MessageState.BEFORE_CUTOFF,
    )


def find_by_sha256(session: Session, sha256: str) -> MessageRow | None:
    """The first mail seen with these bytes; None when there is none, or no hash is given."""
    if not sha256:
        return None
    query = select(MessageRow).where(
        MessageRow.sha256 == sha256,
        col(MessageRow.duplicate_of).is_(None),
    )
    return session.exec(query.order_by(col(MessageRow.id))).first()


def find_by_hash_prefix(session: Session, prefix: str) -> MessageRow | None:
    """The first mail seen whose bytes' hash begins so, as receipts name mails; None when there is
    none.
    """
    query = select(MessageRow).where(
        col(MessageRow.sha256).startswith(prefix),
        col(MessageRow.duplicate_of).is_(None),
    )
    return session.exec(query.order_by(col(MessageRow.id))).first()


def find_twin_of_large(session: Session, row: MessageRow) -> MessageRow | None:
    """The same mail, too large to be fetched, seen before in another place; without its bytes these
    three must do.
    """
    query = select(MessageRow).where(
        col(MessageRow.state) == MessageState.TOO_LARGE,
        col(MessageRow.id) != row.id,
        col(MessageRow.message_id_header) == row.message_id_header,
        col(MessageRow.message_id_header) != "",
        col(MessageRow.size) == row.size,
        col(MessageRow.received_at) == row.received_at,
    )
    return session.exec(query.order_by(col(MessageRow.id))).first()


def large_mails_of(session: Session, address: str, call: str) -> tuple[datetime, ...]:
    """When mails of an address for a call came that were too large to be fetched; each mail once.
    One whose call nobody could tell may have been for any.
    """
    return tuple(session.exec(_LARGE_MAILS, params={"address": address, "call": call}))


_LARGE_MAILS = (
    select(MessageRow.received_at)
    .where(
        col(MessageRow.state) == MessageState.TOO_LARGE,
        # joined to nothing so that SQLite seeks by the state: a robot has thousands of mails
        col(MessageRow.from_address).concat("") == bindparam("address"),
        or_(col(MessageRow.call) == bindparam("call"), col(MessageRow.call) == ""),
    )
    .order_by(col(MessageRow.received_at))
)


def get_message(session: Session, message_id: int) -> MessageRow | None:
    """The mail as the database has it now."""
    return fresh_row(session, MessageRow, message_id)


def list_messages(
    session: Session, states: Sequence[MessageState] = (), *, answered: bool | None = None
) -> list[MessageRow]:
    """Every mail in received order; of all unless states, or whether they are answered,
    are given.
    """
    query = select(MessageRow).order_by(col(MessageRow.received_at), col(MessageRow.id))
    if states:
        query = query.where(col(MessageRow.state).in_(states))
    if answered is not None:
        query = query.where(col(MessageRow.answered) == answered)
    return list(session.exec(query))


def newest_messages(session: Session, number: int | None = None) -> list[MessageRow]:
    """The mails received last, the newest first; all unless a number is given. What was read in
    them is not loaded.
    """
    query = select(MessageRow).order_by(
        col(MessageRow.received_at).desc(),
        col(MessageRow.id).desc(),
    )
    return list(session.exec(query.options(_WITHOUT_READING).limit(number)))


class Registered(NamedTuple):
    """What the register says of a mail. Times in UTC."""

    id: int
    received_at: datetime
    from_name: str
    from_address: str
    subject: str
    state: MessageState
    screening_kind: ScreeningKind


def registered_messages(session: Session) -> Iterator[Registered]:
    """Every mail that came after the office opened its mailbox, the latest first, as values: of
    ten thousand rows the objects of the mapper cost more than all else.
    """
    fields = (getattr(MessageRow, name) for name in Registered._fields)
    query = (
        sqlalchemy.select(*fields)
        .where(col(MessageRow.state) != MessageState.BEFORE_CUTOFF)
        .order_by(col(MessageRow.received_at).desc(), col(MessageRow.id).desc())
    )
    return (Registered(*row) for row in session.connection().execute(query))


def count_messages(session: Session) -> int:
    """How many mails have a row."""
    return session.exec(select(func.count()).select_from(MessageRow)).one()


def any_unread(session: Session) -> bool:
    """Whether a mail waits to be read, or is being read just now."""
    query = select(MessageRow.id).where(col(MessageRow.state) == MessageState.STORED)
    return session.exec(query.limit(1)).first() is not None


def first_of_each_sender(
    session: Session, now: datetime, claimed: Collection[int] = ()
) -> list[Waiting]:
    """The mails that are due to be read, of each sender the one received first; none of those
    already ``claimed``.
    """
    asked = {"now": now, "claimed": list(claimed)}
    return [Waiting(*row) for row in session.exec(_first_of_each(), params=asked).all()]


@cache
def _first_of_each() -> Any:
    """Built once: it is asked before every mail."""
    of_sender = func.row_number().over(
        partition_by=col(MessageRow.from_address),
        order_by=(col(MessageRow.received_at), col(MessageRow.id)),
    )
    due = (
        sqlalchemy.select(
            col(MessageRow.id),
            col(MessageRow.from_address),
            col(MessageRow.received_at),
            (col(MessageRow.attempts) > 0).label("tried"),
            of_sender.label("at"),
        )
        .where(
            col(MessageRow.state) == MessageState.STORED,
            _is_due(bindparam("now")),
            col(MessageRow.id).not_in(bindparam("claimed", expanding=True)),
        )
        .subquery()
    )
    query = select(due.c.id, due.c.from_address, due.c.received_at, due.c.tried)
    return query.where(due.c.at == 1)


def next_staff_mail(session: Session) -> MessageRow | None:
    """The oldest mail from a staff address that nobody has seen to; None when there is none."""
    return session.exec(_NEXT_STAFF_MAIL).first()


_NEXT_STAFF_MAIL = (
    select(MessageRow)
    .where(
        col(MessageRow.state) == MessageState.READ,
        MessageRow.screening_kind == ScreeningKind.STAFF.value,
        col(MessageRow.answered).is_(False),
    )
    .order_by(col(MessageRow.id))
)


def claim_message(
    session: Session,
    message_id: int,
    now: datetime,
    lease: timedelta = LEASE,
) -> MessageRow | None:
    """Take a due mail for reading; None when it is not due or somebody else has it.

    The attempt is counted and the next one put off by ``lease``. Commit before the work starts: a
    mail that kills its reader is then seen to have been tried.
    """
    asked = {"which": message_id, "old": MessageState.STORED, "now": now}
    until = {"next_attempt_at": now + lease}
    if not change_row(session, _CLAIM, (MessageRow, message_id), until, asked):
        return None
    return get_message(session, message_id)


def postpone_message(session: Session, row: MessageRow, until: datetime, error: str) -> bool:
    """Leave a claimed mail until later; False, as of all that ends a claim, when it is no longer
    ours: somebody else claimed it when our lease was over.
    """
    return _end_claim(session, row, next_attempt_at=until, error=error)


def give_back(session: Session, row: MessageRow, until: datetime | None) -> bool:
    """Leave a claimed mail until later (None: it is due); the try does not count, as nobody got to
    read it.
    """
    return _end_claim(session, row, attempts=row.attempts - 1, next_attempt_at=until)


def release_claims(session: Session) -> int:
    """At the start of the program, when nobody can be reading: claimed mails are due at once; how
    many.
    """
    statement = (
        update(MessageRow)
        .where(
            col(MessageRow.state) == MessageState.STORED,
            col(MessageRow.next_attempt_at).is_not(None),
        )
        .values(next_attempt_at=None)
        .execution_options(synchronize_session="fetch")
    )
    return session.exec(statement).rowcount


def save_reading(
    session: Session,
    message_id: int,
    reading: Reading,
    *,
    answered: bool = False,
    call: str = "",
) -> bool:
    """Keep what was read in a mail; False when it is not waiting to be read (any more): the first
    reading stays.

    ``answered`` says that no letter will be needed, ``call`` under which call it was read; "" when
    nobody can tell for which it is.
    """
    envelope, screening = reading.envelope, reading.screening
    return _change(
        session,
        message_id,
        MessageState.STORED,
        state=MessageState.READ,
        reading=reading.model_dump_json(),
        answered=answered,
        call=call,
        error="",
        next_attempt_at=None,
        message_id_header=envelope.message_id,
        from_address=envelope.from_address,
        from_name=envelope.from_name,
        subject=envelope.subject,
        screening_kind=str(screening.kind),
        screening_reply=screening.reply,
        screening_reason=screening.reason,
    )


def load_reading(row: MessageRow) -> Reading | None:
    """The reading kept in a row; None when it has not been read."""
    return None if row.reading is None else Reading.model_validate_json(row.reading)


def save_announced_size(session: Session, message_id: int, size: int) -> bool:
    """The server names another size for the same bytes than it did before."""
    return _change(session, message_id, None, announced_size=size)


def mark_answered(session: Session, message_id: int) -> bool:
    """A letter has been decided on for this mail, or it was decided that none is needed."""
    return _change(session, message_id, None, answered=True)


def set_aside(session: Session, row: MessageRow, error: str) -> bool:
    """Take a claimed mail out of the way, with the traceback, because handling it failed on our
    side.
    """
    state = MessageState.SET_ASIDE
    return _end_claim(session, row, state=state, error=error, next_attempt_at=None)


def retry_message(session: Session, message_id: int) -> bool:
    """Read a mail that was set aside again, as if for the first time; False when it was not set
    aside.
    """
    state = MessageState.STORED
    return _change(
        session,
        message_id,
        MessageState.SET_ASIDE,
        state=state,
        attempts=0,
        next_attempt_at=None,
    )


def set_aside_ids(session: Session) -> list[int]:
    """The mails that were set aside, in the order they were fetched in."""
    query = select(MessageRow.id).where(col(MessageRow.state) == MessageState.SET_ASIDE)
    return list(session.exec(query.order_by(col(MessageRow.id))))


def read_for_call(session: Session, message_id: int, call: str) -> bool:
    """Read a mail again, this time for the call that staff named; False when it has not been
    read.
    """
    return _change(
        session, message_id, MessageState.READ,
        state=MessageState.STORED, call=call, attempts=0, next_attempt_at=None, answered=False,
    )  # fmt: skip


def calls_of_mails(session: Session, message_ids: Iterable[str]) -> frozenset[str]:
    """The calls of the mails with these Message-IDs."""
    query = select(MessageRow.call).where(col(MessageRow.message_id_header).in_(list(message_ids)))
    return frozenset(call for call in session.exec(query) if call)


def _is_due(now: datetime | BindParameter[datetime]) -> Any:
    return or_(col(MessageRow.next_attempt_at).is_(None), col(MessageRow.next_attempt_at) <= now)


_CHANGE = update(MessageRow).where(col(MessageRow.id) == bindparam("which"))
_IN_STATE = _CHANGE.where(col(MessageRow.state) == bindparam("old"))
_CLAIM = _IN_STATE.where(_is_due(bindparam("now"))).values(attempts=MessageRow.attempts + 1)
_CLAIMED = _IN_STATE.where(col(MessageRow.attempts) == bindparam("tries"))


def _end_claim(session: Session, row: MessageRow, **values: Any) -> bool:
    """:func:`_change` of a mail in the hands of whoever claimed it as ``row``: each claim is told
    from the others by its number.
    """
    asked = {"which": row.id, "old": MessageState.STORED, "tries": row.attempts}
    return change_row(session, _CLAIMED, (MessageRow, row.id), values, asked)


def _change(session: Session, message_id: int, old: MessageState | None, **values: Any) -> bool:
    """Compare-and-set of one row, in state ``old`` unless that is None; True when this call changed
    it.
    """
    statement = _CHANGE if old is None else _IN_STATE
    asked = {"which": message_id, "old": old}
    return change_row(session, statement, (MessageRow, message_id), values, asked)
