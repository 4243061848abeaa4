"""The rule language as values: conditions, rules and the rule file, each part knowing where it was
written.

Only frozen data lives here. Reading sentences is ``rules/sentences.py``, reading the file
``rules/rulebook.py``, judging ``rules/logic.py``; nothing here evaluates anything.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import TypeAlias

from rules.errors import Position
from rules.subjects import SubjectKind
from rules.verdict import Outcome
from rules.vocabulary import Field
from rules.workdays import SHIPPED, Workdays

NOWHERE = Position(0, 0)
PERPETUAL = 10**15  #: further away than any instant, larger than any number a form can hold


class Kleene(IntEnum):
    """The three truth values, ordered so that "and" is ``min`` and "or" is ``max``."""

    NO = 0
    MAYBE = 1
    YES = 2


class Operator(StrEnum):
    """How a number is compared with a constant."""

    AT_LEAST = ">="
    ABOVE = ">"
    AT_MOST = "<="
    BELOW = "<"
    EQUAL = "="


class Question(StrEnum):
    """A yes-or-no question about one value that is no comparison of numbers."""

    CONTAINS = "含"  #: the text contains the argument
    IS = "是"  #: the text is the argument
    TICKED = "选"  #: the tick list contains the argument
    FILLED = "填"  #: the applicant wrote something
    LISTED = "单"  #: the text is one of the names of the list that the argument names
    READ = "读"  #: the place was read, be it empty; always decided


@dataclass(frozen=True)
class Source:
    """The words of a condition as the administrator wrote them."""

    text: str = ""
    position: Position = NOWHERE


UNWRITTEN = Source()


@dataclass(frozen=True)
class Compare:
    """``申报书.教师账号开通率 不低于 98%``; choices compare by the number of their option, yes/no by 1 and 0.

    ``申报书.申请金额 不超过 申报书.自筹金额`` compares what is left when the second is taken away (``less``) with 0.
    """

    variable: str
    field: str
    operator: Operator
    constant: int
    source: Source = dataclasses.field(default=UNWRITTEN, compare=False)
    less: str = ""  #: another field of the same subject; "" = none


@dataclass(frozen=True)
class Probe:
    """``申报书.单位名称 包含 教育局``, ``申报书.职能部门 已填写``; the argument is normalised text."""

    variable: str
    field: str
    question: Question
    argument: str = ""
    source: Source = dataclasses.field(default=UNWRITTEN, compare=False)
    names: frozenset[str] = frozenset()  #: of a list, as texts are compared


@dataclass(frozen=True)
class Same:
    """``扫描件.单位名称 等于 申报书.单位名称``."""

    variable: str
    field: str
    other_variable: str
    other_field: str
    source: Source = dataclasses.field(default=UNWRITTEN, compare=False)


@dataclass(frozen=True)
class AllOf:
    """全部; also what a plain list means."""

    items: tuple[Condition, ...]
    source: Source = dataclasses.field(default=UNWRITTEN, compare=False)


@dataclass(frozen=True)
class AnyOf:
    """任一."""

    items: tuple[Condition, ...]
    source: Source = dataclasses.field(default=UNWRITTEN, compare=False)


@dataclass(frozen=True)
class Not:
    """不是, 不属于, 都不, 不存在 ..."""

    item: Condition
    source: Source = dataclasses.field(default=UNWRITTEN, compare=False)


@dataclass(frozen=True)
class Exists:
    """存在 ... 其中 ...: some subject of ``kind`` (for 另一…: other than the one already bound) fulfils ``where``."""

    variable: str
    kind: str
    where: Condition
    source: Source = dataclasses.field(default=UNWRITTEN, compare=False)

    @property
    def another(self) -> bool:
        """Whether the subject bound by the rule itself is left out."""
        return self.variable != self.kind


Leaf: TypeAlias = Compare | Probe | Same
Condition: TypeAlias = Compare | Probe | Same | AllOf | AnyOf | Not | Exists


@dataclass(frozen=True)
class Statistic:
    """统计: how many subjects of ``kind`` fulfil ``where``, or what a field of theirs adds up to.

    With ``by`` every subject of ``holder`` has a number of its own, of those whose value of that
    field is the same as its own; without it there is one for the case.
    """

    name: str
    kind: str
    where: Condition
    summed: str = ""  #: 求和: the field that is added up; "" = 计数
    by: str = ""  #: 按
    holder: str = SubjectKind.COUNTS  #: 对象: whose field the number is
    position: Position = dataclasses.field(default=NOWHERE, compare=False)


class Operation(StrEnum):
    """How a 派生 value is computed."""

    SUM = "和"
    DIFFERENCE = "差"  #: the first less the second
    RATIO = "比"  #: the first by the second, as a percentage
    DAYS = "天数差"  #: from the first day to the second; the same day is 0
    YEARS = "年数差"  #: whole years from the first day to the second: an age on a day
    WORKDAYS = "工作日差"  #: working days after the first day up to and including the second


BETWEEN_DAYS = frozenset({Operation.DAYS, Operation.YEARS, Operation.WORKDAYS})
"""What is computed from one day (从) to another (到)."""


@dataclass(frozen=True)
class Operand:
    """What a 派生 value is computed from: a field of the same subject, or a constant."""

    field: str = ""  #: "" for a constant
    constant: int = 0  #: in the units of ``rules.values.number_of``; days are day numbers
    seconds: bool = False  #: the field is an instant, of which only the Beijing day counts


@dataclass(frozen=True)
class Derived:
    """派生: a value computed from others of the same subject; rules compare it like a field."""

    name: str
    kind: str
    operation: Operation
    operands: tuple[Operand, ...]
    field: Field  #: its own name and type
    position: Position


@dataclass(frozen=True)
class DatedValue:
    """What a parameter is from ``start`` (epoch seconds of the received time) until the next one
    begins.
    """

    start: int
    text: str  #: as written; read from a file it knows its place
    clause: str = ""  #: 依据


@dataclass(frozen=True)
class Parameter:
    """参数: a name for a value, which may change at given dates."""

    name: str
    values: tuple[DatedValue, ...]  #: ascending; the first holds from the beginning
    position: Position = NOWHERE

    def at(self, instant: int) -> str:
        """The value in force at ``instant``."""
        return next(one.text for one in reversed(self.values) if one.start <= instant)


@dataclass(frozen=True)
class Rule:
    """One rule: what must hold (``requirement``) where (``applies``), and what follows when it does
    not.
    """

    id: str
    title: str
    clause: str  #: 依据: the words of the notice it rests on
    kinds: tuple[str, ...]  #: 针对: one binding for every combination of subjects of these kinds
    links: tuple[Same, ...]  #: 关联: only combinations that are surely linked are looked at
    applies: Condition
    requirement: Condition
    on_violated: Outcome
    on_blank: Outcome | None  #: None: says nothing (不提示)
    on_undecided: Outcome | None
    message: str  #: 告知, with ``{对象.字段}``; "" when the program is to say it
    doubt_message: str  #: 存疑告知: the same for what could not be decided
    brief: str  #: 简述: the fault in a few words, for the lists of staff; "" = its 名称 must do
    instead: str  #: 改由: who must send it, where the one who wrote cannot mend it; "" = himself
    start: int  #: 生效 [start, end), epoch seconds of the received time
    end: int
    after_deadline: bool  #: False: what is received after the deadline is only noted (提醒)
    disabled: str  #: 停用: the reason; "" when the rule is in force
    position: Position
    edition: int = 0  #: a rule that names a dated parameter is one rule per period, numbered from 0

    @cached_property
    def another(self) -> bool:
        """Whether it speaks of 另一…, which the engine has to be told."""
        return any(node.another for node in existences(self.applies, self.requirement))


@dataclass(frozen=True)
class Rulebook:
    """A rule file that has been read and checked."""

    title: str  #: 通知
    vocabulary: Mapping[str, Mapping[str, Field]]
    parameters: Mapping[str, Parameter]
    statistics: tuple[Statistic, ...]
    rules: tuple[Rule, ...]  #: in the order of the file; the editions of one rule stand together
    deadline: int  #: the call's, epoch seconds; the first instant that is too late
    derived: tuple[Derived, ...] = ()
    workdays: Workdays = SHIPPED
    published: int = 0  #: the call's, epoch seconds
    after_deadline: bool = True  #: 截止后, as the file says it for rules that say nothing of it

    @property
    def rules_in_force(self) -> tuple[Rule, ...]:
        """The rules that are not 停用."""
        return tuple(rule for rule in self.rules if not rule.disabled)


def children(node: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside ``node``."""
    match node:
        case AllOf(items=items) | AnyOf(items=items):
            return items
        case Not(item=item):
            return (item,)
        case Exists(where=where):
            return (where,)
        case _:
            return ()


def walk(*nodes: Condition) -> tuple[Condition, ...]:
    """``nodes`` and everything inside them, outermost first."""
    found: list[Condition] = []
    waiting = [*reversed(nodes)]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += reversed(children(node))
    return tuple(found)


def existences(*nodes: Condition) -> tuple[Exists, ...]:
    """Every 存在 inside ``nodes``."""
    return tuple(node for node in walk(*nodes) if isinstance(node, Exists))
