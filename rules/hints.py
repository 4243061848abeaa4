"""What somebody probably meant: a time, a number, a yes or no written another way, as it is to be
written.

Only asked for hints in messages: nothing here ever decides what a value is. Values are typed in
``rules/vocabulary.py``.
"""

from __future__ import annotations

import re
import unicodedata

from rules.vocabulary import (
    Field,
    chinese_number,
    counts_in_ten_thousands,
    normalise,
    parse_date,
    parse_instant,
)

_YES = ("是的", "对", "对的", "可以", "认可", "有", "yes", "true", "y", "on", "1", "√", "✓", "☑")
_NO = (
    "不是",
    "不",
    "不可以",
    "不认可",
    "不对",
    "没有",
    "无",
    "no",
    "false",
    "n",
    "off",
    "0",
    "×",
    "☐",
)
_AFTERNOON = re.compile(r"(下午|晚上?|晚间)(\d{1,2})")
_UNITS = {"万": 10_000, "千": 1_000, "百": 100, "亿": 100_000_000}
_AMOUNT = re.compile(
    r"(?:人民币|[¥￥共])?([\d,]{1,19}(?:\.\d{1,4})?|[零〇一二三四五六七八九十百千两]{1,7})"
    r"(万|千|百|亿)?(\D{0,4})"
)


def yes_no_meant(raw: str) -> str:
    """是 or 否 for the usual other ways to say it; "" for anything else."""
    word = normalise(raw)
    return "是" if word in _YES else "否" if word in _NO else ""


def instant_meant(raw: str) -> str:
    """A time as ``parse_instant`` reads it, for one with full-width signs, 年月日, 时分 or seconds; a
    day alone ends at its 24:00; "" when it cannot be told.
    """
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", raw)).strip()
    text = _AFTERNOON.sub(lambda match: f" {int(match[2]) % 12 + 12}", text)
    text = re.sub(r"上午|早上|[Tt](?=\d)", " ", text)
    text = re.sub(r"(\d)[年/.](\d{1,2})[月/.](\d{1,2})[日号]?", r"\1-\2-\3 ", text)
    text = re.sub(r"[时点:](\d{1,2})分?(?::\d\d|\d{1,2}秒)?$", r":\1", text)
    text = re.sub(r"[时点]整?$", ":00", text)
    text = re.sub(r"^(\d{4}-\d{1,2}-\d{1,2})(?=\d\d:)", r"\1 ", re.sub(r" +", " ", text)).strip()
    if parse_instant(text) is not None:
        return text
    day = parse_date(text)
    return f"{day} 24:00" if day is not None else ""


def number_meant(raw: str, field: Field | None = None) -> str:
    """The digits of a whole number written with separators, in Chinese, with 万 or with a unit; ""
    when it is none. ``8万元`` is 8 in a field whose label counts in 万元, else 80000.
    """
    match = _AMOUNT.fullmatch(normalise(raw))
    if match is None:
        return ""
    spoken = chinese_number(match[1])
    digits = match[1].replace(",", "")
    whole, _, places = (str(spoken) if spoken is not None else digits).partition(".")
    own_unit = (
        field is not None
        and counts_in_ten_thousands(field)
        and match[2] == "万"
        and match[3] in ("", "元")
    )
    factor = 1 if own_unit else _UNITS.get(match[2], 1)
    shifted = int(whole + places or "0") * factor
    whole_number, rest = divmod(shifted, 10 ** len(places))
    return "" if rest or whole_number >= 10**15 else str(whole_number)
