"""Summary tables in workbooks and Word files with rows that nobody sees, examples, tables that go on,
several applicants in one row: what is an applicant is what a person sees who opens the file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import xlsxwriter

from tests.cases import claims as it
from tests.cases.case import Case
from tests.cases.shown import repacked
from tests.cases.summaries import FIRST, HEADS, NAMES, SECOND, TITLE, UNIT, as_word, as_workbook
from tests.extraction.wordml import cell, paragraph, rows_of
from tests.unit.ingest.document.words import body

UNSEEN = ("3", "隐藏小学", "第八师石河子市", "小学", "张三", "13999330078")
EXAMPLE = ("1", "红星小学", "第一师阿拉尔市", "小学", "张三", "13800000000")
_ALL = (HEADS, FIRST, UNSEEN, SECOND)

Book = Any  #: xlsxwriter has no types
Sheet = Any


def made(fill: Callable[[Book], None]) -> bytes:
    """A workbook."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(book)
    book.close()
    return out.getvalue()


def filled(book: Book, rows: Sequence[Sequence[str]] = (HEADS, FIRST, SECOND), name: str = "") -> Sheet:  # fmt: skip
    """A sheet with title, unit and rows from row 3 on."""
    sheet = book.add_worksheet(name or None)
    sheet.merge_range(0, 0, 0, 5, TITLE)
    sheet.merge_range(1, 0, 1, 5, UNIT)
    for number, row in enumerate(rows, 2):
        sheet.write_row(number, 0, row)
    return sheet


def _filtered(book: Book) -> None:
    sheet = filled(book, _ALL)
    sheet.autofilter(2, 0, 5, 5)
    sheet.set_row(4, None, None, {"hidden": True})


def _collapsed(book: Book) -> None:
    sheet = filled(book, _ALL)
    sheet.set_row(4, None, None, {"level": 1, "hidden": True})
    sheet.set_row(5, None, None, {"collapsed": True})


def _other_sheets(book: Book) -> None:
    filled(book)
    filled(book, (HEADS, UNSEEN), "旧").very_hidden()
    filled(book, (HEADS, UNSEEN), "更旧").hide()


def _in_format(properties: dict[str, Any], book: Book) -> None:
    sheet = filled(book, (HEADS, FIRST))
    sheet.write_row(4, 0, UNSEEN, book.add_format(properties))
    sheet.write_row(5, 0, SECOND)


def _white_heads(book: Book) -> None:
    sheet = filled(book)
    sheet.write_row(2, 0, HEADS, book.add_format({"font_color": "#FFFFFF", "bg_color": "#1F4E79"}))


def _joined_heads(book: Book) -> None:
    sheet = filled(book, ())
    for column, text in enumerate(HEADS[:4]):
        sheet.merge_range(2, column, 3, column, text)
    sheet.merge_range(2, 4, 2, 5, "联系人信息")
    sheet.write_row(3, 4, HEADS[4:])
    sheet.write_row(4, 0, FIRST)
    sheet.write_row(5, 0, SECOND)


def _example_below(book: Book) -> None:
    sheet = filled(book)
    sheet.write(7, 0, "填写示例：")
    sheet.write_row(8, 0, HEADS)
    sheet.write_row(9, 0, EXAMPLE)


def _hints_beside(book: Book) -> None:
    sheet = filled(book)
    sheet.write_column(2, 8, ("填写说明", "学校名称须用全称", "电话须为手机"))


def _struck_in_part(book: Book) -> None:
    sheet = filled(book)
    struck, plain = book.add_format({"font_strikeout": True}), book.add_format({"bold": True})
    sheet.write_rich_string(4, 1, struck, "银河", plain, "金穗中学")


def _numbered_on(book: Book) -> None:
    empty = [(str(number), "", "", "", "", "") for number in range(3, 12)]
    filled(book, (HEADS, FIRST, ("",) * 6, SECOND, *empty))


def _apart(book: Book) -> None:
    filled(
        book,
        (("序 号", "学 校 名 称", "师  市", "学校\n类型", "联 系 人", "联系\n电话"), FIRST, SECOND),
    )


def _leaders_telephone(book: Book) -> None:
    heads = (*HEADS[:4], "分管领导", "联系电话", *HEADS[4:])
    filled(
        book, (heads, *((*row[:4], "校长甲", "13700000001", *row[4:]) for row in (FIRST, SECOND)))
    )


def _other_words(book: Book) -> None:
    heads = (
        "NO.",
        "学校名称（全称）",
        "所属师（市）",
        "办学类型（下拉选择）",
        "联系人姓名",
        "手机号码",
    )
    filled(book, (heads, FIRST, SECOND))


def _in_two_lines(book: Book) -> None:
    filled(book, (HEADS, ("1", "晨光\n小学", *FIRST[2:5], "13999330077\n0993-2012345"), SECOND))


def no_height() -> bytes:
    """A row that somebody drew to nothing."""

    def changed(name: str, content: bytes) -> tuple[str, bytes]:
        return name, content.replace(b'<row r="5"', b'<row r="5" ht="0" customHeight="1"')

    return repacked(as_workbook(_ALL), changed)


def in_word(*tables: Sequence[Sequence[str]], between: str = "") -> bytes:
    """A Word file with the rows in several tables."""
    made_of = [rows_of(["".join(cell(paragraph(text)) for text in row) for row in rows]) for rows in tables]  # fmt: skip
    line = paragraph(between) if between else "<w:p/>"
    return body(paragraph(TITLE) + paragraph(UNIT) + line.join(made_of))


def in_one_row() -> bytes:
    """Two schools, one below the other in the cells of one row."""
    cells = ["".join(map(paragraph, pair)) for pair in zip(FIRST, SECOND, strict=True)]
    heads = "".join(cell(paragraph(text)) for text in HEADS)
    return body(paragraph(TITLE) + paragraph(UNIT) + rows_of([heads, "".join(map(cell, cells))]))


def tracked(inside: str) -> bytes:
    """A row deleted with tracked changes: the row, or only the words in it."""

    def changed(name: str, content: bytes) -> tuple[str, bytes]:
        if name != "word/document.xml":
            return name, content
        xml = content.decode()
        at = xml.index(UNSEEN[1])
        start, end = xml.rfind("<w:tr>", 0, at), xml.index("</w:tr>", at)
        row = xml[start:end]
        if inside == "row":
            row = row.replace("<w:tr>", '<w:tr><w:trPr><w:del w:id="3" w:author="a"/></w:trPr>', 1)
        else:
            row = re.sub(r"<w:r>.*?</w:r>", r'<w:del w:id="3" w:author="a">\g<0></w:del>', row)
        return name, (xml[:start] + row + xml[end:]).encode()

    return repacked(as_word(_ALL), changed)


_BOOKS: Mapping[str, Callable[[Book], None]] = {
    "filtered": _filtered,
    "collapsed": _collapsed,
    "sheets-hidden": _other_sheets,
    "white": partial(_in_format, {"font_color": "#FFFFFF"}),
    "of-one-point": partial(_in_format, {"font_size": 1}),
    "shown-as-nothing": partial(_in_format, {"num_format": ";;;"}),
    "white-heads": _white_heads,
    "joined-heads": _joined_heads,
    "example-below": _example_below,
    "hints-beside": _hints_beside,
    "struck-in-part": _struck_in_part,
    "numbered-on": _numbered_on,
    "heads-apart": _apart,
    "in-two-lines": _in_two_lines,
    "heads-in-other-words": _other_words,
    "leader-s-telephone": _leaders_telephone,
}
_FILES: Mapping[str, Callable[[], bytes]] = {
    "no-height.xlsx": no_height,
    "goes-on.docx": partial(in_word, (HEADS, FIRST), (SECOND,)),
    "goes-on-as-it-says.docx": partial(in_word, (HEADS, FIRST), (("", *SECOND[1:]),), between="（续表）"),
    "heads-again-on-the-next-page.docx": partial(in_word, (HEADS, FIRST), (HEADS, SECOND), between="续表"),
    "in-one-row.docx": in_one_row,
    "deleted-row.docx": partial(tracked, "row"),
    "deleted-words.docx": partial(tracked, "words"),
}  # fmt: skip

_REACHED = it.rows("13999330077", "0993-2012345", column="联系电话")

CASES = (
    *(
        Case(f"rows-{name}.xlsx", partial(made, fill), (it.rows(*NAMES), _REACHED))
        for name, fill in _BOOKS.items()
    ),
    *(Case(f"rows-{name}", make, (it.rows(*NAMES),)) for name, make in _FILES.items()),
)
