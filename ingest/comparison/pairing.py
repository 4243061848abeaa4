"""Are a Word file and a scan the same document? Values are compared, never whole texts: the
template is most of the text.

Pure: facts of the Word file and the print read from the scan in, a comparison out. Measured facts,
section 5: mean over the key fields of the best partial match; 0.80 and more is the same document,
0.70 and less another one. Neighbours share most of their values (one office, one clerk), so the
applicant's name is weighed by itself: 第一中学 is not 第二中学.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ingest.comparison.barepages import bare_pages
from ingest.comparison.look import (
    FOUND,
    SURE_DIGITS,
    Difference,
    Look,
    NameRead,
    Wanted,
    mean,
    name_on,
)
from ingest.comparison.printed import Print, plain
from ingest.comparison.tablerows import Rows
from ingest.comparison.wording import Texts
from ingest.reading import Document, ScanLine
from rules.call import Call, Form
from rules.facts import Fact
from rules.vocabulary import Field

SAME, OTHER = 0.80, 0.70
NEARLY_ALL = 0.95  #: of the other values: then a doubtful name is taken for misread
LEAST_VALUES = 3  #: fewer values that could be compared prove nothing
MOST_UNCLEAR = 6  #: of them shown
MAX_VALUES = 80  #: of a long summary table
LEGIBLE = 0.75  #: mean confidence of a scan below which nothing is called another document


class Likeness(StrEnum):
    """The three answers."""

    SAME = "same"
    OTHER = "other"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Comparison:
    """What came of it; ``score`` is None when too little could be compared."""

    outcome: Likeness
    score: float | None = None
    agreeing: tuple[str, ...] = ()  #: names of the fields whose value stands on the scan
    missing: tuple[str, ...] = ()  #: fields whose value was not found there
    equal_numbers: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()  #: numbers
    #: texts, rows of a summary table, seals on pages that bear nothing else
    passages: tuple[Difference, ...] = ()
    remarks: tuple[str, ...] = ()  #: what people should look at; speaks neither for nor against

    @property
    def numbers_agree(self) -> bool | None:
        """False when a number differs, True when some were found and none differs, else None."""
        if self.differences:
            return False
        return True if self.equal_numbers else None


class _Look(Texts, Rows):
    """All that is looked for."""


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
    numbers = tuple(look.differing_numbers())
    clear = look.legibility() >= SURE_DIGITS
    bare = bare_pages(page, form, look.values, call)
    differences, passages = (
        numbers if clear else (),
        (
            *(() if clear else map(_unreadable, numbers)),
            *look.differing_texts(),
            *look.differing_choices(),
            *look.emptied(),
            *look.filled_in(word),
            *look.differing_rows(),
            *bare.strange,
        ),
    )
    outcome = _outcome(look.name(), mean(rest), doubts=bool(differences or passages))
    if outcome is Likeness.OTHER and look.legibility() < LEGIBLE:
        outcome = Likeness.UNSURE
    if outcome is Likeness.SAME and passages:
        outcome = Likeness.UNSURE
    equal = look.equal_numbers()
    other = outcome is Likeness.OTHER  # then single differences say nothing
    return Comparison(
        outcome,
        round(mean(seen.values()), 3),
        found,
        missing,
        equal,
        () if other else differences,
        () if other else passages,
        () if other else (*_doubts(look, (*differences, *passages)), *bare.remarks),
    )


def _unreadable(number: Difference) -> Difference:
    """What ink or blur may have made of a number: staff look at it, nobody says it is another."""
    return Difference(number.field, number.word, f"读不清(像是“{number.scan}”)")


def _doubts(look: Look, named: Iterable[Difference]) -> Iterator[str]:
    """What was not read well enough to be called another number or name, and is not the same."""
    known = {each.field for each in named}
    unclear = [f"{name}(像是“{read}”)" for name, read in look.unclear() if name not in known]
    if unclear:
        yield f"读得没有把握、与 Word 版对不上的: {'、'.join(unclear[:MOST_UNCLEAR])}, 请对照原件"


def _outcome(name: NameRead, rest: float, *, doubts: bool) -> Likeness:
    if name is NameRead.EQUAL:
        return Likeness.SAME if rest >= SAME else Likeness.UNSURE
    if name is NameRead.DIFFERENT:
        return Likeness.OTHER if rest < SAME or (rest < NEARLY_ALL and doubts) else Likeness.UNSURE
    if rest <= (SAME if name is NameRead.FAR else OTHER):
        return Likeness.OTHER
    if name is NameRead.UNREAD or not doubts:
        enough = NEARLY_ALL if name is NameRead.FAR else SAME
        return Likeness.SAME if rest >= enough else Likeness.UNSURE
    return Likeness.SAME if rest >= NEARLY_ALL and name is NameRead.NEAR else Likeness.UNSURE


def share_of_labels(lines: Sequence[ScanLine], form: Form) -> float:
    """The share (0..1) of the form's fields whose label stands on the pages read: how far reading
    on can still help.
    """
    page, fields = Print(lines), form.columns or form.fields
    return sum(page.shows_label(field) for field in fields) / max(1, len(fields))


def shows_text(page: Print, text: str) -> bool:
    """Whether ``text`` (a name) stands on the scan as far as could be read."""
    key = plain(text)
    return (
        len(key) > 1 and bool(page.lines) and name_on(page, key) in (NameRead.EQUAL, NameRead.NEAR)
    )


def _values(word: Document, form: Form) -> Iterator[Wanted]:
    """The values of the form's fields and, for a summary table, of its rows, as far as they were
    read: also a name with which nothing else is compared.
    """
    yield from _known(form.fields, word.fields, 0)
    for number, row in enumerate(word.rows, 1):
        yield from _known(form.columns, row, number)


def _known(fields: Iterable[Field], facts: dict[str, Fact], row: int) -> Iterator[Wanted]:
    for field in fields:
        fact = facts.get(field.name)
        if fact is not None and fact.value is not None:
            yield Wanted(field, fact.value, row)
