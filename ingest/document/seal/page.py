"""Is a scanned page stamped with a red official seal (公章)? ``stamped`` only on clear evidence, ``not_stamped`` only on
a colour page clearly free of it, everything else ``uncertain`` with a reason for staff.

No pixels are read here (``glancing.py``, ``pixels.py``, ``rings.py``) and no PDF is opened. A
colour copy of a seal cannot be told from a stamp by any program; nor does this one read the writing
in the ring.

Sizes: 公章 38-45 mm, provincial ones 50 and 58 mm, oval 专用章 about 30 x 40 mm (measured facts, section 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from ingest.document.seal.faintrings import faint_ring
from ingest.document.seal.glancing import Glance
from ingest.document.seal.pixels import WORKING_PX_PER_MM as PPM
from ingest.document.seal.pixels import (
    Border,
    Inks,
    Map,
    PageImage,
    along_the_border,
    at_working_scale,
    crop_png,
    dark_ink,
    middle_and_noise,
    quantile,
    separate_inks,
    smoothed,
    to_working_scale,
)
from ingest.document.seal.regions import EDGE_MM, Part, parts_with_blue, parts_with_red
from ingest.document.seal.rings import (
    Blob,
    Measured,
    Ring,
    Texture,
    blobs,
    fit,
    hull_ellipse,
    hull_rectangle,
    shows_more,
    texture,
    without_rules,
)
from ingest.document.seal.voting import vote_for_circles, vote_for_ovals
from ingest.reading import Seal, SealOutcome, SealReading

MAX_SEALS = 6  #: noted per page
_CUT_RING, _EDGE_TRACE = "边缘有不完整的印章图样", "纸边有红色印迹(可能是骑缝章)"
_FAINT_RING = "有很淡的红色环形痕迹"
_PAD_MM = 16.0  #: empty border given to a part, so that only the sheet's own edge cuts a ring
_PALE = 0.2  #: density below which ink may be a seal whose rim nobody can follow; pens are denser
_GREY_LEVEL = 0.45  #: density of a seal's rim where there is no colour
LEAST_PX_PER_MM = 3.3  #: 84 dpi: below it nobody is told that a seal is missing


class _Mark(NamedTuple):
    """One mark on a page, in pixels at working scale."""

    box: tuple[int, int, int, int]
    diameter_mm: float
    shape: str
    clear: bool  #: evidence enough for a seal
    confidence: float
    reason: str

    def moved(self, across: int, down: int) -> _Mark:
        """The same mark so many pixels to the right and further down."""
        return self._replace(box=(self.box[0] + across, self.box[1] + down, *self.box[2:]))


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
                outcome=SealOutcome.STAMPED, seals=look.seals, reason=f"第{page.number}页有清晰的红色印章"
            )
        looks.append(look)
    seals = tuple(seal for look in looks for seal in look.seals)
    doubtful = next((look for look in looks if look.outcome is SealOutcome.UNCERTAIN), None)
    if doubtful is not None:
        reason = _across_pages(looks) or doubtful.reason
        return SealReading(outcome=SealOutcome.UNCERTAIN, seals=seals, reason=reason)
    if all(look.blank for look in looks):
        return SealReading(outcome=SealOutcome.UNCERTAIN, reason="没有可以辨认的页面内容")
    return SealReading(outcome=SealOutcome.NOT_STAMPED, reason="彩色页面上没有发现红色印章")


def _across_pages(looks: list[PageLook]) -> str:
    """骑缝章: pieces at the edge of two pages or more, each too little to be sure of."""
    pages = sorted({seal.page for look in looks for seal in look.seals if look.at_edge})
    return (
        f"第{'、'.join(map(str, pages))}页的纸边都有红色印迹, 可能是骑缝章, 没有看到完整的印章"
        if len(pages) > 1
        else ""
    )


def look_at_page(page: PageImage) -> PageLook:
    """What one page says about being stamped: where the quick look saw ink, the finer look goes."""
    first = Glance(page)
    marks = _without_doubles(
        [mark for part in parts_with_red(first) for mark in _red_marks(page, part, first)],
    )
    if not any(mark.clear for mark in marks):
        blue = [mark for part in parts_with_blue(first) for mark in _blue_marks(page, part, first)]
        marks = _without_doubles([*marks, *blue])
    if marks:
        seals = tuple(_seal(page, mark) for mark in marks[:MAX_SEALS])
        if marks[0].clear:
            return PageLook(SealOutcome.STAMPED, seals, "")
        reason = marks[0].reason
        at_edge = reason in (_CUT_RING, _EDGE_TRACE)
        return PageLook(SealOutcome.UNCERTAIN, seals, f"第{page.number}页{reason}", at_edge=at_edge)
    return _colourless(page, first) if first.colourless else _unmarked(page, first)


def _colourless(page: PageImage, first: Glance) -> PageLook:
    """A grey page proves nothing either way;
    what has the shape of a seal is cut out for whoever decides.
    """
    if first.blank:
        return PageLook(SealOutcome.NOT_STAMPED, (), "", blank=True)
    ink = dark_ink(at_working_scale(page), first.bright)
    shapes = _rings_at(ink, _GREY_LEVEL, exact=page.exact, crossed=False)
    rings = _without_doubles([mark._replace(clear=False) for mark in shapes])
    seals = tuple(_seal(page, mark) for mark in rings)[:MAX_SEALS]
    found = ", 有印章形状的图样" if seals else ""
    reason = f"第{page.number}页没有颜色(黑白或灰度扫描){found}, 无法判断印章是否为红色原章"
    return PageLook(SealOutcome.UNCERTAIN, seals, reason)


def _unmarked(page: PageImage, first: Glance) -> PageLook:
    """Nothing found: a "no" if the page is sharp enough to show even a pale seal
    (missed at 75 dpi and JPEG 30).
    """
    if first.covered:
        return PageLook(SealOutcome.UNCERTAIN, (), f"第{page.number}页有大片深色或彩色图案, 盖在上面的印章看不出来")
    if not page.whole:
        return PageLook(SealOutcome.UNCERTAIN, (), f"第{page.number}页的图像不完整, 请重新扫描后发送")
    if page.px_per_mm < LEAST_PX_PER_MM and not first.blank:
        return PageLook(SealOutcome.UNCERTAIN, (), f"第{page.number}页清晰度太低, 看不出有没有印章")
    ring = faint_ring(first.reddish, first.scale)
    if ring is not None:
        half = ring.diameter / 2 * PPM
        round_ = Ring(ring.x * PPM, ring.y * PPM, half, half)
        mark = _mark_of(round_, clear=False, confidence=0.2, reason=_FAINT_RING)
        return PageLook(
            SealOutcome.UNCERTAIN,
            (_seal(page, mark),),
            f"第{page.number}页{_FAINT_RING}",
        )
    return PageLook(SealOutcome.NOT_STAMPED, (), "", first.blank)


def _red_marks(page: PageImage, part: Part, first: Glance) -> list[_Mark]:
    """All seal-like marks of a part, from red ink, else traces of it; only these can be clear."""
    exact = page.exact and not first.desk
    ink, left, top = _inks(page, part, first)
    found = [_on_plain_paper(mark, ink) for mark in _coloured_marks(ink.red, exact=exact)]
    found = found or list(_marks_among_rules(ink.red, exact=exact))
    found = found or list(_faint_marks(ink.faint_red)) or list(_coherent_red(ink.red, ink.other))
    return [mark.moved(left, top) for mark in found]


def _blue_marks(page: PageImage, part: Part, first: Glance) -> list[_Mark]:
    """What would be a clear seal if it were red."""
    ink, left, top = _inks(page, part, first)
    marks = _coloured_marks(ink.blue, exact=page.exact and not first.desk)
    return [mark.moved(left, top)._replace(clear=False, reason="有非红色的印章图样") for mark in marks if mark.clear]


def _on_plain_paper(mark: _Mark, ink: Inks) -> _Mark:
    """Among many other colours nothing is clear: that is a photograph or a coloured picture."""
    if mark.clear and _share(ink.other, mark.box) > 0.25:
        return mark._replace(clear=False, reason="有环形图样, 但周围是彩色图片")
    return mark


def _share(ink: Map, box: tuple[int, int, int, int]) -> float:
    left, top, width, height = box
    part = ink[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)]
    return float(part.mean()) if part.size else 0.0


def _inks(page: PageImage, part: Part, first: Glance) -> tuple[Inks, int, int]:
    """The inks of a part at working scale, and where their upper left corner lies on the page."""
    scale = page.px_per_mm
    left, top, right, bottom = (round(value * scale) for value in part[:4])
    width, height = first.size_mm
    sides = (part.top > 0, part.bottom < height, part.left > 0, part.right < width)
    border = Border(*(round(_PAD_MM * PPM) if open_ else 0 for open_ in sides))
    ink = separate_inks(
        to_working_scale(page.pixels[top:bottom, left:right], scale),
        first.bright,
        border,
    )
    return ink, round(part.left * PPM) - border.before, round(part.top * PPM) - border.above


# --- marks ----------------------------------------------------------------------------------------


def _without_doubles(marks: list[_Mark]) -> list[_Mark]:
    """Best first, one per place."""
    kept: list[_Mark] = []
    for mark in sorted(marks, key=lambda mark: (-mark.clear, -mark.confidence)):
        if not any(_overlap(mark.box, other.box) > 0.3 for other in kept):
            kept.append(mark)
    return kept


def _overlap(one: tuple[int, int, int, int], two: tuple[int, int, int, int]) -> float:
    """The common area as a share of the smaller box."""
    width = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
    height = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
    return max(0, width) * max(0, height) / max(1, min(one[2] * one[3], two[2] * two[3]))


def _seal(page: PageImage, mark: _Mark) -> Seal:
    left, top, width, height = (round(value / PPM, 1) for value in mark.box)
    margin, scale = 3.0, page.px_per_mm
    across, down = int((left - margin) * scale), int((top - margin) * scale)
    cut = (across, down, int((width + 2 * margin) * scale), int((height + 2 * margin) * scale))
    return Seal(
        page=page.number,
        bbox=(left, top, width, height),
        diameter_mm=round(mark.diameter_mm, 1),
        shape=mark.shape,
        confidence=mark.confidence,
        crop_png=crop_png(page.pixels, cut),
    )


# --- rings in clear colour ------------------------------------------------------------------------


def _coloured_marks(ink: Map, *, exact: bool) -> Iterator[_Mark]:
    """Rings, ellipses and square frames in one colour of ink,
    tried at one to three levels of density.
    """
    if np.count_nonzero(ink > 0.06) < 12 * PPM**2:
        return
    higher = None
    for level in _levels(ink):
        if higher is not None and not shows_more(ink, higher, level) and not _at_the_edge(ink):
            return
        marks = list(_marks_at(ink, level, exact=exact))
        yield from marks
        if any(mark.clear for mark in marks):
            return
        higher = level


def _at_the_edge(ink: Map) -> bool:
    """Whether ink is cut by the edge of the sheet:
    of such a rim so little is seen that all of it must count.
    """
    strips = along_the_border(ink, round(2 * PPM))
    return any(np.count_nonzero(strip > 0.06) >= 2 * PPM**2 for strip in strips)


def _marks_among_rules(red: Map, *, exact: bool) -> Iterator[_Mark]:
    """Rings that show only when red rules, bars and areas are taken away;
    what was taken away may have been a rim.
    """
    rest = without_rules(red, 0.10)
    if float(rest.sum()) < 0.9 * float(red.sum()):
        for mark in _coloured_marks(rest, exact=exact):
            if mark.shape != "square":
                yield mark._replace(clear=False, reason="有环形图样, 与别的红色内容连在一起")


def _marks_at(ink: Map, level: float, *, exact: bool) -> Iterator[_Mark]:
    """The marks of one level: rings, and where none is clear, square frames."""
    rings = _rings_at(ink, level, exact=exact)
    yield from rings
    if not any(mark.clear for mark in rings):
        yield from _square_marks(ink, level)


def _rings_at(ink: Map, level: float, *, exact: bool, crossed: bool = True) -> list[_Mark]:
    """The rings of one level: outlines first, then by vote, which takes longer,
    unless all ink is explained.
    """
    rings: list[_Mark] = []
    for candidates, enough in ((_outlines, 0.8), (vote_for_circles, 0.0), (vote_for_ovals, 0.0)):
        rings += [
            mark for ring in candidates(ink, level) if (mark := _ring_mark(ink, ring, exact=exact, crossed=crossed))
        ]
        if any(mark.clear for mark in rings) and _explained(ink, rings) > enough:
            break
    return rings


def _explained(ink: Map, marks: list[_Mark]) -> float:
    """The share of the ink that lies within the marks:
    voting for circles takes time, and is spared if nothing is left.
    """
    rest = ink.copy()
    for left, top, width, height in (mark.box for mark in marks):
        rest[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)] = 0
    return 1 - float(rest.sum()) / max(float(ink.sum()), 1e-6)


def _levels(ink: Map) -> list[float]:
    """Densities that count as full ink:
    the page's typical one, that of its strong ink, and that of faint seals.
    """
    sample = ink[::2, ::2]
    typical = sample[sample > 0.05]
    strong = typical[typical > 0.2]
    levels = [max(0.10, quantile(typical, 0.8))] if typical.size > 12 else []
    levels += [quantile(strong, 0.7)] if strong.size > 3 * PPM**2 else []
    ordered = sorted({min(0.45, level) for level in [*levels, 0.12]}, reverse=True)
    kept: list[float] = []
    for level in ordered:
        if not kept or level < 0.7 * kept[-1]:
            kept.append(level)
    return kept


def _outlines(ink: Map, level: float) -> Iterator[Ring]:
    """Ellipses around groups of ink of a seal's size."""
    for blob in blobs(ink, 0.35 * level, 1.6, 14):
        if min(blob.size_mm) >= 9 and max(blob.size_mm) <= 75:
            ellipse = hull_ellipse(blob)
            if ellipse is not None and 20 < ellipse.axes_mm[0] < 72:
                yield ellipse


def _ring_mark(ink: Map, ring: Ring, *, exact: bool, crossed: bool) -> _Mark | None:
    fitted = fit(ink, ring)
    if fitted is None:
        return None
    ring, measured = fitted
    clear, reason = judge_ring(ring, measured, exact=exact, crossed=crossed)
    if not reason:
        return None
    return _mark_of(
        ring,
        clear=clear,
        confidence=round(min(0.99, measured.coverage * (1 - 0.5 * measured.wobble)), 2),
        reason=reason,
    )


def _mark_of(ring: Ring, *, clear: bool, confidence: float, reason: str) -> _Mark:
    long, short = ring.axes_mm
    half = int(max(ring.a, ring.b))
    box = (int(ring.x) - half, int(ring.y) - half, 2 * half, 2 * half)
    return _Mark(
        box,
        long,
        "circle" if short > 0.88 * long else "ellipse",
        clear,
        max(0.05, confidence),
        reason,
    )


def judge_ring(
    ring: Ring,
    seen: Measured,
    *,
    exact: bool,
    crossed: bool = True,
) -> tuple[bool, str]:
    """(clear evidence of a seal?, what it is in Chinese); "" when it is nothing like a seal.

    ``exact`` is False when the page's scale is a guess: then a wider range of sizes is let through.
    ``crossed`` is False where lines that cross a rim excuse nothing: print without colour is full
    of lines.
    """
    long, short = ring.axes_mm
    least, most = (34, 62) if exact else (27, 70)
    if not least <= long <= most or short < 0.5 * long or seen.band > 0.55 or seen.visible < 0.12:
        return False, ""
    if seen.visible < 0.75:
        partial = seen.coverage >= 0.60 and seen.wobble < 0.35 and seen.outside < 0.2
        return (
            False,
            _CUT_RING if partial and 0.03 <= seen.fill <= 0.55 and seen.strokes >= 1 else "",
        )
    if _is_clear(seen):
        if exact and long < (34.5 if seen.centre_fill >= 0.08 else 36.3):
            return False, "有环形图样, 但小于公章尺寸"
        return (False, "有双圈图样, 可能是徽标") if seen.second > 0.88 else (True, "有清晰的红色印章")
    even = seen.wobble < 0.28 or (seen.wobble < 0.40 and seen.outside < 0.12)
    by_lines = seen.wobble < 0.6 and seen.outside < 0.15 and seen.coverage > 0.75 and seen.strokes >= 6
    even = even or (crossed and by_lines and seen.text >= 0.8)
    weak = seen.coverage >= 0.50 and even and seen.outside < 0.25 and 0.03 <= seen.fill <= 0.55 and seen.strokes >= 3
    return False, "有不够清晰的环形图样" if weak else ""


def _is_clear(seen: Measured) -> bool:
    """A whole even rim, clean paper around it, and writing or a star inside."""
    ring = seen.coverage >= 0.64 and seen.wobble < 0.28 and seen.outside < 0.15 and 0.06 <= seen.fill <= 0.46
    crisp = seen.wobble < 0.15 and seen.outside < 0.05 and seen.coverage >= 0.7
    writing = seen.strokes >= 5 and seen.text >= (0.26 if crisp else 0.36)
    return ring and writing and seen.ink >= 0.08


def _square_marks(ink: Map, level: float) -> Iterator[_Mark]:
    for blob in blobs(ink, 0.35 * level, 1.6, 14):
        frame = hull_rectangle(ink, blob, 0.35 * level)
        if frame is None:
            continue
        long, short = max(frame.width, frame.height) / PPM, min(frame.width, frame.height) / PPM
        if long <= 50 and short > 0.7 * long and frame.weakest_side > 0.80 and 0.12 < frame.fill < 0.7:
            yield _Mark(
                blob.box,
                long,
                "square",
                clear=False,
                confidence=0.4,
                reason="有方形印记, 不能确定是公章",
            )


# --- pale and shapeless red -----------------------------------------------------------------------


def _faint_marks(raw: Map) -> Iterator[_Mark]:
    """Very pale red: smoothed, taken above the page's own noise,
    then the ring test with softer limits; never clear.
    """
    soft = smoothed(raw)
    sample = soft[::3, ::3].ravel()
    middle, noise = middle_and_noise(sample)
    least = max(0.018, 4.5 * noise)
    soft = soft - middle
    total = float((soft > least).sum()) / PPM**2
    if total < 15:
        return
    for candidate in vote_for_circles(np.maximum(soft, 0), 2.2 * least, 3, 0.26):
        fitted = fit(np.maximum(soft, 0), candidate, least)
        if fitted is not None and _is_faint_ring(*fitted):
            yield _mark_of(fitted[0], clear=False, confidence=0.3, reason=_FAINT_RING)
    for blob in blobs(soft, least, 3):
        if blob.ink_mm2 >= 0.5 * total:
            yield from _trace(blob, soft, least)


def _is_faint_ring(ring: Ring, seen: Measured) -> bool:
    long, short = ring.axes_mm
    rim = seen.coverage >= 0.5 and seen.wobble < 0.42 and seen.outside < 0.15 and seen.ink < 0.25
    return (
        34 <= long <= 62
        and short > 0.85 * long
        and rim
        and seen.centre_fill + seen.text_fill > 0.03
        and seen.strokes >= 2
    )


def _trace(blob: Blob, soft: Map, least: float) -> Iterator[_Mark]:
    """Pale ink of a seal's size whose rim nobody can follow, or a strip along the sheet's edge."""
    width, height = blob.size_mm
    left, top, columns, rows = blob.box
    fill = blob.ink_mm2 / max(1.0, width * height)
    at_edge = left < EDGE_MM * PPM or left + columns > soft.shape[1] - EDGE_MM * PPM
    if all(26 <= side <= 66 for side in blob.size_mm) and 0.6 < width / height < 1.7:
        part = soft[top : top + rows, left : left + columns]
        pale = float(np.median(part[part > least])) < _PALE
        if pale and 25 <= blob.ink_mm2 <= 900 and fill < 0.42 and _is_like_writing(texture(soft, least, blob)):
            yield _Mark(blob.box, max(blob.size_mm), "circle", False, 0.15, "有印章大小的淡红色痕迹")
    elif at_edge and 3 <= width <= 22 and 1.3 * width < height and 12 <= height <= 60 and fill < 0.72:
        yield _Mark(blob.box, max(blob.size_mm), "ellipse", False, 0.15, _EDGE_TRACE)


def _is_like_writing(seen: Texture) -> bool:
    """Neither an empty loop nor ruled nor solid: of that much any seal is sure."""
    return seen.inner >= 0.2 and seen.straight <= 0.5


def _coherent_red(red: Map, other: Map) -> Iterator[_Mark]:
    """Red ink that hangs together in a seal's size without being solid:
    too much for a plain "no".
    """
    reason = "有印章大小的红色内容, 看不出是不是印章"
    for blob in blobs(red, 0.10, 2, 24):
        width, height = blob.size_mm
        if not (min(width, height) >= 24 and max(width, height) <= 70 and 60 <= blob.ink_mm2 < 0.6 * width * height):
            continue
        if _is_like_writing(texture(red, 0.10, blob)) and _share(other, blob.box) < 0.12:
            yield _Mark(
                blob.box,
                max(width, height),
                "circle",
                clear=False,
                confidence=0.1,
                reason=reason,
            )


__all__ = ["PageLook", "judge_ring", "look_at_page", "look_for_seals"]
