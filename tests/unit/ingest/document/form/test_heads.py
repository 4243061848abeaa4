"""Which column of a summary table is which field's: several tables side by side, heads over several
columns, two columns for one field, other people's telephones.
"""

from __future__ import annotations

import pytest

from ingest.document.content import Content
from ingest.document.form.rows import extract_rows
from rules.call import Call
from rules.facts import Fact
from tests.unit.ingest.document.form.test_rows import FIRST, HEADS, NAMES, SECOND, grid

THIRD = ["3", "银河小学", "第八师石河子市", "小学", "白杨", "13999330079"]
NONE = [""] * 6


def rows(call: Call, *tables: list[list[str]]) -> tuple[dict[str, Fact], ...]:
    """The applicants of tables."""
    made = tuple(grid(table, number) for number, table in enumerate(tables, 1))
    return extract_rows(Content(tables=made), call.form("附件4"), "2")


def values(found: tuple[dict[str, Fact], ...], name: str) -> list[object]:
    """One field of all rows."""
    return [row[name].value for row in found]


@pytest.mark.parametrize(
    "table",
    [
        [HEADS + HEADS, FIRST + SECOND, THIRD + NONE],
        [[*HEADS, "", *HEADS], [*FIRST, "", *SECOND], [*THIRD, "", *NONE]],
        [HEADS[1:] + HEADS[1:], FIRST[1:] + SECOND[1:], THIRD[1:] + NONE[1:]],
        [HEADS + HEADS, FIRST + SECOND, [*THIRD, "合计", "3所", "", "", "", ""]],
    ],
)
def test_tables_side_by_side_are_all_read(call: Call, table: list[list[str]]) -> None:
    """Whoever has forty schools prints them in two columns; no row of the right one is lost."""
    found = rows(call, table)

    assert values(found, "单位名称") == [*NAMES, "银河小学"]
    assert values(found, "联系电话") == [FIRST[5], SECOND[5], THIRD[5]]


@pytest.mark.parametrize("bureau", ["申报单位", "申报学校"])
def test_of_two_columns_for_a_name_the_form_s_first_word_counts(call: Call, bureau: str) -> None:
    """申报单位 is the bureau where 学校名称 stands beside it."""
    table = [
        ["序号", bureau, *HEADS[1:]],
        *([row[0], "第八师教育局", *row[1:]] for row in (FIRST, SECOND)),
    ]

    assert values(rows(call, table), "单位名称") == NAMES


@pytest.mark.parametrize("person", ["校长", "单位负责人", "分管领导", "填表人"])
def test_what_is_asked_of_another_person_is_theirs(call: Call, person: str) -> None:
    """Both are called 电话; only one is the contact's."""
    heads = [
        [*HEADS[:4], person, "<", "联系人", "<"],
        ["^", "^", "^", "^", "姓名", "电话", "姓名", "电话"],
    ]
    lines = [[*row[:4], "校长甲", "13700000001", *row[4:]] for row in (FIRST, SECOND)]
    found = rows(call, [*heads, *lines])

    assert values(found, "联系人") == [FIRST[4], SECOND[4]]
    assert values(found, "联系电话") == [FIRST[5], SECOND[5]]


def test_a_name_under_a_wide_head_may_stand_in_any_of_its_columns(call: Call) -> None:
    """Only the head was joined over two columns."""
    table = [
        ["序号", "学校名称", "<", *HEADS[2:]],
        [FIRST[0], "", *FIRST[1:]],
        [SECOND[0], SECOND[1], "", *SECOND[2:]],
    ]

    assert values(rows(call, table), "单位名称") == NAMES


def test_options_may_have_a_column_each(call: Call) -> None:
    """A tick under one of them."""
    heads = [[*HEADS[:3], "学校类型", "<", *HEADS[4:]], ["", "", "", "小学", "初中", "", ""]]
    lines = [[*FIRST[:3], "√", "", *FIRST[4:]], [*SECOND[:3], "", "√", *SECOND[4:]]]

    assert values(rows(call, [*heads, *lines]), "学校类型") == ["小学", "初中"]


def test_a_copy_of_a_table_names_nobody_twice(call: Call) -> None:
    """A sheet copied before it was worked on; what was changed in it is another row."""
    table = [HEADS, FIRST, SECOND]

    assert values(rows(call, table, table), "单位名称") == NAMES
    assert len(rows(call, table, [HEADS, FIRST, [*SECOND[:5], "13900000000"]])) == 3
