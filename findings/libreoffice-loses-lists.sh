#!/bin/sh
# Guess:  what was chosen in a drop-down of a Word form (FORMDROPDOWN: the number of the entry stands in ddList/result) is in
#         whatever LibreOffice saves the file as; a number beyond the list is shown as nothing.
# Really: as plain text and as a web page the place is empty; PDF shows it, OpenDocument keeps a number beside the entries. A number
#         beyond the list becomes the first entry: a choice nobody made (OpenDocument keeps no number then).
# Seen:   LibreOffice 7.4.7, 2026-11-29
. "$(dirname "$0")/common.sh"
packages pdfminer.six==20260107
command -v soffice >/dev/null || { echo "LibreOffice (Debian package libreoffice-writer-nogui) is not installed"; exit 77; }
cat >make.py <<'P'
import zipfile
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/"
def mark(kind, inside=""): return f'<w:r><w:fldChar w:fldCharType="{kind}">{inside}</w:fldChar></w:r>'
def text(said): return f'<w:r><w:t xml:space="preserve">{said}</w:t></w:r>'
def chosen(number):
    entries = "".join(f'<w:listEntry w:val="{entry}"/>' for entry in ("AAA", "BBB", "CCC"))
    data = f'<w:ffData><w:ddList><w:result w:val="{number}"/>{entries}</w:ddList></w:ffData>'
    code = '<w:r><w:instrText xml:space="preserve"> FORMDROPDOWN </w:instrText></w:r>'
    return mark("begin", data) + code + mark("end")
body = "".join(f'<w:p>{text(said + " (")}{chosen(number)}{text(")")}</w:p>' for said, number in (("second", 1), ("eighth", 7)))
with zipfile.ZipFile("form.docx", "w") as z:
    z.writestr("[Content_Types].xml", f'<Types xmlns="{R}package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
    z.writestr("_rels/.rels", f'<Relationships xmlns="{R}package/2006/relationships"><Relationship Id="r" Type="{R}officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>')
    z.writestr("word/document.xml", f'<w:document {W}><w:body>{body}</w:body></w:document>')
P
cat >told.py <<'P'
import re, zipfile
from pdfminer.high_level import extract_text
def line(what, said): print(f"{what}: {' '.join(said.split())}")
line("plain text", open("form.txt", encoding="utf-8-sig").read())
page = open("form.html", encoding="utf-8", errors="replace").read()
line("web page", re.sub(r"<[^>]*>", "", page.partition("<body")[2].partition(">")[2]))
line("pdf", extract_text("form.pdf"))
xml = zipfile.ZipFile("form.odt").read("content.xml").decode()
for said in re.findall(r"(second|eighth) \(", xml):
    mark = re.search(said + r" \(.*?</field:fieldmark>", xml, re.DOTALL)[0]
    line(f"odt, {said}", "number " + str(re.findall(r'Dropdown_Selected" field:value="(\d+)"', mark)))
P
PYTHONUTF8=1 python make.py
for kind in txt:Text:UTF8 html pdf odt; do
    soffice --headless "-env:UserInstallation=file://$PWD/profile" --convert-to "$kind" form.docx >/dev/null 2>&1
done
PYTHONUTF8=1 python told.py >out
seen out <<'O'
plain text: second () eighth ()
web page: second () eighth ()
pdf: second (BBB) eighth (AAA)
odt, second: number ['1']
odt, eighth: number []
O
