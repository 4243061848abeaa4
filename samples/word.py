"""Writes a sheet as a Word file (.docx) that is the same to the byte every time.

The only sample module that knows python-docx. No clock: times inside the file are given or fixed.
"""

from __future__ import annotations

import io
import re
import zipfile
from copy import deepcopy
from datetime import datetime
from functools import cache

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.table import _Cell as WordCell
from docx.text.paragraph import Paragraph

from samples.sheet import Align, Cell, Face, Line, PageBreak, Sheet, Table, columns_of

_ALIGNMENT = {Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT, Align.CENTER: WD_ALIGN_PARAGRAPH.CENTER}
_KEPT_STYLES = frozenset({"Normal", "DefaultParagraphFont", "TableNormal", "NoList", "TableGrid"})
_ZIP_TIME = (2024, 8, 8, 10, 0, 0)
_DEAD_WEIGHT = ("docProps/thumbnail.jpeg", "word/stylesWithEffects.xml")


def _write(paragraph: Paragraph, text: str, size: float, face: Face, *, grey: bool = False) -> None:
    paragraph.add_run(text).element.insert(0, deepcopy(_type(size, face, grey=grey)))


@cache
def _type(size: float, face: Face, *, grey: bool) -> BaseOxmlElement:
    """The properties of a run; a form has hundreds of runs and half a dozen of these."""
    run = Document().add_paragraph().add_run()
    run.font.size = Pt(size)
    run.font.name = "Times New Roman"
    run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face.value)
    if grey:
        run.font.color.rgb = RGBColor(0x99, 0x99, 0x99)
    return run.element.get_or_add_rPr()


def _line(document: WordDocument, line: Line) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = _ALIGNMENT[line.align]
    paragraph.paragraph_format.space_before = Mm(line.before)
    _write(paragraph, line.text, line.size, line.face, grey=line.grey)


def _fill(target: WordCell, cell: Cell, size: float) -> None:
    """Every line of the text is a paragraph of its own, as people write with the return key."""
    target.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    for number, text in enumerate(cell.text.split("\n")):
        paragraph = target.paragraphs[0] if number == 0 else target.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if cell.label else WD_ALIGN_PARAGRAPH.LEFT
        _write(paragraph, text, size, Face.HEI if cell.label else Face.SONG)


def _table(document: WordDocument, table: Table) -> None:
    made: WordTable = document.add_table(len(table.rows), len(table.widths), "Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    for column, width in zip(made.columns, table.widths, strict=True):
        column.width = Mm(width)
    grid = [list(row.cells) for row in made.rows]
    for number, (row, begin) in enumerate(zip(table.rows, columns_of(table), strict=True)):
        made.rows[number].height = Mm(row.height)
        made.rows[number].height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
        for column, cell in begin:
            target = grid[number][column]
            if cell.across > 1 or cell.down > 1:
                target = target.merge(grid[number + cell.down - 1][column + cell.across - 1])
            target.width = Mm(sum(table.widths[column : column + cell.across]))
            _fill(target, cell, table.size)


def _page(document: WordDocument, sheet: Sheet) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if sheet.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(sheet.paper[0]), Mm(sheet.paper[1])
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(sheet.margin))


@cache
def _template() -> bytes:
    """An empty document, made slim once for all sheets."""
    document = Document()
    _slim(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _slim(document: WordDocument) -> None:
    """Take out of python-docx's template what no form uses (160 styles) and its wide line
    spacing.
    """
    normal = document.styles["Normal"].paragraph_format
    normal.space_after, normal.line_spacing = Pt(0), 1.0
    styles = document.styles.element
    for style in styles.findall(qn("w:style")):
        if style.get(qn("w:styleId")) not in _KEPT_STYLES:
            styles.remove(style)
    for latent in styles.findall(qn("w:latentStyles")):
        styles.remove(latent)


def _properties(document: WordDocument, title: str, author: str, written: datetime) -> None:
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = title, author, author, ""
    core.created = core.modified = written
    core.revision = 1


def _repack(data: bytes) -> bytes:
    """The same package in name order, with fixed times and without the template's thumbnail."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(
            target,
            "w",
            zipfile.ZIP_DEFLATED,
        ) as packed,
    ):
        for name in sorted(
            source.namelist(),
            key=lambda name: (name != "[Content_Types].xml", name),
        ):
            if name not in _DEAD_WEIGHT:
                entry = zipfile.ZipInfo(name, _ZIP_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(
                    entry,
                    _without_dead_weight(name, source.read(name)),
                    compresslevel=9,
                )
    return target.getvalue()


def _without_dead_weight(name: str, data: bytes) -> bytes:
    """Relations and content types that would point at the parts left out."""
    if not name.endswith((".rels", "[Content_Types].xml")):
        return data
    text = re.sub(
        rb"<Relationship [^>]*(?:thumbnail\.jpeg|stylesWithEffects\.xml)[^>]*/>",
        b"",
        data,
    )
    return re.sub(rb"<Override [^>]*stylesWithEffects\.xml[^>]*/>", b"", text)


def write_word(sheet: Sheet, author: str, written: datetime) -> bytes:
    """The sheet as .docx. ``written`` is what the file says about its own making (no zone, as Word
    writes it).
    """
    document = Document(io.BytesIO(_template()))
    _page(document, sheet)
    for block in sheet.blocks:
        if isinstance(block, PageBreak):
            document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
        elif isinstance(block, Line):
            _line(document, block)
        else:
            _table(document, block)
    _properties(document, sheet.title, author, written)
    buffer = io.BytesIO()
    document.save(buffer)
    return _repack(buffer.getvalue())
