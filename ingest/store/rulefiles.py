"""The rule files that were put in force, kept by hash: the last good ones, and the ones an old
decision rests on.

Reads and writes only; what may be put in force is decided in ``ingest/rulefiles/candidates.py``.
"""

from __future__ import annotations

import json

from sqlmodel import Session, col, select

from ingest.store.events import EventKind, list_events
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


def last_rules_event(session: Session, call: str) -> EventRow | None:
    """What became of a call's rule files when they were last looked at and had changed. An older
    row names no call: there was one.
    """
    found = [
        event
        for kind in (EventKind.RULES_ACCEPTED, EventKind.RULES_REFUSED)
        for event in list_events(session, kind=kind)
        if _is_of(event, call)
    ]
    return max(found, key=lambda event: event.id, default=None)


def _is_of(event: EventRow, call: str) -> bool:
    data: dict[str, str] = json.loads(event.data or "{}")
    return data.get("call", call) == call


def rules_trouble(session: Session, *calls: str) -> str:
    """Why the files on the disk are not the rules in force, of each of ``calls`` for which that is
    so; "" when they are.
    """
    last = [last_rules_event(session, call) for call in calls]
    refused = [each.text for each in last if each and each.kind == EventKind.RULES_REFUSED]
    return "\n".join(dict.fromkeys(refused))
