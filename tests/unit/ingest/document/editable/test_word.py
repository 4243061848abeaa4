"""Reading Word files: tables with merged cells, text boxes, tick boxes, templates, and files that
are broken or hostile.
"""

from __future__ import annotations

import io
import sys
import tracemalloc
import zipfile
from itertools import count

import docx
import pytest

from ingest.document.content import MAX_COLUMNS, Content
from ingest.document.editable.officepackage import PackageLimitError
from ingest.document.editable.word import BrokenWordError, read_word
from tests.inflating import deflated
from tests.unit.ingest.document.words import body, cell, replaced, saved, table, word


def texts(content: Content, number: int = 0) -> dict[tuple[int, int], str]:
    """Grid place -> text of one table."""
    return {(each.row, each.column): each.text for each in content.tables[number].cells}


def test_paragraphs_and_cells_are_read_in_the_order_of_the_document() -> None:
    """Plain files give their lines and a grid with places people can find."""
    content = read_word(word(["标题", "第二行"], [["甲", "乙"], ["丙", "丁"]]))
    assert [line.text for line in content.lines] == ["标题", "第二行"]
    assert texts(content) == {(0, 0): "甲", (0, 1): "乙", (1, 0): "丙", (1, 1): "丁"}
    assert content.tables[0].place(content.tables[0].cells[3]) == "表1 第2行 第2列"


def test_a_cell_merged_in_both_directions_covers_all_its_places() -> None:
    """python-docx's own merge is understood: one cell, no repeated text."""
    document = docx.Document()
    grid = document.add_table(3, 4)
    grid.cell(0, 1).merge(grid.cell(1, 2)).text = "合并"
    read = read_word(saved(document)).tables[0]
    merged = read.at(1, 2)
    assert merged is not None
    assert (merged.text, merged.width, merged.height, merged.row, merged.column) == (
        "合并",
        2,
        2,
        0,
        1,
    )
    assert read.right_of(merged) == read.at(0, 3)


def test_a_table_inside_a_cell_is_a_table_of_its_own() -> None:
    """Layout tables do not swallow the form that stands in them."""
    document = docx.Document()
    outer = document.add_table(1, 1).cell(0, 0)
    outer.text = "外"
    outer.add_table(1, 2).cell(0, 1).text = "内"
    content = read_word(saved(document))
    assert texts(content, 0) == {(0, 0): "外"}
    assert texts(content, 1)[0, 1] == "内"


def test_text_boxes_and_content_controls_are_read_once() -> None:
    """The fallback copy of a text box is skipped; so are prompts nobody has typed over."""
    box = "<w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent></mc:Choice>"
    box += "<mc:Fallback><w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
    control = "<w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t>已填</w:t></w:r></w:sdtContent></w:sdt>"
    prompt = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>单击此处输入文字。</w:t></w:r></w:sdtContent></w:sdt>"
    content = read_word(body(f"<w:p>{box}{control}{prompt}</w:p>"))
    assert sorted(line.text for line in content.lines) == ["已填", "框内"]


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ('<w:sym w:font="Wingdings" w:char="F0FE"/>', "☑"),
        ('<w:sym w:font="Wingdings" w:char="F0A8"/>', "☐"),
        ('<w:sym w:font="Wingdings 2" w:char="F052"/>', "☑"),
        (
            '<w:fldChar><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox></w:ffData></w:fldChar>',
            "☑",
        ),
        (
            '<w:fldChar><w:ffData><w:checkBox><w:default w:val="0"/></w:checkBox></w:ffData></w:fldChar>',
            "☐",
        ),
    ],
)
def test_tick_boxes_of_every_kind_become_plain_signs(xml: str, expected: str) -> None:
    """Symbols of Wingdings and old form fields are as good as characters."""
    assert (
        read_word(body(f"<w:p><w:r>{xml}<w:t>小学</w:t></w:r></w:p>")).lines[0].text
        == f"{expected}小学"
    )


def test_deleted_text_of_tracked_changes_is_not_what_the_document_says() -> None:
    """Insertions count, deletions do not."""
    xml = "<w:p><w:ins><w:r><w:t>新</w:t></w:r></w:ins><w:del><w:r><w:delText>旧</w:delText><w:t>旧</w:t></w:r></w:del></w:p>"
    assert read_word(body(xml)).lines[0].text == "新"


@pytest.mark.parametrize("kind", [b"template.main+xml", b"macroEnabled.main+xml"])
def test_templates_and_files_with_macros_are_read_like_documents(kind: bytes) -> None:
    """python-docx refuses their content type; the text is the same."""
    data = word(["标题"])
    main = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    other = main.replace(b"document.main+xml", kind)
    assert read_word(replaced(data, "", None, types=(main, other))).lines[0].text == "标题"


def test_a_dangling_relationship_does_not_make_a_file_unreadable() -> None:
    """WPS leaves links to parts that are not there; Word opens such files."""
    data = replaced(word(["标题"]), "word/styles.xml", None)
    assert read_word(data).lines[0].text == "标题"


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04rubbish", b"", word(["x"])[:3000], replaced(word(), "word/document.xml", b"<w:")],
    ids=["a beginning", "nothing", "cut off", "broken inside"],
)
def test_a_broken_file_is_said_to_be_broken(data: bytes) -> None:
    """Truncation and rubbish end in one named error."""
    with pytest.raises(BrokenWordError):
        read_word(data)


def test_an_archive_bomb_is_refused_before_it_is_unpacked() -> None:
    """300 MB of zeros in a few hundred kilobytes cost no memory."""
    out = io.BytesIO(word())
    with zipfile.ZipFile(out, "a") as archive:
        deflated((bytes(2**20), 300)).into(archive, "word/media/big.bin")
    tracemalloc.start()
    try:
        with pytest.raises(PackageLimitError):
            read_word(out.getvalue())
        assert tracemalloc.get_traced_memory()[1] < 10 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_entities_are_not_expanded() -> None:
    """A document that defines entities gives no expansion and no file of this machine."""
    xml = b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname">]><w:document xmlns:w="w"><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>'
    assert read_word(replaced(word(), "word/document.xml", xml)).lines == ()


@pytest.mark.parametrize("properties", ["", "<w:vMerge/>", '<w:vMerge w:val="restart"/>'])
def test_long_tables_are_read_in_linear_time(properties: str) -> None:
    """Four times the rows, merged or not, take four times the calls (python-docx: minutes)."""
    rows = [[cell(f"{row}-{column}", properties) for column in range(8)] for row in range(1000)]
    few, many = body(table(*rows[:250])), body(table(*rows))
    assert read_word(many).tables[0].row_count == 1000
    assert _calls_of(many) < 4.5 * _calls_of(few)


def _calls_of(word: bytes) -> int:
    """How many functions are called to read it."""
    calls = count()
    sys.setprofile(lambda _, event, __: next(calls) if "call" in event else None)
    try:
        read_word(word)
    finally:
        sys.setprofile(None)
    return next(calls)


def test_an_absurd_span_is_cut_to_the_widest_table() -> None:
    """gridSpan=100000 does not build a hundred thousand places."""
    read = read_word(body(table([cell("宽", '<w:gridSpan w:val="100000"/>'), cell("外")]))).tables[
        0
    ]
    assert len(read.grid) == MAX_COLUMNS


def test_more_rows_than_any_form_has_are_a_limit() -> None:
    """A table of ten thousand rows is not read."""
    with pytest.raises(PackageLimitError):
        read_word(body(table(*[[cell("x")]] * 10_000)))


def test_deeply_nested_tables_do_not_escape_as_an_exception() -> None:
    """Nesting past the XML parser's own limit is a broken file."""
    with pytest.raises(BrokenWordError):
        read_word(body("<w:tbl><w:tr><w:tc>" * 2000 + "</w:tc></w:tr></w:tbl>" * 2000))


def test_hidden_text_is_not_what_the_document_says() -> None:
    """Nobody sees it on the screen or on paper; a hidden paragraph mark hides nothing else."""
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>旧</w:t></w:r>"
    shown = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>新</w:t></w:r>'
    mark = "<w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>"

    assert [line.text for line in read_word(body(f"<w:p>{mark}{hidden}{shown}</w:p>")).lines] == [
        "新"
    ]


def test_a_table_in_a_value_s_cell_is_also_that_cell_s_text() -> None:
    """Else the cell would count as left empty; a frame around a whole form says nothing itself."""
    inner = table([cell("张三"), cell("李四")], [cell("王五")])
    beside = f"<w:tbl><w:tr>{cell('联系人')}<w:tc><w:tcPr/>{inner}<w:p/></w:tc></w:tr></w:tbl>"
    alone = f"<w:tbl><w:tr><w:tc><w:tcPr/>{inner}<w:p/></w:tc></w:tr></w:tbl>"

    assert read_word(body(beside)).tables[0].cells[1].text == "张三\t李四\n王五"
    assert read_word(body(alone)).tables[0].cells[0].text == ""
