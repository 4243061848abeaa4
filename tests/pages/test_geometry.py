"""A scanned page in PDFs that are valid and unusual: other boxes, units and turns, mirrored, in
pieces, in other colours. A viewer shows the same page each time, so the same is said of it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ingest.document.reader import read_document
from ingest.reading import Kind, SealOutcome, SealReading
from rules.call import Call
from tests.unit.ingest.document.papers import (
    Pixels,
    jpeg,
    pdf,
    scanned,
    seal_mask,
    sheet,
    stamp,
    stream,
)

DPI = 110
SEALED = scanned(stamp(sheet(DPI), DPI, seal_mask(DPI)))
BARE = scanned(sheet(DPI))
A4 = b"/MediaBox[0 0 595 842]"
FULL = b"595 0 0 842 0 0"
_IMAGE = b"/Type/XObject/Subtype/Image/Width %d/Height %d"
Objects = dict[int, bytes]


def written(content: bytes, objects: Objects, page: bytes = A4, tree: bytes = b"") -> bytes:
    """A file of one page; its pictures are the objects from 20 on, by their numbers."""
    names = b"".join(b"/I%d %d 0 R" % (number, number) for number in objects)
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1%b>>" % tree,
            3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</XObject<<%b>>>>%b>>"
            % (names, page),
            4: stream(b"/Filter/FlateDecode", zlib.compress(content)),
            **objects,
        }
    )


def picture(page: Pixels) -> bytes:
    """A JPEG."""
    head = _IMAGE % (page.shape[1], page.shape[0])
    coding = b"/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode"
    return stream(head + coding, jpeg(page, 75))


def samples(page: NDArray[np.generic], space: bytes, bits: int = 8) -> bytes:
    """Deflated."""
    head = _IMAGE % (page.shape[1], page.shape[0])
    coding = b"/BitsPerComponent %d/ColorSpace%b/Filter/FlateDecode" % (bits, space)
    return stream(head + coding, zlib.compress(page.tobytes(), 1))


def mask(shown: NDArray[np.bool_]) -> bytes:
    """One bit for each dot, painted in the colour of the moment."""
    head = _IMAGE % (shown.shape[1], shown.shape[0])
    coding = b"/ImageMask true/BitsPerComponent 1/Filter/FlateDecode"
    return stream(head + coding, zlib.compress(np.packbits(~shown, axis=1).tobytes()))


def placed(matrix: bytes, number: int = 20) -> bytes:
    """A picture drawn."""
    return b"q %b cm /I%d Do Q " % (matrix, number)


def boxed(boxes: bytes, matrix: bytes = FULL) -> Callable[[Pixels], bytes]:
    """Within other boxes."""
    return lambda page: written(placed(matrix), {20: picture(page)}, boxes)


def turned(quarters: int, matrix: bytes, more: bytes = b"") -> Callable[[Pixels], bytes]:
    """Stored turned to the left so often, and turned back by the drawing or by the page."""
    box = b"/MediaBox[0 0 842 595]" if more and quarters % 2 else A4
    return lambda page: written(
        placed(matrix), {20: picture(np.ascontiguousarray(np.rot90(page, quarters)))}, box + more
    )


def tiled(rows: int, columns: int) -> Callable[[Pixels], bytes]:
    """In pieces."""

    def made(page: Pixels) -> bytes:
        objects: Objects = {}
        content = b""
        for row, band in enumerate(np.array_split(page, rows)):
            for column, piece in enumerate(np.array_split(band, columns, axis=1)):
                number = 20 + len(objects)
                objects[number] = picture(np.ascontiguousarray(piece))
                wide, high = 595 / columns, 842 / rows
                corner = (wide, high, wide * column, 842 - high * (row + 1))
                content += placed(b"%.2f 0 0 %.2f %.2f %.2f" % corner, number)
        return written(content, objects)

    return made


def in_space(
    space: bytes, convert: Callable[[Pixels], NDArray[np.generic]], bits: int = 8
) -> Callable[[Pixels], bytes]:
    """In other colours."""
    return lambda page: written(placed(FULL), {20: samples(convert(page), space, bits)})


def as_mirror(page: Pixels) -> bytes:
    """Stored as in a mirror, shown the right way round."""
    stored = picture(np.ascontiguousarray(page[:, ::-1]))
    return written(placed(b"-595 0 0 842 595 0"), {20: stored})


def in_a_turned_form(page: Pixels) -> bytes:
    """In a form that stands on its head, twice."""
    head = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Matrix[1 0 0 -1 0 842]"
    form = stream(head + b"/Resources<</XObject<</I20 20 0 R>>>>", placed(FULL))
    return written(placed(b"1 0 0 -1 0 842", 21), {20: picture(page), 21: form})


def on_a_spread(page: Pixels) -> bytes:
    """Beside an empty page on A3."""
    empty = picture(np.full_like(page, 247))
    content = placed(FULL) + placed(b"595 0 0 842 595 0", 21)
    return written(content, {20: empty, 21: picture(page)}, b"/MediaBox[0 0 1190 842]")


WAYS: dict[str, Callable[[Pixels], bytes]] = {
    "unit of two points": boxed(b"/MediaBox[0 0 297.5 421]/UserUnit 2", b"297.5 0 0 421 0 0"),
    "unit of a tenth": boxed(b"/MediaBox[0 0 5950 8420]/UserUnit .1", b"5950 0 0 8420 0 0"),
    "dots as points": boxed(b"/MediaBox[0 0 1654 2339]", b"1654 0 0 2339 0 0"),
    "huge": boxed(b"/MediaBox[0 0 5950 8420]", b"5950 0 0 8420 0 0"),
    "tiny": boxed(b"/MediaBox[0 0 5.95 8.42]", b"5.95 0 0 8.42 0 0"),
    "corner below nought": boxed(
        b"/MediaBox[-297.5 -421 297.5 421]", b"595 0 0 842 -297.5 -421"
    ),
    "corners the other way": boxed(b"/MediaBox[595 842 0 0]"),
    "right half of A3": boxed(
        b"/MediaBox[0 0 1190 842]/CropBox[595 0 1190 842]", b"595 0 0 842 595 0"
    ),
    "cropped in units": boxed(
        b"/MediaBox[0 0 600 600]/CropBox[100 100 397.5 521]/UserUnit 2",
        b"297.5 0 0 421 100 100",
    ),
    "cropped to nothing": boxed(A4 + b"/CropBox[0 0 0 0]"),
    "other boxes": boxed(A4 + b"/TrimBox[100 100 300 300]/BleedBox[0 0 1 1]"),
    "shown lying": boxed(A4 + b"/Rotate 90"),
    "shown upside down": boxed(A4 + b"/Rotate 180"),
    "turned to the right": turned(1, b"842 0 0 595 0 0", b"/Rotate 90"),
    "turned to the left": turned(3, b"842 0 0 595 0 0", b"/Rotate -90"),
    "turned once and once more": turned(1, b"842 0 0 595 0 0", b"/Rotate 450"),
    "turned by the drawing": turned(1, b"0 -842 595 0 0 842"),
    "straightened by the drawing": boxed(A4, b"594.6 20.8 -29.4 841.5 14 -10"),
    "mirror": as_mirror,
    "turned form": in_a_turned_form,
    "spread": on_a_spread,
    "strips": tiled(40, 1),
    "tiles": tiled(4, 3),
    "calibrated": in_space(
        b"[/CalRGB<</WhitePoint[.95 1 1.09]/Gamma[2.2 2.2 2.2]>>]", lambda page: page
    ),
    "sixteen bits": in_space(
        b"/DeviceRGB", lambda page: (page.astype(np.uint16) * 257).astype(">u2"), 16
    ),
}  # fmt: skip


def seal_of(data: bytes, call: Call) -> SealReading:
    """What is said of it."""
    document = read_document("2", "扫描件.pdf", Kind.PDF, data, call).document
    assert document is not None
    assert document.is_scan.value is True
    assert document.seal is not None
    return document.seal


@pytest.mark.parametrize("way", WAYS)
def test_a_seal_is_seen_in_its_size_and_none_where_there_is_none(call: Call, way: str) -> None:
    """42 mm on A4, whatever the page calls its sides."""
    sealed, bare = (seal_of(WAYS[way](page), call) for page in (SEALED, BARE))

    assert sealed.outcome is SealOutcome.STAMPED
    assert 39 <= sealed.seals[0].diameter_mm <= 45
    assert bare.outcome is not SealOutcome.STAMPED
    assert bare.outcome is SealOutcome.NOT_STAMPED or way == "spread"  # seen less finely


def in_masks(page: Pixels, *, ground: bool) -> bytes:
    """As scanners keep a page small: print and red marks as masks painted in a colour each, perhaps
    over a picture of the paper.
    """
    colours = page.astype(int)
    red = colours[..., 0] - np.maximum(colours[..., 1], colours[..., 2]) > 45
    black = (colours.max(axis=2) < 120) & ~red
    paper = np.asarray(Image.fromarray(np.full_like(page, 245)).resize((200, 280)))
    objects: Objects = {20: picture(paper)} if ground else {}
    content = placed(FULL) if ground else b""
    content += b".1 .1 .1 rg " + placed(FULL, 21) + b".8 .12 .15 rg " + placed(FULL, 22)
    return written(content, objects | {21: mask(black), 22: mask(red)})


@pytest.mark.parametrize("ground", [True, False])
def test_a_page_of_masks_is_neither_blank_nor_without_its_mark(call: Call, ground: bool) -> None:
    """Nobody can tell whether the red one was scanned: staff hear of it, not of an empty page."""
    sealed, bare = (seal_of(in_masks(page, ground=ground), call) for page in (SEALED, BARE))

    assert sealed.outcome is SealOutcome.UNCERTAIN
    assert "印章图样" in sealed.reason
    assert bare.outcome is not SealOutcome.STAMPED
    assert "空白" not in bare.reason
