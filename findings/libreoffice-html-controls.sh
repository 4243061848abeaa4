#!/bin/sh
# Guess:  what LibreOffice saves as a web page holds no characters that HTML forbids, and a ticked content control (w14:checkbox)
#         is its sign followed by the words behind it.
# Really: behind the sign of each content control stands U+0001, which no browser shows: "☒\x01agreed". The file is no valid HTML,
#         and a reader that looks at what stands between a box and its words finds a character it does not know.
# Seen:   LibreOffice 7.4.7, 2026-11-30
. "$(dirname "$0")/common.sh"
packages
command -v soffice >/dev/null || { echo "LibreOffice (Debian package libreoffice-writer-nogui) is not installed"; exit 77; }
cat >make.py <<'P'
import zipfile
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
R = "http://schemas.openxmlformats.org/"
def text(said): return f'<w:r><w:t xml:space="preserve">{said}</w:t></w:r>'
def box(sign, on): return f'<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{on}"/></w14:checkbox></w:sdtPr><w:sdtContent>{text(sign)}</w:sdtContent></w:sdt>'
body = f'<w:p>{box("☒", 1)}{text("agreed ")}{box("☐", 0)}{text("refused")}</w:p>'
with zipfile.ZipFile("form.docx", "w") as z:
    z.writestr("[Content_Types].xml", f'<Types xmlns="{R}package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
    z.writestr("_rels/.rels", f'<Relationships xmlns="{R}package/2006/relationships"><Relationship Id="r" Type="{R}officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>')
    z.writestr("word/document.xml", f'<w:document {W}><w:body>{body}</w:body></w:document>')
P
cat >told.py <<'P'
import re
page = open("form.html", encoding="utf-8").read()
words = re.sub(r"<[^>]*>", "", page.partition("<body")[2].partition(">")[2])
print(ascii(" ".join(words.split())))
P
PYTHONUTF8=1 python make.py
soffice --headless "-env:UserInstallation=file://$PWD/profile" --convert-to html form.docx >/dev/null 2>&1
PYTHONUTF8=1 python told.py >out
seen out <<'O'
'\u2612\x01agreed \u2610\x01refused'
O
