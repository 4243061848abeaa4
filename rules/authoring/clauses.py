"""Coverage: which clauses of the notice no rule rests on, and which rules no example shows. Pure.

A notice numbers its clauses 一、, （一） and 1.; a rule's 依据 begins with the number of its own:
``三(一)4``. What a clause means is nobody's business here, so an office may find some listed that
want no rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rules.authoring.examples import Example
from rules.language import Rulebook

MAX_WORDS = 40
_NUMBERS = "一二三四五六七八九十"
_LEVELS = (
    re.compile(rf"([{_NUMBERS}]{{1,3}})、"),
    re.compile(rf"[（(]([{_NUMBERS}]{{1,3}})[）)]"),
    re.compile(r"(\d{1,2})[.．、](?!\d)"),
)
_QUOTED = re.compile(r"“[^”]*”|《[^》]*》")
_REFERENCE = re.compile(
    rf"(?:^|[、，,；;和及 ])([{_NUMBERS}]{{1,3}})(?:[（(]([{_NUMBERS}]{{1,3}})[）)])?(\d{{1,2}})?"
)

Reference = tuple[str, ...]
"""Of a clause: ``("三", "一", "4")``."""


@dataclass(frozen=True)
class Clause:
    """A numbered paragraph of the notice that has none below it."""

    reference: Reference
    words: str  #: how it begins

    @property
    def name(self) -> str:
        """``三(一)4``."""
        return _name(self.reference)


@dataclass(frozen=True)
class Coverage:
    """What a rule file leaves open."""

    clauses: tuple[Clause, ...]  #: of the notice, that no rule in force and no parameter names
    rules: tuple[str, ...]  #: ids of rules in force that no example shows at work


def coverage(rulebook: Rulebook, examples: Iterable[Example], notice: str) -> Coverage:
    """What is not covered; no clause where there is no text of the notice."""
    named = {
        reference
        for text in (*_clauses_of_rules(rulebook), *_clauses_of_parameters(rulebook))
        for reference in references(text)
    }
    shown = {
        one.rule for example in examples for one in example.expectations if one.word != "不适用"
    }
    return Coverage(
        tuple(one for one in clauses_of(notice) if not _covered(one.reference, named)),
        tuple(dict.fromkeys(rule.id for rule in rulebook.rules_in_force if rule.id not in shown)),
    )


def _clauses_of_rules(rulebook: Rulebook) -> Iterator[str]:
    return (rule.clause for rule in rulebook.rules_in_force)


def _clauses_of_parameters(rulebook: Rulebook) -> Iterator[str]:
    return (value.clause for one in rulebook.parameters.values() for value in one.values)


def _covered(clause: Reference, named: set[Reference]) -> bool:
    """Named itself, or as a part of a clause that is."""
    return any(clause[:length] in named for length in range(1, len(clause) + 1))


def references(clause: str) -> tuple[Reference, ...]:
    """The clauses a 依据 names: ``三(一)4“...”`` -> (("三", "一", "4"),)."""
    plain = _QUOTED.sub("、", clause)
    return tuple(
        tuple(piece for piece in match.groups() if piece) for match in _REFERENCE.finditer(plain)
    )


def clauses_of(notice: str) -> tuple[Clause, ...]:
    """The clauses of a notice that have none below them, in its order."""
    found = list(_numbered(notice))
    above = {clause.reference[:length] for clause in found for length in (1, 2)
             if length < len(clause.reference)}  # fmt: skip
    return tuple(clause for clause in found if clause.reference not in above)


def _numbered(notice: str) -> Iterator[Clause]:
    path: list[str] = []
    for line in notice.splitlines():
        text = line.strip()
        for level, pattern in enumerate(_LEVELS):
            match = pattern.match(text)
            if match is not None and (path or level == 0):
                path = [*path[:level], match[1]]
                yield Clause(tuple(path), text[match.end() :].strip()[:MAX_WORDS])
                break


def _name(reference: Sequence[str]) -> str:
    """As it is written in 依据; a number that stands below 一、 itself has no bracket."""
    first, *rest = reference
    return first + "".join(one if one.isdecimal() else f"({one})" for one in rest)
