"""The figures of the seal look: each says its unit and where it comes from, none can be changed."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.document import seal
from ingest.document.seal.thresholds import ink, judging, measuring, searching

ROOM = Path(seal.__file__).parent
STAGES = (ink, searching, measuring, judging)
SOURCE = re.compile(r"\b(?:sizes|measured|trial|chosen)\b|the same$|\.\.\.$")
DECIDING = ("judging.py", "marks.py", "traces.py", "page.py", "patches.py", "blobs.py", "rings.py")


def fields_with_comments() -> Iterator[tuple[str, str]]:
    """Every field of every record, with the comment above it."""
    for stage in STAGES:
        lines = Path(str(stage.__file__)).read_text("utf-8").splitlines()
        for record in ast.parse("\n".join(lines)).body:
            if not isinstance(record, ast.ClassDef):
                continue
            for field in record.body:
                if isinstance(field, ast.AnnAssign):
                    yield f"{record.name}.{ast.unparse(field.target)}", above(lines, field.lineno)


def above(lines: list[str], number: int) -> str:
    """The comment that ends right above a line."""
    said: list[str] = []
    while (line := lines[number - 2].strip()).startswith("#: "):
        said.insert(0, line[3:])
        number -= 1
    return " ".join(said)


def test_every_figure_says_where_it_comes_from() -> None:
    """A size, a measurement, a trial or a choice; "the same" is what the line before says."""
    fields = list(fields_with_comments())

    assert len(fields) > 200
    assert [name for name, comment in fields if not SOURCE.search(comment)] == []


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: str(stage.__name__).rpartition(".")[2])
def test_no_figure_can_be_changed_while_the_program_runs(stage: object) -> None:
    """Records are frozen, and hold nothing that is not."""
    records = [value for value in vars(stage).values() if dataclasses.is_dataclass(value)]
    instances = [record for record in records if not isinstance(record, type)]

    assert instances
    for record in instances:
        hash(record)
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, dataclasses.fields(record)[0].name, 0)


@pytest.mark.parametrize("name", DECIDING)
def test_no_limit_stands_bare_where_marks_are_judged(name: str) -> None:
    """Nothing is compared with a number that has no name, but for 0 and 1: "none" and "one"."""
    tree = ast.parse((ROOM / name).read_text("utf-8"))
    compared = [
        side.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Constant) and isinstance(side.value, int | float)
    ]

    assert [value for value in compared if value not in {0, 1}] == []
