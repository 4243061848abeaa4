"""Mails whose papers stand as objects in a Word file or a workbook: an icon to be clicked twice, a table
of Excel pasted as it is.
"""

from __future__ import annotations

import base64
import struct
from functools import partial

from tests.cases import claims as it
from tests.cases.case import Case
from tests.cases.made import FORM, blank, mail_of_files, zone_form
from tests.cases.summaries import FIRST, HEADS, NAMES, SECOND, TITLE, as_workbook
from tests.extraction.wordml import paragraph
from tests.parts.compound import ole
from tests.unit.ingest.document.words import body, with_parts

_ROWS = (HEADS, FIRST, SECOND)
_LETTER = "word/embeddings/{}"
_CHART = "word/charts/_rels/chart1.xml.rels"
_FOUND = (it.documents(1, "附件1"), it.unsaid("来信没有附件", "没有找到申报书"))


def packaged(name: str, data: bytes) -> bytes:
    """An object of the Object Packager."""
    label = name.encode("gb18030") + b"\0"
    head = struct.pack("<H", 2) + label * 2 + b"\0\0\3\0" + struct.pack("<I", len(label)) + label
    native = head + struct.pack("<I", len(data)) + data
    return ole({"\x01Ole10Native": struct.pack("<I", len(native)) + native})


def _in_letter(name: str, content: bytes) -> bytes:
    letter = body(paragraph("申报材料见下面的附件，双击打开。"))
    return mail_of_files({"材料.docx": with_parts(letter, {_LETTER.format(name): content})})


def rich_text_with_object() -> bytes:
    """An object of the Object Packager in RTF."""
    name = b"sbs.docx\0"
    head = struct.pack("<H", 2) + name * 2 + b"\0\0\3\0" + struct.pack("<I", len(name)) + name
    native = head + struct.pack("<I", len(zone_form())) + zone_form()
    kind = struct.pack("<III", 0x501, 2, 8) + b"Package\0" + bytes(8)
    digits = (kind + struct.pack("<I", len(native)) + native).hex().encode()
    return rb"{\rtf1\ansi{\object\objemb{\*\objdata " + digits + rb"}}\par }"


def _in_rich_text() -> bytes:
    return mail_of_files({"材料.doc": rich_text_with_object()})


def _in_a_page() -> bytes:
    code = base64.b64encode(zone_form()).decode()
    link = f'<a href="data:application/octet-stream;base64,{code}">sbs</a>'
    return mail_of_files({"材料.html": f"<html><body>{link}</body></html>".encode()})


def _pasted_table() -> bytes:
    summary = body(paragraph(TITLE))
    sheet = {_LETTER.format("Microsoft_Excel_Worksheet.xlsx"): as_workbook(_ROWS)}
    return mail_of_files({"汇总表.docx": with_parts(summary, sheet)})


def _behind_a_sheet() -> bytes:
    form = {"xl/embeddings/Microsoft_Word_Document.docx": zone_form()}
    return mail_of_files({"汇总表.xlsx": with_parts(as_workbook(_ROWS), form)})


def _with_a_chart() -> bytes:
    link = (
        b'<Relationships><Relationship Id="r" Target="../embeddings/Sheet1.xlsx"/></Relationships>'
    )
    chart = {_LETTER.format("Sheet1.xlsx"): as_workbook(_ROWS), _CHART: link}
    return mail_of_files({FORM: with_parts(zone_form(), chart)})


def _with_the_blank_form() -> bytes:
    """The office's own form stands in the filled one, to be opened and copied."""
    inner = {_LETTER.format("Microsoft_Word_Document.docx"): blank(1)}
    return mail_of_files({FORM: with_parts(zone_form(), inner)})


def _in_a_web_archive() -> bytes:
    """A page saved with the file that it links to."""
    code = base64.encodebytes(zone_form()).decode().replace("\n", "\r\n")
    page = "Content-Type: text/html\r\n\r\n<html><body>申报材料</body></html>\r\n"
    head = "Content-Type: application/octet-stream\r\nContent-Location: file:///C:/sbs.docx\r\n"
    file = f"{head}Content-Transfer-Encoding: base64\r\n\r\n{code}\r\n"
    top = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n'
    return mail_of_files({"材料.mht": f"{top}--b\r\n{page}--b\r\n{file}--b--\r\n".encode()})


CASES = (
    Case(
        "object-word.eml",
        partial(_in_letter, "Microsoft_Word_Document1.docx", zone_form()),
        _FOUND,
    ),
    Case(
        "object-packaged.eml",
        partial(_in_letter, "oleObject1.bin", packaged("申报书.docx", zone_form())),
        (*_FOUND, it.part("申报书.docx", "docx", "document")),
    ),
    Case(
        "object-package-stream.eml",
        partial(_in_letter, "oleObject1.bin", ole({"Package": zone_form()})),
        _FOUND,
    ),
    Case(
        "object-table-of-excel.eml",
        _pasted_table,
        (it.rows(*NAMES), it.unsaid("没有填写申报单位", "没有找到汇总表")),
    ),
    Case("object-in-rich-text.eml", _in_rich_text, _FOUND),
    Case("object-in-the-link-of-a-page.eml", _in_a_page, _FOUND),
    Case("object-in-a-web-archive.eml", _in_a_web_archive, _FOUND),
    Case(
        "object-on-the-end-of-a-pdf.eml",
        lambda: mail_of_files({"材料.pdf": b"%PDF-1.4\n%%EOF\n" + zone_form()}),
        _FOUND,
    ),
    Case("object-behind-a-sheet.eml", _behind_a_sheet, (*_FOUND, it.rows(*NAMES))),
    Case("object-blank-form.eml", _with_the_blank_form, (it.documents(1), it.never("referred"))),
    Case("object-of-a-chart.eml", _with_a_chart, (it.documents(1), it.parts(0, "xlsx"))),
)
