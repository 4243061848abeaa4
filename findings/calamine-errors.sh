#!/bin/sh
# Guess:  what a spreadsheet shows as #DIV/0! or #N/A comes out of its reader as an error, or as these words.
# Really: python-calamine gives an empty string, the same as for a cell in which there is nothing; with .ods too.
# Seen:   python-calamine 0.9.1, XlsxWriter 3.3.1, CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages python-calamine==0.9.1 XlsxWriter==3.3.1
cat >ask.py <<'P'
import io, zipfile
import python_calamine as calamine, xlsxwriter

def shown(name, data):
    rows = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    print(name, rows)

book = io.BytesIO()
with xlsxwriter.Workbook(book) as made:
    sheet = made.add_worksheet()
    for column, error in enumerate(("#DIV/0!", "#N/A", "#REF!")):
        sheet.write_formula(0, column, "=A9/B9", None, error)
    sheet.write_blank(0, 3, None, made.add_format({"bold": True}))
    sheet.write_string(0, 4, "#N/A")
    sheet.write_number(0, 5, 0)
shown("xlsx", book.getvalue())

names = "urn:oasis:names:tc:opendocument:xmlns:"
content = (
    f'<office:document-content xmlns:office="{names}office:1.0" xmlns:table="{names}table:1.0" xmlns:text="{names}text:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.2"><office:body><office:spreadsheet>'
    '<table:table table:name="a"><table:table-row><table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value=""'
    ' calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="7"/>'
    "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
)
book = io.BytesIO()
with zipfile.ZipFile(book, "w") as made:
    made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    made.writestr("content.xml", content)
    made.writestr(
        "META-INF/manifest.xml",
        f'<manifest:manifest xmlns:manifest="{names}manifest:1.0"><manifest:file-entry manifest:full-path="/"'
        ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
    )
shown("ods", book.getvalue())
P
python ask.py >out
seen out <<'O'
xlsx [['', '', '', '', '#N/A', 0.0]]
ods [['', 7.0]]
O
