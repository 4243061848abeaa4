"""The values of a form's fields, found by their labels in tables and lines of text.

Not found is unknown, found and empty is blank, found and unreadable is unknown with the raw text.
Which form it is comes from ``forms.py``; what a cell's text means from ``cells.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from ingest.document.content import INK, Cell, Content, Line, Table, words
from ingest.document.form.cells import may_be_chosen, read_cell
from ingest.document.form.heads import Head, heads_of, in_heads
from ingest.document.form.labels import (
    MAX_LABEL,
    OTHER_LABELS,
    OTHERS_IN_TEXT,
    key_of,
    label_pattern,
    names,
    plain,
)
from ingest.document.form.otherwords import (
    OTHER_WORDS,
    Known,
    behind_another,
    has_contact,
    in_contacts_row,
    of_another,
    read_otherwise,
)
from ingest.document.form.persons import REACHED
from ingest.document.form.prompts import is_blank
from ingest.document.form.together import completed
from ingest.document.form.twins import twins
from rules.call import Form
from rules.facts import Fact, Knowledge, Provenance
from rules.labels import COLONS, label_key, undressed
from rules.vocabulary import TEXTUAL, Field, FieldType

_MAX_LINE = 4_000
_EDGES = " \t\n\u3000_＿;；,，、|｜"  #: around a value in running text
_MAX_SECTION = 300  #: lines under one heading

_OVER_LINES = frozenset(
    {FieldType.LONG_TEXT, FieldType.CHOICE, FieldType.CHOICES, FieldType.YES_NO},
)
"""Types whose values may go over several lines: texts and lists to tick."""

_SHARED = TEXTUAL - {FieldType.TEXT, FieldType.LONG_TEXT, FieldType.ID}
"""Telephone and the like: what stands there is one by its shape."""

_OF_PERSONS = frozenset({FieldType.TELEPHONE, FieldType.EMAIL})

_SHAPED = frozenset({FieldType.INTEGER, FieldType.PERCENT, FieldType.DATE})
"""Numbers and days: alone on the line below its label, each is the value."""

_LABELS = OTHER_LABELS | OTHER_WORDS

_HAN = re.compile("[\u3400-\u9fff]")
_ANY_LABEL = re.compile(r"(?<=\S)[ \t\u3000]+([\u3400-\u9fff]{2,8})[ \t]*[:：](?=[ \t]*\S)")
_ASIDE = re.compile("备注|说明|要求|提示|照片|贴|示例|样例")
_CITY = re.compile(r"[(（]\s*市\s*[)）]")
_ASKS = re.compile(r"[:：∶꞉︰﹕]\s*$")
_LISTS = _OVER_LINES - {FieldType.LONG_TEXT}


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
    codes: frozenset[str]  #: keys of what is asked of the contact: telephone, address


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
    codes = {
        key
        for field in form.fields
        if field.type in _OF_PERSONS and has_contact(form)
        for key in keys[field.name]
    }
    labels = every | frozenset(columns)
    return _Words(labels, keys, frozenset(long), label_pattern(every), frozenset(codes))


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
    facts = {
        field.name: _best(field, index.places(field), part, confidence) for field in form.fields
    }
    for name, said in index.twins(form).items():
        at = facts[name].provenance.model_copy(update={"raw": said})
        facts[name] = Fact.unknown(at)
    if content.loose:  # a drawing that may lie over any of the boxes
        boxes = {field.name for field in form.fields if field.type in _LISTS}
        facts = {
            name: Fact.unknown(fact.provenance)
            if name in boxes and fact.knowledge is Knowledge.BLANK
            else fact
            for name, fact in facts.items()
        }
    return completed(form, form.fields, facts)


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
    return _Index(content, form)


class _Index:
    """Cells by label key, and the labelled pieces of all other text, read once for all fields."""

    def __init__(self, content: Content, form: Form) -> None:
        known = self.words = _words(form)
        self.cells: dict[str, list[tuple[Table, Cell]]] = {}
        self.pieces: dict[str, list[_Found]] = {}
        self.sections: dict[str, _Found] = {}
        for table in content.tables:
            heads = heads_of(table, form.columns)
            for cell in table.cells:
                self._index_cell(table, cell, heads)
        before = ""
        for line in content.lines:
            pieces = _labelled_pieces(line.said[:_MAX_LINE], known, before)
            self._add(pieces, line.place, "text", 0.95, hangs=line.hangs)
            before, _ = plain(line.text[:MAX_LABEL])
        self._index_sections(content.lines)
        if form.fields and not form.columns:
            self._read_otherwise(content, form)

    def _read_otherwise(self, content: Content, form: Form) -> None:
        """Labels in other words; what stands under the form's own but is asked of somebody else."""
        known = Known(self.words.labels, self._is_label)
        for key in self.words.codes & self.cells.keys():
            self.cells[key] = [each for each in self.cells[key] if not of_another(*each, known)]
        missing = [field for field in form.fields if not self.names(field)]
        for each in read_otherwise(content, form, missing, known):
            key = self.words.keys[each.field.name][0]
            if each.table is None or each.cell is None or each.text:
                self._add([(key, each.text)], each.place, "text", 0.7)
            else:
                self.cells.setdefault(key, []).append((each.table, each.cell))

    def _index_cell(self, table: Table, cell: Cell, heads: Sequence[Head]) -> None:
        key = self._key(cell.text)
        if key in self.words.labels:
            if not in_heads(heads, cell.row):
                self.cells.setdefault(key, []).append((table, cell))
        else:
            self._index_heading(table, cell)
            pieces = _labelled_pieces(cell.said[:_MAX_LINE], self.words)
            if not pieces or self._belongs_to_long_text(table, cell):
                return
            if self._asks_beside(table, cell, pieces):
                self.cells.setdefault(pieces[0][0], []).append((table, cell))
            whole = Known(self.words.labels, self._is_label)
            if any(key in self.words.codes for key, _ in pieces) and of_another(table, cell, whole):
                pieces = [piece for piece in pieces if piece[0] not in self.words.codes]
            self._add(pieces, table.place(cell), "table", 0.9)

    def _index_heading(self, table: Table, cell: Cell) -> None:
        """A cell over the whole width that begins with the label of a text, alone on its line."""
        first, _, rest = cell.text.partition("\n")
        if rest.strip() and key_of(first) in self.words.labels and table.right_of(cell) is None:
            place = table.place(cell)
            said = cell.said.split("\n")
            self._index_sections(tuple(Line(words(each), place, each) for each in said))

    def _asks_beside(self, table: Table, cell: Cell, pieces: Sequence[tuple[str, str]]) -> bool:
        """Whether a cell ends in its only label, dressed up so far that it is not known as one, and
        the answer stands in the next: ``项目一：联系人``.
        """
        right = table.right_of(cell)
        if len(pieces) > 1 or not is_blank(pieces[0][1]) or right is None or right is cell:
            return False
        return not (is_blank(right.text) or self._is_label(right))

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
        *,
        hangs: bool = False,
    ) -> None:
        for number, (key, value) in enumerate(pieces, 1):
            doubtful = hangs and number == len(pieces)
            found = _Found(value, place, method, confidence, doubtful)
            self.pieces.setdefault(key, []).append(found)

    def _index_sections(self, lines: tuple[Line, ...]) -> None:
        """A line that is nothing but a label heads the lines that follow, up to the next label."""
        keys = [key_of(line.text) for line in lines]
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
                texts.append(line.said)
            self.sections[key] = _Found(
                "\n".join(texts), lines[number].place, "text", 0.8, lines[number].hangs
            )

    def twins(self, form: Form) -> dict[str, str]:
        """The fields that two applicants answered side by side."""
        return {} if form.columns else twins(self.cells, form, self._is_label)

    def names(self, field: Field) -> bool:
        """Whether the document names the field, filled in or not."""
        keys = self.words.keys[field.name]
        lines = self.sections if field.type in _OVER_LINES else ()
        for key in keys:  # asked of every form of the call: no generator
            if key in self.pieces or key in lines:
                return True
        for key in keys:
            for table, cell in self.cells.get(key, ()):
                if not self._heads_group(table, cell):
                    return True
        return False

    def places(self, field: Field) -> Iterator[_Found]:
        """Where the field stands, best first: label cells, then labels inside text;
        long labels before short ones.
        """
        keys = self.words.keys[field.name]
        for key in keys:
            found = self.cells.get(key, ())
            places = (self._value_cell(field, table, cell) for table, cell in found)
            yield from (self._own_text(field, place) for place in places if place is not None)
        sections = [self.sections[key] for key in keys if key in self.sections]
        if field.type in _OVER_LINES:
            yield from sections
        for key in keys:
            for piece in self.pieces.get(key, ()):
                yield piece._replace(text=_own_lines(field, piece.text))
        if field.type not in _OVER_LINES:
            filled = (each for each in sections if not is_blank(each.text))
            sure = field.type in _SHAPED
            for each in filled:
                yield each._replace(doubtful=not sure or len(each.text.split("\n")) > 1)

    def _own_text(self, field: Field, found: _Found) -> _Found:
        """A value cell's text up to the next label in it (``张三  电话：…``), except in a long text, which may quote labels."""
        if field.type is FieldType.LONG_TEXT:
            return found._replace(doubtful=self._begins_with_label(found.text))
        if field.type is FieldType.TEXT and "\t" in found.text:
            found = self._out_of_table(field, found)
        flat, origin = plain(found.text)
        marks = sorted(self._other_labels(field, flat), key=lambda match: match.start())
        if not marks:
            return found
        own = found.text[: origin[marks[0].start()]].rstrip(_EDGES + "(（")
        if own.strip(_EDGES):
            return found._replace(text=own)
        keys = self.words.keys[field.name]
        if field.type is FieldType.TEXT and names(keys, label_key(marks[0][1])):
            end = origin[marks[1].start()] if len(marks) > 1 else len(found.text)
            return found._replace(text=found.text[origin[marks[0].end()] : end].strip(_EDGES))
        return found._replace(doubtful=True)

    def _other_labels(self, field: Field, flat: str) -> Iterator[re.Match[str]]:
        """Labels in a value that are not the field's own; behind a short text a word with a colon
        is one, whatever it says.
        """
        short = field.type is FieldType.TEXT
        patterns = (self.words.pattern, OTHERS_IN_TEXT, *([_ANY_LABEL] if short else []))
        for pattern in patterns:
            for match in pattern.finditer(flat):
                if label_key(match[1]) not in self.words.keys[field.name]:
                    yield match

    def _out_of_table(self, field: Field, found: _Found) -> _Found:
        """The value in a table within the value's cell: ``姓名｜张三｜职务｜副校长``."""
        pieces = [piece for piece in re.split(r"[\t\n]+", found.text) if not is_blank(piece)]
        keys = [key_of(piece) for piece in pieces]
        mine = self.words.keys[field.name]
        if keys and (names(mine, keys[0]) or keys[0] in mine):
            pieces, keys = pieces[1:], keys[1:]
        labels = (at for at, key in enumerate(keys) if key in self.words.labels | OTHER_LABELS)
        own = pieces[: next(labels, len(pieces))]
        return found._replace(text="\n".join(own), doubtful=len(own) != 1 and bool(pieces))

    def _value_cell(self, field: Field, table: Table, label: Cell) -> _Found | None:
        """The cell right of a label; below it under column heads;
        None for the heading of a group of labels.

        Values that stand in several rows beside one tall label are read together. Where no place is
        found, nothing is known: only a place that can be named is empty.
        """
        right = self._right_of(field, table, label)
        drawn = INK if INK in label.said else ""  # anchored here, seen over the value
        if right is not None and not self._is_label(right):
            cells = [right, *_stacked(table, label, right)]
            if field.type in _LISTS:
                cells = [each for cell in cells for each in self._list(field, table, cell)]
            said = "\n".join(cell.said for cell in cells) + drawn
            empty = not said.strip() or is_blank(said)
            beyond = self._beyond(table, label, right) if empty else None
            if beyond is not None:
                return _Found(beyond.said, table.place(beyond), "table", 0.5, doubtful=True)
            return _Found(said, table.place(right), "table", 1.0)
        return None if self._heads_group(table, label) else self._below(field, table, label, drawn)

    def _below(self, field: Field, table: Table, label: Cell, drawn: str) -> _Found:
        """The cell under a column's head, of several persons the contact's; else the label's own
        cell behind its colon, or none.
        """
        below = table.below(label)
        is_value = below is not None and not self._is_label(below)
        if below is not None and is_value and not self._begins_with_label(below.text):
            own = in_contacts_row(table, below) if field.type in REACHED else below
            if own is None:
                return _Found("", table.place(below), "table", 0.5, doubtful=True)
            return _Found(own.said + drawn, table.place(own), "table", 0.95)
        asks = _ASKS.search(label.text) is not None
        return _Found(drawn, table.place(label), "table", 0.9, doubtful=not asks)

    def _right_of(self, field: Field, table: Table, label: Cell) -> Cell | None:
        """The cell right of a label; beyond one that only says 姓名."""
        right = table.right_of(label)
        if right is None or not names(self.words.keys[field.name], key_of(right.text)):
            return right
        beyond = table.right_of(right)
        return right if beyond is None or self._is_label(beyond) else beyond

    def _beyond(self, table: Table, label: Cell, right: Cell) -> Cell | None:
        """What stands alone behind an empty place, at the end of its row, or below one label of
        several in a row: nobody knows whether it is the answer, unless its column is for remarks.
        """
        if (below := self._under_head(table, label)) is not None:
            return below
        beyond = table.right_of(right)
        if beyond is None or beyond.row != right.row or table.right_of(beyond) is not None:
            return None
        head = table.at(0, beyond.column)
        aside = _ASIDE.search(head.text if head is not None else "") or _ASIDE.search(beyond.text)
        return None if aside or is_blank(beyond.text) or self._is_label(beyond) else beyond

    def _under_head(self, table: Table, label: Cell) -> Cell | None:
        """What is written below a label that stands behind another one."""
        before, below = table.at(label.row, label.column - 1), table.below(label)
        if below is None or before is None or not self._is_label(before):
            return None
        other = is_blank(below.text) or self._is_label(below) or self._begins_with_label(below.text)
        return None if other else below

    def _list(self, field: Field, table: Table, first: Cell) -> Iterator[Cell]:
        """A list to tick over several cells of a row: each an option, or a box for one that may be
        empty.
        """
        cells = [first]
        cell = table.right_of(first)
        while cell is not None and cell.row == first.row:
            if cell.said.strip() and not may_be_chosen(field, cell.said):
                break
            cells.append(cell)
            cell = table.right_of(cell)
        while len(cells) > 1 and not cells[-1].said.strip():
            cells.pop()
        yield from cells

    def _heads_group(self, table: Table, label: Cell) -> bool:
        """Whether a label with a value beside it follows:
        then this one only names a group, and no column either.
        """
        right = table.right_of(label)
        beyond = table.right_of(right) if right is not None and self._is_label(right) else None
        return beyond is not None and not self._is_label(beyond)

    def _begins_with_label(self, text: str) -> bool:
        """Whether a text names a field itself (``三、电子邮箱：a@b.cn``): then it is no value of another."""
        start, _ = plain(text.lstrip()[:MAX_LABEL])
        return self.words.pattern.match(undressed(start)) is not None

    def _is_label(self, cell: Cell) -> bool:
        key = self._key(cell.text)
        return key in self.words.labels or key in _LABELS or self._is_dressed(key)

    def _key(self, text: str) -> str:
        """The key of a cell that may be a label; what it has in brackets is of the word in 师（市）."""
        key = key_of(text)
        if key in self.words.labels or "市" not in text:
            return key
        whole = key_of(_CITY.sub("市", text))
        return whole if whole in self.words.labels else key

    def _is_dressed(self, key: str) -> bool:
        """Whether a text is a label behind signs that nobody knows: ``«1»联系人``."""
        if not key or _HAN.match(key):
            return False
        found = self.words.pattern.search(key)
        return (
            found is not None and found.end() == len(key) and not _HAN.search(key, 0, found.start())
        )


def _stacked(table: Table, label: Cell, first: Cell) -> Iterator[Cell]:
    row = first.row + first.height
    while row < label.row + label.height:
        cell = table.at(row, first.column)
        if cell is None or cell.row != row:
            return
        yield cell
        row += cell.height


def _labelled_pieces(text: str, words: _Words, before: str = "") -> list[tuple[str, str]]:
    """Labels in a text, each with what stands between it and the next, as it was written.

    What follows on further lines belongs to it too; but below a label that stands alone on its line
    only when no other label is there, for then the lines are not clearly its own.
    """
    flat, origin = plain(text)
    matches = list(_own_labels(flat, words))
    pieces = []
    for match, following in zip_longest(matches, matches[1:]):
        start = origin[match.end()]
        value = text[start : origin[following.start()] if following else len(text)]
        first, _, rest = value.partition("\n")
        if not first.strip(_EDGES) and len(matches) > 1 and not following and "\n" in rest.strip():
            value = first
        key = label_key(match[1])
        if key not in words.codes or not behind_another(f"{before}\n{flat[: match.start()]}"):
            pieces.append((key, value.strip(_EDGES)))
    return pieces


def _own_labels(flat: str, words: _Words) -> Iterator[re.Match[str]]:
    """Labels in a text, but those that a long text quotes in the middle of its sentences."""
    within_long = False
    for match in words.pattern.finditer(flat):
        before = flat[: match.start()]
        if within_long and before.rstrip(" ") and not before.endswith(("\n", "\t", "  ")):
            continue
        within_long = label_key(match[1]) in words.long
        yield match


def _own_lines(field: Field, text: str) -> str:
    """What of a labelled piece is the value:
    all of a long text or tick list, else its first line, without a full stop.
    """
    if field.type in _OVER_LINES:
        return text
    first = text.partition("\n")[0]
    if field.type is FieldType.TEXT and (other := _ANY_LABEL.search(first.translate(COLONS))):
        first = first[: other.start()]
    return first.rstrip("。. ")
