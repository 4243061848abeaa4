"""What a case is: an input, what a careful clerk makes of it, and how far the product agrees.

A claim looks at one report (the JSON of ``message inspect`` or ``document inspect``) and says right,
unsure or wrong. Unsure is what goes to a person: a value that is not known, a mail that is referred.
The words claims are written in are ``claims.py``; the cases themselves lie in files of their own
beside this one, each with its table ``CASES``.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any


class Outcome(IntEnum):
    """How far the product agrees; a case is as bad as its worst claim."""

    RIGHT = 0
    UNSURE = 1  #: a person looks: allowed, never wished for
    WRONG = 2


@dataclass(frozen=True)
class Report:
    """What the product says of one input."""

    json: dict[str, Any]

    @cached_property
    def documents(self) -> list[dict[str, Any]]:
        """All documents; a file that was looked at alone is its own."""
        found: list[dict[str, Any]] = self.json.get("documents", [])
        return found or ([self.json] if "fields" in self.json else [])

    @cached_property
    def parts(self) -> list[dict[str, Any]]:
        """Parts of a mail; a file that was looked at alone is its own."""
        parts: list[dict[str, Any]] = self.json.get("parts", [self.json])
        return parts

    @cached_property
    def verdicts(self) -> list[str]:
        """One for each entry of a mail."""
        return [entry["verdict"] for entry in self.json.get("entries", [])]

    @cached_property
    def letter(self) -> str:
        """The letter's text; "" when none is written."""
        return (self.json.get("letter") or {}).get("text", "")

    @cached_property
    def said(self) -> str:
        """Everything that is said to anybody: the letter, findings, reasons of parts, notes."""
        findings = [f["text"] for entry in self.json.get("entries", []) for f in entry["findings"]]
        reasons = [part.get("reason", "") for part in self.parts]
        notes = [document.get("note", "") for document in self.documents]
        return "\n".join([self.letter, *findings, *reasons, *notes])

    @property
    def to_staff(self) -> bool:
        """Whether a person looks at the mail or file before anything is decided about it."""
        if "parts" in self.json:
            kind = (self.json.get("letter") or {}).get("kind", "")
            return "referred" in self.verdicts or (not self.verdicts and kind != "incomplete")
        return self.json.get("fate") not in {"document", "unrecognised", "empty"}


Claim = Callable[[Report], Outcome]


@dataclass(frozen=True)
class Case:
    """One input. Its name ends in what it is: ``.eml`` is a mail, anything else a file."""

    name: str
    make: Callable[[], bytes]
    right: tuple[Claim, ...]
    why: str = ""  #: one sentence: who sends such a thing


def outcome_of(case: Case, report: Report) -> Outcome:
    """The worst of a case's claims."""
    return max((claim(report) for claim in case.right), default=Outcome.RIGHT)


def all_cases() -> Iterator[tuple[str, Case]]:
    """Every case with the name of the file it lies in."""
    here = Path(__file__).parent
    for module in sorted(pkgutil.iter_modules([str(here)]), key=lambda each: each.name):
        if not module.name.startswith("test_"):
            cases = getattr(import_module(f"tests.cases.{module.name}"), "CASES", ())
            yield from ((module.name, case) for case in cases)
