"""Does a call's configuration fit a blank form? Which labels are known,
and what to write for the others.

Pure: content and form in, a proposal out. A proposal is a draft for a person;
nothing is judged by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from ingest.document.content import Cell, Content, Table
from ingest.document.form.prompts import is_blank
from rules.call import Form
from rules.labels import label_key
from rules.vocabulary import Field, FieldType, normalise

SIMILAR = 70.0
"""Likeness (0 to 100) from which an unknown label is taken for another wording of a known field."""
_MAX_LABEL = 30
_BOX = re.compile(r"[☐□○◻◯☑☒√]")
_LINE_LABEL = re.compile(
    r"([\u3400-\u9fffA-Za-z/（）()]{2,24})[:：][ \t_＿\u3000]*(?=$|\n|[ \t_＿\u3000]{2})",
)
_NO_LABEL = re.compile(r"[。;；!！?？]|^(?:注|备注|说明|填表说明)[:：]?|签字|盖章处|^\d+$|年月日")
_TYPES: tuple[tuple[str, FieldType], ...] = (
    ("信用代码", FieldType.CREDIT_CODE),
    (r"邮箱|邮件|e-?mail", FieldType.EMAIL),
    (r"电话|手机|传真|联系方式", FieldType.TELEPHONE),
    (r"率$|比例|百分比|占比", FieldType.PERCENT),
    (r"日期|时间$|年月", FieldType.DATE),
    (r"人数|数量|个数|台数|班级数|师生数|数$", FieldType.INTEGER),
    (r"^是否|有无", FieldType.YES_NO),
    (r"情况|思路|措施|简介|基础|概况|经验|计划|规划|目标|意见|成效|条件|介绍", FieldType.LONG_TEXT),
)


@dataclass(frozen=True)
class Label:
    """Something in a blank form beside or under which a value is to be written."""

    text: str
    place: str
    boxes: tuple[str, ...] = ()  #: options that stand there to be ticked
    column: bool = False  #: the head of a column


@dataclass(frozen=True)
class Proposal:
    """What to write into call.yaml for a label nobody knows."""

    label: Label
    field: Field  #: a known field with one more label, or a new one
    known: bool
    likeness: float = 0.0

    @property
    def yaml(self) -> str:
        """One line for 字段 or 列."""
        kind = "" if self.field.type is FieldType.TEXT else f", 类型: {self.field.type}"
        options = f", 选项: [{', '.join(self.field.options)}]" if self.field.options else ""
        return (
            f"- {{名称: {self.field.name}{kind}{options}, 标签: [{', '.join(self.field.labels)}]}}"
        )


@dataclass(frozen=True)
class Fit:
    """How well a form's fields fit a blank form."""

    found: dict[str, str]  #: field -> where its label stands
    missing: tuple[str, ...]  #: fields whose label is not in the form
    proposals: tuple[Proposal, ...]


def fit_blank(content: Content, form: Form) -> Fit:
    """Hold the labels of a blank form against the fields of ``form``."""
    fields = (*form.fields, *form.columns)
    labels = [(field, label) for field in fields for label in field.labels]
    by_key = {(field in form.columns, label_key(label)): field for field, label in labels}
    any_key = {label_key(label): field for field, label in labels}
    found: dict[str, str] = {}
    unknown: list[Label] = []
    for label in labels_of(content):
        key = label_key(label.text)
        field = by_key.get((label.column, key)) or any_key.get(key)
        if field is None:
            unknown.append(label)
        else:
            found.setdefault(field.name, label.place)
    missing = [field for field in fields if field.name not in found]
    return Fit(found, tuple(field.name for field in missing), tuple(_propose(unknown, missing)))


def _propose(unknown: list[Label], missing: list[Field]) -> Iterator[Proposal]:
    """Each missing field is offered once, to the label most like it."""
    numbered = list(enumerate(unknown))
    pairs = sorted(
        ((_likeness(label, field), at, field) for at, label in numbered for field in missing),
        key=lambda pair: -pair[0],
    )
    taken: dict[int, tuple[Field, float]] = {}
    given: set[str] = set()
    for likeness, number, field in pairs:
        if likeness >= SIMILAR and number not in taken and field.name not in given:
            taken[number] = field, likeness
            given.add(field.name)
    for number, label in enumerate(unknown):
        if number in taken:
            field, likeness = taken[number]
            more = Field(field.name, field.type, field.options, (*field.labels, _plain(label.text)))
            yield Proposal(label, more, known=True, likeness=likeness)
        else:
            yield Proposal(label, _new_field(label), known=False)


def _likeness(label: Label, field: Field) -> float:
    key = label_key(label.text)
    return max(
        fuzz.WRatio(key, label_key(name)) if len(key) > 2 else fuzz.ratio(key, label_key(name))
        for name in (field.name, *field.labels)
    )


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text).strip("：:*")


def _new_field(label: Label) -> Field:
    name = label_key(label.text)
    if label.boxes:
        answers = {normalise(option) for option in label.boxes}
        kind = FieldType.YES_NO if answers <= {"是", "否", "有", "无"} else FieldType.CHOICE
        kind = FieldType.CHOICES if "多选" in label.text else kind
        return Field(
            name,
            kind,
            () if kind is FieldType.YES_NO else label.boxes,
            (_plain(label.text),),
        )
    kind = next(
        (each for pattern, each in _TYPES if re.search(pattern, name, re.IGNORECASE)),
        FieldType.TEXT,
    )
    return Field(name, kind, (), (_plain(label.text),))


def labels_of(content: Content) -> list[Label]:
    """What looks like a label: short text beside,
    above or before an empty place or boxes to tick.
    """
    found: dict[tuple[bool, str], Label] = {}
    for table in content.tables:
        for cell in table.cells:
            label = _in_table(table, cell)
            if label is not None:
                found.setdefault((label.column, label_key(label.text)), label)
    for line in content.lines:
        for match in _LINE_LABEL.finditer(line.text):
            found.setdefault((False, label_key(match[1])), Label(match[1], line.place))
    return list(found.values())


def _may_be_label(text: str) -> bool:
    if not text or len(text) > _MAX_LABEL or is_blank(text):
        return False
    return not _BOX.search(text) and not _NO_LABEL.search(normalise(text))


def _in_table(table: Table, cell: Cell) -> Label | None:
    text = cell.text.strip()
    if not _may_be_label(text):
        return None
    right, below = table.right_of(cell), table.below(cell)
    if right is not None and _is_place(right):
        return Label(text, table.place(cell), _options(right.text))
    if below is not None and _is_place(below) and (right is None or not _is_place(right)):
        return Label(text, table.place(cell), _options(below.text), column=True)
    return None


def _is_place(cell: Cell) -> bool:
    return is_blank(cell.text) or bool(_BOX.search(cell.text))


def _options(text: str) -> tuple[str, ...]:
    """``☐小学  ☐初中`` -> 小学, 初中; boxes behind their options too."""
    if not _BOX.search(text):
        return ()
    pieces = (re.sub(r"[\s_＿：:]+", "", piece) for piece in _BOX.split(text))
    return tuple(dict.fromkeys(piece for piece in pieces if piece))
