"""A call (征集): what ``call.yaml`` says, as values, and the vocabulary that follows from it. Text in, values out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from rules.errors import Position, RuleFileError
from rules.vocabulary import BEIJING, Field, FieldType, Vocabulary, normalise, parse_instant
from rules.yaml_text import Mapping, Sequence, Text, Tree, load_tree


class Role(StrEnum):
    """What a form is for."""

    APPLICATION = "申报书"
    SUMMARY = "汇总表"


class Rendition(StrEnum):
    """版式: how a form arrives."""

    EDITABLE = "editable"  #: 可编辑 Word
    STAMPED_SCAN = "stamped_scan"  #: 打印盖章扫描 PDF (or whatever PDF or picture was sent in its place)


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
    summary: str  #: id of the form each case must send
    quotas: tuple[Quota, ...] = ()


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
    seal_labels: tuple[str, ...] = ("盖章", "公章")


@dataclass(frozen=True)
class Unit:
    """报送单位: who may submit; a place with its office, or an applicant that submits for itself."""

    name: str  #: of the place
    bureau: str  #: of its office (部门); for one that submits for itself its own name
    aliases: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()  #: known sender addresses or @domains
    direct: bool = False  #: 直属: submits for itself


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
    applicant_words: tuple[str, ...] = ()  #: endings by which an applicant's name is known in a signature
    name_endings: tuple[str, ...] = ()  #: endings by which an organisation's name is known in a file name
    prefixes: tuple[str, ...] = ()  #: what may be left out before a name
    noise: tuple[str, ...] = ()  #: what stands in file names and is no part of an organisation's name

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
class Call:
    """征集."""

    id: str
    title: str
    authority: str
    published: datetime
    deadline: datetime  #: aware; the first instant that is too late (24:00 of the last day)
    contact: Contact
    tracks: tuple[Track, ...]
    forms: tuple[Form, ...]
    units: tuple[Unit, ...]
    accept_digital_seal: bool = False
    words: Words = Words()

    def track(self, name: str) -> Track:
        """The track called ``name``. Raises KeyError when there is none."""
        return {track.name: track for track in self.tracks}[name]

    def form(self, identifier: str) -> Form:
        """The form with this id. Raises KeyError when there is none."""
        return {form.id: form for form in self.forms}[identifier]


PART_STATES = ("已识别", "无关", "打不开", "有密码", "空文件", "云附件", "未识别", "超出限制", "OFD文件")


def vocabulary_of(call: Call, statistics: Iterable[str] = ()) -> dict[str, dict[str, Field]]:
    """The words that rules for this call may use; ``statistics`` are the names a rule file counts under.

    来件, 扫描件, 附件 and 台账 are the program's own; the fields of 申报书, 汇总表 and 汇总行 come from the forms.
    """
    tracks = Field("类别", FieldType.CHOICE, tuple(track.name for track in call.tracks))
    identifier = Field("编号", FieldType.ID)
    name, unit = Field(APPLICANT_NAME, FieldType.TEXT), Field(call.words.unit_field, FieldType.TEXT)

    def words(*fields: Field) -> dict[str, Field]:
        return {field.name: field for field in fields}

    words_of: dict[str, dict[str, Field]] = {
        "来件": words(
            identifier, tracks, Field("收到时间", FieldType.INSTANT), Field("性质", FieldType.CHOICE, ("首次", "补正")),
            Field("发件方", FieldType.CHOICE, call.words.sender_kinds), Field("时间可疑", FieldType.YES_NO), Field("有未读附件", FieldType.YES_NO),
        ),
        "申报书": words(identifier, tracks, name, Field("可编辑", FieldType.YES_NO), unit),
        "扫描件": words(
            identifier, tracks, name, Field("对应", FieldType.ID), Field("表单", FieldType.CHOICE, tuple(Role)),
            Field("盖章", FieldType.YES_NO), Field("是扫描", FieldType.YES_NO), Field("可比对", FieldType.YES_NO),
            Field("内容一致", FieldType.YES_NO), Field("数字一致", FieldType.YES_NO),
            Field("页面完整", FieldType.YES_NO), Field("页序正常", FieldType.YES_NO), Field("印章单位一致", FieldType.YES_NO),
            Field("电子签章", FieldType.CHOICE, tuple(DigitalSeal)),
        ),
        "汇总表": words(identifier, tracks, Field("可编辑", FieldType.YES_NO)),
        "汇总行": words(identifier, tracks, name),
        "附件": words(identifier, Field("名称", FieldType.TEXT), Field("状态", FieldType.CHOICE, PART_STATES)),
        "台账": words(identifier, tracks, name, unit),
        "统计": words(identifier, *(Field(text, FieldType.INTEGER) for text in statistics)),
    }  # fmt: skip
    for form in call.forms:
        for field in form.fields:
            words_of[form.role].setdefault(field.name, field)
        for field in form.columns:
            words_of["汇总行"].setdefault(field.name, field)
    return words_of


def find_unit(call: Call, text: str) -> Unit | None:
    """The one submitting unit that ``text`` names (by name, bureau or alias); None when none or several do.

    The longest name found wins, so that 第十一师 is not taken for 第一师.
    """
    wanted = normalise(text)
    found: dict[str, int] = {}
    for unit in call.units:
        for name in (unit.name, unit.bureau, *unit.aliases):
            key = normalise(name)
            position = wanted.find(key)
            if position >= 0 and not (key[0] in "一二三四五六七八九" and position and wanted[position - 1] == "十"):
                found[unit.name] = max(found.get(unit.name, 0), len(key))
    best = max(found.values(), default=0)
    names = [name for name, length in found.items() if length == best]
    return next(unit for unit in call.units if unit.name == names[0]) if len(names) == 1 else None


# --- reading call.yaml ------------------------------------------------------------------------------------------

_T = TypeVar("_T", Text, Sequence, Mapping)
_KIND_NAMES = {Text: "一个值", Sequence: "一个列表", Mapping: "若干“键: 值”"}


def _want(tree: Tree | None, kind: type[_T], what: str, at: Position) -> _T:
    if tree is None:
        raise RuleFileError(f"缺“{what}”", at, "", "C001")
    if not isinstance(tree, kind):
        raise RuleFileError(f"“{what}”应是{_KIND_NAMES[kind]}", tree.position, "", "C002")
    return tree


def _keys(mapping: Mapping, allowed: Iterable[str]) -> None:
    known = list(allowed)
    for key in mapping:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1, 0.5)
            raise RuleFileError(
                f"不认识“{key}”", key.position, f"是不是“{near[0]}”?" if near else "可用: " + "、".join(known), "C003"
            )


class _Reader:
    """One mapping of the file, read key by key with the place at hand for every complaint."""

    def __init__(self, tree: Tree | None, what: str, at: Position, allowed: Iterable[str]) -> None:
        self.mapping = _want(tree, Mapping, what, at)
        _keys(self.mapping, allowed)
        self.at = self.mapping.position

    def text(self, key: str, default: str | None = None) -> str:
        tree = self.mapping.get(Text(key))
        return default if tree is None and default is not None else str(_want(tree, Text, key, self.at))

    def place(self, key: str) -> Position:
        tree = self.mapping.get(Text(key))
        return tree.position if tree is not None else self.at

    def number(self, key: str, default: str | None = None) -> int:
        raw = self.text(key, default)
        if not raw.isdecimal():
            raise RuleFileError(f"“{key}”应是整数, 现在是“{raw}”", self.place(key), "", "C004")
        return int(raw)

    def instant(self, key: str) -> datetime:
        seconds = parse_instant(self.text(key))
        if seconds is None:
            raise RuleFileError(f"“{key}”要写到时分", self.place(key), "例如 2024-08-31 24:00 (含当日)", "C005")
        return datetime.fromtimestamp(seconds, BEIJING)

    def texts(self, key: str) -> tuple[str, ...]:
        tree = self.mapping.get(Text(key))
        if isinstance(tree, Text):
            return (str(tree),)
        return (
            ()
            if tree is None
            else tuple(str(_want(item, Text, key, self.at)) for item in _want(tree, Sequence, key, self.at))
        )

    def sequence(self, key: str, *, required: bool = True) -> Sequence:
        tree = self.mapping.get(Text(key))
        if tree is None and not required:
            return Sequence()
        return _want(tree, Sequence, key, self.at)


def load_call(identifier: str, source: str) -> Call:
    """Read ``call.yaml``.

    Raises:
        RuleFileError: with line, column and hint.
    """
    top = _Reader(load_tree(source), "call.yaml", Position(1, 1), _CALL_KEYS)
    contact = _Reader(top.mapping.get(Text("联系")), "联系", top.at, ("办公室", "电话", "邮箱"))
    forms = tuple(_form(tree, top.at) for tree in top.sequence("表单"))
    call = Call(
        id=identifier, title=top.text("标题"), authority=top.text("发文单位"), published=top.instant("发布"), deadline=top.instant("截止"),
        contact=Contact(contact.text("办公室"), contact.text("电话"), contact.text("邮箱")),
        tracks=tuple(_track(tree, top.at, forms) for tree in top.sequence("类别")), forms=forms,
        units=tuple(_unit(tree, top.at) for tree in top.sequence("报送单位")),
        accept_digital_seal=top.text("认可电子签章", "否") == "是", words=_words(top),
    )  # fmt: skip
    for form, tree in zip(call.forms, top.sequence("表单"), strict=True):
        if form.track not in {track.name for track in call.tracks}:
            raise RuleFileError(f"表单“{form.id}”的类别“{form.track}”不在“类别”里", tree.position, "", "C006")
    return call


_CALL_KEYS = ("标题", "发文单位", "发布", "截止", "联系", "类别", "表单", "报送单位", "认可电子签章", "称谓")
_WORD_KEYS = {
    "报送单位": "bureau", "直属单位": "direct", "申报单位": "applicant", "所属单位字段": "unit_field", "填报单位字段": "filler_field",
    "报送单位用词": "bureau_words", "申报单位用词": "applicant_words", "单位名称词尾": "name_endings", "可省前缀": "prefixes",
    "文件名套话": "noise",
}  # fmt: skip


def _words(top: _Reader) -> Words:
    """称谓, with the neutral words where the file says nothing."""
    tree = top.mapping.get(Text("称谓"))
    if tree is None:
        return Words()
    reader, plain = _Reader(tree, "称谓", top.at, _WORD_KEYS), Words()
    said: dict[str, Any] = {}
    for key, name in _WORD_KEYS.items():
        default = getattr(plain, name)
        said[name] = reader.texts(key) if isinstance(default, tuple) else reader.text(key, default)
    return Words(**said)


def _track(tree: Tree, at: Position, forms: tuple[Form, ...]) -> Track:
    reader = _Reader(tree, "类别", at, ("名称", "代码", "申报书", "汇总表", "名额"))
    known = {form.id for form in forms}
    for key in ("申报书", "汇总表"):
        if reader.text(key) not in known:
            raise RuleFileError(
                f"没有表单“{reader.text(key)}”", reader.place(key), "可用: " + "、".join(sorted(known)), "C006"
            )
    quotas = tuple(_quota(item, reader.at) for item in reader.sequence("名额", required=False))
    return Track(
        reader.text("名称"),
        reader.text("代码"),
        reader.text("申报书"),
        reader.text("汇总表"),
        quotas,
    )


def _quota(tree: Tree, at: Position) -> Quota:
    reader = _Reader(tree, "名额", at, ("名称", "数量", "不少于", "字段", "属于"))
    at_least = Text("不少于") in reader.mapping
    return Quota(
        reader.text("名称"),
        reader.number("不少于" if at_least else "数量"),
        at_least,
        reader.text("字段", ""),
        reader.texts("属于"),
    )


def _form(tree: Tree, at: Position) -> Form:
    reader = _Reader(
        tree, "表单", at, ("编号", "种类", "类别", "标题", "申报单位字段", "字段", "列", "空白表", "盖章处")
    )
    kind = reader.text("种类")
    if kind not in set(Role):
        raise RuleFileError(f"不认识表单种类“{kind}”", reader.place("种类"), "可用: 申报书、汇总表", "C006")
    form = Form(
        id=reader.text("编号"), role=Role(kind), track=reader.text("类别"), titles=reader.texts("标题"),
        applicant=reader.text("申报单位字段"), fields=tuple(_field(item, reader.at) for item in reader.sequence("字段")),
        columns=tuple(_field(item, reader.at) for item in reader.sequence("列", required=False)),
        blank=reader.text("空白表", ""), seal_labels=reader.texts("盖章处") or ("盖章", "公章"),
    )  # fmt: skip
    if form.applicant not in {field.name for field in (*form.fields, *form.columns)}:
        raise RuleFileError(
            f"没有字段“{form.applicant}”", reader.place("申报单位字段"), "写成下面“字段”或“列”里的一个名称", "C006"
        )
    return form


def _field(tree: Tree, at: Position) -> Field:
    reader = _Reader(tree, "字段", at, ("名称", "类型", "标签", "选项"))
    kind = reader.text("类型", FieldType.TEXT)
    if kind not in set(FieldType):
        raise RuleFileError(f"不认识类型“{kind}”", reader.place("类型"), "可用: " + "、".join(FieldType), "C006")
    options = reader.texts("选项")
    if kind in (FieldType.CHOICE, FieldType.CHOICES) and not options:
        raise RuleFileError("选项类字段要写“选项”", reader.at, "", "C001")
    name = reader.text("名称")
    return Field(name, FieldType(kind), options, reader.texts("标签") or (name,))


def _unit(tree: Tree, at: Position) -> Unit:
    reader = _Reader(tree, "报送单位", at, ("名称", "部门", "简称", "邮箱", "直属"))
    name = reader.text("名称")
    return Unit(
        name,
        reader.text("部门", name),
        reader.texts("简称"),
        tuple(text.lower() for text in reader.texts("邮箱")),
        reader.text("直属", "否") == "是",
    )


__all__ = [
    "Call",
    "Contact",
    "DigitalSeal",
    "Form",
    "Quota",
    "Rendition",
    "Role",
    "Track",
    "Unit",
    "Vocabulary",
    "Words",
    "find_unit",
    "load_call",
    "vocabulary_of",
]
