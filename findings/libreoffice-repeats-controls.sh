#!/bin/sh
# Guess:  what was filled into a plain-text content control of a Word form stands once in the file that LibreOffice saves, whether it
#         keeps the control or leaves plain text.
# Really: LibreOffice reads the control as an input field, shows it once and prints it once; as .docx and as .doc it writes the whole
#         text again around every stretch of Chinese or other characters in it. A figure or a telephone number stays as it is; a
#         name stands there four times over, and a date becomes a jumble of dates. As .odt it stands there once.
# Seen:   LibreOffice 7.4.7, python-docx 1.2.0, 2026-11-30
. "$(dirname "$0")/common.sh"
packages python-docx==1.2.0
command -v soffice >/dev/null || { echo "LibreOffice (Debian package libreoffice-writer-nogui) is not installed"; exit 77; }
cat >make.py <<'P'
import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

form = docx.Document()
for said in ("98%", "0991-1234567", "第三小学", "8月31日"):
    line = form.add_paragraph("甲:")
    line._p.append(parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtPr><w:text/></w:sdtPr><w:sdtContent><w:r><w:t>{said}</w:t></w:r></w:sdtContent></w:sdt>"))
    line.add_run(";")
form.save("form.docx")
P
PYTHONUTF8=1 python make.py
save() { soffice --headless "-env:UserInstallation=file://$PWD/profile" --convert-to "$1" --outdir "$2" "$3" >/dev/null 2>&1; }
for kind in docx doc odt; do
    save "$kind" saved form.docx
    save txt:Text:UTF8 "shown-$kind" "saved/form.$kind"
    { printf '%s ' "$kind"; sed 's/^\xef\xbb\xbf//' "shown-$kind/form.txt" | tr -d '\n'; echo; } >>out
done
seen out <<'O'
docx 甲:98%;甲:0991-1234567;甲:第三小学第三小学第三小学第三小学;甲:8月31日月8月31日318月31日日8月31日8月31日;
doc 甲:98%;甲:0991-1234567;甲:第三小学第三小学第三小学第三小学;甲:8月31日月8月31日318月31日日8月31日8月31日;
odt 甲:98%;甲:0991-1234567;甲:第三小学;甲:8月31日;
O
