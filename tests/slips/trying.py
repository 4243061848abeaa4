"""What the program says of an edit: caught or not, at its place or not, with a hint that mends it
or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ingest.calls import default_config, read_call_text
from rules.authoring.examples import load_examples, run_examples
from rules.authoring.lint import check_source
from rules.callfile import blank_places, check_call, load_call
from rules.errors import RuleFileError
from rules.rulebook import load_rulebook
from tests.slips.kinds import CALL, RULES, Edit, edits

CALLS = default_config() / "calls"


class Tried(NamedTuple):
    """What became of one edit."""

    edit: Edit
    caught: bool
    place: bool
    hint: bool
    said: str


def shipped() -> dict[str, dict[str, str]]:
    """The texts of every shipped call."""
    names = (CALL, RULES, "examples.yaml")
    return {
        folder.name: {
            name: read_call_text(folder) if name == CALL else (folder / name).read_text("utf-8")
            for name in names
        }
        for folder in sorted(CALLS.iterdir())
    }


def all_edits(*, most: int = 2) -> Iterator[Edit]:
    """Every kind on every shipped call."""
    for call, texts in shipped().items():
        yield from edits(call, texts, most=most)


def tried(edit: Edit, texts: dict[str, str]) -> Tried:
    """The edit, and what is said of it."""
    found = list(_said(edit, texts))
    errors = [one for one in found if one.severity == "error"] or found
    near = [one for one in errors if one.position.line == edit.line]
    words = [f"{one.message} {one.hint}" for one in errors]
    return Tried(
        edit,
        bool(errors),
        bool(near),
        any(edit.kind.hint in one for one in words),
        " | ".join(
            f"{one.position.line}:{one.position.column} {one.message}" for one in errors[:2]
        ),
    )


def _said(edit: Edit, texts: dict[str, str]) -> Iterable[RuleFileError]:
    if edit.kind.file == CALL:
        return check_call(edit.call, edit.source) or _blanks(edit)
    call = load_call(edit.call, texts[CALL])
    found = [one for one in check_source(edit.source, call) if one.severity != "note"]
    if found:
        return found
    rulebook = load_rulebook(edit.source, call)
    failures = run_examples(rulebook, load_examples(texts["examples.yaml"], rulebook))
    return [RuleFileError(one.message, one.position) for one in failures]


def _blanks(edit: Edit) -> Iterable[RuleFileError]:
    """As ``ingest/rulefiles/examination.py`` asks for blank forms."""
    call = load_call(edit.call, edit.source)
    places = blank_places(edit.source)
    return [
        RuleFileError(f"没有空白表“{form.blank}”", place, "forms/ 里没有", "C113")
        for form, place in zip(call.forms, places, strict=True)
        if not Path(CALLS / edit.call / "forms" / form.blank).is_file()
    ]
