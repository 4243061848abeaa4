"""Summary tables with rows that are no applicants, as bureaus make them in Word and Excel."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import partial

import xlsxwriter

from samples.forms import the_call
from tests.cases import claims as it
from tests.cases.case import Case
from tests.extraction.wordml import cell, paragraph, rows_of
from tests.unit.ingest.document import oldbook
from tests.unit.ingest.document.words import body

TITLE = the_call().form("附件4").titles[0]
UNIT = "填报单位：第八师石河子市教育局    填报日期：2024年8月22日"
HEADS = ("序号", "学校名称", "师市", "学校类型", "联系人", "联系电话")
FIRST = ("1", "晨光小学", "第八师石河子市", "小学", "贺兰", "13999330077")
SECOND = ("2", "金穗中学", "第八师石河子市", "初中", "陶志刚", "0993-2012345")
NAMES = ("晨光小学", "金穗中学")

Rows = Sequence[Sequence[str]]

_TABLES: Mapping[str, Rows] = {
    "total-first": (HEADS, FIRST, SECOND, ("合计", "2所", "", "", "", "")),
    "total-second": (HEADS, FIRST, SECOND, ("", "合计", "2所", "", "", ""), ("", "其中：中小学2所", "", "", "", "")),
    "groups": (HEADS, ("一、小学", "", "", "", "", ""), FIRST, ("", "二、初中（1所）", "", "", "", ""), SECOND),
    "kinds": (HEADS, ("", "中小学（2所）", "", "", "", ""), FIRST, SECOND),
    "signed": (HEADS, FIRST, SECOND, ("", "分管领导：", "", "填表人：", "", "")),
    "unit-only": (HEADS, FIRST, ("", "", "第八师石河子市", "", "", ""), SECOND),
    "city-group": (HEADS, ("", "城区", "", "", "", ""), FIRST, ("", "团场片区", "", "", "", ""), SECOND),
    "name-only-remark": (HEADS, FIRST, SECOND, ("", "共2所", "", "", "", ""), ("说明", "本表一式两份", "", "", "", "")),
    "anybody": (HEADS, ("1", "××小学（示例）", "第一师阿拉尔市", "小学", "张三", "13800000000"), FIRST, SECOND),
    "hints-below-heads": (HEADS, ("", "（学校全称）", "（师市）", "（单选）", "（姓名）", "（手机）"), FIRST, SECOND),
    "group-totals": (HEADS, FIRST, ("", "小学小计：1所", "", "", "", ""), SECOND, ("", "初中小计", "1所", "", "", "")),
    "counts": (HEADS, FIRST, SECOND, ("", "学校数", "2", "", "", ""), ("", "名额", "2所", "", "", "")),
    "signed-with-a-day": (HEADS, FIRST, SECOND, ("", "第八师石河子市教育局", "", "", "", "2024年8月22日")),
    "example-in-brackets": (HEADS, ("0", "（填写示例）第一小学", "第八师石河子市", "小学", "张三", "13800000000"), FIRST, SECOND),
    "numbers-in-names": (HEADS, ("1", "1.晨光小学", *FIRST[2:]), ("2", "★金穗中学", *SECOND[2:])),
    "heads-again": (HEADS, FIRST, HEADS, SECOND),
    "heads-again-in-short": (HEADS, FIRST, ("序号", "学校", "师市", "类型", "联系人", "电话"), SECOND),
    "a-gap-in-the-numbers": (HEADS, FIRST, ("2", "", "", "", "", ""), ("4", *SECOND[1:])),
    "carried-over": (HEADS, FIRST, ("", "过次页", "", "", "", ""), ("", "承前页", "", "", "", ""), SECOND),
    "the-same-again": (HEADS, FIRST, (*SECOND[:2], "〃", *SECOND[3:])),
    "two-heads": (HEADS, ("", "", "", "", "姓名", "电话"), FIRST, SECOND),
    "numbered-columns": (HEADS, ("1", "2", "3", "4", "5", "6"), FIRST, SECOND),
    "whom-to-ask": (HEADS, FIRST, SECOND, ("联系人", "王建国", "", "联系电话", "13900000009", "")),
    "whom-to-ask-in-the-second": (HEADS, FIRST, SECOND, ("", "单位联系人", "王建国", "手机", "13900000009", "")),
    "which-office": (HEADS, FIRST, SECOND, ("科室", "基础教育科", "", "联系人", "李红", "0993-2010001")),
    "who-reports": (HEADS, FIRST, SECOND, ("填报单位", "第八师石河子市教育局", "", "填报日期", "2024年8月22日", "")),
    "sideways": tuple(zip(HEADS, FIRST, SECOND, strict=True)),
}  # fmt: skip


def as_word(rows: Rows) -> bytes:
    """A Word file with the table under its title."""
    lines = ["".join(cell(paragraph(text)) for text in row) for row in rows]
    return body(paragraph(TITLE) + paragraph(UNIT) + rows_of(lines))


def as_workbook(rows: Rows) -> bytes:
    """A workbook with the title in its first row."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, 5, TITLE)
    sheet.merge_range(1, 0, 1, 5, UNIT)
    for number, row in enumerate(rows, 2):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def as_xml_workbook(rows: Rows) -> bytes:
    """Excel 2003's XML, as systems export it: a hidden row, a struck row, rows and cells that are
    numbered.
    """

    def cells(row: Sequence[str], style: str = "") -> str:
        each = f'<Cell{style}><Data ss:Type="String">{{}}</Data></Cell>'
        return "".join(each.format(text) for text in row)

    hidden = f'<Row ss:Hidden="1">{cells(("7", "隐藏小学", *FIRST[2:]))}</Row>'
    gone = cells(("8", "划去小学", *FIRST[2:]), ' ss:StyleID="Gone"')
    struck = f"<Row>{gone}</Row>"
    lines = "".join(f"<Row>{cells(row)}</Row>" for row in rows[1:])
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{name}" xmlns:ss="{name}">'
        '<Styles><Style ss:ID="Gone"><Font ss:StrikeThrough="1"/></Style></Styles>'
        '<Worksheet ss:Name="旧"><Table><Row><Cell><Data ss:Type="String">旧表</Data></Cell></Row></Table>'
        '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>'
        f'<Worksheet ss:Name="Sheet1"><Table><Row><Cell ss:MergeAcross="5"><Data ss:Type="String">{TITLE}</Data></Cell></Row>'
        f'<Row ss:Index="4">{cells(rows[0])}</Row>{hidden}{struck}{lines}</Table></Worksheet></Workbook>'
    ).encode()


def as_tabbed_text(rows: Rows) -> bytes:
    """Lines with tabs in UTF-16: Excel's "Unicode text", sent as .xls."""
    return "\r\n".join("\t".join(row) for row in ((TITLE,), *rows)).encode("utf-16")


def as_old_workbook(rows: Rows) -> bytes:
    """An .xls with a third row that is hidden and a fourth that is struck."""
    gone = [("7", "隐藏小学", *FIRST[2:]), ("8", "划去小学", *FIRST[2:])]
    struck = {(3, column): oldbook.STRUCK for column in range(len(HEADS))}
    return oldbook.xls([(TITLE,), rows[0], *gone, *rows[1:]], oldbook.Looks({2}, cells=struck))


_OF_ONE_CITY = it.rows(FIRST[2], FIRST[2], column="师市")

CASES = (
    *(
        Case(f"summary-{name}.{kind}", partial(make, rows), (it.rows(*NAMES), _OF_ONE_CITY))
        for name, rows in _TABLES.items()
        for kind, make in (("docx", as_word), ("xlsx", as_workbook))
    ),
    *(
        Case(f"summary-{name}.xls", partial(as_old_workbook, _TABLES[name]), (it.rows(*NAMES),))
        for name in ("heads-again", "unit-only", "city-group", "name-only-remark")
    ),
    *(
        Case(f"summary-{kind}-{name}.xls", partial(make, _TABLES[name]), (it.rows(*NAMES),))
        for name in ("total-first", "two-heads", "counts")
        for kind, make in (("xml", as_xml_workbook), ("tabs", as_tabbed_text))
    ),
)
