"""Golden cases: read with their places, judged, and every difference named."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.call import Call, load_call
from rules.errors import RuleFileError
from rules.examples import ExampleFailure, instant, load_examples, run_examples
from rules.facts import Fact, Knowledge
from rules.judge import judge
from rules.language import Rulebook
from rules.rulebook import load_rulebook
from rules.verdict import Truth
from tests.unit.rules.writing import HEAD, at

FOLDER = Path(__file__).parents[3] / "config/calls/smart-education-2024"
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


def test_a_difference_is_named_with_its_place(rulebook: Rulebook) -> None:
    """Line and column of the rule's name in 期望."""
    (failure,) = failures("    期望: {Z2: 不予受理}\n", rulebook)

    assert (failure.example, failure.position) == ("例", (9, 10))
    assert failure.message == "Z2 应为“不予受理”, 实为“满足”"


def test_a_rule_that_judged_nothing_has_not_passed(rulebook: Rulebook) -> None:
    """满足 needs something that was judged."""
    (failure,) = failures("    去掉: [申1]\n    期望: {Z2: 满足}\n", rulebook)

    assert "不适用" in failure.message


def test_a_case_with_a_decision_names_everything_that_was_said(rulebook: Rulebook) -> None:
    """Surprises and a different decision are failures of the case."""
    found = failures("    改动: {申1.教师账号开通率: 97%}\n    期望: {}\n    裁定: 受理\n", rulebook)

    assert [failure.message for failure in found] == [
        "还有未列出的结论: Z2 “不满足→不予受理”",
        "裁定应为“受理”, 实为“不予受理”",
    ]


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("    期望: {Z9: 满足}\n", "E101"),
        ("    期望: {Z2: 还行}\n", "E101"),
        ("    期望: {Z2: [满足]}\n", "E101"),
        ("    期望: {}\n    裁定: 好\n", "E101"),
        ("    期望: {}\n    改动: {申9.职能部门: 甲}\n", "E101"),
        ("    期望: {}\n    改动: {申1.部门: 甲}\n", "E101"),
        ("    期望: {}\n    改动: {申1.教师账号开通率: 高}\n", "E104"),
        ("    期望: {}\n    改动: {申1.职能部门: {甲: 乙}}\n", "E108"),
        ("    期望: {}\n    改动: [甲]\n", "E108"),
        ("    期望: {}\n    去掉: [申9]\n", "E101"),
        ("    期望: {}\n    对象: [{种类: 申报表}]\n", "E101"),
        ("    期望: {}\n    对象: [{编号: 甲}]\n", "E106"),
        ("    期望: {}\n    对象: [{种类: 申报书, 字段: {部门: 甲}}]\n", "E101"),
        ("  - {名称: 二, 收到: 昨天, 期望: {}}\n", "E106"),
    ],
)
def test_a_slip_in_the_examples_is_named(case: str, code: str, rulebook: Rulebook) -> None:
    """The same errors as in the rule file."""
    with pytest.raises(RuleFileError) as caught:
        load_examples(BASE + case, rulebook)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("样板: [甲]\n案例: [{名称: 例, 收到: 2024-08-20 09:00, 期望: {}}]\n", "E108"),
        ("案例: [{名称: 例, 收到: 昨天, 期望: {}}]\n", "E104"),
        ("案例: [{名称: 例, 收到: 2024-08-20 09:00, 样板: 好, 期望: {}}]\n", "E101"),
        ("例子: []\n", "E101"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(source: str, code: str, rulebook: Rulebook) -> None:
    """With a code of its own."""
    with pytest.raises(RuleFileError) as caught:
        load_examples(source, rulebook)

    assert caught.value.code == code


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
    assert instant(raw) == (int(at(expected).timestamp()) if expected else None)


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

    assert all(word not in spoken for word in ("事实", "字段", "三值", "规则", "引擎", "系统错误", "NULL"))
    assert all(rule.message for rule in rulebook.rules)
