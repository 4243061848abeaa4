"""Web pages that stand for a document."""

from __future__ import annotations

import pytest

from ingest.document.content import INK, RING, RING_END, STRUCK
from ingest.document.editable.markup import read_markup


def said(html: str) -> list[str]:
    """The lines of a page, with their signs."""
    return [line.said for line in read_markup(html.encode()).lines]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>甲</p><div>乙<br>丙</div>", ["甲", "乙\n丙"]), ("<p><s>旧</s>新<del>旧</del></p>", [STRUCK + "新" + STRUCK]),
        ("<p><span style='text-decoration: line-through'>旧</span>新", [STRUCK + "新"]), ("<p><u>是</u> 否", [f"{RING}是{RING_END} 否"]),
        ("<p style='display:none'>隐</p><p hidden>隐</p><span style='mso-hide:all'>隐</span>显", ["显"]), ("<script>x</script><style>y</style><!-- z -->显", ["显"]),
        ("<input type=checkbox checked>是<input type=radio>否<input type=hidden value=x>", ["☑是☐否"]), ("<input value=张三>", ["张三"]),
        ("<select><option>甲<option selected>乙</select>", ["乙"]), ("<select><option>甲<option>乙</select>", ["甲"]),
        ("<select multiple><option>甲</select>丙", ["丙"]), ("<label>姓名</label><input value=张三>", ["姓名  张三"]), ("☑\x01是", ["☑是"]),
        ("麦玉清<sup>1</sup>", ["麦玉清"]), ("10<sup>2</sup>米", ["102米"]), ("<mark>是</mark>否", [f"{RING}是{RING_END}否"]),
        ("<span style='text-decoration: underline'>是</span>否", [f"{RING}是{RING_END}否"]), ("<b style='border:1px solid'>是</b>否", [f"{RING}是{RING_END}否"]),
        ("<span style='background:yellow'><span>是</span>的</span>否", [f"{RING}是的{RING_END}否"]), ("<u><u>是</u></u>否", [f"{RING}是{RING_END}否"]),
        ("<span style='background:white'>是</span><span style='background-color:rgb(255,255,255)'>否</span>", ["是否"]), ("<img src=x>是", [INK + "是"]),
        ("<font face=Wingdings>þ</font>是", ["☑是"]), ("<span style='font-family:Wingdings'>þ</span>是", ["☑是"]), ("<ruby>喆<rt>zhé</rt></ruby>", ["喆"]),
        ("<p>甲&nbsp;&nbsp;乙", ["甲  乙"]),
    ],
)  # fmt: skip
def test_a_page_says_what_it_shows(html: str, expected: list[str]) -> None:
    """Boxes and lists say what is chosen."""
    assert said(html) == expected


def test_cells_that_span_keep_their_place() -> None:
    """Over columns and rows; a hidden row is none."""
    rows = "<tr><td rowspan=2>甲<td colspan=2>乙</tr><tr style='display:none'><td>隐</tr><tr><td>丙<td>丁</tr>"
    table = read_markup(f"<table>{rows}</table>".encode()).tables[0]

    assert [(each.text, each.row, each.column, each.width, each.height) for each in table.cells] == [
        ("甲", 0, 0, 1, 2), ("乙", 0, 1, 2, 1), ("丙", 1, 1, 1, 1), ("丁", 1, 2, 1, 1),
    ]  # fmt: skip


def test_a_table_within_a_cell_is_its_text_too() -> None:
    """As in Word files."""
    content = read_markup(
        "<table><tr><td>联系人<td><table><tr><td>张三<td>副校长</table></table>".encode()
    )

    assert [table.number for table in content.tables] == [1, 2]
    assert content.tables[0].cells[1].text == "张三\t副校长"


@pytest.mark.parametrize("codec", ["gbk", "utf-8", "utf-16"])
def test_the_text_is_decoded_by_what_its_bytes_are(codec: str) -> None:
    """Old programs write GBK and do not say so."""
    assert read_markup("<p>麦玉清</p>".encode(codec)).lines[0].text == "麦玉清"
