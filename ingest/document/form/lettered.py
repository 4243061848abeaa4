"""A list whose options have letters or numbers, answered by one of these: ``A.小学 B.初中 （B）``.

Text and options in, the options meant out; pure. An answer that no option bears, a mark of any
other kind and other words leave it to ``choices.py``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_NAME = r"[A-Za-z]|\d{1,2}"
_ASIDE = "_:.,;/、。()\\[\\]【】\\s□☐○◯选择答案填为是项了"
"""What may stand around an answer."""
_OPTION = "\0"
_ANSWER = re.compile(rf"[{_ASIDE}]*((?:{_NAME})(?:[,;/、\s]+(?:{_NAME}))*)[{_ASIDE}]*")


def answered_by_name(text: str, options: Sequence[str]) -> tuple[str, ...]:
    """The options that an answer names by their letters or numbers, in its order; none where it is
    not clear.
    """
    plain = unicodedata.normalize("NFKC", text)
    names = "|".join(re.escape(each) for each in sorted(options, key=len, reverse=True))
    listed = re.compile(rf"(?<![A-Za-z\d])\(?({_NAME})\s*[.、:)]?\s*({names})(?![\u3400-\u9fff])")
    by_name = {match[1].upper(): match[2] for match in listed.finditer(plain)}
    pieces = listed.sub(_OPTION, plain).split(_OPTION)
    answer = _ANSWER.fullmatch(" ".join(pieces))
    if answer is None or not _in_order(list(by_name)) or _are_counts(pieces, list(by_name)):
        return ()
    told = [each.upper() for each in re.findall(_NAME, answer[1])]
    return tuple(by_name[each] for each in told) if set(told) <= set(by_name) else ()


def _are_counts(pieces: Sequence[str], names: Sequence[str]) -> bool:
    """Whether something else than its own letter stands behind an option within the list: how many
    there are of it (``1.小学 2 2.初中``).
    """
    said = ([each.upper() for each in re.findall(_NAME, piece)] for piece in pieces[1:-1])
    pairs = zip(said, names, strict=False)
    return any(told and (told != [name] or name.isdecimal()) for told, name in pairs)


def _in_order(names: Sequence[str]) -> bool:
    """Whether they are the letters from A or the numbers from 1 on, two or more."""
    wanted = [str(number) for number in range(1, len(names) + 1)]
    letters = [chr(ord("A") + number) for number in range(len(names))]
    return len(names) > 1 and list(names) in (wanted, letters)
