"""A seal that a program laid over a page is no ink, what is not to be seen does not exist, and the
colours and sizes are those a viewer shows.
"""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ingest.document.reader import read_document
from ingest.document.seal.page import COVERED_REASON, OVERLAID_REASON
from ingest.reading import Kind, SealOutcome, SealReading
from rules.call import Call
from tests.unit.ingest.document.papers import (
    Pixels,
    grey,
    jpeg,
    pdf,
    scanned,
    seal_mask,
    sheet,
    stamp,
    stream,
)

DPI = 100
BARE = scanned(sheet(DPI))
SEALED = scanned(stamp(sheet(DPI), DPI, seal_mask(DPI)))
YES, NO, UNSURE = SealOutcome.STAMPED, SealOutcome.NOT_STAMPED, SealOutcome.UNCERTAIN
PLACE = b"q 119 0 0 119 340 190 cm /S Do Q"
SCAN = b"q 595 0 0 842 0 0 cm /I Do Q "


def picture(page: Pixels, mode: str = "RGB") -> tuple[bytes, bytes]:
    """Dictionary and bytes of a scan."""
    colours = {"RGB": b"DeviceRGB", "L": b"DeviceGray"}[mode]
    size = (page.shape[1], page.shape[0], colours)
    head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/%b" % size
    return head + b"/BitsPerComponent 8/Filter/DCTDecode", jpeg(page, 80, mode)


def seal_objects() -> dict[int, bytes]:
    """A seal as programs keep it: a red square and its mask (20, 21), as a form of one unit (22);
    and a layer (23).
    """
    mask = (seal_mask(DPI) * 255).astype(np.uint8)
    high, wide = mask.shape
    red = np.full((high, wide, 3), (205, 30, 40), np.uint8)
    head = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/Filter/FlateDecode"
        % (
            wide,
            high,
        )
    )
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</S 20 0 R>>>>"
    return {
        20: stream(head + b"/ColorSpace/DeviceRGB/SMask 21 0 R", zlib.compress(red.tobytes())),
        21: stream(head + b"/ColorSpace/DeviceGray", zlib.compress(mask.tobytes())),
        22: stream(form, b"/S Do"),
        23: b"<</Type/OCG/Name(x)>>",
    }


def page(
    content: bytes,
    scan: tuple[bytes, bytes],
    more: bytes = b"",
    catalog: bytes = b"",
    resources: bytes = b"",
    forms: dict[int, bytes] | None = None,
) -> bytes:
    """A file of one page with a scan and what is laid over it."""
    box = b"" if b"MediaBox" in more else b"/MediaBox[0 0 595 842]"
    names = b"/Resources<</XObject<</I 5 0 R/S 20 0 R/F 22 0 R/W 24 0 R>>%b>>" % resources
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R%b%b%b>>" % (names, box, more),
            4: stream(b"", content),
            5: stream(*scan),
        }
        | seal_objects()
        | (forms or {})
    )


def seal_of(data: bytes, call: Call) -> SealReading:
    """What is said of it."""
    document = read_document("2", "扫描件.pdf", Kind.PDF, data, call).document
    assert document is not None
    assert document.seal is not None
    return document.seal


WHOLE = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</I 5 0 R/S 20 0 R/F 22 0 R/W 25 0 R>>/ExtGState<</G<</BM/Multiply>>>>>>"


def in_forms(content: bytes, scan: tuple[bytes, bytes]) -> bytes:
    """The page and what is laid over it in one form in another, twice as large and shrunk, as
    programs leave it that merge or number files.
    """
    twice = WHOLE.replace(b"595 842", b"1190 1684")
    forms = {
        24: stream(WHOLE, b"q .5 0 0 .5 0 0 cm /W Do Q"),
        25: stream(twice, b"2 0 0 2 0 0 cm " + content),
    }
    return page(b"/W Do", scan, forms=forms)


def masked(shown: NDArray[np.uint8]) -> dict[int, bytes]:
    """A red picture as large as the page, to be seen where ``shown`` is (30, 31)."""
    high, wide = shown.shape
    red = np.full((high, wide, 3), (205, 30, 40), np.uint8)
    head = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/Filter/FlateDecode"
        % (wide, high)
    )
    return {
        24: stream(head + b"/ColorSpace/DeviceRGB/SMask 31 0 R", zlib.compress(red.tobytes())),
        31: stream(head + b"/ColorSpace/DeviceGray", zlib.compress(shown.tobytes())),
    }


def around(mask: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The seal with a page of nothing around it."""
    whole = np.zeros(BARE.shape[:2], np.uint8)
    whole[750 : 750 + mask.shape[0], 480 : 480 + mask.shape[1]] = mask * 255
    return whole


ANNOTATION = b"/Annots[<</Type/Annot/Subtype/%b/Rect[340 190 459 309]/F 4/AP<</N 22 0 R>>%b>>]"
LAID_OVER = {
    "stamp tool": (SCAN, ANNOTATION % (b"Stamp", b"")),
    "square": (SCAN, ANNOTATION % (b"Square", b"")),
    "signature field": (SCAN, ANNOTATION % (b"Widget", b"/FT/Sig/T(s)")),
    "form": (SCAN + b"q 119 0 0 119 340 190 cm /F Do Q", b""),
    "picture": (SCAN + PLACE, b""),
}


@pytest.mark.parametrize("how", LAID_OVER)
@pytest.mark.parametrize("colour", ["colour", "grey"])
def test_a_seal_that_a_program_laid_over_a_scan_is_uncertain(
    call: Call, how: str, colour: str
) -> None:
    """With that reason, on colour and on grey alike."""
    content, more = LAID_OVER[how]
    scan = picture(BARE) if colour == "colour" else picture(grey(BARE), "L")

    seal = seal_of(page(content, scan, more), call)

    assert (seal.outcome, seal.reason) == (UNSURE, f"第1页{OVERLAID_REASON}")


MIXING = b"/ExtGState<</G<</BM/Multiply>>>>"


@pytest.mark.parametrize("colour", ["colour", "grey"])
@pytest.mark.parametrize(
    "how", ["in a form of the whole page", "below a mixed scan", "as large as the page"]
)
def test_a_seal_is_no_ink_wherever_a_program_put_it(call: Call, how: str, colour: str) -> None:
    """Inside the form that a page was made into, under a scan that lets it shine through, in a
    transparent picture of a whole page.
    """
    scan = picture(BARE) if colour == "colour" else picture(grey(BARE), "L")
    data = {
        "in a form of the whole page": in_forms(SCAN + PLACE, scan),
        "below a mixed scan": page(PLACE + b" /G gs " + SCAN, scan, resources=MIXING),
        "as large as the page": page(
            SCAN + SCAN.replace(b"/I", b"/W"), scan, forms=masked(around(seal_mask(DPI)))
        ),
    }[how]

    seal = seal_of(data, call)

    assert (seal.outcome, seal.reason) == (UNSURE, f"第1页{OVERLAID_REASON}")


def test_a_scan_in_a_form_or_in_two_layers_is_still_a_scan(call: Call) -> None:
    """What a page was made into by a program, and the print of a scan kept apart from its paper."""
    print_ = (255 - grey(BARE)[..., 0]) // 2 * 2
    two = page(SCAN + SCAN.replace(b"/I", b"/W"), picture(SEALED), forms=masked(print_))

    assert seal_of(in_forms(SCAN, picture(SEALED)), call).outcome is YES
    assert seal_of(in_forms(SCAN, picture(BARE)), call).outcome is NO
    assert seal_of(two, call).outcome is not NO


def test_what_only_a_printer_shows_is_not_there(call: Call) -> None:
    """A stamp that no viewer draws, also beside a remark that is drawn."""
    unseen = (ANNOTATION % (b"Stamp", b"")).replace(b"/F 4", b"/F 36")
    noted = unseen.replace(b">>]", b">> <</Type/Annot/Subtype/Stamp/Rect[1 1 9 9]/F 4>>]")

    assert seal_of(page(SCAN, picture(BARE), unseen), call).outcome is NO
    assert seal_of(page(SCAN, picture(BARE), noted), call).outcome is NO


def test_ink_under_an_annotation_is_ink(call: Call) -> None:
    """A remark or a field beside the seal takes nothing away."""
    noted = ANNOTATION.replace(b"340 190 459 309", b"40 700 159 819") % (b"Stamp", b"")

    assert seal_of(page(SCAN, picture(SEALED), noted), call).outcome is YES
    assert seal_of(page(SCAN + b"10 10 m 99 10 l S", picture(SEALED)), call).outcome is YES


@pytest.mark.parametrize("over", [b"1 g 300 150 200 220 re f", b"1 g 0 0 595 842 re f"])
def test_ink_that_a_program_covered_is_uncertain(call: Call, over: bytes) -> None:
    """Whoever opens the file sees no seal."""
    seal = seal_of(page(SCAN + over, picture(SEALED)), call)

    assert (seal.outcome, seal.reason) == (UNSURE, f"第1页{COVERED_REASON}")


def test_a_link_or_an_empty_field_leaves_a_clean_page_clean(call: Call) -> None:
    """They show nothing."""
    for kind in (b"/Subtype/Link", b"/Subtype/Widget/FT/Sig"):
        data = page(SCAN, picture(BARE), b"/Annots[<<%b/Rect[1 1 9 9]>>]" % kind)
        assert seal_of(data, call).outcome is NO


def test_a_layer_that_is_off_is_not_there(call: Call) -> None:
    """Nobody sees the seal on it; one on a layer that is on was still put there by a program."""
    content = SCAN + b"/OC /L BDC " + PLACE + b" EMC"
    layer = b"/Properties<</L 23 0 R>>"
    off = b"/OCProperties<</OCGs[23 0 R]/D<</OFF[23 0 R]>>>>"
    on = off.replace(b"/OFF[23 0 R]", b"")

    outcomes = [
        seal_of(page(content, picture(BARE), b"", catalog, layer), call).outcome
        for catalog in (off, on)
    ]

    assert outcomes == [NO, UNSURE]


def test_an_annotation_on_a_layer_that_is_off_is_uncertain(call: Call) -> None:
    """Viewers differ: pdfium draws it (Chrome does with it), MuPDF does not."""
    off = b"/OCProperties<</OCGs[23 0 R]/D<</OFF[23 0 R]>>>>"
    note = b"/Annots[<</Subtype/Stamp/F 4/Rect[340 190 459 309]/AP<</N 22 0 R>>/OC 23 0 R>>]"

    assert seal_of(page(SCAN, picture(BARE), note, off), call).outcome is UNSURE


def test_a_seal_outside_the_visible_page_does_not_exist(call: Call) -> None:
    """The crop box ends above it; the size is that of what is left."""
    low = b"/MediaBox[0 0 595 842]/CropBox[0 421 595 842]"

    assert seal_of(page(SCAN, picture(SEALED), low), call).outcome is NO
    clipped = b"q 0 500 595 342 re W n 595 0 0 842 0 0 cm /I Do Q"
    assert seal_of(page(clipped, picture(SEALED)), call).outcome is not YES


@pytest.mark.parametrize(
    ("content", "boxes"),
    [
        (SCAN, b"/MediaBox[0 0 1191 1684]/CropBox[0 0 595 842]"),
        (b"q 297.5 0 0 421 0 0 cm /I Do Q", b"/MediaBox[0 0 297.5 421]/UserUnit 2"),
        (b"q 595 0 0 842 100 100 cm /I Do Q", b"/MediaBox[0 0 900 1200]/CropBox[100 100 695 942]"),
    ],
    ids=["crop", "unit", "crop away from the corner"],
)
def test_a_seal_is_as_large_as_it_is_shown(call: Call, content: bytes, boxes: bytes) -> None:
    """The page's size is that of its visible part."""
    seal = seal_of(page(content, picture(SEALED), boxes), call)

    assert seal.outcome is YES
    assert 38 <= seal.seals[0].diameter_mm <= 46


def test_the_turn_in_a_pictures_exif_is_not_the_pages(call: Call) -> None:
    """A viewer of PDF passes over it, so the seal stands where it stood."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(SEALED).save(out, "JPEG", quality=80, exif=exif)

    plain = seal_of(page(SCAN, picture(SEALED)), call)
    turned = seal_of(page(SCAN, (picture(SEALED)[0], out.getvalue())), call)

    assert plain.outcome is turned.outcome is YES
    assert turned.seals[0].bbox == pytest.approx(plain.seals[0].bbox, abs=1)


def test_colours_are_those_the_file_says(call: Call) -> None:
    """A CMYK picture with its numbers turned round, as press programs write them."""
    out = io.BytesIO()
    cmyk = 255 - np.asarray(Image.fromarray(SEALED).convert("CMYK"))
    Image.fromarray(cmyk, "CMYK").save(out, "JPEG", quality=85)
    head = picture(SEALED)[0].replace(b"DeviceRGB", b"DeviceCMYK/Decode[1 0 1 0 1 0 1 0]")

    assert seal_of(page(SCAN, (head, out.getvalue())), call).outcome in (YES, UNSURE)
