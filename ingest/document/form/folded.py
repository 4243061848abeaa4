"""Rows of a summary table that hold several applicants, one below the other in each cell (numbers
1 and 2 in one cell, two names in the next): taken apart before they are read.

Pure. Only the numbers tell that lines of a cell are rows; a name may go over two lines by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingest.document.content import Cell, Table, signed, words

MAX_FOLDED = 40  #: rows in one


def unfolded(table: Table) -> Table:
    """The table with such rows taken apart; itself when there are none."""
    counts = {row: _rows_in(cells, table) for row, cells in table.rows.items()}
    if not any(count > 1 for count in counts.values()):
        return table
    shift, cells = 0, list[Cell]()
    for row in range(table.row_count):
        count = counts.get(row, 1)
        for cell in table.rows.get(row, ()):
            cells += _apart(cell, count, shift)
        shift += count - 1
    return Table(table.number, tuple(cells), table.after)


def _lines(cell: Cell) -> list[str]:
    return [line for line in cell.said.split("\n") if words(line).strip()]


def _rows_in(cells: tuple[Cell, ...], table: Table) -> int:
    """How many rows a row holds: as many as its numbers count, where every cell has as many lines,
    or one, or none.
    """
    row = cells[0].row
    reaching = [each for each in table.cells if each.row < row < each.row + each.height]
    if reaching or any(cell.height > 1 for cell in cells):
        return 1
    counts = {len(_lines(cell)) for cell in cells}
    numbered = max((len(_lines(cell)) for cell in cells if _is_counting(_lines(cell))), default=1)
    return numbered if numbered <= MAX_FOLDED and counts <= {0, 1, numbered} else 1


def _is_counting(lines: list[str]) -> bool:
    """Whether lines are numbers one after the other."""
    bare = [words(line).strip(" .、．") for line in lines]
    if len(bare) < 2 or not all(each.isascii() and each.isdecimal() for each in bare):
        return False
    first = int(bare[0][:6])
    return bare == [str(first + step) for step in range(len(bare))]


def _apart(cell: Cell, count: int, shift: int) -> Iterator[Cell]:
    lines = _lines(cell)
    if count == 1 or len(lines) < 2:
        yield replace(cell, row=cell.row + shift, height=cell.height + count - 1)
        return
    for step, line in enumerate(lines):
        row = cell.row + shift + step
        yield replace(cell, text=words(line).strip(), row=row, signed=signed(line))
