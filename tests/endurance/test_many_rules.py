"""A rule file as large as one may be."""

from __future__ import annotations

import time

import pytest

from rules.authoring.lint import check_source
from rules.call import Call
from tests.unit.rules.writing import HEAD

_LINE = "  - {{编号: R{0}, 名称: 试, 依据: 一, 针对: 申报书, 要求: {1}, 不满足: 退回补正}}\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "requirement",
    ["申报书.职能部门 已填写", "申报书.教师人数 不少于 {0}"],
    ids=["the same", "related"],
)
def test_as_many_rules_as_are_allowed_are_checked_within_seconds(
    call: Call,
    requirement: str,
) -> None:
    """Two million pairs are not all compared, and that is said."""
    source = (
        HEAD + "规则:\n" + "".join(_LINE.format(n, requirement.format(n)) for n in range(2_000))
    )
    begin = time.process_time()
    found = check_source(source, call)

    assert time.process_time() - begin < 30
    assert ("I301" in {one.code for one in found}) or len(found) >= 1_999
