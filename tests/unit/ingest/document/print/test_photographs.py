"""Photographs of the sheets of one form are one document; other pictures stay what they are."""

from __future__ import annotations

from collections.abc import Callable

from ingest.document.print.photographs import joined
from ingest.reading import Document, ScanLine, Seal, SealOutcome, SealReading
from rules.call import Call, Role

Make = Callable[..., Document]
CLEAN = SealReading(outcome=SealOutcome.NOT_STAMPED)
MARK = Seal(page=1, bbox=(1, 1, 40, 40), diameter_mm=40, shape="circle", confidence=0.9)
STAMPED = SealReading(outcome=SealOutcome.STAMPED, seals=(MARK,))
FAINT = SealReading(outcome=SealOutcome.UNCERTAIN, reason="很淡")
COVER = ("兵团智慧教育示范校申报书", "学校名称：甲团中学")
END = ("学校意见", "（盖章）")


def picture(scan: Make, name: str, *texts: str, seal: SealReading = CLEAN) -> Document:
    """One photograph with these rows of print, the first in tall letters."""
    lines = tuple(
        ScanLine(
            page=1,
            row=row,
            text=text,
            confidence=0.99,
            box=(10, 20 * row, 150, 20 * row + (8 if row == 1 else 4)),
        )
        for row, text in enumerate(texts, 1)
    )
    more = {
        "part": name,
        "name": name,
        "lines": lines,
        "pages_read": (1,),
        "read_whole": True,
        "pages": 1,
    }
    return scan(role=None).model_copy(update={**more, "seal": seal, "track": ""})


def table(call: Call, form: str = "附件2") -> list[str]:
    """The labels of a form with a value each."""
    return [f"{field.labels[0]}：甲" for field in call.form(form).fields]


def put_together(call: Call, *documents: Document) -> tuple[Document, ...]:
    """All of them are pictures."""
    return joined(documents, frozenset(each.part for each in documents), call, {})


def test_three_pictures_of_one_form_are_one_document(call: Call, scan: Make) -> None:
    """In the order of their numbers, whatever the order of the mail."""
    last = picture(scan, "IMG_10.jpg", *END, seal=STAMPED)
    first, second = picture(scan, "IMG_8.jpg", *COVER), picture(scan, "IMG_9.jpg", *table(call))

    (form,) = put_together(call, last, first, second)

    assert (form.part, form.more_parts) == ("IMG_8.jpg", ("IMG_9.jpg", "IMG_10.jpg"))
    assert (form.form, form.role, form.pages) == ("附件2", Role.APPLICATION, 3)
    assert form.pages_read == (1, 2, 3)
    assert {line.page for line in form.lines} == {1, 2, 3}
    assert form.seal is not None
    assert (form.seal.outcome, form.seal.seals[0].page) == (SealOutcome.STAMPED, 3)
    assert form.note == "3张图片合为一份"


def test_the_units_opinion_is_the_forms_end_and_no_new_cover(call: Call, scan: Make) -> None:
    """申报单位意见 holds the words of a label and is none: the sheet with the seal was left out."""
    pictures = (
        picture(scan, "1.jpg", "兵团智慧教育示范区申报书", "申报单位：甲教育局"),
        picture(scan, "2.jpg", *table(call, "附件1")),
        picture(scan, "3.jpg", "申报单位意见", "负责人（签字）", seal=STAMPED),
    )

    (form,) = put_together(call, *pictures)

    assert (form.form, form.more_parts) == ("附件1", ("2.jpg", "3.jpg"))


def test_two_forms_in_pictures_are_two(call: Call, scan: Make) -> None:
    """The stamp on the table says nothing of the form."""
    heads = [f"{field.labels[0]}" for field in call.form("附件4").columns]
    pictures = (
        picture(scan, "1.jpg", *COVER),
        picture(scan, "2.jpg", *table(call), seal=FAINT),
        picture(scan, "3.jpg", "兵团智慧教育示范校申报汇总表", *heads, seal=STAMPED),
    )

    form, summary = put_together(call, *pictures)

    assert (form.more_parts, summary.more_parts) == (("2.jpg",), ())
    assert form.seal is not None
    assert (form.seal.outcome, form.seal.reason) == (SealOutcome.UNCERTAIN, "很淡")
    assert summary == pictures[2]


def test_a_picture_that_shows_nothing_of_the_form_stays_by_itself(call: Call, scan: Make) -> None:
    """Nor is a file that is no picture ever touched."""
    cover, scenery = picture(scan, "封面.jpg", *COVER), picture(scan, "校园.jpg", "欢迎")
    body, pdf = picture(scan, "内页.jpg", *table(call)), scan("乙团小学")

    found = joined(
        [cover, scenery, body, pdf], frozenset(["封面.jpg", "校园.jpg", "内页.jpg"]), call, {}
    )

    assert [each.part for each in found] == ["封面.jpg", "校园.jpg", pdf.part]
    assert found[0].more_parts == ("内页.jpg",)
    assert found[0].seal is not None
    assert found[0].seal.outcome is SealOutcome.NOT_STAMPED
