"""Radicals are the characters they stand for."""

from __future__ import annotations

import unicodedata

import pytest

from rules.characters import RADICALS, folded, without_radicals
from rules.vocabulary import normalise

SUPPLEMENT = [chr(code) for code in range(0x2E80, 0x2F00) if unicodedata.name(chr(code), "")]


def test_every_radical_of_the_supplement_stands_for_a_character() -> None:
    """And none for a radical."""
    assert sorted(RADICALS) == [ord(character) for character in SUPPLEMENT]
    assert all("\u3400" <= character <= "\u9fff" for character in RADICALS.values())


@pytest.mark.parametrize(
    ("radicals", "characters"),
    [
        ("⻔⻛⻢⻓⻅⻋", "门风马长见车"),
        ("⼆⽽", "二而"),
        ("⺠⻘⻩⻰⻳", "民青黄龙龟"),
        ("（Ａ）", "(A)"),
    ],
)
def test_what_looks_alike_is_compared_alike(radicals: str, characters: str) -> None:
    """Those of the first block by NFKC, those of the supplement by our table."""
    assert folded(radicals) == characters


def test_names_are_compared_without_radicals() -> None:
    """As a browser prints them."""
    assert normalise("第⼆师铁⻔关市教育局") == normalise("第二师铁门关市教育局")


def test_what_is_shown_keeps_everything_but_radicals() -> None:
    """Full-width digits stay as they were written."""
    assert without_radicals("第⼆师铁⻔关市１") == "第二师铁门关市１"
    assert without_radicals("１２") == "１２"
