"""Pairs of a Word file and a scan with the truth about them: the same document, another
applicant's, edited, pages missing.

One print run (a filled form, printed, stamped, scanned) gives several pairs, so that its pages are
read only once.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import cv2
import numpy as np
from PIL import Image, ImageDraw

from rules.call import Call, Role
from samples.applicants import Filled
from samples.fonts import font
from samples.forms import Stamps, application, summary
from samples.pdf import pictures_pdf
from samples.plain_forms import plain_form
from samples.scan import Picture, Scanner, scan
from samples.sheet import Face, Sheet
from samples.word import write_word
from tests.pairs.applicants import bureaus, edited, rewritten, schools
from tests.pairs.effects import Device, Pixels, device, taken, turned

# Office programs note local time without a zone.
WRITTEN = datetime(2024, 8, 20, 9, 30)  # noqa: DTZ001
FACES = (Face.SONG, Face.SONG, Face.HEI, Face.KAI)
INK = (130, 240)  #: how dark a seal is pressed, least and most
NUMBERS = {
    "附件1": ("教师账号开通率", "学生账号开通率", "联系电话", "公示开始", "公示结束"),
    "附件2": ("教师人数", "学生人数", "联系电话", "公示开始", "公示结束"),
    "附件3": ("教师账号开通率", "学生账号开通率", "联系电话"),
    "附件4": ("联系电话",),
}


class Truth(StrEnum):
    """What a pair is."""

    SAME = "same"
    OTHER = "other applicant"
    EDITED = "number edited"
    ROW = "row added"
    MISSING = "page missing"
    ORDER = "wrong order"
    OLDER = "older version"
    TURNED = "rows exchanged"
    CROSSED = "cells exchanged"
    LESS = "row on scan only"
    STRANGE = "another's page"
    INKED = "ink over number"


@dataclass(frozen=True)
class Pair:
    """A Word file, a scan, what they are; ``field`` is the edited one."""

    truth: Truth
    form: str
    how: Device
    word: bytes
    scan: bytes
    field: str = ""


@dataclass(frozen=True)
class Run:
    """One form printed and scanned; ``rows`` only of a summary table."""

    form: str
    filled: Filled
    rows: tuple[Filled, ...]
    plain: bool  #: in the layout of one field a row

    def sheet(self, call: Call) -> Sheet:
        form, who = call.form(self.form), self.filled["单位名称"]
        bureau = next(unit.bureau for unit in call.units if unit.name == self.filled["师市"])
        if self.plain:
            return plain_form(call, form, self.filled, self.rows, bureau if self.rows else who)
        if form.role is Role.SUMMARY:
            head = {"填报单位": bureau, "填报日期": self.filled["填报日期"]}
            return summary(form, head, self.rows, Stamps(applicant=bureau))
        return application(
            form,
            self.filled,
            Stamps(who, who, bureau if self.form == "附件2" else "", "严守成", "葛文斌"),
        )

    def word(self, call: Call) -> bytes:
        return write_word(self.sheet(call), "经办人", WRITTEN)


def pairs(seed: int, runs: int, call: Call) -> Iterator[Pair]:
    """The pairs of so many print runs; the same for the same seed."""
    for number in range(runs):
        yield from _pairs_of(random.Random(f"pairs {seed} {number}"), number, call)


def _pairs_of(chance: random.Random, number: int, call: Call) -> Iterator[Pair]:
    form = ("附件2", "附件4", "附件1", "附件2", "附件3")[number % 5]
    people = schools(chance, call, 7) if form in ("附件2", "附件4") else bureaus(chance, call, 4)
    summary_form = call.form(form).role is Role.SUMMARY
    count = (chance.choice((1, 2, 3, 5)) if form == "附件4" else 1) if summary_form else 0
    own = tuple(people[:count])
    filled = dict(people[0]) | (
        {"填报单位": next(u.bureau for u in call.units if u.name == people[0]["师市"])}
        if count
        else {}
    )
    run = Run(form, filled, own, chance.random() < 0.35)
    how = device(chance)
    pages = _pages(run.sheet(call), how, chance, footers=chance.random() < 0.4)
    word = run.word(call)

    def pair(truth: Truth, word: bytes, pages: Sequence[Picture], field: str = "") -> Pair:
        return Pair(truth, form, how, word, pictures_pdf(pages, WRITTEN), field)

    yield pair(Truth.SAME, word, pages)
    others = tuple(people[count : 2 * count]) or own
    other = replace(
        run,
        filled=dict(people[1]) if not count else filled,
        rows=others if count else (),
    )
    if count and form == "附件3":
        other = replace(other, filled=filled | {"填报单位": other.rows[0]["单位名称"]})
    yield pair(Truth.OTHER, other.word(call), pages)
    if count:
        changed, field = edited(chance, own[0], NUMBERS[form])
        yield pair(
            Truth.EDITED, replace(run, rows=(changed, *own[1:])).word(call), pages, f"第1行{field}"
        )
        yield pair(Truth.ROW, replace(run, rows=(*own, people[-1])).word(call), pages)
        return
    changed, field = edited(chance, filled, NUMBERS[form])
    yield pair(Truth.EDITED, replace(run, filled=changed).word(call), pages, field)
    yield pair(Truth.OLDER, replace(run, filled=rewritten(chance, filled)).word(call), pages)
    if len(pages) > 1:
        gone = chance.randrange(len(pages))
        yield pair(Truth.MISSING, word, [page for at, page in enumerate(pages) if at != gone])
        yield pair(
            Truth.ORDER,
            word,
            [*pages[1:], pages[0]]
            if chance.random() < 0.5
            else [
                *pages[:-2],
                pages[-1],
                pages[-2],
            ],
        )


def _pages(sheet: Sheet, how: Device, chance: random.Random, *, footers: bool) -> list[Picture]:
    """The sheet printed at good quality, then taken by the device."""
    face, ink = chance.choice(FACES), chance.randint(*INK)
    pages = printed(sheet, how, face, ink)
    quarters = chance.choice((1, 2, 3)) if chance.random() < 0.15 else 0
    made = []
    for number, (image, page) in enumerate(pages, 1):
        if footers:
            _footer(image, f"第 {number} 页 共 {len(pages)} 页", how.dpi)
        made.append(shot(image, page, how, number, quarters))
    return made


def printed(sheet: Sheet, how: Device, face: Face, ink: int) -> list[tuple[Image.Image, Picture]]:
    """The pages of a sheet as they come out of a good printer, and what is known of each."""
    scanner = Scanner(
        how.seed % 10_000,
        dpi=how.dpi,
        quality=92,
        skew=0,
        tint=(255, 255, 255),
        noise=0,
        ink=ink,
        body=face,
    )
    return [
        (Image.open(io.BytesIO(page.jpeg)).convert("RGB"), page) for page in scan(sheet, scanner)
    ]


def shot(image: Image.Image, page: Picture, how: Device, number: int, quarters: int = 0) -> Picture:
    """A page as the device takes it, laid on it so many quarters turned."""
    pixels = taken(np.asarray(np.asarray(image)[..., ::-1], np.uint8), how, number)
    return _picture(turned(pixels, quarters), page, how, sideways=quarters % 2 == 1)


def _footer(image: Image.Image, text: str, dpi: int) -> None:
    face = font(Face.SONG, round(10.5 / 72 * dpi))
    ImageDraw.Draw(image).text(
        (image.width / 2 - face.getlength(text) / 2, image.height * 0.955),
        text,
        fill=(20, 20, 20),
        font=face,
    )


def _picture(pixels: Pixels, page: Picture, how: Device, *, sideways: bool) -> Picture:
    jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, how.quality])[1].tobytes()
    paper = page.paper[::-1] if sideways else page.paper
    return Picture(jpeg, (pixels.shape[1], pixels.shape[0]), paper, grey=False)
