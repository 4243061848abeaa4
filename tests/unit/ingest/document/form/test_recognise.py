"""Telling which annex a document is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.document.editable.word import read_word
from ingest.document.form.recognise import applicant_in_name, recognise, recognise_by_name
from rules.call import Call, Form, Role
from rules.vocabulary import Field, FieldType
from tests.unit.ingest.document.words import ZONE, ZONE_TITLE, word

FILLER = [
    [label, "x"]
    for label in (
        "联系人",
        "联系电话",
        "电子邮箱",
        "职能部门",
        "网络条件",
        "保障措施",
        "公示结果",
        "公示开始",
    )
]


def recognised(call: Call, lines: list[str], *tables: object) -> tuple[str, str]:
    """(form id or "", how) for a Word file."""
    found = recognise(read_word(word(lines, *tables)), call)  # type: ignore[arg-type]
    return (found.form.id if found.form else "", found.by)


@pytest.mark.parametrize("form", ["附件1", "附件2", "附件3", "附件4"])
def test_every_blank_annex_is_recognised_by_its_title(
    call: Call,
    blank_forms: dict[str, bytes],
    form: str,
) -> None:
    """None is taken for another."""
    found = recognise(read_word(blank_forms[form]), call)
    assert found.form is call.form(form)
    assert found.by == "title"


@pytest.mark.parametrize(
    "lines",
    [
        [*ZONE_TITLE], ["兵团智慧教育示范区", "申  报  书"], ["附件１：兵 团 智 慧 教 育 示 范 区 申 报 书"],
        ["第一师阿拉尔市智慧教育示范区申报书（2024年）"],
    ],
)  # fmt: skip
def test_big_titles_are_read_however_they_are_set(call: Call, lines: list[str]) -> None:
    """Blanks between characters, full width, broken over lines, with a name before it."""
    assert recognised(call, lines, ZONE) == ("附件1", "title")


def test_without_a_title_most_of_the_labels_will_do(call: Call) -> None:
    """A form whose title was rewritten is told by its labels."""
    assert recognised(call, ["申报材料"], ZONE) == ("附件1", "labels")


def test_labels_that_two_forms_share_decide_nothing(call: Call) -> None:
    """附件1 and 附件2 have half their labels in common."""
    assert recognised(call, ["申报材料"], FILLER) == ("", "")


def test_a_title_decides_between_forms_with_shared_labels(call: Call) -> None:
    """With the title the same table is clear."""
    assert recognised(call, ["兵团智慧教育示范校申报书"], FILLER) == ("附件2", "title")


def test_the_notice_itself_is_none_of_its_forms(call: Call) -> None:
    """It names all four titles and has a contact, but is no form."""
    lines = [
        "关于开展兵团首批智慧教育示范区和示范校创建遴选工作的通知", "请填写兵团智慧教育示范区申报书，一并报送。",
        "联系人：王某    联系电话：0991-8878035", "电子邮箱：office@example.cn",
        "附件：1.兵团智慧教育示范区申报书", "2.兵团智慧教育示范校申报书", "3.兵团智慧教育示范区申报汇总表",
    ]  # fmt: skip
    assert recognised(call, lines) == ("", "")


def test_a_letter_that_quotes_a_title_is_no_form(call: Call) -> None:
    """The reason tells staff what it looked like."""
    found = recognise(read_word(word(["兵团智慧教育示范区申报汇总表", "现随函报送。"])), call)
    assert found.form is None
    assert "没有找到表中的栏目" in found.reason


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("附件1.pdf", "附件1"), ("附件 ２ 申报书.pdf", "附件2"), ("第三师教育局智慧教育示范区申报书（盖章扫描）.pdf", "附件1"),
        ("示范校申报汇总表盖章.pdf", "附件4"), ("示范区汇总表.pdf", "附件3"), ("附件1 示范校申报书.pdf", ""), ("扫描件.pdf", ""),
        ("附件11.pdf", ""), ("附件1-4.pdf", ""), ("示范区和示范校申报书.pdf", ""),
    ],
)  # fmt: skip
def test_a_file_name_is_believed_only_when_it_is_of_one_mind(
    call: Call,
    name: str,
    form: str,
) -> None:
    """Contradictions and several forms in a name decide nothing."""
    found = recognise_by_name(name, call)
    assert (found.form.id if found.form else "") == form
    assert found.by == ("file name" if form else "")


@pytest.mark.parametrize(
    ("name", "applicant"),
    [
        ("第三师图木舒克市教育局智慧教育示范区申报书（盖章扫描）.pdf", "第三师图木舒克市教育局"),
        ("附件2 石河子市启航职业技术学校示范校申报书.pdf", "石河子市启航职业技术学校"),
        ("附件2：智慧教育示范校申报书-双河市兰河小学.pdf", "双河市兰河小学"), ("附件2 白桦九年一贯制学校.pdf", "白桦九年一贯制学校"),
        ("附件2_第八师第九中学_盖章.pdf", "第八师第九中学"), ("扫描件0001.pdf", ""), ("附件2 智慧教育示范学校申报.pdf", ""),
        ("甲镇小学、乙镇小学.pdf", ""), ("张老师.pdf", ""),
    ],
)  # fmt: skip
def test_an_applicant_is_taken_from_a_clear_file_name_only(
    call: Call,
    name: str,
    applicant: str,
) -> None:
    """One organisation, named in full."""
    assert applicant_in_name(name, call) == applicant


def test_a_call_that_names_no_endings_finds_no_applicant_in_a_file_name(call: Call) -> None:
    """Rather than anything that stands there."""
    name = "晨光小学申报书.pdf"
    bare = replace(call, words=replace(call.words, name_endings=()))
    assert applicant_in_name(name, call) == "晨光小学"
    assert applicant_in_name(name, bare) == ""


def test_a_further_form_is_told_by_its_own_word_in_the_file_name(call: Call) -> None:
    """Beside 申报书 in the name it is still the further one's."""
    budget = Form(
        "附件5",
        Role.OTHER,
        "示范校",
        ("经费预算表",),
        "单位名称",
        (Field("单位名称", FieldType.TEXT),),
        name="预算表",
    )
    call = replace(call, forms=(*call.forms, budget))
    for name in ("示范校预算表.pdf", "示范校申报书预算表.pdf"):
        assert recognise_by_name(name, call).form is budget
    assert recognise_by_name("示范校申报书.pdf", call).form is call.form("附件2")
