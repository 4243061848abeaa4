"""Which addresses are known to speak for a case, and by what proof. What a proof is worth is not
known here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from ingest.store.tables import CaseAddressRow, CaseRow


def know_address(
    session: Session,
    case_id: int,
    address: str,
    proof: str,
    now: datetime,
    by: str = "",
) -> bool:
    """Write down that ``address`` speaks for the case; False when it is known already (the first
    proof stays).
    """
    address = address.lower()
    if not address or session.get(CaseAddressRow, (case_id, address)) is not None:
        return False
    session.add(CaseAddressRow(case_id=case_id, address=address, proof=proof, since=now, by=by))
    session.flush()
    return True


def forget_address(session: Session, case_id: int, address: str) -> bool:
    """Take an address away that was known by mistake; False when it was not known."""
    row = session.get(CaseAddressRow, (case_id, address.lower()))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def addresses_of_case(session: Session, case_id: int) -> list[CaseAddressRow]:
    """The addresses known to speak for a case, in the order they became known."""
    return list(session.exec(_OF_CASE, params={"case_id": case_id}))


_OF_CASE = (
    select(CaseAddressRow)
    .where(CaseAddressRow.case_id == bindparam("case_id"))
    .order_by(col(CaseAddressRow.since), col(CaseAddressRow.address))
)


def cases_of_address(session: Session, call: str, address: str) -> list[CaseRow]:
    """The cases of a call that ``address`` is known to speak for, the oldest first; merged ones are
    left out.
    """
    asked = {"of_call": call, "of_address": address.lower()}
    return list(session.exec(_CASES_OF_ADDRESS, params=asked))


_CASES_OF_ADDRESS = (
    select(CaseRow)
    .join(CaseAddressRow, col(CaseAddressRow.case_id) == CaseRow.id)
    .where(
        CaseRow.call == bindparam("of_call"),
        CaseAddressRow.address == bindparam("of_address"),
        col(CaseRow.merged_into).is_(None),
    )
    .order_by(col(CaseRow.id))
)
