"""Bytes and a claimed charset -> text. Chinese mail labels its bytes wrongly more often than not.

Nothing here knows of headers or bodies. No decoder that is not a plain text encoding may be reached
from outside: names such as ``zlib`` or ``unicode_escape`` in a mail are only unknown names.
"""

from __future__ import annotations

import codecs
import re

MAX_NAME = 40
_FAMILIES = (
    "utf",
    "iso8859",
    "iso2022",
    "euc",
    "shift",
    "koi8",
    "big5",
    "cp",
    "tis",
    "mac",
    "johab",
)
_GB_ALIASES = frozenset(
    {
        "xgbk",
        "cp936",
        "ms936",
        "windows936",
        "euccn",
        "xeuccn",
        "chinese",
        "csgb2312",
        "isoir58",
        "cngb",
    }
)
_WESTERN = frozenset({"iso8859-1", "iso8859-15", "cp1252", "latin_1"})
_SINGLE_BYTE = _WESTERN | {"ascii"}
# A western accent stands alone between ASCII letters; GB2312 characters are two high bytes each.
_CHINESE = (("\u3000", "\u303f"), ("\u4e00", "\u9fff"), ("\uff00", "\uffef"))
"""Ranges of Chinese punctuation, of characters, and of forms as wide as these."""
_PAIRS_ONLY = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xfe][\xa1-\xfe])*")


def canonical(name: str) -> str | None:
    """The codec for a charset name in a mail; None for an unknown one.

    Every ``gb*`` name means gb18030, of which they are subsets:
    Python's own ``gb2312`` codec loses every character outside GB2312 (measured: 喆 and the dash).
    """
    key = "".join(char for char in name.lower()[:MAX_NAME] if char.isascii() and char.isalnum())
    if key.startswith("gb") or key in _GB_ALIASES:
        return "gb18030"
    if key.startswith(("utf8", "unicode11utf8")):
        return "utf-8"
    if key.startswith(("hzgb", "hz")):
        return "hz"
    try:
        codec = codecs.lookup(name.strip().lower()[:MAX_NAME]).name
    except (LookupError, ValueError, UnicodeError):
        return None
    if codec in {"big5", "cp950"}:
        return "big5hkscs"
    return codec if codec.startswith(_FAMILIES) or codec in _SINGLE_BYTE else None


def is_foreign(name: str) -> bool:
    """Whether a charset is neither UTF-8, nor of the GB family, nor one that programs name without
    meaning it (us-ascii, iso-8859-1): then 8-bit headers of the same mail are in it.
    """
    codec = canonical(name)
    return codec is not None and codec not in {"utf-8", "gb18030"} and codec not in _SINGLE_BYTE


def decode(data: bytes, claimed: str = "") -> str:
    """Text of ``data``, the claimed charset being a hint only; never raises.

    Order: ASCII; UTF-8 when the bytes prove it (long valid UTF-8 with Chinese in it is never
    anything else); the claimed charset; UTF-8; gb18030; Big5. What fits nowhere comes back with
    U+FFFD from the nearest of them.
    """
    charset = canonical(claimed)
    if charset in {None, "utf-8", "gb18030"} or charset in _SINGLE_BYTE:
        return _decode_chinese(data, charset)
    assert charset is not None
    text = strict(data, charset)
    return text if text is not None else _decode_chinese(data, None)


def strict(data: bytes, codec: str) -> str | None:
    """``data`` in ``codec``, or None when it does not fit whole."""
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _decode_chinese(data: bytes, charset: str | None) -> str:
    if data.isascii():
        return data.decode("ascii")
    as_utf8 = strict(data, "utf-8")
    if as_utf8 is not None and (charset != "gb18030" or has_chinese(as_utf8)):
        return as_utf8.removeprefix("\ufeff")
    as_gb = strict(data, "gb18030")
    if as_gb is not None and charset not in _WESTERN:
        return as_gb
    if as_gb is not None and _PAIRS_ONLY.fullmatch(data) and mostly_chinese(as_gb):
        return as_gb
    if charset in _WESTERN:
        return data.decode("cp1252", "replace")
    return strict(data, "big5hkscs") or _least_damaged(data, charset)


def _least_damaged(data: bytes, charset: str | None) -> str:
    codecs = (charset or "utf-8", "utf-8", "gb18030")
    candidates = [data.decode(codec, "replace") for codec in codecs]
    return min(candidates, key=lambda text: text.count("\ufffd"))


def has_chinese(text: str) -> bool:
    """Whether a Chinese character is in ``text``."""
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def mostly_chinese(text: str) -> bool:
    """Whether most of what is not ASCII is Chinese characters or their punctuation."""
    foreign = [char for char in text if not char.isascii()]
    chinese = sum(any(first <= char <= last for first, last in _CHINESE) for char in foreign)
    return bool(foreign) and 2 * chinese >= len(foreign)
