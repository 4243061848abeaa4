"""Case codes (案卷编号): made once, printed in every letter, found again in whatever people write. Pure.

A code is ``<track code><2-digit year of the call>-<4-digit number>-<check character>``:
``Q24-0007-K``. The check character finds every single wrong character and every swap of two
neighbours (ISO/IEC 7064 idea: weights modulo a prime), so that a mistyped code is taken for
nobody's instead of somebody else's. No look-up of codes comes in.
"""

from __future__ import annotations

import re
import unicodedata

CHECK_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"
"""29 characters, a prime number of them. No 0/O, 1/I/L, U (heard as V) and no Z (seen as 2)."""

_VALUES = {
    char: value
    for value, char in enumerate(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    )
} | {str(i): i for i in range(10)}
# people type any dash there is, dots and slashes, with or without spaces
_GAP = r"[\s_\-./~·•\u2010-\u2015\u2212\u30fc]{0,4}"
# A digit of the number is no check character because a wrong one follows: 74998-I is not 7499-8.
_NOT_CUT = r"(?![A-Z0-9])(?!(?<=\d\d)[_\-\u2010-\u2015\u2212\u30fc][A-Z0-9](?![A-Z0-9]))"
_NUMBER = rf"(\d\d){_GAP}(\d{{4,6}})"
_CODE = re.compile(
    rf"(?<![A-Z0-9])([A-Z]{{1,4}}){_GAP}{_NUMBER}{_GAP}([{CHECK_ALPHABET}]){_NOT_CUT}",
    re.ASCII,
)


def _check_character(payload: str) -> str:
    # Letters and digits share values, but never compete for the same place. Weights differ between
    # neighbours and none is 0 modulo 29 (a payload has at most 12 characters).
    total = sum(weight * _VALUES[char] for weight, char in enumerate(reversed(payload), start=2))
    return CHECK_ALPHABET[total % len(CHECK_ALPHABET)]


def make_code(track_code: str, year: int, number: int) -> str:
    """The code of case ``number`` (from 1) of a track; ``year`` is the call's, with or without the
    century.

    Raises ValueError for a track code that is not 1 to 4 letters A-Z, or a number outside
    1..999999.
    """
    if not re.fullmatch(r"[A-Z]{1,4}", track_code):
        raise ValueError(f"a track code is 1 to 4 letters A-Z, not {track_code!r}")
    if not 1 <= number <= 999_999:
        raise ValueError(f"case number out of range: {number}")
    stem = code_stem(track_code, year)
    return f"{stem}{number:04d}-{_check_character(f'{stem}{number:04d}'.replace('-', ''))}"


def code_stem(track_code: str, year: int) -> str:
    """What all codes of a track begin with: ``Q24-``."""
    return f"{track_code}{year % 100:02d}-"


def code_number(code: str) -> int:
    """The running number inside a code made by :func:`make_code`."""
    return int(code.split("-")[1])


def find_codes(text: str) -> tuple[str, ...]:
    """Every valid case code in ``text``, in order, each once, in the form :func:`make_code` gives.

    Full-width and lower-case letters, any dash, spaces or nothing between the groups are borne; a
    code whose check character does not fit is not returned.
    """
    found: dict[str, None] = {}
    for letters, year, number, check in _CODE.findall(unicodedata.normalize("NFKC", text).upper()):
        if _check_character(letters + year + number) == check:
            found[f"{letters}{year}-{number}-{check}"] = None
    return tuple(found)
