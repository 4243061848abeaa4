"""Reads a rule file: text and call in, a checked :class:`Rulebook` out, or every slip with its place and a hint.

Sentences are ``rules/sentences.py``; what rules mean is ``rules/logic.py``. Files are opened by the shell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from rules.call import Call, vocabulary_of
from rules.compile import compile_rule
from rules.errors import Position, RuleFileError
from rules.language import (
    COUNTS,
    PERPETUAL,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Exists,
    Not,
    Probe,
    Rule,
    Rulebook,
    Same,
    Source,
    Statistic,
    existences,
    walk,
)
from rules.sentences import Scope, constant, parse_reference, parse_sentence, unknown_word
from rules.values import with_item_counts
from rules.verdict import Outcome
from rules.vocabulary import BEIJING, Field, FieldType, Vocabulary
from rules.yaml_text import Mapping, Sequence, Text, Tree, load_tree, text_at

DEADLINE = "截止时间"  #: predefined parameter: the call's own deadline
SILENT = "不提示"  #: instead of an outcome: say nothing
ANOTHER = "另一"
LATE_NORMAL, LATE_REMIND = "照常", "只提醒"

FILE_KEYS = ("版本", "通知", "参数", "统计", "截止后", "规则")
RULE_KEYS = (
    "编号", "名称", "依据", "针对", "关联", "生效", "适用", "要求",
    "不满足", "未填", "无法判断", "告知", "存疑告知", "截止后", "停用",
)  # fmt: skip
_COMPULSORY = ("编号", "名称", "依据", "针对", "要求", "不满足")
_STATISTIC_KEYS = ("名称", "计数", "其中")
_GROUP_KEYS = ("全部", "任一", "都不", "存在", "不存在", "其中")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_T = TypeVar("_T")


def load_rulebook(source: str, call: Call) -> Rulebook:
    """The rule file ``source``, written for ``call``.

    Raises:
        RuleFileError: the first slip, in the order of the file.
    """
    reader = _FileReader(call)
    rulebook = reader.read(source)
    if rulebook is None or reader.errors:
        raise min(reader.errors, key=lambda error: error.position)
    return rulebook


def check_rulebook(source: str, call: Call) -> list[RuleFileError]:
    """Every slip that can be told apart, in the order of the file; empty when the file can be used."""
    reader = _FileReader(call)
    reader.read(source)
    return sorted(reader.errors, key=lambda error: error.position)


def _complain(message: str, at: Position, hint: str = "", code: str = "E108") -> RuleFileError:
    return RuleFileError(message, at, hint, code)


class _FileReader:
    """Reads the file part by part; a slip in one part does not hide those in the others."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.errors: list[RuleFileError] = []

    def attempt(self, read: Callable[[], _T]) -> _T | None:
        """What ``read`` returns, or None with its error kept."""
        try:
            return read()
        except RuleFileError as error:
            self.errors.append(error)
            return None

    def read(self, source: str) -> Rulebook | None:
        """The rulebook; None (and errors) when the file has no usable shape."""
        top = self.attempt(lambda: mapping(load_tree(source), "规则文件", FILE_KEYS, ("版本", "通知", "规则")))
        if top is None:
            return None
        self.attempt(lambda: _version(top))
        statistics = self.attempt(lambda: _statistic_trees(top)) or []
        names = [str(tree["名称"]) for tree in statistics if isinstance(tree.get(Text("名称")), Text)]  # type: ignore[index]
        vocabulary = with_item_counts(vocabulary_of(self.call, names))
        parameters = self.attempt(lambda: _parameters(top, self.call.deadline)) or {}
        scope = Scope(vocabulary, {}, parameters)
        counted = [self.attempt(lambda tree=tree: _statistic(tree, scope)) for tree in statistics]  # type: ignore[misc]
        late = self.attempt(lambda: _late(top, default=True))
        rules = self._rules(top, scope, late=late is not False)
        deadline = int(self.call.deadline.timestamp())
        title = str(top[Text("通知")])
        return Rulebook(title, vocabulary, parameters, tuple(s for s in counted if s), tuple(rules), deadline)

    def _rules(self, top: Mapping, scope: Scope, *, late: bool) -> list[Rule]:
        trees = self.attempt(lambda: sequence(top, "规则"))
        rules: list[Rule] = []
        seen: set[str] = set()
        for tree in trees or ():
            rule = self.attempt(lambda tree=tree: _RuleReader(tree, scope, late=late).read())  # type: ignore[misc]
            if rule is None:
                continue
            if rule.id in seen:
                place = tree[Text("编号")].position if isinstance(tree, Mapping) else rule.position
                self.errors.append(_complain(f"编号“{rule.id}”重复", place, "每条规则的编号只能用一次", "E107"))
            seen.add(rule.id)
            self.attempt(lambda rule=rule: compile_rule(rule))  # type: ignore[misc]
            rules.append(rule)
        return rules


# --- pieces of the tree -----------------------------------------------------------------------------------------


def mapping(tree: Tree | None, what: str, allowed: Iterable[str], compulsory: Iterable[str] = ()) -> Mapping:
    """``tree`` as a mapping with none but ``allowed`` keys and all the ``compulsory`` ones."""
    if not isinstance(tree, Mapping):
        raise _complain(f"{what}应写成若干“键: 值”", tree.position if tree is not None else Position(1, 1))
    for key in tree:
        if key not in allowed:
            unknown_word(key, allowed, key.position)
    for key_name in compulsory:
        if tree.get(Text(key_name)) in (None, ""):
            raise _complain(f"{what}缺“{key_name}”", tree.position, "", "E106")
    return tree


def sequence(parent: Mapping, key: str) -> Sequence:
    """The list under ``key``; empty when there is none."""
    tree = parent.get(Text(key), Sequence())
    if not isinstance(tree, Sequence):
        raise _complain(f"“{key}”应是一个列表", tree.position, "每项前写“- ”")
    return tree


def text(parent: Mapping, key: str, default: str = "") -> Text:
    """The text under ``key``."""
    tree = parent.get(Text(key))
    if tree is None:
        return text_at(default, parent.position)
    if not isinstance(tree, Text):
        raise _complain(f"“{key}”应是一个值", tree.position)
    return tree


def _version(top: Mapping) -> None:
    if text(top, "版本") != "1":
        raise _complain(f"不认识版本“{text(top, '版本')}”", text(top, "版本").position, "写 版本: 1")
    text(top, "通知")


def _late(parent: Mapping, *, default: bool) -> bool:
    """截止后: whether outcomes stay as they are (照常) or are only noted (只提醒)."""
    word = text(parent, "截止后", LATE_NORMAL if default else LATE_REMIND)
    if word not in (LATE_NORMAL, LATE_REMIND):
        unknown_word(word, (LATE_NORMAL, LATE_REMIND), word.position)
    return word == LATE_NORMAL


def _parameters(top: Mapping, deadline: datetime) -> dict[str, str]:
    tree = top.get(Text("参数"), Mapping())
    if not isinstance(tree, Mapping):
        raise _complain("“参数”应写成若干“名称: 值”", tree.position)
    values = {DEADLINE: deadline.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")}
    for key, value in tree.items():
        if key == DEADLINE:
            raise _complain(f"“{DEADLINE}”不必写", key.position, "它总是 call.yaml 里的“截止”", "E107")
        if not isinstance(value, Text):
            raise _complain(f"参数“{key}”应是一个值", value.position)
        values[str(key)] = str(value)
    return values


def _statistic_trees(top: Mapping) -> list[Mapping]:
    return [mapping(tree, "统计", _STATISTIC_KEYS, ("名称", "计数")) for tree in sequence(top, "统计")]


def _statistic(tree: Mapping, scope: Scope) -> Statistic:
    kind = _kind(text(tree, "计数"), scope.vocabulary)
    if kind == COUNTS:
        raise _complain("不能对统计再作统计", text(tree, "计数").position)
    inner = Scope(scope.vocabulary, {kind: kind}, scope.parameters)
    where = condition(tree.get(Text("其中"), Sequence()), inner)
    if existences(where):
        raise _complain("统计的“其中”里不能再写“存在”", tree.position, "把条件写成句子")
    return Statistic(str(text(tree, "名称")), kind, where)


def _kind(word: Text, vocabulary: Vocabulary) -> str:
    if word not in vocabulary:
        unknown_word(word, vocabulary, word.position)
    return str(word)


# --- conditions -------------------------------------------------------------------------------------------------


def condition(tree: Tree, scope: Scope) -> Condition:
    """条件: a sentence, a list (全部), or 全部/任一/都不/存在/不存在."""
    if isinstance(tree, Text):
        return parse_sentence(tree, scope)
    if isinstance(tree, Sequence):
        return AllOf(tuple(condition(item, scope) for item in tree))
    return _group(mapping(tree, "条件", _GROUP_KEYS), scope)


def _group(tree: Mapping, scope: Scope) -> Condition:
    words = [key for key in tree if key != "其中"]
    if len(words) != 1:
        raise _complain("一组条件只能有一个“全部/任一/都不/存在/不存在”", tree.position, "每组前各写一个“- ”")
    word = words[0]
    if word in ("存在", "不存在"):
        return _exists(word, tree, scope)
    if Text("其中") in tree:
        raise _complain("“其中”只跟在“存在/不存在”后面", tree.position)
    return _list_group(word, tree[word], scope)


def _list_group(word: Text, tree: Tree, scope: Scope) -> Condition:
    if not isinstance(tree, Sequence) or not tree:
        raise _complain(f"“{word}”下面要列出条件", word.position, "每个条件前写“- ”")
    items = tuple(condition(item, scope) for item in tree)
    source = Source(str(word), word.position)
    if word == "全部":
        return AllOf(items, source)
    return AnyOf(items, source) if word == "任一" else Not(AnyOf(items, source), source)


def _exists(word: Text, tree: Mapping, scope: Scope) -> Condition:
    name = text(tree, word)
    kind = _kind(text_at(name.removeprefix(ANOTHER), name.position), scope.vocabulary)
    another, bound = name.startswith(ANOTHER), kind in scope.variables.values()
    if kind == COUNTS:
        raise _complain("“统计”总是只有一个, 不用“存在”", name.position, "直接写 统计.名称 不超过 1")
    if bound and not another:
        raise _complain(f"“针对”里已有“{kind}”", name.position, f"要找别的{kind}请写“{ANOTHER}{kind}”")
    if another and not bound:
        raise _complain(f"“针对”里没有“{kind}”, 谈不上“{name}”", name.position, f"写“{kind}”")
    source = Source(f"{word} {name}", word.position)
    where = condition(tree.get(Text("其中"), Sequence()), scope.with_variable(str(name), kind))
    _check_where(where, str(name), name.position)
    found = Exists(str(name), kind, where, source)
    return found if word == "存在" else Not(found, source)


def _check_where(where: Condition, variable: str, at: Position) -> None:
    """其中 speaks of the candidate only, because the engine matches one candidate at a time."""
    for node in walk(where):
        spoken = {node.variable} if isinstance(node, Compare | Probe) else set()
        place = node.source.position if node.source.text else at
        if isinstance(node, Exists):
            raise _complain("“其中”里不能再写“存在”", place, "拆成两条规则")
        if isinstance(node, Same) and (node.variable == variable) == (node.other_variable == variable):
            raise _complain(f"“其中”里的“等于”要一边是“{variable}”, 另一边是“针对”里的对象", place)
        if isinstance(node, Not) and any(isinstance(inner, Same) for inner in walk(node)):
            raise _complain("“其中”里的“等于”不能放在“都不”里", place, "拆成两条规则")
        if spoken - {variable}:
            raise _complain(f"“其中”里只能写“{variable}”的条件", place, "别的对象的条件写到“适用”里")


# --- one rule ---------------------------------------------------------------------------------------------------


class _RuleReader:
    """One entry under 规则."""

    def __init__(self, tree: Tree, scope: Scope, *, late: bool) -> None:
        self.tree = mapping(tree, "规则", RULE_KEYS, _COMPULSORY)
        self.late = late
        self.kinds = self._kinds(scope.vocabulary)
        self.scope = Scope(scope.vocabulary, {kind: kind for kind in self.kinds}, scope.parameters)

    def read(self) -> Rule:
        """The rule.

        Raises:
            RuleFileError: its first slip.
        """
        start, end = self._period()
        rule = Rule(
            id=self._id(), title=str(text(self.tree, "名称")), clause=str(text(self.tree, "依据")), kinds=self.kinds,
            links=self._links(), applies=self._condition("适用"), requirement=self._condition("要求"),
            on_violated=self._violated(), on_blank=self._outcome("未填", Outcome.RETURN),
            on_undecided=self._outcome("无法判断", Outcome.REFER),
            message=self._message("告知"), doubt_message=self._message("存疑告知"), start=start, end=end,
            after_deadline=_late(self.tree, default=self.late), disabled=str(text(self.tree, "停用")),
            position=self.tree.position,
        )  # fmt: skip
        _check_another(rule)
        return rule

    def _id(self) -> str:
        word = text(self.tree, "编号")
        if not re.fullmatch(r"[A-Za-z0-9_\-\u4e00-\u9fff]{1,20}", word) or word == "SYS":
            raise _complain(f"编号“{word}”不能用", word.position, "用字母、数字、汉字或 -，20 字以内，例如 F01")
        return str(word)

    def _kinds(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        tree = self.tree[Text("针对")]
        words = tree if isinstance(tree, Sequence) else [text(self.tree, "针对")]
        kinds = tuple(_kind(word, vocabulary) for word in words if isinstance(word, Text))
        if len(set(kinds)) != len(words) or not 1 <= len(kinds) <= 3:
            raise _complain("“针对”写一至三种不同的对象", tree.position)
        return kinds

    def _links(self) -> tuple[Same, ...]:
        return tuple(self._link(tree) for tree in sequence(self.tree, "关联"))

    def _link(self, tree: Tree) -> Same:
        found = condition(tree, self.scope)
        if not isinstance(found, Same) or found.variable == found.other_variable:
            raise _complain("“关联”写“甲.字段 等于 乙.字段”", tree.position, "其他条件写到“适用”里")
        return found

    def _condition(self, key: str) -> Condition:
        tree = self.tree.get(Text(key), Sequence())
        if key == "要求" and not tree:
            raise _complain("“要求”不能为空", tree.position, "", "E106")
        return condition(tree, self.scope)

    def _violated(self) -> Outcome:
        outcome = self._outcome("不满足", None)
        if outcome is None:
            raise _complain("“不满足”要写结论", text(self.tree, "不满足").position, "要停用整条规则请写“停用: 原因”")
        return outcome

    def _outcome(self, key: str, default: Outcome | None) -> Outcome | None:
        word = text(self.tree, key, default or SILENT)
        if word == SILENT:
            return None
        if str(word) not in set(Outcome):
            unknown_word(word, (*Outcome, SILENT), word.position)
        return Outcome(word)

    def _message(self, key: str) -> str:
        message = text(self.tree, key)
        for match in _PLACEHOLDER.finditer(message):
            line, column = message.position
            place = text_at(match[1], Position(line, column + match.start() + 1))
            if "." not in place:
                raise _complain(f"看不懂“{match[0]}”", place.position, "写成 {对象.字段}", "E103")
            parse_reference(place, self.scope)
        return str(message)

    def _period(self) -> tuple[int, int]:
        """生效 [自, 至): half-open, so that two rules that meet leave no gap and no overlap."""
        tree = mapping(self.tree.get(Text("生效"), Mapping()), "“生效”", ("自", "至"))
        start, end = (self._instant(tree, key, default) for key, default in (("自", -PERPETUAL), ("至", PERPETUAL)))
        if start >= end:
            raise _complain("“生效”的“自”不早于“至”, 规则永远用不上", tree.position)
        return start, end

    def _instant(self, tree: Mapping, key: str, default: int) -> int:
        if Text(key) not in tree:
            return default
        word = text(tree, key)
        return constant(Field(key, FieldType.INSTANT), text_at(self.scope.parameters.get(word, word), word.position))


def _check_another(rule: Rule) -> None:
    """The engine tells two subjects of a kind apart for a whole rule or not at all, so 另一… must stand alone."""
    nodes = walk(rule.applies, rule.requirement)
    found = [node for node in nodes if isinstance(node, Exists)]
    inside = [leaf for node in found for leaf in walk(node.where) if isinstance(leaf, Same)]
    outside = sum(isinstance(node, Same) for node in nodes) - len(inside)
    if rule.another and (len(found) > 1 or rule.links or outside):
        raise _complain("用了“另一”的规则只能有一个“存在/不存在”, 也不能再比较两份文件", rule.position, "拆成两条规则")
