"""What a form says itself is no value."""

from __future__ import annotations

import pytest

from ingest.document.content import INK, STRUCK
from ingest.document.form.cells import read_cell
from ingest.document.form.prompts import is_blank
from rules.facts import Knowledge, Provenance
from rules.vocabulary import Field, FieldType

NOWHERE = Provenance()


@pytest.mark.parametrize(
    "text",
    ["请填写", "请填写…", "请简要说明，不超过500字。", "（填写学校内设机构）", "（限300字以内）", "单击或点击此处输入文字。", "点击此处选择日期", "填写学校全称",
     "500字以内", "（盖 章）", "加盖公章处", "（必填）", "【请选择】", "选择一项", "Click or tap here to enter text.", "请如实填写\n（盖章）", "选填项", "如实填写", "请填写：", "此栏由主管部门填写", "*必填项",
     "可另附页", "不够可附页。", "1.\n2.\n3.", "一、\n二、\n三、", "(1)\n\n(2)", "此处填写建设思路，包括但不限于：目标、任务。"],
)  # fmt: skip
def test_a_prompt_is_a_place_left_open(text: str) -> None:
    """Whatever words it uses."""
    assert is_blank(text)


@pytest.mark.parametrize(
    "text",
    [
        "应急预案完善，建立优质资源选择机制",
        "选择优质资源开展教学",
        "请假制度健全",
        "张三（示例）",
        "例：张三",
        "请填写：麦玉清",
        "500人",
        "需求调研充分，说明清晰",
        "1.\n2.建设网络",
        "12",
        "3.",
    ],
)
def test_an_answer_that_sounds_like_a_prompt_is_none(text: str) -> None:
    """What people write about their work."""
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("第七中学（盖 章）", "第七中学"), ("第七中学\n（公章）\n法人代表：\n  年  月  日", "第七中学"), ("第七中学    法人代表：____", "第七中学"),
        ("（示例：张三）郭建新", "郭建新"), ("示例：张三\n郭建新", "郭建新"), ("郭建新（请填写真实姓名）", "郭建新"), ("请填写姓名\n郭建新", "郭建新"),
        ("郭建新\n18099335120", "郭建新"), ("郭建新 0993-2018866", "郭建新"), ("郭建新（手机：18099335120）", "郭建新"), ("古丽·艾山 18099335120", "古丽·艾山"),
        ("第八师 石河子市 第七中学", "第八师石河子市第七中学"), ("李　𠮷", "李𠮷"), ("张三 李四", "张三 李四"), (f"{STRUCK}郭建新", "郭建新"), (f"郭建新{INK}", "郭建新"),
    ],
)  # fmt: skip
def test_a_name_is_read_without_what_stands_around_it(text: str, value: str) -> None:
    """Prompts, examples, signature lines, a telephone, struck text."""
    assert read_cell(Field("联系人", FieldType.TEXT), text, NOWHERE).value == value


@pytest.mark.parametrize(
    "text", ["请填写：麦玉清", "（姓名）", "XX同志", "某某", "第一师××局", "如：张三"]
)
def test_what_may_be_the_forms_own_word_is_not_known(text: str) -> None:
    """Neither a value nor an empty place."""
    assert read_cell(Field("联系人", FieldType.TEXT), text, NOWHERE).knowledge is Knowledge.UNKNOWN


def test_characters_that_take_no_room_are_no_part_of_a_name() -> None:
    """Web pages and phones put them between the others."""
    field = Field("联系人", FieldType.TEXT)

    assert read_cell(field, "麦\u200b玉\ufeff清\u2060", NOWHERE).value == "麦玉清"


@pytest.mark.parametrize(
    ("text", "value"),
    [(f"{STRUCK}126", 126), (f"{STRUCK} 126人", 126), ("（示例：100）126", 126), (STRUCK, None), (f"{INK}", None)],
)  # fmt: skip
def test_struck_numbers_do_not_count(text: str, value: int | None) -> None:
    """128 struck and 126 behind it are 126; struck alone is nothing anybody knows."""
    fact = read_cell(Field("人数", FieldType.INTEGER), text, NOWHERE)

    assert fact.value == value
    assert value is not None or fact.knowledge is Knowledge.UNKNOWN


@pytest.mark.parametrize("text", ["张三（示例）", "XXX", "×××", "某某", "如：张三"])
def test_an_example_is_no_value(text: str) -> None:
    """Nor is it an empty place: staff look."""
    assert read_cell(Field("联系人", FieldType.TEXT), text, NOWHERE).knowledge is Knowledge.UNKNOWN


def test_a_long_text_keeps_its_words_and_loses_the_prompt_above_it() -> None:
    """Remarks in brackets are part of it."""
    text = "请简要说明，不超过500字。\n建有千兆校园网（配置说明见附件）。"

    fact = read_cell(Field("网络条件", FieldType.LONG_TEXT), text, NOWHERE)

    assert fact.value == "建有千兆校园网（配置说明见附件）。"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("请填写98.6%", FieldType.PERCENT, 986_000), ("请填写百分比 98.6%", FieldType.PERCENT, 986_000), ("请填写人数126", FieldType.INTEGER, 126),
        ("请选择日期2024年8月13日", FieldType.DATE, "2024-08-13"), ("请填写手机号码13899990001", FieldType.TELEPHONE, "13899990001"),
        ("请填写11位手机号码 13899990001", FieldType.TELEPHONE, "13899990001"), ("请填写常用邮箱 a@example.cn", FieldType.EMAIL, "a@example.cn"),
    ],
)  # fmt: skip
def test_what_was_typed_behind_a_prompt_is_read(text: str, kind: FieldType, value: object) -> None:
    """Whoever types behind the prompt has filled in the place."""
    assert read_cell(Field("字段", kind), text, NOWHERE).value == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请填写姓名 麦玉清", FieldType.TEXT), ("请填写真实姓名麦玉清", FieldType.TEXT), ("填写姓名　麦玉清", FieldType.TEXT),
        ("请填写学校全称 石河子市第一学校", FieldType.TEXT), ("请简要说明有关情况 已建成校园网和录播教室", FieldType.LONG_TEXT),
    ],
)  # fmt: skip
def test_words_behind_a_prompt_are_for_a_person(text: str, kind: FieldType) -> None:
    """They may be more of the prompt, or the answer: never blank."""
    assert read_cell(Field("字段", kind), text, NOWHERE).knowledge is Knowledge.UNKNOWN


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请填写 单位全称", FieldType.TEXT), ("请填写联系人姓名及电话", FieldType.TEXT), ("请填写11位手机号码", FieldType.TELEPHONE),
        ("请填写数字，如98.6%", FieldType.PERCENT), ("请填写98%以上", FieldType.PERCENT), ("请说明 建设思路", FieldType.LONG_TEXT),
        ("请填写 请输入姓名", FieldType.TEXT),
    ],
)  # fmt: skip
def test_a_prompt_of_several_words_is_still_one(text: str, kind: FieldType) -> None:
    """What it asks for, and examples, are no answers."""
    assert read_cell(Field("字段", kind), text, NOWHERE).knowledge is Knowledge.BLANK


@pytest.mark.parametrize(
    "text",
    ["#REF!", "#N/A", "错误!未找到引用源。", "Error! Reference source not found.", "Error: Reference source not found", "N/A", "null", "${name}", "«联系人»", "[姓名]", "【联系人】", "（手写）"],
)  # fmt: skip
def test_what_programs_leave_in_a_place_is_no_value(text: str) -> None:
    """Errors of fields and formulas, places of templates."""
    assert read_cell(Field("联系人", FieldType.TEXT), text, NOWHERE).knowledge is Knowledge.UNKNOWN


@pytest.mark.parametrize(
    "text",
    ["麦玉清。", "麦玉清；", "麦玉清*", "\u202d麦玉清\u202c", "\u200e麦玉清\u200f", "麦玉清 a@example.cn", "麦玉清+8613899990001", "麦玉清 0998 4620033",
     "姓名 麦玉清", "麦玉清 2024年8月19日", "单位：麦玉清"],
)  # fmt: skip
def test_a_name_is_read_without_what_was_written_around_it(text: str) -> None:
    """Full stops, signs of direction, addresses, a word for what it is."""
    assert read_cell(Field("联系人", FieldType.TEXT), text, NOWHERE).value == "麦玉清"


@pytest.mark.parametrize("text", ["见附件1", "详见附页", "见附后材料"])
def test_a_long_text_that_only_names_another_paper_is_for_a_person(text: str) -> None:
    """Somebody must look there; one that also says something is a text."""
    field = Field("建设基础", FieldType.LONG_TEXT)

    assert read_cell(field, text, NOWHERE).knowledge is Knowledge.UNKNOWN
    assert read_cell(field, f"建成千兆网络，{text}", NOWHERE).knowledge is Knowledge.KNOWN


@pytest.mark.parametrize("text", ["姓名：麦玉清", "姓名: 麦玉清", "名字：麦玉清"])
def test_a_name_is_read_behind_the_word_name(text: str) -> None:
    """Somebody wrote the label once more."""
    assert read_cell(Field("联系人", FieldType.TEXT), text, NOWHERE).text == "麦玉清"


@pytest.mark.parametrize("text", ["“”", '""', "‘’", "“ ”", '"', "″", "〝〞"])
@pytest.mark.parametrize("kind", [FieldType.TEXT, FieldType.LONG_TEXT])
def test_quotation_marks_alone_are_no_value(text: str, kind: FieldType) -> None:
    """An empty pair, or what stands for the cell above: nobody knows."""
    assert read_cell(Field("联系人", kind), text, NOWHERE).knowledge is Knowledge.UNKNOWN


@pytest.mark.parametrize(
    "text", ["（）", "( )", "【】", "[ ]", "《 》", "「」", "（　　）（　　）"]
)
def test_brackets_with_nothing_in_them_are_an_open_place(text: str) -> None:
    """As a rule is."""
    assert is_blank(text)
    assert not is_blank(f"{text}麦玉清")


@pytest.mark.parametrize(
    "text", ["联系电话", "电话：", "手机", "手机号码", "姓名", "姓　名：", "邮箱", "部门", "单位", "联系人", "职务/职称", "联系方式", "E-mail"]
)  # fmt: skip
def test_a_label_is_nobody_s_name(text: str) -> None:
    """The form says what to write there, and nobody wrote it."""
    assert read_cell(Field("联系人", FieldType.TEXT), text, NOWHERE).knowledge is Knowledge.UNKNOWN


def test_what_may_be_somebody_s_post_is_one_where_no_person_is_asked_for() -> None:
    """负责人 as the answer to 职务; as that to 联系人 it names nobody."""
    assert read_cell(Field("职务", FieldType.TEXT), "负责人", NOWHERE).value == "负责人"
    assert read_cell(Field("联系人", FieldType.TEXT), "负责人", NOWHERE).value is None
