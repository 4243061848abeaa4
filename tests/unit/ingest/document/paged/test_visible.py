"""What of a page is to be seen, and what changes how its picture looks."""

from __future__ import annotations

import pytest

from ingest.document.paged.pdf import PageKind, PdfPage, read_pdf
from ingest.document.paged.visible import covers, meets, sides, user_unit, visible_box
from tests.unit.ingest.document.papers import FONT, image_page, jpeg, pages_pdf, pdf, sheet, stream

PAGE = jpeg(sheet(75))
A4, A2 = (0.0, 0.0, 595.0, 842.0), (0.0, 0.0, 1191.0, 1684.0)
PLAIN = b"q 595 0 0 842 0 0 cm /I Do Q"


def one(
    content: bytes = PLAIN,
    page: bytes = b"",
    resources: bytes = b"",
    image: bytes = b"",
    catalog: bytes = b"",
    pages: bytes = b"",
) -> PdfPage:
    """The one page of a file with a scan on it; each argument is put into its dictionary."""
    head = (
        b"/Type/XObject/Subtype/Image/Width 620/Height 877/BitsPerComponent 8/Filter/DCTDecode%b"
        % (image or b"/ColorSpace/DeviceRGB")
    )
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1%b>>" % (pages or b"/MediaBox[0 0 595 842]"),
        3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>/Font<<%b>>%b>>%b>>"
        % (FONT, resources, page),
        4: stream(b"", content),
        5: stream(head, PAGE),
    }
    (found,) = read_pdf(pdf(objects)).pages
    return found


def size(page: PdfPage) -> tuple[int, int]:
    """Whole millimetres."""
    return round(page.width_mm), round(page.height_mm)


@pytest.mark.parametrize(
    ("page", "pages"),
    [
        (b"/MediaBox[0 0 1191 1684]/CropBox[0 0 595 842]", b""),
        (b"", b"/MediaBox[0 0 1191 1684]/CropBox[0 0 595 842]"),
        (b"/CropBox[595 842 0 0]", b"/MediaBox[0 0 1191 1684]"),
        (b"/CropBox[-50 -50 2000 2000]", b""),
        (b"/CropBox[3000 3000 3100 3100]", b""),
        (b"/MediaBox[0 0 297.5 421]/UserUnit 2", b""),
        (b"/Rotate 180", b""),
        (b"/Rotate -360", b""),
    ],
    ids=[
        "crop", "inherited", "corners the other way", "larger", "elsewhere", "unit", "turned",
        "turned whole",
    ],
)  # fmt: skip
def test_the_size_of_a_page_is_that_of_its_visible_part(page: bytes, pages: bytes) -> None:
    """As a viewer shows it."""
    content = b"q 297.5 0 0 421 0 0 cm /I Do Q" if b"UserUnit" in page else PLAIN

    found = one(content, page, pages=pages)

    assert (size(found), found.kind) == ((210, 297), PageKind.SCAN)


def test_a_turned_page_is_as_wide_as_it_was_high() -> None:
    """Also when its turn is written negative."""
    assert size(one(page=b"/Rotate -90")) == (297, 210)


def test_units_count_in_the_places_of_pictures() -> None:
    """A seal's size is told in millimetres."""
    page = one(b"q 60 0 0 60 100 100 cm /I Do Q", b"/MediaBox[0 0 297.5 421]/UserUnit 2")

    assert page.images[0].box == (200, 200, 320, 320)
    assert page.seal_sized_picture


def test_what_lies_outside_is_not_there() -> None:
    """Neither its text nor its pictures."""
    content = b"q 595 0 0 842 700 900 cm /I Do Q BT /F 12 Tf 1 0 0 1 800 1000 Tm (unseen) Tj ET"

    found = one(content, b"/CropBox[0 0 595 842]", pages=b"/MediaBox[0 0 1500 1800]")

    assert (found.kind, found.images, found.lines) == (PageKind.BLANK, (), ())


@pytest.mark.parametrize(
    "changed",
    [
        {"content": b"q 0 0 300 400 re W n 595 0 0 842 0 0 cm /I Do Q"},
        {"content": b"q 0 0 300 400 re W* n 595 0 0 842 0 0 cm /I Do Q"},
        {"content": b"/G gs " + PLAIN, "resources": b"/ExtGState<</G<</ca 0.5>>>>"},
        {"content": b"/G gs " + PLAIN, "resources": b"/ExtGState<</G<</BM/Multiply>>>>"},
        {"content": b"/G gs " + PLAIN, "resources": b"/ExtGState<</G<</SMask<</S/Alpha>>>>>>"},
        {"catalog": b"/OCProperties<</OCGs[]/D<<>>>>"},
    ],
    ids=["clipped", "clipped even-odd", "shining through", "mixed", "masked", "layers"],
)
def test_a_picture_that_is_not_shown_as_it_is_is_drawn(changed: dict[str, bytes]) -> None:
    """By the library that knows all of that."""
    assert not one(**changed).plain


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"content": b"q 0 0 595 842 re W n 595 0 0 842 0 0 cm /I Do Q"},
        {"content": b"W n " + PLAIN},
        {"content": b"/G gs " + PLAIN, "resources": b"/ExtGState<</G<</ca 1/BM/Normal/LW 1>>>>"},
        {"content": b"/H gs " + PLAIN},
    ],
    ids=["nothing", "clipped to the page", "no path", "usual state", "state that is not there"],
)
def test_a_picture_that_is_shown_as_it_is_is_plain(kept: dict[str, bytes]) -> None:
    """It is decoded small, which is quick."""
    assert one(**kept).plain


@pytest.mark.parametrize(
    ("image", "upright"),
    [
        (b"/ColorSpace/DeviceRGB", True),
        (b"/ColorSpace[/ICCBased 9 0 R]", True),
        (b"/ColorSpace[/Lab<</WhitePoint[1 1 1]>>]", False),
        (b"/ColorSpace/DeviceRGB/DecodeParms<</ColorTransform 0>>", False),
        (b"/ColorSpace/DeviceRGB/DecodeParms[<</ColorTransform 1>>]", False),
        (b"/ColorSpace/DeviceCMYK/Decode[1 0 1 0 1 0 1 0]", False),
    ],
)
def test_only_plain_colours_are_decoded_by_us(image: bytes, upright: bool) -> None:
    """What a JPEG's numbers mean is the PDF's to say."""
    assert one(image=image).images[0].upright is upright


@pytest.mark.parametrize(
    ("annotations", "annotated"),
    [
        (b"/Annots[<</Subtype/Stamp/Rect[0 0 9 9]>>]", True),
        (b"/Annots[<</Subtype/Link/Rect[0 0 9 9]>> <</Subtype/Widget/FT/Sig>>]", True),
        (b"/Annots[<</Subtype/Link/Rect[0 0 9 9]>> <</Subtype/Popup>>]", False),
        (b"/Annots[<</Subtype/Stamp/F 4>> 7]", True),
        (b"/Annots[<</Subtype/Stamp/F 2>> <</Subtype/Stamp/F 36>>]", False),
        (b"/Annots[9 0 R]", False),
        (b"/Annots 7", False),
        (b"", False),
    ],
)
def test_what_is_laid_on_a_page_is_noted(annotations: bytes, annotated: bool) -> None:
    """Links and their popups show nothing, nor does what is hidden or for print alone."""
    assert one(page=annotations).annotated is annotated


def test_what_is_drawn_over_a_scan_is_noted() -> None:
    """Behind the picture that fills the page; strips and what stands in front of it are the scan."""
    small = b"q 120 0 0 120 300 100 cm /I Do Q"
    line = b"10 10 m 300 300 l S"

    assert [one(PLAIN + b" " + over).overlaid for over in (small, line, b"")] == [True, True, False]
    assert not one(small + b" " + PLAIN).overlaid
    strips = b"".join(b"q 595 0 0 85 0 %d cm /I Do Q " % (85 * number) for number in range(10))
    assert not one(strips).overlaid


def test_what_shines_through_a_page_or_is_as_large_as_it_is_noted() -> None:
    """A small picture below one that lets it through; a second full one with a mask, or mixed."""
    small, mixing = b"q 120 0 0 120 300 100 cm /I Do Q ", b"/ExtGState<</G<</BM/Multiply>>>>"
    masked = b"/ColorSpace/DeviceRGB/Mask[250 255 250 255 250 255]"

    assert one(small + b"/G gs " + PLAIN, resources=mixing).overlaid
    assert one(PLAIN + b" " + PLAIN, image=masked).overlaid
    assert one(PLAIN + b" /G gs " + PLAIN, resources=mixing).overlaid
    assert not one(PLAIN, image=masked).overlaid
    assert not one(b"/G gs " + PLAIN, resources=mixing).overlaid
    assert not one(PLAIN + b" " + PLAIN).overlaid


def test_boxes_are_plain_arithmetic() -> None:
    """Nonsense falls back to what is sure."""
    assert visible_box(A2, A4) == A4
    assert visible_box(A4, (5, 5, 5, 9)) == A4
    assert (sides(A4, 0), sides(A4, 270)) == ((595, 842), (842, 595))
    assert [user_unit(value) for value in (None, "2", 0, -1, 1e9, 2.5)] == [1, 1, 1, 1, 1, 2.5]
    assert (meets((0, 0, 5, 5), (9, 9)), meets((-5, 0, 0, 9), (9, 9))) == (True, False)
    assert (covers([], (9, 9)), covers([(0, 0), (9, 9)], (9, 9)), covers([(0, 0)], (9, 9))) == (
        True,
        True,
        False,
    )


def test_pages_without_anything_special_are_read_as_before() -> None:
    """The common case."""
    (page,) = read_pdf(pages_pdf([image_page(PAGE, 620, 877)])).pages
    assert (page.plain, page.annotated, page.overlaid) == (True, False, False)
