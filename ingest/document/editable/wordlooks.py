"""How the runs of a Word file look as far as it changes what they say: hidden, struck, capitals,
set in a symbol font, ringed. Direct settings before the style's, as Word resolves them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from ingest.document.editable.officepackage import child, is_on, name_of, value
from ingest.document.editable.symbols import is_symbol_font
from ingest.document.editable.wordpaper import PLAIN_FILLS

MAX_CHAIN = 20  #: styles that one style is based on, one after the other

_TOGGLES = {"strike": "struck", "dstrike": "struck", "vanish": "hidden", "specVanish": "hidden",
            "caps": "capitals", "smallCaps": "capitals"}  # fmt: skip
_SWITCHES = ("struck", "hidden", "capitals")
_RINGS = frozenset({"u", "bdr", "highlight", "em"})
_DUST = frozenset({"1", "2"})  #: half points: letters nobody can read


@dataclass(frozen=True)
class Look:
    """How a run looks."""

    struck: bool = False
    hidden: bool = False
    capitals: bool = False
    ringed: bool = False  #: underlined, framed, shaded or dotted
    font: str = ""  #: a symbol font, else ""
    raised: bool = False  #: set above the line
    white: bool = False  #: seen only on something dark
    dust: bool = False  #: too small to be seen


_NOTE = re.compile(r"\s*(?:[\[(（〔［]?(?:\d{1,2}|[①-⑳*＊※†‡#]|注\d?)[\])）〕］]?)\s*")


def is_note(text: str, before: str) -> bool:
    """Whether raised text behind a word only points to a note: 麦玉清¹; no power of a measure."""
    return _NOTE.fullmatch(text) is not None and "\u3400" <= before[-1:] <= "\u9fff"


Told = Mapping[str, bool | str]
"""What one set of properties says of :class:`Look`; what it does not name is left as it was."""

PLAIN = Look()


def told_by(properties: etree._Element | None) -> dict[str, bool | str]:
    """What a ``w:rPr`` says by itself."""
    told: dict[str, bool | str] = {}
    for each in properties if properties is not None else ():
        name = name_of(each)
        if name in _TOGGLES:
            told[_TOGGLES[name]] = is_on(each) or bool(told.get(_TOGGLES[name]))
        elif name in _RINGS:
            told["ringed"] = bool(told.get("ringed")) or is_on(each)
        elif name == "shd":
            filled = value(each, "fill") not in PLAIN_FILLS
            told["ringed"] = bool(told.get("ringed")) or filled
        elif name == "vertAlign":
            told["raised"] = value(each, "val") == "superscript"
        elif name == "color":
            told["white"] = value(each, "val").upper() == "FFFFFF"
        elif name == "sz":
            told["dust"] = value(each, "val") in _DUST
        elif name == "rFonts":
            told["font"] = _symbol_font(each)
    return told


def _symbol_font(fonts: etree._Element) -> str:
    named = (value(fonts, kind) for kind in ("ascii", "hAnsi", "cs"))
    return next((font for font in named if font and is_symbol_font(font)), "")


class Looks:
    """The styles of a file, asked for the look of runs."""

    def __init__(self, styles: etree._Element | None) -> None:
        self._own: dict[str, tuple[dict[str, bool | str], str]] = {}
        self._chains: dict[str, Told] = {}
        self._default = ""
        for style in styles if styles is not None else ():
            if name_of(style) == "style":
                self._add(style)

    def _add(self, style: etree._Element) -> None:
        key, base = value(style, "styleId"), child(style, "basedOn")
        based_on = value(base, "val") if base is not None else ""
        self._own[key] = told_by(child(style, "rPr")), based_on
        if value(style, "type") == "paragraph" and value(style, "default") in {"1", "true"}:
            self._default = key

    def _style(self, key: str) -> Told:
        """What a style says, with those it is based on."""
        if key not in self._chains:
            told: dict[str, bool | str] = {}
            at, steps = key, 0
            while at in self._own and steps < MAX_CHAIN:
                own, above = self._own[at]
                told = {**own, **told}
                at, steps = above, steps + 1
            self._chains[key] = told
        return self._chains[key]

    def of_run(self, properties: etree._Element | None, paragraph_style: str) -> Look:
        """The look of a run with these properties in a paragraph of this style."""
        below = self._style(paragraph_style or self._default)
        if properties is None:
            return _look(below) if below else PLAIN
        style = child(properties, "rStyle")
        middle = self._style(value(style, "val")) if style is not None else {}
        own = told_by(properties)
        if not own and not middle and not below:
            return PLAIN
        # toggles: two styles undo each other
        undone = {name: False for name in _SWITCHES if below.get(name) and middle.get(name)}
        return _look({**below, **middle, **undone, **own})


def _look(told: Told) -> Look:
    return Look(
        bool(told.get("struck")),
        bool(told.get("hidden")),
        bool(told.get("capitals")),
        bool(told.get("ringed")),
        str(told.get("font") or ""),
        bool(told.get("raised")),
        bool(told.get("white")),
        bool(told.get("dust")),
    )
