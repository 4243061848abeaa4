"""Where the running text of a scan says more, less or another number than the Word file's: a
sentence put in between, one taken out, a figure changed.

Text in, differences out; pure. What OCR misreads are single characters, so only runs of them count,
and only where what stands around them is the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from ingest.comparison.telling import (
    doubt_of,
    is_telling,
    one_other_character,
    other_words,
    without_figures,
)

LEAST = 10  #: characters of a run that nobody misreads
AROUND = 6  #: characters of the same text that must stand beside it
LEAST_CLAUSE = 6  #: ... that nobody misreads within a piece of print that was read for sure
LEAST_NEW = 4  #: characters that stand in the place of others and are none of theirs
SHOWN = 6  #: characters before and behind a small change, for people
UNLIKE = 0.4  #: likeness below which words are other words, not misread ones
ALIKE = 0.6  #: likeness to other text of the file from which a run is that text
SAME_TEXT = 0.6  #: share of the shorter text that must be found, else it is not this text at all


@dataclass(frozen=True)
class Run:
    """Characters of the scan and how sure the engine is of them."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Change:
    """What the Word file says at a place, and what the scan does; "" for nothing."""

    word: str
    scan: str


@dataclass
class _Step:
    """A part of the comparison: equal, or what one says in place of the other."""

    word: str
    scan: str
    start: int  #: in the scan's text
    equal: bool


def changes(
    text: str,
    lines: Sequence[Run],
    elsewhere: str,
    on_pages: str,
    *,
    sure: float,
    sure_digits: float,
    legible: bool,
) -> Iterator[Change]:
    """The changes in ``lines``, the print where ``text`` of the Word file belongs.

    ``elsewhere`` is everything else the Word file says, ``on_pages`` everything on the scan;
    ``legible``: what was not read there does not stand there. Of a long text only some lines are
    read, so that nothing follows from a beginning or an end that is missing.
    """
    scan = "".join(line.text for line in lines)
    if not text or not scan:
        return
    steps = list(_steps(text, scan))
    found = sum(len(step.word) for step in steps if step.equal)
    if found < SAME_TEXT * min(len(text), len(scan)):
        return
    look = _Look(lines, elsewhere, on_pages, sure, sure_digits, legible=legible)
    for number, step in enumerate(steps):
        before = steps[number - 1].word if number else ""
        after = steps[number + 1].word if number + 1 < len(steps) else ""
        if step.equal:
            continue
        known, ended = len(before) >= AROUND, len(after) >= AROUND
        if known and look.is_change(step, ended=ended):
            yield Change(*map(without_figures, (step.word, step.scan)))
        elif (known or ended) and look.is_turned(step, before, after):
            sides = [before[-SHOWN:] + said + after[:SHOWN] for said in (step.word, step.scan)]
            yield Change(*map(without_figures, sides))


@dataclass(frozen=True)
class _Look:
    """What is known of the scan and the rest of the Word file when one step is looked at."""

    lines: Sequence[Run]
    elsewhere: str
    on_pages: str
    sure: float
    sure_digits: float
    legible: bool

    def is_change(self, step: _Step, *, ended: bool) -> bool:
        """Whether somebody changed the text there; ``ended``: the same text goes on behind it."""
        if len(step.scan) >= LEAST + len(step.word):
            inside = ended or step.start not in _starts(self.lines)
            return inside and self._least(step) >= self.sure and self._is_new(step)
        if len(step.word) >= LEAST + len(step.scan) and ended:
            return self.legible and self._is_gone(step)
        if self._least(step) < self.sure_digits:
            return False
        return _is_other_number(step) or (
            _is_rewritten(step) and self._is_new(step) and self._is_gone(step)
        )

    def is_turned(self, step: _Step, before: str, after: str) -> bool:
        """Whether a character or a few say the opposite or another figure, in the middle of a piece
        of print that was read for sure.
        """
        if not self.legible or self._least(step) < self.sure_digits:
            return False
        replaced = bool(step.word and step.scan)
        if replaced and is_telling(step.word, step.scan, before, after):
            return True
        known, ended = len(before) >= AROUND, len(after) >= AROUND
        return self._within(step) and (
            is_telling(step.word, step.scan, before, after)
            or _is_other_number(step)
            or (replaced and self._says_other(step, inside=known and ended))
            or (known and self._is_clause(step, ended=ended))
        )

    def _says_other(self, step: _Step, *, inside: bool) -> bool:
        """Whether other characters stand in the place of some that nobody misreads; ``inside``: the
        same text stands on both sides.
        """
        one = inside and one_other_character(step.word, step.scan, doubt_of(self._lines_of(step)))
        return one or other_words(step.word, step.scan)

    def _is_clause(self, step: _Step, *, ended: bool) -> bool:
        """Whether some words were put in there, or taken out of the middle."""
        if len(step.scan) >= LEAST_CLAUSE + len(step.word):
            return self._is_new(step)
        return ended and len(step.word) >= LEAST_CLAUSE + len(step.scan) and self._is_gone(step)

    def _within(self, step: _Step) -> bool:
        """Whether a step lies inside of one piece of print: at its ends a piece may be cut."""
        ends = {*_starts(self.lines), sum(len(line.text) for line in self.lines)}
        stop = step.start + len(step.scan)
        return step.start not in ends and (not step.word or stop not in ends)

    def _is_new(self, step: _Step) -> bool:
        return not _is_of(step.scan, self.elsewhere)

    def _is_gone(self, step: _Step) -> bool:
        return not _is_of(step.word, self.on_pages)

    def _least(self, step: _Step) -> float:
        """The confidence of the worst line that the characters stand in."""
        return min((line.confidence for line in self._lines_of(step)), default=1.0)

    def _lines_of(self, step: _Step) -> Iterator[Run]:
        at = 0
        for line in self.lines:
            if at < step.start + max(1, len(step.scan)) and step.start < at + len(line.text):
                yield line
            at += len(line.text)


def _steps(text: str, scan: str) -> Iterator[_Step]:
    """The comparison, steps that only a character or two part joined."""
    steps: list[_Step] = []
    for edit in Levenshtein.opcodes(text, scan):
        word, read = text[edit.src_start : edit.src_end], scan[edit.dest_start : edit.dest_end]
        equal = edit.tag == "equal" and (len(word) > 2 or not steps)
        if steps and not equal and not steps[-1].equal:
            steps[-1].word += word
            steps[-1].scan += read
        else:
            steps.append(_Step(word, read, edit.dest_start, equal))
    yield from steps


def _starts(lines: Sequence[Run]) -> set[int]:
    """Where each line begins in the joined text."""
    found, at = set(), 0
    for line in lines:
        found.add(at)
        at += len(line.text)
    return found


def _is_of(run: str, whole: str) -> bool:
    return bool(whole) and fuzz.partial_ratio(run, whole) / 100 >= ALIKE


def _is_other_number(step: _Step) -> bool:
    """Whether a step is nothing but other digits."""
    digits = re.fullmatch(r"\d{1,12}", step.word) and re.fullmatch(r"\d{1,12}", step.scan)
    return bool(digits) and step.word != step.scan


def _is_rewritten(step: _Step) -> bool:
    """Whether other words stand in the place of some, with nothing alike in them."""
    long = len(step.word) >= AROUND and len(step.scan) >= LEAST_NEW
    return long and fuzz.ratio(step.word, step.scan) / 100 < UNLIKE
