"""Whose seal: pages with one seal of a known unit, and what the program says when this or another
unit sends them.

The seal is found and its ring read as in the worker; the readings are judged as if the owner, a far
unit or one of nearly the same name were the applicant. Any seed gives other pages; the same seed
gives the same ones on the same machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from ingest.comparison.likeness import seal_owner
from ingest.document.paged.pages import page_pictures
from ingest.document.print.ocr import OcrEngine
from ingest.document.print.scantask import ScanText, with_print
from ingest.document.print.scantext import MAX_RINGS
from ingest.document.reader import read_document
from ingest.document.seal.ringtext import RING_PX_PER_MM, read_ring
from ingest.reading import Document, Kind
from rules.call import Call
from tests.seals import capture, files, marks, paper
from tests.seals.marks import Canvas, Mask, Stamp
from tests.seals.paper import Chance

DPIS, QUALITY = (150, 200, 300), 50

#: Each with its double: another unit whose name differs in a character or two.
UNITS = (
    ("第六师五家渠市教育局", "第八师石河子市教育局"), ("第六师教育局", "第八师教育局"),
    ("第十一师教育局", "第十二师教育局"), ("石河子市第一中学", "石河子市第二中学"),
    ("阿拉尔市第三小学", "阿拉尔市第二小学"), ("图木舒克市晨曦小学", "图木舒克市晨光小学"),
    ("胡杨河市实验中学", "胡杨河市实验小学"), ("第一师阿拉尔市高级中学", "第七师胡杨河市高级中学"),
    ("北屯市红柳职业技术学校", "北屯市金穗职业技术学校"), ("可克达拉市镇江高级中学", "可克达拉市镇海高级中学"),
    ("新星市一六九团幼儿园", "新星市一六八团幼儿园"), ("铁门关市教育和体育局", "双河市教育和体育局"),
)  # fmt: skip
LONG_UNITS = (
    (
        "新疆生产建设兵团第十二师头屯河农场第一初级中学",
        "新疆生产建设兵团第十二师头屯河农场第二初级中学",
    ),
    (
        "新疆生产建设兵团第六师五家渠市中等职业技术学校",
        "新疆生产建设兵团第八师石河子市中等职业技术学校",
    ),
    (
        "新疆生产建设兵团第一师阿拉尔市九年一贯制实验学校",
        "新疆生产建设兵团第七师胡杨河市九年一贯制实验学校",
    ),
    (
        "第九师白杨市一六一团双语寄宿制九年一贯制实验学校",
        "第九师白杨市一六七团双语寄宿制九年一贯制实验学校",
    ),
)
FAR = "塔城地区特殊教育指导中心"


class Said(StrEnum):
    """What is said of a seal's owner."""

    AGREES = "agrees"
    DIFFERENT = "different"
    UNREAD = "unread"


Design: TypeAlias = Callable[[Chance, int, str, int], Mask]


class RingKind(NamedTuple):
    """One kind of seal and how it is pressed: turned by so many degrees either way, over print, on
    a page lying so.
    """

    name: str
    design: Design
    turn: tuple[float, float] = (0, 5)
    over_print: bool = False
    on_side: bool = False
    units: tuple[tuple[str, str], ...] = UNITS


class Pressed(NamedTuple):
    """A page as a file, the seal's owner and that unit's double."""

    name: str
    kind: str
    font: str
    dpi: int
    owner: str
    double: str
    data: bytes


class Judged(NamedTuple):
    """What was read, and what follows for the owner, a far unit and the double (worse of the owner
    known and unknown).
    """

    page: Pressed
    writing: str
    own: Said
    far: Said
    double: Said


# --- designs --------------------------------------------------------------------------------------


def _around_below(canvas: Canvas, text: str, reach: float, size: float) -> None:
    """Figures along the lower rim, heads towards the middle."""
    pixels = round(size * canvas.scale)
    for number, char in enumerate(text):
        angle = math.radians(
            (number - (len(text) - 1) / 2) * 1.05 * math.degrees(size * 0.75 / reach),
        )
        tile = Image.new("L", (2 * pixels, 2 * pixels), 0)
        ImageDraw.Draw(tile).text((pixels, pixels), char, 255, paper.face(0, pixels), anchor="mm")
        turned = tile.rotate(math.degrees(angle), Image.Resampling.BICUBIC, expand=True)
        x = canvas.side / 2 + reach * canvas.scale * math.sin(angle) - turned.width / 2
        y = canvas.side / 2 + reach * canvas.scale * math.cos(angle) - turned.height / 2
        canvas.image.paste(255, (round(x), round(y)), turned)


def round_design(
    chance: Chance,
    dpi: int,
    name: str,
    font: int,
    *,
    inner: str = "",
    code: bool = False,
    middle: bool = False,
) -> Mask:
    """公章 of 38-45 mm, with a second ring ``beside`` the rim or ``within`` the writing, a code below, a purpose across."""
    across = float(chance.choice([38, 40, 42, 45]))
    canvas = Canvas(dpi, across + 4)
    canvas.ring(across, across, float(chance.uniform(0.8, 1.4)))
    size = float(chance.uniform(0.115, 0.145)) * across
    reach = across / 2 - 2.0 - size / 2
    if inner == "beside":
        canvas.ring(across - 4, across - 4, 0.35)
        reach -= 1.2
    elif inner == "within":
        around = 2 * (reach - size / 2 - 0.8)
        canvas.ring(around, around, 0.4)
    sweep = float(chance.uniform(215, 262)) + max(0, len(name) - 14) * 2.5
    pitch = 2 * math.pi * reach * sweep / 360 / max(1, len(name) - 1)
    canvas.around(name, (reach, reach), size, font, sweep, min(0.75, 0.92 * pitch / size))
    canvas.star(float(chance.uniform(0.13, 0.17)) * across)
    if code:
        _around_below(canvas, "".join(map(str, chance.integers(0, 10, 13))), across / 2 - 2.6, 1.8)
    if middle:
        canvas.line(
            str(chance.choice(["合同专用章", "业务专用章", "教务专用章"])), across * 0.27, 3.8, font
        )
    return canvas.mask(0)


def oval_design(chance: Chance, dpi: int, name: str, font: int) -> Mask:
    """An oval 专用章 of 45 x 30 or 40 x 30 mm."""
    wide, high = (45.0, 30.0) if chance.random() < 0.6 else (40.0, 30.0)
    canvas = Canvas(dpi, wide + 4)
    canvas.ring(wide, high, float(chance.uniform(0.7, 1.2)))
    canvas.around(name, (wide / 2 - 4.2, high / 2 - 4.2), 4, font, 200)
    canvas.line(str(chance.choice(["财务专用章", "收件专用章", "审核专用章"])), 4.6, 3.6, font)
    if chance.random() < 0.5:
        canvas.line("（01）", -1.5, 3, font)
    return canvas.mask(0)


KINDS = (
    RingKind("round", round_design),
    RingKind("round, tilted 5-30 degrees", round_design, (5, 30)),
    RingKind("second ring beside the rim", partial(round_design, inner="beside")),
    RingKind("second ring within the writing", partial(round_design, inner="within")),
    RingKind("code at the bottom", partial(round_design, code=True), (0, 15)),
    RingKind("round 专用章", partial(round_design, middle=True), (0, 15)),
    RingKind("oval 专用章", oval_design),
    RingKind("oval, tilted 5-30 degrees", oval_design, (5, 30)),
    RingKind("name of 23 or more characters", round_design, (0, 15), units=LONG_UNITS),
    RingKind("pressed over print, signed", round_design, (0, 15), over_print=True),
    RingKind("round, page on its side or head", round_design, (0, 15), on_side=True),
    RingKind("oval, page on its side or head", oval_design, (0, 15), on_side=True),
)


# --- pages ----------------------------------------------------------------------------------------


def pressed(kind: RingKind, seed: int, number: int, dpis: tuple[int, ...] = DPIS) -> Pressed:
    """Page ``number`` of a set: a letter or its lower end with the seal, scanned at 150, 200 or 300
    dpi and JPEG 50.
    """
    chance = np.random.default_rng([seed, number])
    dpi, font = int(chance.choice(dpis)), int(chance.integers(len(paper.font_files())))
    owner, double = kind.units[int(chance.integers(len(kind.units)))]
    if chance.random() < 0.5:
        owner, double = double, owner
    mask = _turned(
        kind.design(chance, dpi, owner, font),
        float(chance.uniform(*kind.turn)) * chance.choice([-1, 1]),
    )
    sheet = paper.letter(chance, dpi)
    at = (
        float(chance.uniform(60, 150)),
        float(chance.uniform(110, 180) if kind.over_print else chance.uniform(225, 265)),
    )
    stamp = Stamp(
        at,
        float(chance.uniform(0.65, 0.95)),
        (marks.RED, (215, 35, 60), (190, 20, 35))[number % 3],
    )
    pixels = marks.press(sheet.pixels, marks.uneven(chance, mask, 0.4), stamp, dpi)
    if kind.over_print:
        pixels = marks.signature(chance, pixels, at, dpi)
    quarters = int(chance.integers(1, 4)) if kind.on_side else 0
    pixels = np.ascontiguousarray(np.rot90(capture.scanned(chance, pixels), quarters))
    size = sheet.paper if quarters % 2 == 0 else sheet.paper[::-1]
    name = f"{number:04d} {kind.name}, {paper.font_files()[font].stem}, {dpi} dpi"
    return Pressed(
        name,
        kind.name,
        paper.font_files()[font].stem,
        dpi,
        owner,
        double,
        files.scan([pixels], size, QUALITY),
    )


def _turned(mask: Mask, degrees: float) -> Mask:
    picture = Image.fromarray((255 * mask).astype(np.uint8)).rotate(
        degrees,
        Image.Resampling.BICUBIC,
        expand=True,
    )
    return np.asarray(np.asarray(picture, np.float32) / 255, np.float32)


# --- judging --------------------------------------------------------------------------------------


def judge(page: Pressed, call: Call, engine: OcrEngine) -> Judged:
    """Read the page's seal and ask whose it is."""
    document = read_document("2", "扫描件.pdf", Kind.PDF, page.data, call).document
    assert document is not None, page.name
    seals = document.seal.seals[:MAX_RINGS] if document.seal is not None else ()
    sheets = {each.number: each for each in page_pictures(Kind.PDF, page.data, RING_PX_PER_MM)}
    said = [read_ring(sheets[seal.page], seal, engine) for seal in seals]
    text = ScanText(
        sha256="2",
        writings=tuple(each.text for each in said),
        mirrored=tuple(at for at, each in enumerate(said) if each.mirrored),
    )
    document = with_print(document, text, call)[0]
    writing = " ".join(seal.writing for seal in (document.seal.seals if document.seal else ()))
    known = [name for pair in (*UNITS, *LONG_UNITS) for name in pair]
    double = {_asked(document, page.double, known), _asked(document, page.double, [FAR])}
    worst = next(said for said in (Said.AGREES, Said.DIFFERENT, Said.UNREAD) if said in double)
    return Judged(
        page,
        writing,
        _asked(document, page.owner, known),
        _asked(document, FAR, known),
        worst,
    )


def _asked(document: Document, applicant: str, known: list[str]) -> Said:
    fact = seal_owner(document, [applicant], [name for name in known if name != applicant])
    if fact.value is None:
        return Said.UNREAD
    return Said.AGREES if fact.value else Said.DIFFERENT
