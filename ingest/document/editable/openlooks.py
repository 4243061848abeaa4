"""How the paragraphs and spans of an OpenDocument text look as far as it changes what they say:
hidden, struck, capitals, set in a symbol font, ringed. Styles by name, with their parents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from lxml import etree

from ingest.document.editable.symbols import is_symbol_font
from ingest.document.editable.wordlooks import Look

MAX_CHAIN = 20  #: styles that one style is based on, one after the other

_FAMILIES = {"p": "paragraph", "h": "paragraph", "span": "text", "a": "text"}
_NO_LINE = frozenset({"", "none"})
_NO_FILL = frozenset({"", "transparent", "#ffffff"})
_DRAWN = frozenset({"frame", "image", "custom-shape", "rect", "ellipse", "g", "control", "path"})
_DUST = re.compile(r"(?:0?\.\d+|1(?:\.0+)?|0)pt")
"""Sizes of letters nobody can read."""

_RAISED = re.compile(r"super|[1-9]\d{0,2}(?:\.\d+)?%")

_NAMING = frozenset({"style-name", "cond-style-name", "default-cell-style-name"})
_SIZES = frozenset({"font-size", "font-size-asian"})

Told = Mapping[str, bool | str]


def value_of(element: etree._Element, name: str) -> str:
    """An attribute by its name without namespace; "" when it is not there."""
    found = (str(text) for key, text in element.attrib.items() if _local(str(key)) == name)
    return next(found, "")


def _local(key: str) -> str:
    return key.rpartition("}")[2]


def is_struck(properties: etree._Element) -> bool:
    """Whether text properties strike what is written."""
    return _line(properties, "line-through")


def _line(properties: etree._Element, which: str) -> bool:
    drawn = value_of(properties, f"text-{which}-style") or value_of(
        properties, f"text-{which}-type"
    )
    return drawn not in _NO_LINE


class OpenLooks:
    """The styles of a text, asked for the look of what stands in its elements."""

    def __init__(self, roots: Iterable[etree._Element]) -> None:
        self._own: dict[tuple[str, str], tuple[dict[str, bool | str], str]] = {}
        self._fonts: dict[str, str] = {}
        self._filled: set[str] = set()
        self._parents: dict[str, list[str]] = {}
        self._on_white = True  #: no page has a colour
        for root in roots:
            layouts = root.iter("{*}page-layout-properties")
            self._on_white &= not any(map(_is_filled, layouts))
            for face in root.iter("{*}font-face"):
                self._fonts[value_of(face, "name")] = value_of(face, "font-family").strip("'\" ")
            for style in root.iter("{*}style"):
                self._add(style)

    def _add(self, style: etree._Element) -> None:
        told: dict[str, bool | str] = {}
        for properties in style.iterchildren("{*}text-properties"):
            told |= self._told_by(properties)
        name, above = value_of(style, "name"), value_of(style, "parent-style-name")
        self._own[value_of(style, "family"), name] = told, above
        self._parents.setdefault(name, []).append(above)
        if any(_is_filled(each) for each in style):
            self._filled.add(name)

    def _told_by(self, properties: etree._Element) -> dict[str, bool | str]:
        """What properties say by themselves; what they do not name is left as it was."""
        given = {_local(str(key)): str(text) for key, text in properties.attrib.items()}
        told: dict[str, bool | str] = {}
        if "display" in given:
            told["hidden"] = given["display"] == "none"
        if any(key.startswith("text-line-through") for key in given):
            told["struck"] = is_struck(properties)
        if "text-transform" in given:
            told["capitals"] = given["text-transform"] == "uppercase"
        if ringed := _ringed(properties, given):
            told["ringed"] = ringed == "on"
        if "text-position" in given:
            told["raised"] = _RAISED.match(given["text-position"]) is not None
        if "color" in given:
            told["white"] = given["color"].lower() == "#ffffff"
        if sizes := {each for key, each in given.items() if key in _SIZES}:
            told["dust"] = all(map(_DUST.fullmatch, sizes))
        if named := given.get("font-name") or given.get("font-family"):
            font = self._fonts.get(named, named).strip("'\" ")
            told["font"] = font if is_symbol_font(font) else ""
        return told

    def are_on_bare_paper(self, root: etree._Element) -> bool:
        """Nothing is drawn in a text, and none of the styles it uses, nor a page, is filled."""
        named = {str(text) for each in root.iter() for key, text in each.attrib.items()
                 if _local(str(key)) in _NAMING}  # fmt: skip
        drawn = any(_local(str(each.tag)) in _DRAWN for each in root.iter())
        return self._on_white and not drawn and not (self._filled & self._with_parents(named))

    def unseen_cells(self, *, bare: bool) -> set[str]:
        """The styles of cells whose letters nobody can see: too small, or white (where nothing but
        the cell's own colour may lie behind them) on nothing.
        """
        cells = (name for family, name in self._own if family == "table-cell")
        return {name for name in cells if self._is_unseen_cell(name, bare=bare)}

    def _is_unseen_cell(self, name: str, *, bare: bool) -> bool:
        told = self._style("table-cell", name)
        filled = bool(self._filled & self._with_parents({name}))
        return bool(told.get("dust") or (told.get("white") and bare and not filled))

    def _with_parents(self, named: set[str]) -> set[str]:
        waiting, seen = list(named), set[str]()
        while waiting:
            name = waiting.pop()
            if name and name not in seen:
                seen.add(name)
                waiting += self._parents.get(name, ())
        return seen

    def within(self, element: etree._Element, around: Look) -> Look:
        """The look of what stands in an element that stands in something of a look."""
        family = _FAMILIES.get(_local(str(element.tag)), "")
        name = value_of(element, "style-name")
        told = self._style(family, name) if family and name else {}
        return Look(**{**vars(around), **told}) if told else around

    def _style(self, family: str, name: str) -> Told:
        told: dict[str, bool | str] = {}
        for _ in range(MAX_CHAIN):
            own, name = self._own.get((family, name), ({}, ""))
            told = {**own, **told}
            if not name:
                break
        return told


def _is_filled(properties: etree._Element) -> bool:
    return value_of(properties, "background-color").lower() not in _NO_FILL or (
        value_of(properties, "fill") not in _NO_LINE
    )


def _ringed(properties: etree._Element, given: Mapping[str, str]) -> str:
    """Whether properties underline, frame, fill or dot ("on"), say that they do not, or nothing."""
    told = [
        _line(properties, "underline") if "text-underline-style" in given else None,
        given["background-color"] not in _NO_FILL if "background-color" in given else None,
        given["border"] not in _NO_LINE if "border" in given else None,
        given["text-emphasize"] not in _NO_LINE if "text-emphasize" in given else None,
    ]
    if not any(each is not None for each in told):
        return ""
    return "on" if any(told) else "off"
