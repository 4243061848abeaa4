"""How a fact becomes a cell: in one place, so that interpreter and engine can never see two
different values.
"""

from __future__ import annotations

import pytest

from rules.facts import Fact, Knowledge, Provenance, Value
from rules.language import PERPETUAL, Probe, Question
from rules.values import (
    BLANK,
    UNKNOWN,
    Cell,
    actors_of,
    cell_of,
    counts_actor,
    probe_cell,
    range_cell,
    with_item_counts,
)
from rules.vocabulary import Field, FieldType
from tests.unit.rules.writing import subject

KNOWN = Knowledge.KNOWN
OPTIONS = ("小学", "初中")


def number(value: int, key: str | None = None) -> Cell:
    """A known number; its key is its digits unless said otherwise."""
    return Cell(KNOWN, value, value, str(value) if key is None else key)


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        (FieldType.YES_NO, True, number(1)),
        (FieldType.YES_NO, False, number(0)),
        (FieldType.YES_NO, 1, UNKNOWN),
        (FieldType.YES_NO, "是", UNKNOWN),
        (FieldType.CHOICE, "初中", number(1, "初中")),
        (FieldType.CHOICE, "大学", number(2, "大学")),
        (FieldType.CHOICE, 1, UNKNOWN),
        (FieldType.DATE, "1970-01-02", number(719_164, "1970-01-02")),
        (FieldType.DATE, "1970-02-30", UNKNOWN),
        (FieldType.DATE, 719_164, UNKNOWN),
        (FieldType.PERCENT, 980_000, number(980_000)),
        (FieldType.PERCENT, "98%", UNKNOWN),
        (FieldType.INTEGER, True, UNKNOWN),
        (FieldType.INTEGER, PERPETUAL - 1, number(PERPETUAL - 1)),
        (FieldType.INTEGER, PERPETUAL, UNKNOWN),
        (FieldType.INTEGER, -PERPETUAL, UNKNOWN),
        (FieldType.TEXT, "甲 校", Cell(KNOWN, key="甲校")),
        (FieldType.TEXT, " ", BLANK),
        (FieldType.TEXT, 5, UNKNOWN),
        (FieldType.TEXT, True, UNKNOWN),
        (FieldType.TELEPHONE, "0991-8878035", Cell(KNOWN, key="09918878035")),
        (FieldType.CHOICES, ("资源", "教学"), Cell(KNOWN, key="教学、资源", items=("资源", "教学"))),
        (FieldType.CHOICES, (), Cell(KNOWN)),
        (FieldType.CHOICES, "教学", UNKNOWN),
    ],
)  # fmt: skip
def test_a_value_is_typed_by_its_field_or_becomes_unknown(
    kind: FieldType,
    value: Value,
    cell: Cell,
) -> None:
    """Never something near it: what is not of its type has not been understood."""
    assert cell_of(Field("栏", kind, OPTIONS), Fact.known(value)) == cell


@pytest.mark.parametrize("kind", list(FieldType))
def test_blank_and_unread_are_the_same_for_every_type(kind: FieldType) -> None:
    """Also where a value was kept beside the verdict that it could not be trusted."""
    field = Field("栏", kind, OPTIONS)

    assert cell_of(field, Fact.blank()) is BLANK
    assert cell_of(field, Fact.unknown()) is UNKNOWN
    assert cell_of(field, Fact(knowledge=Knowledge.UNKNOWN, value="小学")) is UNKNOWN
    assert cell_of(field, Fact(knowledge=Knowledge.BLANK, value="小学")) is BLANK


@pytest.mark.parametrize(
    ("question", "argument", "known", "blank", "unread"),
    [
        (Question.CONTAINS, "校", 1, None, None),
        (Question.CONTAINS, "甲校", 1, None, None),
        (Question.CONTAINS, "乙", 0, None, None),
        (Question.IS, "甲校", 1, None, None),
        (Question.IS, "校", 0, None, None),
        (Question.TICKED, "教学", 1, None, None),
        (Question.TICKED, "甲校", 0, None, None),
        (Question.FILLED, "", 1, 0, None),
        (Question.READ, "", 1, 1, 0),
    ],
)
def test_a_question_is_answered_yes_no_or_not_at_all(
    question: Question, argument: str, known: int, blank: int | None, unread: int | None
) -> None:
    """Known, blank and unread in turn; only 已读到 has an answer for all three."""
    probe = Probe("申报书", "栏", question, argument)
    cell = Cell(KNOWN, key="甲校", items=("教学",))

    assert probe_cell(probe, cell) == number(known)
    assert probe_cell(probe, BLANK) == (BLANK if blank is None else number(blank))
    assert probe_cell(probe, UNKNOWN) == (UNKNOWN if unread is None else number(unread))


def test_an_empty_tick_list_is_not_filled_in() -> None:
    """It was read, and nothing was ticked."""
    assert probe_cell(Probe("申报书", "栏", Question.FILLED, ""), Cell(KNOWN)) == number(0)


def test_counts_are_known_where_nothing_about_them_is_open() -> None:
    """A range has no value of its own, only ends."""
    actor = counts_actor(7, {"全": range_cell(3, 3), "半": range_cell(1, 2), "空": BLANK})

    assert (actor.index, actor.subject.id, actor.subject.kind) == (7, "统计", "统计")
    assert (actor.cell("全"), actor.cell("半")) == (number(3), Cell(Knowledge.UNKNOWN, 1, 2, "1"))
    assert actor.subject.fields == {"全": Fact.known(3), "空": Fact.blank()}


def test_ticks_are_counted_and_keep_where_they_were_read() -> None:
    """The number of an unread list is unread, of a blank one blank."""
    vocabulary = with_item_counts(
        {"申报书": {"维": Field("维", FieldType.CHOICES, ("教学", "资源"))}}
    )
    place = Provenance(part="甲.docx")
    facts = (
        Fact.known(("教学", "资源"), place),
        Fact.blank(place),
        Fact.unknown(place),
        Fact.known("教学"),
    )
    actors = actors_of(
        vocabulary, tuple(subject("申报书", f"申{n}", 维=fact) for n, fact in enumerate(facts))
    )

    assert [actor.cell("维项数") for actor in actors] == [number(2), BLANK, UNKNOWN, UNKNOWN]
    assert [actor.subject.fact("维项数").provenance.part for actor in actors[:3]] == ["甲.docx"] * 3
    assert [actor.subject.fact("编号").value for actor in actors] == ["申0", "申1", "申2", "申3"]
    assert actors[0].subject.fact("维项数").value == 2


def test_characters_are_counted_as_word_processors_do() -> None:
    """Without white space; a word or a number of Latin letters and digits is one."""
    vocabulary = with_item_counts({"申报书": {"方案": Field("方案", FieldType.LONG_TEXT)}})
    texts = (
        Fact.known("建设 5G 校园，\n共 1200 人。"),
        Fact.blank(),
        Fact.unknown(),
        Fact.known(("甲",)),
    )
    actors = actors_of(
        vocabulary, tuple(subject("申报书", f"申{n}", 方案=text) for n, text in enumerate(texts))
    )

    assert [actor.cell("方案字数") for actor in actors] == [number(10), BLANK, UNKNOWN, UNKNOWN]


def test_a_count_beside_a_list_does_not_replace_a_field_of_that_name() -> None:
    """The call's own field goes first."""
    own = Field("维项数", FieldType.TEXT)
    vocabulary = with_item_counts({"申报书": {"维": Field("维", FieldType.CHOICES), "维项数": own}})

    assert vocabulary["申报书"]["维项数"] is own


def test_subjects_of_an_unknown_kind_are_left_out() -> None:
    """Places are counted without them, and 统计 belongs to the rule file."""
    vocabulary = {"申报书": {"栏": Field("栏", FieldType.TEXT)}, "统计": {}}
    actors = actors_of(
        vocabulary, (subject("别的", "一"), subject("统计", "二"), subject("申报书", "三", 栏="甲"))
    )

    assert [(actor.index, actor.subject.id) for actor in actors] == [(0, "三")]


def test_a_name_is_compared_as_what_it_is_the_same_as() -> None:
    """Questions about its words too; a doubtful one is compared with nothing."""
    field = Field("单位名称", FieldType.TEXT)
    known = Fact(knowledge=Knowledge.KNOWN, value="红旗小学", same_as="四师 红旗小学")

    assert cell_of(field, known).key == "四师红旗小学"
    assert cell_of(field, Fact.doubtful("一中", "三师一中", Provenance())) == UNKNOWN
