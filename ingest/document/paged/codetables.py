"""Tables from the codes of a PDF's text to the glyphs of a Chinese font that is not in the file.

Pure.
"""

from __future__ import annotations

from typing import Final

LACKING: Final = {
    "UniGB-UCS2-H": "UniGB-UTF16-H",
    "UniGB-UCS2-V": "UniGB-UTF16-V",
}
"""Tables of which pdfminer's copy lacks characters, the dot inside names of Xinjiang (U+00B7) among
them (``findings/pdfminer-drops-name-dots.sh``), and the one that has them under the same codes."""


def fill_in(table: dict[int, object], whole: dict[int, object]) -> None:
    """Give ``table`` the codes of two bytes that only ``whole`` has."""
    for high, row in whole.items():
        own = table.setdefault(high, {})
        if isinstance(row, dict) and isinstance(own, dict):
            for low, glyph in row.items():
                if isinstance(glyph, int):
                    own.setdefault(low, glyph)
