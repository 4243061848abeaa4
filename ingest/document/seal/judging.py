"""What a fitted ring proves: a chain of named checks, of which the first with an opinion speaks.

Pure: measures in, a verdict out; every limit stands in ``thresholds/judging.py``. No pixels are
read here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from ingest.document.seal.rings import Measured, Ring
from ingest.document.seal.thresholds.judging import BADGE, CLEAR, CUT, NO_RING, WEAK

CUT_RING = "边缘有不完整的印章图样"


class Verdict(NamedTuple):
    """Whether a ring is clear evidence of a seal, and what it is in Chinese."""

    clear: bool
    reason: str  #: "" when it is nothing like a seal


NOTHING = Verdict(clear=False, reason="")


@dataclass(frozen=True)
class _Look:
    """A ring with what was measured of it, and what is known of its page."""

    ring: Ring
    seen: Measured
    exact: bool
    crossed: bool

    @cached_property
    def evident(self) -> bool:
        """Whether it would be clear evidence if it is of a seal's kind."""
        return _is_whole_ring(self.seen) and _is_written_in(self.seen)


_Check: TypeAlias = Callable[[_Look], Verdict | None]
"""A verdict, or None when the ring is another check's matter."""


def judge_ring(ring: Ring, seen: Measured, *, exact: bool, crossed: bool = True) -> Verdict:
    """What a ring is.

    ``exact`` is False when the page's scale is a guess: then a wider range of sizes is let through.
    ``crossed`` is False where lines that cross a rim excuse nothing: print without colour is full
    of lines.
    """
    look = _Look(ring, seen, exact, crossed)
    verdicts = (check(look) for check in _CHECKS)
    return next((verdict for verdict in verdicts if verdict is not None), NOTHING)


def is_small_badge(ring: Ring, seen: Measured) -> bool:
    """Whether a round rim smaller than any seal's is a badge's: a disc, or closed and even with a
    second one well inside.
    """
    long, short = ring.axes_mm
    whole = seen.coverage >= BADGE.coverage and seen.wobble < BADGE.wobble_mm
    round_ = short >= CLEAR.oval * long and long < BADGE.most_mm
    kind = seen.second > CLEAR.second or seen.band > NO_RING.most_band
    return whole and round_ and seen.outside < BADGE.outside and kind


def _of_another_size(look: _Look) -> Verdict | None:
    long, short = look.ring.axes_mm
    least, most = NO_RING.exact_mm if look.exact else NO_RING.guessed_mm
    fits = least <= long <= most and short >= NO_RING.least_ratio * long
    return None if fits else NOTHING


def _a_disc_or_off_the_sheet(look: _Look) -> Verdict | None:
    seen = look.seen
    no_ring = seen.band > NO_RING.most_band or seen.visible < NO_RING.least_visible
    return NOTHING if no_ring else None


def _cut_by_the_sheet(look: _Look) -> Verdict | None:
    seen = look.seen
    if seen.visible >= CUT.visible:
        return None
    even = seen.wobble < CUT.wobble_mm and seen.outside < CUT.outside
    rim = even and seen.coverage >= CUT.coverage
    written = _between(seen.fill, CUT.fill) and seen.strokes >= CUT.strokes
    return Verdict(clear=False, reason=CUT_RING) if rim and written else NOTHING


def _smaller_than_a_seal(look: _Look) -> Verdict | None:
    starred = look.seen.centre_fill >= CLEAR.middle
    least = CLEAR.least_mm if starred else CLEAR.least_empty_mm
    if look.evident and look.exact and look.ring.axes_mm[0] < least:
        return Verdict(clear=False, reason="有环形图样, 但小于公章尺寸")
    return None


def _a_badge(look: _Look) -> Verdict | None:
    long, short = look.ring.axes_mm
    if short < CLEAR.oval * long:  # 专用章 have two rims as often as one, logos are round
        return None
    if look.evident and look.seen.second > CLEAR.second:
        return Verdict(clear=False, reason="有双圈图样, 可能是徽标")
    return None


def _a_seal(look: _Look) -> Verdict | None:
    return Verdict(clear=True, reason="有清晰的红色印章") if look.evident else None


def _worth_a_question(look: _Look) -> Verdict | None:
    seen = look.seen
    even = _is_even(seen) or (look.crossed and _is_even_but_crossed(seen))
    closed = seen.coverage >= WEAK.coverage and seen.outside < WEAK.outside
    written = _between(seen.fill, WEAK.fill) and seen.strokes >= WEAK.strokes
    if even and closed and written:
        return Verdict(clear=False, reason="有不够清晰的环形图样")
    return None


_CHECKS: tuple[_Check, ...] = (
    _of_another_size,
    _a_disc_or_off_the_sheet,
    _cut_by_the_sheet,
    _smaller_than_a_seal,
    _a_badge,
    _a_seal,
    _worth_a_question,
)
"""In this order: each may take for granted what those before it let through."""


# --- what is asked of the measures ----------------------------------------------------------------


def _is_whole_ring(seen: Measured) -> bool:
    """A whole even rim and clean paper around it."""
    even = seen.wobble < CLEAR.wobble_mm and seen.outside < CLEAR.outside
    return even and seen.coverage >= CLEAR.coverage and _between(seen.fill, CLEAR.fill)


def _is_written_in(seen: Measured) -> bool:
    """Writing inside, in ink that is no shadow; a crisp rim makes up for some of the writing, a
    perfect one around a star for more of it.
    """
    least = CLEAR.text_if_crisp if _is_crisp(seen) else CLEAR.text
    least = CLEAR.star_text if _is_perfect_with_star(seen) else least
    return seen.strokes >= CLEAR.strokes and seen.text >= least and seen.ink >= CLEAR.ink


def _is_crisp(seen: Measured) -> bool:
    even = seen.wobble < CLEAR.crisp_wobble_mm and seen.outside < CLEAR.crisp_outside
    return even and seen.coverage >= CLEAR.crisp_coverage


def _is_perfect_with_star(seen: Measured) -> bool:
    even = seen.wobble < CLEAR.perfect_wobble_mm and seen.outside < CLEAR.perfect_outside
    starred = _between(seen.centre_fill, CLEAR.star) and seen.strokes >= CLEAR.star_strokes
    return even and starred and seen.coverage >= CLEAR.perfect_coverage


def _is_even(seen: Measured) -> bool:
    clean = seen.outside < WEAK.clean
    return seen.wobble < (WEAK.wobble_if_clean_mm if clean else WEAK.wobble_mm)


def _is_even_but_crossed(seen: Measured) -> bool:
    """As uneven as lines make a rim that they cross, but closed and full of writing."""
    rim = seen.wobble < WEAK.crossed_wobble_mm and seen.outside < WEAK.crossed_outside
    written = seen.strokes >= WEAK.crossed_strokes and seen.text >= WEAK.crossed_text
    return rim and seen.coverage > WEAK.crossed_coverage and written


def _between(value: float, limits: tuple[float, float]) -> bool:
    least, most = limits
    return least <= value <= most


__all__ = ["CUT_RING", "NOTHING", "Verdict", "is_small_badge", "judge_ring"]
