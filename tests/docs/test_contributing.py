"""CONTRIBUTING.md leads a newcomer to files, names and commands that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", TEXT)))
RECIPES = re.split(r"(?m)^### \d\. ", TEXT)[1:]


def paths(text: str) -> list[str]:
    """Files and folders named from the top of the tree; `.ci/run` and the like have no other folder
    before them.
    """
    return [
        name
        for name in re.findall(r"`([^`\n ]+)`", text)
        if re.fullmatch(r"[\w.-]+/[\w./一-鿿-]*", name)
    ]


def test_every_path_that_is_named_exists() -> None:
    """What moves in the tree moves in the text."""
    named = paths(TEXT)

    assert len(set(named)) > 50
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.splitlines()[0])
def test_every_recipe_names_code_and_the_tests_that_notice_what_was_forgotten(recipe: str) -> None:
    """A recipe without a test is advice."""
    named = paths(recipe)

    assert [name for name in named if name.startswith(("ingest/", "rules/", "notifier/"))]
    assert [name for name in named if re.match(r"tests/.*\.py$", name)]


def test_there_are_six_recipes() -> None:
    """Of the things that are done most."""
    assert len(RECIPES) == 6


def test_every_name_of_the_code_that_is_named_exists() -> None:
    """Types, functions and tables."""
    files = [
        path
        for package in (
            "rules",
            "notifier",
            "ingest",
        )
        for path in (ROOT / package).rglob("*.py")
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    ours = [
        name
        for name in set(QUOTED)
        - {
            "True",
            "False",
        }
        if re.fullmatch(r"[A-Z_][A-Za-z_]{3,}|[a-z]+_[a-z_]+", name)
    ]

    assert len(ours) >= 10
    assert [
        name
        for name in ours
        if not re.search(
            rf"(?m)^(?:class|def) {name}\b|^{name}\b",
            code,
        )
    ] == []


def test_every_make_target_that_is_named_exists() -> None:
    """`make ...-report` stands for several."""
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    named = set(re.findall(r"(?m)(?:`|^)make ([a-z][a-z-]+)", TEXT))

    assert len(named) > 5
    assert named - targets == set()


def test_the_hook_before_a_commit_is_make_lint_and_fetches_nothing() -> None:
    """Only local hooks."""
    hooks = YAML(typ="safe").load(ROOT / ".pre-commit-config.yaml")

    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]
    assert [hook["entry"].split() for hook in hooks["repos"][0]["hooks"]] == [
        ["make", "--no-print-directory", "lint"],
    ]
