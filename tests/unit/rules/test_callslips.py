"""What in a call does not fit together, though each line of it can be read: named at its place,
with the mend.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from rules.callfile import blank_places, check_call, load_call
from rules.errors import RuleFileError
from tests.unit.rules.writing import CALL


class Slip(NamedTuple):
    """One edit of a call that fits together, and what is said of it."""

    name: str
    old: str
    new: str
    message: str  #: its beginning
    at: str  #: what stands at the place
    hint: str  #: part of it


TYPE = "{名称: 学校类型, 类型: 选项, 选项: [小学, 初中, 中职学校, 幼儿园]}"
TRACK = "申报书: 甲表, 汇总表: 乙表}"
UNIT = "[{名称: 第一师, 部门: 第一师教育局}]"
SLIPS = [
    Slip("code in Chinese", "代码: Q", "代码: 示范", "代码“示范”不能用", "示范,", "例如 Q"),
    Slip("code in small letters", "代码: Q", "代码: q", "代码“q”不能用", "q,", "写成 Q"),
    Slip("wide code", "代码: Q", "代码: Ｑ", "代码“Ｑ”不能用", "Ｑ,", "写成 Q"),
    Slip("long code", "代码: Q", "代码: SHIFAN", "代码“SHIFAN”不能用", "SHIFAN", "1 至 4"),
    Slip("code with a digit", "代码: Q", "代码: Q1", "代码“Q1”不能用", "Q1", "1 至 4"),
    Slip("one code twice", "代码: X", "代码: Q", "代码“Q”重复", "Q, 申报书: 丙表", "案卷编号"),
    Slip("track twice", "名称: 示范校,", "名称: 示范区,", "类别“示范区”重复", "示范区, 代码: X", "自己"),
    Slip("dates in reverse", "截止: 2024-08-31", "截止: 2023-08-31", "“截止”不晚于", "2023", "年份"),
    Slip("mailbox", "office@example.com", "office.example.com", "“office.exa", "office.e", "例如"),
    Slip("telephone", "0991-0000000", "总机", "“总机”不是电话", "总机", "区号"),
    Slip("form for another", TRACK, "申报书: 丙表, 汇总表: 乙表}", "“丙表”的类别", "丙表", "自己的表"),
    Slip("summary as form", TRACK, "申报书: 乙表, 汇总表: 乙表}", "“乙表”的种类", "乙表", "申报书"),
    Slip("quota field", TRACK, TRACK[:-1] + ", 名额: [{名称: 中小学, 数量: 1, 字段: 学校类别, 属于: [小学]}]}",
         "“甲表”没有叫“学校类别”", "学校类别", "可用: 学校类型"),
    Slip("quota field of text", TRACK, TRACK[:-1] + ", 名额: [{名称: 甲, 数量: 1, 字段: 职能部门, 属于: [小学]}]}",
         "“甲表”没有叫“职能部门”", "职能部门", "学校类型"),
    Slip("quota option", TRACK, TRACK[:-1] + ", 名额: [{名称: 甲, 数量: 1, 字段: 学校类型, 属于: [小学, 中学]}]}",
         "“学校类型”没有选项“中学”", "中学]", "初中"),
    Slip("quota of half", TRACK, TRACK[:-1] + ", 名额: [{名称: 甲, 数量: 1, 属于: [小学]}]}",
         "名额“甲”的“字段”和“属于”", "{名称: 甲", "补上"),
    Slip("form twice", "报送单位: [", "  - {编号: 甲表, 种类: 申报书, 类别: 示范区, 标题: 又, 申报单位字段: 甲, 字段: [{名称: 甲}]}\n报送单位: [",
         "表单编号“甲表”重复", "甲表, 种类", "自己的编号"),
    Slip("form of nobody", "类别: 示范校\n    标题: 示范校汇总表", "类别: 示范县\n    标题: 示范校汇总表",
         "表单“丁表”的类别“示范县”不在", "示范县", "可用: 示范区、示范校"),
    Slip("titles alike", "标题: 示范校申报书", "标题: 申 报 书", "标题“申报书”重复", "申 报", "分得开"),
    Slip("no title", "标题: 示范校申报书", "标题: []", "表单“丙表”没有标题", "编号: 丙表", "大标题"),
    Slip("name by options", "申报单位字段: 单位名称\n    字段:\n", "申报单位字段: 学校类型\n    字段:\n",
         "申报单位字段“学校类型”是选项", "学校类型\n", "类型"),
    Slip("field twice", "{名称: 职能部门}", "{名称: 教师人数, 标签: 职能}", "“教师人数”重复", "教师人数, 标签", "一个名称"),
    Slip("reserved", "{名称: 职能部门}", "{名称: 可编辑}", "“可编辑”是程序自己", "可编辑", "标签"),
    Slip("reserved column", "列: [{名称: 单位名称}]", "列: [{名称: 单位名称}, {名称: 类别}]",
         "“类别”是程序自己", "类别}]", "换一个"),
    Slip("count of ticks", "{名称: 职能部门}", "{名称: 核心维度项数}", "“核心维度项数”是程序", "核心维度项数", "换"),
    Slip("field name", "{名称: 职能部门}", "{名称: 职能.部门}", "字段名“职能.部门”不能用", "职能.", "标点"),
    Slip("label of two", "{名称: 职能部门}", "{名称: 职能部门, 标签: [部门, 教师人数（人）]}",
         "标签“教师人数”已经属于字段“教师人数”", "教师人数（", "更完整"),
    Slip("options of a text", "{名称: 职能部门}", "{名称: 职能部门, 选项: [有, 没有]}",
         "“职能部门”是文本, 不用“选项”", "[有", "多选"),
    Slip("option twice", "中职学校, 幼儿园", "中职学校, 小学", "选项“小学”重复", "小学]", "删去"),
    Slip("other options", "{名称: 师市}]", f"{{名称: 师市}}, {TYPE.replace(', 幼儿园', '')}]",
         "“学校类型”的选项与“甲表”里的不同", "[小学, 初中, 中职学校]", "一样"),
    Slip("other type", "{名称: 师市}]", "{名称: 师市}, {名称: 教师人数}]",
         "“教师人数”的类型与“甲表”里的不同", "{名称: 教师人数}]", "一样"),
    Slip("short name of two", UNIT, "[{名称: 第一师, 简称: 建设局}, {名称: 第二师, 简称: [建设局]}]",
         "“建设局”同时是“第一师”", "建设局]", "分得开"),
    Slip("one character", UNIT, "[{名称: 第一师, 简称: [师]}]", "“师”太短", "师]", "两个字"),
    Slip("unit address", UNIT, "[{名称: 第一师, 邮箱: [a@b, '@school.example']}]", "“a@b”不是邮箱", "a@b", "@example"),
    Slip("address of two", UNIT, "[{名称: 第一师, 邮箱: x@a.example}, {名称: 第二师, 邮箱: [x@a.example]}]",
         "邮箱“x@a.example”同时属于“第一师”", "x@a.example]", "一个单位"),
    Slip("unit field", "所属单位字段: 师市", "所属单位字段: 师部", "没有一张申报书有字段“师部”", "师部", "师市"),
    Slip("filler field", "所属单位字段: 师市", "所属单位字段: 师市, 填报单位字段: 填表单位",
         "没有一张汇总表有字段“填表单位”", "填表单位", "填报单位"),
    Slip("senders alike", "申报单位: 学校", "申报单位: 直属学校", "“直属学校”已有别的意思", "直属学校, 所", "各用"),
    Slip("sender 其他", "申报单位: 学校", "申报单位: 其他", "“其他”已有别的意思", "其他", "不能叫"),
]  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS, ids=[slip.name for slip in SLIPS])
def test_what_does_not_fit_is_named_at_its_place_with_the_mend(slip: Slip) -> None:
    """And nothing else is said of it."""
    assert slip.old in CALL
    source = CALL.replace(slip.old, slip.new, 1)

    found = [one for one in check_call("x", source) if one.message.startswith(slip.message)]

    assert len(found) == 1, [one.message for one in check_call("x", source)]
    assert slip.hint in found[0].hint
    line, column = found[0].position
    assert "\n".join(source.split("\n")[line - 1 :])[column - 1 :].startswith(slip.at)


def test_a_call_that_fits_together_has_no_slips() -> None:
    """The one of these tests."""
    assert check_call("x", CALL) == []


def test_a_form_that_no_track_uses_is_named() -> None:
    """It would never be recognised for anybody."""
    spare = "  - {编号: 戊表, 种类: 申报书, 类别: 示范校, 标题: 旧表, 申报单位字段: 甲, 字段: [{名称: 甲}]}\n"
    [slip] = check_call("x", CALL.replace("报送单位:", f"{spare}报送单位:", 1))
    assert slip.message == "表单“戊表”没有一个类别用到"


def test_slips_in_several_parts_are_all_told_and_none_twice() -> None:
    """A form without its number is not also a form that is missing."""
    source = CALL.replace("  - 编号: 乙表\n    种类: 汇总表", "  - 种类: 汇总表").replace(
        "截止: 2024-08-31 24:00", "截止: 八月底"
    )
    assert [slip.message for slip in check_call("x", source)] == ["“截止”要写到时分", "缺“编号”"]


def test_a_plain_quota_fits() -> None:
    """It counts every entry of its track."""
    source = CALL.replace(TRACK, TRACK[:-1] + ", 名额: [{名称: 甲, 数量: 6}]}")
    assert check_call("x", source) == []


def test_what_cannot_be_read_at_all_stops_the_reading() -> None:
    """With the first slip of its shape."""
    with pytest.raises(RuleFileError, match="截止"):
        load_call("x", CALL.replace("截止: 2024-08-31 24:00", "截止: 八月底"))


def test_files_taken_up_long_ago_are_still_read() -> None:
    """What is refused of a new file must not stop an office that runs on an old one."""
    call = load_call("x", CALL.replace("代码: Q", "代码: 示范"))
    assert call.tracks[0].code == "示范"


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("截止: 2024-08-31 24:00", "认可电子签章: 是的\n截止: 2024-08-31 24:00", "“认可电子签章”写 是 或 否", "写成 是"),
        ("截止: 2024-08-31 24:00", "认可电子签章: 看情况\n截止: 2024-08-31 24:00", "“认可电子签章”写 是 或 否", ""),
        ("部门: 第一师教育局}", "部门: 第一师教育局, 直属: no}", "“直属”写 是 或 否, 现在是“no”", "写成 否"),
        ("截止: 2024-08-31 24:00", "截止: 2024-08-31 24：00", "“截止”要写到时分", "写成 2024-08-31 24:00"),
        ("截止: 2024-08-31 24:00", "截止: 2024年8月31日 下午5点", "“截止”要写到时分", "写成 2024-8-31 17:00"),
        ("标题: 试用征集", "标题:", "“标题”后面没有写", "写上标题"),
        ("{名称: 职能部门}", "{名称: 职能部门, 标签: [部门，科室]}", "“标签”里有全角逗号", "半角逗号"),
        ("{名称: 职能部门}", "{名称: 职能部门, 标签: [部门, '']}", "“标签”里有一项是空的", "删去"),
        (TRACK, TRACK[:-1] + ", 名额: [{名称: 甲, 数量: 1, 不少于: 2}]}", "“数量”和“不少于”只能写一个", "删去"),
        (TRACK, TRACK[:-1] + ", 名额: [{名称: 甲, 数量: 8万}]}", "“数量”应是整数", "写成 80000"),
        ("类型: 整数", "类型: 数字", "不认识类型“数字”", "是不是“整数”"),
        ("报送单位: [{名称: 第一师, 部门: 第一师教育局}]", "报送单位: []", "“报送单位”下面一项也没有", "- "),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_read_has_a_hint_that_can_be_copied(
    old: str, new: str, message: str, hint: str
) -> None:
    """One slip, once."""
    assert old in CALL
    [slip] = check_call("x", CALL.replace(old, new, 1))
    assert slip.message.startswith(message)
    assert hint in slip.hint


def test_a_comma_inside_quotes_is_part_of_a_label() -> None:
    """A form may well say 姓名，职务."""
    source = CALL.replace("{名称: 职能部门}", '{名称: 职能部门, 标签: ["部门，科室", 部门]}')
    assert check_call("x", source) == []


def test_no_yaml_is_one_slip() -> None:
    """As everywhere."""
    assert [type(slip) for slip in check_call("x", "标题: [")] == [RuleFileError]
    assert [slip.message for slip in check_call("x", "- 甲")] == ["“call.yaml”应是若干“键: 值”"]


def test_blank_forms_are_found_where_they_are_named() -> None:
    """Or where the form stands that names none."""
    source = CALL.replace("标题: 示范校申报书", "空白表: 甲.docx\n    标题: 示范校申报书")
    lines = [source.split("\n")[place.line - 1].strip() for place in blank_places(source)]
    assert lines == ["- 编号: 甲表", "- 编号: 乙表", "空白表: 甲.docx", "- 编号: 丁表"]
