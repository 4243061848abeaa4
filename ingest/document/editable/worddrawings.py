"""Drawings of a Word file: which only adorn it, which may stand elsewhere than where they are
anchored, which say something in words. What a picture shows is not looked at.
"""

from __future__ import annotations

import re

from lxml import etree

from ingest.document.editable.officepackage import child, name_of, value

FAR = 540_000  #: EMU (1.5 cm) from its anchor above which a drawing stands elsewhere
LONG, THIN = 2_880_000, 90_000  #: EMU of a rule: 8 cm and more long, 2.5 mm at most high
_MARKS = re.compile(r"\W{0,3}|[vVxX对]")


def says(drawing: etree._Element) -> bool:
    """Whether it holds a text box with words, not only a mark set over something."""
    boxes = drawing.iter("{*}txbxContent")
    texts = ("".join(text.text or "" for text in box.iter("{*}t")).strip() for box in boxes)
    return any(_MARKS.fullmatch(text) is None for text in texts)


def is_ornament(drawing: etree._Element) -> bool:
    """A rule over the page, a picture behind the text, or nothing at all."""
    if name_of(drawing) == "pict":
        return _is_ornament_of_old(drawing)
    place = next((each for each in drawing if name_of(each) in {"inline", "anchor"}), None)
    if place is None:
        return name_of(drawing) == "drawing"
    extent = child(place, "extent")
    is_rule = _length(extent, "cx") >= LONG and _length(extent, "cy") <= THIN
    return is_rule or (name_of(place) == "anchor" and value(place, "behindDoc") in {"1", "true"})


def _is_ornament_of_old(picture: etree._Element) -> bool:
    """The same of a drawing in VML."""
    styles = (value(each, "style").replace(" ", "") for each in picture)
    behind = any("z-index:-" in style for style in styles)
    rules = (value(each, "hr") for each in picture.iter())
    return len(picture) == 0 or behind or any(told in {"t", "true"} for told in rules)


def is_loose(drawing: etree._Element) -> bool:
    """Whether it floats, so far from its anchor that it stands over something else."""
    if name_of(drawing) == "pict":
        return any("position:absolute" in value(each, "style") for each in drawing)
    anchor = child(drawing, "anchor")
    if anchor is None:
        return False
    for axis in ("positionH", "positionV"):
        told = child(anchor, axis)
        offset = child(told, "posOffset")
        near = told is not None and value(told, "relativeFrom") in {
            "column",
            "character",
            "paragraph",
            "line",
        }
        if not near or offset is None or abs(_number(offset.text)) > FAR:
            return True
    return False


def _length(extent: etree._Element | None, side: str) -> int:
    return _number(value(extent, side)) if extent is not None else 0


def _number(text: str | None) -> int:
    plain = (text or "").strip()
    return int(plain) if re.fullmatch(r"-?\d{1,12}", plain) else 0
