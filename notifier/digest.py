"""日报: what staff are told once a day, from plain data to subject, text, HTML and pictures.

Pure: who collects the data and when it is sent is not decided here, how it is worded stands in
``config/templates/digest``, the attached tables are ``notifier.workbook``.
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Final, TypeVar

from notifier.letternames import LETTER_NAMES
from notifier.pages import (
    CaseView,
    CropView,
    DigestPage,
    LinkView,
    QuotaView,
    SilentView,
    StateView,
    TaskView,
    UndeliveredView,
)
from notifier.rendering import Templates
from notifier.wording import (
    beijing,
    clean_line,
    day_text,
    deadline_text,
    full_width,
    moment,
    name_list,
    remaining,
    short_moment,
)
from rules.call import Call
from rules.tasks import TaskKind
from rules.verdict import DECISION_NAMES, Decision

#: Rows shown of each list; inlined HTML grows by half a kilobyte a row, the workbook has them all.
MAX_ROWS: Final = 30
#: pixels; a telephone shows two seals or one title beside each other
SEAL_WIDTH, TITLE_WIDTH = 120, 240
#: Pictures shown in the whole mail, and of one task; a picture is at most about 20 kB.
MAX_PICTURES: Final = 40
MAX_PICTURES_OF_TASK: Final = 3

#: Bytes of what is read in the mail itself; some programs cut off what is longer.
MAX_WORDS: Final = 96 * 1024


@dataclass(frozen=True)
class Room:
    """How many rows of each list the mail shows."""

    tasks: int = MAX_ROWS  #: each with its links, hence two kilobytes
    others: int = MAX_ROWS


#: Each is tried in turn until the words fit; what a person must do gives way last.
_ROOMS: Final = (Room(), Room(others=10), Room(20, 10), Room(12, 8), Room(8, 5), Room(4, 3))

_Row = TypeVar("_Row")
_View = TypeVar("_View")


@dataclass(frozen=True)
class Counters:
    """What came since the last digest and what was decided in that time."""

    received: int = 0
    accepted: int = 0
    incomplete: int = 0
    rejected: int = 0
    referred: int = 0


@dataclass(frozen=True)
class Crop:
    """A picture as evidence: the place of a seal cut out of a scan."""

    cid: str  #: unique in the digest: ASCII letters, digits, ``.``, ``_``, ``-``
    png: bytes
    caption: str


@dataclass(frozen=True)
class Handle:
    """What an answer to a task is bound to."""

    task: int
    kind: TaskKind
    version: int  #: of the case's verdict; 0 without a case
    case: str  #: its code; "" without a case
    entry: str  #: the applicant it is about; "" = the whole case


@dataclass(frozen=True)
class ActionLink:
    """One answer to a task: a ``mailto:`` URL that opens the mail which asks for it."""

    label: str  #: 受理, 办结 and so on
    url: str


@dataclass(frozen=True)
class HumanTask:
    """Something only a person can decide."""

    case_code: str
    submitter: str
    track: str
    applicant: str
    reason: str
    clause: str
    telephone: str
    received: datetime
    crops: tuple[Crop, ...] = ()
    handle: Handle | None = None  #: by what it is answered; None: elsewhere, or with another line
    links: tuple[ActionLink, ...] = ()  #: one for each answer
    assigned: str = ""  #: who has it
    address: str = ""  #: who waits for it
    contact: str = ""  #: the name of whom to ask for
    todo: str = ""  #: what is to be done, one sentence
    files: tuple[ActionLink, ...] = ()  #: files that were only linked to: name and whole address


@dataclass(frozen=True)
class MailLine:
    """One registered mail, for the complete list in the workbook."""

    number: int
    received: datetime
    sender: str  #: name
    address: str
    subject: str
    cases: str  #: codes; "" = it belongs to none
    state: str  #: what became of it, in Chinese


@dataclass(frozen=True)
class CaseLine:
    """One entry of a case on its list."""

    case_code: str
    submitter: str
    track: str
    applicant: str
    received: datetime
    decided: datetime
    telephone: str = ""
    contact: str = ""  #: 联系人
    note: str = ""  #: what is missing, or why it was refused
    reminded: datetime | None = None  #: when the last reminder was sent
    next_reminder: date | None = None  #: when the next will be


@dataclass(frozen=True)
class Undelivered:
    """A letter that did not arrive."""

    case_code: str
    submitter: str
    kind: str  #: a letter kind; unknown kinds are shown as they are
    recipient: str
    telephone: str
    reason: str
    failed: datetime


@dataclass(frozen=True)
class Silent:
    """The submitting units that have sent nothing for a track."""

    track: str
    units: tuple[str, ...]
    telephones: Mapping[str, str] = field(default_factory=dict)  #: of those whose number is known


@dataclass(frozen=True)
class QuotaLine:
    """A quota and how many entries that count for it have been accepted."""

    name: str
    quota: int
    at_least: bool
    accepted: int


@dataclass(frozen=True)
class SystemState:
    """The program's own health."""

    server_count: int  #: mails on the server since the cut-off
    ledger_count: int  #: of these, mails in the ledger
    set_aside: int  #: mails that could not be handled and wait for an administrator
    pending: int  #: mails received and not yet decided
    queued_letters: int
    last_poll: datetime | None
    stale: bool = False  #: no look at the mailbox has succeeded for too long, as ``status`` says
    errors: tuple[str, ...] = ()
    held: bool = False  #: letters are held back by the hold file
    #: the end of the ledger, for whoever wants to verify later that nothing was cut off
    ledger: str = ""


@dataclass(frozen=True)
class CaseLists:
    """The lists of a call's cases, by where they stand."""

    accepted: tuple[CaseLine, ...]
    incomplete: tuple[CaseLine, ...]
    rejected: tuple[CaseLine, ...]
    closing: tuple[CaseLine, ...]
    left_open: tuple[CaseLine, ...]


def together(lists: Sequence[CaseLists]) -> CaseLists:
    """Those of several calls, the latest decided first: where a mail shows only so many rows, what
    is new must be among them.
    """
    if len(lists) == 1:
        return lists[0]

    def latest(each: CaseLine) -> datetime:
        return each.decided

    names = [each.name for each in fields(CaseLists)]
    found = {name: [line for each in lists for line in getattr(each, name)] for name in names}
    return CaseLists(
        **{name: tuple(sorted(lines, key=latest, reverse=True)) for name, lines in found.items()}
    )


@dataclass(frozen=True)
class DigestData:
    """Everything a digest depends on. The lists are complete to date; what is new is found by
    ``decided``.
    """

    now: datetime
    #: when the digest before this one was made: what happened from then on is new to staff
    since: datetime
    call: Call
    counters: Counters
    needs_human: tuple[HumanTask, ...]
    accepted: tuple[CaseLine, ...]
    incomplete: tuple[CaseLine, ...]
    rejected: tuple[CaseLine, ...]
    undelivered: tuple[Undelivered, ...]
    silent: tuple[Silent, ...]
    quotas: tuple[QuotaLine, ...]
    state: SystemState
    mails: tuple[MailLine, ...] = ()  #: every registered mail, the latest first
    closing: tuple[CaseLine, ...] = ()  #: 截止清办: the end of these waits for release
    left_open: tuple[CaseLine, ...] = ()  #: the time is over, and staff must decide these first
    beside: tuple[Call, ...] = ()  #: the other calls on the mailbox
    accept_all: str = ""  #: a ``mailto:`` URL that accepts everything to be verified; "" = none

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call the digest is about."""
        return (self.call, *self.beside)


@dataclass(frozen=True)
class Digest:
    """The staff mail, ready for ``notifier.mime.build_digest``."""

    subject: str
    text: str
    html: str
    images: tuple[Crop, ...]
    workbook_name: str


def compose_digest(data: DigestData, templates: Templates) -> Digest:
    """The digest for ``data``.

    Raises:
        LetterTemplateError: a template is broken.
        ValueError: an instant has no time zone.
    """
    for room in _ROOMS[:-1]:
        digest = _rendered(data, templates, room)
        if words_size(digest) <= MAX_WORDS:
            return digest
    return _rendered(data, templates, _ROOMS[-1])


def words_size(digest: Digest) -> int:
    """Bytes of text and HTML as they stand in the mail; base64 makes four of three."""
    return (len(digest.text.encode()) + len(digest.html.encode())) * 4 // 3


def _rendered(data: DigestData, templates: Templates, room: Room) -> Digest:
    images = shown_pictures(data.needs_human[: room.tasks])
    page = make_digest_page(data, images, room)
    return Digest(
        subject=clean_line(templates.render("digest/subject.txt", page), 120),
        text=templates.render("digest/body.txt", page),
        html=templates.render("digest/body.html", page),
        images=images,
        workbook_name=f"收件日报{beijing(data.now):%Y%m%d}.xlsx",
    )


def preview_html(digest: Digest) -> str:
    """The digest's HTML with its pictures inside, to be looked at in a browser (no mail program
    shows these).
    """
    html = digest.html
    for crop in digest.images:
        html = html.replace(
            f'"cid:{crop.cid}"',
            f'"data:image/png;base64,{base64.b64encode(crop.png).decode()}"',
        )
    return html


def shown_pictures(tasks: Iterable[HumanTask]) -> tuple[Crop, ...]:
    """The pictures that go into the mail: of the tasks that are shown, so many of each, so many in
    all.
    """
    shown = [crop for task in list(tasks)[:MAX_ROWS] for crop in task.crops[:MAX_PICTURES_OF_TASK]]
    return tuple(shown[:MAX_PICTURES])


def new_lines(lines: Iterable[CaseLine], since: datetime) -> tuple[CaseLine, ...]:
    """The lines decided since the last digest. Not those of the calendar day: the evening after it
    would never be told.
    """
    return tuple(line for line in lines if line.decided >= since)


def make_digest_page(data: DigestData, images: Sequence[Crop], room: Room) -> DigestPage:
    """The variables for the digest's templates; only pictures in ``images`` are referred to."""
    now, call = beijing(data.now), data.call
    states = state_lines(data.state)
    tasks, tasks_left = _rows(data.needs_human, lambda task: _task_view(task, images), room.tasks)
    undelivered, undelivered_left = _rows(data.undelivered, _undelivered_view, room.others)
    accepted, accepted_left = _rows(new_lines(data.accepted, data.since), _case_view, room.others)
    incomplete, incomplete_left = _rows(data.incomplete, _incomplete_view, room.others)
    rejected, rejected_left = _rows(new_lines(data.rejected, data.since), _case_view, room.others)
    closing, closing_left = _rows(data.closing, _case_view, room.others)
    left_open, left_open_left = _rows(data.left_open, _case_view, room.others)
    return DigestPage(
        day=f"{now.month}月{now.day}日",
        date=day_text(now.date()),
        composed=moment(now),
        period=f"{short_moment(data.since)} 至 {short_moment(now)}",
        call_title="、".join(each.title for each in data.calls),
        authority=call.authority,
        office=call.contact.office,
        news=news(data, states),
        lead=_lead(data),
        deadline=_deadlines(data),
        remaining=remaining(data.calls[-1].deadline, now),
        tasks=tuple(_numbered(tasks)),
        tasks_left_out=tasks_left,
        accept_all=_accept_all(data, room),
        undelivered=undelivered,
        undelivered_left_out=undelivered_left,
        accepted=accepted,
        accepted_left_out=accepted_left,
        incomplete=incomplete,
        incomplete_left_out=incomplete_left,
        rejected=rejected,
        rejected_left_out=rejected_left,
        closing=closing,
        closing_left_out=closing_left,
        left_open=left_open,
        left_open_left_out=left_open_left,
        silent=tuple(
            SilentView(
                item.track,
                len(item.units),
                name_list([_unit_line(item, unit) for unit in item.units], 20),
            )
            for item in data.silent
        ),
        quotas=tuple(map(_quota_view, data.quotas)),
        states=states,
        errors=_errors(data.state.errors),
        ledger=clean_line(data.state.ledger, 160),
    )


def _deadlines(data: DigestData) -> str:
    """The deadline; of several calls each with its title and, but for the last, how long it is
    until then.
    """
    if not data.beside:
        return deadline_text(data.call.deadline)
    *others, last = [f"《{each.title}》{deadline_text(each.deadline)}" for each in data.calls]
    left = [remaining(each.deadline, data.now) for each in data.calls]
    return "；".join(
        [*(f"{said}（{more}）" for said, more in zip(others, left, strict=False)), last]
    )


def _accept_all(data: DigestData, room: Room) -> str:
    """The link that accepts all that is shown; none where less is shown than it was made for."""
    whole = room.tasks >= min(MAX_ROWS, len(data.needs_human))
    return data.accept_all if whole and data.accept_all.startswith("mailto:") else ""


def _unit_line(silent: Silent, unit: str) -> str:
    """A unit, with its telephone behind it where one is known."""
    telephone = clean_line(silent.telephones.get(unit, ""), 30)
    return f"{unit}（{telephone}）" if telephone else unit


def _errors(errors: Sequence[str]) -> tuple[str, ...]:
    lines, left_out = _rows(errors, lambda error: clean_line(full_width(error), 300), MAX_ROWS)
    return (*lines, f"另有 {left_out} 项，见附表。") if left_out else lines


def news(data: DigestData, states: Sequence[StateView]) -> str:
    """The subject's news: ``新收 12 件 · 受理 7 · 待补正 4 · 待办 1 件``; on an empty day that there was nothing.

    What is open is always named, whenever it came: an evening without new mail does not mean that
    nobody waits. A digest that says nothing of trouble when there is some would be worse than none,
    so trouble is named here too.
    """
    counters = data.counters
    named = {
        DECISION_NAMES[Decision.ACCEPTED]: counters.accepted,
        DECISION_NAMES[Decision.INCOMPLETE]: counters.incomplete,
        DECISION_NAMES[Decision.REJECTED]: counters.rejected,
        DECISION_NAMES[Decision.REFERRED]: counters.referred,
    }
    words = [f"{name} {count}" for name, count in named.items() if count]
    trouble = sum(state.word != NORMAL for state in states)
    health, waiting = [f"系统有 {trouble} 项请查看"] if trouble else [], list(_open(data))
    if counters.received or words:
        return " · ".join([f"新收 {counters.received} 件", *words, *waiting, *health])
    nothing = "本期无新件" if trouble or waiting else "本期无新件，系统正常"
    return " · ".join([nothing, *waiting, *health])


def _open(data: DigestData) -> Iterator[str]:
    """What waits for a person, in the words of the subject."""
    if data.needs_human:
        yield f"待办 {matters(data.needs_human)} 件"
    if data.undelivered:
        yield f"未送达 {len(data.undelivered)} 封"
    if data.closing:
        yield f"清办待放行 {len(data.closing)} 项"


def matters(tasks: Iterable[HumanTask]) -> int:
    """How many matters the tasks are about: a case counts once, however much of it is doubtful."""
    return len({task.case_code for task in tasks})


NORMAL: Final = "正常"
_LOOK: Final = "请查看"


def state_lines(state: SystemState) -> tuple[StateView, ...]:
    """The program's health, each line with the word that says whether somebody should look."""
    fresh = state.last_poll is not None and not state.stale
    equal = state.server_count == state.ledger_count
    lines = (
        (
            "邮件对账",
            f"服务器 {state.server_count} 封，台账 {state.ledger_count} 封，{'一致' if equal else '不一致'}",
            equal,
        ),
        ("最近一次收信", moment(state.last_poll) if state.last_poll else "尚未成功收信", fresh),
        ("处理失败、已隔离的邮件", f"{state.set_aside} 封", not state.set_aside),
        ("等待处理的邮件", f"{state.pending} 封", True),
        (
            "等待发出的信函",
            f"{state.queued_letters} 封" + ("，对外发信已人工暂停" if state.held else ""),
            not state.held,
        ),
        ("运行错误", f"{len(state.errors)} 项", not state.errors),
    )
    return tuple(StateView(label, value, NORMAL if good else _LOOK) for label, value, good in lines)


def _lead(data: DigestData) -> str:
    """The first sentence of the mail: what needs a human."""
    parts = [f"{matters(data.needs_human)} 件需要人工处理"] if data.needs_human else []
    parts += [f"{len(data.undelivered)} 封信函未送达，需电话联系"] if data.undelivered else []
    parts += [f"{len(data.closing)} 项截止清办待放行"] if data.closing else []
    return f"今天有 {'，'.join(parts)}。" if parts else "今天没有需要人工处理的事项。"


def _rows(
    rows: Sequence[_Row], view: Callable[[_Row], _View], most: int
) -> tuple[tuple[_View, ...], int]:
    return tuple(view(row) for row in rows[:most]), max(0, len(rows) - most)


def _numbered(tasks: Iterable[TaskView]) -> Iterable[TaskView]:
    return (TaskView(**{**vars(task), "number": number}) for number, task in enumerate(tasks, 1))


def _task_view(task: HumanTask, images: Sequence[Crop]) -> TaskView:
    return TaskView(
        number=0,
        case_code=clean_line(task.case_code, 40),
        submitter=clean_line(task.submitter, 60),
        track=clean_line(task.track, 30),
        applicant=clean_line(task.applicant, 60),
        reason=clean_line(task.reason, 300),
        clause=clean_line(task.clause, 60),
        telephone=clean_line(task.telephone, 40),
        received=short_moment(task.received),
        crops=tuple(_crop_views(task.crops, images)),
        task=task.handle.task if task.handle is not None else 0,
        assigned=clean_line(task.assigned, 40),
        address=clean_line(task.address, 80),
        contact=clean_line(task.contact, 30),
        todo=clean_line(task.todo, 120),
        files=tuple(
            LinkView(clean_line(file.label, 60), file.url)
            for file in task.files
            if re.fullmatch(r"https?://[!-~]{1,2000}", file.url)
        ),
        links=tuple(
            LinkView(clean_line(link.label, 20), link.url)
            for link in task.links
            if link.url.startswith("mailto:")
        ),
    )


def _crop_views(crops: Iterable[Crop], images: Sequence[Crop]) -> Iterator[CropView]:
    """Pictures beside each other wrap on a telephone; a title is shown wide enough to be read."""
    for crop in crops:
        if crop in images:
            width, height = struct.unpack(">II", crop.png[16:24])  # a PNG's header
            yield CropView(
                crop.cid,
                clean_line(crop.caption, 60),
                TITLE_WIDTH if width > 2 * height else SEAL_WIDTH,
            )


def _case_view(line: CaseLine) -> CaseView:
    return CaseView(
        case_code=clean_line(line.case_code, 40),
        submitter=clean_line(line.submitter, 60),
        track=clean_line(line.track, 30),
        applicant=clean_line(line.applicant, 60),
        telephone=clean_line(line.telephone, 40),
        received=short_moment(line.received),
        note=clean_line(line.note, 200),
    )


def with_reminder(note: str, line: CaseLine) -> str:
    """``note``, and when its sender was reminded of it or will be; where nobody reminds, nothing is
    said of it.
    """
    said = ""
    if line.reminded:
        said = f"已催（{short_moment(line.reminded)}）"
    elif line.next_reminder:
        said = f"未催（将于{line.next_reminder.month}月{line.next_reminder.day}日提醒）"
    return "；".join(filter(None, (note, said)))


def _incomplete_view(line: CaseLine) -> CaseView:
    view = _case_view(line)
    return replace(view, note=with_reminder(view.note, line))


def _undelivered_view(letter: Undelivered) -> UndeliveredView:
    return UndeliveredView(
        case_code=clean_line(letter.case_code, 40),
        submitter=clean_line(letter.submitter, 60),
        letter_name=letter_name(letter.kind),
        recipient=clean_line(letter.recipient, 80),
        telephone=clean_line(letter.telephone, 40),
        reason=clean_line(letter.reason, 160),
    )


def letter_name(kind: str) -> str:
    """受理回执 and so on; a kind that is not one of ours is shown as it is."""
    return LETTER_NAMES.get(kind) or clean_line(kind, 20)


def _quota_view(line: QuotaLine) -> QuotaView:
    share = 100 * line.accepted // line.quota if line.quota else 100
    return QuotaView(
        clean_line(line.name, 40),
        f"{'要求不少于' if line.at_least else '名额'} {line.quota} 个",
        line.accepted,
        max(0, min(100, share)),
    )
