"""Applicants of a summary table that only one of Word file and scan names.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from rapidfuzz import fuzz

from ingest.comparison.look import (
    NAME_SEEN,
    SURE_TEXT,
    Difference,
    Look,
    NameRead,
    Wanted,
    misread,
    name_on,
)
from ingest.comparison.printed import nfkc, plain
from ingest.reading import ScanLine
from rules.names import take_apart

ROW_SEEN = 0.75


class Rows(Look):
    """The rows of a summary table."""

    def differing_rows(self) -> Iterator[Difference]:
        """Applicants of a summary table that only one of the two names."""
        rows = [value for value in self.values if value.row]
        names = {value.row: value for value in rows if value.field.name == self.form.applicant}
        if not names:
            return
        keys = [value.key for value in names.values()]
        for value in names.values():
            said = name_on(self.page, value.key)
            if said not in (
                NameRead.EQUAL,
                NameRead.NEAR,
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
        if key not in name and name in self.single:
            return False
        own, read = (take_apart(text, self.call).own for text in (name, key))
        if not own or not read or key in name:
            return True
        alike = fuzz.ratio(own, read) / 100 >= NAME_SEEN
        return own == read or (alike and misread(own, read) is NameRead.NEAR)

    @cached_property
    def single(self) -> frozenset[str]:
        """Pieces of print that stand by themselves: a name that is one is no other piece."""
        return frozenset(plain(line.text) for line in self.page.lines)

    def _taken_by_another(self, value: Wanted, names: Iterable[Wanted]) -> bool:
        """Whether the row that looks most like this applicant's is clearly another one's of the
        Word file.
        """
        place = self.rows.get(value.row)
        return name_on(self.page, value.key) is not NameRead.EQUAL and any(
            other is not value
            and self.rows.get(other.row) == place
            and name_on(
                self.page,
                other.key,
            )
            is NameRead.EQUAL
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
