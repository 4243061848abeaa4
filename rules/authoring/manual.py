"""The handbook of a rule file as values: every clause beside its rule beside the examples that show
it. Pure.

How it looks is ``ingest/rulefiles/manual_html.py`` and ``ingest/rulefiles/manual_docx.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rules.authoring.clauses import Coverage, coverage
from rules.authoring.examples import Example
from rules.call import Call
from rules.judge import judge
from rules.language import (
    PERPETUAL,
    AllOf,
    AnyOf,
    Condition,
    Derived,
    Exists,
    Not,
    Parameter,
    Rule,
    Rulebook,
    Statistic,
    children,
)
from rules.rulebook import SILENT
from rules.verdict import DECISION_NAMES, Outcome, decide_outcomes
from rules.vocabulary import instant_text, until_text

_HEADING = re.compile(r"^\s*#\s*-{3,}\s*(.+?)\s*-{3,}\s*$")


@dataclass(frozen=True)
class Phrase:
    """One line of a condition, indented by its depth."""

    depth: int
    text: str


@dataclass(frozen=True)
class Shown:
    """An example that names the rule."""

    name: str
    word: str  #: what is expected of the rule
    decision: str  #: of the whole case


@dataclass(frozen=True)
class ManualRule:
    """One rule of the handbook."""

    id: str
    title: str
    clause: str
    kinds: str
    applies: tuple[Phrase, ...]
    requirement: tuple[Phrase, ...]
    consequences: tuple[tuple[str, str], ...]  #: 不满足/未填/无法判断 -> outcome
    message: str
    doubt_message: str
    brief: str
    instead: str
    period: str
    disabled: str
    examples: tuple[Shown, ...]


@dataclass(frozen=True)
class Section:
    """The rules below one heading (a comment between dashes) of the file."""

    title: str
    entries: tuple[ManualRule, ...]


@dataclass(frozen=True)
class Manual:
    """A handbook."""

    title: str
    notice: str
    authority: str
    deadline: str
    sha256: str  #: of the rule file
    parameters: tuple[tuple[str, str, str, str], ...]  #: name, from when, value, clause
    derived: tuple[tuple[str, str], ...]  #: name, how it is computed
    statistics: tuple[tuple[str, tuple[Phrase, ...]], ...]
    sections: tuple[Section, ...]
    uncovered: Coverage  #: clauses without a rule, rules without an example

    @property
    def count(self) -> int:
        """How many rules there are."""
        return sum(len(section.entries) for section in self.sections)


def manual_of(
    rulebook: Rulebook,
    source: str,
    call: Call,
    examples: Sequence[Example],
    sha256: str,
    notice: str = "",
) -> Manual:
    """The handbook of ``source``, which was read as ``rulebook``; ``notice`` is the text of the
    notice, where the office has put it beside the call.
    """
    return Manual(
        title=call.title,
        notice=rulebook.title,
        authority=call.authority,
        sha256=sha256,
        deadline=until_text(call.deadline),
        parameters=tuple(
            row
            for one in rulebook.parameters.values()
            for row in _parameter_rows(
                one,
            )
        ),
        derived=tuple((f"{one.kind}.{one.name}", _computed(one)) for one in rulebook.derived),
        statistics=tuple(
            (_numbered(one), (Phrase(0, _members(one)), *_phrases(one.where, 1)))
            for one in rulebook.statistics
        ),
        sections=tuple(_sections(rulebook, source, _shown(rulebook, examples))),
        uncovered=coverage(rulebook, examples, notice),
    )


def _parameter_rows(parameter: Parameter) -> Iterator[tuple[str, str, str, str]]:
    for one in parameter.values:
        since = "" if one.start == -PERPETUAL else f"{instant_text(one.start)}起"
        yield parameter.name, since, one.text, one.clause


def _computed(one: Derived) -> str:
    words = [operand.field or str(operand.constant) for operand in one.operands]
    return f"{one.operation}: " + "、".join(words)


def _numbered(one: Statistic) -> str:
    """The words by which rules ask for it."""
    return f"{one.holder}.{one.name}"


def _members(one: Statistic) -> str:
    what = f"求和 {one.kind}.{one.summed}" if one.summed else f"计数 {one.kind}"
    return f"{what}, 只算“{one.by}”与{one.holder}相同的" if one.by else what


# --- sections and entries -------------------------------------------------------------------------


def _sections(
    rulebook: Rulebook,
    source: str,
    shown: dict[str, tuple[Shown, ...]],
) -> Iterator[Section]:
    headings = [
        (
            number,
            match[1],
        )
        for number, line in enumerate(source.split("\n"), 1)
        if (match := _HEADING.match(line))
    ]
    grouped: dict[str, list[ManualRule]] = {}
    ends = {rule.id: rule.end for rule in rulebook.rules}  # of the last edition
    for rule in rulebook.rules:
        if not rule.edition:
            title = next(
                (text for line, text in reversed(headings) if line < rule.position.line), "规则"
            )
            whole = replace(rule, end=ends[rule.id])
            grouped.setdefault(title, []).append(_entry(whole, shown.get(rule.id, ())))
    for title, entries in grouped.items():
        yield Section(title, tuple(entries))


def _entry(rule: Rule, examples: tuple[Shown, ...]) -> ManualRule:
    links = tuple(Phrase(0, f"配对: {link.source.text}") for link in rule.links)
    consequences = [
        ("不满足", rule.on_violated),
        ("未填", rule.on_blank),
        ("无法判断", rule.on_undecided),
    ]
    return ManualRule(
        id=rule.id,
        title=rule.title,
        clause=rule.clause,
        kinds="、".join(rule.kinds),
        applies=(*links, *_phrases(rule.applies, 0)),
        requirement=tuple(_phrases(rule.requirement, 0)),
        consequences=tuple((name, str(outcome or SILENT)) for name, outcome in consequences),
        message=rule.message,
        doubt_message=rule.doubt_message,
        brief=rule.brief,
        instead=rule.instead,
        period=_period(rule),
        disabled=rule.disabled,
        examples=examples,
    )


def _period(rule: Rule) -> str:
    """When the rule is in force, "" for always."""
    start = "" if rule.start == -PERPETUAL else f"自 {instant_text(rule.start)} "
    end = "" if rule.end == PERPETUAL else f"至 {instant_text(rule.end)}(不含)"
    return (start + end).strip()


def _phrases(node: Condition, depth: int) -> Iterator[Phrase]:
    """The condition as written; what is written as a list needs no heading of its own."""
    text = node.source.text
    if isinstance(node, AllOf | AnyOf) and not text:
        for item in node.items:
            yield from _phrases(item, depth)
        return
    yield Phrase(depth, _GROUPS.get(text, text))
    inner = node.item if isinstance(node, Not) else node
    if isinstance(inner, Exists):
        yield from _phrases(inner.where, depth + 1)
    elif "." not in text:
        for child in children(inner):
            yield from _phrases(child, depth + 1)


_GROUPS = {"任一": "下列任一:", "全部": "下列全部:", "都不": "下列都不成立:"}


# --- examples -------------------------------------------------------------------------------------


def _shown(rulebook: Rulebook, examples: Sequence[Example]) -> dict[str, tuple[Shown, ...]]:
    """Per rule the examples that name it with something to say; those where all is well
    come last.
    """
    found: dict[str, list[Shown]] = {}
    for example in examples:
        decision = example.decision or _decision(rulebook, example)
        for one in example.expectations:
            found.setdefault(one.rule, []).append(Shown(example.name, one.word, decision))
    return {
        rule: tuple(sorted(rows, key=lambda row: row.word in ("满足", "不适用")))
        for rule, rows in found.items()
    }


def _decision(rulebook: Rulebook, example: Example) -> str:
    said: list[Outcome] = [
        one.outcome
        for one in judge(
            rulebook,
            example.subjects,
            example.received,
        )
        if one.outcome is not None
    ]
    return DECISION_NAMES[decide_outcomes(said)]
