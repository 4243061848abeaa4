"""The values of a form's fields, found by their labels in tables and lines of text.

Not found is unknown, found and empty is blank, found and unreadable is unknown with the raw text.
Which form it is comes from ``forms.py``; what a cell's text means from ``cells.py``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple, TypeAlias

from ingest.document.content import Cell, Content, Line, Table
from ingest.document.form.cells import is_blank, read_cell
from rules.call import APPLICANT_NAME, Form
from rules.facts import Fact, Knowledge, Provenance
from rules.labels import COLONS, LABEL_ITEM, label_key
from rules.vocabulary import TEXTUAL, Field, FieldType, normalise

_MAX_LABEL = 40  #: characters; longer cells are values
_MAX_LINE = 4_000
_EDGES = " \t\n\u3000_＿;；,，、|｜"  #: around a value in running text
_MAX_SECTION = 300  #: lines under one heading

_OVER_LINES = frozenset(
    {FieldType.LONG_TEXT, FieldType.CHOICE, FieldType.CHOICES, FieldType.YES_NO},
)
"""Types whose values may go over several lines: texts and lists to tick."""

_SHARED = TEXTUAL - {FieldType.TEXT, FieldType.LONG_TEXT, FieldType.ID}
"""Telephone and the like: what stands there is one by its shape."""

_OTHER_LABELS = frozenset({
    "职务", "职称", "职务/职称", "职务职称", "性别", "年龄", "出生年月", "民族", "学历", "学位", "专业", "政治面貌", "身份证号",
    "身份证号码", "通讯地址", "通信地址", "联系地址", "地址", "单位地址", "邮编", "邮政编码", "传真", "传真号码", "备注", "序号",
    "编号", "姓名", "所在部门", "手机", "手机号码", "办公电话", "座机", "固定电话", "微信", "微信号", "qq", "qq号", "qq号码", "网址",
    "法定代表人", "法人代表", "负责人", "主要负责人", "分管领导", "填表人", "填报人", "审核人", "填表日期", "填报日期", "填报时间",
})  # fmt: skip
"""What forms also ask for and no call needs:
labels, and never the value of the label before them.
"""

Headers: TypeAlias = dict[int, dict[int, Field]]
"""Row of a table's column heads -> column -> the field under it."""


class _Found(NamedTuple):
    """One place where a field's label stands, with the text that belongs to it."""

    text: str
    place: str
    method: str
    confidence: float
    doubtful: bool = False  #: whether the text is the label's own is not sure


@dataclass(frozen=True)
class _Words:
    """A form's labels, made ready to be looked for."""

    labels: frozenset[str]  #: keys of all labels, of columns too
    #: field name -> keys of its labels, long ones before short ones
    keys: dict[str, tuple[str, ...]]
    long: frozenset[str]  #: keys of the fields that hold a long text
    pattern: re.Pattern[str]


@lru_cache(maxsize=64)
def _words(form: Form) -> _Words:
    keys = {
        field.name: tuple(
            sorted({label_key(label) for label in field.labels}, key=lambda key: (-len(key), key)),
        )
        for field in form.fields
    }
    columns = (label_key(label) for field in form.columns for label in field.labels)
    long_fields = (field for field in form.fields if field.type is FieldType.LONG_TEXT)
    long = (key for field in long_fields for key in keys[field.name])
    every = frozenset(key for own in keys.values() for key in own)
    return _Words(every | frozenset(columns), keys, frozenset(long), _label_pattern(every))


def extract_fields(
    content: Content,
    form: Form,
    part: str,
    confidence: float = 1.0,
) -> dict[str, Fact]:
    """Every field of ``form``; ``confidence`` scales the trust in all of them (a
    PDF's text layer is below 1).
    """
    index = _index(content, form)
    return _named(
        form,
        {field.name: _best(field, index.places(field), part, confidence) for field in form.fields},
    )


def _named(form: Form, facts: dict[str, Fact]) -> dict[str, Fact]:
    """``facts`` with the applicant's name also under the word that rules and pairing know it by."""
    name = facts.get(form.applicant)
    return facts if name is None else {APPLICANT_NAME: name, **facts}


def found_labels(content: Content, form: Form) -> frozenset[str]:
    """The fields of ``form`` whose label was found, filled in or not."""
    index = _index(content, form)
    return frozenset(field.name for field in form.fields if index.names(field))


def _best(field: Field, places: Iterable[_Found], part: str, confidence: float) -> Fact:
    """The first known value; else an unreadable one, for somebody wrote something;
    else blank; else unknown.
    """
    unreadable: Fact | None = None
    blank: Fact | None = None
    for found in places:
        at = Provenance(
            part=part,
            place=found.place,
            method=found.method,
            confidence=found.confidence * confidence,
        )
        fact = read_cell(field, found.text, at)
        if found.doubtful and (fact.knowledge is Knowledge.BLANK or field.type not in _SHARED):
            fact = Fact.unknown(fact.provenance)
        if fact.knowledge is Knowledge.KNOWN:
            return fact
        if fact.knowledge is Knowledge.BLANK:
            blank = blank or fact
        else:
            unreadable = unreadable or fact
    return unreadable or blank or Fact.unknown(Provenance(part=part))


@lru_cache(maxsize=16)
def _index(content: Content, form: Form) -> _Index:
    """Kept, for recognising a form and reading it ask the same of one document."""
    return _Index(content, _words(form), form.columns)


class _Index:
    """Cells by label key, and the labelled pieces of all other text, read once for all fields."""

    def __init__(self, content: Content, words: _Words, columns: tuple[Field, ...]) -> None:
        self.words = words
        self.cells: dict[str, list[tuple[Table, Cell]]] = {}
        self.pieces: dict[str, list[_Found]] = {}
        for table in content.tables:
            headers = header_rows(table, columns)
            for cell in table.cells:
                self._index_cell(table, cell, headers)
        self.sections: dict[str, _Found] = {}
        for line in content.lines:
            self._add(_labelled_pieces(line.text[:_MAX_LINE], words), line.place, "text", 0.95)
        self._index_sections(content.lines)

    def _index_cell(self, table: Table, cell: Cell, headers: Headers) -> None:
        key = label_key(cell.text) if len(cell.text) <= _MAX_LABEL else ""
        if key in self.words.labels:
            if cell.row not in headers:
                self.cells.setdefault(key, []).append((table, cell))
        else:
            pieces = _labelled_pieces(cell.text[:_MAX_LINE], self.words)
            if pieces and not self._belongs_to_long_text(table, cell):
                self._add(pieces, table.place(cell), "table", 0.9)

    def _belongs_to_long_text(self, table: Table, cell: Cell) -> bool:
        """Whether a cell is the value of a long text: labels in there are only quoted."""
        neighbours = (table.at(cell.row, cell.column - 1), table.at(cell.row - 1, cell.column))
        owner = next(
            (each for each in neighbours if each is not None and self._is_label(each)),
            None,
        )
        if owner is None or label_key(owner.text) not in self.words.long:
            return False
        return not self._begins_with_label(cell.text)

    def _add(
        self,
        pieces: Sequence[tuple[str, str]],
        place: str,
        method: str,
        confidence: float,
    ) -> None:
        for key, value in pieces:
            self.pieces.setdefault(key, []).append(_Found(value, place, method, confidence))

    def _index_sections(self, lines: tuple[Line, ...]) -> None:
        """A line that is nothing but a label heads the lines that follow, up to the next label."""
        keys = [label_key(line.text) if len(line.text) <= _MAX_LABEL else "" for line in lines]
        for number, key in enumerate(keys):
            if key not in self.words.labels or key in self.sections:
                continue
            texts = []
            for line, other in zip(
                lines[number + 1 : number + _MAX_SECTION],
                keys[number + 1 :],
                strict=False,
            ):
                if other in self.words.labels or self._begins_with_label(line.text):
                    break
                texts.append(line.text)
            self.sections[key] = _Found("\n".join(texts), lines[number].place, "text", 0.8)

    def names(self, field: Field) -> bool:
        """Whether the document names the field, filled in or not."""
        keys = self.words.keys[field.name]
        lines = self.sections if field.type in _OVER_LINES else ()
        if any(key in self.pieces or key in lines for key in keys):
            return True
        cells = (found for key in keys for found in self.cells.get(key, ()))
        return any(not self._heads_group(table, cell) for table, cell in cells)

    def places(self, field: Field) -> Iterator[_Found]:
        """Where the field stands, best first: label cells, then labels inside text;
        long labels before short ones.
        """
        keys = self.words.keys[field.name]
        for key in keys:
            places = (self._value_cell(table, cell) for table, cell in self.cells.get(key, ()))
            yield from (self._own_text(field, place) for place in places if place is not None)
        sections = [self.sections[key] for key in keys if key in self.sections]
        if field.type in _OVER_LINES:
            yield from sections
        for key in keys:
            for piece in self.pieces.get(key, ()):
                yield piece._replace(text=_own_lines(field, piece.text))
        if field.type not in _OVER_LINES:
            filled = (each for each in sections if not is_blank(each.text))
            yield from (each._replace(doubtful=True) for each in filled)

    def _own_text(self, field: Field, found: _Found) -> _Found:
        """A value cell's text up to the next label in it (``张三  电话：…``), except in a long text, which may quote labels."""
        if field.type is FieldType.LONG_TEXT:
            return found._replace(doubtful=self._begins_with_label(found.text))
        plain, origin = _plain(found.text)
        for match in self.words.pattern.finditer(plain):
            if label_key(match[1]) not in self.words.keys[field.name]:
                own = found.text[: origin[match.start()]].rstrip(_EDGES)
                return found._replace(text=own or found.text, doubtful=not own.strip(_EDGES))
        opening = label_key(plain.partition(":")[0]) if ":" in plain[:_MAX_LABEL] else ""
        return found._replace(doubtful=True) if opening in _OTHER_LABELS else found

    def _value_cell(self, table: Table, label: Cell) -> _Found | None:
        """The cell right of a label; below it under column heads;
        None for the heading of a group of labels.

        Values that stand in several rows beside one tall label are read together.
        """
        right = table.right_of(label)
        if right is not None and not self._is_label(right):
            cells = [right, *_stacked(table, label, right)]
            return _Found("\n".join(cell.text for cell in cells), table.place(right), "table", 1.0)
        if self._heads_group(table, label):
            return None
        below = table.below(label)
        is_value = below is not None and not self._is_label(below)
        if below is not None and is_value and not self._begins_with_label(below.text):
            return _Found(below.text, table.place(below), "table", 0.95)
        return _Found("", table.place(label), "table", 0.9)

    def _heads_group(self, table: Table, label: Cell) -> bool:
        """Whether a label with a value beside it follows:
        then this one only names a group, and no column either.
        """
        right = table.right_of(label)
        beyond = table.right_of(right) if right is not None and self._is_label(right) else None
        return beyond is not None and not self._is_label(beyond)

    def _begins_with_label(self, text: str) -> bool:
        """Whether a text names a field itself (``三、电子邮箱：a@b.cn``): then it is no value of another."""
        start, _ = _plain(text.lstrip()[:_MAX_LABEL])
        return self.words.pattern.match(LABEL_ITEM.sub("", start)) is not None

    def _is_label(self, cell: Cell) -> bool:
        key = label_key(cell.text) if len(cell.text) <= _MAX_LABEL else ""
        return key in self.words.labels or key in _OTHER_LABELS


def _stacked(table: Table, label: Cell, first: Cell) -> Iterator[Cell]:
    row = first.row + first.height
    while row < label.row + label.height:
        cell = table.at(row, first.column)
        if cell is None or cell.row != row:
            return
        yield cell
        row += cell.height


def _label_pattern(labels: frozenset[str]) -> re.Pattern[str]:
    """A label in running text: blanks between its characters, an optional remark,
    then a colon, rule or wide gap.
    """
    keys = sorted(labels, key=lambda key: (-len(key), key))
    names = "|".join(r"[ \t]*".join(map(re.escape, key)) for key in keys)
    return re.compile(
        rf"(?<![\w])({names})[ \t]*(?:\([^()]{{0,20}}\)[ \t]*)?"
        r"(?:[::]|(?=[ \t]{2,}|\t|_{2,}|\s*$))",
        re.IGNORECASE,
    )


def _labelled_pieces(text: str, words: _Words) -> list[tuple[str, str]]:
    """Labels in a text, each with what stands between it and the next, as it was written.

    What follows on further lines belongs to it too; but below a label that stands alone on its line
    only when no other label is there, for then the lines are not clearly its own.
    """
    plain, origin = _plain(text)
    matches = list(_own_labels(plain, words))
    pieces = []
    for match, following in zip_longest(matches, matches[1:]):
        start = origin[match.end()]
        value = text[start : origin[following.start()] if following else len(text)]
        first, _, rest = value.partition("\n")
        if not first.strip(_EDGES) and len(matches) > 1 and not following and "\n" in rest.strip():
            value = first
        pieces.append((label_key(match[1]), value.strip(_EDGES)))
    return pieces


def _own_labels(plain: str, words: _Words) -> Iterator[re.Match[str]]:
    """Labels in a text, but those that a long text quotes in the middle of its sentences."""
    within_long = False
    for match in words.pattern.finditer(plain):
        before = plain[: match.start()]
        if within_long and before.rstrip(" ") and not before.endswith(("\n", "\t", "  ")):
            continue
        within_long = label_key(match[1]) in words.long
        yield match


@lru_cache(maxsize=512)
def _plain(text: str) -> tuple[str, Sequence[int]]:
    """``text`` in NFKC, and for each of its characters (and its end) the place
    in ``text`` it comes from.
    """
    text = text.translate(COLONS)
    plain = unicodedata.normalize("NFKC", text)
    if plain == text:
        return text, range(len(text) + 1)
    pieces = [unicodedata.normalize("NFKC", character) for character in text]
    origin = [index for index, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), [*origin, len(text)]


def _own_lines(field: Field, text: str) -> str:
    """What of a labelled piece is the value:
    all of a long text or tick list, else its first line, without a full stop.
    """
    if field.type in _OVER_LINES:
        return text
    return text.partition("\n")[0].rstrip("。. ")


# --- summary tables -------------------------------------------------------------------------------


def header_rows(table: Table, columns: tuple[Field, ...]) -> Headers:
    """Rows of ``table`` that name at least half of ``columns`` (and two of
    them): row -> column -> field.
    """
    if not columns:
        return {}
    fields = {label_key(label): field for field in columns for label in field.labels}
    found: dict[int, dict[int, Field]] = {}
    for cell in table.cells:
        field = fields.get(label_key(cell.text)) if len(cell.text) <= _MAX_LABEL else None
        if field is not None and field not in found.get(cell.row, {}).values():
            found.setdefault(cell.row, {})[cell.column] = field
    needed = max(2, (len(columns) + 1) // 2)
    return {row: fields_at for row, fields_at in found.items() if len(fields_at) >= needed}


def extract_rows(
    content: Content,
    form: Form,
    part: str,
    confidence: float = 1.0,
) -> tuple[dict[str, Fact], ...]:
    """The applicants of a summary table; rows with nothing but a number and totals are left out."""
    rows: list[dict[str, Fact]] = []
    for table in content.tables:
        heads = header_rows(table, form.columns)
        columns: dict[int, Field] = {}
        for row in range(table.row_count):
            if row in heads:
                columns = heads[row]
            elif columns and (facts := _row(table, row, columns, part, confidence)):
                rows.append(_named(form, facts))
    return tuple(rows)


_TOTAL = re.compile(r"合计|总计|小计|共计|(?:示例|样例|例如?)(?:$|[::])")
_OUTSIDE = re.compile(r"(?:注|备注|说明|填表说明|填报说明|联系人|填报人|审核人|负责人)[::]")


def _row(
    table: Table,
    row: int,
    columns: dict[int, Field],
    part: str,
    confidence: float,
) -> dict[str, Fact]:
    first = table.at(row, 0)
    opening = normalise(first.text) if first else ""
    if _TOTAL.match(opening) or _OUTSIDE.match(opening):
        return {}
    facts = {}
    for column, field in columns.items():
        cell = table.at(row, column)
        text = cell.text if cell else ""
        place = table.place(cell, row) if cell else f"表{table.number} 第{row + 1}行"
        facts[field.name] = read_cell(
            field, text, Provenance(part=part, place=place, method="table", confidence=confidence)
        )
    own = [table.at(row, column) for column in columns]
    cells = (cell for cell in own if cell is not None and cell.row == row)
    return facts if any(not is_blank(cell.text) for cell in cells) else {}
