"""Same name: when two ways of writing an applicant's name mean one applicant. Pure.

The one place where that is decided; cases, rules, replay and seals ask here. A unit often bears two
names (a division's and a town's), and people write both, one or none of them before a school's
name. That makes no difference to a name of its own, but it does to a plain one: of two divisions'
``第一中学`` one may be the division's and one the town's. Unsure is never the same: staff look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import combinations

from rules.call import SEAL_LABELS, Call, Unit, Words, find_unit
from rules.vocabulary import chinese_number, normalise, numbers_in_words


class Sameness(StrEnum):
    """How two names stand to each other."""

    SAME = "same"
    LIKELY = "likely"  #: the same, unless something else of the case bears that name too
    UNSURE = "unsure"  #: a person must tell
    OTHER = "other"


@dataclass(frozen=True)
class Name:
    """A name taken apart."""

    unit: str  #: name of the unit it belongs to; "" when nothing says so
    #: which of the unit's names stand before it; only where many bear what follows (第一中学, 实验小学)
    before: frozenset[str]
    own: str  #: what is left; "" for the unit's office itself
    remark: str = ""  #: what stands in brackets (东校区)


def take_apart(text: str, call: Call, home: str = "") -> Name:
    """``text`` as a name; ``home`` is the unit's name where the name itself says none."""
    return _taken_apart(text, call.units, call.words, home)


def sameness(first: Name, second: Name) -> Sameness:
    """How two names stand to each other; the order makes no difference."""
    if first == second:
        return Sameness.SAME
    differ = [(first.unit, second.unit), (first.remark, second.remark)]
    if first.own != second.own or any(one and two and one != two for one, two in differ):
        return Sameness.OTHER
    apart = first.before - second.before and second.before - first.before
    return Sameness.UNSURE if apart else Sameness.LIKELY


def abbreviates(first: Name, second: Name) -> bool:
    """Whether one may be the other with something left out (芳草湖中学, 芳草湖农场中学): only a person can
    tell.
    """
    differ = [(first.unit, second.unit), (first.remark, second.remark)]
    if any(one and two and one != two for one, two in differ):
        return False
    short, whole = sorted((first.own, second.own), key=len)
    numbers = [_FIGURES.findall(own) for own in (short, whole)]
    rest = iter(whole)
    return (
        len(short) >= _TELLING
        and short != whole
        and numbers[0] == numbers[1]
        and all(character in rest for character in short)
    )


_FIGURES = re.compile(r"\d+")
_TELLING = 3
"""Characters of a name below which it says too little to be told from others."""


def same_applicant(first: str, second: str, call: Call, home: str = "") -> bool:
    """Whether two names mean one applicant where no other name is about."""
    if not first or not second:
        return False
    names = take_apart(first, call, home), take_apart(second, call, home)
    return sameness(*names) in (Sameness.SAME, Sameness.LIKELY)


def unit_of(text: str | None, call: Call) -> str:
    """The name of the unit that ``text`` names; "" when none or several do."""
    unit = find_unit(call, text) if text else None
    return unit.name if unit else ""


class Roll:
    """名册: the names one case uses, and which of them mean one applicant.

    Names that are likely the same are so when all names that could be meant fit each other and no
    list tells them apart.
    """

    def __init__(self, names: Iterable[Name], lists: Sequence[Sequence[Name]] = ()) -> None:
        """``lists`` are summary tables: what one of them names twice are two applicants."""
        self._group: dict[Name, Name] = {}  #: name -> the first of those that mean the same
        by_own: dict[str, list[Name]] = {}
        for name in dict.fromkeys([*names, *(name for each in lists for name in each)]):
            by_own.setdefault(name.own, []).append(name)
        for alike in by_own.values():
            around = {name: _near(name, alike) for name in alike}
            for name, near in around.items():
                alone = all(around[other] == near for other in near)
                if alone and _fit(near) and not any(_listed_apart(each, near) for each in lists):
                    self._group[name] = min(near, key=alike.index)

    def same(self, first: Name, second: Name) -> bool:
        """Whether two names mean one applicant in this case."""
        return sameness(first, second) is Sameness.SAME or (
            first in self._group and self._group.get(second) == self._group[first]
        )

    def unsure(self, first: Name, second: Name) -> bool:
        """Whether only a person can tell."""
        near = sameness(first, second) in (Sameness.LIKELY, Sameness.UNSURE)
        return near and not self.same(first, second)


def _near(name: Name, names: Iterable[Name]) -> frozenset[Name]:
    return frozenset(other for other in names if sameness(name, other) is not Sameness.OTHER)


def _fit(names: Iterable[Name]) -> bool:
    return all(sameness(*pair) is not Sameness.UNSURE for pair in combinations(names, 2))


def _listed_apart(listed: Sequence[Name], names: Iterable[Name]) -> bool:
    """Whether one table names two of them, in two ways."""
    return len(set(listed).intersection(names)) > 1


# --- how a name is taken apart --------------------------------------------------------------------

_BRACKETS = re.compile(r"\(([^()]*)\)")
_CAMPUS = re.compile(r"(?<=..)(?:[东南西北中新老总]|第?[一二三四五六\d])?(?:校区|校部|本部)$")
"""Written without brackets, it is still no other name."""
_DRESS = re.compile(r"[^\w()]|_")
_STAMP = re.compile("|".join((*SEAL_LABELS, "签章", "签字")))
_AREA = tuple("镇乡村县区街路")
"""What follows a short form and makes it part of another place's name: 双河镇 is not 双河."""
_DIGITS = "〇零一二三四五六七八九十百"
_NUMBER = re.compile(rf"(第?)([{_DIGITS}]+|\d+)")
_SHORT_NUMBER = rf"(?<![{_DIGITS}\d])第?([{_DIGITS}]|十[{_DIGITS}]|\d{{1,2}})"


@dataclass(frozen=True)
class _Prefix:
    text: str
    unit: str
    parts: frozenset[str]
    short: bool  #: a longer name of the unit adds a character or two to it


@lru_cache(maxsize=4096)
def _taken_apart(text: str, units: tuple[Unit, ...], words: Words, home: str) -> Name:
    key = _DRESS.sub("", normalise(text))
    remarks = [remark for remark in _BRACKETS.findall(key) if not _STAMP.search(remark)]
    key = _BRACKETS.sub("", key)
    if direct := _direct(key, units):
        return Name(direct, frozenset(), "", "".join(remarks))
    if campus := _CAMPUS.search(key):
        remarks.append(campus[0])
        key = key.removesuffix(campus[0])
    for dispensable in words.prefixes:
        key = key.removeprefix(normalise(dispensable))
    unit, before, rest = _unit_before(key, _prefixes(units))
    if not unit and key[:1] in "第123456789":
        unit, before, rest = _unit_before(numbers_in_words(key), _prefixes(units))
        rest = rest if unit else key
    own, more = _spelled_out(rest, words), []
    for remark in remarks:
        place, parts, left = _unit_before(remark, _prefixes(units))
        if place == (unit or place) and left in ("", rest):
            unit, before = unit or place, before | parts
        elif _spelled_out(left, words) != own:
            more.append(remark)
    return _named(unit or home, before, own, "".join(more), words)


def _direct(key: str, units: Iterable[Unit]) -> str:
    """The name of the unit that submits for itself and is called ``key``."""
    for unit in units:
        if unit.direct and key in map(normalise, (unit.name, unit.bureau, *unit.aliases)):
            return unit.name
    return ""


def _named(unit: str, before: frozenset[str], own: str, remark: str, words: Words) -> Name:
    if unit and own in ("", *map(normalise, words.bureau_words)):
        return Name(unit, frozenset(), "", remark)
    plain = _plain(words).fullmatch(own) is not None
    return Name(unit, before if plain else frozenset(), own, remark)


def _unit_before(key: str, prefixes: Sequence[_Prefix]) -> tuple[str, frozenset[str], str]:
    """The unit whose names stand before ``key``, which of them, and the rest."""
    unit, parts = "", frozenset[str]()
    while found := next((each for each in prefixes if _begins(key, each, unit)), None):
        unit, parts, key = found.unit, parts | found.parts, key.removeprefix(found.text)
    return unit, parts, key


def _begins(key: str, prefix: _Prefix, unit: str) -> bool:
    if not key.startswith(prefix.text) or unit not in ("", prefix.unit):
        return False
    return not (prefix.short and key.removeprefix(prefix.text).startswith(_AREA))


@lru_cache(maxsize=16)
def _prefixes(units: tuple[Unit, ...]) -> tuple[_Prefix, ...]:
    """Everything that may stand before a name, the longest first."""
    found = [prefix for unit in units if not unit.direct for prefix in _prefixes_of(unit)]
    return tuple(sorted(found, key=lambda prefix: -len(prefix.text)))


def _prefixes_of(unit: Unit) -> list[_Prefix]:
    whole = normalise(unit.name)
    texts = dict.fromkeys((whole, *map(normalise, (unit.bureau, *unit.aliases))))
    pieces: list[str] = []  #: the names the unit's own is made of
    for alias in sorted((text for text in texts if text in whole and text != whole), key=len):
        pieces = [piece for piece in pieces if piece not in alias] + [alias]
    return [
        _Prefix(
            text,
            unit.name,
            frozenset([piece for piece in pieces if text in piece] or pieces),
            short=any(len(text) < len(other) <= len(text) + 2 and text in other for other in texts),
        )
        for text in texts
    ]


def _spelled_out(rest: str, words: Words) -> str:
    """Numbers in digits and short endings written out: 一四三团一中 is 143团1中学."""
    for each in words.short_endings:
        short, _, long = each.partition("=")
        if len(short) > 1:
            rest = re.sub(f"{re.escape(short)}$", long, rest)
        else:
            rest = re.sub(f"{_SHORT_NUMBER}{re.escape(short)}$", rf"第\g<1>{long}", rest)
    return _NUMBER.sub(_in_digits, rest)


def _in_digits(found: re.Match[str]) -> str:
    """八一中学 is no eighty-first one, but 一四三团 and 第八十一中学 are numbered."""
    said = found[2]
    number = int(said) if said.isdecimal() else chinese_number(said)
    numbered = found[1] or said.isdecimal() or len(said) > 2 or (len(said) > 1 and "十" in said)
    return str(number) if numbered else found[0]


@lru_cache(maxsize=16)
def _plain(words: Words) -> re.Pattern[str]:
    """What names of many are made of."""
    long_forms = (each.partition("=")[2] for each in words.short_endings)
    known = {*words.name_endings, *words.applicant_words, *words.plain_words, *long_forms}
    return re.compile("|".join([r"(?:\d", *map(re.escape, sorted(known))]) + ")+")
