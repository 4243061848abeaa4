"""Labels of forms as they are compared: the words before a blank, without what people and word
processors add to them.

Text in, text out. The blanks themselves are read in ``ingest/document/form``; no form comes in
here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rules.vocabulary import normalise

COLONS = str.maketrans("∶꞉︰", ":::")
"""What input methods also give for a colon and NFKC leaves alone or makes into dots."""

LABEL_ITEM = re.compile(r"^(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）]?[、.．)）])+")
"""The numbering before a label: ``一、``, ``(2)``, ``3.``."""
REMARK = re.compile(r"\([^()]{0,30}\)$")
"""A remark in brackets at the end."""


@lru_cache(maxsize=4096)
def label_key(text: str) -> str:
    """The form in which labels are compared: normalised, without numbering, colon, asterisk or a
    remark in brackets.
    """
    key = LABEL_ITEM.sub("", normalise(text.translate(COLONS)).strip("*:"))
    while REMARK.search(key) and not REMARK.fullmatch(key):
        key = REMARK.sub("", key).strip("*:")
    return key.strip("*:")
