"""What an OpenDocument workbook (.ods) says of its cells besides their values: which rows and
columns nobody sees, what is struck, how shares are shown, which formulas have no result.

``content.xml`` in, marks out. The values are read by ``spreadsheet.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ingest.document.content import MAX_COLUMNS, MAX_ROWS, STRUCK
from ingest.document.editable.opendocument import count_of, root_of
from ingest.document.editable.opendrawings import DRAWINGS
from ingest.document.editable.openlooks import OpenLooks, is_struck, value_of
from ingest.document.editable.sheetmarks import Marks, Place, column_of

_UNSEEN = frozenset({"collapse", "filter"})
_WIDEST = 4 * MAX_COLUMNS
_DRAWING = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"


class OpenBook:
    """The marks of a workbook's sheets, by their names."""

    def __init__(self, data: bytes) -> None:
        root = root_of(data)
        self._struck = {
            value_of(style, "name")
            for style in root.iter("{*}style")
            if any(is_struck(properties) for properties in style.iter("{*}text-properties"))
        }
        covered = any(True for _ in root.iter("{*}map", "{*}shapes", "{*}conditional-formats"))
        looks = OpenLooks([root])
        self._struck |= looks.unseen_cells(bare=not covered)
        self._tables = {value_of(table, "name"): table for table in root.iter("{*}table")}

    def marks(self, name: str) -> Marks:
        """Of one sheet; none when it is not there."""
        marks = Marks()
        table = self._tables.get(name)
        if table is None:
            return marks
        marks.everywhere = any(map(_is_shown, table.iterfind("{*}shapes/*")))
        at = 0
        for column in table.iter("{*}table-column"):
            last = at + count_of(column, "number-columns-repeated")
            if value_of(column, "visibility") in _UNSEEN:
                marks.hidden_columns |= set(range(at, min(last, _WIDEST)))
            at = last
        for first, last, row in _rows(table):
            if value_of(row, "visibility") in _UNSEEN:
                marks.hidden_rows |= set(range(first, last))
            self._note(row, first, marks)
        return marks

    def _note(self, row: etree._Element, number: int, marks: Marks) -> None:
        column = 0
        for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
            place = number, column
            self._note_text(cell, place, marks)
            _note_drawn(cell, place, marks)
            marks.merged |= _merged(cell, place)
            column += count_of(cell, "number-columns-repeated")
            if column > _WIDEST:
                return

    def _note_text(self, cell: etree._Element, place: Place, marks: Marks) -> None:
        said, kind = self._said(cell), value_of(cell, "value-type")
        if value_of(cell, "formula") and not kind:
            marks.unsaid.add(place)
        elif STRUCK in said or kind == "percentage" or _is_under(cell):
            marks.texts[place] = said

    def _said(self, cell: etree._Element) -> str:
        """What a cell shows, with signs where something is struck."""
        lines = ["".join(self._pieces(line)) for line in cell.iterchildren("{*}p")]
        said = "\n".join(lines).strip()
        return STRUCK if said and value_of(cell, "style-name") in self._struck else said

    def _pieces(self, holder: etree._Element) -> Iterator[str]:
        yield holder.text or ""
        for each in holder:
            if value_of(each, "style-name") in self._struck:
                yield STRUCK
            elif isinstance(each.tag, str):
                yield from self._pieces(each)
            yield each.tail or ""


def _is_shown(drawing: etree._Element) -> bool:
    """Whether something is drawn that a person sees and that is no chart."""
    kind = str(drawing.tag).rpartition("}")[2]
    chart = next(drawing.iter("{*}object"), None) is not None
    return kind in DRAWINGS | {"control"} and not chart


def _merged(cell: etree._Element, place: Place) -> dict[Place, Place]:
    """The last cell of those that one covers."""
    down, across = (count_of(cell, f"number-{each}-spanned") for each in ("rows", "columns"))
    last = place[0] + max(down, 1) - 1, place[1] + max(across, 1) - 1
    return {place: last} if last != place else {}


def _note_drawn(cell: etree._Element, place: Place, marks: Marks) -> None:
    for drawing in filter(_is_shown, cell.iterchildren(f"{{{_DRAWING}}}*")):
        marks.draw(place, _end_of(drawing) or place)


_END = re.compile(r"(?:.*\.)?\$?([A-Z]{1,3})\$?(\d{1,7})")


def _end_of(drawing: etree._Element) -> Place | None:
    """The cell in which a drawing ends that is fastened to one."""
    match = _END.fullmatch(value_of(drawing, "end-cell-address"))
    return (int(match[2]) - 1, column_of(match[1])) if match else None


def _is_under(cell: etree._Element) -> bool:
    """Whether something drawn is fastened to a cell of text: calamine joins its words to it."""
    return value_of(cell, "value-type") == "string" and any(
        True for _ in cell.iterchildren(f"{{{_DRAWING}}}*")
    )


def _rows(table: etree._Element) -> Iterator[tuple[int, int, etree._Element]]:
    """Every row with its first number and the one behind its last."""
    at = 0
    for row in table.iter("{*}table-row"):
        last = at + count_of(row, "number-rows-repeated")
        yield at, min(last, MAX_ROWS + 1), row
        at = last
        if at > MAX_ROWS:
            return
