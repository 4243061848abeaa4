"""Tables of a born-digital page, from its ruling lines:
which places of the grid hang together as cells.

Pure geometry in points; glyphs and pages are ``pdf.py``'s.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

_NEAR = 2.5  #: points: lines closer than this are one
_MAX_ROWS, _MAX_COLUMNS = 200, 64


class Stroke(NamedTuple):
    """A horizontal or vertical line: left, bottom, right, top."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def length(self) -> float:
        """Points."""
        return max(self.right - self.left, self.top - self.bottom)

    @property
    def level(self) -> bool:
        """Whether it is horizontal."""
        return self.right - self.left >= self.top - self.bottom


class GridCell(NamedTuple):
    """A cell: first row (from the top) and column, and how many of each it covers."""

    row: int
    column: int
    height: int
    width: int


class RuledGrid:
    """The cells that strokes enclose;
    what can be reached from outside without crossing a stroke is no cell.
    """

    def __init__(self, strokes: Iterable[Stroke]) -> None:
        kept = [stroke for stroke in strokes if stroke.length > 4]
        self.xs = _merged([stroke.left for stroke in kept if not stroke.level])
        self.ys = _merged([stroke.bottom for stroke in kept if stroke.level])
        self.cells: dict[tuple[int, int], GridCell] = {}
        if 2 <= len(self.xs) <= _MAX_COLUMNS and 2 <= len(self.ys) <= _MAX_ROWS:
            self._find_cells(
                [each for each in kept if each.level],
                [each for each in kept if not each.level],
            )

    def cell_at(self, x: float, y: float) -> GridCell | None:
        """The cell that holds a point of the page."""
        return self.cells.get((bisect_right(self.ys, y), bisect_right(self.xs, x)))

    def _find_cells(self, level: list[Stroke], upright: list[Stroke]) -> None:
        """Number places from 0 (outside) to len (outside) in both directions,
        bottom up, and flood them.
        """
        floors = {(row, column) for row, column in self._crossed(level, self.ys, self.xs)}
        walls = {(row, column) for column, row in self._crossed(upright, self.xs, self.ys)}
        seen: set[tuple[int, int]] = set()
        for row in range(len(self.ys) + 1):
            for column in range(len(self.xs) + 1):
                if (row, column) not in seen:
                    places = self._flood((row, column), floors, walls)
                    seen |= places
                    self._note(places)

    def _crossed(
        self,
        strokes: list[Stroke],
        lines: list[float],
        across: list[float],
    ) -> Iterable[tuple[int, int]]:
        """(index of the line, index of the place along it) for every stretch of a
        grid line that is drawn.
        """
        for stroke in strokes:
            at, start, end = stroke.left, stroke.bottom, stroke.top
            if stroke.level:
                at, start, end = stroke.bottom, stroke.left, stroke.right
            line = min(range(len(lines)), key=lambda index: abs(lines[index] - at))
            for place, (low, high) in enumerate(pairwise(across), 1):
                if start <= (low + high) / 2 <= end:
                    yield line, place

    def _flood(
        self, start: tuple[int, int], floors: set[tuple[int, int]], walls: set[tuple[int, int]]
    ) -> set[tuple[int, int]]:
        places, waiting = {start}, [start]
        while waiting:
            row, column = waiting.pop()
            steps = (
                ((row + 1, column), (row, column) not in floors and row < len(self.ys)),
                ((row - 1, column), (row - 1, column) not in floors and row > 0),
                ((row, column + 1), (row, column) not in walls and column < len(self.xs)),
                ((row, column - 1), (row, column - 1) not in walls and column > 0),
            )
            fresh = [place for place, is_open in steps if is_open and place not in places]
            places.update(fresh)
            waiting += fresh
        return places

    def _note(self, places: set[tuple[int, int]]) -> None:
        rows, columns = [row for row, _ in places], [column for _, column in places]
        across = min(columns) > 0 and max(columns) < len(self.xs)
        if not across or min(rows) == 0 or max(rows) == len(self.ys):
            return
        height, width = max(rows) - min(rows) + 1, max(columns) - min(columns) + 1
        cell = GridCell(len(self.ys) - 1 - max(rows), min(columns) - 1, height, width)
        self.cells.update(dict.fromkeys(places, cell))


def _merged(values: list[float]) -> list[float]:
    """Sorted, with values nearer than 2.5 points taken as one."""
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > _NEAR:
            kept.append(value)
    return kept
