"""Golden cases: read with their places, judged, and every difference named."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.authoring.examples import (
    ExampleFailure,
    case_count,
    has_cases,
    load_examples,
    run_examples,
)
from rules.authoring.relative import clock
from rules.call import Call
from rules.callfile import load_call
from rules.facts import Fact, Knowledge
from rules.judge import judge
from rules.language import Rulebook
from rules.rulebook import load_rulebook
from rules.verdict import Truth
from tests.unit.rules.writing import HEAD, at

FOLDER = Path(__file__).parents[4] / "config/calls/smart-education-2024"
RULES = (
    HEAD
    + """规则:
  - {编号: Z2, 名称: 率, 依据: 一, 针对: 申报书, 要求: 申报书.教师账号开通率 不低于 98%, 不满足: 不予受理}
  - {编号: D1, 名称: 期, 依据: 一, 针对: 来件, 要求: 来件.收到时间 早于 截止时间, 不满足: 转人工}
"""
)
BASE = """样板:
  好:
    - {种类: 来件, 编号: 件}
    - {种类: 申报书, 编号: 申1, 字段: {教师账号开通率: 98%, 核心维度: [教学], 公示结束: 2024-08-31, 职能部门: 空白}}
案例:
  - 名称: 例
    收到: 2024-08-31 23:59:59
    样板: 好
"""


@pytest.fixture
def rulebook(call: Call) -> Rulebook:
    """Two rules."""
    return load_rulebook(RULES, call)


def failures(case: str, rulebook: Rulebook) -> list[ExampleFailure]:
    """What goes wrong with one case that starts from 好."""
    return run_examples(rulebook, load_examples(BASE + case, rulebook))


def test_a_case_takes_its_subjects_from_a_base_and_changes_them(rulebook: Rulebook) -> None:
    """样板, 改动, 去掉, 对象; values typed by the vocabulary; the received time is filled in."""
    case = "    改动: {申1.教师账号开通率: 未知}\n    去掉: [件]\n    对象: [{种类: 来件, 编号: 新}]\n    期望: {}\n"
    (example,) = load_examples(BASE + case, rulebook)
    form, mail = example.subjects

    assert form.fact("教师账号开通率") == Fact.unknown()
    assert form.fact("核心维度").value == ("教学",)
    assert form.fact("公示结束").value == "2024-08-31"
    assert form.fact("职能部门").knowledge is Knowledge.BLANK
    assert mail.fact("收到时间").value == int(at("2024-08-31T23:59:59").timestamp())
    assert example.received == at("2024-08-31T23:59:59")


@pytest.mark.parametrize(
    "case",
    [
        "    期望: {Z2: 满足, D1: 满足}\n    裁定: 受理\n",
        "    改动: {申1.教师账号开通率: 97.99%}\n    期望: {Z2: 不予受理}\n    裁定: 不予受理\n",
        "    改动: {申1.教师账号开通率: 空白}\n    期望: {Z2: 未填}\n    裁定: 待补正\n",
        "    改动: {来件.收到时间: 2024-08-31 24:00}\n    期望: {D1: 不满足}\n    裁定: 转人工\n".replace(
            "来件.", "件."
        ),
        "    去掉: [申1]\n    期望: {Z2: 不适用}\n",
    ],
)
def test_a_case_that_comes_out_as_expected_is_silent(case: str, rulebook: Rulebook) -> None:
    """Truth values and outcomes may both be named."""
    assert failures(case, rulebook) == []


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2024-08-31 24:00", "2024-09-01T00:00:00"),
        ("2024-08-31 23:59:59", "2024-08-31T23:59:59"),
        ("2024-08-31 9:05", "2024-08-31T09:05:00"),
        ("2024-08-31 23:59:60", None),
        ("2024-08-31", None),
    ],
)
def test_times_go_down_to_the_second(raw: str, expected: str | None) -> None:
    """Examples need the last second; rules do not."""
    assert clock(raw) == (int(at(expected).timestamp()) if expected else None)


@pytest.fixture(scope="module")
def shipped() -> tuple[Rulebook, str]:
    """The rules and examples of the call that is shipped."""
    call = load_call("smart-education-2024", (FOLDER / "call.yaml").read_text(encoding="utf-8"))
    rulebook = load_rulebook((FOLDER / "rules.yaml").read_text(encoding="utf-8"), call)
    return rulebook, (FOLDER / "examples.yaml").read_text(encoding="utf-8")


def test_the_shipped_examples_all_come_out_as_expected(shipped: tuple[Rulebook, str]) -> None:
    """What the office is promised."""
    rulebook, source = shipped

    assert run_examples(rulebook, load_examples(source, rulebook)) == []


def test_every_shipped_rule_is_shown_passing_and_failing(shipped: tuple[Rulebook, str]) -> None:
    """No rule without an example of both."""
    rulebook, source = shipped
    passing, failing = set(), set()
    for example in load_examples(source, rulebook):
        named = {one.rule for one in example.expectations}
        for result in judge(rulebook, example.subjects, example.received):
            if result.rule.id in named:
                passing |= {result.rule.id} if result.truth is Truth.SATISFIED else set()
                failing |= {result.rule.id} if result.outcome is not None else set()
    everything = {rule.id for rule in rulebook.rules}

    assert (everything - passing, everything - failing) == (set(), set())


def test_applicants_are_told_nothing_internal(shipped: tuple[Rulebook, str]) -> None:
    """No word of the machine in what letters show."""
    rulebook, _ = shipped
    spoken = " ".join(rule.message + rule.doubt_message for rule in rulebook.rules)

    assert all(
        word not in spoken for word in ("事实", "字段", "三值", "规则", "引擎", "系统错误", "NULL")
    )
    assert all(rule.message for rule in rulebook.rules)


@pytest.mark.parametrize(
    ("source", "count"),
    [("", 0), ("案例: [", 0), ("- 甲", 0), ("案例: 无", 0), ("案例: []", 0), ("案例: [{}, {}]", 2)],
)
def test_cases_are_counted_in_whatever_is_there(source: str, count: int) -> None:
    """A file that cannot be read guards nothing."""
    assert case_count(source) == count
    assert has_cases(source) == (count > 0)


@pytest.mark.parametrize(
    ("source", "guarded"),
    [
        ("案例:\n- 名称: 甲\n", True),
        ("样板: {}\n案例:  \n\n  # 一\n  - 名称: 甲\n", True),
        ("案例:\n# - 名称: 甲\n", False),
        ("案例: # 说明\n- 名称: 甲\n", True),
    ],
)
def test_whether_there_is_a_case_is_told_without_reading_them_all(
    source: str, guarded: bool
) -> None:
    """Where the list begins in another way the file is read after all."""
    assert has_cases(source) == guarded
