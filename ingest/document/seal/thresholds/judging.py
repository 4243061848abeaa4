"""What a mark's measures prove: clear evidence of a seal, a question for staff, or nothing.

For ``judging.py``, ``marks.py``, ``traces.py`` and ``page.py``; see the package for what the
sources mean. A wrong "stamped" and a wrong "not stamped" are both far worse than "uncertain":
limits of clear evidence are narrow, those of doubt are wide.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NoRing:
    """What is nothing like a seal."""

    #: mm, the longer axis, least and most; sizes: 34-62 for 公章 of 38-58
    exact_mm: tuple[float, float] = (34, 62)
    #: the same where a page's scale is a guess; sizes, with room for the guess; trial
    guessed_mm: tuple[float, float] = (27, 70)
    #: the shorter axis as a share of the longer; sizes: ovals of 45 x 30 have 0.67
    least_ratio: float = 0.5
    #: share of the rim that is one broad band: a disc; trial
    most_band: float = 0.55
    #: share of the rim that lies on the sheet; trial
    least_visible: float = 0.12


@dataclass(frozen=True)
class CutRing:
    """A ring of which a part lies beyond the edge of the sheet: never clear."""

    #: share of the rim on the sheet below which a ring is cut; trial
    visible: float = 0.75
    #: share of what is visible that carries ink; trial
    coverage: float = 0.60
    #: mm; trial
    wobble_mm: float = 0.35
    #: share of the band outside that carries ink; trial
    outside: float = 0.2
    #: share of the inside that carries ink, least and most; trial
    fill: tuple[float, float] = (0.03, 0.55)
    #: strokes along the writing; trial
    strokes: int = 1


@dataclass(frozen=True)
class ClearRing:
    """Evidence enough for a seal."""

    #: share of the rim that carries ink: closed over two thirds; trial
    coverage: float = 0.64
    #: mm that the rim may stray from the ellipse: even to 0.3 mm; trial
    wobble_mm: float = 0.28
    #: share of the band outside that carries ink; trial
    outside: float = 0.15
    #: share of the inside that carries ink, least and most: neither empty nor a disc; trial
    fill: tuple[float, float] = (0.06, 0.46)
    #: strokes along the writing; trial
    strokes: int = 5
    #: share of the angles with writing; trial
    text: float = 0.36
    #: the same for a crisp rim; trial
    text_if_crisp: float = 0.26
    #: typical density of the ink; what shows through from the back of the sheet has 0.08-0.16,
    #: pale stamps have 0.2 and more; trial
    ink: float = 0.16
    #: typical density below which it may have come from another side; measured: pressed in a mirror
    #: at 0.25 to 0.4 of a stamp's strength and soft 0.17-0.31, a quarter of all clear stamps too
    pale: float = 0.33
    #: mm, wobble of a crisp rim; trial
    crisp_wobble_mm: float = 0.15
    #: share of the band outside a crisp rim that carries ink; trial
    crisp_outside: float = 0.05
    #: share of a crisp rim that carries ink; trial
    crisp_coverage: float = 0.7
    #: of a rim that is closed ...
    perfect_coverage: float = 0.9
    #: ... even (mm) ...
    perfect_wobble_mm: float = 0.1
    #: ... and clean outside, share of the band; measured: seals that an app made thin 0.92-1,
    #: 0.04-0.09 and 0, loops of a pen 0.2 mm and more
    perfect_outside: float = 0.02
    #: share of the middle of such a ring that carries ink, least and most: the star; measured:
    #: 0.21-0.31
    star: tuple[float, float] = (0.15, 0.6)
    #: strokes along its writing; measured: 6-8
    star_strokes: int = 6
    #: share of the angles with writing in it; measured: 0.22-0.26
    star_text: float = 0.18
    #: mm, the longer axis of a seal with a star or the like in the middle; sizes: 公章 of 38 mm
    #: with room; trial
    least_mm: float = 34.5
    #: the same where nothing stands there; trial
    least_empty_mm: float = 36.3
    #: share of the middle that carries ink when something stands there; trial
    middle: float = 0.08
    #: share of a second ring that is closed: badges have one, 公章 do not; trial
    second: float = 0.88
    #: share of the longer axis below which a ring is an oval, for which that says nothing; sizes:
    #: 40 x 30, 45 x 30 mm
    oval: float = 0.85


@dataclass(frozen=True)
class WeakRing:
    """A ring that is worth a question."""

    #: share of the rim that carries ink; trial
    coverage: float = 0.50
    #: share of the band outside that carries ink; trial
    outside: float = 0.25
    #: share of the inside that carries ink, least and most; trial
    fill: tuple[float, float] = (0.03, 0.55)
    #: strokes along the writing; trial
    strokes: int = 3
    #: mm, wobble of an even rim; trial
    wobble_mm: float = 0.28
    #: mm, the same if it is clean outside; trial
    wobble_if_clean_mm: float = 0.40
    #: share of the band outside that carries ink when it is clean; trial
    clean: float = 0.12
    #: mm, wobble of a rim that other lines cross; trial
    crossed_wobble_mm: float = 0.6
    #: share of the band outside such a rim that carries ink; trial
    crossed_outside: float = 0.15
    #: share of such a rim that carries ink; trial
    crossed_coverage: float = 0.75
    #: strokes inside such a rim; trial
    crossed_strokes: int = 6
    #: share of the angles with writing inside such a rim; trial
    crossed_text: float = 0.8


@dataclass(frozen=True)
class SmallBadge:
    """A school's or a union's badge on a letterhead, smaller than any seal."""

    #: mm, the longer axis; sizes: the least 公章 has 38
    most_mm: float = 33.0
    #: share of the rim that carries ink; trial: printed ones are whole
    coverage: float = 0.95
    #: mm that the rim may stray from the ellipse; trial
    wobble_mm: float = 0.2
    #: share of the band outside that carries ink; trial
    outside: float = 0.1


@dataclass(frozen=True)
class Mark:
    """How a mark is told to people."""

    #: the shorter axis as a share of the longer, above which it is called a circle; sizes: ovals
    #: have 0.75 at most
    circle: float = 0.88
    #: confidence lost by a millimetre of wobble, as a share; chosen
    wobble_costs: float = 0.5
    #: confidence at most, for nothing is certain; chosen
    most_confidence: float = 0.99
    #: confidence at least; chosen
    least_confidence: float = 0.05
    #: share of the smaller of two marks that they have in common, above which they are one; trial
    same: float = 0.3
    #: marks noted for a page; chosen: as many as people look at
    most: int = 6
    #: mm around a mark on its picture; chosen
    margin_mm: float = 3.0


@dataclass(frozen=True)
class SquareMark:
    """A square frame with something in it, of an office's or a person's name seal: never clear."""

    #: mm, the longer side; sizes: 18-30, with room for guessed scales
    most_mm: float = 50
    #: the shorter side as a share of the longer; trial
    least_ratio: float = 0.7
    #: share of the weakest side that carries ink; trial
    side: float = 0.80
    #: share of the inside that carries ink, more than and less than; trial
    fill: tuple[float, float] = (0.12, 0.7)
    #: confidence told; chosen
    confidence: float = 0.4


@dataclass(frozen=True)
class OblongMark:
    """A rectangular frame with writing in it, of an office's mark (45 x 15 mm): never clear, and
    never "not stamped".
    """

    #: mm, the longer side, least and most; sizes: 25-60, with room for guessed scales
    long_mm: tuple[float, float] = (22, 75)
    #: mm, the shorter side; sizes: 10 and more
    least_short_mm: float = 8.5
    #: share of the weakest side that carries ink; trial
    side: float = 0.62
    #: share of the inside that carries ink, more than and less than; trial
    fill: tuple[float, float] = (0.04, 0.6)
    #: share of the ink in level and upright rules, at most: offices' marks 0.38-0.70, drawn boxes
    #: with rules in them (收文) 0.83-0.91; trial
    straight: float = 0.78
    #: share of the inside that carries ink, from which rules are not asked about, since a line of
    #: close characters looks like one; measured: flat marks 0.36-0.48, drawn boxes 0.03-0.21
    written: float = 0.28


@dataclass(frozen=True)
class WrittenBlock:
    """An office's mark by its lines alone, where no frame can be followed: never clear."""

    #: mm, gaps between its lines and characters; trial
    bridge_mm: float = 4.5
    #: mm, the longer side, least and most; sizes: 30-70; prints of a finger have 25
    long_mm: tuple[float, float] = (28, 76)
    #: mm, the shorter side; sizes: two lines of small characters, five of larger ones
    short_mm: tuple[float, float] = (8.5, 36)
    #: share of the rectangle that carries ink, more than and less than; trial
    fill: tuple[float, float] = (0.08, 0.65)
    #: mm around it without other ink; trial: characters of a headline are 5 mm apart
    apart_mm: float = 8.0
    #: other ink there, at most, as a share of its own; trial
    beside: float = 0.1
    #: lines of characters or rules along it, at least; sizes: one line is a headline
    rows: int = 2
    #: share of the ink in level and upright rules, at most; measured: as of marks with a frame
    straight: float = 0.78


@dataclass(frozen=True)
class FaintInk:
    """Red so pale that it is taken above the page's own noise: never clear."""

    #: share of light, at least; trial
    least: float = 0.018
    #: standard deviations of the page's noise; trial
    deviations: float = 4.5
    #: mm2 of it on the part of the page; trial
    least_mm2: float = 15
    #: times the least density that is full ink in a vote for circles; trial
    level: float = 2.2
    #: circles that are tried; trial
    circles: int = 3
    #: vote a circle needs; trial
    least_vote: float = 0.26
    #: mm, gaps in a trace; trial
    bridge_mm: float = 3
    #: share of the pale ink of that part which one trace must hold; trial
    of_all: float = 0.5


@dataclass(frozen=True)
class FaintRing:
    """A pale ring that is worth a question."""

    #: mm, the longer axis, least and most; sizes: as for any ring
    size_mm: tuple[float, float] = (34, 62)
    #: the shorter axis as a share of the longer; trial: round ones only
    least_ratio: float = 0.85
    #: share of the rim that carries ink; trial
    coverage: float = 0.5
    #: mm; trial
    wobble_mm: float = 0.42
    #: share of the band outside that carries ink; trial
    outside: float = 0.15
    #: density above which it is not pale; trial
    ink: float = 0.25
    #: shares of middle and writing that carry ink, together; trial
    fill: float = 0.03
    #: strokes along the writing; trial
    strokes: int = 2
    #: confidence told; chosen
    confidence: float = 0.3
    #: confidence told where only whole circles add up (``faintrings.py``); chosen
    least_confidence: float = 0.2


@dataclass(frozen=True)
class Trace:
    """Pale ink of a seal's size whose rim nobody can follow."""

    #: mm, both sides; sizes, with room; trial
    size_mm: tuple[float, float] = (26, 66)
    #: width as a share of the height, more than and less than; trial
    ratio: tuple[float, float] = (0.6, 1.7)
    #: density below which ink may be such a seal's; trial: pens are denser
    pale: float = 0.2
    #: mm2 of ink, least and most; trial
    ink_mm2: tuple[float, float] = (25, 900)
    #: share of its box that carries ink; trial
    most_fill: float = 0.42
    #: confidence told; chosen
    confidence: float = 0.15


@dataclass(frozen=True)
class EdgeTrace:
    """A strip of ink along the edge of the sheet, as 骑缝章 leave it."""

    #: mm, width, least and most; trial
    width_mm: tuple[float, float] = (3, 22)
    #: mm, height, least and most; sizes: up to 58; trial
    height_mm: tuple[float, float] = (12, 60)
    #: the height is more than so many times the width; trial
    ratio: float = 1.3
    #: share of its box that carries ink; trial: a solid bar is none
    most_fill: float = 0.72
    #: confidence told; chosen
    confidence: float = 0.15


@dataclass(frozen=True)
class CoherentRed:
    """Red ink that hangs together in a seal's size: too much for a plain "no"."""

    #: density from which it counts; trial
    ink: float = 0.10
    #: mm, gaps in it; trial
    bridge_mm: float = 2
    #: mm, both sides, least and most; sizes, with room
    size_mm: tuple[float, float] = (24, 70)
    #: mm2 of ink; trial
    least_mm2: float = 60
    #: share of its box that carries ink; trial: more is solid
    most_fill: float = 0.6
    #: share of its box in other strong colours; trial: more is a picture
    most_other: float = 0.12
    #: confidence told; chosen
    confidence: float = 0.1


@dataclass(frozen=True)
class LongStrokes:
    """Strokes that cross a page, over whatever else is there."""

    #: mm, ink that hangs together so far holds more than a seal; sizes
    wide_mm: float = 75.0
    #: share of the strongest ink from which it is a stroke's; trial: what they cross is paler
    of_full: float = 0.5
    #: quantile of the ink that is the strongest; trial
    full: float = 0.9
    #: mm, longer than characters and stars; sizes
    long_mm: float = 15.0
    #: mm around a stroke that a scanner and JPEG smear; trial
    fringe_mm: float = 1.0
    #: mm, gaps that strokes leave in what they crossed; sizes
    bridge_mm: float = 4.0


@dataclass(frozen=True)
class LikeWriting:
    """Ink that is neither an empty loop nor ruled nor solid: of that much any seal is sure."""

    #: share of the ink well inside the outline; trial
    inner: float = 0.2
    #: share of the ink in level and upright runs; trial
    straight: float = 0.5


@dataclass(frozen=True)
class PenLines:
    """Strokes of a pen: long, thin, and nothing else there. Measured, pens against seals: share of
    ink in long pieces 0.95-1 and 0.2-0.9, small holes 0-2 and 5 and more.
    """

    #: density from which ink is a stroke's; trial: as of coherent red
    ink: float = 0.10
    #: mm around a mark that belong to it: what it was fitted to may go on there; chosen
    around_mm: float = 3.0
    #: mm, the longer side of a long piece; sizes: ticks have 10 and more, characters of seals 3-7,
    #: and their stars are broader than any stroke
    long_mm: float = 9.0
    #: share of the ink that lies in long pieces; measured
    of_ink: float = 0.95
    #: mm, half the breadth of a stroke where it is broadest: measured, pens that cross 1.3-1.6;
    #: sizes: stars of 10 mm have 1.9
    half_breadth_mm: float = 1.7
    #: mm2, what a small hole encloses, least and most; sizes: the eyes of characters
    hole_mm2: tuple[float, float] = (0.25, 10.0)
    #: small holes at most; measured
    holes: int = 3
    #: mm around a stroke that a scanner and JPEG smear; trial: as of fringes
    fringe_mm: float = 1.5
    #: mm2 of paler redness beyond, at most; trial: less than two characters
    left_mm2: float = 4.0


@dataclass(frozen=True)
class SquareCode:
    """A square code (ISO/IEC 18004) by its finder patterns."""

    #: share of the ink that is paler than what is full ink; trial
    full: float = 0.9
    #: share of full ink from which a place is a dark module's; trial
    of_full: float = 0.4
    #: mm2 of dark modules; sizes: 12 mm, half dark
    least_mm2: float = 40.0
    #: pixels, the side that a code is brought to; chosen
    side_px: int = 232
    #: modules of a finder pattern along its diagonal: dark, light, dark, light, dark; sizes: of
    #: the standard
    modules: tuple[int, ...] = (1, 1, 3, 1, 1)
    #: modules by which each may be off; trial
    stray: float = 0.75
    #: pixels of a module; sizes: 57 of them at most on those pixels
    least_module_px: float = 3.0
    #: corners with a finder pattern; sizes: of the standard
    finders: int = 3
    #: pixels beside the diagonal that are tried too; trial
    shifts: tuple[int, ...] = (0, -3, 3)


@dataclass(frozen=True)
class Page:
    """When a page can be answered for at all."""

    #: share of a frame's places that are less red than what is called its least redness; trial
    frame_quantile: float = 0.25
    #: how much more red than green that is, as a share of the page's light, at most: else it is a
    #: flag or a banner; measured: flags 0.6, marks 0-0.1
    frame_red: float = 0.3
    #: px/mm (84 dpi) below which nobody is told that a seal is missing; measured: pale seals were
    #: missed at 75 dpi and JPEG 30
    least_px_per_mm: float = 3.3
    #: mm of empty border given to a part, so that only the sheet's own edge cuts a ring; trial
    pad_mm: float = 16.0
    #: share of a mark's box in other strong colours, above which it is a picture; trial
    picture: float = 0.25
    #: share of the ink that lies within the marks, above which no votes are taken for more; trial
    explained: float = 0.8


NO_RING, CUT, CLEAR, WEAK = NoRing(), CutRing(), ClearRing(), WeakRing()
BADGE = SmallBadge()
MARK, SQUARE, OBLONG, BLOCK = Mark(), SquareMark(), OblongMark(), WrittenBlock()
FAINT_INK, FAINT_RING = FaintInk(), FaintRing()
TRACE, EDGE_TRACE, COHERENT, LIKE_WRITING = Trace(), EdgeTrace(), CoherentRed(), LikeWriting()
PEN, CODE, STROKES = PenLines(), SquareCode(), LongStrokes()
PAGE = Page()
