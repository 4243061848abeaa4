#!/bin/sh
# Guess:  LibreOffice Writer without the Math program shows a formula of a Word file as text or as a picture, or says that it cannot.
# Really: where Debian's libreoffice-math is not installed the formula is left out of everything it saves, without a word: a tick or an
#         answer that somebody typed with Alt+= is gone, and what is left looks like an empty place.
# Seen:   LibreOffice 7.4.7 (libreoffice-writer-nogui, without libreoffice-math), 2026-11-29
. "$(dirname "$0")/common.sh"
packages pdfminer.six==20260107
command -v soffice >/dev/null || { echo "LibreOffice (Debian package libreoffice-writer-nogui) is not installed"; exit 77; }
! dpkg -s libreoffice-math libreoffice-math-nogui 2>/dev/null | grep -q "ok installed" || { echo "libreoffice-math is installed"; exit 77; }
cat >make.py <<'P'
import zipfile
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
R = "http://schemas.openxmlformats.org/"
def text(said): return f'<w:r><w:t xml:space="preserve">{said}</w:t></w:r>'
def formula(said): return f"<m:oMath><m:r><m:t>{said}</m:t></m:r></m:oMath>"
body = "".join(f'<w:p>{text(said + " (")}{formula(shown)}{text(")")}</w:p>' for said, shown in (("tick", "√"), ("sum", "x+1")))
with zipfile.ZipFile("form.docx", "w") as z:
    z.writestr("[Content_Types].xml", f'<Types xmlns="{R}package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
    z.writestr("_rels/.rels", f'<Relationships xmlns="{R}package/2006/relationships"><Relationship Id="r" Type="{R}officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>')
    z.writestr("word/document.xml", f'<w:document {W}><w:body>{body}</w:body></w:document>')
P
cat >told.py <<'P'
import zipfile
from pdfminer.high_level import extract_text
print("pdf:", " ".join(extract_text("form.pdf").split()))
package = zipfile.ZipFile("form.odt")
print("odt:", [name for name in package.namelist() if name.startswith("Object")], "draw:object" in package.read("content.xml").decode())
P
PYTHONUTF8=1 python make.py
for kind in pdf odt; do
    soffice --headless "-env:UserInstallation=file://$PWD/profile" --convert-to "$kind" form.docx >converted 2>&1
    echo "exit code for $kind: $?" >>out
done
PYTHONUTF8=1 python told.py >>out
seen out <<'O'
exit code for pdf: 0
exit code for odt: 0
pdf: tick () sum ()
odt: [] False
O
