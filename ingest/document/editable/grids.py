"""Paragraphs, cell ends and row ends,
as old Word files and RTF tell them -> lines and tables on one grid.

These formats know no columns, only where each cell of a row ends. Pure;
what a file's bytes mean is its reader's matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ingest.document.content import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TEXT,
    RING,
    RING_END,
    STRUCK,
    Cell,
    Content,
    Line,
    Table,
    signed,
    words,
)
from ingest.document.editable.symbols import shown

_STRUCK = re.compile(f"{STRUCK}+")
_TOLERANCE = 40  #: twips by which borders of one column differ from row to row (0.7 mm)


class TooMuchError(Exception):
    """More rows, cells or text than anything a form can be."""


@dataclass(frozen=True)
class CellEnd:
    """Where a cell of a row ends; ``right`` in twips from the table's left border."""

    right: int
    continues: bool = False  #: goes on with the cell above it
    joined: bool = False  #: goes on with the cell on its left


@dataclass(frozen=True)
class RowCell(CellEnd):
    """One cell of a row, with its text."""

    text: str = ""


def build_table(number: int, rows: list[list[RowCell]]) -> Table:
    """The table; merged cells keep the place where they begin."""
    borders = _borders([cell.right for row in rows for cell in row])
    cells: list[Cell] = []
    above: dict[int, int] = {}  #: column -> index in ``cells`` of what a vertical merge goes on
    for row_number, row in enumerate(rows):
        column = 0
        for cell in row:
            right = max(_column(borders, cell.right), column + 1)
            if cell.joined and cells and cells[-1].row == row_number:
                last = cells[-1]
                cells[-1] = replace(
                    last,
                    width=right - last.column,
                    text=_join(last.text, cell.text),
                )
            elif cell.continues and column in above:
                upper = cells[above[column]]
                cells[above[column]] = replace(
                    upper, height=row_number + 1 - upper.row, text=_join(upper.text, cell.text)
                )
            elif right <= MAX_COLUMNS:
                above[column] = len(cells)
                cells.append(Cell(cell.text, row_number, column, right - column))
            column = right
    return Table(number, tuple(map(_with_signs, cells)))


def _with_signs(cell: Cell) -> Cell:
    return replace(cell, text=words(cell.text).strip(), signed=signed(cell.text))


def _join(first: str, second: str) -> str:
    return "\n".join(text for text in (first, second) if text.strip())


def _borders(values: list[int]) -> list[int]:
    """One length for each column's right border."""
    borders: list[int] = []
    for value in sorted(set(values)):
        if not borders or value - borders[-1] > _TOLERANCE:
            borders.append(value)
    return borders


def _column(borders: list[int], value: int) -> int:
    """How many columns lie left of ``value``."""
    return 1 + min(range(len(borders)), key=lambda index: abs(borders[index] - value))


@dataclass
class _Level:
    """What is open at one depth of tables within tables."""

    paragraphs: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    rows: list[list[RowCell]] | None = None


class Writer:
    """Takes down a document in its order.
    Depth 0 is outside tables, 1 in a table, 2 in a table inside a cell.
    """

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._tables: list[list[list[RowCell]]] = []
        self._after: list[int] = []  #: lines in front of each
        self._levels: list[_Level] = []
        self._text: list[str] = []
        self._size = self._count = 0
        self.pictures = 0

    def add(self, text: str) -> None:
        """Some text of the paragraph that is open. Raises TooMuchError."""
        self._size += len(text)
        if self._size > MAX_TEXT:
            raise TooMuchError
        self._text.append(text)

    def _taken(self) -> str:
        text = "".join(char for char in "".join(self._text) if char in "\t\n" or char >= " ")
        self._text = []
        text = _STRUCK.sub(STRUCK, text.replace(RING_END + RING, ""))  # told for each character
        return shown(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))

    def _level(self, depth: int) -> _Level:
        """The open level at ``depth`` (from 1); what is deeper is at its end."""
        while len(self._levels) > depth:
            self._close()
        while len(self._levels) < depth:
            self._levels.append(_Level())
        return self._levels[depth - 1]

    def _close(self) -> None:
        level = self._levels.pop()
        # cells whose row never ended: keep the words
        for text in (*level.cells, *level.paragraphs):
            if text.strip():
                self._line(text)
        if level.rows and self._levels and any(text.strip() for text in self._levels[-1].cells):
            # a table in a cell beside others is that cell's text; one in a cell alone is a frame's
            # content
            texts = ("\t".join(cell.text for cell in row) for row in level.rows)
            self._levels[-1].paragraphs += texts

    def _line(self, text: str) -> None:
        said = text.strip("\n")
        self._lines.append(Line(words(said), f"第{len(self._lines) + 1}段", signed(said)))

    def end_paragraph(self, depth: int) -> None:
        """The paragraph is at its end."""
        text = self._taken()
        if depth > 0:
            self._level(depth).paragraphs.append(text)
            return
        while self._levels:
            self._close()
        if text.strip():
            self._line(text)

    def end_cell(self, depth: int) -> None:
        """The paragraph and its cell are at their end. Raises TooMuchError."""
        self._count += 1
        if self._count > MAX_CELLS:
            raise TooMuchError
        level = self._level(depth)
        level.cells.append("\n".join([*level.paragraphs, self._taken()]).strip())
        level.paragraphs = []

    def end_row(self, depth: int, ends: list[CellEnd]) -> None:
        """The row is at its end; with fewer ends than cells,
        the cells count as equally wide. Raises TooMuchError.
        """
        level = self._level(depth)
        self._text = []
        if level.rows is None:
            level.rows = []
            self._tables.append(level.rows)
            self._after.append(len(self._lines))
        if len(ends) < len(level.cells):
            ends = [CellEnd(1000 * number) for number in range(1, len(level.cells) + 1)]
        row = zip(level.cells, ends, strict=False)
        level.rows.append(
            [RowCell(end.right, end.continues, end.joined, text) for text, end in row],
        )
        level.cells, level.paragraphs = [], []
        if len(level.rows) > MAX_ROWS:
            raise TooMuchError

    def content(self) -> Content:
        """Everything that was taken down."""
        self.end_paragraph(0)
        built = (build_table(number, rows) for number, rows in enumerate(self._tables, 1))
        tables = tuple(
            replace(table, after=after) for table, after in zip(built, self._after, strict=True)
        )
        return Content(tuple(self._lines), tables, self.pictures)
