"""The handbook of rules as a Word file, for offices that circulate their rules on paper. A Manual
in, bytes out.

The second door to python-docx: it only writes. Applicants' files are read behind the other one
(``ingest/document/editable/word.py``), in a process that may die; nothing of theirs comes in here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from rules.authoring.manual import Manual, ManualRule, Phrase

FONT = "宋体"
_FAINT = RGBColor(0x61, 0x6E, 0x7C)
_WIDTHS = (Cm(5.6), Cm(12.4), Cm(7.7))
# not allowed in XML
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def manual_docx(manual: Manual, made: datetime) -> bytes:
    """A Word file, A4 landscape; ``made`` stands in its properties, so that equal input gives equal
    output.
    """
    document = Document()
    _page(document, manual, made)
    document.add_heading("审查规则手册", level=0)
    document.add_paragraph(_clean(f"{manual.title}（{manual.authority}）"))
    lead = (
        f"材料须在 {manual.deadline} 之前送达；共 {manual.count} 条规则。依据通知：{manual.notice}"
    )
    document.add_paragraph(_clean(lead))
    document.add_heading("参数", level=1)
    rows = [
        (name, since or "一直", value, clause) for name, since, value, clause in manual.parameters
    ]
    _table(document, ("名称", "何时起", "值", "依据"), rows)
    counted = ((name, _joined(lines)) for name, lines in manual.statistics)
    computed = [*manual.derived, *counted]
    if computed:
        document.add_heading("算出来的值", level=1)
        _table(document, ("名称", "怎么算"), computed)
    for section in manual.sections:
        document.add_heading(_clean(section.title), level=1)
        _rules(document, section.entries)
    if manual.uncovered.clauses:
        document.add_heading("没有规则的条款", level=1)
        open_clauses = [(one.name, one.words) for one in manual.uncovered.clauses]
        _table(document, ("条款", "通知原文"), open_clauses)
    document.add_paragraph(f"规则文件 SHA-256：{manual.sha256}")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _page(document: Any, manual: Manual, made: datetime) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    for name in ("Normal", "Title", "Heading 1"):
        style = document.styles[name]
        style.font.name = FONT
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    document.styles["Normal"].font.size = Pt(10)
    properties = document.core_properties
    properties.title, properties.author = (
        _clean(f"审查规则手册 {manual.title}")[:250],
        _clean(manual.authority)[:250],
    )
    properties.created = properties.modified = made.replace(tzinfo=None)


def _table(document: Any, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = _headed(document, header)
    for row in rows:
        for cell, text in zip(_row(table).cells, row, strict=True):
            cell.text = _clean(text)


def _headed(document: Any, header: Sequence[str]) -> Any:
    """An empty table below its shaded first row, which stands on every page."""
    table = document.add_table(rows=1, cols=len(header), style="Table Grid")
    first = table.rows[0]
    _mark(
        first._tr.get_or_add_trPr(),  # noqa: SLF001 - python-docx has no public name for it
        "w:tblHeader",
    )
    for cell, text in zip(first.cells, header, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
        shade = {"w:val": "clear", "w:color": "auto", "w:fill": "E8EDF3"}
        _mark(cell._tc.get_or_add_tcPr(), "w:shd", shade)  # noqa: SLF001 - the same
    return table


def _row(table: Any) -> Any:
    """One more row, which is never broken over two pages."""
    row = table.add_row()
    _mark(row._tr.get_or_add_trPr(), "w:cantSplit")  # noqa: SLF001 - the same
    return row


def _mark(properties: Any, name: str, values: dict[str, str] | None = None) -> None:
    attributes = {qn(key): value for key, value in (values or {}).items()}
    properties.append(properties.makeelement(qn(name), attributes))


def _rules(document: Any, entries: Iterable[ManualRule]) -> None:
    table = _headed(document, ("通知条款", "规则", "样例"))
    table.autofit = False
    for entry in entries:
        clause, rule, examples = _row(table).cells
        clause.text = _clean(entry.clause)
        _rule(rule, entry)
        examples.text = _clean(
            "\n".join(f"{one.name}：{one.word}" for one in entry.examples) or "没有样例"
        )
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def _rule(cell: Any, entry: ManualRule) -> None:
    cell.paragraphs[0].add_run(_clean(f"{entry.id}　{entry.title}")).bold = True
    parts = [
        ("已停用", entry.disabled),
        ("生效", entry.period),
        ("逐一检查", entry.kinds),
        ("适用", _joined(entry.applies)),
        ("要求", _joined(entry.requirement)),
        ("结论", "；".join(f"{name} {outcome}" for name, outcome in entry.consequences)),
        ("告知", entry.message),
        ("存疑告知", entry.doubt_message),
        ("简述", entry.brief),
        ("改由", entry.instead),
    ]
    for name, text in parts:
        if text:
            paragraph = cell.add_paragraph()
            paragraph.add_run(f"{name}：").font.color.rgb = _FAINT
            paragraph.add_run(_clean(text))


def _joined(lines: Iterable[Phrase]) -> str:
    return "\n".join("　" * line.depth + line.text for line in lines)


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", text)
