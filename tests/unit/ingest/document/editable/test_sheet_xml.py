"""Excel 2003's XML: what its sheets show."""

from __future__ import annotations

import pytest

from ingest.document.content import STRUCK
from ingest.document.editable.sheetxml import is_sheet_xml, sheets_of
from ingest.document.editable.spreadsheet import BrokenSheetError, read_sheet_xml

_NAME = "urn:schemas-microsoft-com:office:spreadsheet"


def book(table: str, styles: str = "") -> bytes:
    """A workbook of one sheet."""
    return (
        f'<?xml version="1.0"?>\n<Workbook xmlns="{_NAME}" xmlns:ss="{_NAME}"><Styles>{styles}</Styles>'
        f'<Worksheet ss:Name="a"><Table>{table}</Table></Worksheet><Worksheet ss:Name="chart"/></Workbook>'
    ).encode()


def cell(text: str, kind: str = "String", attributes: str = "") -> str:
    """One cell."""
    return f'<Cell {attributes}><Data ss:Type="{kind}">{text}</Data></Cell>'


def test_numbers_days_and_answers_are_shown_as_people_write_them() -> None:
    """A share as a percentage, a day without its hour."""
    styles = '<Style ss:ID="p"><NumberFormat ss:Format="0.0%"/></Style>'
    row = "".join([
        cell("0.986", "Number", 'ss:StyleID="p"'),
        cell("13999330077", "Number"),
        cell("2024-08-13T00:00:00.000", "DateTime"),
        cell("1", "Boolean"),
        cell("0", "Boolean"),
        cell("n/a", "Number"),
        cell("1E+300", "Number", 'ss:StyleID="p"'),
        cell("NaN", "Number"),
        "<Cell/>",
        cell("王小<S>旧</S><B>新</B>"),
    ])  # fmt: skip

    (sheet, empty) = sheets_of(book(f"<Row>{row}</Row>", styles))

    assert sheet.rows == [
        [
            "98.6%",
            "13999330077",
            "2024-08-13",
            "是",
            "否",
            "n/a",
            "1E+300",
            "NaN",
            "",
            f"王小{STRUCK}新",
        ]
    ]
    assert empty.rows == []


def test_places_are_where_the_file_says() -> None:
    """Numbered rows and cells, merges down and across, hidden columns."""
    tall, fifth, far = ("ss:MergeDown='1'", "ss:Index='5'", "ss:Index='999'")
    first = cell("师市", attributes=tall) + "".join(map(cell, ("甲", "藏", "藏", "乙")))
    second = cell("丙") + cell("丁", attributes=fifth)
    third = cell("末", attributes=far) + cell("x")
    table = (
        '<Column ss:Index="3" ss:Hidden="1" ss:Span="1"/>'
        f"<Row>{first}</Row><Row>{second}</Row><Row ss:Index='4'>{third}</Row>"
    )

    content = read_sheet_xml(book(table))

    (only,) = content.tables
    found = {(each.row, each.column): each.text for each in only.cells if each.text}
    assert found == {(0, 0): "师市", (0, 1): "甲", (0, 2): "乙", (1, 1): "丙", (1, 2): "丁"}
    assert only.at(1, 0) is only.at(0, 0)


def test_what_cannot_be_followed_is_damaged() -> None:
    """Cut off, or another XML."""
    with pytest.raises(BrokenSheetError):
        read_sheet_xml(book("")[:-20])
    assert is_sheet_xml(book("").decode().encode("utf-16"))
    assert not is_sheet_xml(b"<Workbook/>")
