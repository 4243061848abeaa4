#!/bin/sh
# Guess:  a text box, a callout or a picture that lies over a cell of a spreadsheet is no part of the cell's value.
# Really: in an .ods what is fastened to a cell stands inside the cell's element, and python-calamine joins its words, and the title
#         and description of a picture, to a cell of text: 第三小学 under a box 盖章处 is both, in two lines; under a picture whose
#         title is 公章 it is 公章第三小学. A comment is left out, a number or an empty cell stays as it is. A tab or a line break
#         within a paragraph is lost without a gap.
# Seen:   python-calamine 0.9.1, CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages python-calamine==0.9.1
cat >ask.py <<'P'
import io, zipfile
import python_calamine as calamine

names = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT, FIGURE = 'office:value-type="string"', 'office:value-type="float" office:value="98"'
BOX = "<draw:frame><draw:text-box><text:p>盖章处</text:p></draw:text-box></draw:frame>"
SHAPE = "<draw:custom-shape><text:p>盖章处</text:p></draw:custom-shape>"
PICTURE = "<draw:frame><draw:image/><svg:title>公章</svg:title></draw:frame>"
COMMENT = "<office:annotation><text:p>请核对</text:p></office:annotation>"

def told(label, cells):
    spaces = " ".join(f'xmlns:{short}="{names}{long}:1.0"' for short, long in (("office", "office"), ("table", "table"), ("text", "text"), ("draw", "drawing"), ("svg", "svg-compatible")))
    content = f'<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet><table:table table:name="a"><table:table-row>{cells}</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>'
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", content)
        made.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{names}manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>')
    print(label, calamine.CalamineWorkbook.from_filelike(io.BytesIO(book.getvalue())).get_sheet_by_index(0).to_python()[0])

def cell(kind, inside): return f"<table:table-cell {kind}>{inside}</table:table-cell>"
name = "<text:p>第三小学</text:p>"
told("text:", "".join(cell(TEXT, over + name) for over in (BOX, SHAPE, PICTURE, COMMENT)))
told("figure, nothing:", cell(FIGURE, BOX + "<text:p>98</text:p>") + cell("", BOX) + cell(TEXT, name))
told("tab, break:", cell(TEXT, "<text:p>甲<text:tab/>乙<text:line-break/>丙</text:p>"))
P
PYTHONUTF8=1 python ask.py >out
seen out <<'O'
text: ['盖章处\n第三小学', '盖章处\n第三小学', '公章第三小学', '第三小学']
figure, nothing: [98.0, '', '第三小学']
tab, break: ['甲乙丙']
O
