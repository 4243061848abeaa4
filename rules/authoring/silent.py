"""What a rule file cuts off or says otherwise without a word: a text that ends at a ``#``, a letter
without its sentence, a number in a text that is not the rule's.

Tree, text and rulebook in, warnings out, each with its place. Only what is certain enough to be
looked at by a person; nothing here refuses a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from rules.amounts import money_text, parse_money
from rules.call import Call
from rules.declarations import names_deadline
from rules.errors import Position, RuleFileError
from rules.language import Compare, Condition, Rule, Rulebook, walk
from rules.verdict import Outcome
from rules.vocabulary import BEIJING, Field, FieldType, show_value
from rules.yaml_text import Mapping, Sequence, Text, Tree

TEXT_KEYS = ("名称", "依据", "告知", "存疑告知", "简述", "改由", "停用")
_PERCENT = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d+)?[%％]")
_BEHIND = r"(?![\d.%％年月日号条款页\-/:：万千百亿])"
_WORDS = "少于|低于|超过|高于|多于|至少|最多|至多|限报"  #: behind which one digit alone is a limit
_COUNT = re.compile(rf"(?:(?<![\d.\-/第])\d{{2,15}}|(?<={_WORDS})\d){_BEHIND}")
_MONEY = re.compile(r"(?<![\d.])\d[\d,]*(?:\.\d+)?(?:万元|亿元|元)")
_DAY = re.compile(r"(\d{1,2})月(\d{1,2})日")

Warnings = Iterator[RuleFileError]


def silent_cuts(source: str, tree: Tree, rulebook: Rulebook, call: Call) -> Warnings:
    """Every such place of a file that can be read."""
    lines = source.split("\n")
    found = tree.get(Text("规则")) if isinstance(tree, Mapping) else None
    by_id = {rule.id: rule for rule in reversed(rulebook.rules)}
    rules = found if isinstance(found, Sequence) else ()
    for one in (one for one in rules if isinstance(one, Mapping)):
        for key in TEXT_KEYS:
            if isinstance(word := one.get(Text(key)), Text):
                yield from _cut_off(key, word, lines)
        rule = by_id.get(str(one.get(Text("编号"))))
        if rule is not None and not rule.disabled:
            yield from _unsaid(rule, one)
            yield from _other_numbers(rule, one, rulebook)
            yield from _other_days(one, call)


def _warn(code: str, what: str, message: str, at: Position, hint: str) -> RuleFileError:
    return RuleFileError(f"[{what}] {message}", at, hint, code)


def _cut_off(key: str, word: Text, lines: list[str]) -> Warnings:
    """A text on one line behind which ``#`` follows at once; real comments stand further off and
    begin with a space.
    """
    line, column = word.position
    rest = lines[line - 1][column - 1 :]
    if not word.quoted and rest.startswith(word) and re.match(r" #| +#\S", rest[len(word) :]):
        yield _warn(
            "W210",
            "截断",
            f"“{key}”到“ #”为止, 后面的字都不在里面",
            Position(line, column + len(word) + 1),
            "“#”是文字的, 给整段文字加引号; 是注释的, 前面空两格, 后面空一格",
        )
    elif not word.quoted and (wide := re.search(r"\s(＃)", word)):
        yield _warn(
            "W210",
            "截断",
            f"“{key}”里有全角“＃”, 它和后面的字都会写进信里",
            Position(line, column + wide.start(1)),
            "是注释的, 改成半角“ #”",
        )


def _unsaid(rule: Rule, tree: Mapping) -> Warnings:
    if not rule.message and rule.on_violated in (Outcome.RETURN, Outcome.REJECT):
        yield _warn(
            "W211",
            "没有告知",
            f"规则“{rule.id}”没有“告知”, 申报单位只会读到一句套话",
            tree.position,
            "写清缺什么、怎样改",
        )


def _other_numbers(rule: Rule, tree: Mapping, rulebook: Rulebook) -> Warnings:
    """A text that names numbers of the rule's kind, and none of them is the rule's."""
    for kind, pattern in _NUMBERS:
        told = [(key, word, _named(word, kind, pattern)) for key, word in _texts(tree)]
        limits = _limits(rule, kind, rulebook) if any(named for *_, named in told) else set()
        for key, word, named in told:
            if named and limits and not {number for number, _ in named} & limits:
                line, column = word.position
                yield _warn(
                    "W212",
                    "数字不同",
                    f"“{key}”写的是 {named[0][0]}, 规则“{rule.id}”用的是 {'、'.join(sorted(limits))}",
                    Position(line, column + named[0][1]),
                    "改成一样的",
                )


def _texts(tree: Mapping) -> Iterator[tuple[str, Text]]:
    """Those of a rule in which people write its numbers."""
    for key in ("名称", "依据", "告知", "存疑告知"):
        word = tree.get(Text(key))
        if isinstance(word, Text):
            yield key, word


def _named(word: Text, kind: FieldType, pattern: re.Pattern[str]) -> list[tuple[str, int]]:
    """The numbers of a type in a text, as limits are written, and where each begins."""
    plain = re.sub(r"\{[^}]*\}", lambda match: " " * len(match[0]), word)
    return [(_as_shown(match[0], kind), match.start()) for match in pattern.finditer(plain)]


_NUMBERS = (
    (FieldType.PERCENT, _PERCENT),
    (FieldType.INTEGER, _COUNT),
    (FieldType.MONEY, _MONEY),
)


def _as_shown(written: str, kind: FieldType) -> str:
    """A number of a text as limits are written: money in 元, whatever it was told in."""
    if kind is FieldType.MONEY:
        cents = parse_money(written, ten_thousands=False)
        return written if cents is None else money_text(cents, ten_thousands=False)
    return written.replace("％", "%")


def _limits(rule: Rule, kind: FieldType, rulebook: Rulebook) -> set[str]:
    """The limits of one type in what the rule requires, in every period, as people write them."""
    editions = (one.requirement for one in rulebook.rules if one.id == rule.id)
    return {
        show_value(Field("", kind), node.constant)
        for node in _compared(*editions)
        if rulebook.vocabulary[node.variable.removeprefix("另一")][node.field].type is kind
    }


def _compared(*conditions: Condition) -> Iterator[Compare]:
    return (node for node in walk(*conditions) if isinstance(node, Compare) and not node.less)


def _other_days(tree: Mapping, call: Call) -> Warnings:
    """A rule that asks for the deadline, whose words name another day than its last."""
    if not names_deadline(tree):
        return
    ends = [call.deadline] if call.extension is None else [call.deadline, call.extension.first]
    last = [(end - timedelta(seconds=1)).astimezone(BEIJING) for end in ends]
    for key in ("依据", "告知", "存疑告知"):
        word = tree.get(Text(key))
        named = list(_DAY.finditer(word)) if isinstance(word, Text) else []
        days = {(int(match[1]), int(match[2])) for match in named}
        if isinstance(word, Text) and named and not days & {(day.month, day.day) for day in last}:
            line, column = word.position
            yield _warn(
                "W213",
                "日期不同",
                f"“{key}”写的是{named[0][0]}, 截止是{last[0].month}月{last[0].day}日",
                Position(line, column + named[0].start()),
                "另有通知的, 写到 call.yaml 的“延期”; 告知里可写 {截止时间}",
            )
