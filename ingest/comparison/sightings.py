"""Word value beside scan value, for people: where on a scan a value of the Word file stands, and
what stands there.

Pure. Whether the two are one document is decided in ``pairing.py``; here its answer is only laid
out field by field. Places are millimetres on the page as it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ingest.comparison.look import NUMBERS
from ingest.comparison.pairing import Comparison, compare
from ingest.comparison.printed import Places, Print, Spot, plain
from ingest.reading import Document, ScanLine
from rules.call import Call, Form
from rules.facts import Fact, Knowledge
from rules.vocabulary import Field, FieldType, show_value

MOST_SHOWN = 160  #: characters of one value
LEAST_KEY = 2  #: characters of a value that is looked for anywhere on the pages

_PROSE = (FieldType.TEXT, FieldType.LONG_TEXT)

Box = tuple[float, float, float, float]
"""Left, top, width, height in millimetres."""


class Agreement(StrEnum):
    """How a value of the Word file stands to the scan."""

    SAME = "一致"
    DIFFERENT = "不同"
    UNSEEN = "未见"  #: its label was read, the value was not found
    OPEN = "未比对"  #: nothing was read that it could be compared with


@dataclass(frozen=True, slots=True)
class Sighting:
    """One field of a form: what the Word file says, what was read on the scan, and where."""

    name: str  #: the field; of a summary table with its row
    word: str  #: as a person writes it; "" = there is no Word file
    scan: str  #: what stands at its place; "" = nothing was read there
    agreement: Agreement
    page: int = 0  #: from 1; 0 = its place is not known
    box: Box | None = None


def sightings(word: Document | None, scan: Document | None, call: Call) -> tuple[Sighting, ...]:
    """Every field of the form the two are, in the form's order; none when the form is not known."""
    form = _form_of(word, scan, call)
    if form is None:
        return ()
    page = Print.of(scan) if scan else Print(())
    compared = compare(word, page, call) if word and scan else None
    places = Places(page, form)
    found = [*_of_fields(form, word, places, compared), *_of_rows(form, word, places, compared)]
    return (*found, *_beyond(compared, {item.name for item in found}))


def _form_of(word: Document | None, scan: Document | None, call: Call) -> Form | None:
    known = {form.id: form for form in call.forms}
    named = (known.get(document.form) for document in (word, scan) if document is not None)
    return next((form for form in named if form is not None), None)


def _of_fields(
    form: Form, word: Document | None, places: Places, compared: Comparison | None
) -> Iterator[Sighting]:
    for field in form.fields:
        said = _Said.of(field, word.fields if word else None)
        yield _sighting(field.name, said, tuple(places.beside(field)), places, compared)


def _of_rows(
    form: Form, word: Document | None, places: Places, compared: Comparison | None
) -> Iterator[Sighting]:
    names = next((field for field in form.columns if field.name == form.applicant), None)
    for number, row in enumerate(word.rows if word else (), 1):
        name = _Said.of(names, row).key if names else ""
        pieces = places.row_of(name, names) if names and name else []
        for field in form.columns:
            cell = places.cell(field, pieces)
            spots = () if cell is None else (cell,)
            said = _Said.of(field, row)
            yield _sighting(f"第{number}行{field.name}", said, spots, places, compared)


def _beyond(compared: Comparison | None, named: set[str]) -> Iterator[Sighting]:
    """What the scan shows and no field of the Word file has: a row too many."""
    for each in (*compared.differences, *compared.passages) if compared else ():
        if each.field not in named:
            yield Sighting(each.field, each.word, each.scan, Agreement.DIFFERENT)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the Word file says in one field: as shown, and for comparing ("" when it says
    nothing).
    """

    shown: str
    key: str = ""
    prose: bool = False  #: words, not a choice among printed ones
    exact: bool = False  #: a number: what is only like it is another

    @classmethod
    def of(cls, field: Field, facts: dict[str, Fact] | None) -> _Said:
        if facts is None:
            return cls("")
        fact = facts.get(field.name) or Fact.unknown()
        if fact.knowledge is Knowledge.BLANK:
            return cls("(未填)")
        if fact.value is None:
            return cls("(未能识别)")
        shown = show_value(field, fact.value)
        return cls(_short(shown), plain(shown), field.type in _PROSE, field.type in NUMBERS)

    def stands_in(self, read: str) -> bool:
        """Whether what was read is these words, or as much of them as was read. Of a choice it says
        nothing: all of them are printed, ticked or not.
        """
        key = plain(read)
        return self.prose and len(key) >= LEAST_KEY and (key in self.key or self.key in key)


def _sighting(
    name: str, said: _Said, spots: tuple[Spot, ...], places: Places, compared: Comparison | None
) -> Sighting:
    agreement, read = _compared(name, compared, exact=said.exact)
    spot = _best(said.key, spots) or _anywhere(said.key, places.print)
    text = read or (spot.text if spot else "")
    if agreement is Agreement.OPEN and said.stands_in(text):
        agreement = Agreement.SAME
    page, box = _place(spot)
    return Sighting(name, said.shown, _short(text), agreement, page, box)


def _compared(name: str, compared: Comparison | None, *, exact: bool) -> tuple[Agreement, str]:
    """What the comparison says of a field, and what it read there instead."""
    if compared is None:
        return Agreement.OPEN, ""
    for each in (*compared.differences, *compared.passages):
        if each.field == name:
            return Agreement.DIFFERENT, each.scan
    if name in compared.equal_numbers or (name in compared.agreeing and not exact):
        return Agreement.SAME, ""
    sought = name in (*compared.agreeing, *compared.missing)
    return (Agreement.UNSEEN if sought else Agreement.OPEN), ""


def _best(key: str, spots: tuple[Spot, ...]) -> Spot | None:
    """The place that says the value, else the first one."""
    return next(
        (spot for spot in spots if key and key in plain(spot.text)), next(iter(spots), None)
    )


def _anywhere(key: str, print_: Print) -> Spot | None:
    """The first piece of print that holds the value, where its label was not read."""
    if len(key) < LEAST_KEY:
        return None
    pieces = (line for line in print_.lines if key in plain(line.text))
    return next((Spot(line.text, line.confidence, (line,)) for line in pieces), None)


def _place(spot: Spot | None) -> tuple[int, Box | None]:
    """Around the pieces on the first page of them; nothing where places were not kept."""
    lines = [line for line in (spot.lines if spot else ()) if line.box[3] > line.box[1]]
    if not lines:
        return 0, None
    page = min(line.page for line in lines)
    return page, around(line for line in lines if line.page == page)


def around(lines: Iterable[ScanLine]) -> Box:
    """The box around pieces of one page. Raises ValueError when there are none."""
    lefts, tops, rights, bottoms = zip(*(line.box for line in lines), strict=True)
    left, top = min(lefts), min(tops)
    return left, top, max(rights) - left, max(bottoms) - top


def _short(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"
