"""The seal look: clear seals are stamped, colour pages without red are not, and nothing in between
is answered for staff.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest.document.seal.page import look_at_page, look_for_seals
from ingest.document.seal.pixels import (
    MAX_PIXELS,
    PageImage,
    crop_png,
    decode_picture,
    paper_of,
    picture_size,
)
from ingest.reading import SealOutcome, SealReading
from tests.unit.ingest.document.papers import (
    Pixels,
    character,
    grey,
    jpeg,
    png,
    ruled,
    scanned,
    seal_mask,
    sheet,
    stamp,
)

RED = (210, 25, 35)


def seen(page: Pixels, quality: int = 60, number: int = 1) -> PageImage:
    """The page as the reader would hand it over."""
    pixels = decode_picture(jpeg(page, quality), 4 * 297)
    assert pixels is not None
    return PageImage(number, pixels, max(pixels.shape[:2]) / 297)


def outcome(page: Pixels, quality: int = 60) -> SealReading:
    """What is said of one page."""
    return look_for_seals([seen(page, quality)])


@pytest.mark.parametrize(
    ("dpi", "quality", "noise", "diameter"),
    [
        (75, 60, 2, 42),
        (100, 30, 3, 40),
        (100, 60, 6, 45),
        (150, 40, 4, 38),
        (200, 90, 3, 42),
        (200, 30, 8, 42),
    ],
)
def test_a_clear_red_seal_is_stamped(dpi: int, quality: int, noise: float, diameter: float) -> None:
    """At any usual resolution, noise and compression, over text; position and size are right."""
    page = stamp(
        sheet(dpi, seed=dpi),
        dpi,
        seal_mask(dpi, diameter, seed=quality),
        at_mm=(110, 180),
    )
    reading = outcome(scanned(page, noise=noise), quality)
    assert reading.outcome is SealOutcome.STAMPED
    left, top, width, height = reading.seals[0].bbox
    assert abs(left + width / 2 - (110 + 2 + diameter / 2)) < 4
    assert abs(top + height / 2 - (180 + 2 + diameter / 2)) < 4
    assert abs(reading.seals[0].diameter_mm - diameter) < 2.5
    assert (reading.seals[0].shape, reading.seals[0].page) == ("circle", 1)


def test_an_oval_seal_is_stamped_and_called_an_ellipse() -> None:
    """专用章 of 42 x 30 mm."""
    reading = outcome(scanned(stamp(sheet(150), 150, seal_mask(150, 42, oval=0.71, star=False))))
    assert reading.outcome is SealOutcome.STAMPED
    assert reading.seals[0].shape == "ellipse"


def test_the_evidence_is_a_small_picture_of_the_seal() -> None:
    """A PNG of at most 20 kB, red in it."""
    crop = outcome(scanned(stamp(sheet(200), 200, seal_mask(200)), noise=8)).seals[0].crop_png
    assert 500 < len(crop) <= 20_000
    picture = decode_picture(base64.b64decode(crop), 160)
    assert picture is not None
    assert 100 <= max(picture.shape[:2]) <= 170
    assert float((picture[..., 2].astype(int) - picture[..., 1] > 60).mean()) > 0.05


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("dpi", [100, 150])
def test_an_unstamped_colour_page_is_not_stamped(dpi: int, seed: int) -> None:
    """Black text and rules on tinted paper."""
    assert (
        outcome(
            scanned(sheet(dpi, seed), noise=2 + seed, seed=seed),
            40 + 10 * seed,
        ).outcome
        is SealOutcome.NOT_STAMPED
    )


def red_letterhead(draw: ImageDraw.ImageDraw, mm: float) -> None:
    """红头: a line of big red characters over a red rule."""
    random = np.random.default_rng(1)
    for index in range(9):
        character(draw, random, (35 + 15 * index) * mm, 25 * mm, 13 * mm, RED)
    draw.line([25 * mm, 45 * mm, 185 * mm, 45 * mm], RED, round(0.8 * mm))


def red_headline(draw: ImageDraw.ImageDraw, mm: float) -> None:
    """Two lines of red text."""
    random = np.random.default_rng(2)
    for index in range(28):
        character(
            draw,
            random,
            (35 + 10 * (index % 14)) * mm,
            (20 + 11 * (index // 14)) * mm,
            9 * mm,
            RED,
        )


def red_table(draw: ImageDraw.ImageDraw, mm: float) -> None:
    """A table with red rules."""
    ruled(draw, mm, RED)


def logo(draw: ImageDraw.ImageDraw, mm: float) -> None:
    """A solid red badge of 20 mm."""
    draw.ellipse([30 * mm, 20 * mm, 50 * mm, 40 * mm], fill=RED)
    draw.ellipse([35 * mm, 25 * mm, 45 * mm, 35 * mm], fill=(255, 230, 60))


def big_disc(draw: ImageDraw.ImageDraw, mm: float) -> None:
    """A solid red disc as large as a seal."""
    draw.ellipse([80 * mm, 150 * mm, 121 * mm, 191 * mm], fill=RED)


def bare_circle(draw: ImageDraw.ImageDraw, mm: float) -> None:
    """A ring of a seal's size with nothing in it."""
    draw.ellipse([80 * mm, 150 * mm, 121 * mm, 191 * mm], outline=RED, width=round(1.2 * mm))


@pytest.mark.parametrize(
    "thing",
    [red_letterhead, red_headline, red_table, logo, big_disc, bare_circle],
)
@pytest.mark.parametrize("dpi", [100, 200])
def test_red_things_that_are_no_seals_are_never_stamped(thing: object, dpi: int) -> None:
    """Letterheads, tables, headlines, logos, discs and empty rings."""
    picture = Image.fromarray(sheet(dpi, table=thing is not red_table))
    thing(ImageDraw.Draw(picture), dpi / 25.4)  # type: ignore[operator]
    reading = outcome(scanned(np.asarray(picture)))
    assert reading.outcome is not SealOutcome.STAMPED
    if thing in (red_letterhead, red_table):
        assert reading.outcome is SealOutcome.NOT_STAMPED


@pytest.mark.parametrize("strength", [0.10, 0.15, 0.2])
def test_a_faint_seal_is_never_a_no(strength: float) -> None:
    """Pale ink is stamped or uncertain."""
    page = scanned(stamp(sheet(150), 150, seal_mask(150), strength=strength))
    assert outcome(page, 60).outcome is not SealOutcome.NOT_STAMPED


def test_a_page_mostly_dark_is_no_no() -> None:
    """A stamp on it would not show, to anybody."""
    page = sheet(100).copy()
    page[150:900, 60:760] = 25
    reading = outcome(scanned(page))
    assert (reading.outcome, reading.reason) == (
        SealOutcome.UNCERTAIN, "第1页有大片深色或彩色图案, 盖在上面的印章看不出来",
    )  # fmt: skip


def test_a_dark_desk_around_the_sheet_hides_nothing() -> None:
    """It reaches the picture's border; the sheet is as light as ever."""
    page = sheet(100).copy()
    page[:, :120] = page[-150:] = 25
    assert outcome(scanned(page)).outcome is SealOutcome.NOT_STAMPED


def test_a_page_too_coarse_for_a_no_is_uncertain() -> None:
    """At 75 dpi a pale seal can vanish, so nobody is told that it is missing."""
    reading = outcome(scanned(sheet(75)))
    assert reading.outcome is SealOutcome.UNCERTAIN
    assert "清晰度" in reading.reason


def half_off(page: Pixels) -> Pixels:
    """A seal half over the sheet's edge."""
    return stamp(page, 150, seal_mask(150), at_mm=(190, 120))


def blue(page: Pixels) -> Pixels:
    """A seal in blue ink."""
    return stamp(page, 150, seal_mask(150), ink=(40, 60, 200))


def square(page: Pixels) -> Pixels:
    """A square mark of 28 mm with writing."""
    picture = Image.fromarray(page)
    draw, mm = ImageDraw.Draw(picture), 150 / 25.4
    draw.rectangle([100 * mm, 150 * mm, 128 * mm, 178 * mm], outline=RED, width=round(1.5 * mm))
    random = np.random.default_rng(3)
    for index in range(4):
        character(
            draw,
            random,
            (103 + 12 * (index % 2)) * mm,
            (153 + 12 * (index // 2)) * mm,
            10 * mm,
            RED,
        )
    return np.asarray(picture)


@pytest.mark.parametrize("mark", [half_off, blue, square])
def test_marks_nobody_can_be_sure_of_go_to_staff_with_a_picture(mark: object) -> None:
    """Partial, blue and square marks are uncertain, with the mark itself as evidence."""
    reading = outcome(scanned(mark(sheet(150))))  # type: ignore[operator]
    assert reading.outcome is SealOutcome.UNCERTAIN
    assert reading.seals
    assert reading.seals[0].crop_png
    assert reading.reason.startswith("第1页")


@pytest.mark.parametrize("stamped", [True, False])
def test_a_page_without_colour_is_uncertain(stamped: bool) -> None:
    """Grey and black-and-white scans can show no red, stamped or not."""
    page = stamp(sheet(150), 150, seal_mask(150)) if stamped else sheet(150)
    for plain in (grey(scanned(page)), ((grey(scanned(page)) > 128) * 255).astype(np.uint8)):
        reading = outcome(plain)
        assert reading.outcome is SealOutcome.UNCERTAIN
        assert "黑白或灰度" in reading.reason


def test_the_look_ends_at_the_first_stamped_page() -> None:
    """Later pages are not even decoded."""
    stamped = stamp(sheet(100), 100, seal_mask(100))

    def pages() -> Iterator[PageImage]:
        yield seen(scanned(sheet(100)))
        yield seen(scanned(stamped), number=2)
        raise AssertionError("looked too far")

    assert look_for_seals(pages()).seals[0].page == 2


def test_two_seals_on_a_page_are_both_noted() -> None:
    """The bureau's and the school's."""
    page = stamp(
        stamp(sheet(150), 150, seal_mask(150, 42)),
        150,
        seal_mask(150, 40, seed=5),
        at_mm=(40, 190),
    )
    assert len(look_at_page(seen(scanned(page))).seals) == 2


def test_one_doubtful_page_keeps_the_rest_from_being_a_no() -> None:
    """A grey page among colour pages: uncertain."""
    pages = [seen(scanned(sheet(100))), seen(grey(scanned(sheet(100))), number=2)]
    reading = look_for_seals(pages)
    assert reading.outcome is SealOutcome.UNCERTAIN
    assert reading.reason.startswith("第2页")


def test_pieces_of_a_seal_at_the_edges_of_several_pages_are_named_as_one() -> None:
    """骑缝章: a strip on each page, the whole seal on none."""
    pages = [
        seen(scanned(stamp(sheet(150, seed), 150, seal_mask(150), at_mm=(left, 120))), number=seed)
        for seed, left in ((1, 196), (2, 192))
    ]

    reading = look_for_seals(pages)

    assert reading.outcome is SealOutcome.UNCERTAIN
    assert reading.reason.startswith("第1、2页")
    assert "骑缝章" in reading.reason
    assert {seal.page for seal in reading.seals} == {1, 2}


def test_a_red_badge_with_a_second_ring_is_not_stamped() -> None:
    """A school's badge as large as a seal: writing between two rings."""
    page = Image.fromarray(stamp(sheet(150), 150, seal_mask(150, star=False)))
    mm = 150 / 25.4
    middle = ((120 + 2 + 21) * mm, (190 + 2 + 21) * mm)
    box = [middle[0] - 12 * mm, middle[1] - 12 * mm, middle[0] + 12 * mm, middle[1] + 12 * mm]
    ImageDraw.Draw(page).ellipse(box, outline=RED, width=round(0.7 * mm))

    assert outcome(scanned(np.asarray(page))).outcome is not SealOutcome.STAMPED


@pytest.mark.parametrize("paper", [(255, 255, 255), (250, 247, 238)])
def test_empty_paper_says_nothing(paper: tuple[int, int, int]) -> None:
    """A file of blank pages is not a file without a seal."""
    blank = np.full((1169, 827, 3), paper, np.uint8)
    assert look_for_seals([seen(blank)]).outcome is SealOutcome.UNCERTAIN


@pytest.mark.parametrize("size", [(1, 2400), (2400, 1), (2, 12_000), (1, 1), (40, 9000)])
@pytest.mark.parametrize("red", [False, True])
def test_a_picture_of_hardly_any_height_is_no_reason_to_fail(
    size: tuple[int, int],
    red: bool,
) -> None:
    """Somebody's mail holds a line of pixels: it bears no seal."""
    pixels = np.random.default_rng(1).integers(0, 255, (*size, 3)).astype(np.uint8)
    if not red:
        pixels[..., 1:] = pixels[..., :1]
    assert look_at_page(PageImage(1, pixels, max(size) / 297)).outcome is not SealOutcome.STAMPED


def test_no_pages_are_uncertain() -> None:
    """Nothing looked at is nothing known."""
    assert look_for_seals([]).outcome is SealOutcome.UNCERTAIN


# --- pictures as files ----------------------------------------------------------------------------


def test_sizes_come_from_headers() -> None:
    """JPEG and PNG, colour, grey and CMYK; rubbish has no size."""
    page = sheet(75)
    assert picture_size(jpeg(page)) == (620, 877, 3)
    assert picture_size(jpeg(page, mode="L")) == (620, 877, 1)
    assert picture_size(jpeg(page, mode="CMYK")) == (620, 877, 4)
    assert picture_size(png(page)) == (620, 877, 3)
    assert picture_size(jpeg(page)[:100]) is None
    assert picture_size(b"GIF89a") is None


def test_pictures_are_decoded_no_larger_than_needed() -> None:
    """A page of 300 dpi for a look at 100 dpi comes at half size."""
    pixels = decode_picture(jpeg(sheet(300)), 1188)
    assert pixels is not None
    assert 1188 <= max(pixels.shape[:2]) < 2 * 1188


def test_a_picture_with_too_many_pixels_is_not_decoded() -> None:
    """The header alone decides."""
    data = bytearray(png(sheet(75)))
    data[16:24] = (40_000).to_bytes(4, "big") * 2
    assert MAX_PIXELS < 40_000**2
    assert decode_picture(bytes(data), 1188) is None


def test_cmyk_and_broken_pictures_are_values() -> None:
    """CMYK is shown in colour; what is cut off is not shown at all."""
    stamped = scanned(stamp(sheet(100), 100, seal_mask(100)))
    pixels = decode_picture(jpeg(stamped, mode="CMYK"), 1188)
    assert pixels is not None
    assert pixels.shape[2] == 3
    assert decode_picture(jpeg(stamped)[:300], 1188) is None
    assert decode_picture(b"\xff\xd8\xff\xe0", 1188) is None


def test_sheets_are_known_by_their_size() -> None:
    """A4 and A3 as they are, pixels taken for points as A4 of unknown scale."""
    assert paper_of(210, 297) == (297, True)
    assert paper_of(420, 297) == (420, True)
    assert paper_of(700, 990) == (297, False)


def test_a_crop_outside_the_page_is_empty() -> None:
    """No evidence, no error."""
    assert crop_png(sheet(75), (5000, 5000, 10, 10)) == ""
