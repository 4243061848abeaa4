#!/bin/sh
# Guess:  what somebody typed into a PDF form is part of the page's text, since every viewer shows it.
# Really: two readers give the labels alone; the value stands in the field (and in its appearance, which neither reads as text).
# Seen:   pdfminer.six 20260107, pypdfium2 5.15.2, CPython 3.11, 2026-11-29
. "$(dirname "$0")/common.sh"
packages pdfminer.six==20260107 pypdfium2==5.15.2
cat >ask.py <<'P'
import io
import pypdfium2
from pdfminer.high_level import extract_text
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1
def stream(words, more=b""):
    return b"<< /Length %d %s>> stream\n%s\nendstream" % (len(words), more, words)
font = b"/Resources << /Font << /F 5 0 R >> >>"
objects = [
    b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /DA (/F 12 Tf) /DR << /Font << /F 5 0 R >> >> >> >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 100] /Contents 4 0 R %s /Annots [6 0 R] >>" % font,
    stream(b"BT /F 12 Tf 10 50 Td (Name of school:) Tj ET"),
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (school) /V (Third Primary) /DA (/F 12 Tf) /F 4 /Rect [120 45 290 65] /P 3 0 R /AP << /N 7 0 R >> >>",
    stream(b"/Tx BMC BT /F 12 Tf 2 5 Td (Third Primary) Tj ET EMC", b"/Type /XObject /Subtype /Form /BBox [0 0 170 20] %s " % font),
]
out, places = bytearray(b"%PDF-1.7\n"), []
for number, content in enumerate(objects, 1):
    places.append(len(out))
    out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
start = len(out)
out += b"xref\n0 8\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
out += b"trailer << /Size 8 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
print("pdfminer:", extract_text(io.BytesIO(out)).strip())
document = pypdfium2.PdfDocument(bytes(out))
document.init_forms()
print("pdfium:", document[0].get_textpage().get_text_range().strip())
fields = resolve1(PDFDocument(PDFParser(io.BytesIO(out))).catalog["AcroForm"])["Fields"]
print("the field:", resolve1(fields[0])["V"].decode())
P
python ask.py >out
seen out <<'O'
pdfminer: Name of school:
pdfium: Name of school:
the field: Third Primary
O
