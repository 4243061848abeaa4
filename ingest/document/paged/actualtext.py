"""What a PDF's glyphs really say where their font's table is wrong: ``/ActualText`` (ISO 32000-1,
14.9.4), as LibreOffice writes it for every character that has only the blank box of its font.

What is shown counts: letters, figures and usual Chinese characters say themselves, whatever words
stand beside them. Pure; told of every marked content that begins and ends.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

LONGEST = 1_000  #: characters of one span that are read


@dataclass
class MarkedText:
    """Where a page's content is: in which span with words of its own, if any."""

    _depth: int = 0  #: of marked content
    _began: int = 0  #: the depth of the outermost span with words, 0 outside
    _words: str = ""  #: of that span, as far as no glyph said them yet
    _told: str = ""  #: those that a glyph took

    @property
    def inside(self) -> bool:
        """Whether what is drawn now has words of its own."""
        return self._began > 0

    def begin(self, words: str | None) -> None:
        """Marked content begins, with words or without."""
        self._depth += 1
        if words is not None and not self.inside:
            self._began, self._words, self._told = self._depth, words[:LONGEST], ""

    def end(self) -> None:
        """The marked content that began last ends; one end too many changes nothing."""
        if self._depth == self._began:
            self._began = 0
        self._depth = max(0, self._depth - 1)

    def of(self, text: str) -> str:
        """What the next glyph says, of which the font says ``text``.

        Inside a span: itself where that is shown, else the words that are left of the span, once.
        """
        if not self.inside:
            return text
        if _is_shown(text):
            self._words = self._words.removeprefix(text)
            return "" if text in self._told else text
        words, self._told, self._words = self._words, self._told + self._words, ""
        return words


def _is_shown(text: str) -> bool:
    """Whether a font that says so shows it: no sign, no rare character, nothing without a name."""
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isalnum():
        return False
    try:
        plain.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
