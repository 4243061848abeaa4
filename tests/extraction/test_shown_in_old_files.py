"""What an old Word file (.doc) shows is what is read: struck text, choices in form fields, marks in
symbol fonts, pictures. The files are written by LibreOffice; formulas, which it drops, byte by byte.
"""

from __future__ import annotations

import struct

import pytest

from ingest.document.content import INK
from ingest.document.editable.libreoffice import program
from ingest.document.editable.olddoc import read_doc
from ingest.document.editable.olddocfields import form_field
from tests.cases.shown import NAME, RESULT, drop_down, run, swapped
from tests.extraction.libreoffice import saved_by_libreoffice

HIDDEN = (
    '<w:style w:type="character" w:styleId="Gone"><w:name w:val="Gone"/><w:rPr><w:vanish/></w:rPr>'
    "</w:style>"
)
BEFORE = {
    "无异议": (RESULT, drop_down("请选择", "无异议", "有异议", chosen=1)),
    f"\ufdd0{NAME}": (NAME, run("王小", "<w:strike/>") + run(NAME)),
    f"\ufdd0 {NAME}": (NAME, run("王小", '<w:color w:val="FFFFFF"/>') + run(f" {NAME}")),
    f"\ufdd0  {NAME}": (NAME, run("王小", '<w:sz w:val="2"/>') + run(f"  {NAME}")),
    NAME: (NAME, run("王小", '<w:rStyle w:val="Gone"/>') + run(NAME)),
    "MAI": (NAME, run("mai", "<w:caps/>")),
    "无异议   \ufdd1有异议\ufdd2": (RESULT, run("无异议   ") + run("有异议", '<w:u w:val="wave"/>')),
    "\ufdd1□无异议\ufdd2 □有异议": (
        RESULT, run("□无异议", '<w:highlight w:val="yellow"/>') + run(" □有异议"),
    ),
}  # fmt: skip


@pytest.mark.slow
def test_an_old_file_says_what_it_shows() -> None:
    """By its own records, without a second opinion."""
    if program() is None:
        pytest.skip("LibreOffice is not installed (Debian package libreoffice-writer-nogui)")
    files = [swapped(old, new, HIDDEN) for old, new in BEFORE.values()]
    saved = saved_by_libreoffice(files, "doc:MS Word 97")

    for shown, data in zip(BEFORE, saved, strict=True):
        assert data is not None
        said = {cell.said for table in read_doc(data).tables for cell in table.cells}
        assert shown in said


def held(kind: int, result: int, default: int, *entries: str) -> bytes:
    """What the Data stream holds of a form field (FFData)."""
    texts = struct.pack("<HH", 0, 0) * 5
    listed = struct.pack("<HHH", 0xFFFF, len(entries), 0) if kind == 2 else b""
    for entry in entries:
        listed += struct.pack("<H", len(entry)) + entry.encode("utf-16-le")
    bits = struct.pack("<IHHH", 0xFFFFFFFF, kind | result << 2, 0, 0)
    data = bits + struct.pack("<HHH", 0, 0, default) + texts + listed
    return struct.pack("<iH", 68 + len(data), 68) + bytes(62) + data


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (held(1, 1, 0), "☑"), (held(1, 0, 1), "☐"), (held(1, 25, 1), "☑"), (held(0, 0, 0), None),
        (held(2, 1, 0, "无异议", "有异议"), "有异议"), (held(2, 25, 0, "无异议", "有异议"), "无异议"),
        (held(2, 9, 0, "无异议"), INK), (held(2, 1, 0, "无异议", "有异议")[:90], INK), (b"\0", INK),
        (struct.pack("<iH", 90, 68) + bytes(90), None),
    ],
)  # fmt: skip
def test_a_form_field_shows_what_was_chosen(data: bytes, shown: str | None) -> None:
    """Its default where nobody touched it; a sign where it cannot be followed."""
    assert form_field(data, 0) == shown
