"""Characters that look like others folded to what they stand for, before anything written is
compared. Pure; the one home of that table.

Unicode keeps the radicals of Chinese dictionaries (康熙部首, 部首补充) beside the characters they are:
a page printed by a browser may name 门 by the radical. Unicode's own compatibility form (NFKC) folds
U+2F00-2FD5, and of the supplement U+2E80-2EF3 only two: the others are equivalents of meaning. The
table was made from the radicals' names in the Unicode character database: each stands for the
character that has that shape and name; for parts that are no character of their own the usual one.
"""

from __future__ import annotations

import unicodedata

_FIRST = 0x2E80
_SUPPLEMENT = (
    "冫厂乛乚乙亻冂几刀刂卜㔾小小兀尣尢尣巳幺彑彐忄㣺扌攵\0旡日月歺母"
    "民氵氺灬爫爫丬牛犭王疋罒示礻竹糹纟罓罒网网网羊羊羊耂肀聿月臼艹艹"
    "艹虎衤覀西见角角讠贝足车辶辶辶阝钅長镸长门阜阝雨青韦页风飞食飠飠"
    "饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"
)
"""What U+2E80, U+2E81 ... stand for; U+2E9A is no character."""

RADICALS = {
    _FIRST + place: character for place, character in enumerate(_SUPPLEMENT) if character != "\0"
}


def folded(text: str) -> str:
    """``text`` in Unicode's compatibility form (NFKC), radicals as what they stand for."""
    return unicodedata.normalize("NFKC", text).translate(RADICALS)


def without_radicals(text: str) -> str:
    """``text`` as it is but for radicals, those of NFKC too: what a reader of the page sees."""
    if not any("\u2e80" <= character <= "\u2fdf" for character in text):
        return text
    return "".join(
        folded(character) if "\u2e80" <= character <= "\u2fdf" else character for character in text
    )
