"""What a Chinese keyboard, a web page or a hurry leaves in a file that YAML cannot read: said where
it stands.
"""

from __future__ import annotations

import pytest

from rules.call import Call
from rules.rulebook import check_rulebook
from tests.unit.rules.writing import HEAD, RULE

GOOD = HEAD + RULE


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


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("甲" * 300_001, "1:1 Y001 文件过大(超过 300000 个字符) / 请拆分或检查文件是否正确"),
        ("#" + "甲" * 299_999, "1:1 Y003 文件是空的 / 从示例配置开始"),
        ("\0", "1:1 Y002 YAML 读不了 / 删去看不见的控制字符, 检查文件编码(UTF-8)"),
        (
            HEAD + "规则: [" + "x, " * 2_000 + "x]",
            "3:6006 E112 规则超过 2000 条 / 检查是否误贴了内容",
        ),
    ],
    ids=["too many characters", "as many as there may be", "a sign that is none", "too many rules"],
)
def test_what_is_too_large_or_no_text_is_refused(call: Call, source: str, said: str) -> None:
    """At once, with one message; the parser's own words after the colon are left out here."""
    (error,) = check_rulebook(source, call)

    message = error.message.split(":")[0]
    assert (
        f"{error.position.line}:{error.position.column} {error.code} {message} / {error.hint}"
        == said
    )


def test_as_many_rules_as_there_may_be_are_read(call: Call) -> None:
    """Two thousand; here each is no rule, which is said of each."""
    assert len(check_rulebook(HEAD + "规则: [" + "x, " * 1_999 + "x]", call)) == 2_000


def test_a_second_document_is_told_where_it_begins(call: Call) -> None:
    """A line of dashes, copied from elsewhere."""
    (found,) = check_rulebook(GOOD + "---\n版本: 1\n", call)
    assert (found.code, found.position.line) == ("Y002", GOOD.count("\n") + 1)


def test_a_comment_may_stand_between_a_key_and_its_text_of_several_lines(call: Call) -> None:
    """The reader that keeps comments gives up on this."""
    source = GOOD.replace(
        "    告知: 请补正\n", "    告知:\n      # 注\n      |- # 注\n      请补正\n"
    )
    assert check_rulebook(source, call) == []
    (found,) = check_rulebook(source + "    编号: [\n", call)
    assert found.code.startswith("Y")


@pytest.mark.parametrize(
    ("line", "place"),
    [("   依据: 一", (6, 4)), ("  依据: 一", (6, 3)), ("   要求: 申报书.职能部门 已填写", (8, 4))],
)
def test_a_line_out_of_step_with_both_neighbours_is_the_one_to_mend(
    call: Call, line: str, place: tuple[int, int]
) -> None:
    """Not the line below it, where the reading breaks down."""
    (found,) = check_rulebook(GOOD.replace(f"    {line.strip()}", line), call)

    assert (found.position.line, found.position.column) == place
    assert (found.code, found.message) == ("Y016", "缩进与上下两行对不齐")
