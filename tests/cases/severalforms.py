"""Several forms in one file, as clerks copy them one behind the other: with and without a title of
their own, in lines, cells and frames, in exported PDFs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from html import escape

from samples import applicants
from samples.arrivals import desk
from samples.export import export_pdf
from samples.forms import application, shown, the_call
from tests.cases.case import Case, Claim, Outcome, Report
from tests.cases.made import FILLED_ON
from tests.cases.summaries import FIRST, HEADS, SECOND, TITLE
from tests.cases.written import odt_of
from tests.extraction.wordml import cell, paragraph, rows_of
from tests.unit.ingest.document.words import body

Rows = list[tuple[str, str]]

_FORM = the_call().form("附件2")
_HEAD = paragraph(_FORM.titles[0])
_PAGE = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
_BOX = '<w:p><w:r><w:pict><v:textbox xmlns:v="v"><w:txbxContent>{}</w:txbxContent></v:textbox></w:pict></w:r></w:p>'
ONE, OTHER = "石河子市晨曦小学", "金穗中学"


def _filled(name: str) -> dict[str, str]:
    return applicants.school(applicants.CHENXI, FILLED_ON) | {"单位名称": name}


def school_rows(name: str) -> Rows:
    """附件2, label and text."""
    return [(field.labels[0], shown(field, _filled(name))) for field in _FORM.fields]


def _table(rows: Rows) -> str:
    return rows_of([cell(paragraph(label)) + cell(paragraph(text)) for label, text in rows])


def _lines(rows: Rows) -> str:
    return "".join(paragraph(f"{label}：{text}") for label, text in rows)


def _summary() -> str:
    rows = ("".join(cell(paragraph(text)) for text in row) for row in (HEADS, FIRST, SECOND))
    return paragraph(TITLE) + rows_of(list(rows))


def named(*names: str | None) -> Claim:
    """The documents are of these applicants, in any order."""

    def claim(report: Report) -> Outcome:
        found = sorted(str(document["applicant"]) for document in report.documents)
        return Outcome.RIGHT if found == sorted(map(str, names)) else Outcome.WRONG

    return claim


A, B = school_rows(ONE), school_rows(OTHER)
_BLANK = [(label, "") for label, _ in A]
_BOTH, _FIRST = (ONE, OTHER), (ONE,)
_WORD: Mapping[str, tuple[str, tuple[str | None, ...]]] = {
    "page-break": (_HEAD + _table(A) + _PAGE + _HEAD + _table(B), _BOTH),
    "second-without-title": (_HEAD + _table(A) + _PAGE + _table(B), _BOTH),
    "one-table": (_HEAD + _table(A + B), _BOTH),
    "lines": (_HEAD + _lines(A) + _PAGE + _HEAD + _lines(B), _BOTH),
    "lines-second-without-title": (_HEAD + _lines(A) + _PAGE + _lines(B), _BOTH),
    "table-and-lines": (_HEAD + _table(A) + _PAGE + _HEAD + _lines(B), _BOTH),
    "text-boxes": (_BOX.format(_HEAD + _table(A)) + _BOX.format(_HEAD + _table(B)), _BOTH),
    "cells-of-a-frame": (rows_of([cell(_HEAD + _table(A) + "<w:p/>") + cell(_HEAD + _table(B) + "<w:p/>")]), _BOTH),
    "numbered-annexes": (paragraph("附件2-1") + _HEAD + _table(A) + paragraph("附件2-2") + _HEAD + _table(B), _BOTH),
    "list-of-contents": (paragraph("目录") + paragraph(f"{_FORM.titles[0]}（{ONE}）…1") + _PAGE + _HEAD + _table(A) + _HEAD + _table(B), _BOTH),
    "filled-and-blank": (_HEAD + _table(A) + _PAGE + _HEAD + _table(_BLANK), _FIRST),
    "copy": (_HEAD + _table(A) + _PAGE + _HEAD + _table(A), _FIRST),
    "cover": (_HEAD + paragraph(f"学校名称：{ONE}") + paragraph("填报日期：2024年8月19日") + _PAGE + _table(A), _FIRST),
    "title-repeated": (_HEAD + _table(A[:9]) + _PAGE + _HEAD + _table(A[9:]), _FIRST),
    "title-continued": (_HEAD + _table(A[:9]) + _PAGE + paragraph(f"{_FORM.titles[0]}（续）") + _table(A[9:]), _FIRST),
    "with-a-summary": (_summary() + _PAGE + _HEAD + _table(A) + _PAGE + _HEAD + _table(B), (None, *_BOTH)),
}  # fmt: skip


def _open_text() -> bytes:
    def table(rows: Rows) -> str:
        cells = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
        lines = (cells.format(escape(label)) + cells.format(escape(text)) for label, text in rows)
        inside = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
        return f"<text:h>{_FORM.titles[0]}</text:h><table:table>{inside}</table:table><text:p/>"

    return odt_of(table(A) + table(B))


def _page() -> bytes:
    def table(rows: Rows) -> str:
        lines = (f"<tr><td>{escape(label)}<td>{escape(text)}" for label, text in rows)
        return f"<h1>{_FORM.titles[0]}</h1><table>{''.join(lines)}</table>"

    return f"<html><meta charset=utf-8>{table(A)}{table(B)}</html>".encode()


def exported(*names: str) -> bytes:
    """Forms one behind the other, saved as PDF."""
    first, *behind = (application(_FORM, _filled(name)) for name in names)
    return export_pdf(first, desk(8, 19, 0).at(11, 20), *behind)


_FILES: Mapping[str, Callable[[], bytes]] = {
    "open-text.odt": _open_text,
    "page.html": _page,
    "exported.pdf": partial(exported, ONE, OTHER),
}

CASES = (
    *(
        Case(f"several-{name}.docx", partial(body, xml), (named(*names),))
        for name, (xml, names) in _WORD.items()
    ),
    *(Case(f"several-{name}", make, (named(*_BOTH),)) for name, make in _FILES.items()),
)
