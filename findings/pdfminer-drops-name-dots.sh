#!/bin/sh
# Guess:  pdfminer reads every character of a PDF whose Chinese font is named and not embedded (STSong-Light by way of UniGB-UCS2-H, as
#         iText and other Java programs write them), or says (cid:N) for the one it cannot.
# Really: its copy of that table has no entry for the dot in the middle (U+00B7) nor for 28 others of GBK: four letters of pinyin,
#         five ideographs, the brackets of upright text. What has no entry is dropped without a word or a gap, so that a name of
#         Xinjiang comes out without its dot. The same text by way of UniGB-UTF16-H or GBK-EUC-H is whole; pdfium reads all three.
# Seen:   pdfminer.six 20260107, pypdfium2 5.15.2, CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages pdfminer.six==20260107 pypdfium2==5.15.2
pdfs
cat >ask.py <<'P'
import io
import pypdfium2
from pdfminer.cmapdb import CMapDB
from pdfminer.high_level import extract_text
from pdfs import pdf, stream

def file(table, coded):
    return pdf(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>", {
        4: stream(b"", b"BT /F 12 Tf 10 50 Td <%b> Tj ET" % coded.hex().encode()),
        5: b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light-%b/Encoding/%b/DescendantFonts[6 0 R]>>" % (table, table),
        6: b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/DW 1000/FontDescriptor 7 0 R>>",
        7: b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
    })

name = "甲乙·丙丁"
for table, coding in ((b"UniGB-UCS2-H", "utf-16be"), (b"UniGB-UTF16-H", "utf-16be"), (b"GBK-EUC-H", "gbk")):
    data = file(table, name.encode(coding))
    print(table.decode(), "pdfminer", extract_text(io.BytesIO(data)).strip(), "pdfium", pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range().strip())
gbk = {bytes((a, b)).decode("gbk", "ignore") for a in range(0x81, 0xFF) for b in range(0x40, 0xFF)}
table = CMapDB.get_cmap("UniGB-UCS2-H")
lost = [c for c in sorted(gbk) if c > "\x7f" and not "\ue000" <= c < "\uf900" and not list(table.decode(c.encode("utf-16be")))]
print("dropped, of all in GBK:", len(lost), "".join(c for c in lost if c < "\u3000"))
P
PYTHONUTF8=1 python ask.py >out
seen out <<'O'
UniGB-UCS2-H pdfminer 甲乙丙丁 pdfium 甲乙·丙丁
UniGB-UTF16-H pdfminer 甲乙·丙丁 pdfium 甲乙·丙丁
GBK-EUC-H pdfminer 甲乙·丙丁 pdfium 甲乙·丙丁
dropped, of all in GBK: 29 ·ńňɑɡ
O
