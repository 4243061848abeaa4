"""Answers in other words than a form's options, where only one of them can be meant. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from operator import itemgetter

from rules.vocabulary import normalise

_NO_OBJECTION = re.compile(
    "(?:经公示,?|(?:在)?公示(?:期间?|期内|期满)?,?)?(?:均)?"
    "(?:没有|未收到|没有收到|未接到|不存在|无任何|没有任何|未收到任何|没有收到任何)异议"
)
_SAME = {
    "初级中学": "初中",
    "高中": "普通高中",
    "普高": "普通高中",
    "高级中学": "普通高中",
    "完中": "完全中学",
    "中等职业": "中职",
    "职业高中": "中职",
    "职高": "中职",
    "九年制": "九年一贯制",
    "十二年制": "十二年一贯制",
}
_STOP = re.compile(r"[\s。.,;]+$")


def meant(raw: str, options: Sequence[str]) -> str | None:
    """The option an answer means; None where it is none of them, or could be several."""
    said = _STOP.sub("", normalise(raw))
    if _NO_OBJECTION.fullmatch(said):
        return "无异议" if "无异议" in options else None
    end = _common_end(options)
    stem = said.removesuffix(end)
    named = [each for each in options if each.removesuffix(end) == _SAME.get(stem, stem)]
    rivals = [each for each in options if each not in named and said in each]
    return named[0] if len(named) == 1 and not rivals else None


def _common_end(options: Sequence[str]) -> str:
    """What at least two options end in, two characters that may be left out."""
    ends = Counter(each[-2:] for each in options if len(each) > 3)
    end, count = max(ends.items(), key=itemgetter(1), default=("", 0))
    return end if count > 1 else ""
