"""Characters of symbol fonts -> the characters they look like, where they are marks, boxes,
bullets or numbers; for all others a sign that nobody here knows.

Which text is set in such a font is its reader's matter; what a mark means is ``form/choices.py``.
"""

from __future__ import annotations

UNKNOWN = "\ufffd"  #: a character of a symbol font that is not in these tables

_WINGDINGS = {
    0xFE: "☑", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0x71: "☐", 0x72: "☐", 0x70: "☐", 0x6E: "■",
    0xFC: "√", 0xFB: "×", 0xA1: "○", 0x6C: "●", 0x6D: "○", 0x78: "☒", 0xA7: "▪", 0xA4: "⊙",
    0x75: "◆", 0x76: "❖", 0x77: "◆", 0xD8: "➢", 0x46: "☞", 0x9F: "•", 0x9E: "·", 0xAB: "★",
}  # fmt: skip
"""Wingdings; Word stores them as F000 + code."""

_WINGDINGS_2 = {
    0x52: "☑", 0x54: "☒", 0x53: "☒", 0xA3: "☐", 0x2A: "☐", 0x50: "√", 0x51: "☒", 0x4F: "×",
    0x98: "●", 0x99: "○", 0xA2: "■",
}  # fmt: skip
_WEBDINGS = {0x61: "√", 0x72: "×", 0x63: "☐", 0x67: "■", 0x6E: "●"}
_DINGBATS = {
    0x33: "√", 0x34: "√", 0x35: "×", 0x36: "×", 0x37: "×", 0x38: "×", 0x6C: "●", 0x6D: "○",
    0x6E: "■", 0x6F: "☐", 0x70: "☐", 0x71: "☐", 0x72: "☐", 0x48: "★",
}  # fmt: skip
_SYMBOL = {0xD6: "√", 0xB7: "•", 0xB4: "×", 0xA8: "◆", 0xC5: "⊕", 0xC4: "⊗"}
_MARLETT = {0x61: "√", 0x62: "√", 0x72: "×", 0x69: "●"}

_FONTS = {
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": {},
    "webdings": _WEBDINGS,
    "symbol": _SYMBOL,
    "zapfdingbats": _DINGBATS,
    "zapf dingbats": _DINGBATS,
    "itc zapf dingbats": _DINGBATS,
    "monotype sorts": _DINGBATS,
    "marlett": _MARLETT,
    "opensymbol": _WINGDINGS,
    "starsymbol": _WINGDINGS,
}
_NUMBERS = {0x81 + index: str(index + 1) for index in range(10)} | {
    0x8C + index: str(index + 1) for index in range(10)
}
"""Numbers in circles, of Wingdings."""


def is_symbol_font(font: str) -> bool:
    """Whether the letters of a font are no letters."""
    return font.strip().lower() in _FONTS


def symbol(code: int, font: str = "") -> str:
    """The character that ``code`` of a symbol font shows; :data:`UNKNOWN` when it is none that
    is known. Of other fonts a character is what its code says.
    """
    if 0xD800 <= code <= 0xDFFF:  # half of a character
        return UNKNOWN
    name = font.strip().lower()
    if name and name not in _FONTS and 0x20 <= code < 0xF000:
        return chr(code)
    known = _FONTS.get(name, _WINGDINGS)
    low = code & 0xFF
    if known is _WINGDINGS and low in _NUMBERS:
        return _NUMBERS[low]
    return " " if low in {0x20, 0xA0} else known.get(low, UNKNOWN)


_PRIVATE = {0xF000 + code: mark for code, mark in (_WINGDINGS | _WINGDINGS_2).items()}


def shown(text: str) -> str:
    """``text`` with the private code points of symbol fonts as what they look like, where their
    font is not told; marks for choices are the same in all of them.
    """
    return text.translate(_PRIVATE)


def shown_in(text: str, font: str) -> str:
    """``text`` set in ``font``, a symbol font: its letters are marks, other writing is as it is."""
    return "".join(
        symbol(ord(char), font) if ord(char) < 0x100 or 0xF000 <= ord(char) < 0xF100 else char
        for char in text
    )
