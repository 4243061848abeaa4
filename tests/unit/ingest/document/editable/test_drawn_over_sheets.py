"""Text boxes, shapes and pictures over the cells of a workbook: what looks empty may be filled in
there.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from ingest.document.content import INK, Content
from ingest.document.editable.spreadsheet import read_workbook
from tests.cases.shown import repacked
from tests.unit.ingest.document.openbook import ods, text

BOX = "<draw:frame{}><draw:text-box><text:p>麦玉清</text:p></draw:text-box></draw:frame>"
SHAPE = '<draw:custom-shape svg:x="3cm"><text:p>麦玉清</text:p></draw:custom-shape>'
CHART = '<draw:frame><draw:object xlink:href="./Object 1" xmlns:xlink="x"/></draw:frame>'
SMALL = {"width": 60, "height": 18}


def book(write: Callable[[Worksheet], object]) -> bytes:
    """A workbook of two labels with an empty cell beside each, and a remark."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = made.add_worksheet()
    sheet.write_column(0, 0, ["联系人", "职能部门", "说明"])
    sheet.write_row(2, 1, ["", "注"])
    write(sheet)
    made.close()
    return out.getvalue()


def said(content: Content) -> dict[tuple[int, int], str]:
    """The cells of the only table, with signs."""
    return {(cell.row, cell.column): cell.said for cell in content.tables[0].cells}


def boxed(row: int, column: int, **size: int) -> bytes:
    """The workbook with a text box."""
    return book(lambda sheet: sheet.insert_textbox(row, column, "麦玉清", {**SMALL, **size}))


def test_a_cell_under_a_text_box_is_not_empty() -> None:
    """Nor is any other cell it reaches; those it does not reach are."""
    assert said(read_workbook(boxed(0, 1))) == {
        (0, 0): "联系人", (0, 1): INK, (0, 2): "", (1, 0): "职能部门", (1, 1): "", (1, 2): "",
        (2, 0): "说明", (2, 1): "", (2, 2): "注",
    }  # fmt: skip
    wide = said(read_workbook(boxed(0, 1, width=100, height=30)))

    assert [place for place, each in wide.items() if each == INK] == [
        (0, 1),
        (0, 2),
        (1, 1),
        (1, 2),
    ]


def test_a_box_beside_the_table_makes_it_no_larger() -> None:
    """Only what is written has cells."""
    assert said(read_workbook(boxed(8, 9))) == said(read_workbook(book(lambda _: None)))


def test_a_merged_cell_is_under_what_lies_over_any_part_of_it() -> None:
    """Its words stand in its first place."""

    def write(sheet: Worksheet) -> None:
        sheet.merge_range(0, 1, 1, 2, "")
        sheet.insert_textbox(1, 2, "麦玉清", {"width": 30, "height": 15})

    assert said(read_workbook(book(write)))[0, 1] == INK


@pytest.mark.parametrize("broken", ["part", "anchor", "hidden", "target"])
def test_a_drawing_that_nobody_sees_or_can_follow_covers_nothing(broken: str) -> None:
    """A reference to nowhere, an anchor without corners, a switch."""

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if broken == "part" and name.startswith("xl/drawings/drawing"):
            return "xl/drawings/x.xml", content
        if broken == "target":
            return name, content.replace(b"relationships/drawing", b"relationships/other")
        if broken == "anchor":
            return name, content.replace(b"xdr:from>", b"xdr:nowhere>")
        return name, content.replace(b"<xdr:cNvPr ", b'<xdr:cNvPr hidden="1" ')

    data = repacked(boxed(0, 1), change)

    assert INK not in said(read_workbook(data)).values()


@pytest.mark.parametrize(
    ("cell", "under"),
    [
        (BOX.format(""), [(0, 1)]), (SHAPE, [(0, 1)]), (CHART, []),
        (BOX.format(' table:end-cell-address="表一.$C$2"'), [(0, 1), (0, 2), (1, 1), (1, 2)]),
        (BOX.format(' table:end-cell-address="nowhere"'), [(0, 1)]),
    ],
)  # fmt: skip
def test_so_it_is_in_an_opendocument_workbook(cell: str, under: list[tuple[int, int]]) -> None:
    """By the cell it is fastened to."""
    empty = text("")
    rows = [[text("联系人"), f"<table:table-cell>{cell}</table:table-cell>", empty], [text("说明"), empty, empty],
            [text("注"), empty, text("注")]]  # fmt: skip
    found = said(read_workbook(ods(rows)))

    assert [place for place, each in found.items() if each == INK] == under


def test_what_is_fastened_to_the_page_may_lie_over_any_cell() -> None:
    """Then none of them is said to be empty; its words are still the cell's."""
    rows = [[text("联系人"), text("")], [text("说明"), text("注")]]

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        mark = b'<table:table table:name="\xe8\xa1\xa8\xe4\xb8\x80">'
        shapes = f"<table:shapes>{BOX.format('')}</table:shapes>".encode()
        return name, content.replace(mark, mark + shapes)

    content = read_workbook(repacked(ods(rows), change))

    assert said(content)[0, 1] == INK
    assert content.tables[0].at(1, 1).text == "注"  # type: ignore[union-attr]


def test_a_control_of_a_form_lies_over_its_cells() -> None:
    """A box to tick, a button; a comment does not."""

    def write(sheet: Worksheet) -> None:
        sheet.insert_button(0, 1, {"caption": "无异议"})
        sheet.write_comment(1, 1, "请核对")

    found = said(read_workbook(book(write)))

    assert found[0, 1] == INK
    assert found[1, 2] == ""


def test_a_cell_that_holds_a_picture_is_no_text() -> None:
    """WPS writes a function into it that only it knows."""

    def write(sheet: Worksheet) -> None:
        sheet.write_formula(0, 1, '=_xlfn.DISPIMG("ID_1",1)', None, '=DISPIMG("ID_1",1)')

    assert said(read_workbook(book(write)))[0, 1] == INK
