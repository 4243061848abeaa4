"""What is right in form and wrong in meaning is shown before it is in force."""

from __future__ import annotations

import pytest

from ingest.calls import open_call
from ingest.rulefiles.checking import run_call_mutants, unshown_call_settings
from tests.slips.meanings import MEANINGS, Meaning, shown_by, spoilt
from tests.slips.trying import CALLS, shipped

NAMES = sorted(shipped())


@pytest.mark.parametrize("call", NAMES)
def test_the_shipped_calls_show_every_word_of_their_rules_for_blank_unread_and_late(
    call: str,
) -> None:
    """So whoever makes a rule silent by mistake finds that one line alone."""
    folder = open_call(CALLS, call)
    assert unshown_call_settings(folder, folder.rules_path, folder.rules_source) == ()


@pytest.mark.slow
@pytest.mark.parametrize("call", NAMES)
def test_a_wrong_meaning_is_shown_by_check_or_by_the_examples(call: str) -> None:
    texts = shipped()[call]
    silent = {meaning.name for meaning, rules in spoilt(texts) if not shown_by(rules, texts)}
    assert silent == set()


def test_every_one_of_them_can_be_made_somewhere() -> None:
    made: set[Meaning] = {meaning for texts in shipped().values() for meaning, _ in spoilt(texts)}
    assert made == set(MEANINGS)
    assert len(MEANINGS) == 38


@pytest.mark.slow
@pytest.mark.parametrize("call", NAMES)
def test_the_examples_of_the_shipped_calls_notice_nearly_every_change(call: str) -> None:
    folder = open_call(CALLS, call)
    report = run_call_mutants(folder, folder.rules_path, folder.rules_source)
    assert report.noticed / report.total >= 0.95
