"""The text layer of a scan: may show that it is a Word file's, never that it is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.comparison.textlayer import settled_by_layer
from ingest.document.content import Content, Line
from ingest.document.paged.textlayer import layer_lines
from ingest.document.print.scantask import ScanText, with_print
from ingest.reading import (
    Document,
    Envelope,
    Reading,
    Screening,
    ScreeningKind,
    Seal,
    SealOutcome,
    SealReading,
)
from ingest.sandbox.mail import scans_to_read, with_layers_settled
from rules.call import Call

TEXT = (
    "学校名称\t甲团中学",
    "联系人\t王一\t联系电话\t13912345678",
    "电子邮箱\tjia@example.cn",
    "职能部门\t信息中心",
)


@pytest.fixture
def filled(word: Callable[..., Document]) -> Document:
    """The Word file."""
    form = word(
        "甲团中学",
        联系人="王一",
        联系电话="13912345678",
        电子邮箱="jia@example.cn",
        职能部门="信息中心",
    )
    return form.model_copy(update={"form": "附件2"})


def layered(scan: Document, *texts: str) -> Document:
    """``scan`` with a text layer: a text for each page, a line for each row."""
    rows = (
        Line(row, f"第{page}页 第{number}行")
        for page, text in enumerate(texts, 1)
        for number, row in enumerate(text.split("\n"), 1)
    )
    return scan.model_copy(update={"lines": layer_lines(Content(tuple(rows)))})


def reading(*documents: Document) -> Reading:
    """A mail with these."""
    person = Screening(kind=ScreeningKind.PERSON, reply=True, reason="")
    return Reading(
        envelope=Envelope(message_id="<1@x>"),
        screening=person,
        text="",
        documents=documents,
    )


def test_a_layer_with_every_value_spares_the_reading(
    call: Call, filled: Document, scan: Callable[..., Document]
) -> None:
    """Page and pieces come from it."""
    settled = settled_by_layer(layered(scan(), *TEXT), [filled], call)
    assert settled.pages_read == (1, 2, 3, 4)
    assert [line.text for line in settled.lines][:2] == ["学校名称", "甲团中学"]


@pytest.mark.parametrize(
    ("old", "new"), [("13912345678", "13912345679"), ("王一", "玉-"), ("甲团中学", "乙团中学")]
)
def test_a_layer_that_lacks_a_value_is_dropped(
    call: Call, filled: Document, scan: Callable[..., Document], old: str, new: str
) -> None:
    """Then the picture is read."""
    texts = [text.replace(old, new) for text in TEXT]
    settled = settled_by_layer(layered(scan(), *texts), [filled], call)
    assert (settled.lines, settled.pages_read) == ((), ())


def test_of_a_settled_scan_only_the_seals_are_read(
    call: Call,
    filled: Document,
    scan: Callable[..., Document],
) -> None:
    """And what was known of its text stays."""
    seal = Seal(page=1, bbox=(1, 1, 40, 40), diameter_mm=40, shape="circle", confidence=0.9)
    text = ("兵团智慧教育示范校申报书\n学校名称\t甲团中学", *TEXT[1:])
    stamped = SealReading(outcome=SealOutcome.STAMPED, seals=(seal,))
    sealed = layered(scan(), *text).model_copy(update={"seal": stamped, "sha256": "7", "pages": 4})
    bare = layered(scan(), *text).model_copy(update={"seal": None, "sha256": "8", "pages": 4})
    settled = with_layers_settled(reading(filled, sealed, bare), call)
    tasks = scans_to_read(settled)
    assert [(task.sha256, task.seals_only) for task in tasks] == [("7", True)]
    (read,) = with_print(settled.documents[1], ScanText(sha256="7", writings=("甲团中学",)), call)
    assert (read.pages_read, read.seal.seals[0].writing if read.seal else "") == (
        (1, 2, 3, 4),
        "甲团中学",
    )


@pytest.mark.parametrize(
    "added", [("兵团智慧教育示范校申报汇总表",), ()], ids=["another form", "a page without text"]
)
def test_a_layer_that_does_not_show_one_form_on_every_page_is_dropped(
    call: Call, filled: Document, scan: Callable[..., Document], added: tuple[str, ...]
) -> None:
    """The seal may stand on what the layer does not speak of."""
    text = ("兵团智慧教育示范校申报书\n学校名称\t甲团中学", *TEXT[1:], *added)
    layer = layered(scan(), *text).model_copy(update={"pages": 5})

    settled = with_layers_settled(reading(filled, layer), call)

    assert (settled.documents[1].lines, settled.documents[1].pages_read) == ((), ())


def test_lines_without_a_page_are_no_layer() -> None:
    """A Word file's paragraphs."""
    assert layer_lines(Content((Line("文字", "第3段"),))) == ()
