"""来件登记: every registered mail as a line for the digest's workbook. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlmodel import Session, col, select

from ingest.store.messages import Registered, registered_messages
from ingest.store.tables import CaseMessageRow, CaseRow, MessageState
from ingest.views.words import MESSAGE_WORDS, SCREENING_WORDS
from notifier.digest import MailLine


def registered_mails(session: Session) -> tuple[MailLine, ...]:
    """Every mail that has a row and came after the office opened its mailbox, the latest first."""
    codes = _codes(session)
    return tuple(
        MailLine(
            number=row.id,
            received=row.received_at,
            sender=row.from_name,
            address=row.from_address,
            subject=row.subject,
            cases=codes.get(row.id, ""),
            state=_state(row),
        )
        for row in registered_messages(session)
    )


def _codes(session: Session) -> Mapping[int, str]:
    """The codes of the cases each mail belongs to."""
    query = select(CaseMessageRow.message_id, CaseRow.code).join(
        CaseRow, col(CaseRow.id) == col(CaseMessageRow.case_id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for message, code in session.exec(query.order_by(col(CaseRow.id))):
        found[message].append(code)
    return {message: "、".join(codes) for message, codes in found.items()}


def _state(row: Registered) -> str:
    """What became of a mail: what kind it is, once it was read."""
    if row.state is MessageState.READ:
        return SCREENING_WORDS.get(row.screening_kind, MESSAGE_WORDS[row.state])
    return MESSAGE_WORDS[row.state]
