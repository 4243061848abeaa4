"""What fields of a word processor show when only their code is stored: formulas (EQ), by which Word
puts a tick in a box or a ring around a word, symbols, prompts.

Text in, text out. Where a field stands and what result was stored with it is its reader's matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.document.content import INK, ringed, words
from ingest.document.editable.symbols import symbol

MAX_CODE = 2_000  #: characters of one code
MAX_MARK = 2  #: characters of a mark one clicks on
_DEPTH = 12  #: of formulas within formulas
_SHAPES = frozenset("□○◯〇△▽◇☐◻⚪⬜▢Oo0口")
_TICKS = frozenset("√✓✔vVⅴ∨对")
_CROSSES = frozenset("×xX✗✘✕✖")
_DOTS = frozenset("●■•·")
_UNSHOWN = frozenset(["XE", "TC", "TA", "RD", "PRIVATE", "SET", "ASK", "NEXT", "NEXTIF", "SKIPIF"])
"""Codes whose stored result is not shown either: it is kept for others to refer to."""
_SILENT = _UNSHOWN | frozenset(
    [
        "ADVANCE",
        "BOOKMARK",
        "SEQ",
        "LISTNUM",
        "AUTONUM",
        "AUTONUMLGL",
        "AUTONUMOUT",
        "TOC",
        "INDEX",
        "FORMTEXT",
        "PAGE",
        "NUMPAGES",
        "SECTIONPAGES",
    ]
)
"""Codes that show nothing by themselves, or nothing that could be a choice."""


def code_text(code: str) -> str:
    """What a field without a stored result shows; :data:`INK` when nobody here knows."""
    plain = words(code)[:MAX_CODE].strip()
    name, _, rest = plain.partition(" ")
    if name.lower().startswith("eq") and (len(name) == 2 or not name[2:3].isalnum()):
        return formula(plain[2:])
    if name.upper() == "SYMBOL":
        return _symbol(rest)
    if name.upper() == "MACROBUTTON":
        return _button(rest.strip().partition(" ")[2].strip())
    if name.upper() == "QUOTE":
        return rest.strip().strip('"“”')
    return "" if not name or name.upper() in _SILENT else INK


def keeps_its_result(code: str) -> bool:
    """Whether a field shows nothing, whatever result is stored with it."""
    return words(code)[:MAX_CODE].strip().partition(" ")[0].upper() in _UNSHOWN


def _button(text: str) -> str:
    """What is seen of a place to click: its mark; its words ask for what is to be typed there."""
    return text if len(text) <= MAX_MARK else ""


def _symbol(code: str) -> str:
    number = re.match(r"\s*(0x[0-9a-f]{1,4}|\d{1,5})", code, re.IGNORECASE)
    font = re.search(r'\\f\s*(?:"([^"]*)"|(\S+))', code, re.IGNORECASE)
    if number is None:
        return INK
    base = 16 if number[1][:2].lower() == "0x" else 10
    return symbol(int(number[1], base), (font[1] or font[2] or "") if font else "")


# --- formulas -------------------------------------------------------------------------------------


@dataclass
class _Box:
    """One argument, or a switch with its arguments."""

    switch: str = ""
    options: str = ""
    pieces: list[list[_Box | str]] = field(default_factory=lambda: [[]])


_PIECE = re.compile(
    r"\\\*\s*(?:\"[^\"]*\"|\S+)|\"[^\"]*\""  # formatting, quoted text
    r"|\\([a-zA-Z])\s*((?:\\[a-zA-Z]{2}\s*-?\d*\s*)*)"  # a switch with its options
    r"|\\(.)|([(),;，；（）])|([^\\(),;，；（）\"]+)",
    re.DOTALL,
)


def formula(code: str) -> str:
    """What the formula of an EQ field looks like: a ticked box, a ringed word, else its text;
    :data:`INK` for what has no text.
    """
    reader = _Formula()
    for match in _PIECE.finditer(code):
        letter, options, sign, bracket, text = match.groups()
        if letter:
            reader.switch(letter.lower(), options)
        elif bracket:
            reader.bracket(bracket)
        else:
            reader.write((text or sign or "").strip(" "))
        if len(reader.open) > _DEPTH:
            return INK
    return _show(reader.open[0])


class _Formula:
    """A formula as it is taken apart: the arguments that are open, outermost first."""

    def __init__(self) -> None:
        self.open = [_Box()]
        self.waiting: _Box | None = None  #: a switch whose arguments come next

    def switch(self, letter: str, options: str) -> None:
        self.waiting = _Box(letter, options)
        self.open[-1].pieces[-1].append(self.waiting)

    def bracket(self, sign: str) -> None:
        if sign in "(（":
            box = self.waiting or _Box("(")
            if self.waiting is None:
                self.open[-1].pieces[-1].append(box)
            self.open.append(box)
            self.waiting = None
        elif sign not in ")）":
            self.open[-1].pieces.append([])
        elif len(self.open) > 1:
            self.open.pop()

    def write(self, text: str) -> None:
        if len(self.open) > 1:  # outside of arguments stand only the switches
            self.open[-1].pieces[-1].append(text)


def _show(box: _Box) -> str:
    shown = [
        "".join(each if isinstance(each, str) else _show(each) for each in piece)
        for piece in box.pieces
    ]
    if box.switch == "o":
        return _overlay(shown, [_is_raised(piece) for piece in box.pieces])
    if box.switch == "x":
        return _ringed("".join(shown))
    if box.switch == "r":
        return "√" + shown[-1]
    if box.switch == "f":
        return "/".join(shown)
    if box.switch in ("", "s", "a", "l", "d"):
        return "".join(shown)
    return "(" + "".join(shown) + ")" if box.switch in ("(", "b") else INK


def _is_raised(piece: list[_Box | str]) -> bool:
    """Whether an argument is set above the line: the reading of a character."""
    boxes = [each for each in piece if isinstance(each, _Box)]
    written = "".join(each for each in piece if isinstance(each, str)).strip()
    return bool(boxes) and not written and all(box.switch == "s" for box in boxes)


def _overlay(shown: list[str], raised: list[bool]) -> str:
    """Arguments one over the other."""
    signs = _TICKS | _CROSSES | _SHAPES | _DOTS
    raised = [
        above and text.strip() not in signs for text, above in zip(shown, raised, strict=True)
    ]
    own = [text for text, above in zip(shown, raised, strict=True) if not above and text.strip()]
    if len(own) < len([text for text in shown if text.strip()]) or len(own) == 1:
        return "".join(own)
    if len(own) != 2:
        return INK if own else ""
    first, second = (text.strip() for text in own)
    if first in _SHAPES:
        return _ringed(second)
    return _ringed(first) if second in _SHAPES else INK


def _ringed(inner: str) -> str:
    """A mark in a box, a number in a ring, or a word with a ring around it."""
    text = inner.strip()
    if text in _TICKS:
        return "☑"
    if text in _CROSSES:
        return "☒"
    if text in _DOTS:
        return "⊙"
    if not text or text in _SHAPES:
        return "□"
    return text if text.isdigit() else ringed(text)
