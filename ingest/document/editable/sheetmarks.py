"""What a workbook (.xlsx) says of its cells besides their values: which rows and columns nobody
sees, what is struck, how numbers are shown, which formulas have no result that was stored.

Parts in, marks out. The values are read by ``spreadsheet.py``; no formula is computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from lxml import etree

from ingest.document.content import MAX_COLUMNS, MAX_ROWS, STRUCK
from ingest.document.editable.officepackage import BROKEN, Package, child, is_on, name_of, value

Place = tuple[int, int]

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
BUILT_IN = {"9": "0%", "10": "0.00%"}
_MOST_CELLS = 200_000
_MOST_DRAWN, _MOST_DRAWINGS = 50, 200
"""Rows and columns that one drawing is taken to cover, and drawings of one sheet."""
_COVERING = frozenset(
    {"conditionalFormatting", "drawing", "tableParts", "picture", "legacyDrawingHF"}
)
"""Parts of a sheet by which something else may lie behind letters."""
_DUST = frozenset({"1", "2"})  #: points: letters nobody can read
_NOTHING = ";;;"  #: a format that shows nothing


@dataclass
class Marks:
    """What is said of one sheet; rows and columns from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    struck: set[Place] = field(default_factory=set)
    formats: dict[Place, str] = field(default_factory=dict)  #: those that show a share of 100
    unsaid: set[Place] = field(default_factory=set)  #: formulas without a result one can trust
    texts: dict[Place, str] = field(default_factory=dict)  #: with signs, where some is struck
    drawn: set[Place] = field(default_factory=set)  #: under a text box, a shape or a picture
    merged: dict[Place, Place] = field(default_factory=dict)  #: first and last cell of some
    everywhere: bool = False  #: something is drawn, and nobody knows over which cells

    def draw(self, first: Place, last: Place) -> None:
        """Something lies over the cells from one to another."""
        down = range(first[0], min(last[0], first[0] + _MOST_DRAWN) + 1)
        across = range(first[1], min(last[1], first[1] + _MOST_DRAWN) + 1)
        self.drawn |= {(row, column) for row in down for column in across}


class SheetBook:
    """The marks of a workbook's sheets, by their names."""

    def __init__(self, data: bytes) -> None:
        self._package = Package(data)
        root = self._package.main()
        relations = self._package.main_relations
        sheets = child(root, "sheets")
        self._parts = {
            value(sheet, "name"): relations[value(sheet, "id")].target
            for sheet in (sheets if sheets is not None else ())
            if value(sheet, "id") in relations
        }
        calculation = child(root, "calcPr")
        #: nothing that was stored is a result: the program that wrote it computes nothing
        self._anew = calculation is not None and value(calculation, "fullCalcOnLoad") in {
            "1",
            "true",
        }
        self._bare = False  #: nothing but a cell's own fill may lie behind its letters
        self._styles = list(_styles(self._package.related("styles")))
        self._strings = dict(_struck_strings(self._package.related("sharedStrings")))

    def marks(self, name: str) -> Marks:
        """Of one sheet; none when it cannot be followed."""
        marks = Marks()
        root = self._package.xml(self._parts.get(name, ""))
        if root is None:
            return marks
        self._bare = not any(name_of(each) in _COVERING for each in root)
        for columns in root.iter("{*}col"):
            if is_true(value(columns, "hidden")) or _is_nought(value(columns, "width")):
                first, last = _number(value(columns, "min")), _number(value(columns, "max"))
                marks.hidden_columns |= set(range(first - 1, min(last, 4 * MAX_COLUMNS)))
        for number, cell in enumerate(self._cells(root, marks)):
            if number > _MOST_CELLS:
                break
            self._note(cell, marks)
        part = self._drawn_on(self._parts.get(name, ""), root)
        controls = self._drawn_on(self._parts.get(name, ""), root, old=True)
        for corners in (*_covered(self._package.xml(part)), *self._controls(controls)):
            marks.draw(*corners)
        return marks

    def _drawn_on(self, sheet: str, root: etree._Element, *, old: bool = False) -> str:
        """The part with what is drawn on a sheet, in the old way or the new; "" without one."""
        if child(root, "legacyDrawing" if old else "drawing") is None:
            return ""
        try:
            relations = self._package.relations(sheet).values()
        except BROKEN:
            return ""
        kind = "vmlDrawing" if old else "drawing"
        return next((each.target for each in relations if each.kind == kind), "")

    def _controls(self, part: str) -> Iterator[tuple[Place, Place]]:
        """The first and the last cell under each control of a form; comments are none."""
        told = self._package.read(part) or b""
        for match in islice(_CONTROL.finditer(told), _MOST_DRAWINGS):
            left, _, top, _, right, over, bottom, below = map(int, match[1].split(b","))
            yield (top, left), (bottom - (not below), right - (not over))

    def _cells(self, root: etree._Element, marks: Marks) -> Iterator[etree._Element]:
        for row in root.iter("{*}row"):
            at = _number(value(row, "r")) - 1
            gone = is_true(value(row, "hidden")) or _is_nought(value(row, "ht"))
            if gone and 0 <= at <= MAX_ROWS:
                marks.hidden_rows.add(at)
            yield from row

    def _note(self, cell: etree._Element, marks: Marks) -> None:
        match = _REFERENCE.fullmatch(value(cell, "r"))
        if match is None:
            return
        place = int(match[2]) - 1, column_of(match[1])
        held = child(cell, "v")
        text = (held.text or "").strip() if held is not None else ""
        kind = value(cell, "t")
        computed = child(cell, "f") is not None
        if kind == "e" or (computed and (not text or (self._anew and _is_nought(text)))):
            marks.unsaid.add(place)
        style = _number(value(cell, "s")) if value(cell, "s") else 0
        look = self._styles[style] if style < len(self._styles) else _Look()
        shown = look.format
        if look.struck or look.dust or (look.white and self._bare):
            marks.struck.add(place)
        if shown == _NOTHING:
            marks.unsaid.add(place)
        elif shown:
            marks.formats[place] = shown
        if kind == "s" and text in self._strings:
            marks.texts[place] = self._strings[text]


_CONTROL = re.compile(
    rb"ObjectType=[\"'](?!Note)\w{1,20}[\"']>(?:(?!</x:ClientData>).){0,2000}?"
    rb"<x:Anchor>((?:\s*\d{1,6}\s*,){7}\s*\d{1,6})\s*</x:Anchor>",
    re.DOTALL,
)
_OVER = ("sp", "pic", "cxnSp", "grpSp", "contentPart")
"""Drawings; a chart shows what stands elsewhere."""


def _covered(drawing: etree._Element | None) -> Iterator[tuple[Place, Place]]:
    """The first and the last cell under each drawing that is shown."""
    anchors = drawing.iter("{*}twoCellAnchor", "{*}oneCellAnchor") if drawing is not None else ()
    for anchor in filter(_is_seen, islice(anchors, _MOST_DRAWINGS)):
        first = _corner(child(anchor, "from"))
        last = _corner(child(anchor, "to"), end=True) or first
        if first is not None and last is not None:
            yield first, (max(first[0], last[0]), max(first[1], last[1]))


def _is_seen(anchor: etree._Element) -> bool:
    """Whether something is drawn there that is not switched off."""
    drawn = next(anchor.iter(*(f"{{*}}{name}" for name in _OVER)), None)
    named = next(anchor.iter("{*}cNvPr"), None)
    return drawn is not None and not (named is not None and is_true(value(named, "hidden")))


def _corner(corner: etree._Element | None, *, end: bool = False) -> Place | None:
    """The cell in which a corner lies; an end at the very edge of a cell does not cover it."""
    if corner is None:
        return None
    told = {name_of(each): (each.text or "").strip() for each in corner}
    row, column = (
        _number(told.get(name, "")) - (end and told.get(f"{name}Off", "0") == "0")
        for name in ("row", "col")
    )
    return row, column


def is_true(text: str) -> bool:
    """A switch of a workbook."""
    return text in {"1", "true", "on"}


def is_share(code: str) -> bool:
    """Whether a number's format shows a share of 100."""
    return "%" in code or "‰" in code


def _is_nought(text: str) -> bool:
    return re.fullmatch(r"0(?:\.0*)?", text) is not None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


def column_of(letters: str) -> int:
    """The number of a column, from 0, by its letters."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


@dataclass(frozen=True)
class _Look:
    """What a cell's style says."""

    struck: bool = False
    white: bool = False  #: and nothing of its own behind
    dust: bool = False  #: too small to be seen
    format: str = ""  #: of its numbers, if it is one of shares


def _styles(root: etree._Element | None) -> Iterator[_Look]:
    if root is None:
        return
    formats = child(root, "numFmts")
    codes = BUILT_IN | {
        value(each, "numFmtId"): value(each, "formatCode")
        for each in (formats if formats is not None else ())
    }
    fonts, fills = list(_children(root, "fonts")), list(_children(root, "fills"))
    looks = [
        _Look(is_on(child(font, "strike")), _is_white(font), _size(font) in _DUST) for font in fonts
    ]
    for style in _children(root, "cellXfs"):
        font, fill = _number(value(style, "fontId")), _number(value(style, "fillId"))
        code = codes.get(value(style, "numFmtId"), "")
        share = code if is_share(code) or code == _NOTHING else ""
        look = looks[font] if font < len(looks) else _Look()
        filled = fill < len(fills) and not _is_unfilled(fills[fill])
        yield replace(look, white=look.white and not filled, format=share)


def _children(root: etree._Element, name: str) -> Iterator[etree._Element]:
    held = child(root, name)
    yield from held if held is not None else ()


def _is_white(font: etree._Element) -> bool:
    colour = child(font, "color")
    if colour is None:
        return False
    plain = value(colour, "theme") == "0" and not value(colour, "tint")
    return plain or value(colour, "rgb").upper()[-6:] == "FFFFFF" or value(colour, "indexed") == "9"


def _size(font: etree._Element) -> str:
    size = child(font, "sz")
    return value(size, "val") if size is not None else ""


def _is_unfilled(fill: etree._Element) -> bool:
    pattern = child(fill, "patternFill")
    return pattern is not None and value(pattern, "patternType") in {"", "none"}


def _struck_strings(root: etree._Element | None) -> Iterator[tuple[str, str]]:
    """Shared texts of which a part is struck: their number, and what they say with signs."""
    for number, text in enumerate(root if root is not None else ()):
        runs = [run for run in text if name_of(run) == "r"]
        gone = [is_on(child(run, "rPr", "strike")) for run in runs]
        if any(gone):
            words = ("".join(part.text or "" for part in run.iter("{*}t")) for run in runs)
            pieces = zip(words, gone, strict=True)
            yield str(number), "".join(STRUCK if out else word for word, out in pieces)
