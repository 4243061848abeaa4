"""Two applicants, or two persons, side by side in one form: each label stands twice in its row,
with its answer beside or below it, or has a second answer beside the first. Whose form it is nobody
can say.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ingest.document.content import Cell, Table
from ingest.document.form.cells import read_cell
from ingest.document.form.prompts import is_blank
from rules.call import Form
from rules.facts import Knowledge, Provenance
from rules.labels import label_key
from rules.vocabulary import TEXTUAL, Field, FieldType, normalise

_CODES = TEXTUAL - {FieldType.TEXT, FieldType.LONG_TEXT, FieldType.ID}
"""What is one by its shape, as a telephone is: a hint beside an answer is none."""

_Places = Sequence[tuple[Table, Cell]]
_IsLabel = Callable[[Cell], bool]


def twins(labels: Mapping[str, _Places], form: Form, is_label: _IsLabel) -> dict[str, str]:
    """The fields with two answers, and both as they are written; none unless a name has two, and
    something else.
    """
    places = {
        field: [each for label in field.labels for each in labels.get(label_key(label), ())]
        for field in form.fields
    }
    twice = _said_twice((field, _repeated(found, is_label)) for field, found in places.items())
    names = {field.name for field in form.fields if field.type is FieldType.TEXT}
    if names & twice.keys() and len(twice) > 1:
        return twice
    short = {field: found for field, found in places.items() if field.type in TEXTUAL}
    beside = _said_twice((field, _beside(found, is_label)) for field, found in short.items())
    codes = {field.name for field in form.fields if field.type in _CODES}
    return beside if form.applicant in beside and codes & beside.keys() else {}


def _said_twice(answers: Iterable[tuple[Field, Iterator[list[Cell]]]]) -> dict[str, str]:
    found = {}
    for field, rows in answers:
        for row in rows:
            texts = {normalise(cell.text): cell.text for cell in row if _is_answer(field, cell)}
            if len(texts) > 1:
                found[field.name] = " / ".join(texts.values())
    return found


def _is_answer(field: Field, cell: Cell) -> bool:
    fact = read_cell(field, cell.said, Provenance())
    return not is_blank(cell.text) and fact.knowledge is Knowledge.KNOWN


def _repeated(places: _Places, is_label: _IsLabel) -> Iterator[list[Cell]]:
    """The answers to one label that stands several times in a row."""
    for table, label in places:
        row = [each for each in places if each[0] is table and each[1].row == label.row]
        if len(row) > 1:
            answers = (_answer_to(table, each, is_label) for _, each in row)
            yield [cell for cell in answers if cell is not None]


def _answer_to(table: Table, label: Cell, is_label: _IsLabel) -> Cell | None:
    """The cell right of a label, or below a column's head."""
    right = table.right_of(label)
    if right is not None and right.row == label.row and not is_label(right):
        return right
    below = table.below(label)
    return None if below is None or is_label(below) else below


def _beside(places: _Places, is_label: _IsLabel) -> Iterator[list[Cell]]:
    """The cells between a label and the next one."""
    for table, label in places:
        row = []
        cell = table.right_of(label)
        while cell is not None and cell.row == label.row and not is_label(cell):
            row.append(cell)
            cell = table.right_of(cell)
        yield row
