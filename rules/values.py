"""What rules see of a fact: a number, or a range of numbers, and a key for equality. Facts in,
cells out.

The interpreter and the engine's encoder both read cells, so a value is typed in exactly one place.
A value that is not of its field's type becomes unknown: uncertain is never "no".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rules.facts import Fact, Knowledge, Value
from rules.language import PERPETUAL, Compare, Probe, Question
from rules.subjects import Subject, SubjectField, SubjectKind
from rules.vocabulary import Field, FieldType, Vocabulary, normalise

ITEM_COUNT = "项数"  #: 核心维度 (多选) -> 核心维度项数 (整数)
WORD_COUNT = "字数"  #: 建设方案 (长文本) -> 建设方案字数 (整数)
COUNT_OF = {FieldType.CHOICES: ITEM_COUNT, FieldType.LONG_TEXT: WORD_COUNT}
"""What is counted in a field of a type, and what the field that holds it is called by."""
SHOWN_UNKNOWN = "「未能识别」"
SHOWN_BLANK = "「未填写」"


@dataclass(frozen=True)
class Cell:
    """A value as rules compare it: ``low`` = ``high`` when it is known, the widest range when it is
    not.
    """

    knowledge: Knowledge
    low: int = -PERPETUAL
    high: int = PERPETUAL
    key: str = ""  #: normalised; equal keys are equal values
    items: tuple[str, ...] = ()  #: of a tick list, normalised

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.knowledge is Knowledge.KNOWN


UNKNOWN = Cell(Knowledge.UNKNOWN)
BLANK = Cell(Knowledge.BLANK)


@dataclass(frozen=True)
class Actor:
    """A subject with its cells."""

    index: int  #: place in the world, unique even if the shell gave two subjects one id
    subject: Subject
    cells: Mapping[str, Cell]

    def cell(self, field: str) -> Cell:
        """The cell of ``field``; unknown when nobody has looked."""
        return self.cells.get(field, UNKNOWN)


World = tuple[Actor, ...]
"""Everything one case lets rules speak about."""


def with_item_counts(vocabulary: Vocabulary) -> dict[str, dict[str, Field]]:
    """``vocabulary`` with a field ``<名称>项数`` (how many are ticked) beside every tick list, and
    ``<名称>字数`` beside every long text.
    """
    widened: dict[str, dict[str, Field]] = {}
    for kind, fields in vocabulary.items():
        counts = [
            Field(
                name + COUNT_OF[f.type],
                FieldType.INTEGER,
            )
            for name, f in fields.items()
            if f.type in COUNT_OF
        ]
        widened[kind] = {
            **fields,
            **{count.name: count for count in counts if count.name not in fields},
        }
    return widened


def actors_of(vocabulary: Vocabulary, subjects: tuple[Subject, ...]) -> World:
    """The subjects as rules see them; a subject of a kind the vocabulary does not know is
    left out.
    """
    kinds = vocabulary.keys() - {SubjectKind.COUNTS}
    known = [subject for subject in subjects if subject.kind in kinds]
    return tuple(
        _actor(
            index,
            subject,
            vocabulary[subject.kind],
        )
        for index, subject in enumerate(known)
    )


def counts_actor(index: int, cells: Mapping[str, Cell]) -> Actor:
    """The one subject of 统计; a count whose members are partly uncertain is a range."""
    facts = {name: Fact.known(cell.low) for name, cell in cells.items() if cell.known}
    facts |= {name: Fact.blank() for name, cell in cells.items() if cell == BLANK}
    return Actor(
        index,
        Subject(kind=SubjectKind.COUNTS, id=SubjectKind.COUNTS, fields=facts),
        cells,
    )


def range_cell(low: int, high: int) -> Cell:
    """A number that is known, or known to lie between two."""
    return Cell(Knowledge.KNOWN if low == high else Knowledge.UNKNOWN, low, high, str(low))


def _actor(index: int, subject: Subject, fields: Mapping[str, Field]) -> Actor:
    identified = {**subject.fields, SubjectField.ID: Fact.known(subject.id)}
    facts = {**identified, **_counts(identified, fields)}
    cells = {name: cell_of(fields[name], fact) for name, fact in facts.items() if name in fields}
    return Actor(index, subject.model_copy(update={"fields": facts}), cells)


def _counts(facts: Mapping[str, Fact], fields: Mapping[str, Field]) -> dict[str, Fact]:
    """The 项数 and 字数 facts; blank stays blank and unknown unknown."""
    found: dict[str, Fact] = {}
    for name, fact in facts.items():
        if name in fields and (suffix := COUNT_OF.get(fields[name].type)) is not None:
            known = fact.knowledge is Knowledge.KNOWN
            count = _count(fact.value, fields[name].type) if known else None
            found[name + suffix] = fact.model_copy(update={"value": count})
    return found


_RUN = re.compile(r"[A-Za-z0-9]{2,}")


def _count(value: Value | None, kind: FieldType) -> int | None:
    """Ticks of a list; characters of a text without white space, where a word or number of Latin
    letters and digits counts as one, as word processors count.
    """
    if kind is FieldType.CHOICES:
        return len(value) if isinstance(value, tuple) else None
    if not isinstance(value, str):
        return None
    return len("".join(value.split())) - sum(len(run) - 1 for run in _RUN.findall(value))


def cell_of(field: Field, fact: Fact) -> Cell:
    """``fact`` as a cell; unknown when the value is not of the field's type."""
    if fact.knowledge is not Knowledge.KNOWN or fact.value is None:
        return BLANK if fact.knowledge is Knowledge.BLANK else UNKNOWN
    if field.type is FieldType.CHOICES:
        return _tick_cell(fact.value)
    number = number_of(field, fact.value)
    text = fact.same_as or fact.value
    key = text_key(field, text) if isinstance(text, str) else str(number)
    if number is not None:
        return Cell(Knowledge.KNOWN, number, number, key)
    if field.type in _NUMERIC or not isinstance(fact.value, str):
        return UNKNOWN
    return Cell(Knowledge.KNOWN, key=key) if key else BLANK


_NUMERIC = (
    FieldType.PERCENT,
    FieldType.DECIMAL,
    FieldType.MONEY,
    FieldType.INTEGER,
    FieldType.INSTANT,
    FieldType.DATE,
    FieldType.YES_NO,
    FieldType.CHOICE,
)


def _tick_cell(value: Value) -> Cell:
    if not isinstance(value, tuple):
        return UNKNOWN
    items = tuple(normalise(item) for item in value)
    return Cell(Knowledge.KNOWN, key="、".join(sorted(items)), items=items)


def text_key(field: Field, value: str) -> str:
    """Equal keys are equal values: telephone numbers by their digits, other texts once
    normalised.
    """
    return re.sub(r"\D", "", value) if field.type is FieldType.TELEPHONE else normalise(value)


def number_of(field: Field, value: Value) -> int | None:
    """The number that stands for ``value`` in comparisons, or None when its type has none.

    Percent in parts per million, decimals in millionths, money in 分, instants in epoch seconds, dates as day numbers, yes/no as 1 and
    0, options by their place in the list (one past its end for a value that is not in the list:
    known, and none of them).
    """
    match field.type:
        case FieldType.YES_NO:
            return int(value) if isinstance(value, bool) else None
        case FieldType.CHOICE:
            if not isinstance(value, str):
                return None
            return field.options.index(value) if value in field.options else len(field.options)
        case FieldType.DATE:
            return _day_number(value)
        case (
            FieldType.PERCENT
            | FieldType.INTEGER
            | FieldType.DECIMAL
            | FieldType.MONEY
            | FieldType.INSTANT
        ):
            sound = (
                isinstance(
                    value,
                    int,
                )
                and not isinstance(value, bool)
                and abs(value) < PERPETUAL
            )
            return int(value) if sound and isinstance(value, int) else None
        case _:
            return None


def _day_number(value: Value) -> int | None:
    try:
        return date.fromisoformat(value).toordinal() if isinstance(value, str) else None
    except ValueError:
        return None


def leaf_cell(node: Compare | Probe, actor: Actor) -> Cell:
    """What ``node`` compares: a field, the difference of two, or the answer to its question."""
    if isinstance(node, Probe):
        return probe_cell(node, actor.cell(node.field))
    if not node.less:
        return actor.cell(node.field)
    return _difference(actor.cell(node.field), actor.cell(node.less))


def _difference(first: Cell, second: Cell) -> Cell:
    """Blank where all that is missing was left empty, unknown where something was not read; a range
    less a range is a range.
    """
    missing = [cell for cell in (first, second) if not cell.known and cell.low == -PERPETUAL]
    if missing:
        return BLANK if all(cell.knowledge is Knowledge.BLANK for cell in missing) else UNKNOWN
    low, high = first.low - second.high, first.high - second.low
    if max(abs(low), abs(high)) >= PERPETUAL:
        return UNKNOWN
    known = first.known and second.known
    return Cell(Knowledge.KNOWN if known else Knowledge.UNKNOWN, low, high, str(low))


def probe_cell(probe: Probe, cell: Cell) -> Cell:
    """The answer to a yes-or-no question about ``cell``: 1, 0, or not known."""
    if probe.question is Question.FILLED:
        answer = None if cell.knowledge is Knowledge.UNKNOWN else cell.known and cell.key != ""
    elif probe.question is Question.READ:
        answer = cell.knowledge is not Knowledge.UNKNOWN
    elif not cell.known:
        return cell
    elif probe.question is Question.TICKED:
        answer = probe.argument in cell.items
    elif probe.question is Question.LISTED:
        answer = cell.key in probe.names
    else:
        within = probe.question is Question.CONTAINS
        answer = probe.argument in cell.key if within else probe.argument == cell.key
    return UNKNOWN if answer is None else _ANSWERS[answer]


_ANSWERS = (Cell(Knowledge.KNOWN, 0, 0, "0"), Cell(Knowledge.KNOWN, 1, 1, "1"))
