"""The tables of the store: what is remembered of mails, cases, decisions and events.

Rows only, no query (``messages.py``, ``cases.py``, ``events.py``) and no decision. Letters live in
``notifier/outbox.py`` with the same metadata. Instants are aware and come back in UTC. Rows are not
validated when they are built; everything from outside has been typed before it gets here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from notifier.outbox import OutboxRow
from notifier.rows import Key, Row, Text, word
from rules.tasks import TaskKind
from rules.verdict import Decision

__all__ = [
    "CaseAddressRow",
    "CaseMessageRow",
    "CaseRow",
    "DecisionRow",
    "EventRow",
    "FolderRow",
    "MessageRow",
    "MessageState",
    "OutboxRow",
    "Row",
    "RuleFilesRow",
    "StaffCodeRow",
    "StaffDecisionRow",
    "StaffFactRow",
    "StoreRow",
    "TaskRow",
]


class MessageState(StrEnum):
    """Where a mail stands."""

    STORED = "stored"  #: raw bytes are safe; waits to be read
    READ = "read"  #: read; the reading is in the row
    DUPLICATE = "duplicate"  #: the same bytes as ``duplicate_of``
    TOO_LARGE = "too_large"  #: over the size limit, not downloaded
    #: received before the office opened this mailbox to the program
    BEFORE_CUTOFF = "before_cutoff"
    #: reading it failed on our side; staff look, ``mailroom message retry`` tries again
    SET_ASIDE = "set_aside"
    PURGED = "purged"  #: of a finished call: nothing is left but numbers, times and the hash


class MessageRow(Row, table=True):
    """One mail as the server holds it, in one place of one folder."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("folder", "uidvalidity", "incarnation", "uid"),)

    id: int = Field(default=None, primary_key=True)
    folder: str = Field(sa_type=Key)
    #: unsigned 32 bit (RFC 3501 section 2.3.1.1), too large for INTEGER
    uidvalidity: int = Field(sa_type=BigInteger)
    #: counts up when the server gave known uids to other mails under the same ``uidvalidity``
    incarnation: int = 0
    uid: int = Field(sa_type=BigInteger)  #: see ``uidvalidity``
    #: of the raw bytes; "" when not downloaded
    sha256: str = Field(default="", sa_type=Key, index=True)
    size: int = Field(sa_type=BigInteger)  #: bytes
    #: RFC822.SIZE: the server's word, not always the size
    announced_size: int = Field(default=0, sa_type=BigInteger)
    received_at: datetime  #: INTERNALDATE: when the server took it
    #: False when the server's date was unreadable: ``received_at`` is when it was asked
    dated: bool = True
    fetched_at: datetime  #: when this row was written
    state: MessageState = Field(sa_type=word(MessageState), index=True)
    attempts: int = 0  #: attempts to read it, counted before the work starts
    next_attempt_at: datetime | None = None  #: not to be read before this
    error: str = Field(default="", sa_type=Text)  #: traceback of the last failure
    message_id_header: str = Field(default="", sa_type=Key, index=True)
    from_address: str = Field(default="", sa_type=Key, index=True)
    from_name: str = Field(default="", sa_type=Text)
    subject: str = Field(default="", sa_type=Text)
    screening_kind: str = Field(default="", sa_type=Text)
    screening_reply: bool = False
    screening_reason: str = Field(default="", sa_type=Text)
    #: JSON of :class:`ingest.reading.Reading`
    reading: str | None = Field(default=None, sa_type=Text)
    duplicate_of: int | None = Field(default=None, foreign_key="messages.id")
    answered: bool = False  #: a letter has been decided on, or none is needed
    #: id of the call it is for: by what it says, or as staff said; "" = nobody can tell yet
    call: str = Field(default="", sa_type=Key)


class CaseRow(Row, table=True):
    """案卷: what one submitting unit has sent for one track of one call."""

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("call", "track", "submitter_key"),)

    id: int = Field(default=None, primary_key=True)
    code: str = Field(sa_type=Key, unique=True)
    call: str = Field(sa_type=Key)
    track: str = Field(sa_type=Key)
    #: what makes the submitter the same one: unit or address, normalised
    submitter_key: str = Field(sa_type=Key)
    submitter: str = Field(sa_type=Text)  #: its name for people
    #: the call's unit it is; "" when it is none of them
    unit: str = Field(default="", sa_type=Text)
    reply_address: str = Field(default="", sa_type=Text)
    reply_name: str = Field(default="", sa_type=Text)
    opened_at: datetime
    last_received_at: datetime
    judge_after: datetime | None = Field(default=None, index=True)  #: None = nothing to judge
    version: int = 0  #: of the latest decision; 0 = none yet
    decision: Decision | None = Field(default=None, sa_type=word(Decision))
    decided_at: datetime | None = None
    contested: bool = (
        #: another case claims the same unit: nothing here is accepted before staff say which counts
        False
    )
    first_pending_at: datetime | None = (
        None  #: the first mail since the last decision: the settle window ends some time
    )
    withdrawn_at: datetime | None = None  #: staff confirmed a withdrawal
    closed_at: datetime | None = None  #: staff closed it, or it was merged into another one
    merged_into: int | None = None  #: the case that holds its mails now
    #: address of the staff member who has it; "" = nobody's
    assigned_to: str = Field(default="", sa_type=Text)


class CaseMessageRow(Row, table=True):
    """A mail that belongs to a case. One mail may belong to several (two tracks in one mail)."""

    __tablename__ = "case_messages"

    case_id: int = Field(primary_key=True, foreign_key="cases.id")
    message_id: int = Field(primary_key=True, foreign_key="messages.id", index=True)
    joined_by: str = Field(sa_type=Text)  #: how it was known to belong here, in Chinese
    joined_at: datetime
    #: what was proved about its sender, see ``rules/standing.py``
    standing: str = Field(default="", sa_type=Text)
    #: False: filed beside the case (a question, a request to withdraw); its papers are not judged
    counts: bool = True
    #: staff or a resend gave it an earlier time; None = its own received time
    counts_from: datetime | None = None


class CaseAddressRow(Row, table=True):
    """An address that is known to speak for a case, with the proof. What is not here is a
    stranger's.
    """

    __tablename__ = "case_addresses"

    case_id: int = Field(primary_key=True, foreign_key="cases.id")
    address: str = Field(primary_key=True, sa_type=Key, index=True)  #: lower case
    proof: str = Field(sa_type=Text)  #: see ``rules/standing.py``
    since: datetime
    #: who confirmed it; "" = the program, by the proof alone
    by: str = Field(default="", sa_type=Text)


class TaskRow(Row, table=True):
    """待办: something a person must do. Open until somebody closes it, with who and why; never deleted."""

    __tablename__ = "tasks"

    id: int = Field(default=None, primary_key=True)
    #: what makes two tasks the same one: a repeated step opens no second
    key: str = Field(sa_type=Key, unique=True)
    kind: TaskKind = Field(sa_type=word(TaskKind))
    case_id: int | None = Field(default=None, index=True, foreign_key="cases.id")
    entry: str = Field(default="", sa_type=Text)  #: the applicant it is about; "" = the whole case
    message_id: int | None = Field(default=None, index=True, foreign_key="messages.id")
    outbox_id: int | None = None
    #: one Chinese sentence: what is to be decided, and why by a person
    reason: str = Field(sa_type=Text)
    address: str = Field(default="", sa_type=Text)  #: who waits for it
    telephone: str = Field(default="", sa_type=Text)  #: from the earlier, trusted papers
    assigned_to: str = Field(default="", sa_type=Text)
    opened_at: datetime
    closed_at: datetime | None = Field(default=None, index=True)
    closed_by: str = Field(default="", sa_type=Text)
    closed_because: str = Field(default="", sa_type=Text)


class StaffDecisionRow(Row, table=True):
    """人工结论: what a named person decided. Rows are only ever added; a later one follows an earlier one."""

    __tablename__ = "staff_decisions"

    id: int = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="cases.id", index=True)
    version: int  #: of the case's decision the person looked at
    decision: str = Field(sa_type=Text)  #: JSON of :class:`rules.staff.StaffDecision`
    at: datetime
    second: str = Field(
        default="", sa_type=Text
    )  #: the second person, where 不予受理 by hand wants one
    needs_second: bool = False  #: not in force before ``second`` has agreed


class StaffFactRow(Row, table=True):
    """A value a person read where the program could not, or read wrongly. Rows are only
    ever added.
    """

    __tablename__ = "staff_facts"

    id: int = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="cases.id", index=True)
    entry: str = Field(default="", sa_type=Text)  #: whose; "" = of the only entry
    field: str = Field(sa_type=Text)
    value: str = Field(sa_type=Text)  #: as the person wrote it
    who: str = Field(sa_type=Text)
    because: str = Field(default="", sa_type=Text)
    at: datetime


class EndingRow(Row, table=True):
    """An entry that staff took out of a case (dropped, renamed), or said to stay. Rows are only
    ever added; the latest of an entry counts.
    """

    __tablename__ = "endings"

    id: int = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="cases.id", index=True)
    entry: str = Field(sa_type=Text)  #: the applicant's name
    state: str = Field(default="", sa_type=Text)  #: 已撤回, 已替换; "" = it stays
    to: str = Field(default="", sa_type=Text)  #: the applicant it is now
    who: str = Field(sa_type=Text)
    because: str = Field(default="", sa_type=Text)
    at: datetime


class CaseMarkRow(Row, table=True):
    """Something by which the same application is found in another case: an applicant's name, or
    the hash of a filled form.
    """

    __tablename__ = "case_marks"

    mark: str = Field(primary_key=True, sa_type=Key)
    case_id: int = Field(primary_key=True, foreign_key="cases.id")


class StaffCodeRow(Row, table=True):
    """A code that was put into a digest or mailed for signing in, and whether it has been used."""

    __tablename__ = "staff_codes"

    #: the code itself is nowhere in the store
    code_sha256: str = Field(primary_key=True, sa_type=Key)
    #: what it is bound to: JSON of case, entry, action and version, or a sign-in
    purpose: str = Field(sa_type=Text)
    #: the staff member it was made for; "" = any of them
    address: str = Field(default="", sa_type=Text)
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: str = Field(default="", sa_type=Text)


class DecisionRow(Row, table=True):
    """One version of a case's verdict, with everything needed to explain it later. Never
    changed.
    """

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("case_id", "version"),)

    id: int = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="cases.id")
    version: int
    decision: Decision = Field(sa_type=word(Decision))
    verdict: str = Field(sa_type=Text)  #: JSON of :class:`rules.verdict.Verdict`
    subjects: str = Field(sa_type=Text)  #: JSON list of :class:`rules.subjects.Subject`
    trace: str = Field(sa_type=Text)  #: JSON
    rules_sha256: str = Field(sa_type=Text)
    #: of the ``call.yaml`` the rules were read with
    call_sha256: str = Field(default="", sa_type=Text)
    received_at: datetime  #: received time the verdict rests on
    decided_at: datetime
    #: where the two rule engines differed; "" = nowhere
    disagreement: str = Field(default="", sa_type=Text)
    #: of the list of files its letter names; "" = none was made
    listing_sha256: str = Field(default="", sa_type=Text)


class RuleFilesRow(Row, table=True):
    """A set of rule files that was put in force. Rows are only ever added; the latest of a call is
    its last good one.

    With ``DecisionRow.rules_sha256`` and ``call_sha256`` it lets a decision be judged again years
    later.
    """

    __tablename__ = "rule_files"

    id: int = Field(default=None, primary_key=True)
    call: str = Field(sa_type=Key, index=True)  #: id of the call
    rules_sha256: str = Field(sa_type=Text)  #: of ``rules_source``
    call_sha256: str = Field(sa_type=Text)  #: of ``call_source``
    rules_source: str = Field(sa_type=Text)  #: text of ``rules.yaml``
    call_source: str = Field(sa_type=Text)  #: text of ``call.yaml``
    #: text of ``examples.yaml``; "" when there was none
    examples_source: str = Field(default="", sa_type=Text)
    accepted_at: datetime


class EventRow(Row, table=True):
    """台账: one thing that happened. Rows are only ever added, at the end; the database refuses everything else.

    ``content`` and ``chain`` are made by ``chain.py``. No foreign keys: what happened stays true
    when the mail or case it speaks of has been purged.
    """

    __tablename__ = "events"

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    kind: str = Field(sa_type=Text, index=True)  #: an ``EventKind``, or the word of a newer program
    message_id: int | None = Field(default=None, index=True)
    case_id: int | None = Field(default=None, index=True)
    outbox_id: int | None = None
    sha256: str = Field(
        default="", sa_type=Text
    )  #: of what it speaks of (raw mail, reading, decision, letter); "" = nothing
    text: str = Field(sa_type=Text)  #: one Chinese sentence
    #: JSON object: what programs ask of it; None = nothing
    data: str | None = Field(default=None, sa_type=Text)
    content: str = Field(sa_type=Text)  #: SHA-256 of the columns above
    chain: str = Field(sa_type=Text)  #: SHA-256 over the chain of the row before and ``content``


class FolderRow(Row, table=True):
    """What the last look at a folder of the mailbox showed."""

    __tablename__ = "folders"

    folder: str = Field(sa_type=Key, primary_key=True)
    uidvalidity: int = Field(default=0, sa_type=BigInteger)
    incarnation: int = 0  #: see :class:`MessageRow`
    #: hash of the uids at the last look that left nothing to fetch
    listing: str = Field(default="", sa_type=Text)
    server_count: int = 0  #: mails the server has in it
    ledger_count: int = 0  #: of these, mails that have a row
    polled_at: datetime | None = None  #: the last look that succeeded
    error: str = Field(default="", sa_type=Text)  #: of the last look; "" = it succeeded


class StoreRow(Row, table=True):
    """The one row that says which store this database belongs to; see ``identity.py``."""

    __tablename__ = "store"

    id: int = Field(default=None, primary_key=True)  #: always 1
    identity: str = Field(sa_type=Text)  #: random, of database and files together
    key: str = Field(sa_type=Text)  #: fingerprint of the key that signs receipts
    founded_at: datetime
    #: the files have said so too; False only between two steps of founding
    marked: bool = False
    adopted_at: datetime | None = None  #: when it was last taken over from a backup
    #: until when it is then known which letters left; None = not at all
    known_until: datetime | None = None
    backed_up_at: datetime | None = None  #: the newest backup
