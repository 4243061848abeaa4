"""More kinds of form than two, and a track without a summary table, as the call writes them."""

from __future__ import annotations

import pytest

from rules.call import Role, vocabulary_of
from rules.callfile import check_call, load_call
from tests.unit.rules.writing import CALL

FORM = """  - 编号: 戊表
    种类: 其他表
    名称: 预算表
    类别: 示范区
    标题: 预算表
    申报单位字段: 单位名称
    字段: [{名称: 单位名称}, {名称: 合计, 类型: 金额}]
"""
UNITS = "报送单位: [{名称"
WITH_BUDGET = CALL.replace(UNITS, FORM + UNITS)


def test_rules_speak_of_a_further_form_by_its_name() -> None:
    """And of its scans."""
    call = load_call("试", WITH_BUDGET)
    words = vocabulary_of(call)
    assert call.forms[-1].role is Role.OTHER
    assert list(words["预算表"]) == ["编号", "类别", "单位名称", "对应", "可编辑", "合计"]
    assert words["扫描件"]["表单"].options == ("申报书", "汇总表", "预算表")
    assert not check_call("试", WITH_BUDGET)


def test_a_track_may_go_without_a_summary_table() -> None:
    bare = CALL.replace(", 汇总表: 丁表", "")
    kept = bare[: bare.index("  - 编号: 丁表")] + bare[bare.index(UNITS) :]
    assert not check_call("试", kept)
    assert load_call("试", kept).tracks[1].summary == ""


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("种类: 其他表", "种类: 预算表", "不认识表单种类“预算表”", "申报书、汇总表以外的, 写 种类: 其他表, 名称: 预算表"),
        ("种类: 其他表", "种类: 申报", "不认识表单种类“申报”", "是不是“申报书”?"),
        ("    名称: 预算表\n", "", "“其他表”缺“名称”", "写规则里怎样叫它, 例如 名称: 预算表"),
        ("种类: 其他表", "种类: 申报书", "申报书不用写“名称”", "删去“名称”"),
        ("名称: 预算表", "名称: 台账", "“台账”已有别的意思", "换一个名称, 例如 预算表"),
        ("名称: 预算表", "名称: 预算.表", "名称“预算.表”不能用", "30 字以内, 不含空格和标点"),
        ("{名称: 合计,", "{名称: 对应,", "“对应”是程序自己的字段名", "换一个名称, “标签”不用改"),
        ("    字段: [{名称: 单位名称}, {名称: 合计", "    列: [{名称: 科目}]\n    字段: [{名称: 单位名称}, {名称: 合计",
         "“其他表”不读逐行的“列”", "要比的数写成“字段”"),
    ],
)  # fmt: skip
def test_a_slip_in_a_further_form_is_told(old: str, new: str, message: str, hint: str) -> None:
    """With how to write it."""
    [slip] = check_call("试", WITH_BUDGET.replace(FORM, FORM.replace(old, new, 1)))
    assert (slip.message, slip.hint) == (message, hint)
