"""What nobody sees of an old or an open workbook is not read: hidden rows and columns, struck cells
and words; shares are read as they are shown.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import pytest

from ingest.document.content import INK, STRUCK, Content
from ingest.document.editable.spreadsheet import BrokenSheetError, read_workbook
from tests.unit.ingest.document import oldbook, openbook

ROWS = (
    ("序号", "学校名称", "内部编号", "教师人数"),
    ("1", "晨光小学", "X1", "12"),
    ("9", "隐藏小学", "X9", "13"),
    ("8", "划去小学", "X8", "14"),
    ("2", "银河金穗中学", "X2", "15"),
)
SEEN = [
    ["序号", "学校名称", "教师人数"],
    ["1", "晨光小学", "12"],
    [STRUCK, STRUCK, STRUCK],
    ["2", f"{STRUCK}金穗中学", "15"],
]


def shown(content: Content) -> list[list[str]]:
    """The rows of the only table, with signs."""
    (table,) = content.tables
    return [[cell.said for cell in cells] for _, cells in sorted(table.rows.items())]


def old(rows: Sequence[Sequence[str]] = ROWS) -> bytes:
    """The rows in a file of Excel 97."""
    struck = {(3, column): oldbook.STRUCK for column in range(4)}
    return oldbook.xls(rows, oldbook.Looks({2}, {2}, struck, {(4, 1): 2}))


def opened(hidden: str) -> bytes:
    """The rows in an OpenDocument file."""
    rows = [[openbook.text(words) for words in row] for row in ROWS]
    rows[3] = [openbook.text(words, openbook.STRUCK) for words in ROWS[3]]
    rows[4][1] = openbook.text(f"{openbook.gone('银河')}金穗中学")
    return openbook.ods(rows, hidden_rows={2: hidden}, hidden_columns=[2])


@pytest.mark.parametrize(
    "data", [old(), opened("collapse"), opened("filter")], ids=["xls", "ods", "ods filtered"]
)
def test_what_nobody_sees_is_not_read(data: bytes) -> None:
    """A note says that there was something."""
    content = read_workbook(data)

    assert shown(content) == SEEN
    assert content.notes == ("有隐藏的行或列(没有读取)",)


def test_texts_go_on_over_the_end_of_a_record() -> None:
    """Excel cuts the shared texts every 8 KB, also within one."""
    long = [("注" * 3000 + str(number),) for number in range(8)]
    content = read_workbook(old([*ROWS, *long]))

    assert shown(content)[:4] == [[*row, "", ""][: len(row)] for row in SEEN]
    assert len(content.tables[0].rows) == 12


def test_a_cell_right_of_the_last_column_is_damage() -> None:
    """An old workbook has 256 columns; its reader would make room for what a damaged number says."""
    with pytest.raises(BrokenSheetError):
        read_workbook(oldbook.xls([["甲"] * 300]))
    assert read_workbook(oldbook.xls([["甲"] * 256]))


def test_shares_in_an_old_workbook_are_read_as_they_are_shown() -> None:
    """By their format, as in new ones."""
    looks = {(0, 0): oldbook.SHARE, (0, 1): oldbook.SHARE, (0, 2): oldbook.THOUSANDTH}
    data = oldbook.xls([[0.986, 0.97553, 986.0, 0.5]], oldbook.Looks(cells=looks))

    assert shown(read_workbook(data)) == [["98.6%", "97.55%", "986‰", "0.5"]]


def test_shares_in_an_open_workbook_are_read_as_they_are_shown() -> None:
    """The program keeps what it shows; a formula without a result is not known."""
    lost = '<table:table-cell table:formula="of:=[.A1]/2"/>'
    row = [openbook.share(0.97553, "97.6%"), openbook.share(1, "100%", "of:=1/1"), lost]

    assert shown(read_workbook(openbook.ods([row]))) == [["97.6%", "100%", INK]]


@pytest.mark.parametrize(
    "drawn",
    [
        "<draw:frame><draw:text-box><text:p>盖章处</text:p></draw:text-box></draw:frame>",
        "<draw:custom-shape><text:p>盖章处</text:p></draw:custom-shape>",
        "<draw:frame><draw:image/><svg:title>公章</svg:title></draw:frame>",
    ],
)
def test_what_lies_over_a_cell_is_not_in_it(drawn: str) -> None:
    """LibreOffice fastens a box, a shape or a picture to the cell below it."""
    name = openbook.text("晨光小学").replace("<text:p>", f"{drawn}<text:p>")

    told = shown(read_workbook(openbook.ods([[name, openbook.text("12")]])))

    assert told == [[f"晨光小学{INK}", "12"]]


@pytest.mark.parametrize("size", [600, 900, 1500, 2100, 2600])
def test_an_old_workbook_cut_short_never_ends_the_reader(size: int) -> None:
    """What cannot be followed has no marks; what cannot be opened is broken."""
    data = bytearray(old())
    data[size : size + 40] = b"\xff" * 40

    with contextlib.suppress(BrokenSheetError):
        read_workbook(bytes(data))


def test_letters_nobody_can_see_are_none() -> None:
    """White on white, or of one point; white on a colour is read, and where something is drawn."""
    rows = [("甲", "乙", "丙", "丁")]
    looks = {(0, 1): oldbook.WHITE, (0, 2): oldbook.ON_DARK, (0, 3): oldbook.TINY}
    cells = ("甲", "乙", "丙", "丁")
    styles = ("", openbook.WHITE, openbook.ON_DARK, openbook.TINY)
    opened = openbook.ods([[openbook.text(*each) for each in zip(cells, styles, strict=True)]])
    seen = [["甲", STRUCK, "丙", STRUCK]]

    assert shown(read_workbook(oldbook.xls(rows, oldbook.Looks(cells=looks)))) == seen
    assert shown(read_workbook(opened)) == seen
    drawn = oldbook.xls(rows, oldbook.Looks(cells=looks, drawn=True))
    assert shown(read_workbook(drawn)) == [["甲", "乙", "丙", STRUCK]]


def test_rows_of_no_height_are_hidden() -> None:
    """Somebody drew them to nothing."""
    data = oldbook.xls([("甲",), ("乙",), ("丙",)], oldbook.Looks(flat_rows={1}))

    assert shown(read_workbook(data)) == [["甲"], ["丙"]]


def test_merged_cells_of_an_open_workbook_are_one() -> None:
    """A city over the rows of its schools: those below are not empty."""
    city = openbook.text("第八师").replace(
        "<table:table-cell", '<table:table-cell table:number-rows-spanned="2"'
    )
    title = openbook.text("汇总表").replace(
        "<table:table-cell", '<table:table-cell table:number-columns-spanned="2"'
    )
    covered = "<table:covered-table-cell/>"
    rows = [[title, covered], [openbook.text("甲"), city], [openbook.text("乙"), covered]]
    cells = read_workbook(openbook.ods(rows)).tables[0].cells

    assert [(each.text, each.width, each.height) for each in cells] == [
        ("汇总表", 2, 1), ("甲", 1, 1), ("第八师", 1, 2), ("乙", 1, 1),
    ]  # fmt: skip
