"""A sheet as an OFD file (GB/T 33190), as office programs in China export it: text and ruled lines
at their places, no seal.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from html import escape

from samples.scan import first_line
from samples.sheet import (
    LEADING,
    PADDING,
    POINT,
    Align,
    Placed,
    PlacedLine,
    Sheet,
    advance,
    lay_out,
)

_NAMES = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_ZIP_TIME = (2024, 8, 8, 10, 0, 0)


def export_ofd(sheet: Sheet) -> bytes:
    """The sheet as OFD."""
    wide, high = sheet.paper
    pages = ["".join(_drawn(page)) for page in lay_out(sheet)]
    listed = "".join(
        f'<ofd:Page ID="{number + 10}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
        for number in range(len(pages))
    )
    parts = {
        "OFD.xml": f'<ofd:OFD {_NAMES} DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocInfo/>'
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {_NAMES}><ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID>"
        f"<ofd:PageArea><ofd:PhysicalBox>0 0 {wide:g} {high:g}</ofd:PhysicalBox></ofd:PageArea>"
        f"</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    for number, objects in enumerate(pages):
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = (
            f'<ofd:Page {_NAMES}><ofd:Content><ofd:Layer ID="3">{objects}</ofd:Layer></ofd:Content></ofd:Page>'
        )
    return _packed(parts)


def _packed(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            head = '<?xml version="1.0" encoding="UTF-8"?>'
            package.writestr(entry, head + text, compresslevel=9)
    return out.getvalue()


def _drawn(page: tuple[Placed | PlacedLine, ...]) -> Iterator[str]:
    for item in page:
        if isinstance(item, PlacedLine):
            line = item.line
            slack = item.width - advance(line.text, line.size) if line.align is Align.CENTER else 0
            yield from _text(line.text, line.size, item.left + slack / 2, item.top)
        else:
            yield from _cell(item)


def _cell(placed: Placed) -> Iterator[str]:
    box = f"{placed.left:.2f} {placed.top:.2f} {placed.width:.2f} {placed.height:.2f}"
    across, down = f"{placed.width:.2f}", f"{placed.height:.2f}"
    yield (
        f'<ofd:PathObject ID="5" LineWidth="0.2" Boundary="{box}"><ofd:AbbreviatedData>'
        f"M 0 0 L {across} 0 L {across} {down} L 0 {down} C</ofd:AbbreviatedData></ofd:PathObject>"
    )
    step = placed.size * POINT * LEADING
    for number, text in enumerate(placed.lines):
        slack = placed.width - advance(text, placed.size) if placed.cell.label else 2 * PADDING
        top = first_line(placed) + number * step
        yield from _text(text, placed.size, placed.left + slack / 2, top)


def _text(text: str, size: float, left: float, top: float) -> Iterator[str]:
    """One line; places in millimetres from the upper left corner."""
    if not text:
        return
    letter = size * POINT
    places = [advance(text[:number], size) for number in range(len(text) + 1)]
    steps = " ".join(f"{places[at + 1] - places[at]:.3f}" for at in range(len(text) - 1))
    deltas = f' DeltaX="{steps}"' if steps else ""
    down = top + (LEADING - 1) / 2 * letter
    yield (
        f'<ofd:TextObject ID="6" Font="2" Size="{letter:.3f}" '
        f'Boundary="{left:.2f} {down:.2f} {places[-1]:.2f} {letter * 1.2:.2f}">'
        f'<ofd:TextCode X="0" Y="{letter * 0.88:.3f}"{deltas}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )
