"""A JSON Schema of rule files for editors: completion from the call's own words, and messages in
Chinese. Pure.

It is for comfort while typing; ``rules check`` decides. Draft 7 with the extensions of
yaml-language-server (``defaultSnippets``, ``patternErrorMessage``), which other editors ignore.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from rules.conditions import ANOTHER
from rules.declarations import DEADLINE, LATE_NORMAL, LATE_REMIND
from rules.language import BETWEEN_DAYS, Operation
from rules.rulebook import COMPULSORY, SILENT
from rules.sentences import STATE_WORDS, TIME_WORDS, WORDS
from rules.subjects import SubjectKind
from rules.verdict import Outcome
from rules.vocabulary import SUMMABLE, TEXTUAL, Field, FieldType, Vocabulary

Schema = dict[str, Any]

_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_DESCRIPTIONS = {
    "编号": "规则编号,全文件唯一,20 字以内",
    "名称": "一句话,说应当怎样",
    "依据": "通知原文的出处",
    "针对": "逐个检查哪种材料;一至三种",
    "关联": "几种材料怎样配对",
    "生效": "含“自”不含“至”",
    "适用": "哪些才查;不写即都查",
    "要求": "应当怎样",
    "不满足": "不满足时怎么办",
    "未填": "表里留空时怎么办;不写即 退回补正",
    "无法判断": "没读出来时怎么办;不写即 转人工",
    "告知": "写给申报单位的话,{对象.字段} 换成实际内容",
    "存疑告知": "没读出来时写给申报单位的话",
    "简述": "日报等清单里怎样说这个问题,几个字,如 未见公章",
    "改由": "来信的单位自己补不了、要由谁报来,如 所属单位",
    "截止后": "截止之后收到的来件怎么办",
    "停用": "停用的原因",
}


def rule_schema(vocabulary: Vocabulary, parameters: Iterable[str] = (DEADLINE,)) -> Schema:
    """The schema of rule files that speak these words."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "规则文件",
        "type": "object",
        "additionalProperties": False,
        "required": ["版本", "通知", "规则"],
        "definitions": {
            "条件": _condition(vocabulary),
            "句子": _sentence(vocabulary, tuple(parameters)),
        },
        "properties": {
            "版本": {"enum": [1], "description": "写 1"},
            "通知": {"type": "string", "description": "通知的标题"},
            "参数": {
                "type": "object",
                "description": "给值起名",
                "additionalProperties": _parameter(),
            },
            "派生": {"type": "array", "items": _derived(vocabulary)},
            "统计": {"type": "array", "items": _statistic(vocabulary)},
            "日历": _object({"休息": _days(), "上班": _days()}, ()),
            "截止后": _late(),
            "规则": {"type": "array", "items": _rule(vocabulary)},
        },
    }


def _object(properties: Schema, required: Iterable[str]) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def _late() -> Schema:
    return {"enum": [LATE_NORMAL, LATE_REMIND], "description": _DESCRIPTIONS["截止后"]}


def _days() -> Schema:
    return {"type": "array", "items": {"type": "string", "pattern": r"^\d{4}-\d{1,2}-\d{1,2}$"}}


def _parameter() -> Schema:
    dated = _object({"自": {"type": "string"}, "值": _SCALAR, "依据": {"type": "string"}}, ("值",))
    return {
        "anyOf": [
            _SCALAR,
            _object({"值": _SCALAR, "依据": {"type": "string"}}, ("值",)),
            _list(dated),
        ]
    }


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _statistic(vocabulary: Vocabulary) -> Schema:
    condition = {"$ref": "#/definitions/条件"}
    kinds = [kind for kind in vocabulary if kind != SubjectKind.COUNTS]
    sums = [
        f"{kind}.{field.name}"
        for kind in kinds
        for field in vocabulary[kind].values()
        if field.type in SUMMABLE
    ]
    text: Schema = {"type": "string"}
    properties: Schema = {
        "名称": text, "计数": {"enum": kinds}, "求和": {"enum": sums}, "其中": condition,
        "按": text, "对象": {"enum": kinds},
    }  # fmt: skip
    return _object(properties, ("名称",))


def _derived(vocabulary: Vocabulary) -> Schema:
    span = _object({"从": _SCALAR, "到": _SCALAR}, ("从", "到"))
    operations: Schema = {
        str(one): span if one in BETWEEN_DAYS else _list(_SCALAR) for one in Operation
    }
    return _object(
        {"名称": {"type": "string"}, "对象": {"enum": list(vocabulary)}} | operations,
        ("名称", "对象"),
    )


def _rule(vocabulary: Vocabulary) -> Schema:
    kinds = {"enum": list(vocabulary)}
    outcome: Schema = {"enum": [*Outcome]}
    silent: Schema = {"enum": [*Outcome, SILENT]}
    text: Schema = {"type": "string"}
    condition = {"$ref": "#/definitions/条件"}
    properties: Schema = {
        "编号": {"type": ["string", "number"]}, "名称": text, "依据": text,
        "针对": {"anyOf": [kinds, _list(kinds)]}, "关联": _list({"$ref": "#/definitions/句子"}),
        "生效": _object({"自": text, "至": text}, ()), "适用": condition, "要求": condition,
        "不满足": outcome, "未填": silent, "无法判断": silent, "告知": text, "存疑告知": text,
        "简述": text, "改由": text, "截止后": _late(), "停用": text,
    }  # fmt: skip
    described = {
        key: {
            **schema,
            "description": _DESCRIPTIONS[key],
        }
        for key, schema in properties.items()
    }
    body = dict.fromkeys(COMPULSORY, "") | {"不满足": str(Outcome.RETURN)}
    return _object(described, COMPULSORY) | {
        "defaultSnippets": [{"label": "一条规则", "body": body}]
    }


def _condition(vocabulary: Vocabulary) -> Schema:
    condition = {"$ref": "#/definitions/条件"}
    kinds = [kind for kind in vocabulary if kind != SubjectKind.COUNTS]
    wanted = {"enum": [*kinds, *(ANOTHER + kind for kind in kinds)]}
    group = _object(
        {"全部": _list(condition), "任一": _list(condition), "都不": _list(condition),
         "存在": wanted, "不存在": wanted, "其中": condition}, (),
    )  # fmt: skip
    return {"anyOf": [{"$ref": "#/definitions/句子"}, _list(condition), group]}


def _sentence(vocabulary: Vocabulary, parameters: tuple[str, ...]) -> Schema:
    words = [
        re.escape(word)
        for word in sorted(
            WORDS,
            key=len,
            reverse=True,
        )
        if word not in STATE_WORDS
    ]
    kinds = "|".join(re.escape(kind) for kind in vocabulary)
    states = "|".join(STATE_WORDS)
    sentences = [line for kind in vocabulary for line in _sentences(kind, vocabulary, parameters)]
    return {
        "type": "string",
        "description": "一句条件: 对象.字段 比较词 值",
        "pattern": rf"^({ANOTHER})?({kinds})\.\S+ +(({'|'.join(words)}) +\S.*|({states}))$",
        "patternErrorMessage": "写成三段: 对象.字段 比较词 值,例如 申报书.教师人数 不少于 5;“已填写”等不写值",
        "defaultSnippets": [{"label": line, "bodyText": line} for line in sentences],
    }


def _sentences(kind: str, vocabulary: Vocabulary, parameters: tuple[str, ...]) -> Iterator[str]:
    """A sentence or two for every field, ready to be changed."""
    for field in vocabulary[kind].values():
        for rest in _endings(field, parameters):
            yield f"{kind}.{field.name} {rest}"


_LIMITS = {
    FieldType.PERCENT: "不低于 98%", FieldType.INTEGER: "不少于 1",
    FieldType.DECIMAL: "不低于 0.5", FieldType.MONEY: "不超过 50万元",
}  # fmt: skip


def _endings(field: Field, parameters: tuple[str, ...]) -> Iterator[str]:
    match field.type:
        case FieldType.CHOICE:
            yield from (f"是 {option}" for option in field.options)
        case FieldType.CHOICES:
            yield from (f"包含 {option}" for option in field.options)
        case FieldType.YES_NO:
            yield from ("是 是", "是 否")
        case kind if kind in _LIMITS:
            yield _LIMITS[kind]
        case FieldType.DATE:
            yield f"{next(iter(TIME_WORDS))} 2024-08-31"
        case FieldType.INSTANT:
            yield f"早于 {next(iter(parameters), DEADLINE)}"
        case kind if kind in TEXTUAL and kind is not FieldType.ID:
            yield "包含 "
        case _:
            return
    yield "已填写"
