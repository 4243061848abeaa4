"""Representative subjects: for the conditions of a rule, every combination of values that could
make a difference.

A comparison changes its answer only at its constant, an option is one of a few, a text contains a
word or not: so a handful of values per field stands for all. No solver, and nothing about rules
themselves: that is ``rules/authoring/lint.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from math import prod

from rules.facts import Knowledge
from rules.language import Compare, Condition, Probe, Question, walk
from rules.subjects import Subject
from rules.values import BLANK, ITEM_COUNT, UNKNOWN, Actor, Cell, probe_cell
from rules.vocabulary import TEXTUAL, Field, FieldType, normalise

MAX_WORLDS = 20_000
MAX_LITERALS = 6
MAX_LISTED = 20
_BESIDES = "〇"  #: a text that is none of the words asked for

Points = Mapping[str, tuple[Cell, ...]]


def points_of(
    nodes: Iterable[Condition],
    fields: Mapping[str, Field],
    free: frozenset[str],
) -> Points | None:
    """The values to try for every field that ``nodes`` look at; None when there are too many
    combinations.

    ``free`` are the fields that may be negative or above 100 %, because they are computed.
    """
    leaves = [leaf for leaf in walk(*nodes) if isinstance(leaf, Compare | Probe)]
    names = list(dict.fromkeys(leaf.field for leaf in leaves))
    points: dict[str, tuple[Cell, ...]] = {}
    for name in names:
        mine = [leaf for leaf in leaves if leaf.field == name]
        bounds = None if name in free else _bounds(fields[name], fields)
        cells = _cells(fields[name], mine, bounds)
        if cells is None:
            return None
        asked = {leaf.question for leaf in mine if isinstance(leaf, Probe)}
        cells += (BLANK,) if asked & {Question.FILLED, Question.READ} else ()
        points[name] = cells + ((UNKNOWN,) if Question.READ in asked else ())
    return points if prod(len(cells) for cells in points.values()) <= MAX_WORLDS else None


def size_of(points: Points) -> int:
    """How many combinations there are."""
    return prod(len(cells) for cells in points.values())


def actors(kind: str, points: Points) -> Iterator[Actor]:
    """One subject per combination."""
    nobody = Subject(kind=kind, id=kind, fields={})
    for chosen in product(*points.values()):
        yield Actor(0, nobody, dict(zip(points, chosen, strict=True)))


def _bounds(field: Field, fields: Mapping[str, Field]) -> tuple[int, int]:
    """What a form can hold: no number below nothing, no share above all, no more ticks than
    options.
    """
    if field.type is FieldType.PERCENT:
        return 0, 1_000_000
    ticked = (
        fields.get(
            field.name.removesuffix(ITEM_COUNT),
        )
        if field.name.endswith(ITEM_COUNT)
        else None
    )
    return 0, len(ticked.options) if ticked is not None and ticked.options else 10**15


def _cells(
    field: Field,
    leaves: list[Compare | Probe],
    bounds: tuple[int, int] | None,
) -> tuple[Cell, ...] | None:
    if field.type is FieldType.CHOICE:
        return tuple(_number(index) for index in range(len(field.options) + 1))
    if field.type is FieldType.YES_NO:
        return _number(0), _number(1)
    if field.type is FieldType.CHOICES:
        return _ticked(leaves)
    if field.type in TEXTUAL:
        return _texts(leaves)
    near = {
        leaf.constant + step
        for leaf in leaves
        if isinstance(leaf, Compare)
        for step in (
            -1,
            0,
            1,
        )
    } or {0}
    low, high = bounds or (min(near), max(near))
    return tuple(
        _number(
            number,
        )
        for number in sorted({min(max(number, low), high) for number in near})
    )


def _number(value: int) -> Cell:
    return Cell(Knowledge.KNOWN, value, value, str(value))


def _listed(leaves: list[Compare | Probe]) -> Iterator[str]:
    """One name for every way in which the names of lists answer what is asked."""
    asked = [leaf for leaf in leaves if isinstance(leaf, Probe)]
    names = sorted(set().union(*(leaf.names for leaf in asked)))
    met = set()
    for name in names:
        cell = Cell(Knowledge.KNOWN, key=name)
        answers = tuple(probe_cell(leaf, cell).low for leaf in asked)
        if answers not in met:
            met.add(answers)
            yield name


def _literals(leaves: list[Compare | Probe]) -> list[str] | None:
    found = dict.fromkeys(
        leaf.argument
        for leaf in leaves
        if isinstance(
            leaf,
            Probe,
        )
        and leaf.argument
        and leaf.question is not Question.LISTED
    )
    return list(found) if len(found) <= MAX_LITERALS else None


def _chosen(literals: list[str]) -> Iterator[tuple[str, ...]]:
    for size in range(len(literals) + 1):
        yield from combinations(literals, size)


def _ticked(leaves: list[Compare | Probe]) -> tuple[Cell, ...] | None:
    literals = _literals(leaves)
    if literals is None:
        return None
    return tuple(
        Cell(Knowledge.KNOWN, key="、".join(sorted(some)), items=some) for some in _chosen(literals)
    )


def _texts(leaves: list[Compare | Probe]) -> tuple[Cell, ...] | None:
    """Every word alone, and every set of words in one text with something between."""
    literals = _literals(leaves)
    if literals is None:
        return None
    listed = list(_listed(leaves))
    if len(listed) > MAX_LISTED:
        return None
    texts = dict.fromkeys(
        [*literals, *listed, *(_BESIDES.join((_BESIDES, *some)) for some in _chosen(literals))],
    )
    return tuple(Cell(Knowledge.KNOWN, key=normalise(text)) for text in texts)
