"""A sheet as "save as PDF" writes it: real text, ruled lines, no picture of paper and no seal.

Only the drawing lives here; the file format is in ``pdf.py``, the font in ``fontfile.py``.
"""

from __future__ import annotations

from datetime import datetime

from samples.fontfile import FontFile, Subset
from samples.fonts import font_file
from samples.pdf import MILLIMETRE, text_pdf
from samples.scan import first_line
from samples.sheet import (
    LEADING,
    PADDING,
    POINT,
    Align,
    Face,
    Page,
    Placed,
    PlacedLine,
    Sheet,
    advance,
    lay_out,
)


def _show(subset: Subset, text: str, size: float, at: tuple[float, float], high: float) -> str:
    """One line of text; places in millimetres from the upper left corner."""
    left, top = at
    base = high - top - size * POINT * (0.88 + (LEADING - 1) / 2)
    return f"BT /F1 {size:g} Tf {left * MILLIMETRE:.2f} {base * MILLIMETRE:.2f} Td <{subset.encode(text)}> Tj ET\n"


def _line(subset: Subset, placed: PlacedLine, high: float) -> str:
    line = placed.line
    slack = placed.width - advance(line.text, line.size) if line.align is Align.CENTER else 0
    colour = "0.6 g\n" if line.grey else "0 g\n"
    return colour + _show(subset, line.text, line.size, (placed.left + slack / 2, placed.top), high)


def _cell(subset: Subset, placed: Placed, high: float) -> str:
    box = (placed.left, high - placed.top - placed.height, placed.width, placed.height)
    drawn = "0 g 0.5 w " + " ".join(f"{side * MILLIMETRE:.2f}" for side in box) + " re S\n"
    step = placed.size * POINT * LEADING
    for number, text in enumerate(placed.lines):
        slack = placed.width - advance(text, placed.size) if placed.cell.label else 2 * PADDING
        if text:
            drawn += _show(
                subset,
                text,
                placed.size,
                (
                    placed.left + slack / 2,
                    first_line(placed) + number * step,
                ),
                high,
            )
    return drawn


def _content(subset: Subset, page: Page, high: float) -> bytes:
    pieces = [
        _line(
            subset,
            item,
            high,
        )
        if isinstance(item, PlacedLine)
        else _cell(subset, item, high)
        for item in page
    ]
    return "".join(pieces).encode("ascii")


def export_pdf(sheet: Sheet, written: datetime, *behind: Sheet) -> bytes:
    """The sheet, and those behind it, as a born-digital PDF. ``written`` is Beijing time.

    Raises MissingFontError.
    """
    subset = Subset(FontFile(font_file(Face.SONG)))
    pages = ((page, each.paper[1]) for each in (sheet, *behind) for page in lay_out(each))
    contents = [_content(subset, page, high) for page, high in pages]
    return text_pdf(contents, sheet.paper, subset, written)
