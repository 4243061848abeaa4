#!/bin/sh
# Guess:  pdfium's text of a page has the characters that stand there; a line that ends in a hyphen ends in a hyphen.
# Really: between letters, and between a letter and a figure, hyphen and end of line become one character that is no hyphen: U+FFFE in
#         get_text_range, U+0002 in get_text_bounded, of the same page. Between figures they stay. So a reference number or an address
#         broken at its hyphen is neither whole nor broken. pdfminer.six keeps hyphen and end of line.
# Seen:   pypdfium2 5.15.2, pdfminer.six 20260107, CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages pypdfium2==5.15.2 pdfminer.six==20260107
pdfs
cat >ask.py <<'P'
import io
import pypdfium2
from pdfminer.high_level import extract_text
from pdfs import pdf, stream

LINES = (b"write to wang-", b"xiao@a.example, room A-", b"12, number 0993-", b"2012345")
written = b" T* ".join(b"(%b) Tj" % line for line in LINES)
page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
file = pdf(page, {
    4: stream(b"", b"BT /F 12 Tf 16 TL 72 700 Td " + written + b" ET"),
    5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
})
text = pypdfium2.PdfDocument(file)[0].get_textpage()
print("range  ", ascii(text.get_text_range()))
print("bounded", ascii(text.get_text_bounded()))
print("pdfminer", ascii(extract_text(io.BytesIO(file)).split()))
P
python ask.py >out
seen out <<'O'
range   'write to wang\ufffexiao@a.example, room A\ufffe12, number 0993-\r\n2012345'
bounded 'write to wang\x02xiao@a.example, room A\x0212, number 0993-\r\n2012345'
pdfminer ['write', 'to', 'wang-', 'xiao@a.example,', 'room', 'A-', '12,', 'number', '0993-', '2012345']
O
