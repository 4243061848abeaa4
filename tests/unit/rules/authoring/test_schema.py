"""The schema for editors says what the reader of rule files says, no more and no less, as far as a
schema can.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ingest.calls import read_call_text
from rules.authoring.schema import rule_schema
from rules.call import Call
from rules.callfile import load_call
from rules.conditions import GROUP_KEYS
from rules.declarations import DERIVED_KEYS, FILE_KEYS, STATISTIC_KEYS
from rules.errors import Position
from rules.language import walk
from rules.rulebook import COMPULSORY, RULE_KEYS, load_rulebook
from rules.sentences import Scope, parse_sentence
from rules.yaml_text import text_at
from tests.unit.rules.writing import HEAD, RULE

SHIPPED = sorted((Path(__file__).parents[4] / "config/calls").glob("*/rules.yaml"))
SAID = Path(__file__).parents[1] / "said/schema.json"


@pytest.fixture
def schema(call: Call) -> dict[str, Any]:
    """For the words of the test call."""
    return rule_schema(load_rulebook(HEAD + RULE, call).vocabulary)


def test_the_schema_names_the_keys_the_reader_knows(schema: dict[str, Any]) -> None:
    """A key added to the language must be added to the schema."""
    properties = schema["properties"]
    rule = properties["规则"]["items"]

    assert set(properties) == set(FILE_KEYS)
    assert set(rule["properties"]) == set(RULE_KEYS)
    assert rule["required"] == list(COMPULSORY)
    assert set(properties["统计"]["items"]["properties"]) == set(STATISTIC_KEYS)
    assert set(properties["派生"]["items"]["properties"]) == set(DERIVED_KEYS)
    assert set(schema["definitions"]["条件"]["anyOf"][2]["properties"]) == set(GROUP_KEYS)
    assert json.loads(json.dumps(schema)) == schema


def test_every_sentence_that_is_offered_can_be_read(call: Call, schema: dict[str, Any]) -> None:
    """Completion must not write errors; an open end is filled in by the administrator."""
    rulebook = load_rulebook(HEAD + RULE, call)
    kinds = {kind: kind for kind in rulebook.vocabulary}
    scope = Scope(rulebook.vocabulary, kinds, {"截止时间": "2024-08-31 24:00"})
    sentence = schema["definitions"]["句子"]
    offered = [one["bodyText"] for one in sentence["defaultSnippets"]]

    assert {
        "申报书.类别 是 示范区",
        "申报书.教师账号开通率 不低于 98%",
        "来件.收到时间 早于 截止时间",
    } <= set(offered)
    for line in offered:
        whole = line + "甲" if line.endswith(" ") else line
        assert re.match(sentence["pattern"], whole)
        parse_sentence(text_at(whole, Position(1, 1)), scope)


@pytest.mark.parametrize("path", SHIPPED, ids=[path.parent.name for path in SHIPPED])
def test_every_sentence_of_the_shipped_rules_fits_the_pattern(path: Path) -> None:
    """An editor must not underline what is right."""
    call = load_call("x", read_call_text(path.parent))
    rulebook = load_rulebook(path.read_text(encoding="utf-8"), call)
    pattern = rule_schema(rulebook.vocabulary)["definitions"]["句子"]["pattern"]
    nodes = [node for rule in rulebook.rules for node in walk(rule.applies, rule.requirement)]
    written = {node.source.text for node in nodes if "." in node.source.text}

    assert len(written) > 10
    assert [text for text in written if not re.match(pattern, text)] == []


@pytest.mark.parametrize(
    "slip",
    [
        "申报书.教师人数 不少于",
        "申报书.教师人数不少于5",
        "申报.教师人数 不少于 5",
        "申报书.教师人数 大于等于 5",
        "申报书.职能部门 已填写 是",
    ],
)
def test_a_slip_does_not_fit_the_pattern(schema: dict[str, Any], slip: str) -> None:
    """So that the message of the pattern is shown while typing."""
    assert not re.match(schema["definitions"]["句子"]["pattern"], slip)


def test_the_schema_is_this_one_to_the_letter(call: Call) -> None:
    """Editors show its words; ``said/schema.json`` is the schema for the tests' own call, as
    ``rules schema`` prints it.
    """
    schema = rule_schema(load_rulebook(HEAD + RULE, call).vocabulary)

    assert json.dumps(
        schema,
        ensure_ascii=False,
        indent=1,
    ) + "\n" == SAID.read_text(encoding="utf-8")
    offered = rule_schema(load_rulebook(HEAD + RULE, call).vocabulary, ("甲", "截止时间"))[
        "definitions"
    ]["句子"]
    assert {"label": "来件.收到时间 早于 甲", "bodyText": "来件.收到时间 早于 甲"} in offered[
        "defaultSnippets"
    ]
