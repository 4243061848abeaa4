#!/bin/sh
# Guess:  merged_cell_ranges tells which cells of a sheet are merged, whatever format the workbook has.
# Really: of an .ods it is None, as if the sheet could have none, and the cells that are covered are "" like those nobody filled
#         in: a city that stands once beside four schools is missing in three of their rows. Of an .xlsx the ranges are there.
# Seen:   python-calamine 0.9.1, XlsxWriter 3.3.1, CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages python-calamine==0.9.1 xlsxwriter==3.3.1
cat >ask.py <<'P'
import io, zipfile
import python_calamine as calamine, xlsxwriter

names = "urn:oasis:names:tc:opendocument:xmlns:"
spaces = " ".join(f'xmlns:{short}="{names}{short}:1.0"' for short in ("office", "table", "text"))

def row(*cells): return "<table:table-row>" + "".join(cells) + "</table:table-row>"
def cell(words, more=""): return f'<table:table-cell {more} office:value-type="string"><text:p>{words}</text:p></table:table-cell>'

rows = row(cell("city", 'table:number-rows-spanned="2"'), cell("one")) + row("<table:covered-table-cell/>", cell("two"))
content = f'<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet><table:table table:name="a">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
open_ = io.BytesIO()
with zipfile.ZipFile(open_, "w") as made:
    made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    made.writestr("content.xml", content)
    made.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{names}manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>')
excel = io.BytesIO()
with xlsxwriter.Workbook(excel) as book:
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 1, 0, "city")
    sheet.write_column(0, 1, ["one", "two"])
for kind, made in (("ods", open_), ("xlsx", excel)):
    sheet = calamine.CalamineWorkbook.from_filelike(io.BytesIO(made.getvalue())).get_sheet_by_index(0)
    print(kind, sheet.to_python(), sheet.merged_cell_ranges)
P
python ask.py >out
seen out <<'O'
ods [['city', 'one'], ['', 'two']] None
xlsx [['city', 'one'], ['', 'two']] [((0, 0), (1, 0))]
O
