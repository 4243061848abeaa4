"""call.yaml: every slip named with its place; submitting units found in what people write."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.call import (
    Call,
    Contact,
    Form,
    Quota,
    Role,
    SettingChange,
    Track,
    Unit,
    Words,
    changed_settings,
    find_unit,
    vocabulary_of,
)
from rules.callfile import load_call
from rules.errors import Position, RuleFileError
from rules.timetable import Timing
from rules.vocabulary import Field, FieldType
from tests.unit.rules.writing import CALL, at

UNITS = """报送单位:
  - {名称: 第一师阿拉尔市, 部门: 第一师阿拉尔市教育局, 简称: [第一师, 一师, 阿拉尔市]}
  - {名称: 第十一师, 部门: 第十一师教育局, 简称: [十一师]}
  - {名称: 第二中学, 直属: 是, 邮箱: [SCHOOL@Example.com], 简称: 二中}
"""


@pytest.fixture
def offices() -> Call:
    source = (
        CALL[: CALL.index("报送单位:")]
        + UNITS
        + (CALL[CALL.index("称谓:") :] if "称谓:" in CALL else "")
    )
    return load_call("x", source)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("第一师阿拉尔市教育局", "第一师阿拉尔市"),
        ("关于一师的材料", "第一师阿拉尔市"),
        ("第十一师教育局", "第十一师"),
        ("报送: 十一师", "第十一师"),
        ("第11师教育局", "第十一师"),
        ("材料：11师", "第十一师"),
        ("阿 拉 尔 市", "第一师阿拉尔市"),
        ("二中和第十一师", "第十一师"),
        ("第一师和十一师", None),
        ("某某单位", None),
        ("", None),
    ],
)
def test_a_unit_is_found_by_its_longest_name_or_not_at_all(
    offices: Call,
    text: str,
    unit: str | None,
) -> None:
    """第十一师 is not 第一师, and of two named alike none is chosen."""
    found = find_unit(offices, text)

    assert (found.name if found else None) == unit


def test_a_unit_is_not_found_in_the_middle_of_a_number() -> None:
    """十一师 is not 一师, also where nobody of that name may submit."""
    line = next(line for line in UNITS.splitlines() if "第十一师" in line)
    call = load_call("x", CALL[: CALL.index("报送单位:")] + UNITS.replace(line + "\n", ""))

    assert find_unit(call, "十一师的材料") is None
    assert find_unit(call, "关于第十一师") is None
    found = [find_unit(call, text) for text in ("一师的材料", "我一师十人", "十人, 一师")]
    assert [unit and unit.name for unit in found] == ["第一师阿拉尔市"] * 3


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
    assert offices.track("示范校").application == "丙表"
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
    assert (least.count, least.at_least, least.field, least.options) == (
        2,
        True,
        "学校类型",
        ("小学",),
    )


def test_a_complaint_about_a_line_that_is_not_there_is_still_told() -> None:
    """A file that changed meanwhile."""
    assert (
        RuleFileError("甲", Position(9, 1), "乙").format("x", "一行")
        == "x:9:1: E000 甲\n    提示: 乙"
    )
    assert (
        RuleFileError("甲", Position(1, 3)).format("x", "甲\t乙\r")
        == "x:1:3: E000 甲\n    甲\t乙\n      \t^"
    )
    assert RuleFileError("甲", Position(0, 1)).format("x", "一行") == "x:0:1: E000 甲"
    assert (
        RuleFileError("甲", Position(2, 4)).format("x", "一\na甲b \r\n")
        == "x:2:4: E000 甲\n    a甲b \n        ^"
    )


FULL = """标题: 征集
发文单位: 某局
发布: 2024-08-08 10:00
截止: 2024-08-31 24:00
联系: {办公室: 科室, 电话: 0991-1, 邮箱: a@example.com}
认可电子签章: 是
时限: {顺延: 是, 补正期限: 5, 宽限: 2, 提醒: [1, 3], 提醒未报: 是}
类别:
  - {名称: 区, 代码: Q, 申报书: 甲, 汇总表: 乙, 名额: [{名称: 全部, 数量: 6}, {名称: 小学, 不少于: 2, 字段: 类型, 属于: 小学}]}
表单:
  - 编号: 甲
    种类: 申报书
    类别: 区
    标题: [申报书, 申请书]
    申报单位字段: 单位
    空白表: 甲.docx
    盖章处: 印章
    字段:
      - {名称: 单位, 标签: [学校, 单位名称]}
      - {名称: 类型, 类型: 选项, 选项: [小学, 初中]}
  - {编号: 乙, 种类: 汇总表, 类别: 区, 标题: 汇总表, 申报单位字段: 校, 字段: [{名称: 填报人}], 列: [{名称: 校}, {名称: 人数, 类型: 整数}]}
报送单位:
  - {名称: 一师, 部门: 一师教育局, 简称: [第一师, 阿拉尔], 邮箱: [A@X.com, "@y.com"]}
  - {名称: 中学, 直属: 是}
称谓: {报送单位: 教育局, 填报单位字段: 填报人, 可省前缀: [新疆, 兵团], 单位名称词尾: 中学}
"""


def test_everything_a_call_can_say_is_read() -> None:
    """One value for every key, and what follows where a key is left out."""
    assert load_call("试", FULL) == Call(
        id="试", title="征集", authority="某局", published=at("2024-08-08T10:00"), deadline=at("2024-09-03T00:00"),
        contact=Contact("科室", "0991-1", "a@example.com"),
        tracks=(Track("区", "Q", "甲", "乙", (Quota("全部", 6), Quota("小学", 2, True, "类型", ("小学",)))),),
        forms=(
            Form(
                "甲", Role.APPLICATION, "区", ("申报书", "申请书"), "单位",
                (Field("单位", FieldType.TEXT, (), ("学校", "单位名称")), Field("类型", FieldType.CHOICE, ("小学", "初中"), ("类型",))),
                blank="甲.docx", seal_labels=("印章",),
            ),
            Form(
                "乙", Role.SUMMARY, "区", ("汇总表",), "校", (Field("填报人", FieldType.TEXT, (), ("填报人",)),),
                (Field("校", FieldType.TEXT, (), ("校",)), Field("人数", FieldType.INTEGER, (), ("人数",))),
                seal_labels=("盖章", "公章"),
            ),
        ),
        units=(
            Unit("一师", "一师教育局", ("第一师", "阿拉尔"), ("a@x.com", "@y.com")),
            Unit("中学", "中学", direct=True),
        ),
        accept_digital_seal=True,
        words=Words(bureau="教育局", filler_field="填报人", prefixes=("新疆", "兵团"), name_endings=("中学",)),
        timing=Timing(roll=True, correction=5, grace=2, reminders=(3, 1), remind_silent=True),
    )  # fmt: skip


def test_times_are_as_usual_where_a_call_says_nothing() -> None:
    """Nothing at all, or nothing of one of them; none at all is something."""
    plain, one = load_call("x", CALL), load_call("x", CALL + "时限: {宽限: 3}\n")
    none = load_call("x", CALL + "时限: {提醒: []}\n")

    assert plain.timing == Timing()
    assert one.timing == Timing(grace=3)
    assert none.timing == Timing(reminders=())
    assert plain.deadline == at("2024-09-01T00:00")


def test_rules_may_speak_of_these_objects_and_fields() -> None:
    """The program's own words and those of the forms; choices with their options."""
    words = vocabulary_of(load_call("试", FULL))
    said = {
        kind: [
            f"{field.name}:{field.type}" + (f"({'/'.join(field.options)})" if field.options else "")
            for field in fields.values()
        ]
        for kind, fields in words.items()
    }

    assert said == {
        "来件": [
            "编号:标识", "类别:选项(区)", "收到时间:时间", "性质:选项(首次/补正)", "发件方:选项(教育局/直属单位/申报单位/其他)",
            "时间可疑:是否", "有未读附件:是否", "错类表单:选项(无/申报书/汇总表)", "错类类别:选项(区)",
            "主题:文本",
        ],
        "申报书": [
                "编号:标识", "类别:选项(区)", "单位名称:文本", "可编辑:是否", "所属单位:文本", "收到日期:日期", "标题年份:整数",
                "单位:文本", "类型:选项(小学/初中)",
            ],
        "扫描件": [
            "编号:标识", "类别:选项(区)", "单位名称:文本", "对应:标识", "表单:选项(申报书/汇总表)", "盖章:是否", "是扫描:是否",
            "可比对:是否", "内容一致:是否", "数字一致:是否", "页面完整:是否", "页序正常:是否", "印章单位一致:是否",
            "电子签章:选项(无/认可/待核)", "印章数:整数",
        ],
        "汇总表": ["编号:标识", "类别:选项(区)", "可编辑:是否", "填报人:文本"],
        "汇总行": ["编号:标识", "类别:选项(区)", "单位名称:文本", "校:文本", "人数:整数"],
        "附件": [
            "编号:标识", "名称:文本",
            "状态:选项(已识别/无关/打不开/有密码/空文件/云附件/未识别/超出限制/OFD文件)",
            "类型:选项(Word/电子表格/PDF/OFD/图片/压缩包/其他)",
        ],
        "台账": ["编号:标识", "类别:选项(区)", "单位名称:文本", "所属单位:文本"],
        "统计": ["编号:标识"],
    }  # fmt: skip
    assert all(name == field.name for fields in words.values() for name, field in fields.items())


def test_a_changed_deadline_or_time_is_told_as_people_read_it() -> None:
    """Whoever changes a running call signs for exactly that; what stays is not listed."""
    before = load_call("试", CALL)
    after = replace(
        before,
        deadline=at("2024-09-05T00:00"),
        timing=Timing(roll=True, correction=5, grace=2, reminders=(), remind_silent=True),
    )

    assert changed_settings(before, replace(before, title="改了名")) == ()
    assert changed_settings(before, after) == (
        SettingChange("截止", "2024-09-01 00:00", "2024-09-05 00:00"),
        SettingChange("顺延", "否", "是"),
        SettingChange("补正期限", "0 个工作日", "5 个工作日"),
        SettingChange("宽限", "1 个工作日", "2 个工作日"),
        SettingChange("提醒", "前 7 个工作日、前 3 个工作日、前 1 个工作日", "不提醒"),
        SettingChange("提醒未报", "否", "是"),
    )
