"""What the store knows, as the data of the digest. Reads only; what the digest looks like is
``notifier/digest.py``.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlmodel import Session

from ingest.comparison.likeness import READ_ON_SCANS
from ingest.reading import Document, Fate
from ingest.settings import Settings
from ingest.store.cases import (
    KeptSubjects,
    get_case,
    kept_subjects,
    list_cases,
    load_verdict,
    open_cases_with_links,
    readings_of_case,
    received_mails,
    walk_decisions_in_force,
)
from ingest.store.counts import (
    count_decided,
    count_fetched,
)
from ingest.store.events import EventKind, bounces, list_events
from ingest.store.messages import get_message, list_messages
from ingest.store.staff import endings_of_case
from ingest.store.tables import CaseRow, MessageRow, MessageState, TaskRow
from ingest.store.tasks import open_tasks
from ingest.submission.case import Case, arrange
from ingest.views.closing import closing_lines
from ingest.views.deadlines import with_reminders
from ingest.views.delivery import lost_letters
from ingest.views.registered import registered_mails
from ingest.views.systemstate import RECENT, system_state
from notifier.digest import (
    ActionLink,
    CaseLine,
    CaseLists,
    Counters,
    Crop,
    DigestData,
    Handle,
    HumanTask,
    QuotaLine,
    Silent,
    Undelivered,
    together,
)
from notifier.outbox import (
    OutboxRow,
    last_digest_before,
)
from notifier.outboxstates import OutboxState
from notifier.wording import full_width
from rules.call import APPLICANT_NAME, Call
from rules.facts import Fact, Knowledge
from rules.staff import to_verify
from rules.subjects import SubjectField, SubjectKind
from rules.tasks import TASK_ADVICE, TASK_NAMES, TaskKind
from rules.verdict import Decision, EntryVerdict, Finding, Outcome, Truth, Verdict

MOST_READ = 200  #: characters of what was read on a scan


@dataclass(frozen=True)
class _Judged:
    """A case with the verdict in force and what it rests on."""

    case: CaseRow
    decided: datetime
    verdict: Verdict
    subjects: KeptSubjects


@dataclass(frozen=True)
class _Known:
    """What is kept of a case when its papers have been put away again."""

    case: CaseRow
    telephone: str
    contact: str


@dataclass
class _Gathered:
    """What one walk past all cases leaves behind. A call has thousands: the papers of one alone are
    in hand at a time.
    """

    call: Call
    case_tasks: list[HumanTask] = field(default_factory=list)
    cloud_tasks: list[HumanTask] = field(default_factory=list)
    asked: set[tuple[int | None, str]] = field(default_factory=set)  #: case and applicant
    lines: dict[Decision, list[CaseLine]] = field(default_factory=lambda: defaultdict(list))
    #: the same of cases that are not closed
    alive: dict[Decision, list[CaseLine]] = field(default_factory=lambda: defaultdict(list))
    known: dict[int, _Known] = field(default_factory=dict)
    in_quota: Counter[tuple[str, str]] = field(default_factory=Counter)  #: by track and quota
    linking: frozenset[int] = frozenset()  #: open cases in whose mails files are only linked to

    def add(self, session: Session, item: _Judged) -> None:
        """Walk past one case."""
        case, call = item.case, self.call
        contact = _contact(item, "", "联系人") or case.reply_name
        known = _Known(case, _contact(item, "", "联系电话"), contact)
        self.known[case.id] = known
        self.case_tasks += _case_tasks(session, call, item)
        self.asked |= {(case.id, name) for name, _ in to_verify(item.verdict)}
        self.in_quota.update(_in_quota(call, item))
        for decision, line in _lines(item):
            self.lines[decision].append(line)
            if case.closed_at is None:
                self.alive[decision].append(line)
        if case.id in self.linking and item.verdict.decision is not Decision.ACCEPTED:
            self.cloud_tasks += _cloud_tasks(session, known)


def _gathered(session: Session, call: Call) -> _Gathered:
    found = _Gathered(call, linking=open_cases_with_links(session, call.id))
    for item in _judged(session, call.id):
        found.add(session, item)
    return found


def _lists(session: Session, found: _Gathered, now: datetime) -> CaseLists:
    """The lists of one call's cases."""
    call = found.call
    incomplete = with_reminders(session, call, now, tuple(found.alive[Decision.INCOMPLETE]))
    open_lines = (*incomplete, *found.alive[Decision.REFERRED])
    closing, left_open = closing_lines(session, call, now, open_lines)
    accepted, rejected = (found.lines[each] for each in (Decision.ACCEPTED, Decision.REJECTED))
    return CaseLists(tuple(accepted), incomplete, tuple(rejected), closing, left_open)


def collect_digest(
    session: Session,
    call: Call,
    settings: Settings,
    now: datetime,
    day: date | None = None,
    beside: Sequence[Call] = (),
) -> DigestData:
    """Everything the digest of ``day`` (today unless given), made at this moment, says of a call
    and of those ``beside`` it on the mailbox.

    A new decision is told once, in the first digest after it; what concerns a case stays until it
    is decided, and a task until somebody closes it.
    """
    day = day or now.astimezone(settings.office.zone).date()
    since = _told_until(session, day, settings.mailbox.accept_since)
    found = [_gathered(session, each) for each in (call, *beside)]
    lists = together([_lists(session, each, now) for each in found])
    known = {number: case for each in found for number, case in each.known.items()}
    asked = {name for each in found for name in each.asked}
    return DigestData(
        now=now,
        since=since,
        call=call,
        beside=tuple(beside),
        counters=_counters(session, since, now),
        needs_human=(
            *(task for each in found for task in each.case_tasks),
            *(task for each in found for task in each.cloud_tasks),
            *_open_tasks(session, asked),
            *_mail_tasks(session, since),
            *_silence_tasks(session, since, known),
        ),
        **vars(lists),
        undelivered=tuple(_undelivered(session, known, now)),
        silent=tuple(line for each in found for line in _silent(session, each, (call, *beside))),
        quotas=tuple(line for each in found for line in _quotas(each, (call, *beside))),
        state=system_state(session, settings, now, min(since, now - RECENT)),
        mails=registered_mails(session),
    )


def _told_until(session: Session, day: date, accept_since: datetime) -> datetime:
    """When the digest of the latest earlier day was made; before the first one, since when mails
    are accepted.

    An hour of the day would not do: what came during a night without power, or while a digest was
    being made, would be told by none.
    """
    return last_digest_before(session, day) or accept_since


def _judged(session: Session, call: str) -> Iterator[_Judged]:
    """The latest decided first: where a mail shows only so many rows, what is new must be among
    them.
    """
    for case, decision in walk_decisions_in_force(session, call):
        verdict = load_verdict(decision)
        yield _Judged(case, decision.decided_at, verdict, kept_subjects(decision))


def _counters(session: Session, since: datetime, now: datetime) -> Counters:
    decided = count_decided(session, since, now)
    canaries = sum(
        event.at < now
        for event in list_events(
            session,
            kind=EventKind.CANARY_SEEN,
            since=since,
        )
    )
    return Counters(
        received=count_fetched(session, since, now) - canaries,
        accepted=decided[Decision.ACCEPTED],
        incomplete=decided[Decision.INCOMPLETE],
        rejected=decided[Decision.REJECTED],
        referred=decided[Decision.REFERRED],
    )


def _shown(fact: Fact) -> str:
    return str(fact.value) if fact.value is not None else ""


def _contact(item: _Judged, entry: str, name: str) -> str:
    """A field of the entry's form, else of its row in the summary table."""
    ids = [
        entry,
        *item.subjects.of_kinds(SubjectKind.APPLICATION, SubjectKind.ROW),
    ]
    for identifier in ids:
        if (
            subject := item.subjects.get(
                identifier,
            )
        ) is not None and (text := _shown(subject.fact(name))):
            return text
    return ""


# --- what a person must look at -------------------------------------------------------------------


def _case_tasks(session: Session, call: Call, item: _Judged) -> Iterator[HumanTask]:
    """One line a finding that a person must look at; the first of a task is where it is
    answered.
    """
    asked = to_verify(item.verdict)
    if not asked or item.case.closed_at is not None:
        return
    case, handles = _arranged(session, call, item.case), _handles(session, item.case)
    for applicant, findings in asked:
        entry = next((one for one in item.verdict.entries if one.applicant == applicant), None)
        lines = [_task(item, finding, entry if applicant else None, case) for finding in findings]
        yield replace(lines[0], handle=handles.get(applicant))
        yield from lines[1:]


def _handles(session: Session, case: CaseRow) -> dict[str, Handle]:
    """The open 人工核验 of a case, by the applicant each is about."""
    tasks = open_tasks(session, case_id=case.id)
    return {task.entry: handle_of(task, case) for task in tasks if task.kind is TaskKind.VERIFY}


def handle_of(task: TaskRow, case: CaseRow | None) -> Handle:
    """What an answer to a task is bound to."""
    version, code = (case.version, case.code) if case is not None else (0, "")
    return Handle(task.id, task.kind, version, code, task.entry)


def _open_tasks(session: Session, shown: set[tuple[int | None, str]]) -> Iterator[HumanTask]:
    """What else waits for a person until somebody closes it, the oldest first; letters that did not
    arrive have a list of their own.
    """
    for task in open_tasks(session):
        if task.kind is TaskKind.VERIFY and (task.case_id, task.entry) in shown:
            continue
        if task.kind is TaskKind.UNDELIVERED:
            continue
        case = get_case(session, task.case_id) if task.case_id is not None else None
        mail = get_message(session, task.message_id) if task.message_id is not None else None
        yield HumanTask(
            case_code=case.code if case is not None else _place(task),
            submitter=case.submitter if case is not None else task.address,
            track=case.track if case is not None else "",
            applicant=task.entry or (case.submitter if case is not None else _whose(task, mail)),
            reason=f"{TASK_NAMES[task.kind]}：{task.reason}{_known_address(case, task)}",
            clause="",
            telephone=task.telephone,
            received=mail.received_at if mail is not None else task.opened_at,
            handle=handle_of(task, case),
            assigned=task.assigned_to or (case.assigned_to if case is not None else ""),
            address=task.address or _address(case, mail),
            contact=_name(case, mail),
            todo=TASK_ADVICE[task.kind],
        )


def _address(case: CaseRow | None, mail: MessageRow | None) -> str:
    """Who is to be answered."""
    if case is not None:
        return case.reply_address
    return mail.from_address if mail is not None else ""


def _name(case: CaseRow | None, mail: MessageRow | None) -> str:
    """Whom to ask for."""
    if case is not None:
        return case.reply_name
    return mail.from_name if mail is not None else ""


def _whose(task: TaskRow, mail: MessageRow | None) -> str:
    return (mail.from_name if mail is not None else "") or task.address


def _known_address(case: CaseRow | None, task: TaskRow) -> str:
    """Whom to telephone about a stranger's mail: the case's own address beside the stranger's."""
    known = case.reply_address if case is not None else ""
    return f"；本案地址 {known}" if known and known != task.address else ""


def _place(task: TaskRow) -> str:
    return f"来件{task.message_id}" if task.message_id is not None else f"待办{task.id}"


def _arranged(session: Session, call: Call, row: CaseRow) -> Case:
    endings = endings_of_case(session, row.id)
    return arrange(received_mails(session, row.id), row.track, call, endings)


def _task(item: _Judged, finding: Finding, entry: EntryVerdict | None, case: Case) -> HumanTask:
    scans, identifier = _scans_of(finding, case), entry.entry if entry else ""
    return HumanTask(
        case_code=item.case.code,
        submitter=item.case.submitter,
        track=item.case.track,
        applicant=entry.applicant if entry else item.case.submitter,
        reason=_reason(item, finding, scans),
        clause=finding.clause,
        telephone=_contact(item, identifier, "联系电话"),
        received=item.case.last_received_at,
        crops=tuple(_crops(item, finding, scans)),
        assigned=item.case.assigned_to,
        address=item.case.reply_address,
        contact=_contact(item, identifier, "联系人") or item.case.reply_name,
        todo=TASK_ADVICE[TaskKind.VERIFY],
    )


def _reason(item: _Judged, finding: Finding, scans: dict[str, Document]) -> str:
    """What staff must decide, and what is known: of a doubt what the reader saw, else what the
    applicant has been told.
    """
    read = list(_read_on_scans(item, finding))
    more = list(_evidence(item, finding))
    if finding.truth is not Truth.UNDECIDED:
        return "；".join([f"请核对：{finding.title}", f"函告对方：“{finding.text}”", *read, *more])
    seen = [
        f"{document.name}：{full_width(document.seal.reason)}"
        for document in scans.values()
        if document.seal and document.seal.reason
    ]
    return "；".join([f"请核对：{finding.title}", *(read or seen), *more])


def _evidence(item: _Judged, finding: Finding) -> Iterator[str]:
    """Certificate signatures with what is open about them, attachments nobody opened, names that
    may be one, and rows of which nobody knows whose they are.
    """
    for subject in finding.subjects:
        if (found := item.subjects.get(subject)) is not None:
            name = found.fact(APPLICANT_NAME)
            if name.knowledge is Knowledge.UNKNOWN and name.same_as:
                yield f"“{name.value}”与“{name.same_as}”是不是同一单位"
            elif found.kind == SubjectKind.ROW and name.knowledge is Knowledge.UNKNOWN:
                yield full_width(f"汇总表{name.provenance.place}写着“{name.provenance.raw}”")
            yield from filter(
                None,
                (
                    found.fact(name).provenance.raw
                    for name in (
                        SubjectField.DIGITAL_SEAL,
                        SubjectField.UNREAD_PARTS,
                    )
                ),
            )


def _read_on_scans(item: _Judged, finding: Finding) -> Iterator[str]:
    """What was read on the scans, of the facts a finding rests on."""
    for subject in finding.subjects:
        fields = item.subjects[subject].fields if subject in item.subjects else {}
        for name in READ_ON_SCANS:
            fact = fields.get(name)
            named = any(name in line for line in finding.evidence)
            if named and fact is not None and fact.provenance.raw:
                yield f"识读结果：{fact.provenance.raw[:MOST_READ]}"


def _scans_of(finding: Finding, case: Case) -> dict[str, Document]:
    """The scans a finding is about, by the id their subject had."""
    scans = case.scans
    return {subject: scans[subject].document for subject in finding.subjects if subject in scans}


def _crops(item: _Judged, finding: Finding, scans: dict[str, Document]) -> Iterator[Crop]:
    """Cut-outs of the titles of those scans and of what looked like seals there."""
    for number, document in enumerate(scans.values(), 1):
        yield from _pictures(
            document,
            f"{item.case.code}-{finding.rule}-{'-'.join(finding.subjects)}-{number}".lower(),
        )


def _pictures(document: Document, stem: str) -> Iterator[Crop]:
    # a Content-ID is ASCII; ids of subjects are not
    token = hashlib.sha256(stem.encode()).hexdigest()[:16]
    if document.title_png:
        yield Crop(f"title-{token}", base64.b64decode(document.title_png), f"{document.name} 标题")
    for number, seal in enumerate(document.seal.seals if document.seal else (), 1):
        if seal.crop_png:
            yield Crop(
                f"seal-{token}-{number}",
                base64.b64decode(seal.crop_png),
                f"{document.name} 第{seal.page}页",
            )


def _cloud_tasks(session: Session, item: _Known) -> Iterator[HumanTask]:
    """Files that a case's last mail only links to, with the link and the day it expires: staff may
    look, we never fetch.
    """
    for row, reading in readings_of_case(session, item.case.id)[-1:]:
        for part in reading.parts:
            if part.fate is Fate.CLOUD_LINK and part.link:
                what = part.reason.partition(", 不是文件本身")[0]
                name = part.name or "未写明文件名"
                reason = f"附件“{name}”只有链接（{what}）：{part.link}"
                yield replace(
                    _of_case(_mail_task(row, reason, _LOOK_AT_LINK), item),
                    files=(ActionLink(name, part.link),),
                )


def _of_case(task: HumanTask, item: _Known) -> HumanTask:
    """The same task, with whose case it is and whom to telephone."""
    return replace(
        task,
        case_code=item.case.code,
        submitter=item.case.submitter,
        track=item.case.track,
        applicant=item.case.submitter,
        telephone=item.telephone,
        contact=item.contact,
    )


_LOOK_AT_LINK = "需要时打开链接看一看（程序从不打开）；仍请对方把文件作为附件重发"
_MAIL_TASKS = {
    EventKind.COMPLAINT: "对方邮箱报告本邮箱的来信为垃圾邮件，请核实",
}


def _mail_tasks(session: Session, since: datetime) -> Iterator[HumanTask]:
    for kind, reason in _MAIL_TASKS.items():
        for event in reversed(list_events(session, kind=kind, since=since)):
            row = get_message(session, event.message_id) if event.message_id is not None else None
            if row is not None:
                yield _mail_task(row, f"{reason}：{row.subject}", "打电话问对方是否误点，请其取消")
    for row in reversed(list_messages(session, states=(MessageState.SET_ASIDE,))):
        yield _mail_task(
            row, "这封邮件程序无法读取，已隔离，请人工打开", TASK_ADVICE[TaskKind.MACHINE]
        )
    for row in reversed(list_messages(session, states=(MessageState.TOO_LARGE,))):
        reason = f"邮件过大（{row.size // 1024**2} MB），未下载，请在邮箱中查看"
        yield _mail_task(row, reason, TASK_ADVICE[TaskKind.MACHINE])


def _silence_tasks(
    session: Session,
    since: datetime,
    judged: dict[int, _Known],
) -> Iterator[HumanTask]:
    """Letters that a cap kept back, and decisions told to nobody: only a person can give word; one
    line a case or mail.
    """
    untold = [
        event
        for event in list_events(
            session,
            kind=EventKind.NO_LETTER,
            since=since,
        )
        if event.case_id is not None
    ]
    silent = [*list_events(session, kind=EventKind.SUPPRESSED, since=since), *untold]
    for event in {event.case_id or -(event.message_id or 0): event for event in silent}.values():
        item = judged.get(event.case_id or 0)
        row = get_message(session, event.message_id) if event.message_id is not None else None
        if row is not None:
            reason = f"未自动答复，请电话联系：{full_width(event.text)}"
            task = _mail_task(row, reason, TASK_ADVICE[TaskKind.UNDELIVERED])
            yield task if item is None else _of_case(task, item)


def _mail_task(row: MessageRow, reason: str, todo: str) -> HumanTask:
    name = row.from_name or row.from_address
    return HumanTask(
        case_code=f"来件{row.id}", submitter=name, track="", applicant=name, reason=reason,
        clause="", telephone="", received=row.received_at, address=row.from_address,
        contact=row.from_name, todo=todo,
    )  # fmt: skip


# --- lists ----------------------------------------------------------------------------------------


def _lines(item: _Judged) -> Iterator[tuple[Decision, CaseLine]]:
    """One line an entry; a case without entries is one line itself."""
    whole = EntryVerdict(
        entry="", applicant="", track=item.case.track, decision=item.verdict.decision
    )
    for entry in item.verdict.entries or (whole,):
        yield entry.decision, _line(item, entry)


def _line(item: _Judged, entry: EntryVerdict) -> CaseLine:
    wanted = {
        Decision.INCOMPLETE: Outcome.RETURN,
        Decision.REJECTED: Outcome.REJECT,
        Decision.ACCEPTED: Outcome.REMIND,
    }.get(entry.decision)
    notes = dict.fromkeys(
        finding.brief or finding.title if entry.decision is Decision.ACCEPTED else finding.fault
        for finding in (
            *entry.findings,
            *item.verdict.findings,
        )
        if finding.outcome is wanted
    )
    return CaseLine(
        case_code=item.case.code,
        submitter=item.case.submitter,
        track=item.case.track,
        applicant=entry.applicant,
        received=item.case.last_received_at,
        decided=item.decided,
        telephone=_contact(item, entry.entry, "联系电话"),
        contact=_contact(item, entry.entry, "联系人"),
        note=_note(entry.decision, list(notes)),
    )


def _note(decision: Decision, titles: list[str]) -> str:
    if not titles:
        return ""
    return ("提醒：" if decision is Decision.ACCEPTED else "") + "、".join(titles)


def _undelivered(
    session: Session, judged: dict[int, _Known], now: datetime
) -> Iterator[Undelivered]:
    reported = bounces(session)
    for letter in lost_letters(session, now):
        item = judged.get(letter.case_id or 0)
        event = reported.get(letter.id)
        yield Undelivered(
            case_code=item.case.code if item else "",
            submitter=item.case.submitter if item else "",
            kind=letter.kind,
            recipient=letter.recipient,
            telephone=item.telephone if item else "",
            reason=event.text if event else _why_undelivered(letter),
            failed=event.at if event else letter.created_at,
        )


def _why_undelivered(letter: OutboxRow) -> str:
    """What became of a letter that was not bounced, and what staff can do about it."""
    if letter.state is not OutboxState.UNCERTAIN:
        return letter.last_reply
    doubt = f"是否送达无法确定，请电话确认；已送达执行 mailroom outbox confirm {letter.id}，未送达执行 mailroom outbox retry {letter.id}"
    return f"{doubt}。{letter.last_reply}" if letter.last_reply else doubt


def _silent_units(session: Session, call: Call, track: str) -> tuple[str, ...]:
    """Units whose office has sent nothing; a school that wrote by itself does not speak for its
    bureau.
    """
    cases = list_cases(session, call.id)
    by_units = [case for case in cases if case.submitter_key == f"unit:{case.unit}"]
    heard = {case.unit for case in by_units if case.track == track}
    return tuple(unit.name for unit in call.units if not unit.direct and unit.name not in heard)


def _telephones(call: Call, known: dict[int, _Known], units: tuple[str, ...]) -> dict[str, str]:
    """The telephones of units, as far as one is known: from the call's list, else from what the
    unit's office has sent for another track.
    """
    sent = {
        item.case.unit: item.telephone
        for item in known.values()
        if item.case.submitter_key == f"unit:{item.case.unit}"
    }
    listed = {unit.name: unit.telephone for unit in call.units}
    found = {unit: listed.get(unit) or sent.get(unit, "") for unit in units}
    return {unit: telephone for unit, telephone in found.items() if telephone}


def _in_quota(call: Call, item: _Judged) -> Iterator[tuple[str, str]]:
    """Track and name of each quota that an accepted entry of a case counts against."""
    for entry in item.verdict.entries:
        if entry.decision is not Decision.ACCEPTED:
            continue
        form = item.subjects.get(entry.entry)
        track = next((track for track in call.tracks if track.name == entry.track), None)
        for quota in track.quotas if track is not None else ():
            if not quota.field or (
                form is not None and form.fact(quota.field).value in quota.options
            ):
                yield entry.track, quota.name


def _silent(session: Session, found: _Gathered, calls: Sequence[Call]) -> Iterator[Silent]:
    call = found.call
    for track in call.tracks:
        units = _silent_units(session, call, track.name)
        name = told_apart(track.name, call, calls)
        yield Silent(name, units, _telephones(call, found.known, units))


def _quotas(found: _Gathered, calls: Sequence[Call]) -> Iterator[QuotaLine]:
    for track in found.call.tracks:
        for quota in track.quotas:
            count = found.in_quota[track.name, quota.name]
            name = told_apart(quota.name, found.call, calls)
            yield QuotaLine(name, quota.count, quota.at_least, count)


def told_apart(name: str, call: Call, calls: Sequence[Call]) -> str:
    """The name of a track or quota, with its call's title where another call has one of that
    name.
    """
    tracks = [track for other in calls if other.id != call.id for track in other.tracks]
    quotas = [quota.name for track in tracks for quota in track.quotas]
    others = [*(track.name for track in tracks), *quotas]
    return f"{name}（{call.title}）" if name in others else name
