"""What the text of one cell means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document.form.cells import read_cell
from ingest.document.form.prompts import is_blank
from rules.facts import Knowledge, Provenance, Value
from rules.vocabulary import Field, FieldType

KINDS = ("小学", "初中", "九年一贯制学校", "完全中学", "其他")
DIMENSIONS = ("新型基础设施建设", "技术赋能教育教学", "数字资源创新应用", "智能化管理与服务")
NOWHERE = Provenance()


def field(kind: FieldType, *options: str) -> Field:
    """A field of this type."""
    return Field("字段", kind, options)


@pytest.mark.parametrize(
    "text",
    ["", "  \n", "____________", "＿＿＿", "   年   月   日", "2024年  月  日", "（盖章）", "（请填写单位全称）", "%", "    人", "/",
     "单击或点击此处输入文字。", "（不超过500字）", "（盖章）\n   年  月  日", "——"],
)  # fmt: skip
def test_places_left_open_are_blank(text: str) -> None:
    """Blanks, rules, empty dates, hints and prompts are no values."""
    assert is_blank(text)


@pytest.mark.parametrize("text", ["无", "0", "98%", "张三", "2024年8月1日", "3人", "良好"])
def test_short_answers_are_not_blank(text: str) -> None:
    """无 and 0 are answers."""
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("☑小学 ☐初中 ☐完全中学", "小学"), ("□小学 ■初中", "初中"), ("小学☐ 初中☑", "初中"), ("小学（√） 初中（ ）", "小学"),
        ("□小学 √初中 □其他", "初中"), ("□√小学 □初中", "小学"), ("[√]小学 [ ]初中", "小学"), ("☐小学√ ☐初中", "小学"),
        ("小学", "小学"), ("九年一贯制学校", "九年一贯制学校"), ("☐小 学  ☑初 中", "初中"), ("属于小学", "小学"), ("☒ 完全中学 ☐ 小学", "完全中学"),
    ],
)  # fmt: skip
def test_one_option_is_read_from_ticks_or_words(text: str, expected: str) -> None:
    """Marks before or after the options, brackets, or the option simply written."""
    assert read_cell(field(FieldType.CHOICE, *KINDS), text, NOWHERE).value == expected


@pytest.mark.parametrize(
    "text",
    ["☑小学 ☑初中", "小学和初中", "不是小学", "技校", "☑其它", "我校现有小学部两处、教学点三处"],
)
def test_what_names_no_single_option_is_unknown_with_the_text_kept(text: str) -> None:
    """Nobody guesses; staff see what was written."""
    fact = read_cell(field(FieldType.CHOICE, *KINDS), text, NOWHERE)
    assert fact.knowledge is Knowledge.UNKNOWN
    assert fact.provenance.raw == text


def test_an_untouched_tick_list_is_blank() -> None:
    """Boxes without a tick are a place left open."""
    assert (
        read_cell(field(FieldType.CHOICE, *KINDS), "☐小学 ☐初中 ☐其他", NOWHERE).knowledge
        is Knowledge.BLANK
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "☑新型基础设施建设 ☐技术赋能教育教学 ☑智能化管理与服务",
            ("新型基础设施建设", "智能化管理与服务"),
        ),
        ("技术赋能教育教学、数字资源创新应用", ("技术赋能教育教学", "数字资源创新应用")),
        ("1.技术赋能教育教学；2.数字资源创新应用", ("技术赋能教育教学", "数字资源创新应用")),
    ],
)
def test_several_options_are_read_in_the_order_of_the_form(text: str, expected: Value) -> None:
    """Lists may be ticked or written."""
    assert read_cell(field(FieldType.CHOICES, *DIMENSIONS), text, NOWHERE).value == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("☑是 ☐否", True), ("□是 ☑否", False), ("是", True), ("否", False), ("是，带动两所", True)],
)
def test_yes_and_no_are_read_from_ticks_or_words(text: str, expected: bool) -> None:
    """A yes with an explanation is a yes."""
    assert read_cell(field(FieldType.YES_NO), text, NOWHERE).value is expected


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (FieldType.PERCENT, "98.6%（2024年7月数据）", 986_000), (FieldType.PERCENT, "不足98%", None), (FieldType.INTEGER, "1,200人", 1200),
        (FieldType.TEXT, "白　杨", "白杨"), (FieldType.TEXT, "__第一中学__（盖章）", "第一中学"), (FieldType.TELEPHONE, "0997-4620012", "0997-4620012"),
        (FieldType.DATE, "2024 年 8 月 9 日", "2024-08-09"), (FieldType.DATE, "八月初", None),
    ],
)  # fmt: skip
def test_values_are_typed_or_unknown(kind: FieldType, text: str, expected: Value | None) -> None:
    """A remark in brackets may follow; other words make a number unreadable rather than wrong."""
    assert read_cell(field(kind), text, NOWHERE).value == expected


@given(
    st.text(alphabet="☑☐√□■小学初中其他（）[] \n是否九年", max_size=40),
    st.sampled_from(list(FieldType)),
)
def test_no_text_makes_a_cell_unreadable_by_exception(text: str, kind: FieldType) -> None:
    """Whatever is typed, a fact comes out, and a chosen option was really there."""
    fact = read_cell(field(kind, *KINDS), text, NOWHERE)
    if kind is FieldType.CHOICE and fact.value is not None:
        assert str(fact.value) in "".join(text.split()).replace("（", "(")


def test_a_credit_code_is_believed_only_with_its_check_character() -> None:
    """Blanks and small letters are how people write it; one wrong character is unreadable, not
    another office.
    """
    field = Field("统一社会信用代码", FieldType.CREDIT_CODE)
    right = read_cell(field, "1211 0101 4000 2022 xb", Provenance())
    wrong = read_cell(field, "1211010140002022XC", Provenance())

    assert right.value == "1211010140002022XB"
    assert (wrong.knowledge, wrong.provenance.raw) == (Knowledge.UNKNOWN, "1211010140002022XC")


@pytest.mark.parametrize("kind", [FieldType.TEXT, FieldType.TELEPHONE])
@pytest.mark.parametrize(
    "text",
    [
        "同上",
        "〃",
        "例：13900000001",
        "如：0991-8878035",
        "同申报单位",
        "见封面",
        "详见附件2",
        "待定",
        "暂缺",
    ],
)
def test_an_example_or_a_pointer_elsewhere_is_no_value(kind: FieldType, text: str) -> None:
    """It is kept as written for staff."""
    fact = read_cell(field(kind), text, NOWHERE)

    assert fact.knowledge is Knowledge.UNKNOWN
    assert fact.provenance.raw == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("王 小 明", "王小明"),
        ("张三 李四", "张三 李四"),
        ("第三师图木舒克市\n教育局", "第三师图木舒克市教育局"),
    ],
)
def test_blanks_within_a_name_go_and_blanks_between_names_stay(text: str, value: str) -> None:
    """Two persons must not become a third."""
    assert read_cell(field(FieldType.TEXT), text, NOWHERE).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("联系人：麦玉清", "麦玉清"), ("：麦玉清", "麦玉清"), ("联系人姓名: 麦玉清", "麦玉清"), ("1.晨光小学", "晨光小学"), ("★晨光小学", "晨光小学"),
     ("（2）晨光小学", "晨光小学"), ("麦玉清 女", "麦玉清 女"), ("143团一中", "143团一中"), ("备注：无", "备注：无"), ("3.5班", "3.5班")],
)  # fmt: skip
def test_what_a_clerk_repeats_before_a_name_is_not_of_it(text: str, value: str) -> None:
    """The label once more, a number, a star; other words with a colon are the text's own."""
    named = Field("联系人", FieldType.TEXT, (), ("联系人", "联系人姓名"))

    assert read_cell(named, text, NOWHERE).value == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldType.DATE, "2024年8月13日起", "2024-08-13"), (FieldType.DATE, "自2024年8月13日", "2024-08-13"), (FieldType.DATE, "2024年8月13日上午9点", "2024-08-13"),
        (FieldType.DATE, "2024-8-13 00:00:00", "2024-08-13"), (FieldType.DATE, "2024年8月13日。", "2024-08-13"), (FieldType.DATE, "2024年8月13日至8月17日", None),
        (FieldType.PERCENT, "98.6%。", 986_000), (FieldType.PERCENT, "98.6%（截至7月）、", 986_000), (FieldType.INTEGER, "86、", 86), (FieldType.INTEGER, "86。5", None),
    ],
)  # fmt: skip
def test_a_stop_or_an_hour_behind_a_value_is_not_of_it(
    kind: FieldType, text: str, value: Value | None
) -> None:
    """What stands around the value is left out, never taken for part of it."""
    assert read_cell(field(kind), text, NOWHERE).value == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldType.TEXT, "“麦玉清”", "麦玉清"),
        (FieldType.TEXT, "【 麦玉清 】", "麦玉清"),
        (FieldType.TEXT, "：【麦玉清】", "麦玉清"),
        (FieldType.TEXT, "“一带”中心", "“一带”中心"),
        (FieldType.TEXT, "“一带”与“一路”", "“一带”与“一路”"),
        (FieldType.PERCENT, "：98.6%", 986_000),
        (FieldType.PERCENT, "「98.6%」", 986_000),
        (FieldType.DATE, ": 2024年8月13日", "2024-08-13"),
        (FieldType.LONG_TEXT, "“一带一路”", "“一带一路”"),
        (FieldType.TEXT, "【  】", None),
    ],
)
def test_marks_around_a_whole_value_are_not_of_it(
    kind: FieldType, text: str, value: Value | None
) -> None:
    """Quotation marks and heavy brackets around all of it, a colon before it; a long text stays as
    it was written.
    """
    assert read_cell(field(kind), text, NOWHERE).value == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldType.CHOICE, "A.小学 B.初中 选B", "初中"),
        (FieldType.CHOICES, "A.小学 B.初中 C.其他 （A、C）", ("小学", "其他")),
        (FieldType.CHOICE, "A.小学 B.初中 C.其他 （A、C）", None),
        (FieldType.YES_NO, "A.是 B.否 选A", True),
        (FieldType.YES_NO, "1.有 2.无 （2）", False),
        (FieldType.YES_NO, "□A.是 □B.否 选B", False),
        (FieldType.YES_NO, "A.是 B.否 选A、B", None),
    ],
)
def test_an_answer_by_its_letter_counts_with_boxes_or_without(
    kind: FieldType, text: str, value: Value | None
) -> None:
    """Whatever the list asks; two letters where one may be chosen are for a person."""
    options = () if kind is FieldType.YES_NO else ("小学", "初中", "其他")
    fact = read_cell(field(kind, *options), text, NOWHERE)
    assert fact.value == value
    assert fact.knowledge is (Knowledge.UNKNOWN if value is None else Knowledge.KNOWN)
