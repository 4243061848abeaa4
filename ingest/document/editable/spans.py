"""Paragraphs and tables whose cells say how many columns and rows they cover, as HTML and
OpenDocument tell them -> lines and tables on one grid.

Pure; what a file's bytes mean is its reader's matter. Formats that tell where a cell ends instead
are ``grids.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.document.content import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TEXT,
    Cell,
    Content,
    Line,
    Table,
    signed,
    words,
)
from ingest.document.editable.symbols import shown

MAX_DEPTH = 30  #: of tables inside cells


class TooMuchError(Exception):
    """More rows, cells or text than anything a form can be."""


@dataclass
class _Cell:
    row: int
    column: int
    width: int
    height: int
    paragraphs: list[str] = field(default_factory=list)

    def finished(self, rows: int) -> Cell:
        said = "\n".join(self.paragraphs).strip()
        height = max(1, min(self.height, rows - self.row))
        text = words(said).strip()
        return Cell(text, self.row, self.column, self.width, height, signed(said))


@dataclass
class _Table:
    number: int
    after: int  #: lines in front of it
    cells: list[_Cell] = field(default_factory=list)
    taken: dict[int, int] = field(default_factory=dict)  #: column -> first row that is free again
    current: _Cell | None = None
    row: int = -1

    def finished(self) -> Table:
        cells = tuple(cell.finished(self.row + 1) for cell in self.cells)
        return Table(self.number, cells, self.after)


class Writer:
    """Takes down a document in its order; what is closed without having been opened is passed
    over.
    """

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._tables: list[Table] = []
        self._open: list[_Table] = []
        self._text: list[str] = []
        self._size = self._cells = self._numbers = 0
        self.pictures = 0

    @property
    def depth(self) -> int:
        """How many tables are open."""
        return len(self._open)

    @property
    def begun(self) -> str:
        """What stands in the paragraph that is open."""
        return "".join(self._text)

    def add(self, text: str) -> None:
        """Some text of the paragraph that is open. Raises TooMuchError."""
        self._size += len(text)
        if self._size > MAX_TEXT:
            raise TooMuchError
        self._text.append(text)

    def end_paragraph(self, *, always: bool = False) -> None:
        """The paragraph is at its end; an empty one counts only ``always``."""
        text = shown("".join(self._text)).replace("\xa0", " ").strip("\n")
        self._text = []
        if not text.strip() and not always:
            return
        if self._open and self._open[-1].current is not None:
            self._open[-1].current.paragraphs.append(text)
        elif text.strip():
            place = f"第{len(self._lines) + 1}段"
            self._lines.append(Line(words(text), place, signed(text)))

    def begin_table(self) -> None:
        """A table begins, perhaps inside a cell. Raises TooMuchError."""
        self.end_paragraph()
        if len(self._open) == MAX_DEPTH:
            raise TooMuchError
        self._numbers += 1
        self._open.append(_Table(self._numbers, len(self._lines)))

    def begin_row(self) -> None:
        """A row begins; the one before is at its end. Raises TooMuchError."""
        if self._open:
            self.end_cell()
            self._open[-1].row += 1
            if self._open[-1].row >= MAX_ROWS:
                raise TooMuchError

    def begin_cell(self, width: int = 1, height: int = 1) -> None:
        """A cell begins at the first place of the row that is free; the one before is at its end.
        Raises TooMuchError.
        """
        if not self._open:
            return
        self.end_cell()
        self._cells += 1
        if self._cells > MAX_CELLS:
            raise TooMuchError
        table = self._open[-1]
        table.row = max(table.row, 0)
        inside = [cell for cell in table.cells[-MAX_COLUMNS:] if cell.row == table.row]
        column = inside[-1].column + inside[-1].width if inside else 0
        while table.taken.get(column, 0) > table.row:
            column += 1
        width = max(1, min(width, MAX_COLUMNS - column))
        height = max(1, min(height, MAX_ROWS))
        table.current = _Cell(table.row, column, width, height)
        for each in range(column, column + width):
            table.taken[each] = table.row + height
        if column < MAX_COLUMNS:
            table.cells.append(table.current)

    def end_cell(self) -> None:
        """The cell is at its end."""
        self.end_paragraph()
        if self._open:
            self._open[-1].current = None

    def end_table(self) -> None:
        """The table is at its end; one that stands in a cell beside others is that cell's text."""
        if not self._open:
            return
        self.end_cell()
        inner = self._open.pop().finished()
        self._tables.append(inner)
        if self._open and self._open[-1].current is not None and self._stands_beside_text():
            numbers = range(inner.row_count)
            rows = ([cell.said for cell in inner.cells if cell.row == row] for row in numbers)
            self._open[-1].current.paragraphs += map("\t".join, rows)

    def _stands_beside_text(self) -> bool:
        table = self._open[-1]
        row = (cell for cell in table.cells if cell.row == table.row)
        return any(text.strip() for cell in row for text in cell.paragraphs)

    def content(self, notes: tuple[str, ...] = ()) -> Content:
        """Everything that was taken down."""
        while self._open:
            self.end_table()
        self.end_paragraph()
        tables = sorted((t for t in self._tables if t.cells), key=lambda table: table.number)
        return Content(tuple(self._lines), tuple(tables), self.pictures, notes)
