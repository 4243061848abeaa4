"""Passwords that a mail itself tells for its files: in its subject, its text, their names.

Words in, words out; nothing is opened. They are never kept, logged or shown: they live as long as
the worker that reads the mail.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

MAX_KEYS = 12
"""Passwords that are tried: each costs up to half a second on a 7z archive."""
MAX_LOOK = 20_000  #: characters of a text

_NAMED = re.compile(
    r"(?:密\s?码|密碼|口令|解压码|pass\s?word|passwd|\bpwd\b|\bpw\b)"
    r"\s{0,3}(?:均|都|统一)?(?:设)?(?:是|为|為)?\s{0,3}[:：=＝]?\s{0,3}"
    r"[“\"'「『【\[(（<]?([^\s“”\"'「」『』【】\[\]()（）<>，。；、,;]{1,40})",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\d-])\d{4,12}(?![\d-])")
_FULL_STOP = ".。!！?？"


def passwords_in(texts: Iterable[str]) -> tuple[str, ...]:
    """What may be a password, the likeliest first: what is called one, then the mail's numbers."""
    whole = [text[:MAX_LOOK] for text in texts]
    named = (key for text in whole for match in _NAMED.finditer(text) for key in _ways(match[1]))
    numbers = (match[0] for text in whole for match in _NUMBER.finditer(text))
    return tuple(dict.fromkeys([*named, *numbers]))[:MAX_KEYS]


def _ways(key: str) -> Iterator[str]:
    """As written; without the full stop of the sentence; in half width."""
    for each in (key, key.rstrip(_FULL_STOP), unicodedata.normalize("NFKC", key)):
        if each:
            yield each
    if (stem := re.sub(r"\.(?:zip|rar|7z|docx?|xlsx?|pdf)$", "", key, flags=re.IGNORECASE)) != key:
        yield stem
