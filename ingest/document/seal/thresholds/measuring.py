"""How a ring is fitted to ink, which parts of its surroundings are measured, and how its writing is
unrolled.

For ``rings.py`` and ``ringtext.py``; see the package for what the sources mean. Radii are shares of
the rim's, 0 in the middle and 1 on the rim, unless they are millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hits:
    """Where along a ray there is ink."""

    #: density from which a place counts for what is typical; trial
    counts: float = 0.03
    #: share of the places with ink that are paler than what is typical; trial
    typical_quantile: float = 0.85
    #: places that tell what is typical; trial
    least_places: int = 10
    #: share of the typical density from which there is ink; trial
    of_typical: float = 0.24
    #: density above which what is typical counts no more: print over the seal; trial
    most_typical: float = 0.9
    #: density below which there is no ink anyway; trial
    floor: float = 0.045


@dataclass(frozen=True)
class Zones:
    """The rings around the middle in which ink is counted."""

    #: mm, half the thickness of a rim; trial
    half_rim_mm: float = 0.4
    #: mm on both sides of the ellipse that are the rim's; trial
    rim_mm: float = 1.3
    #: mm outside the rim, from and to, that are clean around a seal; trial
    moat_mm: tuple[float, float] = (2.0, 3.6)
    #: radius where the writing begins; trial
    writing_from: float = 0.50
    #: mm inside the rim where it ends; trial
    writing_to_mm: float = 1.8
    #: radii between which strokes are counted; trial
    strokes: tuple[float, float] = (0.68, 0.80)
    #: share of that way which carries ink in a stroke; trial
    of_stroke: float = 0.3
    #: mm inside the rim, from and to, that are all ink where the rim is one broad band; trial
    band_mm: tuple[float, float] = (3.4, 0.6)
    #: share of that way which carries ink in a band; trial
    of_band: float = 0.92
    #: mm inside the rim where the inside begins; trial
    inside_mm: float = 1.6
    #: radius of the middle, where the star stands; trial
    middle: float = 0.36
    #: radii between which a second ring is looked for; trial: badges have one
    second: tuple[float, float] = (0.50, 0.84)
    #: share of the rim that lies on the sheet before there is anything to measure; trial
    least_on_sheet: float = 0.1


@dataclass(frozen=True)
class Fitting:
    """When an ellipse fits better than another, and through which points it goes."""

    #: weight of a millimetre's wobble against all of a rim; trial
    wobble_weight: float = 0.5
    #: weight of ink all around outside against all of a rim; trial
    outside_weight: float = 0.3
    #: of that quality, less is not worth another round; trial
    little: float = 0.02
    #: rounds at most; trial
    rounds: int = 2
    #: mm on both sides of the ellipse where the true rim may be; trial
    near_mm: float = 2.2
    #: rays (of 360) with ink near the rim; trial
    least_rays: int = 40
    #: shares of the points that count in each pass: lines across the rim pull at the first ellipse,
    #: and less at every other; trial
    kept: tuple[float, ...] = (0.75, 0.85, 0.95)
    #: mm that a point may stray in any case; trial
    stray_mm: float = 0.6
    #: times the median stray that a point may; trial
    stray_medians: float = 2.5
    #: ratio of the axes, less than which (or more than its reverse) is no seal's; sizes: 45 x 30
    least_ratio: float = 0.5
    #: points for an ellipse; trial
    least_points: int = 20
    #: mm, the shorter semi-axis; trial: less is a degenerate ellipse
    least_semi_axis_mm: float = 5
    #: rays with ink on the rim below which its wobble is not known; trial
    least_for_wobble: int = 10
    #: mm, the wobble of what is hardly a rim; chosen: far above any limit
    no_rim_mm: float = 9.0


@dataclass(frozen=True)
class Shapes:
    """Outlines of groups of ink."""

    #: points that an outline's hull is resampled to; trial
    hull_points: int = 120
    #: share of the way from the middle to the hull that is well inside; trial
    core: float = 0.72
    #: mm, the shorter side of a square mark; sizes: 18-30 mm, with room; trial
    least_square_mm: float = 8
    #: share of a rectangle that the hull fills; trial
    square_fill: float = 0.82
    #: pixels, the side that a square mark is brought to; chosen
    square_px: int = 160
    #: mm of a side in which its rule runs; trial
    square_side_mm: float = 1.6
    #: share of its rows that carry less ink than a full one; trial
    full_row: float = 0.9
    #: share of a full row's ink from which a row is one; trial
    of_row: float = 0.35


@dataclass(frozen=True)
class Writing:
    """The writing along a ring, unrolled and read."""

    #: px/mm of the page it is read on: 200 dpi; measured: seals of 150 dpi and more read well
    px_per_mm: float = 8.0
    #: the engine's mean confidence below which a writing is not legible; trial
    sure: float = 0.85
    #: the same, above which nobody asks how it reads in a mirror; measured: mirrored prints read as
    #: they stand, as nonsense, reach 0.89
    beyond_doubt: float = 0.95
    #: characters below which it is no name; chosen
    least_characters: int = 5
    #: confidence above which it is legible in a mirror, where it only leads to a question;
    #: measured: 44 mirrored prints, pressed at 0.26-0.5 of a stamp's strength, 0.71 and more
    sure_mirrored: float = 0.7
    #: by which the confidence in a mirror must lead where the ink is not pale; measured: of those
    #: all lead, most by 0.11 and more, of 44 clear prints of the same strengths none does
    mirror_lead: float = 0.08
    #: confidence above which a pale writing is this side's though it is not legible ...
    likely: float = 0.7
    #: ... where it leads what a mirror shows by so much; measured: none of those mirrored leads
    lead: float = 0.15
    #: pixels, the height of the strip; trial
    height: int = 96
    #: shares of the shorter semi-axis inwards from the rim, between which the writing stands; trial
    outer: float = 0.05
    #: the same
    inner: float = 0.44
    #: points of the rim that tell its length: one for each quarter of a degree; chosen
    steps: int = 1441
    #: density (0..1) of ink that belongs to a seal; trial
    ink: float = 0.2
    #: mm, gaps in it; trial
    bridge_mm: float = 1.5
    #: times half the diameter that is cut out around the middle; trial
    margin: float = 1.25
    #: share of the red light gone: not even dark red ink takes as much; trial
    black: float = 0.6
    #: percent of the places that are darker than the paper; trial
    paper_percentile: float = 90
    #: percent of the places with ink that are paler than full ink; trial
    full_percentile: float = 90
    #: density from which a place counts for full ink; trial
    counts: float = 0.05
    #: places that tell what full ink is; trial
    least_places: int = 50
    #: density of full ink where too few places tell it; trial
    usual_full: float = 0.3
    #: density that full ink has at least; trial
    least_full: float = 0.1
    #: density of full ink below which a seal may be another side's; measured: pressed at 0.15 to
    #: 0.4 of a stamp's strength and soft 0.17-0.24, clear stamps 0.38 and more
    pale: float = 0.26
    #: times the ink that colour allows for; trial
    colour_gain: float = 1.2
    #: px, standard deviation of the blur of colour; trial
    colour_blur_px: float = 1.0
    #: px, the window that colour spreads over: JPEG keeps colour at half the sharpness; trial
    colour_window_px: int = 5
    #: px around black print from which the ink below is guessed; trial
    inpaint_px: int = 3
    #: rows above and below in the strip that do not count for its emptiest place; trial
    cut_rows: int = 12
    #: of the strip's length, one part in so many is the gap where it is cut; trial
    cut_parts: int = 14
    #: pixels of that gap at least; trial
    cut_least: int = 8


HITS, ZONES, FITTING = Hits(), Zones(), Fitting()
SHAPES, WRITING = Shapes(), Writing()
