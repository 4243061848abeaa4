"""Does a seal stand on a page where the form asks for one? Pure: print and marks in, a remark for
people out.

The words that ask for it are the form's own (盖章处 in call.yaml), else the usual ones. Only a
remark: offices stamp covers as well as the place at the end, and a seal on another page is a seal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from ingest.reading import ScanLine, SealOutcome, SealReading
from rules.call import SEAL_LABELS

CLEAR = 0.8  #: the engine's confidence (0..1) below which a line says nothing


def with_place(
    seal: SealReading,
    lines: Sequence[ScanLine],
    labels: tuple[str, ...] = SEAL_LABELS,
) -> SealReading:
    """``seal`` with a remark when the pages read ask for a seal elsewhere than where one was seen.

    ``labels`` ask for it where they stand in brackets, before a colon or 处, or at the end of a
    line; a sentence that mentions them does not. Pages behind the first clear seal were not looked
    at, so nothing is said of a place there.
    """
    asked = sorted({line.page for line in lines if asks_for_seal([line], labels)})
    seen = sorted({mark.page for mark in seal.seals})
    if (
        seal.outcome is not SealOutcome.STAMPED
        or not asked
        or set(asked) & set(seen)
        or asked[-1] > max(seen, default=0)
    ):
        return seal
    remark = f"印章在第{_numbers(seen)}页, 表上写明盖章的是第{_numbers(asked)}页"
    return seal.model_copy(update={"reason": f"{seal.reason}; {remark}"})


def by_writing(seal: SealReading) -> SealReading:
    """``seal``, but uncertain where the clearest mark is legible only in a mirror, or pale and not
    legible: a seal of the other side of the sheet, or of the page that lay on it, is none of this
    one's.
    """
    if seal.outcome is not SealOutcome.STAMPED or not seal.seals or not seal.seals[0].mirrored:
        return seal
    if any(mark.writing for mark in seal.seals):
        return seal
    page = seal.seals[0].page
    reason = f"第{page}页印章的字是反的或者淡得读不出, 可能是从背面透过来、从对页沾上的"
    return seal.model_copy(update={"outcome": SealOutcome.UNCERTAIN, "reason": reason})


def with_red_print(seal: SealReading, pages: Sequence[int]) -> SealReading:
    """``seal``, but uncertain instead of none where red print stands at the place for one on
    ``pages``: an office's mark without a frame looks like that.
    """
    if seal.outcome is not SealOutcome.NOT_STAMPED or not pages:
        return seal
    reason = f"第{_numbers(pages)}页写明盖章的地方有红字, 可能是不带边框的印章"
    return seal.model_copy(update={"outcome": SealOutcome.UNCERTAIN, "reason": reason})


def asks_for_seal(lines: Sequence[ScanLine], labels: tuple[str, ...] = SEAL_LABELS) -> bool:
    """Whether one of the lines that are read clearly asks for a seal."""
    asks = _asking(labels)
    clear = (line for line in lines if line.confidence >= CLEAR)
    return any(asks.search(_tight(line.text)) for line in clear)


@lru_cache(maxsize=64)
def _asking(labels: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(re.escape(_tight(label)) for label in labels)
    return re.compile(rf"\((?:单位)?(?:{words})\)|(?:{words})(?:处|:|$)")


def _tight(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _numbers(pages: Sequence[int]) -> str:
    return "、".join(map(str, pages))
