"""Labels in other words than the form's, and whose telephone is whose."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.document.editable.word import read_word
from ingest.document.form.fields import extract_fields
from rules.call import Call
from rules.facts import Fact, Knowledge
from tests.unit.ingest.document.words import word

HEADS = "13911112222"  #: the head's telephone
OURS = "13800001234"  #: the contact's
Rows = Sequence[Sequence[str]]


def read(call: Call, rows: Rows, lines: Sequence[str] = ()) -> dict[str, Fact]:
    """The fields of a zone application with these rows."""
    width = max(map(len, rows), default=0)
    tables = [[[*row, *[""] * (width - len(row))] for row in rows]] if rows else []
    return extract_fields(read_word(word(lines, *tables)), call.form("附件1"), "2")


def test_labels_in_other_words_are_the_forms(call: Call) -> None:
    """The form's own are nowhere, and each stands once."""
    facts = read(
        call,
        [
            ["单位全称", "第一师阿拉尔市教育局"],
            ["所在师市", "第一师阿拉尔市"],
            ["联络人", "白杨"],
            ["移动电话", OURS],
            ["E-mail", "a@example.cn"],
        ],
    )
    names = ("单位名称", "师市", "联系人", "联系电话", "电子邮箱")
    assert [facts[name].value for name in names] == [
        "第一师阿拉尔市教育局", "第一师阿拉尔市", "白杨", OURS, "a@example.cn",
    ]  # fmt: skip


def test_other_words_in_lines_and_cells_with_their_values(call: Call) -> None:
    """A cover line, and cells that hold label and value."""
    lines = ["联络人：白杨    移动电话：13800001234", "电子信箱：a@example.cn"]
    cells = [["联系人：白杨"], ["联系方式：13800001234"], ["电子信箱：a@example.cn"]]
    for facts in (read(call, [], lines), read(call, cells)):
        found = [facts[name].value for name in ("联系人", "联系电话", "电子邮箱")]
        assert found == ["白杨", OURS, "a@example.cn"]


@pytest.mark.parametrize(
    "rows",
    [
        [["联系人", "白杨", "联系方式", OURS]],
        [["联系人", "移动电话"], ["白杨", OURS]],
        [["移动电话", OURS, "联系人", "白杨"]],
        [["校长", "张三", "联系人", "白杨", "联系方式", OURS]],
        [["校长", "张三", "电话", HEADS], ["联系人", "白杨", "电话", OURS]],
        [["校长", "张三", "电话", HEADS], ["联系人", "白杨", "联系方式", OURS]],
        [["法人", "姓名", "张三", "电话", HEADS], ["联系人", "姓名", "白杨", "手机号", OURS]],
        [["校长", "张三", "联系人", "白杨"], ["联系电话", HEADS, "联系电话", OURS]],
        [["法定代表人", "张三"], ["电话", HEADS], ["联系人", "白杨"], ["电话", OURS]],
        [["法定代表人", "张三"], ["联系电话", HEADS], ["联系人", "白杨"], ["手机号", OURS]],
        [["校长：张三", f"电话：{HEADS}"], ["联系人：白杨", f"电话：{OURS}"]],
        [[f"校长：张三 电话：{HEADS}"], [f"联系人：白杨 电话：{OURS}"]],
        [["联系人", "白杨", "职务", "校长", "联系电话", OURS]],
        [["联系人", "白杨", "职务", "校长", "联系方式", OURS]],
    ],
)
def test_the_contacts_telephone_is_not_the_heads(call: Call, rows: Rows) -> None:
    """Of the two, the label before it says whose it is; a head that is an answer is nobody's label."""
    facts = read(call, rows)
    assert (facts["联系人"].value, facts["联系电话"].value) == ("白杨", OURS)


@pytest.mark.parametrize(
    "rows",
    [
        [["联系人", "白杨"], ["校长", "张三", "联系方式", HEADS]],
        [["校长", "张三", "电话", HEADS], ["联系人", "白杨"]],
        [["联系人", "白杨", "校长", "张三"], ["联系方式", OURS]],
        [["联系方式", OURS], ["联系人", "白杨"]],
        [["联系方式", OURS, "校长", "张三"], ["联系人", "白杨"]],
        [["联系人", "白杨"], ["办公电话", OURS], ["移动电话", HEADS]],
        [[f"校长（签字）：张三  联系电话：{HEADS}"], ["联系人：白杨"]],
    ],
)
def test_where_somebody_elses_could_be_meant_nothing_is_known(call: Call, rows: Rows) -> None:
    """The head's, the unit's, or one of two."""
    facts = read(call, rows)
    assert facts["联系电话"].knowledge is Knowledge.UNKNOWN
    assert facts["联系人"].value == "白杨"


def test_a_heads_telephone_in_lines(call: Call) -> None:
    """On the cover the head's number stands behind or below the head."""
    lines = ["校长：张三", f"联系电话：{HEADS}", f"联系人：白杨    手机：{OURS}"]
    assert read(call, [], lines)["联系电话"].value == OURS
    lines = [f"负责人\t张三\t联系电话\t{HEADS}", f"联系人\t白杨\t联系电话\t{OURS}"]
    assert read(call, [], lines)["联系电话"].value == OURS
    facts = read(call, [], [f"负责人：张三    移动电话：{HEADS}", "联系人：白杨"])
    assert facts["联系电话"].knowledge is Knowledge.UNKNOWN
    assert facts["联系人"].value == "白杨"


def test_a_label_the_form_has_counts_before_one_in_other_words(call: Call) -> None:
    """Then the other is of something else."""
    facts = read(call, [["所属师市", ""], ["所在师市", "第二师铁门关市"]])
    assert facts["师市"].knowledge is Knowledge.BLANK


def test_other_words_left_open_are_blank(call: Call) -> None:
    """Asked beside the contact, and not answered."""
    facts = read(call, [["联系人", "白杨"], ["联系方式", ""]])
    assert facts["联系电话"].knowledge is Knowledge.BLANK


def test_what_a_long_text_mentions_asks_for_nothing(call: Call) -> None:
    """A cell or paragraph of 200 characters says much, and among it a telephone: no label's."""
    told = (
        f"联络人：白杨；移动电话：{OURS}；"
        + "学校建设了智慧校园平台，师生全部开通账号并常态化使用。" * 9
    )
    for facts in (read(call, [["建设基础", told]]), read(call, [], [told])):
        assert facts["联系电话"].knowledge is not Knowledge.KNOWN
