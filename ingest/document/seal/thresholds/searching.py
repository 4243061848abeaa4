"""Where the rim of a seal might run: levels of ink, outlines, votes for circles and ovals, and
rings too pale for any of these.

For ``marks.py``, ``traces.py``, ``voting.py`` and ``faintrings.py``; see the package for what the
sources mean.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Levels:
    """The densities that count as full ink on one page, from one to three of them."""

    #: density from which there is ink at all; trial
    ink: float = 0.06
    #: mm2 of ink below which no ring is looked for; trial
    least_ink_mm2: float = 12
    #: density from which a place counts for the page's typical ink; trial
    typical: float = 0.05
    #: share of the typical ink that is paler than its level; trial
    typical_quantile: float = 0.8
    #: places that tell what is typical; trial
    least_places: int = 12
    #: density, the least level of typical ink; trial
    least_typical: float = 0.10
    #: density from which ink is strong; trial
    strong: float = 0.2
    #: share of the strong ink that is paler than its level; trial
    strong_quantile: float = 0.7
    #: mm2 of strong ink, of every fourth place, from which it has a level of its own; trial
    least_strong_mm2: float = 3
    #: density, the level at which faint seals are still followed; trial
    faint: float = 0.12
    #: density, the highest level; trial
    most: float = 0.45
    #: share of the level before that the next must stay below, to be worth a look; trial
    apart: float = 0.7
    #: density of a rim where there is no colour, as a share of light; trial
    grey: float = 0.45


@dataclass(frozen=True)
class SheetsEdge:
    """Ink cut by the edge of the sheet: little is seen of such a rim, and all must count."""

    #: mm along the edge; trial
    deep_mm: float = 2
    #: mm2 of ink along one side; trial
    least_ink_mm2: float = 2


@dataclass(frozen=True)
class Fringes:
    """What more a lower level of ink shows than a higher one."""

    #: share of a level from which a place counts; trial
    of_level: float = 0.5
    #: mm around strong ink that a scanner and JPEG smear; trial
    fringe_mm: float = 1.5
    #: mm2 beyond the fringes: a third of a seal's rim; trial
    least_mm2: float = 15.0


@dataclass(frozen=True)
class Outlines:
    """Groups of ink around which an ellipse is laid."""

    #: share of the level from which ink belongs to a group; trial
    of_level: float = 0.35
    #: mm, gaps inside a group; trial
    bridge_mm: float = 1.6
    #: mm, the longer side of a group that is kept; trial
    smallest_mm: float = 14
    #: mm, the shorter side of a group; trial
    least_mm: float = 9
    #: mm, the longer side of a group; sizes: 58 mm, with room; trial
    most_mm: float = 75
    #: mm, the longer axis of the ellipse; sizes, with much room: what it is, is measured later
    least_axis_mm: float = 20
    #: the same
    most_axis_mm: float = 72


@dataclass(frozen=True)
class Blobs:
    """Groups of ink that hang together."""

    #: mm, the longer side below which a group is not looked at; trial
    smallest_mm: float = 9
    #: groups on one part of a page; chosen: a bound on time
    most: int = 200
    #: pixels of ink in a group; trial
    least_pixels: int = 20


@dataclass(frozen=True)
class Rules:
    """Level and upright runs and solid areas, which no seal has."""

    #: mm; sizes: the top of a rim of 1.2 mm on a 42 mm seal is level for 14 mm
    run_mm: float = 18.0
    #: mm, both sides of a solid area; trial
    solid_mm: float = 5.0
    #: density from which a place may belong to one; trial
    ink: float = 0.10
    #: share of the ink that may be left when a second look without them is worth it; trial
    rest: float = 0.9
    #: share of a rim that must be left of a seal without them; trial
    coverage: float = 0.55
    #: changes of ink along the writing that must be left; trial
    strokes: int = 6


@dataclass(frozen=True)
class Votes:
    """Circles and ovals laid on every place."""

    #: mm, diameters of the circles: first, end, step; sizes, with room for errors of scale, fitting
    #: does the rest
    circles_mm: tuple[float, float, float] = (28, 61.1, 2.5)
    #: mm, axes of the ovals; sizes: between the 40 x 30 and 45 x 30 of 专用章
    oval_mm: tuple[float, float] = (42.5, 30.0)
    #: degrees between the ovals; trial
    oval_step: int = 15
    #: mm, a middle may lie so far outside the ink; sizes: of a seal cut by the edge of the sheet
    beyond_mm: int = 20
    #: mm of a template from its middle; sizes: half the largest circle and its moat
    reach_mm: int = 35
    #: times the density by which a place of 1 mm counts, up to 1: a rim is narrower; trial
    gain: float = 1.8
    #: share of full ink from which a place is marked; trial
    marked: float = 0.25
    #: marked places (mm2) below which there is no vote; trial
    least_marked: int = 10
    #: mm, half the breadth of rim and moat; trial
    half_breadth_mm: float = 1.4
    #: mm from the rim to the middle of the moat; trial
    moat_mm: float = 2.35
    #: weight of ink in the moat against ink on the rim; trial
    moat_weight: float = 0.8
    #: share of a winner's longer axis within which no other middle is taken; trial
    apart: float = 0.35
    #: circles that are tried; trial
    most_circles: int = 6
    #: vote (1 = the whole rim, nothing outside) a circle needs; trial
    least_circle: float = 0.28
    #: ovals that are tried; trial
    most_ovals: int = 4
    #: vote an oval needs; trial
    least_oval: float = 0.34


@dataclass(frozen=True)
class FaintRings:
    """A rim of which no single pixel stands out of the grain."""

    #: px/mm; trial
    px_per_mm: float = 0.7
    #: mm, diameters; sizes: 公章; a rim is looked for about a millimetre to either side
    diameters_mm: tuple[float, ...] = (38.0, 40.5, 43.0, 45.5)
    #: mm, redness counts against the mean of so large a square: casts and shadows; trial
    around_mm: float = 25.0
    #: share of the paper's light above which redness counts no more; trial
    least_clip: float = 0.004
    #: the same in standard deviations of the page's noise; trial
    clip_deviations: float = 3
    #: times what circles laid anywhere else on the page usually add up to; trial
    stands_out: float = 9.0
    #: share of the rim's 24 sectors that are redder than both sides of it; trial
    closed: float = 0.8
    #: redness of a sector over both its sides, as a share of the clip; trial
    redder: float = 0.25
    #: of a rim that stands out so far (as above) ...
    far_out: float = 20.0
    #: ... such a share of sectors is enough ...
    nearly_closed: float = 0.75
    #: ... if it is so pale (share of light); trial, all three
    palest: float = 0.03
    #: share of light above which the finer look would have seen it: a disc, a flag; trial
    pale: float = 0.12
    #: mm of empty border, so that what lies beyond one side is not taken for the other; trial
    pad_mm: float = 20
    #: half the breadth of the rim, pixels, at full weight and where the weight ends; trial
    rim_px: tuple[float, float] = (1.3, 0.7)
    #: mm on both sides of the rim, from and to, that count against it; trial
    sides_mm: tuple[float, float] = (1.8, 4)
    #: mm from the rim to where its sides and its own breadth are looked at; trial
    steps_mm: tuple[float, ...] = (-3.0, -1.0, 0.0, 1.0, 3.0)


LEVELS, SHEETS_EDGE, FRINGES = Levels(), SheetsEdge(), Fringes()
OUTLINES, BLOBS, RULES = Outlines(), Blobs(), Rules()
VOTES, FAINT_RINGS = Votes(), FaintRings()
