"""Does a seal stand on a page where the form asks for one? Pure: print and marks in, a remark for people out.

Only a remark: offices stamp covers as well as the place at the end, and a seal on another page is a seal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ingest.reading import ScanLine, SealOutcome, SealReading

CLEAR = 0.8  #: the engine's confidence below which a line says nothing
_ASKS = re.compile(r"\((?:单位)?(?:盖章|公章)\)|(?:盖章|公章)(?:处|:|$)")


def with_place(seal: SealReading, lines: Sequence[ScanLine]) -> SealReading:
    """``seal`` with a remark when the pages read ask for a seal elsewhere than where one was seen.

    Pages behind the first clear seal were not looked at, so nothing is said of a place there.
    """
    asked = sorted({line.page for line in lines if line.confidence >= CLEAR and _ASKS.search(_tight(line.text))})
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


def _tight(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _numbers(pages: Sequence[int]) -> str:
    return "、".join(map(str, pages))
