"""What a Chinese keyboard, a web page or a hurry leaves in a file that YAML cannot read: said where it stands."""

from __future__ import annotations

import pytest

from rules.call import Call
from rules.rulebook import check_rulebook
from tests.unit.rules.writing import HEAD, RULE

GOOD = HEAD + RULE


@pytest.mark.parametrize(
    ("before", "after", "code", "place", "words"),
    [
        ("名称: 试", "名称：试", "Y011", (5, 7), "半角冒号"),
        ("名称: 试", "名称:试", "Y016", (5, 7), "改成“: ”"),
        ("针对: 申报书", "针对: {甲: 乙，丙: 丁}", "Y016", (7, 14), "半角逗号"),
        ("针对: 申报书", "针对: {甲: 乙, 丙: 丁: 戊}", "Y002", (7, 20), "各项之间"),
        ("针对: 申报书", "针对: [申报书，来件]", "E101", (7, 10), "半角逗号"),
        ("  - 编号", "  － 编号", "Y016", (4, 3), "半角短横"),
        ("  - 编号", "  — 编号", "Y016", (4, 3), "半角短横"),
        ("    名称", "\u00a0\u00a0\u00a0\u00a0名称", "Y010", (5, 1), "半角空格"),
        ("    名称", "　　名称", "Y010", (5, 1), "半角空格"),
        ("    名称", "\t名称", "Y010", (5, 1), "空格"),
        ("    依据", "   依据", "Y002", (7, 7), "缩进"),
        ("    依据", "  依据", "Y002", (7, 7), "上面几行"),
        ("名称: 试", "名称: “试”: 甲", "Y002", (5, 12), "引号"),
        ("名称: 试", '名称: "试', "Y002", (10, 1), "后引号"),
        ("名称: 试", "名称: @试", "Y002", (5, 9), "引号"),
        ("通知: 试用\n", "通知: 试用\n截止后\n", "Y002", (4, 1), "上一行缺冒号"),
        ("名称: 试", "名称: &甲 试", "Y012", (5, 9), "直接写出来"),
        ("名称: 试", "名称: *甲", "Y012", (5, 9), "直接写出来"),
        ("依据: 一", "依据: 一\n    依据: 二", "Y015", (7, 5), "只能出现一次"),
    ],
)
def test_a_slip_is_shown_where_it_stands_with_how_to_mend_it(
    call: Call, before: str, after: str, code: str, place: tuple[int, int], words: str
) -> None:
    """Line, column, and a hint that is right; never a sentence of the parser's own."""
    assert before in GOOD
    first = check_rulebook(GOOD.replace(before, after, 1), call)[0]

    assert (first.code, first.position) == (code, place)
    assert words in first.message + first.hint
    assert "expected" not in first.message


@pytest.mark.parametrize(
    "line",
    [
        "名称: 甲：乙",
        "名称: 10:30 起",
        "名称: http://example.org/甲",
        "名称: 一，二；三",
        "名称: 甲－乙 — 丙",
        "名称: '甲:乙'",
    ],
)
def test_what_is_no_slip_is_not_refused(call: Call, line: str) -> None:
    """Full-width signs belong into texts."""
    assert check_rulebook(GOOD.replace("名称: 试", line), call) == []
