"""What was read is put to a document: one for each form in the file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.document.print.leaves import own_name
from ingest.document.print.scantask import PrintedForm, ScanText, with_print
from ingest.reading import Document, ScanLine, Seal, SealOutcome, SealReading, Signature, page_list
from rules.call import Call, Role
from rules.facts import Fact

CLEAN = SealReading(outcome=SealOutcome.NOT_STAMPED, reason="没有")
STAMPED = SealReading(outcome=SealOutcome.STAMPED, reason="有")


def line(page: int, text: str) -> ScanLine:
    """A piece of print by itself."""
    return ScanLine(page=page, row=1, text=text, confidence=0.99, box=(10, 10, 80, 16))


def seal(page: int, writing: str = "") -> Seal:
    """A mark with such writing."""
    return Seal(
        page=page, bbox=(50, 50, 40, 40), diameter_mm=40, shape="circle", confidence=0.9,
        writing=writing,
    )  # fmt: skip


def test_seals_found_on_the_last_page_stand_behind_the_first(
    scan: Callable[..., Document], call: Call
) -> None:
    """Where the page was called stamped; else what was seen stays as it was."""
    text = ScanText(sha256="0", writings=("甲",), bare=(3,), further=(seal(3, "乙"),))
    stamped = STAMPED.model_copy(update={"seals": (seal(1),)})
    found = with_print(scan().model_copy(update={"seal": stamped}), text, call)[0]
    clean = with_print(scan().model_copy(update={"seal": CLEAN}), text, call)[0]

    assert found.bare_pages == (3,)
    assert found.seal
    assert [each.writing for each in found.seal.seals] == ["甲", "乙"]
    assert clean.seal
    assert clean.seal.seals == ()


@pytest.fixture
def pile() -> ScanText:
    """A form of two pages without a seal and the stamped table behind it."""
    return ScanText(
        sha256="0",
        lines=(line(1, "申报书"), line(2, "栏目"), line(3, "汇总表")),
        pages=(1, 2, 3),
        forms=(
            PrintedForm(form="附件2", pages=(1, 2), seal=CLEAN, title_png="AA=="),
            PrintedForm(form="附件4", pages=(3,), seal=STAMPED),
        ),
    )


def test_each_form_is_its_own_document(
    call: Call, scan: Callable[..., Document], pile: ScanText
) -> None:
    """With its pages, its print, its seal; the file's name speaks of the one form it fits."""
    signed = scan("甲团中学").model_copy(
        update={"form": "附件2", "signatures": (Signature(field="s", page=3), Signature(field="t"))}
    )

    form, table = with_print(signed, pile, call)

    assert (form.form, form.role, form.own_pages, form.pages) == (
        "附件2",
        Role.APPLICATION,
        (1, 2),
        2,
    )
    assert (table.form, table.role, table.own_pages, table.pages) == (
        "附件4",
        Role.SUMMARY,
        (3,),
        1,
    )
    assert [each.page for each in form.lines] == [1, 2]
    assert [form.seal and form.seal.outcome, table.seal and table.seal.outcome] == [
        SealOutcome.NOT_STAMPED,
        SealOutcome.STAMPED,
    ]
    assert (form.applicant, table.applicant) == ("甲团中学", "")
    assert [[s.field for s in each.signatures] for each in (form, table)] == [["t"], ["s", "t"]]
    assert (form.note, form.read_whole, table.title_png) == ("同一文件的第1-2页", True, "")


def test_a_name_that_two_forms_could_bear_is_neithers(
    call: Call, scan: Callable[..., Document], pile: ScanText
) -> None:
    """Of a stack the file's name says nothing."""
    both = tuple(form.model_copy(update={"form": "附件2"}) for form in pile.forms)
    named = scan("甲团中学").model_copy(update={"form": "附件2"})

    found = with_print(named, pile.model_copy(update={"forms": both}), call)

    assert [each.applicant for each in found] == ["", ""]


def test_a_stamp_on_what_may_be_no_paper_is_uncertain(
    call: Call, scan: Callable[..., Document], pile: ScanText
) -> None:
    """As it is in a file with one form."""
    unsure = scan().model_copy(update={"is_scan": Fact.unknown()})

    _, table = with_print(unsure, pile, call)

    assert table.seal is not None
    assert table.seal.outcome is SealOutcome.UNCERTAIN


def test_pages_nobody_looked_at_may_be_what_seems_to_be_missing(
    call: Call, scan: Callable[..., Document]
) -> None:
    """They are a scan that nobody can assign: then staff look, and nothing is asked for."""
    seen, rest = with_print(scan(), ScanText(sha256="0", pages=(1,), unseen=(2, 3)), call)

    assert (seen.own_pages, rest.own_pages, rest.role) == ((), (2, 3), None)
    assert rest.note == "第2-3页没有逐页查看, 可能还有别的表"


def test_pages_nobody_can_assign_are_a_loose_scan(
    call: Call, scan: Callable[..., Document], pile: ScanText
) -> None:
    """Never the form's."""
    loose = PrintedForm(form="", pages=(1,), seal=CLEAN)

    found = with_print(scan(), pile.model_copy(update={"forms": (loose, pile.forms[1])}), call)

    assert [each.role for each in found] == [None, Role.SUMMARY]


@pytest.mark.parametrize(
    ("pages", "said"), [((1,), "1"), ((1, 2, 3), "1-3"), ((1, 3, 4), "1、3-4"), ((), "")]
)
def test_pages_are_listed_in_runs(pages: tuple[int, ...], said: str) -> None:
    """As people write them."""
    assert page_list(pages) == said


@pytest.mark.parametrize("read", ["晨曦小学", "盖章晨曦小学", "（盖章）晨曦小学", "章）：晨曦小学"])
def test_the_bracket_that_asks_for_a_seal_is_no_part_of_a_name(
    call: Call, scan: Callable[..., Document], read: str
) -> None:
    """A seal over label and name makes one piece of print of both."""
    unnamed = scan("").model_copy(update={"form": "附件2", "applicant": "", "fields": {}})
    beside = ScanLine(page=1, row=1, text=read, confidence=0.99, box=(90, 10, 160, 16))

    (found,) = with_print(
        unnamed, ScanText(sha256="0", lines=(line(1, "学校名称"), beside), pages=(1,)), call
    )

    assert found.applicant == "晨曦小学"


def test_a_name_may_begin_like_that_bracket() -> None:
    """A letter alone is the name's."""
    assert own_name("章台街小学") == "章台街小学"
