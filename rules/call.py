"""A call (征集): what ``call.yaml`` says, as values, and the vocabulary that follows from it.

How the file is read is ``rules/callfile.py``; no text of a file comes in here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from rules.namelists import NameList
from rules.subjects import NO_MISFIT, Nature, PartSort, PartState, SubjectField, SubjectKind
from rules.timetable import USUAL, Timing
from rules.vocabulary import BEIJING, Field, FieldType, normalise, numbers_in_words


class Role(StrEnum):
    """What a form is for."""

    APPLICATION = SubjectKind.APPLICATION
    SUMMARY = SubjectKind.SUMMARY
    OTHER = (
        "其他表"  #: a further form of an application, called by a name of its own (预算表, 承诺书)
    )


class Rendition(StrEnum):
    """版式: how a form arrives."""

    EDITABLE = "editable"  #: 可编辑 Word
    STAMPED_SCAN = (
        "stamped_scan"  #: 打印盖章扫描 PDF (or whatever PDF or picture was sent in its place)
    )


class DigitalSeal(StrEnum):
    """电子签章: what a certificate signature of a PDF is worth in place of the stamp."""

    NONE = "无"
    ACCEPTED = "认可"  #: verified, by the right unit, and the call accepts such seals
    OPEN = "待核"  #: there is one, and a person must look


@dataclass(frozen=True)
class Quota:
    """名额: ``count`` entries of a track, or of the kinds named, to be selected by the experts."""

    name: str
    count: int
    at_least: bool = False
    field: str = ""  #: field that tells which entries count ("" = all of the track)
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Track:
    """申报类别: what one applies for; a call has one or several."""

    name: str
    code: str  #: short ASCII letter(s) used in case codes
    application: str  #: id of the form each entry must send
    summary: str  #: id of the form each case must send; "" = none
    quotas: tuple[Quota, ...] = ()


SEAL_LABELS = ("盖章", "公章")
"""Words that stand where a form is to be stamped, unless the call names others (盖章处)."""


@dataclass(frozen=True)
class Form:
    """表单: how a form is recognised and where its fields stand."""

    id: str  #: ``附件1``
    role: Role
    track: str
    titles: tuple[str, ...]
    applicant: str  #: the field that names the applicant
    fields: tuple[Field, ...]
    columns: tuple[Field, ...] = ()  #: of a summary table's rows
    blank: str = ""  #: file name of the blank form under ``forms/``
    seal_labels: tuple[str, ...] = (
        SEAL_LABELS  #: 盖章处: words that stand where it is to be stamped
    )
    name: str = ""  #: 名称 of one that is 其他表

    @property
    def kind(self) -> str:
        """What rules call it."""
        return self.name or str(self.role)


@dataclass(frozen=True)
class Unit:
    """报送单位: who may submit; a place with its office, or an applicant that submits for itself."""

    name: str  #: of the place
    bureau: str  #: of its office (部门); for one that submits for itself its own name
    aliases: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()  #: known sender addresses or @domains
    direct: bool = False  #: 直属: submits for itself
    telephone: str = ""  #: of whom to ask when nothing has come; "" = unknown


APPLICANT_NAME = "单位名称"
"""The word under which rules find every applicant's name, whatever a form calls it (申报单位字段)."""
OTHER_SENDER = "其他"
"""来件.发件方 when nothing in a mail says on whose behalf it was sent."""


@dataclass(frozen=True)
class Words:
    """称谓: how the parties of a call are named and recognised; everything of it that another call says otherwise."""

    bureau: str = "报送单位"  #: 来件.发件方 of a mail from the office of one of the units
    direct: str = "直属单位"  #: ... from a unit that submits for itself
    applicant: str = "申报单位"  #: ... from an applicant that should have gone through its unit
    unit_field: str = "所属单位"  #: the field of an application that names the unit it belongs to
    filler_field: str = "填报单位"  #: the field of a summary table that names who filled it in
    bureau_words: tuple[str, ...] = ()  #: one of them beside a unit's name: its office writes
    #: endings by which an applicant's name is known in a signature
    applicant_words: tuple[str, ...] = ()
    #: endings by which an organisation's name is known in a file name
    name_endings: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()  #: what may be left out before a name
    #: what stands in file names and is no part of an organisation's name
    noise: tuple[str, ...] = ()
    #: ``初中=初级中学``: how endings of names are shortened; one of one character follows a number
    short_endings: tuple[str, ...] = ()
    plain_words: tuple[str, ...] = ()  #: words of names that many bear, beside the endings

    @property
    def sender_kinds(self) -> tuple[str, ...]:
        """Every value 来件.发件方 can have."""
        return self.bureau, self.direct, self.applicant, OTHER_SENDER


@dataclass(frozen=True)
class Contact:
    """Who answers questions about the call."""

    office: str
    telephone: str
    mailbox: str


@dataclass(frozen=True)
class Extension:
    """延期: the published deadline was moved, and the notice that says so."""

    first: datetime  #: the deadline as it was published
    notice: str  #: 依据


@dataclass(frozen=True)
class Call:
    """征集."""

    id: str
    title: str
    authority: str
    published: datetime
    #: aware; the first instant that is too late (24:00 of the last day); rolled (顺延) and extended
    #: (延期) already
    deadline: datetime
    contact: Contact
    tracks: tuple[Track, ...]
    forms: tuple[Form, ...]
    units: tuple[Unit, ...]
    accept_digital_seal: bool = False
    words: Words = Words()
    timing: Timing = USUAL
    extension: Extension | None = None
    lists: tuple[NameList, ...] = ()  #: 名单

    def track(self, name: str) -> Track:
        """The track called ``name``. Raises KeyError when there is none."""
        return {track.name: track for track in self.tracks}[name]

    def form(self, identifier: str) -> Form:
        """The form with this id. Raises KeyError when there is none."""
        return {form.id: form for form in self.forms}[identifier]


@dataclass(frozen=True)
class SettingChange:
    """A setting that decides when something ends, before and after, as people read it."""

    name: str
    before: str
    after: str


def changed_settings(before: Call, after: Call) -> tuple[SettingChange, ...]:
    """What differs between two versions of a call in 截止 and 时限."""
    old, new = _settings(before), _settings(after)
    return tuple(
        SettingChange(name, old[name], text) for name, text in new.items() if old[name] != text
    )


def _settings(call: Call) -> dict[str, str]:
    timing = call.timing
    return {
        "截止": f"{call.deadline.astimezone(BEIJING):%Y-%m-%d %H:%M}",
        "顺延": "是" if timing.roll else "否",
        "补正期限": f"{timing.correction} 个工作日",
        "宽限": f"{timing.grace} 个工作日",
        "提醒": "、".join(f"前 {days} 个工作日" for days in timing.reminders) or "不提醒",
        "提醒未报": "是" if timing.remind_silent else "否",
    }


_ON_SCANS = (
    Field(SubjectField.BELONGS_TO, FieldType.ID),
    Field(SubjectField.SEALED, FieldType.YES_NO),
    Field(SubjectField.IS_SCAN, FieldType.YES_NO),
    Field(SubjectField.COMPARABLE, FieldType.YES_NO),
    Field(SubjectField.SAME_CONTENT, FieldType.YES_NO),
    Field(SubjectField.SAME_NUMBERS, FieldType.YES_NO),
    Field(SubjectField.ALL_PAGES, FieldType.YES_NO),
    Field(SubjectField.PAGES_IN_ORDER, FieldType.YES_NO),
    Field(SubjectField.SEAL_OWNER, FieldType.YES_NO),
    Field(SubjectField.DIGITAL_SEAL, FieldType.CHOICE, tuple(DigitalSeal)),
    Field(SubjectField.SEAL_COUNT, FieldType.INTEGER),
)


def kinds_of(call: Call) -> tuple[str, ...]:
    """What a scan's form can be: 申报书, 汇总表, and what the call calls its further forms."""
    further = (form.kind for form in call.forms if form.role is Role.OTHER)
    return tuple(dict.fromkeys((str(Role.APPLICATION), str(Role.SUMMARY), *further)))


def vocabulary_of(call: Call) -> dict[str, dict[str, Field]]:
    """The words that rules for this call may use, before what a rule file counts and computes.

    来件, 扫描件, 附件 and 台账 are the program's own; the fields of 申报书, 汇总表 and 汇总行 come from the forms.
    """
    of, yes_no = SubjectField, FieldType.YES_NO
    tracks = Field(of.TRACK, FieldType.CHOICE, tuple(track.name for track in call.tracks))
    identifier = Field(of.ID, FieldType.ID)
    name, unit = Field(APPLICANT_NAME, FieldType.TEXT), Field(call.words.unit_field, FieldType.TEXT)

    forms = Field(of.FORM, FieldType.CHOICE, kinds_of(call))

    def words(*fields: Field) -> dict[str, Field]:
        return {field.name: field for field in fields}

    words_of: dict[str, dict[str, Field]] = {
        SubjectKind.SUBMISSION: words(
            identifier,
            tracks,
            Field(of.RECEIVED, FieldType.INSTANT),
            Field(of.NATURE, FieldType.CHOICE, tuple(Nature)),
            Field(of.SENDER, FieldType.CHOICE, call.words.sender_kinds),
            Field(of.DOUBTFUL_TIME, yes_no),
            Field(of.UNREAD_PARTS, yes_no),
            Field(of.MISFIT, FieldType.CHOICE, (NO_MISFIT, Role.APPLICATION, Role.SUMMARY)),
            Field(of.MISFIT_TRACK, FieldType.CHOICE, tracks.options),
            Field(of.TOPIC, FieldType.TEXT),
        ),
        SubjectKind.APPLICATION: words(
            identifier,
            tracks,
            name,
            Field(of.EDITABLE, yes_no),
            unit,
            Field(of.ARRIVED, FieldType.DATE),
            Field(of.TITLE_YEAR, FieldType.INTEGER),
        ),
        SubjectKind.SCAN: words(identifier, tracks, name, _ON_SCANS[0], forms, *_ON_SCANS[1:]),
        SubjectKind.SUMMARY: words(identifier, tracks, Field(of.EDITABLE, yes_no)),
        SubjectKind.ROW: words(identifier, tracks, name),
        SubjectKind.PART: words(
            identifier,
            Field(of.NAME, FieldType.TEXT),
            Field(
                of.STATE,
                FieldType.CHOICE,
                tuple(PartState),
            ),
            Field(of.SORT, FieldType.CHOICE, tuple(PartSort)),
        ),
        SubjectKind.ACCEPTED: words(identifier, tracks, name, unit),
        SubjectKind.COUNTS: words(identifier),
    }
    own = words(identifier, tracks, name, _ON_SCANS[0], Field(of.EDITABLE, yes_no))
    for form in call.forms:
        if form.role is Role.OTHER:
            words_of.setdefault(form.kind, dict(own))
        for field in form.fields:
            words_of[form.kind].setdefault(field.name, field)
        for field in form.columns:
            words_of[SubjectKind.ROW].setdefault(field.name, field)
    return words_of


def _stands_in(key: str, wanted: str) -> bool:
    position = wanted.find(key)
    cut = key[0] in "一二三四五六七八九" and position > 0 and wanted[position - 1] == "十"
    return position >= 0 and not cut


@lru_cache(maxsize=8)
def _unit_keys(units: tuple[Unit, ...]) -> tuple[tuple[Unit, str], ...]:
    """Every name of every unit as names are compared; asked for with every line of every mail."""
    names = ((unit, (unit.name, unit.bureau, *unit.aliases)) for unit in units)
    return tuple((unit, normalise(name)) for unit, those in names for name in those)


def find_unit(call: Call, text: str) -> Unit | None:
    """The one submitting unit that ``text`` names (by name, bureau or alias); None when none or
    several do.

    The longest name found wins, so that 第十一师 is not taken for 第一师.
    """
    written = normalise(text)
    spellings = {written, numbers_in_words(written)}
    found: dict[str, int] = {}
    for unit, key in _unit_keys(call.units):
        if any(_stands_in(key, wanted) for wanted in spellings):
            found[unit.name] = max(found.get(unit.name, 0), len(key))
    best = max(found.values(), default=0)
    names = [name for name, length in found.items() if length == best]
    return next(unit for unit in call.units if unit.name == names[0]) if len(names) == 1 else None
