"""Reads ``said/*.txt``: what was written, and below it everything the program says of it, to the
letter.

A case is ``=== name``, what was written, ``---`` and what is said (nothing, where nothing is
wrong). To write the same thing again after a change of words: run the test, and read the difference
it shows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from rules.errors import RuleFileError
from tests.unit.rules.writing import CALL, HEAD, RULE

FOLDER = Path(__file__).parent / "said"


class Case(NamedTuple):
    """One thing written and what is said of it."""

    name: str
    written: str
    said: str


def cases(name: str) -> list[Case]:
    """The cases of one file."""
    pieces = re.split(
        r"^=== (.*)\n",
        (FOLDER / f"{name}.txt").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )[1:]
    return [
        Case(title, *body.split("---\n"))
        for title, body in zip(
            pieces[::2],
            pieces[1::2],
            strict=True,
        )
    ]


def each(name: str) -> pytest.MarkDecorator:
    """Runs a test for every case of one file."""
    return pytest.mark.parametrize(
        "case",
        [pytest.param(case, id=case.name) for case in cases(name)],
    )


def shown(errors: list[RuleFileError], path: str, source: str) -> str:
    """What the command line prints of ``errors``, less the blanks at the ends of lines."""
    said = "".join(error.format(path, source) + "\n" for error in errors)
    return re.sub(r" +$", "", said, flags=re.MULTILINE)


def rule_file(written: str) -> str:
    """A whole file as it is; else the usual file with ``written`` in it, keys of a rule being those
    indented by four.
    """
    if written.startswith(("版本", "#", "-")) or not written:
        return written
    own = {
        line.split(
            ":",
        )[0].strip(): line
        for line in written.splitlines()
        if line.startswith("    ")
    }
    rule = [own.pop(line.split(":")[0].strip(" -"), line) for line in RULE.splitlines()]
    rule[1] = f"  - {rule[1][4:]}"  # the first key of the list's only entry
    top = [line for line in written.splitlines() if not line.startswith("    ")]
    return HEAD + "".join(f"{line}\n" for line in (*top, *rule, *own.values()))


def call_file(written: str) -> str:
    """The call of these tests with the lines marked ``-`` replaced by those marked ``+``."""
    lines = written.splitlines()
    old, new = (
        "".join(
            f"{line[1:]}\n"
            for line in lines
            if line.startswith(
                sign,
            )
        )
        for sign in "-+"
    )
    assert old in CALL
    return CALL.replace(old, new, 1)
