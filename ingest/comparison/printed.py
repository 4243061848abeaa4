"""The print of a scan, prepared for looking things up: is a text there, where do a form's labels
stand, what stands beside them.

Pure. Places are millimetres on the page as it was read, upright and level. What follows from it is
``pairing.py``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from rapidfuzz import fuzz

from ingest.reading import Document, ScanLine, Seal
from rules.call import Call, Form
from rules.characters import folded
from rules.labels import label_key
from rules.vocabulary import Field

ALIKE = 0.80  #: a long label or title counts as seen
LABEL_READ = 0.85  #: a piece is a long label
LONG_LABEL = 5  #: characters from which a label need not be exact
_TITLE_PART = 5  #: characters of a title that make a piece of it
_STEP = 5.0  #: mm that centre or left edge of stacked lines may differ
_BESIDE = 6.0  #: mm above and below a label where its value may stand


def plain(text: str) -> str:
    """NFKC, lower case, letters and digits only: what partial matches are taken over."""
    return re.sub(r"[\W_]+", "", folded(text).lower())


def is_title(text: str, call: Call) -> bool:
    """Whether a piece of print is a title of one of the call's forms, or a good part of one."""
    key = plain(text)
    titles = [plain(title) for form in call.forms for title in form.titles]
    return len(key) >= _TITLE_PART and any(
        len(key) <= len(title) + 6
        and fuzz.partial_ratio(
            key,
            title,
        )
        / 100
        >= ALIKE
        for title in titles
    )


@dataclass(frozen=True)
class Stack:
    """One piece of print, or several below each other that a narrow cell has broken."""

    lines: tuple[ScanLine, ...]

    @cached_property
    def key(self) -> str:
        """The text for comparing."""
        return "".join(plain(line.text) for line in self.lines)

    @property
    def page(self) -> int:
        """From 1."""
        return self.lines[0].page

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Around all of it."""
        boxes = [line.box for line in self.lines]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)


@dataclass(frozen=True)
class Spot:
    """What stands where a field's value belongs; ``confidence`` is that of its worst piece."""

    text: str
    confidence: float
    lines: tuple[ScanLine, ...] = ()  #: the pieces it was put together from


class Print:
    """What was read from the pages of a scan; ``seals`` cover some of it, ``bare`` pages bear
    hardly anything but a place for one.
    """

    def __init__(
        self, lines: Sequence[ScanLine], seals: Iterable[Seal] = (), bare: Iterable[int] = ()
    ) -> None:
        self.lines, self.bare = tuple(lines), tuple(bare)
        self.seals = tuple(seals)
        self.text = "".join(plain(line.text) for line in self.lines)

    @cached_property
    def pages(self) -> tuple[Print, ...]:
        """The print of each page by itself, in the order read."""
        return tuple(
            Print(list(lines))
            for _, lines in groupby(
                self.lines,
                key=lambda line: line.page,
            )
        )

    @classmethod
    def of(cls, scan: Document) -> Print:
        """That of a scan, with its seals."""
        return cls(scan.lines, scan.seal.seals if scan.seal else (), scan.bare_pages)

    def may_cover(self, lines: Iterable[ScanLine]) -> bool:
        """Whether a seal stands at the height of some pieces: nobody says what is not there."""
        return any(_is_level(seal, line) for seal in self.seals for line in lines)

    @cached_property
    def stacks(self) -> tuple[Stack, ...]:
        """Every piece alone and with the one or two pieces right below it."""
        found: list[Stack] = []
        for line in self.lines:
            stack: tuple[ScanLine, ...] = (line,)
            found.append(Stack(stack))
            while len(stack) < 3 and (below := self._below(stack[-1])) is not None:
                stack = (*stack, below)
                found.append(Stack(stack))
        return tuple(found)

    def _below(self, line: ScanLine) -> ScanLine | None:
        height = line.box[3] - line.box[1]
        if not height:
            return None
        return next(
            (
                other
                for other in self.lines
                if other.page == line.page
                and 0.5 * height < other.box[1] - line.box[1] < 2 * height
                and (
                    abs(_centre(other) - _centre(line)) < _STEP
                    or abs(other.box[0] - line.box[0]) < _STEP
                )
            ),
            None,
        )

    @cached_property
    def legibility(self) -> float:
        """Mean confidence of the characters read; 0 of nothing."""
        weight = sum(len(line.text) for line in self.lines)
        return sum(line.confidence * len(line.text) for line in self.lines) / max(1, weight)

    def likeness(self, key: str) -> float:
        """How well ``key`` stands in the text, 0..1; a short one must stand there as it is."""
        if key in self.text or any(
            key in stack.key for stack in self.stacks if len(stack.lines) > 1
        ):
            return 1.0
        return float(fuzz.partial_ratio(key, self.text)) / 100 if self.text else 0.0

    def shows(self, key: str) -> bool:
        """Whether a label stands on the pages; a short one must be there exactly."""
        return bool(key) and (self.likeness(key) >= (ALIKE if len(key) >= LONG_LABEL else 1.0))

    def shows_label(self, field: Field) -> bool:
        """Whether one of the field's labels stands on the pages."""
        return any(self.shows(key) for key in label_keys(field))


def _is_level(seal: Seal, line: ScanLine) -> bool:
    top, bottom = seal.bbox[1] - _BESIDE, seal.bbox[1] + seal.bbox[3] + _BESIDE
    return seal.page == line.page and top < line.box[3] and line.box[1] < bottom


def label_keys(field: Field) -> tuple[str, ...]:
    """The labels of a field for comparing, long ones first."""
    return _long_first(label_key(label) for label in field.labels)


def _printed_keys(field: Field) -> tuple[str, ...]:
    """The same, and with what they say in brackets (盖章), which is printed, too."""
    return _long_first(key for label in field.labels for key in (label_key(label), label))


def _long_first(labels: Iterable[str]) -> tuple[str, ...]:
    keys = {plain(label) for label in labels} - {""}
    return tuple(sorted(keys, key=lambda key: (-len(key), key)))


def _centre(line: ScanLine) -> float:
    return (line.box[0] + line.box[2]) / 2


def _middle(line: ScanLine) -> float:
    return (line.box[1] + line.box[3]) / 2


# --- places ---------------------------------------------------------------------------------------


class Places:
    """Where the labels of one form stand on a print, and what stands at their values' places."""

    def __init__(self, print_: Print, form: Form) -> None:
        self.print = print_
        # the others' places are not known
        self.lines = [line for line in print_.lines if line.box[3] > line.box[1]]
        self.labels: dict[str, list[Stack]] = {}
        taken: set[ScanLine] = set()
        for _, _, name, stack in sorted(
            self._candidates(form),
            key=lambda each: (-each[0], -each[1]),
        ):
            if not taken.intersection(stack.lines):
                self.labels.setdefault(name, []).append(stack)
                taken.update(stack.lines)
        self.taken = frozenset(taken)
        self._heads = [stack for stacks in self.labels.values() for stack in stacks]

    def _candidates(self, form: Form) -> Iterator[tuple[float, int, str, Stack]]:
        """Pieces that may be labels: how well they are, length of the label, field, piece."""
        keys = [
            (
                key,
                field.name,
            )
            for field in (*form.fields, *form.columns)
            for key in _printed_keys(field)
        ]
        for stack in self.print.stacks:
            for key, name in keys:
                score = 1.0 if stack.key == key else _nearly(stack.key, key)
                if score:
                    yield score, len(key), name, stack

    def beside(self, field: Field) -> Iterator[Spot]:
        """What stands beside each of the field's labels, or behind it in one piece (``联系人：张三``)."""
        for stack in self.labels.get(field.name, ()):
            lines, level = self._right_of(stack), self._level(stack)
            for spot in (self._spot(lines), self._spot(level) if level != lines else None):
                if spot is not None:
                    yield spot
        for line in self.print.lines:
            for key in label_keys(field):
                match = re.fullmatch(
                    r"\s*"
                    + r"\s*".join(
                        map(re.escape, key),
                    )
                    + r"\s*(?:\([^()]*\))?\s*:\s*(.+)",
                    nfkc(line),
                )
                if match:
                    yield Spot(match[1], line.confidence, (line,))

    def running(self, field: Field) -> list[ScanLine]:
        """The lines of text that stand beside a field's labels, as far as they were read."""
        return [
            line
            for stack in self.labels.get(
                field.name,
                (),
            )
            for line in self._right_of(stack, tall=True)
        ]

    def hanging(self, field: Field) -> list[ScanLine]:
        """The same where labels stand at the top of their cells: from each one down to the next."""
        return [
            line
            for stack in self.labels.get(field.name, ())
            for line in self._right_of(stack, down=True)
        ]

    def level(self, field: Field) -> list[Spot]:
        """What stands at the very height of the field's labels."""
        spots = (self._spot(self._level(stack)) for stack in self.labels.get(field.name, ()))
        return [spot for spot in spots if spot is not None]

    def _level(self, label: Stack) -> list[ScanLine]:
        _, top, _, bottom = label.box
        return [line for line in self._right_of(label) if top <= _middle(line) <= bottom]

    def ends(self, field: Field) -> bool:
        """Whether a label was read and another one below each: what belongs to it stands there."""
        stacks = self.labels.get(field.name, ())
        return bool(stacks) and all(self._under(stack) for stack in stacks)

    def _under(self, label: Stack) -> list[Stack]:
        """The labels below one."""
        return [
            head
            for head in self._heads
            if self._over(head, label) and head.box[1] >= label.box[3] - 1
        ]

    def _right_of(self, label: Stack, *, tall: bool = False, down: bool = False) -> list[ScanLine]:
        _, top, right, bottom = label.box
        nearest = min(
            (
                head.box[0]
                for head in self._heads
                if head.page == label.page
                if head.box[0] > right - 1
                if head.box[1] < bottom and head.box[3] > top
            ),
            default=1e9,
        )
        above = [
            head.box[3]
            for head in self._heads
            if self._over(
                head,
                label,
            )
            and head.box[3] <= top + 1
        ]
        under = [head.box[1] for head in self._under(label)]
        upper = (max(above) + top) / 2 if above else top - _BESIDE
        lower = (min(under) + bottom) / 2 if under else bottom + _BESIDE
        if down:
            upper, lower = top - 1, min(under, default=1e9)
        elif not tall:
            upper, lower = max(upper, top - _BESIDE), min(lower, bottom + _BESIDE)
        return [
            line for line in self.lines
            if line.page == label.page and line not in self.taken and right - 1 <= line.box[0]
            and _centre(line) < nearest and upper <= _middle(line) <= lower
        ]  # fmt: skip

    @staticmethod
    def _over(head: Stack, label: Stack) -> bool:
        """Whether two labels stand in one column."""
        beside = head.box[2] <= label.box[0] or head.box[0] >= label.box[2]
        return head is not label and head.page == label.page and not beside

    @staticmethod
    def _spot(lines: Sequence[ScanLine]) -> Spot | None:
        if not lines:
            return None
        ordered = sorted(lines, key=lambda line: (line.row, line.box[0]))
        return Spot(
            " ".join(line.text for line in ordered),
            min(line.confidence for line in ordered),
            tuple(ordered),
        )

    def column(self, field: Field) -> list[ScanLine]:
        """The pieces below a column's head, on its page and on later ones without heads."""
        heads = self.labels.get(field.name, ())
        if not heads:
            return []
        head = heads[0]
        level = [
            other for other in self._heads if other.page == head.page and other is not head
            and other.box[1] < head.box[3] + _BESIDE and other.box[3] > head.box[1] - _BESIDE
        ]  # fmt: skip
        lefts = [other.box[2] for other in level if other.box[2] <= head.box[0]]
        rights = [other.box[0] for other in level if other.box[0] >= head.box[2]]
        left = (max(lefts) + head.box[0]) / 2 if lefts else head.box[0] - 25
        right = (min(rights) + head.box[2]) / 2 if rights else head.box[2] + 25
        return [
            line
            for line in self.lines
            if line not in self.taken
            and left <= _centre(line) <= right
            and (line.page, line.box[1]) >= (head.page, head.box[3] - 1)
        ]

    def row_of(self, name: str, names: Field, others: Collection[ScanLine] = ()) -> list[ScanLine]:
        """The pieces in the column of names that together are ``name``, best match first found; []
        when it is not there. ``others`` are known to be other names.
        """
        column = set(self.column(names)).difference(others)
        best: Stack | None = None
        for stack in self.print.stacks:
            if column.issuperset(stack.lines) and _alike(
                stack.key,
                name,
            ) > (_alike(best.key, name) if best else 0.7):
                best = stack
        return list(best.lines) if best else []

    def cell(self, field: Field, row: Sequence[ScanLine]) -> Spot | None:
        """What stands in a column at the height of a row's name."""
        if not row:
            return None
        top, bottom = min(line.box[1] for line in row) - 2, max(line.box[3] for line in row) + 2
        return self._spot(
            [
                line
                for line in self.column(
                    field,
                )
                if line.page == row[0].page and top <= _middle(line) <= bottom
            ]
        )


def nfkc(line: ScanLine) -> str:
    """A piece's text with full-width letters and digits made plain."""
    return folded(line.text).strip()


def _nearly(text: str, key: str) -> float:
    """How well a piece is a long label that was misread a little; 0 when it is not."""
    if len(key) < LONG_LABEL or abs(len(text) - len(key)) > 2:
        return 0.0
    score = _alike(text, key)
    return score if score >= LABEL_READ else 0.0


def _alike(first: str, second: str) -> float:
    return float(fuzz.ratio(first, second)) / 100
