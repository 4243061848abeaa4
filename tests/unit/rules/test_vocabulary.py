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
    until_text,
)
from tests.unit.rules.writing import at


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
        ("X十", None),
    ],
)
def test_chinese_numbers(text: str, number: int | None) -> None:
    """With and without places."""
    assert chinese_number(text) == number


@pytest.mark.parametrize(
    ("text", "ppm"),
    [
        ("98%", 980_000), ("９８．５％", 985_000), ("0.98", 980_000), ("98", 980_000), ("1", 1_000_000), ("100%", 1_000_000),
        ("百分之九十八", 980_000), ("百分之九十八点五", 985_000), ("达到98%", 980_000), ("100.1%", None), ("百分之二百", None),
        ("百分之零点", None), ("百分之百分", None), ("98.123456789%", None), ("约", None), ("九成", None), ("百分之零零", 0),
        ("98﹪", 980_000), ("98.0 ％", 980_000), ("98／100", 980_000), ("0.5/100", 5_000), ("百分之98.6", 986_000), ("百分之0.5", 5_000),
        ("九十八点五%", 985_000), ("百分之百", 1_000_000), ("一百零一%", None), ("98 .5%", 985_000),
        ("98%以上", None), ("约98%", None), ("近98%", None), (">98%", None), ("不低于98%", None), ("不足98%", None), ("98%左右", None),
        ("九成八", None), ("98%-99%", None), ("98%;99%", None), ("98%\n99%", None), ("9 8%", None), ("98 99", None), ("98‰", None),
        ("教师98%，学生99%", None), ("98,5%", None), ("-98%", None),
        ("9,8%", None), ("98。5%", 985_000), ("98·5%", 985_000), ("百分百", 1_000_000),
        ("1.5", 15_000), ("百分之一百点零零零一", None), ("约九十八%", None), ("百分之九十八点零五", 980_500), ("100.0001%", None),
    ],
)  # fmt: skip
def test_percentages(text: str, ppm: int | None) -> None:
    """A value over 100 % is not believed; what is only a bound, a range or two numbers is none."""
    assert parse_percent(text) == ppm


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024年8月31日", "2024-08-31"), ("2024.8.31", "2024-08-31"), ("2024/08/31", "2024-08-31"), ("20240831", "2024-08-31"),
        ("二〇二四年八月三十一日", "2024-08-31"), ("2024-02-30", None), ("八月三十一日", None), ("二〇二四年十三月一日", None),
        ("二〇二四年十十月一日", None), ("2024", None), ("2024—8–31", "2024-08-31"), ("二O二四年八月三十一日", "2024-08-31"),
        ("二0二四年八月三十一日", "2024-08-31"), ("2 0 2 4 年 8 月 31 日", "2024-08-31"), ("2024年8月3 1日", None), ("24.8.31", None),
        ("8月31日", None), ("2024年8月", None), ("2024年8月31日至9月6日", None), ("2024.8.31-2024.9.6", None), ("1024年8月31日", None),
        ("99991231", None), ("31/8/2024", None), ("2024年8月31日前", None), ("2024年8月31日 2024年9月1日", None),
        ("2024年八月卅一日", "2024-08-31"), ("二〇二四年8月廿二日", "2024-08-22"), ("2024、8、31", "2024-08-31"),
        ("二〇二四年元月一日", "2024-01-01"), ("二〇二四年八月十十日", None), ("二〇二四年八月", None),
    ],
)  # fmt: skip
def test_dates(text: str, day: str | None) -> None:
    """A day that does not exist, lacks its year or is one of two is no day."""
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2024-08-31 24:00", 1_725_120_000),
        ("2024-09-01 00:00", 1_725_120_000),
        ("2024-08-31 23:59", 1_725_119_940),
        ("2024-08-31 24:01", None),
        ("2024-08-31 25:00", None),
        ("2024-08-31 12:60", None),
        ("2024-02-30 12:00", None),
        ("2024-08-31", None),
    ],
)
def test_instants_are_beijing_time_to_the_minute(text: str, seconds: int | None) -> None:
    """24:00 ends the day."""
    assert parse_instant(text) == seconds


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,200人", 1200), ("共12个", 12), ("约15", None), ("三", None), ("1,20", None), ("-1", None), ("0", 0), ("3万元", None),
        ("1.2万", None), ("12 13", None), ("12\n13", None), ("12-13", None), ("1200余人", None), ("12.5", None),
        ("一百二十六人", 126), ("壹佰贰拾陆", 126), ("一千零五", 1005), ("126.0", 126), ("126.00", 126), ("3.000人", None), ("一百二", None), ("十五六", None),
        ("百余人", None), ("二三", None),
    ],
)  # fmt: skip
def test_whole_numbers(text: str, number: int | None) -> None:
    """With a counting word; about, ranges, ten thousands and two numbers are none."""
    assert parse_integer(text) == number


@pytest.mark.parametrize(
    ("label", "text", "number"),
    [
        ("金额（元）", "3万元", None), ("金额（元）", "30000元", 30_000), ("金额（万元）", "3万元", 3), ("金额（万元）", "30000元", None),
        ("金额（万元）", "3", 3),
    ],
)  # fmt: skip
def test_money_is_read_in_the_unit_of_its_label(label: str, text: str, number: int | None) -> None:
    """Ten thousand times too much or too little would be worse than nothing."""
    assert parse_value(Field("金额", FieldType.INTEGER, labels=(label,)), text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("138-0000-0000", "13800000000"),
        ("电话 138 0000 0000", "13800000000"),
        ("+86 13800000000", "13800000000"),
        ("0086-13800000000", "13800000000"),
        ("(0991)8878035", "0991-8878035"),
        ("0991-8878035", "0991-8878035"),
        ("09918878035", "0991-8878035"),
        ("0991 887 8035", "0991-8878035"),
        ("0991 887 80351", None),
        ("010 6601 2345", "010-66012345"),
        ("0991—8878035转12", "0991-8878035-12"),
        ("0991-\n8878035", "0991-8878035"),
        ("13800000000\n0991-\n8878035", "13800000000"),
        ("(0991)-\n8878035", "0991-8878035"),
        ("0991-8878035(12)", "0991-8878035-12"),
        ("0991-8878035-12", "0991-8878035-12"),
        ("8878035", "8878035"),
        ("400-810-8888", "4008108888"),
        ("12345", None),
        ("无", None),
        ("13800000000/13900000000", "13800000000"),
        ("0991-8878035 13800000000", "0991-8878035"),
        ("2024-08-31 0991-8878035", "0991-8878035"),
        ("传真0991-8878036，电话0991-8878035", "0991-8878035"),
        ("传真0991-8878036", None),
        ("FAX: 0991-8878036", None),
        ("fax 0991-8878036", None),
        ("138000000001", None),
        ("1380000000", None),
        ("65010219900101123X", None),
        ("650102199001011234", None),
        ("20240831", None),
        ("O991-8878035", None),
        ("0991_8878035", None),
        ("+86 991 8878035", "0991-8878035"),
        ("0086-991-8878035", "0991-8878035"),
        ("0991-8878035 转分机 12", "0991-8878035-12"),
        ("0991-8878035（转12）", "0991-8878035-12"),
        ("0991-8878035*12", "0991-8878035-12"),
        ("0991-8878035（12楼）", "0991-8878035"),
        ("138 000 00000", "13800000000"),
        ("138.0000.0000", "13800000000"),
        ("12 0991-8878035", "0991-8878035"),
    ],
)
def test_telephone_numbers(text: str, number: str | None) -> None:
    """The first one given, always spelt alike; never a piece of a longer row of digits."""
    assert parse_telephone(text) == number


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("邮箱: A.b@Example.COM；c@d.cn", "a.b@example.com"),
        ("a@b.cn c@d.cn", "a@b.cn"),
        ("a@b.cn\nc@d.cn", "a@b.cn"),
        ("无", None),
        ("a @ qq.com", "a@qq.com"),
        ("a＠ｑｑ．com", "a@qq.com"),
        ("张三a@163.com教务处", "a@163.com"),
        ("zhang\n@163.com", "zhang@163.com"),
        ("o'neil@b.cn", "o'neil@b.cn"),
        ("o’neil@b.cn", "o'neil@b.cn"),
        ("O‘Neil@b.cn；c@d.cn", "o'neil@b.cn"),
        ("邮箱 oʼneil@b.cn", "o'neil@b.cn"),
        ("“a@b.cn”", "a@b.cn"),
        ("'a-b_c@b.cn'", "a-b_c@b.cn"),
        ("a@163.com0991-8878035", None),
        ("a@163.com832000", None),
        ("zhang san@163.com", None),
        ("zhang@xj.gov\n.cn", None),
        ("a@qq.co m; b@qq.com", None),
        ("zhang san@163.com; b@qq.com", None),
        ("a@qq", None),
        ("a#qq.com", None),
        ("a@qq,com;b@qq,com", None),
        ("张三 a\u200bb@qq.com", "ab@qq.com"),
        ("ab\u200b@qq.com、cd@qq.com", "ab@qq.com"),
        ("c d a@qq.com x b@qq.com", None),
        ("教师; 张三; a@qq.com; 李四 x; b@qq.com", "a@qq.com"),
        ("x; 张三; a@qq.com; b@qq.com", "a@qq.com"),
        ("a@qq.com; 李四; x; b@qq.com", "a@qq.com"),
    ],
)
def test_addresses(text: str, address: str | None) -> None:
    """Small letters, the first of several; a blank that may stand inside makes it unreadable."""
    assert parse_email(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "tm\u0455ks@b.cn",  # Cyrillic
        "\u0131ms@b.cn",  # a Turkish i without its dot
        "a@edu.b.\u0441n",
        "a@b.cn\u0430",
        "tmsks\u2013jyj@b.cn",
        "tmsks\u2014\u2014jyj@b.cn",
        "tmsks'jyj@b.cn",
        "1.tmsks@b.cn",
        "tmsks&jyj@b.cn",
        "tmsks。jyj@b.cn",
        "tmsks·jyj@b.cn",
        "tmsks，jyj@b.cn",
        "tmsks\\jyj@b.cn",
        "tmsks#jyj @b.cn",
        "a@exam-\nple.cn",
    ],
)
def test_an_address_that_may_begin_or_end_elsewhere_is_not_known(text: str) -> None:
    """Letters of other alphabets look like ours, and a program may have put a dash for a hyphen:
    what can be read of the address would be another's.
    """
    assert parse_email(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "邮箱——a@b.cn",
        "13999330077，a@b.cn",
        "麦玉清、a@b.cn",
        "（a@b.cn）",
        "http://a@b.cn",
        "①a@b.cn ②c@d.cn",
    ],
)
def test_what_divides_words_divides_an_address_from_them(text: str) -> None:
    """A dash behind a Chinese word, a comma behind digits."""
    assert parse_email(text) == "a@b.cn"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("91350100M000100Y43", "91350100M000100Y43"),
        ("9135 0100m000100y43", "91350100M000100Y43"),
        ("91350100M000100Y44", None),
        ("9135-0100—M000·100Y43", "91350100M000100Y43"),
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
def test_a_value_is_shown_as_people_write_it(
    of: Field,
    value: str | int | bool | tuple[str, ...],
    shown: str,
) -> None:
    """In letters and explanations."""
    assert show_value(of, value) == shown


def test_the_text_of_a_fact_is_known_text_or_nothing() -> None:
    """Never the printed form of something else."""
    assert Fact.known("甲").text == "甲"
    assert Fact.known(5).text is None
    assert Fact.blank().text is None


@pytest.mark.parametrize(
    ("end", "text"),
    [
        ("2024-09-01T00:00:00", "2024-08-31 24:00"),
        ("2024-08-31T18:00:00", "2024-08-31 18:00"),
        ("2024-09-01T00:30:00", "2024-09-01 00:30"),
    ],
)
def test_a_deadline_is_written_as_notices_write_it(end: str, text: str) -> None:
    """Midnight is 24:00 of the day before."""
    assert until_text(at(end)) == text


def test_days_are_of_this_century_and_the_last() -> None:
    """Others are slips of the pen."""
    days = ("1899-12-31", "1900-01-01", "2099-12-31", "2100-01-01")
    assert [parse_date(day) for day in days] == [None, "1900-01-01", "2099-12-31", None]
