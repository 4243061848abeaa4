"""The final report of a call."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ingest.handover.report import Story, Told, report_text, span_text
from rules.verdict import Outcome
from rules.vocabulary import BEIJING
from tests.unit.notifier.invented import FAINT, NO_SCAN, entry, finding, load_first_call, verdict

AT = datetime(2024, 8, 20, 9, tzinfo=BEIJING)


def test_the_report_counts_entries_reasons_rounds_and_time() -> None:
    """By the decision in force; a reason that was mended stays counted in brackets."""
    bad = verdict(entry("一校", finding(NO_SCAN, Outcome.RETURN)), entry("二校"))
    good = verdict(entry("一校"), entry("二校"))
    stories = [
        Story(
            "示范校",
            (AT,),
            (Told(AT + timedelta(minutes=10), bad), Told(AT + timedelta(days=3), good)),
        ),
        Story(
            "示范校",
            (AT,),
            (Told(AT + timedelta(hours=5), verdict(entry("三校", finding(FAINT, Outcome.REFER)))),),
        ),
        Story("示范区", (AT,), ()),
    ]
    text = report_text(load_first_call(), stories, 7, AT)
    for words in (
        "来件 7 封，案卷 3 个", "示范校: 申报项 3 个，其中受理 2、转人工 1", "示范区: 申报项 0 个",
        "T01 未达到“缺少盖章扫描件”: 0 个案卷（1）", "T01 待核：印章核验: 1 个案卷（1）",
        "退回补正 1 次: 1 个案卷", "退回补正 0 次: 2 个案卷",
        "最长 5.0 小时", "最长 3.0 天",
    ):  # fmt: skip
        assert words in text, words


def test_a_call_without_cases_has_a_report() -> None:
    """It says that there is nothing."""
    text = report_text(load_first_call(), [], 0, AT)
    assert "没有" in text
    assert "还没有裁定" in text


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(minutes=-1), "0 分钟"),
        (timedelta(minutes=89), "89 分钟"),
        (timedelta(hours=5), "5.0 小时"),
        (timedelta(hours=72), "3.0 天"),
    ],
)
def test_spans_are_told_in_the_unit_people_use(span: timedelta, text: str) -> None:
    """Minutes, hours, days."""
    assert span_text(span) == text
