"""Glyphs and ruling lines at their places on a page -> lines of text and cells of a table.

Points from the bottom left. Pure geometry; whether a PDF or an OFD put them there is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ingest.document.content import Cell, Line
from ingest.document.paged.ruling import GridCell, RuledGrid, Stroke

_APART = 1.1
"""Characters of white between two pieces of a line."""


@dataclass(frozen=True)
class Glyph:
    """One character, where its baseline begins."""

    x: float
    y: float
    size: float
    advance: float
    text: str
    invisible: bool
    order: int

    @property
    def middle(self) -> tuple[float, float]:
        """A point inside the glyph."""
        return self.x + self.advance / 2, self.y + 0.3 * self.size


def strokes_of(points: list[tuple[float, float]], *, closed: bool) -> Iterator[Stroke]:
    """The level and upright lines of a path;
    a thin filled rectangle, as Word draws rules, is one line.
    """
    if not points or len(points) > 100:
        return
    xs, ys = [x for x, _ in points], [y for _, y in points]
    whole = Stroke(min(xs), min(ys), max(xs), max(ys))
    if min(whole.right - whole.left, whole.top - whole.bottom) < 3:
        yield whole
        return
    for (x1, y1), (x2, y2) in pairwise([*points, points[0]] if closed else points):
        if min(abs(x1 - x2), abs(y1 - y2)) < 1:
            yield Stroke(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def cells_of(grid: RuledGrid, glyphs: list[Glyph]) -> tuple[Cell, ...]:
    """The cells of a ruled table with the glyphs inside each."""
    held: dict[GridCell, list[Glyph]] = {cell: [] for cell in grid.cells.values()}
    for glyph in glyphs:
        cell = grid.cell_at(*glyph.middle)
        if cell is not None:
            held[cell].append(glyph)
    return tuple(
        Cell(
            "\n".join(line.text for line in lines_of(inside, 0)),
            cell.row,
            cell.column,
            cell.width,
            cell.height,
        )
        for cell, inside in sorted(held.items())
    )


def lines_of(glyphs: list[Glyph], page: int) -> tuple[Line, ...]:
    """Glyphs to lines from the top down;
    a gap of more than a character becomes a tab, as between a label and its value.
    """
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: (-glyph.y, glyph.x)):
        if rows and abs(rows[-1][0].y - glyph.y) <= 0.45 * max(glyph.size, 4):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    hanging = _hanging(rows)
    return tuple(
        Line("".join(_row_text(row)), f"第{page}页 第{number}行", hangs=number - 1 in hanging)
        for number, row in enumerate(rows, 1)
    )


def _row_text(row: list[Glyph]) -> Iterator[str]:
    end: float | None = None
    for glyph in sorted(row, key=lambda glyph: glyph.x):
        gap = 0.0 if end is None else glyph.x - end
        if gap > 0.15 * glyph.size:
            yield "\t" if gap > _APART * glyph.size else " "
        yield glyph.text
        end = glyph.x + glyph.advance


class _Run(NamedTuple):
    """The last piece of a row: where it begins and ends, and how high it is."""

    left: float
    right: float
    y: float
    size: float
    alone: bool  #: nothing stands in front of it
    labelled: bool  #: it may be a label and its value


def _hanging(rows: list[list[Glyph]]) -> set[int]:
    """Rows with a label whose value may go on: a full line that begins where the value does stands
    next to it, with nothing in front, as in a table without rules.
    """
    runs = [_last_run(row) for row in rows]
    found = set()
    for number, (upper, lower) in enumerate(pairwise(runs)):
        near = upper.y - lower.y < 2.2 * upper.size
        level = abs(upper.left - lower.left) < 0.5 * upper.size
        beside = [each.right for each in runs if abs(each.left - upper.left) < 0.5 * upper.size]
        full = upper.right > max(beside, default=0.0) - 2.2 * upper.size
        if near and level and full and upper.alone != lower.alone:
            lone, row = (upper, number + 1) if upper.alone else (lower, number)
            found |= set() if lone.labelled else {row}
    return found | _in_the_middle(runs)


def _in_the_middle(runs: list[_Run]) -> set[int]:
    """Rows of a label alone whose value stands on an even number of lines beside it, above and
    below.
    """
    found = set()
    for number, (upper, label, lower) in enumerate(zip(runs, runs[1:], runs[2:], strict=False), 1):
        alone = upper.alone and label.alone and lower.alone
        near = upper.y - lower.y < 2.2 * label.size
        beside = abs(upper.left - lower.left) < 0.5 * label.size and upper.left > label.right
        found |= {number} if alone and near and beside else set()
    return found


def _last_run(row: list[Glyph]) -> _Run:
    glyphs = sorted((glyph for glyph in row if glyph.text.strip()), key=lambda glyph: glyph.x)
    first = 0
    for number, (one, other) in enumerate(pairwise(glyphs), 1):
        if other.x - one.x - one.advance > _APART * other.size:
            first = number
    run = glyphs[first:] or row
    labelled = any(glyph.text in ":：" for glyph in run)
    end = run[-1].x + run[-1].advance
    return _Run(run[0].x, end, run[0].y, max(run[0].size, 4.0), first == 0, labelled)
