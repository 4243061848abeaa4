"""The door: every kind of file becomes a document or a fate with a reason."""

from __future__ import annotations

import io
import zipfile

import pytest

from ingest.document.reader import DocumentReading, read_document
from ingest.reading import Document, Fate, Kind, SealOutcome
from rules.call import Call, Rendition, Role
from rules.facts import Knowledge
from tests.unit.ingest.document.papers import (
    Pixels,
    grey,
    image_page,
    jpeg,
    pages_pdf,
    png,
    scan_pdf,
    scanned,
    seal_mask,
    sheet,
    stamp,
    text_page,
)  # fmt: skip
from tests.unit.ingest.document.signing import bureau, signed
from tests.unit.ingest.document.words import ZONE, ZONE_TITLE, body, word

LINES = [f"line number {number} of a born-digital page" for number in range(20)]


@pytest.fixture(scope="module")
def stamped() -> Pixels:
    """A scanned page with a clear seal."""
    return scanned(stamp(sheet(100), 100, seal_mask(100)))


@pytest.fixture(scope="module")
def plain() -> Pixels:
    """A scanned page without one."""
    return scanned(sheet(100, seed=2))


def document(reading: DocumentReading) -> Document:
    """The document of a reading that has one."""
    assert reading.fate is Fate.DOCUMENT, reading
    assert reading.document is not None
    return reading.document


def test_a_word_form_becomes_an_editable_document_that_survives_json(call: Call) -> None:
    """Form, track, applicant and fields; the same after a round trip."""
    read = document(
        read_document("2/a.docx", "附件1.docx", Kind.DOCX, word(ZONE_TITLE, ZONE), call)
    )
    assert (read.form, read.role, read.track, read.rendition) == (
        "附件1",
        Role.APPLICATION,
        "示范区",
        Rendition.EDITABLE,
    )
    assert read.applicant == "第一师阿拉尔市教育局"
    assert read.fields["联系电话"].provenance.part == "2/a.docx"
    assert set(read.fields) == {field.name for field in call.form("附件1").fields}
    assert read.seal is None
    assert read.is_scan.knowledge is Knowledge.UNKNOWN
    assert Document.model_validate_json(read.model_dump_json()) == read


def test_a_stamped_scan_is_told_by_its_file_name_with_less_trust(
    call: Call,
    stamped: Pixels,
    plain: Pixels,
) -> None:
    """Pictures say nothing of themselves; the name says form and applicant, and the fact
    says so.
    """
    read = document(
        read_document(
            "3", "第三师教育局示范区申报书（盖章）.pdf", Kind.PDF, scan_pdf(plain, stamped), call
        )
    )
    assert (read.form, read.recognised_by, read.rendition, read.pages) == (
        "附件1",
        "file name",
        Rendition.STAMPED_SCAN,
        2,
    )
    assert read.is_scan.value is True
    assert read.seal is not None
    assert (read.seal.outcome, read.seal.seals[0].page) == (SealOutcome.STAMPED, 2)
    assert read.applicant == "第三师教育局"
    assert read.fields["单位名称"].provenance.method == "file name"
    assert read.fields["单位名称"].provenance.confidence < 0.7


def test_a_scan_of_nobody_knows_what_stays_a_document(call: Call, stamped: Pixels) -> None:
    """It may be the stamped copy of something else in the mail."""
    read = document(read_document("3", "扫描件0001.pdf", Kind.PDF, scan_pdf(stamped), call))
    assert (read.form, read.role, read.track, read.applicant) == ("", None, "", "")
    assert read.note


def test_scans_without_a_seal_and_without_colour_differ(call: Call, plain: Pixels) -> None:
    """Colour and no red: not stamped; grey: uncertain, also as a grey JPEG."""
    colour = document(read_document("3", "附件1.pdf", Kind.PDF, scan_pdf(plain, plain), call))
    assert colour.seal is not None
    assert colour.seal.outcome is SealOutcome.NOT_STAMPED
    page = image_page(jpeg(plain, mode="L"), 827, 1169, colours=b"DeviceGray")
    for data in (scan_pdf(grey(plain)), pages_pdf([page])):
        read = document(read_document("3", "附件1.pdf", Kind.PDF, data, call))
        assert read.seal is not None
        assert read.seal.outcome is SealOutcome.UNCERTAIN


@pytest.mark.parametrize(
    "place",
    [
        b"0 842 -595 0 595 0 cm",
        b"-595 0 0 842 595 0 cm",
        b"290 0 0 842 0 0 cm /I Do Q q 305 0 0 842 290 0 cm",
    ],
)
def test_turned_mirrored_and_cut_up_pages_are_drawn_instead_of_decoded(
    call: Call,
    plain: Pixels,
    place: bytes,
) -> None:
    """Whatever cannot be taken as it is goes through the renderer; a page without a seal
    stays one.
    """
    data = pages_pdf([image_page(jpeg(plain), 827, 1169, place=place)])
    read = document(read_document("3", "附件1.pdf", Kind.PDF, data, call))
    assert read.is_scan.value is True
    assert read.seal is not None
    assert read.seal.outcome is SealOutcome.NOT_STAMPED


def test_a_seal_is_found_in_a_cmyk_scan(call: Call, stamped: Pixels) -> None:
    """Drawn by the renderer with the PDF's own colours."""
    head = image_page(
        jpeg(stamped, 80, "CMYK"),
        827,
        1169,
        colours=b"DeviceCMYK/Decode[1 0 1 0 1 0 1 0]",
    )
    read = document(read_document("3", "附件1.pdf", Kind.PDF, pages_pdf([head]), call))
    assert read.seal is not None
    assert read.seal.outcome is SealOutcome.STAMPED


def test_an_exported_pdf_that_is_no_form_is_unrecognised(call: Call) -> None:
    """Born digital and none of the forms: not a document."""
    reading = read_document("3", "附件1.pdf", Kind.PDF, pages_pdf([text_page(LINES)]), call)
    assert (reading.document, reading.fate) == (None, Fate.UNRECOGNISED)
    assert reading.reason


def test_a_scan_among_exported_pages_leaves_it_open_whether_it_is_a_scan(
    call: Call,
    stamped: Pixels,
) -> None:
    """The stamped page was put into an export: staff look."""
    pages = [text_page(LINES), image_page(jpeg(stamped), 827, 1169)]
    read = document(read_document("3", "附件1.pdf", Kind.PDF, pages_pdf(pages), call))
    assert read.is_scan.knowledge is Knowledge.UNKNOWN
    assert read.seal is not None
    assert read.seal.outcome is SealOutcome.UNCERTAIN
    assert read.seal.seals


def test_pages_nobody_looked_at_keep_a_scan_from_being_a_no(call: Call, plain: Pixels) -> None:
    """Sixty-one pages, sixty seen."""
    pages = [image_page(jpeg(plain, 30), 827, 1169)] * 61
    read = document(read_document("3", "附件1.pdf", Kind.PDF, pages_pdf(pages), call))
    assert read.seal is not None
    assert read.seal.outcome is SealOutcome.UNCERTAIN
    assert read.seal.reason == "共61页, 只查看了其中60页, 没有发现印章"


def test_a_page_with_too_many_pixels_is_uncertain_and_quick(call: Call, plain: Pixels) -> None:
    """The claim in the PDF or in the JPEG's own header is enough."""
    huge = bytearray(jpeg(plain))
    at = huge.find(b"\xff\xc0")
    huge[at + 5 : at + 9] = (65_000).to_bytes(2, "big") * 2
    for page in (image_page(bytes(huge), 827, 1169), image_page(jpeg(plain), 65_000, 65_000)):
        read = document(read_document("3", "附件1.pdf", Kind.PDF, pages_pdf([page]), call))
        assert read.seal is not None
        assert read.seal.outcome is SealOutcome.UNCERTAIN
        assert "过大" in read.seal.reason


def test_a_file_that_only_another_program_can_open_goes_to_staff(call: Call, plain: Pixels) -> None:
    """A filter that pdfminer does not know and pdfium skips does not make the file damaged."""
    data = scan_pdf(plain).replace(b"/Filter/FlateDecode", b"/Filter/FlateFoo")
    read = document(read_document("3", "附件1.pdf", Kind.PDF, data, call))
    assert (read.pages, read.is_scan.knowledge) == (1, Knowledge.UNKNOWN)
    assert read.seal is not None
    assert read.seal.outcome is SealOutcome.UNCERTAIN


def test_a_photograph_counts_as_a_scan_of_one_page(call: Call, stamped: Pixels) -> None:
    """JPEG and PNG in place of a PDF."""
    for kind, data in ((Kind.JPEG, jpeg(stamped)), (Kind.PNG, png(stamped))):
        read = document(read_document("3", "附件1 第三师教育局.jpg", kind, data, call))
        assert (read.form, read.pages, read.is_scan.value) == ("附件1", 1, True)
        assert read.seal is not None
        assert read.seal.outcome is SealOutcome.STAMPED


def test_small_pictures_are_the_mails_own_dress(call: Call) -> None:
    """Logos and signatures are no documents."""
    assert (
        read_document(
            "3",
            "image001.png",
            Kind.PNG,
            png(sheet(75)[:120, :300]),
            call,
        ).fate
        is Fate.INLINE
    )


def test_a_word_file_of_pictures_says_so(call: Call) -> None:
    """A scan pasted into Word is not editable."""
    reading = read_document(
        "2",
        "附件1.docx",
        Kind.DOCX,
        body("<w:p><w:r><w:drawing><blip/></w:drawing></w:r></w:p>"),
        call,
    )
    assert reading.fate is Fate.UNRECOGNISED
    assert "只有图片" in reading.reason


@pytest.mark.parametrize(
    ("kind", "data", "fate"),
    [
        (Kind.DOCX, b"", Fate.EMPTY),
        (Kind.DOCX, b"PK\x03\x04broken", Fate.DAMAGED),
        (Kind.PDF, b"%PDF-1.4 broken", Fate.DAMAGED),
        (Kind.JPEG, b"\xff\xd8\xff", Fate.DAMAGED),
        (Kind.DOC, b"\xd0\xcf\x11\xe0", Fate.DAMAGED),
        (Kind.WPS, b"x", Fate.DAMAGED),
        (Kind.RTF, b"{\\rtf1}", Fate.UNRECOGNISED),
        (Kind.XLSX, b"PK", Fate.DAMAGED),
        (Kind.OFD, b"PK", Fate.UNSUPPORTED),
        (Kind.ENCRYPTED_OFFICE, b"x", Fate.ENCRYPTED),
        (Kind.OTHER, b"x", Fate.UNSUPPORTED),
    ],
)
def test_what_cannot_be_read_has_a_fate_and_a_chinese_reason(
    call: Call,
    kind: Kind,
    data: bytes,
    fate: Fate,
) -> None:
    """No exception leaves the reader."""
    reading = read_document("2", "附件1", kind, data, call)
    assert (reading.document, reading.fate) == (None, fate)
    assert any("\u4e00" <= char <= "\u9fff" for char in reading.reason)


def test_every_cut_of_a_file_is_a_value(call: Call, stamped: Pixels) -> None:
    """Wherever the connection broke off, a fate comes out."""
    for kind, data in (
        (Kind.DOCX, word(ZONE_TITLE, ZONE)),
        (Kind.PDF, scan_pdf(stamped)),
        (Kind.JPEG, jpeg(stamped)),
    ):
        for share in range(1, 10):
            assert read_document("2", "x", kind, data[: len(data) * share // 10], call).fate in Fate


# --- certificates ---------------------------------------------------------------------------------


def test_a_signed_file_that_is_none_of_the_forms_is_said_to_be_signed(call: Call) -> None:
    """Perhaps a seal on something else; called like a form it may be one whose text nobody can
    extract.
    """
    data = signed(pages_pdf([text_page(LINES)]), bureau())
    reading = read_document("3", "公示.pdf", Kind.PDF, data, call)
    assert (reading.fate, reading.reason.endswith("PDF 带有电子签章")) == (Fate.UNRECOGNISED, True)
    read = document(read_document("3", "附件1 示范区申报书.pdf", Kind.PDF, data, call))
    assert (read.form, read.recognised_by, read.is_scan.value) == ("附件1", "file name", False)


def test_a_signed_scan_keeps_what_its_paper_says(
    call: Call,
    stamped: Pixels,
    plain: Pixels,
) -> None:
    """The signature is noted beside it."""
    for page, outcome in ((stamped, SealOutcome.STAMPED), (plain, SealOutcome.NOT_STAMPED)):
        data = signed(scan_pdf(page), bureau())
        read = document(read_document("3", "附件1.pdf", Kind.PDF, data, call))
        assert read.seal is not None
        assert (read.is_scan.value, read.seal.outcome, len(read.signatures)) == (True, outcome, 1)
        assert read.lines == ()


def test_an_ofd_file_is_explained_and_its_signature_noticed(call: Call) -> None:
    """By the directory of the package alone, where nothing can be read."""
    package = {"OFD.xml": b"", "Doc_0/Document.xml": b""}
    plain = read_document("2", "公文.ofd", Kind.OFD, zipped(package), call)
    sealed = read_document(
        "2", "公文.ofd", Kind.OFD, zipped(package | {"Doc_0/Signs/Signatures.xml": b"<x"}), call
    )
    assert plain.fate is sealed.fate is Fate.UNSUPPORTED
    assert "请另存为 PDF" in plain.reason
    assert ("电子签章" in plain.reason, "电子签章" in sealed.reason) == (False, True)


def zipped(members: dict[str, bytes]) -> bytes:
    """A package of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in members.items():
            package.writestr(name, data)
    return out.getvalue()
