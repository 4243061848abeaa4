"""Which rows of a summary table are applicants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ingest.document.content import STRUCK, Cell, Content, Line, Table
from ingest.document.form.recognise import recognise
from ingest.document.form.rows import extract_rows
from rules.call import Call
from rules.facts import Knowledge

HEADS = ["序号", "学校名称", "师市", "学校类型", "联系人", "联系电话"]
FIRST = ["1", "晨光小学", "第八师石河子市", "小学", "贺兰", "13999330077"]
SECOND = ["2", "金穗中学", "第八师石河子市", "初中", "陶志刚", "0993-2012345"]
NAMES = ["晨光小学", "金穗中学"]


def grid(rows: Sequence[Sequence[str]], number: int = 1) -> Table:
    """A plain table; ``<`` goes on with the cell on the left, ``^`` with the one above."""
    cells: list[Cell] = []
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            width = 1
            while column + width < len(texts) and texts[column + width] == "<":
                width += 1
            height = 1
            while row + height < len(rows) and rows[row + height][column : column + 1] == ["^"]:
                height += 1
            if text not in ("<", "^"):
                signed = text if STRUCK in text else ""
                cells.append(Cell(text.replace(STRUCK, ""), row, column, width, height, signed))
    return Table(number, tuple(cells))


def names(call: Call, *tables: Table) -> list[str]:
    """The applicants' names."""
    rows = extract_rows(Content(tables=tables), call.form("附件4"), "2")
    return [row["单位名称"].text or row["单位名称"].knowledge for row in rows]


@pytest.mark.parametrize(
    "row",
    [
        ["合计", "2所", "", "", "", ""], ["", "合计", "2所", "", "", ""], ["", "", "合计", "", "2", ""], ["", "本页小计", "", "", "", ""],
        ["", "其中：中小学2所", "", "", "", ""], ["一、中小学", "<", "<", "<", "<", "<"], ["", "一、中小学", "", "", "", ""],
        ["", "中小学（2所）", "", "", "", ""], ["", "普通高中", "", "", "", ""], ["", "（二）职业学校", "", "", "", ""], ["分管领导：", "", "填表人：", "", "", ""],
        ["", "分管领导：王五", "", "", "", ""], ["填表人：王五   审核人：赵六", "<", "<", "<", "<", "<"], ["", "", "第八师石河子市", "", "", ""],
        ["（1）", "（2）", "（3）", "（4）", "（5）", "（6）"], ["1", "2", "3", "4", "5", "6"], ["甲", "乙", "丙", "丁", "戊", "己"], HEADS,
        ["3", f"{STRUCK}", f"{STRUCK}", f"{STRUCK}", f"{STRUCK}", f"{STRUCK}"], ["", "以下空白", "", "", "", ""], ["3", "", "", "", "", ""],
        ["示例", "某某小学", "第八师", "小学", "张三", "13900000000"], ["3", "", "", "□小学 □初中", "", ""], ["注：按推荐顺序填写", "<", "<", "<", "<", "<"],
        ["", "填报单位（盖章）：", "", "", "", ""], ["", "……", "", "", "", ""], ["", "共2所", "", "", "", ""], ["", "石河子市区", "", "", "", ""],
        ["", "第八师石河子市", "", "", "", ""], ["", "", "", "", "第八师教育局（盖章）", "2024年8月20日"], ["说明", "本表一式两份", "", "", "", ""],
        ["1", "××小学（示例）", "第一师", "小学", "张三", "13800000000"], ["", "（学校全称）", "（师市）", "（单选）", "（姓名）", "（手机）"],
        ["A", "B", "C", "D", "E", "F"], ["", "以下为空", "", "", "", ""], ["占比", "50%", "", "", "", ""], ["审核意见", "同意推荐以上学校申报。", "", "", "", ""],
        ["", "备注", "请于8月31日前报送", "", "", ""], ["填表人", "张三", "审核人", "李四", "", ""], ["", "填表人", "张三", "", "联系电话", "0993-2012345"],
        ["", "", "第八师石河子市教育局", "", "2024年8月22日", ""], ["填写样例", "第一小学", "第一师", "小学", "张三", "13800000000"], ["", "填全称", "与公章一致", "下拉选择", "", "手机或座机"],
        ["填写说明", "学校全称", "师市全称", "选填", "姓名", "手机"], ["一", "二", "三", "四", "五", "六"], ["", "", "", "", "副联系人", "13800000001"],
    ],
)  # fmt: skip
def test_a_row_that_is_no_applicant_is_none(call: Call, row: list[str]) -> None:
    """Sums, groups, heads again, who signs, what was struck: no letter asks for its 申报书."""
    assert names(call, grid([HEADS, FIRST, row, SECOND])) == NAMES


@pytest.mark.parametrize(
    "row",
    [["3", "城区第二小学", "", "", "", ""], ["", "城区第二小学", "", "", "", ""], ["3", "十二中学", "", "", "", ""], ["", "第二小学", "第八师", "小学", "", ""], ["3", "合兴小学", "第八师", "小学", "", ""],
     ["3", f"{STRUCK}第二小学", "第八师", "小学", "", ""]],
)  # fmt: skip
def test_a_row_with_a_name_is_an_applicant_however_little_else_it_says(
    call: Call, row: list[str]
) -> None:
    """Nobody is dropped for an empty cell."""
    assert len(names(call, grid([HEADS, FIRST, row, SECOND]))) == 3


def test_names_with_nothing_beside_them_are_applicants_where_all_are_so(call: Call) -> None:
    """Their endings say nothing then."""
    rows = [HEADS, *(["", name, "", "", "", ""] for name in ("晨光小学", "银河公学院", "第七中"))]

    assert names(call, grid(rows)) == ["晨光小学", "银河公学院", "第七中"]


def test_a_row_that_lacks_only_its_name_is_an_applicant_whose_name_is_not_there(call: Call) -> None:
    """It is not dropped either."""
    rows = [HEADS, FIRST, ["2", "", "第八师", "初中", "陶志刚", "13999330078"]]

    assert names(call, grid(rows)) == ["晨光小学", Knowledge.BLANK]


@pytest.mark.parametrize(
    "heads",
    [
        [
            ["序号", "学校名称", "师市", "学校类型", "联系方式", "<"],
            ["^", "^", "^", "^", "联系人", "电话"],
        ],
        [
            ["序号", "学校名称", "师市", "学校类型", "联系人", "<"],
            ["^", "^", "^", "^", "姓名", "电话"],
        ],
        [
            ["序号", "学校情况", "<", "<", "联系人", "<"],
            ["^", "学校名称", "师市", "学校类型", "姓名", "联系电话"],
        ],
        [["序号", "学校名称", "师市", "学校类型", "联系人", ""], ["", "", "", "", "姓名", "电话"]],
        [HEADS, ["", "", "", "", "姓名", "电话"]],
    ],
)
def test_heads_over_two_rows_are_one_head(call: Call, heads: list[list[str]]) -> None:
    """The lower row says what the upper one groups."""
    rows = extract_rows(Content(tables=(grid([*heads, FIRST, SECOND]),)), call.form("附件4"), "2")

    assert [row["单位名称"].value for row in rows] == NAMES
    assert [row["联系人"].value for row in rows] == ["贺兰", "陶志刚"]
    assert [row["联系电话"].value for row in rows] == ["13999330077", "0993-2012345"]


def test_a_name_over_two_rows_is_one_applicant(call: Call) -> None:
    """A second contact below the first is no second school."""
    more = ["^", "^", "^", "^", "马晓燕", "13899010203"]

    assert names(call, grid([HEADS, FIRST, more, SECOND])) == NAMES


def test_a_table_lying_sideways_is_read_by_its_columns(call: Call) -> None:
    """Heads down the side, an applicant in each column; places are those of the table as it lies."""
    turned = [list(column) for column in zip(HEADS, FIRST, SECOND, strict=True)]
    content = Content((Line("兵团智慧教育示范校申报汇总表", "第1段"),), (grid(turned),))

    rows = extract_rows(content, call.form("附件4"), "2")

    assert [row["单位名称"].value for row in rows] == NAMES
    assert rows[1]["联系电话"].provenance.place == "表1 第6行 第3列"
    assert recognise(content, call).form == call.form("附件4")


def test_a_telephone_under_the_name_is_the_telephone(call: Call) -> None:
    """It is no part of the name, and the empty cell beside it is not left open."""
    rows = [HEADS, [*FIRST[:4], "贺兰\n13999330077", ""]]

    (row,) = extract_rows(Content(tables=(grid(rows),)), call.form("附件4"), "2")

    assert (row["联系人"].value, row["联系电话"].value) == ("贺兰", "13999330077")


def test_another_form_s_table_gives_no_rows(call: Call) -> None:
    """A workbook with a sheet for each form: only the one with the applicants' names is this one."""
    other = [
        ["申报情况", "师市", "学校类型", "联系人", "联系电话"],
        ["甲", "第八师", "小学", "贺兰", "13999330077"],
    ]

    assert names(call, grid([HEADS, FIRST, SECOND]), grid(other, 2)) == NAMES


@pytest.mark.parametrize(
    "head", ["联系人及电话", "联系人、联系电话", "联系人/电话", "联系人和联系电话"]
)
def test_a_column_that_asks_for_two_things_gives_both(call: Call, head: str) -> None:
    """As many bureaus save a column."""
    told = grid([[*HEADS[:4], head], [*FIRST[:4], "贺兰 13999330077"], [*SECOND[:4], "陶志刚"]])

    first, second = extract_rows(Content(tables=(told,)), call.form("附件4"), "2")

    assert (first["联系人"].value, first["联系电话"].value) == ("贺兰", "13999330077")
    assert second["联系人"].value == "陶志刚"
    assert "联系电话" not in second


def test_a_column_of_its_own_counts_before_one_shared(call: Call) -> None:
    """联系人及电话 beside 联系电话: the latter's is the telephone."""
    told = grid([[*HEADS[:4], "联系人及电话", "联系电话"], FIRST])

    (row,) = extract_rows(Content(tables=(told,)), call.form("附件4"), "2")

    assert row["联系电话"].value == "13999330077"
    assert row["联系人"].value == "贺兰"


@pytest.mark.parametrize(
    "row",
    [["", "学校数", "2", "", "", ""], ["", "名额", "2所", "", "", ""], ["", "第八师石河子市教育局", "", "", "", "2024年8月22日"]],
)  # fmt: skip
def test_a_row_that_only_counts_or_signs_is_no_applicant(call: Call, row: list[str]) -> None:
    """Without a number of its own; with one, somebody applies."""
    assert names(call, grid([HEADS, FIRST, SECOND, row])) == NAMES
    assert len(names(call, grid([HEADS, FIRST, SECOND, ["3", *row[1:]]]))) == 3


@pytest.mark.parametrize("ditto", ["〃", "″", '"', "同上", "同 上"])
def test_a_mark_for_the_same_is_what_the_row_above_says(call: Call, ditto: str) -> None:
    """In any column but the name's; where the row above says nothing, nothing is known."""
    table = [HEADS, FIRST, [*SECOND[:2], ditto, *SECOND[3:]], ["3", ditto, *FIRST[2:]]]
    found = extract_rows(Content(tables=(grid(table),)), call.form("附件4"), "2")

    assert found[1]["师市"].value == FIRST[2]
    assert found[1]["师市"].provenance.confidence < 1
    assert [row["单位名称"].value for row in found[:2]] == [FIRST[1], SECOND[1]]
    assert all(row["单位名称"].value != SECOND[1] for row in found[2:])


@pytest.mark.parametrize(
    "between", [["", "第九师", "", "", "", ""], ["", "合计", "1所", "", "", ""]]
)
def test_the_same_as_above_a_group_is_not_known(call: Call, between: list[str]) -> None:
    """What begins a group says nothing that was said before it."""
    table = [HEADS, FIRST, between, [*SECOND[:2], "同上", *SECOND[3:]]]
    found = extract_rows(Content(tables=(grid(table),)), call.form("附件4"), "2")

    assert [row["师市"].value for row in found] == [FIRST[2], None]


def test_of_tables_side_by_side_each_has_its_own_row_above(call: Call) -> None:
    """What stands right of it in the row above is another table's."""
    same = ["银河小学", "同上", "同上", "同上", "同上"]
    table = [HEADS + HEADS, FIRST + SECOND, ["3", *same, "4", *same]]
    found = extract_rows(Content(tables=(grid(table),)), call.form("附件4"), "2")

    assert [row["联系人"].value for row in found] == [FIRST[4], SECOND[4]] * 2


def test_the_same_as_nothing_is_not_known(call: Call) -> None:
    """In the first row, and below a place that could not be read."""
    table = [HEADS, [*FIRST[:2], "同上", *FIRST[3:]], [*SECOND[:2], "同上", *SECOND[3:]]]
    found = extract_rows(Content(tables=(grid(table),)), call.form("附件4"), "2")

    assert [row["师市"].knowledge for row in found] == [Knowledge.UNKNOWN] * 2


def placed(*blocks: Table | str) -> Content:
    """Tables and lines in their order."""
    lines: list[Line] = []
    tables: list[Table] = []
    for block in blocks:
        if isinstance(block, str):
            lines.append(Line(block, f"第{len(lines) + 1}段"))
        else:
            tables.append(replace(block, number=len(tables) + 1, after=len(lines)))
    return Content(tuple(lines), tuple(tables))


WIDER = [["2", *SECOND[1:], "备注"]]


@pytest.mark.parametrize(
    ("blocks", "found"),
    [
        ([[HEADS, FIRST], "（续表）", [["", *SECOND[1:]]]], NAMES),
        ([[HEADS, FIRST], [SECOND]], NAMES),  # the numbers go on
        ([[HEADS, FIRST], "附：名单", [SECOND]], NAMES[:1]),
        ([[HEADS, FIRST], [["5", *SECOND[1:]]]], NAMES[:1]),
        ([[HEADS, FIRST], [["", *SECOND[1:]]]], NAMES[:1]),
        ([[HEADS, FIRST], "续表", WIDER], NAMES[:1]),
        ([[SECOND], [HEADS, FIRST]], NAMES[:1]),
    ],
)
def test_a_table_without_heads_goes_on_with_the_one_before(
    call: Call, blocks: list[list[list[str]] | str], found: list[str]
) -> None:
    """As many columns, and a line that says so, or numbers that go on with nothing between."""
    content = placed(*(each if isinstance(each, str) else grid(each) for each in blocks))
    rows = extract_rows(content, call.form("附件4"), "2")
    assert [row["单位名称"].text for row in rows] == found


def test_examples_under_heads_of_their_own_are_no_applicants(call: Call) -> None:
    """A line that says so ends the list; where no heads follow, it ends nothing."""
    example = ["1", "第一小学", "第一师", "小学", "张三", "13800000000"]
    line = ["填写示例：", "<", "<", "<", "<", "<"]
    assert names(call, grid([HEADS, FIRST, SECOND, line, HEADS, example])) == NAMES
    assert names(call, grid([HEADS, FIRST, line, SECOND])) == NAMES


@pytest.mark.parametrize(
    "row",
    [
        ["填报单位小学", *SECOND[2:], ""],
        ["银河小学", *SECOND[2:4], "负责人", SECOND[5], ""],
        ["银河小学", *SECOND[2:], "负责人"],
    ],
)
def test_a_whole_row_is_somebody_s_whatever_it_says(call: Call, row: list[str]) -> None:
    """A name that begins as a hint does, a clerk who writes 负责人 for the contact or in a remark;
    tables without numbers are common.
    """
    table = grid([[*HEADS[1:], "备注"], [*FIRST[1:], ""], row], 1)
    found = extract_rows(Content(tables=(table,)), call.form("附件4"), "2")

    assert [each["单位名称"].value for each in found] == [FIRST[1], row[0]]
