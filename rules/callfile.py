"""Reads ``call.yaml``: text in, a :class:`rules.call.Call` out, or the first slip with its line,
column and hint.

What the values mean is ``rules/call.py``; the file itself is opened by the shell.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from rules.call import SEAL_LABELS, Call, Contact, Form, Quota, Role, Track, Unit, Words
from rules.errors import Position, RuleFileError
from rules.vocabulary import BEIJING, Field, FieldType, parse_instant
from rules.yaml_text import Mapping, Sequence, Text, Tree, load_tree

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
                f"不认识“{key}”",
                key.position,
                f"是不是“{near[0]}”?" if near else "可用: " + "、".join(known),
                "C003",
            )


class _Reader:
    """One mapping of the file, read key by key with the place at hand for every complaint."""

    def __init__(self, tree: Tree | None, what: str, at: Position, allowed: Iterable[str]) -> None:
        self.mapping = _want(tree, Mapping, what, at)
        _keys(self.mapping, allowed)
        self.at = self.mapping.position

    def text(self, key: str, default: str | None = None) -> str:
        tree = self.mapping.get(Text(key))
        return (
            default
            if tree is None and default is not None
            else str(
                _want(tree, Text, key, self.at),
            )
        )

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
            raise RuleFileError(
                f"“{key}”要写到时分", self.place(key), "例如 2024-08-31 24:00 (含当日)", "C005"
            )
        return datetime.fromtimestamp(seconds, BEIJING)

    def texts(self, key: str) -> tuple[str, ...]:
        tree = self.mapping.get(Text(key))
        if isinstance(tree, Text):
            return (str(tree),)
        return (
            ()
            if tree is None
            else tuple(
                str(_want(item, Text, key, self.at))
                for item in _want(
                    tree,
                    Sequence,
                    key,
                    self.at,
                )
            )
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
            raise RuleFileError(
                f"表单“{form.id}”的类别“{form.track}”不在“类别”里", tree.position, "", "C006"
            )
    return call


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
)
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
                f"没有表单“{reader.text(key)}”",
                reader.place(key),
                "可用: " + "、".join(sorted(known)),
                "C006",
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
        tree,
        "表单",
        at,
        ("编号", "种类", "类别", "标题", "申报单位字段", "字段", "列", "空白表", "盖章处"),
    )
    kind = reader.text("种类")
    if kind not in set(Role):
        raise RuleFileError(
            f"不认识表单种类“{kind}”", reader.place("种类"), "可用: 申报书、汇总表", "C006"
        )
    form = Form(
        id=reader.text("编号"), role=Role(kind), track=reader.text("类别"), titles=reader.texts("标题"),
        applicant=reader.text("申报单位字段"), fields=tuple(_field(item, reader.at) for item in reader.sequence("字段")),
        columns=tuple(_field(item, reader.at) for item in reader.sequence("列", required=False)),
        blank=reader.text("空白表", ""), seal_labels=reader.texts("盖章处") or SEAL_LABELS,
    )  # fmt: skip
    if form.applicant not in {field.name for field in (*form.fields, *form.columns)}:
        raise RuleFileError(
            f"没有字段“{form.applicant}”",
            reader.place("申报单位字段"),
            "写成下面“字段”或“列”里的一个名称",
            "C006",
        )
    return form


def _field(tree: Tree, at: Position) -> Field:
    reader = _Reader(tree, "字段", at, ("名称", "类型", "标签", "选项"))
    kind = reader.text("类型", FieldType.TEXT)
    if kind not in set(FieldType):
        raise RuleFileError(
            f"不认识类型“{kind}”", reader.place("类型"), "可用: " + "、".join(FieldType), "C006"
        )
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
