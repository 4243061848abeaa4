"""What somebody probably meant, as it is to be written; nothing when it cannot be told."""

from __future__ import annotations

import pytest

from rules.hints import instant_meant, number_meant, yes_no_meant
from rules.vocabulary import Field, FieldType


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-08-31 24：00", "2024-08-31 24:00"),
        ("2024年8月31日24时", "2024-8-31 24:00"),
        ("2024/8/31 17:30", "2024-8-31 17:30"),
        ("2024.8.31 下午5点", "2024-8-31 17:00"),
        ("2024-08-31 下午5:30", "2024-08-31 17:30"),
        ("2024-08-31T24:00", "2024-08-31 24:00"),
        ("2024-08-31 24:00:00", "2024-08-31 24:00"),
        ("2024-8-31 24点整", "2024-8-31 24:00"),
        ("2024-08-31", "2024-08-31 24:00"),
        ("2024年8月31日", "2024-08-31 24:00"),
        ("8月31日", ""),
        ("尽快", ""),
    ],
)
def test_a_time_written_another_way_is_told_as_it_is_to_be_written(
    written: str, meant: str
) -> None:
    """A day alone ends at its midnight; without a year nothing is guessed."""
    assert instant_meant(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("8万元", "80000"),
        ("80,000", "80000"),
        ("８００００", "80000"),
        ("1.5万", "15000"),
        ("1.25万元", "12500"),
        ("八十", "80"),
        ("八万", "80000"),
        ("15人", "15"),
        ("5千", "5000"),
        ("1亿", "100000000"),
        ("1.5", ""),
        ("不限", ""),
        ("约8万", ""),
    ],
)
def test_a_number_written_another_way_keeps_its_size(written: str, meant: str) -> None:
    """A hint that drops 万 makes a limit ten thousand times too low."""
    assert number_meant(written) == meant


def test_a_number_in_a_field_that_counts_in_ten_thousands_keeps_its_digits() -> None:
    """8万元 is 8 there."""
    field = Field("申请金额", FieldType.INTEGER, labels=("申请金额（万元）",))
    assert [number_meant(raw, field) for raw in ("8万元", "8万", "80000元")] == ["8", "8", "80000"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("是的", "是"), ("YES", "是"), ("√", "是"), ("不认可", "否"), ("no", "否"), ("看情况", "")],
)
def test_yes_and_no_in_other_words(written: str, meant: str) -> None:
    """Whatever else is written is neither."""
    assert yes_no_meant(written) == meant
