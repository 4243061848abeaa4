"""Are a Word file and a scan the same document? Values are compared, never whole texts: the template is most of the text.

Pure: facts of the Word file and the print read from the scan in, a comparison out. Measured facts, section 5: mean over
the key fields of the best partial match; 0.80 and more is the same document, 0.70 and less another one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz

from ingest.document.cells import label_key
from ingest.reading import Document, ScanLine
from rules.call import Call, Form
from rules.facts import Fact, Knowledge, Value
from rules.vocabulary import Field, FieldType, parse_value, show_value

SAME, OTHER = 0.80, 0.70
LEAST_VALUES = 3  #: fewer values that could be compared prove nothing
FOUND = 0.9  #: a value counts as found
MAX_VALUES = 80  #: of a long summary table
SURE_DIGITS = 0.95  #: the engine's own confidence above which a different number is worth a look

_KEY_TYPES = {
    FieldType.TEXT, FieldType.TELEPHONE, FieldType.EMAIL, FieldType.INTEGER, FieldType.PERCENT,
}  # fmt: skip
_NUMBERS = {FieldType.TELEPHONE, FieldType.INTEGER, FieldType.PERCENT, FieldType.DATE}


class Likeness(StrEnum):
    """The three answers."""

    SAME = "same"
    OTHER = "other"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Difference:
    """A number that the scan clearly shows otherwise than the Word file."""

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
    differences: tuple[Difference, ...] = ()

    @property
    def numbers_agree(self) -> bool | None:
        """False when a number differs, True when some were found and none differs, else None."""
        if self.differences:
            return False
        return True if self.equal_numbers else None


@dataclass(frozen=True)
class _Value:
    """One value of the Word file to be looked for."""

    field: Field
    name: str  #: for people; rows of a summary table are told apart
    value: Value

    @property
    def shown(self) -> str:
        return show_value(self.field, self.value)


def compare(word: Document, scan: Document, call: Call) -> Comparison:
    """How far the values of ``word`` stand on ``scan``."""
    form = next((form for form in call.forms if form.id == word.form), None)
    if form is None or not scan.lines:
        return Comparison(Likeness.UNSURE)
    page = _Print(scan.lines)
    values = list(_values(word, form))[:MAX_VALUES]
    shared = call.words.unit_field  # every applicant of one unit fills it in alike
    keys = [value for value in values if value.field.type in _KEY_TYPES and value.field.name != shared]
    scores = {value: page.likeness(plain(value.shown)) for value in keys if len(plain(value.shown)) > 1}
    seen = {value: score for value, score in scores.items() if score >= FOUND or page.shows_label(value.field)}
    found = tuple(value.name for value, score in seen.items() if score >= FOUND)
    missing = tuple(value.name for value, score in seen.items() if score < FOUND)
    if len(seen) < LEAST_VALUES:
        return Comparison(Likeness.UNSURE, None, found, missing)
    score = sum(seen.values()) / len(seen)
    outcome = Likeness.SAME if score >= SAME else Likeness.OTHER if score <= OTHER else Likeness.UNSURE
    numbers = [value for value in values if value.field.type in _NUMBERS]
    equal = tuple(value.name for value in numbers if value.value in page.numbers(value.field))
    differing = tuple(_differences(numbers, page)) if outcome is not Likeness.OTHER else ()
    return Comparison(outcome, round(score, 3), found, missing, equal, differing)


def share_of_labels(lines: Sequence[ScanLine], form: Form) -> float:
    """The share of the form's key fields whose label stands on the pages read: how far reading on can still help."""
    page = _Print(tuple(lines))
    keys = [field for field in (form.columns or form.fields) if field.type in _KEY_TYPES]
    return sum(page.shows_label(field) for field in keys) / max(1, len(keys))


def shows_text(scan: Document, text: str) -> bool:
    """Whether ``text`` (a name) stands on the scan as far as could be read."""
    key = plain(text)
    return len(key) > 1 and bool(scan.lines) and _Print(scan.lines).likeness(key) >= FOUND


def plain(text: str) -> str:
    """NFKC, lower case, letters and digits only: what partial matches are taken over."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


def _values(word: Document, form: Form) -> Iterator[_Value]:
    """The known values of the form's fields and, for a summary table, of its rows."""
    yield from _known(form.fields, word.fields, "")
    for number, row in enumerate(word.rows, 1):
        yield from _known(form.columns, row, f"第{number}行")


def _known(fields: Iterable[Field], facts: dict[str, Fact], prefix: str) -> Iterator[_Value]:
    for field in fields:
        fact = facts.get(field.name)
        if fact is not None and fact.knowledge is Knowledge.KNOWN and fact.value is not None:
            yield _Value(field, prefix + field.name, fact.value)


def _differences(numbers: Sequence[_Value], page: _Print) -> Iterator[Difference]:
    """Numbers of the Word file that are not on the scan while another one of their kind stands there clearly.

    A number that merely could not be found says nothing; one that stands in running text is no field's value.
    """
    expected: dict[FieldType, set[Value]] = {}
    for value in numbers:
        expected.setdefault(value.field.type, set()).add(value.value)
    for value in numbers:
        if value.value in page.numbers(value.field):
            continue
        others = [
            text
            for text, typed in page.alone(value.field)
            if typed not in expected[value.field.type] and _alike(value, text)
        ]
        if len(others) == 1:
            yield Difference(value.name, value.shown, others[0])


def _alike(value: _Value, text: str) -> bool:
    """Whether another number may be this one written wrongly: as many digits, most of them the same."""
    mine, other = (re.sub(r"\D", "", unicodedata.normalize("NFKC", each)) for each in (value.shown, text))
    if value.field.type is FieldType.PERCENT:
        return True
    return len(mine) == len(other) and sum(a == b for a, b in zip(mine, other, strict=True)) * 2 >= len(mine)


_TOKENS = {
    FieldType.PERCENT: re.compile(r"\d{1,3}(?:\.\d{1,4})?\s*[%‰]?"),
    FieldType.INTEGER: re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,9}"),
    FieldType.TELEPHONE: re.compile(r"\d[\d\s()~—–-]{5,18}\d"),
    FieldType.DATE: re.compile(r"\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*[日号]?|\d{8}"),
}


class _Print:
    """The print of a scan, prepared for looking things up."""

    def __init__(self, lines: tuple[ScanLine, ...]) -> None:
        self.lines = lines
        self.pieces = [plain(line.text) for line in lines]
        self.text = "".join(self.pieces)

    def likeness(self, key: str) -> float:
        """How well ``key`` stands in the text, 0..1; a short one must stand there as it is."""
        if key in self.text:
            return 1.0
        return float(fuzz.partial_ratio(key, self.text)) / 100 if self.text else 0.0

    def shows_label(self, field: Field) -> bool:
        """Whether one of the field's labels stands on the pages read; a short label must be there exactly."""
        keys = [plain(label_key(label)) for label in field.labels]
        return any(key in self.text or (len(key) >= 5 and self.likeness(key) >= SAME) for key in keys if key)

    def numbers(self, field: Field) -> frozenset[Value]:
        """Every number of the field's type on the pages, wherever it stands."""
        return _numbers(self.lines, field.type)

    def alone(self, field: Field) -> Iterator[tuple[str, Value]]:
        """Clearly read numbers of the field's type that fill a piece; plain numbers and dates beside their label."""
        pattern = _TOKENS[field.type]
        for line in self.lines:
            text = unicodedata.normalize("NFKC", line.text).strip()
            if line.confidence < SURE_DIGITS or not pattern.fullmatch(text):
                continue
            if field.type is FieldType.PERCENT and "%" not in text:
                continue
            if field.type in (FieldType.INTEGER, FieldType.DATE) and not self._beside_label(line, field):
                continue
            typed = parse_value(Field("", field.type), text)
            if typed is not None:
                yield text, typed

    def _beside_label(self, line: ScanLine, field: Field) -> bool:
        labels = {plain(label_key(label)) for label in field.labels}
        row = [other for other in self.lines if (other.page, other.row) == (line.page, line.row)]
        before = row[: row.index(line)]
        return bool(before) and plain(before[-1].text) in labels


@lru_cache(maxsize=256)
def _numbers(lines: tuple[ScanLine, ...], kind: FieldType) -> frozenset[Value]:
    found: set[Value] = set()
    for line in lines:
        text = unicodedata.normalize("NFKC", line.text).replace("~", "-")
        tokens = (match[0] for match in _TOKENS[kind].finditer(text))
        found |= {value for token in tokens if (value := parse_value(Field("", kind), token)) is not None}
    return frozenset(found)
