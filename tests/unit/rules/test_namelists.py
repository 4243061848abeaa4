"""名单: names asked for by their list's name, from the call or from a file beside it."""

from __future__ import annotations

import pytest

from rules.authoring.lint import check_source
from rules.authoring.mutants import mutants_of
from rules.call import Call
from rules.callfile import check_call, list_files, load_call
from rules.engine.shards import compile_rulebook
from rules.errors import RuleFileError
from rules.facts import Fact, Value
from rules.judge import judge
from rules.language import Rulebook
from rules.logic import populate
from rules.namelists import MAX_NAMES, NameList, parted, with_names
from rules.rulebook import load_rulebook
from rules.verdict import Truth
from tests.unit.rules.writing import CALL, HEAD, RULE, at, subject

NOON = at("2024-08-20T12:00:00")
LISTS = "名单: {失信单位: [甲 校, 乙校], 试点: {文件: 试点.txt}}\n"
BARE = CALL.replace("名单: {名录: [甲校, 丙校]}\n", "")
MANY = [f"第{number}小学" for number in range(1, 301)]


@pytest.fixture
def listed() -> Call:
    return load_call("试", with_names(BARE + LISTS, [("试点", MANY)]))


def read(sentence: str, call: Call) -> Rulebook:
    return load_rulebook(HEAD + RULE.replace("申报书.职能部门 已填写", sentence), call)


def truth(rulebook: Rulebook, name: Value | Fact) -> Truth:
    [result] = judge(rulebook, [subject("申报书", "申1", 单位名称=name)], NOON)
    return result.truth


def test_a_list_is_of_the_call_or_of_a_file(listed: Call) -> None:
    """What a file holds is kept with the text of the call."""
    assert listed.lists == (NameList("失信单位", ("甲 校", "乙校")), NameList("试点", tuple(MANY)))
    [file] = list_files(BARE + LISTS)
    assert (file.list, file.file, file.column) == ("试点", "试点.txt", "")
    assert parted(BARE) == (BARE, {})


@pytest.mark.parametrize(
    ("sentence", "name", "expected"),
    [
        ("申报书.单位名称 属于 失信单位", "甲校", Truth.SATISFIED),
        ("申报书.单位名称 不属于 失信单位", "乙 校", Truth.VIOLATED),
        ("申报书.单位名称 不属于 失信单位", "丙校", Truth.SATISFIED),
        ("申报书.单位名称 属于 试点", "第300小学", Truth.SATISFIED),
        ("申报书.单位名称 属于 试点", "300小学", Truth.VIOLATED),
        ("申报书.单位名称 属于 试点、失信单位、丙校", "丙校", Truth.SATISFIED),
        ("申报书.单位名称 属于 丙校", "丙校", Truth.SATISFIED),
        ("申报书.单位名称 属于 试点", Fact.unknown(), Truth.UNDECIDED),
        ("申报书.单位名称 属于 试点", Fact.blank(), Truth.BLANK),
    ],
)
def test_a_rule_asks_for_a_list_by_its_name(
    listed: Call, sentence: str, name: Value | Fact, expected: Truth
) -> None:
    """Any number of names; white space makes no difference, and unread is not absent."""
    assert truth(read(sentence, listed), name) is expected


def test_a_list_is_one_question_to_the_engine(listed: Call) -> None:
    """However many names are on it, the engine is handed a yes or no."""
    rulebook = read("申报书.单位名称 属于 试点", listed)
    program = compile_rulebook(rulebook)
    world = populate(rulebook, [subject("申报书", "申1", 单位名称="第7小学")])

    [[fact]] = program.facts(world)
    assert {value for name, value in fact.items() if name.startswith("单位名称~单")} == {1}


def test_lint_knows_what_lists_have_in_common(listed: Call) -> None:
    """Lists without a name in common leave nothing; those are tried as they are."""
    both = "[申报书.单位名称 属于 试点, 申报书.单位名称 属于 失信单位]"
    source = HEAD + RULE.replace("    要求:", f"    适用: {both}\n    要求:")
    assert [one.code for one in check_source(source, listed)] == ["W201"]
    source = HEAD + RULE.replace("申报书.职能部门 已填写", both)
    assert [one.code for one in check_source(source, listed)] == ["W203"]
    one = HEAD + RULE.replace("申报书.职能部门 已填写", "申报书.单位名称 属于 试点")
    assert not check_source(one, listed)


def test_lint_leaves_alone_what_lists_answer_in_too_many_ways(listed: Call) -> None:
    """Six words of which the names of a list hold every set."""
    words = [f"申报书.单位名称 包含 {letter}" for letter in "甲乙丙丁戊"]
    names = [
        "".join(one for bit, one in enumerate("甲乙丙丁戊") if number >> bit & 1) + "校"
        for number in range(32)
    ]
    call = load_call("试", BARE + f"名单: {{试点: [{', '.join(names)}]}}\n")
    either = f"{{任一: [申报书.单位名称 属于 试点, {', '.join(words)}]}}"
    source = HEAD + RULE.replace("申报书.职能部门 已填写", either)
    assert [one.code for one in check_source(source, call)] == ["I301"]


def test_a_rule_on_a_list_has_its_mutants(listed: Call) -> None:
    """Turned round, left out, and its outcome exchanged."""
    [rule] = read("申报书.单位名称 不属于 失信单位", listed).rules
    changes = [mutant.change for mutant in mutants_of(rule, {"申报书": {}})]
    assert [change for change in changes if "失信" in change] == [
        "要求: “申报书.单位名称 不属于 失信单位”反过来",
        "要求: “申报书.单位名称 不属于 失信单位”去掉",
    ]


def test_a_name_all_but_a_lists_is_a_slip(listed: Call) -> None:
    """It would be compared as a text that nobody is called."""
    with pytest.raises(RuleFileError, match="没有名单“失信单们”") as caught:
        read("申报书.单位名称 不属于 失信单们", listed)
    assert caught.value.hint == "是不是“失信单位”?"


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ("名单: [甲]", "“名单”应是若干“键: 值”"),
        ("名单: {单: [甲]}", "名单的名称“单”不能用"),
        ("名单: {失信单位: []}", "名单“失信单位”里一个名称也没有"),
        ("名单: {失信单位: 甲校}", "“名单“失信单位””应是一个列表"),
        ("名单: {失信单位: {文件: ../甲.txt}}", "名单的文件“../甲.txt”不能用"),
        ("名单: {失信单位: {文件: 甲.doc}}", "名单的文件“甲.doc”不能用"),
        ("名单: {失信单位: {文件: 甲.txt}}", "名单“失信单位”里一个名称也没有"),
        ("名单: {失信单位: {文件名: 甲.txt}}", "不认识“文件名”"),
        (f"名单: {{失信单位: [{', '.join(str(n) for n in range(MAX_NAMES + 1))}]}}", "超过 20000"),
    ],
)
def test_a_slip_in_a_list_is_told(lists: str, message: str) -> None:
    """With its place in call.yaml."""
    [slip] = check_call("试", BARE + lists)
    assert message in slip.message
    assert slip.position.line == BARE.count("\n") + 1


def test_files_of_lists_with_slips_are_not_read() -> None:
    """Who reads the call says what is wrong."""
    assert list_files("- 甲") == ()
    assert list_files("名单: 甲") == ()
    assert list_files("名单: {失信单位: {文件: 甲.doc}}") == ()
