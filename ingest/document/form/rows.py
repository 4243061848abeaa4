"""The applicants of a summary table: its heads, over one row or two, upright or lying sideways, and
which of the rows below are applicants.

Pure. A row is none that sums up, heads a group, repeats the heads, signs the table or holds nothing
of its own; struck and hidden rows are none either. What a cell means is ``cells.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ingest.document.content import STRUCK, Cell, Content, Table
from ingest.document.form.cells import read_cell
from ingest.document.form.labels import NAME_LABELS, OTHER_LABELS, key_of
from ingest.document.form.prompts import is_blank, is_made_up
from ingest.document.form.together import completed
from rules.call import Form
from rules.facts import Fact, Provenance
from rules.vocabulary import Field, FieldType, normalise


@dataclass(frozen=True)
class Head:
    """The heads of columns, in the rows ``first`` to ``last``, and the field under each."""

    first: int
    last: int
    columns: Mapping[int, Field]
    beside: tuple[Field, ...] = ()  #: asked for in a column together with its field: 联系人及电话

    def names(self, field: str) -> bool:
        """Whether one of the columns is this field's."""
        return any(each.name == field for each in self.columns.values())


def heads_of(table: Table, columns: tuple[Field, ...]) -> list[Head]:
    """Where ``table`` names at least half of ``columns`` (and two of them), in one row or two."""
    if not columns:
        return []
    labels = {key_of(label): field for field in columns for label in field.labels}
    needed = max(2, (len(columns) + 1) // 2)
    found: list[Head] = []
    row = 0
    while row < table.row_count:
        head = _head_at(table, row, labels)
        if head is not None and len(head.columns) >= needed:
            found.append(head)
            row = head.last + 1
        else:
            row += 1
    return found


def in_heads(heads: list[Head], row: int) -> bool:
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
    return replace(head, beside=tuple(dict.fromkeys(each for each in also if each not in taken)))


_JOINS = re.compile("[及和与/、()+&]+|以及")


def _joined(key: str, labels: _Labels) -> list[Field]:
    """The fields of a head that asks for several at once (联系人及电话); none of any other."""
    pieces = [piece for piece in _JOINS.split(key) if piece]
    found = [labels[piece] for piece in pieces if piece in labels]
    return found if len(found) == len(pieces) > 1 else []


def _field_of(text: str, labels: _Labels) -> Field | None:
    """The field that a head names, the first of several."""
    key = key_of(text)
    return labels.get(key) or next(iter(_joined(key, labels)), None)


def _single_or_double(table: Table, row: int, labels: _Labels) -> Head | None:
    single = _once({column: _field_of(cell.text, labels) for column, cell in _own(table, row)})
    if not _says_heads(table, row + 1, labels):
        return Head(row, row, single) if single else None
    below = _once({at: labels.get(key_of(cell.text)) for at, cell in _own(table, row + 1)})
    double = _double(table, row, labels)
    if single and len(double) >= max(len(single), len(below)):
        return Head(row, row + 1, double)
    if len(double) > max(len(single), len(below)):
        return Head(row, row + 1, double)
    return Head(row, row, single) if single else None


def _once(columns: Mapping[int, Field | None]) -> dict[int, Field]:
    """Each field under its first head only."""
    found: dict[int, Field] = {}
    for column, field in columns.items():
        if field is not None and field not in found.values():
            found[column] = field
    return found


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
    found: dict[int, Field | None] = {}
    group = ""
    for column in range(table.column_count):
        upper, lower = table.at(row, column), table.at(row + 1, column)
        over = key_of(upper.text) if upper is not None else ""
        group = over or group
        under = key_of(lower.text) if lower is not None and lower is not upper else ""
        if not under:
            found[column] = labels.get(over)
        elif under in NAME_LABELS and group in labels:
            found[column] = labels[group]
        else:
            found[column] = labels.get(group + under) or labels.get(under)
    return _once(found)


# --- rows -----------------------------------------------------------------------------------------


def extract_rows(
    content: Content,
    form: Form,
    part: str,
    confidence: float = 1.0,
) -> tuple[dict[str, Fact], ...]:
    """The applicants of a summary table in their order."""
    grids = [grid for table in content.tables if (grid := _grid(table, form)) is not None]
    named = any(head.names(form.applicant) for grid in grids for head in grid.heads)
    rows: list[dict[str, Fact]] = []
    for grid in grids:
        for head, row in grid.rows():
            is_other_form = named and not head.names(form.applicant)
            if not is_other_form and _Row(grid, head, row, form).is_applicant:
                facts = grid.facts(head, row, part=part, confidence=confidence)
                rows.append(completed(form, (*head.columns.values(), *head.beside), facts))
    return tuple(rows)


@dataclass(frozen=True)
class _Grid:
    """A table with its heads in rows, turned if it lies sideways."""

    table: Table
    heads: list[Head]
    turned: bool
    form: Form

    def rows(self) -> Iterator[tuple[Head, int]]:
        """Every row below heads, with the heads it stands under."""
        under: Head | None = None
        for row in range(self.table.row_count):
            head = next((head for head in self.heads if head.first <= row <= head.last), None)
            if head is not None:
                under = head
            elif under is not None:
                yield under, row

    def facts(self, head: Head, row: int, *, part: str, confidence: float) -> dict[str, Fact]:
        """What a row says under its heads."""
        return {
            field.name: read_cell(field, *self.said(row, at, part=part, confidence=confidence))
            for at, field in head.columns.items()
        }

    def said(
        self,
        row: int,
        column: int,
        *,
        part: str,
        confidence: float,
    ) -> tuple[str, Provenance]:
        """What stands in a row's cell, and where that is."""
        cell = self.table.at(row, column)
        down, across = (column, row) if self.turned else (row, column)
        place = f"表{self.table.number} 第{down + 1}行 第{across + 1}列"
        at = Provenance(part=part, place=place, method="table", confidence=confidence)
        return (cell.said if cell is not None else ""), at

    @cached_property
    def endings(self) -> frozenset[str]:
        """The last characters of the names in rows that hold more than a name."""
        rows = (_Row(self, head, row, self.form) for head, row in self.rows())
        named = (normalise(row.name.text) for row in rows if row.name is not None and row.filled)
        return frozenset(name[-1] for name in named if name)


def _grid(table: Table, form: Form) -> _Grid | None:
    heads = heads_of(table, form.columns)
    if heads:
        return _Grid(table, heads, turned=False, form=form)
    turned = table.turned()
    heads = heads_of(turned, form.columns)
    return _Grid(turned, heads, turned=True, form=form) if heads else None


_COUNT = r"\([^()]{0,4}\d+[^()]{0,4}\)"
_TOTAL = re.compile(
    r"(?:本页|全[市师县区省]|[市师]{1,2}|本单位|各类)?(?:合计|总计|小计|共计|累计|总数|汇总|平均|占比)"
    r"|共\d+[所个家名](?:$|\W)|(?:示例|样例|范例|例如?)(?:$|[::])|其中(?:$|[::,、]|.{0,12}\d)"
    r"|(?:以下|此页|本页)(?:空白|为空|无正文|无内容)|[-—…·]*(?:以下)?(?:空白|无)[-—…·]*$"
)
_GROUP = re.compile(rf"\(?[一二三四五六七八九十]{{1,3}}[)、.:].*|.*{_COUNT}")
_KINDS = "普通|城区|城镇|农村|直属|公办|民办|义务|基础|特殊|阶段|类|组|部分|等|[、和及与/]"
"""What stands in the heading of a group of rows beside words of a column's options."""
_NOTE = re.compile(
    r"(?:注|备注|说明|附注|填表说明|填报说明|联系人|联系电话|电话|[\u3400-\u9fff]{0,4}(?:领导|人|员|单位|部门|日期|时间|意见|签字|签章|盖章))"
    r"(?:\([^()]*\))?[::]"
)
_SIGNED = re.compile(r".*\((?:盖章|公章|签章|签字|签名)\):?")
_HINT = re.compile(r"\([^()]+\)")
_NUMBER = re.compile(r"\W*\d+\W*")
_ASIDE = re.compile(r"\d{1,3}[所个家名人校份]?|\d{4}[年.\-/]\d{1,2}[月.\-/]\d{1,2}[日号]?")
_NUMERIC = frozenset({FieldType.INTEGER, FieldType.DATE, FieldType.MONEY, FieldType.DECIMAL})
_SCALES = ("甲乙丙丁戊己庚辛壬癸", "abcdefghijklmnop")


@dataclass(frozen=True)
class _Row:
    """One row below heads, asked whether it is an applicant."""

    grid: _Grid
    head: Head
    row: int
    form: Form

    @property
    def is_applicant(self) -> bool:
        """Whether somebody who applies stands in it."""
        written = [text for text in self._texts if text]
        if not written or self._sums_up(written) or self._repeats_heads(written):
            return False
        name = self.name
        if name is None:
            return bool(self.filled)
        if name.row < self.row or self._is_wide(name) or self._counts(written):
            return False
        told = normalise(name.text)
        if is_blank(told):
            return self._lacks_only_its_name(name) and not any(map(_SIGNED.fullmatch, written))
        if is_made_up(told) or self._only_counts_or_dates():
            return False
        return bool(self.filled) or not self._is_heading(told)

    def _only_counts_or_dates(self) -> bool:
        """Whether a row without a number says nothing beside a name but a count (学校数, 2所) or a
        day (who signs, and when), where neither is asked for.
        """
        columns = self.head.columns.values()
        asked = any(field.type in _NUMERIC for field in columns)
        told = [normalise(cell.text) for cell in self.filled]
        aside = all(map(_ASIDE.fullmatch, told))
        return bool(told) and aside and not asked and not self._number

    def _is_heading(self, told: str) -> bool:
        """Whether a name with nothing beside it heads a group or is a remark."""
        if _GROUP.fullmatch(told):
            return True
        if self._number:
            return False
        return self._names_a_kind(told) or self._is_no_such_name(told)

    def _is_no_such_name(self, told: str) -> bool:
        """Whether it ends otherwise than the names of all who wrote more."""
        endings = self.grid.endings
        return bool(endings) and told[-1] not in endings

    def _names_a_kind(self, told: str) -> bool:
        """Whether it is made of nothing but words of a column's options: 中小学."""
        options = "".join(normalise(each) for field in self.form.columns for each in field.options)
        letters = f"[{re.escape(options)}]|" if options else ""
        return re.fullmatch(f"(?:{letters}{_KINDS})+", told) is not None

    @property
    def _number(self) -> str:
        """The row's number, in a column that is no field's."""
        others = (cell for cell in self._cells if cell.column not in self.head.columns)
        return next((cell.text for cell in others if _NUMBER.fullmatch(cell.text)), "")

    def _sums_up(self, written: list[str]) -> bool:
        """Whether it is a total, an example, a note or who signs."""
        heads = [written[0], *([normalise(self.name.text)] if self.name is not None else [])]
        return (
            any(_TOTAL.match(text) or _NOTE.match(text) for text in heads)
            or any(re.fullmatch(r"合计|总计|小计|共计", text) for text in written)
            or all(map(_HINT.fullmatch, written))
        )

    def _lacks_only_its_name(self, name: Cell) -> bool:
        """Whether a row without a name holds enough of its own to be somebody's: more than a 师市."""
        filled = len(self.filled)
        return filled > 1 or (STRUCK in name.said and filled > 0)

    @property
    def _cells(self) -> list[Cell]:
        return list(self.grid.table.rows.get(self.row, ()))

    @property
    def _texts(self) -> list[str]:
        return ["" if is_blank(cell.text) else normalise(cell.text) for cell in self._cells]

    @property
    def name(self) -> Cell | None:
        """The cell of the applicant's name, if there is such a column."""
        at = (column for column, field in self.head.columns.items() if self._is_name(field))
        column = next(at, None)
        return None if column is None else self.grid.table.at(self.row, column)

    def _is_name(self, field: Field) -> bool:
        return field.name == self.form.applicant

    @property
    def filled(self) -> list[Cell]:
        """The cells of other columns that begin in this row and hold something."""
        columns = (at for at, field in self.head.columns.items() if not self._is_name(field))
        cells = {at: self.grid.table.at(self.row, at) for at in columns}
        return [
            cell
            for at, cell in cells.items()
            if cell is not None
            and cell.row == self.row
            and cell is not self.name
            and not (is_blank(cell.text) or self._is_open(at, cell))
        ]

    def _is_open(self, column: int, cell: Cell) -> bool:
        """Whether a cell is a list to tick that nobody ticked."""
        field = self.head.columns[column]
        if field.type not in (FieldType.CHOICE, FieldType.CHOICES, FieldType.YES_NO):
            return False
        return re.search("[☐□○]", cell.text) is not None and not re.search("[☑√■●✔✓]", cell.text)

    def _is_wide(self, name: Cell) -> bool:
        """Whether the name's cell covers other columns too: it heads a group, or is a note."""
        covered = range(name.column, name.column + name.width)
        return sum(column in self.head.columns for column in covered) > 1

    def _repeats_heads(self, written: list[str]) -> bool:
        """Whether all that is written are labels."""
        labels = {key_of(label) for field in self.form.columns for label in field.labels}
        return all(key_of(text) in labels or key_of(text) in OTHER_LABELS for text in written)

    def _counts(self, written: list[str]) -> bool:
        """Whether the row only numbers the columns: 1, 2, 3 or 甲, 乙, 丙."""
        bare = [
            re.sub(r"\D", "", text) if re.fullmatch(r"\W*\d+\W*", text) else text
            for text in written
        ]
        numbers = [
            str(int(bare[0]) + step) if bare[0].isdecimal() else "" for step in range(len(bare))
        ]
        scales = (list(each[: len(bare)]) for each in _SCALES)
        return len(bare) > 2 and (bare == numbers or bare in scales)
