#!/bin/sh
# Guess:  FPDFPage_Flatten with FLAT_NORMALDISPLAY puts on the page what a viewer shows, as drawing the page with annotations does.
# Really: annotations with the flag NoView (ISO 32000-1, table 165: printed, never shown) are drawn into it; FPDF_RenderPage leaves
#         them out. Hidden ones both leave out. A stamp for printing alone appears on the screen after flattening.
# Seen:   pypdfium2 5.15.2 (pdfium 159.0.8149.0), CPython 3.11, 2026-11-29
. "$(dirname "$0")/common.sh"
packages pypdfium2==5.15.2
pdfs
cat >ask.py <<'P'
import pypdfium2
from pdfs import middle, pdf, stream
from pypdfium2 import raw

page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R/Resources<<>>/Annots[<</Type/Annot/Subtype/Stamp/Rect[0 0 100 100]/F %d/AP<</N 5 0 R>>>>]>>"
form = stream(b"/Type/XObject/Subtype/Form/BBox[0 0 100 100]", b"1 0 0 rg 0 0 100 100 re f")
for name, flags in (("no flag", 0), ("Hidden", 2), ("Print", 4), ("NoView", 32), ("NoView Print", 36)):
    document = pypdfium2.PdfDocument(pdf(page % flags, {4: stream(b"", b""), 5: form}))
    before = middle(document[0])
    one = document[0]
    raw.FPDFPage_Flatten(one, raw.FLAT_NORMALDISPLAY)
    one.close()
    print(name, "rendered", before, "flattened for display", middle(document[0]))
P
python ask.py >out
seen out <<'O'
no flag rendered [0, 0, 255] flattened for display [0, 0, 255]
Hidden rendered [255, 255, 255] flattened for display [255, 255, 255]
Print rendered [0, 0, 255] flattened for display [0, 0, 255]
NoView rendered [255, 255, 255] flattened for display [0, 0, 255]
NoView Print rendered [255, 255, 255] flattened for display [0, 0, 255]
O
