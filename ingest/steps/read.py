"""Step 2: one stored mail is read in the disposable worker, screened, and put where it belongs.

Attempts are counted before the work starts; the third failure sets the mail aside with its
traceback, and the next mail is taken up. What becomes of a mail is decided in
``ingest/submission/filing.py``.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import assert_never

from sqlmodel import Session

from ingest.errors import StorageError, TemporaryError
from ingest.killpoints import point
from ingest.log import get_logger
from ingest.office import Mouth
from ingest.reading import Reading, ScreeningKind
from ingest.receipts.signing import own_serial
from ingest.sandbox.mail import read_or_degrade
from ingest.steps.border import fault_of
from ingest.steps.canary import note_canary
from ingest.steps.letters import enqueue_letter, question_letter
from ingest.store.cases import (
    NewCase,
    cases_of_submitter,
    find_case_by_code,
    find_cases_by_thread,
    get_case,
    join_case,
    messages_of_case,
    open_case,
    touch_case,
)
from ingest.store.chain import text_sha256
from ingest.store.database import Database
from ingest.store.events import EventKind, record_event, record_no_letter
from ingest.store.files import FileStore
from ingest.store.messages import (
    claim_message,
    next_message_to_read,
    postpone_message,
    save_reading,
    set_aside,
)
from ingest.store.tables import CaseRow, MessageRow
from ingest.submission.codes import find_codes
from ingest.submission.filing import (
    Acknowledge,
    Arrived,
    Clues,
    Enter,
    Intent,
    Known,
    Note,
    NoteCanary,
    SentLetter,
    Silence,
    bounce_clues,
    file_mail,
)
from ingest.submission.joining import KnownCase
from ingest.submission.sender import who_sent
from notifier.outbox import OutboxRow, find_letters, last_sent

STRIKES = 3
MAX_THREAD = 50
"""Message-IDs of a thread that are looked at."""


def read_one(database: Database, files: FileStore, mouth: Mouth, now: datetime) -> bool:
    """Read the mail that has waited longest; False when none waits."""
    with database.writing() as session:
        waiting = next_message_to_read(session, now)
        row = claim_message(session, waiting, now) if waiting is not None else None
    if row is None:
        return False
    point("claimed")
    if row.attempts > STRIKES:  # whoever read it was killed each time before it could say so
        _strike(database, row, RuntimeError("the program died while reading this mail"), now)
        return True
    # Our fault or a poisonous mail, told apart by nobody yet.
    work = partial(_read, database, files, mouth, row, now)
    fault = fault_of(work, TemporaryError, StorageError)
    if fault is not None:
        _strike(database, row, fault, now)
    return True


def _read(
    database: Database, files: FileStore, mouth: Mouth, row: MessageRow, now: datetime
) -> None:
    office = mouth.office
    reading = read_or_degrade(files.path(row.sha256), office.call, office.reading, office.worker)
    point("read")
    with database.writing() as session:
        Shelf(session, mouth, row, reading, now).file()
        point("filing")
    point("filed")


def _strike(database: Database, row: MessageRow, error: Exception, now: datetime) -> None:
    """Count a failure against the mail; after the third it waits for a human."""
    text, name = "".join(traceback.format_exception(error)), type(error).__name__
    get_logger().error("reading failed", message=row.id, attempt=row.attempts, error=name)
    with database.writing() as session:
        if row.attempts < STRIKES:
            postpone_message(session, row.id, now, text)
            return
        set_aside(session, row.id, text)
        told = f"{STRIKES} 次读取失败,已隔离待人工处理: {name}"
        record_event(session, now, EventKind.SET_ASIDE, told, message_id=row.id)


@dataclass(frozen=True)
class Shelf:
    """Carries out what was decided about one mail that has been read, inside one transaction."""

    session: Session
    mouth: Mouth
    row: MessageRow
    reading: Reading
    now: datetime

    def file(self) -> None:
        """Keep the reading, decide what the mail is, and do it."""
        reading, row, call = self.reading, self.row, self.mouth.office.call
        arrived = Arrived(row.id, row.received_at, self.now, self.mouth.caps.settle)
        filing = file_mail(reading, call, self._known(), arrived)
        if not save_reading(self.session, row.id, reading, answered=filing.answered):
            return
        parts, documents = len(reading.parts), len(reading.documents)
        text = f"来件性质: {reading.screening.reason}; 附件 {parts} 个, 识别文档 {documents} 份"
        self._note(EventKind.READ, text, sha256=text_sha256(reading.model_dump_json()))
        for intent in filing.intents:
            self._carry_out(intent)

    def _carry_out(self, intent: Intent) -> None:
        match intent:
            case Note():
                self._note(
                    EventKind(intent.kind),
                    intent.text,
                    case_id=intent.case_id,
                    outbox_id=intent.outbox_id,
                )
            case NoteCanary():
                note_canary(self.session, self.mouth.key, self.row.id, self.reading, self.now)
            case Silence():
                record_no_letter(self.session, self.now, intent.reason, message_id=self.row.id)
            case Acknowledge():
                letter = question_letter(
                    self.mouth, self.row, self.reading.envelope, intent.submitter, self.now
                )
                enqueue_letter(self.mouth, self.session, letter, self.now)
            case Enter():
                self._enter(intent)
            case _:
                assert_never(intent)

    def _note(
        self,
        kind: EventKind,
        text: str,
        *,
        case_id: int | None = None,
        outbox_id: int | None = None,
        sha256: str = "",
    ) -> None:
        record_event(
            self.session, self.now, kind, text,
            message_id=self.row.id, case_id=case_id, outbox_id=outbox_id, sha256=sha256,
        )  # fmt: skip

    def _enter(self, enter: Enter) -> None:
        case = (
            get_case(self.session, enter.case_id)
            if enter.case_id is not None
            else self._open(enter)
        )
        assert case is not None  # looked up in this transaction
        if not join_case(self.session, case.id, self.row.id, enter.how, self.now):
            return
        touch_case(self.session, case.id, self.row.received_at, enter.due, enter.reply_to)
        self._note(EventKind.JOINED, f"归入案卷 {case.code}: {enter.how}", case_id=case.id)
        if enter.stranger:
            address = self.reading.envelope.from_address
            text = f"案卷 {case.code} 的来件来自此前没有用过的地址 {address}"
            self._note(EventKind.NEW_ADDRESS, text, case_id=case.id)

    def _open(self, enter: Enter) -> CaseRow:
        call, envelope = self.mouth.office.call, self.reading.envelope
        new = NewCase(
            call=call.id, track=enter.track, track_code=enter.track_code, year=call.deadline.year,
            submitter_key=enter.submitter_key, submitter=enter.submitter, unit=enter.unit,
            reply_address=envelope.from_address, reply_name=envelope.from_name,
        )  # fmt: skip
        case, opened = open_case(self.session, new, self.row.received_at, self.now)
        if opened:
            self._note(
                EventKind.OPENED,
                f"立案 {case.code}: {case.submitter} {case.track}",
                case_id=case.id,
            )
        return case

    def _known(self) -> Known:
        """Everything the decision asks of ledger and key."""
        session, reading, key = self.session, self.reading, self.mouth.key
        kind, call = reading.screening.kind, self.mouth.office.call
        if kind is ScreeningKind.PERSON:
            submitter = who_sent(reading, call).key
            own = cases_of_submitter(session, call.id, submitter) if submitter else []
            quoted = tuple(quoted_cases(session, reading, key))
            return Known(quoted=quoted, own=tuple(known_case(session, row) for row in own))
        letters = letters_by(session, bounce_clues(reading)) if kind is ScreeningKind.BOUNCE else []
        reported = tuple(
            SentLetter(letter.id, letter.recipient, letter.case_id) for letter in letters
        )
        return Known(
            reported=reported, made_here=own_serial(key, reading.envelope.message_id) is not None
        )


def letters_by(session: Session, clues: Clues) -> list[OutboxRow]:
    """The letters a bounce reports, else the last one of the cases, else the last one to an
    address, that it names.

    What names none of ours is backscatter.
    """
    if letters := find_letters(session, clues.message_ids):
        return letters
    cases = [case for code in clues.codes if (case := find_case_by_code(session, code)) is not None]
    letters = [last for case in cases if (last := last_sent(session, case_id=case.id)) is not None]
    if letters:
        return letters
    sent = (last_sent(session, recipient=address) for address in clues.addresses)
    return [last for last in sent if last is not None][:1]


def quoted_cases(session: Session, reading: Reading, key: bytes) -> list[KnownCase]:
    """The cases a mail points to by its thread headers or by a valid case code in its subject.

    A Message-ID of ours counts when it is in the outbox, or when its token proves that we made it:
    after a restore from an older backup a reply still comes home, and a guessed Message-ID leads
    nowhere.
    """
    envelope = reading.envelope
    thread = (*envelope.in_reply_to, *envelope.references)
    rows = find_cases_by_thread(session, thread)
    serials = [
        serial
        for message_id in thread[:MAX_THREAD]
        if (serial := own_serial(key, message_id)) is not None
    ]
    codes = find_codes(" ".join((*serials, envelope.subject)))
    rows += [row for code in codes if (row := find_case_by_code(session, code)) is not None]
    return [known_case(session, row) for row in {row.id: row for row in rows}.values()]


def known_case(session: Session, row: CaseRow) -> KnownCase:
    """What joining needs to know of a case."""
    addresses = {message.from_address for message, _ in messages_of_case(session, row.id)} | {
        row.reply_address
    }
    return KnownCase(row.id, row.code, row.track, row.submitter_key, frozenset(addresses - {""}))
