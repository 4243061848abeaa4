"""Applicants of a summary table that only one of Word file and scan names.

Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

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
            if not self._is_listed(value) or self._taken_by_another(value, names.values()):
                yield Difference(value.name, value.shown, "未见")
        field = next(iter(names.values())).field
        yield from self._doubled(list(names.values()))
        yield from self._turned(list(names.values()))
        for line in self.places.column(field):
            key = plain(line.text)
            if (
                line.confidence < SURE_TEXT
                or len(
                    key,
                )
                < 4
                or self._ends_table(line)
                or (self._above_table(key) and not self._is_filled_row(line))
            ):
                continue
            if not any(self._is_row(key, name) for name in keys):
                yield Difference("扫描件上多出的一行", "未见", line.text)

    def _is_listed(self, value: Wanted) -> bool:
        """Whether an applicant stands on the scan, perhaps misread: anywhere, or in the row that is
        left for it.
        """
        row = plain("".join(line.text for line in self.rows.get(value.row, ())))
        said = {name_on(self.page, value.key), *([misread(value.key, row)] if row else [])}
        return bool(said & {NameRead.EQUAL, NameRead.NEAR})

    def _doubled(self, names: Sequence[Wanted]) -> Iterator[Difference]:
        """Applicants that one of the two names more often, where all of them were read surely."""
        field = names[0].field
        pieces = [plain(line.text) for line in self.places.column(field)]
        if not all(name.key in pieces for name in names):
            return
        listed = Counter(name.key for name in names)
        for name in {name.key: name for name in names}.values():
            more = pieces.count(name.key) - listed[name.key]
            if more > 0:
                yield Difference("扫描件上多出的一行", "未见", name.shown)
            elif more < 0:
                yield Difference(name.name, name.shown, "只有一行")

    def _turned(self, names: Sequence[Wanted]) -> Iterator[Difference]:
        """Two applicants of one page that stand the other way round, both read as they are."""
        listed = Counter(name.key for name in names)
        placed = [
            (name, row[0])
            for name in names
            if listed[name.key] == 1
            and (row := self.rows.get(name.row))
            and plain("".join(line.text for line in row)) == name.key
        ]
        for (one, above), (other, below) in pairwise(placed):
            if above.page == below.page and below.box[3] <= above.box[1] + 1:
                whole = len(placed) == len(names) and self._same_in_every_row()
                yield (
                    _in_order(placed)
                    if whole
                    else Difference(
                        f"第{one.row}、{other.row}行的次序",
                        f"{one.shown}、{other.shown}",
                        f"{other.shown}、{one.shown}",
                    )
                )
                return

    def _same_in_every_row(self) -> bool:
        """Whether every row has the numbers of the Word file's row of that name."""
        numbers = [value for value in self._numbers() if value.row]
        return bool(numbers) and all(self._agrees(value) for value in numbers)

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
        if read.endswith(own) and misread(name, key) is NameRead.NEAR:
            return True  # the division's name was misread
        alike = fuzz.ratio(own, read) / 100 >= NAME_SEEN
        return own == read or (alike and misread(own, read) is NameRead.NEAR)

    @cached_property
    def single(self) -> frozenset[str]:
        """Pieces of print that stand by themselves: a name that is one is no other piece."""
        return frozenset(plain(line.text) for line in self.page.lines)

    def _taken_by_another(self, value: Wanted, names: Iterable[Wanted]) -> bool:
        """Whether the row that looks most like this applicant's is clearly another one's of the
        Word file, and none is left for it.
        """
        if self.rows.get(value.row) or name_on(self.page, value.key) is NameRead.EQUAL:
            return False
        place = self.places.row_of(value.key, value.field)
        return any(
            other is not value
            and self.rows.get(other.row) == place
            and name_on(self.page, other.key) is NameRead.EQUAL
            for other in names
        )

    def _above_table(self, key: str) -> bool:
        """Whether a piece belongs to what the Word file says outside of the table, such as the
        reporting unit.
        """
        return any(key in value.key for value in self.values if not value.row)

    def _is_filled_row(self, line: ScanLine) -> bool:
        """Whether other cells are filled at the height of a piece, so that it is no heading, and no
        known name stands there, of whose row it may be another cell.
        """
        known = (name for row in self.rows.values() for name in row if name.page == line.page)
        if any(name.box[1] < line.box[3] and name.box[3] > line.box[1] for name in known):
            return False
        others = (field for field in self.form.columns if field.name != self.form.applicant)
        return sum(self.places.cell(field, [line]) is not None for field in others) > 1

    def _ends_table(self, line: ScanLine) -> bool:
        """Whether a piece is no name but a remark below the table."""
        return (
            len(plain(line.text)) > 30
            or re.match(r"(?:注|说明|备注|填表|合计|总计|共计)", nfkc(line)) is not None
        )


def _in_order(placed: Sequence[tuple[Wanted, ScanLine]]) -> Difference:
    """The same rows in another order: whether the order matters is for people."""
    there = sorted(placed, key=lambda each: (each[1].page, each[1].box[1]))
    sides = ("、".join(name.shown for name, _ in order) for order in (placed, there))
    word, scan = sides
    return Difference(
        "各行的次序", word, f"{scan}(各行电话等数字都对得上, 像是只换了次序, 请定次序要不要紧)"
    )
