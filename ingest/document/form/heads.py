"""The heads of a summary table: over one row or two, one table or several side by side, and which
column is which field's.

Pure. Which rows below them are applicants is ``rows.py``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ingest.document.content import Cell, Table
from ingest.document.form.labels import NAME_LABELS, OTHER_LABELS, key_of
from ingest.document.form.persons import COLUMNS, NAMES_OTHER
from rules.vocabulary import Field, FieldType

_EVERYTHING = (0, 1_000_000)


@dataclass(frozen=True)
class Head:
    """The heads of columns, in the rows ``first`` to ``last``, and the field under each."""

    first: int
    last: int
    columns: Mapping[int, Field]
    beside: tuple[Field, ...] = ()  #: asked for in a column together with its field: 联系人及电话
    span: tuple[int, int] = _EVERYTHING  #: the columns of its table, of several side by side
    widths: Mapping[int, int] = field(default_factory=dict)  #: of heads over several columns

    #: columns that repeat the head of one of those, and are not read
    again: Mapping[int, Field] = field(default_factory=dict)

    def names(self, field: str) -> bool:
        """Whether one of the columns is this field's."""
        return any(each.name == field for each in self.columns.values())

    def covered(self, column: int) -> range:
        """The columns under the head that begins at this one."""
        return range(column, column + self.widths.get(column, 1))


@lru_cache(maxsize=64)
def heads_of(table: Table, columns: tuple[Field, ...]) -> tuple[Head, ...]:
    """Where ``table`` names at least half of ``columns`` (and two of them), in one row or two.

    Kept, for recognising a form, dividing a file and reading it ask the same of one table.
    """
    if not columns:
        return ()
    labels = {key_of(label): field for field in columns for label in field.labels}
    needed = max(2, (len(columns) + 1) // 2)
    found: list[Head] = []
    row = 0
    while row < table.row_count:
        head = _head_at(table, row, labels)
        if head is not None and len(head.columns) >= needed:
            found += (_as_above(each, found) for each in _beside(table, head, labels, needed))
            row = head.last + 1
        else:
            row += 1
    return tuple(found)


def _as_above(head: Head, above: Sequence[Head]) -> Head:
    """A head that says again what one above it says, in words of which some are not known
    (学校 for 学校名称): its columns are the same.
    """
    for each in above:
        if head.columns.items() < each.columns.items():
            return replace(each, first=head.first, last=head.last)
    return head


def in_heads(heads: Sequence[Head], row: int) -> bool:
    """Whether a row of the table belongs to its heads."""
    return any(head.first <= row <= head.last for head in heads)


_Labels = Mapping[str, Field]


def _head_at(table: Table, row: int, labels: _Labels) -> Head | None:
    head = _single_or_double(table, row, labels)
    if head is None:
        return None
    keys = (key_of(cell.text) for each in (head.first, head.last) for _, cell in _own(table, each))
    also = (field for key in keys for field in _joined(key, labels)[1:])
    taken = head.columns.values()
    beside = tuple(dict.fromkeys(each for each in also if each not in taken))
    again = dict(_again(table, head))
    return replace(head, beside=beside, widths=_widths(table, head), again=again)


def _again(table: Table, head: Head) -> Iterator[tuple[int, Field]]:
    """Columns under the very words of another column's head."""
    for row in {head.first, head.last}:
        for at, named in head.columns.items():
            own = table.at(row, at)
            key = key_of(own.text) if own is not None else ""
            if key in map(key_of, named.labels):
                for column, cell in _own(table, row):
                    if cell is not own and key_of(cell.text) == key:
                        yield column, named


def _widths(table: Table, head: Head) -> dict[int, int]:
    cells = {column: table.at(head.last, column) for column in head.columns}
    return {at: cell.width for at, cell in cells.items() if cell is not None and cell.width > 1}


def _beside(table: Table, head: Head, labels: _Labels, needed: int) -> Iterator[Head]:
    """The heads of tables that stand side by side, each with its columns; mostly just one."""
    if head.first != head.last:
        yield head
        return
    groups: list[dict[int, Field]] = [{}]
    for column, cell in _own(table, head.first):
        named = labels.get(key_of(cell.text))
        if named is not None and named in groups[-1].values():
            groups.append({})
        if named is not None:
            groups[-1][column] = named
    # one field twice is a second name in one table: the school's and its bureau's
    asked = [{each.name for each in group.values()} for group in groups]
    shared = set.intersection(*asked)
    if len(groups) < 2 or min(map(len, groups)) < needed or len(shared) < 2:
        yield head
        return
    begin = 0
    for group in groups:
        end = max(group) + 1 if group is not groups[-1] else _EVERYTHING[1]
        yield replace(head, columns=group, span=(begin, end), again={})
        begin = end


_JOINS = re.compile("[及和与/、()+&]+|以及")


def _joined(key: str, labels: _Labels) -> list[Field]:
    """The fields of a head that asks for several at once (联系人及电话); none of any other."""
    pieces = [piece for piece in _JOINS.split(key) if piece]
    named = [labels.get(piece) or _otherwise(piece, labels) for piece in pieces]
    found = [each for each in named if each is not None]
    return found if len(found) == len(pieces) > 1 else []


_BEFORE = re.compile("^(?:所在|申报|参评|(?:所属|推荐)(?!单位))(?=.{2})")
_BEHIND = re.compile("(?<=.{2})(?:姓名|名称|全称)$")


def _otherwise(key: str, labels: _Labels) -> Field | None:
    """The field of a head in other words than the form's; None where two could be meant."""
    shortened, usual = _other_words(key)
    for each in shortened:
        if each in labels:
            return labels[each]
    meant = {
        field.name: field
        for label, field in (labels.items() if usual else ())
        if field.type in usual
        and (field.type is not FieldType.CHOICE or re.fullmatch(usual[field.type], label))
    }
    return next(iter(meant.values())) if len(meant) == 1 else None


@lru_cache(maxsize=4096)
def _other_words(key: str) -> tuple[tuple[str, str], Mapping[FieldType, str]]:
    """A head without what may stand before or behind its label, and the types it usually asks for,
    each with its words.
    """
    usual = {type_: words for type_, words in COLUMNS.items() if re.fullmatch(words, key)}
    return (_BEFORE.sub("", key), _BEHIND.sub("", key)), usual


def _field_of(text: str, labels: _Labels) -> Field | None:
    """The field that a head names, the first of several."""
    key, whole = key_of(text), key_of(re.sub("[()（）]", "", text))
    named = labels.get(key) or labels.get(whole) or next(iter(_joined(key, labels)), None)
    return named or _otherwise(key, labels)


def _single_or_double(table: Table, row: int, labels: _Labels) -> Head | None:
    own = list(_own(table, row))
    single = _once([(column, _field_of(cell.text, labels), cell.text) for column, cell in own])
    if not _says_heads(table, row + 1, labels):
        return Head(row, row, single) if single else None
    lower = list(_own(table, row + 1))
    below = _once([(at, labels.get(key_of(cell.text)), cell.text) for at, cell in lower])
    double = _double(table, row, labels)
    most = max(len(single), len(below))
    if len(double) > most or (single and len(double) == most):
        return Head(row, row + 1, double)
    return Head(row, row, single) if single else None


_Columns = Sequence[tuple[int, Field | None, str]]
_CODES = frozenset({FieldType.TELEPHONE, FieldType.EMAIL})
_ASIDE = re.compile("[(（][^()（）]*[)）]|.*(?:意见|职务)\\s*$")
"""What names a person without asking for one: 职务（校长、主任）, 领导意见."""


def _without_others(columns: _Columns) -> Iterator[tuple[int, Field | None, str]]:
    """The columns but for what is asked of somebody else, where one of them names the contact."""
    contact = any(named and names_contact(named) for _, named, _ in columns)
    others = False
    for column, named, text in columns:
        if named is None and NAMES_OTHER.search(_ASIDE.sub("", text)):
            others = contact
        elif named is not None and named.type not in _CODES:
            others = False
        if not (others and named is not None):
            yield column, named, text


def _without_twins(columns: _Columns) -> Iterator[tuple[int, Field | None, str]]:
    """The columns but for telephones and addresses under one and the same head, as behind two
    persons: nobody knows whose is meant. Where all heads come twice, two tables stand side by side.
    """
    told = Counter(named.name for _, named, _ in columns if named and named.type not in _CODES)
    heads = Counter(key_of(text) for _, _, text in columns)
    beside = min(told.values(), default=2) > 1
    for column, named, text in columns:
        twin = named is not None and named.type in _CODES and heads[key_of(text)] > 1
        if beside or not twin:
            yield column, named, text


def names_contact(named: Field) -> bool:
    """Whether a field asks for a person by name."""
    return named.type is FieldType.TEXT and any(
        label.endswith(("人", "姓名")) for label in named.labels
    )


def _once(columns: _Columns) -> dict[int, Field]:
    """Each field in one column: under the label that the form names first for it."""
    best: dict[str, tuple[int, int, Field]] = {}
    for column, named, text in _without_twins(list(_without_others(columns))):
        if named is not None:
            keys = [key_of(label) for label in named.labels]
            rank = keys.index(key_of(text)) if key_of(text) in keys else len(keys)
            told = best.get(named.name)
            if told is None or rank < told[0]:
                best[named.name] = rank, column, named
    return {column: named for _, column, named in sorted(best.values(), key=lambda each: each[1])}


def _own(table: Table, row: int) -> Iterator[tuple[int, Cell]]:
    """The cells that begin in a row, by column, blank ones too."""
    for cell in table.rows.get(row, ()):
        yield cell.column, cell


def _says_heads(table: Table, row: int, labels: _Labels) -> bool:
    """Whether everything written in a row is a label."""
    keys = [key_of(cell.text) for _, cell in _own(table, row) if cell.text.strip()]
    return bool(keys) and all(key in labels or key in OTHER_LABELS for key in keys)


def _double(table: Table, row: int, labels: _Labels) -> dict[int, Field]:
    """The fields of heads over two rows: the lower one counts, under what it is grouped by."""
    found: list[tuple[int, Field | None, str]] = []
    group = ""
    for column in range(table.column_count):
        upper, lower = table.at(row, column), table.at(row + 1, column)
        over = key_of(upper.text) if upper is not None else ""
        group = over or group
        under = key_of(lower.text) if lower is not None and lower is not upper else ""
        found.append((column, *_grouped(group, over, under, labels)))
    return _once(found)


def _grouped(group: str, over: str, under: str, labels: _Labels) -> tuple[Field | None, str]:
    """The field of a column under a group of heads, and the label that named it."""
    if not under:
        return labels.get(over), over
    if under in NAME_LABELS and group in labels:
        return labels[group], group
    if group + under in labels:
        return labels[group + under], group + under
    if group not in labels and NAMES_OTHER.search(group):
        return None, ""
    return labels.get(under), under
