"""Labels in other words than the form's own, and whose telephone is whose.

Pure. A word such as 联系方式 is read as a form's label only where nothing else could be meant: the
form's own label is nowhere, the word stands once, and beside the form's contact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from ingest.document.content import Cell, Content, Line, Table
from ingest.document.form.labels import MAX_LABEL, key_of, label_pattern, plain
from ingest.document.form.persons import CONTACT, OTHER_PERSON, REACHED
from rules.call import Form
from rules.labels import label_key
from rules.vocabulary import Field, FieldType

_BELONGING, _APPLYING = ("所属", "所在", "隶属"), ("申报", "申请", "参评")
_CALLED = ("名称", "全称")
_STEM = re.compile(
    f"(?P<before>{'|'.join((*_BELONGING, *_APPLYING))})?"
    "(?P<stem>[\u3400-\u9fff]{2,4}?)"
    f"(?P<behind>{'|'.join(_CALLED)})?"
)

OTHER_WORDS = frozenset().union(CONTACT, *REACHED.values())
"""Labels in other words: never the value of the label before them."""

_NEAR = 3  #: rows or lines from a contact to what is asked of the same person


_PERSONS = 6  #: rows of one person each, under one head


class Known(NamedTuple):
    """What is known of a form's own labels: their keys, and which cell is a label at all."""

    labels: frozenset[str]
    is_label: Callable[[Cell], bool]


class Elsewise(NamedTuple):
    """A field's label in other words: a cell beside which its value stands, or a text with it."""

    field: Field
    key: str
    table: Table | None
    cell: Cell | None
    text: str = ""
    place: str = ""


def has_contact(form: Form) -> bool:
    """Whether a form asks for somebody to contact, who need not be its head."""
    return any(words is CONTACT for words in _all_words(form.fields))


def of_another(table: Table, cell: Cell, known: Known) -> bool:
    """Whether what a cell of a table asks is asked of the head, not of the contact."""
    return _whose(table, cell, known) == "other"


def read_otherwise(
    content: Content,
    form: Form,
    missing: list[Field],
    known: Known,
) -> Iterator[Elsewise]:
    """The one place at which each of the ``missing`` fields is asked for in other words; fields
    with none, or several, are left out.
    """
    own = dict(zip((field.name for field in form.fields), _only_words(form.fields), strict=True))
    asking = [line for line in content.lines if _may_ask(line)]
    for field in missing:
        words = own[field.name] - known.labels
        if not words:
            continue
        found = [*_in_cells(content, field, words), *_in_lines(asking, field, words)]
        if len(found) != 1:
            continue
        if field.type not in REACHED or _is_contacts(content, found[0], known):
            yield found[0]


@lru_cache(maxsize=64)
def _only_words(fields: tuple[Field, ...]) -> tuple[frozenset[str], ...]:
    """Other words for each field; none where the form asks for several of the kind."""
    all_words = _all_words(fields)
    return tuple(
        words if sum(not words.isdisjoint(each) for each in all_words) == 1 else frozenset()
        for words in all_words
    )


@lru_cache(maxsize=64)
def _all_words(fields: tuple[Field, ...]) -> tuple[frozenset[str], ...]:
    return tuple(map(_words_of, fields))


def _words_of(field: Field) -> frozenset[str]:
    if field.type in REACHED:
        return REACHED[field.type]
    keys = {label_key(label) for label in field.labels}
    if field.type is not FieldType.TEXT or keys & CONTACT:
        return CONTACT if field.type is FieldType.TEXT else frozenset()
    return frozenset(word for key in keys for word in _variants(key))


def _variants(key: str) -> Iterator[str]:
    """A label of where one belongs (所属…) or of what one is called (…名称, 申报…), said otherwise."""
    said = _STEM.fullmatch(key)
    if said is None:
        return
    stem = said["stem"]
    if said["before"] in _BELONGING:
        places = (stem, f"{stem[0]}/{stem[1:]}", stem[0])
        yield from (before + each for before in _BELONGING for each in places)
        yield from (before + stem + "名称" for before in ("", *_BELONGING))
        yield stem
    elif said["before"] or said["behind"]:
        yield from (stem + behind for behind in _CALLED)
        yield from (before + stem + behind for before in _APPLYING for behind in ("", *_CALLED))


def _in_cells(content: Content, field: Field, words: frozenset[str]) -> Iterator[Elsewise]:
    pattern = _pattern(words)
    for table in content.tables:
        for cell in table.cells:
            if (key := key_of(cell.text)) in words:
                yield Elsewise(field, key, table, cell)
            elif _may_ask(cell):
                for match, text in _behind(pattern, cell.said):
                    yield Elsewise(field, match, table, cell, text, table.place(cell))


def _in_lines(lines: Iterable[Line], field: Field, words: frozenset[str]) -> Iterator[Elsewise]:
    pattern = _pattern(words)
    for line in lines:
        for match, text in _behind(pattern, line.said):
            yield Elsewise(field, match, None, None, text, line.place)


def _may_ask(where: Cell | Line) -> bool:
    """Whether a label with its colon may stand there, whatever it says: most lines of a mail have
    none.
    """
    return len(where.text) <= _MAX_TEXT and ":" in plain(where.said)[0]


@lru_cache(maxsize=256)
def _pattern(words: frozenset[str]) -> re.Pattern[str]:
    return label_pattern(words, colon=True)


_MAX_TEXT = 200  #: characters; longer ones are no contacts
_ENDS = re.compile(r"\n|[ \t\u3000]+[\u3400-\u9fffA-Za-z-]{2,10}[ \t]*[:：]|[;；,，]")


def _behind(pattern: re.Pattern[str], said: str) -> Iterator[tuple[str, str]]:
    flat, origin = plain(said)
    for match in pattern.finditer(flat):
        rest = said[origin[match.end()] :]
        yield label_key(match[1]), _ENDS.split(rest, maxsplit=1)[0].strip(" \t\u3000_＿")


# --- whose it is ----------------------------------------------------------------------------------


def _is_contacts(content: Content, found: Elsewise, known: Known) -> bool:
    """Whether what is asked stands beside the contact, and no other person is near."""
    if found.table is None or found.cell is None:
        return _near_in_lines(content.lines, found.place)
    return _whose(found.table, found.cell, known) == "contact"


def _whose(table: Table, cell: Cell, known: Known) -> str | None:
    """The person whose label is the last one before a cell in its row, else the one behind it, else
    those a little above, where they agree.
    """
    if before := _persons(table, cell.row, range(cell.column + 1), known):
        return before[-1]
    if after := _persons(table, cell.row, range(cell.column, table.column_count), known):
        return "contact" if set(after) == {"contact"} else None
    for row in range(cell.row - 1, max(cell.row - _NEAR, 0) - 1, -1):
        if above := _persons(table, row, range(table.column_count), known):
            return above[0] if len(set(above)) == 1 else _headed(table, row, cell, known)
    return None


def in_contacts_row(table: Table, cell: Cell) -> Cell | None:
    """The cell of a column of telephones or addresses that stands in the contact's row: ``cell``
    itself unless its row begins with somebody else; None where no row below is the contact's.
    """
    if not _begins_with(table, cell.row, lambda key: bool(OTHER_PERSON.fullmatch(key))):
        return cell
    below = range(cell.row + 1, min(cell.row + 1 + _PERSONS, table.row_count))
    rows = (row for row in below if _begins_with(table, row, CONTACT.__contains__))
    return table.at(next(rows, -1), cell.column)


def _begins_with(table: Table, row: int, says: Callable[[str], bool]) -> bool:
    first = table.at(row, 0)
    return first is not None and says(key_of(first.text))


def _headed(table: Table, row: int, cell: Cell, known: Known) -> str | None:
    """The head, when it is the head's label that a cell stands under; else nobody knows."""
    over = table.at(row, cell.column)
    person = _person(table, over, known) if over is not None else None
    return person if person == "other" else None


def _persons(
    table: Table,
    row: int,
    columns: range,
    known: Known,
) -> list[str]:
    cells = dict.fromkeys(cell for column in columns if (cell := table.at(row, column)) is not None)
    found = (_person(table, cell, known) for cell in cells)
    return [each for each in found if each is not None]


def _person(table: Table, cell: Cell, known: Known) -> str | None:
    """Which person a cell is the label of."""
    said = _who(cell.text, known)
    left = table.at(cell.row, cell.column - 1) if said == "other" and cell.column else None
    return None if left is not None and known.is_label(left) else said


_COLON = re.compile("[:：]")


def _who(text: str, known: Known) -> str | None:
    key = key_of(_COLON.split(text, maxsplit=1)[0][:MAX_LABEL])
    if key in CONTACT:
        return "contact"
    if not OTHER_PERSON.fullmatch(key):
        return None
    return "contact" if key in known.labels else "other"


_IN_TEXT = label_pattern(CONTACT)
_OTHER_IN_TEXT = re.compile(
    rf"(?:{OTHER_PERSON.pattern})(?:\s*\([^()]*\))?(?:\s*:|(?=\t|[ ]{{2}}))"
)


def behind_another(flat: str) -> bool:
    """Whether the last person that the last two lines of a text ask for is the head."""
    line = "\n".join(flat.split("\n")[-2:])[-_MAX_TEXT:]
    others = [match.end() for match in _OTHER_IN_TEXT.finditer(line)]
    contacts = [match.end() for match in _IN_TEXT.finditer(line)]
    return bool(others) and max(others) > max(contacts, default=0)


def _near_in_lines(lines: tuple[Line, ...], place: str) -> bool:
    """Whether the contact stands in the same line, or a little above, and nobody else does."""
    at = next(number for number, line in enumerate(lines) if line.place == place)
    near = [plain(line.text)[0] for line in lines[max(0, at - _NEAR) : at + 1]]
    if any(_OTHER_IN_TEXT.search(text) for text in near):
        return False
    return any(_IN_TEXT.search(text) for text in near)
