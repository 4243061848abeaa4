"""Where the running text of a scan begins later or ends earlier than the Word file's.

Text and lines in, what is missing out; pure. Only some lines of a long text are read, so that a
beginning or an end that was not read says nothing by itself. Where a line stands tells: what is
printed in front of its first words stands on the same line if it is shorter than one, and a line
that ends well before the others is the last one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.comparison.telling import with_figures
from ingest.reading import ScanLine

SAME = 8  #: characters at the end of a line that must be the text's
LEAST_GONE = 4  #: characters of it that stand nowhere
LEVEL = 2.5  #: mm between the left ends of lines that begin at one edge
SHORT = 15.0  #: mm by which the last line of a text is shorter than the longest one
SENTENCE_ENDS = "。！？；.!?;"


def put_in_front(text: str, lines: Sequence[ScanLine], sure: float) -> Iterator[str]:
    """What a line read for sure says in front of the first words of ``text``."""
    for line in lines:
        words = with_figures(line.text)
        at = words.find(text[:SAME]) if len(text) >= SAME and line.confidence >= sure else -1
        if at >= LEAST_GONE:
            yield words[:at]


def missing_ends(text: str, lines: Sequence[ScanLine], on_pages: str, sure: float) -> Iterator[str]:
    """The beginning and the end of ``text`` that are not on the scan, whose ``lines`` stand in the
    text's place; ``on_pages`` is everything that was read.
    """
    known = [line for line in lines if line.confidence >= sure and line.box[3] > line.box[1]]
    if len(known) < 2 or len(known) != len(lines) or len({line.page for line in known}) != 1:
        return
    for gone in (_before(text, known), _behind(text, known)):
        if len(gone) >= LEAST_GONE and gone not in on_pages:
            yield gone


def _before(text: str, lines: Sequence[ScanLine]) -> str:
    """What the text says in front of the first line, where that would stand on it."""
    first = min(lines, key=lambda line: line.box[1])
    words = with_figures(first.text)
    at = text.find(words[:SAME]) if len(words) > SAME else -1
    left = min(line.box[0] for line in lines)
    level = first.box[0] - left <= LEVEL
    return text[:at] if 0 < at < len(words) - 2 and level else ""


def _behind(text: str, lines: Sequence[ScanLine]) -> str:
    """What the text says behind the last line, where that line is shorter than the others and
    ends a sentence.
    """
    last = max(lines, key=lambda line: line.box[1])
    words = with_figures(last.text)
    at = text.rfind(words[-SAME:]) if len(words) >= SAME else -1
    short = max(line.box[2] for line in lines) - last.box[2] >= SHORT
    ended = last.text.rstrip()[-1:] in SENTENCE_ENDS
    return text[at + SAME :] if at >= 0 and short and ended else ""
