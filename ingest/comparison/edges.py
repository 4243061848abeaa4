"""Where the running text of a scan begins later or ends earlier than the Word file's.

Text and lines in, what is missing out; pure. Only some lines of a long text are read, so that a
beginning or an end that was not read says nothing by itself. Where a line stands tells: what is
printed in front of its first words stands on the same line if it is shorter than one, and a line
that ends well before the others is the last one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate

from rapidfuzz import fuzz

from ingest.comparison.telling import with_figures
from ingest.reading import ScanLine

SAME = 8  #: characters at the end of a line that must be the text's
LEAST_GONE = 4  #: characters of it that stand nowhere
ALIKE = 0.6  #: likeness of a line to the text it belongs to
LEVEL = 2.5  #: mm between the left ends of lines that begin at one edge
SHORT = 9.0  #: mm by which the last line of a text is shorter than the longest one
SENTENCE_ENDS = "。！？；.!?;"


def put_in_front(text: str, lines: Sequence[ScanLine], sure: float) -> Iterator[str]:
    """What a line read for sure says in front of the first words of ``text``."""
    for line in lines:
        words = with_figures(line.text)
        at = words.find(text[:SAME]) if len(text) >= SAME and line.confidence >= sure else -1
        if at >= LEAST_GONE:
            yield words[:at]


def missing_ends(
    paragraphs: Sequence[str], lines: Sequence[ScanLine], on_pages: str, sure: float
) -> Iterator[str]:
    """What is not on the scan of a paragraph's beginning before the first of ``lines``, which stand
    in the text's place, or of its end behind the last; ``on_pages`` is everything that was read.
    Other paragraphs begin on lines of their own, which may be among those not read.
    """
    text, breaks = "".join(paragraphs), {0, *accumulate(map(len, paragraphs))}
    own = [line for line in lines if _is_of(line, text)]
    known = [line for line in own if line.confidence >= sure and line.box[3] > line.box[1]]
    if len(known) < 2 or len(known) != len(own) or len({line.page for line in known}) != 1:
        return
    for gone in (_before(text, breaks, known), _behind(text, breaks, known)):
        if len(gone) >= LEAST_GONE and gone not in on_pages:
            yield gone


def _is_of(line: ScanLine, text: str) -> bool:
    """Whether a line is the text's: what stands below it may be another one's."""
    return fuzz.partial_ratio(with_figures(line.text), text) / 100 >= ALIKE


def _before(text: str, breaks: Collection[int], lines: Sequence[ScanLine]) -> str:
    """What the paragraph says in front of the first line, where that would stand on it."""
    first = min(lines, key=lambda line: line.box[1])
    words = with_figures(first.text)
    at = text.find(words[:SAME]) if len(words) > SAME else -1
    left = min(line.box[0] for line in lines)
    level = first.box[0] - left <= LEVEL
    start = max((each for each in breaks if each <= at), default=0)
    return text[start:at] if 0 < at < len(words) - 2 and level else ""


def _behind(text: str, breaks: Collection[int], lines: Sequence[ScanLine]) -> str:
    """What the paragraph says behind the last line, where that line is shorter than the others and
    ends a sentence.
    """
    ordered = sorted(lines, key=lambda line: line.box[1])
    last, words = ordered[-1], "".join(with_figures(line.text) for line in ordered)
    at = text.rfind(words[-SAME:]) if len(words) >= SAME else -1
    short = max(line.box[2] for line in lines) - last.box[2] >= SHORT
    ended = last.text.rstrip()[-1:] in SENTENCE_ENDS
    stop = min((each for each in breaks if each >= at + SAME), default=0)
    return text[at + SAME : stop] if at >= 0 and short and ended else ""
