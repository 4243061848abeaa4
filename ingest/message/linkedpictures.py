"""Pictures that a mail's markup shows from elsewhere: on the web, or on the disk of whoever wrote
it. They did not come with the mail and are never fetched.
"""

from __future__ import annotations

import re
from html import unescape

_IMAGE = re.compile(r"<img\b[^<>]{0,4000}", re.IGNORECASE)
_SOURCE = re.compile(r"\bsrc\s*=\s*(?:\"([^\"]*)|'([^']*)|([^\s\"'>]+))", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\s*(?:https?:|//|file:|[a-z]:[\\/])", re.IGNORECASE)
_SIDE = re.compile(r"\b(?:width|height)\s*[=:]\s*[\"']?\s*(\d{1,5})(?![\d%])", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
SMALL = 160  #: pixels: a logo, a face, a mark by which somebody counts readers
MAX_MARKUP = 512 * 1024


def linked_pictures(markup: str) -> int:
    """How many pictures large enough for a page are only linked to, each address once."""
    found = set[str]()
    for match in _IMAGE.finditer(markup[:MAX_MARKUP]):
        tag = match[0]
        source = _SOURCE.search(tag)
        address = unescape(next(filter(None, source.groups()), "")) if source else ""
        sides = [int(side) for side in _SIDE.findall(tag)]
        small = bool(sides) and min(sides) <= SMALL
        if _ELSEWHERE.match(address) and not small and not _HIDDEN.search(tag):
            found.add(address)
    return len(found)
