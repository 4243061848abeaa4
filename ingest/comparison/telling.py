"""Small differences that nobody misreads: a figure with a digit more, 万元 for 元, 已 for 未, an
option ticked that the Word file does not choose.

Text in, answers out; pure. One character read for another is a misreading, unless the two are
opposites that do not look alike; one more or one less counts where the engine read a piece of print
in one go, for it does not drop a 不 or a 0 from the middle of a clear line.
"""

from __future__ import annotations

import re

from rapidfuzz.distance import Levenshtein

from ingest.comparison.printed import plain
from rules.characters import folded

_OPPOSITES = (
    "有无没", "已未", "是否非", "可能不", "专兼", "增减", "内外", "前后", "男女", "正副", "公私", "初高", "大小", "上下",
    "左右", "东南西北", "甲乙丙丁", "多少", "新旧", "全半", "升降", "优良差", "二四六八百万亿", "三五九百千", "处科股室", "每两三五", "百千万亿",
)  # fmt: skip
"""Characters of one place in a sentence that turn it round and do not look alike."""
_STROKES = frozenset("一丨丿丶二十口日章印")  #: what a rule or a seal over the paper is read as
_DENIALS = frozenset("不未无非没勿")
_SCALES = frozenset("十百千万亿")
_FIGURE = re.compile(r"[0-9点]{1,12}")
_LOOK_ALIKE = str.maketrans({"i": "1", "l": "1", "o": "0", "z": "2", "s": "5", "g": "9", "q": "9"})
_PART = re.compile(r".{0,4}(?:分校|校区|教学点|分部|分院|学部)|筹建?|筹备")
"""What follows the name of a school that is a part of one, or not yet one."""
_BOX, _MARK = "□◻☐○", "☑√✓✔■☒⊙◉●🗹"
_OPTION = re.compile(rf"([{_BOX}{_MARK}])\s*([^\s{_BOX}{_MARK}]+)")


def with_figures(text: str) -> str:
    """``text`` for comparing, decimal points and the signs of shares kept as words."""
    text = re.sub(r"(?<=\d)\.(?=\d)", "点", folded(text))
    return plain(text.replace("%", "百分").replace("‰", "千分"))


def is_telling(word: str, read: str, before: str, after: str) -> bool:
    """Whether ``read`` in the place of ``word`` says something else, though it is short."""
    if word and read:
        return _is_opposite(word, read)
    changed, beside = word or read, before[-1:].isdigit() or after[:1].isdigit()
    if _FIGURE.fullmatch(changed) or _SCALES.issuperset(changed):
        return beside
    return changed in _DENIALS


def _is_opposite(word: str, read: str) -> bool:
    both = {*zip(word, read, strict=False)}
    return len(word) == len(read) <= 2 and any(
        one != other and one in group and other in group
        for one, other in both
        for group in _OPPOSITES
    )


def is_other_address(word: str, read: str) -> bool:
    """Whether an e-mail address is another one, not counting characters that look alike and those
    that are lost.
    """
    address = re.sub(r"\s", "", folded(read))
    if not re.fullmatch(r"[\w.+-]+@[\w.-]+", address, re.ASCII):
        return False
    left = iter(_address(word))
    return not all(character in left for character in _address(address))


def _address(text: str) -> str:
    key = plain(text.lower()).replace("rn", "m").replace("vv", "w")
    return key.translate(_LOOK_ALIKE)


def is_other_name(name: str, read: str) -> bool:
    """Whether a short name that was read surely is another one: a character more, one less or
    another; never only a part of more print but a name of one character more.
    """
    if name in read:
        more = read.replace(name, "", 1)
        return 2 <= len(name) < 4 and len(more) == 1 and more not in _STROKES and _is_written(read)
    misread = len(name) == len(read) == 4 and Levenshtein.distance(name, read) == 1
    return 2 <= len(name) <= 4 and 2 <= len(read) <= len(name) + 1 and not misread


def _is_written(text: str) -> bool:
    return re.fullmatch(r"[\u4e00-\u9fff]+", text) is not None


def goes_on(name: str, read: str) -> bool:
    """Whether ``read`` names a part of the applicant: 分校, 东校区, 教学点."""
    rest = read.partition(name)[2]
    return _PART.match(rest) is not None


def says_less(name: str, read: str) -> str:
    """What the applicant's name says more than ``read``, which is the whole of it otherwise: 筹, 分校, or a
    word inside; "" where it is not that alone.
    """
    edits = [edit for edit in Levenshtein.opcodes(name, read) if edit.tag != "equal"]
    if len(edits) != 1 or edits[0].tag != "delete" or not edits[0].src_start:
        return ""
    gone = name[edits[0].src_start : edits[0].src_end]
    inside = edits[0].src_end < len(name)
    return gone if (inside and len(gone) > 1) or _PART.fullmatch(gone) else ""


def renamed(name: str, read: str, own: str) -> bool:
    """Whether the applicant's own part of a name is another one: its characters in another order,
    or two of them together changed. Those of the division are long and often misread.
    """
    if read != name and sorted(read) == sorted(name):
        return True
    start = name.rfind(own) if len(own) > 2 else len(name)
    return len(read) == len(name) and any(
        edit.tag == "replace" and edit.src_start >= start and edit.src_end - edit.src_start > 1
        for edit in Levenshtein.opcodes(name, read)
    )


def ticked(read: str) -> frozenset[str]:
    """The options with a mark in their box, where every option has a box before it and some are
    left empty; nothing else can be told.
    """
    options = _OPTION.findall(read)
    marked = [plain(option) for box, option in options if box in _MARK]
    clear = re.match(rf"\s*[{_BOX}{_MARK}]", read) and 0 < len(marked) < len(options)
    return frozenset(marked) if clear else frozenset()


def without_figures(text: str) -> str:
    """What :func:`with_figures` made, with its points and signs again: for people."""
    text = re.sub(r"(?<=\d)点(?=\d)", ".", text)
    return re.sub(r"(?<=\d)千分", "‰", re.sub(r"(?<=\d)百分", "%", text))
