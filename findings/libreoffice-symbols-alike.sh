#!/bin/sh
# Guess:  of a character no font at hand has, LibreOffice's PDF shows a blank box, and its text still says which one it was, or nothing.
# Really: all of them share one glyph, and the font's table gives that the first of them; what another one is stands in /ActualText
#         beside it, which pdfminer passes over: it reads each as the first. A symbol among Chinese characters is taken for one of
#         them and looked for in the Chinese font alone, so this is every tick of Word's symbol fonts: a ticked box reads as the
#         empty one before it, and so does a rare character in a name. pdfium reads /ActualText, but what is beyond U+FFFF is gone
#         there.
# Seen:   LibreOffice 7.4.7 without Wingdings, pdfminer.six 20260107, pypdfium2 5.15.2, 2026-11-30
. "$(dirname "$0")/common.sh"
packages pdfminer.six==20260107 pypdfium2==5.15.2
command -v soffice >/dev/null || { echo "LibreOffice (Debian package libreoffice-writer-nogui) is not installed"; exit 77; }
[ -z "$(fc-list Wingdings family; fc-list :charset=31360 family)" ] || { echo "a font here has these characters"; exit 77; }
cat >make.py <<'P'
import zipfile
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/"
def text(said): return f'<w:r><w:t xml:space="preserve">{said}</w:t></w:r>'
def symbol(code): return f'<w:r><w:sym w:font="Wingdings" w:char="{code}"/></w:r>'
body = (
    f'<w:p>{text("有")}{symbol("F0A8")}{text("无")}{symbol("F0FE")}</w:p>'
    f'<w:p>{text("甲" + chr(0x31360))}</w:p><w:p>{text("乙" + chr(0x31361))}</w:p>'
)
with zipfile.ZipFile("form.docx", "w") as z:
    z.writestr("[Content_Types].xml", f'<Types xmlns="{R}package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
    z.writestr("_rels/.rels", f'<Relationships xmlns="{R}package/2006/relationships"><Relationship Id="r" Type="{R}officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>')
    z.writestr("word/document.xml", f'<w:document {W}><w:body>{body}</w:body></w:document>')
P
cat >told.py <<'P'
import pypdfium2
from pdfminer.high_level import extract_text

def told(reader, words):
    named = (c if c in "有无甲乙" else f" U+{ord(c):04X} " for c in "".join(words.split()))
    print(reader, " ".join("".join(named).split()))

told("pdfminer:", extract_text("form.pdf"))
told("pdfium:", pypdfium2.PdfDocument("form.pdf")[0].get_textpage().get_text_range())
P
PYTHONUTF8=1 python make.py
soffice --headless "-env:UserInstallation=file://$PWD/profile" --convert-to pdf form.docx >/dev/null 2>&1
PYTHONUTF8=1 python told.py >out
seen out <<'O'
pdfminer: 有 U+F0A8 无 U+F0A8 甲 U+F0A8 乙 U+F0A8
pdfium: 有 U+F0A8 无 U+F0FE 甲乙
O
