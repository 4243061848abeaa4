"""Which of several options was chosen: by a tick, by a mark where the others have an empty box, by
a ring around it.

Text and options in, a :class:`Choice` out; pure. One table says what the marks are; what is not in
it is a mark nobody knows. An unlike mark among empty boxes is the choice; what contradicts itself
is unsure. Nothing was chosen only where every mark is an empty box and nothing else was written,
drawn or struck.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from ingest.document.content import INK, RING, RING_END, STRUCK
from rules.vocabulary import normalise


class Mark(Enum):
    """What a character beside an option can be."""

    TICK = "tick"  #: a choice wherever it stands
    SOLID = "solid"  #: a filled box or circle: a choice beside empty ones, else only a bullet
    EMPTY = "empty"
    CROSS = "cross"  #: a choice to some people, a refusal to others
    TYPED = "typed"  #: what is typed for a tick
    FAINT = "faint"  #: what may be a tick where the others have empty boxes, or nothing at all
    UNKNOWN = "unknown"  #: a drawing, or a sign that is not in this table


_KINDS = {
    Mark.TICK: "☑✅✓✔√🗸🗹☒🗷🗵⊠⌧⮽",
    Mark.SOLID: "■●◉◆◼⬛⚫⬤▣⊙◎⦿🔘▪◾🅥◙◈⏺⊕🟢🔴🔵◍◐◕▩▦",
    Mark.EMPTY: "☐□○◻◯⬜⚪◽▫◇▢❏❐❑❒⭕🔲🔳⬚◌◦❍〇口囗▭▯🞎🞏⬭",
    Mark.CROSS: "×✗✘✕✖╳⨯❌❎xXㄨ乂🗙🗴",
    Mark.TYPED: "vV∨˅ˇνѵ🗳",
    Mark.FAINT: "/／\\丿ノ╱1对勾Yy*＊+＋→➔➜➢☞👉★☆▲△➤",
}
MARKS = {char: kind for kind, chars in _KINDS.items() for char in chars}
_TYPED = "".join(_KINDS[kind] for kind in (Mark.TICK, Mark.SOLID, Mark.TYPED, Mark.CROSS))
_CHOSEN = frozenset({Mark.TICK, Mark.SOLID})
_BOXED = frozenset("☑☒🗹🗷🗵⊠⌧⮽")  #: ticks that bring their own box
_SHAPES = ("☐□◻◽▫❏❐❑❒口囗⬜▢", "○◯〇⚪⭕◌◦❍", "◇")
"""Empty marks that are the same to whoever looks; of all others each is its own."""
_SEPARATORS = frozenset("、,，;；。.:：|｜()（）[]【】<>《》\"“”'‘’-—–…~·•")
_NO_TEXT = frozenset({"So", "Sm", "Sk", "Co", "Cn"})
_NUMBERED = frozenset("①②③④⑤⑥⑦⑧⑨⑩⑪⑫❶❷❸❹❺❻❼❽❾❿⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⒈⒉⒊⒋⒌⒍⒎⒏⒐㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩")
_NAMED_BY_NUMBER = re.compile(
    r"选(?:择|了|项|为|是|[:：])*\s*(?:[A-Ha-hＡ-Ｈ①-⑩]|[(（]?\d{1,2}(?!\s*(?:\d|[项个种类至到~～—-])))"
)
"""An answer that names options by their letters or numbers: 选B、D."""
_VARIANT = frozenset("\ufe0e\ufe0f\u200d\u200b\ufeff")
_OVERLAID = re.compile(r"(?:[^\s\u0335-\u0338][\u0335-\u0338])+")
_ENCLOSED = re.compile(r"((?:[^\s\u20dd-\u20e0\u0332][\u20dd-\u20e0\u0332])+)")


@dataclass(frozen=True)
class Choice:
    """What was chosen; ``sure`` is False when a person must look, then nothing else counts."""

    options: tuple[str, ...] = ()
    sure: bool = True


UNSURE = Choice(sure=False)


def is_marked(text: str, options: Sequence[str]) -> bool:
    """Whether a text is a list to tick: with ticks or boxes, or signs beside several options."""
    pieces = list(_tokens(text, tuple(options)))
    marks = {piece.mark for number, piece in enumerate(pieces) if _is_mark(pieces, number)}
    if marks & {*_CHOSEN, Mark.EMPTY}:
        return True
    places = [piece for piece in pieces if piece.kind in ("option", "struck")]
    struck = any(piece.kind == "struck" for piece in places)
    some_ringed = len({piece.ringed for piece in places}) > 1
    return len(places) > 1 and (bool(marks) or struck or some_ringed)


def named(text: str, options: Sequence[str]) -> tuple[str, ...]:
    """The options that are written in a text, in its order, each once."""
    found = (each.text for each in _tokens(text, tuple(options)) if each.kind == "option")
    return tuple(dict.fromkeys(found))


def only_options(text: str, options: Sequence[str]) -> bool:
    """Whether nothing but options and marks stands in a text."""
    return all(each.kind not in ("text", "struck") for each in _tokens(text, tuple(options)))


def beside(text: str, options: Sequence[str]) -> str:
    """What stands in a text beside the options, without blanks."""
    blank = ("option", "space", "number")
    others = (each for each in _tokens(text, tuple(options)) if each.kind not in blank)
    return "".join(each.text for each in others)


def choose(text: str, options: Sequence[str], *, several: bool) -> Choice:
    """Which options a list of them says are chosen; ``several`` if more than one may be."""
    pieces = list(_tokens(text, tuple(options)))
    places, gaps = _split(pieces)
    if _denies(pieces) or not any(place.text for place in places):
        return UNSURE
    told = [piece for gap in gaps for piece in gap.marks]
    empty = {piece.mark for piece in told} == {Mark.EMPTY}
    if empty and (
        _lacks_a_box(places, gaps) or not _are_alike(told) or _NAMED_BY_NUMBER.search(text)
    ):
        return UNSURE
    if empty and len({piece.ringed for piece in told}) == 1:
        places[0].marks = [Mark.EMPTY]
    elif not _share_out(places, gaps):
        return UNSURE
    texts = any(piece.kind == "text" for piece in pieces)
    return _verdict(_merged(places), several=several, texts=texts)


def _are_alike(boxes: Sequence[_Piece]) -> bool:
    """Whether empty marks all have the same shape."""
    shapes = {next((each for each in _SHAPES if box.text in each), box.text) for box in boxes}
    hollow = any("(" in box.text or "[" in box.text for box in boxes)
    return len(shapes) == 1 or hollow


def _lacks_a_box(places: Sequence[_Place], gaps: Sequence[_Gap]) -> bool:
    """Whether fewer boxes than options stand there: what stood beside the others is lost, was put
    in place of their box, or an answer was written behind them.
    """
    return sum(len(gap.marks) for gap in gaps) < len(places)


def _denies(pieces: Sequence[_Piece]) -> bool:
    """Whether an option is denied in words: 没有, 不是."""
    return any(
        piece.kind == "text" and piece.text in "不非未没" and following.kind == "option"
        for piece, following in pairwise(pieces)
    )


# --- pieces ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Piece:
    kind: str  #: option, struck, mark, text, space or hint
    text: str
    mark: Mark | None = None
    ringed: bool = False


@dataclass
class _Place:
    """An option, or struck text where one may have stood ("")."""

    text: str
    ringed: bool = False
    marks: list[Mark] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)

    def add(self, groups: Sequence[Sequence[_Piece]]) -> None:
        for group in groups:
            self.marks += [piece.mark for piece in group if piece.mark is not None]
            self.signs += [piece.text for piece in group]
            self.ringed = self.ringed or any(piece.ringed for piece in group)


@dataclass
class _Gap:
    """What stands between two options: groups of marks that touch."""

    groups: list[list[_Piece]] = field(default_factory=list)
    left: bool = False  #: the first group touches what is on its left
    right: bool = False  #: the last group touches what is on its right
    breaks: list[int] = field(default_factory=list)  #: groups before each end of a line

    @property
    def marks(self) -> list[_Piece]:
        """All of them."""
        return [piece for group in self.groups for piece in group]

    def add(self, piece: _Piece, *, touching: bool, first: bool) -> None:
        """Take a mark that touches what is before it, or not; ``first``: before any option."""
        if touching and self.groups:
            self.groups[-1].append(piece)
            return
        self.left = self.left or (touching and not first and not self.groups)
        self.groups.append([piece])


def _tokens(text: str, options: tuple[str, ...]) -> Iterator[_Piece]:
    """The pieces of a text; strokes between all options only part them."""
    pieces = list(_pieces(text, options))
    at = [number for number, piece in enumerate(pieces) if piece.kind == "option"]
    strokes = {
        number
        for number, piece in enumerate(pieces)
        if piece.text in ("/", "\\") and not _is_in_box(pieces, number)
    }
    parted = len(at) > 1 and all(
        strokes.intersection(range(left, right)) for left, right in pairwise(at)
    )
    for number, piece in enumerate(pieces):
        yield _Piece("space", " ") if parted and number in strokes else piece


def _is_in_box(pieces: Sequence[_Piece], number: int) -> bool:
    """Whether a stroke stands between an option and the box before it, in a list whose boxes stand
    before their options: ``□小学  □/初中``.
    """
    begins = next((piece for piece in pieces if piece.kind != "space"), pieces[0])
    before, behind = pieces[number - 1 : number], pieces[number + 1 : number + 2]
    boxed = begins.mark is Mark.EMPTY and bool(before) and before[0].mark is Mark.EMPTY
    return boxed and bool(behind) and behind[0].kind == "option"


def _pieces(text: str, options: tuple[str, ...]) -> Iterator[_Piece]:
    plain, rings = _prepared(text)
    names = {normalise(option): option for option in options}
    for match in _pattern(tuple(names)).finditer(plain):
        kind, raw = str(match.lastgroup), match[0]
        ring = all(rings[index] for index in range(*match.span()) if not plain[index].isspace())
        if kind == "option":
            yield _Piece(kind, names[normalise(raw).removesuffix(":")], ringed=ring)
        elif kind in _DRESSED:
            yield replace(_DRESSED[kind](raw), ringed=ring)
        else:
            yield from _word(raw, ring=ring)


def _boxed(raw: str) -> _Piece:
    """A mark in brackets; only a typed x there is a tick."""
    inner = raw[1:-1].strip()
    crossed = MARKS[inner] is Mark.CROSS and inner not in "xX"
    return _Piece("mark", raw, Mark.CROSS if crossed else Mark.TICK)


def _lined(raw: str) -> _Piece:
    """A mark on a rule."""
    sign = raw.strip("_ \t\u3000")
    return _Piece("mark", sign, MARKS.get(sign, Mark.UNKNOWN))


_DRESSED: dict[str, Callable[[str], _Piece]] = {
    "boxed": _boxed,
    "lined": _lined,
    "hollow": lambda _: _Piece("mark", "☐", Mark.EMPTY),
    "number": lambda raw: _Piece("number", raw),
    "hint": lambda _: _Piece("space", " "),
    "space": lambda raw: _Piece("space", "\n" if "\n" in raw else " "),
}


def _word(raw: str, *, ring: bool) -> Iterator[_Piece]:
    """A sign, or other writing up to the next blank, option or sign."""
    if raw == STRUCK:
        yield _Piece("struck", "")
    elif raw in MARKS:
        yield _Piece("mark", raw, MARKS[raw], ring)
    elif raw == INK or _is_sign(raw):
        yield _Piece("mark", raw, Mark.UNKNOWN, ring)
    else:
        yield _Piece("text", raw)


def _is_sign(raw: str) -> bool:
    kind = unicodedata.category(raw)
    return kind in _NO_TEXT or (kind == "Sm" and not raw.isascii())


def _prepared(text: str) -> tuple[str, list[bool]]:
    """``text`` with plain forms of its characters, and which of them are ringed."""
    text = _ENCLOSED.sub(_enclosed, _OVERLAID.sub(STRUCK, text))
    chars: list[str] = []
    rings: list[bool] = []
    ring = 0
    for char in text:
        if char in (RING, RING_END):
            ring = max(0, ring + (1 if char == RING else -1))
        elif char not in _VARIANT:
            plain = " " if char in _NUMBERED else unicodedata.normalize("NFKC", char)
            chars.append(plain)
            rings += [ring > 0] * len(plain)
    return "".join(chars), rings


def _enclosed(match: re.Match[str]) -> str:
    """Characters with a ring or box around each: a ticked box, or ringed words."""
    bare = re.sub("[\u20dd-\u20e0\u0332]", "", match[1])
    if "\u20e0" in match[1]:
        return STRUCK
    return "☑" if bare in MARKS and MARKS[bare] in _CHOSEN else f"{RING}{bare}{RING_END}"


_HINT = r"\((?=[^()]{2})[^()]*(?:打|划|画|勾|选|请|可|填)[^()]*\)"


@lru_cache(maxsize=256)
def _pattern(keys: tuple[str, ...]) -> re.Pattern[str]:
    spaced = [r"\s*".join(map(re.escape, key)) for key in sorted(keys, key=len, reverse=True)]
    signs = re.escape("".join(MARKS) + INK + STRUCK)
    between = re.escape("".join(_SEPARATORS))
    bracketed = rf"[\[(【〔]\s*[{re.escape(_TYPED)}]?\s*[\])】〕]"
    return re.compile(
        rf"(?P<hint>{_HINT}"
        r"|请?在[^,。]{0,14}(?:打|划|画)[^,。:]{0,6}[:]?|请?(?:选择|勾选)[:])"
        rf"|(?P<option>(?:{'|'.join(spaced) or '(?!)'})(?::(?=[{signs}]))?)"
        rf"|(?P<boxed>[\[(【〔]\s*[{re.escape(_TYPED)}]\s*[\])】〕])"
        r"|(?P<hollow>[\[(【〔]\s*[\])】〕])"
        rf"|(?P<lined>_+[ ]*[{signs}][ ]*_+)"
        r"|(?P<number>(?<!\w)\(?(?:\d{1,2}|[A-Ha-h])\)?[.、):])"
        rf"|(?P<space>(?:(?!{bracketed}|{_HINT})[\s{between}]|_(?!_*[ ]*[{signs}][ ]*_))+)"
        rf"|(?P<sign>[^\w\s]|[{re.escape(''.join(char for char in MARKS if char.isalnum()))}])"
        r"|(?P<word>\w)",
        re.IGNORECASE | re.DOTALL,
    )


def _split(pieces: Sequence[_Piece]) -> tuple[list[_Place], list[_Gap]]:
    """The options, and the gaps before, between and after them."""
    places: list[_Place] = []
    gaps = [_Gap()]
    touching = False  #: whether the last piece was no blank
    for number, piece in enumerate(pieces):
        gap = gaps[-1]
        if piece.kind == "number":
            continue
        if piece.text == "\n":
            gap.breaks.append(len(gap.groups))
        if piece.kind in ("option", "struck") or _is_ticked_text(pieces, number):
            gap.right = touching and bool(gap.groups)
            places.append(_Place("" if piece.kind == "text" else piece.text, piece.ringed))
            gaps.append(_Gap())
        elif _is_mark(pieces, number):
            gap.add(piece, touching=touching, first=not places)
        touching = piece.kind in ("option", "struck", "mark")
    return places, gaps


def _is_ticked_text(pieces: Sequence[_Piece], number: int) -> bool:
    """Whether other writing stands where an option of its own could: right behind a mark."""
    if pieces[number].kind != "text":
        return False
    last = number - 1
    while last >= 0 and pieces[last].kind == "space":
        last -= 1
    return last >= 0 and pieces[last].kind == "mark"


def _is_mark(pieces: Sequence[_Piece], number: int) -> bool:
    """Whether a piece is a mark, and no letter in other writing: the v of ``vip``, the 1 of 21."""
    piece = pieces[number]
    return piece.kind == "mark" and not _is_of_a_word(pieces, number)


def _is_of_a_word(pieces: Sequence[_Piece], number: int) -> bool:
    piece = pieces[number]
    if not piece.text.isalnum() or piece.mark is Mark.UNKNOWN:
        return False
    near = pieces[max(0, number - 1) : number + 2]
    return any(
        each.kind == "text" or (each is not piece and each.kind == "mark" and each.text.isalnum())
        for each in near
    )


# --- whose mark is it -----------------------------------------------------------------------------


def _share_out(places: Sequence[_Place], gaps: Sequence[_Gap]) -> bool:
    """Give every mark to the option it belongs to; False when nobody can tell."""
    first, last, between = gaps[0], gaps[-1], gaps[1:-1]
    before = _style(first, last)
    places[0].add(first.groups)
    places[-1].add(last.groups)
    single = all(len(gap.groups) == 1 and len(gap.groups[0]) == 1 for gap in between)
    for number, gap in enumerate(between):
        shares = _share(gap, before=before, single=single)
        if shares is None:
            return False
        places[number].add(shares[0])
        places[number + 1].add(shares[1])
    return True


def _style(first: _Gap, last: _Gap) -> bool | None:
    """Whether marks stand before their options (True), behind them (False), or now so, now so."""
    if bool(first.groups) != bool(last.groups):
        return bool(first.groups)
    if not first.groups:
        return None
    boxes = [_is_box(gap) for gap in (first, last)]
    return boxes[0] if boxes[0] != boxes[1] else None


def _is_box(gap: _Gap) -> bool:
    return any(piece.mark is Mark.EMPTY for piece in gap.marks)


_Groups = Sequence[Sequence[_Piece]]


def _share(gap: _Gap, *, before: bool | None, single: bool) -> tuple[_Groups, _Groups] | None:
    """The marks between two options: those of the left one, and of the right one; None when nobody
    can tell. ``single``: between any two options stands one mark.
    """
    groups = gap.groups
    if not groups:
        return (), ()
    if _by_lines(gap, before=before):
        return groups[: gap.breaks[0]], groups[gap.breaks[0] :]
    if len(groups) > 1:
        cut = _cut(gap, before=before)
        return None if cut is None else (groups[:cut], groups[cut:])
    touches_one = gap.left != gap.right
    sure = touches_one if before is None else _fits(gap, before=before, single=single)
    if not sure:
        return None
    return ((), groups) if (gap.right if before is None else before) else (groups, ())


def _by_lines(gap: _Gap, *, before: bool | None) -> bool:
    """Whether the end of a line tells which marks are whose."""
    return (before is None or len(gap.groups) > 1) and len(set(gap.breaks)) == 1


def _fits(gap: _Gap, *, before: bool, single: bool) -> bool:
    """Whether one group of marks can be the option's on whose side marks stand in this list."""
    if len(gap.groups[0]) > 1:
        return not (gap.left if before else gap.right)
    against = gap.left and not gap.right if before else gap.right and not gap.left
    return single or not against


def _cut(gap: _Gap, *, before: bool | None) -> int | None:
    """How many of several groups are the left option's."""
    whole = len(gap.groups)
    if before is True and not gap.left:
        return None if _is_stray(gap.groups, touches=gap.right) else 0
    if before is False and not gap.right:
        return None if _is_stray(gap.groups[::-1], touches=gap.left) else whole
    if before is not None:
        return 1 if before else whole - 1
    return 1 if gap.left and gap.right and len(gap.groups) == 2 else None


def _is_stray(groups: _Groups, *, touches: bool) -> bool:
    """Whether the mark farthest from the option whose box stands beside it may be the other's: a
    tick between blanks, ``□小学 √ □初中``.
    """
    boxed = any(piece.mark is Mark.EMPTY for piece in groups[-1])
    return touches and boxed and not any(piece.mark is Mark.EMPTY for piece in groups[0])


# --- what they say --------------------------------------------------------------------------------


def _merged(places: Sequence[_Place]) -> list[_Place]:
    """Options that are named twice, once."""
    found: dict[str, _Place] = {}
    kept = []
    for place in places:
        known = found.get(place.text) if place.text else None
        if known is None:
            found[place.text] = place
            kept.append(place)
        else:
            known.marks += place.marks
            known.signs += place.signs
            known.ringed = known.ringed or place.ringed
    return kept


def _verdict(places: Sequence[_Place], *, several: bool, texts: bool) -> Choice:
    ticked = [place for place in places if _CHOSEN.intersection(place.marks)]
    odd = [place for place in places if place not in ticked and _is_odd(place)]
    ringed = _ringed_alone(places)
    if ticked:
        return _by_ticks(places, ticked, odd, ringed, several=several)
    if odd:
        return _by_odd_mark(places, odd, ringed, several=several)
    if ringed:
        return _answer(ringed, several=several)
    return Choice() if not texts and _are_open(places) else UNSURE


def _are_open(places: Sequence[_Place]) -> bool:
    """Whether there are empty boxes, and no option was struck."""
    empty = any(Mark.EMPTY in place.marks for place in places)
    return empty and all(place.text for place in places) and not _is_stroked_alone(places)


def _is_stroked_alone(places: Sequence[_Place]) -> bool:
    """Whether a stroke stands behind the box of some options and not of the others: ``□/否`` may be
    a tick that was typed.
    """
    stroked = [place.marks[:2] == [Mark.EMPTY, Mark.FAINT] for place in places]
    return any(stroked) and not all(stroked)


def _ringed_alone(places: Sequence[_Place]) -> list[_Place]:
    """The options with a ring, unless all have one."""
    found = [place for place in places if place.ringed]
    return [] if len(found) == len(places) else found


def _is_odd(place: _Place) -> bool:
    """Whether an option has a mark that is neither a tick nor an empty box; a stroke beside its own
    box is none.
    """
    marks = set(place.marks) - {Mark.EMPTY}
    return bool(marks) and not (marks == {Mark.FAINT} and Mark.EMPTY in place.marks)


def _by_ticks(
    places: Sequence[_Place],
    ticked: Sequence[_Place],
    odd: Sequence[_Place],
    ringed: Sequence[_Place],
    *,
    several: bool,
) -> Choice:
    contradictions = (
        _are_bullets(places, ticked),
        any(set(place.marks) & {Mark.TYPED, Mark.UNKNOWN} for place in odd),
        any(Mark.CROSS in place.marks for place in ticked),
        any(Mark.EMPTY in place.marks and _BOXED.intersection(place.signs) for place in ticked),
        any("1" in place.signs for place in ticked),  # a tick that names an option by its number
        bool(ringed) and not any(place in ticked for place in ringed),
    )
    return UNSURE if any(contradictions) else _answer(ticked, several=several)


def _are_bullets(places: Sequence[_Place], ticked: Sequence[_Place]) -> bool:
    """Whether filled marks may only be bullets: all options have one, or there are ticks too."""
    solid = [place for place in ticked if Mark.TICK not in place.marks]
    signs = {sign for place in solid for sign in place.signs if MARKS.get(sign) is Mark.SOLID}
    everywhere = len(ticked) == len(places) > 1
    return bool(solid) and (everywhere or len(solid) < len(ticked) or len(signs) > 1)


def _by_odd_mark(
    places: Sequence[_Place],
    odd: Sequence[_Place],
    ringed: Sequence[_Place],
    *,
    several: bool,
) -> Choice:
    """Unlike marks where the other options have empty boxes, or a typed tick where they have
    nothing.
    """
    others = [place for place in places if place not in odd]
    kinds = {mark for place in odd for mark in place.marks} - {Mark.EMPTY}
    if not others or Mark.CROSS in kinds or _are_unclear(odd, ringed):
        return UNSURE
    boxed = all(Mark.EMPTY in place.marks for place in others)
    bare = not any(place.marks for place in others)
    if boxed or (bare and kinds == {Mark.TYPED}):
        return _answer(odd, several=several)
    return UNSURE


def _are_unclear(odd: Sequence[_Place], ringed: Sequence[_Place]) -> bool:
    """Whether unlike marks differ among themselves, stand beside a box that stayed empty, or beside
    another option's ring.
    """
    signs = {sign for place in odd for sign in place.signs if MARKS.get(sign) is not Mark.EMPTY}
    drawn = any({Mark.UNKNOWN, Mark.EMPTY} <= set(place.marks) for place in odd)
    return len(signs) > 1 or drawn or any(place not in odd for place in ringed)


def _answer(chosen: Sequence[_Place], *, several: bool) -> Choice:
    names = tuple(place.text for place in chosen)
    if "" in names or (len(names) > 1 and not several):
        return UNSURE
    return Choice(names)
