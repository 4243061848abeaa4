"""Pictures in formats that neither the look for seals nor the print reader takes: TIFF, HEIC and
the like -> a PDF of its pages, or one JPEG.

The only importer of ``pi_heif``. Runs in the disposable worker; one page is in memory at a time.
What is on the pages is not looked at here.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import pi_heif
from PIL import Image, ImageOps

from ingest.document.seal.pixels import MAX_PIXELS
from ingest.reading import Kind

MAX_PAGES = 60  #: of a TIFF: more than a form has
_QUALITY = 88
_SMALL = 400  #: pixels: a single one of no more is no page
_A4_SHORT = 595.0  #: points
_FORMATS = ("TIFF", "HEIF", "WEBP", "BMP", "GIF", "AVIF")
_BROKEN = (
    OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, SyntaxError, EOFError,
    RuntimeError, ArithmeticError, Image.DecompressionBombError,
)  # fmt: skip
"""What Pillow was seen to raise on damaged pictures (SyntaxError: a header that is none)."""

pi_heif.options.DECODE_THREADS = 1  # the worker is one of several processes
pi_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # sizes are compared with our own limit before anything is decoded


class PictureLimitError(Exception):
    """More pixels than are opened."""


class _Page(NamedTuple):
    jpeg: bytes
    size: tuple[int, int]  #: pixels
    points: tuple[float, float]
    grey: bool


def readable(data: bytes) -> tuple[Kind, bytes] | None:
    """The picture as something that is read: a PDF when it is a TIFF, else a JPEG turned the right
    way up; None when it cannot be opened.

    Raises:
        PictureLimitError: it is too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                pages = getattr(picture, "n_frames", 1)
                if picture.format == "TIFF" and (pages > 1 or max(picture.size) > _SMALL):
                    return Kind.PDF, _pdf(_frames(picture))
                return Kind.JPEG, _page(picture).jpeg
    except _BROKEN:
        return None


def as_read(kind: Kind, data: bytes) -> tuple[Kind, bytes]:
    """A file as the readers of pages take it; what cannot be turned into that stays as it is."""
    if kind is not Kind.IMAGE:
        return kind, data
    try:
        return readable(data) or (kind, data)
    except PictureLimitError:
        return kind, data


def _frames(picture: Image.Image) -> Iterator[_Page]:
    for number in range(min(getattr(picture, "n_frames", 1), MAX_PAGES)):
        picture.seek(number)
        yield _page(picture)


def _page(picture: Image.Image) -> _Page:
    width, height = picture.size
    if not 0 < width * height <= MAX_PIXELS:
        raise PictureLimitError
    dots = picture.info.get("dpi", (0, 0))
    picture.load()
    # after load: Pillow has turned a TIFF and libheif a HEIC already, and their tags are gone
    turned = _plain(ImageOps.exif_transpose(picture))
    out = io.BytesIO()
    turned.save(out, "JPEG", quality=_QUALITY)
    return _Page(out.getvalue(), turned.size, _points(turned.size, dots), turned.mode == "L")


def _plain(picture: Image.Image) -> Image.Image:
    """Grey or colour of eight bits; what is clear shows as paper."""
    if picture.mode in {"1", "L"}:
        return picture.convert("L")
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or "transparency" in picture.info:
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture.convert("RGBA"))
        return paper.convert("RGB")
    return picture.convert("RGB")


def _points(size: tuple[int, int], dots: tuple[float, float]) -> tuple[float, float]:
    """The page's size: by the scanner's resolution, else a page as wide as A4."""
    if all(50 <= float(each) <= 2400 for each in dots):
        return size[0] / float(dots[0]) * 72, size[1] / float(dots[1]) * 72
    scale = _A4_SHORT / min(size)
    return size[0] * scale, size[1] * scale


def _pdf(pages: Iterator[_Page]) -> bytes:
    """A PDF of pictures, a page each (ISO 32000-1, 7.7.3)."""
    out, offsets = io.BytesIO(b"%PDF-1.7\n"), list[int]()
    out.seek(0, io.SEEK_END)

    def add(number: int, body: bytes) -> None:
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    kids: list[bytes] = []
    for page in pages:
        first = 3 + 3 * len(kids)
        kids.append(b"%d 0 R" % first)
        width, height = page.points
        space = b"/DeviceGray" if page.grey else b"/DeviceRGB"
        add(
            first,
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Contents %d 0 R"
            b"/Resources<</XObject<</P %d 0 R>>>>>>" % (width, height, first + 1, first + 2),
        )
        draw = b"q %.2f 0 0 %.2f 0 0 cm /P Do Q" % (width, height)
        add(first + 1, b"<</Length %d>>\nstream\n%b\nendstream" % (len(draw), draw))
        add(
            first + 2,
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace %b"
            b"/Filter/DCTDecode/Length %d>>\nstream\n%b\nendstream"
            % (*page.size, space, len(page.jpeg), page.jpeg),
        )
    add(1, b"<</Type/Catalog/Pages 2 0 R>>")
    add(2, b"<</Type/Pages/Kids[%b]/Count %d>>" % (b" ".join(kids), len(kids)))
    return _closed(out, [*offsets[-2:], *offsets[:-2]])


def _closed(out: io.BytesIO, offsets: list[int]) -> bytes:
    start, count = out.tell(), len(offsets) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, start))
    return out.getvalue()
