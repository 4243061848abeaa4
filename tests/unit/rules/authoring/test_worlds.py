"""Representative values: for every kind of field the handful that can make a difference, and no
more than can be tried.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules.authoring.worlds import actors, points_of, size_of
from rules.language import Probe, Question, Rulebook
from rules.values import BLANK, UNKNOWN, Cell
from rules.vocabulary import Field, FieldType

Book = Callable[..., Rulebook]


def shown(cell: Cell) -> str:
    """A value to be tried, in a word."""
    return {id(BLANK): "空白", id(UNKNOWN): "未知"}.get(id(cell), cell.key)


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("申报书.教师账号开通率 不低于 98%", {"教师账号开通率": "979999 980000 980001"}),
        ("申报书.教师账号开通率 不超过 100%", {"教师账号开通率": "999999 1000000"}),
        ("申报书.教师人数 不少于 0", {"教师人数": "0 1"}),
        ("申报书.教师人数 超过 -5", {"教师人数": "0"}),
        ("[申报书.教师人数 超过 5, 申报书.教师人数 少于 7]", {"教师人数": "4 5 6 7 8"}),
        ("申报书.核心维度项数 不超过 4", {"核心维度项数": "3 4"}),
        ("申报书.核心维度项数 不少于 9", {"核心维度项数": "4"}),
        ("申报书.公示结束 早于 2024-08-31", {"公示结束": "739128 739129 739130"}),
        ("申报书.差 不少于 0", {"差": "-1 0 1"}),
        ("申报书.类别 是 示范区", {"类别": "0 1 2"}),
        ("申报书.支持团场 是 是", {"支持团场": "0 1"}),
        ("申报书.单位名称 是 甲校", {"单位名称": "甲校 〇 〇〇甲校"}),
        ("申报书.单位名称 包含 甲", {"单位名称": "甲 〇 〇〇甲"}),
        ("[申报书.单位名称 包含 甲, 申报书.单位名称 不包含 乙]", {"单位名称": "甲 乙 〇 〇〇甲 〇〇乙 〇〇甲〇乙"}),
        ("申报书.核心维度 包含 教学", {"核心维度": " 教学"}),
        ("[申报书.核心维度 包含 教学, 申报书.核心维度 包含 基础]", {"核心维度": " 教学 基础 基础、教学"}),
        ("申报书.职能部门 已填写", {"职能部门": "〇 空白"}),
        ("申报书.职能部门 已读到", {"职能部门": "〇 空白 未知"}),
        ("[申报书.教师人数 已填写, 申报书.教师人数 不少于 5]", {"教师人数": "4 5 6 空白"}),
        ("申报书.教师人数 已读到", {"教师人数": "0 空白 未知"}),
        ("[申报书.支持团场 是 是, 申报书.教师人数 不少于 5]", {"支持团场": "0 1", "教师人数": "4 5 6"}),
    ],
)  # fmt: skip
def test_these_values_stand_for_all(requirement: str, expected: dict[str, str], book: Book) -> None:
    """One on each side of a limit and the limit itself, within what a form can hold; words alone
    and together.
    """
    rulebook = book(requirement, head="派生: [{名称: 差, 对象: 申报书, 差: [教师人数, 1]}]\n")
    points = points_of(
        [rulebook.rules[0].requirement], rulebook.vocabulary["申报书"], frozenset({"差"})
    )

    assert points is not None
    assert {name: " ".join(map(shown, cells)) for name, cells in points.items()} == expected
    assert all(
        cell.low == cell.high for cells in points.values() for cell in cells if cell.key.isdigit()
    )
    tried = [tuple(actor.cell(name) for name in points) for actor in actors("申报书", points)]
    assert len(set(map(repr, tried))) == size_of(points) == len(tried)


def test_a_subject_that_is_tried_is_of_its_kind(book: Book) -> None:
    """With every value, and nothing else known of it."""
    rulebook = book("申报书.支持团场 是 是")
    points = points_of([rulebook.rules[0].requirement], rulebook.vocabulary["申报书"], frozenset())

    assert points is not None
    assert [(one.subject.kind, one.subject.id, one.cell("支持团场").low) for one in actors("申报书", points)] == [
        ("申报书", "申报书", 0), ("申报书", "申报书", 1),
    ]  # fmt: skip


def test_tick_lists_with_too_many_options_asked_for_are_not_tried() -> None:
    """Seven options have 128 combinations, and there may be two such lists."""
    field = Field("维", FieldType.CHOICES, tuple("一二三四五六七"))
    probes = [Probe("表", "维", Question.TICKED, option) for option in field.options]

    assert points_of(probes, {"维": field}, frozenset()) is None
    found = points_of(probes[:6], {"维": field}, frozenset())
    assert found is not None
    assert len(found["维"]) == 64


def test_no_more_combinations_are_tried_than_take_a_moment() -> None:
    """Three values of nine fields are 19,683 combinations; of a tenth, too many."""
    fields = {name: Field(name, FieldType.INTEGER) for name in "甲乙丙丁戊己庚辛壬癸"}
    probes = [Probe("表", name, Question.READ) for name in fields]

    assert points_of(probes[:9], fields, frozenset()) is not None
    assert points_of(probes, fields, frozenset()) is None
