"""The text of a signed export as lines that can be compared with the Word file."""

from __future__ import annotations

from ingest.comparison.pairing import Likeness, compare
from ingest.comparison.printed import Print
from ingest.document.content import Cell, Line
from ingest.document.paged.pdf import Pdf, PdfPage
from ingest.document.paged.textlayer import text_lines
from ingest.reading import Document
from rules.call import Call, Rendition, Role
from rules.facts import Fact

ROWS = {
    "申报单位": "第八师石河子市教育局",
    "联系人": "王芳",
    "联系电话": "0993-2012345",
    "职能部门": "教育技术中心",
}


def page(telephone: str = ROWS["联系电话"]) -> PdfPage:
    """A title and a table as a program exports them."""
    rows = {**ROWS, "联系电话": telephone}
    cells = [
        Cell(
            text,
            row,
            column,
        )
        for row, pair in enumerate(rows.items())
        for column, text in enumerate(pair)
    ]
    return PdfPage(1, 210, 297, lines=(Line("申报书\t2024年", "第1页 第1行"),), cells=tuple(cells))


def test_pieces_of_a_line_and_cells_of_a_row_are_level() -> None:
    """So a value is found beside its label."""
    lines = text_lines(Pdf(1, (page(),)))
    assert [(line.row, line.text) for line in lines[:4]] == [
        (0, "申报书"),
        (0, "2024年"),
        (1, "申报单位"),
        (1, ROWS["申报单位"]),
    ]


def test_the_word_file_is_compared_with_the_text_and_another_number_is_seen(call: Call) -> None:
    """Exactly, for nothing was read from pixels."""
    fields = {
        "单位名称": "第八师石河子市教育局",
        "联系人": "王芳",
        "联系电话": "0993-2012345",
        "职能部门": "教育技术中心",
    }
    word = Document(
        part="1",
        name="a.docx",
        sha256="0",
        form="附件1",
        role=Role.APPLICATION,
        track="示范区",
        rendition=Rendition.EDITABLE,
        fields={name: Fact.known(value) for name, value in fields.items()},
    )
    same = compare(word, Print(text_lines(Pdf(1, (page(),)))), call)
    other = compare(word, Print(text_lines(Pdf(1, (page("0993-2012346"),)))), call)
    assert (same.outcome, same.numbers_agree) == (Likeness.SAME, True)
    assert other.numbers_agree is False
