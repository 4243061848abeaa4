"""Reads a rule file: text and call in, a checked :class:`Rulebook` out, or every slip with its
place and a hint.

Sentences are ``rules/sentences.py``; what rules mean is ``rules/logic.py``. Files are opened by the
shell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TypeVar

from rules.call import Call, vocabulary_of
from rules.conditions import condition
from rules.declarations import (
    FILE_KEYS,
    Fields,
    add_own_numbers,
    add_whole_numbers,
    extension_clause,
    late,
    names_deadline,
    periods,
    read_derived,
    read_parameters,
    read_statistic,
    read_workdays,
    refuse_alike,
    shown_parameter,
    statistic_trees,
    version,
)
from rules.engine.compile import compile_rule
from rules.engine.shards import compile_rulebook
from rules.errors import Position, RuleFileError
from rules.hints import yes_no_meant
from rules.language import (
    PERPETUAL,
    Condition,
    Derived,
    Exists,
    Parameter,
    Rule,
    Rulebook,
    Same,
    walk,
)
from rules.pieces import complain, kind_of, mapping, sequence, text
from rules.sentences import Scope, constant, parse_reference, unknown_word
from rules.values import with_item_counts
from rules.verdict import Outcome
from rules.vocabulary import Field, FieldType, Vocabulary, normalise
from rules.workdays import SHIPPED
from rules.yaml_text import Mapping, Sequence, Text, Tree, load_tree, text_at

SILENT = "不提示"  #: instead of an outcome: say nothing
MAX_FILE_RULES = 2_000  #: forty times the rules of a real call; more are a mistake or an attack

RULE_KEYS = (
    "编号", "名称", "依据", "针对", "关联", "生效", "适用", "要求",
    "不满足", "未填", "无法判断", "告知", "存疑告知", "简述", "改由", "截止后", "停用",
)  # fmt: skip
COMPULSORY = ("编号", "名称", "依据", "针对", "要求", "不满足")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_BRACES = re.compile(r"[{}｛｝]")
_T = TypeVar("_T")


def load_rulebook(source: str, call: Call) -> Rulebook:
    """The rule file ``source``, written for ``call``; shared by all who ask for the same.

    Raises:
        RuleFileError: the first slip, in the order of the file.
    """
    rulebook, slips = _read(source, call)
    if rulebook is None or slips:
        raise slips[0].with_traceback(None)
    return rulebook


def check_rulebook(source: str, call: Call) -> list[RuleFileError]:
    """Every slip that can be told apart, in the order of the file; empty when the file
    can be used.
    """
    return [*_read(source, call)[1]]


def read_rulebook(source: str | Tree, call: Call) -> tuple[Rulebook | None, list[RuleFileError]]:
    """What could be read of a rule file (its text, or its tree), and its slips in the order of the
    file.

    Rules with slips are left out: fit for looking further, never for judging.
    """
    if not isinstance(source, Text | Sequence | Mapping):
        rulebook, slips = _read(source, call)
        return rulebook, [*slips]
    reader = _FileReader(call)
    return reader.read_tree(source), reader.in_order()


@lru_cache(maxsize=8)
def _read(source: str, call: Call) -> tuple[Rulebook | None, tuple[RuleFileError, ...]]:
    """Whoever checks a file mostly takes it up next: it is read once for both."""
    reader = _FileReader(call)
    rulebook = reader.read(source)
    return rulebook, tuple(slip.with_traceback(None) for slip in reader.in_order())


class _FileReader:
    """Reads the file part by part; a slip in one part does not hide those in the others."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.errors: list[RuleFileError] = []
        self._seen: set[tuple[Position, str]] = set()

    def attempt(self, read: Callable[[], _T]) -> _T | None:
        """What ``read`` returns, or None with its error kept (once, however many periods it is met
        in).
        """
        try:
            return read()
        except RuleFileError as error:
            if (error.position, error.message) not in self._seen:
                self._seen.add((error.position, error.message))
                self.errors.append(error)
            return None

    def in_order(self) -> list[RuleFileError]:
        """The slips, in the order of the file."""
        return sorted(self.errors, key=lambda error: error.position)

    def read(self, source: str) -> Rulebook | None:
        """The rulebook; None (and errors) when the file has no usable shape."""
        tree = self.attempt(lambda: load_tree(source))
        return None if tree is None else self.read_tree(tree)

    def read_tree(self, tree: Tree) -> Rulebook | None:
        """The same for a file whose YAML has been read."""
        top = self.attempt(lambda: mapping(tree, "规则文件", FILE_KEYS, ("版本", "通知", "规则")))
        if top is None:
            return None
        self.attempt(lambda: version(top))
        published, deadline = self.call.published, self.call.deadline
        parameters = self.attempt(lambda: read_parameters(top, published, deadline)) or {}
        trees = self.attempt(lambda: statistic_trees(top)) or []
        fields = with_item_counts(vocabulary_of(self.call))
        self.attempt(lambda: refuse_alike(trees))
        add_whole_numbers(trees, fields)
        derived = self._derived(top, fields, parameters)
        starts = self.attempt(lambda: periods(parameters.values())) or (-PERPETUAL,)
        lists = {one.name: frozenset(map(normalise, one.names)) for one in self.call.lists}
        scopes = [
            Scope(
                fields,
                {},
                {name: one.at(start) for name, one in parameters.items()},
                lists,
            )
            for start in starts
        ]
        counted = [self.attempt(partial(read_statistic, tree, scopes)) for tree in trees]
        statistics = tuple(one for one in counted if one)
        add_own_numbers(trees, fields)
        normal = self.attempt(lambda: late(top, default=True)) is not False
        rulebook = Rulebook(
            title=str(top[Text("通知")]),
            vocabulary=fields,
            parameters=parameters,
            statistics=statistics,
            rules=self._rules(top, starts, scopes, normal=normal),
            deadline=int(deadline.timestamp()),
            published=int(published.timestamp()),
            derived=derived,
            workdays=self.attempt(lambda: read_workdays(top)) or SHIPPED,
            after_deadline=normal,
        )
        if not self.errors:
            self.attempt(lambda: compile_rulebook(rulebook))
        return rulebook

    def _derived(
        self,
        top: Mapping,
        fields: Fields,
        parameters: Lookup[str, Parameter],
    ) -> tuple[Derived, ...]:
        trees = self.attempt(lambda: sequence(top, "派生")) or ()
        found = [self.attempt(partial(read_derived, tree, fields, parameters)) for tree in trees]
        return tuple(one for one in found if one)

    def _rules(
        self,
        top: Mapping,
        starts: tuple[int, ...],
        scopes: list[Scope],
        *,
        normal: bool,
    ) -> tuple[Rule, ...]:
        trees = self.attempt(lambda: _rule_trees(top)) or ()
        rules: list[Rule] = []
        seen: set[str] = set()
        for tree in trees:
            frame = _Frame(normal=normal, extended=extension_clause(self.call))
            editions = self.attempt(partial(_editions, tree, starts, scopes, frame))
            if editions is None:
                continue
            name = editions[0].id
            if name in seen:
                place = (
                    tree[Text("编号")].position
                    if isinstance(tree, Mapping)
                    else editions[0].position
                )
                self.errors.append(
                    complain(f"编号“{name}”重复", place, "每条规则的编号只能用一次", "E107")
                )
            seen.add(name)
            compiled = [self.attempt(partial(compile_rule, rule)) for rule in editions]
            rules += [
                rule
                for rule, engine_rules in zip(
                    editions,
                    compiled,
                    strict=True,
                )
                if engine_rules is not None
            ]
        return tuple(rules)


def _rule_trees(top: Mapping) -> Sequence:
    trees = sequence(top, "规则")
    if len(trees) > MAX_FILE_RULES:
        place = trees[MAX_FILE_RULES].position
        raise complain(f"规则超过 {MAX_FILE_RULES} 条", place, "检查是否误贴了内容", "E112")
    return trees


def _editions(
    tree: Tree,
    starts: tuple[int, ...],
    scopes: list[Scope],
    frame: _Frame,
) -> list[Rule]:
    """The rule as it stands in every period of the parameters it names; one where none of them
    changes.

    Raises:
        RuleFileError: its first slip.
    """
    read = [_RuleReader(tree, scope, frame).read() for scope in scopes]
    merged: list[Rule] = []
    for rule, start, end in zip(read, starts, (*starts[1:], PERPETUAL), strict=True):
        clipped = replace(rule, start=max(rule.start, start), end=min(rule.end, end))
        if clipped.start >= clipped.end:
            continue
        if merged and _joins(merged[-1], clipped):
            merged[-1] = replace(merged[-1], end=clipped.end)
        else:
            merged.append(replace(clipped, edition=len(merged)))
    if not merged:
        raise complain("“生效”的“自”不早于“至”, 规则永远用不上", read[0].position)
    return merged


def _joins(earlier: Rule, later: Rule) -> bool:
    """Whether ``later`` is the same rule going on."""
    return (
        earlier.end == later.start
        and replace(later, start=earlier.start, end=earlier.end, edition=earlier.edition) == earlier
    )


# --- one rule -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Frame:
    """What the file and the call say for every rule."""

    normal: bool  #: 截止后 of the file
    extended: str  #: what 依据 ends with when the rule asks for a deadline that was extended


class _RuleReader:
    """One entry under 规则."""

    def __init__(self, tree: Tree, scope: Scope, frame: _Frame) -> None:
        self.tree = mapping(tree, "规则", RULE_KEYS, COMPULSORY)
        self.frame = frame
        self.kinds = self._kinds(scope.vocabulary)
        self.scope = scope.about({kind: kind for kind in self.kinds})

    def read(self) -> Rule:
        """The rule.

        Raises:
            RuleFileError: its first slip.
        """
        start, end = self._period()
        rule = Rule(
            id=self._id(), title=str(text(self.tree, "名称")), clause=self._clause(), kinds=self.kinds,
            links=self._links(), applies=self._condition("适用"), requirement=self._condition("要求"),
            on_violated=self._violated(), on_blank=self._outcome("未填", Outcome.RETURN),
            on_undecided=self._undecided(),
            message=self._message("告知"), doubt_message=self._message("存疑告知"),
            brief=str(text(self.tree, "简述")), instead=str(text(self.tree, "改由")), start=start, end=end,
            after_deadline=late(self.tree, default=self.frame.normal), disabled=self._disabled(),
            position=self.tree.position,
        )  # fmt: skip
        _check_another(rule)
        return rule

    def _clause(self) -> str:
        """依据; a rule that asks for the deadline also rests on the notice that extended it."""
        clause = self._named("依据")
        return clause + self.frame.extended if names_deadline(self.tree) else clause

    def _named(self, key: str) -> Text:
        """The text with ``{参数}`` replaced by what the parameter stands for at this time."""
        word = text(self.tree, key)
        parameters = self.scope.parameters
        filled = _PLACEHOLDER.sub(
            lambda match: (
                shown_parameter(parameters[match[1]]) if match[1] in parameters else match[0]
            ),
            word,
        )
        return text_at(filled, word.position)

    def _id(self) -> str:
        word = text(self.tree, "编号")
        if not re.fullmatch(r"[A-Za-z0-9_\-\u4e00-\u9fff]{1,20}", word) or word == "SYS":
            raise complain(
                f"编号“{word}”不能用", word.position, "用字母、数字、汉字或 -，20 字以内，例如 F01"
            )
        return str(word)

    def _kinds(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        tree = self.tree[Text("针对")]
        words = tree if isinstance(tree, Sequence) else [text(self.tree, "针对")]
        kinds = tuple(kind_of(word, vocabulary) for word in words if isinstance(word, Text))
        if len(set(kinds)) != len(words) or not 1 <= len(kinds) <= 3:
            raise complain("“针对”写一至三种不同的对象", tree.position)
        return kinds

    def _links(self) -> tuple[Same, ...]:
        return tuple(self._link(tree) for tree in sequence(self.tree, "关联"))

    def _link(self, tree: Tree) -> Same:
        found = condition(tree, self.scope)
        if not isinstance(found, Same) or found.variable == found.other_variable:
            raise complain("“关联”写“甲.字段 等于 乙.字段”", tree.position, "其他条件写到“适用”里")
        return found

    def _condition(self, key: str) -> Condition:
        tree = self.tree.get(Text(key), Sequence())
        if key == "要求" and not tree:
            raise complain("“要求”不能为空", tree.position, "", "E106")
        return condition(tree, self.scope)

    def _violated(self) -> Outcome:
        outcome = self._outcome("不满足", None)
        if outcome is None:
            raise complain(
                "“不满足”要写结论",
                text(self.tree, "不满足").position,
                "要停用整条规则请写“停用: 原因”",
            )
        return outcome

    def _disabled(self) -> str:
        """停用 with its reason. Left empty, or answered with 否, it says the opposite of what it does."""
        reason = text(self.tree, "停用")
        empty = Text("停用") in self.tree and not reason.strip()
        if empty or yes_no_meant(reason) or reason in ("是", "否"):
            raise complain(
                "“停用”后面没有写, 规则仍在用" if empty else f"“停用: {reason}”不是原因",
                reason.position,
                "要停用, 写原因; 不停用, 删去这一行",
                "E114",
            )
        return str(reason)

    def _undecided(self) -> Outcome | None:
        """What could not be read is never a reason to refuse."""
        outcome = self._outcome("无法判断", Outcome.REFER)
        if outcome is Outcome.REJECT:
            raise complain(
                "没读出来的材料不能“不予受理”",
                text(self.tree, "无法判断").position,
                "写 转人工 或 退回补正; 已有别的规则说过的, 写 不提示",
                "E113",
            )
        return outcome

    def _outcome(self, key: str, default: Outcome | None) -> Outcome | None:
        word = text(self.tree, key, default or SILENT)
        if word == SILENT:
            return None
        if str(word) not in set(Outcome):
            unknown_word(word, (*Outcome, SILENT), word.position)
        return Outcome(word)

    def _message(self, key: str) -> str:
        written = text(self.tree, key)
        for match in _PLACEHOLDER.finditer(written):
            line, column = written.position
            place = text_at(match[1], Position(line, column + match.start() + 1))
            if place in self.scope.parameters:
                continue
            if "." not in place:
                hint = "写成 {对象.字段}, 或参数的名称, 例如 {截止时间}"
                raise complain(f"看不懂“{match[0]}”", place.position, hint, "E103")
            parse_reference(place, self.scope)
        message = self._named(key)
        if slip := _BRACES.search(_PLACEHOLDER.sub(lambda match: " " * len(match[0]), message)):
            line, column = message.position
            place_of_slip = Position(line, column + slip.start())
            raise complain(
                f"“{key}”里的“{slip[0]}”不成对或是全角",
                place_of_slip,
                "写成半角的 {对象.字段}",
                "E103",
            )
        return str(message)

    def _period(self) -> tuple[int, int]:
        """生效 [自, 至): half-open, so that two rules that meet leave no gap and no overlap."""
        tree = mapping(self.tree.get(Text("生效"), Mapping()), "“生效”", ("自", "至"))
        start, end = (
            self._instant(tree, key, default)
            for key, default in (("自", -PERPETUAL), ("至", PERPETUAL))
        )
        if start >= end:
            raise complain("“生效”的“自”不早于“至”, 规则永远用不上", tree.position)
        return start, end

    def _instant(self, tree: Mapping, key: str, default: int) -> int:
        if Text(key) not in tree:
            return default
        word = text(tree, key)
        return constant(
            Field(key, FieldType.INSTANT),
            text_at(self.scope.parameters.get(word, word), word.position),
        )


def _check_another(rule: Rule) -> None:
    """The engine tells two subjects of a kind apart for a whole rule or not at all, so 另一… must stand alone."""
    nodes = walk(rule.applies, rule.requirement)
    found = [node for node in nodes if isinstance(node, Exists)]
    inside = [leaf for node in found for leaf in walk(node.where) if isinstance(leaf, Same)]
    outside = sum(isinstance(node, Same) for node in nodes) - len(inside)
    if rule.another and (len(found) > 1 or rule.links or outside):
        raise complain(
            "用了“另一”的规则只能有一个“存在/不存在”, 也不能再比较两份文件",
            rule.position,
            "拆成两条规则",
        )
