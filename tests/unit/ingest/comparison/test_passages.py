"""A sentence put in, one taken out, a figure changed in the running text of a scan."""

from __future__ import annotations

import pytest

from ingest.comparison.passages import Change, Run, changes

TEXT = "成立以校长为组长的领导小组每年安排信息化运维经费35万元教师培训不少于50学时建立考核激励机制并纳入年度工作要点"
ADDED = "另由师市财政追加专项资金200万元"


def found(
    scan: str, *, confidence: float = 0.99, legible: bool = True, elsewhere: str = ""
) -> list[Change]:
    """The changes in a scan's text, twenty characters a line."""
    lines = [Run(scan[start : start + 20], confidence) for start in range(0, len(scan), 20)]
    return list(changes(TEXT, lines, elsewhere, scan, sure=0.9, sure_digits=0.95, legible=legible))


def test_the_same_text_has_no_change() -> None:
    """Nor has one with misread characters, a lost one or a double one."""
    assert found(TEXT) == []
    assert found(TEXT.replace("领导", "领寻").replace("考核", "考").replace("年度", "年年度")) == []


@pytest.mark.parametrize("behind", ["领导小组", "50学时", "年度工作要点"])
def test_a_sentence_put_in_is_named(behind: str) -> None:
    """Wherever in the text it stands."""
    (change,) = found(TEXT.replace(behind, behind + ADDED))

    assert ADDED[:-2] in change.scan


def test_a_sentence_taken_out_is_named_only_on_a_legible_scan() -> None:
    """What was not read may stand there all the same."""
    scan = TEXT.replace("每年安排信息化运维经费35万元", "")

    assert [change.word for change in found(scan)] == ["每年安排信息化运维经费35万元"]
    assert found(scan, legible=False) == []


def test_another_figure_is_named_when_it_was_read_clearly() -> None:
    """85 for 35."""
    scan = TEXT.replace("35万元", "85万元")

    assert found(scan) == [Change("3", "8")]
    assert found(scan, confidence=0.93) == []


def test_what_stands_elsewhere_in_the_file_was_not_put_in() -> None:
    """A neighbour's cell, a declaration that is printed on every form."""
    assert found(TEXT.replace("50学时", "50学时" + ADDED), elsewhere=f"填表说明{ADDED}") == []
    assert found(TEXT[:20] + "完全是另一篇文字" * 6) == []


def test_poorly_read_lines_put_nothing_in() -> None:
    """Nor does an empty place."""
    assert found(TEXT.replace("50学时", "50学时" + ADDED), confidence=0.8) == []
    assert found("") == []


def test_other_words_in_the_place_of_some_are_named() -> None:
    """Even at the end, and where the line between was not read at all."""
    scan = TEXT[: TEXT.index("建立考核")] + "用于更新教学终端"

    assert [change.scan for change in found(scan)] == ["用于更新教学终端"]
    assert found(TEXT[: TEXT.index("建立考核")]) == []
