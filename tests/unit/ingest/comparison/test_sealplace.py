"""Where a form asks for a seal, and where one was seen."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from ingest.comparison.sealplace import by_writing, with_place, with_red_print
from ingest.document.print.scantask import ScanText, with_print
from ingest.reading import Document, ScanLine, Seal, SealOutcome, SealReading
from rules.call import Call


def stamped(*pages: int, outcome: SealOutcome = SealOutcome.STAMPED) -> SealReading:
    marks = tuple(
        Seal(
            page=page,
            bbox=(1, 1, 40, 40),
            diameter_mm=40,
            shape="circle",
            confidence=0.9,
        )
        for page in pages
    )
    return SealReading(outcome=outcome, seals=marks, reason="有清晰的红色印章")


def line(page: int, text: str, confidence: float = 0.95) -> ScanLine:
    return ScanLine(page=page, row=1, text=text, confidence=confidence)


@pytest.mark.parametrize(
    "text",
    [
        "（盖章）",
        "填报单位（盖章）： 某某局",
        "单位 盖章：",
        "（单位公章）",
        "请在此加盖公章",
        "盖章处",
    ],
)
def test_a_seal_on_another_page_than_the_one_that_asks_for_it_is_remarked_on(text: str) -> None:
    """The outcome stays: a seal is a seal."""
    found = with_place(stamped(3), [line(1, text), line(3, "附件")])

    assert found.outcome is SealOutcome.STAMPED
    assert found.reason == "有清晰的红色印章; 印章在第3页, 表上写明盖章的是第1页"


@pytest.mark.parametrize(
    ("seal", "lines"),
    [
        (stamped(3), [line(3, "（盖章）")]),
        (stamped(1, 3), [line(3, "（盖章）"), line(4, "（盖章）")]),
        (stamped(1), [line(3, "（盖章）")]),
        (stamped(3), []),
        (stamped(3), [line(1, "（盖章）", confidence=0.5)]),
        (stamped(3), [line(1, "Word版与盖章扫描件一并发送。")]),
        (stamped(3, outcome=SealOutcome.UNCERTAIN), [line(1, "（盖章）")]),
        (stamped(), [line(1, "（盖章）")]),
    ],
)
def test_nothing_is_remarked_when_the_page_agrees_or_nothing_clear_was_read(
    seal: SealReading, lines: list[ScanLine]
) -> None:
    """Also not of a mark that is no certain seal, of instructions that mention stamping, of pages
    nobody looked at.
    """
    assert with_place(seal, lines) == seal


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("印章", "单位印章："),
        ("审核意见", "主管部门审核意见"),
        ("（章）", "填报单位（章）"),
        ("签 章", "（签章）"),
    ],
)
def test_a_form_may_ask_for_its_seal_in_words_of_its_own(label: str, text: str) -> None:
    """盖章处 in call.yaml; the usual words then ask for nothing."""
    found = with_place(stamped(3), [line(1, text), line(2, "（盖章）")], (label,))

    assert found.reason == "有清晰的红色印章; 印章在第3页, 表上写明盖章的是第1页"


@pytest.mark.parametrize("known", [True, False])
def test_a_scan_is_held_against_the_words_of_its_own_form(
    known: bool, call: Call, scan: Callable[..., Document]
) -> None:
    """Whether its form was known before it was read or is told by what was read."""
    form = next(form for form in call.forms if form.id == "附件2")
    own = dataclasses.replace(form, seal_labels=("审核意见",))
    call = dataclasses.replace(
        call,
        forms=tuple(own if each is form else each for each in call.forms),
    )
    document = scan().model_copy(
        update={"seal": stamped(2), "form": form.id if known else "", "applicant": "甲团中学"}
    )
    labels = [form.titles[0], *(field.labels[0] for field in form.fields)]
    printed = [
        ScanLine(
            page=1,
            row=row,
            text=text,
            confidence=0.95,
        )
        for row, text in enumerate(labels, 1)
    ]
    printed += [line(1, "师市教育局审核意见："), line(2, "（盖章）")]

    (read,) = with_print(document, ScanText(sha256="7", lines=tuple(printed), pages=(1, 2)), call)

    assert read.form == form.id
    assert read.seal is not None
    assert read.seal.reason == "有清晰的红色印章; 印章在第2页, 表上写明盖章的是第1页"


def test_a_seal_that_is_legible_only_in_a_mirror_is_uncertain() -> None:
    """It came through the paper; one that is legible beside it counts."""
    seal = stamped(2)
    mirrored = seal.model_copy(
        update={"seals": (seal.seals[0].model_copy(update={"mirrored": True}),)}
    )
    legible = seal.seals[0].model_copy(update={"writing": "甲团中学"})
    beside = mirrored.model_copy(update={"seals": (*mirrored.seals, legible)})

    found = by_writing(mirrored)

    assert found.outcome is SealOutcome.UNCERTAIN
    assert found.reason == "第2页印章的字是反的或者淡得读不出, 可能是从背面透过来、从对页沾上的"
    assert [by_writing(other) for other in (seal, beside)] == [seal, beside]


def test_red_print_where_the_seal_belongs_is_for_staff() -> None:
    """An office's mark without a frame; a seal that was seen stays one."""
    none = stamped(outcome=SealOutcome.NOT_STAMPED)
    found = with_red_print(none, [1, 3])

    assert found.outcome is SealOutcome.UNCERTAIN
    assert found.reason == "第1、3页写明盖章的地方有红字, 可能是不带边框的印章"
    assert with_red_print(none, []) == none
    assert with_red_print(stamped(1), [1]) == stamped(1)
