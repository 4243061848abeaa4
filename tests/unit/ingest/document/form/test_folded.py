"""Rows that hold several applicants, one below the other."""

from __future__ import annotations

import pytest

from ingest.document.content import STRUCK, Cell, Table, signed, words
from ingest.document.form.folded import unfolded


def table(*rows: tuple[str, ...], heights: dict[tuple[int, int], int] | None = None) -> Table:
    """A table of texts."""
    heights = heights or {}
    cells = [
        Cell(words(text), row, at, 1, heights.get((row, at), 1), signed(text))
        for row, texts in enumerate(rows)
        for at, text in enumerate(texts)
    ]
    return Table(1, tuple(cells))


def texts(made: Table) -> list[tuple[str, ...]]:
    """What stands in each row."""
    return [tuple(cell.said for cell in cells) for _, cells in sorted(made.rows.items())]


def test_numbers_one_below_the_other_are_rows() -> None:
    """A cell with one line stands beside all of them; rows below move down."""
    made = unfolded(
        table(("序号", "名称", "师市"), ("1.\n2.", f"甲\n{STRUCK}乙", "八师"), ("3", "丙", ""))
    )

    assert texts(made) == [
        ("序号", "名称", "师市"), ("1.", "甲", "八师"), ("2.", f"{STRUCK}乙"), ("3", "丙", ""),
    ]  # fmt: skip
    assert made.at(2, 2) == made.at(1, 2)


@pytest.mark.parametrize(
    "row",
    [
        ("1", "甲校\n分部", "八师"), ("1\n2", "甲\n乙\n丙", ""), ("2\n4", "甲\n乙", ""), ("一\n二", "甲\n乙", ""),
    ],
)  # fmt: skip
def test_other_lines_are_none(row: tuple[str, ...]) -> None:
    """A name goes over two lines by itself; lines that nobody counts are no rows."""
    made = table(row)

    assert unfolded(made) is made


def test_a_row_within_a_taller_cell_stays() -> None:
    """Nobody knows what would go with what."""
    made = table(("1\n2", "甲\n乙"), ("3", "丙"), heights={(0, 1): 2})

    assert unfolded(made) is made
