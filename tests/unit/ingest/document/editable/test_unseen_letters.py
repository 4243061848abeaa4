"""Letters that nobody can see on the paper are not read, in whatever format they are kept: white on
white, or of one point. Somebody was there: the place is not blank. Where something may lie behind
them, white letters are read.
"""

from __future__ import annotations

import struct

import pytest

from ingest.document.content import STRUCK, Content
from ingest.document.editable.markup import read_markup
from ingest.document.editable.olddocruns import RunLooks, is_filled
from ingest.document.editable.opendocument import read_opendocument
from ingest.document.editable.richtext import read_rtf
from tests.cases.written import NAMES, packed

OLD, NEW = "128", "126"
UNSEEN = f"{STRUCK}{NEW}"


def rtf(text: str, behind: str = "") -> Content:
    """A line of rich text; colour 2 is white, colour 3 blue."""
    colours = r"{\colortbl;\red0\green0\blue0;\red255\green255\blue255;\red0\green0\blue255;}"
    return read_rtf(rf"{{\rtf1\ansi{colours}{{{text} {OLD}}}{NEW}\par {behind}}}".encode())


def odt(properties: str, behind: str = "", styles: str = "") -> Content:
    """A line of an OpenDocument text."""
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>"
        '<style:style style:name="T1" style:family="text">'
        f"<style:text-properties {properties}/></style:style>{styles}</office:automatic-styles>"
        f'<office:body><office:text><text:p><text:span text:style-name="T1">{OLD}</text:span>{NEW}'
        f"</text:p>{behind}</office:text></office:body></office:document-content>"
    )
    return read_opendocument(packed("application/vnd.oasis.opendocument.text", content.encode()))


def html(style: str, behind: str = "") -> Content:
    """A line of a web page."""
    return read_markup(f"<p><span {style}>{OLD}<span></span></span>{NEW}</p>{behind}".encode())


FILLED = (
    '<style:style style:name="{}" style:family="table-cell" style:parent-style-name="{}">'
    '<style:table-cell-properties fo:background-color="{}"/></style:style>'
)
CELL = (
    '<table:table><table:table-row><table:table-cell table:style-name="C1"/></table:table-row>'
    "</table:table>"
)


@pytest.mark.parametrize(
    "content",
    [
        rtf(r"\cf2"), rtf(r"\fs2"), rtf(r"\dbch\afs2"), rtf(r"\cf2\clcbpat2\cbpat0"),
        odt('fo:color="#FFFFFF"'), odt('fo:font-size="1pt" style:font-size-asian="1pt"'),
        odt('fo:color="#ffffff"', CELL, FILLED.format("C1", "", "#ffffff") + FILLED.format("C2", "", "#1f4e79")),
        html("style='color:white'"), html("style='font-size:1.0pt'"), html("style='color: #FFF'"),
        read_markup(f"<p><font color=#ffffff>{OLD}</font>{NEW}".encode()),
    ],
)  # fmt: skip
def test_what_nobody_sees_is_a_sign(content: Content) -> None:
    """White, or of one point."""
    assert content.lines[0].said == UNSEEN


@pytest.mark.parametrize(
    "content",
    [
        rtf(r"\cf1"), rtf(r"\rtlch\afs2"), rtf(r"\cf2\plain"), rtf(r"\fs24"),
        rtf(r"\cf2", r"\trowd\clcbpat3\cellx9"), rtf(r"\cf2", r"{\shp x}"), rtf(r"\cf2", r"\clshdng100"),
        odt('fo:color="#ff0000"'), odt('fo:font-size="12pt"'),
        odt('fo:color="#ffffff"', CELL, FILLED.format("C1", "", "#1f4e79")),
        odt('fo:color="#ffffff"', CELL, FILLED.format("C1", "C2", "transparent") + FILLED.format("C2", "", "#1f4e79")),
        odt('fo:color="#ffffff"', "<text:p><draw:rect/></text:p>"),
        odt('fo:color="#ffffff"', styles='<style:page-layout><style:page-layout-properties fo:background-color="#000000"/></style:page-layout>'),
        html("style='color:white'", "<table><td bgcolor='#1F4E79'>"), html("style='background-color:white'"),
        html("style='color:white'", "<p style='background:#1F4E79'>"), html("style='font-size:11.0pt'"),
    ],
)  # fmt: skip
def test_what_can_be_seen_is_read(content: Content) -> None:
    """Dark letters; white ones in a file that has something dark in it."""
    assert content.lines[0].said == OLD + NEW


def test_blanks_of_one_point_are_no_sign() -> None:
    """Programs set empty places so."""
    content = read_markup(b"<p><span style='font-size:1.0pt'>&nbsp;</span>126")

    assert content.lines[0].said.strip() == NEW


# --- Word 97 --------------------------------------------------------------------------------------


def own(code: int, *operand: int) -> bytes:
    """One property."""
    return struct.pack("<H", code) + bytes(operand)


def sheet(*styles: tuple[int, int, bytes]) -> bytes:
    """A style sheet: kind (1 paragraph, 2 character), the style each is based on, its properties."""
    written = struct.pack("<HHH", 4, len(styles) + 1, 10) + struct.pack("<H", 0)
    for kind, base, properties in styles:
        name = struct.pack("<H", 1) + "名".encode("utf-16-le") + b"\0\0"
        parts = [b"\0\0"] * (kind == 1) + [properties]
        body = struct.pack("<HHHHH", 0, kind | base << 4, len(parts), 0, 0) + name
        for part in parts:
            body += struct.pack("<H", len(part)) + part + bytes(len(part) % 2)
        written += struct.pack("<H", len(body)) + body + bytes(len(body) % 2)
    return written


HIDE, STRIKE, SHOW = own(0x083C, 1), own(0x0837, 1), own(0x083C, 0)
STYLES = sheet((1, 0xFFF, HIDE), (2, 0xFFF, HIDE), (2, 2, STRIKE), (1, 1, SHOW))
NAMED = own(0x4A30, 2, 0)


@pytest.mark.parametrize(
    ("raw", "style", "gone"),
    [
        (b"", 0, False), (b"", 1, True), (b"", 4, False), (NAMED, 0, True), (SHOW, 1, False),
        (NAMED, 1, False), (own(0x083C, 0x80), 1, True), (own(0x083C, 0x81), 1, False),
        (own(0x083C, 0x81), 0, True), (own(0x4A30, 3, 0), 0, True), (own(0x4A30, 99, 0), 0, False),
    ],
)  # fmt: skip
def test_letters_hidden_by_a_style(raw: bytes, style: int, gone: bool) -> None:
    """Two styles undo each other; what stands at the letters themselves counts first."""
    assert RunLooks(STYLES).of_run(raw, style).gone is gone


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (own(0x2A42, 8), STRUCK), (own(0x6870, 255, 255, 255, 0), STRUCK), (own(0x4A43, 2, 0), STRUCK),
        (own(0x2A42, 1), OLD), (own(0x6870, 255, 255, 255, 255), OLD), (own(0x4A43, 24, 0), OLD),
        (own(0x4A30, 3, 0) + SHOW, STRUCK),
    ],
)  # fmt: skip
def test_letters_of_an_old_file_that_nobody_sees(raw: bytes, shown: str) -> None:
    """By their colour, their size, their style."""
    assert RunLooks(STYLES).of_run(raw, 0).shown(OLD) == shown


def test_a_damaged_style_sheet_hides_nothing() -> None:
    """What was read of it holds."""
    assert not RunLooks(STYLES[:9]).of_run(NAMED, 1).gone
    assert not RunLooks(b"").of_run(NAMED, 1).gone


WHITE, BLUE = bytes((255, 255, 255, 0)), bytes((0, 0, 255, 0))
AUTO = bytes((0, 0, 0, 255))


@pytest.mark.parametrize(
    ("raw", "filled"),
    [
        (own(0x442D, 0xFF, 0xFF), False), (own(0x442D, 0, 0), False), (own(0x442D, 0x40, 0), True),
        (own(0x4866, 0, 4), True), (own(0xD609, 4, 0, 0, 0x40, 0), True), (own(0xD609, 2, 0, 1), False),
        (own(0xC64D, 10, *AUTO, *WHITE, 0, 0), False), (own(0xC64D, 10, *AUTO, *BLUE, 0, 0), True),
        (own(0xD612, 20, *AUTO, *AUTO, 0, 0, *BLUE, *AUTO, 1, 0), True), (own(0x2A42, 8), False),
    ],
)  # fmt: skip
def test_what_lies_behind_letters(raw: bytes, filled: bool) -> None:
    """Shades of characters, lines and cells; white and none are none."""
    assert is_filled(raw) is filled
