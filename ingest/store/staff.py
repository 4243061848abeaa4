"""What staff decided and read, and the codes they answer with. Rows are only added; a code is used
once.

What a decision does to a verdict stands in ``rules/staff.py``; who may decide is not known here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from ingest.store.tables import EndingRow, StaffCodeRow, StaffDecisionRow, StaffFactRow
from ingest.submission.case import Ending
from rules.casestate import State
from rules.staff import StaffDecision


def add_staff_decision(
    session: Session,
    case_id: int,
    version: int,
    decision: StaffDecision,
    now: datetime,
    *,
    needs_second: bool = False,
) -> StaffDecisionRow:
    """Keep a person's decision; ``version`` is that of the case's decision the person looked at."""
    row = StaffDecisionRow(
        case_id=case_id,
        version=version,
        decision=decision.model_dump_json(),
        at=now,
        needs_second=needs_second,
    )
    session.add(row)
    session.flush()
    return row


def staff_decision_rows(session: Session, case_id: int) -> list[StaffDecisionRow]:
    """Every decision people took in a case, the oldest first, those that wait for a second person
    too.
    """
    query = select(StaffDecisionRow).where(StaffDecisionRow.case_id == case_id)
    return list(session.exec(query.order_by(col(StaffDecisionRow.id))))


def staff_decisions_in_force(session: Session, case_id: int) -> list[StaffDecision]:
    """The same without those that wait for a second person."""
    rows = staff_decision_rows(session, case_id)
    return [load_staff_decision(row) for row in rows if row.second or not row.needs_second]


def load_staff_decision(row: StaffDecisionRow) -> StaffDecision:
    """The decision kept in a row."""
    return StaffDecision.model_validate_json(row.decision)


def second_decision(session: Session, row_id: int, who: str) -> bool:
    """A second person agrees; False when nobody waits for one (any more)."""
    statement = (
        update(StaffDecisionRow)
        .where(
            col(StaffDecisionRow.id) == row_id,
            col(StaffDecisionRow.needs_second),
            col(StaffDecisionRow.second) == "",
        )
        .values(second=who)
        .execution_options(synchronize_session="fetch")
    )
    return session.exec(statement).rowcount == 1


@dataclass(frozen=True, slots=True)
class NewStaffFact:
    """A value a person read."""

    case_id: int
    entry: str  #: whose; "" = of the only entry
    field: str
    value: str
    who: str
    because: str = ""


def add_staff_fact(session: Session, new: NewStaffFact, now: datetime) -> StaffFactRow:
    """Keep a value; the latest of an entry's field counts."""
    row = StaffFactRow(
        case_id=new.case_id, entry=new.entry, field=new.field, value=new.value, who=new.who,
        because=new.because, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def staff_facts(session: Session, case_id: int) -> list[StaffFactRow]:
    """Every value people read in a case, the oldest first."""
    query = select(StaffFactRow).where(StaffFactRow.case_id == case_id)
    return list(session.exec(query.order_by(col(StaffFactRow.id))))


@dataclass(frozen=True, slots=True)
class NewEnding:
    """What a person says of an entry's being there."""

    case_id: int
    entry: str
    state: State | None  #: None = it stays
    who: str
    because: str
    to: str = ""


def add_ending(session: Session, new: NewEnding, now: datetime) -> None:
    """Keep it; the latest of an entry counts."""
    row = EndingRow(
        case_id=new.case_id, entry=new.entry, state=new.state or "", to=new.to, who=new.who,
        because=new.because, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()


def endings_of_case(session: Session, case_id: int) -> tuple[Ending, ...]:
    """What people said of entries' being there, the oldest first."""
    query = select(EndingRow).where(EndingRow.case_id == case_id).order_by(col(EndingRow.id))
    return tuple(
        Ending(row.entry, State(row.state) if row.state else None, row.to, row.because, row.at)
        for row in session.exec(query)
    )


def keep_code(
    session: Session,
    code: str,
    purpose: str,
    address: str,
    now: datetime,
    expires_at: datetime,
) -> bool:
    """Remember that ``code`` was given out, by its hash alone; False when it was given
    out before.
    """
    digest = _sha256(code)
    if session.get(StaffCodeRow, digest) is not None:
        return False
    session.add(
        StaffCodeRow(
            code_sha256=digest,
            purpose=purpose,
            address=address,
            made_at=now,
            expires_at=expires_at,
        )
    )
    session.flush()
    return True


def count_codes(session: Session, purpose: str, address: str, since: datetime) -> int:
    """How many codes of this purpose were made for an address at or after ``since``."""
    query = select(func.count()).select_from(StaffCodeRow).where(
        StaffCodeRow.purpose == purpose, StaffCodeRow.address == address,
        col(StaffCodeRow.made_at) >= since,
    )  # fmt: skip
    return session.exec(query).one()


def find_code(session: Session, code: str) -> StaffCodeRow | None:
    """What is known of a code; None when we never gave it out."""
    return session.get(StaffCodeRow, _sha256(code), populate_existing=True)


def use_code(session: Session, code: str, by: str, now: datetime) -> bool:
    """Use a code up; False when it is unknown, expired, or used already: of two who try the same
    only one succeeds.
    """
    statement = (
        update(StaffCodeRow)
        .where(
            col(StaffCodeRow.code_sha256) == _sha256(code),
            col(StaffCodeRow.used_at).is_(None),
            col(StaffCodeRow.expires_at) > now,
        )
        .values(used_at=now, used_by=by)
        .execution_options(synchronize_session="fetch")
    )
    return session.exec(statement).rowcount == 1


def _sha256(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
