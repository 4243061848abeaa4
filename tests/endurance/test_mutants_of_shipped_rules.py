"""``mailroom rules test --mutants`` on the shipped rules: a hundred changed rule books, each tried
on all examples.
"""

from __future__ import annotations

import json

import pytest

from tests.integration.test_rule_commands import said


@pytest.mark.slow
def test_mutants_are_counted_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Unnoticed changes are no failure: the examples hold."""
    code, text = said(capsys, "test", "--mutants")
    document = json.loads(said(capsys, "test", "--mutants", "--json")[1])

    assert code == 0
    assert f"样例发现 {document['mutants']['noticed']} 处" in text
    assert text.count("没守住") == len(document["mutants"]["unnoticed"])
