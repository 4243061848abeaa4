"""Which option was chosen: every mark people and programs make, and what must not be guessed."""

from __future__ import annotations

import pytest

from ingest.document.content import INK, STRUCK, ringed
from ingest.document.form.cells import read_cell
from ingest.document.form.choices import Choice, choose, is_marked
from rules.facts import Knowledge, Provenance
from rules.vocabulary import Field, FieldType

KINDS = ("小学", "初中", "九年一贯制学校", "普通高中", "完全中学", "中职学校", "幼儿园", "其他")
ANSWERS = ("是", "有", "否", "无")
RESULTS = ("无异议", "有异议")
OPEN, UNSURE = "", None

UNLIKE_MARKS = [
    ("⊙无异议    ○有异议", RESULTS, "无异议"), ("🗹无异议 ☐有异议", RESULTS, "无异议"), ("▣是 □否", ANSWERS, "是"),
    ("◼是 ◻否", ANSWERS, "是"), ("🅥是 □否", ANSWERS, "是"), ("◻是 ◼否", ANSWERS, "否"), ("◎是 ○否", ANSWERS, "是"),
    ("⊠是 □否", ANSWERS, "是"), ("丿是 □否", ANSWERS, "是"), ("／是 □否", ANSWERS, "是"), ("/无异议 □有异议", RESULTS, "无异议"),
    ("对是 □否", ANSWERS, "是"), ("1是 □否", ANSWERS, "是"), ("☞无异议 □有异议", RESULTS, "无异议"), ("→是 □否", ANSWERS, "是"),
    ("v无异议 □有异议", RESULTS, "无异议"), ("V 无异议   □ 有异议", RESULTS, "无异议"), ("\ufffd是 ☐否", ANSWERS, "是"),
    ("✅无异议 ⬜有异议", RESULTS, "无异议"), ("🔘无异议 ⚪有异议", RESULTS, "无异议"), (f"{INK}是 □否", ANSWERS, "是"),
    ("☑是 口否", ANSWERS, "是"), ("√口是 口否", ANSWERS, "是"), ("口√是 口否", ANSWERS, "是"), ("√⃞是 □否", ANSWERS, "是"),
    ("是⃝  否", ANSWERS, "是"), ("●小学 ○初中 ○其他", KINDS, "小学"), ("(●)无异议 ( )有异议", RESULTS, "无异议"),
]  # fmt: skip
PLACES = [
    ("__小学    _√_初中    __九年一贯制学校", KINDS, "初中"), ("小学 ✔初中 九年一贯制学校 普通高中", KINDS, "初中"),
    ("□小学    v初中    □九年一贯制学校", KINDS, "初中"), ("小学√、初中、普通高中", KINDS, "小学"), ("小学、初中√、普通高中", KINDS, "初中"),
    ("小学/初中/√普通高中", KINDS, "普通高中"), ("小学/√初中/普通高中", KINDS, "初中"), ("1.小学 √2.初中 3.其他", KINDS, "初中"),
    ("A.小学  B.√初中  C.其他", KINDS, "初中"), ("①小学 ②初中√ ③其他", KINDS, "初中"), ("□小学 □√初中 □其他", KINDS, "初中"),
    ("小学□ √初中□ 其他□", KINDS, "初中"), ("小学□√ 初中□ 其他□", KINDS, "小学"), ("√小学□ 初中□ 其他□", KINDS, "小学"),
    ("□小学√  □初中  □其他", KINDS, "小学"), ("□小学  □初中√  □其他", KINDS, "初中"), ("□小学  □初中  □其他√", KINDS, "其他"),
    ("☑ 小学☐ 初中☐ 其他", KINDS, "小学"), ("☐ 小学☑ 初中☐ 其他", KINDS, "初中"), ("小学 √\n初中\n其他", KINDS, "小学"),
    ("小学\n√ 初中\n其他", KINDS, "初中"), ("是√  否", ANSWERS, "是"), ("是  √否", ANSWERS, "否"), ("是☑否□", ANSWERS, "是"), ("□是☑否", ANSWERS, "否"),
    ("【 】是【√】否", ANSWERS, "否"), ("(v)小学 ()初中", KINDS, "小学"), ("□小学 ☑初中 □其他：______", KINDS, "初中"),
    ("是 ( √ ) 否 ( )", ANSWERS, "是"), ("是 （ ） 否 （√）", ANSWERS, "否"), ("无异议 [ ] 有异议 [√]", RESULTS, "有异议"),
    ("□小学 √□初中 □其他", KINDS, "初中"), ("□小学√ □初中 □其他", KINDS, "小学"), ("囗无异议 囗√有异议", RESULTS, "有异议"),
    ("□小学 □初中 ☑其他（请注明：特教学校）", KINDS, "其他"), ("（请在□内打√）□无异议 √有异议", RESULTS, "有异议"), ("请选择：☑无异议 □有异议", RESULTS, "无异议"),
    ("□无异议 ☑有异议 （单选，请打“√”）", RESULTS, "有异议"), ("☑无异议 □有异议   （请在□内打√）", RESULTS, "无异议"), ("( )是 (√)否  (在括号内打√)", ANSWERS, "否"),
    ("是：√ 否：", ANSWERS, "是"), ("是： 否：√", ANSWERS, "否"), ("无异议：√  有异议：", RESULTS, "无异议"), ("是:☑ 否:☐", ANSWERS, "是"),
]  # fmt: skip
RINGS = [
    (ringed("□") + "是 □否", ANSWERS, "是"), ("□是 " + ringed("□") + "否", ANSWERS, "否"),
    (ringed("是") + "   否", ANSWERS, "是"), ("是   " + ringed("否"), ANSWERS, "否"), ("□" + ringed("是") + "  □否", ANSWERS, "是"),
    (ringed("□是 □否"), ANSWERS, OPEN), (f"☑小学 ☐{STRUCK}", KINDS, "小学"), ("√是 ×否", ANSWERS, "是"),
]  # fmt: skip
UNTOUCHED = [
    ("☐小学 ☐初中 ☐其他", KINDS, OPEN), ("□是 口否", ANSWERS, OPEN), ("囗是 囗否", ANSWERS, OPEN), ("□小学 □初中（限选1项）", KINDS, OPEN),
    ("□是 □否（请选1至2项）", ANSWERS, OPEN), ("口是 口否", ANSWERS, OPEN), ("（在相应选项上打√）□无异议 □有异议", RESULTS, OPEN), ("（ ）是（ ）否", ANSWERS, OPEN),
    ("□无异议 □有异议 （单选，请打“√”）", RESULTS, OPEN), ("☐ 无异议   ☐ 有异议   （请勾选）", RESULTS, OPEN), ("□是 □否  （请在相应方框内划√）", ANSWERS, OPEN),
]  # fmt: skip
NOBODY_KNOWS = [
    ("□是 ×否", ANSWERS), ("✘无异议 □有异议", RESULTS), ("●小学 ●初中 ●其他", KINDS), ("■小学 ■初中 ☑其他", KINDS), ("☑是 ☒否", ANSWERS),
    ("□小学√□初中□其他", KINDS), ("小学  √  初中", KINDS), ("★是 ☆否", ANSWERS), ("\ufffd是 \ufffd否", ANSWERS), ("☑没有 □有", ANSWERS),
    (f"{STRUCK}  否", ANSWERS), (f"是/{STRUCK}", ANSWERS), (f"☑{STRUCK} ☐初中", KINDS), (f"□是 □否{INK}", ANSWERS), (f"□是 □否 {INK}", ANSWERS),
    (f"☑是 □否 {INK}", ANSWERS), ("是̶  否", ANSWERS), ("□小学 □初中 □其他：特教", KINDS), ("☑小学 ☑初中", KINDS), ("□是 □否 见附件", ANSWERS),
    ("☑是 " + ringed("否"), ANSWERS), ("☑其它 □小学", KINDS), ("(×)是 ( )否", ANSWERS),
    ("□无异议 □有异议（无异议）", RESULTS), ("□无异议 □有异议 无异议", RESULTS), ("无异议  □无异议 □有异议", RESULTS), ("□是 □否：是", ANSWERS),
    ("□小学 □初中 □其他（选B）", KINDS), ("□小学 □初中 □其他 选择②", KINDS), ("□小学 □初中 选：2", KINDS), ("□小学 □初中（选A、B）", KINDS),
    ("🔳无异议 🔲有异议", RESULTS), ("□无异议 ○有异议", RESULTS), ("◇是 □否", ANSWERS), ("◯是 ☐否", ANSWERS),
    ("☐无异议 ☐有异议 ☑", RESULTS), ("☑ ☐是 ☐否", ANSWERS), ("□小学 √ □初中 □其他", KINDS), ("□小学 □初中 √ □其他", KINDS),
    ("小学□ √ 初中□ 其他□", KINDS),
    ("无异议  □有异议", RESULTS), ("□无异议  有异议", RESULTS), ("小学 □初中 □其他", KINDS), ("1无异议 2有异议   √1", RESULTS),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "options", "chosen"), [*UNLIKE_MARKS, *PLACES, *RINGS, *UNTOUCHED]
)
def test_a_choice_is_read_from_whatever_mark_was_made(
    text: str, options: tuple[str, ...], chosen: str
) -> None:
    """The option with the tick, with the mark that is unlike the others', or with the ring."""
    found = choose(text, options, several=False)

    assert is_marked(text, options)
    assert (found.sure, found.options) == (True, (chosen,) if chosen else ())


@pytest.mark.parametrize(("text", "options"), NOBODY_KNOWS)
def test_what_contradicts_itself_is_for_a_person(text: str, options: tuple[str, ...]) -> None:
    """Never blank, never the neighbour."""
    assert is_marked(text, options)
    assert not choose(text, options, several=False).sure


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("□小学\nv初中\nv其他", ("初中", "其他")),
        ("__小学\n_√_初中\n_√_其他", ("初中", "其他")),
        ("小学\n√初中\n√其他", ("初中", "其他")),
        ("☑小学 ☑初中 ☑其他", ("小学", "初中", "其他")),
    ],
)
def test_several_options_may_be_chosen(text: str, chosen: tuple[str, ...]) -> None:
    """All that are marked alike."""
    assert choose(text, ("小学", "初中", "其他"), several=True).options == chosen


@pytest.mark.parametrize(
    ("text", "knowledge"),
    [("小学 初中 其他", Knowledge.UNKNOWN), ("小学、初中、其他", Knowledge.KNOWN), (INK, Knowledge.UNKNOWN),
     (STRUCK, Knowledge.UNKNOWN), ("", Knowledge.BLANK), ("不含小学", Knowledge.UNKNOWN), ("中小学", Knowledge.UNKNOWN),
     ("非小学", Knowledge.UNKNOWN), ("是小学", Knowledge.KNOWN), ("公办小学", Knowledge.KNOWN), (f"{INK}初中", Knowledge.UNKNOWN)],
)  # fmt: skip
def test_a_list_without_marks_says_little(text: str, knowledge: Knowledge) -> None:
    """The whole list as it was printed names no choice; a drawing in the place is one nobody reads."""
    field = Field("学段", FieldType.CHOICES, ("小学", "初中", "其他"))

    assert read_cell(field, text, Provenance()).knowledge is knowledge


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("☑\ufe0e小学 ☐\ufe0e初中", "小学"),  # a phone's variant of the same sign
        ("小学\u20e0  √初中", "初中"),  # behind a sign of prohibition
        ("☑小学 □初中\n☑小学 □初中", "小学"),  # the list copied twice
        ("□小学 ☑初中 □小学", "初中"),
        ("小学\u20e0 初中 其他", None),
        ("☑小学 □初中\n□小学 ☑初中", None),  # the copies contradict each other
        ("→小学 □初中 其他", None),  # one of the others has a box, one has none
        ("小学√  √初中", None),
        ("小学√ √ √初中", None),
    ],
)
def test_odd_ways_to_write_a_list(text: str, chosen: str | None) -> None:
    """Read where they say one thing."""
    found = choose(text, ("小学", "初中", "其他"), several=False)
    assert (found.options, found.sure) == (((chosen,), True) if chosen else ((), False))


def test_ticks_on_both_inner_sides_are_each_its_options() -> None:
    """Each touches one; a third between them is nobody's."""
    assert choose("小学√  √初中", ("小学", "初中"), several=True).options == ("小学", "初中")
    assert not choose("小学√ √ √初中", ("小学", "初中"), several=True).sure


@pytest.mark.parametrize(
    "text", ["□小学  □/初中", "□/小学 □初中", "□小学 □／初中", "○小学  ○\\初中"]
)
def test_a_stroke_behind_one_of_the_boxes_may_be_a_tick(text: str) -> None:
    """Nobody says then that nothing was chosen."""
    assert not choose(text, ("小学", "初中"), several=False).sure


@pytest.mark.parametrize("text", ["□小学/□初中", "□小学 / □初中", "小学□/初中□", "□/小学 □/初中"])
def test_strokes_that_part_the_options_choose_none(text: str) -> None:
    """Nor does one behind every box."""
    assert choose(text, ("小学", "初中"), several=False) == Choice()
