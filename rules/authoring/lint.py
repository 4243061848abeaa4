"""What a rule file that can be read says without meaning it: dead, empty, doubled, contradicting
rules, gaps in time.

Text in, errors and warnings out, each with its place. A warning is only given for what is certain:
where a rule cannot be tried out on representative values, a note says that it was not looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

from rules.authoring.silent import silent_cuts
from rules.authoring.worlds import Points, actors, points_of, size_of
from rules.call import Call
from rules.declarations import DEADLINE
from rules.errors import Position, RuleFileError
from rules.language import (
    PERPETUAL,
    Compare,
    Condition,
    Kleene,
    Operation,
    Probe,
    Rule,
    Rulebook,
    Same,
    existences,
    walk,
)
from rules.logic import evaluate
from rules.rulebook import read_rulebook
from rules.subjects import SubjectField
from rules.verdict import Outcome
from rules.vocabulary import BEIJING, instant_text
from rules.workdays import year_known
from rules.yaml_text import Mapping, Sequence, Text, Tree, load_tree

MAX_TRIED = 150_000  #: combinations tried on pairs of rules, some seconds' work
MAX_ALIKE = 20  #: warnings of one kind about pairs of rules; a hundred alike rules make thousands
_OF_PAIRS = ("W204", "W205", "W206", "W207")
_SEVERITY = {Outcome.REMIND: 0, Outcome.REFER: 1, Outcome.RETURN: 2, Outcome.REJECT: 3}


def check_source(source: str, call: Call) -> list[RuleFileError]:
    """Every slip of the rule file ``source``; when there is none, what is suspicious about its
    meaning.

    In the order of the file. ``severity`` tells errors, warnings and notes (not looked at) apart.
    """
    try:
        tree = load_tree(source)
    except RuleFileError as error:
        return [error]
    rulebook, errors = read_rulebook(source, call)
    if errors or rulebook is None:
        return errors
    found = [
        *lint_rulebook(rulebook, call),
        *_unused(rulebook, tree),
        *silent_cuts(source, tree, rulebook, call),
    ]
    unique = {(one.position, one.message): one for one in found}
    return _summed_up(sorted(unique.values(), key=lambda one: one.position))


def _summed_up(found: list[RuleFileError]) -> list[RuleFileError]:
    """At most so many warnings of one kind about pairs of rules, and how many more there are."""
    totals, met = Counter(one.code for one in found), Counter[str]()
    kept: list[RuleFileError] = []
    for one in found:
        met[one.code] += 1
        if one.code not in _OF_PAIRS or met[one.code] <= MAX_ALIKE:
            kept.append(one)
        elif met[one.code] == MAX_ALIKE + 1:
            message = f"同类的还有 {totals[one.code] - MAX_ALIKE} 处, 先改前面的"
            kept.append(RuleFileError(message, one.position, "", one.code))
    return kept


def lint_rulebook(
    rulebook: Rulebook,
    call: Call,
    most_tried: int = MAX_TRIED,
) -> list[RuleFileError]:
    """The warnings about meaning, and the notes about what was not looked at.

    ``most_tried`` is how many combinations of values on pairs of rules are tried before the rest is
    left.
    """
    rules = rulebook.rules_in_force
    trials = {id(rule): _tried(rule, rulebook) for rule in rules}
    return [
        *(warning for rule in rules for warning in _about_one(rule, trials[id(rule)])),
        *_same_conditions(rules),
        *_Pairs(
            rulebook,
            most_tried,
        ).compared([rule for rule in rules if trials[id(rule)] is not None]),
        *_gaps(rules),
        *_past(rules, call),
        *_calendar(rulebook, call),
    ]


def _warn(code: str, what: str, message: str, at: Position, hint: str = "") -> RuleFileError:
    return RuleFileError(f"[{what}] {message}", at, hint, code)


# --- one rule -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Trial:
    """How often a rule applies and is violated among its representative subjects."""

    applies: int
    violated: int
    decided: int  #: how often the requirement is certain one way or the other


def _tried(rule: Rule, rulebook: Rulebook) -> _Trial | None:
    points = _points((rule,), rulebook) if _simple(rule) else None
    if points is None:
        return None
    kind = rule.kinds[0]
    applied = [actor for actor in actors(kind, points) if _is(rule.applies, kind, actor)]
    truths = [evaluate(rule.requirement, {kind: actor}, ()) for actor in applied]
    decided = len(truths) - truths.count(Kleene.MAYBE)
    return _Trial(len(truths), truths.count(Kleene.NO), decided)


def _simple(rule: Rule) -> bool:
    """One kind of subject, looked at by itself."""
    nodes = walk(rule.applies, rule.requirement)
    return (
        len(
            rule.kinds,
        )
        == 1
        and not existences(*nodes)
        and not any(isinstance(node, Same) or _of_two_fields(node) for node in nodes)
    )


def _of_two_fields(node: Condition) -> bool:
    return isinstance(node, Compare) and bool(node.less)


def _points(rules: Iterable[Rule], rulebook: Rulebook) -> Points | None:
    every = tuple(rules)
    kind = every[0].kinds[0]
    free = frozenset(one.name for one in rulebook.derived if one.kind == kind)
    conditions = [condition for rule in every for condition in (rule.applies, rule.requirement)]
    return points_of(conditions, rulebook.vocabulary[kind], free)


def _is(node: Condition, kind: str, actor: object) -> bool:
    return evaluate(node, {kind: actor}, ()) is Kleene.YES  # type: ignore[dict-item]


def _about_one(rule: Rule, trial: _Trial | None) -> Iterator[RuleFileError]:
    name = f"规则“{rule.id}”"
    counts_seals = any(
        isinstance(node, Compare) and node.field == SubjectField.SEAL_COUNT
        for node in walk(rule.requirement)
    )
    if counts_seals and rule.on_violated in (Outcome.RETURN, Outcome.REJECT):
        yield _warn(
            "W214",
            "会看漏",
            f"{name}数印章, 第二枚淡了、盖在一起了会少数",
            rule.position,
            "“不满足”写 转人工",
        )
    if trial is None:
        yield RuleFileError(
            f"[未检查] {name}比较几份材料或条件太多, 没有检查它是否有意义",
            rule.position,
            "",
            "I301",
        )
    elif not trial.applies:
        yield _warn(
            "W201", "死规则", f"{name}“适用”的条件互相矛盾, 永远用不上", rule.position, "检查“适用”"
        )
    elif not trial.violated and trial.decided == trial.applies:
        yield _warn(
            "W202",
            "空规则",
            f"{name}的“要求”总是满足",
            rule.position,
            "检查界限; 只要求填写时写“已填写”",
        )
    elif trial.violated == trial.applies:
        yield _warn(
            "W203",
            "恒拒",
            f"{name}凡是适用就不满足, 没有材料能通过",
            rule.position,
            "检查“适用”与“要求”",
        )


# --- two rules ------------------------------------------------------------------------------------


def _same_conditions(rules: Iterable[Rule]) -> Iterator[RuleFileError]:
    """Rules written with the same conditions, of whatever kind."""
    seen: dict[tuple[object, ...], Rule] = {}
    for rule in rules:
        first = seen.setdefault(
            (rule.kinds, frozenset(rule.links), rule.applies, rule.requirement),
            rule,
        )
        if first.id != rule.id and _overlap(first, rule):
            yield _duplicate(first, rule)


def _duplicate(first: Rule, rule: Rule) -> RuleFileError:
    other = (
        ""
        if first.on_violated is rule.on_violated
        else f", 结论却不同({first.on_violated}/{rule.on_violated})"
    )
    return _warn(
        "W204",
        "重复",
        f"规则“{rule.id}”与“{first.id}”判定完全相同{other}",
        rule.position,
        "删去其中一条",
    )


def _overlap(one: Rule, other: Rule) -> bool:
    return max(one.start, other.start) < min(one.end, other.end)


@dataclass
class _Pairs:
    """Compares rules two by two on the subjects that matter to both, within a budget."""

    rulebook: Rulebook
    most_tried: int
    spent: int = 0
    _asked: dict[int, frozenset[str]] = field(default_factory=dict)

    def compared(self, rules: list[Rule]) -> Iterator[RuleFileError]:
        """What is found; a note when there were too many pairs to try them all."""
        kinds: dict[str, list[Rule]] = {}
        for rule in rules:
            kinds.setdefault(rule.kinds[0], []).append(rule)
        for group in kinds.values():
            for one, other in combinations(group, 2):
                if self.spent > self.most_tried:
                    yield RuleFileError(
                        "[未检查] 规则太多, 没有两两全部比较", other.position, "", "I301"
                    )
                    return
                self.spent += 1
                if one.id != other.id and _overlap(one, other) and self._related(one, other):
                    yield from self._pair(one, other)

    def _related(self, one: Rule, other: Rule) -> bool:
        """Whether what one requires is a matter of the other at all."""
        return bool(self._fields(one) & self._fields(other))

    def _fields(self, rule: Rule) -> frozenset[str]:
        if id(rule) not in self._asked:
            leaves = (node for node in walk(rule.requirement) if isinstance(node, Compare | Probe))
            self._asked[id(rule)] = frozenset(leaf.field for leaf in leaves)
        return self._asked[id(rule)]

    def _pair(self, one: Rule, other: Rule) -> Iterator[RuleFileError]:
        points = _points((one, other), self.rulebook)
        if points is None:
            yield RuleFileError(
                f"[未检查] 规则“{one.id}”和“{other.id}”的条件太多, 没有互相比较",
                other.position,
                "",
                "I301",
            )
            return
        self.spent += size_of(points)
        verdicts = {
            (
                _said(one, actor),
                _said(other, actor),
            )
            for actor in actors(one.kinds[0], points)
        }
        yield from _relation(one, other, verdicts)


def _said(rule: Rule, actor: object) -> bool | None:
    """True where the rule is violated, False where it applies and is not, None where it says
    nothing for certain.
    """
    kind = rule.kinds[0]
    if not _is(rule.applies, kind, actor):
        return None
    truth = evaluate(rule.requirement, {kind: actor}, ())  # type: ignore[dict-item]
    return None if truth is Kleene.MAYBE else truth is Kleene.NO


def _relation(
    one: Rule,
    other: Rule,
    said: set[tuple[bool | None, bool | None]],
) -> Iterator[RuleFileError]:
    both = {pair for pair in said if None not in pair}
    if both and (False, False) not in both and {(True, False), (False, True)} <= both:
        yield _warn(
            "W206",
            "冲突",
            f"规则“{other.id}”与“{one.id}”的要求不能同时满足",
            other.position,
            "检查两条的界限和“适用”",
        )
    violated = {pair for pair in said if True in pair}
    if violated == {(True, True)}:
        if (one.applies, one.requirement) != (other.applies, other.requirement):
            yield _duplicate(one, other)
        return
    for shadowed, by, place in ((other, one, 1), (one, other, 0)):
        answers = {pair[1 - place] for pair in violated if pair[place] is True}
        always = by.start <= shadowed.start and shadowed.end <= by.end
        if (
            answers
            == {
                True,
            }
            and always
            and _SEVERITY[by.on_violated] >= _SEVERITY[shadowed.on_violated]
        ):
            message = f"凡“{shadowed.id}”不满足时“{by.id}”必不满足, 结论也不更轻"
            yield _warn(
                "W205",
                "被覆盖",
                message,
                shadowed.position,
                f"“{shadowed.id}”可以删去, 或改它的结论",
            )


# --- time -----------------------------------------------------------------------------------------


def _gaps(rules: Iterable[Rule]) -> Iterator[RuleFileError]:
    """Between rules that take turns: the same title (up to a bracket) or the same requirement, for
    the same subjects.
    """
    groups: dict[tuple[object, ...], list[Rule]] = {}
    editions = list(rules)
    # of the last edition: one follows the other without a gap
    ends = {rule.id: rule.end for rule in editions}
    for rule in (replace(rule, end=ends[rule.id]) for rule in editions if not rule.edition):
        if (rule.start, rule.end) != (-PERPETUAL, PERPETUAL):
            groups.setdefault((rule.kinds, re.split(r"[（(]", rule.title)[0]), []).append(rule)
            groups.setdefault((rule.kinds, rule.applies, rule.requirement), []).append(rule)
    for group in groups.values():
        last, *others = sorted(group, key=lambda rule: (rule.start, rule.end))
        for later in others:
            if last.end < later.start:
                gap = f"{instant_text(last.end)} 到 {instant_text(later.start)}"
                message = f"规则“{last.id}”与“{later.id}”之间有空档: {gap}"
                hint = f"“{later.id}”的“自”写成 {instant_text(last.end)}"
                yield _warn("W207", "生效空档", message, later.position, hint)
            last = max(last, later, key=lambda rule: rule.end)


def _past(rules: Iterable[Rule], call: Call) -> Iterator[RuleFileError]:
    published = int(call.published.timestamp())
    for rule in rules:
        if rule.end <= published and not rule.edition and rule.end < PERPETUAL:
            message = f"规则“{rule.id}”在征集发布({instant_text(published)})之前就已失效"
            yield _warn("W201", "死规则", message, rule.position, "检查“生效”的“至”")


def _calendar(rulebook: Rulebook, call: Call) -> Iterator[RuleFileError]:
    years = range(
        call.published.astimezone(BEIJING).year,
        call.deadline.astimezone(BEIJING).year + 1,
    )
    missing = "、".join(str(year) for year in years if not year_known(year))
    for one in rulebook.derived:
        if missing and one.operation is Operation.WORKDAYS:
            message = f"{missing} 年的工作日安排还不在日历里, “{one.name}”将算不出"
            yield _warn(
                "W209",
                "日历",
                message,
                one.position,
                "更新 chinesecalendar; 在此之前相关规则都会转人工",
            )


# --- what nobody uses -----------------------------------------------------------------------------


def _unused(rulebook: Rulebook, tree: Tree) -> Iterator[RuleFileError]:
    assert isinstance(tree, Mapping)
    words = {word for key, part in tree.items() if key != "参数" for word in _words(part)}
    for parameter in rulebook.parameters.values():
        if parameter.name != DEADLINE and parameter.name not in words:
            yield _warn(
                "W208",
                "没用到",
                f"参数“{parameter.name}”没有规则引用",
                parameter.position,
                "删去, 或检查规则里是否写了固定的值",
            )
    operands = {operand.field for one in rulebook.derived for operand in one.operands}
    for one in rulebook.derived:
        if f"{one.kind}.{one.name}" not in words and one.name not in operands:
            yield _warn(
                "W208", "没用到", f"派生“{one.name}”没有规则引用", one.position, "删去, 或检查规则"
            )
    for statistic, place in zip(rulebook.statistics, _places(tree, "统计"), strict=True):
        if f"{statistic.holder}.{statistic.name}" not in words and statistic.name not in operands:
            yield _warn(
                "W208", "没用到", f"统计“{statistic.name}”没有规则引用", place, "删去, 或检查规则"
            )


def _places(tree: Mapping, key: str) -> list[Position]:
    part = tree.get(Text(key), Sequence())
    return [item.position for item in part] if isinstance(part, Sequence) else []


def _words(tree: Tree) -> Iterator[str]:
    if isinstance(tree, Text):
        yield from re.split(r"[\s、,，{}]+", tree)
    else:
        for inner in tree.values() if isinstance(tree, Mapping) else tree:
            yield from _words(inner)
