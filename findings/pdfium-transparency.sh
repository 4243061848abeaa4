#!/bin/sh
# Guess:  FPDFPageObj_HasTransparency of a picture with a soft mask is true: what lies below shines through, as it is drawn.
# Really: it is false; only the graphics state (alpha, blend mode, its own soft mask) is asked, never the picture's /SMask. Who asks
#         it whether a picture hides the one below must look at the alpha channel of FPDFImageObj_GetRenderedBitmap instead.
# Seen:   pypdfium2 5.15.2 (pdfium 159.0.8149.0), CPython 3.11, 2026-11-29
. "$(dirname "$0")/common.sh"
packages pypdfium2==5.15.2
pdfs
cat >ask.py <<'P'
import pypdfium2
from pdfs import middle, pdf, stream
from pypdfium2 import raw

def has(document):
    page = document[0]
    (thing,) = page.get_objects(max_depth=1)
    return raw.FPDFPageObj_HasTransparency(thing), raw.FPDFPage_HasTransparency(page)

head = b"/Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8"
page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>/ExtGState<</G<</ca .5>>>>>>>>"
for name, extra, content in (("plain", b"", b"/I Do"), ("SMask", b"/SMask 6 0 R", b"/I Do"), ("ca .5", b"", b"/G gs /I Do")):
    objects = {4: stream(b"", b"q 100 0 0 100 0 0 cm " + content + b" Q"), 5: stream(head + b"/ColorSpace/DeviceRGB" + extra, b"\0" * 12), 6: stream(head + b"/ColorSpace/DeviceGray", b"\0" * 4)}
    document = pypdfium2.PdfDocument(pdf(page, objects))
    shown = middle(document[0])
    print(name, "HasTransparency of image, page:", *has(document), "drawn", shown)
P
python ask.py >out
seen out <<'O'
plain HasTransparency of image, page: 0 0 drawn [0, 0, 0]
SMask HasTransparency of image, page: 0 0 drawn [255, 255, 255]
ca .5 HasTransparency of image, page: 1 0 drawn [127, 127, 127]
O
