#!/bin/sh
# Guess:  a date that Word wrote out in Chinese (a field with the picture EEEE年O月A日: 二〇二四年八月三十一日) is the same date in
#         LibreOffice; a field that was locked (Ctrl+F11) keeps what it says.
# Really: it says the year twice, 二〇二四二〇二四年八月三十一日, in text, PDF and .docx alike, for the day a file was saved or printed
#         and for today; only the day it was made is left as Word wrote it. A locked date in Arabic figures stays; locked in Chinese
#         ones it becomes today, with its year twice.
# Seen:   LibreOffice 7.4.7, pdfminer.six 20260107, 2026-11-30
. "$(dirname "$0")/common.sh"
packages pdfminer.six==20260107
command -v soffice >/dev/null || { echo "LibreOffice (Debian package libreoffice-writer-nogui) is not installed"; exit 77; }
cat >make.py <<'P'
import zipfile
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/"
CORE = 'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
CHINESE, ARABIC = "二〇二四年八月三十一日", "2024年8月31日"
def mark(kind, more=""): return f'<w:r><w:fldChar w:fldCharType="{kind}"{more}/></w:r>'
def text(said): return f"<w:r><w:t>{said}</w:t></w:r>"
def date(label, kind, said, lock=""):
    picture = "EEEE年O月A日" if said == CHINESE else "yyyy年M月d日"
    code = f'<w:r><w:instrText xml:space="preserve"> {kind} \\@ "{picture}" </w:instrText></w:r>'
    return f'<w:p>{text(label + ":")}{mark("begin", lock)}{code}{mark("separate")}{text(said)}{mark("end")}</w:p>'
locked = ' w:fldLock="1"'
body = "".join([
    date("saved", "SAVEDATE", ARABIC), date("saved", "SAVEDATE", CHINESE), date("printed", "PRINTDATE", CHINESE), date("made", "CREATEDATE", CHINESE),
    date("locked", "DATE", ARABIC, locked), date("locked", "DATE", CHINESE, locked),
])
instant = "2024-08-31T04:00:00Z"
dates = "".join(f'<dcterms:{kind} xsi:type="dcterms:W3CDTF">{instant}</dcterms:{kind}>' for kind in ("created", "modified"))
with zipfile.ZipFile("form.docx", "w") as z:
    z.writestr("[Content_Types].xml", f'<Types xmlns="{R}package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
    z.writestr("_rels/.rels", f'<Relationships xmlns="{R}package/2006/relationships"><Relationship Id="r" Type="{R}officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="c" Type="{R}package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>')
    z.writestr("docProps/core.xml", f"<cp:coreProperties {CORE}><cp:lastPrinted>{instant}</cp:lastPrinted>{dates}</cp:coreProperties>")
    z.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
P
cat >told.py <<'P'
import re, zipfile
from pdfminer.high_level import extract_text
def told(kind, words):
    for line in re.split(r"(?<=日)(?=\w+:)", re.sub(r"\s", "", words)):
        label, _, date = line.partition(":")
        known = date.startswith(("2024年8月31日", "二〇二四"))
        doubled = re.search(r"(二〇..)\1年", date) is not None
        print(kind, label, date if known else "another day" + (", its year twice" if doubled else ""))
told("pdf", extract_text("form.pdf"))
document = zipfile.ZipFile("saved/form.docx").read("word/document.xml").decode()
told("docx", "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)<", document)))
P
PYTHONUTF8=1 python make.py
soffice --headless "-env:UserInstallation=file://$PWD/profile" --convert-to pdf form.docx >/dev/null 2>&1
soffice --headless "-env:UserInstallation=file://$PWD/profile" --convert-to docx --outdir saved form.docx >/dev/null 2>&1
PYTHONUTF8=1 python told.py >out
seen out <<'O'
pdf saved 2024年8月31日
pdf saved 二〇二四二〇二四年八月三十一日
pdf printed 二〇二四二〇二四年八月三十一日
pdf made 二〇二四年八月三十一日
pdf locked 2024年8月31日
pdf locked another day, its year twice
docx saved 2024年8月31日
docx saved 二〇二四二〇二四年八月三十一日
docx printed 二〇二四二〇二四年八月三十一日
docx made 二〇二四年八月三十一日
docx locked 2024年8月31日
docx locked another day, its year twice
O
