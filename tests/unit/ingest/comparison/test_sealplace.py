"""Where a form asks for a seal, and where one was seen."""

from __future__ import annotations

import pytest

from ingest.comparison.sealplace import with_place
from ingest.reading import ScanLine, Seal, SealOutcome, SealReading


def stamped(*pages: int, outcome: SealOutcome = SealOutcome.STAMPED) -> SealReading:
    marks = tuple(
        Seal(page=page, bbox=(1, 1, 40, 40), diameter_mm=40, shape="circle", confidence=0.9) for page in pages
    )
    return SealReading(outcome=outcome, seals=marks, reason="有清晰的红色印章")


def line(page: int, text: str, confidence: float = 0.95) -> ScanLine:
    return ScanLine(page=page, row=1, text=text, confidence=confidence)


@pytest.mark.parametrize(
    "text", ["（盖章）", "填报单位（盖章）： 某某局", "单位 盖章：", "（单位公章）", "请在此加盖公章", "盖章处"]
)
def test_a_seal_on_another_page_than_the_one_that_asks_for_it_is_remarked_on(text: str) -> None:
    """The outcome stays: a seal is a seal."""
    found = with_place(stamped(3), [line(1, text), line(3, "附件")])

    assert found.outcome is SealOutcome.STAMPED
    assert found.reason == "有清晰的红色印章; 印章在第3页, 表上写明盖章的是第1页"


@pytest.mark.parametrize(
    ("seal", "lines"),
    [
        (stamped(3), [line(3, "（盖章）")]),
        (stamped(1, 3), [line(3, "（盖章）"), line(4, "（盖章）")]),
        (stamped(1), [line(3, "（盖章）")]),
        (stamped(3), []),
        (stamped(3), [line(1, "（盖章）", confidence=0.5)]),
        (stamped(3), [line(1, "Word版与盖章扫描件一并发送。")]),
        (stamped(3, outcome=SealOutcome.UNCERTAIN), [line(1, "（盖章）")]),
        (stamped(), [line(1, "（盖章）")]),
    ],
)
def test_nothing_is_remarked_when_the_page_agrees_or_nothing_clear_was_read(
    seal: SealReading, lines: list[ScanLine]
) -> None:
    """Also not of a mark that is no certain seal, of instructions that mention stamping, of pages nobody looked at."""
    assert with_place(seal, lines) == seal
