"""The compile step: only the safe subset, within the engine's limits, whatever the rule file says.

That no row of the measured table of what durable-rules gets wrong, hangs on or dies of is emitted:
``test_table.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rules.call import Call
from rules.callfile import load_call
from rules.engine.compile import MAX_PATTERNS
from rules.engine.durable import GATE as ENGINE_GATE
from rules.engine.shards import (
    GATE,
    MAX_CONDITIONS,
    MAX_RULES,
    Program,
    Shard,
    compile_rulebook,
    load_of,
    name_hash,
    shown_rule,
)
from rules.engine.shards import _refuse_collisions as refuse_collisions
from rules.errors import RuleFileError
from rules.facts import Fact
from rules.language import Rulebook
from rules.logic import populate
from rules.rulebook import check_rulebook, load_rulebook
from rules.subjects import Subject
from tests.unit.rules.writing import HEAD, RULE, subject

Book = Callable[..., Rulebook]
FOLDER = Path(__file__).parents[4] / "config/calls/smart-education-2024"


@pytest.fixture(scope="module")
def shipped() -> Program:
    """The rule file of the call that is shipped, compiled."""
    call = load_call("smart-education-2024", (FOLDER / "call.yaml").read_text(encoding="utf-8"))
    return compile_rulebook(
        load_rulebook((FOLDER / "rules.yaml").read_text(encoding="utf-8"), call),
    )


def compiled(rulebook: Rulebook) -> dict[str, Any]:
    """The rules of a rule file that fits one shard, by name, without the last one."""
    (shard,) = compile_rulebook(rulebook).shards
    definition = shard.definition()
    definition.pop("完")
    return definition


def test_shards_stay_within_the_limits(shipped: Program) -> None:
    """Rows 9, 11, 12, 23."""
    for shard in shipped.shards:
        assert load_of(shard.rules) <= MAX_CONDITIONS
        assert len(shard.rules) <= MAX_RULES
        assert max(len(rule.patterns) for rule in shard.rules) <= MAX_PATTERNS
        assert max(len(names) for names in shard.properties.values()) < 240


def test_many_rules_are_spread_over_shards(call: Call) -> None:
    """600 rules about one field: the engine would hang at the 512th."""
    rule = (
        RULE.removeprefix("规则:\n")
        .replace("申报书.职能部门 已填写", "申报书.单位名称 包含 甲{0}")
        .replace("R1", "R{0}")
    )
    source = HEAD + "规则:\n" + "".join(rule.format(number) for number in range(600))
    shards = compile_rulebook(load_rulebook(source, call)).shards

    assert len(shards) > 20
    assert all(load_of(shard.rules) <= MAX_CONDITIONS for shard in shards)
    assert len({compiled.name for shard in shards for compiled in shard.rules}) == 1_200


def test_facts_are_flat_with_an_id_and_small_values(book: Book) -> None:
    """Rows 18 to 23: only whole numbers and short names, nothing null, nothing the shard does not
    ask for.
    """
    rulebook = book("[申报书.单位名称 等于 申报书.职能部门, 申报书.教师账号开通率 不低于 98%]")
    program = compile_rulebook(rulebook)
    twins = [
        subject("申报书", "申1", 单位名称="甲" * 70_000, 职能部门="\ud800" * 9, 联系电话="1")
    ] * 2
    world = populate(rulebook, twins)
    (facts,) = program.facts(world)

    assert [fact["id"] for fact in facts] == ["n0", "n1"]
    for fact in facts:
        assert not any(name.startswith("联系电话") for name in fact)
        for value in fact.values():
            assert (type(value) is int and abs(value) <= 10**15) or (
                isinstance(
                    value,
                    str,
                )
                and len(value) < 10
            )


def test_equal_texts_share_a_key_and_unreadable_ones_never_do(book: Book) -> None:
    """Nobody can craft two names whose hashes collide; two unknowns are not equal."""
    rulebook = book("申报书.单位名称 等于 申报书.职能部门")
    forms = [
        subject("申报书", "申1", 单位名称="甲 校", 职能部门="甲校"),
        Subject(kind="申报书", id="申2", fields={"单位名称": Fact.blank()}),
    ]
    (facts,) = compile_rulebook(rulebook).facts(populate(rulebook, forms))

    assert facts[0]["单位名称.键"] == facts[0]["职能部门.键"]
    assert facts[1]["单位名称.键"] != facts[1]["职能部门.键"]


def test_alternatives_become_clauses(book: Book) -> None:
    """Row 13: 任一 and 都不 are multiplied out, in two strengths each."""
    rules = compiled(
        book("[申报书.职能部门 已填写, {都不: [申报书.类别 是 示范校, 申报书.支持团场 是 否]}]")
    )

    assert set(rules) == {f"R1#{n}.0#{strength}" for n in range(3) for strength in ("真", "可能")}


def test_certain_and_possible_look_at_different_ends_of_the_range(book: Book) -> None:
    """Below 98 % for sure when the upper end is, possibly when the lower end is."""
    rules = compiled(book("申报书.教师账号开通率 不低于 98%"))

    assert rules["R1#0.0#真"]["all"][1]["申报书"]["$and"][1] == {
        "$lt": {"教师账号开通率.上": 980_000}
    }
    assert rules["R1#0.0#可能"]["all"][1]["申报书"]["$and"][1] == {
        "$lt": {"教师账号开通率.下": 980_000}
    }


def test_a_period_is_checked_at_the_gate(book: Book) -> None:
    """With the received time, so that a replay gives the answer of then."""
    rules = compiled(book("申报书.职能部门 已填写", 生效="{自: 2024-08-08 00:00, 至: 截止时间}"))

    assert rules["R1#0.0#真"]["all"][0] == {
        GATE: {
            "$and": [
                {"类型": GATE},
                {"$gte": {"时刻": 1_723_046_400}},
                {"$lt": {"时刻": 1_725_120_000}},
            ]
        }
    }


def written_out(rule: dict[str, Any]) -> str:
    """A rule of the engine in one line, without its gate: ``alias(kind, tests)``."""
    return "; ".join(
        f"{alias}({', '.join(_test(test) for test in body['$and'])})"
        for pattern in rule["all"][1:]
        for alias, body in pattern.items()
    )


def _test(test: dict[str, Any]) -> str:
    ((left, right),) = test.items()
    if left == "类型":
        return str(right)
    if left.startswith("$"):
        ((name, constant),) = right.items()
        return f"{name} {left[1:]} {constant}"
    return f"{left} = " + (".".join(*right.items()) if isinstance(right, dict) else str(right))


BY_NAME = "其中: [汇总行.单位名称 等于 申报书.单位名称]"


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        (
            f"{{不存在: 汇总行, {BY_NAME}}}",
            {
                "R1#0.0#真": "申报书(申报书); 寻0(汇总行, 单位名称.键 = 申报书.单位名称.键)",
                "R1#0.0#可能": "申报书(申报书); 寻0(汇总行, 单位名称.键 = 申报书.单位名称.键)",
                "R1#0.1#可能": "申报书(申报书); 寻0(汇总行, 单位名称.知 = 0)",
                "R1#0.2#可能": "申报书(申报书, 单位名称.知 = 0); 寻0(汇总行)",
            },
        ),
        (
            f"{{存在: 汇总行, {BY_NAME}}}",
            {
                "R1#0.0#真": "申报书(申报书, 单位名称.知 = 1); 寻0_0_0$not(汇总行, 单位名称.键 = 申报书.单位名称.键); "
                "寻0_0_1$not(汇总行, 单位名称.知 = 0)",
                "R1#0.1#真": "申报书(申报书, 单位名称.知 = 0); 寻0_0_0$not(汇总行)",
                "R1#0.0#可能": "申报书(申报书); 寻0_0_0$not(汇总行, 单位名称.键 = 申报书.单位名称.键)",
            },
        ),
        (
            "{不存在: 扫描件, 其中: [扫描件.对应 等于 申报书.编号, 扫描件.盖章 是 是]}",
            {
                "R1#0.0#真": "申报书(申报书); 寻0(扫描件, 盖章.下 = 1, 盖章.上 = 1, 对应.键 = 申报书.编号.键)",
                "R1#0.0#可能": "申报书(申报书); 寻0(扫描件, 盖章.下 lte 1, 盖章.上 gte 1, 对应.键 = 申报书.编号.键)",
                "R1#0.1#可能": "申报书(申报书); 寻0(扫描件, 盖章.下 lte 1, 盖章.上 gte 1, 对应.知 = 0)",
            },
        ),
        (
            "申报书.教师账号开通率 等于 申报书.学生账号开通率",
            {
                "R1#0.0#真": "申报书(申报书, 学生账号开通率.知 = 1); "
                "自0_0_0$not(申报书, 编号.键 = 申报书.编号.键, 教师账号开通率.键 = 申报书.学生账号开通率.键); "
                "自0_0_1$not(申报书, 教师账号开通率.知 = 0, 编号.键 = 申报书.编号.键)",
                "R1#0.1#真": "申报书(申报书, 学生账号开通率.知 = 0); 自0_0_0$not(申报书, 编号.键 = 申报书.编号.键)",
                "R1#0.0#可能": "申报书(申报书); "
                "自0_0_0$not(申报书, 编号.键 = 申报书.编号.键, 教师账号开通率.键 = 申报书.学生账号开通率.键)",
            },
        ),
    ],
    ids=[
        "a row that must not be there",
        "a row that must be there",
        "a stamped scan",
        "two values of one paper",
    ],
)
def test_what_is_looked_for_is_written_out_for_both_strengths(
    requirement: str, expected: dict[str, str], book: Book
) -> None:
    """Sure only where no key is unread; possible also where one might fit if it could be read."""
    rules = compiled(book(requirement))

    assert {name: written_out(rule) for name, rule in rules.items()} == expected
    assert all(rule["all"][0] == {GATE: {"$and": [{"类型": GATE}]}} for rule in rules.values())


def test_only_rules_about_another_subject_keep_facts_apart(book: Book) -> None:
    """``dist`` is 1 for 另一… and 0 otherwise, because comparing two papers matches one fact twice."""
    another = compiled(
        book("{不存在: 另一汇总行, 其中: [另一汇总行.单位名称 等于 汇总行.单位名称]}", "汇总行")
    )
    equal = compiled(book("申报书.单位名称 等于 申报书.职能部门"))

    assert {rule["dist"] for rule in another.values()} == {1}
    assert {rule["dist"] for rule in equal.values()} == {0}


def test_disabled_rules_are_not_compiled(book: Book) -> None:
    """停用 is off for the engine too."""
    assert compile_rulebook(book("申报书.职能部门 已填写", 停用="等文件")).shards == ()


@pytest.mark.parametrize(
    ("requirement", "why"),
    [
        (json.dumps([{"都不": ["申报书.职能部门 已填写"]}] * 33, ensure_ascii=False), "展开后超过 32 种情形"),
        (json.dumps({"任一": [["申报书.职能部门 已填写", "申报书.支持团场 是 是"]] * 6}, ensure_ascii=False), "展开后超过 32 种情形"),
        (json.dumps([{"任一": [f"申报书.单位名称 包含 {n}" for n in range(60)]}], ensure_ascii=False), "条件"),
        (json.dumps({"任一": [{"存在": "扫描件", "其中": [f"扫描件.单位名称 包含 {n}"]} for n in range(20)]}, ensure_ascii=False), "要同时看超过 14 份材料"),
        (json.dumps({"任一": [{"存在": "扫描件", "其中": [f"扫描件.{f} 等于 申报书.单位名称"]} for f in ["单位名称"] * 7]}, ensure_ascii=False), "要同时看超过 14 份材料"),
        (json.dumps({"存在": "扫描件", "其中": [f"扫描件.{f} 等于 申报书.{g}" for f in ["单位名称", "对应"] for g in ["单位名称", "职能部门", "师市"][: 3 if f == "单位名称" else 2]]}, ensure_ascii=False), "“其中”里的“等于”超过 4 个"),
    ],
    ids=["clauses", "product of clauses", "conditions", "patterns", "alternatives", "equalities"],
)  # fmt: skip
def test_a_rule_too_complex_for_the_engine_is_refused(
    requirement: str,
    why: str,
    book: Book,
) -> None:
    """With the place of the rule, what is too much of it, and the advice to split it."""
    with pytest.raises(RuleFileError) as caught:
        compile_rulebook(book(requirement))

    said = "的条件太多" if why == "条件" else f"太复杂({why})"
    assert caught.value.format("规则") == f"规则:5:5: E109 规则“R1”{said}\n    提示: 拆成几条规则"


def test_a_rule_that_is_too_complex_is_found_when_the_file_is_checked(call: Call) -> None:
    """Also where there is no engine: the same file must be good everywhere."""
    many = json.dumps([f"申报书.单位名称 包含 {n}" for n in range(40)], ensure_ascii=False)
    source = HEAD + RULE.replace("申报书.职能部门 已填写", many)

    assert [error.code for error in check_rulebook(source, call)] == ["E109"]


def test_names_the_engine_cannot_tell_apart_are_refused() -> None:
    """Row 27: it keeps 32 bits of a property's name; these two are known to collide."""
    assert name_hash("costarring") == name_hash("liquid")
    assert name_hash("") == 0x811C9DC5

    with pytest.raises(RuleFileError) as caught:
        refuse_collisions([Shard((), {"申报书": ("costarring", "liquid")})])
    assert caught.value.code == "E110"


def test_parent_and_child_mean_the_same_gate() -> None:
    """The child does not import the compiler; the word is written in both."""
    assert ENGINE_GATE == GATE


def test_a_link_may_be_written_from_either_side(book: Book) -> None:
    """It becomes a join of the later of its two subjects."""
    for kinds, link in (
        ("[申报书, 扫描件]", "扫描件.对应 等于 申报书.编号"),
        ("[申报书, 扫描件]", "申报书.编号 等于 扫描件.对应"),
    ):
        rules = compiled(book("扫描件.盖章 是 是", kinds, 关联=f"[{link}]"))
        assert {"对应.键": {"申报书": "编号.键"}} in rules["R1#0.0#真"]["all"][2]["扫描件"]["$and"]


def test_too_many_ways_to_be_unreadable_are_refused(book: Book) -> None:
    """Each equality that may be unreadable on either side multiplies the engine's rules."""
    where = ", ".join(
        f"扫描件.单位名称 等于 申报书.{name}" for name in ("单位名称", "职能部门", "师市")
    )
    exists = f"{{存在: 扫描件, 其中: [{where}]}}"

    with pytest.raises(RuleFileError) as caught:
        compile_rulebook(book(f"{{都不: [{exists}]}}", 适用=f"[{exists}]"))
    assert (caught.value.code, caught.value.message) == ("E109", "规则“R1”太复杂(展开后超过 64 条)")


def test_one_rule_can_be_shown_as_the_engine_gets_it(book: Book) -> None:
    """For ``rules compiled``."""
    rulebook = book("申报书.职能部门 已填写")

    assert shown_rule(rulebook, "R1") == compiled(rulebook)
    assert shown_rule(rulebook, "R2") == {}
