"""Random, legal rule files and random cases for them, from a seed: for what must hold whatever an
office writes. Every word of the language can come up; what they are written from is
``material.py``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from rules.call import Call, vocabulary_of
from rules.facts import Fact
from rules.language import Rulebook
from rules.rulebook import SILENT, read_rulebook
from rules.sentences import BETWEEN_WORDS, NUMBER_WORDS, STATE_WORDS, TIME_WORDS
from rules.subjects import Subject, SubjectField
from rules.verdict import Outcome
from rules.vocabulary import ORDERED, TEXTUAL, Field, FieldType, Vocabulary
from tests.unit.rules.material import (
    BLANK,
    CALENDAR,
    COUNTED,
    DERIVED,
    LIMITS,
    PARAMETERS,
    UNKNOWN,
    VALUES,
    calls,
    instants,
    known,
    tree_of,
    vocabulary,
    words_of,
)

MOST = {"来件": 1, "申报书": 3, "扫描件": 3, "汇总表": 1, "汇总行": 4, "附件": 3, "台账": 2, "预算表": 2}  # fmt: skip
FEW = {"来件": 1}
PAIRS: list[tuple[list[str], list[str]]] = [
    (["扫描件", "申报书"], ["扫描件.对应 等于 申报书.编号"]),
    (["扫描件", "申报书"], ["扫描件.对应 等于 申报书.编号"]),
    (["申报书", "汇总行"], ["申报书.单位名称 等于 汇总行.单位名称"]),
    (["申报书", "汇总行"], ["申报书.单位名称 等于 汇总行.单位名称"]),
    (["申报书", "预算表"], ["预算表.对应 等于 申报书.编号"]),
    (["申报书", "台账"], ["申报书.单位名称 等于 台账.单位名称", "台账.师市 等于 申报书.师市"]),
    (["申报书", "来件"], []),
    (["统计", "申报书"], []),
    (["扫描件", "申报书", "汇总行"], ["扫描件.对应 等于 申报书.编号", "申报书.单位名称 等于 汇总行.单位名称"]),
]  # fmt: skip
SINGLE = ["申报书", "申报书", "申报书", "汇总行", "扫描件", "预算表", "来件", "汇总表", "附件", "台账", "统计", "统计"]  # fmt: skip
SOUGHT = ["申报书", "汇总行", "扫描件", "扫描件", "预算表", "附件", "台账"]
_EITHER_KEY = TEXTUAL - {FieldType.TELEPHONE}
_STATES = tuple(STATE_WORDS)


_PREFIX = {"汇总表": "表"}  #: of ids; else a kind's first character


def _named(declared: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    return [one for one in declared if one["名称"] in text]


def needed(rules: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The 派生 and the 统计 that rules name, and those that these name in turn."""
    text, before = str(rules), ""
    while text != before:
        derived, counted = _named(DERIVED, text), _named(COUNTED, text)
        before, text = text, str((rules, derived, counted))
    return derived, counted


@cache
def own_fields(call: Call) -> Vocabulary:
    """What the call's papers hold, before anything is counted or computed."""
    return vocabulary_of(call)


def alike(one: Field, other: Field) -> bool:
    """Whether 等于 may stand between them."""
    return one.type is other.type or {one.type, other.type} <= _EITHER_KEY


class Author:
    """Writes random, legal rule files and random cases."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.call: Call = calls()[seed % len(calls())]
        self.written = ""  #: the rule file, as one text
        self._own = own_fields(self.call)
        self._asked: dict[str, Mapping[str, Field]] = {}

    # --- sentences --------------------------------------------------------------------------------

    def leaf(self, variable: str, kind: str) -> str:
        """A sentence about one field."""
        field = self.random.choice(list(vocabulary()[kind].values()))
        return f"{variable}.{field.name} {self.ending(variable, kind, field)}"

    def ending(self, variable: str, kind: str, field: Field) -> str:
        if self.random.random() < 0.12:
            return self.random.choice(_STATES)
        if field.type in ORDERED:
            return self.ordered(variable, kind, field)
        if field.type in TEXTUAL:
            return self.textual(field)
        if field.type is FieldType.CHOICES:
            return f"{self.word('包含')} {self.random.choice(field.options)}"
        options = field.options or tuple(LIMITS[FieldType.YES_NO])
        if self.random.random() < 0.5:
            return f"{self.word('是')} {self.random.choice(options)}"
        return f"{self.word('属于')} {self.several(options)}"

    def word(self, word: str) -> str:
        """``word`` or its contrary."""
        return self.random.choice([word, "不" + word])

    def several(self, words: Sequence[str]) -> str:
        return "、".join(
            self.random.sample(words, min(len(words), self.random.choice([1, 2, 2, 3])))
        )

    def ordered(self, variable: str, kind: str, field: Field) -> str:
        times = field.type in (FieldType.DATE, FieldType.INSTANT)
        word = self.random.choice(list(TIME_WORDS if times else NUMBER_WORDS))
        limits = LIMITS[field.type]
        roll = self.random.random()
        others = [
            one.name
            for one in vocabulary()[kind].values()
            if one.type is field.type and one != field
        ]
        if roll < 0.2 and others:
            return f"{word} {variable}.{self.random.choice(others)}"
        if roll < 0.35:
            written = [limit for limit in limits if limit[0].isdigit()]
            places = sorted(self.random.sample(range(len(written)), 2))
            ends = [written[place] for place in places]
            between = (
                f"{self.random.choice(BETWEEN_WORDS)} {ends[0]} {self.random.choice('和到至')}"
            )
            return f"{between} {ends[1]}"
        return f"{word} {self.random.choice(limits)}"

    def textual(self, field: Field) -> str:
        words = words_of(field.type)
        roll = self.random.random()
        if roll < 0.35:
            text = self.random.choice(words)
            return f"{self.word('包含')} {text[: self.random.randint(1, len(text))]}"
        if roll < 0.65:
            return f"{self.word('是')} {self.random.choice(words)}"
        plain = [word for word in words if " " not in word]
        return f"{self.word('属于')} {self.several([*plain, '名录', '长名单'])}"

    def same(self, variable: str, kind: str, other: str, other_kind: str) -> str | None:
        """A sentence that two fields are equal; None when the one drawn has no match."""
        field = self.random.choice(list(vocabulary()[kind].values()))
        found = [
            one.name
            for one in vocabulary()[other_kind].values()
            if alike(field, one) and (variable, field.name) != (other, one.name)
        ]
        if "统计" in (kind, other_kind) or not found:
            return None
        match = field.name if field.name in found and self.random.random() < 0.7 else ""
        return f"{variable}.{field.name} 等于 {other}.{match or self.random.choice(found)}"

    # --- conditions -------------------------------------------------------------------------------

    def group(self, kinds: list[str], depth: int) -> Any:
        word = self.random.choice(["全部", "任一", "都不"])
        number = self.random.choice([1, 2, 2, 3])
        return {word: [self.condition(kinds, depth + 1) for _ in range(number)]}

    def existence(self, kinds: list[str], outer: str) -> Any:
        kind = self.random.choice(SOUGHT)
        name = f"另一{kind}" if kind in kinds else kind
        where: list[Any] = []
        if kind in ("扫描件", "预算表") and outer == "申报书" and self.random.random() < 0.5:
            where.append(f"{name}.对应 等于 申报书.编号")
        if (
            self.random.random() < 0.7
            and {"单位名称"} <= vocabulary()[outer].keys() & vocabulary()[kind].keys()
        ):
            where.append(f"{name}.单位名称 等于 {outer}.单位名称")
        elif self.random.random() < 0.5 and (same := self.same(name, kind, outer, outer)):
            where.append(same)
        own: list[Any] = [self.leaf(name, kind) for _ in range(self.random.choice([0, 0, 1, 2]))]
        if self.random.random() < 0.2:
            own = [{self.random.choice(["任一", "都不"]): own or [self.leaf(name, kind)]}]
        return {self.random.choice(["存在", "不存在"]): name, "其中": where + own}

    def condition(self, kinds: list[str], depth: int = 0) -> Any:
        roll = self.random.random()
        outers = [kind for kind in kinds if kind != "统计"]
        if depth < 2 and roll < 0.30:
            return self.group(kinds, depth)
        if depth < 2 and roll < 0.50 and outers:
            return self.existence(kinds, self.random.choice(outers))
        if roll < 0.6:
            pair = self.random.choice(kinds), self.random.choice(kinds)
            if same := self.same(pair[0], pair[0], pair[1], pair[1]):
                return same
        kind = self.random.choice(kinds)
        return self.leaf(kind, kind)

    # --- files ------------------------------------------------------------------------------------

    def rule(self, number: int) -> dict[str, Any]:
        together = self.random.random() < 0.3
        kinds, links = self.random.choice(PAIRS) if together else ([self.random.choice(SINGLE)], [])
        rule: dict[str, Any] = {
            "编号": f"R{number}",
            "名称": "试",
            "依据": "一",
            "不满足": str(self.random.choice(list(Outcome))),
            "针对": kinds,
        }
        if links:
            rule["关联"] = links
        if self.random.random() < 0.6:
            kind = self.random.choice(kinds)
            rule["适用"] = [self.leaf(kind, kind)]
        rule["要求"] = [self.condition(kinds) for _ in range(self.random.choice([1, 1, 2]))]
        if self.random.random() < 0.3:
            at = self.random.choice(LIMITS[FieldType.INSTANT])
            rule["生效"] = {self.random.choice(["自", "至"]): at}
        return rule | self.said(kinds[0])

    def said(self, kind: str) -> dict[str, str]:
        """The keys that decide nothing about what holds, each of them now and then."""
        outcomes = [str(one) for one in Outcome]
        field = self.random.choice(list(vocabulary()[kind]))
        keys = {
            "未填": self.random.choice([*outcomes, SILENT]),
            "无法判断": self.random.choice([one for one in outcomes if one != Outcome.REJECT]),
            "告知": f"请核对 {{{kind}.{field}}}，至 {{截止时间}}。",
            "存疑告知": "待核验。",
            "简述": "不符",
            "改由": "所属单位",
            "截止后": self.random.choice(["照常", "只提醒"]),
            "停用": "暂不用",
        }
        often = 0.03
        return {key: word for key, word in keys.items() if self.random.random() < often}

    def file(self) -> dict[str, Any]:
        """A rule file; of what can be counted and computed it declares what its rules name."""
        rules = [self.rule(number) for number in range(self.random.randint(1, 8))]
        return self.declaring(rules)

    def declaring(self, rules: list[dict[str, Any]]) -> dict[str, Any]:
        derived, counted = needed(rules)
        text = str((rules, derived, counted))
        parameters = {name: value for name, value in PARAMETERS.items() if name in text}
        head = {"版本": "1", "通知": "试", "参数": parameters, "派生": derived, "统计": counted}
        if self.random.random() < 0.2:
            head["截止后"] = self.random.choice(["照常", "只提醒"])
        if "工作日" in str(derived):
            head["日历"] = CALENDAR
        return {**head, "规则": rules}

    def rulebook(self) -> Rulebook:
        """A legal one; rules the language refuses are left out, as an administrator would."""
        file = self.file()
        rulebook, errors = read_rulebook(tree_of(file), self.call)
        assert {error.code for error in errors} <= {"E108", "E109"}, errors
        if rulebook is None or not rulebook.rules:
            plain = {"编号": "R0", "名称": "试", "依据": "一", "不满足": "提醒", "针对": "扫描件"}
            file = self.declaring([{**plain, "要求": [self.leaf("扫描件", "扫描件")]}])
            rulebook, errors = read_rulebook(tree_of(file), self.call)
        assert rulebook is not None
        self.written, self._asked = str(file), {}
        return rulebook

    # --- cases ------------------------------------------------------------------------------------

    def received(self) -> datetime:
        return self.random.choice(instants(self.call))

    def fact(self, field: Field) -> Fact:
        roll = self.random.random()
        if roll < 0.25:
            return UNKNOWN if roll < 0.15 else BLANK
        if field.type is FieldType.CHOICE:
            return known(self.random.choice([*field.options, "大学"]))
        if field.type is FieldType.CHOICES:
            number = self.random.randint(0, len(field.options))
            return known(tuple(self.random.sample(field.options, number)))
        return known(self.random.choice(VALUES[field.type]))

    def case(self, *, everything: bool = False) -> list[Subject]:
        """Subjects with the fields that the file names, or with all there are."""
        subjects = [
            Subject(
                kind=kind,
                id=f"{_PREFIX.get(kind, kind[0])}{number}",
                fields={
                    name: self.fact(field)
                    for name, field in fields.items()
                    if name != SubjectField.ID
                },
            )
            for kind, most in MOST.items()
            if everything or kind in self.written
            for fields in [self.asked(kind, everything=everything)]
            for number in range(self.random.randint(FEW.get(kind, 0), most))
        ]
        self.random.shuffle(subjects)
        return subjects

    def asked(self, kind: str, *, everything: bool) -> Mapping[str, Field]:
        own = self._own[kind]
        if everything:
            return own
        if kind not in self._asked:
            named = {name: field for name, field in own.items() if name in self.written}
            self._asked[kind] = named
        return self._asked[kind]
