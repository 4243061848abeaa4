"""Labels of forms as they are compared: the words before a blank, without what people and word
processors add to them.

Text in, text out. The blanks themselves are read in ``ingest/document/form``; no form comes in
here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rules.vocabulary import normalise

COLONS = str.maketrans("∶꞉︰", ":::")
"""What input methods also give for a colon and NFKC leaves alone or makes into dots."""

REMARK = re.compile(r"\([^()]{0,30}\)$|\[[^\[\]]{0,30}\]$|【[^【】]{0,30}】$|〔[^〔〕]{0,30}〕$")
"""A remark in brackets at the end."""

_NUMERAL = "[一二三四五六七八九十]{1,3}"
_HAN = "[\u3400-\u9fff]"
_CIRCLED = "\u2460-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289"
_DRESS = re.compile(
    r"\s+"
    # ①, Ⅱ, ㈠ ... before they are made plain
    rf"|[{_CIRCLED}\u2160-\u217f]+\s*[、.．:：)）]?"
    # 第一项, (1), （必填）, 1-1, 1., A、, 2 before a word
    rf"|第\s*(?:\d{{1,2}}|{_NUMERAL})\s*(?:项|条|部分|章|节|栏|款)\s*[、.．:：]?"
    rf"|[(（\[【〔]\s*(?:\d{{1,2}}|{_NUMERAL}|[A-Za-z]|[*＊★※]|[^()（）\[\]【】]{{0,3}}"
    r"(?:必填|选填|必选|必报)[^()（）\[\]【】]{0,3})\s*[)）\]】〕]"
    r"|\d{1,2}(?:\s*[-.．—–]\s*\d{1,2})+\s*[、.．:：)）]?(?=\D)"
    rf"|(?:\d{{1,2}}|{_NUMERAL}|[ivxIVX]{{1,4}}|[A-Za-zＡ-Ｚａ-ｚ]|[壹贰叁肆伍甲乙丙丁戊])\s*[、.．:：)）](?=\D)"
    r"|(?:No\.?|Q|№|表|题|项目)\s*(?:\d{1,2}|[一二三四五六七八九十])\s*[、.．:：)）—–-](?=\D)"
    rf"|(?:\d{{1,2}}|[A-Za-z]|(?:No\.?|Q|№)\s*\d{{1,2}})\s+(?={_HAN})|(?:0\d|№\d{{1,2}}|No\.\d{{1,2}})(?={_HAN})"
    r"|其\s*中\s*[:：、]?|(?:必填|选填|必选|附|注)项?\s*[:：*＊、]|请?填写\s*[:：、]"
    r"|[(（\[【〔]\s*\d{1,2}\s*/\s*\d{1,2}\s*[)）\]】〕]"
    # ★ ※ ● ➢ § and whatever else is no writing
    r"|[^\w\s(（\[【〔《]"
)
_EDGE = re.compile(r"[^\w()\[\]【】〔〕《》%]+$")
_TAIL = re.compile(
    rf"[{_CIRCLED}\s:：ː]+$|(?<={_HAN})\s*(?:[/／]|\s)\s*[A-Za-z][A-Za-z .'-]{{2,40}}$"
)
"""The number of a note, or the label once more in English."""


def undressed(text: str) -> str:
    """``text`` without the numbering and signs in front of its first word; as it is when it has no
    word.
    """
    rest = text
    while match := _DRESS.match(rest):
        rest = rest[match.end() :]
    return rest or text


@lru_cache(maxsize=4096)
def label_key(text: str) -> str:
    """The form in which labels are compared: normalised, without numbering and signs around it or
    a remark in brackets.
    """
    key = _EDGE.sub("", normalise(_TAIL.sub("", undressed(text.translate(COLONS)))))
    while REMARK.search(key) and not REMARK.fullmatch(key):
        key = _EDGE.sub("", REMARK.sub("", key))
    return key or normalise(text)
