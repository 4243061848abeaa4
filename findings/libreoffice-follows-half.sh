#!/bin/sh
# Guess:  of a Word form whose content controls are bound to data in the file (an office system fills in the data alone; Word shows it
#         when it opens the file) LibreOffice shows the data, or else what was last written into the controls.
# Really: both on one page: the data in controls for plain text, what stood there before in those for a date, a drop-down list, a list
#         one may add to and formatted text. So a form sent on as LibreOffice's PDF has the new name beside the old date and kind.
# Seen:   LibreOffice 7.4.7, python-docx 1.2.0, 2026-11-30
. "$(dirname "$0")/common.sh"
packages python-docx==1.2.0
command -v soffice >/dev/null || { echo "LibreOffice (Debian package libreoffice-writer-nogui) is not installed"; exit 77; }
cat >make.py <<'P'
import docx
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

STORE = "{11111111-2222-3333-4444-555555555555}"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
LIST = '<w:listItem w:displayText="old" w:value="old"/><w:listItem w:displayText="new" w:value="new"/>'
DATE = '<w:date w:fullDate="2023-08-31T00:00:00Z"><w:dateFormat w:val="yyyy年M月d日"/><w:lid w:val="zh-CN"/><w:storeMappedDataAs w:val="date"/><w:calendar w:val="gregorian"/></w:date>'
form = docx.Document()
package = form.part.package
data = Part(PackURI("/customXml/item9.xml"), "application/xml", b"<form><word>new</word><day>2024-08-31</day></form>", package)
about = f'<ds:datastoreItem ds:itemID="{STORE}" xmlns:ds="{OFFICE}/customXml"><ds:schemaRefs/></ds:datastoreItem>'.encode()
kind = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
form.part.relate_to(data, f"{OFFICE}/relationships/customXml")
data.relate_to(Part(PackURI("/customXml/itemProps9.xml"), kind, about, package), f"{OFFICE}/relationships/customXmlProps")
for label, path, control, last in (
    ("plain text", "word", "<w:text/>", "old"),
    ("date", "day", DATE, "2023年8月31日"),
    ("drop-down", "word", f"<w:dropDownList>{LIST}</w:dropDownList>", "old"),
    ("combo box", "word", f"<w:comboBox>{LIST}</w:comboBox>", "old"),
    ("formatted", "word", "", "old"),
):
    bound = f'<w:dataBinding w:xpath="/form/{path}" w:storeItemID="{STORE}"/>'
    form.add_paragraph(label + ": ")._p.append(
        parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtPr>{bound}{control}</w:sdtPr><w:sdtContent><w:r><w:t>{last}</w:t></w:r></w:sdtContent></w:sdt>")
    )
form.save("form.docx")
P
PYTHONUTF8=1 python make.py
soffice --headless "-env:UserInstallation=file://$PWD/profile" --convert-to txt:Text:UTF8 form.docx >/dev/null 2>&1
sed 's/^\xef\xbb\xbf//' form.txt >out
seen out <<'O'
plain text: new
date: 2023年8月31日
drop-down: old
combo box: old
formatted: old
O
