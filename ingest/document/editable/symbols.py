"""Tick boxes and ticks that Word keeps as code points of a symbol font -> the
characters they look like.
"""

from __future__ import annotations

_WINGDINGS = {
    0xFE: "☑", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0x71: "☐", 0x6E: "■", 0xFC: "√", 0xFB: "×",
    0xA1: "○",
}  # fmt: skip
"""Wingdings; Word stores them as F000 + code."""

_WINGDINGS_2 = {
    0x52: "☑", 0x54: "☒", 0x53: "☒", 0xA3: "☐", 0x2A: "☐", 0x50: "√", 0x51: "☒", 0x4F: "×",
}  # fmt: skip


def symbol(code: int, font: str = "") -> str:
    """The character that ``code`` of a symbol font shows; U+FFFD when it is none that is known."""
    return (_WINGDINGS_2 if font == "Wingdings 2" else _WINGDINGS).get(code & 0xFF, "�")


_PRIVATE = {0xF000 + code: mark for code, mark in (_WINGDINGS | _WINGDINGS_2).items()}


def shown(text: str) -> str:
    """``text`` with the private code points of symbol fonts as what they look like;
    the fonts share none of them.
    """
    return text.translate(_PRIVATE)
