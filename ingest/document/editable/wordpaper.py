"""Whether white letters of a Word file can be seen: only where something lies behind them. Which
letters are white is told by ``wordlooks.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ingest.document.editable.officepackage import name_of, value

PLAIN_FILLS = frozenset({"", "auto", "FFFFFF", "ffffff"})
_NAMING = frozenset({"pStyle", "rStyle", "tblStyle"})
_DRAWN = frozenset({"drawing", "pict", "object", "background"})


def is_bare(body: etree._Element, styles: etree._Element | None) -> bool:
    """No cell, line, table or page of the file has a colour behind it, and nothing is drawn that
    letters might stand on.
    """
    named = {value(each, "val") for each in body.iter() if name_of(each) in _NAMING}
    drawn = any(name_of(each) in _DRAWN for each in body.iter())
    return not (drawn or _is_filled(body) or any(map(_is_filled, _used(named, styles))))


def _used(named: set[str], styles: etree._Element | None) -> Iterator[etree._Element]:
    """The styles of these names, those that stand for none, and all that they are based on."""
    known = {value(each, "styleId"): each for each in (styles if styles is not None else ())}
    waiting = [key for key, each in known.items() if key in named or value(each, "default")]
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in known and key not in seen:
            seen.add(key)
            yield known[key]
            waiting += [value(each, "val") for each in known[key].iter("{*}basedOn")]


def _is_filled(root: etree._Element) -> bool:
    return any(
        value(each, "fill") not in PLAIN_FILLS or value(each, "themeFill")
        for each in root.iter("{*}shd")
    )
