"""Pairs that went wrong between desk and scanner: rows exchanged, a row more on the scan, another
applicant's last page behind the right first ones, ink over a number.

What pairs are made of is ``made.py``; these stand by themselves so that a seed there keeps its pairs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from PIL import Image, ImageDraw

from rules.call import Call
from samples.applicants import Filled
from samples.fonts import font
from samples.pdf import pictures_pdf
from samples.scan import Picture
from samples.seal import Seal, press
from samples.sheet import Face, PageBreak, Placed, Sheet, Table, lay_out
from tests.pairs.applicants import schools
from tests.pairs.effects import Device, device
from tests.pairs.made import FACES, INK, WRITTEN, Pair, Run, Truth, printed, shot

_CLERK = ("联系人", "联系电话")
_APPLICATION_NUMBERS = ("联系电话", "教师人数", "学生人数", "公示开始", "公示结束")
_PEN = ((28, 24, 30), (120, 40, 30), (60, 30, 40))  #: black and blue inks, BGR
_TABLE, _APPLICATION = "附件4", "附件2"


def mixed(seed: int, runs: int, call: Call) -> Iterator[Pair]:
    """The pairs of so many print runs; the same for the same seed."""
    for number in range(runs):
        chance = random.Random(f"mixed {seed} {number}")
        yield from _of_table(chance, call)
        yield from _of_application(chance, call)


def _of_table(chance: random.Random, call: Call) -> Iterator[Pair]:
    people = schools(chance, call, 7)
    rows = tuple(people[: chance.choice((2, 3, 4, 5))])
    unit = next(each for each in call.units if each.name == rows[0]["师市"])
    run = Run(_TABLE, dict(rows[0]) | {"填报单位": unit.bureau}, rows, chance.random() < 0.35)
    how = device(chance)
    pages = _pages(run.sheet(call), how, chance)
    scanned = pictures_pdf(pages, WRITTEN)

    def pair(truth: Truth, rows: Sequence[Filled], field: str = "") -> Pair:
        return Pair(truth, _TABLE, how, replace(run, rows=tuple(rows)).word(call), scanned, field)

    yield pair(Truth.SAME, rows)
    one, other = sorted(chance.sample(range(len(rows)), 2))
    turned = list(rows)
    turned[one], turned[other] = rows[other], rows[one]
    yield pair(Truth.TURNED, turned)
    if any(rows[one][name] != rows[other][name] for name in _CLERK):
        crossed = list(rows)
        crossed[one] = rows[one] | {name: rows[other][name] for name in _CLERK}
        crossed[other] = rows[other] | {name: rows[one][name] for name in _CLERK}
        yield pair(Truth.CROSSED, crossed)
    if len(rows) > 2:
        gone = chance.randrange(len(rows))
        yield pair(Truth.LESS, [row for at, row in enumerate(rows) if at != gone])
    at = chance.randrange(len(rows) + 1)
    yield pair(Truth.ROW, [*rows[:at], people[-1], *rows[at:]])
    yield _inked(run, chance, call, rows[chance.randrange(len(rows))], ("联系电话",))


def _of_application(chance: random.Random, call: Call) -> Iterator[Pair]:
    mine, theirs = schools(chance, call, 2)
    plain, how = chance.random() < 0.35, device(chance)
    run = Run(_APPLICATION, dict(mine), (), plain)
    last = chance.random() < 0.7
    foreign = dict(theirs) | ({"填报日期": mine["填报日期"]} if last else {})
    own = _pages(_with_last_page(run.sheet(call)), how, chance)
    other = _pages(_with_last_page(replace(run, filled=foreign).sheet(call)), how, chance)
    word = run.word(call)
    yield Pair(Truth.SAME, _APPLICATION, how, word, pictures_pdf(own, WRITTEN))
    yield Pair(
        Truth.STRANGE, _APPLICATION, how, word, pictures_pdf([*own[:-1], other[-1]], WRITTEN), ""
    )
    yield _inked(run, chance, call, mine, _APPLICATION_NUMBERS)


def _with_last_page(sheet: Sheet) -> Sheet:
    """The sheet with its declaration and seals alone on their page, as they mostly are."""
    table = next(block for block in reversed(sheet.blocks) if isinstance(block, Table))
    first = next(at for at, row in enumerate(table.rows) if any(cell.seal for cell in row.cells))
    head = replace(table, rows=table.rows[:first])
    tail = replace(table, rows=table.rows[first:])
    return replace(sheet, blocks=(*sheet.blocks[:-1], head, PageBreak(), tail))


def _pages(sheet: Sheet, how: Device, chance: random.Random) -> list[Picture]:
    return [
        shot(image, page, how, number)
        for number, (image, page) in enumerate(_printed(sheet, how, chance), 1)
    ]


def _printed(sheet: Sheet, how: Device, chance: random.Random) -> list[tuple[Image.Image, Picture]]:
    ink, face = chance.randint(*INK), chance.choice(FACES)
    return printed(sheet, how, face, ink)


# --- ink over a number ----------------------------------------------------------------------------


def _inked(run: Run, chance: random.Random, call: Call, who: Filled, names: Sequence[str]) -> Pair:
    """The right pair, photographed at 100 dpi, a stroke or a seal across one of its numbers."""
    how = replace(device(chance), name="phone", dpi=100)
    name = chance.choice(names)
    sheet, over = run.sheet(call), chance.choice(("stroke", "seal", "name"))
    made = []
    for number, ((image, page), placed) in enumerate(
        zip(_printed(sheet, how, chance), lay_out(sheet), strict=True), 1
    ):
        for cell in placed:
            if isinstance(cell, Placed) and cell.cell.text == who[name]:
                _across(image, cell, over, how, chance, who["单位名称"])
        made.append(shot(image, page, how, number))
    return Pair(
        Truth.INKED, run.form, how, run.word(call), pictures_pdf(made, WRITTEN), f"{name} {over}"
    )


def _across(
    image: Image.Image, cell: Placed, over: str, how: Device, chance: random.Random, who: str
) -> None:
    """Ink over the number in a cell, whose text begins at its left."""
    scale = how.dpi / 25.4
    high = cell.size * 25.4 / 72
    wide = max(4.0, len(cell.cell.text) * high / 2)
    middle = cell.top + cell.height / 2
    at = cell.left + 1.6 + wide * chance.uniform(0.2, 0.8)
    if over == "seal":
        place = (at + chance.uniform(-16, 16), middle + chance.uniform(-16, 16))
        press(
            image, Seal(who, 41, chance.uniform(-9, 9), chance.randint(150, 240), 3), place, how.dpi
        )
        return
    colour = chance.choice(_PEN)[::-1]
    draw = ImageDraw.Draw(image)
    if over == "name":
        face = font(Face.KAI, round(8 * scale))
        draw.text(((at - 6) * scale, (middle - 5) * scale), "张志远", fill=colour, font=face)
        return
    for _ in range(chance.choice((1, 2, 3))):
        points = [
            (
                (at + step * chance.uniform(2, 5)) * scale,
                (middle + chance.uniform(-3.5, 3.5)) * scale,
            )
            for step in range(-2, 3)
        ]
        draw.line(
            points,
            fill=colour,
            width=max(1, round(chance.uniform(0.3, 0.7) * scale)),
            joint="curve",
        )
