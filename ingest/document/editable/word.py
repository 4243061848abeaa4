"""Word files (.docx and its siblings .dotx, .docm) -> :class:`~ingest.document.content.Content`.

The only module that imports ``docx``. python-docx opens the package; the text is read from its XML
in one linear pass, because python-docx's own cell access is quadratic in rows (measured: 82 s for
400 x 8 cells, 171 s with merged cells). What a form is or what its cells mean does not come in.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from docx.opc.packuri import PACKAGE_URI, PackURI
from lxml import etree

from ingest.document.content import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TEXT,
    Cell,
    Content,
    Line,
    Table,
)
from ingest.document.editable.symbols import shown, symbol

MAX_UNPACKED = 200 * 1024 * 1024  #: bytes of all members together, as their directory declares them
MAX_MAIN_PART = 48 * 1024 * 1024  #: bytes of word/document.xml
MAX_MEMBERS = 5_000

_OFF = frozenset({"0", "false", "off"})
_BROKEN = (
    PythonDocxError,
    OpcError,
    etree.LxmlError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    RuntimeError,
)
"""What python-docx, zipfile and lxml were seen to raise on broken packages
(RuntimeError: an encrypted member).
"""


_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")


class BrokenWordError(Exception):
    """The file is no readable Word package."""


class WordLimitError(Exception):
    """The file is larger than anything a form can be."""


def read_word(data: bytes) -> Content:
    """The text of a Word file.

    Raises:
        BrokenWordError: it cannot be opened.
        WordLimitError: it unpacks to more than the limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(archive)
            return replace(_Walk().run(_main_element(archive)), notes=_notes(archive))
    except _BROKEN as error:
        raise BrokenWordError(str(error)) from error


def _main_element(archive: zipfile.ZipFile) -> etree._Element:
    """The root of the main part; ``word/document.xml`` when the package does not say which it is.

    python-docx knows how packages refer to their parts, but opens and parses all of them: that took
    most of the time (measured: 5 of 7 ms), and it refuses packages whose other parts dangle
    (``word/NULL`` of WPS), which Word opens.
    """
    try:
        relations = _parse(archive.read(PACKAGE_URI.rels_uri.membername))
        documents = (each for each in relations if _value(each, "Type").endswith("/officeDocument"))
        target = _value(next(documents), "Target")
        main = archive.read(PackURI.from_rel_ref("/", target).membername)
    except (*_BROKEN, StopIteration):
        main = archive.read("word/document.xml")
    return _parse(main)


def _notes(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """Macros, and pictures or templates fetched from elsewhere; neither is run nor fetched here."""
    names = set(archive.namelist())
    relations = {"word/_rels/document.xml.rels", "word/_rels/settings.xml.rels"} & names
    links = b"".join(archive.read(name) for name in relations)
    tags = _RELATIONSHIP.findall(links)
    external = [tag for tag in tags if b'"External"' in tag and b"/hyperlink" not in tag]
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return (
        *(["文件带有宏(没有运行)"] if macros else []),
        *(["文件引用了外部链接(没有打开)"] if external else []),
    )


def _check_sizes(archive: zipfile.ZipFile) -> None:
    """A cap: zipfile never unpacks more of a member than its directory entry declares."""
    members = archive.infolist()
    main = max(
        (info.file_size for info in members if info.filename.endswith((".xml", ".rels"))),
        default=0,
    )
    unpacked = sum(info.file_size for info in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or main > MAX_MAIN_PART:
        raise WordLimitError


def _parse(xml: bytes) -> etree._Element:
    return etree.fromstring(
        xml,
        etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False),
    )


@dataclass
class _OpenCell:
    row: int
    column: int
    width: int = 1
    height: int = 1
    continues: bool = False
    paragraphs: list[str] = field(default_factory=list)

    def ends_at(self, below: _OpenCell) -> bool:
        """Whether it is as wide as a cell of its column and comes down to that."""
        return self.row + self.height == below.row and self.width == below.width

    def finished(self) -> Cell:
        text = "\n".join(self.paragraphs).strip()
        return Cell(text, self.row, self.column, self.width, self.height)


@dataclass
class _OpenTable:
    number: int
    after: int  #: lines in front of it
    cells: list[_OpenCell] = field(default_factory=list)
    current: _OpenCell | None = None
    row: int = -1
    column: int = 0
    #: column -> the cell a vertical merge goes on
    above: dict[int, _OpenCell] = field(default_factory=dict)

    def finished(self) -> Table:
        return Table(self.number, tuple(cell.finished() for cell in self.cells), self.after)


_UNSAID = ("Fallback", "moveFrom", "del")
"""Not what the document says: the first repeats a text box, the others were there before."""


class _Walk:
    """One pass over the XML; ``w:`` names are compared without namespace,
    for strict OOXML has another one.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.tables: list[Table] = []
        self.open: list[_OpenTable] = []
        #: one per open paragraph: a text box stands inside another's
        self.texts: list[list[str]] = []
        self.hidden: etree._Element | None = None  #: the run whose text is hidden
        self.pictures = self.cells = self.characters = self.table_count = 0
        self.starts: dict[str, Callable[[etree._Element], None]] = {
            "p": lambda _: self.texts.append([]),
            "t": self._text,
            "tab": self._tab,
            "ptab": self._tab,
            "br": self._break,
            "cr": self._break,
            "noBreakHyphen": lambda _: self._add("-"),
            "sym": self._symbol,
            "checkBox": self._check_box,
            "tbl": self._table,
            "tr": self._row,
            "tc": self._cell,
            "gridBefore": self._grid_before,
            "gridSpan": self._span,
            "vMerge": self._merge,
            "blip": self._picture,
            "imagedata": self._picture,
            "vanish": self._vanish,
        }
        self.ends: dict[str, Callable[[], None]] = {
            "p": self._end_paragraph,
            "tc": self._end_cell,
            "tbl": self._end_table,
        }

    def run(self, root: etree._Element) -> Content:
        read = (f"{{*}}{name}" for name in (*self.starts, *_UNSAID, "sdt"))
        # lxml passes over all else by itself
        walk = etree.iterwalk(root, events=("start", "end"), tag=tuple(read))
        names: dict[str, str] = {}
        for event, element in walk:
            tag = element.tag
            name = names.get(tag) or names.setdefault(tag, _name(element))
            if event == "end":
                if name in self.ends:
                    self.ends[name]()
            elif name in self.starts:
                self.starts[name](element)
            elif name in _UNSAID or _shows_placeholder(element):
                walk.skip_subtree()
        return Content(
            tuple(self.lines),
            tuple(sorted(self.tables, key=lambda table: table.number)),
            self.pictures,
        )

    def _add(self, text: str) -> None:
        self.characters += len(text)
        if self.characters > MAX_TEXT:
            raise WordLimitError
        if self.texts:
            self.texts[-1].append(text)

    def _text(self, element: etree._Element) -> None:
        if self.hidden is None or element.getparent() is not self.hidden:
            self._add(shown(element.text or ""))

    def _vanish(self, element: etree._Element) -> None:
        """Hidden text: nobody sees it on the screen or on paper,
        so the document does not say it.
        """
        properties = element.getparent()
        run = properties.getparent() if properties is not None else None
        if run is not None and _name(run) == "r" and _value(element, "val") not in _OFF:
            self.hidden = run

    def _tab(self, element: etree._Element) -> None:
        parent = element.getparent()
        if parent is not None and _name(parent) == "r":  # under pPr it is a tab stop
            self._add("\t")

    def _break(self, _: etree._Element) -> None:
        self._add("\n")

    def _symbol(self, element: etree._Element) -> None:
        self._add(symbol(int(_value(element, "char") or "0", 16), _value(element, "font")))

    def _check_box(self, element: etree._Element) -> None:
        """A tick box of old form fields; the state ``checked`` counts before the ``default``."""
        states = {_name(child): (_value(child, "val") or "1") not in _OFF for child in element}
        if "default" in states or "checked" in states:
            self._add("☑" if states.get("checked", states.get("default", False)) else "☐")

    def _picture(self, _: etree._Element) -> None:
        self.pictures += 1

    def _end_paragraph(self) -> None:
        text = "".join(self.texts.pop())
        if self.open and self.open[-1].current is not None:
            self.open[-1].current.paragraphs.append(text)
        elif text.strip():
            self.lines.append(Line(text.strip("\n"), f"第{len(self.lines) + 1}段"))

    def _table(self, _: etree._Element) -> None:
        self.table_count += 1
        self.open.append(_OpenTable(self.table_count, len(self.lines)))

    def _row(self, _: etree._Element) -> None:
        if self.open:
            self.open[-1].row += 1
            self.open[-1].column = 0
            if self.open[-1].row >= MAX_ROWS:
                raise WordLimitError

    def _cell(self, _: etree._Element) -> None:
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise WordLimitError
        if self.open:
            self.open[-1].current = _OpenCell(self.open[-1].row, self.open[-1].column)

    def _grid_before(self, element: etree._Element) -> None:
        if self.open:
            self.open[-1].column += min(_count(element), MAX_COLUMNS)

    def _span(self, element: etree._Element) -> None:
        if self.open and self.open[-1].current is not None:
            self.open[-1].current.width = max(
                1,
                min(_count(element), MAX_COLUMNS - self.open[-1].column),
            )

    def _merge(self, element: etree._Element) -> None:
        if self.open and self.open[-1].current is not None:
            self.open[-1].current.continues = _value(element, "val") != "restart"

    def _end_cell(self) -> None:
        if not self.open or self.open[-1].current is None:
            return
        table, cell = self.open[-1], self.open[-1].current
        table.current = None
        if cell.column >= MAX_COLUMNS:
            return
        table.column = cell.column + cell.width
        above = table.above.get(cell.column)
        if cell.continues and above is not None and above.ends_at(cell):
            above.height += 1
            above.paragraphs += [text for text in cell.paragraphs if text.strip()]
        else:
            table.cells.append(cell)
            table.above[cell.column] = cell

    def _end_table(self) -> None:
        if not self.open:
            return
        inner = self.open.pop().finished()
        self.tables.append(inner)
        if self.open and self.open[-1].current is not None and self._stands_beside_text():
            numbers = range(inner.row_count)
            cells = ([cell.text for cell in inner.cells if cell.row == row] for row in numbers)
            rows = map("\t".join, cells)
            self.open[-1].current.paragraphs.append("\n".join(rows))

    def _stands_beside_text(self) -> bool:
        """Whether the open cell is one beside others, and no frame around a whole form:
        then a table in it is its text.
        """
        table = self.open[-1]
        row = [cell for cell in table.cells if cell.row == table.row]
        return any(text.strip() for cell in row for text in cell.paragraphs)


def _name(element: etree._Element) -> str:
    # a comment's tag is a function: its name matches nothing
    return str(element.tag).rpartition("}")[2]


def _value(element: etree._Element, name: str) -> str:
    """The attribute called ``name`` in whatever namespace; "" when there is none."""
    attributes = element.attrib.items()
    found = (str(value) for key, value in attributes if str(key).rpartition("}")[2] == name)
    return next(found, "")


def _count(element: etree._Element) -> int:
    text = _value(element, "val")
    is_count = text.isascii() and text.isdecimal() and len(text) < 10
    return min(int(text), 1_000_000) if is_count else 0


def _shows_placeholder(control: etree._Element) -> bool:
    """Whether a content control still shows its prompt (单击此处输入文字): then nothing was written in it.

    Tick box controls carry the mark too in some versions;
    their glyph is their state, so they are read.
    """
    properties = next((child for child in control if _name(child) == "sdtPr"), None)
    names = {_name(child) for child in properties} if properties is not None else set()
    return "showingPlcHdr" in names and "checkbox" not in names
