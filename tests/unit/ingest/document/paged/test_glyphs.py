"""Glyphs at their places -> lines of text, and lines that may go on."""

from __future__ import annotations

import pytest

from ingest.document.paged.glyphs import Glyph, lines_of

SIZE, LEFT, BESIDE = 12.0, 60.0, 180.0


def written(*pieces: tuple[float, float, str]) -> list[Glyph]:
    """Texts at their places, each character as wide as it is high."""
    return [
        Glyph(x + at * SIZE, y, SIZE, SIZE, text, invisible=False, order=0)
        for x, y, each in pieces
        for at, text in enumerate(each)
    ]


LONG, REST = "第三师图木舒克市第一高级中", "学教育集团"


@pytest.mark.parametrize(
    ("pieces", "hanging"),
    [
        ([(LEFT, 700, "名称"), (BESIDE, 700, LONG), (BESIDE, 684, REST)], ["名称\t" + LONG]),
        # the label in the middle of its row, or at its foot
        ([(BESIDE, 708, LONG), (LEFT, 700, "名称"), (BESIDE, 692, REST)], ["名称"]),
        ([(LEFT, 708, LONG), (LEFT, 700, "名称"), (LEFT, 692, REST)], []),
        ([(BESIDE, 708, LONG), (LEFT, 700, "名称"), (LEFT, 692, REST)], []),
        ([(BESIDE, 720, LONG), (LEFT, 700, "名称"), (BESIDE, 680, REST)], []),
        ([(BESIDE, 716, LONG), (LEFT, 700, "名称"), (BESIDE, 700, REST)], ["名称\t" + REST]),
        ([(BESIDE, 716, LONG), (LEFT, 700, "名称"), (BESIDE, 700, LONG[1:])], ["名称\t" + LONG[1:]]),
        # the next row of the table, a line of its own, another label, a short line above
        ([(LEFT, 700, "名称"), (BESIDE, 700, LONG), (LEFT, 684, "电话"), (BESIDE, 684, REST)], []),
        ([(LEFT, 700, "名称"), (BESIDE, 700, LONG), (LEFT, 684, REST)], []),
        ([(LEFT, 700, "名称"), (BESIDE, 700, LONG), (BESIDE, 684, "电话：" + REST)], []),
        ([(LEFT, 700, "名称"), (BESIDE, 700, REST), (BESIDE, 684, LONG)], []),
        ([(LEFT, 700, "名称"), (BESIDE, 700, LONG), (BESIDE, 600, REST)], []),
        ([(LEFT, 700, "名称"), (LEFT, 684, REST)], []),
    ],
)  # fmt: skip
def test_a_full_line_beside_a_label_may_go_on(
    pieces: list[tuple[float, float, str]], hanging: list[str]
) -> None:
    """Where a line that begins at the same place, with nothing in front, stands next to it."""
    lines = lines_of(written(*pieces), 1)
    assert [line.text for line in lines if line.hangs] == hanging


def test_blanks_are_no_pieces() -> None:
    """A row of blanks alone has no end that could go on."""
    lines = lines_of(written((LEFT, 700, "  "), (LEFT, 684, "名称")), 1)
    assert [line.hangs for line in lines] == [False, False]
