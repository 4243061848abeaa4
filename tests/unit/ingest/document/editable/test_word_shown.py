"""What a Word file shows is what is read: fields, controls, symbol fonts, hidden and struck text,
files within the file, packages named in odd ways.
"""

from __future__ import annotations

import io
import zipfile

import pytest

from ingest.document.content import INK, RING, RING_END, STRUCK
from ingest.document.editable.symbols import UNKNOWN
from ingest.document.editable.word import BrokenWordError, read_word
from tests.unit.ingest.document.words import body, cell, replaced, table, with_parts, word

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def said(xml: str, base: bytes | None = None) -> str:
    """The first line of a body, with its signs."""
    return read_word(body(xml, base)).lines[0].said


def run(text: str, properties: str = "") -> str:
    """One ``w:r``."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def mark(kind: str, inside: str = "") -> str:
    """A field's mark."""
    return f'<w:r><w:fldChar w:fldCharType="{kind}">{inside}</w:fldChar></w:r>'


def code(text: str) -> str:
    """Some of a field's code."""
    return f'<w:r><w:instrText xml:space="preserve">{text}</w:instrText></w:r>'


def simple(text: str) -> str:
    """A field without a stored result."""
    return mark("begin") + code(text) + mark("end")


DARK = b"""<w:style w:type="paragraph" w:styleId="Dark"><w:pPr><w:shd w:val="clear" w:fill="000000"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="OnDark"><w:basedOn w:val="Dark"/></w:style>"""
STYLES = b"""<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:style w:type="character" w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Also"><w:basedOn w:val="Gone"/></w:style>
<w:style w:type="paragraph" w:styleId="Hint"><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Old"><w:rPr><w:strike/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Tick"><w:rPr><w:rFonts w:ascii="Wingdings 2" w:hAnsi="Wingdings 2"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style></w:styles>"""
STYLED = replaced(word(), "word/styles.xml", STYLES)


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (run("128", "<w:strike/>") + run("126"), STRUCK + "126"),
        (run("128", "<w:dstrike/>") + run("126"), STRUCK + "126"),
        (run("128", '<w:strike w:val="0"/>'), "128"),
        (run("示例", '<w:rStyle w:val="Gone"/>') + run("张三"), "张三"),
        (run("示例", '<w:rStyle w:val="Also"/>') + run("张三"), "张三"),
        (run("示例", '<w:rStyle w:val="Gone"/><w:vanish w:val="0"/>'), "示例"),
        (run("旧", '<w:rStyle w:val="Old"/>') + run("新"), STRUCK + "新"),
        (run("R", '<w:rStyle w:val="Tick"/>') + run("是"), "☑是"),
        (run("甲", '<w:rStyle w:val="Loop"/>'), "甲"),
        (run("a@b.cn", "<w:caps/>"), "A@B.CN"),
        (run("是", '<w:u w:val="single"/>') + run(" 否"), f"{RING}是{RING_END} 否"),
        (run("是", "<w:bdr/>") + run(" 否"), f"{RING}是{RING_END} 否"),
        (run("是", '<w:shd w:fill="FFFF00"/>'), f"{RING}是{RING_END}"),
        (run("是", '<w:u w:val="none"/><w:shd w:fill="auto"/>'), "是"),
        (run("    ", '<w:u w:val="single"/>') + run("是"), "    是"),
    ],
)
def test_runs_say_what_they_look_like(xml: str, expected: str) -> None:
    """By their own settings or by their style."""
    assert said(f"<w:p>{xml}</w:p>", STYLED) == expected


WHITE = '<w:color w:val="FFFFFF"/>'


@pytest.mark.parametrize(
    "properties",
    [WHITE, '<w:color w:val="ffffff" w:themeColor="background1"/>', '<w:sz w:val="2"/>'],
)
def test_letters_nobody_can_see_are_not_read_and_leave_no_blank(properties: str) -> None:
    """White on white, or of one point: somebody was there, but nobody reads it."""
    assert said(f"<w:p>{run('128', properties)}{run('126')}</w:p>") == f"{STRUCK}126"


@pytest.mark.parametrize(
    "behind",
    [
        '<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:val="clear" w:fill="1F4E79"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>',
        '<w:p><w:pPr><w:shd w:val="clear" w:themeFill="accent1"/></w:pPr></w:p>',
        '<w:p><w:pPr><w:pStyle w:val="Dark"/></w:pPr></w:p>',
        '<w:p><w:pPr><w:pStyle w:val="OnDark"/></w:pPr></w:p>',
        "<w:p><w:r><w:pict/></w:r></w:p>",
    ],
)
def test_white_letters_are_read_where_something_may_lie_behind_them(behind: str) -> None:
    """The heads of tables are often white on blue."""
    styles = STYLES.replace(b"</w:styles>", DARK + b"</w:styles>")
    data = with_parts(body(f"<w:p>{run('学校名称', WHITE)}</w:p>{behind}", None), {})
    data = replaced(data, "word/styles.xml", styles)

    assert read_word(data).lines[0].text == "学校名称"


def test_a_dark_style_that_nobody_uses_lies_behind_nothing() -> None:
    """Word brings dozens of them; a mark of its own shows a run all the same."""
    styles = STYLES.replace(b"</w:styles>", DARK + b"</w:styles>")
    marked = WHITE + '<w:highlight w:val="black"/>'
    data = body(f"<w:p>{run('甲', WHITE)}</w:p><w:p>{run('乙', marked)}</w:p>", None)
    lines = read_word(replaced(data, "word/styles.xml", styles)).lines

    assert [line.text for line in lines] == ["", "乙"]


def test_a_paragraph_hidden_by_its_style_says_nothing() -> None:
    """Templates hide their hints so."""
    xml = f'<w:p><w:pPr><w:pStyle w:val="Hint"/></w:pPr>{run("提示")}</w:p><w:p>{run("正文")}</w:p>'

    assert said(xml, STYLED) == "正文"


@pytest.mark.parametrize(
    ("font", "text", "expected"),
    [
        ("Wingdings 2", "R", "☑"), ("Wingdings 2", "£", "☐"), ("Wingdings 2", "P", "√"), ("Wingdings", "þ", "☑"), ("Wingdings", "o", "☐"),
        ("Wingdings", "ü", "√"), ("Webdings", "a", "√"), ("Webdings", "c", "☐"), ("Marlett", "a", "√"), ("Symbol", "Ö", "√"), ("Zapf Dingbats", "4", "√"),
        ("Wingdings", "Z", "\ufffd"), ("宋体", "R", "R"), ("Wingdings 2", "R小学", "☑小学"), ("Wingdings", "\uf0fe", "☑"),
    ],
)  # fmt: skip
def test_letters_of_symbol_fonts_are_the_marks_they_show(
    font: str, text: str, expected: str
) -> None:
    """An R in Wingdings 2 is a ticked box; what is in no table is a sign nobody knows."""
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="宋体"/>'

    assert said(f"<w:p>{run(text, fonts)}</w:p>") == expected


IF = mark("begin") + code(" IF ") + mark("begin") + code(" MERGEFIELD kind ") + mark("separate")
IF += run("1") + mark("end") + code(' = "1" "张三" "李四" ') + mark("separate") + run("张三")
LIST = '<w:ffData><w:ddList>{}<w:listEntry w:val="无异议"/><w:listEntry w:val="有异议"/></w:ddList></w:ffData>'


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (IF + mark("end"), "张三"),
        (mark("begin") + code("REF a") + mark("separate") + run("98.3%") + mark("end"), "98.3%"),
        (mark("begin", LIST.format("")) + code("FORMDROPDOWN") + mark("end"), "无异议"),
        (mark("begin", LIST.format('<w:result w:val="1"/>')) + code("FORMDROPDOWN") + mark("end"), "有异议"),
        (mark("begin", LIST.format('<w:default w:val="1"/>')) + code("FORMDROPDOWN") + mark("end"), "有异议"),
        (mark("begin", LIST.format('<w:result w:val="7"/>')) + code("FORMDROPDOWN") + mark("end"), INK),
        (mark("begin", "<w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>") + code("FORMCHECKBOX") + mark("end") + run("是"), "☑是"),
        (simple(r" EQ \o\ac(□,√)") + run("是"), "☑是"),
        (simple(r"eq \o\ac(○,是)") + run(" 否"), f"{RING}是{RING_END} 否"),
        (simple(r"EQ \o \ac(□)") + run("是"), "□是"),
        (simple(r'EQ \* jc2 \* "Font:宋体" \* hps10 \o\ad(\s\up 9(zhé),喆)'), "喆"),
        (simple(r"EQ \x(是)"), f"{RING}是{RING_END}"),
        (simple(r"EQ \o\ac(○,12)"), "12"),
        (simple(r"EQ \i\su(1,2,3)"), INK),
        (simple(r'SYMBOL 254 \f "Wingdings" \s 12') + run("是"), "☑是"),
        (simple(r'SYMBOL 0x52 \f "Wingdings 2"'), "☑"),
        (simple(r'SYMBOL 254 \f ""'), "☑"),
        (simple(r'SYMBOL 0254 \f "Wingdings"'), "☑"),
        (simple(r'SYMBOL 0xD83D \f "Arial"'), UNKNOWN),
        (simple("MACROBUTTON NoMacro [单击此处填写]") + run("甲"), "甲"),
        (simple("MACROBUTTON Tick ☑"), "☑"),
        (simple("DOCPROPERTY 单位") + run("甲"), INK + "甲"),
        (simple("XE 索引") + run("甲"), "甲"),
        ('<w:fldSimple w:instr=" AUTHOR "><w:r><w:t>张三</w:t></w:r></w:fldSimple>', "张三"),
        (r'<w:fldSimple w:instr="EQ \o\ac(□,√)"/>' + run("是"), "☑是"),
        ("<w:r><w:ruby><w:rt><w:r><w:t>zhé</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>喆</w:t></w:r></w:rubyBase></w:ruby></w:r>", "喆"),
    ],
)  # fmt: skip
def test_fields_show_their_result_and_not_their_code(xml: str, expected: str) -> None:
    """Nested ones too; formulas are drawn; what is not known is a sign, never nothing."""
    assert said(f"<w:p>{xml}</w:p>") == expected


def test_a_field_that_never_ends_costs_no_more_than_its_cell() -> None:
    """What stands behind it in the next cells is read."""
    lost = f"<w:tc><w:p>{mark('begin')}{code('REF x')}{run('张三')}</w:p></w:tc>"
    read = read_word(body(table([lost, cell("李四")]))).tables[0]

    assert [each.said for each in read.cells] == [INK, "李四"]


BOX = '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{}"/></w14:checkbox>{}</w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>'
HINT = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (BOX.format("1", "", run("☒")) + run("是"), "☑是"), (BOX.format("0", "", run("☐")) + run("是"), "☐是"),
        (BOX.format("1", "", run("R", '<w:rFonts w:ascii="Wingdings 2"/>')), "☑"), (BOX.format("1", "", run("☐")) + run("是"), INK + "是"),
        (BOX.format("1", "<w:showingPlcHdr/>", run("☒")), "☑"),
        (HINT.format(run("单击此处输入文字。")) + run("甲"), "甲"), (HINT.format(run("张三")) + run("甲"), INK + "甲"), (HINT.format("") + run("甲"), "甲"),
    ],
)  # fmt: skip
def test_controls_show_their_state(xml: str, expected: str) -> None:
    """A prompt is nothing; a prompt that is no prompt is a sign, for somebody may have written it."""
    assert said(f"<w:p>{xml}</w:p>") == expected


STORE = "11111111-2222-3333-4444-555555555555"
BOUND = (
    f'<w:sdt><w:sdtPr>{{}}<w:dataBinding w:xpath="/ns0:form[1]/ns0:{{}}[1]" w:storeItemID="{{{{{STORE}}}}}"/></w:sdtPr>'
    f"<w:sdtContent>{run('旧值')}{run('的尾')}</w:sdtContent></w:sdt>"
)
CUSTOM = {
    "customXml/item9.xml": "<form xmlns='urn:x'><name>张三</name><empty/><day>2024-08-12</day><kind>2</kind></form>".encode(),
    "customXml/itemProps9.xml": f'<ds:datastoreItem ds:itemID="{{{STORE}}}" xmlns:ds="d"/>'.encode(),
}


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("", "name", "张三"), ("", "empty", INK), ("", "absent", "旧值的尾"), ("<w:date/>", "day", "旧值的尾"),
        ('<w:dropDownList><w:listItem w:displayText="无异议" w:value="2"/></w:dropDownList>', "kind", "无异议"),
    ],
)  # fmt: skip
def test_a_bound_control_shows_the_value_it_is_bound_to(
    kind: str, name: str, expected: str
) -> None:
    """Word fetches it anew whenever it opens the file."""
    assert said(f"<w:p>{BOUND.format(kind, name)}</w:p>", with_parts(word(), CUSTOM)) == expected


@pytest.mark.parametrize(
    ("sign", "state", "more", "expected"),
    [
        (run("v"), 0, "", INK), (run("☐√"), 0, "", INK), (run("R", '<w:rFonts w:ascii="Wingdings 2"/>'), 0, "", INK),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', 0, "", INK),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>', 0, "", "☐"),
        (run("♡"), 0, '<w14:uncheckedState w14:val="2661"/>', "☐"), (run("♥"), 1, "", "☑"), (run("☒ 无异议"), 1, "", "☒ 无异议"),
    ],
)  # fmt: skip
def test_a_tick_box_says_what_stands_in_it(sign: str, state: int, more: str, expected: str) -> None:
    """Programs that know no such boxes leave the state and write another sign: nobody's guess."""
    box = f'<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{state}"/>{more}</w14:checkbox></w:sdtPr><w:sdtContent>{sign}</w:sdtContent></w:sdt>'

    assert said(f"<w:p>{box}{run('是')}</w:p>") == f"{expected}是"


@pytest.mark.parametrize(
    ("before", "raised", "expected"),
    [("麦玉清", "1", "麦玉清"), ("麦玉清", "[2]", "麦玉清"), ("麦玉清", "①", "麦玉清"), ("麦玉清", "*", "麦玉清"), ("麦玉清", "注1", "麦玉清"),
     ("500m", "2", "500m2"), ("10", "4", "104"), ("麦玉清", "女", "麦玉清女"), ("", "1", "1")],
)  # fmt: skip
def test_a_raised_number_behind_a_word_points_to_a_note(
    before: str, raised: str, expected: str
) -> None:
    """It is no part of the name; the power of a measure is."""
    small = run(raised, '<w:vertAlign w:val="superscript"/>')

    assert said(f"<w:p>{run(before) if before else ''}{small}</w:p>") == expected


def test_cells_joined_in_the_old_way_are_one() -> None:
    """w:hMerge, as files converted from Word 97 have it; what is covered is not read."""
    first, covered = '<w:hMerge w:val="restart"/>', "<w:hMerge/>"
    rows = (
        [cell("联系人", first), cell("旧", covered), cell("麦玉清")],
        [cell("甲"), cell("乙"), cell("丙")],
    )
    read = read_word(body(table(*rows))).tables[0]

    assert [(each.text, each.column, each.width) for each in read.cells[:2]] == [
        ("联系人", 0, 2), ("麦玉清", 2, 1)
    ]  # fmt: skip
    assert read.column_count == 3


def test_a_cell_deleted_with_tracked_changes_is_gone() -> None:
    """Those behind it take its place."""
    gone = '<w:cellDel w:id="3"/>'
    read = read_word(body(table([cell("联系人"), cell("旧值", gone), cell("麦玉清")]))).tables[0]

    assert [(each.text, each.column) for each in read.cells] == [("联系人", 0), ("麦玉清", 1)]


def test_a_deleted_paragraph_mark_joins_two_paragraphs() -> None:
    """Tracked changes, accepted."""
    gone = "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"

    assert said(f"<w:p>{gone}{run('第七')}</w:p><w:p>{run('中学')}</w:p>") == "第七中学"


def test_what_a_vertical_merge_covers_is_not_read() -> None:
    """Programs repeat the text there; when only the covered cell has one, the place is not empty."""
    top, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = [[cell("甲", top), cell("", top)], [cell("甲", on), cell("乙", on)]]
    read = read_word(body(table(*rows))).tables[0]

    assert [each.said for each in read.cells] == ["甲", INK]


@pytest.mark.parametrize("gone", ["<w:hidden/>", "<w:del/>"])
def test_a_row_nobody_sees_is_no_row(gone: str) -> None:
    """Hidden, or deleted with tracked changes."""
    row = f"<w:tr><w:trPr>{gone}</w:trPr>{cell('旧')}</w:tr>"
    xml = f"<w:tbl><w:tr>{cell('甲')}</w:tr>{row}<w:tr>{cell('乙')}</w:tr></w:tbl>"

    assert [(each.text, each.row) for each in read_word(body(xml)).tables[0].cells] == [
        ("甲", 0),
        ("乙", 1),
    ]


ANCHOR = '<w:drawing><wp:anchor xmlns:wp="p" behindDoc="{}"><wp:positionH relativeFrom="column"><wp:posOffset>{}</wp:posOffset></wp:positionH>'
ANCHOR += '<wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent cx="{}" cy="{}"/>{}</wp:anchor></w:drawing>'
TEXTBOX = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"


@pytest.mark.parametrize(
    ("drawing", "expected", "loose"),
    [
        (ANCHOR.format(0, 100, 9000, 9000, ""), INK + "是", 0), (ANCHOR.format(0, 900000, 9000, 9000, ""), INK + "是", 1),
        (ANCHOR.format(1, 0, 9000, 9000, ""), "是", 0), (ANCHOR.format(0, 0, 5000000, 9000, ""), "是", 0),
        ("<w:drawing><wp:inline xmlns:wp='p'/></w:drawing>", INK + "是", 0), ("<w:pict><v:oval xmlns:v='v'/></w:pict>", INK + "是", 0),
        ("<w:pict><v:rect xmlns:v='v' xmlns:o='o' o:hr='t'/></w:pict>", "是", 0), ("<w:object><w:control/></w:object>", INK + "是", 0),
        ("<w:pict><v:oval xmlns:v='v' style='position:absolute'/></w:pict>", INK + "是", 1),
    ],
)  # fmt: skip
def test_a_drawing_is_a_sign_where_it_stands(drawing: str, expected: str, loose: int) -> None:
    """A ring drawn around an option; rules and backgrounds are none."""
    content = read_word(body(f"<w:p><w:r>{drawing}</w:r>{run('是')}</w:p>"))

    assert content.lines[0].said == expected
    assert content.loose == loose


def test_a_text_box_with_nothing_but_a_tick_is_a_drawing() -> None:
    """Its place over the boxes is not known; one with words is read."""
    tick = ANCHOR.format(0, 0, 9000, 9000, TEXTBOX.format("√"))
    words = ANCHOR.format(0, 0, 9000, 9000, TEXTBOX.format("张三"))
    lines = [line.said for line in read_word(body(f"<w:p><w:r>{tick}{words}</w:r></w:p>")).lines]

    assert lines == ["√", "张三", INK]


NUMBERS = """<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="\uf0fe"/><w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>""".encode()


def test_automatic_numbers_and_boxes_set_as_bullets_are_read() -> None:
    """They are on the paper too."""
    base = replaced(word(), "word/numbering.xml", NUMBERS)

    def item(number: int, level: int, text: str) -> str:
        kind = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
        return f"<w:p><w:pPr>{kind}</w:pPr>{run(text) if text else ''}</w:p>"

    items = [(1, 0, "甲"), (1, 1, "乙"), (1, 1, "丙"), (1, 0, "丁"), (2, 0, "小学"), (1, 0, "")]
    content = read_word(body("".join(item(*each) for each in items), base))

    assert [line.text for line in content.lines] == [
        "一、\t甲",
        "一.1\t乙",
        "一.2\t丙",
        "二、\t丁",
        "☑小学",
    ]


CHUNKS = {
    "docx": word(["块"], [["甲", "乙"]]),
    "html": "<html><meta charset=utf-8><p>块</p><table><tr><td>甲<td>乙</table>".encode(),
    "mht": b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html; charset=gb2312\n"
    b"Content-Transfer-Encoding: 8bit\n\n" + "<p>块</p><table><tr><td>甲<td>乙</table>".encode("gbk") + b"\n--b--\n",
    "rtf": rb"{\rtf1\ansicpg936 \'bf\'e9\par\trowd\cellx1\cellx2\intbl \'bc\'d7\cell \'d2\'d2\cell\row}",
}  # fmt: skip


@pytest.mark.parametrize("kind", CHUNKS)
def test_a_file_within_the_file_is_read_where_it_stands(kind: str) -> None:
    """Programs that make Word files of web pages put the whole page in one such part."""
    relations = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="c" Type="{R}/aFChunk" Target="chunk.{kind}"/></Relationships>'
    base = replaced(word(), "word/_rels/document.xml.rels", relations.encode())
    xml = f'<w:p>{run("前")}</w:p><w:altChunk xmlns:r="{R}" r:id="c"/><w:p>{run("后")}</w:p>'
    content = read_word(body(xml, with_parts(base, {f"word/chunk.{kind}": CHUNKS[kind]})))

    assert [line.text for line in content.lines] == ["前", "块", "后"]
    assert [each.text for each in content.tables[0].cells] == ["甲", "乙"]


def test_a_file_within_the_file_that_cannot_be_read_is_a_sign() -> None:
    """Something stood there."""
    relations = f'<Relationships><Relationship Id="c" Type="{R}/aFChunk" Target="chunk.docx"/></Relationships>'
    base = replaced(word(), "word/_rels/document.xml.rels", relations.encode())
    xml = f'<w:altChunk xmlns:r="{R}" r:id="c"/>'

    assert (
        read_word(body(xml, with_parts(base, {"word/chunk.docx": b"PK\3\4x"}))).lines[0].said == INK
    )


@pytest.mark.parametrize("pattern", ["/{}", "./{}", "WORD", "\\"])
def test_parts_are_found_whatever_slashes_and_case_their_names_have(
    pattern: str,
) -> None:
    """Word opens such packages."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word(["甲"]))) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            names = {"WORD": info.filename.upper(), "\\": info.filename.replace("/", "\\")}
            new.writestr(names.get(pattern, pattern.format(info.filename)), old.read(info))

    assert read_word(out.getvalue()).lines[0].text == "甲"


def test_a_package_without_a_main_part_is_broken() -> None:
    """And says so."""
    with pytest.raises(BrokenWordError):
        read_word(replaced(word(), "word/document.xml", None))
