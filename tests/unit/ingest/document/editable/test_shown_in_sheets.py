"""What a workbook (.xlsx) shows of its cells: errors, numbers in formats of their own, columns of no
width, sheets that only show how another is filled in.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ingest.document.content import INK, Content
from ingest.document.editable.spreadsheet import read_workbook

Styled = Callable[[str], Format]


def book(write: Callable[[Worksheet, Styled], None]) -> Content:
    """What is read of a workbook with one sheet."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    write(made.add_worksheet(), lambda code: made.add_format({"num_format": code}))
    made.close()
    return read_workbook(out.getvalue())


def said(content: Content) -> list[str]:
    """The cells of the only table, with signs."""
    return [cell.said for cell in content.tables[0].cells]


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?"])
def test_an_error_is_no_empty_cell(error: str) -> None:
    """Somebody filled it in; nobody knows what with."""
    assert said(book(lambda sheet, _: sheet.write_formula(0, 0, "=A9/B9", None, error))) == [INK]


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (98.6, r"0.0\%", "98.6%"), (98.6, '0.0"%"', "98.6%"), (0.986, "0.0%", "98.6%"), (0.986, "[Red][<0.98]0.0%;0.0%", "98.6%"),
        (0.986, "0." + "0" * 30 + "%", "98.6%"), (1e300, "0%", INK), (0.986, ";;;", INK), (0.5, "_ * 0.0%_ ;_ * -0.0%_ ", "50%"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_its_format_shows_it(number: float, code: str, shown: str) -> None:
    """A sign that is only written behind multiplies nothing; a format may show nothing at all."""
    assert said(book(lambda sheet, styled: sheet.write_number(0, 0, number, styled(code)))) == [
        shown
    ]


def test_a_column_of_no_width_is_hidden() -> None:
    """Dragged shut, which is not the same switch."""

    def write(sheet: Worksheet, _: Styled) -> None:
        sheet.write_row(0, 0, ["序号", "旧名", "学校名称"])
        sheet.set_column(1, 1, 0)

    assert said(book(write)) == ["序号", "学校名称"]


@pytest.mark.parametrize("name", ["填写示例", "样例", "范例（勿删）", "样表", "填表说明"])
def test_a_sheet_that_shows_how_is_not_read(name: str) -> None:
    """Its 张三 applies for nothing; a workbook of nothing else is read all the same."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    for title, text in (("汇总表", "晨光小学"), (name, "示范小学")):
        made.add_worksheet(title).write(0, 0, text)
    made.close()

    assert said(read_workbook(out.getvalue())) == ["晨光小学"]
