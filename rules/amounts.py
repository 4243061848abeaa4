"""Amounts of money and decimal numbers: text in, exact whole numbers out, and back as people
write them.

Money is held in 分, whatever unit a form counts in, so that 12.5 in a box for 万元 and 125000 in one
for 元 are the same; a decimal number in millionths. Nothing is ever rounded.
"""

from __future__ import annotations

import re

from rules.characters import folded

MILLIONTHS = 1_000_000
CENTS, CENTS_OF_TEN_THOUSAND = 100, 1_000_000
_LIMIT = 10**15
_UNITS = {"": 100, "万": 1_000_000, "亿": 10_000_000_000}
_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.(\d{1,6}))?"
_MONEY = re.compile(rf"(?:人民币)?[¥￥]?共?{_NUMBER}(万|亿)?(元)?整?")
_DECIMAL = re.compile(
    rf"共?{_NUMBER}(?:平方米|平米|m2|㎡|亩|公顷|公里|千米|米|km|m|吨|公斤|千克|kg|小时|学时|学分|分|岁|年|天|个|人|次)?"
)
_APART = re.compile(r"\d\s+[\d.]|\.\s+\d")


def _plain(raw: str) -> str:
    return re.sub(r"[\s\u200b\ufeff]+", "", folded(raw)).lower()


def _scaled(whole: str, places: str | None, factor: int) -> int | None:
    """The number times ``factor``, when that is whole and no larger than anything a form holds."""
    places = places or ""
    number, rest = divmod(int(whole.replace(",", "") + places) * factor, 10 ** len(places))
    return None if rest or number >= _LIMIT else number


def parse_decimal(raw: str) -> int | None:
    """``12.5``, ``1,200.75 平方米`` in millionths; None for about (约), at least (以上) and ranges."""
    match = _DECIMAL.fullmatch(_plain(raw))
    if match is None or _APART.search(raw):
        return None
    return _scaled(match[1], match[2], MILLIONTHS)


def parse_money(raw: str, *, ten_thousands: bool) -> int | None:
    """``12.5万元``, ``125,000元``, ``￥125000.00`` in 分; where no unit is written the form's own counts:
    万元 with ``ten_thousands``, else 元.
    """
    match = _MONEY.fullmatch(_plain(raw))
    if match is None or _APART.search(raw):
        return None
    unit = match[3] or ("" if match[4] or not ten_thousands else "万")
    return _scaled(match[1], match[2], _UNITS[unit])


def has_unit(raw: str) -> bool:
    """Whether an amount says what it counts in."""
    return re.search(r"[元万亿]整?$", _plain(raw)) is not None


def _shown(number: int, unit: int) -> str:
    whole, rest = divmod(abs(number), unit)
    places = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0")
    return ("-" if number < 0 else "") + str(whole) + (f".{places}" if places else "")


def decimal_text(millionths: int) -> str:
    """``12.5``."""
    return _shown(millionths, MILLIONTHS)


def money_text(cents: int, *, ten_thousands: bool) -> str:
    """``12.5万元`` or ``125000元``."""
    if ten_thousands:
        return _shown(cents, CENTS_OF_TEN_THOUSAND) + "万元"
    return _shown(cents, CENTS) + "元"
