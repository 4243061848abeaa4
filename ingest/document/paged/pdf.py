"""The structure and text of a PDF:
what each page is (scan, scan with OCR layer, born digital ...), without drawing it.

The only module that imports ``pdfminer``. Pixels are ``rendering.py`` and ``pixels.py``; what the
text means is ``forms.py``. Runs in the disposable worker; the caps here keep ordinary hostile files
from costing the worker its life.
"""

from __future__ import annotations

import io
import logging
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from itertools import islice

from pdfminer.cmapdb import CMap, CMapDB
from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextDevice, PDFTextSeq
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError
from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFGraphicState, PDFPageInterpreter, PDFResourceManager, PDFTextState
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psexceptions import PSException
from pdfminer.psparser import PSLiteral, literal_name
from pdfminer.utils import Matrix, PathSegment, Rect, apply_matrix_pt, decode_text
from typing_extensions import override

from ingest.document.content import Cell, Content, Line, Table
from ingest.document.editable.symbols import shown
from ingest.document.paged.actualtext import MarkedText
from ingest.document.paged.codetables import LACKING, fill_in
from ingest.document.paged.formfields import field_glyphs
from ingest.document.paged.glyphs import Glyph, cells_of, lines_of, strokes_of
from ingest.document.paged.ruling import RuledGrid, Stroke
from ingest.document.paged.visible import covers, is_shown, meets, sides, user_unit, visible_box
from rules.characters import without_radicals

MAX_PAGES = 1_000
FIRST_PAGES, LAST_PAGES = 12, 2  #: looked at; the seal stands on the cover or at the end
MOST_PAGES = 60  #: looked at in all, where those show no seal
MOST_PIXELS = 600_000_000  #: of the pictures on pages in between: 70 pages of A4 at 300 dpi
MAX_GLYPHS = 20_000  #: of one page
MAX_OBJECTS = 20_000  #: paths, images and forms of one page
MAX_DEPTH = 8  #: of forms inside forms
MAX_INFLATED = 256 * 1024 * 1024  #: bytes of one stream: an A3 page at 600 dpi in colour has 209 MB
_SLICE = 64 * 1024  #: bytes looked at in one go to measure a stream

logging.getLogger("pdfminer").setLevel(
    logging.CRITICAL
)  # it reports every oddity of every file; the reading says what matters

_SPECIAL = ("SMask", "Mask", "Decode", "ImageMask")
"""Keys of an image that is not shown as its bytes say."""
_MASKS = ("SMask", "Mask", "ImageMask")
_SIDES = (("Width", "W"), ("Height", "H"))
_BROKEN = (
    PSException,
    struct.error,
    zlib.error,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    ArithmeticError,
    RecursionError,
)
"""What pdfminer was seen to raise on broken files."""


class BrokenPdfError(Exception):
    """The file is no readable PDF."""


class EncryptedPdfError(Exception):
    """It needs a password to be opened."""


class PdfLimitError(Exception):
    """It has more pages or larger streams than a form can have."""


class PageKind(StrEnum):
    """What a page is made of."""

    SCAN = "scan"
    SCAN_WITH_OCR = "scan with OCR layer"
    PICTURE_AND_TEXT = "picture and text"  #: a full-page picture under visible text: nobody can say
    PHOTO = "photo"  #: a picture that covers a part of the page
    DIGITAL = "digital"
    BLANK = "blank"


@dataclass(frozen=True)
class PdfImage:
    """One picture on a page; the box is in points on the page as shown:
    left, bottom, right, top.
    """

    width_px: int
    height_px: int
    filters: tuple[str, ...]
    box: tuple[float, float, float, float]
    upright: bool
    #: the stream, undone down to its JPEG if it is one
    load: Callable[[], bytes] = field(repr=False, compare=False)


@dataclass(frozen=True)
class PdfPage:
    """One page; the size is in millimetres as shown (after rotation)."""

    number: int
    width_mm: float
    height_mm: float
    kind: PageKind = PageKind.BLANK
    images: tuple[PdfImage, ...] = ()
    visible: int = 0  #: characters to be seen
    hidden: int = 0  #: characters of an OCR layer
    paths: int = 0
    cover: float = 0.0  #: share of the page covered by pictures
    lines: tuple[Line, ...] = ()  #: text outside tables
    cells: tuple[Cell, ...] = ()  #: of the ruled table, if there is one
    truncated: bool = False  #: so much was on the page that the rest was not read
    annotated: bool = False  #: annotations or fields lie on it
    overlaid: bool = False  #: something smaller was drawn over the picture that fills it
    #: pictures are shown as they are: not clipped, not mixed, on no layer that may be off
    plain: bool = True

    def enlarged(self, unit: float) -> PdfPage:
        """With pictures placed in points where the page counts in units of so many points."""
        boxes = (tuple(side * unit for side in image.box) for image in self.images)
        placed = zip(self.images, boxes, strict=True)
        return replace(
            self, images=tuple(replace(image, box=(b[0], b[1], b[2], b[3])) for image, b in placed)
        )

    @property
    def seal_sized_picture(self) -> bool:
        """Whether a picture of a seal's size (18 to 70 mm) lies on the page."""
        boxes = (image.box for image in self.images)
        sizes = [((b[2] - b[0]) / 72 * 25.4, (b[3] - b[1]) / 72 * 25.4) for b in boxes]
        return any(min(size) >= 18 and 25 <= max(size) <= 70 for size in sizes)


@dataclass(frozen=True)
class Pdf:
    """A whole file; ``pages`` are the ones looked at."""

    page_count: int
    pages: tuple[PdfPage, ...]

    @property
    def complete(self) -> bool:
        """Whether every page was looked at."""
        return len(self.pages) == self.page_count

    def with_pages(self, pages: Iterable[PdfPage]) -> Pdf:
        """The same file with more pages looked at."""
        return replace(
            self,
            pages=tuple(sorted((*self.pages, *pages), key=lambda page: page.number)),
        )

    @property
    def content(self) -> Content:
        """The text of the pages looked at."""
        lines: list[Line] = []
        tables: list[Table] = []
        for page in self.pages:
            lines += page.lines
            if page.cells:
                tables.append(Table(len(tables) + 1, page.cells, len(lines)))
        return Content(tuple(lines), tuple(tables))


def at_the_ends(number: int, count: int) -> bool:
    """Whether page ``number`` of ``count`` is one of the first or the last:
    what matters stands there.
    """
    return number <= FIRST_PAGES or number > count - LAST_PAGES


def in_between(number: int, count: int) -> bool:
    """Whether it is one of the others, as far as they are looked at."""
    return FIRST_PAGES < number <= min(count, MOST_PAGES) - LAST_PAGES


def read_pdf(data: bytes, wanted: Callable[[int, int], bool] = at_the_ends) -> Pdf:
    """The structure of a PDF and the text of the pages that are wanted by their
    number and the count of all.

    Raises:
        BrokenPdfError, EncryptedPdfError, PdfLimitError: each when its name says so.
    """
    _check_streams(data)
    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
        pages = list(islice(PDFPage.create_pages(document), MAX_PAGES + 1))
        if len(pages) > MAX_PAGES:
            raise PdfLimitError(f"超过 {MAX_PAGES} 页")
        if not pages:
            raise BrokenPdfError("一页也没有")
        numbers = [number for number in range(1, len(pages) + 1) if wanted(number, len(pages))]
        layered = "OCProperties" in document.catalog
        looks = (_look_at(pages[number - 1], number, layered=layered) for number in numbers)
        return Pdf(len(pages), tuple(looks))
    except PDFEncryptionError as error:  # covers PDFPasswordIncorrect
        raise EncryptedPdfError from error
    except MemoryError as error:
        raise PdfLimitError("内容过大") from error
    except _BROKEN as error:
        raise BrokenPdfError(str(error)) from error


_FLATE = re.compile(rb"/(?:FlateDecode|Fl)\b[^\0]{0,600}?stream\r?\n", re.DOTALL)


def _check_streams(data: bytes) -> None:
    """Refuse a file with a stream that inflates without measure,
    before a library unpacks it in one piece.

    A 1 GB stream kills the process that opens it with pdfium and costs pdfminer all its memory;
    streams that are deflated twice hide 10 GB in a few kilobytes.
    """
    for match in _FLATE.finditer(data):
        body = _within_limit(_inflated(_slices(memoryview(data)[match.end() :])))
        if match[0].count(b"/Fl") > 1:
            _run_through(_within_limit(_inflated(body)))
        _run_through(body)  # what the inner stream had no use for


def _within_limit(pieces: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_INFLATED:
            raise PdfLimitError("内含压缩过度的数据")
        yield piece


def _run_through(pieces: Iterator[bytes]) -> None:
    with suppress(zlib.error):  # not deflated, or encrypted
        for _ in pieces:
            pass


def _slices(data: memoryview) -> Iterator[memoryview]:
    return (data[at : at + _SLICE] for at in range(0, len(data), _SLICE))


def _inflated(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """What they inflate to, a slice at a time: what is only measured is never kept whole."""
    unpacker = zlib.decompressobj()
    for piece in pieces:
        more = unpacker.decompress(piece, _SLICE)
        yield more
        while len(more) == _SLICE:
            more = unpacker.decompress(unpacker.unconsumed_tail, _SLICE)
            yield more
        if unpacker.eof:
            return


def _look_at(page: PDFPage, number: int, *, layered: bool) -> PdfPage:
    page.mediabox = visible_box(page.mediabox, page.cropbox)  # what follows is placed on that
    width, height = sides(page.mediabox, page.rotate)
    device = _Device((width, height))
    device.altered = layered
    truncated = False
    try:
        _Interpreter(device.rsrcmgr, device).process_page(page)
    except _EnoughError:
        truncated = True
    if page.annots and not page.rotate:
        corner = (page.mediabox[0], page.mediabox[1])
        typed = field_glyphs(page.annots, corner, resolve1, _decoded)
        device.glyphs += islice(typed, MAX_GLYPHS)
    unit = user_unit(resolve1(page.attrs.get("UserUnit")))
    size = (width * unit / 72 * 25.4, height * unit / 72 * 25.4)
    plain = PdfPage(number, *size, truncated=truncated, annotated=_is_annotated(page))
    seen = _classified(device, plain, width, height)
    return seen if unit == 1 else seen.enlarged(unit)


def _is_annotated(page: PDFPage) -> bool:
    """Whether something is laid on the page outside its content: stamps, drawings, fields."""
    annotations = resolve1(page.annots)
    for each in annotations if isinstance(annotations, list) else []:
        annotation = resolve1(each)
        if not isinstance(annotation, dict):
            continue
        kind, flags = (resolve1(annotation.get(key)) for key in ("Subtype", "F"))
        if is_shown(getattr(kind, "name", "Link"), flags):
            return True
    return False


def _decoded(text: bytes) -> str:
    try:
        return decode_text(text)
    except UnicodeError:
        return text.decode("latin-1")


def _classified(device: _Device, page: PdfPage, width: float, height: float) -> PdfPage:
    cover = _cover([image.box for image in device.images], width, height)
    full = [order for order, image in device.ordered if _area(image.box) > _FULL * width * height]
    last_full = max(full, default=-1)
    hidden = sum(1 for glyph in device.glyphs if glyph.invisible or glyph.order < last_full)
    page = replace(
        page,
        images=tuple(device.images),
        cover=cover,
        paths=device.paths,
        hidden=hidden,
        visible=len(device.glyphs) - hidden,
    )
    grid = RuledGrid(device.strokes)
    outside = [glyph for glyph in device.glyphs if grid.cell_at(*glyph.middle) is None]
    return replace(
        page,
        kind=_kind(page),
        plain=not device.altered,
        overlaid=bool(full) and device.is_laid_over(last_full, several=len(full) > 1),
        lines=lines_of(outside, page.number),
        cells=cells_of(grid, device.glyphs),
    )


_FULL = 0.7
"""Share of a page from which a picture is the page's."""
_MARK_CHARACTERS = 40
"""Visible characters a scan may carry: page numbers and the line scanner apps add (扫描全能王 创建)."""


def _kind(page: PdfPage) -> PageKind:
    if page.cover >= 0.75:
        if page.visible > _MARK_CHARACTERS:
            return PageKind.PICTURE_AND_TEXT
        return PageKind.SCAN_WITH_OCR if page.hidden else PageKind.SCAN
    if page.visible >= 20 or page.paths > 300:
        return PageKind.DIGITAL
    if page.cover > 0.25:
        return PageKind.PHOTO
    return PageKind.DIGITAL if page.visible or page.images or page.paths > 4 else PageKind.BLANK


def _area(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _cover(
    boxes: list[tuple[float, float, float, float]],
    width: float,
    height: float,
    size: int = 64,
) -> float:
    """The share of a 64 x 64 grid that pictures cover:
    scanners cut pages into strips, so they count together.
    """
    covered = [[False] * size for _ in range(size)]
    for left, bottom, right, top in boxes[:500]:
        first, last = max(0, round(left / width * size)), min(size, round(right / width * size))
        for row in range(
            max(0, round(bottom / height * size)),
            min(size, round(top / height * size)),
        ):
            covered[row][first:last] = [True] * max(0, last - first)
    return sum(map(sum, covered)) / size**2


# --- the device pdfminer draws on -----------------------------------------------------------------


class _EnoughError(Exception):
    """The page has more on it than is read."""


class _Fonts(PDFResourceManager):
    """Fonts with all the characters their tables ought to have."""

    @override
    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        font = super().get_font(objid, spec)
        table = getattr(font, "cmap", None)
        name = table.attrs.get("CMapName") if isinstance(table, CMap) else None
        if name in LACKING:
            _complete(str(name))
        return font


@cache
def _complete(name: str) -> None:
    """Once; pdfminer keeps the table for the life of the process."""
    table, whole = CMapDB.get_cmap(name), CMapDB.get_cmap(LACKING[name])
    if isinstance(table, CMap) and isinstance(whole, CMap):
        fill_in(table.code2cid, whole.code2cid)


class _Device(PDFTextDevice):
    """Notes glyphs and pictures in the order they are drawn;
    builds no layout, which is what makes pdfminer slow.
    """

    def __init__(self, size: tuple[float, float]) -> None:
        super().__init__(_Fonts())
        self.size = size  #: of the visible page, points
        self.altered = False  #: something was clipped or mixed
        self.last_small = -1  #: order of the last path or smaller picture
        self.last_masked = -1  #: order of the last picture with a mask
        self.glyphs: list[Glyph] = []
        self.ordered: list[tuple[int, PdfImage]] = []
        self.strokes: list[Stroke] = []
        self.paths = self.order = self.depth = 0
        self.invisible = False
        self.marked = MarkedText()

    @property
    def images(self) -> list[PdfImage]:
        return [image for _, image in self.ordered]

    def is_laid_over(self, last_full: int, *, several: bool) -> bool:
        """Whether something may be laid over the last picture that fills the page, lie below it and
        shine through, or be that picture itself.
        """
        shines = self.altered or self.last_masked == last_full
        return self.last_small > last_full or (shines and (several or self.last_small >= 0))

    def _count(self) -> None:
        self.order += 1
        if self.order > MAX_OBJECTS + len(self.glyphs):
            raise _EnoughError

    def _is_visible(self, x: float, y: float) -> bool:
        return -1 <= x <= self.size[0] + 1 and -1 <= y <= self.size[1] + 1

    @override
    def begin_tag(self, tag: PSLiteral, props: object = None) -> None:
        words = resolve1(props.get("ActualText")) if isinstance(props, dict) else None
        self.marked.begin(_decoded(words) if isinstance(words, bytes) else None)

    @override
    def end_tag(self) -> None:
        self.marked.end()

    @override
    def begin_figure(self, name: str, bbox: Rect, matrix: Matrix) -> None:
        self._count()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _EnoughError

    @override
    def end_figure(self, name: str) -> None:
        self.depth -= 1

    @override
    def paint_path(
        self,
        graphicstate: PDFGraphicState,
        stroke: bool,
        fill: bool,
        evenodd: bool,
        path: Sequence[PathSegment],
    ) -> None:
        self._count()
        self.paths += 1
        self.last_small = self.order
        if self.ctm is not None:
            drawn = (segment for segment in path if len(segment) >= 3)
            points = [apply_matrix_pt(self.ctm, (segment[-2], segment[-1])) for segment in drawn]
            self.strokes += strokes_of(points, closed=any(segment[0] == "h" for segment in path))

    @override
    def render_image(self, name: str, stream: PDFStream) -> None:
        self._count()
        assert self.ctm is not None
        corners = [apply_matrix_pt(self.ctm, corner) for corner in ((0, 0), (1, 0), (0, 1), (1, 1))]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        a, b, c, d, _, _ = self.ctm
        upright = a > 0 and d > 0 and abs(b) + abs(c) < 1e-3 * (a + d)
        names = tuple(str(getattr(name, "name", name)) for name, _ in stream.get_filters())
        special = any(stream.get(key) is not None for key in _SPECIAL) or not _in_plain_colours(
            stream
        )
        width, height = (_whole(stream.get_any(keys)) for keys in _SIDES)
        box = (min(xs), min(ys), max(xs), max(ys))
        if _area(box) < 0.5 * self.size[0] * self.size[1]:
            self.last_small = self.order
        if not meets(box, self.size):
            return
        if any(stream.get(key) is not None for key in _MASKS):
            self.last_masked = self.order
        self.ordered.append(
            (
                self.order,
                PdfImage(width, height, names, box, upright and not special, stream.get_data),
            )
        )

    @override
    def render_string(
        self,
        textstate: PDFTextState,
        seq: PDFTextSeq,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> None:
        self.order += 1
        self.invisible = textstate.render in (3, 7)
        super().render_string(textstate, seq, ncs, graphicstate)

    @override
    def render_char(
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> float:
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = "�"
        inside = self.marked.inside
        text = shown(without_radicals(self.marked.of(text)))
        advance = font.char_width(cid) * fontsize * scaling
        x, y = apply_matrix_pt(matrix, (0, rise))
        scale = max(abs(matrix[0]), abs(matrix[1]))
        if (text.strip() or inside) and self._is_visible(x, y):
            self.glyphs.append(
                Glyph(
                    x,
                    y,
                    abs(fontsize) * scale,
                    advance * scale,
                    text,
                    self.invisible,
                    self.order,
                )
            )
        if len(self.glyphs) > MAX_GLYPHS:
            raise _EnoughError
        return advance


class _Interpreter(PDFPageInterpreter):
    """Notes on its device what changes how a picture looks; pdfminer itself passes over that."""

    device: _Device

    @override
    def do_W(self) -> None:
        self._clip()

    @override
    def do_W_a(self) -> None:
        self._clip()

    def _clip(self) -> None:
        """Clipping to the page itself changes nothing."""
        ctm = self.device.ctm or (1, 0, 0, 1, 0, 0)
        points = [
            apply_matrix_pt(ctm, (part[-2], part[-1])) for part in self.curpath if len(part) > 2
        ]
        self.device.altered |= not covers(points, self.device.size)

    @override
    def do_gs(self, name: object) -> None:
        states = resolve1(self.resources.get("ExtGState"))
        state = resolve1(states.get(literal_name(name))) if isinstance(states, dict) else None
        for key, value in (state if isinstance(state, dict) else {}).items():
            usual = _USUAL.get(key)
            self.device.altered |= usual is not None and not usual(resolve1(value))


def _is_none(value: object) -> bool:
    return getattr(value, "name", value) in ("None", "Normal", "Compatible")


def _is_one(value: object) -> bool:
    return isinstance(value, int | float) and value == 1


_USUAL = {"SMask": _is_none, "BM": _is_none, "ca": _is_one}
"""Entries of a graphics state that let pictures shine through, and when they do not."""


def _in_plain_colours(stream: PDFStream) -> bool:
    """Whether a JPEG's own colours are those shown: red, green and blue without a word on how they
    are coded.
    """
    space = resolve1(stream.get_any(("CS", "ColorSpace")))
    name = getattr(space, "name", "")
    if isinstance(space, list) and space:
        name = getattr(resolve1(space[0]), "name", "")
    parameters = resolve1(stream.get_any(("DP", "DecodeParms")))
    several = parameters if isinstance(parameters, list) else [parameters]
    coded = any(isinstance(each := resolve1(p), dict) and "ColorTransform" in each for p in several)
    return not coded and name in ("", "DeviceRGB", "RGB", "CalRGB", "ICCBased")


def _whole(value: object) -> int:
    number = resolve1(value)
    return int(number) if isinstance(number, int | float) and 0 < number < 10**9 else 0
