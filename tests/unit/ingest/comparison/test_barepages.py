"""Pages that only a seal ties to their form: another's is named, a doubtful one is for people."""

from __future__ import annotations

import pytest

from ingest.comparison.barepages import is_bare
from ingest.comparison.likeness import describe
from ingest.comparison.pairing import Comparison, Likeness, compare
from ingest.comparison.printed import Print
from ingest.reading import Document, ScanLine, Seal
from rules.call import Call, Rendition, Role
from rules.facts import Fact, Value

FILLED: dict[str, Value] = {
    "单位名称": "胡杨河市第三小学", "师市": "第七师胡杨河市", "联系人": "罗娜", "联系电话": "139-2811-2339",
    "电子邮箱": "jzwkr70@example.cn", "职能部门": "信息中心", "公示开始": "2024-08-07",
    "保障措施": "将建设任务列入年度重点工作，经费纳入预算并专款专用",
}  # fmt: skip
FIRST = """学校名称|胡杨河市第三小学
所属师市|第七师胡杨河市|电子邮箱|jzwkr70@example.cn
联系人|罗娜|联系电话|139-2811-2339
教育信息化工作职能部门|信息中心"""
LAST = "学校意见|我单位承诺：所填内容真实、完整。\n负责人（签字）：|（盖章）|2024年8月29日"
BUREAU = "第七师胡杨河市教育局"


def lines(page: int, text: str) -> list[ScanLine]:
    """Rows on lines, pieces divided by bars."""
    return [
        ScanLine(
            page=page, row=row, text=piece, confidence=0.99,
            box=(20 + 45 * column, 8 * row, 60 + 45 * column, 8 * row + 4),
        )
        for row, line in enumerate(text.splitlines(), 1)
        for column, piece in enumerate(line.split("|"))
    ]  # fmt: skip


def seal(page: int, writing: str) -> Seal:
    """One whose ring says so."""
    return Seal(
        page=page, bbox=(120, 200, 42, 42), diameter_mm=42, shape="circle", confidence=0.9,
        writing=writing,
    )  # fmt: skip


def compared(
    call: Call, *on_last: str, on_first: str = "", last: str = LAST, name: str = ""
) -> Comparison:
    """A scan whose last page is bare but for such seals, put to the Word file."""
    filled = FILLED | ({"单位名称": name} if name else {})
    word = Document(
        part="1", name="a.docx", sha256="1", form="附件2", role=Role.APPLICATION, track="示范校",
        rendition=Rendition.EDITABLE, fields={each: Fact.known(v) for each, v in filled.items()},
    )  # fmt: skip
    first = FIRST.replace(str(FILLED["单位名称"]), str(filled["单位名称"]))
    seals = [*([seal(1, on_first)] if on_first else []), *(seal(2, each) for each in on_last)]
    return compare(word, Print([*lines(1, first), *lines(2, last)], seals, [2]), call)


@pytest.mark.parametrize(
    "writings",
    [
        ("胡杨河市第三小学",),
        ("第七师胡杨河市第三小学", BUREAU),
        ("第七师胡杨河布教育局", "胡杨河市第三小学"),
    ],
)
def test_the_applicants_seal_leaves_nothing_to_say(call: Call, writings: tuple[str, ...]) -> None:
    """With the division's name before it or not, the bureau's beside it."""
    found = compared(call, *writings)

    assert (found.outcome, found.passages, found.remarks) == (Likeness.SAME, (), ())


@pytest.mark.parametrize(
    "writing",
    ["胡杨河市第二小学", "第七师胡杨河市第十三小学", "胡杨河市绿洲中学", "白桦职业技术学校"],
)
def test_anothers_seal_on_the_last_page_is_named(call: Call, writing: str) -> None:
    """Its page says the same on everybody's form."""
    found = compared(call, BUREAU, writing)

    assert found.outcome is Likeness.UNSURE
    assert [(e.field, e.scan) for e in found.passages] == [("第2页的印章", writing)]


@pytest.mark.parametrize(
    ("own", "writing"),
    [("胡杨河市第三小学", "胡杨河市第小学"), ("胡杨河市金穗小学", "胡杨河市金惠小学")],
)
def test_a_ring_that_may_be_misread_is_shown_to_people(call: Call, own: str, writing: str) -> None:
    """Rings lose a character, or have one read for another."""
    found = compared(call, writing, name=own)

    assert (found.outcome, found.passages) == (Likeness.SAME, ())
    assert f"“{writing}”" in found.remarks[0]
    assert found.remarks[0] in describe(found)


@pytest.mark.parametrize("writings", [(), ("",), (BUREAU,), ("小学",)])
def test_a_page_that_nothing_names_is_shown_to_people(
    call: Call, writings: tuple[str, ...]
) -> None:
    """Grey scans, blurred rings, the bureau's seal alone."""
    found = compared(call, *writings)

    assert (found.outcome, found.passages) == (Likeness.SAME, ())
    assert "第2页" in found.remarks[0]


def test_a_seal_like_the_one_on_the_cover_is_the_applicants(call: Call) -> None:
    """Whatever it calls itself: units have other names on their seals."""
    found = compared(call, "兵团红柳实验学校", on_first="兵团红柳实验学校")

    assert (found.outcome, found.remarks) == (Likeness.SAME, ())


@pytest.mark.parametrize(
    "more", ["联系人：|罗娜|139-2811-2339", "将建设任务列入年度重点工作"], ids=["value", "text"]
)
def test_a_page_that_shows_a_value_is_told_by_it(call: Call, more: str) -> None:
    """Then the values are compared, whatever its seal says."""
    found = compared(call, "白桦职业技术学校", last=f"{LAST}\n{more}")

    assert (found.passages, found.remarks) == ((), ())


def test_an_applicant_of_no_known_division_may_have_any_bureaus_seal(call: Call) -> None:
    """Nobody can say which is its own."""
    found = compared(call, "第三师图木舒克市教育局", name="甲乙小学")

    assert (found.outcome, found.passages) == (Likeness.SAME, ())


def test_without_an_applicant_or_a_page_that_tells_nothing_is_said(call: Call) -> None:
    """There is nobody to whom the seal could not belong."""
    word = Document(
        part="1", name="a.docx", sha256="1", form="附件2", role=Role.APPLICATION, track="示范校",
        rendition=Rendition.EDITABLE, fields={"联系人": Fact.known("罗娜")},
    )  # fmt: skip
    page = Print(lines(2, LAST), [seal(2, "白桦职业技术学校")], [2])

    assert compare(word, page, call).remarks == ()


def test_a_title_or_labels_make_a_page_the_forms_own(call: Call) -> None:
    """A declaration has neither."""
    form = call.form("附件2")
    pages = (LAST, FIRST, f"{LAST}\n兵团智慧教育示范校申报书")

    assert [is_bare(Print(lines(1, text)), form, call) for text in pages] == [True, False, False]
