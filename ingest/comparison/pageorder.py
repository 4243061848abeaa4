"""Are all pages of a form on its scan, and in their order? Told by the outline of the Word file and
by printed page numbers.

Pure. Only a scan that was read to its end can lack a page; what cannot be told is None, never
"missing".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rapidfuzz import fuzz

from ingest.comparison.printed import Print, is_title, nfkc, plain
from ingest.reading import Document, ScanLine
from rules.call import Call

LEAST_TEXT = 4  #: characters of an outline's text that is looked for
LEAST_GAP = 3  #: texts in a row that stand nowhere: the page between two others
LEAST_END = 2  #: ... at the end, or at the beginning of a form whose title stands nowhere
LEAST_ROWS = 12  #: ... of a summary table, where a row or two may have been added
LEAST_SEEN = 3  #: texts that must be there before others are missed
CLEAR = 0.8  #: share of pairs of texts that must stand in the wrong order
ALIKE = 0.93  #: likeness of two pages that are one: pages of a form share a head at most
LEAST_PAGE = 80  #: characters of a page that is compared with another
LEGIBLE = 0.85  #: mean confidence below which a text that was not found proves nothing
_MARGIN_ROWS = 2  #: first and last rows of a page, where its number stands


@dataclass(frozen=True)
class PageOrder:
    """``complete`` and ``ordered`` are None when it cannot be told; ``reason`` names what was seen,
    in Chinese.
    """

    complete: bool | None = None
    ordered: bool | None = None
    reason: str = ""


@dataclass(frozen=True)
class _Numbering:
    """A page and the number printed on it."""

    page: int
    number: int
    total: int | None


def page_order(word: Document, scan: Document, page: Print, call: Call) -> PageOrder:
    """Whether ``scan``, whose print is ``page``, has every page of ``word``, in its order."""
    pages = page.pages
    if page.legibility < LEGIBLE:
        return PageOrder()
    numbers = [found for each in pages if (found := _numbering(each.lines)) is not None]
    chains = [list(_placed(chain, pages)) for chain in word.outline]
    swapped = (
        _swapped_numbers(numbers)
        or _swapped_texts(chains, pages)
        or _late_title(
            word,
            pages,
            call,
        )
    )
    placed = [each for chain in chains for each in chain]
    known = scan.read_whole and sum(bool(shown) for _, shown in placed) >= LEAST_SEEN
    least = LEAST_ROWS if word.rows else LEAST_GAP
    gap = (_gap_in_numbers(numbers, scan) or _gap_in_texts(placed, least)) if known else ""
    gap = gap or (_no_title(word, chains, scan, call) if known else "")
    swapped = "; ".join(filter(None, (swapped, _twice(pages))))
    ordered = False if swapped else True if known or len(pages) > 1 else None
    return PageOrder(
        not gap if known else None,
        ordered,
        "; ".join(text for text in (gap, swapped) if text),
    )


def _twice(pages: Sequence[Print]) -> str:
    """Two pages that say the same: one was scanned twice."""
    for number, later in enumerate(pages):
        for earlier in pages[:number]:
            alike = len(later.text) >= LEAST_PAGE and _are_alike(earlier.text, later.text)
            if alike:
                return f"第{later.lines[0].page}页与第{earlier.lines[0].page}页相同"
    return ""


def _are_alike(one: str, other: str) -> bool:
    return fuzz.ratio(one, other, score_cutoff=100 * ALIKE) > 0


# --- printed numbers ------------------------------------------------------------------------------

_NUMBER = re.compile(
    r"第\s*(\d{1,3})\s*页(?:\s*[,/(（]?\s*共\s*(\d{1,3})\s*页\s*[)）]?)?|[-—–]\s*(\d{1,3})\s*[-—–]|(\d{1,3})\s*/\s*(\d{1,3})"
)


def _numbering(lines: Sequence[ScanLine]) -> _Numbering | None:
    """The number in the first or last rows of a page."""
    rows = sorted({line.row for line in lines})
    edge = {*rows[:_MARGIN_ROWS], *rows[-_MARGIN_ROWS:]}
    for line in lines:
        match = _NUMBER.fullmatch(nfkc(line)) if line.row in edge else None
        if match:
            number, total = match[1] or match[3] or match[4], match[2] or match[5]
            return _Numbering(line.page, int(number), int(total) if total else None)
    return None


def printed_number(lines: Sequence[ScanLine]) -> int | None:
    """The number printed at the top or foot of a page; None when there is none."""
    found = _numbering(lines)
    return found.number if found is not None else None


def _swapped_numbers(numbers: Sequence[_Numbering]) -> str:
    """Where a lower number follows a higher one."""
    for one, other in pairwise(numbers):
        if other.number < one.number:
            return f"印有第{other.number}页的一页排在第{one.number}页之后"
    return ""


def _gap_in_numbers(numbers: Sequence[_Numbering], scan: Document) -> str:
    """A printed number that no page bears, where every page read bears one."""
    there = {each.number for each in numbers}
    if len(there) < len(scan.pages_read) or len(there) < LEAST_END:
        return ""
    totals = {each.total for each in numbers if each.total}
    last = totals.pop() if len(totals) == 1 else max(there)
    absent = [str(number) for number in range(min(there), last + 1) if number not in there]
    return f"没有印着第{'、'.join(absent)}页的一页" if absent and len(absent) <= len(there) else ""


# --- outline --------------------------------------------------------------------------------------


def _placed(chain: Sequence[str], pages: Sequence[Print]) -> Iterator[tuple[str, list[int]]]:
    """Every text of an outline that stands in it once, with the pages that show it."""
    keys = [plain(text) for text in chain]
    for text, key in zip(chain, keys, strict=True):
        if len(key) >= LEAST_TEXT and sum(key in other for other in keys) == 1:
            yield text, [number for number, page in enumerate(pages) if page.shows(key)]


def _swapped_texts(
    chains: Iterable[Sequence[tuple[str, list[int]]]],
    pages: Sequence[Print],
) -> str:
    """Two pages whose texts stand the other way round in the Word file."""
    for chain in chains:
        on: dict[int, list[int]] = {}
        for at, (_, shown) in enumerate(chain):
            if len(shown) == 1:
                on.setdefault(shown[0], []).append(at)
        full = sorted(page for page, places in on.items() if len(places) >= LEAST_END)
        for earlier, later in pairwise(full):
            pairs = [one > other for one in on[earlier] for other in on[later]]
            if sum(pairs) >= CLEAR * len(pairs):
                return f"第{pages[later].lines[0].page}页的内容应在第{pages[earlier].lines[0].page}页之前"
    return ""


def _late_title(word: Document, pages: Sequence[Print], call: Call) -> str:
    """The one page with the form's title, if it is not the first."""
    titled = [
        number
        for number, page in enumerate(
            pages,
        )
        if any(is_title(line.text, call) for line in page.lines)
    ]
    if word.recognised_by != "title" or len(titled) != 1 or not titled[0]:
        return ""
    return f"有标题的一页是第{pages[titled[0]].lines[0].page}页"


def _no_title(
    word: Document,
    chains: Sequence[Sequence[tuple[str, list[int]]]],
    scan: Document,
    call: Call,
) -> str:
    """The title page, when neither a title nor the first texts of the Word file stand anywhere."""
    if word.recognised_by != "title" or any(is_title(line.text, call) for line in scan.lines):
        return ""
    first = [bool(shown) for _, shown in chains[0]] if chains else []
    return "没有看到有标题的一页" if len(first) >= LEAST_END and not any(first[:LEAST_END]) else ""


def _gap_in_texts(placed: Sequence[tuple[str, list[int]]], least: int) -> str:
    """A run of texts of the Word file that no page shows."""
    at, end = 0, LEAST_END if least == LEAST_GAP else least
    for there, run in groupby(placed, key=lambda each: bool(each[1])):
        texts = [text for text, _ in run]
        at += len(texts)
        if not there and len(texts) >= (end if at == len(placed) else least):
            return f"没有看到“{texts[0]}”至“{texts[-1]}”的部分"
    return ""
