"""Marks of cases: by which the same application is found in another one. What a find means is not
decided here.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, select

from ingest.store.tables import CaseMarkRow, CaseRow


def mark_case(session: Session, case_id: int, marks: Collection[str]) -> None:
    """Remember what a case may be known by again; what is remembered already stays."""
    for mark in marks:
        session.merge(CaseMarkRow(mark=mark, case_id=case_id))
    session.flush()


def cases_with_marks(session: Session, row: CaseRow, marks: Collection[str]) -> list[CaseRow]:
    """The other open cases of the same call that bear one of these marks, the oldest first."""
    query = (
        select(CaseRow)
        .join(CaseMarkRow, col(CaseMarkRow.case_id) == CaseRow.id)
        .where(
            col(CaseMarkRow.mark).in_(list(marks)),
            CaseRow.call == row.call,
            CaseRow.id != row.id,
            col(CaseRow.closed_at).is_(None),
            col(CaseRow.merged_into).is_(None),
            col(CaseRow.withdrawn_at).is_(None),
        )
    )
    return list(session.exec(query.distinct().order_by(col(CaseRow.id))))
