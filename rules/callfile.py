"""Reads ``call.yaml``: text in, a :class:`rules.call.Call` out, or every slip with its line, column
and hint.

Here is the shape of the file; whether what it says fits together is ``rules/callslips.py``, what
the values mean ``rules/call.py``. The file itself is opened by the shell.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Lookup
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, TypeVar

from rules.call import SEAL_LABELS, Call, Contact, Extension, Form, Quota, Role, Track, Unit, Words
from rules.callslips import slips_of
from rules.errors import Position, RuleFileError
from rules.hints import instant_meant, number_meant, yes_no_meant
from rules.namelists import MAX_NAMES, ListFile, NameList, parted
from rules.timetable import USUAL, CalendarUnknownError, Timing, rolled
from rules.vocabulary import BEIJING, Field, FieldType, parse_instant
from rules.yaml_text import Mapping, Sequence, Text, Tree, load_tree

_T = TypeVar("_T", Text, Sequence, Mapping)
_Any = TypeVar("_Any")
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
            raise RuleFileError(f"不认识“{key}”", key.position, _one_of(key, known), "C003")


_OTHER_TYPES = {
    "文字": "文本", "字符": "文本", "数字": "整数", "数值": "整数", "人数": "整数", "经费": "金额", "钱": "金额", "浮点": "小数", "单选": "选项",
    "下拉": "选项", "复选": "多选", "手机": "电话", "邮件": "邮箱", "比例": "百分比", "布尔": "是否",
}  # fmt: skip


def _one_of(word: str, known: Iterable[str]) -> str:
    """The hint for a word that is none of ``known``: what is usually meant by it, the nearest, or
    all there are.
    """
    words = [str(one) for one in known]
    near = [_OTHER_TYPES[word]] if _OTHER_TYPES.get(word) in words else []
    near = near or difflib.get_close_matches(word, words, 1, 0.5)
    return f"是不是“{near[0]}”?" if near else "可用: " + "、".join(words)


class _Reader:
    """One mapping of the file, read key by key with the place at hand for every complaint."""

    def __init__(self, tree: Tree | None, what: str, at: Position, allowed: Iterable[str]) -> None:
        self.mapping = _want(tree, Mapping, what, at)
        if allowed:
            _keys(self.mapping, allowed)
        self.at = self.mapping.position

    def written(self, key: str) -> Text:
        """The text under ``key``. Raises RuleFileError when there is none or it is empty."""
        found = _want(self.mapping.get(Text(key)), Text, key, self.at)
        if not found:
            raise RuleFileError(f"“{key}”后面没有写", found.position, f"写上{key}", "C001")
        return found

    def text(self, key: str, default: str | None = None) -> str:
        absent = Text(key) not in self.mapping
        return default if absent and default is not None else str(self.written(key))

    def place(self, key: str) -> Position:
        tree = self.mapping.get(Text(key))
        return tree.position if tree is not None else self.at

    def number(self, key: str) -> int:
        raw = self.written(key)
        if not (raw.isascii() and raw.isdecimal() and len(raw) <= 9):
            meant = number_meant(raw)
            hint = f"写成 {meant}" if meant else "例如 6"
            raise RuleFileError(f"“{key}”应是整数, 现在是“{raw}”", raw.position, hint, "C004")
        return int(raw)

    def instant(self, key: str) -> datetime:
        raw = self.written(key)
        seconds = parse_instant(raw)
        if seconds is None:
            meant = instant_meant(raw)
            hint = f"写成 {meant}" if meant else "例如 2024-08-31 24:00"
            raise RuleFileError(f"“{key}”要写到时分", raw.position, f"{hint} (含当日)", "C005")
        return datetime.fromtimestamp(seconds, BEIJING)

    def yes_no(self, key: str) -> bool:
        """否 when nothing is written."""
        if Text(key) not in self.mapping:
            return False
        raw = self.written(key)
        if raw not in ("是", "否"):
            meant = yes_no_meant(raw)
            hint = f"写成 {meant}" if meant else ""
            raise RuleFileError(f"“{key}”写 是 或 否, 现在是“{raw}”", raw.position, hint, "C007")
        return raw == "是"

    def texts(self, key: str) -> tuple[str, ...]:
        tree = self.mapping.get(Text(key), Sequence())
        items = [tree] if isinstance(tree, Text) else _want(tree, Sequence, key, self.at)
        return tuple(str(_item(item, key, self.at)) for item in items)

    def sequence(self, key: str, *, required: bool = True) -> Sequence:
        tree = self.mapping.get(Text(key))
        if tree is None and not required:
            return Sequence()
        found = _want(tree, Sequence, key, self.at)
        if not found and required:
            raise RuleFileError(f"“{key}”下面一项也没有", found.position, "每项前写“- ”", "C001")
        return found


def _item(tree: Tree, key: str, at: Position) -> Text:
    """One word of a list; a full-width comma in it has made one of two unless it stands in
    quotes.
    """
    word = _want(tree, Text, key, at)
    if not word:
        raise RuleFileError(f"“{key}”里有一项是空的", word.position, "写上或删去", "C001")
    if "，" in word and not word.quoted:
        line, column = word.position
        raise RuleFileError(
            f"“{key}”里有全角逗号“，”, 两项成了一项",
            Position(line, column + word.index("，")),
            "改成半角逗号加空格“, ”; 逗号本来就是文字的, 给整段文字加引号",
            "C008",
        )
    return word


@lru_cache(maxsize=8)
def load_call(identifier: str, source: str) -> Call:
    """Read ``call.yaml`` as far as its shape goes: also of files that were taken up long ago. What
    comes back is shared by all who ask for the same.

    Raises:
        RuleFileError: the first slip of its shape, with line, column and hint.
    """
    text, lists = parted(source)
    call, slips = _FileReader(lists).read(identifier, load_tree(text))
    if call is None:
        raise min(slips, key=lambda slip: slip.position)
    return call


def check_call(identifier: str, source: str) -> list[RuleFileError]:
    """Every slip, in the order of the file: those of its shape, else what does not fit together."""
    return [*_slips(identifier, source)]


@lru_cache(maxsize=8)
def _slips(identifier: str, source: str) -> tuple[RuleFileError, ...]:
    text, lists = parted(source)
    try:
        tree = load_tree(text)
    except RuleFileError as error:
        return (error.with_traceback(None),)
    call, slips = _FileReader(lists).read(identifier, tree)
    found = slips if call is None else slips_of(call, tree)
    ordered = sorted(found, key=lambda slip: slip.position)
    return tuple(slip.with_traceback(None) for slip in ordered)


def blank_places(source: str) -> tuple[Position, ...]:
    """Where each form of a readable ``call.yaml`` names its blank one, in the order of the file."""
    tree = load_tree(parted(source)[0])
    assert isinstance(tree, Mapping)
    forms = tree[Text("表单")]
    assert isinstance(forms, Sequence)
    return tuple(
        form.get(Text("空白表"), form).position for form in forms if isinstance(form, Mapping)
    )


class _FileReader:
    """Reads the file part by part; a slip in one part does not hide those in the others."""

    def __init__(self, from_files: Lookup[str, tuple[str, ...]]) -> None:
        self.slips: list[RuleFileError] = []
        self.from_files = from_files  #: names of the lists that stand in files

    def attempt(self, read: Callable[[], _Any]) -> _Any | None:
        """What ``read`` returns, or None with its slip kept."""
        try:
            return read()
        except RuleFileError as slip:
            self.slips.append(slip)
            return None

    def each(self, top: _Reader, key: str, read: Callable[[Tree, Position], _Any]) -> list[_Any]:
        """Every entry of a list that can be read."""
        trees = self.attempt(lambda: top.sequence(key)) or ()
        return [
            one for tree in trees if (one := self.attempt(partial(read, tree, top.at))) is not None
        ]

    def read(self, identifier: str, tree: Tree) -> tuple[Call | None, list[RuleFileError]]:
        """The call, and no slips; or None and all of them."""
        top = self.attempt(lambda: _Reader(tree, "call.yaml", Position(1, 1), ()))
        if top is None:
            return None, self.slips
        self.attempt(lambda: _keys(top.mapping, _CALL_KEYS))
        misspelt = bool(self.slips)
        known = _form_ids(top)
        timing = self.attempt(lambda: _timing(top))
        said: dict[str, Any] = {
            "title": self.attempt(lambda: top.text("标题")),
            "authority": self.attempt(lambda: top.text("发文单位")),
            "published": self.attempt(lambda: top.instant("发布")),
            "deadline": self.attempt(lambda: _deadline(top, timing or USUAL)),
            "extension": None,
            "contact": self.attempt(lambda: _contact(top)),
            "tracks": tuple(self.each(top, "类别", partial(_track, known=known))),
            "forms": tuple(self.each(top, "表单", _form)),
            "units": tuple(self.each(top, "报送单位", _unit)),
            "accept_digital_seal": self.attempt(lambda: top.yes_no("认可电子签章")),
            "words": self.attempt(lambda: _words(top)),
            "timing": timing,
            "lists": self._lists(top),
        }
        if Text("延期") in top.mapping:
            later = self.attempt(lambda: _extended(top, timing or USUAL))
            notice = later and Extension(said["deadline"], later[1])
            said |= {"deadline": later and later[0], "extension": notice}
        if misspelt:  # what seems to be missing is what is misspelt: one cause is told once
            self.slips = [slip for slip in self.slips if not slip.message.startswith("缺")]
        return (None if self.slips else Call(id=identifier, **said)), self.slips

    def _lists(self, top: _Reader) -> tuple[NameList, ...]:
        trees = self.attempt(lambda: _list_trees(top.mapping)) or Mapping()
        found = [
            self.attempt(partial(_name_list, name, tree, self.from_files))
            for name, tree in trees.items()
        ]
        return tuple(one for one in found if one is not None)


def list_files(source: str) -> tuple[ListFile, ...]:
    """The files that ``call.yaml`` names for its lists; none of those whose entry has a slip.

    Raises:
        RuleFileError: it is no readable YAML.
    """
    tree = load_tree(source)
    if not isinstance(tree, Mapping):
        return ()
    reader = _FileReader({})
    trees = reader.attempt(lambda: _list_trees(tree)) or Mapping()
    found = [
        reader.attempt(partial(_list_file, name, one))
        for name, one in trees.items()
        if isinstance(one, Mapping)
    ]
    return tuple(one for one in found if one is not None)


def _list_trees(top: Mapping) -> Mapping:
    return _want(top.get(Text("名单"), Mapping()), Mapping, "名单", top.position)


def _list_file(name: Text, tree: Tree) -> ListFile:
    reader = _Reader(tree, f"名单“{name}”", name.position, ("文件", "列"))
    file = reader.written("文件")
    if not re.fullmatch(r"[^/\\\s][^/\\]*\.(?:txt|csv|xlsx)", file):
        raise RuleFileError(
            f"名单的文件“{file}”不能用",
            file.position,
            "写征集文件夹里的文件名, .txt、.csv 或 .xlsx, 例如 名单.txt",
            "C114",
        )
    return ListFile(str(name), str(file), reader.text("列", ""), file.position)


def _name_list(name: Text, tree: Tree, from_files: Lookup[str, tuple[str, ...]]) -> NameList:
    """One 名单. Raises RuleFileError when it has no name of its own, or nobody is on it."""
    if not re.fullmatch(r"[^\s.{}、,，:：]{2,30}", name):
        raise RuleFileError(
            f"名单的名称“{name}”不能用", name.position, "二至三十字, 不含空格和标点", "C114"
        )
    if isinstance(tree, Mapping):
        names = from_files.get(_list_file(name, tree).list, ())
    else:
        listed = _want(tree, Sequence, f"名单“{name}”", name.position)
        names = tuple(str(_item(one, str(name), name.position)) for one in listed)
    if not names or len(names) > MAX_NAMES:
        message = f"名单“{name}”" + (f"超过 {MAX_NAMES} 个名称" if names else "里一个名称也没有")
        raise RuleFileError(message, tree.position, "列出名称, 或写 {文件: 名单.txt}", "C114")
    return NameList(str(name), names)


def _form_ids(top: _Reader) -> tuple[str, ...]:
    """The ids of all forms, also of those that cannot be read; none when one is without: one slip
    is told once.
    """
    forms = top.mapping.get(Text("表单"))
    trees = forms if isinstance(forms, Sequence) else ()
    ids = [tree.get(Text("编号")) for tree in trees if isinstance(tree, Mapping)]
    return tuple(str(one) for one in ids) if ids and all(ids) else ()


def _contact(top: _Reader) -> Contact:
    reader = _Reader(top.mapping.get(Text("联系")), "联系", top.at, ("办公室", "电话", "邮箱"))
    return Contact(reader.text("办公室"), reader.text("电话"), reader.text("邮箱"))


_CALL_KEYS = (
    "标题",
    "发文单位",
    "发布",
    "截止",
    "联系",
    "类别",
    "表单",
    "报送单位",
    "认可电子签章",
    "称谓",
    "时限",
    "延期",
    "名单",
)
_TIMING_KEYS = ("顺延", "补正期限", "宽限", "提醒", "提醒未报", "大件补发")
_MOST_WORKDAYS = 60
_WORD_KEYS = {
    "报送单位": "bureau", "直属单位": "direct", "申报单位": "applicant", "所属单位字段": "unit_field", "填报单位字段": "filler_field",
    "报送单位用词": "bureau_words", "申报单位用词": "applicant_words", "单位名称词尾": "name_endings", "可省前缀": "prefixes",
    "文件名套话": "noise", "名称简写": "short_endings", "通用名称": "plain_words",
}  # fmt: skip


def _timing(top: _Reader) -> Timing:
    """时限, as usual where the file says nothing."""
    tree = top.mapping.get(Text("时限"))
    if tree is None:
        return USUAL
    reader = _Reader(tree, "时限", top.at, _TIMING_KEYS)
    days = {_workdays(reader, "提醒", text) for text in reader.texts("提醒")}
    return Timing(
        roll=reader.yes_no("顺延"),
        correction=_workdays(reader, "补正期限", reader.text("补正期限", str(USUAL.correction))),
        grace=_workdays(reader, "宽限", reader.text("宽限", str(USUAL.grace))),
        reminders=tuple(sorted(days - {0}, reverse=True))
        if Text("提醒") in reader.mapping
        else USUAL.reminders,
        remind_silent=reader.yes_no("提醒未报"),
        resend=_workdays(reader, "大件补发", reader.text("大件补发", str(USUAL.resend))),
    )


def _workdays(reader: _Reader, key: str, text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 4 and int(text) <= _MOST_WORKDAYS:
        return int(text)
    meant = number_meant(text.removesuffix("个工作日").removesuffix("天"))
    raise RuleFileError(
        f"“{key}”应是 0 到 {_MOST_WORKDAYS} 个工作日, 现在是“{text}”",
        reader.place(key),
        f"写成 {meant}" if meant and int(meant) <= _MOST_WORKDAYS else "例如 3",
        "C004",
    )


def _deadline(reader: _Reader, timing: Timing) -> datetime:
    """截止, rolled when 时限 says so."""
    deadline = reader.instant("截止")
    if not timing.roll:
        return deadline
    try:
        return rolled(deadline)
    except CalendarUnknownError as error:
        raise RuleFileError(
            f"“顺延”算不出来: {error}",
            reader.place("截止"),
            "“截止”直接写顺延以后的日期, “顺延”写 否",
            "C005",
        ) from error


def _extended(top: _Reader, timing: Timing) -> tuple[datetime, str]:
    """延期: the later deadline, and the notice that moved it."""
    reader = _Reader(top.mapping[Text("延期")], "延期", top.at, ("截止", "依据"))
    return _deadline(reader, timing), reader.text("依据")


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


def _track(tree: Tree, at: Position, *, known: tuple[str, ...]) -> Track:
    reader = _Reader(tree, "类别", at, ("名称", "代码", "申报书", "汇总表", "名额"))
    name, code = reader.text("名称"), reader.text("代码")
    summary = reader.text("汇总表", "")
    for key in ("申报书", "汇总表") if summary else ("申报书",):
        if known and reader.text(key) not in known:
            raise RuleFileError(
                f"没有表单“{reader.text(key)}”",
                reader.place(key),
                "可用: " + "、".join(known),
                "C006",
            )
    quotas = tuple(_quota(item, reader.at) for item in reader.sequence("名额", required=False))
    return Track(name, code, reader.text("申报书"), summary, quotas)


def _quota(tree: Tree, at: Position) -> Quota:
    reader = _Reader(tree, "名额", at, ("名称", "数量", "不少于", "字段", "属于"))
    at_least = Text("不少于") in reader.mapping
    if at_least and Text("数量") in reader.mapping:
        raise RuleFileError(
            "“数量”和“不少于”只能写一个", reader.place("不少于"), "删去其中一个", "C009"
        )
    return Quota(
        reader.text("名称"),
        reader.number("不少于" if at_least else "数量"),
        at_least,
        reader.text("字段", ""),
        reader.texts("属于"),
    )


def _form(tree: Tree, at: Position) -> Form:
    reader = _Reader(
        tree,
        "表单",
        at,
        ("编号", "种类", "名称", "类别", "标题", "申报单位字段", "字段", "列", "空白表", "盖章处"),
    )
    kind = reader.text("种类")
    if kind not in set(Role):
        near = difflib.get_close_matches(kind, list(Role), 1, 0.5)
        hint = (
            f"是不是“{near[0]}”?"
            if near
            else f"申报书、汇总表以外的, 写 种类: 其他表, 名称: {kind}"
        )
        raise RuleFileError(f"不认识表单种类“{kind}”", reader.place("种类"), hint, "C006")
    if (kind == Role.OTHER) != (Text("名称") in reader.mapping):
        message = "“其他表”缺“名称”" if kind == Role.OTHER else f"{kind}不用写“名称”"
        hint = "写规则里怎样叫它, 例如 名称: 预算表" if kind == Role.OTHER else "删去“名称”"
        raise RuleFileError(message, reader.place("名称"), hint, "C001")
    form = Form(
        id=reader.text("编号"), role=Role(kind), track=reader.text("类别"), titles=reader.texts("标题"),
        applicant=reader.text("申报单位字段"), fields=tuple(_field(item, reader.at) for item in reader.sequence("字段")),
        columns=tuple(_field(item, reader.at) for item in reader.sequence("列", required=False)),
        blank=reader.text("空白表", ""), seal_labels=reader.texts("盖章处") or SEAL_LABELS,
        name=reader.text("名称") if kind == Role.OTHER else "",
    )  # fmt: skip
    if form.applicant not in {field.name for field in (*form.fields, *form.columns)}:
        raise RuleFileError(
            f"没有字段“{form.applicant}”",
            reader.place("申报单位字段"),
            _one_of(form.applicant, (field.name for field in (*form.fields, *form.columns))),
            "C006",
        )
    return form


def _field(tree: Tree, at: Position) -> Field:
    reader = _Reader(tree, "字段", at, ("名称", "类型", "标签", "选项"))
    kind = reader.text("类型", FieldType.TEXT)
    if kind not in set(FieldType):
        raise RuleFileError(
            f"不认识类型“{kind}”", reader.place("类型"), _one_of(kind, FieldType), "C006"
        )
    options = reader.texts("选项")
    if kind in (FieldType.CHOICE, FieldType.CHOICES) and not options:
        raise RuleFileError("选项类字段要写“选项”", reader.at, "", "C001")
    name = reader.text("名称")
    return Field(name, FieldType(kind), options, reader.texts("标签") or (name,))


def _unit(tree: Tree, at: Position) -> Unit:
    reader = _Reader(tree, "报送单位", at, ("名称", "部门", "简称", "邮箱", "直属", "电话"))
    name = reader.text("名称")
    return Unit(
        name,
        reader.text("部门", name),
        reader.texts("简称"),
        tuple(text.lower() for text in reader.texts("邮箱")),
        reader.yes_no("直属"),
        reader.text("电话", ""),
    )
