"""call.yaml: every slip named with its place; submitting units found in what people write."""

from __future__ import annotations

import pytest

from rules.call import Call, find_unit, load_call
from rules.errors import Position, RuleFileError
from tests.unit.rules.writing import CALL

UNITS = """报送单位:
  - {名称: 第一师阿拉尔市, 部门: 第一师阿拉尔市教育局, 简称: [第一师, 一师, 阿拉尔市]}
  - {名称: 第十一师, 部门: 第十一师教育局, 简称: [十一师]}
  - {名称: 第二中学, 直属: 是, 邮箱: [SCHOOL@Example.com], 简称: 二中}
"""


@pytest.fixture
def offices() -> Call:
    source = CALL[: CALL.index("报送单位:")] + UNITS + (CALL[CALL.index("称谓:") :] if "称谓:" in CALL else "")
    return load_call("x", source)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("第一师阿拉尔市教育局", "第一师阿拉尔市"),
        ("关于一师的材料", "第一师阿拉尔市"),
        ("第十一师教育局", "第十一师"),
        ("报送: 十一师", "第十一师"),
        ("阿 拉 尔 市", "第一师阿拉尔市"),
        ("二中和第十一师", "第十一师"),
        ("第一师和十一师", None),
        ("某某单位", None),
        ("", None),
    ],
)
def test_a_unit_is_found_by_its_longest_name_or_not_at_all(offices: Call, text: str, unit: str | None) -> None:
    """第十一师 is not 第一师, and of two named alike none is chosen."""
    found = find_unit(offices, text)

    assert (found.name if found else None) == unit


def test_units_and_forms_are_read_with_their_defaults(offices: Call) -> None:
    """Addresses in small letters; a direct school is its own office."""
    first, _, school = offices.units

    assert (first.direct, first.bureau) == (False, "第一师阿拉尔市教育局")
    assert (school.direct, school.bureau, school.addresses, school.aliases) == (
        True,
        "第二中学",
        ("school@example.com",),
        ("二中",),
    )
    assert offices.track("示范校").application == "甲表"
    assert offices.form("乙表").applicant == "单位名称"
    with pytest.raises(KeyError):
        offices.track("无")
    with pytest.raises(KeyError):
        offices.form("无")


def test_quotas_are_a_number_or_a_least_number_of_some_kinds() -> None:
    """For the digest."""
    source = CALL.replace(
        "{名称: 示范区, 代码: Q, 申报书: 甲表, 汇总表: 乙表}",
        "{名称: 示范区, 代码: Q, 申报书: 甲表, 汇总表: 乙表, 名额: [{名称: 甲, 数量: 6}, {名称: 乙, 不少于: 2, 字段: 学校类型, 属于: [小学]}]}",
    )
    plain, least = load_call("x", source).tracks[0].quotas

    assert (plain.count, plain.at_least, plain.options) == (6, False, ())
    assert (least.count, least.at_least, least.field, least.options) == (2, True, "学校类型", ("小学",))


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("标题: 试用征集\n", "", "C001", "缺“标题”"),
        ("标题: 试用征集", "标题: [试用]", "C002", "一个值"),
        ("发文单位: 某教育局", "发文单未: 某教育局", "C003", "发文单未"),
        ("发文单位: 某教育局", "甲: 某教育局\n发文单位: 乙", "C003", "甲"),
        ("截止: 2024-08-31 24:00", "截止: 2024-08-31", "C005", "截止"),
        ("发布: 2024-08-08 10:00", "发布: 昨天", "C005", "发布"),
        ("办公室: 办公室, ", "", "C001", "办公室"),
        ("{名称: 示范校, 代码: X, 申报书: 甲表, 汇总表: 乙表}", "{名称: 示范校, 代码: X, 申报书: 丙表, 汇总表: 乙表}", "C006", "丙表"),
        ("{名称: 示范校, 代码: X, 申报书: 甲表, 汇总表: 乙表}", "{名称: 示范校, 代码: X, 申报书: 甲表, 汇总表: 乙表, 名额: [{名称: 甲, 数量: 六}]}", "C004", "六"),
        ("{名称: 示范校, 代码: X, 申报书: 甲表, 汇总表: 乙表}", "示范校", "C002", "类别"),
        ("    种类: 汇总表", "    种类: 汇总", "C006", "汇总"),
        ("    类别: 示范区\n    标题: 申报书", "    类别: 示范县\n    标题: 申报书", "C006", "示范县"),
        ("    标题: 申报书\n    申报单位字段: 单位名称", "    标题: 申报书\n    申报单位字段: 校名", "C006", "校名"),
        ("{名称: 教师人数, 类型: 整数}", "{名称: 教师人数, 类型: 数字}", "C006", "数字"),
        ("{名称: 教师人数, 类型: 整数}", "{名称: 教师人数, 类型: 选项}", "C001", "选项"),
        ("字段: [{名称: 填报单位}]", "字段: 填报单位", "C002", "字段"),
        ("报送单位: [", "报送单位: 无\n甲: [", "C003", "甲"),
    ],
)  # fmt: skip
def test_a_slip_in_the_call_is_named_with_its_place(old: str, new: str, code: str, words: str) -> None:
    """With what can be written instead, where that is known."""
    assert old in CALL
    with pytest.raises(RuleFileError) as caught:
        load_call("x", CALL.replace(old, new, 1))

    assert caught.value.code == code
    assert words in caught.value.message
    assert caught.value.position.line >= 1
    assert f"call.yaml:{caught.value.position.line}:" in caught.value.format("call.yaml", CALL.replace(old, new, 1))
    assert caught.value.severity == "error"


def test_a_complaint_about_a_line_that_is_not_there_is_still_told() -> None:
    """A file that changed meanwhile."""
    assert RuleFileError("甲", Position(9, 1), "乙").format("x", "一行") == "x:9:1: E000 甲\n    提示: 乙"
    assert RuleFileError("甲", Position(1, 3)).format("x", "甲\t乙\r") == "x:1:3: E000 甲\n    甲\t乙\n      \t^"
