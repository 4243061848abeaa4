"""Characters whose font's table, or pdfminer's copy of one, does not say what they are."""

from __future__ import annotations

import pytest

from ingest.document.paged.actualtext import LONGEST, MarkedText
from ingest.document.paged.codetables import fill_in
from ingest.document.paged.pdf import read_pdf
from tests.unit.ingest.document.papers import FONT, pages_pdf

NOT_EMBEDDED = {
    6: b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 7 0 R"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>",
    7: b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]"
    b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
}


def lines(content: bytes) -> list[str]:
    drawn = b"BT /F 12 Tf 1 0 0 1 60 700 Tm %b ET" % content
    file = pages_pdf([(b"/Font<<%b>>" % FONT, drawn, {})])
    return [line.text for line in read_pdf(file).content.lines]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"(a) Tj /Span<</ActualText<FEFFF0FE>>> BDC (\\267) Tj EMC (b) Tj", "a☑b"),
        (b"/Span<</ActualText<FEFFD884DF61>>> BDC (\\267) Tj EMC", "\U00031361"),
        (b"/Span<</ActualText(four)>> BDC (\\267) Tj (\\267\\247) Tj EMC (.) Tj", "four."),
        (b"/Span<</ActualText(no)>> BDC (n\\267) Tj EMC (.) Tj", "no."),
        (b"/Span<</ActualText(no)>> BDC (\\267o) Tj EMC (.) Tj", "no."),
        (b"/P<</MCID 0>> BDC /Span<</ActualText(yes)>> BDC (\\267) Tj EMC (o) Tj EMC", "yeso"),
        (b"/Span<</ActualText(out)>> BDC /Span<</ActualText(in)>> BDC (\\267) Tj EMC EMC", "out"),
        (b"EMC EMC /Artifact BMC (a) Tj EMC EMC /Span<</ActualText 1>> BDC (b) Tj EMC", "ab"),
        (b"/Span<</ActualText(98)>> BDC (95) Tj EMC (%) Tj", "95%"),
    ],
)
def test_a_glyph_says_what_its_span_says(content: bytes, said: str) -> None:
    """LibreOffice draws every character its font lacks with one glyph, so that a ticked box is an
    empty one to whoever reads the font's table alone. A mark of a symbol font is what it looks like.
    Where the glyph shows a letter or a figure, that is what people see, and no words change it.
    """
    assert lines(content) == [said]


def test_a_span_says_its_words_once_and_never_a_book() -> None:
    marked = MarkedText()

    marked.begin("x" * 2 * LONGEST)

    assert [len(marked.of("□")), marked.of("□")] == [LONGEST, ""]


@pytest.mark.parametrize("way", [b"H", b"V"])
@pytest.mark.parametrize("coding", [b"UCS2", b"UTF16"])
def test_the_dot_in_a_name_is_read(coding: bytes, way: bytes) -> None:
    """Java programs name STSong-Light and do not put it into the file."""
    font = (
        b"/Font<</F<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-%b-%b"
        b"/DescendantFonts[6 0 R]>>>>" % (coding, way)
    )
    coded = "甲·丁".encode("utf-16be").hex().encode()
    page = (font, b"BT /F 12 Tf 1 0 0 1 60 700 Tm <%b> Tj ET" % coded, NOT_EMBEDDED)

    read = read_pdf(pages_pdf([page])).content.lines

    assert "".join(line.text for line in read) == "甲·丁"


def test_a_table_gets_what_it_lacks_and_keeps_what_it_has() -> None:
    table: dict[int, object] = {0: {1: 10}, 2: 5}

    fill_in(table, {0: {1: 11, 2: 12, 3: {4: 13}}, 1: {7: 14}, 2: {1: 15}, 3: 16})

    assert table == {0: {1: 10, 2: 12}, 1: {7: 14}, 2: 5, 3: {}}
