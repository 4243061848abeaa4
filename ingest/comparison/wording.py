"""Texts, choices and empty places of a form that the scan clearly shows otherwise than Word does.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from ingest.comparison.edges import missing_ends, put_in_front
from ingest.comparison.look import (
    CHOICES,
    FOREIGN,
    NUMBERS,
    SURE_DIGITS,
    SURE_TEXT,
    WORDS,
    Difference,
    Look,
    NameRead,
    Wanted,
    is_other,
    misread,
    numbers_on,
)
from ingest.comparison.passages import Run, changes
from ingest.comparison.printed import Spot, plain
from ingest.comparison.telling import (
    boxes_before,
    doubt_of,
    goes_on,
    is_other_address,
    is_other_name,
    one_other_character,
    renamed,
    says_less,
    ticked,
    with_figures,
    without_figures,
)
from ingest.reading import Document, ScanLine
from rules.facts import Fact, Knowledge, Value
from rules.names import take_apart
from rules.vocabulary import Field, FieldType

_PROMPT = frozenset("年月日时元人盖章签字")  #: printed where something is to be written
SAME_TEXT = 0.8  #: likeness from which a text counts as seen
SURE_NAME = 0.97  #: ... at which every character of a short name was read well
LEAST_LINE = 12  #: characters of running text that can be compared


def _shared(text: str, read: str) -> tuple[int, int]:
    """How much of a text was read in runs, and how much was read at all."""
    runs = (
        edit.src_end - edit.src_start
        for edit in Levenshtein.opcodes(text, read)
        if edit.tag == "equal"
    )
    return sum(run for run in runs if run > 2), len(read)


class Texts(Look):
    """What is no number, outside of a summary table's names."""

    def differing_texts(self) -> Iterator[Difference]:
        """Names of people and places, and running text, where the scan clearly shows something
        else.
        """
        texts = [value.key for value in self.values if value.field.type is FieldType.LONG_TEXT]
        for value in self.values:
            if value.field.type is FieldType.LONG_TEXT:
                yield from self._passage(value, texts)
            elif value.field.type is FieldType.EMAIL:
                yield from self._address(value)
            elif value.field.name == self.form.applicant:
                yield from self._applicant(value)
            elif value.field.type is FieldType.TEXT:
                yield from self._short_text(value)

    def _address(self, value: Wanted) -> Iterator[Difference]:
        """An e-mail address that is another one."""
        if value.key not in self.page.text:
            for spot in self._clear(value, SURE_DIGITS)[:1]:
                if is_other_address(value.shown, spot.text):
                    yield Difference(value.name, value.shown, spot.text)

    def _applicant(self, value: Wanted) -> Iterator[Difference]:
        """A name read for sure that is another one: two characters or a number changed, one where
        every character is sure, a part of the applicant, a word more or less. Rows are looked at by
        themselves.
        """
        for spot in self._clear(value, SURE_DIGITS):
            read = plain(spot.text)
            gone = says_less(value.key, read)
            less = bool(gone) and gone not in self.page.text
            other = self._has_one_other(value, spot)
            named = other or (not value.row and self._renamed(value, read))
            if goes_on(value.key, read) or less or named:
                yield Difference(value.name, value.shown, spot.text)
                return

    def _renamed(self, value: Wanted, read: str) -> bool:
        own = plain(take_apart(value.shown, self.call).own)
        lost = len(read) < len(value.key) and value.key in self.page.text  # by a seal over it
        alike = bool(own) and abs(len(read) - len(value.key)) <= 2 and not lost
        numbered = alike and misread(value.key, read) is NameRead.DIFFERENT
        return numbered or renamed(value.key, read, own)

    def _has_one_other(self, value: Wanted, spot: Spot) -> bool:
        """Whether a single character was changed, and the text stands nowhere as it is."""
        other = one_other_character(value.key, plain(spot.text), doubt_of(spot.lines))
        return other and value.key not in self.page.text

    def _short_text(self, value: Wanted) -> Iterator[Difference]:
        if value.field.name == self.shared:
            yield from self._unit(value)
            return
        seen = self.page.likeness(value.key) >= SAME_TEXT
        spots = [
            spot
            for spot in self._spots(value)
            if spot.confidence >= SURE_TEXT and len(plain(spot.text)) > 1
        ]
        if not seen and spots and all(is_other(plain(spot.text), value.key) for spot in spots):
            yield Difference(value.name, value.shown, spots[0].text)
            return
        absent = value.key not in self.page.text
        others = {each.key for each in self.values if each.field is value.field} - {value.key}
        for spot in self._clear(value, SURE_NAME)[:1]:
            read = plain(spot.text)
            cut = read in value.key and self.page.may_cover(spot.lines)
            unlike = (absent or value.key in read) and not cut
            other = unlike and is_other_name(value.key, read)
            if read in others or other or self._has_one_other(value, spot):
                yield Difference(value.name, value.shown, spot.text)

    def _unit(self, value: Wanted) -> Iterator[Difference]:
        """A unit with another number: 第八师 and 第七师."""
        for spot in self._clear(value, SURE_DIGITS):
            read = plain(spot.text)
            alike = abs(len(read) - len(value.key)) <= 2
            numbered = alike and misread(value.key, read) is NameRead.DIFFERENT
            if numbered or self._has_one_other(value, spot):
                yield Difference(value.name, value.shown, spot.text)
                return

    def differing_choices(self) -> Iterator[Difference]:
        """An option that is ticked on the scan and not chosen in the Word file, or chosen there and
        not ticked.
        """
        for value in self.values:
            if value.field.type not in CHOICES:
                continue
            chosen = {plain(each) for each in re.split(r"[、,;,;]", value.shown)}
            options = {plain(each) for each in value.field.options} or {"是", "否"}
            marked = self._marked(value, options)
            if marked - chosen:
                yield Difference(value.name, value.shown, "、".join(sorted(marked)))
            elif left := self._left_empty(value, options) & chosen:
                yield Difference(value.name, value.shown, "、".join(f"□{e}" for e in sorted(left)))

    def _marked(self, value: Wanted, options: set[str]) -> frozenset[str]:
        """The options with a tick, or what was written where none are printed."""
        for spot in self._clear(value, SURE_TEXT)[:1]:
            marked = ticked(spot.text) or self._only_option(value, spot, options)
            return marked if marked <= options else frozenset()
        return frozenset()

    def _left_empty(self, value: Wanted, options: set[str]) -> frozenset[str]:
        """The options whose box is empty for sure: another one's is ticked, or was not read, as
        happens to ticked ones.
        """
        lines = () if value.row else self.places.running(value.field)
        boxes = boxes_before((e.text for e in lines if e.confidence >= SURE_DIGITS), options)
        return boxes.empty if boxes.marked or boxes.bare else frozenset()

    def _only_option(self, value: Wanted, spot: Spot, options: set[str]) -> frozenset[str]:
        """What was written where no options are printed: else all stand there, ticked or not."""
        read = plain(spot.text)
        lines = () if value.row else self.places.running(value.field)
        printed = {plain(line.text) for line in lines} - {read}
        others = any(each in text for each in options - {read} for text in printed)
        return frozenset() if others else frozenset([read])

    def emptied(self) -> Iterator[Difference]:
        """Values whose place on a legible scan is empty, and which stand nowhere else on it."""
        if self.legibility() < SURE_DIGITS:
            return
        for value in self.values:
            if self._is_emptied(value):
                yield Difference(value.name, value.shown[:40], "没有读到字(空着或被遮住)")

    def _is_emptied(self, value: Wanted) -> bool:
        """Of what may run over a line only some lines are read: of that nothing follows."""
        return (
            value.field.type not in {*CHOICES, FieldType.LONG_TEXT}
            and 3 <= len(value.key) <= LEAST_LINE
            and self._reads_empty(value)
            and self.page.likeness(value.key) < SAME_TEXT
            and value.value not in self._numbers_like(value)
            and not self.page.may_cover(self._beside(value))
        )

    def _beside(self, value: Wanted) -> list[ScanLine]:
        """What stands level with a value: its labels, or the name of its row."""
        stacks = self.places.labels.get(value.field.name, ())
        labels = [line for stack in stacks for line in stack.lines]
        return self.rows.get(value.row, []) if value.row else labels

    def _reads_empty(self, value: Wanted) -> bool:
        """Whether nothing stands beside a label or in a row's cell."""
        if value.row:
            row = self.rows.get(value.row, [])
            known = bool(row) and value.field.name in self.places.labels
            return known and self.places.cell(value.field, row) is None
        read = any(plain(spot.text) for spot in self.places.level(value.field))
        return self.places.ends(value.field) and not read

    def _numbers_like(self, value: Wanted) -> frozenset[Value]:
        return numbers_on(self.page, value.field) if value.field.type in NUMBERS else frozenset()

    def filled_in(self, word: Document) -> Iterator[Difference]:
        """Places that are empty in the Word file and filled on the scan."""
        for field in self.form.fields:
            if word.fields.get(field.name, Fact.unknown()).knowledge is Knowledge.BLANK:
                for spot in self.places.level(field):
                    if spot.confidence >= SURE_DIGITS and self._is_entry(field, spot):
                        yield Difference(field.name, "未填", spot.text[:40])
                        break
        for number, row in enumerate(word.rows, 1):
            yield from self._filled_cells(number, row)

    def _filled_cells(self, number: int, row: Mapping[str, Fact]) -> Iterator[Difference]:
        """The same of one row of a summary table."""
        for field in self.form.columns:
            if row.get(field.name, Fact.unknown()).knowledge is not Knowledge.BLANK:
                continue
            spot = self.places.cell(field, self.rows.get(number, []))
            if spot is not None and spot.confidence >= SURE_DIGITS and self._fills(field, spot):
                yield Difference(f"第{number}行{field.name}", "未填", spot.text[:40])

    def _fills(self, field: Field, spot: Spot) -> bool:
        """Whether what stands in a cell was written there: in a table nothing is printed."""
        if field.type in NUMBERS:
            return self._is_entry(field, spot)
        return len(plain(spot.text)) > 1 and not ticked(spot.text)

    def _is_entry(self, field: Field, spot: Spot) -> bool:
        """Whether what stands at a place was filled in, not printed there."""
        if field.type in NUMBERS:
            return self._typed(Wanted(field, ""), spot) and len(plain(spot.text)) > 1
        key = plain(spot.text)
        return (
            field.type in WORDS
            and len(set(key) - _PROMPT) > 1
            and bool(self.outline)
            and fuzz.partial_ratio(key, self.outline) / 100 < FOREIGN
        )

    def _passage(self, value: Wanted, texts: Sequence[str]) -> Iterator[Difference]:
        lines = [
            line for line in self.places.running(value.field)
            if line.confidence >= SURE_TEXT and len(plain(line.text)) >= LEAST_LINE
        ]  # fmt: skip
        strange = [
            line
            for line in lines
            if all(
                fuzz.partial_ratio(
                    plain(line.text),
                    text,
                )
                / 100
                < FOREIGN
                for text in texts
            )
        ]
        if strange and 2 * len(strange) >= len(lines):
            yield Difference(value.name, value.shown[:40], strange[0].text[:40])
        elif read := self._exchanged(value):
            yield Difference(value.name, value.shown[:40], read[:40])
        else:
            yield from self._changes(value)

    def _exchanged(self, value: Wanted) -> str:
        """What was read in the place of a text, if it is another field's text."""
        lines = self.places.running(value.field)
        key, read = (
            "".join(plain(line.text) for line in lines),
            "".join(each.text for each in lines),
        )
        if len(key) < LEAST_LINE or fuzz.partial_ratio(key, value.key) / 100 >= FOREIGN:
            return ""
        others = (each for each in self.values if each.field.type is FieldType.LONG_TEXT)
        return read if any(fuzz.ratio(key, each.key) / 100 >= SAME_TEXT for each in others) else ""

    def _changes(self, value: Wanted) -> Iterator[Difference]:
        """A sentence or a figure that only one of the two has."""
        text = with_figures(value.shown)
        lines = self._lines(value, text)
        everything = "".join(with_figures(line.text) for line in self.page.lines)
        elsewhere = self.outline + "".join(with_figures(each.shown) for each in self.values)
        for change in changes(
            text,
            [Run(with_figures(line.text), line.confidence) for line in lines],
            elsewhere,
            everything,
            sure=SURE_TEXT,
            sure_digits=SURE_DIGITS,
            legible=self.page.legibility >= SURE_DIGITS,
        ):
            yield Difference(value.name, change.word[:40] or "无", change.scan[:40] or "无")
        for more in put_in_front(text, lines, SURE_DIGITS):
            if fuzz.partial_ratio(more, elsewhere) / 100 < FOREIGN:
                yield Difference(value.name, "无", without_figures(more)[:40])
        if self.page.legibility >= SURE_DIGITS:
            paragraphs = [with_figures(each) for each in value.shown.splitlines()]
            for gone in missing_ends(paragraphs, lines, everything, SURE_DIGITS):
                yield Difference(value.name, without_figures(gone)[:40], "无")

    def _lines(self, value: Wanted, text: str) -> list[ScanLine]:
        """The print of a running text, whether its label stands in the middle of its cell or at the
        top of it: what is more like the text.
        """
        ways = (self.places.running(value.field), self.places.hanging(value.field))
        return max(
            ways,
            key=lambda lines: _shared(text, "".join(with_figures(line.text) for line in lines)),
        )
