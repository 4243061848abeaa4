"""What a Chinese keyboard, a web page or a hurry leaves in a file that YAML cannot read: said where it stands."""

from __future__ import annotations

import pytest

from rules.call import Call
from rules.rulebook import check_rulebook
from tests.unit.rules.writing import HEAD, RULE

GOOD = HEAD + RULE


@pytest.mark.parametrize(
    "line",
    [
        "名称: 甲：乙",
        "名称: 10:30 起",
        "名称: http://example.org/甲",
        "名称: 一，二；三",
        "名称: 甲－乙 — 丙",
        "名称: '甲:乙'",
    ],
)
def test_what_is_no_slip_is_not_refused(call: Call, line: str) -> None:
    """Full-width signs belong into texts."""
    assert check_rulebook(GOOD.replace("名称: 试", line), call) == []
