"""What rich text shows is what is read: choices in form fields, formulas and symbol fonts, struck
and ringed text, what is drawn.
"""

from __future__ import annotations

import pytest

from ingest.document.content import INK, RING, RING_END, STRUCK
from ingest.document.editable.richtext import read_rtf
from tests.cases.oldfiles import FIRST, SECOND, coded, field, form_field, rich


def said(cell: str) -> str:
    """What the value cell of the only row says."""
    (table,) = read_rtf(rich([("公示结果", cell)])).tables
    return table.cells[1].said


TICK, EMPTY = coded("√"), coded("□")
RINGED = f"{RING}无异议{RING_END}  有异议"
BOXES = f"☑无异议  ☐{SECOND}"
LIST = rf"{{\*\ffl {FIRST}}}{{\*\ffl {SECOND}}}"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (field(rf"eq \\o\\ac({EMPTY},{TICK})") + FIRST, "☑无异议"),
        (field(rf"eq \\o\\ac({EMPTY},{TICK})", "") + FIRST, "☑无异议"),
        (form_field("FORMDROPDOWN", rf"\fftype2\ffres1{{\*\ffname x}}\ffdefres0{LIST}"), "有异议"),
        (form_field("FORMDROPDOWN", rf"\fftype2\ffres25\ffdefres1{LIST}"), "有异议"),
        (form_field("FORMDROPDOWN", rf"\fftype2\ffres0\ffdefres1{LIST}"), "无异议"),
        (form_field("FORMDROPDOWN", rf"\fftype2\ffres7{LIST}"), INK),
        (form_field("FORMCHECKBOX", r"\fftype1\ffres25\ffdefres1") + FIRST, "☑无异议"),
        (form_field("FORMCHECKBOX", r"\fftype1\ffres0\ffdefres1") + FIRST, "☐无异议"),
        (form_field("FORMTEXT", r"\fftype0{\*\ffdeftext x}", FIRST), "无异议"),
        (field('HYPERLINK "mailto:x"', FIRST), "无异议"),
        (field(r"IF {\field{\*\fldinst MERGEFIELD a}{\fldrslt 1}} = 1 x", FIRST), "无异议"),
        (r"{\f1\'fe}" + FIRST, "☑无异议"),
        (r"{\f2 R}" + FIRST, "☑无异议"),
        (r"{\f2 \u-4014?}" + FIRST, "☑无异议"),
        (rf"{{\strike {FIRST}}}{SECOND}", f"{STRUCK}有异议"),
        (rf"\striked1 {FIRST}\striked0 {SECOND}", f"{STRUCK}有异议"),
        (rf"{{\ul {FIRST}}}  {SECOND}", RINGED),
        (rf"{{\chbrdr\brdrs {FIRST}}}  {SECOND}", RINGED),
        (rf"{{\highlight7 {FIRST}}}  {SECOND}", RINGED),
        (rf"\ul\ulnone {FIRST}\ulc1", "无异议"),
        (rf"\highlight0 {FIRST}", "无异议"),
        (r"{\caps mai}", "MAI"),
        (r"{\*\shppict{\pict\pngblip 89504e47}}{\nonshppict{\pict 00}}" + FIRST, f"{INK}无异议"),
        (r"{\object\objemb{\*\objdata 00}{\result{\pict 00}}}", INK),
        (r"{\shp{\*\shpinst{\sp{\sn shapeType}{\sv 3}}}}", INK),
        (r"{\shp{\*\shpinst\shpfblwtxt1{\sp{\sn shapeType}{\sv 3}}}}" + FIRST, "无异议"),
        (rf"{{\shp{{\*\shpinst{{\shptxt \pard\plain {FIRST}\par}}}}{{\shprslt x}}}}", "无异议"),
    ],
)  # fmt: skip
def test_a_cell_says_what_it_shows(cell: str, shown: str) -> None:
    """As Word shows it, and not what the code says."""
    assert said(cell) == shown


def test_a_field_that_never_ends_hides_nothing_behind_its_cell() -> None:
    """The next cells are read; what it would have shown is not known."""
    rows = [("公示结果", r"{\field{\*\fldinst eq x"), ("联系人", coded("麦玉清"))]
    (table,) = read_rtf(rich(rows).replace(b"eq x\\cell", b"eq x}\\cell")).tables

    assert [cell.text for cell in table.cells if "麦" in cell.text] == ["麦玉清"]


def test_a_field_within_an_entry_of_another_is_survived() -> None:
    """A damaged file: the words go to whatever is open."""
    data = rf"\fftype2{{\*\ffl \fftype2 {FIRST}}}"

    assert said(form_field("FORMDROPDOWN", data)) == "无异议"
