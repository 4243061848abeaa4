"""Word files (.docx and its siblings .dotx, .docm) -> :class:`~ingest.document.content.Content`.

The text is read from the XML in one linear pass, as Word shows it: results of fields and not their
codes, the value a control is bound to, nothing hidden, deleted or covered, struck text and drawn
things as signs. python-docx's own cell access is quadratic in rows (measured: 82 s for 400 x 8
cells, 171 s with merged cells). What a form is or what its cells mean does not come in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from lxml import etree

from ingest.document.content import (
    INK,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TEXT,
    STRUCK,
    Cell,
    Content,
    Line,
    Table,
    ringed,
    signed,
    words,
)
from ingest.document.editable.markup import BrokenMarkupError, MarkupLimitError, read_markup
from ingest.document.editable.officepackage import (
    BROKEN,
    Package,
    PackageLimitError,
    child,
    is_on,
    name_of,
    value,
)
from ingest.document.editable.richtext import BrokenRtfError, RtfLimitError, read_rtf
from ingest.document.editable.symbols import shown, shown_in, symbol
from ingest.document.editable.wordcontrols import Bindings, old_box, shown_by_control
from ingest.document.editable.worddrawings import is_loose, is_ornament, says
from ingest.document.editable.wordfields import Fields
from ingest.document.editable.wordlooks import PLAIN, Look, Looks, is_note
from ingest.document.editable.wordnumbers import Numbering
from ingest.document.editable.wordpaper import is_bare

MAX_CHUNKS = 20  #: files within a file that are read
_CHUNK_DEPTH = 2


class BrokenWordError(Exception):
    """The file is no readable Word package."""


def read_word(data: bytes) -> Content:
    """The text of a Word file.

    Raises:
        BrokenWordError: it cannot be opened.
        PackageLimitError: it unpacks to more than the limits.
    """
    return _read(data, 0)


def _read(data: bytes, depth: int) -> Content:
    try:
        package = Package(data)
        return replace(_Walk(package, depth).run(package.main()), notes=package.notes())
    except BROKEN as error:
        raise BrokenWordError(str(error)) from error


@dataclass
class _OpenCell:
    row: int
    column: int
    width: int = 1
    height: int = 1
    continues: bool = False
    covered: bool = False  #: by the cell on its left
    gone: bool = False  #: deleted with tracked changes
    paragraphs: list[str] = field(default_factory=list)
    carried: str = ""  #: text of a paragraph whose mark was deleted
    fields: int = 0  #: fields open where it begins

    def ends_at(self, below: _OpenCell) -> bool:
        """Whether it is as wide as a cell of its column and comes down to that."""
        return self.row + self.height == below.row and self.width == below.width

    @property
    def said(self) -> str:
        return "\n".join(self.paragraphs).strip()

    def finished(self) -> Cell:
        said = self.said
        text = words(said).strip()
        return Cell(text, self.row, self.column, self.width, self.height, signed(said))


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


@dataclass
class _OpenParagraph:
    style: str = ""
    number: str = ""  #: before it, set by the program
    goes_on: bool = False  #: its mark was deleted or is hidden: the next one is the same line
    texts: list[str] = field(default_factory=list)


@dataclass
class _Control:
    """A content control that shows something else than the text it holds."""

    shows: str | None
    used: bool = False


_UNSAID = ("Fallback", "moveFrom", "del", "rt")
"""Not what the document says: the first repeats a text box, the last is how a character is read
aloud, the others were there before.
"""


class _Walk:
    """One pass over the XML; ``w:`` names are compared without namespace,
    for strict OOXML has another one.
    """

    def __init__(self, package: Package, depth: int) -> None:
        self.package, self.depth = package, depth
        self.styles = package.related("styles")
        self.looks = Looks(self.styles)
        self.root: etree._Element | None = None
        self.numbering = Numbering(package.related("numbering"))
        self.bindings = Bindings(package)
        self.lines: list[Line] = []
        self.tables: list[Table] = []
        self.open: list[_OpenTable] = []
        #: a text box stands inside another's paragraph and run
        self.paragraphs: list[_OpenParagraph] = []
        self.runs: list[Look] = []
        self.fields = Fields()
        self.controls: list[_Control] = []
        self.carried = ""  #: outside tables, as in a cell
        self.pictures = self.cells = self.characters = self.table_count = 0
        self.loose = self.chunks = 0
        self.starts: dict[str, Callable[[etree._Element], None]] = {
            "p": self._paragraph,
            "r": self._run,
            "t": self._text,
            "instrText": lambda element: self.fields.code(element.text or ""),
            "tab": self._tab,
            "ptab": self._tab,
            "br": lambda _: self._add("\n"),
            "cr": lambda _: self._add("\n"),
            "noBreakHyphen": lambda _: self._add("-"),
            "sym": self._symbol,
            "fldChar": self._field_mark,
            "fldSimple": self.fields.begin_simple,
            "checkBox": self._loose_check_box,
            "tbl": self._table,
            "tr": self._row,
            "tc": self._cell,
            "gridBefore": self._grid_before,
            "gridSpan": self._span,
            "vMerge": self._merge,
            "hMerge": self._merge_across,
            "cellDel": self._delete_cell,
            "blip": self._picture,
            "imagedata": self._picture,
            "drawing": self._drawing,
            "pict": self._drawing,
            "object": self._drawing,
            "contentPart": lambda _: self._add(INK),
            "rad": lambda _: self._add(INK),
            "borderBox": lambda _: self._add(INK),
            "sdt": self._control,
            "altChunk": self._chunk,
        }
        self.ends: dict[str, Callable[[], None]] = {
            "p": self._end_paragraph,
            "r": self._end_run,
            "tc": self._end_cell,
            "tbl": self._end_table,
            "sdt": self._end_control,
            "fldSimple": lambda: self._add(self.fields.end()),
        }

    def run(self, root: etree._Element) -> Content:
        self.root = root
        read = (f"{{*}}{name}" for name in (*self.starts, *_UNSAID))
        # lxml passes over all else by itself
        walk = etree.iterwalk(root, events=("start", "end"), tag=tuple(read))
        names: dict[str, str] = {}
        for event, element in walk:
            tag = element.tag
            name = names.get(tag) or names.setdefault(tag, name_of(element))
            if event == "end":
                if name in self.ends:
                    self.ends[name]()
            elif name in _UNSAID or (name == "tr" and _is_gone(element)):
                walk.skip_subtree()
            else:
                self.starts[name](element)
        self._line(self.carried + self.fields.close_to(0))
        return Content(
            tuple(self.lines),
            tuple(sorted(self.tables, key=lambda table: table.number)),
            self.pictures,
            loose=self.loose,
        )

    # --- text -------------------------------------------------------------------------------------

    def _add(self, text: str) -> None:
        """Some text of the open paragraph, or of a field's code."""
        control = self.controls[-1] if self.controls else None
        if control is not None and control.shows is not None:
            text, control.used = "" if control.used else control.shows, True
        if not text or self.fields.takes(text):
            return
        self.characters += len(text)
        if self.characters > MAX_TEXT:
            raise PackageLimitError
        if self.paragraphs:
            self.paragraphs[-1].texts.append(text)

    def _run(self, element: etree._Element) -> None:
        style = self.paragraphs[-1].style if self.paragraphs else ""
        self.runs.append(self.looks.of_run(_first(element, "rPr"), style))

    def _end_run(self) -> None:
        if self.runs:
            self.runs.pop()

    def _text(self, element: etree._Element) -> None:
        look = self.runs[-1] if self.runs else PLAIN
        self._say(shown(element.text or "") if not look.font else element.text or "", look)

    def _say(self, text: str, look: Look) -> None:
        if look.hidden or not text or (look.raised and self._points_to_a_note(text)):
            return
        if text.strip() and (look.struck or self._is_unseen(look)):
            self._add(STRUCK)
            return
        if look.font:
            text = shown_in(text, look.font)
        if look.capitals:
            text = text.upper()
        self._add(ringed(text) if look.ringed and text.strip("_＿ \t\u3000") else text)

    def _is_unseen(self, look: Look) -> bool:
        """Written, and on the paper nobody sees it; a mark behind it shows it."""
        return look.dust or (look.white and not look.ringed and self._bare)

    @cached_property
    def _bare(self) -> bool:
        return self.root is None or is_bare(self.root, self.styles)

    def _points_to_a_note(self, text: str) -> bool:
        said = self.paragraphs[-1].texts if self.paragraphs else []
        return bool(said) and is_note(text, words(said[-1]))

    def _symbol(self, element: etree._Element) -> None:
        mark = symbol(int(value(element, "char") or "0", 16), value(element, "font"))
        look = self.runs[-1] if self.runs else PLAIN
        self._say(mark, replace(look, font=""))

    def _tab(self, element: etree._Element) -> None:
        parent = element.getparent()
        if parent is not None and name_of(parent) == "r":  # under pPr it is a tab stop
            self._add("\t")

    # --- fields and controls ----------------------------------------------------------------------

    def _field_mark(self, element: etree._Element) -> None:
        kind = value(element, "fldCharType")
        if kind == "begin":
            self.fields.begin(element)
        elif kind == "separate":
            self.fields.separate()
        elif kind == "end":
            self._add(self.fields.end())

    def _loose_check_box(self, element: etree._Element) -> None:
        """A tick box of old form fields that no field mark begins."""
        mark = next(element.iterancestors("{*}fldChar"), None)
        if mark is not None and not value(mark, "fldCharType"):
            self._add(old_box(element))

    def _control(self, element: etree._Element) -> None:
        inside = self.controls and self.controls[-1].shows is not None
        self.controls.append(
            self.controls[-1] if inside else _Control(shown_by_control(element, self.bindings)),
        )

    def _end_control(self) -> None:
        if self.controls:
            self._settle()
            self.controls.pop()

    def _settle(self) -> None:
        """Have a control say its value that holds no text to take its place."""
        control = self.controls[-1] if self.controls else None
        if control is not None and control.shows and not control.used and self.paragraphs:
            self._add(control.shows)

    # --- pictures, files within the file ----------------------------------------------------------

    def _picture(self, _: etree._Element) -> None:
        self.pictures += 1

    def _drawing(self, element: etree._Element) -> None:
        """A drawing without words is a sign where it stands; who knows where it is seen."""
        if says(element) or is_ornament(element):
            return
        if is_loose(element):
            self.loose += 1
        self._add(INK)

    def _chunk(self, element: etree._Element) -> None:
        """Another file that stands here: Word shows it as if it were part of this one."""
        relation = self.package.main_relations.get(value(element, "id"))
        data = self.package.read(relation.target) if relation is not None else None
        self.chunks += 1
        if data is None or self.chunks > MAX_CHUNKS:
            return
        content = _chunk_content(data, self.depth)
        if content is None:
            self._line(INK)
            return
        before = len(self.lines)
        for line in content.lines:
            self._place(line.said)
        for table in content.tables:
            self.table_count += 1
            after = min(before + table.after, len(self.lines))
            self.tables.append(replace(table, number=self.table_count, after=after))
            self.cells += len(table.cells)
        if self.cells > MAX_CELLS:
            raise PackageLimitError

    # --- paragraphs -------------------------------------------------------------------------------

    def _paragraph(self, element: etree._Element) -> None:
        properties = _first(element, "pPr")
        opened = _OpenParagraph()
        self.paragraphs.append(opened)
        if properties is None:
            return
        for each in properties:
            name = name_of(each)
            if name == "pStyle":
                opened.style = value(each, "val")
            elif name == "numPr":
                opened.number = self.numbering.before(each)
            elif name == "rPr":
                marks = {name_of(mark): mark for mark in each}
                opened.goes_on = "del" in marks or is_on(marks.get("vanish"))

    def _end_paragraph(self) -> None:
        self._settle()
        paragraph = self.paragraphs.pop()
        text = "".join(paragraph.texts)
        if text.strip():  # a number alone says nothing
            text = paragraph.number + text
        holder = self.open[-1].current if self.open and self.open[-1].current else self
        if paragraph.goes_on:
            holder.carried += text
            return
        text, holder.carried = holder.carried + text, ""
        self._place(text)

    def _place(self, text: str) -> None:
        """A whole paragraph, in the open cell or as a line."""
        if self.open and self.open[-1].current is not None:
            self.open[-1].current.paragraphs.append(text)
        else:
            self._line(text)

    def _line(self, said: str) -> None:
        said = said.strip("\n")
        if said.strip():
            place = f"第{len(self.lines) + 1}段"
            self.lines.append(Line(words(said), place, signed(said)))

    # --- tables -----------------------------------------------------------------------------------

    def _table(self, _: etree._Element) -> None:
        self.table_count += 1
        self.open.append(_OpenTable(self.table_count, len(self.lines)))

    def _row(self, _: etree._Element) -> None:
        if self.open:
            self.open[-1].row += 1
            self.open[-1].column = 0
            if self.open[-1].row >= MAX_ROWS:
                raise PackageLimitError

    def _cell(self, _: etree._Element) -> None:
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise PackageLimitError
        if self.open:
            table = self.open[-1]
            table.current = _OpenCell(table.row, table.column, fields=self.fields.depth)

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
            self.open[-1].current.continues = value(element, "val") != "restart"

    def _merge_across(self, element: etree._Element) -> None:
        """An old way to join cells of a row (Word 97 and what converts from it): the first is as
        wide as all, the others are covered.
        """
        if self.open and self.open[-1].current is not None:
            self.open[-1].current.covered = value(element, "val") != "restart"

    def _delete_cell(self, _: etree._Element) -> None:
        """With tracked changes: the cells behind it take its place."""
        if self.open and self.open[-1].current is not None:
            self.open[-1].current.gone = True

    def _end_cell(self) -> None:
        if not self.open or self.open[-1].current is None:
            return
        table, cell = self.open[-1], self.open[-1].current
        cell.paragraphs += [
            text for text in (cell.carried, self.fields.close_to(cell.fields)) if text
        ]
        table.current = None
        if cell.column >= MAX_COLUMNS or cell.gone:
            return
        table.column = cell.column + cell.width
        before = table.cells[-1] if table.cells else None
        if cell.covered and before is not None and before.row == cell.row:
            before.width += cell.width
            return
        above = table.above.get(cell.column)
        if cell.continues and above is not None and above.ends_at(cell):
            above.height += 1
            if cell.said and not above.said:  # covered: nobody sees it, but the place is not empty
                above.paragraphs.append(INK)
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
            cells = ([cell.said for cell in inner.cells if cell.row == row] for row in numbers)
            rows = map("\t".join, cells)
            self.open[-1].current.paragraphs.append("\n".join(rows))

    def _stands_beside_text(self) -> bool:
        """Whether the open cell is one beside others, and no frame around a whole form:
        then a table in it is its text.
        """
        table = self.open[-1]
        row = [cell for cell in table.cells if cell.row == table.row]
        return any(text.strip() for cell in row for text in cell.paragraphs)


def _chunk_content(data: bytes, depth: int) -> Content | None:
    """What a file within the file says; None when it cannot be read."""
    try:
        if data.startswith(b"PK"):
            return _read(data, depth + 1) if depth < _CHUNK_DEPTH else None
        return read_rtf(data) if data.lstrip().startswith(b"{\\rtf") else read_markup(data)
    except (BrokenWordError, BrokenRtfError, BrokenMarkupError):
        return None
    except (RtfLimitError, MarkupLimitError) as error:
        raise PackageLimitError from error


def _is_gone(row: etree._Element) -> bool:
    """Whether a row is hidden, or deleted with tracked changes."""
    properties = child(row, "trPr")
    return properties is not None and (
        is_on(child(properties, "hidden")) or child(properties, "del") is not None
    )


def _first(element: etree._Element, name: str) -> etree._Element | None:
    """The first child, if it is of that name: where properties stand."""
    first = element[0] if len(element) else None
    return first if first is not None and name_of(first) == name else None


def _count(element: etree._Element) -> int:
    text = value(element, "val")
    is_count = text.isascii() and text.isdecimal() and len(text) < 10
    return min(int(text), 1_000_000) if is_count else 0
