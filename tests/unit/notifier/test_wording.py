from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from notifier.wording import (
    clean_file_name,
    clean_line,
    date_text,
    days_left,
    deadline_text,
    exact_moment,
    full_width,
    moment,
    name_list,
    remaining,
    short_moment,
    size_text,
)
from rules.vocabulary import BEIJING

END = datetime(2024, 9, 1, tzinfo=BEIJING)


def test_instants_are_told_in_beijing_time() -> None:
    """Whatever zone they come in."""
    instant = datetime(2024, 8, 30, 16, 30, 5, tzinfo=UTC)
    assert moment(instant) == "2024年8月31日 00:30"
    assert exact_moment(instant) == "2024年8月31日 00:30:05"
    assert date_text(date(2024, 8, 1)) == "2024年8月1日"
    assert short_moment(instant) == "8月31日 00:30"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("没有颜色(黑白或灰度扫描), 有印章形状", "没有颜色（黑白或灰度扫描），有印章形状"),
        ("已发出 20 封信函,达到上限; 请查看: 发件箱", "已发出 20 封信函，达到上限；请查看：发件箱"),
        ("2024年9月14日 10:05到期, 80.9 MB", "2024年9月14日 10:05到期，80.9 MB"),
        (
            "550 User not found, see http://a.example/x;y (code 5)",
            "550 User not found, see http://a.example/x;y (code 5)",
        ),
    ],
)
def test_punctuation_between_chinese_is_full_width(text: str, shown: str) -> None:
    """As offices print it; times, links and a server's English words stay."""
    assert full_width(text) == shown


def test_a_deadline_at_midnight_is_the_end_of_the_day_before() -> None:
    """24:00 is what the notice says, not 0:00 of the next day."""
    assert deadline_text(END) == "2024年8月31日（星期六）24:00"
    assert (
        deadline_text(datetime(2024, 8, 30, 17, 30, tzinfo=BEIJING))
        == "2024年8月30日（星期五）17:30"
    )


@pytest.mark.parametrize(
    ("before", "days", "words"),
    [
        (timedelta(0), -1, "已截止"),
        (timedelta(seconds=1), 0, "今天截止"),
        (timedelta(hours=24), 0, "今天截止"),
        (timedelta(hours=24, seconds=1), 1, "还有 1 天"),
        (timedelta(days=10), 9, "还有 9 天"),
        (timedelta(days=-3), -1, "已截止"),
    ],
)
def test_days_left_count_beijing_days(before: timedelta, days: int, words: str) -> None:
    """The last day itself is none, a second after it is too late; the asker's zone does
    not matter.
    """
    assert days_left(END, (END - before).astimezone(UTC)) == days
    assert remaining(END, END - before) == words


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 字节"),
        (1023, "1023 字节"),
        (1024, "1.0 KB"),
        (3_355_443, "3.2 MB"),
        (1_048_576, "1.0 MB"),
    ],
)
def test_sizes_are_told_in_the_unit_that_fits(size: int, text: str) -> None:
    """As Windows counts them."""
    assert size_text(size) == text


def test_a_line_is_cleaned_and_cut() -> None:
    """One line, no hidden characters, the cut marked."""
    assert clean_line(" a\r\n\tb\u200b\u202ec\x00  d ") == "a bc d"
    assert clean_line("\ue123\U00031350") == "\ue123\U00031350", "rare characters of names stay"
    assert clean_line("长" * 100, 10) == "长" * 9 + "…"
    assert clean_line("见 http://a.example") == "见 http：//a.example"
    assert clean_line("见 http://a.example", links=True) == "见 http://a.example"


def test_a_long_file_name_keeps_its_extension() -> None:
    """The end of a name is what tells a document from a program."""
    assert (
        clean_file_name("长" * 100 + "（盖章）.pdf")
        == "长" * 47 + "…" + "长长长长" + "（盖章）.pdf"
    )
    assert clean_file_name("") == "（无文件名）"


def test_a_long_list_of_names_is_counted() -> None:
    """Short ones are given whole."""
    assert name_list(["甲", "乙"]) == "甲、乙"
    assert name_list(["甲", "乙", "丙"], 2) == "甲、乙等 3 家"
