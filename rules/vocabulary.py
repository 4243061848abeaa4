"""The words rules may use: objects, their fields and the fields' types, generated from the call.

Typing of single values (percent, date ...) lives here too, because rule constants, form cells and
examples must be read by the same code. Reading documents does not come in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from stdnum.cn import uscc

from rules.amounts import decimal_text, money_text, parse_decimal, parse_money
from rules.characters import folded
from rules.facts import Value
from rules.shorttexts import once_if_short

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has one zone and no summer time since 1991; calls are judged in it."""


class FieldType(StrEnum):
    """The types a field can have, by the name used in ``call.yaml``."""

    TEXT = "文本"
    LONG_TEXT = "长文本"
    INTEGER = "整数"
    PERCENT = "百分比"
    DECIMAL = "小数"
    MONEY = "金额"
    DATE = "日期"
    INSTANT = "时间"
    YES_NO = "是否"
    CHOICE = "选项"
    CHOICES = "多选"
    TELEPHONE = "电话"
    EMAIL = "邮箱"
    CREDIT_CODE = "信用代码"
    ID = "标识"


ORDERED = frozenset(
    {
        FieldType.INTEGER,
        FieldType.PERCENT,
        FieldType.DECIMAL,
        FieldType.MONEY,
        FieldType.DATE,
        FieldType.INSTANT,
    }
)
SUMMABLE = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY})
"""What amounts to something when it is added up; shares do not."""
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
    #: how the form's blank cell may be labelled; empty for computed fields
    labels: tuple[str, ...] = ()


Vocabulary = Mapping[str, Mapping[str, Field]]
"""Object kind -> field name -> field."""


_WHITE = re.compile(r"[\s\u200b\ufeff]+")


@once_if_short
def normalise(text: str) -> str:
    """The form in which names are compared: NFKC without radicals, no white space, no dashes of
    decoration, lower case.
    """
    return _WHITE.sub("", folded(text)).lower()


_DIGITS = {char: index for index, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
}


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


_PLACES = re.compile(
    r"(?=.{2})(?:[一二三四五六七八九两]千(?=[一二三四五六七八九两]百|零|$))?"
    r"(?:[一二三四五六七八九两]百(?=[一二三四五六七八九]?十|零|$))?零?(?:[一二三四五六七八九]?十)?[一二三四五六七八九]?"
)
"""A number with its places named; 一百二 leaves one out and 十五六 states two."""
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟〇○", "一二三四五六七八九十百千零零")


def _spoken_whole(words: str) -> int | None:
    """``一百二十六`` and ``壹佰贰拾陆``; None when it is not clear which number is meant."""
    plain = words.translate(_FORMAL)
    return chinese_number(plain) if _PLACES.fullmatch(plain) else None


_BELOW_HUNDRED = re.compile(r"(?<!\d)[1-9]\d?(?!\d)")
_FIGURES = "零一二三四五六七八九"


def numbers_in_words(text: str) -> str:
    """``text`` with its numbers below a hundred written as names write them: 第12师 is 第十二师."""
    return _BELOW_HUNDRED.sub(_in_words, text)


def _in_words(found: re.Match[str]) -> str:
    tens, ones = divmod(int(found[0]), 10)
    said = f"{_FIGURES[tens] if tens > 1 else ''}十" if tens else ""
    return said + (_FIGURES[ones] if ones else "")


_APART = re.compile(r"\d\s+\d")
"""Digits with a gap between them: one number that was spaced out, or two; nobody knows."""


def parse_percent(raw: str) -> int | None:
    """A percentage in parts per million: ``98%``, ``９８．５％``, ``0.98``, ``98/100``, ``百分之九十八``, ``九十八点五%``; else None.

    A bare number up to 1 is a share, above 1 a percentage; a value over 100 % is not believed. 约98%, 98%以上, >98% and
    九成八 state no number that could be held against a limit.
    """
    text = re.sub(r"(?<=\d)[。·•](?=\d)", ".", normalise(raw))
    text = text.replace("百分百", "百分之百")
    spoken = re.fullmatch(r"(?:达到?|为)?(?:百分之([^%]+)|([^%]+)%)", text)
    ppm = _spoken_percent(spoken[1] or spoken[2]) if spoken else None
    match = re.fullmatch(r"(?:达到?|为)?(?:百分之)?(\d{1,3}(?:\.\d{1,8})?)(%|/100)?", text)
    if ppm is None and match and not _APART.search(raw):
        number = float(match[1])
        is_share = number <= 1 and not match[2] and "百" not in text
        ppm = round(number * (1_000_000 if is_share else 10_000))
    return ppm if ppm is not None and ppm <= 1_000_000 else None


def _spoken_percent(words: str) -> int | None:
    """``九十八点五`` in parts per million; None when it is not said in Chinese numerals."""
    match = re.fullmatch(
        r"([零〇○一二三四五六七八九十百两]+)(?:点([零〇○一二三四五六七八九]{1,4}))?", words
    )
    whole = chinese_number(match[1]) if match else None
    if match is None or whole is None:
        return None
    places = "".join(str(_DIGITS[char]) for char in match[2] or "")
    return whole * 10_000 + int(places.ljust(4, "0"))


_SPOKEN_DAY = re.compile(
    r"([零〇○o0一二三四五六七八九]{4}|\d{4})年(十?[一二三四五六七八九]|十|元|\d{1,2})月"
    r"((?:[一二三]?十)?[一二三四五六七八九]|[一二三]?十|\d{1,2})[日号]"
)


def _of_a_day(words: str) -> int | None:
    """A year, month or day in figures or words."""
    return (
        int(words)
        if words.isdecimal()
        else chinese_number(re.sub("[o0]", "〇", words.replace("元", "一")))
    )


def parse_date(raw: str) -> str | None:
    """A day as ISO text: ``2024年8月31日``, ``2024.8.31``, ``2024/08/31``, ``20240831``, ``二〇二四年八月三十一日``,
    ``2024年八月卅一日``.

    Without a year of four digits, or of another century than the last and this one, it is no day.
    """
    text = re.sub(r"[—–‐]", "-", normalise(raw))
    match = re.fullmatch(
        r"(\d{4})[年.\-/、](\d{1,2})[月.\-/、](\d{1,2})[日号]?", text
    ) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    parts: list[int | None]
    if match:
        apart = re.search(r"[年月.\-/、]\s*\d\s+\d", raw)
        parts = [] if apart else [int(group) for group in match.groups()]
    else:
        match = _SPOKEN_DAY.fullmatch(text.replace("廿", "二十").replace("卅", "三十"))
        parts = [_of_a_day(group) for group in match.groups()] if match else []
    try:
        day = date(*[part for part in parts if part is not None])
    except (ValueError, TypeError):
        return None
    return day.isoformat() if 1900 <= day.year < 2100 else None


def parse_instant(raw: str) -> int | None:
    """A Beijing wall-clock time to the minute, ``2024-08-31 24:00``, as seconds since the epoch;
    24:00 ends the day.
    """
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
    """The first instant that is too late as notices write it: midnight is 24:00 of the
    day before.
    """
    local = end.astimezone(BEIJING)
    day = local - timedelta(days=1)
    return (
        f"{day:%Y-%m-%d} 24:00"
        if (
            local.hour,
            local.minute,
        )
        == (0, 0)
        else f"{local:%Y-%m-%d %H:%M}"
    )


_COUNTED = "人|名|个|所|台|间|元|年|次|套|门|项|场|块|册|件"


def parse_integer(raw: str) -> int | None:
    """A whole number, with thousands separators or a counting word around it (``1,200人``, ``共12个``),
    or in words (``一百二十六人``).

    About (约, 左右), at least (以上), ranges and ten thousands (万) are no whole number, nor is 3.000,
    which may be three thousand.
    """
    text = normalise(raw)
    match = re.fullmatch(rf"共?(\d{{1,3}}(?:,\d{{3}})+|\d{{1,15}})(?:\.00?)?(?:{_COUNTED})?", text)
    if match:
        return None if _APART.search(raw) else int(match[1].replace(",", ""))
    spoken = re.fullmatch(rf"共?(\D{{2,9}}?)(?:{_COUNTED})?", text)
    return _spoken_whole(spoken[1]) if spoken else None


_MOBILE = r"1[3-9](?:[-. ]?\d){9}"
_LOCAL = r"\d{7,8}|\d{3,4}[- ]\d{4}"
_LANDLINE = rf"\(?(?P<area>0(?:10|2\d|[3-9]\d{{2}}))\)?[- ]{{0,3}}(?P<local>{_LOCAL})"
_ABROAD = rf"(?:\+|00)86[- ]?\(?(?P<city>10|2\d|[3-9]\d{{2}})\)?[- ]{{1,3}}(?P<there>{_LOCAL})"
_SERVICE = r"[48]00-?\d{3}-?\d{4}|[48]00\d-?\d{3}-?\d{3}"
_EXTENSION = (
    r"(?:\s?(?:[-(*#转]|分机|ext)\s?(?:转|接|分机|号|ext|[:. ]){0,5}"
    r"(?P<extension>\d{1,5})(?![\d\u3400-\u9fff-]|\s[\u3400-\u9fff])\)?)?"
)
_TELEPHONE = re.compile(
    rf"(?<![\w.+-])(?:{_ABROAD}|(?:(?:\+|00?)?86[- ]?)?"
    rf"(?:(?P<mobile>{_MOBILE})|{_LANDLINE}|(?P<service>{_SERVICE})"
    rf"|(?P<bare>[2-8]\d{{6,7}}))){_EXTENSION}(?![\da-z_.])",
    re.ASCII | re.IGNORECASE,
)


_BROKEN = re.compile(r"(?<![\w-])(\(?0\d{2,3}\)?)[ \t]*-\s*(?=\d{7,8}(?!\d))", re.ASCII)
"""An area code, and the line that ends behind it in a narrow cell."""


def parse_telephone(raw: str) -> str | None:
    """A Chinese mobile or landline number; the first one when several are given, but no fax.

    All spellings come out alike, so that they compare equal: ``13800000000``, ``0991-8878035``,
    ``0991-8878035-12`` with an extension. Longer rows of digits (an identity card) and a day are no
    number.
    """
    text = re.sub(r"[—–‐]+", "-", unicodedata.normalize("NFKC", raw))
    text = _BROKEN.sub(r"\1-", text)
    end = 0
    for match in _TELEPHONE.finditer(text):
        before, end = text[end : match.start()], match.end()
        doubtful = match["bare"] and (parse_date(match["bare"]) or re.search(r"\d\s*$", before))
        if doubtful or re.search("传真|fax", before, re.IGNORECASE):
            continue
        if area := match["area"] or (match["city"] and f"0{match['city']}"):
            local = re.sub(r"\D", "", match["local"] or match["there"])
            return "-".join(piece for piece in (area, local, match["extension"]) if piece)
        return re.sub(r"\D", "", match["mobile"] or match["service"] or match["bare"])
    return None


_EMAIL = re.compile(
    r"(?<![a-z0-9._%+@-])(?:[a-z]')?[a-z0-9](?:[a-z0-9._%+-]*[a-z0-9_])?"  # the name; o'neil
    r"@(?:[a-z0-9-]+\.)+[a-z]{2,}(?![a-z0-9._%+@-]*[a-z0-9@])"  # the server
)


_FOREIGN = "[^\\W\\d_a-z\u3400-\u9fff\U00020000-\U0003ffff]|[\u0300-\u036f]"
"""A letter of another alphabet; it may look like one of ours."""
_RUNS_ON = re.compile(
    rf"(?:{_FOREIGN}|[a-z0-9][\u2010-\u2015\u2212·•。'’`´&*=#!$^~?{{}}\\]+|[a-z][a-z0-9._-]*[,，])$"
)
"""Before an address: it may well begin earlier, with a sign that none can hold."""
_GOES_ON = re.compile(rf"[a-z0-9._-]*(?:{_FOREIGN})")
_CURLY = re.compile("(?<=[A-Za-z0-9])[\u2018\u2019\u02bc](?=[A-Za-z0-9._-]*@)")
"""An apostrophe within an address as Word sets it: o’neil@example.cn."""
_NUMBERED = re.compile("[\u2460-\u24ff\u2776-\u2793]")
"""Numbers in circles and the like, which are no digits of an address."""
_PARTED = re.compile(r"[a-z0-9][-\u2010]\s*\n\s*[a-z0-9]", re.IGNORECASE)
"""A hyphen at the end of a line: nobody knows whether the line or the address put it there."""


def parse_email(raw: str) -> str | None:
    """The first e-mail address in the text, lower case; None when blanks or signs that no address
    holds leave open where it begins or ends.
    """
    raw = _CURLY.sub("'", _NUMBERED.sub(" ", raw))
    found = _first_email(raw)
    if found is None or _PARTED.search(raw) or re.match(r"[1-9]\.", found):
        return None
    text = unicodedata.normalize("NFKC", raw).lower()
    whole = text if found in text else re.sub(r"\s+", "", text)
    before, _, after = whole.partition(found)
    return None if _RUNS_ON.search(before) or _GOES_ON.match(after) else found


def _first_email(raw: str) -> str | None:
    text = re.sub(r"[\u200b\ufeff]", "", unicodedata.normalize("NFKC", raw)).lower()
    if text.count("@") < 2:
        found = {
            match[0]
            for match in (
                _EMAIL.search(text),
                _EMAIL.search(normalise(raw)),
            )
            if match
        }
        return found.pop() if len(found) == 1 else None
    pieces = re.split(r"[;,、/|\s]+", text)
    number = next(index for index, piece in enumerate(pieces) if "@" in piece)
    neighbours = [
        *pieces[:number][-1:],
        *(piece for piece in pieces[number + 1 :][:1] if "@" not in piece),
    ]
    match = _EMAIL.search(pieces[number])
    return (
        match[0]
        if match
        and not any(
            re.search(
                "[a-z0-9]",
                piece,
            )
            for piece in neighbours
        )
        else None
    )


def parse_credit_code(raw: str) -> str | None:
    """A 统一社会信用代码 in capitals, when its check character is right (GB 32100-2015); else None."""
    code = re.sub(r"[-—·]", "", normalise(raw)).upper()
    return code if uscc.is_valid(code) else None


_PARSERS: Mapping[FieldType, Callable[[str], Value | None]] = {
    FieldType.PERCENT: parse_percent,
    FieldType.INTEGER: parse_integer,
    FieldType.DECIMAL: parse_decimal,
    FieldType.DATE: parse_date,
    FieldType.INSTANT: parse_instant,
    FieldType.TELEPHONE: parse_telephone,
    FieldType.EMAIL: parse_email,
    FieldType.CREDIT_CODE: parse_credit_code,
    FieldType.YES_NO: {"是": True, "有": True, "否": False, "无": False}.get,
}


def counts_in_ten_thousands(field: Field) -> bool:
    """Whether the field's label says that its numbers are 万元."""
    return any("万元" in normalise(label) for label in field.labels)


def _in_own_unit(field: Field, text: str) -> str:
    """Without 万元 where the field's label counts in 万元; ``3万元`` in a field of 元 (and the other way) is left unreadable."""
    if not counts_in_ten_thousands(field):
        return text
    return re.sub(r"万元$", "", text) if text.endswith("万元") else re.sub("元$", "?", text)


def parse_value(field: Field, raw: str) -> Value | None:
    """``raw`` typed as ``field`` says, or None when it cannot be read as that."""
    text = raw.strip()
    if field.type is FieldType.MONEY:
        return parse_money(text, ten_thousands=counts_in_ten_thousands(field))
    if field.type in _PARSERS:
        return _PARSERS[field.type](
            _in_own_unit(field, text) if field.type is FieldType.INTEGER else text,
        )
    if field.type is FieldType.CHOICE:
        return next(
            (option for option in field.options if normalise(option) == normalise(text)),
            None,
        )
    if field.type is FieldType.CHOICES:
        wanted = {normalise(piece) for piece in re.split(r"[、,，;；\s]+", text) if piece}
        chosen = tuple(option for option in field.options if normalise(option) in wanted)
        return chosen if len(chosen) == len(wanted) else None
    return text or None


def show_value(field: Field, value: Value) -> str:
    """``value`` as a person writes it."""
    if field.type is FieldType.PERCENT:
        return f"{int(value) / 10_000:g}%" if not isinstance(value, str | tuple) else str(value)
    if field.type is FieldType.MONEY and isinstance(value, int):
        return money_text(value, ten_thousands=counts_in_ten_thousands(field))
    if field.type is FieldType.DECIMAL and isinstance(value, int):
        return decimal_text(value)
    if field.type is FieldType.INSTANT and isinstance(value, int):
        return datetime.fromtimestamp(value, BEIJING).strftime("%Y年%-m月%-d日 %H:%M:%S")
    if field.type is FieldType.DATE and isinstance(value, str):
        day = date.fromisoformat(value)
        return f"{day.year}年{day.month}月{day.day}日"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(value) if isinstance(value, tuple) else str(value)
