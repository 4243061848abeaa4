"""The rule files that were put in force, kept by hash: the last good ones, and the ones an old
decision rests on.

Reads and writes only; what may be put in force is decided in ``ingest/rulefiles/candidates.py``.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from ingest.store.events import EventKind, latest_event
from ingest.store.tables import DecisionRow, EventRow, RuleFilesRow


def keep_rule_files(session: Session, row: RuleFilesRow) -> None:
    """Keep a set of files that goes in force."""
    session.add(row)
    session.flush()


def last_good(session: Session, call: str) -> RuleFilesRow | None:
    """The files of a call that were put in force last; None when there have been none."""
    query = (
        select(
            RuleFilesRow,
        )
        .where(RuleFilesRow.call == call)
        .order_by(col(RuleFilesRow.id).desc())
    )
    return session.exec(query).first()


def files_of_decision(session: Session, decision: DecisionRow) -> RuleFilesRow | None:
    """The files a decision was judged by; None when it was made without any."""
    query = select(RuleFilesRow).where(
        RuleFilesRow.rules_sha256 == decision.rules_sha256,
        RuleFilesRow.call_sha256 == decision.call_sha256,
    )
    return session.exec(query.order_by(col(RuleFilesRow.id))).first()


def last_rules_event(session: Session) -> EventRow | None:
    """What became of the rule files when they were last looked at and had changed."""
    return latest_event(session, EventKind.RULES_ACCEPTED, EventKind.RULES_REFUSED)


def rules_trouble(session: Session) -> str:
    """Why the files on the disk are not the rules in force; "" when they are."""
    event = last_rules_event(session)
    return event.text if event is not None and event.kind == EventKind.RULES_REFUSED else ""
