"""Mails built to cost as much as they can: many parts, long headers, deep nesting, huge tables,
pictures and archives that grow. All are made here, none holds a trick against a particular program:
they are only large, deep or many.
"""

from __future__ import annotations

import base64
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable

from PIL import Image

from tests.inflating import deflated
from tests.unit.ingest.document.papers import pdf, stream
from tests.unit.ingest.document.words import MAIN, body, empty_word, main_of, replaced

MB = 1024**2
_HEAD = b"From: zhang@example.com\r\nTo: office@example.org\r\nMessage-ID: <h@example.com>\r\n"


def mail(content: bytes = b"\r\n\xe6\x82\xa8\xe5\xa5\xbd\r\n", more: bytes = b"") -> bytes:
    """A mail of these headers and this body."""
    return _HEAD + b"Subject: =?utf-8?b?55Sz5oql?=\r\nMIME-Version: 1.0\r\n" + more + content


def parts(boundary: str, each: Iterable[bytes], *, closed: bool = True) -> bytes:
    """A multipart of parts that have their own headers."""
    mark = boundary.encode()
    head = b'Content-Type: multipart/mixed; boundary="' + mark + b'"\r\n\r\n'
    inner = b"".join(b"--" + mark + b"\r\n" + one + b"\r\n" for one in each)
    return head + inner + (b"--" + mark + b"--\r\n" if closed else b"")


def attached(name: str, data: bytes) -> bytes:
    """A mail with one file."""
    disposition = f'Content-Disposition: attachment; filename="{name}"\r\n'.encode()
    head = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
    part = head + disposition + b"\r\n" + base64.encodebytes(data)
    return mail(parts("b", [b"Content-Type: text/plain\r\n\r\nhello", part]))


# --- the mail itself ------------------------------------------------------------------------------


def _many_parts() -> bytes:
    return mail(parts("b", [b"Content-Type: text/plain\r\n\r\na"] * 5000))


def _deep_parts() -> bytes:
    inner = b"Content-Type: text/plain\r\n\r\na"
    for level in range(300):
        inner = parts(f"b{level}", [inner])
    return mail(inner)


def _mails_in_mails() -> bytes:
    inner = mail()
    for _ in range(100):
        inner = mail(b"Content-Type: message/rfc822\r\n\r\n" + inner)
    return inner


def _encoded_words() -> bytes:
    return mail(more=b"X-A: " + b"=?utf-8?b?55Sz5oql?=\r\n " * 8000 + b"a\r\n")


def _continued_name() -> bytes:
    pieces = b"".join(b";\r\n filename*%d=a" % number for number in range(3000))
    part = b"Content-Type: application/pdf\r\nContent-Disposition: attachment" + pieces
    return mail(parts("b", [part + b"\r\n\r\n%PDF-1.7"]))


def _html(inner: bytes) -> bytes:
    return mail(b"\r\n<html><body>" + inner, b"Content-Type: text/html; charset=utf-8\r\n")


def _quoted() -> bytes:
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
    return mail(b"\r\n\r\n" + b"=E6=\r\n" * 700_000, head)


# --- archives -------------------------------------------------------------------------------------


def _zip(files: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def _growing_zip(members: int, size: int) -> bytes:
    out, grows = io.BytesIO(), deflated((bytes(MB), size // MB))
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(members):
            grows.into(archive, f"{number}.docx")
    return out.getvalue()


def _nested_zip(depth: int) -> bytes:
    data = b"a" * 1000
    for level in range(depth):
        data = _zip([(f"{level}.zip", data), (f"{level}-2.zip", data)])
    return data


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
        for number in range(20_000):
            archive.addfile(tarfile.TarInfo(f"{number}.docx"))
    return out.getvalue()


# --- Office ---------------------------------------------------------------------------------------

_PARAGRAPH = "<w:p><w:r><w:t>申报</w:t></w:r></w:p>"


def _nested_tables(depth: int) -> bytes:
    inner = _PARAGRAPH
    for _ in range(depth):
        inner = f"<w:tbl><w:tr><w:tc>{inner}<w:p/></w:tc></w:tr></w:tbl>"
    return body(inner)


def _wide_table(side: int) -> bytes:
    row = "<w:tr>" + f"<w:tc>{_PARAGRAPH}</w:tc>" * side + "</w:tr>"
    return body("<w:tbl>" + row * side + "</w:tbl>")


def _growing_word(size: int) -> bytes:
    before, after = main_of("<w:p><w:r><w:t>|</w:t></w:r></w:p>").split(b"|")
    grows = deflated((before, 1), (b"a" * MB, size // MB), (after, 1))
    out = io.BytesIO(replaced(empty_word(), MAIN, None))
    with zipfile.ZipFile(out, "a") as archive:
        grows.into(archive, MAIN)
    return out.getvalue()


def _workbook(rows: int) -> bytes:
    names = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    row = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, rows + 1))
    package = "http://schemas.openxmlformats.org/package/2006"
    return _zip(
        [
            (
                "[Content_Types].xml",
                f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
                '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
                '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'.encode(),
            ),
            (
                "_rels/.rels",
                f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
            ),
            (
                "xl/workbook.xml",
                f'<workbook xmlns="{names}" xmlns:r="{kind}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'.encode(),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
            ),
            (
                "xl/worksheets/sheet1.xml",
                f'<worksheet xmlns="{names}"><sheetData>{row}</sheetData></worksheet>'.encode(),
            ),
        ]
    )


# --- pages and pictures ---------------------------------------------------------------------------


def _pages(count: int, box: str = "0 0 595 842") -> bytes:
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(count))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids),
    }
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]>>".encode()
    return pdf(objects | dict.fromkeys(range(3, 3 + count), page))


def _circle_of_pages() -> bytes:
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Count 2/Kids[3 0 R 2 0 R]>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        }
    )


def _growing_stream(size: int) -> bytes:
    packed = deflated((b"q Q " * (MB // 4), size // MB)).zlib
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
            4: stream(b"/Filter/FlateDecode", packed),
        }
    )


def _png(width: int, height: int) -> bytes:
    """One bit a pixel, all white."""
    row = b"\0" + b"\xff" * (-(-width // 8))
    data = deflated((row * 100, height // 100), (row, height % 100)).zlib

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _tiff(pages: int) -> bytes:
    out = io.BytesIO()
    page = Image.new("1", (200, 280), 1)
    page.save(out, "TIFF", save_all=True, append_images=[page] * (pages - 1))
    return out.getvalue()


MAILS: dict[str, Callable[[], bytes]] = {
    "5,000 parts": _many_parts,
    "300 multiparts, each in the last": _deep_parts,
    "100 mails, each in the last": _mails_in_mails,
    "a header block of 400 KB": lambda: mail(more=b"X-A: " + b"a" * 400_000 + b"\r\n"),
    "20,000 header lines": lambda: mail(more=b"X-A: b\r\n" * 20_000),
    "a header folded 20,000 times": lambda: mail(more=b"X-A: b\r\n" + b" c\r\n" * 20_000),
    "8,000 encoded words in a header": _encoded_words,
    "5,000 addresses": lambda: mail(more=b"Cc: " + b"a@example.com,\r\n " * 5000 + b"b@c.d\r\n"),
    "10,000 references": lambda: mail(
        more=b"References: " + b"<a@b.c>\r\n " * 10_000 + b"<d@e>\r\n"
    ),
    "a boundary that never closes": lambda: mail(
        parts("b", [b"Content-Type: text/plain\r\n\r\n" + b"a\r\n" * 700_000], closed=False)
    ),
    "a long boundary, 20,000 times": lambda: mail(parts("b" * 70, [b"\r\n"] * 20_000)),
    "9 MB of base64 that is nothing": lambda: attached("a.pdf", b"\xa5" * (9 * MB)),
    "700,000 soft line breaks": _quoted,
    "a name in 3,000 pieces": _continued_name,
    "200,000 elements, each in the last": lambda: _html(b"<div>" * 200_000),
    "100,000 links": lambda: _html(b'<a href="https://pan.example.com/s/1">a</a>' * 100_000),
    "a text of one line of 5 MB": lambda: mail(b"\r\n" + b"a" * (5 * MB)),
    "an unknown charset": lambda: mail(
        b"\r\n" + b"\xff\xfe" * 500_000, b"Content-Type: text/plain; charset=x-nobody\r\n"
    ),
    "a million zeros": lambda: mail(b"\r\n" + b"\0" * 1_000_000),
    "60,000 lines that look encoded": lambda: mail(
        b"\r\nbegin 644 a.docx\r\n" + b"M" + b"86%A" * 15 + b"\r\n" * 60_000
    ),
    "a ZIP that grows to 256 MB": lambda: attached("a.zip", _growing_zip(4, 64 * MB)),
    "ZIPs, ten deep, two in each": lambda: attached("a.zip", _nested_zip(10)),
    "a ZIP of 20,000 files": lambda: attached(
        "a.zip", _zip((f"{number}.docx", b"") for number in range(20_000))
    ),
    "a ZIP whose names lead elsewhere": lambda: attached(
        "a.zip", _zip((f"../../{number}/a.docx", b"a") for number in range(200))
    ),
    "a gzip that grows to 300 MB": lambda: attached("a.gz", deflated((bytes(MB), 300)).gzip),
    "a tar of 20,000 files": lambda: attached("a.tar.gz", _tar()),
    "a Word file of a million paragraphs": lambda: attached("a.docx", body("<w:p/>" * 1_000_000)),
    "a Word table of 300 by 300": lambda: attached("a.docx", _wide_table(300)),
    "400 Word tables, each in the last": lambda: attached("a.docx", _nested_tables(400)),
    "a Word file that grows to 200 MB": lambda: attached("a.docx", _growing_word(200 * MB)),
    "a workbook of 300,000 rows": lambda: attached("a.xlsx", _workbook(300_000)),
    "a table of a million lines": lambda: attached("a.csv", "序号,单位\n".encode() * 1_000_000),
    "RTF, 50,000 groups deep": lambda: attached("a.rtf", b"{\\rtf1 " + b"{a" * 50_000),
    "a PDF of 5,000 pages": lambda: attached("a.pdf", _pages(5000)),
    "a PDF whose pages go in a circle": lambda: attached("a.pdf", _circle_of_pages()),
    "a PDF page that grows to 300 MB": lambda: attached("a.pdf", _growing_stream(300 * MB)),
    "a PDF page of 100 metres": lambda: attached("a.pdf", _pages(1, "0 0 283465 283465")),
    "a picture of a thousand million pixels": lambda: attached("a.png", _png(33_000, 33_000)),
    "a TIFF of 300 pages": lambda: attached("a.tif", _tiff(300)),
}
