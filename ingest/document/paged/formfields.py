"""What was typed into the fields of a PDF form (AcroForm, ISO 32000-1 12.7), as glyphs at their
places: no text layer holds it.

The fields are reached through the page's annotations by ``pdf.py``, which hands them in as plain
dictionaries. Buttons show whether they are on; signature fields are not looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ingest.document.paged.glyphs import Glyph

MAX_FIELDS = 2_000  #: of one page
MAX_CHARACTERS = 5_000  #: of one field
MAX_PARENTS = 8
_HIDDEN = 1 << 1 | 1 << 5  #: annotation flags: hidden, no view
_PUSH_BUTTON = 1 << 16
_SIZE = re.compile(r"([\d.]{1,6})\s+Tf")
_LARGEST = 11.0  #: points
_ON_TOP = 10**9  #: fields are drawn after everything else

Resolve = Callable[[Any], Any]


def field_glyphs(
    annotations: object,
    origin: tuple[float, float],
    resolve: Resolve,
    decode: Callable[[bytes], str],
) -> Iterator[Glyph]:
    """The values of the page's fields; ``resolve`` follows references, ``decode`` reads text."""
    found = resolve(annotations)
    for each in found[:MAX_FIELDS] if isinstance(found, list) else ():
        widget = resolve(each)
        if not isinstance(widget, Mapping) or _name(resolve(widget.get("Subtype"))) != "Widget":
            continue
        box = _box(resolve(widget.get("Rect")), resolve)
        flags = resolve(widget.get("F"))
        if box is None or (isinstance(flags, int) and flags & _HIDDEN):
            continue
        field = _Field(widget, resolve)
        text = _shown(field, decode)
        yield from _laid(text, (box[0] - origin[0], box[1] - origin[1], *box[2:]), field.size)


class _Field:
    """A field by one of its widgets; what that does not say its parents do."""

    def __init__(self, widget: Mapping[str, Any], resolve: Resolve) -> None:
        self._widget = widget
        self._resolve = resolve

    def get(self, key: str) -> Any:
        """The nearest value of an inheritable key; None when there is none."""
        at: Any = self._widget
        for _ in range(MAX_PARENTS):
            if not isinstance(at, Mapping):
                return None
            if key in at:
                return self._resolve(at[key])
            at = self._resolve(at.get("Parent"))
        return None

    @property
    def is_on(self) -> bool:
        """Of a button: whether its widget shows it pressed."""
        state = _name(self._resolve(self._widget.get("AS")))
        return state not in {"", "Off"}

    @property
    def size(self) -> float:
        """Points of its letters; 0 when they fit themselves."""
        look = self.get("DA")
        match = _SIZE.search(look.decode("latin-1") if isinstance(look, bytes) else "")
        return float(match[1]) if match and match[1].count(".") < 2 and match[1] != "." else 0.0


def _shown(field: _Field, decode: Callable[[bytes], str]) -> str:
    kind = _name(field.get("FT"))
    if kind == "Btn":
        flags = field.get("Ff")
        pushed = isinstance(flags, int) and flags & _PUSH_BUTTON
        return "" if pushed else "☑" if field.is_on else "☐"
    if kind not in {"Tx", "Ch"}:
        return ""
    value = field.get("V")
    values = value if isinstance(value, list) else [value]
    texts = (decode(each) for each in values if isinstance(each, bytes))
    return "、".join(texts)[:MAX_CHARACTERS]


def _laid(text: str, box: tuple[float, float, float, float], size: float) -> Iterator[Glyph]:
    """Letters from the top left of the box, line by line; they may stand closer than they would,
    so that all stay inside.
    """
    left, bottom, width, height = box
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]
    if not lines:
        return
    step = height / len(lines)
    size = min(size or _LARGEST, _LARGEST, max(step * 0.75, 1.0))
    for number, line in enumerate(lines):
        base = bottom + height - step * (number + 0.5) - 0.3 * size
        advance = min(size, width / max(1, len(line)))
        for at, char in enumerate(line):
            if char.strip():
                yield Glyph(left + at * advance, base, size, advance, char, False, _ON_TOP)


def _box(rect: object, resolve: Resolve) -> tuple[float, float, float, float] | None:
    """Left, bottom, width, height."""
    numbers = [resolve(each) for each in rect] if isinstance(rect, list) else []
    if len(numbers) != 4 or not all(isinstance(each, int | float) for each in numbers):
        return None
    left, right = sorted((float(numbers[0]), float(numbers[2])))
    bottom, top = sorted((float(numbers[1]), float(numbers[3])))
    return left, bottom, right - left, top - bottom


def _name(value: object) -> str:
    """A PDF name as text."""
    name = getattr(value, "name", value)
    return name.decode("latin-1") if isinstance(name, bytes) else str(name or "")
