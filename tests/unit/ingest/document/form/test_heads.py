"""Which column of a summary table is which field's: several tables side by side, heads over several
columns, two columns for one field, other people's telephones.
"""

from __future__ import annotations

import pytest

from ingest.document.content import Content
from ingest.document.form.rows import extract_rows
from rules.call import Call
from rules.facts import Fact, Knowledge
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


@pytest.mark.parametrize("person", ["校长", "园长", "单位负责人", "分管领导", "填表人", "经办人"])
def test_a_telephone_behind_another_person_is_theirs(call: Call, person: str) -> None:
    """In heads of one row, whichever stands first; theirs alone is nobody's contact's."""
    theirs = ["校长甲", "13700000001"]
    before = [[*HEADS[:4], person, "联系电话", *HEADS[4:]], [*FIRST[:4], *theirs, *FIRST[4:]]]
    behind = [[*HEADS, person, "联系电话"], [*FIRST, *theirs]]
    alone = [[*HEADS[:4], person, "联系电话", "联系人"], [*FIRST[:4], *theirs, FIRST[4]]]

    assert values(rows(call, before), "联系电话") == [FIRST[5]]
    assert values(rows(call, behind), "联系电话") == [FIRST[5]]
    assert "联系电话" not in rows(call, alone)[0]


def test_two_telephones_under_one_head_are_nobody_s(call: Call) -> None:
    """推荐单位联系人, 电话, 学校联系人, 电话: staff look, nobody is called on a guess."""
    heads = [*HEADS[:4], "推荐单位联系人", "电话", "学校联系人", "电话"]
    line = [*FIRST[:4], "教育局甲", "13700000001", *FIRST[4:]]
    (found,) = rows(call, [heads, line])

    assert found["单位名称"].value == NAMES[0]
    assert "联系电话" not in found


@pytest.mark.parametrize(
    "heads",
    [
        [
            "NO.",
            "学校名称（全称）",
            "所在师市",
            "办学类型（下拉选择）",
            "联系人姓名",
            "联系人手机号码",
        ],
        ["序号", "申报学校全称", "所属师（市）", "学段类别", "联系人姓名", "手机"],
        ["序号", "推荐学校", "师（市）", "学校类别", "联系人", "联系方式"],
        ["序号", "参评学校名称", "师市", "类型", "联系人", "移动电话"],
    ],
)
def test_heads_in_other_words_than_the_form_s_are_understood(call: Call, heads: list[str]) -> None:
    """Nobody writes 联系电话 who always writes 手机."""
    (found,) = rows(call, [heads, FIRST])

    known = {name: found[name].value for name in ("师市", "学校类型", "联系人", "联系电话")}
    assert known == dict(zip(HEADS[2:], FIRST[2:], strict=True))


@pytest.mark.parametrize(
    "heads", [["联系人", "手机", "办公电话"], ["联系人及联系方式", "", ""], ["联系人", "", "手机"]]
)
def test_a_telephone_may_be_called_otherwise(call: Call, heads: list[str]) -> None:
    """Of two the first counts; a head may ask for both in other words."""
    told = {"手机": "13999330077", "办公电话": "0993-2012345", "联系人": "贺兰"}
    line = [told.get(head, "贺兰 13999330077" if head else "") for head in heads]

    (found,) = rows(call, [[*HEADS[:4], *heads], [*FIRST[:4], *line]])
    assert (found["联系人"].value, found["联系电话"].value) == ("贺兰", "13999330077")


@pytest.mark.parametrize("aside", ["职务（校长、主任等）", "校长意见", "职务"])
def test_a_column_that_only_mentions_a_person_asks_for_nobody(call: Call, aside: str) -> None:
    """The telephone behind it is still the contact's."""
    (found,) = rows(call, [[*HEADS[:5], aside, "联系电话"], [*FIRST[:5], "主任", FIRST[5]]])

    assert found["联系电话"].value == FIRST[5]


def test_who_recommends_is_not_who_is_recommended(call: Call) -> None:
    """推荐单位名称 is no name of the applicant's, unlike 申报单位名称."""
    form = call.form("附件3")
    heads = ["序号", "推荐单位名称", "师市", "联系人", "联系电话"]
    table = [heads, ["1", "第八师教育局", "第八师石河子市", "贺兰", "13999330077"]]

    (found,) = extract_rows(Content(tables=(grid(table),)), form, "2")
    assert "单位名称" not in found


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


def test_a_group_and_what_stands_under_it_may_be_a_name_only_together(call: Call) -> None:
    """学校 over 名称 and 编号, 联系 over 电话."""
    heads = [
        ["序号", "学校", "<", "师市", "联系人", "联系"],
        ["^", "名称", "编号", "^", "^", "电话"],
    ]
    line = ["1", FIRST[1], "007", FIRST[2], FIRST[4], FIRST[5]]

    (found,) = rows(call, [*heads, line])
    told = [found[name].value for name in ("单位名称", "师市", "联系人", "联系电话")]
    assert told == [FIRST[1], FIRST[2], FIRST[4], FIRST[5]]


def test_heads_that_come_again_in_other_words_are_the_same(call: Call) -> None:
    """On the next page somebody wrote 学校 for 学校名称; the rows below are not another form's."""
    again = ["序号", "学校", "师市", "类型", "联系人", "电话"]

    assert values(rows(call, [HEADS, FIRST, again, SECOND]), "单位名称") == NAMES


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (["学校名称", "师市", "联系人", "学校名称", "联系人"], ["晨光小学", "第八师", "贺兰", "金穗中学", "陶志刚"]),
        ([*HEADS, "学校名称"], [*FIRST, "金穗中学"]),
    ],
)  # fmt: skip
def test_a_second_name_that_is_not_read_is_not_passed_over(
    call: Call, head: list[str], row: list[str]
) -> None:
    """Too few heads for a table of its own: the first name is no one's alone."""
    (found,) = rows(call, [head, row])
    (alone,) = rows(call, [head, [*row[:3], *[""] * (len(head) - 3)]])

    assert found["单位名称"].knowledge is Knowledge.UNKNOWN
    assert alone["单位名称"].knowledge is Knowledge.KNOWN


@pytest.mark.parametrize("at", range(4, 7))
def test_a_second_name_in_the_middle_divides_no_table(call: Call, at: int) -> None:
    """The bureau's column between others begins no second table, whose applicants it would be."""
    bureau = ["申报单位", "第八师石河子市教育局", "第八师石河子市教育局"]
    table = [
        [*row[:at], own, *row[at:]] for row, own in zip([HEADS, FIRST, SECOND], bureau, strict=True)
    ]
    found = rows(call, table)

    assert values(found, "单位名称") == [*NAMES]
    assert values(found, "联系电话") == [FIRST[5], SECOND[5]]
