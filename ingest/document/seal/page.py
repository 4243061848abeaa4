"""Is a scanned page stamped with a red official seal (公章)? ``stamped`` only on clear evidence,
``not_stamped`` only on a colour page clearly free of it, everything else ``uncertain`` with a
reason for staff.

No PDF is opened here. Of every page: the quick look (``glancing.py``) says where ink is, the finer
one finds marks there (``marks.py``, ``traces.py``), and a page without any is asked whether a seal
would have shown. A colour copy of a seal cannot be told from a stamp by any program; nor does this
one read the writing in the ring. The figures, and where they come from, stand in ``thresholds/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ingest.document.seal.faintrings import faint_ring
from ingest.document.seal.glancing import Glance
from ingest.document.seal.judging import CUT_RING
from ingest.document.seal.lookalikes import is_code, is_drawn_by_pen
from ingest.document.seal.marks import (
    FRAMES,
    Mark,
    coloured_marks,
    mark_of,
    marks_among_rules,
    rings_at,
    without_doubles,
)
from ingest.document.seal.patches import Patch, patches_with_blue, patches_with_red
from ingest.document.seal.pixels import WORKING_PX_PER_MM as PPM
from ingest.document.seal.pixels import (
    Border,
    Inks,
    PageImage,
    Pixels,
    at_working_scale,
    crop_png,
    dark_ink,
    quantile,
    separate_inks,
    to_working_scale,
)
from ingest.document.seal.rings import Ring
from ingest.document.seal.thresholds.judging import FAINT_RING, MARK, PAGE
from ingest.document.seal.thresholds.searching import LEVELS
from ingest.document.seal.traces import (
    EDGE_REASON,
    FAINT_REASON,
    coherent_red,
    crossed_red,
    faint_marks,
    share_of,
    written_blocks,
)
from ingest.reading import Seal, SealOutcome, SealReading


class PageLook(NamedTuple):
    """What one page says; ``blank`` pages say nothing."""

    outcome: SealOutcome
    seals: tuple[Seal, ...]
    reason: str
    blank: bool = False
    at_edge: bool = False  #: what was seen is cut by the edge of the sheet


def look_for_seals(pages: Iterable[PageImage]) -> SealReading:
    """Look at pages one at a time, and no further than the first one with a clear seal.

    ``pages`` should be lazy: no page is kept.
    """
    looks: list[PageLook] = []
    for page in pages:
        look = look_at_page(page)
        if look.outcome is SealOutcome.STAMPED:
            return SealReading(
                outcome=SealOutcome.STAMPED,
                seals=look.seals,
                reason=f"第{page.number}页有清晰的红色印章",
            )
        looks.append(look)
    return without_clear_seal(looks)


def without_clear_seal(looks: Sequence[PageLook]) -> SealReading:
    """What pages say together of which none bears a clear seal."""
    seals = tuple(seal for look in looks for seal in look.seals)
    doubtful = next((look for look in looks if look.outcome is SealOutcome.UNCERTAIN), None)
    if doubtful is not None:
        reason = _across_pages(looks) or doubtful.reason
        return SealReading(outcome=SealOutcome.UNCERTAIN, seals=seals, reason=reason)
    if all(look.blank for look in looks):
        return SealReading(outcome=SealOutcome.UNCERTAIN, reason="页面是空白的, 没有可以辨认的内容")
    return SealReading(outcome=SealOutcome.NOT_STAMPED, reason="彩色页面上没有发现红色印章")


def _across_pages(looks: Sequence[PageLook]) -> str:
    """骑缝章: pieces at the edge of two pages or more, each too little to be sure of."""
    pages = sorted({seal.page for look in looks for seal in look.seals if look.at_edge})
    return (
        f"第{'、'.join(map(str, pages))}页的纸边都有红色印迹, 可能是骑缝章, 没有看到完整的印章"
        if len(pages) > 1
        else ""
    )


def look_at_page(page: PageImage) -> PageLook:
    """What one page says about being stamped. What a program laid over the paper is no ink: a seal
    that only stands there is uncertain, and so is one that is covered by it.
    """
    look = _look_at_ink(page)
    over = page.overlaid() if page.overlaid else None
    if over is None:
        return look
    drawn = _look_at_ink(replace(page, pixels=over, px_per_mm=_scale_of(page, over)))
    if look.outcome is SealOutcome.STAMPED:
        if drawn.seals:
            return look
        return PageLook(SealOutcome.UNCERTAIN, look.seals, f"第{page.number}页{COVERED_REASON}")
    if len(drawn.seals) <= len(look.seals) and drawn.outcome is not SealOutcome.STAMPED:
        return drawn if look.blank else look
    return PageLook(SealOutcome.UNCERTAIN, drawn.seals, f"第{page.number}页{OVERLAID_REASON}")


def _scale_of(page: PageImage, over: Pixels) -> float:
    longer = (max(picture.shape[:2]) for picture in (over, page.pixels))
    return float(page.px_per_mm * next(longer) / next(longer))


COVERED_REASON = "的印章被加在PDF上的图样盖住, 打开文件看不到"
OVERLAID_REASON = "的印章图样是加在PDF上的(批注、图章工具或签名外观), 不是扫描出来的印迹"


def _look_at_ink(page: PageImage) -> PageLook:
    """Where the quick look saw ink, the finer look goes."""
    first = Glance(page)
    marks = without_doubles(
        [mark for patch in patches_with_red(first) for mark in _red_marks(page, patch, first)],
    )
    if not any(mark.clear for mark in marks):
        patches = patches_with_blue(first)
        blue = [mark for patch in patches for mark in _blue_marks(page, patch, first)]
        marks = without_doubles([*marks, *blue])
    if marks:
        seals = tuple(_seal(page, mark) for mark in marks[: MARK.most])
        if marks[0].clear:
            return PageLook(SealOutcome.STAMPED, seals, "")
        reason = marks[0].reason
        at_edge = reason in (CUT_RING, EDGE_REASON)
        return PageLook(SealOutcome.UNCERTAIN, seals, f"第{page.number}页{reason}", at_edge=at_edge)
    return _colourless(page, first) if first.colourless else _unmarked(page, first)


def _colourless(page: PageImage, first: Glance) -> PageLook:
    """A grey page proves nothing either way;
    what has the shape of a seal is cut out for whoever decides.
    """
    if first.blank:
        return PageLook(SealOutcome.NOT_STAMPED, (), "", blank=True)
    ink = dark_ink(at_working_scale(page), first.bright)
    shapes = rings_at(ink, LEVELS.grey, exact=page.exact, crossed=False)
    rings = without_doubles([mark._replace(clear=False) for mark in shapes])
    seals = tuple(_seal(page, mark) for mark in rings)[: MARK.most]
    found = ", 有印章形状的图样" if seals else ""
    reason = f"第{page.number}页没有颜色(黑白或灰度扫描){found}, 无法判断印章是否为红色原章"
    return PageLook(SealOutcome.UNCERTAIN, seals, reason)


def _unmarked(page: PageImage, first: Glance) -> PageLook:
    """Nothing found: a "no" if the page is sharp enough to show even a pale seal
    (missed at 75 dpi and JPEG 30).
    """
    if first.covered:
        return PageLook(
            SealOutcome.UNCERTAIN,
            (),
            f"第{page.number}页有大片深色或彩色图案, 盖在上面的印章看不出来",
        )
    if not page.whole:
        return PageLook(
            SealOutcome.UNCERTAIN, (), f"第{page.number}页的图像不完整, 请重新扫描后发送"
        )
    if page.px_per_mm < PAGE.least_px_per_mm and not first.blank:
        return PageLook(SealOutcome.UNCERTAIN, (), f"第{page.number}页清晰度太低, 看不出有没有印章")
    ring = faint_ring(first.reddish, first.scale)
    if ring is not None:
        half = ring.diameter / 2 * PPM
        confidence = FAINT_RING.least_confidence
        round_ = Ring(ring.x * PPM, ring.y * PPM, half, half)
        mark = mark_of(round_, clear=False, confidence=confidence, reason=FAINT_REASON)
        return PageLook(
            SealOutcome.UNCERTAIN,
            (_seal(page, mark),),
            f"第{page.number}页{FAINT_REASON}",
        )
    return PageLook(SealOutcome.NOT_STAMPED, (), "", first.blank)


def _red_marks(page: PageImage, patch: Patch, first: Glance) -> list[Mark]:
    """All seal-like marks of a patch, from red ink, else traces of it; only these can be clear."""
    exact = page.exact and not first.desk
    ink, left, top = _inks(page, patch, first)
    found = [_on_plain_paper(mark, ink) for mark in coloured_marks(ink.red, exact=exact)]
    if not any(mark.clear for mark in found):
        among = [_on_plain_paper(mark, ink) for mark in marks_among_rules(ink.red, exact=exact)]
        found = [mark for mark in among if mark.clear] or found or among
    for marks in (found, *_traces(ink, exact=exact)):
        placed = ((mark, mark.moved(left, top)) for mark in marks)
        seals = [
            at for mark, at in placed if mark.clear or _may_be_seal(page, first, ink, mark, at)
        ]
        if seals:
            return seals
    return []


def _traces(ink: Inks, *, exact: bool) -> Iterator[Iterable[Mark]]:
    """Too little for a ring; each is looked for where those before it are nothing."""
    yield faint_marks(ink.faint_red)
    yield coherent_red(ink.red, ink.other, exact=exact)
    yield crossed_red(ink.red, ink.other, exact=exact)
    yield written_blocks(ink.red, ink.other)


def _may_be_seal(page: PageImage, first: Glance, ink: Inks, mark: Mark, placed: Mark) -> bool:
    """Whether a mark that is not clear is not surely something else. At the edge of the sheet
    nothing is: of a seal there may be no more than a piece of its rim.
    """
    if mark.reason in (CUT_RING, EDGE_REASON):
        return True
    if is_code(ink.red, mark.box):
        return False
    if mark.shape in FRAMES:
        return _holds_paper(page, first, placed)
    return not is_drawn_by_pen(ink.red, ink.faint_red, mark.box)


def _holds_paper(page: PageImage, first: Glance, frame: Mark) -> bool:
    """Whether a frame has paper in it; inside a flag or a banner the ink looks like none."""
    scale = page.px_per_mm / PPM
    left, top, wide, high = (round(each * scale) for each in frame.box)
    inside = page.pixels[max(0, top) : top + high, max(0, left) : left + wide].reshape(-1, 3)
    redness = inside[:, 2].astype(np.int16) - inside[:, 1]
    least = quantile(redness, PAGE.frame_quantile) if redness.size else 0.0
    return least < PAGE.frame_red * first.bright


def _blue_marks(page: PageImage, patch: Patch, first: Glance) -> list[Mark]:
    """What would be a clear seal if it were red."""
    ink, left, top = _inks(page, patch, first)
    marks = coloured_marks(ink.blue, exact=page.exact and not first.desk)
    return [
        mark.moved(left, top)._replace(clear=False, reason="有非红色的印章图样")
        for mark in marks
        if mark.clear
    ]


def _on_plain_paper(mark: Mark, ink: Inks) -> Mark:
    """Among many other colours nothing is clear: that is a photograph or a coloured picture."""
    if mark.clear and share_of(ink.other, mark.box) > PAGE.picture:
        return mark._replace(clear=False, reason="有环形图样, 但周围是彩色图片")
    return mark


def _inks(page: PageImage, patch: Patch, first: Glance) -> tuple[Inks, int, int]:
    """The inks of a patch at working scale, and where their upper left corner lies on the page."""
    scale = page.px_per_mm
    left, top, right, bottom = (round(value * scale) for value in patch[:4])
    width, height = first.size_mm
    sides = (patch.top > 0, patch.bottom < height, patch.left > 0, patch.right < width)
    border = Border(*(round(PAGE.pad_mm * PPM) if open_ else 0 for open_ in sides))
    ink = separate_inks(
        to_working_scale(page.pixels[top:bottom, left:right], scale),
        first.bright,
        border,
    )
    return ink, round(patch.left * PPM) - border.before, round(patch.top * PPM) - border.above


def _seal(page: PageImage, mark: Mark) -> Seal:
    left, top, width, height = (round(value / PPM, 1) for value in mark.box)
    margin, scale = MARK.margin_mm, page.px_per_mm
    across, down = int((left - margin) * scale), int((top - margin) * scale)
    cut = (across, down, int((width + 2 * margin) * scale), int((height + 2 * margin) * scale))
    return Seal(
        page=page.number,
        bbox=(left, top, width, height),
        diameter_mm=round(mark.diameter_mm, 1),
        shape=mark.shape,
        confidence=mark.confidence,
        pale=mark.pale,
        crop_png=crop_png(page.pixels, cut),
    )


__all__ = ["PageLook", "look_at_page", "look_for_seals", "without_clear_seal"]
