"""Small differences that nobody misreads: a figure with a digit more, 万元 for 元, 已 for 未, an
option ticked that the Word file does not choose.

Text in, answers out; pure. One character read for another is a misreading, unless the two are
opposites that do not look alike; one more or one less counts where the engine read a piece of print
in one go, for it does not drop a 不 or a 0 from the middle of a clear line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple, Protocol

from rapidfuzz.distance import Levenshtein

from ingest.comparison.printed import plain
from rules.characters import folded

_OPPOSITES = (
    "有无没", "已未", "是否非", "可能不", "专兼", "增减", "内外", "前后", "男女", "正副", "公私", "初高", "大小", "上下",
    "左右", "东南西北", "甲乙丙丁", "多少", "新旧", "全半", "升降", "优良差", "二四六八百万亿", "三五九百千", "处科股室", "每两三五", "百千万亿",
)  # fmt: skip
"""Characters of one place in a sentence that turn it round and do not look alike."""
_STROKES = frozenset("一丨丿丶二十口日章印")  #: what a rule or a seal over the paper is read as
_TWINS = (
    "永水", "未末", "己已巳", "土士", "日曰", "王玉主", "大太犬", "木本术", "天夫", "干千于", "人入八", "刀力", "田由甲申", "午牛",
    "贝见", "免兔", "乌鸟", "戌戍戊", "晴睛", "析折", "住往佳", "侯候", "辛幸", "今令", "问间", "治冶", "瑞端", "秀季", "宇字", "思恩",
)  # fmt: skip
"""Characters that one stroke makes each other: of a small print they are read with confidence."""
_DENIALS = frozenset("不未无非没勿")
_SCALES = frozenset("十百千万亿")
_FIGURE = re.compile(r"[0-9点]{1,12}")
_LOOK_ALIKE = str.maketrans({"i": "1", "l": "1", "o": "0", "z": "2", "s": "5", "g": "9", "q": "9"})
_PART = re.compile(r".{0,4}(?:分校|校区|教学点|分部|分院|学部)|筹建?|筹备")
"""What follows the name of a school that is a part of one, or not yet one."""
_BOX, _MARK = "□◻☐○", "☑√✓✔■☒⊙◉●🗹"
_OPTION = re.compile(rf"([{_BOX}{_MARK}])\s*([^\s{_BOX}{_MARK}]+)")
_PLAIN_BOX = "口"  #: what a box may be read as, at the front of an option
MOST_DOUBT = 0.025  #: of all characters of a piece together: then none of them is misread


class Piece(Protocol):
    """Print that was read in one go, and how sure the engine is of its characters."""

    @property
    def text(self) -> str:
        """What was read."""

    @property
    def confidence(self) -> float:
        """From 0 to 1."""


def doubt_of(pieces: Iterable[Piece]) -> float:
    """How far the engine is from being sure, all characters of some pieces together."""
    return sum((1 - piece.confidence) * len(piece.text) for piece in pieces)


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
    one = len(name) == len(read) and Levenshtein.distance(name, read) == 1
    misread = one and (len(name) == 4 or _are_twins(name, read))
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


def one_other_character(word: str, read: str, doubt: float) -> bool:
    """Whether a single character is another one and every one was read without a doubt; ``doubt``:
    how far the engine is from being sure, of all of them together.
    """
    if len(word) != len(read) or doubt > MOST_DOUBT:
        return False
    others = [(one, other) for one, other in zip(word, read, strict=True) if one != other]
    if len(others) != 1 or _are_twins(word, read):
        return False
    return all(_is_written(each) and each not in _STROKES for each in others[0])


def _are_twins(word: str, read: str) -> bool:
    """Whether all that differs are characters that look nearly the same."""
    others = {frozenset(pair) for pair in zip(word, read, strict=True) if pair[0] != pair[1]}
    return all(any(pair <= set(group) for group in _TWINS) for pair in others)


def other_words(word: str, read: str) -> bool:
    """Whether two characters or more stand in the place of others and none of them is the same:
    single ones are misread, hardly two together.
    """
    return min(len(word), len(read)) > 1 and not set(word) & set(read) and _is_written(word + read)


class Boxes(NamedTuple):
    """The options of a field as they were read: by what stands before them."""

    empty: frozenset[str]
    marked: frozenset[str]
    bare: frozenset[str]  #: nothing: what is ticked is often read so


def boxes_before(pieces: Iterable[str], options: Collection[str]) -> Boxes:
    """Where the boxes stand before their options, each option by its box; else nothing: of 是□否□
    nobody knows which box is whose when one was not read.
    """
    texts = [re.sub(rf"[^\w{_BOX}{_MARK}]+", "", folded(piece).lower()) for piece in pieces]
    longest = sorted(options, key=lambda option: (-len(option), option))
    names = "|".join(map(re.escape, longest))
    front = any(re.match(rf"[{_BOX}{_MARK}](?:{names})", text) for text in texts)
    found: dict[str, set[str]] = {"empty": set(), "marked": set(), "bare": set(), "": set()}
    if front and not any(text[-1:] in f"{_BOX}{_MARK}" for text in texts if text):
        options_read = re.compile(rf"([{_BOX}{_MARK}{_PLAIN_BOX}]*)({names})")
        for box, option in (pair for text in texts for pair in options_read.findall(text)):
            found[_box_kind(box)].add(option)
    empty, marked, bare = (frozenset(found[kind]) for kind in ("empty", "marked", "bare"))
    return Boxes(empty - marked - bare, marked - empty - bare, bare)


def _box_kind(box: str) -> str:
    if not box:
        return "bare"
    if set(box) & set(_MARK):
        return "marked"
    return "empty" if set(box) & set(_BOX) else ""


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
