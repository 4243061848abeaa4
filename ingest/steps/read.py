"""Step 2: one stored mail is read in the disposable worker, screened, and put where it belongs.

Attempts are counted before the work starts; the third failure sets the mail aside with its traceback, and the next
mail is taken up.
"""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass

from sqlmodel import Session

from ingest.app import App
from ingest.errors import StorageError, TemporaryError
from ingest.killpoints import point
from ingest.log import get_logger
from ingest.reading import Reading, ScreeningKind
from ingest.receipts.signing import own_serial
from ingest.sandbox.mail import read_or_degrade
from ingest.steps.canary import note_canary
from ingest.steps.letters import enqueue_letter, question_letter
from ingest.store.cases import (
    NewCase,
    find_case_by_code,
    find_cases_by_thread,
    get_case,
    join_case,
    messages_of_case,
    open_case,
    touch_case,
)
from ingest.store.chain import text_sha256
from ingest.store.events import EventKind, record_event, record_no_letter
from ingest.store.messages import (
    claim_message,
    mark_answered,
    next_message_to_read,
    postpone_message,
    save_reading,
    set_aside,
)
from ingest.store.tables import CaseRow, MessageRow
from ingest.submission.codes import find_codes
from ingest.submission.filing import brings_papers, is_blank
from ingest.submission.joining import Join, KnownCase, Placement, Purpose, place
from notifier.outbox import OutboxRow, find_letters, last_sent

STRIKES = 3
MAX_THREAD = 50
"""Message-IDs of a thread that are looked at."""
MAX_BOUNCE_TEXT = 5_000
"""Characters of a bounce in which the address that refused is looked for."""
_ADDRESS_IN_TEXT = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,200}[A-Za-z0-9]")
_MACHINES = (ScreeningKind.AUTOMATIC, ScreeningKind.LIST)
TRACKLESS_CODE = "M"
"""First letter of the code of a case whose track nobody could tell."""


def read_one(app: App) -> bool:
    """Read the mail that has waited longest; False when none waits."""
    now = app.clock.now()
    with app.database.writing() as session:
        waiting = next_message_to_read(session, now)
        row = claim_message(session, waiting, now) if waiting is not None else None
    if row is None:
        return False
    point("claimed")
    if row.attempts > STRIKES:  # whoever read it was killed each time before it could say so
        _strike(app, row, RuntimeError("the program died while reading this mail"))
        return True
    try:
        office = app.office
        reading = read_or_degrade(app.files.path(row.sha256), office.call, office.reading, office.worker)
        point("read")
        with app.database.writing() as session:
            Filing(app, session, row, reading).file()
            point("filing")
        point("filed")
    except (TemporaryError, StorageError):
        raise
    except Exception as error:  # noqa: BLE001 - step border: our fault or a poisonous mail, told apart by nobody yet
        _strike(app, row, error)
    return True


def _strike(app: App, row: MessageRow, error: Exception) -> None:
    """Count a failure against the mail; after the third it waits for a human."""
    now, text = app.clock.now(), "".join(traceback.format_exception(error))
    get_logger().error("reading failed", message=row.id, attempt=row.attempts, error=type(error).__name__)
    with app.database.writing() as session:
        if row.attempts < STRIKES:
            postpone_message(session, row.id, now, text)
            return
        set_aside(session, row.id, text)
        record_event(
            session,
            now,
            EventKind.SET_ASIDE,
            f"{STRIKES} 次读取失败,已隔离待人工处理: {type(error).__name__}",
            message_id=row.id,
        )


@dataclass(frozen=True)
class Filing:
    """One mail that has been read, being put where it belongs inside one transaction."""

    app: App
    session: Session
    row: MessageRow
    reading: Reading

    def file(self) -> None:
        """Keep the reading and decide what the mail is."""
        screening, reading = self.reading.screening, self.reading
        answered = screening.kind is not ScreeningKind.PERSON
        if not save_reading(self.session, self.row.id, reading, answered=answered):
            return
        text = f"来件性质: {screening.reason}; 附件 {len(reading.parts)} 个, 识别文档 {len(reading.documents)} 份"
        self._note(EventKind.READ, text, sha256=text_sha256(reading.model_dump_json()))
        if screening.kind is ScreeningKind.BOUNCE:
            self._bounce()
        elif screening.kind is ScreeningKind.FORGED:
            self._note(EventKind.FORGED, f"疑似冒名来信,未受理、未答复: {screening.reason}")
        elif screening.kind is ScreeningKind.OWN:
            note_canary(self.app, self.session, self.row.id, reading)
            if brings_papers(reading) and own_serial(self.app.key, reading.envelope.message_id) is None:
                self._note(EventKind.OWN_PAPERS, f"本邮箱发来的邮件带有附件,没有受理: {reading.envelope.subject}")
        elif screening.kind is ScreeningKind.COMPLAINT:
            self._note(EventKind.COMPLAINT, f"投诉报告: {reading.envelope.subject}")
        elif screening.kind in _MACHINES and brings_papers(reading):
            self._note(EventKind.MACHINE, f"带有附件的自动邮件,没有受理: {reading.envelope.subject}")
        elif screening.kind is ScreeningKind.PERSON:
            self._place()

    def _no_letter(self, reason: str) -> None:
        record_no_letter(self.session, self.app.clock.now(), reason, message_id=self.row.id)

    def _note(
        self, kind: EventKind, text: str, *, case_id: int | None = None, outbox_id: int | None = None, sha256: str = ""
    ) -> None:
        record_event(
            self.session, self.app.clock.now(), kind, text,
            message_id=self.row.id, case_id=case_id, outbox_id=outbox_id, sha256=sha256,
        )  # fmt: skip

    def _bounce(self) -> None:
        """Tie a bounce to the letter it reports; staff then telephone. What names none of ours is backscatter."""
        envelope = self.reading.envelope
        for letter in find_letters(self.session, envelope.failed_message_ids) or self._letters_named():
            text = f"信函未能送达 {letter.recipient}: {envelope.subject}"
            self._note(EventKind.UNDELIVERED, text, case_id=letter.case_id, outbox_id=letter.id)

    def _letters_named(self) -> list[OutboxRow]:
        """The last letter of the case, else to the address, that a bounce names in prose.

        Providers rewrite Message-IDs (Tencent does), and many a bounce returns nothing of the letter.
        """
        if self.reading.envelope.delayed:
            return []
        text = f"{self.reading.envelope.subject}\n{self.reading.text}"
        cases = [case for code in find_codes(text) if (case := find_case_by_code(self.session, code)) is not None]
        letters = [last for case in cases if (last := last_sent(self.session, case_id=case.id)) is not None]
        if letters:
            return letters
        named = dict.fromkeys(found.lower() for found in _ADDRESS_IN_TEXT.findall(text[:MAX_BOUNCE_TEXT]))
        return [last for address in named if (last := last_sent(self.session, recipient=address)) is not None][:1]

    def _place(self) -> None:
        placement = place(self.reading, self.app.call, quoted_cases(self.session, self.reading, self.app.key))
        self._note(EventKind.PLACED, placement.reason)
        if placement.purpose is Purpose.APPLICATION:
            for join in placement.joins:
                self._join(placement, join)
            return
        mark_answered(self.session, self.row.id)
        if placement.purpose is Purpose.HELD:
            self._note(EventKind.HELD, placement.reason)
            return
        self._note(EventKind.QUESTION, f"来信: {self.reading.envelope.subject}")
        if not self.reading.screening.reply:
            self._no_letter(self.reading.screening.reason)
        elif is_blank(self.reading):
            self._no_letter("来信没有主题、文字和附件")
        else:
            enqueue_letter(self.app, self.session, question_letter(self.app, self.row, self.reading, placement))

    def _join(self, placement: Placement, join: Join) -> None:
        now, row, envelope = self.app.clock.now(), self.row, self.reading.envelope
        case = get_case(self.session, join.case_id) if join.case_id is not None else None
        if case is None:
            case = self._open(placement, join.track)
        stranger = envelope.from_address not in known_case(self.session, case).addresses
        if join_case(self.session, case.id, row.id, join.how, now):
            reply_to = (envelope.from_address, envelope.from_name) if self.reading.screening.reply else None
            # A server's clock that is ahead must not put off the answer.
            due = min(row.received_at, now) + self.app.settings.letters.settle
            touch_case(self.session, case.id, row.received_at, due, reply_to)
            self._note(EventKind.JOINED, f"归入案卷 {case.code}: {join.how}", case_id=case.id)
            if stranger and not placement.sender.by_address:
                text = f"案卷 {case.code} 的来件来自此前没有用过的地址 {envelope.from_address}"
                self._note(EventKind.NEW_ADDRESS, text, case_id=case.id)

    def _open(self, placement: Placement, track: str) -> CaseRow:
        """The sender's own case for the track, opened when there is none yet."""
        sender, envelope = placement.sender, self.reading.envelope
        codes = {known.name: known.code for known in self.app.call.tracks}
        new = NewCase(
            call=self.app.call.id, track=track, track_code=codes.get(track, TRACKLESS_CODE),
            year=self.app.call.deadline.year, submitter_key=sender.key or f"mail:{self.row.id}", submitter=sender.name, unit=sender.unit,
            reply_address=envelope.from_address, reply_name=envelope.from_name,
        )  # fmt: skip
        case, opened = open_case(self.session, new, self.row.received_at, self.app.clock.now())
        if opened:
            self._note(EventKind.OPENED, f"立案 {case.code}: {case.submitter} {case.track}", case_id=case.id)
        return case


def quoted_cases(session: Session, reading: Reading, key: bytes) -> list[KnownCase]:
    """The cases a mail points to by its thread headers or by a valid case code in its subject.

    A Message-ID of ours counts when it is in the outbox, or when its token proves that we made it: after a restore
    from an older backup a reply still comes home, and a guessed Message-ID leads nowhere.
    """
    envelope = reading.envelope
    thread = (*envelope.in_reply_to, *envelope.references)
    rows = find_cases_by_thread(session, thread)
    serials = [serial for message_id in thread[:MAX_THREAD] if (serial := own_serial(key, message_id)) is not None]
    codes = find_codes(" ".join((*serials, envelope.subject)))
    rows += [row for code in codes if (row := find_case_by_code(session, code)) is not None]
    return [known_case(session, row) for row in {row.id: row for row in rows}.values()]


def known_case(session: Session, row: CaseRow) -> KnownCase:
    """What joining needs to know of a case."""
    addresses = {message.from_address for message, _ in messages_of_case(session, row.id)} | {row.reply_address}
    return KnownCase(row.id, row.code, row.track, row.submitter_key, frozenset(addresses - {""}))
