"""What a PDF's glyphs really say where their font's table is wrong: ``/ActualText`` (ISO 32000-1,
14.9.4), as LibreOffice writes it for every character that has only the blank box of its font.

Pure; told of every marked content that begins and ends.
"""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 1_000  #: characters of one span that are read


@dataclass
class MarkedText:
    """Where a page's content is: in which span with words of its own, if any."""

    _depth: int = 0  #: of marked content
    _began: int = 0  #: the depth of the outermost span with words, 0 outside
    _words: str = ""  #: of that span, until its first glyph took them

    @property
    def inside(self) -> bool:
        """Whether what is drawn now has words of its own."""
        return self._began > 0

    def begin(self, words: str | None) -> None:
        """Marked content begins, with words or without."""
        self._depth += 1
        if words is not None and not self.inside:
            self._began, self._words = self._depth, words[:LONGEST]

    def end(self) -> None:
        """The marked content that began last ends; one end too many changes nothing."""
        if self._depth == self._began:
            self._began = 0
        self._depth = max(0, self._depth - 1)

    def of(self, text: str) -> str:
        """What the next glyph says, of which the font says ``text``:
        the first of a span all its words, the others nothing.
        """
        if not self.inside:
            return text
        words, self._words = self._words, ""
        return words
