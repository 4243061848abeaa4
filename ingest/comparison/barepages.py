"""Pages of a scan that only a seal ties to their form: a declaration, an opinion, places to sign.
Whose they are is told by the writing on the seal, else by people.

Pure. On every other page the values are compared; a page of this kind says the same on everybody's
form, so that another applicant's lies unnoticed behind the right first ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from ingest.comparison.look import FOREIGN, FOUND, Difference, NameRead, Wanted, is_other, misread
from ingest.comparison.printed import Print, is_title, plain
from ingest.reading import Seal
from rules.call import Call, Form, find_unit
from rules.names import take_apart
from rules.vocabulary import FieldType

MOST_LABELS = 1  #: of a page that bears hardly anything: a word of an opinion may be one
LEAST_VALUE = 4  #: characters of a value or of a line of running text that tells a page
LEAST_WRITING = 6  #: characters along a ring that name somebody
BUREAU = 0.7  #: likeness of a ring to a bureau's name that is that bureau's, perhaps misread


@dataclass(frozen=True)
class BarePages:
    """What the seals on them say: another name, or what people should look at."""

    strange: tuple[Difference, ...] = ()
    remarks: tuple[str, ...] = ()


def is_bare(page: Print, form: Form, call: Call) -> bool:
    """Whether a page shows hardly any of the form's labels, and no title."""
    labels = sum(page.shows_label(field) for field in form.fields)
    return labels <= MOST_LABELS and not any(is_title(line.text, call) for line in page.lines)


def bare_pages(page: Print, form: Form, values: Sequence[Wanted], call: Call) -> BarePages:
    """What is to be said of the bare pages of a print, when ``values`` are the Word file's."""
    applicant = next((value.shown for value in values if value.field.name == form.applicant), "")
    told = {each.lines[0].page for each in page.pages if _tells(each, values, call)}
    wanted = [number for number in page.bare if number not in told]
    if not applicant or not told:
        return BarePages()
    own = (applicant, *(seal.writing for seal in page.seals if seal.page in told and seal.writing))
    looks = [_Bare(number, page.seals, own, call) for number in wanted]
    return BarePages(
        tuple(said for look in looks for said in look.strange()),
        tuple(look.remark() for look in looks if look.remark()),
    )


def _tells(page: Print, values: Iterable[Wanted], call: Call) -> bool:
    """Whether a page shows something that the Word file says and that not all say alike."""
    return any(
        _shows(page, value)
        for value in values
        if value.field.name != call.words.unit_field and value.field.type is not FieldType.DATE
    )


def _shows(page: Print, value: Wanted) -> bool:
    if value.field.type is FieldType.LONG_TEXT:
        pieces = (plain(line.text) for line in page.lines)
        return any(len(piece) >= LEAST_VALUE and piece in value.key for piece in pieces)
    return len(value.key) >= LEAST_VALUE and page.likeness(value.key) >= FOUND


class _Bare:
    """One page and the seals on it; ``own``: the applicant's name and what its other seals say."""

    def __init__(self, number: int, seals: Iterable[Seal], own: Sequence[str], call: Call) -> None:
        self.number, self.own, self.call = number, own, call
        self.keys = [plain(name) for name in own]
        self.writings = [
            seal.writing
            for seal in seals
            if seal.page == number and len(plain(seal.writing)) >= LEAST_WRITING
        ]
        unit = find_unit(call, own[0])
        self.bureaus = [unit.bureau] if unit else [each.bureau for each in call.units]

    def strange(self) -> Iterator[Difference]:
        """Seals of somebody else, where none on the page is the applicant's."""
        if not any(self._is_own(writing) for writing in self.writings):
            for writing in self.writings:
                if not self._is_bureau(writing) and self._is_other(writing):
                    yield Difference(f"第{self.number}页的印章", self.own[0], writing)

    def remark(self) -> str:
        """What people should look at, where no seal names the applicant or somebody else."""
        if any(self._is_own(each) for each in self.writings) or any(self.strange()):
            return ""
        read = [each for each in self.writings if not self._is_bureau(each)]
        said = f"印章上的字读作“{'”“'.join(read)}”" if read else "印章上的单位名称没有读出来"
        return f"第{self.number}页只有意见和盖章处, {said}, 请看这一页是不是同一份的"

    def _is_own(self, writing: str) -> bool:
        key = plain(writing)
        return any(name in key or key in name for name in self.keys)

    def _is_bureau(self, writing: str) -> bool:
        return any(
            fuzz.ratio(plain(bureau), plain(writing)) / 100 >= BUREAU for bureau in self.bureaus
        )

    def _is_other(self, writing: str) -> bool:
        """Whether a ring names somebody else: what is left of the names without the division's."""
        name, key = self.keys[0], plain(writing)
        own = plain(take_apart(self.own[0], self.call).own)
        start = max(0, name.rfind(own) - 1)
        part = key[_beside(name, key, start) :]
        told = name[start:]
        if len(part) < len(told):  # rings lose a character rather than change one
            return fuzz.ratio(told, part) / 100 < FOREIGN
        return misread(told, part) in (NameRead.DIFFERENT, NameRead.FAR) or is_other(told, part)


def _beside(name: str, key: str, at: int) -> int:
    """The place in ``key`` that lies beside place ``at`` of ``name``."""
    edits = Levenshtein.opcodes(name, key)
    edit = next(each for each in edits if each.src_start <= at < each.src_end)
    return min(edit.dest_start + at - edit.src_start, edit.dest_end)
