"""Are a Word file and a scan the same document? Values are compared, never whole texts: the
template is most of the text.

Pure: facts of the Word file and the print read from the scan in, a comparison out. Measured facts,
section 5: mean over the key fields of the best partial match; 0.80 and more is the same document,
0.70 and less another one. Neighbours share most of their values (one office, one clerk), so the
applicant's name is weighed by itself: 第一中学 is not 第二中学.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from ingest.comparison.passages import Run, changes
from ingest.comparison.printed import Places, Print, Spot, nfkc, plain
from ingest.reading import Document, ScanLine
from rules.call import Call, Form
from rules.facts import Fact, Knowledge, Value
from rules.names import take_apart
from rules.vocabulary import Field, FieldType, parse_value, show_value

SAME, OTHER = 0.80, 0.70
NEARLY_ALL = 0.95  #: of the other values: then a doubtful name is taken for misread
LEAST_VALUES = 3  #: fewer values that could be compared prove nothing
FOUND = 0.9  #: a value counts as found
MAX_VALUES = 80  #: of a long summary table
SURE_DIGITS = 0.95  #: the engine's own confidence above which a different number is worth a look
SURE_TEXT = 0.9
LEGIBLE = 0.75  #: mean confidence of a scan below which nothing is called another document
#: mean likeness of names and addresses below which a different number may be misread
RELIABLE = 0.93
NAME_SEEN = 0.7  #: likeness of a name to a place of the print that is it, perhaps misread
FOREIGN = 0.6  #: likeness below which a line of running text does not belong to a text
LEAST_LINE = 12  #: characters of running text that can be compared
ROW_SEEN = 0.75

_KEY_TYPES = {
    FieldType.TEXT, FieldType.TELEPHONE, FieldType.EMAIL, FieldType.INTEGER, FieldType.PERCENT,
}  # fmt: skip
_NUMBERS = {
    FieldType.TELEPHONE, FieldType.INTEGER, FieldType.PERCENT, FieldType.DATE, FieldType.DECIMAL,
    FieldType.MONEY,
}  # fmt: skip
_TELLING = frozenset("一二三四五六七八九十百〇0123456789甲乙丙丁东西南北中上下大小高初新老")
"""Characters by which neighbours' names differ and which OCR does not take for each other."""
_EASILY_LOST = frozenset("一")  #: a stroke that looks like a rule of the table


class Likeness(StrEnum):
    """The three answers."""

    SAME = "same"
    OTHER = "other"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Difference:
    """Something that the scan clearly shows otherwise than the Word file."""

    field: str
    word: str
    scan: str


@dataclass(frozen=True)
class Comparison:
    """What came of it; ``score`` is None when too little could be compared."""

    outcome: Likeness
    score: float | None = None
    agreeing: tuple[str, ...] = ()  #: names of the fields whose value stands on the scan
    missing: tuple[str, ...] = ()  #: fields whose value was not found there
    equal_numbers: tuple[str, ...] = ()
    absent_numbers: tuple[str, ...] = ()  #: neither equal nor different: not read
    differences: tuple[Difference, ...] = ()  #: numbers
    passages: tuple[Difference, ...] = ()  #: texts and rows of a summary table

    @property
    def numbers_agree(self) -> bool | None:
        """False when a number differs, True when some were found and none differs, else None."""
        if self.differences:
            return False
        return True if self.equal_numbers else None


class _Name(StrEnum):
    """What the print says of an applicant's name."""

    EQUAL = "equal"
    NEAR = "near"  #: it differs as misread characters do
    FAR = "far"  #: ... as two misread characters together, or as another name
    DIFFERENT = "different"
    UNREAD = "unread"


@dataclass(frozen=True)
class _Value:
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
        return show_value(self.field, self.value)

    @property
    def key(self) -> str:
        return plain(self.shown)


def compare(word: Document, page: Print, call: Call) -> Comparison:
    """How far the values of ``word`` stand on a scan whose print is ``page``."""
    form = next((form for form in call.forms if form.id == word.form), None)
    if form is None or not page.lines:
        return Comparison(Likeness.UNSURE)
    outline = (text for chain in word.outline for text in chain)
    look = _Look(form, page, list(_values(word, form))[:MAX_VALUES], call, plain("".join(outline)))
    seen = look.seen
    found = tuple(value.name for value, score in seen.items() if score >= FOUND)
    missing = tuple(value.name for value, score in seen.items() if score < FOUND)
    if len(seen) < LEAST_VALUES:
        return Comparison(Likeness.UNSURE, None, found, missing)
    rest = [score for value, score in seen.items() if value.field.name != form.applicant]
    differences, passages = (
        tuple(look.differing_numbers()),
        (
            *look.differing_texts(),
            *look.differing_rows(),
        ),
    )
    outcome = _outcome(look.name(), _mean(rest), doubts=bool(differences or passages))
    if outcome is Likeness.OTHER and look.page.legibility < LEGIBLE:
        outcome = Likeness.UNSURE
    if outcome is Likeness.SAME and passages:
        outcome = Likeness.UNSURE
    equal = look.equal_numbers()
    other = outcome is Likeness.OTHER  # then single differences say nothing
    return Comparison(
        outcome,
        round(_mean(seen.values()), 3),
        found,
        missing,
        equal,
        tuple(
            name
            for name in look.number_names()
            if name
            not in {
                *equal,
                *(each.field for each in differences),
            }
        ),
        () if other else differences,
        () if other else passages,
    )


def _outcome(name: _Name, rest: float, *, doubts: bool) -> Likeness:
    if name is _Name.EQUAL:
        return Likeness.SAME if rest >= SAME else Likeness.UNSURE
    if name is _Name.DIFFERENT:
        return Likeness.OTHER if rest < SAME or (rest < NEARLY_ALL and doubts) else Likeness.UNSURE
    if rest <= (SAME if name is _Name.FAR else OTHER):
        return Likeness.OTHER
    if name is _Name.UNREAD or not doubts:
        enough = NEARLY_ALL if name is _Name.FAR else SAME
        return Likeness.SAME if rest >= enough else Likeness.UNSURE
    return Likeness.SAME if rest >= NEARLY_ALL and name is _Name.NEAR else Likeness.UNSURE


def _mean(numbers: Iterable[float]) -> float:
    """Of nothing: 1, for nothing speaks against it."""
    values = list(numbers)
    return sum(values) / len(values) if values else 1.0


def share_of_labels(lines: Sequence[ScanLine], form: Form) -> float:
    """The share (0..1) of the form's fields whose label stands on the pages read: how far reading
    on can still help.
    """
    page, fields = Print(lines), form.columns or form.fields
    return sum(page.shows_label(field) for field in fields) / max(1, len(fields))


def shows_text(page: Print, text: str) -> bool:
    """Whether ``text`` (a name) stands on the scan as far as could be read."""
    key = plain(text)
    return len(key) > 1 and bool(page.lines) and _name_on(page, key) in (_Name.EQUAL, _Name.NEAR)


def _values(word: Document, form: Form) -> Iterator[_Value]:
    """The known values of the form's fields and, for a summary table, of its rows."""
    yield from _known(form.fields, word.fields, 0)
    for number, row in enumerate(word.rows, 1):
        yield from _known(form.columns, row, number)


def _known(fields: Iterable[Field], facts: dict[str, Fact], row: int) -> Iterator[_Value]:
    for field in fields:
        fact = facts.get(field.name)
        if fact is not None and fact.knowledge is Knowledge.KNOWN and fact.value is not None:
            yield _Value(field, fact.value, row)


def _name_on(page: Print, key: str) -> _Name:
    """How a name stands on the print; DIFFERENT only when a telling character is another one."""
    if page.likeness(key) == 1:
        return _Name.EQUAL
    best = fuzz.partial_ratio_alignment(key, page.text)
    if best is None or best.score / 100 < NAME_SEEN:
        return _Name.UNREAD
    return _misread(key, page.text[best.dest_start : best.dest_end])


def _misread(name: str, read: str) -> _Name:
    """Whether what was read instead of a name is another name or a misread one: a number tells, one
    character does not.
    """
    said = _Name.NEAR
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
            return _Name.DIFFERENT
        if edit.tag == "insert" and inside and come & _TELLING:
            return _Name.DIFFERENT
        if edit.tag == "delete" and inside and gone & _TELLING - _EASILY_LOST:
            return _Name.DIFFERENT
        if edit.tag == "replace" and inside and edit.src_end - edit.src_start > 1:
            said = _Name.FAR
    return said


def _is_other(read: str, key: str) -> bool:
    """Whether what was read is clearly another name: little is alike, or the same characters stand
    in another order, as no misreading has it.
    """
    return fuzz.ratio(read, key) / 100 < FOREIGN or (read != key and sorted(read) == sorted(key))


class _Look:
    """The values of a Word file looked for on a print."""

    def __init__(
        self,
        form: Form,
        page: Print,
        values: list[_Value],
        call: Call,
        outline: str,
    ) -> None:
        self.form, self.page, self.values, self.outline = form, page, values, outline
        self.call = call
        self.places = Places(page, form)
        self.shared = call.words.unit_field  # every applicant of one unit fills it in alike
        self.rows = {
            value.row: self.places.row_of(value.key, value.field)
            for value in values
            if value.row and value.field.name == form.applicant
        }

    @cached_property
    def seen(self) -> dict[_Value, float]:
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

    def name(self) -> _Name:
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
        if said.count(_Name.DIFFERENT) > len(said) / 2:
            return _Name.DIFFERENT
        return next(
            (name for name in (_Name.EQUAL, _Name.NEAR, _Name.FAR) if name in said),
            _Name.UNREAD,
        )

    def _name_of(self, value: _Value) -> _Name:
        said = _name_on(self.page, value.key)
        if said is _Name.EQUAL and any(self._longer(spot, value) for spot in self._spots(value)):
            return _Name.NEAR
        clear = [
            spot
            for spot in self._spots(
                value,
            )
            if spot.confidence >= SURE_TEXT and len(plain(spot.text)) >= 4
        ]
        if said is _Name.UNREAD and clear:
            return _Name.DIFFERENT
        return said

    @staticmethod
    def _longer(spot: Spot, value: _Value) -> bool:
        """Whether the place of the name says more than the name: 第一中学 and 第一中学东校区."""
        key = plain(spot.text)
        return value.key in key and len(key) - key.index(value.key) - len(value.key) >= 2

    def _spots(self, value: _Value) -> Iterator[Spot]:
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
            in _numbers(
                self.page,
                value.field,
            )
        )

    def number_names(self) -> tuple[str, ...]:
        """Every number of the Word file that is looked for."""
        return tuple(value.name for value in self._numbers())

    def _numbers(self) -> list[_Value]:
        return [value for value in self.values if value.field.type in _NUMBERS]

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
            elsewhere = value.value in _numbers(self.page, value.field)
            if elsewhere and (value.field.type, value.value) not in claimed:
                continue
            clear = [
                spot.text
                for spot in self._spots(value)
                if spot.confidence >= SURE_DIGITS
                and self._typed(
                    value,
                    spot,
                )
            ]
            if clear:
                yield Difference(value.name, value.shown, _TICK_BOX.sub("", clear[0]).strip())

    def _reliable(self) -> bool:
        """Whether what is no number was read nearly everywhere: else a different digit is a misread
        one.
        """
        words = [
            score
            for value, score in self.seen.items()
            if value.field.type not in _NUMBERS
            and value.field.name != self.form.applicant
            and self.rows.get(value.row, True)
        ]
        return _mean(words) >= RELIABLE

    def _agrees(self, value: _Value) -> bool:
        return any(
            value.value
            in _tokens(
                spot.text,
                value.field,
            )
            for spot in self._spots(value)
        )

    @staticmethod
    def _typed(value: _Value, spot: Spot) -> bool:
        """Whether a place holds one whole number of the value's kind and hardly anything else but
        boxes of the next cell.
        """
        text = _TICK_BOX.sub("", unicodedata.normalize("NFKC", spot.text)).strip()
        if value.field.type is FieldType.PERCENT and "%" not in text:
            return False
        matches = list(_TOKENS[value.field.type].finditer(text))
        return (
            len(
                matches,
            )
            == 1
            and len(matches[0][0]) >= len(text) - 2
            and bool(_tokens(text, value.field))
        )

    def differing_texts(self) -> Iterator[Difference]:
        """Names of people and places, and running text, where the scan clearly shows something
        else.
        """
        texts = [value.key for value in self.values if value.field.type is FieldType.LONG_TEXT]
        for value in self.values:
            if value.field.type is FieldType.LONG_TEXT:
                yield from self._passage(value, texts)
            elif value.field.type is FieldType.TEXT and value.field.name not in (
                self.form.applicant,
                self.shared,
            ):
                yield from self._short_text(value)

    def _short_text(self, value: _Value) -> Iterator[Difference]:
        if self.page.likeness(value.key) >= SAME:
            return
        spots = [
            spot
            for spot in self._spots(
                value,
            )
            if spot.confidence >= SURE_TEXT and len(plain(spot.text)) > 1
        ]
        if spots and all(_is_other(plain(spot.text), value.key) for spot in spots):
            yield Difference(value.name, value.shown, spots[0].text)

    def _passage(self, value: _Value, texts: Sequence[str]) -> Iterator[Difference]:
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
            return
        yield from self._changes(value)

    def _changes(self, value: _Value) -> Iterator[Difference]:
        """A sentence or a figure that only one of the two has."""
        lines = [
            Run(plain(line.text), line.confidence) for line in self.places.running(value.field)
        ]
        elsewhere = self.outline + "".join(each.key for each in self.values)
        for change in changes(
            value.key,
            lines,
            elsewhere,
            self.page.text,
            sure=SURE_TEXT,
            sure_digits=SURE_DIGITS,
            legible=self.page.legibility >= SURE_DIGITS,
        ):
            yield Difference(value.name, change.word[:40] or "无", change.scan[:40] or "无")

    def differing_rows(self) -> Iterator[Difference]:
        """Applicants of a summary table that only one of the two names."""
        rows = [value for value in self.values if value.row]
        names = {value.row: value for value in rows if value.field.name == self.form.applicant}
        if not names:
            return
        keys = [value.key for value in names.values()]
        for value in names.values():
            said = _name_on(self.page, value.key)
            if said not in (
                _Name.EQUAL,
                _Name.NEAR,
            ) or self._taken_by_another(value, names.values()):
                yield Difference(value.name, value.shown, "未见")
        field = next(iter(names.values())).field
        for line in self.places.column(field):
            key = plain(line.text)
            if (
                line.confidence < SURE_TEXT
                or len(
                    key,
                )
                < 4
                or self._ends_table(line)
                or self._above_table(key)
            ):
                continue
            if not any(self._is_row(key, name) for name in keys):
                yield Difference("扫描件上多出的一行", "未见", line.text)

    def _is_row(self, key: str, name: str) -> bool:
        """Whether a piece is a name or a part of it, perhaps misread. Names of one division share
        its name: what is left without it is compared.
        """
        if fuzz.partial_ratio(key, name) / 100 < ROW_SEEN:
            return False
        own, read = (take_apart(text, self.call).own for text in (name, key))
        if not own or not read or key in name:
            return True
        alike = fuzz.ratio(own, read) / 100 >= NAME_SEEN
        return own == read or (alike and _misread(own, read) is _Name.NEAR)

    def _taken_by_another(self, value: _Value, names: Iterable[_Value]) -> bool:
        """Whether the row that looks most like this applicant's is clearly another one's of the
        Word file.
        """
        place = self.rows.get(value.row)
        return _name_on(self.page, value.key) is not _Name.EQUAL and any(
            other is not value
            and self.rows.get(other.row) == place
            and _name_on(
                self.page,
                other.key,
            )
            is _Name.EQUAL
            for other in names
        )

    def _above_table(self, key: str) -> bool:
        """Whether a piece belongs to what the Word file says outside of the table, such as the
        reporting unit.
        """
        return any(key in value.key for value in self.values if not value.row)

    def _ends_table(self, line: ScanLine) -> bool:
        """Whether a piece is no name but a remark below the table."""
        return (
            len(plain(line.text)) > 30
            or re.match(r"(?:注|说明|备注|填表|合计|总计|共计)", nfkc(line)) is not None
        )


_TICK_BOX = re.compile(r"[□☐☑√○◻]\s*[\u4e00-\u9fff]*|[\u4e00-\u9fff]+\s*[□☐☑√○◻]")
"""A box with its option, before or after it."""
_TOKENS = {
    FieldType.PERCENT: re.compile(r"\d{1,3}(?:\.\d{1,4})?\s*[%‰]?"),
    FieldType.INTEGER: re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,9}"),
    FieldType.DECIMAL: re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.\d{1,6})?"),
    FieldType.MONEY: re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,11})(?:\.\d{1,6})?\s*(?:万元|元)?"),
    FieldType.TELEPHONE: re.compile(r"\d[\d\s()~—–-]{5,18}\d"),
    FieldType.DATE: re.compile(r"\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*[日号]?|\d{8}"),
}


def _tokens(text: str, field: Field) -> frozenset[Value]:
    """Every number of a field's kind in a piece of text, in the unit its box counts in."""
    plain_text = unicodedata.normalize("NFKC", text).replace("~", "-")
    matches = _TOKENS[field.type].finditer(plain_text)
    read = (parse_value(field, match[0]) for match in matches)
    return frozenset(value for value in read if value is not None)


def _numbers(page: Print, field: Field) -> frozenset[Value]:
    """Every number of a kind on the pages, wherever it stands."""
    found: set[Value] = set()
    for line in page.lines:
        found |= _tokens(line.text, field)
    return frozenset(found)
