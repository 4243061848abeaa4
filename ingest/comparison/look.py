"""The values of a Word file looked for on the print of a scan: does each stand there, and is a
number there another one.

Pure. Texts, choices and empty places are ``wording.py``, the rows of a summary table
``tablerows.py``; what follows from it all is ``pairing.py``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from ingest.comparison.printed import Places, Print, Spot, plain
from ingest.reading import ScanLine
from rules.call import Call, Form
from rules.facts import Value
from rules.vocabulary import Field, FieldType, parse_value, show_value

FOUND = 0.9  #: a value counts as found
SURE_DIGITS = 0.95  #: the engine's own confidence above which a different number is worth a look
SURE_TEXT = 0.9
#: mean likeness of names and addresses below which a different number may be misread
RELIABLE = 0.93
#: ... on a scan that is clear all over, where one name of a few lowers it by as much
RELIABLE_IF_CLEAR, CLEAR = 0.85, 0.98
NAME_SEEN = 0.7  #: likeness of a name to a place of the print that is it, perhaps misread
SHORT_NAME = 4  #: characters of a name in which nobody can tell a misread one from another
SHOWN = 24  #: characters of what was read, for people
FOREIGN = 0.6  #: likeness below which a line of running text does not belong to a text

_KEY_TYPES = {
    FieldType.TEXT, FieldType.TELEPHONE, FieldType.EMAIL, FieldType.INTEGER, FieldType.PERCENT,
}  # fmt: skip
NUMBERS = {
    FieldType.TELEPHONE, FieldType.INTEGER, FieldType.PERCENT, FieldType.DATE, FieldType.DECIMAL,
    FieldType.MONEY,
}  # fmt: skip
CHOICES = {FieldType.CHOICE, FieldType.CHOICES, FieldType.YES_NO}
WORDS = {FieldType.TEXT, FieldType.EMAIL, FieldType.LONG_TEXT}
_TELLING = frozenset("一二三四五六七八九十百〇0123456789甲乙丙丁东西南北中上下大小高初新老")
"""Characters by which neighbours' names differ and which OCR does not take for each other."""
_EASILY_LOST = frozenset("一")  #: a stroke that looks like a rule of the table


@dataclass(frozen=True)
class Difference:
    """Something that the scan clearly shows otherwise than the Word file."""

    field: str
    word: str
    scan: str


class NameRead(StrEnum):
    """What the print says of an applicant's name."""

    EQUAL = "equal"
    NEAR = "near"  #: it differs as misread characters do
    FAR = "far"  #: ... as two misread characters together, or as another name
    DIFFERENT = "different"
    UNREAD = "unread"


@dataclass(frozen=True)
class Wanted:
    """One value of the Word file to be looked for; ``row`` counts a summary table's rows from 1, 0
    is outside of them.
    """

    field: Field
    value: Value
    row: int = 0

    @property
    def name(self) -> str:
        """For people; rows of a summary table are told apart."""
        return f"第{self.row}行{self.field.name}" if self.row else self.field.name

    @property
    def shown(self) -> str:
        """As a person writes it."""
        return show_value(self.field, self.value)

    @property
    def key(self) -> str:
        """For comparing."""
        return plain(self.shown)


def mean(numbers: Iterable[float]) -> float:
    """Of nothing: 1, for nothing speaks against it."""
    values = list(numbers)
    return sum(values) / len(values) if values else 1.0


def name_on(page: Print, key: str) -> NameRead:
    """How a name stands on the print; DIFFERENT only when a telling character is another one."""
    if page.likeness(key) == 1:
        return NameRead.EQUAL
    best = fuzz.partial_ratio_alignment(key, page.text)
    if best is None or best.score / 100 < NAME_SEEN:
        return NameRead.UNREAD
    return misread(key, page.text[best.dest_start : best.dest_end])


def misread(name: str, read: str) -> NameRead:
    """Whether what was read instead of a name is another name or a misread one: a number tells, one
    character does not.
    """
    said = NameRead.NEAR
    for edit in Levenshtein.opcodes(name, read):
        if edit.tag == "equal":
            continue
        gone, come = (
            set(
                name[edit.src_start : edit.src_end],
            ),
            set(read[edit.dest_start : edit.dest_end]),
        )
        inside = edit.src_start > 0 and edit.src_end < len(name)
        if edit.tag == "replace" and gone & _TELLING and come & _TELLING:
            return NameRead.DIFFERENT
        if edit.tag == "insert" and inside and come & _TELLING:
            return NameRead.DIFFERENT
        if edit.tag == "delete" and inside and gone & _TELLING - _EASILY_LOST:
            return NameRead.DIFFERENT
        if edit.tag == "replace" and inside and edit.src_end - edit.src_start > 1:
            said = NameRead.FAR
    return said


def is_other(read: str, key: str) -> bool:
    """Whether what was read is clearly another name: little is alike, or the same characters stand
    in another order, as no misreading has it.
    """
    return fuzz.ratio(read, key) / 100 < FOREIGN or (read != key and sorted(read) == sorted(key))


class Look:
    """The values of a Word file looked for on a print."""

    def __init__(
        self,
        form: Form,
        page: Print,
        values: list[Wanted],
        call: Call,
        outline: str,
    ) -> None:
        self.form, self.page, self.values, self.outline = form, page, values, outline
        self.call = call
        self.places = Places(page, form)
        self.shared = call.words.unit_field  # every applicant of one unit fills it in alike
        self.rows = self._placed_rows()

    def _placed_rows(self) -> dict[int, list[ScanLine]]:
        """Where each applicant of a summary table stands: first those that were read as they are,
        then the misread ones among what is left.
        """
        names = [
            each for each in self.values if each.row and each.field.name == self.form.applicant
        ]
        found = {each.row: self.places.row_of(each.key, each.field) for each in names}
        exact = {
            each.row
            for each in names
            if plain("".join(line.text for line in found[each.row])) == each.key
        }
        taken = {line for row in exact for line in found[row]}
        return {
            each.row: found[each.row]
            if each.row in exact
            else self.places.row_of(each.key, each.field, taken)
            for each in names
        }

    @cached_property
    def seen(self) -> dict[Wanted, float]:
        """How well each key value stands on the pages; values whose label was not seen are not held
        against the pair.
        """
        keys = [value for value in self.values if value.field.type in _KEY_TYPES]
        asked = [value for value in keys if value.field.name != self.shared and len(value.key) > 1]
        scores = {value: self.page.likeness(value.key) for value in asked}
        return {
            value: score
            for value, score in scores.items()
            if score >= FOUND
            or self.page.shows_label(
                value.field,
            )
        }

    def name(self) -> NameRead:
        """What the print says of the applicant; of a summary table, of the most of its
        applicants.
        """
        said = [
            self._name_of(
                value,
            )
            for value in self.values
            if value.field.name == self.form.applicant
        ]
        if said.count(NameRead.DIFFERENT) > len(said) / 2:
            return NameRead.DIFFERENT
        return next(
            (name for name in (NameRead.EQUAL, NameRead.NEAR, NameRead.FAR) if name in said),
            NameRead.UNREAD,
        )

    def legibility(self) -> float:
        """The least of the page's, of that at the values' places and of a table's below its heads:
        titles and labels are larger, and known.
        """
        fields = {value.field.name: value.field for value in self.seen if value.row}
        below = {line for field in fields.values() for line in self.places.column(field)}
        spots = (spot for value in self.seen if not value.row for spot in self._spots(value))
        beside = {line for spot in spots for line in spot.lines}
        parts = (Print(tuple(lines)) for lines in (below, beside) if lines)
        return min((self.page.legibility, *(part.legibility for part in parts)))

    def _name_of(self, value: Wanted) -> NameRead:
        said = name_on(self.page, value.key)
        if said is NameRead.EQUAL and any(self._longer(spot, value) for spot in self._spots(value)):
            return NameRead.NEAR
        clear = [
            spot
            for spot in self._spots(
                value,
            )
            if spot.confidence >= SURE_TEXT and len(plain(spot.text)) >= 4
        ]
        if said is NameRead.UNREAD and clear:
            return NameRead.DIFFERENT
        return said

    def _longer(self, spot: Spot, value: Wanted) -> bool:
        """Whether the place of the name says more than the name: 第一中学 and 第一中学东校区. What another
        column says does not count, where its head was not read.
        """
        others = {each.key for each in self.values if each is not value}
        pieces = [plain(line.text) for line in spot.lines] or [plain(spot.text)]
        key = "".join(piece for piece in pieces if piece not in others)
        return value.key in key and len(key) - key.index(value.key) - len(value.key) >= 2

    def _spots(self, value: Wanted) -> Iterator[Spot]:
        if not value.row:
            yield from self.places.beside(value.field)
        elif (cell := self.places.cell(value.field, self.rows.get(value.row, ()))) is not None:
            yield cell

    def equal_numbers(self) -> tuple[str, ...]:
        """The numbers that stand on the scan."""
        return tuple(
            value.name
            for value in self._numbers()
            if value.value
            in numbers_on(
                self.page,
                value.field,
            )
        )

    def _numbers(self) -> list[Wanted]:
        return [value for value in self.values if value.field.type in NUMBERS]

    def differing_numbers(self) -> Iterator[Difference]:
        """Numbers at whose place the scan clearly shows another one, and which do not stand
        elsewhere by themselves.

        A number that merely could not be found says nothing.
        """
        if not self._reliable():
            return
        numbers = self._numbers()
        claimed = {(value.field.type, value.value) for value in numbers if self._agrees(value)}
        for value in numbers:
            if self._agrees(value):
                continue
            claimed_too = (value.field.type, value.value) in claimed
            moved = not claimed_too and self._stands_alone(value)
            clear = [
                spot.text
                for spot in self._spots(value)
                if spot.confidence >= SURE_DIGITS and self._typed(value, spot)
            ]
            if clear and not (moved and self._belongs_nowhere(value, clear[0])):
                yield Difference(value.name, value.shown, TICK_BOX.sub("", clear[0]).strip())

    def unclear(self) -> Iterator[tuple[str, str]]:
        """Numbers and short names that stand nowhere as they are, while something was read in their
        place: the name of each, and what that was.
        """
        for value in self.values:
            spot = next(self._spots(value), None) if self._is_gone(value) else None
            if spot is not None and plain(spot.text):
                yield value.name, TICK_BOX.sub("", spot.text).strip()[:SHOWN]

    def _is_gone(self, value: Wanted) -> bool:
        if value.field.type in NUMBERS:
            gone = not self._agrees(value)
            return gone and value.value not in numbers_on(self.page, value.field)
        short = 2 <= len(value.key) <= SHORT_NAME and value.field.type is FieldType.TEXT
        return short and value.key not in self.page.text

    def _stands_alone(self, value: Wanted) -> bool:
        """Whether the number is all that some piece of print says: those within a date or behind
        another label are others.
        """
        return any(
            value.value in tokens_of(line.text, value.field)
            and self._typed(value, Spot(line.text, line.confidence))
            for line in self.page.lines
        )

    def _belongs_nowhere(self, value: Wanted, read: str) -> bool:
        """Whether no other field of the Word file has the number that was read in a field's place:
        else the two changed places.
        """
        tokens = tokens_of(read, value.field)
        return not any(
            other.value in tokens
            for other in self._numbers()
            if other is not value and other.field.type is value.field.type
        )

    def _reliable(self) -> bool:
        """Whether what is no number was read nearly everywhere: else a different digit is a misread
        one.
        """
        words = [
            score
            for value, score in self.seen.items()
            if value.field.type not in NUMBERS
            and value.field.name != self.form.applicant
            and self.rows.get(value.row, True)
        ]
        clear = self.page.legibility >= CLEAR
        return mean(words) >= (RELIABLE_IF_CLEAR if clear else RELIABLE)

    def _agrees(self, value: Wanted) -> bool:
        return any(
            value.value
            in tokens_of(
                spot.text,
                value.field,
            )
            for spot in self._spots(value)
        )

    @staticmethod
    def _typed(value: Wanted, spot: Spot) -> bool:
        """Whether a place holds one whole number of the value's kind and hardly anything else but
        boxes of the next cell.
        """
        text = TICK_BOX.sub("", unicodedata.normalize("NFKC", spot.text)).strip()
        if value.field.type is FieldType.PERCENT and "%" not in text:
            return False
        matches = list(_TOKENS[value.field.type].finditer(text))
        return (
            len(
                matches,
            )
            == 1
            and len(matches[0][0]) >= len(text) - 2
            and (bool(tokens_of(text, value.field)) or has_a_digit_more(value.shown, text))
        )

    def _clear(self, value: Wanted, confidence: float) -> list[Spot]:
        """What was read well at the height of a value's label, or in its cell."""
        spots = self._spots(value) if value.row else self.places.level(value.field)
        return [
            spot for spot in spots if spot.confidence >= confidence and len(plain(spot.text)) > 1
        ]


def has_a_digit_more(word: str, read: str) -> bool:
    """Whether a number that can be none of its kind is the Word file's with one digit put in or
    left out: a telephone of twelve digits, 198.6%.
    """
    one, other = (re.sub(r"\D", "", text) for text in (word, read))
    edits = Levenshtein.editops(one, other).as_list()
    return len(one) > 1 and [edit[0] for edit in edits] in (["insert"], ["delete"])


TICK_BOX = re.compile(r"[□☐☑√○◻]\s*[\u4e00-\u9fff]*|[\u4e00-\u9fff]+\s*[□☐☑√○◻]")
"""A box with its option, before or after it."""
_TOKENS = {
    FieldType.PERCENT: re.compile(r"\d{1,3}(?:\.\d{1,4})?\s*[%‰]?"),
    FieldType.INTEGER: re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,9}"),
    FieldType.DECIMAL: re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.\d{1,6})?"),
    FieldType.MONEY: re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,11})(?:\.\d{1,6})?\s*(?:万元|元)?"),
    FieldType.TELEPHONE: re.compile(r"\d[\d\s()~—–-]{5,18}\d"),
    FieldType.DATE: re.compile(r"\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*[日号]?|\d{8}"),
}


def tokens_of(text: str, field: Field) -> frozenset[Value]:
    """Every number of a field's kind in a piece of text, in the unit its box counts in."""
    plain_text = unicodedata.normalize("NFKC", text).replace("~", "-")
    matches = _TOKENS[field.type].finditer(plain_text)
    read = (parse_value(field, match[0]) for match in matches)
    return frozenset(value for value in read if value is not None)


def numbers_on(page: Print, field: Field) -> frozenset[Value]:
    """Every number of a kind on the pages, wherever it stands."""
    found: set[Value] = set()
    for line in page.lines:
        found |= tokens_of(line.text, field)
    return frozenset(found)
