"""File names that every system takes."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from ingest.handover.names import MOST_BYTES, Namer, safe, shortened


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("申报书.docx", "申报书.docx"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a/b\\c:d*e?f"g<h>i|j', "a_b_c_d_e_f_g_h_i_j"),
        ("  x . ", "x"),
        ("...", "未命名"),
        ("", "未命名"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("a\r\nb\x00c\u202egpj", "a bcgpj"),
        ("lone\udcff", "lone_"),
        ("e\u0301.pdf", "\u00e9.pdf"),
    ],
)
def test_a_name_is_one_harmless_component(name: str, made: str) -> None:
    """No separators, no device names, nothing hidden; composed characters."""
    assert safe(name) == made


@pytest.mark.parametrize("text", ["长" * 200, "长" * 200 + ".docx", "x" * 400 + "." + "y" * 50])
def test_a_long_name_keeps_its_extension(text: str) -> None:
    """Counted in bytes; half of a character is none."""
    made = shortened(text)
    assert len(made.encode()) <= MOST_BYTES
    assert made.endswith(".docx") == text.endswith(".docx")


def test_no_two_are_alike_even_where_case_does_not_count() -> None:
    """Numbered before the extension; a number that is taken is not given again."""
    namer = Namer()
    folder = namer.folder("甲类", "某单位")
    made = [namer.file(folder, name).name for name in ("a.PDF", "A.pdf", "a (2).pdf", "a.pdf")]
    assert made == ["a.PDF", "A (2).pdf", "a (2) (2).pdf", "a (3).pdf"]
    assert namer.folder("甲类", "某单位") == PurePosixPath("甲类/某单位 (2)")
    assert len(namer.file(folder, "长" * 200 + ".pdf").name.encode()) <= MOST_BYTES
