"""The applicants of a summary table, upright or lying sideways: which of the rows below its heads
are applicants.

Pure. A row is none that sums up, heads a group, repeats the heads, signs the table or holds nothing
of its own; struck and hidden rows are none either. What a cell means is ``cells.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ingest.document.content import STRUCK, Cell, Content, Table
from ingest.document.form.cells import read_cell
from ingest.document.form.doubted import SEVERAL, doubted, names_several, withdrawal
from ingest.document.form.folded import unfolded
from ingest.document.form.heads import Head, heads_of, names_contact
from ingest.document.form.labels import OTHER_LABELS, is_of_person, key_of
from ingest.document.form.prompts import is_blank, is_made_up
from ingest.document.form.together import completed
from rules.call import APPLICANT_NAME, Form
from rules.facts import Fact, Knowledge, Provenance
from rules.vocabulary import Field, FieldType, normalise

# --- rows -----------------------------------------------------------------------------------------


def extract_rows(
    content: Content,
    form: Form,
    part: str,
    confidence: float = 1.0,
) -> tuple[dict[str, Fact], ...]:
    """The applicants of a summary table in their order."""
    grids = list(_grids(content, form))
    named = any(head.names(form.applicant) for grid in grids for head in grid.heads)
    rows: list[dict[str, Fact]] = []
    before: set[tuple[tuple[str, object, str], ...]] = set()  #: what other tables said
    for grid in grids:
        first = len(rows)
        above: dict[tuple[int, int], tuple[int, dict[str, Fact]]] = {}  #: of each of several tables
        for head, row in grid.rows():
            is_other_form = named and not head.names(form.applicant)
            line = _Row(grid, head, row, form)
            if not is_other_form and line.is_applicant:
                facts = grid.facts(head, row, part=part, confidence=confidence)
                told = completed(form, (*head.columns.values(), *head.beside), facts)
                at, beside = above.get(head.span, (-1, {}))
                told = _as_above(told, beside if at == row - 1 else {}, form)
                above[head.span] = row, told
                told = doubted(told, form, line.doubt)
                if _values(told) not in before:  # a copy of the sheet
                    rows.append(told)
        before.update(map(_values, rows[first:]))
    return tuple(rows)


def struck_rows(content: Content, form: Form) -> tuple[str, ...]:
    """Where rows were struck out as a whole: nobody's, and said so, in Chinese."""
    grids = _grids(content, form)
    lines = (_Row(grid, head, row, form) for grid in grids for head, row in grid.rows())
    return tuple(f"{line.place}已全部划去(没有计入)" for line in lines if line.is_struck)


_DITTO = re.compile("[〃\"]|''|′′|同上|同前")
_TRUST = 0.9  #: of what a row takes from the one above


def _as_above(row: dict[str, Fact], above: dict[str, Fact], form: Form) -> dict[str, Fact]:
    """A row in which somebody wrote 〃 or 同上 for what the row right above says; never for its name."""
    return {
        name: _taken(fact, above[name])
        if name in above and _says_ditto(fact) and name not in (form.applicant, APPLICANT_NAME)
        else fact
        for name, fact in row.items()
    }


def _says_ditto(fact: Fact) -> bool:
    raw = fact.provenance.raw if fact.knowledge is not Knowledge.KNOWN else ""
    return _DITTO.fullmatch(normalise(raw)) is not None


def _taken(fact: Fact, above: Fact) -> Fact:
    if above.knowledge is not Knowledge.KNOWN or above.value is None:
        return fact
    own = fact.provenance
    trusted = own.model_copy(update={"confidence": own.confidence * _TRUST})
    return Fact.known(above.value, trusted)


def _grids(content: Content, form: Form) -> Iterator[_Grid]:
    """The tables with heads, and those without that go on with the one before."""
    before: _Grid | None = None
    for table in content.tables:
        grid = _grid(table, form) or (_continued(before, table, content) if before else None)
        if grid is not None:
            before = grid
            yield grid


_CONTINUED = re.compile(r"\(?(?:续表?|接上[表页])\)?.{0,6}")


def _continued(before: _Grid, table: Table, content: Content) -> _Grid | None:
    """A table of as many columns, behind a line that says so or whose numbers go on."""
    if before.turned or len(before.heads) != 1 or table.column_count != before.table.column_count:
        return None
    above = [normalise(line.text) for line in content.lines[before.table.after : table.after]]
    says_so = bool(above) and _CONTINUED.fullmatch(above[-1]) is not None
    head = replace(before.heads[0], first=-1, last=-1)
    grid = replace(before, table=unfolded(table), heads=[head])
    goes_on = 0 < before.numbers[-1] == grid.numbers[0] - 1
    return grid if says_so or (goes_on and not above) else None


def _values(row: dict[str, Fact]) -> tuple[tuple[str, object, str], ...]:
    """What a row says, wherever it stands."""
    return tuple((name, fact.value, fact.provenance.raw) for name, fact in row.items())


@dataclass(frozen=True)
class _Grid:
    """A table with its heads in rows, turned if it lies sideways."""

    table: Table
    heads: Sequence[Head]
    turned: bool
    form: Form

    def rows(self) -> Iterator[tuple[Head, int]]:
        """Every row below heads, with the heads it stands under."""
        # of the table before
        under = [head for head in self.heads if head.last < 0]
        for row in range(self.table.row_count):
            if self._begins_examples(row):
                return
            heads = [head for head in self.heads if head.first <= row <= head.last]
            under = heads or under
            if not heads:
                yield from ((head, row) for head in under)

    def _begins_examples(self, row: int) -> bool:
        """Whether a row says that what stands below it, under heads of its own, is an example."""
        cells = self.table.rows.get(row, ())
        written = [normalise(cell.text) for cell in cells if cell.text.strip()]
        if len(written) != 1 or not _EXAMPLES.fullmatch(written[0]):
            return False
        above = any(0 <= head.last < row for head in self.heads)
        return above and any(row < head.first <= row + 2 for head in self.heads)

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its rows; a nought where there are none."""
        rows = (_Row(self, head, row, self.form).number for head, row in self.rows())
        told = (re.sub(r"\D", "", number)[:6] for number in rows)
        return tuple(int(each) for each in told if each) or (0,)

    @cached_property
    def labels(self) -> frozenset[str]:
        """Keys of what is no name of anybody: the form's own labels, and those of other papers."""
        fields = (*self.form.columns, *self.form.fields)
        return OTHER_LABELS.union(key_of(label) for field in fields for label in field.labels)

    def facts(self, head: Head, row: int, *, part: str, confidence: float) -> dict[str, Fact]:
        """What a row says under its heads."""
        found = {}
        for column, field in head.columns.items():
            down, across = (column, row) if self.turned else (row, column)
            place = f"表{self.table.number} 第{down + 1}行 第{across + 1}列"
            at = Provenance(part=part, place=place, method="table", confidence=confidence)
            found[field.name] = read_cell(field, self._said(head, row, column, field), at)
        return found

    def _said(self, head: Head, row: int, column: int, field: Field) -> str:
        """What stands in a row under a head: in one cell, or in several that it covers, where each
        may be one option's.
        """
        cells = self.under(head, row, column)
        options = [self.table.at(head.last + 1, each.column) for each in cells]
        names = [each.text.strip() if each is not None else "" for each in options]
        if len(cells) > 1 and set(names) <= set(field.options):
            return " ".join(
                f"{cell.said or '□'}{name}" for cell, name in zip(cells, names, strict=True)
            )
        return " ".join(filter(None, (cell.said for cell in cells)))

    def under(self, head: Head, row: int, column: int) -> list[Cell]:
        """The cells of a row under a head."""
        cells = (self.table.at(row, each) for each in head.covered(column))
        return list({cell.column: cell for cell in cells if cell is not None}.values())

    @cached_property
    def is_numbered(self) -> bool:
        """Whether rows with a name have numbers."""
        rows = (_Row(self, head, row, self.form) for head, row in self.rows())
        return any(row.number and row.name is not None and row.name.text.strip() for row in rows)

    @cached_property
    def endings(self) -> frozenset[str]:
        """The last characters of the names in rows that hold more than a name."""
        rows = (_Row(self, head, row, self.form) for head, row in self.rows())
        named = (normalise(row.name.text) for row in rows if row.name is not None and row.filled)
        return frozenset(name[-1] for name in named if name)


def _grid(table: Table, form: Form) -> _Grid | None:
    table = unfolded(table)
    heads = heads_of(table, form.columns)
    if heads:
        return _Grid(table, heads, turned=False, form=form)
    turned = table.turned()
    heads = heads_of(turned, form.columns)
    return _Grid(turned, heads, turned=True, form=form) if heads else None


_EXAMPLES = re.compile(r"\(?(?:填写|填报|填表)?(?:示例|样例|范例|样表)\)?:?")
_COUNT = r"\([^()]{0,4}\d+[^()]{0,4}\)"
_TOTAL = re.compile(
    r"(?:本页|全[市师县区省]|[市师]{1,2}|本单位|各类)?(?:合计|总计|小计|共计|累计|总数|汇总|平均|占比)"
    r"|共\d+[所个家名](?:$|\W)|(?:填写|填报|填表)?(?:示例|样例|范例|例如?)(?:$|[::])|其中(?:$|[::,、]|.{0,12}\d)"
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
_DAY = re.compile(r"\d{4}[年.\-/]\d{1,2}[月.\-/]\d{1,2}[日号]?")
_ASIDE = re.compile(rf"\d{{1,3}}[所个家名人校份]?|{_DAY.pattern}")
_NUMERIC = frozenset({FieldType.INTEGER, FieldType.DATE, FieldType.MONEY, FieldType.DECIMAL})
_SCALES = ("甲乙丙丁戊己庚辛壬癸", "abcdefghijklmnop", "一二三四五六七八九十")
_ASKED = re.compile(
    r"请?(?:填写?|输入|选择|写明?)[\u3400-\u9fff]{0,12}|(?:[\u3400-\u9fff]{2}|的){0,4}(?:全称|名称)(?:[,，]?[与和]公章一致)?"
)
"""Below the heads, what is to be written there."""


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
        asks = not (self.number or self._is_whole()) and _ASKED.fullmatch(told) is not None
        if asks or is_made_up(told) or self._only_counts_or_dates():
            return False
        return bool(self.filled) or not self._is_heading(told)

    @property
    def place(self) -> str:
        """Where it stands, in Chinese."""
        across = "列" if self.grid.turned else "行"
        return f"表{self.grid.table.number} 第{self.row + 1}{across}"

    @property
    def is_struck(self) -> bool:
        """Whether its name was struck out, and all that stands beside it."""
        struck = self.name is not None and STRUCK in self.name.said
        return struck and not self.is_applicant

    @property
    def doubt(self) -> str:
        """Why nobody can say that the row counts as the one applicant it names; "" when it does."""
        if told := withdrawal(cell.text for cell in self._cells):
            return told
        name = self.name
        others = [cell.text.strip() for cell in self.filled]
        lines = max((len(text.split("\n")) for text in others), default=1)
        several = name is not None and names_several(name.text, self.grid.endings, lines)
        return SEVERAL if several or self._has_a_twin() else ""

    def _has_a_twin(self) -> bool:
        """Whether another name stands in the row under the same head."""
        again = [at for at, field in self.head.again.items() if self._is_name(field)]
        cells = [self.grid.table.at(self.row, at) for at in again]
        own = normalise(self.name.text) if self.name is not None else ""
        return any(
            cell and not is_blank(cell.text) and normalise(cell.text) != own for cell in cells
        )

    def _only_counts_or_dates(self) -> bool:
        """Whether a row without a number says nothing beside a name but a count (学校数, 2所) or a
        day (who signs, and when), where neither is asked for.
        """
        columns = self.head.columns.values()
        asked = any(field.type in _NUMERIC for field in columns)
        told = [normalise(cell.text) for cell in self.filled]
        aside = all(map(_ASIDE.fullmatch, told))
        return bool(told) and aside and not asked and not self.number

    def _is_heading(self, told: str) -> bool:
        """Whether a name with nothing beside it heads a group or is a remark."""
        if _GROUP.fullmatch(told):
            return True
        if self.number:
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
    def number(self) -> str:
        """The row's number, in a column that is no field's."""
        others = (cell for cell in self._cells if cell.column not in self.head.columns)
        return next((cell.text for cell in others if _NUMBER.fullmatch(cell.text)), "")

    def _sums_up(self, written: list[str]) -> bool:
        """Whether it is a total, an example, a note or who signs."""
        first = normalise(self._cells[0].text) if self._cells else ""
        heads = [first, written[0], *([normalise(self.name.text)] if self.name is not None else [])]
        return (
            any(_TOTAL.match(text) or _NOTE.match(text) for text in heads)
            or any(key_of(text) in self.grid.labels for text in heads)
            or any(re.fullmatch(r"合计|总计|小计|共计", text) for text in written)
            or all(map(_HINT.fullmatch, written))
            or self._asks_for_something_else()
        )

    def _asks_for_something_else(self) -> bool:
        """Whether a row without a number holds a label in another's column: who fills in the table
        tells there how to reach him. A whole row may say 负责人 of its contact, or in a remark.
        """
        if self.number:
            return False
        told = ((cell.column, key_of(cell.text)) for cell in self._cells)
        asked = [at for at, key in told if key in self.grid.labels and not self._is_own(key, at)]
        return bool(asked) and not (all(map(self._may_say_who, asked)) and self._is_whole())

    def _may_say_who(self, column: int) -> bool:
        """Whether a column is no field's, or a person's."""
        field = self.head.columns.get(column)
        return field is None or names_contact(field)

    def _is_whole(self) -> bool:
        """Whether each column holds what it asks for, a code or an option among them; 负责人 stands
        for a person.
        """
        read = self.grid.facts(self.head, self.row, part="", confidence=1.0).values()
        shaped = any(field.type is not FieldType.TEXT for field in self.head.columns.values())
        return shaped and all(
            fact.knowledge is Knowledge.KNOWN or is_of_person(key_of(fact.provenance.raw))
            for fact in read
        )

    def _is_own(self, key: str, column: int) -> bool:
        """Whether a label is one of the column's own field."""
        field = self.head.columns.get(column)
        return field is not None and key in map(key_of, field.labels)

    def _lacks_only_its_name(self, name: Cell) -> bool:
        """Whether a row without a name holds enough of its own to be somebody's: more than a 师市."""
        filled = len(self.filled)
        if STRUCK in name.said:
            return filled > 0
        told = [normalise(cell.text) for cell in self.filled]
        goes_on = not self.number and self.grid.is_numbered and 2 * filled <= len(self.head.columns)
        return filled > 1 and not goes_on and not any(map(_DAY.fullmatch, told))

    @property
    def _cells(self) -> list[Cell]:
        begin, end = self.head.span
        row = self.grid.table.rows.get(self.row, ())
        return [cell for cell in row if begin <= cell.column < end]

    @property
    def _texts(self) -> list[str]:
        return ["" if is_blank(cell.text) else normalise(cell.text) for cell in self._cells]

    @property
    def name(self) -> Cell | None:
        """The cell of the applicant's name, if there is such a column."""
        at = (column for column, field in self.head.columns.items() if self._is_name(field))
        column = next(at, None)
        if column is None:
            return None
        cells = self.grid.under(self.head, self.row, column)
        return next((cell for cell in cells if cell.text.strip()), next(iter(cells), None))

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
        return all(key_of(text) in self.grid.labels for text in written)

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
