"""Rows of a summary table that nobody counts without asking: withdrawn by a remark, two names in
one cell.
"""

from __future__ import annotations

import pytest

from ingest.document.content import STRUCK, Content
from ingest.document.form.rows import extract_rows, struck_rows
from rules.call import Call
from rules.facts import Fact, Knowledge
from tests.unit.ingest.document.form.test_rows import FIRST, HEADS, SECOND, grid

THIRD = ["3", "银河小学", "第八师石河子市", "小学", "白杨", "13999330079"]


def name_in(call: Call, heads: list[str], row: list[str]) -> Fact:
    """The name of a row between two others."""
    wide = [[*each, *[""] * (len(heads) - len(each))] for each in (FIRST, SECOND)]
    table = grid([heads, wide[0], row, wide[1]])
    _, found, _ = extract_rows(Content(tables=(table,)), call.form("附件4"), "2")
    return found["单位名称"]


@pytest.mark.parametrize(
    "remark",
    ["已退出", "撤回", "取消申报", "已取消", "作废", "因故不再申报", "自愿放弃", "8月20日退出", "退出申报（电话告知）", "撤销", "本校不参评",
     "暂缓申报", "该校不申报", "放弃本次申报资格", "弃报", "已删除", "不报了", "改报下年度", "明年再报", "取消", "暂缓", "撤"],
)  # fmt: skip
def test_a_row_with_a_remark_that_it_was_withdrawn_is_for_staff(call: Call, remark: str) -> None:
    """Its name is shown with the remark and vouches for nobody."""
    name = name_in(call, [*HEADS, "备注"], [*THIRD, remark])

    assert (name.knowledge, name.value) == (Knowledge.UNKNOWN, "银河小学")
    assert remark in name.provenance.raw.replace("(", "（").replace(")", "）")


@pytest.mark.parametrize(
    "remark",
    ["已公示", "联系人已更换", "新增", "未退出集团办学", "重点推荐", "无", "2023年取消撤点", "一校两区", "不参与评分",
     "本校2021年建成，设备齐全，曾于2019年放弃旧平台并迁移到国家智慧教育平台，师生全部开通"],
)  # fmt: skip
def test_other_remarks_leave_a_row_as_it_is(call: Call, remark: str) -> None:
    """What speaks of something else, and what is told at length."""
    assert name_in(call, [*HEADS, "备注"], [*THIRD, remark]).text == "银河小学"


@pytest.mark.parametrize(
    "name",
    ["银河小学（已退出）", "银河小学(作废)", "银河小学—撤回", "（取消）银河小学", "银河小学 已撤销申报",
     "银河小学、白桦小学", "银河小学\n白桦小学", "银河小学，星光幼儿园", "银河小学；白桦中学", "银河小学/白桦小学", "银河小学和白桦小学",
     "银河小学 白桦小学", "1.银河小学2.白桦小学", "第一、二小学", "第一小学、第二小学"],
)  # fmt: skip
def test_a_name_with_such_a_remark_or_two_names_is_for_staff(call: Call, name: str) -> None:
    """None of the two is dropped, and nobody is asked for the form of both together."""
    said = name_in(call, HEADS, [THIRD[0], name, *THIRD[2:]])

    assert said.knowledge is Knowledge.UNKNOWN
    assert said.value


def test_two_lines_are_two_names_where_everything_else_has_two(call: Call) -> None:
    """Two names of different endings, two persons and two telephones."""
    telephones = "13999330079\n13999330070"
    two = ["3", "银河小学\n星光幼儿园", *THIRD[2:4], "白杨\n贺兰", telephones]
    one = ["3", "石河子大学\n附属中学", *THIRD[2:]]

    assert name_in(call, HEADS, two).knowledge is Knowledge.UNKNOWN
    assert name_in(call, HEADS, one).text == "石河子大学附属中学"


@pytest.mark.parametrize(
    "name",
    ["第八师石河子市\n银河小学", "银河小学（东校区、西校区）", "银河小学\n（寄宿制）", "银河九年一贯制\n学校", "颐和路小学", "九年、十二年一贯制学校"],
)  # fmt: skip
def test_one_name_in_pieces_is_one(call: Call, name: str) -> None:
    """Broken over lines, with parts in brackets, with a character that joins."""
    assert name_in(call, HEADS, [THIRD[0], name, *THIRD[2:]]).knowledge is Knowledge.KNOWN


def test_a_row_that_was_struck_is_nobodys_and_staff_are_told_where(call: Call) -> None:
    """Upright and sideways; one of which something is left counts as it did."""
    gone, left = [STRUCK] * 6, ["3", STRUCK, *THIRD[2:]]
    table = [HEADS, FIRST, gone, left, SECOND]
    form = call.form("附件4")

    upright, turned = (
        Content(tables=(grid(each),)) for each in (table, [*zip(*table, strict=True)])
    )
    assert struck_rows(upright, form) == ("表1 第3行已全部划去(没有计入)",)
    assert struck_rows(turned, form) == ("表1 第3列已全部划去(没有计入)",)
    assert len(extract_rows(upright, form, "2")) == 3
