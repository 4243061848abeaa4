#!/bin/sh
# Guess:  an annotation tied to a layer that is off (/OC) is not shown, like content on such a layer.
# Really: pdfium leaves the content out but draws the annotation: some readers see it, those with MuPDF do not.
# Seen:   pypdfium2 5.15.2, PyMuPDF 1.26.6, CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages pypdfium2==5.15.2 PyMuPDF==1.26.6
pdfs
cat >draw.py <<'P'
import pymupdf
import pypdfium2
from pdfs import middle, pdf, stream
layer = {
    1: b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]>>>>>>",
    5: stream(b"/Type/XObject/Subtype/Form/BBox[0 0 80 80]", b"1 0 0 rg 0 0 80 80 re f"),
    6: b"<</Type/OCG/Name(off)>>",
}
page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R/Resources<</Properties<</L 6 0 R>>>>%b>>"
note = b"/Annots[<</Type/Annot/Subtype/Stamp/F 4/Rect[10 10 90 90]/OC 6 0 R/AP<</N 5 0 R>>>>]"
for name, data in (
    ("content", pdf(page % b"", layer | {4: stream(b"", b"/OC /L BDC 1 0 0 rg 10 10 80 80 re f EMC")})),
    ("annotation", pdf(page % note, layer | {4: stream(b"", b"")})),
):
    blue, green, red = middle(pypdfium2.PdfDocument(data)[0])
    other = pymupdf.open(stream=data)[0].get_pixmap().pixel(50, 50)
    print(name, "on a layer that is off: pdfium", [red, green, blue], "MuPDF", list(other))
P
python draw.py >out
seen out <<'O'
content on a layer that is off: pdfium [255, 255, 255] MuPDF [255, 255, 255]
annotation on a layer that is off: pdfium [255, 0, 0] MuPDF [255, 255, 255]
O
