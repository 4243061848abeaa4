"""What counts as paper, as ink and as red, and which parts of a page are worth a finer look.

For ``pixels.py``, ``glancing.py`` and ``regions.py``; see the package for what the sources mean.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """Which paper a page was."""

    #: share of a side by which a page may differ from its paper; trial
    tolerance: float = 0.04
    #: mm, the longer side of paper whose size is no paper's; sizes: A4
    assumed_long_side_mm: float = 297.0


@dataclass(frozen=True)
class Scaling:
    """How a picture is brought to the working scale."""

    #: share of a step (1/2, 1/4, 1/8) a decode may fall short of it; chosen: a page of 200 dpi is
    #: looked at by its half
    enough_of_a_step: float = 0.9
    #: share by which a scale may be off before it is worth shrinking; trial
    same: float = 0.02
    #: factor from which the mean of four neighbours does instead of exact areas; measured: a
    #: quarter of the time, hardly a pixel missed
    quick_from: float = 0.5


@dataclass(frozen=True)
class Crop:
    """The small picture of a mark that people are shown."""

    #: pixels, the longer side at first; chosen: a thumbnail
    side: int = 160
    #: pixels, the longer side below which nothing is shown; chosen
    least_side: int = 40
    #: characters of base64; chosen, as nobody needs more to see what it is
    most_characters: int = 20_000


@dataclass(frozen=True)
class PaperAround:
    """The bare paper that ink is held against."""

    #: mm, side of a cell that has one colour of paper; trial
    cell_mm: float = 1.5
    #: cells, side of the window whose lightest place is the paper: 13 mm; trial
    window: int = 9
    #: 0-255: paper darker than this is taken for so light; trial
    least: int = 24
    #: share of the page's light below which the surroundings are no paper: a desk, a black border;
    #: trial
    lit: float = 0.5
    #: share of the paper's light that is the darkest told apart; trial
    least_share: float = 0.02


@dataclass(frozen=True)
class Ink:
    """What is red, and what has another strong colour."""

    #: red over green, at least so many times what red is over blue: else orange; trial
    green_over_blue: float = 0.5
    #: red over blue, at least so many times what red is over green: else purple; trial
    blue_over_green: float = 0.3
    #: density of a colour above which it is strong; trial
    strong: float = 0.25
    #: logarithm of the light left in green (a fifth) below which a place is black print, whatever
    #: its colour; trial
    black: float = -1.6
    #: px at working scale, standard deviation of the blur that takes the grain away (0.3 mm); trial
    grain_px: float = 1.3


@dataclass(frozen=True)
class Noise:
    """What stands out of a page's own noise."""

    #: standard deviations of the noise; trial
    deviations: float = 4.5
    #: share of the paper's light that red ink takes at least; trial
    least_red: float = 0.018
    #: the same for blue ink; trial
    least_blue: float = 0.05


@dataclass(frozen=True)
class Glancing:
    """The quick look at a whole page."""

    #: px/mm, about; measured: it answers most unstamped pages in a few milliseconds
    px_per_mm: float = 1.0
    #: mm, gaps inside one mark; trial: a pale seal falls into pieces
    bridge_mm: float = 6.0
    #: mm, the paper's colour is that of the lightest place in such a window; trial
    window_mm: float = 9.0
    #: share of places that are darker than what is called the page's light; trial
    bright_quantile: float = 0.8
    #: mm2, a group with less ink is not noted; trial
    least_ink_mm2: float = 6.0
    #: 0-255 between the colours of a place, from which it has one; trial
    coloured: int = 3
    #: share of the page that may be coloured on a page without colours; trial: a logo some app adds
    odd_places: float = 0.01
    #: share of the paper's light below which something is printed or written; trial
    written: float = 0.85
    #: share of a page that is written on at least, unless it is blank; trial
    least_written: float = 0.0005


@dataclass(frozen=True)
class Covered:
    """When a page is so dark or coloured that a seal would not show."""

    #: share of the paper's light below which a place is dark; trial
    dark: float = 0.45
    #: mm, side of a dark square that could hide a seal; sizes: less than any 公章
    square_mm: float = 30.0
    #: share of that square that is dark; trial
    of_square: float = 0.8
    #: share of a page that is dark at least before squares are looked for; chosen to save time
    least_dark: float = 0.01
    #: share of a page that is dark or in strong colours: print and tables leave more paper; trial
    of_page: float = 0.4
    #: 0-255 between the colours of a place, from which they are strong; measured: yellowed paper of
    #: the generated pages has 60
    strong: int = 90
    #: mm, side of a square in a strong colour that could hide a seal; sizes: larger than a flag
    #: over a heading, larger than any seal
    strong_square_mm: float = 50.0
    #: share of that square in a strong colour; sizes: a flag of 70 mm fills 0.94
    of_strong_square: float = 0.97
    #: 0-255, paper in poor light; a page that is darker altogether is no paper; trial
    least_bright: float = 100.0


@dataclass(frozen=True)
class Desk:
    """What a photographed sheet lies on."""

    #: mm between the strokes of print and of seals, which a desk does not have; trial
    gap_mm: float = 3.0
    #: share of the paper's light below which a place beside the sheet is an edge; trial
    edge: float = 0.8
    #: share of the page's light below which a place is dim; trial
    dim: float = 0.7
    #: share of a place's own light by which its colour is another than the sheet's; trial: paper in
    #: a shadow is paper
    other_colour: float = 0.12
    #: share of the page's light below which the picture's border is no paper; trial
    border: float = 0.8
    #: share of the border that is dark before a desk is looked for; trial: most scans have paper up
    #: to there
    least_border: float = 0.02
    #: share of the page's light below which a side of the picture is a desk's; trial
    side: float = 0.62
    #: share of a side that is so dark; trial
    of_side: float = 0.3
    #: such sides at least; trial: one is a scanner's lid
    sides: int = 2
    #: of the shorter side of the picture, one part in so many is looked at along a side; trial
    parts_deep: int = 50


@dataclass(frozen=True)
class WorthALook:
    """Which groups of ink may be a seal or a piece of one."""

    #: mm of paper looked at around a group; trial
    margin_mm: float = 7.0
    #: mm, nearer to the edge of the sheet ink may be a piece of something cut; trial
    edge_mm: float = 6.0
    #: mm2 of red ink; trial
    least_ink_mm2: float = 10
    #: the same for a piece at the edge; trial
    least_ink_at_edge_mm2: float = 6
    #: mm, the longer side of a group; trial
    least_long_mm: float = 12
    #: mm, the shorter side; trial: a line of red print is lower
    least_short_mm: float = 11
    #: mm, the shorter side of a piece at the edge; trial: 骑缝章 leave strips
    least_short_at_edge_mm: float = 2.5
    #: mm, both sides of a group of blue ink; sizes: writing is long or low, a seal neither
    least_blue_mm: float = 20


SHEET, SCALING, CROP = Sheet(), Scaling(), Crop()
PAPER, INK, NOISE = PaperAround(), Ink(), Noise()
GLANCING, COVERED, DESK, WORTH_A_LOOK = Glancing(), Covered(), Desk(), WorthALook()
