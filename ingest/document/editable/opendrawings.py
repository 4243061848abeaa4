"""Drawings and controls of an OpenDocument text: what they say, and whether they may stand over
something else. What a picture shows is not looked at.
"""

from __future__ import annotations

import re

from lxml import etree

from ingest.document.content import INK
from ingest.document.editable.openlooks import value_of

DRAWINGS = frozenset({
    "frame", "custom-shape", "line", "rect", "ellipse", "circle", "path", "polyline", "polygon",
    "regular-polygon", "connector", "caption", "measure", "g",
})  # fmt: skip
FAR = 1.5  #: cm from its anchor above which a drawing stands elsewhere
_MARKS = re.compile(r"\W{0,3}|[vVxX对]")
_LENGTH = re.compile(r"(-?\d{1,4}(?:\.\d{1,6})?)(cm|mm|in|pt)")
_CENTIMETRES = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72}
_NEAR = frozenset({"", "paragraph", "char", "as-char"})


def says(drawing: etree._Element) -> bool:
    """Whether it holds words, not only a mark set over something."""
    texts = ("".join(map(str, line.itertext())).strip() for line in drawing.iter("{*}p", "{*}h"))
    return any(_MARKS.fullmatch(text) is None for text in texts)


def is_loose(drawing: etree._Element) -> bool:
    """Whether it floats, so far from its anchor that it stands over something else."""
    anchor = value_of(drawing, "anchor-type")
    if anchor == "as-char":
        return False
    return anchor not in _NEAR or any(
        abs(_centimetres(value_of(drawing, axis))) > FAR for axis in ("x", "y")
    )


def _centimetres(text: str) -> float:
    match = _LENGTH.fullmatch(text.strip())
    return float(match[1]) * _CENTIMETRES[match[2]] if match else 0.0


def control_states(root: etree._Element) -> dict[str, str]:
    """What each control of the text's form shows, by its id."""
    kinds = ("checkbox", "radio", "listbox", "combobox", "text", "textarea", "formatted-text",
             "number", "date", "time", "value")  # fmt: skip
    found: dict[str, str] = {}
    for form in root.iter("{*}form"):
        for control in form.iter(*(f"{{*}}{kind}" for kind in kinds)):
            if name := value_of(control, "id"):
                found[name] = _shown(control)
    return found


def _shown(control: etree._Element) -> str:
    kind = str(control.tag).rpartition("}")[2]
    if kind in {"checkbox", "radio"}:
        return "☑" if _is_on(control) else "☐"
    if kind == "listbox":
        return "、".join(
            value_of(each, "label") for each in control.iter("{*}option") if _is_on(each)
        )
    return value_of(control, "current-value") or value_of(control, "value")


def _is_on(box: etree._Element) -> bool:
    state = value_of(box, "current-state") or value_of(box, "state")
    told = {value_of(box, "current-selected"), value_of(box, "selected")}
    return state == "checked" or "true" in told


def shown_by_mark(mark: etree._Element) -> str:
    """What an old form field, kept from a Word file, shows: a tick box, the entry of a list."""
    kind = value_of(mark, "type").rpartition(".")[2]
    given = [(value_of(each, "name"), value_of(each, "value")) for each in mark.iter("{*}param")]
    told = dict(given)
    if kind == "FORMCHECKBOX":
        return "☑" if told.get("Checkbox_Checked") == "true" else "☐"
    if kind != "FORMDROPDOWN":
        return ""
    entries = [value for name, value in given if name == "Dropdown_ListEntry"]
    chosen = told.get("Dropdown_Selected", "0")
    if not entries:
        return INK
    return entries[int(chosen)] if chosen.isdecimal() and int(chosen) < len(entries) else INK
