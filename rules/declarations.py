"""Reads what stands before the rules of a rule file: 参数, 派生, 统计, 日历. Tree in, checked values out.

Rules themselves are ``rules/rulebook.py``; computing 派生 values is ``rules/derived.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Lookup
from datetime import date, datetime

from rules.amounts import has_unit, parse_decimal, parse_money
from rules.call import Call
from rules.conditions import condition
from rules.hints import instant_meant
from rules.language import (
    BETWEEN_DAYS,
    PERPETUAL,
    DatedValue,
    Derived,
    Operand,
    Operation,
    Parameter,
    Statistic,
    existences,
)
from rules.pieces import complain, kind_of, mapping, sequence, text
from rules.sentences import Scope, parse_reference, unknown_word
from rules.subjects import SubjectKind
from rules.vocabulary import (
    BEIJING,
    SUMMABLE,
    TEXTUAL,
    Field,
    FieldType,
    parse_date,
    parse_instant,
    parse_integer,
    parse_percent,
    until_text,
)
from rules.workdays import Workdays
from rules.yaml_text import Mapping, Sequence, Text, Tree, text_at

DEADLINE = "截止时间"  #: predefined parameter: the call's own deadline
FILE_KEYS = ("版本", "通知", "参数", "派生", "统计", "日历", "截止后", "规则")
STATISTIC_KEYS = ("名称", "计数", "求和", "其中", "按", "对象")
DERIVED_KEYS = ("名称", "对象", *Operation)
DATED_KEYS = ("自", "值", "依据")
SPAN_KEYS = ("从", "到")
MAX_DATES = 12  #: on which parameters of one file change; every rule is read once per period
LATE_NORMAL, LATE_REMIND = "照常", "只提醒"
_NAME = re.compile(r"[^\s.{}、,，]{1,30}")

Fields = dict[str, dict[str, Field]]


def version(top: Mapping) -> None:
    """版本 and 通知. Raises RuleFileError when one is missing or the version is not ours."""
    if text(top, "版本") != "1":
        raise complain(f"不认识版本“{text(top, '版本')}”", text(top, "版本").position, "写 版本: 1")
    text(top, "通知")


def late(parent: Mapping, *, default: bool) -> bool:
    """截止后: whether outcomes stay as they are (照常) or are only noted (只提醒)."""
    word = text(parent, "截止后", LATE_NORMAL if default else LATE_REMIND)
    if word not in (LATE_NORMAL, LATE_REMIND):
        unknown_word(word, (LATE_NORMAL, LATE_REMIND), word.position)
    return word == LATE_NORMAL


# --- 参数 -------------------------------------------------------------------------------------------------------


def read_parameters(top: Mapping, published: datetime, deadline: datetime) -> dict[str, Parameter]:
    """参数, with the call's deadline among them.

    A value may be a plain text, one with its 依据, or a list of dated ones. The first of a list must be in force when
    the call is published, so that there is no time for which a rule would have no value.

    Raises:
        RuleFileError: a name, value or date cannot be used.
    """
    tree = top.get(Text("参数"), Mapping())
    if not isinstance(tree, Mapping):
        raise complain("“参数”应写成若干“名称: 值”", tree.position)
    until = DatedValue(-PERPETUAL, until_text(deadline), "call.yaml 的“截止”")
    found = {DEADLINE: Parameter(DEADLINE, (until,))}
    for name, value in tree.items():
        if name == DEADLINE:
            raise complain(
                f"“{DEADLINE}”不必写", name.position, "它总是 call.yaml 里的“截止”", "E107"
            )
        found[str(name)] = Parameter(
            str(name),
            _values(name, value, int(published.timestamp())),
            name.position,
        )
    return found


def extension_clause(call: Call) -> str:
    """What 依据 of a rule about the deadline ends with; "" when the call was not extended."""
    if call.extension is None:
        return ""
    until = shown_parameter(until_text(call.deadline))
    return f"；截止时间已延至{until}（{call.extension.notice}）"


def names_deadline(tree: Mapping) -> bool:
    """Whether a rule's conditions or its period ask for the deadline."""
    asked = [tree.get(Text(key), Sequence()) for key in ("适用", "要求", "生效")]
    return any(DEADLINE in word for part in asked for word in _words_in(part))


def _words_in(tree: Tree) -> Iterable[str]:
    if isinstance(tree, Text):
        return tree.split()
    parts = tree.values() if isinstance(tree, Mapping) else tree
    return [word for part in parts for word in _words_in(part)]


def shown_parameter(value: str) -> str:
    """A parameter's value as letters write it: times and days with 年月日, all else as it stands."""
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}:\d\d))?", value)
    if match is None:
        return str(value)
    return f"{match[1]}年{int(match[2])}月{int(match[3])}日{match[4] or ''}"


def _values(name: Text, value: Tree, published: int) -> tuple[DatedValue, ...]:
    if isinstance(value, Text):
        return (DatedValue(-PERPETUAL, value),)
    if isinstance(value, Mapping):
        one = mapping(value, f"参数“{name}”", ("值", "依据"), ("值",))
        return (DatedValue(-PERPETUAL, text(one, "值"), str(text(one, "依据"))),)
    if not value:
        raise complain(f"参数“{name}”没有值", value.position)
    dated = [_dated(name, tree, first=number == 0) for number, tree in enumerate(value)]
    if dated[0].start > published:
        raise complain(
            f"参数“{name}”在征集发布时还没有值",
            value.position,
            "第一段的“自”写发布当日或更早, 或不写",
            "E111",
        )
    for tree, earlier, later in zip(value[1:], dated, dated[1:], strict=False):
        if later.start <= earlier.start:
            raise complain(f"参数“{name}”的日期没有从早到晚排列", tree.position, "", "E111")
    return (DatedValue(-PERPETUAL, dated[0].text, dated[0].clause), *dated[1:])


def _dated(name: Text, tree: Tree, *, first: bool) -> DatedValue:
    entry = mapping(tree, f"参数“{name}”的一段", DATED_KEYS, ("值",) if first else ("自", "值"))
    start = -PERPETUAL if Text("自") not in entry else moment(text(entry, "自"))
    return DatedValue(start, text(entry, "值"), str(text(entry, "依据")))


def moment(word: Text) -> int:
    """``2024-08-08`` (its first instant) or ``2024-08-08 10:00``, Beijing time, as epoch seconds.

    Raises:
        RuleFileError: E104 when it is no such time.
    """
    day = parse_date(word)
    seconds = parse_instant(f"{day} 00:00") if day else parse_instant(word)
    if seconds is None:
        meant = instant_meant(word).removesuffix(" 24:00")
        hint = f"写成 {meant}" if meant else "例如 2024-08-08"
        raise complain(f"看不懂日期“{word}”", word.position, hint, "E104")
    return seconds


def periods(parameters: Iterable[Parameter]) -> tuple[int, ...]:
    """The instants at which some parameter changes, ascending, with the beginning of time first.

    Raises:
        RuleFileError: E111 when there are more than :data:`MAX_DATES`.
    """
    every = list(parameters)
    starts = sorted({one.start for parameter in every for one in parameter.values})
    if len(starts) > MAX_DATES:
        raise complain(
            f"参数的日期超过 {MAX_DATES} 个", every[-1].position, "合并到同样的日期上", "E111"
        )
    return tuple(starts)


# --- 统计 -------------------------------------------------------------------------------------------------------


def statistic_trees(top: Mapping) -> list[Mapping]:
    """The entries under 统计."""
    return [mapping(tree, "统计", STATISTIC_KEYS, ("名称",)) for tree in sequence(top, "统计")]


def refuse_alike(trees: Iterable[Mapping]) -> None:
    """Raise RuleFileError where two entries under 统计 have one name."""
    seen: set[str] = set()
    for name in (text(tree, "名称") for tree in trees):
        if str(name) in seen:
            raise complain(f"统计“{name}”重复", name.position, "换一个名称", "E107")
        seen.add(str(name))


def add_whole_numbers(trees: Iterable[Mapping], fields: Fields) -> None:
    """What is counted for the whole case becomes a field of 统计."""
    for tree in trees:
        if Text("按") not in tree:
            name = str(text(tree, "名称"))
            fields[SubjectKind.COUNTS][name] = Field(name, _number_type(tree, fields))


def add_own_numbers(trees: Iterable[Mapping], fields: Fields) -> None:
    """What is counted for every subject of a kind becomes a field of it; also where its entry has a
    slip, which is told once.
    """
    for tree in trees:
        word = text(tree, "计数") or text(tree, "求和")
        holder, name = str(text(tree, "对象", word.partition(".")[0])), str(text(tree, "名称"))
        if Text("按") in tree and holder in fields:
            fields[holder].setdefault(name, Field(name, _number_type(tree, fields)))


def _number_type(tree: Mapping, fields: Fields) -> FieldType:
    """A sum is of the type of what is added up."""
    kind, _, name = text(tree, "求和").partition(".")
    found = fields.get(kind, {}).get(name)
    return found.type if found is not None and found.type in SUMMABLE else FieldType.INTEGER


def read_statistic(tree: Mapping, scopes: Iterable[Scope]) -> Statistic:
    """One entry under 统计; it must mean the same in every period, else RuleFileError is raised."""
    first, *others = [_statistic(tree, scope) for scope in scopes]
    if any(other != first for other in others):
        raise complain("“统计”不能用分段的参数", tree.position, "直接写值")
    return first


def _statistic(tree: Mapping, scope: Scope) -> Statistic:
    name = text(tree, "名称")
    if not _NAME.fullmatch(name):
        raise complain(f"名称“{name}”不能用", name.position, "不含空格和标点")
    kind, summed = _counted(tree, scope)
    by, holder = _grouped(tree, kind, scope)
    inner = scope.about({kind: kind})
    where = condition(tree.get(Text("其中"), Sequence()), inner)
    if existences(where):
        raise complain("统计的“其中”里不能再写“存在”", tree.position, "把条件写成句子")
    return Statistic(str(name), kind, where, summed, by, holder, tree.position)


def _counted(tree: Mapping, scope: Scope) -> tuple[str, str]:
    """The kind that is counted, or whose field is added up, and that field."""
    word = text(tree, "计数") or text(tree, "求和")
    if (Text("计数") in tree) == (Text("求和") in tree) or not word:
        raise complain(
            "“统计”写“计数”或“求和”之一",
            tree.position,
            "例如 计数: 申报书, 或 求和: 汇总行.申请金额",
            "E106",
        )
    name, dot, _ = word.partition(".")
    kind = kind_of(text_at(name, word.position), scope.vocabulary)
    if kind == SubjectKind.COUNTS:
        raise complain("不能对统计再作统计", word.position)
    if Text("计数") in tree:
        if dot:
            raise complain("“计数”后面写一种材料", word.position, f"写 {kind}; 要相加的写“求和”")
        return kind, ""
    _, field = parse_reference(word, scope.about({kind: kind}))
    total = scope.vocabulary[SubjectKind.COUNTS].get(str(text(tree, "名称")))
    if field.type not in SUMMABLE or (total is not None and total.type is not field.type):
        raise complain(
            f"“{field.name}”是{field.type}, 不能求和",
            word.position,
            "求和的字段要是" + "、".join(sorted(SUMMABLE)),
            "E105",
        )
    return kind, field.name


def _grouped(tree: Mapping, kind: str, scope: Scope) -> tuple[str, str]:
    """按 and 对象: the field that members share with the subject whose number it is."""
    by, word = text(tree, "按"), text(tree, "对象", kind)
    if not by:
        if Text("对象") in tree:
            raise complain("“对象”要和“按”一起写", word.position, "写 按: 字段名, 或删去“对象”")
        return "", SubjectKind.COUNTS
    holder, name = kind_of(word, scope.vocabulary), text(tree, "名称")
    if holder == SubjectKind.COUNTS:
        raise complain("“对象”不能是统计", word.position, "不写“按”和“对象”, 就是全部的统计")
    both = [scope.vocabulary[one] for one in (kind, holder)]
    for fields in both:
        if by not in fields:
            unknown_word(by, fields, by.position)
    types = {fields[by].type for fields in both}
    if len(types) > 1 and not types <= TEXTUAL - {FieldType.TELEPHONE}:
        raise complain(
            f"两边的“{by}”类型不同, 不能比是不是同一个",
            by.position,
            " / ".join(sorted(types)),
            "E105",
        )
    if name in scope.vocabulary[holder]:
        raise complain(f"“{holder}”已有“{name}”", name.position, "换一个名称", "E107")
    return str(by), holder


# --- 派生 -------------------------------------------------------------------------------------------------------

_DAYLIKE = (FieldType.DATE, FieldType.INSTANT)


def read_derived(tree: Tree, fields: Fields, parameters: Lookup[str, Parameter]) -> Derived:
    """One entry under 派生; ``fields`` is given its name, so that later ones (and no earlier ones) may use it.

    Raises:
        RuleFileError: its name is taken or cannot be a name, or what it is derived from does not
        fit.
    """
    entry = mapping(tree, "派生", DERIVED_KEYS, ("名称", "对象"))
    name, kind = text(entry, "名称"), kind_of(text(entry, "对象"), fields)
    if not _NAME.fullmatch(name):
        raise complain(f"名称“{name}”不能用", name.position, "不含空格和标点")
    if name in fields[kind]:
        raise complain(f"“{kind}”已有“{name}”", name.position, "换一个名称", "E107")
    operations = [Operation(key) for key in entry if str(key) in set(Operation)]
    if len(operations) != 1:
        raise complain(
            "一个派生值写一种算法", entry.position, "写 " + "、".join(Operation) + " 之一"
        )
    operation = operations[0]
    words = _operand_words(operation, entry[Text(operation)])
    operands, field = _typed(operation, str(name), words, fields[kind], parameters)
    fields[kind][str(name)] = field
    return Derived(str(name), kind, operation, operands, field, entry.position)


def _operand_words(operation: Operation, tree: Tree) -> list[Text]:
    if operation in BETWEEN_DAYS:
        span = mapping(tree, f"“{operation}”", SPAN_KEYS, SPAN_KEYS)
        return [text(span, "从"), text(span, "到")]
    words = [item for item in tree if isinstance(item, Text)] if isinstance(tree, Sequence) else []
    fitting = len(words) >= 2 if operation is Operation.SUM else len(words) == 2
    if not fitting or len(words) > 10:
        count = "二至十" if operation is Operation.SUM else "两"
        raise complain(
            f"“{operation}”后面列{count}个字段",
            tree.position,
            f"例如 {operation}: [教师人数, 学生人数]",
        )
    return words


def _typed(
    operation: Operation,
    name: str,
    words: list[Text],
    fields: Lookup[str, Field],
    parameters: Lookup[str, Parameter],
) -> tuple[tuple[Operand, ...], Field]:
    """The operands, and the field the result makes."""
    days = operation in BETWEEN_DAYS
    found = [fields[str(word)] for word in words if word in fields]
    if not found:
        unknown_word(words[0], fields, words[0].position)
    allowed: tuple[FieldType, ...] = _DAYLIKE if days else (FieldType.INTEGER,)
    countable = SUMMABLE if operation is Operation.RATIO else SUMMABLE | {FieldType.PERCENT}
    if not days and found[0].type in countable:
        allowed = (found[0].type,)
    operands = tuple(_operand(word, fields, parameters, allowed) for word in words)
    result = FieldType.INTEGER if days else allowed[0]
    if operation is Operation.RATIO:
        result = FieldType.PERCENT
    return operands, Field(name, result)


def _operand(
    word: Text,
    fields: Lookup[str, Field],
    parameters: Lookup[str, Parameter],
    allowed: tuple[FieldType, ...],
) -> Operand:
    if (field := fields.get(str(word))) is not None:
        if field.type not in allowed:
            raise complain(
                f"“{word}”是{field.type}, 不能这样算",
                word.position,
                f"要{'或'.join(allowed)}",
                "E105",
            )
        return Operand(field.name, seconds=field.type is FieldType.INSTANT)
    written = _written(word, parameters)
    number = _day(written) if allowed == _DAYLIKE else _number(written, allowed[0])
    if number is None:
        unknown_word(word, fields, word.position)
    return Operand(constant=number)


def _written(word: Text, parameters: Lookup[str, Parameter]) -> str:
    parameter = parameters.get(str(word))
    if parameter is None:
        return str(word)
    if len(parameter.values) > 1:
        raise complain("“派生”不能用分段的参数", word.position, "直接写值")
    return parameter.values[0].text


def _number(written: str, kind: FieldType) -> int | None:
    match kind:
        case FieldType.PERCENT:
            return parse_percent(written) if written.endswith("%") else None
        case FieldType.DECIMAL:
            return parse_decimal(written)
        case FieldType.MONEY:
            return parse_money(written, ten_thousands=False) if has_unit(written) else None
        case _:
            return parse_integer(written)


def _day(written: str) -> int | None:
    day = parse_date(written)
    if day is not None:
        return date.fromisoformat(day).toordinal()
    seconds = parse_instant(written)
    return None if seconds is None else datetime.fromtimestamp(seconds, BEIJING).date().toordinal()


# --- 日历 -------------------------------------------------------------------------------------------------------


def read_workdays(top: Mapping) -> Workdays:
    """日历: days that are worked (上班) or not (休息), against the calendar that comes with the program.

    Raises:
        RuleFileError: a day cannot be read, or is both.
    """
    tree = mapping(top.get(Text("日历"), Mapping()), "“日历”", ("休息", "上班"))
    rest, work = (_days(tree, key) for key in ("休息", "上班"))
    if both := rest & work:
        raise complain(
            f"{date.fromordinal(min(both))} 既写了休息又写了上班", tree.position, "", "E107"
        )
    return Workdays(rest, work)


def _days(tree: Mapping, key: str) -> frozenset[int]:
    found = set()
    for word in sequence(tree, key):
        day = parse_date(word) if isinstance(word, Text) else None
        if day is None:
            raise complain("“日历”里列日期", word.position, "例如 2025-01-26", "E104")
        found.add(date.fromisoformat(day).toordinal())
    return frozenset(found)
