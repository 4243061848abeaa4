"""Parts of a mail as they arrive in China: files of every kind, containers, names in every form.
Bytes only.

What each of them should be recognised as stands in ``expected.tsv`` beside this file, looked
through line by line.
"""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import xlsxwriter
from PIL import Image

from ingest.calls import default_config
from tests.parts.containers import (
    climbing_seven_zip,
    rar4,
    rar5,
    rar5_locked,
    raw_zip,
    seven_zip,
    winmail,
    zip_of,
)
from tests.unit.ingest.attachment.test_identify import (
    BOOK,
    FIB,
    LOCKED_BOOK,
    LOCKED_FIB,
    compound,
    package,
)
from tests.unit.ingest.document.papers import pages_pdf, text_page
from tests.unit.ingest.document.words import body, word

FORMS = default_config() / "calls" / "smart-education-2024" / "forms"
KEPT = Path(__file__).parents[1] / "extraction" / "files"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


class Made(NamedTuple):
    """One case: the attachment's headers as raw bytes, and its content."""

    headers: bytes
    data: bytes


def blank(number: int) -> bytes:
    """One of the call's blank forms."""
    return next(FORMS.glob(f"附件{number}*.docx")).read_bytes()


def named(name: str) -> bytes:
    """Headers with a name in RFC 2231, which nobody gets wrong."""
    return (
        b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*=UTF-8''"
        + quote(name).encode()
    )


def picture(form: str, size: tuple[int, int] = (60, 40)) -> bytes:
    """A grey picture."""
    out = io.BytesIO()
    Image.new("RGB", size, (200, 200, 200)).save(out, form)
    return out.getvalue()


def workbook() -> bytes:
    """An .xlsx of another matter."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet().write(0, 0, "工资")
    return out.getvalue()


def _word_called(content_type: bytes, **more: bytes) -> bytes:
    """Form 1 with another type for its main part, and files beside it."""
    with zipfile.ZipFile(io.BytesIO(blank(1))) as old:
        files = {each: old.read(each) for each in old.namelist()}
    types = "[Content_Types].xml"
    plain = f"{WORD}.document.main+xml".encode()
    return zip_of(files | {types: files[types].replace(plain, content_type)} | more)


def macro_word() -> bytes:
    """Form 1 with a macro in it."""
    macro = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    return _word_called(macro, **{"word/vbaProject.bin": b"x"})


def template_word() -> bytes:
    """Form 1 as a template."""
    return _word_called(f"{WORD}.template.main+xml".encode())


PDF = pages_pdf([text_page(["Notice"])])
NOTE = "申报说明".encode()
MAIL = b"Received: from x\r\nFrom: a@example.cn\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n--b--\r\n"


def files() -> list[tuple[str, str, bytes]]:
    """Case, file name, content."""
    forms = [
        (f"blank form {number}", f"附件{number}.docx", blank(number)) for number in (1, 2, 3, 4)
    ]
    kept = sorted(KEPT.glob("*.doc"))
    return [
        *forms,
        ("form as template", "附件1.dotx", template_word()),
        ("form with a macro", "附件1.docm", macro_word()),
        ("form as doc", "附件1.doc", kept[0].read_bytes()),
        ("form as wps", "附件1.wps", kept[0].read_bytes()),
        ("form as dot", "附件1.dot", kept[0].read_bytes()),
        ("doc named docx", "附件1.docx", kept[0].read_bytes()),
        ("docx named doc", "附件2.doc", blank(2)),
        ("docx named wps", "附件2.wps", blank(2)),
        ("docx named pdf", "附件2.pdf", blank(2)),
        ("docx named zip", "附件2.zip", blank(2)),
        ("docx without extension", "附件2", blank(2)),
        ("docx cut off", "附件1.docx", blank(1)[:-400]),
        ("docx cut in half", "附件1.docx", blank(1)[: len(blank(1)) // 2]),
        ("another docx", "简历.docx", word(["个人简历"])),
        ("docx of nothing", "空白.docx", word()),
        (
            "docx of pictures only",
            "附件1.docx",
            body("<w:p><w:r><w:drawing><blip/></w:drawing></w:r></w:p>"),
        ),
        ("rtf", "说明.rtf", b"{\\rtf1\\ansi\\ansicpg936 \\'c9\\'ea\\'b1\\'a8}"),
        ("rtf named doc", "说明.doc", b"{\\rtf1\\ansi hello}"),
        ("rtf cut off", "说明.rtf", b"{\\rtf1\\ansi{\\fonttbl{\\f0 x"),
        ("doc cut off", "附件1.doc", kept[0].read_bytes()[:3000]),
        ("doc of another program", "附件1.doc", compound({"WordDocument": FIB})),
        ("doc with a password", "附件1.doc", compound({"WordDocument": LOCKED_FIB})),
        (
            "docx with a password",
            "附件1.docx",
            compound({"EncryptionInfo": b"", "EncryptedPackage": b""}),
        ),
        ("xls with a password", "附件3.xls", compound({"Workbook": LOCKED_BOOK})),
        ("xls without sheets", "附件3.xls", compound({"Workbook": BOOK})),
        ("et without sheets", "附件3.et", compound({"Workbook": BOOK})),
        ("ppt", "汇报.ppt", compound({"PowerPoint Document": b""})),
        ("msg", "转发.msg", compound({"__properties_version1.0": b""})),
        ("xlsx", "工资.xlsx", workbook()),
        ("xlsx named xls", "工资.xls", workbook()),
        ("xlsx of nothing", "a.xlsx", package({"xl/workbook.xml": b""}, SHEET)),
        ("csv", "名单.csv", "姓名,电话\r\n甲,1".encode("gbk")),
        (
            (
                "pptx",
                "汇报.pptx",
                package(
                    {"ppt/presentation.xml": b""},
                    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
                ),
            )
        ),
        (
            "odt",
            "说明.odt",
            package({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b""}),
        ),
        ("ofd", "公文.ofd", package({"OFD.xml": b"", "Doc_0/Document.xml": b""})),
        ("ofd named pdf", "公文.pdf", package({"OFD.xml": b"", "Doc_0/Document.xml": b""})),
        ("pdf by a program", "通知.pdf", PDF),
        ("pdf named docx", "附件1.docx", PDF),
        ("pdf broken", "附件1.pdf", b"%PDF-1.4 broken"),
        (
            "html named doc",
            "附件1.doc",
            b"<html xmlns:w='urn:schemas-microsoft-com:office:word'><body>x",
        ),
        (
            "mht named doc",
            "附件1.doc",
            b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x--",
        ),
        (
            (
                "Word 2003 XML",
                "附件1.doc",
                b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument>',
            )
        ),
        ("small jpeg", "图标.jpg", picture("JPEG")),
        ("small png", "图标.png", picture("PNG")),
        ("jpeg named pdf", "附件1.pdf", picture("JPEG")),
        ("jpeg cut off", "照片.jpg", b"\xff\xd8\xff\xe0"),
        ("gif", "a.gif", picture("GIF")),
        ("tiff", "a.tif", picture("TIFF")),
        ("bmp", "a.bmp", picture("BMP")),
        ("webp", "a.webp", picture("WEBP")),
        ("heic of a phone", "IMG_0001.HEIC", b"\0\0\0\x18ftypheic" + bytes(20)),
        ("mp4", "宣传片.mp4", b"\0\0\0\x18ftypisom" + bytes(20)),
        ("program", "setup.exe", b"MZ\x90\0\x03\0\0\0" + bytes(200)),
        ("program named docx", "附件1.docx", b"MZ\x90\0\x03\0\0\0" + bytes(200)),
        ("program with a turned name", "附件\u202excod.exe", b"MZ\x90\0\x03\0\0\0" + bytes(200)),
        ("shortcut", "附件1.docx.lnk", b"\x4c\0\0\0\x01\x14\x02\0"),
        ("script", "a.vbs", b"WScript.Echo 1"),
        ("text", "说明.txt", "说明".encode("gbk")),
        ("nothing", "附件1.docx", b""),
        ("noise", "附件1.docx", bytes(range(256))),
        ("saved mail", "转发.eml", MAIL),
    ]


def containers() -> list[tuple[str, str, bytes]]:
    """Case, file name, content."""
    gbk = "附件1.txt".encode("gbk")
    form = {"材料/附件1.docx": blank(1)}
    return [
        ("zip", "材料.zip", zip_of({**form, "说明.txt": NOTE})),
        ("zip of GBK names", "材料.zip", raw_zip([(gbk, NOTE)])),
        ("zip of UTF-8 names without a flag", "材料.zip", raw_zip([("附件1.txt".encode(), NOTE)])),
        ("zip of GBK names with the UTF-8 flag", "材料.zip", raw_zip([(gbk, NOTE)], flags=0x800)),
        ("zip of backslashes", "材料.zip", raw_zip([("材料\\附件1.txt".encode("gbk"), NOTE)])),
        ("zip that climbs out", "材料.zip", raw_zip([(b"../../etc/passwd.txt", NOTE)])),
        (
            "zip of absolute names",
            "材料.zip",
            raw_zip([(b"/etc/passwd.txt", NOTE), (b"C:\\Windows\\a.txt", NOTE)]),
        ),
        ("zip of a NUL name", "材料.zip", raw_zip([(b"a.txt\0.exe", NOTE)])),
        (
            "zip of a turned name",
            "材料.zip",
            raw_zip([("附\u202exfdp.exe".encode(), NOTE)], flags=0x800),
        ),
        ("zip of equal names", "材料.zip", raw_zip([(b"a.txt", NOTE), (b"a.txt", NOTE)])),
        ("zip of a link", "材料.zip", raw_zip([(b"a.txt", b"/etc/passwd")], mode=0o120777)),
        ("zip with a password", "材料.zip", raw_zip([(gbk, NOTE)], flags=1)),
        ("zip with AES", "材料.zip", raw_zip([(gbk, NOTE)], flags=1, method=99)),
        ("zip in deflate64", "材料.zip", raw_zip([(gbk, NOTE * 500)], method=9)),
        ("zip in an old method", "材料.zip", raw_zip([(gbk, NOTE)], method=6)),
        ("zip cut off", "材料.zip", zip_of(form)[:-60]),
        ("zip of nothing", "材料.zip", zip_of({})),
        (
            (
                "zip with a damaged entry",
                "材料.zip",
                raw_zip([(b"a.txt", b"hello"), (b"b.txt", NOTE)]).replace(b"hello", b"hullo"),
            )
        ),
        ("zip in zip", "材料.zip", zip_of({"内.zip": zip_of(form)})),
        (
            (
                "zip in zip in zip, too deep",
                "材料.zip",
                zip_of(
                    {
                        "1.zip": zip_of(
                            {"2.zip": zip_of({"3.zip": zip_of({"4.zip": zip_of(form)})})},
                        )
                    }
                ),
            )
        ),
        ("zip of a bomb", "材料.zip", zip_of({"0.txt": bytes(40 * 1024**2)})),
        (
            (
                "zip packed by macOS",
                "材料.zip",
                zip_of({"附件1.txt": NOTE, "__MACOSX/._附件1.txt": b"x", ".DS_Store": b"x"}),
            )
        ),
        ("first disk of several", "材料.zip", b"PK\x07\x08" + zip_of(form)[:200]),
        ("zip named rar", "材料.rar", zip_of(form)),
        ("rar5", "材料.rar", rar5({**form, "说明.txt": NOTE})),
        ("rar5 with links", "材料.rar", rar5({"a.txt": NOTE}, links={"b.txt": "/etc/passwd"})),
        ("rar5 that climbs out", "材料.rar", rar5({"../../a.txt": NOTE, "/etc/b.txt": NOTE})),
        ("rar5 with a password", "材料.rar", rar5({"附件1.txt": NOTE}, password=True)),
        ("rar5 with a locked directory", "材料.rar", rar5_locked()),
        ("rar5 with a damaged entry", "材料.rar", rar5({"附件1.txt": NOTE}, damaged=True)),
        ("rar5 cut off", "材料.rar", rar5(form)[:100]),
        ("rar4 of GBK names", "材料.rar", rar4({"材料\\附件1.txt".encode("gbk"): NOTE})),
        ("rar4 with a password", "材料.rar", rar4({gbk: NOTE}, password=True)),
        ("rar4 of several volumes", "材料.part1.rar", rar4({gbk: NOTE}, volume=True)),
        ("rar named zip", "材料.zip", rar4({gbk: NOTE})),
        ("7z", "材料.7z", seven_zip({**form, "说明.txt": NOTE})),
        ("7z that climbs out", "材料.7z", climbing_seven_zip(NOTE)),
        ("7z with a password", "材料.7z", seven_zip({"附件1.txt": NOTE}, "x")),
        ("7z with a locked directory", "材料.7z", seven_zip({"附件1.txt": NOTE}, "x", locked=True)),
        ("7z with damaged contents", "材料.7z", _spoilt(seven_zip({"附件1.txt": NOTE * 100}))),
        ("7z cut off", "材料.7z", seven_zip(form)[:-40]),
        ("7z of a bomb", "材料.7z", seven_zip({"0.txt": bytes(40 * 1024**2)})),
        ("winmail.dat", "winmail.dat", winmail({"附件1.docx": blank(1), "说明.txt": NOTE})),
        ("winmail.dat with GBK names", "winmail.dat", winmail({"附件1.txt": NOTE}, unicode=False)),
        ("winmail.dat of nothing", "winmail.dat", winmail({})),
        ("winmail.dat cut off", "winmail.dat", winmail({"附件1.txt": NOTE})[:40]),
        ("gzip", "附件1.txt.gz", gzip.compress(NOTE, mtime=0)),
        ("gzip cut off", "附件1.txt.gz", gzip.compress(NOTE, mtime=0)[:-9]),
        ("tar", "材料.tar", _tar()),
        ("tar.gz", "材料.tgz", gzip.compress(_tar(), mtime=0)),
        (
            "zip in rar in 7z",
            "材料.7z",
            seven_zip({"b.rar": rar5({"c.zip": zip_of({"a.txt": NOTE})})}),
        ),
    ]


def _spoilt(data: bytes) -> bytes:
    """One bit of the packed contents turned; the directory stands behind them."""
    return data[:40] + bytes([data[40] ^ 1]) + data[41:]


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("passwd.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        info = tarfile.TarInfo("../附件1.txt")
        info.size = len(NOTE)
        archive.addfile(info, io.BytesIO(NOTE))
    return out.getvalue()


def names() -> Iterator[tuple[str, bytes]]:
    """Case, headers; the content is always the same text."""
    name = "附件1 申报书（示范校）.txt"
    octets = b"Content-Type: application/octet-stream; "
    attached = b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; "

    def b64(charset: str, text: str = name) -> bytes:
        written = text.encode("gb18030" if charset in {"gb2312", "gbk"} else charset)
        return b"=?%b?B?%b?=" % (charset.encode(), base64.b64encode(written))

    def q(text: str = name) -> bytes:
        return b"=?utf-8?Q?" + "".join(f"={byte:02X}" for byte in text.encode()).encode() + b"?="

    percent = quote(name).encode()
    for charset in ("utf-8", "gbk", "gb2312", "gb18030", "UTF-8", "GBK"):
        yield f"encoded word, {charset}", attached + b'filename="' + b64(charset) + b'"'
    yield "encoded word, Q", attached + b'filename="' + q() + b'"'
    yield "encoded word without quotes", attached + b"filename=" + b64("utf-8")
    yield (
        "encoded words, folded",
        attached
        + b'filename="'
        + b64(
            "utf-8",
            name[:5],
        )
        + b"\r\n "
        + b64("utf-8", name[5:])
        + b'"',
    )
    yield (
        "encoded words that cut a character",
        attached
        + b'filename="=?utf-8?B?'
        + base64.b64encode(name.encode()[:9])
        + b"?=\r\n =?utf-8?B?"
        + base64.b64encode(name.encode()[9:])
        + b'?="',
    )
    yield "name in the type only", octets + b'name="' + b64("gbk") + b'"'
    yield (
        "names in both",
        octets
        + b'name="x.bin"\r\nContent-Disposition: attachment; filename="'
        + b64(
            "utf-8",
        )
        + b'"',
    )
    yield "RFC 2231", attached + b"filename*=UTF-8''" + percent
    yield "RFC 2231, GBK", attached + b"filename*=GBK''" + quote(name.encode("gbk")).encode()
    yield "RFC 2231, small letters", attached + b"filename*=utf-8'zh-cn'" + percent.lower()
    yield "RFC 2231 in quotes", attached + b"filename*=\"UTF-8''" + percent + b'"'
    yield (
        "RFC 2231 in pieces",
        attached + b"filename*0*=UTF-8''" + percent[:30] + b";\r\n filename*1*=" + percent[30:],
    )
    yield (
        "RFC 2231 in pieces, disordered",
        attached + b"filename*1*=" + percent[30:] + b";\r\n filename*0*=UTF-8''" + percent[:30],
    )
    yield (
        "RFC 2231 beside a question mark name",
        attached + b"filename*=UTF-8''" + percent + b'; filename="??1 ???.txt"',
    )
    yield "raw UTF-8", attached + b'filename="' + name.encode() + b'"'
    yield "raw GBK", attached + b'filename="' + name.encode("gbk") + b'"'
    yield "raw GBK without quotes", attached + b"filename=" + "附件1.txt".encode("gbk")
    yield (
        "raw GBK ending in a backslash",
        attached + b'filename="' + "申誠.txt".encode("gbk") + b'"',
    )
    yield "percent signs alone", attached + b'filename="' + percent + b'"'
    yield "blanks without quotes", attached + b"filename=my file 1.txt"
    yield "quotes inside", attached + b'filename="a \\"b\\" c.txt"'
    yield "a path of Windows", attached + b'filename="C:\\\\Users\\\\x\\\\a.txt"'
    yield "a path of Unix", attached + b'filename="../../etc/a.txt"'
    yield "control characters", attached + b"filename*=UTF-8''a%00%0Ab%07.txt"
    yield "a turned name", attached + b"filename*=UTF-8''" + quote("a\u202etxt.exe").encode()
    yield "zero width", attached + b"filename*=UTF-8''" + quote("a\u200b\ufeff.txt").encode()
    yield "full width", attached + b"filename*=UTF-8''" + quote("附件１．ｔｘｔ").encode()
    yield "astral", attached + b"filename*=UTF-8''" + quote("𠮷村小学.txt").encode()
    yield "emoji", attached + b"filename*=UTF-8''" + quote("😀.txt").encode()
    yield "NFD", attached + b"filename*=UTF-8''" + quote("e\u0301.txt").encode()
    yield (
        "three hundred characters",
        attached + b"filename*=UTF-8''" + quote("长" * 300 + ".txt").encode(),
    )
    yield "only an extension", attached + b'filename=".txt"'
    yield "only dots", attached + b'filename=".."'
    yield "empty", attached + b'filename=""'
    yield "none", b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment"
    yield "twice", attached + b'filename="a.txt"; filename="b.txt"'
    yield (
        "no semicolon",
        b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment filename=a.txt",
    )
    yield (
        "capital letters",
        b'CONTENT-TYPE: APPLICATION/OCTET-STREAM\r\nCONTENT-DISPOSITION: ATTACHMENT; FILENAME="a.txt"',
    )
    yield (
        "inline with a name",
        b'Content-Type: application/octet-stream\r\nContent-Disposition: inline; filename="a.txt"',
    )


def parts() -> dict[str, Made]:
    """Every case by its name."""
    return {**_parts()}


@cache
def _parts() -> dict[str, Made]:
    made = {f"file: {case}": Made(named(name), data) for case, name, data in files()}
    made |= {f"container: {case}": Made(named(name), data) for case, name, data in containers()}
    return made | {f"name: {case}": Made(headers, b"plain text") for case, headers in names()}


def mail(part: Made) -> bytes:
    """A mail with this one attachment."""
    head = b"From: a@example.cn\r\nTo: b@example.cn\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=frontier\r\n\r\n"
    text = b"--frontier\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    attached = (
        b"--frontier\r\n"
        + part.headers
        + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(part.data)
    )
    return head + text + attached + b"\r\n--frontier--\r\n"
