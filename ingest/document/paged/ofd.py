"""OFD (GB/T 33190), the national layout format: its text and ruling lines as those of a PDF's
pages, and whether it is signed.

A package of XML: positions in millimetres from the top left, glyphs as characters. Nothing is
drawn; annotations, stamps and watermarks are no text of the form. Signatures are counted, not
verified.
"""

from __future__ import annotations

import io
import math
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import Self

from lxml import etree

from ingest.document.bytesaround import bare_package
from ingest.document.paged.glyphs import Glyph, cells_of, lines_of, strokes_of
from ingest.document.paged.pdf import PageKind, Pdf, PdfPage
from ingest.document.paged.ruling import RuledGrid, Stroke

MAX_UNPACKED = 200 * 1024 * 1024  #: bytes of all members together, as their directory declares them
MAX_XML = 20 * 1024 * 1024  #: bytes of one part
MAX_MEMBERS = 5_000
MAX_PAGES = 60  #: looked at
MAX_GLYPHS = 20_000  #: of one page
MAX_OBJECTS = 20_000  #: of one page
MAX_DEPTH = 8  #: of blocks in blocks
MAX_DOCUMENTS = 20  #: in one file

_POINTS = 72 / 25.4
_BROKEN = (
    etree.LxmlError, zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, ValueError,
    TypeError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip
_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_OPERANDS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7}
_Matrix = tuple[float, float, float, float, float, float]


class BrokenOfdError(Exception):
    """The file is no readable OFD package."""


class OfdLimitError(Exception):
    """It is larger than anything a form can be."""


@dataclass(frozen=True)
class Ofd:
    """What stands in one document of an OFD file; its pages are those of a PDF born digital."""

    pages: Pdf
    signatures: int  #: how many it lists


def read_ofd(data: bytes) -> tuple[Ofd, ...]:
    """The text of the first pages of every document in the file; mostly it is one.

    Raises:
        BrokenOfdError, OfdLimitError: each when its name says so.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(bare_package(data))) as archive:
            package = _Package(archive)
            return package.read()
    except _BROKEN as error:
        raise BrokenOfdError(str(error)) from error


def describe_ofd(data: bytes) -> str:
    """What applicant and staff are told about an OFD file of which nothing could be read."""
    signed = "(带有电子签章)" if _is_signed(data) else ""
    return f"OFD 文件{signed}读不出文字, 请另存为 PDF, 或打印盖章后扫描成 PDF 再发; 由工作人员查看"


def _is_signed(data: bytes) -> bool:
    """Whether the package lists signatures (GB/T 33190, Doc_N/Signs/Signatures.xml)."""
    try:
        with zipfile.ZipFile(io.BytesIO(bare_package(data))) as package:
            return any(name.rpartition("/")[2] == "Signatures.xml" for name in package.namelist())
    except _BROKEN:
        return False


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [each for each in element if _local(each) == name] if element is not None else []


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)


def _numbers(text: str) -> list[float]:
    found = [float(each) for each in text.split()[:4096]]
    if not all(map(math.isfinite, found)):
        raise ValueError("a number that is none")
    return found


class _Package:
    """The parts of a package by their names, which are compared without case and leading slash."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS or sum(each.file_size for each in members) > MAX_UNPACKED:
            raise OfdLimitError
        self._archive = archive
        self._names = {_plain(each.filename): each for each in members}

    def read(self) -> tuple[Ofd, ...]:
        """Every document of the package; the pages are counted through."""
        bodies = _children(self._xml("OFD.xml"), "DocBody")
        if not bodies:
            raise BrokenOfdError("no document in it")
        found: list[Ofd] = []
        for body in bodies[:MAX_DOCUMENTS]:
            found.append(self._document(body, sum(each.pages.page_count for each in found)))
        return tuple(found)

    def _document(self, body: etree._Element, before: int) -> Ofd:
        root = _plain(_text(_child(body, "DocRoot")) or "Doc_0/Document.xml")
        document, folder = self._xml(root), posixpath.dirname(root)
        common = _child(document, "CommonData")
        settings = _Settings(
            _box(_child(common, "PageArea")),
            {
                each.get("ID", ""): _beside(folder, each.get("BaseLoc", ""))
                for each in _children(common, "TemplatePage")
            },
            _Composites(lambda: self._units(common, folder)),
        )
        pages = _children(_child(document, "Pages"), "Page")
        looked_at = (
            self._page(_beside(folder, page.get("BaseLoc", "")), settings, number)
            for number, page in enumerate(pages[: max(0, MAX_PAGES - before)], before + 1)
        )
        return Ofd(Pdf(len(pages), tuple(looked_at)), self._signatures(body))

    def _units(self, common: etree._Element | None, folder: str) -> dict[str, etree._Element]:
        """Drawings that pages place as a whole (CompositeGraphicUnit), by their number."""
        named = [*_children(common, "PublicRes"), *_children(common, "DocumentRes")]
        units: dict[str, etree._Element] = {}
        for each in named[:MAX_DOCUMENTS]:
            for listed in _children(
                self._xml(_beside(folder, _text(each))), "CompositeGraphicUnits"
            ):
                for unit in _children(listed, "CompositeGraphicUnit"):
                    units[unit.get("ID", "")] = unit
        return units

    def _signatures(self, body: etree._Element) -> int:
        name = _text(_child(body, "Signatures"))
        if not name:
            return 0
        try:
            return sum(_local(each) == "Signature" for each in self._xml(name))
        except KeyError:
            return 1  # listed but missing: not for us to say that there is none

    def _xml(self, name: str) -> etree._Element:
        info = self._names[_plain(name)]
        if info.file_size > MAX_XML:
            raise OfdLimitError
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        return etree.fromstring(self._archive.read(info), parser)

    def _page(self, name: str, settings: _Settings, number: int) -> PdfPage:
        root = self._xml(name)
        box = _box(_child(root, "Area")) or settings.box or _Box(0, 0, 210, 297)
        sheet = _Sheet(box, settings.composites)
        for each in root:
            if _local(each) == "Template" and each.get("TemplateID", "") in settings.templates:
                template = self._xml(settings.templates[each.get("TemplateID", "")])
                sheet.add(_child(template, "Content"))
        sheet.add(_child(root, "Content"))
        return sheet.page(number)


class _Composites:
    """Drawings by their number, looked up when a page first places one."""

    def __init__(self, load: Callable[[], dict[str, etree._Element]]) -> None:
        self._load = load
        self._units: dict[str, etree._Element] | None = None

    def content(self, number: str) -> etree._Element | None:
        """What one draws; None for an unknown one."""
        if self._units is None:
            self._units = self._load()
        return _child(self._units.get(number), "Content")


@dataclass(frozen=True)
class _Settings:
    """What a document says of all its pages."""

    box: _Box | None
    templates: dict[str, str]
    composites: _Composites


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/").lower()


def _beside(folder: str, name: str) -> str:
    """A path in the package, from the folder of the part that names it."""
    return posixpath.join(folder, name.replace("\\", "/"))


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


@dataclass(frozen=True)
class _Box:
    """Millimetres."""

    left: float
    top: float
    width: float
    height: float


def _box(area: etree._Element | None) -> _Box | None:
    numbers = _numbers(_text(_child(area, "PhysicalBox")))
    if len(numbers) != 4 or min(numbers[2:]) <= 0 or max(map(abs, numbers)) > 1e5:
        return None
    return _Box(*numbers)


@dataclass
class _Sheet:
    """One page as it fills up; points from the bottom left, as in a PDF."""

    box: _Box
    composites: _Composites
    glyphs: list[Glyph] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    objects: int = 0
    pictures: float = 0.0  #: square millimetres that they cover, counted each
    full: bool = False

    def add(self, content: etree._Element | None) -> None:
        """Take down layers."""
        for layer in content if content is not None else ():
            self._block(layer, 0, None)

    def _block(self, block: etree._Element, depth: int, outer: _Frame | None) -> None:
        for each in block:
            self.objects += 1
            if self.objects > MAX_OBJECTS or len(self.glyphs) > MAX_GLYPHS:
                self.full = True
                return
            if each.get("Visible", "true").lower() != "false":
                self._object(each, depth, outer)

    def _object(self, each: etree._Element, depth: int, outer: _Frame | None) -> None:
        name = _local(each)
        if name == "TextObject":
            self.glyphs += islice(self._glyphs(each, outer), MAX_GLYPHS)
        elif name == "PathObject":
            self.strokes += self._paths(each, outer)
        elif name == "ImageObject":
            _, _, width, height = _boundary(each)
            self.pictures += width * height
        elif depth < MAX_DEPTH and name == "PageBlock":
            self._block(each, depth + 1, outer)
        elif depth < MAX_DEPTH and name == "CompositeObject":
            inside = self.composites.content(each.get("ResourceID", ""))
            if inside is not None:
                self._block(inside, depth + 1, _Frame.of(each, self.box, outer))

    def _glyphs(self, text: etree._Element, outer: _Frame | None) -> Iterator[Glyph]:
        frame = _Frame.of(text, self.box, outer)
        size = _numbers(text.get("Size", "0"))[0]
        points = size * frame.scale * _POINTS
        for code in _children(text, "TextCode"):
            said = code.text or ""
            x, y = (_numbers(code.get(key, "0"))[0] for key in ("X", "Y"))
            across = _deltas(code.get("DeltaX", ""), said, size)
            down = _deltas(code.get("DeltaY", ""), said, 0.0)
            places = zip(accumulate(across, initial=x), accumulate(down, initial=y), strict=True)
            for char, place, step in zip(said, places, [*across, size], strict=False):
                if char.strip():
                    advance = min(abs(step) or size, size) * frame.scale * _POINTS
                    yield Glyph(*frame.at(*place), points, advance, char, False, self.objects)

    def _paths(self, path: etree._Element, outer: _Frame | None) -> Iterator[Stroke]:
        """Each stretch by itself: a grid may be one path of many."""
        frame = _Frame.of(path, self.box, outer)
        data = _text(_child(path, "AbbreviatedData")).replace(",", " ").split()[:4000]
        points: list[tuple[float, float]] = []
        number = 0
        while number < len(data):
            command = data[number]
            count = _OPERANDS.get(command, 0)
            values = _numbers(" ".join(data[number + 1 : number + 1 + count]))
            if command in {"M", "S", "C"}:
                yield from strokes_of(points, closed=command == "C")
                points = []
            if count and len(values) == count:
                points.append(frame.at(*values[-2:]))
            number += 1 + count
        yield from strokes_of(points, closed=False)

    def page(self, number: int) -> PdfPage:
        """What was taken down."""
        grid = RuledGrid(self.strokes)
        outside = [glyph for glyph in self.glyphs if grid.cell_at(*glyph.middle) is None]
        cover = min(1.0, self.pictures / (self.box.width * self.box.height))
        written = bool(self.glyphs or self.strokes)
        kind = PageKind.DIGITAL if written else PageKind.PHOTO if cover else PageKind.BLANK
        return PdfPage(
            number,
            self.box.width,
            self.box.height,
            kind,
            visible=len(self.glyphs),
            paths=len(self.strokes),
            cover=cover,
            lines=lines_of(outside, number),
            cells=cells_of(grid, self.glyphs),
            truncated=self.full,
        )


@dataclass(frozen=True)
class _Frame:
    """Where an object's own coordinates lie on the page."""

    box: _Box
    left: float
    top: float
    matrix: _Matrix
    outer: _Frame | None  #: of the drawing it is part of

    @classmethod
    def of(cls, element: etree._Element, box: _Box, outer: _Frame | None) -> Self:
        """That of a text, path or drawing."""
        left, top, _, _ = _boundary(element)
        return cls(box, left, top, _matrix(element), outer)

    @property
    def scale(self) -> float:
        """How much letters grow."""
        own = math.hypot(self.matrix[2], self.matrix[3]) or 1.0
        return own * self.outer.scale if self.outer is not None else own

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Points from the bottom left of the page."""
        across, down = self.placed(x, y)
        height = self.box.height - (down - self.box.top)
        return (across - self.box.left) * _POINTS, height * _POINTS

    def placed(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self.matrix
        across, down = a * x + c * y + e + self.left, b * x + d * y + f + self.top
        return self.outer.placed(across, down) if self.outer is not None else (across, down)


def _boundary(element: etree._Element) -> tuple[float, float, float, float]:
    numbers = _numbers(element.get("Boundary", ""))
    if len(numbers) != 4:
        return 0.0, 0.0, 0.0, 0.0
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _matrix(element: etree._Element) -> _Matrix:
    numbers = _numbers(element.get("CTM", ""))
    if len(numbers) != 6:
        return _IDENTITY
    return numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]


def _deltas(text: str, said: str, size: float) -> list[float]:
    """Steps from character to character; ``g 5 3.2`` is five times 3.2 (GB/T 33190, 11.3)."""
    steps: list[float] = []
    words = iter(text.split()[:40_000])
    for word in words:
        if word == "g":
            count, step = next(words, "0"), next(words, "0")
            steps += [*_numbers(step)[:1]] * min(int(float(count)), len(said))
        else:
            steps += _numbers(word)
        if len(steps) >= len(said):
            break
    if not steps:
        steps = [size if char > "⺀" else size / 2 for char in said]
    return (steps + [steps[-1]] * len(said))[: max(0, len(said) - 1)]
