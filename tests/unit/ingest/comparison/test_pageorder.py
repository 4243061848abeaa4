"""Pages that are missing or in the wrong order, told by the Word file's outline and by printed
numbers.
"""

from __future__ import annotations

import pytest

from ingest.comparison.pageorder import PageOrder, page_order, printed_number
from ingest.comparison.printed import Print
from ingest.reading import Document, ScanLine
from rules.call import Call, Rendition, Role

OUTLINE = (
    ("兵团智慧教育示范校申报书", "学校名称（盖章）：甲团中学", "填报日期：2024年8月20日"),
    ("申报学校", "所属师市", "电子邮箱", "学校类型", "教师人数", "学生人数", "核心维度（应用场景）", "建设思路与目标",
     "公示开始日期", "公示结束日期", "师市教育局审核意见"),
)  # fmt: skip
COVER = ["兵团智慧教育示范校申报书", "学校名称（盖章）：甲团中学", "填报日期：2024年8月20日"]
TABLE = ["申报学校", "所属师市", "电子邮箱", "学校类型", "教师人数", "学生人数"]
TAIL = [
    "核心维度（应用场景）",
    "建设思路与目标",
    "公示开始日期",
    "公示结束日期",
    "师市教育局审核意见",
]


def word() -> Document:
    """The Word file."""
    return Document(
        part="1", name="a.docx", sha256="1", form="附件2", role=Role.APPLICATION, track="示范校",
        rendition=Rendition.EDITABLE, recognised_by="title", outline=OUTLINE,
    )  # fmt: skip


def scan(*pages: list[str], whole: bool = True, confidence: float = 0.98) -> Document:
    """A scan of these pages."""
    lines = [
        ScanLine(
            page=page,
            row=row,
            text=text,
            confidence=confidence,
            box=(20, 8 * row, 80, 8 * row + 4),
        )
        for page, texts in enumerate(pages, 1)
        for row, text in enumerate(texts, 1)
    ]
    return Document(
        part="2", name="s.pdf", sha256="2", form="附件2", role=None, track="", rendition=Rendition.STAMPED_SCAN,
        lines=tuple(lines), pages_read=tuple(range(1, len(pages) + 1)), read_whole=whole,
    )  # fmt: skip


def order_of(word: Document, scan: Document, call: Call) -> PageOrder:
    """What is said of a Word file and a scan."""
    return page_order(word, scan, Print(scan.lines), call)


def test_a_page_that_was_scanned_twice_is_named(call: Call) -> None:
    """With a character read otherwise; short pages are not compared."""
    said = [
        f"{text}：第八师石河子市晨光小学填写的内容{number}" for number, text in enumerate(TABLE)
    ]
    again = [said[0].replace("晨光", "晨先"), *said[1:]]
    order = order_of(word(), scan(COVER, said, again, TAIL), call)

    assert (order.ordered, order.reason) == (False, "第3页与第2页相同")
    assert order_of(word(), scan(COVER, TABLE, TABLE, TAIL), call).reason == ""


def test_all_pages_in_their_order(call: Call) -> None:
    """Nothing to say."""
    order = order_of(word(), scan(COVER, TABLE, TAIL), call)
    assert (order.complete, order.ordered, order.reason) == (True, True, "")


@pytest.mark.parametrize(
    ("pages", "seen"),
    [
        ((COVER, TAIL), "没有看到“申报学校”至“学生人数”的部分"),
        ((COVER, TABLE), "没有看到“核心维度（应用场景）”至“师市教育局审核意见”的部分"),
        ((TABLE, TAIL), "没有看到“兵团智慧教育示范校申报书”至“填报日期：2024年8月20日”的部分"),
    ],
    ids=["middle", "end", "cover"],
)
def test_a_missing_page_is_named_by_what_stands_on_it(
    call: Call,
    pages: tuple[list[str], ...],
    seen: str,
) -> None:
    """Staff know where to look."""
    order = order_of(word(), scan(*pages), call)
    assert (order.complete, order.reason) == (False, seen)


def test_a_cover_whose_last_lines_stand_elsewhere_too_is_missed_by_its_title(call: Call) -> None:
    """The unit's name and the date of a cover come again in the form; the title does not."""
    outline = (
        ("兵团智慧教育示范校申报书", "学校名称（盖章）：甲团中学", "填报日期：2024年8月20日"),
        *OUTLINE[1:],
    )
    again = [*TAIL, "学校名称（盖章）：甲团中学", "填报日期：2024年8月20日"]
    cover = word().model_copy(update={"outline": outline})
    # one line of three is not enough
    assert order_of(cover, scan(TABLE, again), call).complete is True

    half = word().model_copy(
        update={"outline": ((*outline[0][:1], "二〇二四年兵团首批", *outline[0][1:]), *OUTLINE[1:])}
    )
    order = order_of(half, scan(TABLE, again), call)

    assert (order.complete, order.reason) == (False, "没有看到有标题的一页")
    assert order_of(half, scan(COVER, TABLE, again), call).complete is True


def test_a_scan_that_was_not_read_to_its_end_lacks_nothing(call: Call) -> None:
    """Not read is not missing."""
    assert order_of(word(), scan(COVER, TABLE, whole=False), call).complete is None


def test_a_text_that_could_not_be_read_is_no_missing_page(call: Call) -> None:
    """Two texts under a seal."""
    spoilt = [text for text in TABLE if text not in ("电子邮箱", "学校类型")]
    assert order_of(word(), scan(COVER, spoilt, TAIL), call).complete is True


def test_an_illegible_scan_says_nothing_of_its_pages(call: Call) -> None:
    """Uncertain is never no."""
    order = order_of(word(), scan(TAIL, COVER, confidence=0.6), call)
    assert (order.complete, order.ordered) == (None, None)


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ((COVER, TAIL, TABLE), "第3页的内容应在第2页之前"),
        ((TABLE, COVER, TAIL), "有标题的一页是第2页"),
    ],
)
def test_pages_in_the_wrong_order_are_named(
    call: Call,
    pages: tuple[list[str], ...],
    reason: str,
) -> None:
    """By the order of the Word file, and by the title."""
    order = order_of(word(), scan(*pages), call)
    assert (order.complete, order.ordered, order.reason) == (True, False, reason)


def test_printed_numbers_tell_the_order_and_the_gap(call: Call) -> None:
    """第 3 页 before 第 2 页; page 2 of 3 is not there."""
    first, second, third = (
        [*page, f"第 {n} 页 共 3 页"] for n, page in enumerate((COVER, TABLE, TAIL), 1)
    )
    assert (
        order_of(word(), scan(first, third, second), call).reason == "印有第2页的一页排在第3页之后"
    )
    order = order_of(word(), scan(first, third), call)
    assert (order.complete, order.reason) == (False, "没有印着第2页的一页")


@pytest.mark.parametrize("number", ["- {} -", "{}/3", "第{}页(共3页)"])
def test_page_numbers_are_known_in_their_usual_forms(call: Call, number: str) -> None:
    """At the foot of the page."""
    pages = [[*page, number.format(n)] for n, page in ((2, TABLE), (1, COVER))]
    assert order_of(word(), scan(*pages), call).reason.endswith("印有第1页的一页排在第2页之后")


def test_a_cover_without_a_number_lacks_nothing(call: Call) -> None:
    """Covers often bear none."""
    order = order_of(word(), scan(COVER, [*TABLE, "- 1 -"], [*TAIL, "- 2 -"]), call)
    assert (order.complete, order.ordered) == (True, True)


def test_without_an_outline_nothing_can_be_missing(call: Call) -> None:
    """Readings of before."""
    bare = word().model_copy(update={"outline": ()})
    assert order_of(bare, scan(COVER, TABLE), call).complete is None


def test_texts_that_tell_no_page_are_not_missed(call: Call) -> None:
    """Too short, or standing in the Word file twice."""
    more = ("签字", "日期", "负责人签字并盖章", "专家组负责人签字并盖章")
    longer = word().model_copy(update={"outline": (*OUTLINE, more)})
    order = order_of(longer, scan(COVER, TABLE, TAIL), call)
    assert (order.complete, order.ordered, order.reason) == (True, True, "")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("第3页 共9页", 3), ("- 12 -", 12), ("4/9", 4), ("２ ／ ９", 2), ("第3页的内容见附件", None),
        ("2024", None), ("甲", None),
    ],
)  # fmt: skip
def test_a_page_number_is_read_at_the_edge_of_a_page(text: str, number: int | None) -> None:
    """Alone on its row."""
    assert printed_number(scan([*TABLE, text]).lines) == number
    assert printed_number(scan([*TABLE, text, *TABLE]).lines) is None
