#!/bin/sh
# Guess:  a tick made with Word's 带圈字符 (an EQ field: \o\ac(□,√)) is still there when LibreOffice opens the file.
# Really: the formula is dropped: of "[EQ]无异议 □有异议" only "无异议 □有异议" is left, so that the choice looks as if it were not
#         made. It is lost in .txt, .doc, .rtf and .pdf alike. Read the field's code before asking LibreOffice.
# Seen:   LibreOffice 7.4.7, 2026-11-29
. "$(dirname "$0")/common.sh"
packages
command -v soffice >/dev/null || { echo "LibreOffice (Debian package libreoffice-writer-nogui) is not installed"; exit 77; }
cat >make.py <<'P'
import zipfile
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/"
def mark(kind): return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'
code = r'<w:r><w:instrText xml:space="preserve"> eq \o\ac(□,√) </w:instrText></w:r>'
body = f'<w:p>{mark("begin")}{code}{mark("end")}<w:r><w:t xml:space="preserve">无异议 □有异议</w:t></w:r></w:p>'
with zipfile.ZipFile("form.docx", "w") as z:
    z.writestr("[Content_Types].xml", f'<Types xmlns="{R}package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
    z.writestr("_rels/.rels", f'<Relationships xmlns="{R}package/2006/relationships"><Relationship Id="r" Type="{R}officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>')
    z.writestr("word/document.xml", f'<w:document {W}><w:body>{body}</w:body></w:document>')
P
PYTHONUTF8=1 python make.py
soffice --headless "-env:UserInstallation=file://$PWD/profile" --convert-to txt:Text:UTF8 form.docx >/dev/null 2>&1
{ printf 'shown: '; sed 's/^\xef\xbb\xbf//' form.txt; } >out
seen out <<'O'
shown: 无异议 □有异议
O
