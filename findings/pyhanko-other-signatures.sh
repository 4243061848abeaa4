#!/bin/sh
# Guess:  a PDF's signatures, as pyHanko lists them, are all that stand in its signature fields; one it cannot check is listed as such.
# Really: a signature whose SubFilter is none of the standard's (those of Chinese electronic seals have names of their own) is in no
#         list: embedded_signatures is empty, as for a PDF nobody signed. Only the log says a word. The field itself is found filled.
# Seen:   pyhanko 0.38.0, CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages pyhanko==0.38.0
pdfs
cat >ask.py <<'P'
import io, logging
from pdfs import pdf
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

class Said(logging.Handler):
    def emit(self, record):
        print("log:", record.getMessage().partition(";")[0].replace("% ", ""))

logging.getLogger().addHandler(Said())
page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[4 0 R]>>"
file = pdf(page, {
    1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R]>>>>",
    4: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(seal)/Rect[10 10 60 60]/P 3 0 R/V 5 0 R>>",
    5: b"<</Type/Sig/Filter/Office.Seal/SubFilter/office.seal.own/ByteRange[0 0 0 0]/Contents<00>>>",
})
reader = PdfFileReader(io.BytesIO(file))
print("listed:", len(reader.embedded_signatures))
for name, value, _ in enumerate_sig_fields(reader):
    print("field:", name, "filled" if value is not None else "empty")
P
python ask.py >out
seen out <<'O'
log: Encountered signature with unsupported SubFilter type /office.seal.own
listed: 0
field: seal filled
O
