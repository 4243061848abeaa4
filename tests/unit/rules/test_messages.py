"""Everything an administrator is told of a slip, to the letter: place, words, line, caret, hint
(``said/*.txt``).
"""

from __future__ import annotations

import pytest

from rules.authoring.examples import load_examples, run_examples
from rules.authoring.lint import check_source
from rules.call import Call
from rules.callfile import check_call
from rules.errors import RuleFileError
from rules.language import Rulebook
from rules.rulebook import load_rulebook
from tests.unit.rules.authoring.test_examples import BASE, RULES
from tests.unit.rules.transcripts import Case, call_file, each, rule_file, shown


@each("rules")
def test_a_slip_in_a_rule_file_is_told_like_this(case: Case, call: Call) -> None:
    """Whatever is wrong with it; the one who reads a file for use is told the first of it."""
    source = rule_file(case.written)
    found = check_source(source, call)

    assert shown(found, "rules.yaml", source) == case.said
    if any(error.severity == "error" for error in found):
        with pytest.raises(RuleFileError) as caught:
            load_rulebook(source, call)
        assert (
            caught.value.position,
            caught.value.message,
        ) == (found[0].position, found[0].message)


@each("lint")
def test_what_a_rule_file_does_not_mean_is_told_like_this(case: Case, call: Call) -> None:
    """Warnings, and notes of what was not looked at."""
    source = rule_file(case.written)

    assert shown(check_source(source, call), "rules.yaml", source) == case.said


def call_messages(written: str) -> str:
    """What is said of a call."""
    source = call_file(written)
    return shown(check_call("x", source), "call.yaml", source)


@each("call")
def test_a_slip_in_the_call_is_told_like_this(case: Case) -> None:
    """All of its shape; when there is none, what does not fit together."""
    assert call_messages(case.written) == case.said


def example_messages(written: str, rulebook: Rulebook) -> str:
    """What is said of a case that starts from 好 (or of a whole file), read and run."""
    source = BASE + written if written.startswith("    ") else written
    try:
        failures = run_examples(rulebook, load_examples(source, rulebook))
    except RuleFileError as error:
        return shown([error], "examples.yaml", source)
    return "".join(
        f"{one.example} {one.position.line}:{one.position.column} {one.message}\n"
        for one in failures
    )


@each("examples")
def test_a_slip_or_a_difference_in_an_example_is_told_like_this(case: Case, call: Call) -> None:
    """Slips stop the reading; differences are all named."""
    assert example_messages(case.written, load_rulebook(RULES, call)) == case.said
