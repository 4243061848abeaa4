"""The ways scanners and people wrap a page: what each is called, and that a seal is seen through
all of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ingest.document import reader
from ingest.document.paged.pdf import PageKind, read_pdf
from ingest.document.paged.pictures import pdf_pictures
from ingest.document.reader import read_document
from ingest.reading import Fate, Kind, SealOutcome, SealReading
from rules.call import Call
from tests.seals import files
from tests.unit.ingest.document.papers import (
    Pixels,
    grey,
    image_page,
    jpeg,
    locked_pdf,
    pages_pdf,
    scanned,
    seal_mask,
    sheet,
    stamp,
    text_page,
)

A4, A4_LYING = (210.0, 297.0), (297.0, 210.0)
STAMPED = scanned(stamp(sheet(120), 120, seal_mask(120)))
PLAIN = scanned(sheet(120))
YES, NO, UNSURE = SealOutcome.STAMPED, SealOutcome.NOT_STAMPED, SealOutcome.UNCERTAIN


def seal_of(data: bytes, call: Call, kind: Kind = Kind.PDF) -> SealReading:
    """What is said of a file's seals."""
    document = read_document("2", "扫描件.pdf", kind, data, call).document
    assert document is not None
    assert document.seal is not None
    return document.seal


def drawn(data: bytes) -> Pixels:
    """The first page as it is looked at, in grey."""
    (image,) = pdf_pictures(data, read_pdf(data))
    return np.asarray(image.pixels).reshape(*image.pixels.shape[:2], -1)[..., 0]


def lying(pixels: Pixels, turns: int) -> bytes:
    """A page laid on the scanner the wrong way round and turned by /Rotate."""
    return files.rotated(pixels, A4, 70, turns)


WRAPPED: dict[str, tuple[Callable[[Pixels], bytes], PageKind]] = {
    "one JPEG": (lambda pixels: files.scan([pixels], A4, 70), PageKind.SCAN),
    "strips": (lambda pixels: files.strips(pixels, A4, 70), PageKind.SCAN),
    "palette": (lambda pixels: files.palette(pixels, A4), PageKind.SCAN),
    "layers": (lambda pixels: files.layers(pixels, A4, 70), PageKind.SCAN),
    "OCR layer": (lambda pixels: files.with_ocr_layer(pixels, A4, 70), PageKind.SCAN_WITH_OCR),
    "JPEG 2000": (lambda pixels: files.wavelets(pixels, A4), PageKind.SCAN),
    "CMYK": (lambda pixels: files.four_colours(pixels, A4, 80), PageKind.SCAN),
    "turned once": (lambda pixels: lying(pixels, 1), PageKind.SCAN),
    "upside down": (lambda pixels: lying(pixels, 2), PageKind.SCAN),
    "turned thrice": (lambda pixels: lying(pixels, 3), PageKind.SCAN),
}  # fmt: skip


@pytest.mark.parametrize("name", WRAPPED)
def test_a_seal_is_seen_through_every_wrapping(call: Call, name: str) -> None:
    """And stands at the same place of the page, however the picture lies in the file."""
    wrap, kind = WRAPPED[name]
    data = wrap(STAMPED)

    seal = seal_of(data, call)

    assert read_pdf(data).pages[0].kind is kind
    assert seal.outcome is YES
    left, top, width, height = seal.seals[0].bbox
    assert (left + width / 2, top + height / 2) == pytest.approx((143, 213), abs=4)


@pytest.mark.parametrize("name", sorted(set(WRAPPED) - {"CMYK"}))  # its colours are another's
def test_a_page_without_a_seal_is_not_stamped_in_any_wrapping(call: Call, name: str) -> None:
    """Colour pages with print alone."""
    assert seal_of(WRAPPED[name][0](PLAIN), call).outcome is NO


BILEVEL: dict[str, Callable[[Pixels], bytes]] = {
    "fax": lambda pixels: files.fax(pixels, A4),
    "fax, ones white": lambda pixels: files.fax(pixels, A4, ones_black=False),
    "JBIG2": lambda pixels: files.bilevel(pixels, A4),
}


@pytest.mark.parametrize("stamped", [True, False])
@pytest.mark.parametrize("how", BILEVEL)
def test_pages_in_black_and_white_are_scans_nobody_can_judge(
    call: Call, how: str, *, stamped: bool
) -> None:
    """They show no red, however they are coded."""
    black = ((grey(STAMPED if stamped else PLAIN)[..., 0] > 128) * 255).astype(np.uint8)
    data = BILEVEL[how](black)

    seal = seal_of(data, call)

    assert read_pdf(data).pages[0].kind is PageKind.SCAN
    assert seal.outcome is UNSURE
    assert "没有颜色" in seal.reason


def test_all_codings_of_black_and_white_show_the_same_page() -> None:
    """What is seen is looked at, not how it is kept."""
    black = ((grey(STAMPED)[..., 0] > 128) * 255).astype(np.uint8)
    shown = [drawn(code(black)) for code in BILEVEL.values()]

    assert 0.02 < (shown[0] < 128).mean() < 0.5
    assert all(np.abs(each.astype(int) - shown[0]).mean() < 2 for each in shown)


def test_a_red_seal_on_an_otherwise_grey_page_is_seen(call: Call) -> None:
    """Copiers that keep colour only where there is some: the rest of the page has none at all."""
    ink = seal_mask(120)
    page = stamp(grey(sheet(120, tint=(255, 255, 255))), 120, ink)

    assert seal_of(files.scan([page], A4, 80), call).outcome is YES


def test_a_photograph_with_a_desk_around_is_read_at_a_guessed_scale(call: Call) -> None:
    """The sheet is smaller than the picture, so the seal looks smaller than it is."""
    desk = np.full(
        (STAMPED.shape[0] * 5 // 4, STAMPED.shape[1] * 5 // 4, 3),
        (70, 50, 40),
        np.uint8,
    )
    top, left = (desk.shape[0] - STAMPED.shape[0]) // 2, (desk.shape[1] - STAMPED.shape[1]) // 2
    desk[top : top + STAMPED.shape[0], left : left + STAMPED.shape[1]] = STAMPED

    assert seal_of(jpeg(desk), call, Kind.JPEG).outcome is YES


def test_an_empty_page_beside_a_stamped_one_does_not_matter(call: Call) -> None:
    """The back of the sheet."""
    empty = scanned(np.full_like(STAMPED, 250))

    assert seal_of(files.scan([empty, STAMPED], A4, 70), call).outcome is YES


def test_a_page_of_too_many_pixels_is_left_to_people(call: Call) -> None:
    """Nothing of it is decoded."""
    data = pages_pdf([image_page(jpeg(PLAIN), 65_500, 65_500)])

    seal = seal_of(data, call)

    assert (seal.outcome, seal.reason) == (UNSURE, "第1页的图像过大")


def test_a_damaged_picture_in_a_sound_file_is_left_to_people(call: Call) -> None:
    """Half a JPEG: whatever can be shown of it is no ground for a "no"."""
    data = jpeg(PLAIN)
    broken = pages_pdf([image_page(data[: len(data) // 8], PLAIN.shape[1], PLAIN.shape[0])])

    assert seal_of(broken, call).outcome is UNSURE


def test_damaged_and_locked_files_say_what_to_do(call: Call) -> None:
    """In the applicant's words."""
    assert read_document("2", "a.pdf", Kind.PDF, b"%PDF-1.4\nrubbish", call).fate is Fate.DAMAGED
    reading = read_document("2", "a.pdf", Kind.PDF, locked_pdf(), call)
    assert (reading.fate, "取消 PDF 的密码" in reading.reason) == (Fate.ENCRYPTED, True)


def test_a_blank_file_of_text_says_nothing(call: Call) -> None:
    """A page with nothing on it is no page without a seal."""
    assert seal_of(pages_pdf([text_page([])]), call).outcome is UNSURE


def test_a_seal_in_the_middle_of_a_long_scan_is_found(call: Call) -> None:
    """After the first and the last pages those in between are looked at."""
    pages = [PLAIN] * 30
    pages[19] = STAMPED
    seal = seal_of(files.scan(pages, A4, 60), call)
    assert (seal.outcome, seal.seals[0].page) == (YES, 20)


def test_a_long_scan_without_a_seal_is_a_no_when_all_of_it_was_seen(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as the limits on pages and on pixels let anybody see it."""
    data = files.scan([PLAIN] * 20, A4, 60)
    assert seal_of(data, call).outcome is NO
    monkeypatch.setattr(reader, "MOST_PIXELS", 3 * PLAIN.shape[0] * PLAIN.shape[1])
    seal = seal_of(data, call)
    assert (seal.outcome, seal.reason) == (UNSURE, "共20页, 只查看了其中17页, 没有发现印章")


def test_a_seal_on_a_page_in_between_that_is_no_paper_is_not_stamped(call: Call) -> None:
    """A picture with writing over it that a program has set, among scanned pages."""
    scan = image_page(jpeg(PLAIN), PLAIN.shape[1], PLAIN.shape[0])
    sealed = image_page(jpeg(STAMPED), STAMPED.shape[1], STAMPED.shape[0], number=11)
    text = text_page([f"line {number} of a text that was never printed" for number in range(20)])
    between = (sealed[0] + text[0], sealed[1] + text[1], {**text[2], **sealed[2]})
    seal = seal_of(pages_pdf([scan] * 15 + [between] + [scan] * 4), call)
    assert (seal.outcome, seal.reason) == (UNSURE, "有印章图样, 但不能确定页面是纸质文件的扫描")


def test_a_broken_page_in_between_is_not_a_no(call: Call) -> None:
    """The structure gives out where nobody has looked yet."""
    scan = image_page(jpeg(PLAIN), PLAIN.shape[1], PLAIN.shape[0])
    broken = (b"/ColorSpace<</C[]>>", b"q Q", {})
    seal = seal_of(pages_pdf([scan] * 14 + [broken] + [scan] * 4), call)
    assert (seal.outcome, seal.reason) == (UNSURE, "PDF 中间的页面打不开, 没有全部查看")
