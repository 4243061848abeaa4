"""What a workbook shows is what is read: hidden and struck cells, shares, formulas without a
result.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from ingest.document.content import INK, STRUCK, Content
from ingest.document.editable.spreadsheet import read_workbook

Write = Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]


def workbook(write: Write) -> bytes:
    """An .xlsx of one sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    write(book, book.add_worksheet())
    book.close()
    return out.getvalue()


def rows(content: Content) -> list[list[str]]:
    """What the cells of the first table say, by row."""
    return [[cell.said for cell in cells] for cells in content.tables[0].rows.values()]


def edited(data: bytes, member: str, pattern: str, by: str) -> bytes:
    """One member of the package with something replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == member:
                content = re.sub(pattern, by, content.decode()).encode()
            new.writestr(info, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("0%", 0.98, "98%"), ("0.0%", 0.985, "98.5%"), ("0.00%", 0.985, "98.5%"), ("0.0%", 0.98467, "98.5%"), ("0%", 1, "100%"),
        ("0%", 98.5, "9850%"), ('0.0"%"', 98.5, "98.5%"), ('0"‰"', 985, "985‰"), ("0.0", 98.5, "98.5"), ("General", 126.0, "126"),
        ("0.0%;[Red]-0.0%", 0.985, "98.5%"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_its_format_shows_it(code: str, number: float, shown: str) -> None:
    """0.985 shown as 98.5 %; 98.5 shown as 9850 % is not 98.5 %."""
    data = workbook(
        lambda book, sheet: (
            sheet.write_number(0, 0, number, book.add_format({"num_format": code})) and None
        )
    )

    assert rows(read_workbook(data)) == [[shown]]


def test_a_formula_without_a_result_is_a_sign() -> None:
    """Neither blank nor nought: the program that wrote it computes nothing."""

    def write(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_formula(0, 0, "=1/2", None, 0.5)
        sheet.write_formula(0, 1, "=A1")  # the writer stores 0 and asks for everything anew
        sheet.write_formula(0, 2, "=A1", None, "")

    data = workbook(write)
    none = edited(data, "xl/worksheets/sheet1.xml", r"<v>0</v>", "")
    computed = edited(data, "xl/workbook.xml", ' fullCalcOnLoad="1"', "")

    assert rows(read_workbook(data)) == [["0.5", INK, INK]]
    assert rows(read_workbook(none)) == [["0.5", INK, INK]]
    assert rows(read_workbook(computed)) == [["0.5", "0", INK]]


def test_rows_and_columns_nobody_sees_are_not_read() -> None:
    """And staff are told; a merged cell shrinks to what is seen of it."""

    def write(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for row, texts in enumerate(
            (["标题", "", ""], ["甲", "旧", "乙"], ["隐", "隐", "隐"], ["丙", "旧", "丁"])
        ):
            sheet.write_row(row, 0, texts)
        sheet.merge_range(0, 0, 0, 2, "标题")
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})

    content = read_workbook(workbook(write))

    assert rows(content) == [["标题"], ["甲", "乙"], ["丙", "丁"]]
    assert content.tables[0].cells[0].width == 2
    assert content.notes == ("有隐藏的行或列(没有读取)",)


def test_struck_cells_and_struck_words_are_signs() -> None:
    """128 struck and 126 behind it in one cell."""

    def write(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        gone = book.add_format({"font_strikeout": True})
        sheet.write_string(0, 0, "旧", gone)
        sheet.write_rich_string(0, 1, gone, "张三", "郭建新")
        sheet.write_number(0, 2, 126)

    assert rows(read_workbook(workbook(write))) == [[STRUCK, STRUCK + "郭建新", "126"]]


def test_dates_of_both_calendars_are_the_same_days() -> None:
    """Excel on old Macs counts from 1904."""

    def write(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_number(0, 0, 45516, book.add_format({"num_format": "yyyy-mm-dd"}))

    data = workbook(write)
    mac = edited(data, "xl/workbook.xml", "<workbookPr ", '<workbookPr date1904="1" ')

    assert rows(read_workbook(data)) == [["2024-08-12"]]
    assert rows(read_workbook(mac)) == [["2028-08-13"]]
