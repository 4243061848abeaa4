"""Two schools side by side in one form."""

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
