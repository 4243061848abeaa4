#!/bin/sh
# Guess:  FPDFPage_Flatten with FLAT_NORMALDISPLAY puts on the page what a viewer shows, as drawing the page with annotations does.
# Really: annotations with the flag NoView (ISO 32000-1, table 165: printed, never shown) are drawn into it; FPDF_RenderPage leaves
#         them out. Hidden ones both leave out. A stamp for printing alone appears on the screen after flattening.
# Seen:   pypdfium2 5.15.2 (pdfium 159.0.8149.0), CPython 3.11, 2026-11-29
. "$(dirname "$0")/common.sh"
packages pypdfium2==5.15.2
cat >ask.py <<'P'
import pypdfium2
from pypdfium2 import raw

def pdf(page, objects):
    bodies = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: page} | objects
    out, offsets = b"%PDF-1.7\n", {}
    for number, body in sorted(bodies.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offsets[number] for number in sorted(bodies))
    return out + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, table, len(bodies) + 1, len(out))

def middle(page):
    picture = page.render(scale=1)
    at = 50 * picture.stride + 50 * picture.n_channels
    return list(picture.buffer[at : at + 3])

def stream(head, body):
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (head, len(body), body)

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
