"""Answers in other words than the form's options, and values on the line below their label."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.document.editable.word import read_word
from ingest.document.form.cells import read_cell
from ingest.document.form.fields import extract_fields
from ingest.document.form.synonyms import meant
from rules.call import Call
from rules.facts import Fact, Knowledge, Provenance
from tests.unit.ingest.document.words import word

KINDS = ("小学", "初中", "九年一贯制学校", "普通高中", "完全中学", "十二年一贯制学校", "中职学校")


def answer(call: Call, form: str, name: str, text: str) -> Fact:
    """What a cell of a field says."""
    (field,) = (each for each in call.form(form).fields if each.name == name)
    return read_cell(field, text, Provenance(part="2"))


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("初级中学", "初中"),
        ("高中", "普通高中"),
        ("完中。", "完全中学"),
        ("九年一贯制", "九年一贯制学校"),
        ("中等职业学校", "中职学校"),
        ("中学", None),
        ("一贯制", None),
    ],
)
def test_near_synonyms_of_kinds_of_schools(said: str, option: str | None) -> None:
    """Where one option can be meant, and no other."""
    assert meant(said, KINDS) == option


def test_a_word_that_two_options_hold_means_neither() -> None:
    """高中 may be either."""
    assert meant("高中", (*KINDS, "职业高中")) is None
    assert meant("没有异议", ("无", "有")) is None


@pytest.mark.parametrize("said", ["没有异议", "公示期间没有收到异议。", "不存在异议（5个工作日）"])
def test_no_objection_in_other_words(call: Call, said: str) -> None:
    """The office's clerk takes it for the option."""
    assert answer(call, "附件1", "公示结果", said).value == "无异议"


@pytest.mark.parametrize("said", ["有一条异议", "没有异议吗", "未收到异议，但有一条意见"])
def test_what_says_more_is_unknown(call: Call, said: str) -> None:
    """A guess would be worse."""
    assert answer(call, "附件1", "公示结果", said).knowledge is Knowledge.UNKNOWN


def test_a_remark_that_names_another_option_leaves_it_unknown(call: Call) -> None:
    """The school is one, its department the other."""
    fact = answer(call, "附件2", "学校类型", "九年一贯制（初中部）")
    assert fact.knowledge is Knowledge.UNKNOWN
    assert answer(call, "附件2", "学校类型", "高级中学（普通高中）").value == "普通高中"


@pytest.mark.parametrize(("said", "value"), [("是的", True), ("不是", False), ("没有。", False)])
def test_yes_and_no_as_people_say_them(call: Call, said: str, value: bool) -> None:
    """In one word more."""
    assert answer(call, "附件1", "支持边远薄弱团场", said).value is value


def test_an_option_of_several_in_other_words(call: Call) -> None:
    """It is still a list of options."""
    (field,) = (each for each in call.form("附件2").fields if each.name == "核心维度")
    several = replace(field, options=("普通高中", "小学"))
    assert read_cell(several, "高中", Provenance(part="2")).value == ("普通高中",)


def test_a_number_or_day_alone_below_its_label(call: Call) -> None:
    """Its shape says that it is the value; a name there may be anybody's."""
    lines = ["教师人数：", "126", "公示开始日期：", "2024年8月1日", "联系人：", "白杨", "保障措施"]
    facts = extract_fields(read_word(word(lines)), call.form("附件2"), "2")
    assert (facts["教师人数"].value, facts["公示开始"].value) == (126, "2024-08-01")
    assert facts["联系人"].knowledge is Knowledge.UNKNOWN


def test_two_lines_below_a_label_are_not_read_as_one_number(call: Call) -> None:
    """Nobody knows which."""
    lines = ["教师人数：", "126", "98", "保障措施"]
    facts = extract_fields(read_word(word(lines)), call.form("附件2"), "2")
    assert facts["教师人数"].knowledge is Knowledge.UNKNOWN
