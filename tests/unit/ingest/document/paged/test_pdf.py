"""Telling what the pages of a PDF are, and surviving hostile ones."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest

from ingest.document.paged.pdf import (
    FIRST_PAGES,
    LAST_PAGES,
    BrokenPdfError,
    EncryptedPdfError,
    PageKind,
    PdfLimitError,
    at_the_ends,
    in_between,
    read_pdf,
)  # fmt: skip
from tests.inflating import deflated
from tests.unit.ingest.document.papers import (
    FULL,
    image_page,
    jpeg,
    locked_pdf,
    pages_pdf,
    pdf,
    scan_pdf,
    sheet,
    stream,
    text_page,
)

LINES = [f"line number {number} of a born-digital page" for number in range(20)]
PAGE = jpeg(sheet(75))
SIZE = (620, 877)
TEXT = b"BT /F 12 Tf 1 0 0 1 60 700 Tm (%b) Tj ET"


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (image_page(PAGE, *SIZE), PageKind.SCAN),
        (
            image_page(
                PAGE,
                *SIZE,
                more=b"BT 3 Tr ET " + (TEXT % (b"x" * 200)).replace(b"BT", b"BT 3 Tr"),
            ),
            PageKind.SCAN_WITH_OCR,
        ),
        (image_page(PAGE, *SIZE, more=TEXT % b"page 1"), PageKind.SCAN),
        (image_page(PAGE, *SIZE, more=TEXT % (b"x" * 200)), PageKind.PICTURE_AND_TEXT),
        (image_page(PAGE, *SIZE, place=b"400 0 0 500 90 200 cm"), PageKind.PHOTO),
        (text_page(LINES), PageKind.DIGITAL),
        (text_page([]), PageKind.BLANK),
    ],
)
def test_pages_are_told_by_what_is_on_them(
    page: tuple[bytes, bytes, dict[int, bytes]],
    kind: PageKind,
) -> None:
    """Scans, OCR layers, exports and photographs differ in what is drawn in which order."""
    assert read_pdf(pages_pdf([page])).pages[0].kind is kind


def test_text_drawn_under_the_picture_is_an_ocr_layer() -> None:
    """Some scanners paint visible text first and cover it."""
    resources, content, more = image_page(PAGE, *SIZE)
    assert (
        read_pdf(
            pages_pdf([(resources, TEXT % (b"x" * 200) + b"\n" + content, more)]),
        )
        .pages[0]
        .kind
        is PageKind.SCAN_WITH_OCR
    )


def test_a_page_scanned_in_strips_is_a_scan() -> None:
    """Strips count together."""
    strips = b"".join(b"q 595 0 0 85 0 %d cm /I Do Q\n" % (84 * number) for number in range(10))
    resources, _, more = image_page(PAGE, *SIZE)
    page = read_pdf(pages_pdf([(resources, strips, more)])).pages[0]
    assert (page.kind, len(page.images)) == (PageKind.SCAN, 10)


def test_size_is_in_millimetres_and_pictures_know_their_pixels() -> None:
    """A4, one JPEG of the stated size all over."""
    page = read_pdf(scan_pdf(sheet(75))).pages[0]
    assert (round(page.width_mm), round(page.height_mm)) == (210, 297)
    assert (
        page.images[0].width_px,
        page.images[0].height_px,
        page.images[0].filters,
    ) == (*SIZE, ("DCTDecode",))
    assert page.images[0].load()[:2] == b"\xff\xd8"


def test_lines_of_a_born_digital_page_keep_label_and_value_apart() -> None:
    """A wide gap becomes a tab."""
    page = read_pdf(
        pages_pdf(
            [
                (
                    b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>",
                    b"BT /F 12 Tf 1 0 0 1 60 700 Tm (Name) Tj 1 0 0 1 200 700 Tm (Somebody Else) Tj ET",
                    {},
                )
            ]
        )
    ).pages[0]
    assert [line.text for line in page.lines] == ["Name\tSomebody Else"]


def test_a_ruled_table_is_read_cell_by_cell() -> None:
    """Lines and thin rectangles enclose cells; a missing wall makes a wide one; text outside stays
    text.
    """
    rules = b"60 600 200 1 re f 60 640 200 1 re f 60 680 200 1 re f 60 600 1 80 re f 260 600 1 81 re f 160 640 m 160 680 l S\n"
    texts = b"BT /F 12 Tf 1 0 0 1 70 655 Tm (A) Tj 1 0 0 1 170 655 Tm (B) Tj 1 0 0 1 70 615 Tm (wide) Tj 1 0 0 1 70 720 Tm (out) Tj ET"
    data = pages_pdf(
        [(b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>", rules + texts, {})],
    )
    content = read_pdf(data).content
    assert [(cell.text, cell.row, cell.column, cell.width) for cell in content.tables[0].cells] == [
        ("A", 0, 0, 1),
        ("B", 0, 1, 1),
        ("wide", 1, 0, 2),
    ]
    assert [line.text for line in content.lines] == ["out"]


def test_of_a_long_file_only_the_beginning_and_the_end_are_looked_at() -> None:
    """Thirty pages: the first twelve and the last two, and the count is right."""
    read = read_pdf(pages_pdf([text_page(LINES)] * 30))
    assert (
        read.page_count,
        len(read.pages),
        read.complete,
    ) == (30, FIRST_PAGES + LAST_PAGES, False)
    assert read.pages[-1].number == 30


@pytest.mark.parametrize(
    ("count", "between"),
    [(14, 0), (15, 1), (30, 16), (60, 46), (61, 46), (900, 46)],
)
def test_the_pages_in_between_are_the_others_as_far_as_the_limit(count: int, between: int) -> None:
    """No page is looked at twice, none is left out before the limit."""
    chosen = [number for number in range(1, count + 1) if in_between(number, count)]
    assert len(chosen) == between
    assert not any(at_the_ends(number, count) for number in chosen)
    assert chosen == list(range(13, 13 + between))


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7\nrubbish",
        scan_pdf(sheet(75))[:2000],
        pdf({1: CATALOG, 2: b"<</Type/Pages/Kids[]/Count 0>>"}),
        pdf({1: b"<</Type/Catalog>>"}),
    ],
)
def test_a_broken_file_is_said_to_be_broken(data: bytes) -> None:
    """Truncated, empty, or without a page."""
    with pytest.raises(BrokenPdfError):
        read_pdf(data)


def test_a_file_that_needs_a_password_is_named_so() -> None:
    """Encryption is told from damage."""
    with pytest.raises(EncryptedPdfError):
        read_pdf(locked_pdf())


@pytest.mark.parametrize("head", [b"/Filter/FlateDecode", b"/Filter[/FlateDecode/FlateDecode]"])
def test_a_stream_that_inflates_without_measure_is_refused(head: bytes) -> None:
    """Once or twice deflated: the file is not opened at all, and to find out costs no memory."""
    once = deflated((b" " * 2**20, 300)).zlib
    bomb = once if head.endswith(b"Decode") else zlib.compress(once)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
    data = pdf(
        {1: CATALOG, 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: page, 4: stream(head, bomb)},
    )
    tracemalloc.start()
    try:
        with pytest.raises(PdfLimitError):
            read_pdf(data)
        assert tracemalloc.get_traced_memory()[1] < 10 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_more_pages_than_any_form_has_are_a_limit() -> None:
    """Two thousand pages are not walked through."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 2003))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    pages = {
        1: CATALOG,
        2: b"<</Type/Pages/Kids[%b]/Count 2000>>" % kids,
    } | dict.fromkeys(range(3, 2003), page)
    with pytest.raises(PdfLimitError):
        read_pdf(pdf(pages))


FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</A %d 0 R>>>>"


def test_a_tower_of_forms_is_cut_short() -> None:
    """Twelve forms that draw the next one ten times each would be a million million drawings."""
    tower = {10 + level: stream(FORM % (11 + level), b"/A Do " * 10) for level in range(12)}
    assert read_pdf(pages_pdf([(b"/XObject<</A 10 0 R>>", b"/A Do", tower)])).pages[0].truncated


def test_forms_that_draw_each_other_in_a_circle_come_to_an_end() -> None:
    """A loop is left after one turn."""
    loop = {10: stream(FORM % 11, b"0 0 1 1 re f /A Do"), 11: stream(FORM % 10, b"/A Do")}
    assert read_pdf(pages_pdf([(b"/XObject<</A 10 0 R>>", b"/A Do", loop)])).pages[0].paths < 10


def test_a_page_with_endless_drawing_is_cut_short() -> None:
    """Half a million paths are not all drawn."""
    page = read_pdf(pages_pdf([(b"", b"0 0 1 1 re f " * 500_000, {})])).pages[0]
    assert page.truncated
    assert page.paths <= 20_001


def test_a_picture_that_claims_to_be_huge_is_only_noted() -> None:
    """Nothing is decoded here."""
    page = read_pdf(pages_pdf([image_page(PAGE, 65_500, 65_500, place=FULL)])).pages[0]
    assert page.images[0].width_px * page.images[0].height_px == 65_500**2
