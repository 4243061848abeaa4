"""The words rules may use: objects, their fields and the fields' types, generated from the call.

Typing of single values (percent, date ...) lives here too, because rule constants, form cells and examples must
be read by the same code. Reading documents does not come in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from stdnum.cn import uscc

from rules.facts import Value

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has one zone and no summer time since 1991; calls are judged in it."""


class FieldType(StrEnum):
    """The types a field can have, by the name used in ``call.yaml``."""

    TEXT = "文本"
    LONG_TEXT = "长文本"
    INTEGER = "整数"
    PERCENT = "百分比"
    DATE = "日期"
    INSTANT = "时间"
    YES_NO = "是否"
    CHOICE = "选项"
    CHOICES = "多选"
    TELEPHONE = "电话"
    EMAIL = "邮箱"
    CREDIT_CODE = "信用代码"
    ID = "标识"


ORDERED = frozenset({FieldType.INTEGER, FieldType.PERCENT, FieldType.DATE, FieldType.INSTANT})
TEXTUAL = frozenset(
    {
        FieldType.TEXT,
        FieldType.LONG_TEXT,
        FieldType.TELEPHONE,
        FieldType.EMAIL,
        FieldType.CREDIT_CODE,
        FieldType.ID,
    }
)


@dataclass(frozen=True)
class Field:
    """One field of an object: its name, type and, for choices, the options."""

    name: str
    type: FieldType
    options: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()  #: how the form's blank cell may be labelled; empty for computed fields


Vocabulary = Mapping[str, Mapping[str, Field]]
"""Object kind -> field name -> field."""


def normalise(text: str) -> str:
    """The form in which names are compared: NFKC, no white space, no dashes of decoration, lower case."""
    return re.sub(r"[\s\u200b\ufeff]+", "", unicodedata.normalize("NFKC", text)).lower()


_DIGITS = {char: index for index, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}


def chinese_number(text: str) -> int | None:
    """``九十八`` -> 98, ``一百`` -> 100, ``二〇二四`` -> 2024; None when it is no such number (up to 9999)."""
    if not text or any(char not in _DIGITS and char not in "十百千" for char in text):
        return None
    if not any(char in "十百千" for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
    return total + digit


def parse_percent(raw: str) -> int | None:
    """A percentage in parts per million: ``98%``, ``９８．５％``, ``0.98``, ``百分之九十八``, ``98.00``; else None.

    A bare number up to 1 is a share, above 1 a percentage; a value over 100 % is not believed.
    """
    text = normalise(raw).replace(",", "")
    match = re.fullmatch(
        r"(?:约|达到?|为)?百分之([零〇○一二三四五六七八九十百两]+)(?:点([零〇○一二三四五六七八九]+))?(?:以上)?", text
    )
    if match:
        whole = chinese_number(match[1])
        assert whole is not None  # the pattern lets nothing else through
        fraction = "".join(str(_DIGITS[char]) for char in match[2] or "")
        ppm = whole * 10_000 + round(float(f"0.{fraction or 0}") * 10_000)
    else:
        match = re.fullmatch(r"(?:约|达到?|为)?(\d{1,3}(?:\.\d{1,8})?)(%)?(?:以上)?", text)
        if not match:
            return None
        number = float(match[1])
        ppm = round(number * (10_000 if match[2] or number > 1 else 1_000_000))
    return ppm if ppm <= 1_000_000 else None


def parse_date(raw: str) -> str | None:
    """A day as ISO text: ``2024年8月31日``, ``2024.8.31``, ``2024/08/31``, ``20240831``, ``二〇二四年八月三十一日``."""
    text = normalise(raw)
    match = re.fullmatch(r"(\d{4})[年.\-/](\d{1,2})[月.\-/](\d{1,2})[日号]?", text) or re.fullmatch(
        r"(\d{4})(\d{2})(\d{2})", text
    )
    parts: list[int | None]
    if match:
        parts = [int(group) for group in match.groups()]
    else:
        match = re.fullmatch(
            r"([零〇○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]", text
        )
        parts = [chinese_number(group) for group in match.groups()] if match else []
    try:
        return date(*[part for part in parts if part is not None]).isoformat() if len(parts) == 3 else None
    except (ValueError, TypeError):
        return None


def parse_instant(raw: str) -> int | None:
    """A Beijing wall-clock time to the minute, ``2024-08-31 24:00``, as seconds since the epoch; 24:00 ends the day."""
    match = re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?) (\d\d?):(\d\d)", raw.strip())
    if not match:
        return None
    year, month, day, hour, minute = map(int, match.groups())
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    try:
        midnight = datetime(year, month, day, tzinfo=BEIJING)
    except ValueError:
        return None
    return int((midnight + timedelta(hours=hour, minutes=minute)).timestamp())


def instant_text(seconds: int) -> str:
    """Seconds since the epoch as :func:`parse_instant` reads them, ``2024-09-01 00:00``."""
    return datetime.fromtimestamp(seconds, BEIJING).strftime("%Y-%m-%d %H:%M")


def until_text(end: datetime) -> str:
    """The first instant that is too late as notices write it: midnight is 24:00 of the day before."""
    local = end.astimezone(BEIJING)
    day = local - timedelta(days=1)
    return f"{day:%Y-%m-%d} 24:00" if (local.hour, local.minute) == (0, 0) else f"{local:%Y-%m-%d %H:%M}"


def parse_integer(raw: str) -> int | None:
    """A whole number, with thousands separators or a counting word after it (``1,200人``)."""
    match = re.fullmatch(
        r"(?:约)?(\d{1,3}(?:,\d{3})+|\d{1,15})(?:人|名|个|所|台|间|万元|元|年|次|套|门|项)?", normalise(raw)
    )
    return int(match[1].replace(",", "")) if match else None


def parse_telephone(raw: str) -> str | None:
    """A Chinese mobile or landline number, digits and ``-`` only; the first one when several are given.

    A mobile number written in groups (``138-0000-0000``) loses its dashes, so that all spellings compare equal.
    """
    match = re.search(
        r"1[3-9]\d-?\d{4}-?\d{4}|0\d{2,3}-?\d{7,8}(?:-\d{1,5})?|(?<!\d)\d{7,8}(?!\d)",
        re.sub(r"(?<=\d)[\s()](?=\d)", "", unicodedata.normalize("NFKC", raw)).replace("—", "-"),
    )
    if not match:
        return None
    return match[0].replace("-", "") if match[0][0] == "1" else match[0]


def parse_email(raw: str) -> str | None:
    """The first e-mail address in the text, lower case."""
    match = re.search(r"[a-z0-9._%+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+", normalise(raw))
    return match[0] if match else None


def parse_credit_code(raw: str) -> str | None:
    """A 统一社会信用代码 in capitals, when its check character is right (GB 32100-2015); else None."""
    code = re.sub(r"[-—·]", "", normalise(raw)).upper()
    return code if uscc.is_valid(code) else None


_PARSERS: Mapping[FieldType, Callable[[str], Value | None]] = {
    FieldType.PERCENT: parse_percent,
    FieldType.INTEGER: parse_integer,
    FieldType.DATE: parse_date,
    FieldType.INSTANT: parse_instant,
    FieldType.TELEPHONE: parse_telephone,
    FieldType.EMAIL: parse_email,
    FieldType.CREDIT_CODE: parse_credit_code,
    FieldType.YES_NO: {"是": True, "有": True, "否": False, "无": False}.get,
}


def parse_value(field: Field, raw: str) -> Value | None:
    """``raw`` typed as ``field`` says, or None when it cannot be read as that."""
    text = raw.strip()
    if field.type in _PARSERS:
        return _PARSERS[field.type](text)
    if field.type is FieldType.CHOICE:
        return next((option for option in field.options if normalise(option) == normalise(text)), None)
    if field.type is FieldType.CHOICES:
        wanted = {normalise(piece) for piece in re.split(r"[、,，;；\s]+", text) if piece}
        chosen = tuple(option for option in field.options if normalise(option) in wanted)
        return chosen if len(chosen) == len(wanted) else None
    return text or None


def show_value(field: Field, value: Value) -> str:
    """``value`` as a person writes it."""
    if field.type is FieldType.PERCENT:
        return f"{int(value) / 10_000:g}%" if not isinstance(value, str | tuple) else str(value)
    if field.type is FieldType.INSTANT and isinstance(value, int):
        return datetime.fromtimestamp(value, BEIJING).strftime("%Y年%-m月%-d日 %H:%M:%S")
    if field.type is FieldType.DATE and isinstance(value, str):
        day = date.fromisoformat(value)
        return f"{day.year}年{day.month}月{day.day}日"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(value) if isinstance(value, tuple) else str(value)
