"""The names that one case's documents use, and which of them mean one applicant. Pure.

What makes two names the same is ``rules/names.py``; here is which names a case has and which unit
they belong to. File names come in as far as they tell which files belong together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from ingest.reading import Document
from rules.call import APPLICANT_NAME, Call
from rules.facts import Fact
from rules.names import Name, Roll, abbreviates, take_apart, unit_of
from rules.vocabulary import normalise

_DRESS = re.compile(
    r"盖章|扫描件?|签字|签章|公章|可编辑|电子版|打印|正式|最终|定稿|更新|修改|补正|新版|word|pdf|docx?|wps|版|附件\d?|[\W_]|\d{1,8}$",
    re.IGNORECASE,
)


class Applicants:
    """Whose names stand in the documents of one case."""

    def __init__(self, documents: Sequence[Document], call: Call) -> None:
        self._call = call
        said = [(document.applicant, self._home(document.fields)) for document in documents]
        tables = [[self._said_in(row) for row in document.rows] for document in documents]
        self._usual = _only_unit(call, [*said, *(each for table in tables for each in table)])
        self._roll = Roll(
            (self.name(*each) for each in said if each[0]),
            [[self.name(*each) for each in table if each[0]] for table in tables],
        )

    def _home(self, fields: dict[str, Fact]) -> str:
        fact = fields.get(self._call.words.unit_field)
        return unit_of(fact.text, self._call) if fact else ""

    def _said_in(self, row: dict[str, Fact]) -> tuple[str, str]:
        fact = row.get(APPLICANT_NAME)
        return (fact.text or "" if fact else ""), self._home(row)

    def name(self, text: str, home: str = "") -> Name:
        """``text`` as a name of this case, of the unit ``home`` unless it says another itself."""
        return take_apart(text, self._call, home or self._usual)

    def of_document(self, document: Document) -> Name | None:
        """Whose document it is; None when nobody could tell."""
        name = document.applicant
        return self.name(name, self._home(document.fields)) if name else None

    def of_row(self, row: dict[str, Fact]) -> Name | None:
        """Whose row of a summary table it is; None when its name could not be read."""
        name, home = self._said_in(row)
        return self.name(name, home) if name else None

    def same(self, first: Name | None, second: Name | None) -> bool:
        """Whether both are known and mean one applicant."""
        return first is not None and second is not None and self._roll.same(first, second)

    def alike(self, first: str, second: str) -> bool:
        """The same for two names as written."""
        return self.same(self.name(first), self.name(second))

    def unsure(self, first: Name | None, second: Name | None) -> bool:
        """Whether only a person can tell if they mean one applicant."""
        return (
            first is not None
            and second is not None
            and (self._roll.unsure(first, second) or abbreviates(first, second))
        )


def _only_unit(call: Call, said: Iterable[tuple[str, str]]) -> str:
    """The one unit that all names and papers speak of; "" when it is none or several."""
    units = {take_apart(name, call, home).unit for name, home in said} - {""}
    return units.pop() if len(units) == 1 else ""


def file_stem(name: str) -> str:
    """A file name without extension, brackets, dates and the words that only say which rendition it
    is.
    """
    stem = PurePosixPath(normalise(name)).stem
    previous = ""
    while previous != stem:
        previous, stem = stem, _DRESS.sub("", stem)
    return stem
