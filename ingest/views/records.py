"""What ``--json`` prints of the store: the shapes of its records, which are a contract with
programs outside.

A key, once here, keeps its name and meaning. Instants are printed as ISO 8601 with their offset. No
function comes in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

Dumped = dict[str, Any]
"""A value of a typed model (``Part``, ``Finding``, ``Subject``) as that model writes itself."""

# In this form because "from" is a word of Python.
MessageRecord = TypedDict(
    "MessageRecord",
    {
        "id": int,
        "received": datetime,
        "state": str,
        "screening": str | None,
        "from": str,
        "name": str,
        "subject": str,
        "size": int,
        "sha256": str,
        "folder": str,
        "uid": int,
        "duplicate_of": int | None,
        "answered": bool,
    },
)
"""One mail."""


class DocumentRecord(TypedDict):
    """A part that was recognised as a form."""

    part: str
    form: str
    rendition: str
    applicant: str | None


class LetterRecord(TypedDict):
    """One letter."""

    id: int
    kind: str
    state: str
    recipient: str
    subject: str
    message_id: str
    case_id: int | None
    attempts: int
    created: datetime
    next_attempt: datetime | None
    sent: datetime | None
    reply: str
    undelivered: str  #: why it is known or feared not to have arrived; "" when it is not


class SilenceRecord(TypedDict):
    """A letter that was not sent."""

    at: datetime
    reason: str


class EventRecord(TypedDict):
    """One line of the ledger."""

    at: datetime
    kind: str
    text: str


class MessageDetail(MessageRecord):
    """Everything about one mail."""

    call: str  #: id of the call it is for; "" = nobody can tell yet
    screening_reply: bool
    screening_reason: str
    message_id: str
    parts: list[Dumped]
    documents: list[DocumentRecord]
    cases: list[str]
    letters: list[LetterRecord]
    no_letters: list[SilenceRecord]
    events: list[EventRecord]
    attempts: int
    error: str


class CaseRecord(TypedDict):
    """One case."""

    code: str
    call: str
    track: str
    submitter: str
    unit: str
    decision: str | None
    version: int
    received: datetime
    decided: datetime | None
    judge_after: datetime | None
    reply_address: str
    undelivered: bool  #: a letter in it is known or feared not to have arrived


class CaseMessageRecord(MessageRecord):
    """A mail in a case."""

    joined_by: str
    files: list[str]


class DecisionRecord(TypedDict):
    """One version of a case's verdict in short."""

    version: int
    decision: str
    decided: datetime
    rules_sha256: str


class EntryRecord(TypedDict):
    """One applicant's part of a verdict; the applicant is "" where the whole case is meant."""

    applicant: str
    track: str
    verdict: str
    findings: list[Dumped]


class StaffRecord(TypedDict):
    """One thing staff did in a case."""

    at: datetime
    who: str
    text: str


class CaseDetail(CaseRecord):
    """One case with its mails, verdicts and letters."""

    state: str  #: 待补正, 已撤回 and so on: how it stands
    assigned_to: str
    merged_into: str  #: code of the case that stands for it; "" = itself
    staff: list[StaffRecord]
    tasks: list[str]  #: open ones

    messages: list[CaseMessageRecord]
    decisions: list[DecisionRecord]
    digital_seals: list[str]
    entries: list[EntryRecord]
    ended: list[str]  #: applicants that dropped out or bear another name
    letters: list[LetterRecord]


class CaseExplanation(CaseRecord):
    """The whole chain of a case, from its mails to its letters."""

    mails: list[MessageDetail]
    subjects: list[Dumped]
    entries: list[EntryRecord]
    trace: list[Dumped] | None
    rules_sha256: str | None
    disagreement: str
    letters: list[LetterRecord]
    no_letter: str
    no_letters: list[SilenceRecord]
    events: list[EventRecord]


class RejudgedRecord(TypedDict):
    """A case that was judged again by a person's word."""

    code: str
    version: int
    decision: str
    before: str | None


class StampRecord(TypedDict):
    """A line of the ledger that an authority saw, and when."""

    events: int
    at: str


class AuditRecord(TypedDict):
    """Whether the ledger is still what was written."""

    ok: bool
    events: int
    head: str
    findings: list[str]
    stamps: list[StampRecord]  #: those that hold


class LedgerRecord(TypedDict):
    """The end of the ledger."""

    events: int
    head: str


class QueueRecord(TypedDict):
    """An office on several machines: the queue of mails to be read, and who is at work."""

    waiting: int
    doing: int
    stuck: int
    failed: int
    workers: int
    receiver: str
    receiver_version: str
    receiver_silent: int  #: seconds since its last sign of life


class StatusReport(TypedDict):
    """The state of the house in numbers. Instants are text here."""

    now: str
    server_count: int
    ledger_count: int
    reconciled: bool  #: every mail the server listed at the last look has its row
    differences: list[str]  #: folders where that is not so
    last_poll: str | None
    stale: str  #: why nobody may trust the rest: no good look for too long; "" = there was
    messages: dict[str, int]
    cases: dict[str, int]
    to_judge: int
    outbox: dict[str, int]
    held: bool
    rules_trouble: str
    attention: list[str]  #: what waits for a person, see ``attention.py``
    ledger: LedgerRecord
    queue: QueueRecord | None  #: None where one process does everything
    errors: dict[str, str]
