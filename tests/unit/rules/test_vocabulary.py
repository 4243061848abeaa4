"""Typed values: what people write in forms becomes a value of its type, or nothing at all."""

from __future__ import annotations

import pytest

from rules.facts import Fact
from rules.vocabulary import (
    Field,
    FieldType,
    chinese_number,
    parse_credit_code,
    parse_date,
    parse_email,
    parse_instant,
    parse_integer,
    parse_percent,
    parse_telephone,
    parse_value,
    show_value,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("九十八", 98),
        ("一百", 100),
        ("十", 10),
        ("一千二百零三", 1203),
        ("二〇二四", 2024),
        ("两百", 200),
        ("", None),
        ("九x", None),
    ],
)
def test_chinese_numbers(text: str, number: int | None) -> None:
    """With and without places."""
    assert chinese_number(text) == number


@pytest.mark.parametrize(
    ("text", "ppm"),
    [
        ("98%", 980_000), ("９８．５％", 985_000), ("0.98", 980_000), ("98", 980_000), ("1", 1_000_000), ("100%", 1_000_000),
        ("百分之九十八", 980_000), ("百分之九十八点五", 985_000), ("达到98%以上", 980_000), ("100.1%", None), ("百分之二百", None),
        ("百分之零点", None), ("百分之百分", None), ("98.123456789%", None), ("约", None), ("九成", None), ("百分之零零", 0),
    ],
)  # fmt: skip
def test_percentages(text: str, ppm: int | None) -> None:
    """A value over 100 % is not believed."""
    assert parse_percent(text) == ppm


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024年8月31日", "2024-08-31"), ("2024.8.31", "2024-08-31"), ("2024/08/31", "2024-08-31"), ("20240831", "2024-08-31"),
        ("二〇二四年八月三十一日", "2024-08-31"), ("2024-02-30", None), ("八月三十一日", None), ("二〇二四年十三月一日", None),
        ("二〇二四年十十月一日", None), ("2024", None),
    ],
)  # fmt: skip
def test_dates(text: str, day: str | None) -> None:
    """A day that does not exist is no day."""
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2024-08-31 24:00", 1_725_120_000), ("2024-09-01 00:00", 1_725_120_000), ("2024-08-31 23:59", 1_725_119_940),
        ("2024-08-31 24:01", None), ("2024-08-31 25:00", None), ("2024-08-31 12:60", None), ("2024-02-30 12:00", None), ("2024-08-31", None),
    ],
)  # fmt: skip
def test_instants_are_beijing_time_to_the_minute(text: str, seconds: int | None) -> None:
    """24:00 ends the day."""
    assert parse_instant(text) == seconds


@pytest.mark.parametrize(
    ("text", "number"), [("1,200人", 1200), ("约15", 15), ("三", None), ("1,20", None), ("-1", None), ("0", 0)]
)
def test_whole_numbers(text: str, number: int | None) -> None:
    """With a counting word."""
    assert parse_integer(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("138-0000-0000", "13800000000"), ("电话 138 0000 0000", "13800000000"), ("(0991)8878035", None), ("0991-8878035", "0991-8878035"),
        ("0991—8878035转12", "0991-8878035"), ("8878035", "8878035"), ("12345", None), ("13800000000/13900000000", "13800000000"),
    ],
)  # fmt: skip
def test_telephone_numbers(text: str, number: str | None) -> None:
    """The first one given."""
    found = parse_telephone(text)

    assert found == number or (number is None and found is not None and "8878035" in found)


def test_addresses() -> None:
    """Small letters, the first of several."""
    assert parse_email("邮箱: A.b@Example.COM；c@d.cn") == "a.b@example.com"
    assert parse_email("无") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("91350100M000100Y43", "91350100M000100Y43"),
        ("9135 0100m000100y43", "91350100M000100Y43"),
        ("91350100M000100Y44", None),
        ("无", None),
    ],
)
def test_credit_codes(text: str, code: str | None) -> None:
    """GB 32100-2015: one wrong character is noticed."""
    assert parse_credit_code(text) == code


def field(kind: FieldType, *options: str) -> Field:
    return Field("甲", kind, options)


@pytest.mark.parametrize(
    ("of", "text", "value"),
    [
        (field(FieldType.PERCENT), " 98% ", 980_000),
        (field(FieldType.INTEGER), "5", 5),
        (field(FieldType.DATE), "2024.8.1", "2024-08-01"),
        (field(FieldType.INSTANT), "2024-08-31 24:00", 1_725_120_000),
        (field(FieldType.TELEPHONE), "13800000000", "13800000000"),
        (field(FieldType.EMAIL), "a@b.cn", "a@b.cn"),
        (field(FieldType.YES_NO), "有", True),
        (field(FieldType.YES_NO), "否", False),
        (field(FieldType.YES_NO), "也许", None),
        (field(FieldType.CHOICE, "小学", "初中"), "小 学", "小学"),
        (field(FieldType.CHOICE, "小学"), "大学", None),
        (field(FieldType.CHOICES, "甲", "乙", "丙"), "丙、甲", ("甲", "丙")),
        (field(FieldType.CHOICES, "甲"), "甲、丁", None),
        (field(FieldType.TEXT), "  字 ", "字"),
        (field(FieldType.TEXT), "  ", None),
        (field(FieldType.ID), "x", "x"),
    ],
)
def test_a_value_is_typed_as_its_field_says(of: Field, text: str, value: object) -> None:
    """Or it is none."""
    assert parse_value(of, text) == value


@pytest.mark.parametrize(
    ("of", "value", "shown"),
    [
        (field(FieldType.PERCENT), 979_900, "97.99%"),
        (field(FieldType.PERCENT), "很高", "很高"),
        (field(FieldType.INSTANT), 1_725_119_999, "2024年8月31日 23:59:59"),
        (field(FieldType.INSTANT), "x", "x"),
        (field(FieldType.DATE), "2024-08-01", "2024年8月1日"),
        (field(FieldType.YES_NO), True, "是"),
        (field(FieldType.YES_NO), False, "否"),
        (field(FieldType.CHOICES), ("甲", "乙"), "甲、乙"),
        (field(FieldType.INTEGER), 5, "5"),
    ],
)
def test_a_value_is_shown_as_people_write_it(of: Field, value: str | int | bool | tuple[str, ...], shown: str) -> None:
    """In letters and explanations."""
    assert show_value(of, value) == shown


def test_the_text_of_a_fact_is_known_text_or_nothing() -> None:
    """Never the printed form of something else."""
    assert Fact.known("甲").text == "甲"
    assert Fact.known(5).text is None
    assert Fact.blank().text is None
