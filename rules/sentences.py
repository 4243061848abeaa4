"""Reads one sentence of the rule language: ``对象.字段 比较词 值`` -> a condition, or an error with place and hint.

Structure (lists, 任一, 存在 ...) is ``rules/rulebook.py``. There is no grammar library on purpose: a sentence never
nests, so splitting at spaces is the whole parser.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from rules.amounts import has_unit, parse_decimal, parse_money
from rules.errors import Position, RuleFileError
from rules.hints import instant_meant, number_meant
from rules.language import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Not,
    Operator,
    Probe,
    Question,
    Same,
    Source,
)
from rules.subjects import SubjectKind
from rules.values import number_of, text_key
from rules.vocabulary import (
    ORDERED,
    TEXTUAL,
    Field,
    FieldType,
    Vocabulary,
    counts_in_ten_thousands,
    normalise,
    parse_date,
    parse_instant,
    parse_percent,
)
from rules.yaml_text import Text, text_at

NUMBER_WORDS = {
    "不低于": Operator.AT_LEAST, "不少于": Operator.AT_LEAST, "低于": Operator.BELOW, "少于": Operator.BELOW,
    "不高于": Operator.AT_MOST, "不超过": Operator.AT_MOST, "高于": Operator.ABOVE, "超过": Operator.ABOVE,
}  # fmt: skip
TIME_WORDS = {
    "不早于": Operator.AT_LEAST,
    "早于": Operator.BELOW,
    "不晚于": Operator.AT_MOST,
    "晚于": Operator.ABOVE,
}
BETWEEN_WORDS = ("介于", "不介于")  #: both ends count
STATE_WORDS = {
    "已填写": Question.FILLED,
    "未填写": Question.FILLED,
    "已读到": Question.READ,
    "未读到": Question.READ,
}
WORDS = (
    *NUMBER_WORDS,
    *TIME_WORDS,
    *BETWEEN_WORDS,
    "是",
    "不是",
    "属于",
    "不属于",
    "包含",
    "不包含",
    "等于",
    *STATE_WORDS,
)

# Checked before any fuzzy match: similarity of letters suggested 等于 for 大于等于.
_SYNONYMS: dict[str, Operator | str] = {
    "大于等于": Operator.AT_LEAST, "大于或等于": Operator.AT_LEAST, ">=": Operator.AT_LEAST, "≥": Operator.AT_LEAST,
    "至少": Operator.AT_LEAST, "达到": Operator.AT_LEAST, "不小于": Operator.AT_LEAST,
    "大于": Operator.ABOVE, ">": Operator.ABOVE, "多于": Operator.ABOVE,
    "小于等于": Operator.AT_MOST, "小于或等于": Operator.AT_MOST, "<=": Operator.AT_MOST, "≤": Operator.AT_MOST,
    "至多": Operator.AT_MOST, "不大于": Operator.AT_MOST, "不多于": Operator.AT_MOST,
    "小于": Operator.BELOW, "<": Operator.BELOW, "不足": Operator.BELOW,
    "=": "是", "==": "是", "为": "是", "!=": "不是", "≠": "不是", "不等于": "不是", "不为": "不是", "非": "不是",
    "含": "包含", "含有": "包含", "包括": "包含", "不含": "不包含", "在": "属于", "不在": "不属于",
    "一致": "等于", "相同": "等于", "同": "等于", "填写": "已填写", "已填": "已填写", "必填": "已填写", "非空": "已填写",
    "未填": "未填写", "为空": "未填写", "空白": "未填写",
}  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """What a sentence may speak of at its place in the file."""

    vocabulary: Vocabulary
    variables: Mapping[str, str]  #: variable -> kind
    parameters: Mapping[str, str]  #: name -> value as written
    lists: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)  #: 名单

    def with_variable(self, name: str, kind: str) -> Scope:
        """The scope inside a 存在."""
        return self.about({**self.variables, name: kind})

    def about(self, variables: Mapping[str, str]) -> Scope:
        """The scope of these variables."""
        return replace(self, variables=variables)


# What people write for a key or an outcome; only ever proposed where the word on the right is
# legal.
_OTHER_NAMES = {
    "条件": "要求", "必须": "要求", "应当": "要求", "检查": "要求", "如果": "适用", "当": "适用", "范围": "适用", "对象": "针对",
    "原因": "依据", "出处": "依据", "来源": "依据", "标题": "名称", "序号": "编号", "代码": "编号", "有效期": "生效", "禁用": "停用",
    "消息": "告知", "回复": "告知", "通知内容": "告知", "缺失": "未填", "空白": "未填", "未知": "无法判断", "不确定": "无法判断",
    "拒绝": "不予受理", "驳回": "不予受理", "拒收": "不予受理", "退回": "退回补正", "补正": "退回补正", "待补正": "退回补正",
    "人工": "转人工", "人工审核": "转人工", "警告": "提醒", "提示": "提醒", "忽略": "不提示", "跳过": "不提示",
    "并且": "全部", "且": "全部", "都": "全部", "或": "任一", "或者": "任一", "任意": "任一", "都没有": "都不", "非": "都不",
    "有": "存在", "没有": "不存在", "无": "不存在", "条件是": "其中", "满足": "其中", "年龄": "年数差", "周岁": "年数差", "岁数": "年数差", "年差": "年数差", "天数": "天数差", "开始": "自", "起": "自", "结束": "至", "止": "至",
}  # fmt: skip
MAX_SHOWN = 40


def unknown_word(word: str, known: Iterable[str], at: Position) -> NoReturn:
    """Raise the RuleFileError (E101) for a word that is none of ``known``: what is usually meant by
    it, else the nearest, as hint.
    """
    if isinstance(word, Text):
        _refuse_wide(word)
    words = [str(one) for one in known]
    # an absurd word must not cost absurd time
    shown = word if len(word) <= MAX_SHOWN else word[:MAX_SHOWN] + "…"
    meant = _OTHER_NAMES.get(normalise(shown), "")
    near = [meant] if meant in words else difflib.get_close_matches(shown, words[:1_000], 1, 0.5)
    some = "、".join(words[:MAX_SHOWN]) + (" 等" if len(words) > MAX_SHOWN else "")
    hint = f"是不是“{near[0]}”?" if near else f"可用: {some}" if some else "这里还没有可用的名称"
    raise RuleFileError(
        f"不认识“{shown}”", at, "几个值之间用半角逗号“, ”隔开" if "，" in shown else hint, "E101"
    )


def words_of(text: Text) -> list[Text]:
    """The words of a sentence, each with its own place (exact for sentences on one line)."""
    line, column = text.position
    return [
        text_at(
            match[0],
            Position(line, column + match.start()),
        )
        for match in re.finditer(r"\S+", text)
    ]


def parse_sentence(text: Text, scope: Scope) -> Condition:
    """The condition that ``text`` states.

    Raises:
        RuleFileError: E101 unknown name, E102 unknown comparison, E103 not a sentence, E104
            constant of the wrong type, E105 comparison that does not suit the field.
    """
    _refuse_wide(text)
    words = words_of(text)
    if len(words) < 2 or "." not in words[0]:
        raise RuleFileError(
            f"看不懂“{text[:80]}”", text.position, "写成三段: 对象.字段 比较词 值", "E103"
        )
    _refuse_joined(text, scope)
    variable, field = parse_reference(words[0], scope)
    word = words[1]
    if word not in WORDS:
        _unknown_comparison(word, field)
    source = Source(str(text), text.position)
    if word in STATE_WORDS:
        return _state(words, variable, field, source)
    if len(words) < 3:
        raise RuleFileError(
            f"“{word}”后面缺要比较的值", word.position, "写成三段: 对象.字段 比较词 值", "E103"
        )
    value = text_at(" ".join(words[2:]), words[2].position)
    if word == "等于":
        return _same(variable, field, value, scope, source)
    if word in BETWEEN_WORDS:
        return _between(word, variable, field, value, scope, source)
    if word in {**NUMBER_WORDS, **TIME_WORDS} and value.partition(".")[0] in scope.variables:
        return _against_field(word, variable, field, value, scope, source)
    return _against_constant(word, variable, field, _meant(value, field, scope), scope, source)


def _against_field(
    word: Text, variable: str, field: Field, value: Text, scope: Scope, source: Source
) -> Condition:
    """``申报书.申请金额 不超过 申报书.自筹金额``: two ordered fields of one subject."""
    _refuse_unsuitable(word, field)
    other_variable, other = parse_reference(value, scope)
    if other_variable != variable or other == field:
        raise RuleFileError(
            f"“{word}”比的是同一份材料的两个不同字段",
            value.position,
            f"写 {variable}. 的另一个字段; 两份材料之间只能用“等于”",
            "E105",
        )
    if other.type is not field.type:
        hint = f"“{field.name}”是{field.type}, “{other.name}”是{other.type}"
        raise RuleFileError("类型不同的两个字段不能比大小", value.position, hint, "E105")
    operator = NUMBER_WORDS.get(word) or TIME_WORDS[word]
    return Compare(variable, field.name, operator, 0, source, other.name)


def _between(
    word: Text, variable: str, field: Field, value: Text, scope: Scope, source: Source
) -> Condition:
    """``介于 500 和 1000``: not below the first and not above the second."""
    if field.type not in ORDERED:
        raise RuleFileError(
            f"“{field.name}”不能比大小", word.position, "改用 是 / 属于 / 包含", "E105"
        )
    match = re.fullmatch(r"(\S+(?: \S+)?) (?:和|到|至) (\S+(?: \S+)?)", value)
    if match is None:
        raise RuleFileError(
            f"“{word}”后面写两个界限", value.position, f"{word} 甲 和 乙, 空格分开", "E103"
        )
    line, column = value.position
    ends = [text_at(match[group], Position(line, column + match.start(group))) for group in (1, 2)]
    low, high = (constant(field, _meant(end, field, scope)) for end in ends)
    if low > high:
        raise RuleFileError("前一个界限比后一个大", ends[0].position, "对调两个界限", "E105")
    found = AllOf(
        (
            Compare(variable, field.name, Operator.AT_LEAST, low, source),
            Compare(variable, field.name, Operator.AT_MOST, high, source),
        ),
        source,
    )
    return Not(found, source) if word.startswith("不") else found


def _meant(value: Text, field: Field, scope: Scope) -> Text:
    """The value, or what the parameter of this name stands for, at the place where that was
    written: a wrong value is the parameter's slip, not that of every rule which names it.
    """
    given = scope.parameters.get(value)
    if given is not None:
        return given if isinstance(given, Text) else text_at(given, value.position)
    if field.type in ORDERED and not re.search(r"\d", value):
        near = difflib.get_close_matches(value[:MAX_SHOWN], scope.parameters, 1, 0.5)
        if near and number_meant(value) == "":
            raise RuleFileError(
                f"没有参数“{value[:MAX_SHOWN]}”", value.position, f"是不是“{near[0]}”?", "E101"
            )
    return value


_WIDE_BRACKET = re.compile(r"\s*([［【〔｛])")
_WIDE_HASH = re.compile(r"\s(＃)")


def _refuse_wide(text: Text) -> None:
    """A bracket or a comment sign of a Chinese keyboard makes one sentence of what is none."""
    line, column = text.position
    if match := _WIDE_BRACKET.match(text):
        raise RuleFileError(
            f"括号是全角“{match[1]}”",
            Position(line, column + match.start(1)),
            "列表用半角方括号 [ ], 一组“键: 值”用半角 { }",
            "E103",
        )
    if match := _WIDE_HASH.search(text):
        raise RuleFileError(
            "井号是全角“＃”, 后面的不是注释",
            Position(line, column + match.start(1)),
            "改成半角“ #”, 前面留一个空格",
            "E103",
        )


def _refuse_joined(text: Text, scope: Scope) -> None:
    """Two sentences that a full-width comma or semicolon made one; inside a value such a sign is
    legal.
    """
    for match in re.finditer(r"[，；;]\s*([^\s.，；;]+)\.", text):
        if match[1] in scope.variables:
            line, column = text.position
            raise RuleFileError(
                f"一句里写了两个条件, 中间是“{match[0][0]}”",
                Position(line, column + match.start()),
                "列表里用半角逗号“, ”隔开, 或每个条件前写“- ”",
                "E103",
            )


def parse_reference(word: Text, scope: Scope) -> tuple[str, Field]:
    """``对象.字段`` -> the variable and its field."""
    variable, _, name = word.partition(".")
    if variable not in scope.variables:
        unknown_word(variable, scope.variables, word.position)
    fields = scope.vocabulary[scope.variables[variable]]
    if name not in fields:
        place = Position(word.position.line, word.position.column + len(variable) + 1)
        unknown_word(name, fields, place)
    return variable, fields[name]


def _unknown_comparison(word: Text, field: Field) -> NoReturn:
    meant = _SYNONYMS.get(normalise(word[:MAX_SHOWN]))
    if meant is None:
        near = difflib.get_close_matches(word[:MAX_SHOWN], WORDS, 1, 0.5)
        hint = f"是不是“{near[0]}”?" if near else "可用: " + "、".join(WORDS)
    else:
        hint = f"写“{_wording(meant, field)}”" if isinstance(meant, Operator) else f"写“{meant}”"
    raise RuleFileError(f"不认识“{word[:MAX_SHOWN]}”", word.position, hint, "E102")


def _wording(operator: Operator, field: Field) -> str:
    words = TIME_WORDS if field.type in (FieldType.DATE, FieldType.INSTANT) else NUMBER_WORDS
    fitting = [word for word, meaning in words.items() if meaning is operator]
    return fitting[-1] if field.type is FieldType.INTEGER else fitting[0]


def _state(words: list[Text], variable: str, field: Field, source: Source) -> Condition:
    if len(words) > 2:
        raise RuleFileError(
            f"“{words[1]}”后面不再写值",
            words[2].position,
            f"两段就够: 对象.字段 {words[1]}",
            "E103",
        )
    probe = Probe(variable, field.name, STATE_WORDS[words[1]], "", source)
    return Not(probe, source) if words[1].startswith("未") else probe


def _same(variable: str, field: Field, value: Text, scope: Scope, source: Source) -> Condition:
    if "." not in value:
        raise RuleFileError(
            "“等于”后面应是另一个“对象.字段”",
            value.position,
            "与固定的值比较请写“是”或“不低于”等",
            "E103",
        )
    other_variable, other = parse_reference(value, scope)
    if (variable, field) == (other_variable, other):
        raise RuleFileError(
            "同一个字段和自己比较, 总是相等", value.position, "写成另一个“对象.字段”", "E105"
        )
    if SubjectKind.COUNTS in (scope.variables[variable], scope.variables[other_variable]):
        raise RuleFileError("统计数不能用“等于”", source.position, "用 不少于 / 不超过", "E105")
    if not (
        field.type is other.type
        or {
            field.type,
            other.type,
        }
        <= TEXTUAL - {FieldType.TELEPHONE}
    ):
        hint = f"“{field.name}”是{field.type}, “{other.name}”是{other.type}"
        raise RuleFileError("类型不同的两个字段不能相等", value.position, hint, "E105")
    return Same(variable, field.name, other_variable, other.name, source)


def _against_constant(
    word: Text,
    variable: str,
    field: Field,
    value: Text,
    scope: Scope,
    source: Source,
) -> Condition:
    _refuse_unsuitable(word, field)
    if word in NUMBER_WORDS or word in TIME_WORDS:
        operator = NUMBER_WORDS.get(word) or TIME_WORDS[word]
        return Compare(variable, field.name, operator, constant(field, value), source)
    if word in ("包含", "不包含"):
        found = _probe(variable, field, value, source)
    else:
        pieces = _pieces(value) if word.endswith("属于") else [value]
        lists = scope.lists if word.endswith("属于") and field.type in TEXTUAL else {}
        found = _one_of(
            [
                _listed(variable, field, piece, lists[piece], source)
                if piece in lists
                else _equals(variable, field, _no_list(piece, lists), source)
                for piece in pieces
            ],
            source,
        )
    return Not(found, source) if word.startswith("不") else found


def _pieces(value: Text) -> list[Text]:
    """The options after 属于, separated by 、 or comma, each with its place."""
    line, column = value.position
    found = re.finditer(r"[^、,，\s]+", value)
    return [text_at(match[0], Position(line, column + match.start())) for match in found]


def _listed(
    variable: str, field: Field, name: Text, names: frozenset[str], source: Source
) -> Condition:
    return Probe(variable, field.name, Question.LISTED, str(name), source, names)


def _no_list(piece: Text, lists: Mapping[str, frozenset[str]]) -> Text:
    """A word that stands for itself; one that is all but a list's name is a slip."""
    near = difflib.get_close_matches(piece[:MAX_SHOWN], lists, 1, 0.7)
    if near:
        raise RuleFileError(f"没有名单“{piece}”", piece.position, f"是不是“{near[0]}”?", "E101")
    return piece


def _one_of(conditions: list[Condition], source: Source) -> Condition:
    return conditions[0] if len(conditions) == 1 else AnyOf(tuple(conditions), source)


def _equals(variable: str, field: Field, value: Text, source: Source) -> Condition:
    if field.type in TEXTUAL:
        return Probe(variable, field.name, Question.IS, text_key(field, value), source)
    return Compare(variable, field.name, Operator.EQUAL, constant(field, value), source)


def _probe(variable: str, field: Field, value: Text, source: Source) -> Condition:
    if field.type is FieldType.CHOICES:
        if value not in field.options:
            unknown_word(value, field.options, value.position)
        return Probe(variable, field.name, Question.TICKED, normalise(value), source)
    return Probe(variable, field.name, Question.CONTAINS, text_key(field, value), source)


def _refuse_unsuitable(word: Text, field: Field) -> None:
    """E105 with the words that suit the field's type."""
    times = field.type in (FieldType.DATE, FieldType.INSTANT)
    ordered = field.type in ORDERED
    if (word in NUMBER_WORDS or word in TIME_WORDS) and not ordered:
        message, hint = f"“{field.name}”不能比大小", "改用 是 / 属于 / 包含"
    elif word in (NUMBER_WORDS if times else TIME_WORDS) and ordered:
        message = f"“{field.name}”是{field.type}, 不用“{word}”"
        hint = f"写“{_wording(NUMBER_WORDS.get(word) or TIME_WORDS[word], field)}”"
    elif word in ("是", "不是", "属于", "不属于") and (ordered or field.type is FieldType.CHOICES):
        message = f"“{field.name}”是{field.type}, 不用“{word}”"
        hint = (
            "用 包含 / 不包含"
            if not ordered
            else "用 不早于 / 不晚于"
            if times
            else "用 不低于 / 不超过"
        )
    elif word in ("包含", "不包含") and field.type not in TEXTUAL | {FieldType.CHOICES}:
        message, hint = f"“{field.name}”是{field.type}, 不用“{word}”", "“包含”只用于文字和多选"
    else:
        return
    raise RuleFileError(message, word.position, hint, "E105")


def constant(field: Field, value: Text) -> int:
    """``value`` as the number that stands for it in comparisons.

    Raises:
        RuleFileError: E104 when it is not of the field's type, E101 for an option that does not
        exist.
    """
    match field.type:
        case FieldType.PERCENT if not normalise(value).endswith("%"):
            _refuse_percent(value)
        case FieldType.MONEY if parse_money(value, ten_thousands=False) and not has_unit(value):
            unit = "万元" if counts_in_ten_thousands(field) else "元"
            hint = f"写成 {value}{unit}" if unit == "元" else f"写成 {value}万元 或 {value}元"
            raise RuleFileError(f"金额“{value}”没有单位", value.position, hint, "E104")
        case FieldType.INSTANT if parse_instant(value) is None:
            meant = instant_meant(value)
            hint = f"写成 {meant}" if meant else "例如 2024-08-31 24:00"
            raise RuleFileError(f"时间“{value}”要写到时分", value.position, hint, "E104")
        case FieldType.CHOICE if value not in field.options:
            unknown_word(value, field.options, value.position)
        case _:
            pass
    number = _READERS[field.type](value, field)
    if number is None:
        raise RuleFileError(
            f"“{value[:MAX_SHOWN]}”不是{field.type}", value.position, _hint(field, value), "E104"
        )
    return number


def _hint(field: Field, value: Text) -> str:
    """How to write the constant, so that it can be copied; a number keeps its size."""
    if field.type is FieldType.INTEGER and (meant := number_meant(value, field)):
        return f"写成 {meant}"
    return _EXAMPLES.get(field.type, "")


def _refuse_percent(value: Text) -> NoReturn:
    number = re.search(r"\d{1,3}(\.\d{1,6})?", normalise(value))
    if number is None:
        hint = "写成 98% 这样的百分数, 或“参数”里的名称"
    elif float(number[0]) <= 1:
        hint = f"写成 {float(number[0]) * 100:g}%"
    else:
        hint = f"写成 {number[0]}%"
    raise RuleFileError(f"“{value}”缺百分号", value.position, hint, "E104")


def _read_date(value: str, field: Field) -> int | None:
    day = parse_date(value)
    return None if day is None else number_of(field, day)


_READERS: dict[FieldType, Callable[[str, Field], int | None]] = {
    FieldType.PERCENT: lambda value, _: parse_percent(value),
    FieldType.INTEGER: lambda value, _: int(value) if re.fullmatch(r"-?\d{1,15}", value) else None,
    FieldType.DECIMAL: lambda value, _: parse_decimal(value),
    FieldType.MONEY: lambda value, _: parse_money(value, ten_thousands=False),
    FieldType.INSTANT: lambda value, _: parse_instant(value),
    FieldType.DATE: _read_date,
    FieldType.YES_NO: lambda value, _: {"是": 1, "否": 0}.get(value),
    FieldType.CHOICE: lambda value, field: field.options.index(value),
}
_EXAMPLES = {
    FieldType.PERCENT: "例如 98%", FieldType.INTEGER: "例如 15", FieldType.DECIMAL: "例如 0.5", FieldType.MONEY: "例如 50万元", FieldType.DATE: "例如 2024-08-31", FieldType.YES_NO: "写 是 或 否",
}  # fmt: skip
