"""Printed sheets before anybody stamps them: the project's own forms filled in, letters, covers and
pages of mere text.

Only print in black; stamps and red things are ``marks.py`` and ``lookalikes.py``, scanners and
cameras ``capture.py``.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from samples.applicants import CHENXI, EIGHTH, FIRST, JINSUI, LANHE, school, zone
from samples.export import export_pdf
from samples.fonts import FOLDERS, font_file
from samples.forms import application, summary, the_call
from samples.scan import print_page
from samples.sheet import Face, Page, Sheet, lay_out

Pixels = NDArray[np.uint8]  #: rows x columns x (red, green, blue)
Chance = np.random.Generator

A4, A4_LANDSCAPE, A3 = (210.0, 297.0), (297.0, 210.0), (420.0, 297.0)

#: Looked for beside the three faces of the samples; a machine that has them draws more kinds of
#: page.
FURTHER_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSerifCJK-Bold.ttc",
    "gbsn00lp.ttf",
    "gkai00mp.ttf",
    "LXGWWenKai-Regular.ttf",
    "wqy-microhei.ttc",
)

WORDS = (
    "智慧教育平台应用培训教师学生课程资源网络建设管理服务保障措施工作思路组织领导经费投入考核评价数据安全团场学校"
    "公示期间未收到异议现予推荐上报请审核为盼按照通知要求结合实际制定方案明确责任分工推进落实定期检查总结经验"
)  # fmt: skip


@cache
def font_files() -> tuple[Path, ...]:
    """The fonts there are. Raises MissingFontError without those of the samples."""
    found = [font_file(face) for face in Face]
    for name in FURTHER_FONTS:
        found += [
            path
            for folder in FOLDERS
            if folder.is_dir()
            for path in sorted(
                folder.rglob(name),
            )
        ][:1]
    return tuple(found)


# every height is another font of some megabytes, and the resolutions are many
@lru_cache(maxsize=24)
def face(number: int, pixels: int) -> ImageFont.FreeTypeFont:
    """One of the fonts at a height in pixels."""
    files = font_files()
    return ImageFont.truetype(
        str(files[number % len(files)]),
        max(4, pixels),
        layout_engine=ImageFont.Layout.BASIC,
    )


class Printed(NamedTuple):
    """A page and its paper in millimetres."""

    pixels: Pixels
    paper: tuple[float, float]


@cache
def _sheets() -> tuple[Sheet, ...]:
    forms = {form.id: form for form in the_call().forms}
    return (
        application(forms["附件1"], zone(FIRST, "2024年8月20日", "98.6%", "99.1%")),
        application(forms["附件2"], school(CHENXI, "2024年8月21日")),
        application(forms["附件2"], school(LANHE, "2024年8月19日")),
        summary(
            forms["附件4"],
            {"填报单位": EIGHTH.name},
            [school(each, "") for each in (CHENXI, JINSUI)],
        ),
    )


@cache
def _forms() -> tuple[tuple[Page, tuple[float, float]], ...]:
    return tuple((page, sheet.paper) for sheet in _sheets() for page in lay_out(sheet))


def exported(number: int) -> bytes:
    """One of the annexes as a word processor saves it as PDF."""
    written = datetime(2024, 8, 22)  # noqa: DTZ001 - Beijing time, as written
    return export_pdf(_sheets()[number % len(_sheets())], written)


def form(chance: Chance, dpi: int, *, landscape: bool = False) -> Printed:
    """A page of one of the annexes, filled in."""
    those = [each for each in _forms() if (each[1] == A4_LANDSCAPE) == landscape]
    page, paper = those[int(chance.integers(len(those)))]
    return Printed(np.asarray(print_page(page, paper, dpi).convert("RGB")), paper)


def words(chance: Chance, count: int) -> str:
    """Characters as they follow each other in such papers, without meaning."""
    start = int(chance.integers(len(WORDS)))
    return ((WORDS[start:] + WORDS) * (count // len(WORDS) + 2))[:count]


def letter(chance: Chance, dpi: int, paper: tuple[float, float] = A4) -> Printed:
    """A title, paragraphs, perhaps a table, a signature line with a date: what a covering letter or
    a proof looks like.
    """
    mm = dpi / 25.4
    picture = Image.new("RGB", (round(paper[0] * mm), round(paper[1] * mm)), "white")
    draw = ImageDraw.Draw(picture)
    shade = int(chance.integers(10, 70))
    body, heading = int(chance.integers(9)), int(chance.integers(9))
    size, left = float(chance.uniform(3.7, 5.8)), float(chance.uniform(20, 32))
    columns = int((paper[0] - 2 * left) / size)
    top = float(chance.uniform(22, 60))
    title = words(chance, int(chance.integers(6, 16)))
    draw.text(
        (paper[0] / 2 * mm, top * mm),
        title,
        (shade,) * 3,
        face(heading, round(1.6 * size * mm)),
        anchor="mt",
    )
    top += 3.2 * size
    while top < paper[1] - 75 - 40 * (chance.random() < 0.3):
        count = columns if chance.random() < 0.8 else int(chance.integers(3, columns))
        draw.text(
            (left * mm, top * mm),
            words(chance, count),
            (shade,) * 3,
            face(body, round(size * mm)),
        )
        top += float(1.55 * size)
    if chance.random() < 0.4:
        _table(draw, chance, mm, (left, top - 30), paper)
    for row in (words(chance, int(chance.integers(6, 14))), "2024年8月22日"):
        draw.text(
            ((paper[0] - left) * mm, (top + 18) * mm),
            row,
            (shade,) * 3,
            face(body, round(size * mm)),
            anchor="rt",
        )
        top += 1.8 * size
    return Printed(np.asarray(picture), paper)


def _table(
    draw: ImageDraw.ImageDraw,
    chance: Chance,
    mm: float,
    at: tuple[float, float],
    paper: tuple[float, float],
) -> None:
    left, top = at
    height, rows = float(chance.uniform(8, 13)), int(chance.integers(3, 6))
    right, columns = paper[0] - left, int(chance.integers(2, 6))
    draw.rectangle([left * mm, top * mm, right * mm, (top + rows * height) * mm], fill="white")
    width = max(1, round(0.3 * mm))
    for row in range(rows + 1):
        y = (top + row * height) * mm
        draw.line([left * mm, y, right * mm, y], (30, 30, 30), width)
    for column in range(columns + 1):
        x = (left + column * (right - left) / columns) * mm
        draw.line([x, top * mm, x, (top + rows * height) * mm], (30, 30, 30), width)
        for row in range(rows if column < columns else 0):
            text = words(chance, int(chance.integers(1, 5)))
            draw.text(
                (x + 1.5 * mm, (top + (row + 0.3) * height) * mm),
                text,
                (40, 40, 40),
                face(0, round(3.7 * mm)),
            )


def sheet(chance: Chance, dpi: int) -> Printed:
    """An A4 page: a form or a letter."""
    return form(chance, dpi) if chance.random() < 0.5 else letter(chance, dpi)
