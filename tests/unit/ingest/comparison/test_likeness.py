"""What the print of a scan is made into for the rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.comparison.likeness import content_facts, name_read, seal_owner
from ingest.comparison.pairing import compare
from ingest.comparison.printed import Print
from ingest.reading import Document, ScanLine, Seal, SealOutcome, SealReading
from ingest.submission.case import ReceivedMail, arrange
from ingest.submission.presenting import subjects_of
from ingest.submission.sender import Sender
from rules.call import Call, Role
from rules.facts import Fact, Knowledge

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
BUREAU = Sender(
    "师市教育局", "unit:第八师石河子市", "第八师石河子市教育局", "第八师石河子市", "发件人名称"
)
OWN = ("第三师图木舒克市教育局",)
OTHERS = ("第十师北屯市教育局", "第二师铁门关市教育局")


def form(make: Make, name: str, contact: str, telephone: str) -> Document:
    """A filled Word form."""
    document = make(
        name,
        联系人=contact,
        联系电话=telephone,
        电子邮箱=f"t{telephone}@example.cn",
        职能部门="信息中心",
    )
    return document.model_copy(update={"form": "附件2"})


def print_of(document: Document, scan: Document) -> Document:
    """``scan`` with the print of ``document`` on it."""
    labels = {"单位名称": "学校名称"}
    lines = [
        ScanLine(page=1, row=row, text=text, confidence=0.99)
        for row, (name, fact) in enumerate(document.fields.items(), 1)
        for text in (labels.get(name, name), str(fact.value))
    ]
    return scan.model_copy(update={"lines": tuple(lines), "pages_read": (1,)})


def facts_of(word: Document, scan: Document, call: Call) -> dict[str, Fact]:
    """What the rules are told of a scan beside its Word file."""
    page = Print(scan.lines)
    return content_facts(word, scan, page, compare(word, page, call), call)


def sealed(*writings: str) -> Document:
    """A scan with seals whose rings read like this."""
    seals = tuple(
        Seal(
            page=1,
            bbox=(1, 1, 40, 40),
            diameter_mm=40,
            shape="circle",
            confidence=0.9,
            writing=text,
        )
        for text in writings
    )
    return Document(
        part="2", name="s.pdf", sha256="2", form="", role=None, track="", rendition="stamped_scan",
        seal=SealReading(outcome=SealOutcome.STAMPED, seals=seals),
    )  # fmt: skip


def test_nameless_scans_find_their_words_by_what_stands_on_them(
    call: Call,
    mail: Mail,
    word: Make,
    scan: Make,
) -> None:
    """Two files called IMG_1 and IMG_2, in the wrong order."""
    one = form(word, "甲团中学", "王一", "13912345678")
    two = form(word, "乙团小学", "李二", "13787654321")
    scans = [print_of(two, scan(name="IMG_1.pdf")), print_of(one, scan(name="IMG_2.pdf"))]
    case = arrange([mail(one, two, *scans)], "示范校", call)
    placed = {entry.applicant: entry.scan.document.name for entry in case.entries if entry.scan}
    assert placed == {"甲团中学": "IMG_2.pdf", "乙团小学": "IMG_1.pdf"}


def test_a_scan_of_unknown_kind_is_the_summary_it_shows(
    call: Call,
    mail: Mail,
    word: Make,
    scan: Make,
) -> None:
    """Not the form, whose place is empty too."""
    one = form(word, "甲团中学", "王一", "13912345678")
    names = [("甲团中学", "王一", "13912345678"), ("乙团小学", "李二", "13787654321")]
    rows = tuple(
        {"单位名称": Fact.known(a), "联系人": Fact.known(b), "联系电话": Fact.known(c)}
        for a, b, c in names
    )
    table = word("", role=Role.SUMMARY, name="汇总表.docx").model_copy(
        update={"form": "附件4", "rows": rows}
    )
    pieces = ["学校名称", "联系人", "联系电话", *[text for row in names for text in row]]
    lines = tuple(ScanLine(page=1, row=1, text=text, confidence=0.99) for text in pieces)
    shown = scan(
        role=None,
        name="IMG_1.pdf",
    ).model_copy(update={"lines": lines, "pages_read": (1,)})
    case = arrange([mail(one, table, shown)], "示范校", call)
    assert case.summary_scan is not None
    assert case.entries[0].scan is None


def test_what_was_not_read_is_not_compared(call: Call, mail: Mail, word: Make, scan: Make) -> None:
    """Without OCR, or without a Word file, there is nothing to compare, and that is known."""
    one = form(word, "甲团中学", "王一", "13912345678")
    for papers in ((one, scan("甲团中学")), (print_of(one, scan("甲团中学")),)):
        case = arrange([mail(*papers)], "示范校", call)
        subjects = subjects_of(case, call, BUREAU, decided_before=False, ledger=())
        facts = {subject.id: subject for subject in subjects}["扫申1"]
        assert facts.fact("可比对").value is False
        assert facts.fact("内容一致").knowledge is Knowledge.UNKNOWN


def test_two_papers_are_compared_once(call: Call, mail: Mail, word: Make, scan: Make) -> None:
    """Arranging asks first, the rules' facts ask again, and both are told the same comparison."""
    one = form(word, "甲团中学", "王一", "13912345678")
    (entry,) = (
        case := arrange([mail(one, print_of(one, scan(name="IMG_1.pdf")))], "示范校", call)
    ).entries
    assert entry.editable is not None
    assert entry.scan is not None
    assert case.compared(
        entry.editable,
        entry.scan,
        call,
    ) is case.compared(entry.editable, entry.scan, call)
    assert entry.scan.print is entry.scan.print


def test_the_comparison_is_told_with_its_evidence(call: Call, word: Make, scan: Make) -> None:
    """Staff read what agreed and how much."""
    one = form(word, "甲团中学", "王一", "13912345678")
    facts = facts_of(one, print_of(one, scan()), call)
    assert (facts["可比对"].value, facts["内容一致"].value, facts["数字一致"].value) == (
        True,
        True,
        True,
    )
    assert "相似度 1.00" in facts["内容一致"].provenance.raw
    other = form(word, "第七师某某职业学校", "赵七八", "0992-7654321")
    assert facts_of(one, print_of(other, scan()), call)["内容一致"].value is False


@pytest.mark.parametrize(
    ("writings", "expected"),
    [
        (("第三师图木舒克市教育局",), True),
        (("新疆生产建设兵团第三师图木舒克市教育局",), True),
        (("第三师图水居克市教育局",), None),
        (("第十师北屯市教育局",), False),
        (("第十师北屯市教育局", "第三师图木舒克市教育局"), False),
        (("某某市第一小学",), None),
        (("",), None),
        ((), None),
    ],
)
def test_only_a_legible_seal_of_another_known_unit_is_a_surprise(
    writings: tuple[str, ...], expected: bool | None
) -> None:
    """What cannot be read, or names nobody known, says nothing."""
    assert seal_owner(sealed(*writings), OWN, OTHERS).value is expected


@pytest.mark.parametrize(
    "writing", ["图木舒克市晨光小学", "图木舒克市晨小学", "图木舒克市第二小学"]
)
def test_a_unit_nobody_knows_does_not_agree_by_being_nearly_the_same(writing: str) -> None:
    """A character read otherwise, or lost, may be the very one by which the next unit differs."""
    for own in ("图木舒克市晨曦小学", "图木舒克市第一小学"):
        assert seal_owner(sealed(writing), (own,), ()).value is None


def test_neighbours_in_number_are_not_told_apart_by_one_character() -> None:
    """第十一师 and 第十二师 differ in a stroke that OCR may lose."""
    assert (
        seal_owner(sealed("第十二师教育局"), ("第十一师教育局",), ("第十二师教育局",)).value
        is not False
    )


def test_a_name_that_stands_on_the_scan_is_a_fact_from_it(word: Make, scan: Make) -> None:
    """Better than the file's name."""
    shown = print_of(form(word, "甲团中学", "王一", "13912345678"), scan())
    fact = name_read(shown, Print(shown.lines), "甲团中学")
    assert fact is not None
    assert fact.provenance.method == "ocr"
    assert name_read(shown, Print(shown.lines), "丙团职业学校") is None
