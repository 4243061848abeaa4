"""The pages the seal look is measured on: what each kind is, how it is made, and which answers
about it are right.

Any seed gives other pages; the same seed gives the same ones on the same machine. Three truths:
``stamped`` and ``unstamped`` are clear to the eye, where ``uncertain`` is no mistake but counts as
work for staff; ``staff`` are pages of which nobody could be sure, each with its own right answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np

from ingest.document.paged.pdf import read_pdf
from ingest.document.paged.pictures import pdf_pictures, photograph
from ingest.reading import Kind as FileKind
from ingest.reading import SealOutcome
from tests.seals import capture, files, lookalikes, marks, paper
from tests.seals.marks import Mask, Stamp
from tests.seals.paper import Chance, Pixels, Printed

YES, NO, UNSURE = SealOutcome.STAMPED, SealOutcome.NOT_STAMPED, SealOutcome.UNCERTAIN


class Truth(StrEnum):
    """What is so."""

    STAMPED = "stamped"
    UNSTAMPED = "unstamped"
    STAFF = "staff"


class Taken(NamedTuple):
    """A page after the scanner: pixels, paper in millimetres, JPEG quality."""

    pixels: Pixels
    paper: tuple[float, float]
    quality: int


Draw: TypeAlias = Callable[[Chance, int], Printed]
Take: TypeAlias = Callable[[Chance, Printed], Taken]
Wrap: TypeAlias = Callable[[Taken], bytes]


class Kind(NamedTuple):
    """One kind of page. ``weight`` is how often it comes relative to the others."""

    name: str
    truth: Truth
    right: frozenset[SealOutcome]
    draw: Draw
    take: Take
    wrap: Wrap
    dpis: tuple[int, ...]
    weight: int = 1
    file: FileKind = FileKind.PDF


@dataclass(frozen=True)
class Sample:
    """One page as a file, with its truth."""

    name: str
    kind: Kind
    data: bytes


# --- drawing --------------------------------------------------------------------------------------

MaskOf: TypeAlias = Callable[[Chance, int], Mask]
INKS = (marks.RED, marks.RED, (215, 35, 60), (190, 20, 35), marks.ORANGE_RED)


def _place(chance: Chance, sheet: Printed) -> tuple[float, float]:
    wide, high = sheet.paper
    return float(chance.uniform(0.3, 0.75) * wide), float(chance.uniform(0.45, 0.85) * high)


def stamped(
    mask: MaskOf,
    *,
    strength: tuple[float, float] = (0.6, 0.95),
    inks: tuple[tuple[int, int, int], ...] = INKS,
    on: Draw = paper.sheet,
    count: int = 1,
    signed: bool = False,
    wear: float = 0.5,
) -> Draw:
    """A sheet with one or more stamps somewhere in its lower half."""

    def draw(chance: Chance, dpi: int) -> Printed:
        sheet = on(chance, dpi)
        pixels = sheet.pixels
        for _ in range(count):
            at = _place(chance, sheet)
            ink = inks[int(chance.integers(len(inks)))]
            pressed = marks.uneven(chance, mask(chance, dpi), wear)
            pixels = marks.press(
                pixels,
                pressed,
                Stamp(at, float(chance.uniform(*strength)), ink),
                dpi,
            )
            if signed:
                pixels = marks.signature(
                    chance,
                    pixels,
                    at,
                    dpi,
                    marks.BLUE if chance.random() < 0.4 else (25, 25, 35),
                )
        return Printed(pixels, sheet.paper)

    return draw


def bearing(*puts: lookalikes.Put, on: Draw = paper.sheet) -> Draw:
    """A sheet with things on it that are no stamps."""

    def draw(chance: Chance, dpi: int) -> Printed:
        sheet = on(chance, dpi)
        pixels = sheet.pixels
        for put in puts:
            pixels = put(chance, pixels, dpi)
        return Printed(pixels, sheet.paper)

    return draw


def _large_seal(chance: Chance, dpi: int) -> Mask:
    return marks.round_seal(chance, dpi, float(chance.choice([50, 58])))


def _twice(chance: Chance, dpi: int) -> Mask:
    """The hand slipped: a second, weaker impression a few millimetres beside the first."""
    mask = marks.round_seal(chance, dpi)
    shift = round(float(chance.uniform(2, 5)) * dpi / 25.4)
    return np.maximum(mask, 0.6 * np.roll(mask, (shift // 2, shift), (0, 1)))


def at_edge(share: tuple[float, float]) -> Draw:
    """A stamp over the right edge of the paper; ``share`` of its width lies on the sheet (骑缝章: a strip of it)."""

    def draw(chance: Chance, dpi: int) -> Printed:
        sheet = paper.sheet(chance, dpi)
        mask = marks.uneven(chance, marks.round_seal(chance, dpi, 42))
        across = sheet.paper[0] + 21 - 42 * float(chance.uniform(*share))
        at = (across, float(chance.uniform(0.3, 0.7) * sheet.paper[1]))
        return Printed(marks.press(sheet.pixels, mask, Stamp(at), dpi), sheet.paper)

    return draw


def _a3(chance: Chance, dpi: int) -> Printed:
    return paper.letter(chance, dpi, paper.A3)


def _landscape(chance: Chance, dpi: int) -> Printed:
    return paper.form(chance, dpi, landscape=True)


def _empty(chance: Chance, dpi: int) -> Printed:
    return Printed(
        np.full((round(297 * dpi / 25.4), round(210 * dpi / 25.4), 3), 255, np.uint8),
        paper.A4,
    )


# --- taking ---------------------------------------------------------------------------------------


def _quality(chance: Chance) -> int:
    return int(chance.integers(25, 91))


def scan(chance: Chance, sheet: Printed) -> Taken:
    return Taken(capture.scanned(chance, sheet.pixels), sheet.paper, _quality(chance))


def yellowed(chance: Chance, sheet: Printed) -> Taken:
    return Taken(
        capture.scanned(chance, sheet.pixels, yellowed=True),
        sheet.paper,
        _quality(chance),
    )


def faded(chance: Chance, sheet: Printed) -> Taken:
    return Taken(
        capture.scanned(chance, sheet.pixels, fade=float(chance.uniform(0.2, 0.45))),
        sheet.paper,
        _quality(chance),
    )


def photo(chance: Chance, sheet: Printed) -> Taken:
    """A telephone picture whose page is as long as the picture makes it."""
    pixels = capture.photographed(chance, sheet.pixels)
    height, width = pixels.shape[:2]
    return Taken(pixels, (210.0, 210.0 * height / width), max(40, _quality(chance)))


def cleaned(chance: Chance, sheet: Printed) -> Taken:
    """A scan or a telephone picture that an app has made white and bright."""
    taken = photo(chance, sheet) if chance.random() < 0.5 else scan(chance, sheet)
    return taken._replace(pixels=capture.cleaned(chance, taken.pixels))


def either(chance: Chance, sheet: Printed) -> Taken:
    """Mostly a scan."""
    return photo(chance, sheet) if chance.random() < 0.15 else scan(chance, sheet)


def grey(chance: Chance, sheet: Printed) -> Taken:
    return Taken(capture.grey(capture.scanned(chance, sheet.pixels)), sheet.paper, _quality(chance))


def black_and_white(chance: Chance, sheet: Printed) -> Taken:
    return Taken(capture.black_and_white(capture.scanned(chance, sheet.pixels)), sheet.paper, 0)


def as_drawn(chance: Chance, sheet: Printed) -> Taken:
    return Taken(sheet.pixels, sheet.paper, 90)


# --- wrapping -------------------------------------------------------------------------------------


def plain(page: Taken) -> bytes:
    return files.scan([page.pixels], page.paper, page.quality)


def in_strips(page: Taken) -> bytes:
    return files.strips(page.pixels, page.paper, page.quality)


def on_its_side(page: Taken) -> bytes:
    return files.rotated(page.pixels, page.paper, page.quality, 1 + page.quality % 3)


def with_ocr(page: Taken) -> bytes:
    return files.with_ocr_layer(page.pixels, page.paper, page.quality)


def in_palette(page: Taken) -> bytes:
    return files.palette(page.pixels, page.paper)


def in_layers(page: Taken) -> bytes:
    return files.layers(page.pixels, page.paper, page.quality)


def as_fax(page: Taken) -> bytes:
    return files.fax(page.pixels, page.paper)


def bare_jpeg(page: Taken) -> bytes:
    return files.jpeg(page.pixels, page.quality)


def exported(page: Taken) -> bytes:
    return paper.exported(page.quality)


def exported_with_seal(page: Taken) -> bytes:
    return files.pasted(paper.exported(page.quality), page.pixels)


def _seal_picture(chance: Chance, dpi: int) -> Printed:
    mask = marks.round_seal(chance, dpi)
    white = np.full((*mask.shape, 3), 255, np.uint8)
    middle = mask.shape[1] / 2 * 25.4 / dpi, mask.shape[0] / 2 * 25.4 / dpi
    return Printed(marks.press(white, mask, Stamp(middle, 1.0), dpi), paper.A4)


# --- the kinds ------------------------------------------------------------------------------------

FINE, COARSE, LARGE = (100, 150, 150, 200, 200, 300), (72, 75, 90), (150, 200, 300)


def _kinds() -> Iterator[Kind]:
    yield from _stamped_kinds()
    yield from _unstamped_kinds()
    yield from _staff_kinds()


def _clear_kind(
    truth: Truth,
    right: SealOutcome,
    name: str,
    draw: Draw,
    take: Take = either,
    wrap: Wrap = plain,
    dpis: tuple[int, ...] = FINE,
    weight: int = 1,
    file: FileKind = FileKind.PDF,
) -> Kind:
    """A kind of page with one right answer."""
    return Kind(name, truth, frozenset({right}), draw, take, wrap, dpis, weight, file)


def _stamped_kinds() -> Iterator[Kind]:
    kind = partial(_clear_kind, Truth.STAMPED, YES)
    seal = marks.round_seal
    yield kind("round seal", stamped(seal), weight=4)
    yield kind(
        "round seal, 72-90 dpi",
        stamped(seal, strength=(0.7, 0.95)),
        scan,
        dpis=COARSE,
        weight=2,
    )
    yield kind("round seal of 50 or 58 mm", stamped(_large_seal))
    yield kind("round 专用章", stamped(marks.special_round), weight=2)
    yield kind("oval 专用章", stamped(marks.oval_seal), weight=2)
    yield kind("seal under a signature", stamped(seal, signed=True), weight=2)
    yield kind("seal in dark red", stamped(seal, inks=(marks.DARK_RED, (150, 25, 45))), weight=2)
    yield kind("pale seal", stamped(seal, strength=(0.32, 0.5)), scan, weight=2)
    yield kind("worn seal", stamped(seal, wear=0.9), scan, weight=2)
    yield kind("two seals", stamped(seal, count=2))
    yield kind("seal pressed twice", stamped(_twice))
    yield kind(
        "seal over a red table",
        stamped(seal, on=bearing(lookalikes.red_table)),
        scan,
        weight=2,
    )
    yield kind(
        "seal on a red letterhead's page",
        stamped(seal, on=bearing(lookalikes.letterhead)),
        weight=2,
    )
    yield kind(
        "oval 专用章 across red curves",
        stamped(marks.oval_seal, on=bearing(lookalikes.red_curves)),
        scan,
    )
    yield kind("seal and red pen", stamped(seal, on=bearing(lookalikes.pen_circles)))
    yield kind("seal, yellowed paper", stamped(seal), yellowed)
    yield kind("seal, faded scan", stamped(seal), faded)
    yield kind("seal, photographed", stamped(seal), photo, weight=2)
    yield kind("seal, photograph as JPEG", stamped(seal), photo, bare_jpeg, file=FileKind.JPEG)
    yield kind("seal, cleaned by an app", stamped(seal), cleaned, weight=2)
    yield kind("oval 专用章, cleaned by an app", stamped(marks.oval_seal), cleaned)
    yield kind("seal, scan in strips", stamped(seal), scan, in_strips)
    yield kind("seal, scan with OCR layer", stamped(seal), scan, with_ocr)
    yield kind("seal, /Rotate", stamped(seal), scan, on_its_side)
    yield kind(
        "seal, palette",
        stamped(seal, strength=(0.7, 0.95)),
        scan,
        in_palette,
        dpis=(100, 150),
    )
    yield kind("seal, MRC layers", stamped(seal), scan, in_layers, dpis=LARGE)
    yield kind("seal, landscape", stamped(seal, on=_landscape), scan)
    yield kind("seal, A3", stamped(seal, on=_a3), scan, dpis=(100, 150))


def _unstamped_kinds() -> Iterator[Kind]:
    kind = partial(_clear_kind, Truth.UNSTAMPED, NO)
    yield kind("print only", paper.sheet, weight=4)
    yield kind("print, yellowed paper", paper.sheet, yellowed)
    yield kind("print, faded scan", paper.sheet, faded)
    yield kind("print, photographed", paper.sheet, photo, weight=2)
    yield kind("print, photograph as JPEG", paper.sheet, photo, bare_jpeg, file=FileKind.JPEG)
    yield kind("print, strips", paper.sheet, scan, in_strips)
    yield kind("print, /Rotate", paper.sheet, scan, on_its_side)
    yield kind("print, MRC layers", paper.sheet, scan, in_layers, dpis=LARGE)
    yield kind("print, palette", paper.sheet, scan, in_palette, dpis=(100, 150))
    yield kind("print, landscape", _landscape, scan)
    yield kind("print, A3", _a3, scan, dpis=(100, 150))
    yield kind("born digital", paper.sheet, as_drawn, exported)
    for name, put, weight in (
        ("red letterhead", lookalikes.letterhead, 3),
        ("red table", lookalikes.red_table, 2),
        ("red text", lookalikes.red_text, 2),
        ("red box", lookalikes.red_boxes, 2),
        ("red badge", lookalikes.emblem, 2),
        ("red disc with figures", lookalikes.party_emblem, 1),
        ("flag", lookalikes.flag, 1),
        ("fingerprints", lookalikes.fingerprint, 2),
        ("red code", lookalikes.red_code, 1),
        ("red pen circles", lookalikes.pen_circles, 2),
        ("red underlines", lookalikes.red_underlines, 1),
        ("red handwriting", lookalikes.red_handwriting, 1),
        ("blue writing", lookalikes.blue_writing, 1),
        ("highlighter", lookalikes.highlighter, 1),
        ("sticker", lookalikes.sticker, 2),
        ("coffee ring", lookalikes.coffee_ring, 1),
        ("coloured photograph", lookalikes.photograph, 2),
        ("watermark", lookalikes.watermark, 1),
        ("pie chart", lookalikes.chart, 1),
        ("red curves", lookalikes.red_curves, 1),
        ("red bars", lookalikes.red_bars, 1),
    ):
        yield kind(name, bearing(put), weight=weight)


def _staff_kinds() -> Iterator[Kind]:
    def kind(
        name: str,
        right: set[SealOutcome],
        draw: Draw,
        take: Take = scan,
        wrap: Wrap = plain,
        dpis: tuple[int, ...] = FINE,
    ) -> Kind:
        return Kind(name, Truth.STAFF, frozenset(right), draw, take, wrap, dpis)

    seal = stamped(marks.round_seal)
    yield kind("grey scan, stamped", {UNSURE}, seal, grey)
    yield kind("grey scan, unstamped", {UNSURE}, paper.sheet, grey)
    yield kind("print, cleaned by an app", {UNSURE, NO}, paper.sheet, cleaned)
    yield kind(
        "pale seal, cleaned by an app",
        {UNSURE, YES},
        stamped(marks.round_seal, strength=(0.32, 0.5)),
        cleaned,
    )
    yield kind("fax coding, stamped", {UNSURE}, seal, black_and_white, as_fax)
    yield kind("fax coding, unstamped", {UNSURE}, paper.sheet, black_and_white, as_fax)
    yield kind("unstamped, 72-90 dpi", {UNSURE, NO}, paper.sheet, dpis=COARSE)
    yield kind("very faint seal", {UNSURE, YES}, stamped(marks.round_seal, strength=(0.10, 0.2)))
    yield kind(
        "seal among red bars",
        {UNSURE, YES},
        stamped(marks.round_seal, on=bearing(lookalikes.red_bars)),
    )
    yield kind(
        "seal on a dark picture",
        {UNSURE},
        stamped(marks.round_seal, on=bearing(lookalikes.dark_picture)),
    )
    yield kind("dark picture", {UNSURE}, bearing(lookalikes.dark_picture))
    yield kind("half a seal at the edge", {UNSURE, YES}, at_edge((0.4, 0.7)))
    yield kind("骑缝章, a strip", {UNSURE, YES}, at_edge((0.12, 0.3)))
    yield kind(
        "seal in purple",
        {UNSURE, YES},
        stamped(marks.round_seal, inks=(marks.PURPLE, (150, 50, 120))),
    )
    yield kind("seal in blue", {UNSURE}, stamped(marks.round_seal, inks=(marks.BLUE,)))
    yield kind("square name seal", {UNSURE, NO, YES}, stamped(marks.square_seal))
    yield kind("pasted seal picture", {UNSURE, NO}, _seal_picture, as_drawn, exported_with_seal)
    yield kind("red badge of a seal's size", {UNSURE, NO}, bearing(lookalikes.large_emblem))
    yield kind("empty paper", {UNSURE, NO}, _empty)


KINDS = tuple(_kinds())


def sample(kind: Kind, seed: int, number: int) -> Sample:
    """Page ``number`` of a set, of one kind."""
    chance = np.random.default_rng([seed, number])
    dpi = int(chance.choice(kind.dpis))
    data = kind.wrap(kind.take(chance, kind.draw(chance, dpi)))
    scan = kind.take is not as_drawn
    seen = colour(data, kind.file) if scan else 255
    if seen <= ROUNDING:
        right = kind.right if seen > 1 else frozenset[SealOutcome]()
        kind = kind._replace(truth=Truth.STAFF, right=right | {UNSURE})
    return Sample(f"{number:04d} {kind.name} {dpi} dpi", kind, data)


ROUNDING = 12
"""What a JPEG's rounding makes of grey in single places, of 255: no eye sees a colour there."""


def colour(data: bytes, file: FileKind) -> int:
    """By how much red, green and blue differ at most on the page of a file: on white paper a coarse
    JPEG of a colour scan may keep none of it, and nobody can tell it from a grey one.
    """
    pages = photograph(data) if file is not FileKind.PDF else pdf_pictures(data, read_pdf(data))
    return max((_spread(page.pixels) for page in pages), default=0)


def _spread(pixels: Pixels) -> int:
    """By how much the channels of a pixel differ at most."""
    one, two, three = cv2.split(pixels)
    most, least = cv2.max(cv2.max(one, two), three), cv2.min(cv2.min(one, two), three)
    return int(cv2.subtract(most, least).max(initial=0))


def choose(count: int) -> list[Kind]:
    """``count`` kinds, each by its weight, in an order that comes round: the first pages show
    something of everything.
    """
    turns = [
        kind
        for round_ in range(
            max(kind.weight for kind in KINDS),
        )
        for kind in KINDS
        if kind.weight > round_
    ]
    return [turns[number % len(turns)] for number in range(count)]
