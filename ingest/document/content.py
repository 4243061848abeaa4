"""What is written in a document, whatever program wrote it:
lines and tables of cells with their places.

Plain values only; ``word.py`` and ``pdf.py`` fill them,
``forms.py`` and ``fields.py`` read them. No file is opened here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

MAX_ROWS = 2000
MAX_COLUMNS = 64
MAX_CELLS = 50_000  #: of all tables of one document together
MAX_TEXT = 2_000_000  #: characters of one document
MAX_SHORT = 28  #: characters of a text in an outline
MAX_OUTLINE, MAX_CHAINS = 200, 8  #: texts, and runs of them, in an outline

INK = "\ufffc"
"""Stands for something drawn or set there that is no text: a picture, a shape, a control."""
STRUCK = "\ufdd0"
"""Stands for text that was struck out: nobody means it, but somebody was there."""
RING, RING_END = "\ufdd1", "\ufdd2"
"""Stand around text that is underlined, ringed or shaded, as one of several options may be."""
_SIGNS = str.maketrans("", "", INK + STRUCK + RING + RING_END)
_SIGNS_SHOWN = str.maketrans({INK: "〔图〕", STRUCK: "〔划去〕", RING: "", RING_END: ""})


def ringed(text: str) -> str:
    """``text`` with the signs of a ring around it."""
    return f"{RING}{text}{RING_END}"


def words(text: str) -> str:
    """``text`` without the signs for what is no text."""
    return text.translate(_SIGNS)


def for_people(text: str) -> str:
    """``text`` with those signs as words."""
    return text.translate(_SIGNS_SHOWN)


def signed(text: str) -> str:
    """``text`` if it has signs, else "": what a :class:`Line` or :class:`Cell` keeps of it."""
    return text if words(text) != text else ""


@dataclass(frozen=True)
class Line:
    """One paragraph or line of text outside tables."""

    text: str
    place: str  #: for people: ``第3段``, ``第2页 第5行``
    signed: str = ""  #: the text with its signs (:data:`INK` and others); "" when it has none
    hangs: bool = False  #: its last piece may go on in a line that stands under it or above

    @property
    def said(self) -> str:
        """The text, with signs where something stands that is no text."""
        return self.signed or self.text


@dataclass(frozen=True)
class Cell:
    """One cell where it begins; row and column from 0, in units of the table's finest grid."""

    text: str
    row: int
    column: int
    width: int = 1
    height: int = 1
    signed: str = ""  #: the text with its signs (:data:`INK` and others); "" when it has none

    @property
    def said(self) -> str:
        """The text, with signs where something stands that is no text."""
        return self.signed or self.text


@dataclass(frozen=True)
class Table:
    """One table; ``number`` counts from 1 in the order of the document."""

    number: int
    cells: tuple[Cell, ...]
    after: int = 0  #: lines of text that stand in front of it

    @cached_property
    def grid(self) -> dict[tuple[int, int], Cell]:
        """Every covered place of the grid and the cell that covers it."""
        return {
            (row, column): cell
            for cell in self.cells
            for row in range(cell.row, cell.row + cell.height)
            for column in range(cell.column, cell.column + cell.width)
        }

    @cached_property
    def row_count(self) -> int:
        """Number of rows."""
        return max((cell.row + cell.height for cell in self.cells), default=0)

    @cached_property
    def column_count(self) -> int:
        """Number of columns."""
        return max((cell.column + cell.width for cell in self.cells), default=0)

    @cached_property
    def rows(self) -> dict[int, tuple[Cell, ...]]:
        """The cells that begin in each row, from left to right."""
        found: dict[int, list[Cell]] = {}
        for cell in sorted(self.cells, key=_reading_order):
            found.setdefault(cell.row, []).append(cell)
        return {row: tuple(cells) for row, cells in found.items()}

    def turned(self) -> Table:
        """The table with rows and columns changed over."""
        turn = (
            replace(
                cell,
                row=cell.column,
                column=cell.row,
                width=cell.height,
                height=cell.width,
            )
            for cell in self.cells
        )
        return Table(self.number, tuple(turn), self.after)

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that covers this place, if any."""
        return self.grid.get((row, column))

    def right_of(self, cell: Cell) -> Cell | None:
        """The neighbour on the right, in the cell's first row."""
        return self.at(cell.row, cell.column + cell.width)

    def below(self, cell: Cell) -> Cell | None:
        """The neighbour below, in the cell's first column."""
        return self.at(cell.row + cell.height, cell.column)

    def place(self, cell: Cell, row: int | None = None) -> str:
        """Where the cell stands, for people: ``表1 第3行 第2列``."""
        return f"表{self.number} 第{(cell.row if row is None else row) + 1}行 第{cell.column + 1}列"


@dataclass(frozen=True, eq=False)
class Content:
    """Everything written in a document; one is another's equal only when it is the same."""

    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: int = 0  #: embedded pictures; a Word file of pictures only is a scan in disguise
    #: what staff should know of the file, in Chinese: macros, links to elsewhere
    notes: tuple[str, ...] = ()
    #: drawings that may be seen elsewhere than where they are anchored, such as over a box to tick
    loose: int = 0

    def outline(self) -> tuple[tuple[str, ...], ...]:
        """The short texts (headings, labels, values) in the order they stand:
        outside tables, then each table's.
        """
        chains = [[line.text for line in self.lines]]
        cells = (sorted(table.cells, key=_reading_order) for table in self.tables)
        chains += ([cell.text for cell in each] for each in cells)
        stripped = ([text.strip() for text in chain] for chain in chains)
        short = (tuple(text for text in chain if 2 <= len(text) <= MAX_SHORT) for chain in stripped)
        return tuple(chain[:MAX_OUTLINE] for chain in short if chain)[:MAX_CHAINS]

    @cached_property
    def characters(self) -> int:
        """Number of characters that are not white space."""
        texts = [line.text for line in self.lines]
        texts += [cell.text for table in self.tables for cell in table.cells]
        return sum(len("".join(text.split())) for text in texts)


def _reading_order(cell: Cell) -> tuple[int, int]:
    return cell.row, cell.column
