"""What ``rules explain`` and the staff read: every condition on its line, its mark, the value met
and where it stood.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules.call import Call
from rules.facts import Fact, Provenance
from rules.judge import Narrator, judge_world
from rules.logic import populate
from rules.rulebook import load_rulebook
from rules.subjects import Subject
from tests.unit.rules.writing import HEAD, at, subject

FROM_A_CELL = Provenance(part="甲.docx", place="第1页", method="表格", confidence=0.8)
FORM = subject(
    "申报书",
    "申1",
    单位名称=Fact.known("甲校", FROM_A_CELL),
    教师账号开通率=Fact.known(979_000, Provenance(part="甲.docx")),
    学生账号开通率=None,
    职能部门=Fact.blank(),
    教师人数=Fact.known(9, Provenance(confidence=0.5)),
)
Explain = Callable[..., list[str]]


def rows(*names: str | None) -> list[Subject]:
    """Rows of a summary, None for a name nobody could read."""
    return [subject("汇总行", f"行{number}", 单位名称=name) for number, name in enumerate(names, 1)]


@pytest.fixture
def explain(call: Call) -> Explain:
    """The truth of one rule whose 要求 begins on line 11, and the lines of its explanation."""

    def make(
        requirement: str,
        *subjects: Subject,
        head: str = "",
        kind: str = "申报书",
        applies: str = "[]",
    ) -> list[str]:
        source = f"{HEAD}{head}规则:\n  - 编号: R1\n    名称: 试\n    依据: 一\n    针对: {kind}\n    不满足: 退回补正\n    适用: {applies}\n    要求:\n"  # fmt: skip
        rulebook = load_rulebook(source + requirement, call)
        world = populate(rulebook, subjects)
        (result,) = judge_world(rulebook, world, at("2024-08-20 09:00"))
        return [str(result.truth), *map(str, Narrator(rulebook, world).trace(result))]

    return make


def test_every_condition_stands_on_its_line_with_the_value_that_was_met(explain: Explain) -> None:
    """Groups are indented; a value says which file, place and method it comes from, and how sure
    that is.
    """
    requirement = """
      - 申报书.教师账号开通率 不低于 98%
      - 任一:
          - 申报书.学生账号开通率 不低于 98%
          - 全部:
              - 申报书.职能部门 已填写
              - 申报书.单位名称 属于 甲校、乙校
      - 都不:
          - 申报书.教师人数 超过 10
          - 申报书.单位名称 包含 丙
      - 申报书.教师账号开通率 等于 申报书.学生账号开通率
"""
    assert explain(requirement, FORM, applies="申报书.单位名称 包含 甲") == [
        "不满足",
        "第9行 ✓ 申报书.单位名称 包含 甲　实际: 甲校（甲.docx，第1页，表格，可信度 0.80）",
        "第12行 ✗ 申报书.教师账号开通率 不低于 98%　实际: 97.9%，差0.1个百分点（甲.docx）",
        "第13行 ? 任一",
        "第14行 　? 申报书.学生账号开通率 不低于 98%　实际: 「未能识别」",
        "第15行 　✗ 全部",
        "第16行 　　✗ 申报书.职能部门 已填写　实际: 「未填写」",
        "第17行 　　✓ 申报书.单位名称 属于 甲校、乙校　实际: 甲校（甲.docx，第1页，表格，可信度 0.80）",
        "第18行 ✓ 都不",
        "第19行 　✗ 申报书.教师人数 超过 10　实际: 9",
        "第20行 　✗ 申报书.单位名称 包含 丙　实际: 甲校（甲.docx，第1页，表格，可信度 0.80）",
        "第21行 ? 申报书.教师账号开通率 等于 申报书.学生账号开通率　实际: 97.9% / 「未能识别」（甲.docx）",
    ]


def test_the_candidates_that_decide_come_first(explain: Explain) -> None:
    """Five are shown, the rest counted; the one that fits would be among the rest if the order of
    the rows were kept.
    """
    requirement = """
      存在: 汇总行
      其中: [汇总行.单位名称 等于 申报书.单位名称]
"""
    lines = explain(requirement, FORM, *rows("乙校", "丙校", None, "丁校", "戊校", "己校", "甲校"))
    where = "（甲.docx，第1页，表格，可信度 0.80）"

    assert lines[:8] == [
        "满足",
        "第12行 ✓ 存在 汇总行",
        "第12行 　· 候选 行7",
        f"第13行 　　✓ 汇总行.单位名称 等于 申报书.单位名称　实际: 甲校 / 甲校{where}",
        "第12行 　· 候选 行3",
        f"第13行 　　? 汇总行.单位名称 等于 申报书.单位名称　实际: 「未能识别」 / 甲校{where}",
        "第12行 　· 候选 行1",
        f"第13行 　　✗ 汇总行.单位名称 等于 申报书.单位名称　实际: 乙校 / 甲校{where}",
    ]
    assert lines[-1] == "第12行 　· 另有 2 个候选"
    assert sum("候选 行" in line for line in lines) == 5


def test_five_candidates_are_all_shown_and_none_is_said_too(explain: Explain) -> None:
    """Nothing is counted that is shown."""
    requirement = """
      - 不存在: 汇总行
        其中: [汇总行.单位名称 包含 甲]
      - 不存在: 扫描件
"""
    lines = explain(requirement, FORM, *rows("乙校", "丙校", "丁校", "戊校", "己校"))

    assert lines[:4] == ["满足", "第12行 ✓ 不存在 汇总行", "第12行 　· 候选 行1", "第13行 　　✗ 汇总行.单位名称 包含 甲　实际: 乙校"]  # fmt: skip
    assert lines[-3:] == [
        "第13行 　　✗ 汇总行.单位名称 包含 甲　实际: 己校",
        "第14行 ✓ 不存在 扫描件",
        "第14行 　· 没有候选",
    ]


def test_both_sides_of_a_comparison_say_where_they_stood(explain: Explain) -> None:
    """Two papers that differ: the reader must be able to look at both."""
    row = subject(
        "汇总行", "行1", 单位名称=Fact.known("乙校", Provenance(part="表.xlsx", place="C5"))
    )
    lines = explain(
        "      {存在: 汇总行, 其中: [汇总行.单位名称 等于 申报书.单位名称]}\n", FORM, row
    )

    assert lines[-1].endswith("实际: 乙校 / 甲校（表.xlsx，C5; 甲.docx，第1页，表格，可信度 0.80）")


def test_what_a_rule_applies_to_may_depend_on_other_papers(explain: Explain) -> None:
    """Only where there is a row for it; the explanation shows which."""
    applies = "[{存在: 汇总行, 其中: [汇总行.单位名称 等于 申报书.单位名称]}]"
    requirement = "      [申报书.教师人数 超过 10]\n"

    assert explain(requirement, FORM, *rows("乙校"), applies=applies)[0] == "不适用"
    assert explain(requirement, FORM, *rows(None), applies=applies)[0] == "无法判断"
    truth, *lines = explain(requirement, FORM, *rows("甲校"), applies=applies)
    assert (truth, lines[1], lines[-1]) == (
        "不满足",
        "第9行 　· 候选 行1",
        "第11行 ✗ 申报书.教师人数 超过 10　实际: 9",
    )


def test_a_paper_among_alternatives_is_looked_for(explain: Explain) -> None:
    """任一 with a 存在 inside: the row is enough."""
    requirement = (
        "      {任一: [申报书.教师人数 超过 10, {存在: 汇总行, 其中: [汇总行.单位名称 包含 甲]}]}\n"
    )

    assert [explain(requirement, FORM, *rows(name))[0] for name in ("甲校", "乙校", None)] == [
        "满足", "不满足", "无法判断",
    ]  # fmt: skip


def test_another_of_the_same_kind_is_never_the_one_itself(explain: Explain) -> None:
    """Nor is it shown as a candidate."""
    requirement = "      {不存在: 另一扫描件, 其中: [另一扫描件.盖章 是 是]}\n"
    lines = explain(requirement, subject("扫描件", "扫1", 盖章=True), kind="扫描件")

    assert lines == ["满足", "第11行 ✓ 不存在 另一扫描件", "第11行 　· 没有候选"]


def test_an_uncertain_count_is_shown_as_its_range(explain: Explain) -> None:
    """A count is never blank: what is not known about its members leaves it open, and
    staff decide.
    """
    head = "统计: [{名称: 数, 计数: 汇总行, 其中: [汇总行.教师账号开通率 不高于 98%]}]\n"
    members = [
        subject("汇总行", "行1", 教师账号开通率=Fact.blank()),
        subject("汇总行", "行2", 教师账号开通率=5),
    ]

    assert explain(
        "      [统计.数 不超过 1, 统计.数 不少于 1]\n", *members, head=head, kind="统计"
    ) == [
        "无法判断",
        "第12行 ? 统计.数 不超过 1　实际: 1至2",
        "第12行 ✓ 统计.数 不少于 1　实际: 1至2",
    ]


def test_a_name_in_doubt_is_shown_and_leaves_the_answer_open(explain: Explain) -> None:
    """Staff must see what they are to decide on."""
    row = subject(
        "汇总行", "行1", 单位名称=Fact.doubtful("乙校", "甲校", Provenance(part="表.docx"))
    )

    assert explain("      [汇总行.单位名称 是 甲校]\n", row, kind="汇总行") == [
        "无法判断",
        "第11行 ? 汇总行.单位名称 是 甲校　实际: 乙校（表.docx）",
    ]
