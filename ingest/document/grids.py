"""Rows of cells whose borders are lengths -> a :class:`~ingest.document.content.Table` on one grid.

Old Word files and RTF know no columns, only where each cell of a row ends; pure geometry, whoever read it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingest.document.content import MAX_COLUMNS, Cell, Table

_TOLERANCE = 40  #: twips by which borders of one column differ from row to row (0.7 mm)


@dataclass(frozen=True)
class RowCell:
    """One cell of a row; ``right`` in twips from the table's left border."""

    text: str
    right: int
    continues: bool = False  #: goes on with the cell above it
    joined: bool = False  #: goes on with the cell on its left


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
                cells[-1] = replace(last, width=right - last.column, text=_join(last.text, cell.text))
            elif cell.continues and column in above:
                upper = cells[above[column]]
                cells[above[column]] = replace(
                    upper, height=row_number + 1 - upper.row, text=_join(upper.text, cell.text)
                )
            elif right <= MAX_COLUMNS:
                above[column] = len(cells)
                cells.append(Cell(cell.text, row_number, column, right - column))
            column = right
    return Table(number, tuple(cells))


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
