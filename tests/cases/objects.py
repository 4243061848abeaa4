"""Mails whose papers stand as objects in a Word file or a workbook: an icon to be clicked twice, a table
of Excel pasted as it is.
"""

from __future__ import annotations

import base64
import io
import struct
import zipfile
from functools import partial

from tests.cases import claims as it
from tests.cases.case import Case
from tests.cases.made import FORM, blank, mail_of_files, school_form, zone_form
from tests.cases.summaries import FIRST, HEADS, NAMES, SECOND, TITLE, as_word, as_workbook
from tests.cases.written import ods, odt, odt_of
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


def _with_another_version(name: str, **other: str) -> bytes:
    """An older form, left as an object beside the one that is shown."""
    inner = {_LETTER.format(name): zone_form(**other)}
    return mail_of_files({FORM: with_parts(zone_form(), inner)})


def _schools_in_a_summary() -> bytes:
    forms = {
        _LETTER.format(f"{name}.docx"): school_form(单位名称=name)
        for name in ("晨光小学", "金穗中学")
    }
    return mail_of_files({"汇总表.docx": with_parts(as_word(_ROWS), forms)})


def _in_an_open_letter(members: dict[str, bytes]) -> bytes:
    """LibreOffice's own way to keep objects."""
    letter = odt_of("<text:p>申报材料见下面的附件，双击打开。</text:p>")
    return mail_of_files({"材料.odt": with_parts(letter, members)})


def _laid_out(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".xml")]
        return {f"Object 1/{name}": archive.read(name) for name in names}


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
    Case(
        "object-another-version.eml",
        partial(_with_another_version, "Document1.docx", 联系人="李四", 学生账号开通率="80%"),
        (it.documents(1), it.field("联系人", "麦玉清"), it.verdict("referred"), it.unsaid("80%")),
        why="the visible form counts, a person sees the other",
    ),
    Case(
        "object-another-applicant.eml",
        partial(_with_another_version, "Document1.docx", 单位名称="第三师五十一团第一中学"),
        (it.documents(1), it.field("单位名称", "第三师图木舒克市教育局"), it.verdict("referred")),
        why="never a second application that nobody asked about",
    ),
    Case(
        "object-a-copy.eml",
        partial(_with_another_version, "Document1.docx"),
        (it.documents(1), it.never("referred")),
    ),
    Case(
        "object-schools-in-a-summary.eml",
        _schools_in_a_summary,
        (it.documents(2, "附件2"), it.rows(*NAMES)),
    ),
    Case("object-text-in-an-open-text.eml", lambda: _in_an_open_letter(_laid_out(odt())), _FOUND),
    Case(
        "object-sheet-in-an-open-text.eml",
        lambda: _in_an_open_letter(_laid_out(ods())),
        (it.rows("第三师图木舒克市教育局"), it.unsaid("没有找到汇总表")),
    ),
    Case(
        "object-word-in-an-open-text.eml",
        lambda: _in_an_open_letter({"Object 1": zone_form()}),
        _FOUND,
    ),
    Case(
        "object-packaged-in-an-open-text.eml",
        lambda: _in_an_open_letter({"Object 1": packaged("申报书.docx", zone_form())}),
        _FOUND,
    ),
    Case(
        "object-behind-an-open-sheet.eml",
        lambda: mail_of_files({"汇总表.ods": with_parts(ods(), {"Object 1": zone_form()})}),
        (*_FOUND, it.rows("第三师图木舒克市教育局")),
    ),
    Case("object-of-a-chart.eml", _with_a_chart, (it.documents(1), it.parts(0, "xlsx"))),
)
