"""Reads and writes of cases, of the mails in them and of the decisions on them. One small function
each.

Every function takes a session of ``Database.writing()`` (or ``reading()`` where it only reads) and
leaves the commit to it. Who belongs to which case, and what is decided, is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter
from pydantic_core import from_json
from sqlalchemy import bindparam, exists, func, or_, update
from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from ingest.errors import UsageError
from ingest.reading import Fate, Reading
from ingest.store.events import supersede_letters
from ingest.store.messages import load_reading
from ingest.store.tables import (
    CaseMessageRow,
    CaseRow,
    DecisionRow,
    MessageRow,
    MessageState,
    OutboxRow,
)
from ingest.submission.case import ReceivedMail, parts_of_matter
from ingest.submission.codes import code_number, code_stem, find_codes, make_code
from ingest.submission.joining import submitter_key
from notifier.rows import change_row, fresh_row
from rules.standing import Act, Standing, may
from rules.subjects import Subject
from rules.verdict import Decision, EntryVerdict, Verdict

T = TypeVar("T")

WALKED = 50
"""Rows at a time where all are walked past."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened."""

    call: str  #: id of the call
    track: str
    track_code: str  #: first letters of the case code
    year: int  #: of the call
    submitter_key: str
    submitter: str
    unit: str
    reply_address: str
    reply_name: str


def open_case(
    session: Session, new: NewCase, received_at: datetime, now: datetime
) -> tuple[CaseRow, bool]:
    """The case of this submitter for this track, opened with the next free code when there is none;
    and whether new.
    """
    existing = find_case(session, new.call, new.track, new.submitter_key)
    if existing is not None:
        return existing, False
    row = CaseRow(
        code=make_code(new.track_code, new.year, _next_number(session, new)),
        call=new.call,
        track=new.track,
        submitter_key=new.submitter_key,
        submitter=new.submitter,
        unit=new.unit,
        reply_address=new.reply_address,
        reply_name=new.reply_name,
        opened_at=now,
        last_received_at=received_at,
    )
    session.add(row)
    session.flush()
    return row, True


def _next_number(session: Session, new: NewCase) -> int:
    codes = select(CaseRow.code).where(
        col(CaseRow.code).startswith(code_stem(new.track_code, new.year))
    )
    latest = session.exec(
        codes.order_by(func.length(CaseRow.code).desc(), col(CaseRow.id).desc())
    ).first()
    return 1 if latest is None else code_number(latest) + 1


def get_case(session: Session, case_id: int) -> CaseRow | None:
    """The case as the database has it now."""
    return fresh_row(session, CaseRow, case_id)


def find_case(session: Session, call: str, track: str, submitter_key: str) -> CaseRow | None:
    """The case of this submitter for this track of this call."""
    query = select(CaseRow).where(
        CaseRow.call == call, CaseRow.track == track, CaseRow.submitter_key == submitter_key
    )  # fmt: skip
    return session.exec(query).first()


def cases_claiming(session: Session, call: str, claim: str) -> list[CaseRow]:
    """The cases of a call under this name, whoever opened them, closed ones too; the oldest
    first.
    """
    query = select(CaseRow).where(
        CaseRow.call == call,
        or_(
            col(CaseRow.submitter_key) == claim,
            col(CaseRow.submitter_key).startswith(submitter_key(claim, ""), autoescape=True),
        ),
    )
    return list(session.exec(query.order_by(col(CaseRow.id))))


def find_case_by_code(session: Session, code: str) -> CaseRow | None:
    """The case with exactly this code (as ``find_codes`` returns it)."""
    return session.exec(select(CaseRow).where(CaseRow.code == code)).first()


def find_case_row(session: Session, code: str) -> CaseRow:
    """The case a person means by ``code`` as typed. Raises UsageError when there is none."""
    for candidate in (code, *find_codes(code)):
        row = find_case_by_code(session, candidate)
        if row is not None:
            return row
    raise UsageError(f"没有案卷“{code}”", "用 mailroom case list 查看案卷编号")


# Asked about every mail, so built once.
_BY_MAILS = (
    select(CaseRow)
    .join(CaseMessageRow, col(CaseMessageRow.case_id) == CaseRow.id)
    .join(MessageRow, col(MessageRow.id) == CaseMessageRow.message_id)
    .where(
        col(MessageRow.message_id_header).in_(bindparam("ids", expanding=True)),
        MessageRow.message_id_header != "",
    )
    .distinct()
    .order_by(col(CaseRow.id))
)
_BY_LETTERS = (
    select(CaseRow)
    .join(OutboxRow, col(OutboxRow.case_id) == CaseRow.id)
    .where(col(OutboxRow.message_id).in_(bindparam("ids", expanding=True)))
    .distinct()
    .order_by(col(CaseRow.id))
)


def find_cases_by_mails(session: Session, message_ids: Iterable[str]) -> list[CaseRow]:
    """The cases that hold a mail with one of these Message-IDs, which anybody can write."""
    ids = list(message_ids)
    return list(session.exec(_BY_MAILS, params={"ids": ids})) if ids else []


def find_cases_by_letters(session: Session, message_ids: Iterable[str]) -> list[CaseRow]:
    """The cases whose letters bear one of these Message-IDs."""
    ids = list(message_ids)
    return list(session.exec(_BY_LETTERS, params={"ids": ids})) if ids else []


def list_cases(
    session: Session, call: str | None = None, decisions: Sequence[Decision] = ()
) -> list[CaseRow]:
    """Every case in the order they were opened; of all calls and decisions unless some are
    named.
    """
    query = select(CaseRow).order_by(col(CaseRow.id))
    if call is not None:
        query = query.where(CaseRow.call == call)
    if decisions:
        query = query.where(col(CaseRow.decision).in_(decisions))
    return list(session.exec(query))


def newest_cases(
    session: Session, number: int | None = None, decision: Decision | None = None
) -> list[CaseRow]:
    """The cases opened last, the newest first; all unless a number or a decision is given."""
    query = _decided(select(CaseRow), decision).order_by(col(CaseRow.id).desc())
    return list(session.exec(query.limit(number)))


def count_cases(session: Session, decision: Decision | None = None) -> int:
    """How many cases there are, of all decisions or of one."""
    return session.exec(_decided(select(func.count()).select_from(CaseRow), decision)).one()


def _decided(query: SelectOfScalar[T], decision: Decision | None) -> SelectOfScalar[T]:
    return query if decision is None else query.where(CaseRow.decision == decision)


def touch_case(
    session: Session,
    case_id: int,
    received_at: datetime,
    judge_after: datetime | None,
    reply_to: tuple[str, str] | None = None,
    *,
    patience: timedelta | None = None,
) -> CaseRow:
    """Something came in for a case: it is to be judged at ``judge_after``, and answered to
    ``reply_to``.

    ``judge_after`` None leaves it as it is decided. ``patience`` bounds how long mail after mail
    can put the judgement off, counted from the first mail since the last decision. ``reply_to`` is
    (address, name), None to leave it as it is. The received time only ever moves forward. Raises
    KeyError when there is no such case.
    """
    case = get_case(session, case_id)
    if case is None:
        raise KeyError(case_id)
    case.last_received_at = max(case.last_received_at, received_at)
    if judge_after is not None:
        first = case.first_pending_at or received_at
        case.first_pending_at = first
        case.closed_at = case.withdrawn_at = None  # papers open it again
        case.judge_after = judge_after if patience is None else min(judge_after, first + patience)
    if reply_to is not None:
        case.reply_address, case.reply_name = reply_to
    session.flush()
    return case


def assign_case(session: Session, case_id: int, to: str) -> bool:
    """A staff member has the case from now on; "" = nobody."""
    return _change(session, case_id, assigned_to=to)


def close_case(
    session: Session, case_id: int, now: datetime, merged_into: int | None = None
) -> bool:
    """The case is nobody's home any more, and is not judged; False when it is closed already."""
    still_open = col(CaseRow.closed_at).is_(None)
    values: dict[str, Any] = {"closed_at": now, "judge_after": None, "merged_into": merged_into}
    return _ended(session, case_id, now, still_open, **values)


def withdraw_case(session: Session, case_id: int, version: int, now: datetime) -> bool:
    """Staff confirm a withdrawal; False when it is withdrawn already or decided anew since
    ``version``.
    """
    as_it_was = col(CaseRow.withdrawn_at).is_(None), col(CaseRow.version) == version
    return _ended(session, case_id, now, *as_it_was, withdrawn_at=now, judge_after=None)


def _ended(session: Session, case_id: int, now: datetime, *conditions: Any, **values: Any) -> bool:
    """The case goes on no more: what waits to be told of it is not true any longer."""
    ended = _change(session, case_id, *conditions, **values)
    if ended:
        supersede_letters(session, case_id, now)
    return ended


def name_case(session: Session, case_id: int, key: str, submitter: str, unit: str) -> None:
    """A case that was opened without a name now has one."""
    _change(session, case_id, submitter_key=key, submitter=submitter, unit=unit)


def contest_case(session: Session, case_id: int, *, contested: bool) -> None:
    """Whether nothing in the case is accepted before staff say which of two counts."""
    _change(session, case_id, contested=contested)


def request_judgement(session: Session, case_id: int, judge_after: datetime) -> bool:
    """Have a case judged (again) without anything new having come in: by a person, or because rules
    changed.
    """
    return _change(session, case_id, judge_after=judge_after)


def join_case(
    session: Session,
    case_id: int,
    message_id: int,
    joined_by: str,
    now: datetime,
    standing: str = "",
    *,
    counts: bool = True,
    counts_from: datetime | None = None,
) -> bool:
    """Put a mail into a case; False when it is in there already. ``standing``: what was proved
    about its sender (``rules/standing.py``); ``counts``: whether its papers are judged;
    ``counts_from``: an earlier moment at which they are taken to have come.
    """
    if session.get(CaseMessageRow, (case_id, message_id)) is not None:
        return False
    row = CaseMessageRow(
        case_id=case_id,
        message_id=message_id,
        joined_by=joined_by,
        joined_at=now,
        standing=standing,
        counts=counts,
        counts_from=counts_from,
    )
    session.add(row)
    session.flush()
    return True


def leave_case(session: Session, case_id: int, message_id: int) -> bool:
    """Take a mail out of a case it was put into by mistake; False when it is not in there."""
    row = session.get(CaseMessageRow, (case_id, message_id))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def cases_of_message(session: Session, message_id: int) -> list[CaseRow]:
    """The cases a mail belongs to."""
    return list(session.exec(_OF_MESSAGE, params={"message_id": message_id}))


_OF_MESSAGE = (
    select(CaseRow)
    .join(CaseMessageRow, col(CaseMessageRow.case_id) == CaseRow.id)
    .where(CaseMessageRow.message_id == bindparam("message_id"))
    .order_by(col(CaseRow.id))
)


def messages_of_case(session: Session, case_id: int) -> list[tuple[MessageRow, CaseMessageRow]]:
    """The mails of a case in received order, each with how it came to be there."""
    rows = session.exec(_MAILS, params={"case_id": case_id})
    return [(message, joined) for message, joined in rows]


_MAILS = (
    select(MessageRow, CaseMessageRow)
    .join(CaseMessageRow, col(CaseMessageRow.message_id) == MessageRow.id)
    .where(CaseMessageRow.case_id == bindparam("case_id"))
    .order_by(col(MessageRow.received_at), col(MessageRow.id))
)


def readings_of_case(session: Session, case_id: int) -> list[tuple[MessageRow, Reading]]:
    """What was read in the mails of a case, in received order; mails not read (yet) are left
    out.
    """
    found = [(message, load_reading(message)) for message, _ in messages_of_case(session, case_id)]
    return [(message, reading) for message, reading in found if reading is not None]


def readings_of(session: Session, message_ids: Sequence[int]) -> list[tuple[MessageRow, Reading]]:
    """What was read in these mails, in received order; mails not read (yet) are left out."""
    query = select(MessageRow).where(col(MessageRow.id).in_(list(message_ids)))
    rows = session.exec(query.order_by(col(MessageRow.received_at), col(MessageRow.id)))
    found = [(message, load_reading(message)) for message in rows]
    return [(message, reading) for message, reading in found if reading is not None]


def received_mails(
    session: Session,
    case_id: int,
    into: Sequence[int] = (),
    out: Collection[int] = (),
    standing: Standing = Standing.RELEASED,
) -> list[ReceivedMail]:
    """The mails whose papers a case is judged by, in received order, with what each may do; as if
    staff had put the mails ``into`` in, with this ``standing``, and taken ``out`` out.
    """
    found = [
        _received(message, joined, joined.standing)
        for message, joined in messages_of_case(session, case_id)
        if joined.counts and message.id not in out
    ]
    there = {mail.id for mail in found if mail is not None}
    added = session.exec(select(MessageRow).where(col(MessageRow.id).in_(list(into))))
    found += [_received(row, None, standing) for row in added if row.id not in there]
    mails = [mail for mail in found if mail is not None]
    return sorted(mails, key=lambda mail: (mail.received, mail.id))


def _received(
    message: MessageRow, joined: CaseMessageRow | None, standing: str
) -> ReceivedMail | None:
    """A mail with what it may do; None when it brought nothing to judge."""
    reading = load_reading(message)
    if reading is None or not parts_of_matter(reading):
        return None
    # Cases from before proofs were kept have no word for it: their mails count in full.
    proved = Standing(standing) if standing else Standing.OWNER
    counts_from = joined.counts_from if joined is not None else None
    return ReceivedMail(
        message.id,
        counts_from or message.received_at,
        reading,
        message.dated,
        arrived=message.received_at if counts_from is not None else None,
        may_replace=may(proved, Act.REPLACE),
        may_learn=reading.screening.reply and may(proved, Act.LEARN),
    )


_UNREAD = exists().where(
    col(MessageRow.state) == MessageState.STORED,
    col(MessageRow.from_address) == col(CaseRow.reply_address),
    col(MessageRow.received_at) <= col(CaseRow.judge_after),
)
_NEXT_TO_JUDGE = (
    select(CaseRow)
    .where(col(CaseRow.judge_after) <= bindparam("now"), ~_UNREAD)
    .order_by(col(CaseRow.judge_after), col(CaseRow.id))
    .limit(1)
)


def next_case_to_judge(session: Session, now: datetime) -> CaseRow | None:
    """The case whose settle window ended first; None when none is due. A case waits for the mails
    of its address that came within the window and have not been read yet.
    """
    return session.exec(_NEXT_TO_JUDGE, params={"now": now}).first()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with what it rests on, ready to be kept."""

    verdict: Verdict
    subjects: tuple[Subject, ...]
    trace: Any  #: whatever JSON can hold
    received_at: datetime
    disagreement: str = ""
    listing_sha256: str = ""  #: of the list of files the letter names
    call_sha256: str = ""  #: of the ``call.yaml`` the rules were read with


_SUBJECTS = TypeAdapter(tuple[Subject, ...])


def save_decision(
    session: Session,
    case: CaseRow,
    judgement: Judgement,
    now: datetime,
    *,
    told_by: int | None = None,
) -> DecisionRow | None:
    """Keep a verdict as the next version of ``case``; enqueue its letters in the same session.

    ``case`` is the row as it was when judging began. None when the case has changed since (new
    mail, another decision): the verdict then answers a question nobody asks any more, nothing is
    written, and the case stays due. Letters that wait and tell the decision before never leave,
    but for ``told_by``, the one that tells this decision where it was written before.
    """
    version, decision = case.version + 1, judgement.verdict.decision
    unchanged = (
        CaseRow.version == case.version,
        col(CaseRow.judge_after).is_not_distinct_from(case.judge_after),
        col(CaseRow.last_received_at) == case.last_received_at,
    )
    if not _change(
        session,
        case.id,
        *unchanged,
        version=version,
        decision=decision,
        decided_at=now,
        judge_after=None,
        first_pending_at=None,
    ):
        return None
    supersede_letters(session, case.id, now, told_by)
    row = DecisionRow(
        case_id=case.id,
        version=version,
        decision=decision,
        verdict=judgement.verdict.model_dump_json(),
        subjects=_SUBJECTS.dump_json(judgement.subjects).decode(),
        trace=json.dumps(judgement.trace, ensure_ascii=False),
        rules_sha256=judgement.verdict.rules_sha256,
        received_at=judgement.received_at,
        decided_at=now,
        disagreement=judgement.disagreement,
        listing_sha256=judgement.listing_sha256,
        call_sha256=judgement.call_sha256,
    )
    session.add(row)
    session.flush()
    return row


def decisions_of_case(session: Session, case_id: int) -> list[DecisionRow]:
    """All versions of a case's verdict, the oldest first."""
    query = select(DecisionRow).where(DecisionRow.case_id == case_id)
    return list(session.exec(query.order_by(col(DecisionRow.version))))


def get_decision(session: Session, case_id: int, version: int) -> DecisionRow | None:
    """One version of a case's verdict; None when there is none."""
    return session.exec(_OF_VERSION, params={"case_id": case_id, "version": version}).first()


def latest_decision(session: Session, case_id: int) -> DecisionRow | None:
    """The verdict in force; None when the case has not been judged."""
    return session.exec(_LATEST, params={"case_id": case_id}).first()


_DECISIONS = select(DecisionRow).where(DecisionRow.case_id == bindparam("case_id"))
_OF_VERSION = _DECISIONS.where(col(DecisionRow.version) == bindparam("version"))
_LATEST = _DECISIONS.order_by(col(DecisionRow.version).desc()).limit(1)


def decisions_in_force(
    session: Session, call: str, since: datetime | None = None, limit: int | None = None
) -> list[tuple[CaseRow, DecisionRow]]:
    """Cases of a call with their latest decision, the latest decided first; only those decided from
    ``since`` on. What was withdrawn, or merged into another case, is in force no more.
    """
    query = _in_force(call)
    if since is not None:
        query = query.where(col(DecisionRow.decided_at) >= since)
    return list(session.exec(query.limit(limit) if limit else query))


def walk_decisions_in_force(session: Session, call: str) -> Iterator[tuple[CaseRow, DecisionRow]]:
    """The same of all cases, a few at a time and without the traces, which are most of a row: who
    lets go of each has the memory of a few, however many there are.
    """
    trace = cast(QueryableAttribute[str], DecisionRow.trace)  # noqa: TC006 - seen by vulture so
    query = _in_force(call).options(defer(trace)).execution_options(yield_per=WALKED)
    yield from map(tuple, session.exec(query))


def _in_force(call: str) -> Select[CaseRow, DecisionRow]:
    return (
        select(CaseRow, DecisionRow)
        .join(
            DecisionRow,
            (col(DecisionRow.case_id) == CaseRow.id)
            & (col(DecisionRow.version) == CaseRow.version),
        )
        .where(CaseRow.call == call, *_stands())
        .order_by(col(DecisionRow.id).desc())
    )


def _stands() -> tuple[Any, ...]:
    return col(CaseRow.withdrawn_at).is_(None), col(CaseRow.merged_into).is_(None)


def home_of(session: Session, row: CaseRow) -> CaseRow:
    """The case that stands for ``row`` now: itself, or the one it was merged into."""
    seen = {row.id}
    while row.merged_into is not None and row.merged_into not in seen:
        seen.add(row.merged_into)
        row = get_case(session, row.merged_into) or row
    return row


def load_verdict(row: DecisionRow) -> Verdict:
    """The verdict kept in a row."""
    return Verdict.model_validate_json(row.verdict)


def load_subjects(row: DecisionRow) -> tuple[Subject, ...]:
    """The subjects kept in a row."""
    return _SUBJECTS.validate_json(row.subjects)


class KeptSubjects(Mapping[str, Subject]):
    """The subjects kept in a row, by their ids, each made when it is first asked for: a list of a
    thousand cases needs one or two of the ten that a case has.
    """

    def __init__(self, kept: str) -> None:
        self._kept: dict[str, dict[str, Any]] = {each["id"]: each for each in from_json(kept)}
        self._made: dict[str, Subject] = {}

    def __getitem__(self, identifier: str) -> Subject:
        """Raises KeyError when there is none."""
        if identifier not in self._made:
            self._made[identifier] = Subject.model_validate_json(json.dumps(self._kept[identifier]))
        return self._made[identifier]

    def __iter__(self) -> Iterator[str]:
        """In their order."""
        return iter(self._kept)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._kept)

    def of_kinds(self, *kinds: str) -> Iterator[str]:
        """The ids of those of these kinds; none is made."""
        return (identifier for identifier, kept in self._kept.items() if kept["kind"] in kinds)


def kept_subjects(row: DecisionRow) -> KeptSubjects:
    """The subjects kept in a row, where few of them are needed."""
    return KeptSubjects(row.subjects)


def open_cases_with_links(session: Session, call: str) -> frozenset[int]:
    """Open cases in one of whose mails a file is only linked to, as far as a search of what was
    read can tell without reading it: all of them, and now and then one more.
    """
    query = (
        select(CaseMessageRow.case_id)
        .join(CaseRow, col(CaseRow.id) == col(CaseMessageRow.case_id))
        .join(MessageRow, col(MessageRow.id) == col(CaseMessageRow.message_id))
        .where(CaseRow.call == call, col(CaseRow.closed_at).is_(None))
        .where(col(MessageRow.reading).contains(str(Fate.CLOUD_LINK), autoescape=True))
    )
    return frozenset(session.exec(query))


@dataclass(frozen=True, slots=True)
class AcceptedEntry:
    """An entry (申报项) that the latest decision of its case accepts."""

    case_id: int
    case_code: str
    unit: str  #: submitting unit of the case; "" when unknown
    entry: EntryVerdict


def accepted_ledger(
    session: Session, call: str, except_case: int | None = None
) -> list[AcceptedEntry]:
    """The entries of a call accepted by the decisions in force, but for those of
    ``except_case``.
    """
    query = (
        select(CaseRow, DecisionRow)
        .join(
            DecisionRow,
            (col(DecisionRow.case_id) == CaseRow.id)
            & (col(DecisionRow.version) == CaseRow.version),
        )
        .where(
            CaseRow.call == call,
            col(CaseRow.id) != (-1 if except_case is None else except_case),
            *_stands(),
        )
        .order_by(col(CaseRow.id))
    )
    return [
        AcceptedEntry(case.id, case.code, case.unit, entry)
        for case, decision in session.exec(query)
        for entry in load_verdict(decision).entries
        if entry.decision is Decision.ACCEPTED
    ]


def _change(session: Session, case_id: int, *conditions: Any, **values: Any) -> bool:
    """Compare-and-set of one row; True when this call changed it."""
    statement = _CHANGE.where(*conditions) if conditions else _CHANGE
    return change_row(session, statement, (CaseRow, case_id), values, {"which": case_id})


_CHANGE = update(CaseRow).where(col(CaseRow.id) == bindparam("which"))
