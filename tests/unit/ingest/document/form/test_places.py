"""Where the value of a label stands when it is not simply the next cell."""

from __future__ import annotations

import pytest

from ingest.document.editable.word import read_word
from rules.call import Call
from rules.facts import Knowledge
from tests.unit.ingest.document.form.test_fields import zone
from tests.unit.ingest.document.words import ZONE, word


@pytest.mark.parametrize(
    ("cells", "value"),
    [(("无异议", "", "有异议", "√"), "有异议"), (("无异议", "√", "有异议", ""), "无异议"), (("□无异议", "", "□有异议"), ""),
     (("", "□无异议", "√", "□有异议"), "有异议")],
)  # fmt: skip
def test_an_empty_cell_between_options_does_not_end_them(
    call: Call, cells: tuple[str, ...], value: str
) -> None:
    """The tick of the second option stands behind the empty cell of the first."""
    fact = zone(call, read_word(word([], ZONE[:4], [("公示结果", *cells)])))["公示结果"]

    assert fact.knowledge in ({Knowledge.KNOWN, Knowledge.UNKNOWN} if value else {Knowledge.BLANK})
    assert fact.value in (value or None, None)


def test_an_answer_beyond_an_empty_cell_is_for_a_person(call: Call) -> None:
    """Telephones are known by their shape; a column for remarks and hints is none."""
    rows = [("项目", "内容", ""), ("联系人", "", "白杨"), ("联系电话", "", "0997-4620012"), ("师市", "请如实填写", "第一师"),
            ("电子邮箱", "", "（必填）")]  # fmt: skip
    facts = zone(call, read_word(word([], rows)))
    remarks = [("项目", "内容", "备注"), *rows[1:]]

    assert [facts[name].knowledge.value for name in ("联系人", "联系电话", "师市", "电子邮箱")] == [
        "unknown", "known", "unknown", "blank"
    ]  # fmt: skip
    assert zone(call, read_word(word([], remarks)))["联系人"].knowledge is Knowledge.BLANK


def test_a_text_may_stand_under_its_label_in_one_cell(call: Call) -> None:
    """As forms have it whose cells go over the whole width; several in one cell too."""
    heads = (
        "网络条件与网络安全保障能力",
        "二、发展思路与目标任务",
        "政策与资金保障措施（不超过500字）",
    )
    facts = zone(
        call,
        read_word(
            word(
                [],
                [
                    [f"{heads[0]}\n光纤到校。"],
                    [f"{heads[1]}\n分三步。\n先打通。\n{heads[2]}\n设立经费。"],
                ],
            )
        ),
    )

    assert [facts[name].value for name in ("网络条件", "工作思路", "保障措施")] == [
        "光纤到校。", "分三步。\n先打通。", "设立经费。"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "behind", ["　单位：教育局", " 部门：电教中心", "（联系电话：0997-1）", "  QQ：12345"]
)
def test_a_name_ends_where_another_label_begins(call: Call, behind: str) -> None:
    """Whatever the label is."""
    facts = zone(call, read_word(word([], ZONE[:1], [("联系人", f"白杨{behind}")])))

    assert facts["联系人"].value == "白杨"
