"""Answers in other words than a form's options, where only one of them can be meant. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
    "中等职业学校": "中职学校",
    "职业高中": "中职学校",
    "职高": "中职学校",
    "九年制学校": "九年一贯制学校",
    "十二年制学校": "十二年一贯制学校",
}
_STOP = re.compile(r"[\s。.,;]+$")


def meant(raw: str, options: Sequence[str]) -> str | None:
    """The option an answer means; None where it is none of them, or could be several."""
    said = _STOP.sub("", normalise(raw))
    if _NO_OBJECTION.fullmatch(said):
        return "无异议" if "无异议" in options else None
    option = _SAME.get(said) or f"{said}学校"
    if option not in options:
        return None
    rivals = [each for each in options if each != option and said in each]
    return None if rivals else option
