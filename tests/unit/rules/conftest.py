"""A call with all kinds of fields, and a short way to write rule files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules.call import Call
from rules.callfile import load_call
from rules.language import Rulebook
from rules.rulebook import load_rulebook
from tests.unit.rules.writing import CALL, HEAD


@pytest.fixture(scope="session")
def call() -> Call:
    """The call of this directory's tests."""
    return load_call("try", CALL)


@pytest.fixture
def book(call: Call) -> Callable[..., Rulebook]:
    """Makes a rulebook of one rule from its 要求 and more keys."""

    def make(requirement: str, kind: str = "申报书", head: str = "", **more: str) -> Rulebook:
        lines = (
            {"编号": "R1", "名称": "试", "依据": "一", "针对": kind, "不满足": "退回补正"}
            | more
            | {"要求": requirement}
        )
        body = "\n".join(f"    {key}: {value}" for key, value in lines.items())
        return load_rulebook(f"{HEAD}{head}规则:\n  -\n{body}\n", call)

    return make
