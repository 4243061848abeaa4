"""What a form looks like, as values: lines and tables. Word files, scans and exports are all made
from this one model.

Only the model and the measuring of rows live here; nothing in this file knows Word, pictures or
PDF.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Face(StrEnum):
    """The three type faces Chinese offices use for forms."""

    SONG = "宋体"
    HEI = "黑体"
    KAI = "楷体"


class Align(StrEnum):
    """Where a text stands between its margins."""

    LEFT = "left"
    CENTER = "center"


@dataclass(frozen=True)
class Line:
    """One paragraph outside a table. ``size`` is in points, ``before`` the white space above it in
    millimetres.
    """

    text: str
    size: float = 12
    face: Face = Face.SONG
    align: Align = Align.LEFT
    before: float = 0
    grey: bool = False
    seal: str = ""  #: the organisation that stamps over this line; "" for nobody


@dataclass(frozen=True)
class Cell:
    """One cell of a table; ``across`` columns wide and ``down`` rows high."""

    text: str = ""
    across: int = 1
    down: int = 1
    label: bool = False
    seal: str = ""
    seal_at: float = 0.5  #: where the seal's middle stands, as a share of the cell's width
    signed: str = ""  #: who signs by hand on paper; never in the Word file


@dataclass(frozen=True)
class Row:
    """One row: the cells that begin in it, from left to right, and its least height in
    millimetres.
    """

    cells: tuple[Cell, ...]
    height: float = 9


@dataclass(frozen=True)
class Table:
    """A ruled table; ``widths`` are its columns in millimetres."""

    widths: tuple[float, ...]
    rows: tuple[Row, ...]
    size: float = 10.5


@dataclass(frozen=True)
class PageBreak:
    """The next block begins on a new page."""


Block: TypeAlias = Line | Table | PageBreak


@dataclass(frozen=True)
class Sheet:
    """A whole form, blank or filled in, on A4 paper."""

    title: str
    blocks: tuple[Block, ...]
    landscape: bool = False
    margin: float = 20

    @property
    def paper(self) -> tuple[float, float]:
        """Width and height in millimetres."""
        return (297.0, 210.0) if self.landscape else (210.0, 297.0)


POINT = 25.4 / 72
"""Millimetres in one typographic point."""

LEADING = 1.35
"""Line distance as a multiple of the type size."""

PADDING = 1.6
"""White space between a rule and the text beside it, in millimetres."""


@dataclass(frozen=True)
class Placed:
    """A cell with its place on a page, in millimetres from the page's upper left corner."""

    cell: Cell
    left: float
    top: float
    width: float
    height: float
    lines: tuple[str, ...]
    size: float


@dataclass(frozen=True)
class PlacedLine:
    """A line with its place on a page, in millimetres."""

    line: Line
    left: float
    top: float
    width: float


Page: TypeAlias = tuple[Placed | PlacedLine, ...]

_NO_LINE_START = "，。；：、）》”％%"


def advance(text: str, size: float) -> float:
    """The width of ``text`` in millimetres: Chinese characters are one em, the others
    half of it.
    """
    return (
        sum(
            1.0
            if ord(
                char,
            )
            > 0x2E7F
            or char in "“”—…☐☑"
            else 0.5
            for char in text
        )
        * size
        * POINT
    )


def wrap(text: str, width: float, size: float) -> tuple[str, ...]:
    """Break ``text`` into lines of at most ``width`` millimetres; closing punctuation never begins
    a line.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        current = ""
        for char in paragraph:
            if current and advance(current + char, size) > width and char not in _NO_LINE_START:
                lines.append(current)
                current = ""
            current += char
        lines.append(current)
    return tuple(lines)


def _grid(table: Table) -> list[list[tuple[int, Cell]]]:
    """For every row the cells that begin in it with their first column; cells reaching down keep
    their columns taken.
    """
    taken: dict[tuple[int, int], bool] = {}
    grid: list[list[tuple[int, Cell]]] = []
    for number, row in enumerate(table.rows):
        begin: list[tuple[int, Cell]] = []
        column = 0
        for cell in row.cells:
            while taken.get((number, column)):
                column += 1
            begin.append((column, cell))
            taken.update(
                {
                    (
                        number + y,
                        column + x,
                    ): True
                    for y in range(cell.down)
                    for x in range(cell.across)
                }
            )
            column += cell.across
        grid.append(begin)
    return grid


def columns_of(table: Table) -> list[list[tuple[int, Cell]]]:
    """Public face of the grid, for writers that merge cells by column."""
    return _grid(table)


def _row_height(table: Table, row: Row, begin: list[tuple[int, Cell]]) -> float:
    """The height a row needs: its own least height or that of its longest text in cells
    of one row.
    """
    need = row.height
    for column, cell in begin:
        if cell.down == 1:
            inside = sum(table.widths[column : column + cell.across]) - 2 * PADDING
            need = max(
                need,
                len(
                    wrap(cell.text, inside, table.size),
                )
                * table.size
                * POINT
                * LEADING
                + 2 * PADDING,
            )
    return math.ceil(need * 4) / 4


class _Layout:
    """Puts blocks on pages from top to bottom."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.pages: list[list[Placed | PlacedLine]] = [[]]
        self.top = sheet.margin
        self.bottom = sheet.paper[1] - sheet.margin

    def turn(self) -> None:
        self.pages.append([])
        self.top = self.sheet.margin

    def line(self, line: Line) -> None:
        width = self.sheet.paper[0] - 2 * self.sheet.margin
        self.top += line.before
        for text in wrap(line.text, width, line.size):
            piece = Line(text, line.size, line.face, line.align, 0, line.grey, line.seal)
            self.pages[-1].append(PlacedLine(piece, self.sheet.margin, self.top, width))
            self.top += line.size * POINT * LEADING

    def table(self, table: Table) -> None:
        """Rows in runs that fit a page; a cell reaching over the page's end is drawn again on the
        next page.
        """
        grid = _grid(table)
        heights = [
            _row_height(
                table,
                row,
                begin,
            )
            for row, begin in zip(table.rows, grid, strict=True)
        ]
        first = 0
        while first < len(heights):
            last, used = first, 0.0
            while last < len(
                heights,
            ) and (last == first or self.top + used + heights[last] <= self.bottom):
                used += heights[last]
                last += 1
            self._run(table, grid, heights, first, last)
            self.top += used
            if last < len(heights):
                self.turn()
            first = last

    def _run(
        self,
        table: Table,
        grid: list[list[tuple[int, Cell]]],
        heights: list[float],
        first: int,
        last: int,
    ) -> None:
        lefts = [
            self.sheet.margin
            + sum(
                table.widths[:index],
            )
            for index in range(len(table.widths))
        ]
        for number, begin in enumerate(grid[:last]):
            for column, cell in begin:
                start, stop = max(number, first), min(number + cell.down, last)
                if start >= stop:
                    continue
                width = sum(table.widths[column : column + cell.across])
                top = self.top + sum(heights[first:start])
                lines = wrap(cell.text, width - 2 * PADDING, table.size)
                self.pages[-1].append(
                    Placed(
                        cell,
                        lefts[column],
                        top,
                        width,
                        sum(heights[start:stop]),
                        lines,
                        table.size,
                    )
                )


def lay_out(sheet: Sheet) -> tuple[Page, ...]:
    """The sheet's pages with every cell and line in its place."""
    layout = _Layout(sheet)
    actions: dict[type[Block], Callable[..., None]] = {Line: layout.line, Table: layout.table}
    for block in sheet.blocks:
        if isinstance(block, PageBreak):
            layout.turn()
        else:
            actions[type(block)](block)
    return tuple(tuple(page) for page in layout.pages)
