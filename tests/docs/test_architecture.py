"""The map for newcomers names what the code has, and every room of the house."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.sources import tree

pytestmark = pytest.mark.xdist_group("sources")  # parsed once, by one worker

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGES = ("rules", "notifier", "ingest")
ARROW = re.compile(
    r"(?m)^\| [\w ]*\| `([\w.]+)` in `([\w/.]+)`[^|]* \| (?:`(\w+)`)? ?\| (?:`(\w+)`)? ?\|$",
)
ARROWS = [match.groups() for match in ARROW.finditer(MAP)]
QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", MAP)))


@cache
def trees() -> dict[str, ast.Module]:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {path.relative_to(ROOT).as_posix(): tree(path) for path in files}


@cache
def defined() -> frozenset[str]:
    """Every class, function and alias of a type in the three packages."""
    nodes = [node for program in trees().values() for node in ast.walk(program)]
    aliases = {
        node.target.id
        for node in nodes
        if isinstance(
            node,
            ast.AnnAssign,
        )
        and isinstance(node.target, ast.Name)
    }
    return (
        frozenset(
            node.name
            for node in nodes
            if isinstance(
                node,
                ast.ClassDef | ast.FunctionDef,
            )
        )
        | aliases
    )


def found(path: str, name: str) -> ast.FunctionDef | None:
    """The function, or ``Class.method``, of one file."""
    *classes, function = name.split(".")
    body = trees()[path].body
    for wanted in classes:
        body = next(
            (node.body for node in body if isinstance(node, ast.ClassDef) and node.name == wanted),
            [],
        )
    return next(
        (node for node in body if isinstance(node, ast.FunctionDef) and node.name == function),
        None,
    )


@pytest.mark.parametrize(("function", "path", "given", "gives"), ARROWS)
def test_every_arrow_of_the_chain_is_a_function_with_these_types(
    function: str, path: str, given: str | None, gives: str | None
) -> None:
    """A name that was moved or changed moves in the map too."""
    node = found(path, function) if path in trees() else None
    assert node is not None, f"{path} has no {function}"
    arguments = " ".join(ast.unparse(one.annotation) for one in node.args.args if one.annotation)
    assert given is None or re.search(rf"\b{given}\b", arguments), f"{function} takes {arguments}"
    assert gives is None or (node.returns and re.search(rf"\b{gives}\b", ast.unparse(node.returns)))


def test_the_chain_goes_from_the_mailbox_to_the_digest() -> None:
    """The table is found at all, and whole."""
    stages = re.findall(r"(?m)^\| ([a-z]+) \| `\w", MAP)

    assert len(ARROWS) >= 20
    assert stages == [
        "fetch",
        "keep",
        "parse",
        "screen",
        "unpack",
        "read",
        "case",
        "judge",
        "write",
        "send",
        "report",
    ]


def test_every_type_and_function_that_is_named_exists() -> None:
    """`Like` this one, `and_this_one`; words of the outbox are states of it."""
    words = [name for name in QUOTED if re.fullmatch(r"[A-Za-z_]+", name)]
    types = {name for name in words if name[0].isupper()}
    functions = {name for name in words if "_" in name and name.islower()}

    assert len(types) > 20
    assert types - defined() == set()
    tables = {"rule_files"}
    assert functions - defined() - tables == set()


def test_every_path_that_is_named_exists() -> None:
    """Folders end in a slash; one inside another room is named without it."""
    paths = [name for name in QUOTED if "/" in name and re.fullmatch(r"[\w./-]+", name)]
    inside = [path for path in paths if not (ROOT / path).exists()]

    assert len(paths) > 20
    assert [path for path in inside if not (ROOT / "ingest/document" / path).is_dir()] == []


def test_every_room_of_the_house_is_on_the_map() -> None:
    """A new folder needs a line that says what it is for."""
    rooms = {
        path.parent.relative_to(ROOT).as_posix() + "/"
        for package in PACKAGES
        for path in (ROOT / package).glob("*/__init__.py")
    }
    below = {path.parent.name + "/" for path in (ROOT / "ingest/document").glob("*/__init__.py")}

    assert len(rooms) > 12
    assert (rooms | below) - set(QUOTED) == set()
