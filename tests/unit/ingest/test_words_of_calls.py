"""The program knows no call's own words: what one office says otherwise than another stands in
``call.yaml``.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.sources import tree

pytestmark = pytest.mark.xdist_group("sources")  # parsed once, by one worker

ROOT = Path(__file__).parents[3]
OWN_WORDS = ("示范", "师市", "教育局", "兵团", "学校", "街道", "社区")
SOURCES = sorted(
    path
    for package in ("ingest", "notifier", "rules")
    for path in (ROOT / package).rglob("*.py")
    if "demo" not in path.parts
)


def said(program: ast.Module) -> list[str]:
    """Every text in a program that is not a docstring."""
    nodes = [*ast.walk(program)]
    bodies = [
        node.body
        for node in nodes
        if isinstance(
            node,
            ast.Module | ast.ClassDef | ast.FunctionDef,
        )
    ]
    remarks = {id(item.value) for body in bodies for item in body if isinstance(item, ast.Expr)}
    texts = [
        node
        for node in nodes
        if isinstance(
            node,
            ast.Constant,
        )
        and id(node) not in remarks
    ]
    return [node.value for node in texts if isinstance(node.value, str)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_says_a_word_of_one_call(path: Path) -> None:
    """The demo is of one call and may."""
    assert [text for text in said(tree(path)) if any(word in text for word in OWN_WORDS)] == []


def test_such_a_word_would_be_noticed() -> None:
    """Docstrings may give examples, other texts not."""
    assert said(ast.parse('"""师市"""\nKIND = "师市教育局"\n')) == ["师市教育局"]
