"""Invented pages, seals, scans and PDFs for the tests beside this file; needs no font and
no file.
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Pixels = NDArray[np.uint8]  #: rows x columns x (red, green, blue)
_TILE = 512  #: pixels
_STRIP = 64  #: rows worked out at a time, so that they stay in the cache; _TILE is a multiple


@lru_cache(maxsize=8)  # most tests ask for the same few
def sheet(
    dpi: int = 100,
    seed: int = 1,
    tint: tuple[int, int, int] = (250, 247, 238),
    table: bool = True,
) -> Pixels:
    """An A4 page of paper with lines of made-up characters and a ruled table."""
    random = np.random.default_rng(seed)
    mm = dpi / 25.4
    picture = Image.new("RGB", (round(210 * mm), round(297 * mm)), tint)
    draw = ImageDraw.Draw(picture)
    for row in range(12):
        y = (60 + 16 * row) * mm
        for column in range(int(random.integers(12, 28))):
            character(draw, random, (32 + 5.2 * column) * mm, y, 4 * mm, (35, 35, 38))
    if table:
        ruled(draw, mm, (35, 35, 38))
    page = np.array(picture)
    page.setflags(write=False)
    return page


def ruled(draw: ImageDraw.ImageDraw, mm: float, colour: tuple[int, int, int]) -> None:
    """A table over most of the page."""
    for row in range(13):
        draw.line(
            [28 * mm, (55 + 16 * row) * mm, 182 * mm, (55 + 16 * row) * mm],
            colour,
            max(1, round(0.35 * mm)),
        )
    for x in (28, 70, 112, 182):
        draw.line([x * mm, 55 * mm, x * mm, 247 * mm], colour, max(1, round(0.35 * mm)))


def character(
    draw: ImageDraw.ImageDraw,
    random: np.random.Generator,
    x: float,
    y: float,
    size: float,
    colour: tuple[int, ...],
) -> None:
    """Something as dense as a Chinese character: a few strokes in a square."""
    for _ in range(6):
        ends = random.uniform(0, size, 4)
        if random.random() < 0.7:
            ends[1 if random.random() < 0.5 else 0] = ends[3 if random.random() < 0.5 else 2]
        draw.line(
            [x + ends[0], y + ends[1], x + ends[2], y + ends[3]],
            colour,
            max(1, round(size / 9)),
        )


@lru_cache(maxsize=8)
def seal_mask(
    dpi: int, diameter: float = 42, seed: int = 1, oval: float = 1.0, star: bool = True
) -> NDArray[np.float32]:
    """Where a seal of ``diameter`` mm leaves ink (0..1): rim, writing around, star or a line of
    writing; height times ``oval``.
    """
    random = np.random.default_rng(seed)
    scale = dpi / 25.4 * 4
    size = int((diameter + 4) * scale)
    picture = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(picture)
    radius, middle = diameter / 2 * scale, size / 2
    draw.ellipse(
        [middle - radius, middle - radius, middle + radius, middle + radius],
        outline=255,
        width=round(1.2 * scale),
    )
    for index in range(12):
        angle = math.radians(150 + 20 * index)
        glyph = Image.new("L", (round(5 * scale), round(5 * scale)), 0)
        strokes = ImageDraw.Draw(glyph)
        character(strokes, random, 0.5 * scale, 0.5 * scale, 4 * scale, (255,))
        turned = glyph.rotate(-90 - math.degrees(angle))
        at = (middle + 0.76 * radius * math.cos(angle), middle + 0.76 * radius * math.sin(angle))
        picture.paste(255, (round(at[0] - 2.5 * scale), round(at[1] - 2.5 * scale)), turned)
    if star:
        points = [
            (
                middle + r * radius * math.sin(0.2 * math.pi * k),
                middle - r * radius * math.cos(0.2 * math.pi * k),
            )
            for k in range(10)
            for r in [0.32 if k % 2 == 0 else 0.13]
        ]
        draw.polygon(points, fill=255)
    else:
        for index in range(5):
            character(
                draw,
                random,
                middle + (6 * index - 14.5) * scale * 0.8,
                middle - 2.5 * scale,
                4.5 * scale,
                (255,),
            )
    picture = picture.rotate(float(random.uniform(-12, 12)), Image.Resampling.BICUBIC)
    picture = picture.resize((size // 4, max(1, round(size / 4 * oval))), Image.Resampling.BOX)
    mask: NDArray[np.float32] = np.asarray(picture, np.float32) / 255
    mask.setflags(write=False)
    return mask


def stamp(
    page: Pixels,
    dpi: int,
    mask: NDArray[np.float32],
    *,
    at_mm: tuple[float, float] = (120, 190),
    strength: float = 0.85,
    ink: tuple[int, int, int] = (205, 30, 40),
    seed: int = 1,
) -> Pixels:
    """``page`` with the seal's ink laid over it, a little uneven, as a stamp pad leaves it."""
    random = np.random.default_rng(seed)
    coarse = random.uniform(0.65, 1, (6, 6)).astype(np.float32)
    uneven = np.asarray(Image.fromarray(coarse).resize(mask.shape[::-1], Image.Resampling.BICUBIC))
    share = (mask * uneven * strength)[..., None]
    left, top = (round(value * dpi / 25.4) for value in at_mm)
    result = page.copy()
    place = np.s_[top : top + mask.shape[0], left : left + mask.shape[1]]
    part = result[place].astype(np.float32)
    share = share[: part.shape[0], : part.shape[1]]
    part *= 1 - share + share * np.array(ink, np.float32) / 255
    result[place] = part.clip(0, 255).astype(np.uint8)
    return result


def scanned(
    page: Pixels,
    *,
    noise: float = 3,
    skew: float = 0.6,
    blur: float = 0.5,
    seed: int = 1,
    shadow: float = 0.08,
) -> Pixels:
    """``page`` as a scanner gives it back; its noise is drawn once for a tile, which is laid out,
    for time's sake.
    """
    height, width = page.shape[:2]
    edge = np.median(page[::8, ::8].reshape(-1, 3), axis=0)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1)
    turned = cv2.warpAffine(
        page, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=edge.tolist()
    )
    result = np.asarray(cv2.GaussianBlur(turned, (0, 0), blur), np.uint8)
    light = np.linspace(1, 1 - shadow, width, dtype=np.float32).repeat(3)
    lights = np.tile(light, (_STRIP, 1))
    grain = np.tile(_grain(seed).reshape(_TILE, -1) * noise, -(-width // _TILE))[:, : 3 * width]
    for top in range(0, height, _STRIP):
        strip = result[top : top + _STRIP].reshape(-1, 3 * width)
        rows = slice(top % _TILE, top % _TILE + len(strip))
        values = cv2.multiply(strip, lights[: len(strip)], dtype=cv2.CV_32F)
        strip[:] = cv2.add(values, grain[rows]).clip(0, 255)
    return result


@lru_cache(maxsize=8)
def _grain(seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((_TILE, _TILE, 3), np.float32)


def grey(page: Pixels) -> Pixels:
    """``page`` without its colour, still stored in three channels."""
    return np.asarray(Image.fromarray(page).convert("L").convert("RGB"))


def jpeg(page: Pixels, quality: int = 60, mode: str = "RGB") -> bytes:
    """``page`` as JPEG."""
    out = io.BytesIO()
    Image.fromarray(page).convert(mode).save(out, "JPEG", quality=quality)
    return out.getvalue()


def png(page: Pixels) -> bytes:
    """``page`` as PNG."""
    out = io.BytesIO()
    Image.fromarray(page).save(out, "PNG")
    return out.getvalue()


# --- PDF ------------------------------------------------------------------------------------------


def pdf(objects: dict[int, bytes], trailer: bytes = b"") -> bytes:
    """A file of these objects; object 1 is the catalogue."""
    out, offsets = io.BytesIO(), {}
    out.write(b"%PDF-1.7\n")
    for number, body in sorted(objects.items()):
        offsets[number] = out.tell()
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start, count = out.tell(), max(objects) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
    out.writelines(b"%010d 00000 n \n" % offsets.get(number, 0) for number in range(1, count))
    out.write(
        b"trailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (count, trailer, start),
    )
    return out.getvalue()


def locked_pdf() -> bytes:
    """A page that nobody opens without its password."""
    key = b"/Encrypt<</Filter/Standard/V 1/R 2/O<%b>/U<%b>/P -4>>/ID[<00><00>]" % (
        b"41" * 32,
        b"42" * 32,
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    return pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: page},
        key,
    )


def stream(head: bytes, body: bytes) -> bytes:
    """A stream object."""
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (head, len(body), body)


def pages_pdf(
    pages: Sequence[tuple[bytes, bytes, dict[int, bytes]]],
    mediabox: bytes = b"0 0 595 842",
) -> bytes:
    """A PDF of pages given as (resources, content stream, further objects)."""
    objects: dict[int, bytes] = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    kids = []
    number = 100
    for resources, content, more in pages:
        kids.append(b"%d 0 R" % number)
        head = b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Resources<<%b>>/Contents %d 0 R>>" % (
            mediabox,
            resources,
            number + 1,
        )
        objects |= {
            number: head,
            number + 1: stream(b"/Filter/FlateDecode", zlib.compress(content)),
        } | more
        number += 2
    objects[2] = b"<</Type/Pages/Kids[%b]/Count %d>>" % (b" ".join(kids), len(kids))
    return pdf(objects)


FULL = b"595 0 0 842 0 0 cm"


def image_page(
    data: bytes,
    width: int,
    height: int,
    number: int = 10,
    colours: bytes = b"DeviceRGB",
    place: bytes = FULL,
    more: bytes = b"",
) -> tuple[bytes, bytes, dict[int, bytes]]:
    """A page that shows one JPEG (object ``number``), by default all over; ``more`` is drawn after
    it.
    """
    head = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/%b/BitsPerComponent 8/Filter/DCTDecode"
        % (
            width,
            height,
            colours,
        )
    )
    return (
        b"/XObject<</I %d 0 R>>/Font<<%b>>" % (number, FONT),
        b"q %b /I Do Q\n%b" % (place, more),
        {number: stream(head, data)},
    )


FONT = b"/F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def scan_pdf(*pages: Pixels, quality: int = 60) -> bytes:
    """A scan: one full-page JPEG a page."""
    return pages_pdf(
        [
            image_page(jpeg(page, quality), page.shape[1], page.shape[0], 10 + number)
            for number, page in enumerate(pages)
        ]
    )


def text_page(lines: Sequence[str], render: int = 0) -> tuple[bytes, bytes, dict[int, bytes]]:
    """A born-digital page of Latin text, one line under the other; ``render`` 3 makes it
    invisible.
    """
    rows = b"".join(
        b"1 0 0 1 60 %d Tm (%b) Tj\n"
        % (
            780 - 18 * row,
            line.encode("ascii"),
        )
        for row, line in enumerate(lines)
    )
    return b"/Font<<%b>>" % FONT, b"BT /F 12 Tf %d Tr\n%bET" % (render, rows), {}
