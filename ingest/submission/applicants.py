"""When two names mean the same applicant. Pure; used for pairing inside one case, never across
cases.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from rules.call import Call
from rules.vocabulary import normalise

_DRESS = re.compile(
    r"盖章|扫描件?|签字|签章|公章|可编辑|电子版|打印|正式|最终|定稿|更新|修改|补正|新版|word|pdf|docx?|wps|版|附件\d?|[\W_]|\d{1,8}$",
    re.IGNORECASE,
)


def core_name(name: str, call: Call) -> str:
    """``name`` normalised and without the unit's name before it; the name of a unit's office
    becomes the unit's.
    """
    key = re.sub(r"[()（）].*?[()（）]", "", normalise(name))
    for dispensable in call.words.prefixes:
        key = key.removeprefix(normalise(dispensable))
    for unit in call.units:
        for prefix in sorted(
            (
                normalise(text)
                for text in (
                    unit.name,
                    unit.bureau,
                    *unit.aliases,
                )
            ),
            key=len,
            reverse=True,
        ):
            if key.startswith(prefix) and not unit.direct:
                rest = key.removeprefix(prefix)
                return (
                    normalise(unit.name)
                    if rest
                    in (
                        "",
                        *call.words.bureau_words,
                    )
                    else _without_unit(rest, call)
                )
    return key


def _without_unit(rest: str, call: Call) -> str:
    """``rest`` after one unit name was taken away: a unit of two names is written with both as
    often as with one.
    """
    shorter = re.sub(r"^师?市", "", rest)
    for unit in call.units:
        for alias in unit.aliases:
            key = normalise(alias)
            if shorter.startswith(key) and len(shorter) > len(key) + 1:
                return re.sub(r"^市", "", shorter.removeprefix(key))
    return shorter


def same_applicant(first: str, second: str, call: Call) -> bool:
    """Whether two names as written mean one applicant."""
    return bool(first and second) and (
        normalise(first) == normalise(second) or core_name(first, call) == core_name(second, call)
    )


def file_stem(name: str) -> str:
    """A file name without extension, brackets, dates and the words that only say which rendition it
    is.
    """
    stem = PurePosixPath(normalise(name)).stem
    previous = ""
    while previous != stem:
        previous, stem = stem, _DRESS.sub("", stem)
    return stem
