"""Forms that were filled in among the words of a mail."""

from __future__ import annotations

import pytest

from ingest.document.pasted import pasted_role
from rules.call import Call, Role
from tests.cases.written import title, word_html, zone_rows


def lines(between: str, count: int = 99) -> str:
    """Labels and values."""
    return "\n".join(f"{label}{between}{text}" for label, text in zone_rows()[:count])


@pytest.mark.parametrize("between", ["：", "\t", " ", "\n"])
def test_a_form_is_seen_line_by_line(call: Call, between: str) -> None:
    """However label and value are kept apart."""
    assert pasted_role("", f"各位老师：\n{title()}\n{lines(between)}", call) is Role.APPLICATION


def test_half_a_form_without_its_title_is_one(call: Call) -> None:
    """More than a letter names of its writer."""
    assert pasted_role("", lines("：", 9), call) is Role.APPLICATION


def test_a_table_is_read_as_one(call: Call) -> None:
    """Its text alone would not do, or is not there."""
    assert pasted_role(word_html().decode("gb18030"), "", call) is Role.APPLICATION
    assert pasted_role("<table>", lines("："), call) is Role.APPLICATION


def test_a_summary_table_is_one(call: Call) -> None:
    """Its rows name applicants."""
    heads = ("序号", "师市", "单位名称", "联系人", "联系电话")
    row = ("1", "第三师图木舒克市", "第三师图木舒克市教育局", "麦玉清", "0998-4620033")
    rows = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for cells in (heads, row)
    )
    markup = f"<p>智慧教育示范区申报汇总表</p><table>{rows}</table>"

    assert pasted_role(markup, "", call) is Role.SUMMARY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "请问教师账号开通率怎么算？\n联系人：麦玉清\n联系电话：0998-4620033\n单位：图木舒克市教育局",
        "\n".join([title(), *(f"{label}：" for label, _ in zone_rows())]),
    ],
    ids=["nothing", "a question", "a blank form"],
)
def test_other_words_are_no_form(call: Call, text: str) -> None:
    """Nobody is told that he filled one in."""
    assert pasted_role("", text, call) is None
