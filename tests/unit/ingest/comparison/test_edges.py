"""The first and the last words of a running text, told by where its lines stand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.comparison.edges import missing_ends, put_in_front
from ingest.comparison.telling import with_figures
from ingest.reading import ScanLine

FIRST, MIDDLE, LAST = (
    "成立由主要负责人任组长的领导小组，每年安排专项经费，",
    "建立考核与激励制度，明确责任人与完成时限，定期督查，",
    "保障项目按期完成。",
)
WHOLE = FIRST + MIDDLE + LAST


def lines(
    *texts: str, left: Sequence[float] = (), confidence: float = 0.99, page: int = 1
) -> list[ScanLine]:
    """Lines below each other, four millimetres a character."""
    lefts = [*left, *[60.0] * len(texts)]
    return [
        ScanLine(
            page=page,
            row=row,
            text=text,
            confidence=confidence,
            box=(lefts[row], 6.0 * row, lefts[row] + 4 * len(text), 6.0 * row + 4),
        )
        for row, text in enumerate(texts)
    ]


def missing(text: str, read: list[ScanLine], also: str = "") -> list[str]:
    """What is missing on a page that shows these lines."""
    page = with_figures("".join(line.text for line in read) + also)
    return list(missing_ends([with_figures(text)], read, page, 0.95))


def test_nothing_is_missing_of_a_text_that_was_read() -> None:
    """Nor where only some of its lines were."""
    assert missing(WHOLE, lines(FIRST, MIDDLE, LAST)) == []
    assert missing(WHOLE, lines(FIRST, LAST)) == []
    assert missing(WHOLE, lines(MIDDLE, LAST)) == []
    assert missing(WHOLE, lines(FIRST, MIDDLE)) == []


def test_the_last_line_ends_the_text() -> None:
    """Shorter than the others, with a full stop: what the Word file says behind it is not there."""
    longer = WHOLE + "具体方案另行报送。"

    assert missing(longer, lines(FIRST, MIDDLE, LAST)) == ["具体方案另行报送"]


def test_words_in_front_would_stand_on_the_first_line() -> None:
    """They are shorter than one."""
    assert missing("经集体研究，" + WHOLE, lines(FIRST, MIDDLE, LAST)) == ["经集体研究"]


@pytest.mark.parametrize(
    "read",
    [
        lines(FIRST, MIDDLE),
        lines(FIRST, MIDDLE, LAST.rstrip("。")),
        lines(FIRST, LAST, confidence=0.9),
        lines(LAST),
        [*lines(FIRST, MIDDLE), *lines(LAST, page=2)],
        [line.model_copy(update={"box": (0, 0, 0, 0)}) for line in lines(FIRST, MIDDLE, LAST)],
    ],
    ids=["a full line", "no full stop", "not sure", "one line", "two pages", "no places"],
)
def test_of_an_end_that_may_not_have_been_read_nothing_is_said(read: list[ScanLine]) -> None:
    """More of the text may stand there."""
    assert missing(WHOLE + "具体方案另行报送。", read) == []


@pytest.mark.parametrize(
    ("more", "left"),
    [("经集体研究，", [76.0]), (FIRST[:-1] + "等，", []), ("经", [])],
    ids=["further in", "a line long", "a character"],
)
def test_of_a_beginning_that_may_not_have_been_read_nothing_is_said(
    more: str, left: list[float]
) -> None:
    """A piece that begins further in may be cut off, a longer one may be a line by itself."""
    assert missing(more + MIDDLE + LAST, lines(MIDDLE, LAST, left=left)) == []


def test_a_paragraph_of_its_own_may_not_have_been_read() -> None:
    """It begins on a new line; what lacks in the same one is missing."""
    page = with_figures(WHOLE)
    paragraphs = [with_figures(WHOLE), with_figures("具体方案另行报送。")]

    assert list(missing_ends(paragraphs, lines(FIRST, MIDDLE, LAST), page, 0.95)) == []
    assert list(missing_ends(paragraphs[::-1], lines(FIRST, MIDDLE, LAST), page, 0.95)) == []


def test_a_line_of_another_text_below_is_not_the_last() -> None:
    """The label between them was not read."""
    read = lines(FIRST, MIDDLE, LAST, "每季度召开一次信息化工作例会并公布进展情况")

    assert missing(WHOLE + "具体方案另行报送。", read) == ["具体方案另行报送"]


def test_the_last_line_may_be_a_few_characters() -> None:
    """Then those of the line before count, too."""
    read = lines(FIRST, MIDDLE + "第二行写到", "这里。")

    assert missing(FIRST + MIDDLE + "第二行写到这里。具体方案另行报送。", read) == [
        "具体方案另行报送"
    ]


def test_what_stands_elsewhere_is_not_missing() -> None:
    """In a place that was not known to be the text's."""
    read = lines(FIRST, MIDDLE, LAST)

    assert missing(WHOLE + "具体方案另行报送。", read, also="具体方案另行报送") == []


def test_words_put_in_front_on_the_scan() -> None:
    """On the line of the first words, if it was read for sure."""
    text = with_figures(WHOLE)
    more = lines("经集体研究，" + FIRST, MIDDLE, LAST)
    unsure = lines("经集体研究，" + FIRST, confidence=0.9)

    assert list(put_in_front(text, more, 0.95)) == ["经集体研究"]
    assert list(put_in_front(text, unsure, 0.95)) == []
    assert list(put_in_front(text, lines(FIRST, MIDDLE), 0.95)) == []
    assert list(put_in_front("短", more, 0.95)) == []
