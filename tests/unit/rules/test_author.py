"""The author of random rule files knows the whole language: what is fuzzed is what can be written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rules.authoring.schema import rule_schema
from rules.conditions import ANOTHER, GROUP_KEYS
from rules.rulebook import read_rulebook
from rules.sentences import WORDS
from rules.subjects import SubjectKind
from rules.vocabulary import FieldType
from tests.unit.rules.author import Author
from tests.unit.rules.material import call_text, calls, tree_of, vocabulary

REFERENCE = Path(__file__).parents[3] / "docs" / "rules" / "规则语言.md"
FILES = 1_200


@pytest.fixture(scope="module")
def files() -> list[dict[str, Any]]:
    """Many rule files, one a seed."""
    return [Author(seed).file() for seed in range(FILES)]


@pytest.fixture(scope="module")
def written(files: list[dict[str, Any]]) -> set[str]:
    """Every key and every word of every text in them."""
    return set(_words(files))


def _words(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        yield from tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for one in tree:
            yield from _words(one)
    else:
        text = str(tree)
        yield text
        yield from re.split(r"[ 、]", text)


def _keys(schema: Any) -> Iterator[str]:
    """The keys and the words that a schema lets be written."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from map(str, schema.get("enum", ()))
        schema = [value for key, value in schema.items() if key != "defaultSnippets"]
    if isinstance(schema, list):
        for one in schema:
            yield from _keys(one)


def test_every_key_and_word_of_the_schema_is_written(written: set[str]) -> None:
    wanted = set(_keys(rule_schema(vocabulary()))) - {ANOTHER + kind for kind in vocabulary()}
    assert wanted - written == set()


def test_every_comparison_is_written(written: set[str]) -> None:
    assert {*WORDS, *GROUP_KEYS} - written == set()


def test_every_field_of_every_kind_is_asked_for(written: set[str]) -> None:
    fields = {f"{kind}.{name}" for kind, found in vocabulary().items() for name in found}
    assert fields - written == set()


def test_every_type_of_field_occurs() -> None:
    types = {field.type for found in vocabulary().values() for field in found.values()}
    assert types == set(FieldType)


def test_every_kind_is_looked_for_once_more(written: set[str]) -> None:
    """另一 needs one of the kind bound already; there is one 来件 and one 汇总表."""
    single = {SubjectKind.COUNTS, SubjectKind.SUBMISSION, SubjectKind.SUMMARY}
    assert {ANOTHER + kind for kind in vocabulary() if kind not in single} - written == set()


def test_every_word_of_the_language_reference_is_written(written: set[str]) -> None:
    """Whatever it quotes, in its tables and beside them."""
    quoted = re.findall(r"`([^`\n]+)`", re.sub(r"(?s)```.*?```", "", REFERENCE.read_text("utf-8")))
    words = {word for text in quoted for word in re.findall(r"[一-鿿]+", text)}
    text = " ".join(written) + call_text()
    assert {word for word in words - EXAMPLES if word not in text} == set()


EXAMPLES = {
    "甲",
    "乙",
    "字段",
    "字段名",
    "字段名字数",
    "字段名项数",
    "比较词",
    "未见公章",
    "所属师市教育局",
    "本次示范区申报书数",
    "开通率下限",
    "失信单位",
    "依托单位",
}
"""Names that the reference makes up to show a form."""


def test_the_deadline_stands_is_moved_to_a_workday_or_extended() -> None:
    """截止 at 24:00 of a Saturday, of the Monday after it, of the day that the notice names."""
    days = [f"{call.deadline:%m-%d %H:%M}" for call in calls()]
    assert days == ["09-01 00:00", "09-03 00:00", "09-08 00:00"]


def test_what_the_language_refuses_is_only_what_two_conditions_may_not_do_together(
    files: list[dict[str, Any]],
) -> None:
    """Else a word would be written and never compared."""
    refused = [
        error
        for seed in range(0, FILES, 40)
        for error in read_rulebook(tree_of(files[seed]), Author(seed).call)[1]
    ]
    assert {error.code for error in refused} <= {"E108", "E109"}
