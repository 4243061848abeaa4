"""Every case comes out as a careful clerk would have it: none is wrong."""

from __future__ import annotations

import pytest

from tests.cases.case import Case, Outcome, all_cases
from tests.cases.running import in_short, run_case

NAMED = {f"{group}/{case.name}": case for group, case in all_cases()}


@pytest.mark.slow
@pytest.mark.parametrize("case", NAMED.values(), ids=NAMED)
def test_no_case_is_wrong(case: Case) -> None:
    """Unsure is allowed: then a person looks."""
    outcome, report = run_case(case)

    assert outcome is not Outcome.WRONG, in_short(report)
