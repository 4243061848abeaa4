"""Laying out a file changes how it looks and nothing else; a second time changes nothing at all."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.authoring.layout import laid_out
from rules.errors import RuleFileError
from rules.yaml_text import load_tree

SHIPPED = sorted((Path(__file__).parents[4] / "config/calls").glob("*/*.yaml"))
WORDS = [
    "申报书.类别 是 示范区",
    "98%",
    "0991",
    "18:00",
    "2024-08-31 24:00",
    "no",
    "是",
    "~",
    "1_000",
    "甲，乙",
    "“引”",
    "",
    "a: b",
    "# 井",
    "- 甲",
    "{甲}",
    "1e5",
    "'",
    '"',
    "甲 #乙",
]
texts = st.sampled_from(WORDS)
trees = st.recursive(texts, lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(st.sampled_from(["规则", "适用", "要求", "18:00", "是"]), inner, min_size=1, max_size=4), max_leaves=12)  # fmt: skip


class Scribe:
    """Writes a tree as careless people do: indents, spaces, empty lines, comments as they come."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def scalar(self, text: str) -> str:
        plain = (
            text
            and not any(text.startswith(sign) for sign in "#-{'\"~[&*!|>%@`")
            and ": " not in text
            and " #" not in text
        )
        if plain and self.random.random() < 0.7:
            return text
        return (
            "'" + text.replace("'", "''") + "'"
            if self.random.random() < 0.5
            else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        )

    def flow(self, tree: Any) -> str:
        gap = " " * self.random.randint(0, 2)
        if isinstance(tree, str):
            return (
                self.scalar(tree)
                if not set(tree) & set(",{}[]")
                else "'"
                + tree.replace(
                    "'",
                    "''",
                )
                + "'"
            )
        if isinstance(tree, list):
            return "[" + gap + f",{gap} ".join(map(self.flow, tree)) + gap + "]"
        return (
            "{"
            + gap
            + ", ".join(f"{key}: {gap}{self.flow(value)}" for key, value in tree.items())
            + gap
            + "}"
        )

    def trail(self) -> str:
        return (
            self.random.choice(["", "", "  ", "   # 注: 一", " # 二"])
            + "\n"
            + self.random.choice(["", "", "\n\n\n", "# 行注\n"])
        )

    def block(self, tree: Any, indent: int) -> str:
        if isinstance(tree, str) or self.random.random() < 0.2:
            return " " * self.random.randint(1, 3) + self.flow(tree) + self.trail()
        deeper = indent + self.random.randint(1, 4)
        pad = " " * deeper
        if isinstance(tree, list):
            return self.trail() + "".join(f"{pad}-{self.block(item, deeper)}" for item in tree)
        return self.trail() + "".join(
            f"{pad}{key}:{self.block(value, deeper)}" for key, value in tree.items()
        )


@settings(max_examples=60, deadline=None)
@given(
    tree=st.dictionaries(st.sampled_from(["版本", "规则", "参数"]), trees, min_size=1),
    seed=st.integers(0, 10**6),
)
def test_layout_never_changes_what_is_read(tree: dict[str, Any], seed: int) -> None:
    """Whatever the file looked like; and it is laid out once and for all."""
    scribe = Scribe(seed)
    source = "".join(f"{key}:{scribe.block(value, 0)}" for key, value in tree.items())
    before = load_tree(source)
    try:
        result = laid_out(source)
    except RuleFileError as error:
        assert error.code == "Y020"  # noqa: PT017 - an honest refusal is fine, a changed file is not
        return

    assert load_tree(result) == before
    assert laid_out(result) == result
    assert result.count("#") >= source.count("注: 一") + source.count("二") + source.count("行注")


@pytest.mark.parametrize(
    "path",
    SHIPPED,
    ids=[f"{path.parent.name}/{path.name}" for path in SHIPPED],
)
def test_the_shipped_files_are_laid_out(path: Path) -> None:
    """The examples administrators start from."""
    text = path.read_text(encoding="utf-8")

    assert laid_out(text) == text


def test_a_careless_file_becomes_tidy_and_keeps_its_comments() -> None:
    """Numbers, times and telephone numbers stay as they were typed."""
    careless = "# 头\r\n参数:   \r\n   电话: 0991   # 区号\r\n   时:  18:00\r\n\r\n\r\n\r\n规则:\r\n- {编号:  R1,  名称: '试'}\r\n-    编号:   R2\r\n"

    assert laid_out(careless) == (
        "# 头\n参数:\n  电话: 0991    # 区号\n  时: 18:00\n\n规则:\n  - {编号: R1, 名称: '试'}\n  - 编号: R2\n"
    )


def test_a_file_that_cannot_be_read_is_not_laid_out() -> None:
    """First mend it."""
    with pytest.raises(RuleFileError) as caught:
        laid_out("版本: 1\n版本: 2\n")
    assert caught.value.code == "Y015"


def test_what_layout_would_change_is_left_alone() -> None:
    """Empty lines inside a text of several lines are part of the text."""
    with pytest.raises(RuleFileError) as caught:
        laid_out("告知: |\n  甲\n\n\n\n  乙\n")
    assert caught.value.format("rules.yaml", "告知: |") == (
        "rules.yaml:1:1: Y020 这个文件的排版不能安全地改动, 原样保留\n    告知: |\n    ^\n    提示: 手工排版即可"
    )


def test_comments_that_would_wander_for_ever_leave_the_file_alone() -> None:
    """Between a dash and what belongs to it no writing puts a comment back where it was."""
    odd = (
        '版本:\n\n\n\n   - "甲，乙"\n# 行注\n   - # 二\n\n\n\n      -   是 # 二\n      - # 二\n          -  {  是:   "\'"  }\n'
        "          - # 二\n# 行注\n            -   是\n# 行注\n          -  { 适用:  18:00, 规则:  '0991' }  \n# 行注\n   -\n    - # 二\n"
        "\n\n\n        -   # 注: 一\n            - '甲 #乙'   # 注: 一\n            -   \"- 甲\"  \n\n\n\n        -  是\n# 行注\n"
        '        - # 二\n            要求:   18:00\n            适用: "# 井"\n# 行注\n            是:  "“引”"\n# 行注\n'
    )
    with pytest.raises(RuleFileError) as caught:
        laid_out(odd)
    assert caught.value.code == "Y020"


def test_a_comment_that_would_break_the_file_leaves_it_alone() -> None:
    """Written again, what follows the second comment would stand on the wrong line."""
    odd = "版本:\n\n   - {规则: 甲}   # 注: 一\n   -   # 注: 一\n      规则:   甲\n   -   乙"
    with pytest.raises(RuleFileError) as caught:
        laid_out(odd)
    assert caught.value.code == "Y020"


def test_a_sign_that_looks_like_a_comment_inside_quotes_is_none() -> None:
    """The comment after it moves all the same."""
    assert laid_out("版本:  '甲 #乙' # 二\n") == "版本: '甲 #乙'  # 二\n"


@pytest.mark.parametrize(
    ("careless", "tidy"),
    [
        ("\n\n甲:   乙\n\n\n", "甲: 乙\n"),
        ("甲:\n- 乙\n-   丙", "甲:\n  - 乙\n  - 丙\n"),
        ("甲:\n      乙:\n            - 丙:   丁\n              戊: 己\n", "甲:\n  乙:\n    - 丙: 丁\n      戊: 己\n"),
        ("甲: [乙,丙 ,   丁]\n己: {庚:   辛}\n", "甲: [乙, 丙, 丁]\n己: {庚: 辛}\n"),
        ("甲: \"乙\"\n丙: '丁'\n戊: 己\n", "甲: \"乙\"\n丙: '丁'\n戊: 己\n"),
        ("甲: no\n乙: ~\n丙: 1_000\n丁: 1e5\n戊: 2024-08-31\n", "甲: no\n乙: ~\n丙: 1_000\n丁: 1e5\n戊: 2024-08-31\n"),
        ("甲: " + "很长的话 " * 60 + "完\n", "甲: " + "很长的话 " * 60 + "完\n"),
        ("甲: >\n  乙\n  丙\n", "甲: >\n  乙\n  丙\n"),
        ("甲:\n  - ~\n  - [~, no]\n", "甲:\n  - ~\n  - [~, no]\n"),
        ("甲:   # 注\n   乙: 丙\n#尾注\n", "甲:   # 注\n  乙: 丙\n#尾注\n"),
    ],
)  # fmt: skip
def test_there_is_one_layout(careless: str, tidy: str) -> None:
    """Two spaces a level, a blank after commas and colons, quotes as they were, long
    lines whole.
    """
    assert laid_out(careless) == tidy
    assert laid_out(tidy) == tidy
