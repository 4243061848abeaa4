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
    "heads-again": (HEADS, FIRST, HEADS, SECOND),
    "two-heads": (HEADS, ("", "", "", "", "姓名", "电话"), FIRST, SECOND),
    "numbered-columns": (HEADS, ("1", "2", "3", "4", "5", "6"), FIRST, SECOND),
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


def as_old_workbook(rows: Rows) -> bytes:
    """An .xls with a third row that is hidden and a fourth that is struck."""
    gone = [("7", "隐藏小学", *FIRST[2:]), ("8", "划去小学", *FIRST[2:])]
    struck = {(3, column): oldbook.STRUCK for column in range(len(HEADS))}
    return oldbook.xls([(TITLE,), rows[0], *gone, *rows[1:]], oldbook.Looks({2}, cells=struck))


CASES = (
    *(
        Case(f"summary-{name}.{kind}", partial(make, rows), (it.rows(*NAMES),))
        for name, rows in _TABLES.items()
        for kind, make in (("docx", as_word), ("xlsx", as_workbook))
    ),
    *(
        Case(f"summary-{name}.xls", partial(as_old_workbook, _TABLES[name]), (it.rows(*NAMES),))
        for name in ("heads-again", "unit-only", "city-group", "name-only-remark")
    ),
)
