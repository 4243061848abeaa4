"""Reads the structure of conditions: lists, 全部, 任一, 都不, 存在, 不存在. Sentences are ``rules/sentences.py``."""

from __future__ import annotations

from rules.errors import Position
from rules.language import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Exists,
    Not,
    Probe,
    Same,
    Source,
    walk,
)
from rules.pieces import complain, kind_of, mapping, text
from rules.sentences import Scope, parse_sentence
from rules.subjects import SubjectKind
from rules.yaml_text import Mapping, Sequence, Text, Tree, text_at

ANOTHER = "另一"
GROUP_KEYS = ("全部", "任一", "都不", "存在", "不存在", "其中")


def condition(tree: Tree, scope: Scope) -> Condition:
    """条件: a sentence, a list (全部), or 全部/任一/都不/存在/不存在."""
    if isinstance(tree, Text):
        return parse_sentence(tree, scope)
    if isinstance(tree, Sequence):
        return AllOf(tuple(condition(item, scope) for item in tree))
    return _group(mapping(tree, "条件", GROUP_KEYS), scope)


def _group(tree: Mapping, scope: Scope) -> Condition:
    words = [key for key in tree if key != "其中"]
    if len(words) != 1:
        raise complain(
            "一组条件只能有一个“全部/任一/都不/存在/不存在”", tree.position, "每组前各写一个“- ”"
        )
    word = words[0]
    if word in ("存在", "不存在"):
        return _exists(word, tree, scope)
    if Text("其中") in tree:
        raise complain("“其中”只跟在“存在/不存在”后面", tree.position)
    return _list_group(word, tree[word], scope)


def _list_group(word: Text, tree: Tree, scope: Scope) -> Condition:
    if not isinstance(tree, Sequence) or not tree:
        raise complain(f"“{word}”下面要列出条件", word.position, "每个条件前写“- ”")
    items = tuple(condition(item, scope) for item in tree)
    source = Source(str(word), word.position)
    if word == "全部":
        return AllOf(items, source)
    return AnyOf(items, source) if word == "任一" else Not(AnyOf(items, source), source)


def _exists(word: Text, tree: Mapping, scope: Scope) -> Condition:
    name = text(tree, word)
    kind = kind_of(text_at(name.removeprefix(ANOTHER), name.position), scope.vocabulary)
    another, bound = name.startswith(ANOTHER), kind in scope.variables.values()
    if kind == SubjectKind.COUNTS:
        raise complain("“统计”总是只有一个, 不用“存在”", name.position, "直接写 统计.名称 不超过 1")
    if bound and not another:
        raise complain(
            f"“针对”里已有“{kind}”", name.position, f"要找别的{kind}请写“{ANOTHER}{kind}”"
        )
    if another and not bound:
        raise complain(f"“针对”里没有“{kind}”, 谈不上“{name}”", name.position, f"写“{kind}”")
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
            raise complain("“其中”里不能再写“存在”", place, "拆成两条规则")
        if isinstance(
            node,
            Same,
        ) and (node.variable == variable) == (node.other_variable == variable):
            raise complain(f"“其中”里的“等于”要一边是“{variable}”, 另一边是“针对”里的对象", place)
        if isinstance(node, Not) and any(isinstance(inner, Same) for inner in walk(node)):
            raise complain("“其中”里的“等于”不能放在“都不”里", place, "拆成两条规则")
        if spoken - {variable}:
            raise complain(f"“其中”里只能写“{variable}”的条件", place, "别的对象的条件写到“适用”里")
