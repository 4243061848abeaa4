"""Two schools, or two persons, side by side in one form."""

from __future__ import annotations

import pytest

from ingest.document.content import Content
from ingest.document.form.fields import extract_fields
from rules.call import Call
from rules.facts import Fact, Knowledge
from tests.unit.ingest.document.form.test_rows import grid

ONE = ("晨光小学", "小学", "贺兰", "13999330077")
OTHER = ("金穗中学", "初中", "陶志刚", "0993-2012345")
LABELS = ("学校名称", "学校类型", "联系人", "联系电话")
NAMES = ("单位名称", "学校类型", "联系人", "联系电话")


def facts(call: Call, rows: list[list[str]]) -> dict[str, Fact]:
    return extract_fields(Content(tables=(grid(rows, 1),)), call.form("附件2"), "2")


def test_labels_that_stand_twice_in_their_rows_have_no_answer(call: Call) -> None:
    """The first school would be taken for the only one; people see both."""
    rows = [
        [label, one, label, other] for label, one, other in zip(LABELS, ONE, OTHER, strict=True)
    ]
    found = facts(call, rows)

    assert {found[name].knowledge for name in NAMES} == {Knowledge.UNKNOWN}
    assert found["单位名称"].provenance.raw == "晨光小学 / 金穗中学"


def test_two_columns_of_answers_are_two_schools_too(call: Call) -> None:
    """A second telephone under a second name."""
    rows = [list(row) for row in zip(LABELS, ONE, OTHER, strict=True)]
    found = facts(call, [["项目", "学校一", "学校二"], *rows])

    assert {found[name].value for name in ("单位名称", "联系人", "联系电话")} == {None}


@pytest.mark.parametrize(
    "rows",
    [
        [["学校名称", "晨光小学", "与公章一致"], ["联系人", "贺兰", "真实姓名"], ["联系电话", ONE[3], "手机"]],
        [["学校名称", "晨光小学", "（盖章）"], ["联系人", "贺兰"], ["联系电话", ONE[3]]],
        [["学校名称", "晨光小学", "学校名称", "晨光小学"], ["联系人", "贺兰"], ["联系电话", ONE[3]]],
        [["学校名称", "晨光小学"], ["联系人", "贺兰"], ["联系电话", ONE[3], "0993-2012345"]],
    ],
)  # fmt: skip
def test_a_remark_or_a_second_telephone_makes_no_second_school(
    call: Call, rows: list[list[str]]
) -> None:
    """What explains an answer stands beside it, too."""
    width = max(map(len, rows))
    found = facts(call, [[*row, *[""] * (width - len(row))] for row in rows])

    assert [found[name].value for name in ("单位名称", "联系人", "联系电话")] == [ONE[0], *ONE[2:]]


_SCHOOL = ["学校名称", "晨光小学", "", ""]


@pytest.mark.parametrize(
    ("rows", "unsure"),
    [
        ([[*LABELS[::2], *LABELS[::2]], [ONE[0], ONE[2], OTHER[0], OTHER[2]], ["联系电话", ONE[3], "", ""]], {"单位名称", "联系人"}),
        ([_SCHOOL, [*LABELS[2:], *LABELS[2:]], [*ONE[2:], *OTHER[2:]]], {"联系人", "联系电话"}),
        ([_SCHOOL, ["联系人", ONE[2], "联系人", OTHER[2]], ["联系电话", ONE[3], "联系电话", OTHER[3]]], {"联系人", "联系电话"}),
    ],
    ids=["two schools under heads", "two persons under heads", "two persons"],
)  # fmt: skip
def test_two_answers_below_or_beside_the_same_heads_are_nobody_s(
    call: Call, rows: list[list[str]], unsure: set[str]
) -> None:
    """Whoever stands first is no better than the other."""
    found = facts(call, rows)

    assert {name for name in NAMES if found[name].value is None} - {"学校类型"} == unsure


@pytest.mark.parametrize("second", [["", ""], [*ONE[2:]]], ids=["empty", "the same"])
def test_heads_that_come_again_over_nothing_new_do_not_count(call: Call, second: list[str]) -> None:
    """A second place that nobody needed."""
    found = facts(call, [_SCHOOL, [*LABELS[2:], *LABELS[2:]], [*ONE[2:], *second]])

    assert [found[name].value for name in ("单位名称", "联系人", "联系电话")] == [ONE[0], *ONE[2:]]


def test_a_head_with_an_empty_cell_beside_it_is_not_said_to_be_empty(call: Call) -> None:
    """What is written stands below it: perhaps it is the answer."""
    found = facts(call, [_SCHOOL, ["联系人", "联系电话", "", ""], [*ONE[2:], "", ""]])

    assert found["联系电话"].knowledge is not Knowledge.BLANK
