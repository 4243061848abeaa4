"""Content controls and old form fields of Word: what they show, where that is not the text they
hold. A list shows the entry chosen, a tick box its state, a bound control the value it is bound to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from lxml import etree

from ingest.document.content import INK, words
from ingest.document.editable.officepackage import Package, child, is_on, name_of, value
from ingest.document.editable.symbols import is_symbol_font, shown, shown_in, symbol

MAX_PARTS = 40  #: of custom XML that are looked into
_MAX_STEPS = 12
_CORE = "{6c3c8bc8-f283-45ae-878a-bab7291924a1}"
_EXTENDED = "{6668398d-a668-4e3e-a5eb-62b293d839f1}"
_STEP = re.compile(r"/(?:[\w.-]+:)?([\w.-]+)(?:\[(\d{1,4})\])?")
_PROMPT = re.compile(
    r"\s*|.*(?:单击|点击|点按|轻触|此处|选择|键入|输入|填写|请|click|tap|choose|enter).*",
    re.IGNORECASE | re.DOTALL,
)
_EMPTY = frozenset("☐□○◻◯◇▢⬜⚪")
_LONGEST_SIGN = 2


class Bindings:
    """The values that controls are bound to: custom XML and the file's own properties."""

    def __init__(self, package: Package) -> None:
        self._package = package

    @cached_property
    def _stores(self) -> dict[str, str]:
        """Identifier of a store -> name of its part."""
        found = {_CORE: "docProps/core.xml", _EXTENDED: "docProps/app.xml"}
        items = (
            name for name in self._package.names() if re.search(r"customxml/item\d+\.xml", name)
        )
        for name in list(items)[:MAX_PARTS]:
            told = self._package.xml(name.replace("item", "itemProps"))
            if told is not None:
                found.setdefault(value(told, "itemID").lower(), name)
        return found

    def bound(self, binding: etree._Element) -> str | None:
        """The value a ``w:dataBinding`` points to; None when it cannot be followed."""
        store, path = value(binding, "storeItemID").lower(), value(binding, "xpath").strip()
        names = [self._stores[store]] if store in self._stores else []
        if not store:
            names = list(self._stores.values())[:MAX_PARTS]
        steps = list(_STEP.finditer(path))
        if "".join(step[0] for step in steps) != path or not 0 < len(steps) <= _MAX_STEPS:
            return None
        roots = (self._package.xml(name) for name in names)
        nodes = (_follow(root, steps) for root in roots if root is not None)
        node = next((node for node in nodes if node is not None), None)
        return None if node is None else "".join(map(str, node.itertext())).strip()


def _follow(root: etree._Element, steps: list[re.Match[str]]) -> etree._Element | None:
    """The element at a path of plain steps; names are compared without namespace."""
    if name_of(root) != steps[0][1]:
        return None
    at: etree._Element | None = root
    for step in steps[1:]:
        alike = [each for each in at if name_of(each) == step[1]] if at is not None else []
        number = int(step[2] or 1)
        at = alike[number - 1] if 0 < number <= len(alike) else None
    return at


def shown_by_control(control: etree._Element, bindings: Bindings) -> str | None:
    """What a ``w:sdt`` shows in place of the text it holds; None when it is that text."""
    properties = child(control, "sdtPr")
    if properties is None:
        return None
    kinds = {name_of(each): each for each in properties}
    if "checkbox" in kinds:
        return _tick_box(control, kinds["checkbox"])
    held = _held(control)
    if "showingPlcHdr" in kinds and is_on(kinds["showingPlcHdr"]):
        return "" if _PROMPT.fullmatch(held) else INK
    bound = bindings.bound(kinds["dataBinding"]) if "dataBinding" in kinds else None
    if bound is None:
        return None
    if not bound:
        return INK if held.strip() else None
    if "date" in kinds:
        return _day(bound, held)
    shown = _displayed(bound, kinds.get("dropDownList", kinds.get("comboBox")))
    return None if "".join(held.split()) == "".join(shown.split()) else shown


def _displayed(bound: str, entries: etree._Element | None) -> str:
    """What a list shows for a value."""
    listed = list(entries) if entries is not None else []
    shown = {value(each, "value"): value(each, "displayText") for each in listed}
    return shown.get(bound) or bound


def _day(bound: str, held: str) -> str | None:
    """A bound day: the text held is another way to write it when its numbers are the same."""
    day = re.match(r"(\d{4})-(\d\d)-(\d\d)", bound)
    if day is None:
        return INK
    numbers = [int(number) for number in re.findall(r"\d+", held)]
    same = sorted(numbers) == sorted(int(number) for number in day.groups())
    return None if same or (not numbers and held.strip()) else day[0]


def _held(control: etree._Element) -> str:
    content = child(control, "sdtContent")
    texts: Iterator[etree._Element] = content.iter("{*}t") if content is not None else iter(())
    return "".join(text.text or "" for text in texts)


def _tick_box(control: etree._Element, box: etree._Element) -> str | None:
    """The state, if the sign that stands there does not say otherwise: programs that do not know
    such boxes leave the state as it was. None for more than a sign, which is shown as it stands.
    """
    checked = child(box, "checked")
    held = words(_sign(control)).strip()
    if checked is None or len(held) > _LONGEST_SIGN:
        return None
    ticked = is_on(checked)
    if ticked:
        return INK if held in _EMPTY else "☑"
    return "☐" if held in _EMPTY or held in ("", _own_sign(box)) else INK


def _sign(control: etree._Element) -> str:
    """What a tick box holds, letters of symbol fonts as what they look like."""
    content = child(control, "sdtContent")
    found = content.iter("{*}t", "{*}sym") if content is not None else ()
    return "".join(map(_looks_like, found))


def _looks_like(piece: etree._Element) -> str:
    if name_of(piece) == "sym":
        return symbol(int(value(piece, "char") or "0", 16), value(piece, "font"))
    text, run = piece.text or "", piece.getparent()
    fonts = child(run, "rPr", "rFonts") if run is not None else None
    font = value(fonts, "ascii") if fonts is not None else ""
    return shown_in(text, font) if is_symbol_font(font) else shown(text)


def _own_sign(box: etree._Element) -> str:
    """The sign a tick box has when it is empty."""
    told = child(box, "uncheckedState")
    code = value(told, "val") if told is not None else ""
    return chr(int(code, 16)) if re.fullmatch("[0-9A-Fa-f]{1,4}", code) else ""


# --- old form fields ------------------------------------------------------------------------------


def shown_by_form_field(data: etree._Element) -> str | None:
    """What the ``w:ffData`` of an old form field shows: a tick box, the entry of a list; None for
    a place to write in.
    """
    kinds: dict[str, Callable[[etree._Element], str]] = {"checkBox": old_box, "ddList": _entry}
    found = (kinds[name_of(each)](each) for each in data if name_of(each) in kinds)
    return next(found, None)


def old_box(box: etree._Element) -> str:
    """A tick box; the state ``checked`` counts before the ``default``."""
    states = {name_of(each): is_on(each) for each in box}
    if "default" not in states and "checked" not in states:
        return "☐"
    return "☑" if states.get("checked", states.get("default", False)) else "☐"


def _entry(entries: etree._Element) -> str:
    """The entry chosen, else the one shown at first."""
    listed = [value(each, "val") for each in entries if name_of(each) == "listEntry"]
    told = child(entries, "result")
    told = child(entries, "default") if told is None else told
    number = value(told, "val") if told is not None else "0"
    if not listed:
        return INK
    return listed[int(number)] if number.isdecimal() and int(number) < len(listed) else INK
