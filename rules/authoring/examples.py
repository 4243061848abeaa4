"""The golden cases of ``examples.yaml``: read with their places, judged, compared with what the
office expects. Pure.

A case either starts from a 样板 (a complete set of subjects) and changes it, or lists its own 对象. 期望 names rules
and what must become of them; a case that also gives its 裁定 must name every rule that says anything at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Sequence as Results
from dataclasses import dataclass
from datetime import datetime

from rules.authoring.relative import Ends, clock
from rules.errors import Position, RuleFileError
from rules.facts import Fact, Value
from rules.judge import RuleResult, judge
from rules.language import Rulebook
from rules.pieces import mapping, sequence, text
from rules.rulebook import SILENT
from rules.sentences import unknown_word
from rules.subjects import Subject, SubjectField, SubjectKind
from rules.verdict import DECISION_NAMES, Outcome, Truth, decide_outcomes
from rules.vocabulary import BEIJING, Field, FieldType, parse_value
from rules.yaml_text import Mapping, Sequence, Text, Tree, load_tree

FILE_KEYS = ("样板", "案例")
CASE_KEYS = ("名称", "收到", "样板", "改动", "去掉", "对象", "期望", "裁定")
SUBJECT_KEYS = ("种类", "编号", "字段")
UNKNOWN_WORD, BLANK_WORD = "未知", "空白"
EXPECTATIONS = (*Truth, *Outcome, SILENT)


@dataclass(frozen=True)
class Expectation:
    """What must become of one rule."""

    rule: str
    word: str  #: a truth value, an outcome, or 不提示
    position: Position


@dataclass(frozen=True)
class Example:
    """One golden case."""

    name: str
    received: datetime
    subjects: tuple[Subject, ...]
    expectations: tuple[Expectation, ...]
    decision: str  #: 受理, 待补正, 不予受理, 转人工; "" when only the named rules matter
    position: Position


@dataclass(frozen=True)
class ExampleFailure:
    """Where the rules and an example differ."""

    example: str
    position: Position
    message: str


def load_examples(source: str, rulebook: Rulebook) -> tuple[Example, ...]:
    """Read ``examples.yaml`` with the vocabulary of ``rulebook``.

    Raises:
        RuleFileError: the first slip, with its place.
    """
    top = mapping(load_tree(source), "示例文件", FILE_KEYS, ("案例",))
    bases = top.get(Text("样板"), Mapping())
    if not isinstance(bases, Mapping):
        raise RuleFileError("“样板”应写成若干“名称: 对象列表”", bases.position, "", "E108")
    reader = _Reader(rulebook, bases)
    return tuple(reader.example(tree) for tree in sequence(top, "案例"))


_FIRST_CASE = re.compile(r"^案例:[ ]*\n(?:[ ]*(?:#[^\n]*)?\n)*[ ]*- ", re.MULTILINE)


def has_cases(source: str) -> bool:
    """Whether an ``examples.yaml`` that went in force holds any case. Reading it whole takes half a
    second; a list that begins as lists do is enough.
    """
    return bool(_FIRST_CASE.search(source)) or case_count(source) > 0


def case_count(source: str) -> int:
    """How many cases an ``examples.yaml`` holds; 0 for one that is not there or cannot be read."""
    try:
        top = load_tree(source) if source else Mapping()
    except RuleFileError:
        return 0
    cases = top.get(Text("案例")) if isinstance(top, Mapping) else None
    return len(cases) if isinstance(cases, Sequence) else 0


class _Reader:
    """Reads cases against one rulebook and one set of 样板."""

    def __init__(self, rulebook: Rulebook, bases: Mapping) -> None:
        self.vocabulary = rulebook.vocabulary
        self.rules = tuple(dict.fromkeys(rule.id for rule in rulebook.rules))
        self.bases = bases
        self.ends = Ends(rulebook.published, rulebook.deadline)
        self._read_bases: dict[str, list[Subject]] = {}  #: most cases begin with the same few

    def example(self, tree: Tree) -> Example:
        """One entry under 案例."""
        case = mapping(tree, "案例", CASE_KEYS, ("名称", "收到", "期望"))
        received = text(case, "收到")
        seconds = self._instant(received)
        if seconds is None:
            raise RuleFileError(
                f"时间“{received}”看不懂",
                received.position,
                "例如 截止前1秒、截止前3天 09:00、2024-08-31 23:59:59",
                "E104",
            )
        subjects = self._changed(
            case, [*self._base(case), *map(self._subject, sequence(case, "对象"))]
        )
        arrived = [self._with_time(subject, seconds) for subject in subjects]
        return Example(
            str(text(case, "名称")), datetime.fromtimestamp(seconds, BEIJING), tuple(arrived),
            self._expectations(case), self._decision(case), case.position,
        )  # fmt: skip

    def _instant(self, raw: str) -> int | None:
        moved = self.ends.instant(raw)
        return clock(raw) if moved is None else moved

    def _read(self, field: Field, raw: Text) -> Value | None:
        if field.type is FieldType.INSTANT:
            return self._instant(raw)
        moved = self.ends.day(raw) if field.type is FieldType.DATE else None
        return parse_value(field, raw) if moved is None else moved

    def _base(self, case: Mapping) -> list[Subject]:
        name = text(case, "样板")
        if not name:
            return []
        if name not in self.bases:
            unknown_word(name, self.bases, name.position)
        if name not in self._read_bases:
            self._read_bases[name] = [self._subject(tree) for tree in sequence(self.bases, name)]
        return self._read_bases[name]

    def _subject(self, tree: Tree) -> Subject:
        entry = mapping(tree, "对象", SUBJECT_KEYS, ("种类",))
        kind = text(entry, "种类")
        if kind not in self.vocabulary:
            unknown_word(kind, self.vocabulary, kind.position)
        fields = mapping(entry.get(Text("字段"), Mapping()), "“字段”", self.vocabulary[kind])
        facts = {str(name): self._fact(str(kind), name, value) for name, value in fields.items()}
        return Subject(kind=str(kind), id=str(text(entry, "编号", kind)), fields=facts)

    def _fact(self, kind: str, name: Text, value: Tree) -> Fact:
        field = self.vocabulary[kind][name]
        if isinstance(value, Sequence):
            return Fact.known(tuple(str(item) for item in value))
        if not isinstance(value, Text):
            raise RuleFileError(f"“{name}”应是一个值", value.position, "", "E108")
        if value in (UNKNOWN_WORD, BLANK_WORD):
            return Fact.unknown() if value == UNKNOWN_WORD else Fact.blank()
        read = self._read(field, value)
        if read is None:
            raise RuleFileError(
                f"“{value}”不是{field.type}",
                value.position,
                f"没读到写“{UNKNOWN_WORD}”，没填写“{BLANK_WORD}”",
                "E104",
            )
        return Fact.known(read)

    def _changed(self, case: Mapping, subjects: list[Subject]) -> list[Subject]:
        """``subjects`` after 去掉 and 改动 (``编号.字段: 值``)."""
        known = {subject.id: subject for subject in subjects}
        for name in sequence(case, "去掉"):
            if known.pop(str(name), None) is None:
                unknown_word(str(name), known, name.position)
        changes = case.get(Text("改动"), Mapping())
        if not isinstance(changes, Mapping):
            raise RuleFileError("“改动”应写成若干“编号.字段: 值”", changes.position, "", "E108")
        for place, value in changes.items():
            identifier, _, field = place.partition(".")
            if identifier not in known:
                unknown_word(identifier, known, place.position)
            changed = known[identifier]
            if field not in self.vocabulary[changed.kind]:
                unknown_word(field, self.vocabulary[changed.kind], place.position)
            fact = self._fact(changed.kind, Text(field), value)
            known[identifier] = changed.model_copy(
                update={"fields": {**changed.fields, field: fact}},
            )
        return list(known.values())

    def _with_time(self, subject: Subject, seconds: int) -> Subject:
        """来件.收到时间 is the case's 收到 unless it is given."""
        if subject.kind != SubjectKind.SUBMISSION or SubjectField.RECEIVED in subject.fields:
            return subject
        return subject.model_copy(
            update={"fields": {**subject.fields, SubjectField.RECEIVED: Fact.known(seconds)}},
        )

    def _expectations(self, case: Mapping) -> tuple[Expectation, ...]:
        tree = mapping(case[Text("期望")], "“期望”", self.rules)
        words = [text(tree, rule) for rule in tree]
        for word in words:
            if word not in EXPECTATIONS:
                unknown_word(word, EXPECTATIONS, word.position)
        return tuple(
            Expectation(
                str(rule),
                str(word),
                rule.position,
            )
            for rule, word in zip(tree, words, strict=True)
        )

    def _decision(self, case: Mapping) -> str:
        word = text(case, "裁定")
        if word and word not in DECISION_NAMES.values():
            unknown_word(word, DECISION_NAMES.values(), word.position)
        return str(word)


# --- running --------------------------------------------------------------------------------------


def run_examples(rulebook: Rulebook, examples: Iterable[Example]) -> list[ExampleFailure]:
    """Every difference between what the examples expect and what the rules say; empty when all is
    well.
    """
    return [failure for example in examples for failure in _run(rulebook, example)]


def _run(rulebook: Rulebook, example: Example) -> list[ExampleFailure]:
    return differences(example, judge(rulebook, example.subjects, example.received))


def differences(example: Example, results: Results[RuleResult]) -> list[ExampleFailure]:
    """Every difference between what ``example`` expects and what the rules said of its subjects."""
    failures = [
        ExampleFailure(
            example.name,
            one.position,
            f"{one.rule} 应为“{one.word}”, 实为{_said(results, one.rule)}",
        )
        for one in example.expectations
        if not _fulfilled(one, results)
    ]
    if not example.decision:
        return failures
    named = {one.rule for one in example.expectations}
    speaking = [result for result in results if result.outcome is not None]
    extra = dict.fromkeys(result.rule.id for result in speaking if result.rule.id not in named)
    if extra:
        message = "还有未列出的结论: " + "; ".join(
            f"{rule} {_said(results, rule)}" for rule in extra
        )
        failures.append(ExampleFailure(example.name, example.position, message))
    outcomes = [result.outcome for result in speaking if result.outcome is not None]
    decision = DECISION_NAMES[decide_outcomes(outcomes)]
    if decision != example.decision:
        failures.append(
            ExampleFailure(
                example.name, example.position, f"裁定应为“{example.decision}”, 实为“{decision}”"
            )
        )
    return failures


def _fulfilled(one: Expectation, results: Iterable[RuleResult]) -> bool:
    """满足, 不适用 and 不提示 must hold for all combinations of subjects, anything else for one of them."""
    mine = [result for result in results if result.rule.id == one.rule]
    truths = {result.truth for result in mine}
    if one.word == Truth.SATISFIED:
        return Truth.SATISFIED in truths and truths <= {Truth.SATISFIED, Truth.NOT_APPLICABLE}
    if one.word == Truth.NOT_APPLICABLE:
        return truths <= {Truth.NOT_APPLICABLE}
    if one.word == SILENT:
        return all(result.outcome is None for result in mine)
    return one.word in truths or one.word in {result.outcome for result in mine}


def _said(results: Iterable[RuleResult], rule: str) -> str:
    mine = [result for result in results if result.rule.id == rule]
    outcomes = [(one.truth, f"→{one.outcome}" if one.outcome else "") for one in mine]
    words = dict.fromkeys(f"“{truth}{outcome}”" for truth, outcome in outcomes)
    return "、".join(words) or "“不适用”"
