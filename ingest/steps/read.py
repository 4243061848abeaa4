"""Step 2: one stored mail is read in the disposable worker, screened, and put where it belongs.

Attempts are counted before the work starts; the third failure sets the mail aside with its
traceback, and the next mail is taken up. What becomes of a mail is decided in
``ingest/submission/filing.py``.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import assert_never

from sqlmodel import Session

from ingest.errors import StorageError, TemporaryError
from ingest.killpoints import point
from ingest.log import get_logger
from ingest.message.errors import UnreadableMessage
from ingest.office import Mouth, Office
from ingest.reading import Reading
from ingest.sandbox.mail import read_or_degrade
from ingest.steps.border import fault_of
from ingest.steps.canary import note_canary
from ingest.steps.known import known_about
from ingest.steps.letters import (
    Draft,
    enqueue_letter,
    informed_letter,
    noted_letter,
    question_letter,
    withdrawing_letter,
)
from ingest.steps.route import Readings, Routed, route_mail
from ingest.store.addresses import know_address
from ingest.store.cases import (
    NewCase,
    contest_case,
    get_case,
    join_case,
    latest_decision,
    load_subjects,
    name_case,
    open_case,
    touch_case,
)
from ingest.store.chain import text_sha256
from ingest.store.database import Database
from ingest.store.events import EventKind, record_event, record_no_letter
from ingest.store.files import DamagedError, Files
from ingest.store.messages import (
    claim_message,
    first_of_each_sender,
    give_back,
    postpone_message,
    save_reading,
    set_aside,
)
from ingest.store.tables import CaseRow, MessageRow, TaskRow
from ingest.store.tasks import NewTask, open_task, open_tasks, reword_task
from ingest.submission.filing import (
    Acknowledge,
    Arrived,
    Ask,
    Enter,
    Filing,
    Intent,
    Note,
    NoteCanary,
    Receive,
    Silence,
    TakeBack,
    Tell,
    file_mail,
    file_unrouted,
)
from ingest.submission.turns import next_in_turn
from notifier.outbox import count_case_letters
from rules.tasks import TaskKind

STRIKES = 3
AGAIN_AFTER = timedelta(minutes=1)
"""Between two tries: three of them within a second would all meet the same trouble."""
PATIENCE = 2
"""Mail after mail puts a judgement off by so many settle windows at most."""
TOLD_A_DAY = 3
"""Letters a day that tell a case's known address of mails in its name: staff have the rest."""
TELEPHONE_FIELD = "联系电话"
TASKS_OF_A_NAME = 10
"""Open tasks of one kind in one case; what comes beyond is one task that says there is more."""
_OF_A_NAME = frozenset({TaskKind.IDENTITY, TaskKind.HELD, TaskKind.CALL})
_ONE_A_MAIL = frozenset({TaskKind.QUESTION, TaskKind.CALL})


def read_one(database: Database, files: Files, mouth: Mouth, now: datetime) -> bool:
    """Read the mail that has waited longest; False when none waits."""
    row = claim_next(database, now)
    if row is None:
        return False
    file_or_strike(database, mouth, row, partial(read_mail, files, mouth, row), now)
    return True


def claim_next(
    database: Database,
    now: datetime,
    claimed: Collection[int] = (),
    busy: Collection[str] = (),
    taken: Mapping[str, int] | None = None,
) -> MessageRow | None:
    """Claim the mail whose turn it is, none of the ``claimed`` ones and none of a sender who is
    ``busy``; None when none waits, or it was tried before and others are claimed.
    """
    with database.writing() as session:
        chosen = next_in_turn(first_of_each_sender(session, now, claimed), busy, taken or {})
        if chosen is None or (chosen.tried and claimed):
            return None
        row = claim_message(session, chosen.id, now)
    if row is not None:
        point("claimed")
    return row


def read_mail(files: Files, mouth: Mouth, row: MessageRow) -> Readings:
    """What the disposable worker finds in a claimed mail, for each call it may be for; asks no
    database.

    Raises:
        RuntimeError: it has had its tries.
        Exception: our fault or a poisonous mail, told apart by nobody yet.
    """
    if row.attempts > STRIKES:  # whoever read it was killed each time before it could say so
        raise RuntimeError("the program died while reading this mail")
    try:
        with files.whole(row.sha256) as path:
            offices = [each.office for each in _heard_by(mouth, row)]
            return _read_for_all(path, offices, patient=row.attempts < STRIKES)
    except DamagedError as error:  # the mail's trouble, not the world's: no later try mends it
        raise RuntimeError(str(error)) from error


def _read_for_all(path: Path, offices: Iterable[Office], *, patient: bool) -> Readings:
    found = dict[str, Reading]()
    for office in offices:
        first = next(iter(found.values()), None)
        if first is not None and not first.parts:  # without files a mail reads the same to all
            found[office.call.id] = first
        else:
            reading = read_or_degrade(
                path,
                office.call,
                office.reading,
                office.worker,
                office.prints,
                patient=patient,
            )
            found[office.call.id] = reading
    return found


def _heard_by(mouth: Mouth, row: MessageRow) -> tuple[Mouth, ...]:
    """Every call that is served, or the one that staff named."""
    return (mouth.of(row.call),) if row.call else mouth.all


def file_or_strike(
    database: Database,
    mouth: Mouth,
    row: MessageRow,
    reading: Callable[[], Readings],
    now: datetime,
) -> None:
    """Put what was read where it belongs; what ``reading`` raises is a strike against the mail.

    Raises:
        TemporaryError, StorageError: trouble of the world, no strike; tried again a while later.
    """
    work = partial(_file, database, mouth, row, reading, now)
    try:
        fault = fault_of(work, TemporaryError, StorageError)
    except (TemporaryError, StorageError):
        with suppress(StorageError), database.writing() as session:
            give_back(session, row, now + AGAIN_AFTER)
        raise
    if fault is not None:
        _strike(database, row, fault, now)


def _file(
    database: Database,
    mouth: Mouth,
    row: MessageRow,
    reading: Callable[[], Readings],
    now: datetime,
) -> None:
    found = reading()
    point("read")
    with database.writing() as session:
        routed = route_mail(session, mouth, found, now)
        Shelf(session, routed.mouth, row, routed.reading, now).file(routed)
        point("filing")
    point("filed")
    get_logger().info(
        "read",
        message=row.id,
        call=routed.call,
        kind=str(routed.reading.screening.kind),
        parts=len(routed.reading.parts),
        documents=len(routed.reading.documents),
    )


def _strike(database: Database, row: MessageRow, error: Exception, now: datetime) -> None:
    """Count a failure against the mail; after the third it waits for a human, and at once when it
    is no mail that could be read: the next look would see the same.
    """
    text, name = "".join(traceback.format_exception(error)), type(error).__name__
    get_logger().error("reading failed", message=row.id, attempt=row.attempts, error=name)
    with database.writing() as session:
        hopeless = isinstance(error, UnreadableMessage)
        if row.attempts < STRIKES and not hopeless:
            postpone_message(session, row, now + AGAIN_AFTER, text)
            return
        if not set_aside(session, row, text):
            return
        why = "不是一封能读的邮件" if hopeless else f"{STRIKES} 次读取失败"
        told = f"{why},已隔离待人工处理: {name}"
        record_event(session, now, EventKind.SET_ASIDE, told, message_id=row.id)


@dataclass(frozen=True)
class Shelf:
    """Carries out what was decided about one mail that has been read, inside one transaction."""

    session: Session
    mouth: Mouth
    row: MessageRow
    reading: Reading
    now: datetime

    def file(self, routed: Routed | None = None) -> None:
        """Keep the reading, decide what the mail is, and do it; ``routed`` says how its call was
        found, where there was a choice.
        """
        reading, row = self.reading, self.row
        call = self.mouth.office.call.id
        filing = self._filing() if call else file_unrouted(reading, routed.reason if routed else "")
        if not save_reading(self.session, row.id, reading, answered=filing.answered, call=call):
            return
        parts, documents = len(reading.parts), len(reading.documents)
        text = f"来件性质: {reading.screening.reason}; 附件 {parts} 个, 识别文档 {documents} 份"
        text += f"; {routed.reason}" if routed is not None and routed.reason else ""
        self._note(EventKind.READ, text, sha256=text_sha256(reading.model_dump_json()))
        for intent in filing.intents:
            self._carry_out(intent)

    def _filing(self) -> Filing:
        row, call = self.row, self.mouth.office.call
        arrived = Arrived(row.id, row.received_at, self.now, self.mouth.caps.settle)
        known = known_about(self.session, self.reading, call, self.mouth.key)
        return file_mail(self.reading, call, known, arrived)

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
            case Acknowledge() | Receive():
                enqueue_letter(self.mouth, self.session, self._letter(intent), self.now)
            case Tell():
                self._tell(intent)
            case Ask():
                self._ask(intent)
            case TakeBack():
                self._take_back(intent)
            case Enter():
                self.enter(intent)
            case _:
                assert_never(intent)

    def _letter(self, intent: Acknowledge | Receive) -> Draft:
        mouth, row, envelope, now = self.mouth, self.row, self.reading.envelope, self.now
        if isinstance(intent, Receive):
            return noted_letter(mouth, row, envelope, intent.about, now)
        return question_letter(mouth, row, envelope, intent.submitter, now, intent.word)

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

    def _tell(self, tell: Tell) -> None:
        case = get_case(self.session, tell.case_id)
        assert case is not None  # looked up in this transaction
        told_today = count_case_letters(
            self.session, case.id, since=self.now - timedelta(days=1), only=("informed",)
        )
        if case.reply_address and told_today < TOLD_A_DAY:
            letter = informed_letter(self.mouth, case, self.row, tell.address, self.now)
            enqueue_letter(self.mouth, self.session, letter, self.now)

    def _ask(self, ask: Ask) -> None:
        """One open task for a sender in a case, however often he writes; each question is one, and
        one is about all who claim a name.
        """
        address = self.reading.envelope.from_address
        in_case = self._tasks_beside(ask, address)
        alike = [task for task in in_case if (task.kind, task.address) == (ask.kind, address)]
        if alike and ask.kind not in _ONE_A_MAIL:
            return
        of_kind = [task for task in in_case if task.kind == ask.kind]
        if of_kind and ask.kind is TaskKind.RIVALS:
            reword_task(self.session, of_kind[0].id, ask.reason)
            return
        if ask.kind in _OF_A_NAME and len(of_kind) >= TASKS_OF_A_NAME:
            self._ask_about_all(ask)
            return
        new = NewTask(
            key=f"{ask.kind}:{ask.case_id}:{self.row.id}",
            kind=ask.kind,
            reason=ask.reason,
            case_id=ask.case_id,
            message_id=self.row.id,
            address=address,
            telephone="" if ask.case_id is None else trusted_telephone(self.session, ask.case_id),
        )
        open_task(self.session, new, self.now)

    def _tasks_beside(self, ask: Ask, address: str) -> list[TaskRow]:
        """The open tasks among which there may be enough of a kind already."""
        if ask.case_id is not None:
            return open_tasks(self.session, case_id=ask.case_id)
        if ask.kind is not TaskKind.CALL:
            return []
        return [task for task in open_tasks(self.session) if task.address == address]

    def _ask_about_all(self, ask: Ask) -> None:
        """Once a day: somebody floods the office under one name, and staff must not drown in it."""
        key = f"{ask.kind}:{ask.case_id}:{self.now.date().isoformat()}"
        reason = (
            "以同一单位的名义或引用本案的来件太多，今天其余的不再逐件立待办，都没有归入。"
            "请在来件清单里逐件查看，属实的放行"
        )
        open_task(self.session, NewTask(key, ask.kind, reason, case_id=ask.case_id), self.now)

    def _take_back(self, asked: TakeBack) -> None:
        case = get_case(self.session, asked.case_id)
        assert case is not None  # looked up in this transaction
        how = "申请撤回"
        if not join_case(self.session, case.id, self.row.id, how, self.now, counts=False):
            return
        text = f"案卷 {case.code} 申请撤回：“{asked.words}”"
        self._note(EventKind.WITHDRAWAL_ASKED, text, case_id=case.id)
        self._ask(Ask(TaskKind.WITHDRAWAL, asked.reason, case.id))
        if self.reading.screening.reply:
            letter = withdrawing_letter(self.mouth, case, self.row, self.reading.envelope, self.now)
            enqueue_letter(self.mouth, self.session, letter, self.now)

    def enter(self, enter: Enter) -> None:
        """Put the mail into a case, which is opened where there is none."""
        session, now = self.session, self.now
        found = get_case(session, enter.case_id) if enter.case_id is not None else None
        case = found or self._open(enter)
        if found is not None and enter.submitter_key:
            name_case(session, case.id, enter.submitter_key, enter.submitter, enter.unit)
        if enter.contested:
            contest_case(session, case.id, contested=True)
        if enter.proof is not None:
            know_address(session, case.id, self.reading.envelope.from_address, enter.proof, now)
        if not join_case(
            session,
            case.id,
            self.row.id,
            enter.how,
            now,
            enter.standing,
            counts_from=enter.counts_from,
        ):
            return
        patience = PATIENCE * self.mouth.caps.settle
        touch_case(
            session, case.id, self.row.received_at, enter.due, enter.reply_to, patience=patience
        )
        self._note(EventKind.JOINED, f"归入案卷 {case.code}: {enter.how}", case_id=case.id)

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


def trusted_telephone(session: Session, case_id: int) -> str:
    """The telephone number on the papers the case's decision rests on; "" when there is none."""
    decision = latest_decision(session, case_id)
    for subject in load_subjects(decision) if decision is not None else ():
        if number := subject.fact(TELEPHONE_FIELD).text:
            return number
    return ""
