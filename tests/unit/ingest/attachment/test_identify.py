"""What a file is, by its content."""

from __future__ import annotations

import io
import struct
import zipfile

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.attachment.identify import identify
from ingest.document.editable.door import UnreadableError, read_editable
from ingest.reading import Kind
from tests.letters import ANY
from tests.parts.containers import raw_zip, zip_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def package(names: dict[str, bytes], types: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        if types:
            archive.writestr(
                "[Content_Types].xml",
                f'<Types><Override ContentType="{types}"/></Types>',
            )
        for name, data in names.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def real_docx() -> bytes:
    buffer = io.BytesIO()
    docx.Document().save(buffer)
    return buffer.getvalue()


def compound(streams: dict[str, bytes]) -> bytes:
    """A small OLE2 file with the streams named, each padded to the 4096 bytes below which OLE keeps
    them elsewhere.
    """
    padded = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    entries = [_entry("Root Entry", 5, 1 if padded else 0xFFFFFFFF, 0xFFFFFFFE, 0)]
    sectors, fat, start = b"", [0xFFFFFFFD, 0xFFFFFFFE], 2
    for number, (name, data) in enumerate(padded.items()):
        entries.append(
            _entry(
                name,
                2,
                0xFFFFFFFF,
                start,
                len(data),
                right=number + 2 if number + 1 < len(padded) else 0xFFFFFFFF,
            )
        )
        fat += [start + step + 1 for step in range(7)] + [0xFFFFFFFE]
        sectors, start = sectors + data, start + 8
    header = (
        OLE
        + bytes(16)
        + struct.pack(
            "<HHHHH6xIIIIIIIII",
            0x3E,
            3,
            0xFFFE,
            9,
            6,
            0,
            1,
            1,
            0,
            4096,
            0xFFFFFFFE,
            0,
            0xFFFFFFFE,
            0,
        )
    )
    header += struct.pack("<I", 0) + b"\xff" * 432  # the one FAT sector, no more
    table = b"".join(struct.pack("<I", cell) for cell in fat).ljust(512, b"\xff")
    return header + table + b"".join(entries).ljust(512, b"\0") + sectors


def _entry(
    name: str,
    kind: int,
    child: int,
    start: int,
    size: int,
    right: int = 0xFFFFFFFF,
) -> bytes:
    encoded = name.encode("utf-16-le")
    return encoded.ljust(64, b"\0") + struct.pack(
        "<HBBIII36xIQ", len(encoded) + 2, kind, 1, 0xFFFFFFFF, right, child, start, size
    )


FIB = struct.pack("<HHHHHH", 0xA5EC, 193, 0, 0, 0, 0)
LOCKED_FIB = struct.pack("<HHHHHH", 0xA5EC, 193, 0, 0, 0, 0x0100)
BOOK = struct.pack("<HH", 0x809, 0)
LOCKED_BOOK = BOOK + struct.pack("<HH", 0x2F, 6) + bytes(6)

FILES: dict[str, tuple[bytes, str, Kind]] = {
    "nothing": (b"", "a.docx", Kind.EMPTY),
    "docx by python-docx": (real_docx(), "a.docx", Kind.DOCX),
    "docx named .zip": (real_docx(), "a.zip", Kind.DOCX),
    "docx without content types first": (
        package({"word/document.xml": b"<x/>"}, f"{WORD}.document.main+xml"),
        "a",
        Kind.DOCX,
    ),
    "a docx cut off": (real_docx()[:-300], "a.docx", Kind.DOCX),
    "dotx": (package({"word/document.xml": b""}, f"{WORD}.template.main+xml"), "a.docx", Kind.DOTX),
    "docm": (
        package(
            {"word/document.xml": b""},
            "application/vnd.ms-word.document.macroEnabled.main+xml",
        ),
        "a.docx",
        Kind.DOCM,
    ),
    "xlsx": (
        package(
            {"xl/workbook.xml": b""},
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        ),
        "a.docx",
        Kind.XLSX,
    ),
    "pptx": (
        package(
            {"ppt/presentation.xml": b""},
            "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
        ),
        "a",
        Kind.OFFICE,
    ),
    "odt": (
        package({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b""}),
        "a.odt",
        Kind.ODT,
    ),
    "ofd": (package({"OFD.xml": b"", "Doc_0/Document.xml": b""}), "a.pdf", Kind.OFD),
    "jar": (package({"META-INF/MANIFEST.MF": b"", "A.class": b""}), "a.zip", Kind.PROGRAM),
    "zip": (package({"a.txt": b"x"}), "a.zip", Kind.ZIP),
    "an empty zip": (package({}), "a.zip", Kind.ZIP),
    "a zip cut off": (package({"a.txt": b"x" * 1000})[:-30], "a.zip", Kind.ZIP),
    "doc": (compound({"WordDocument": FIB}), "a.doc", Kind.DOC),
    "doc named .docx": (compound({"WordDocument": FIB}), "a.docx", Kind.DOC),
    "wps": (compound({"WordDocument": FIB}), "a.WPS", Kind.WPS),
    "doc with a password": (compound({"WordDocument": LOCKED_FIB}), "a.doc", Kind.ENCRYPTED_OFFICE),
    "docx with a password": (
        compound({"EncryptionInfo": b"", "EncryptedPackage": b""}),
        "a.docx",
        Kind.ENCRYPTED_OFFICE,
    ),
    "xls": (compound({"Workbook": BOOK}), "a.et", Kind.XLS),
    "xls with a password": (compound({"Workbook": LOCKED_BOOK}), "a.xls", Kind.ENCRYPTED_OFFICE),
    "ppt": (compound({"PowerPoint Document": b""}), "a.ppt", Kind.OFFICE),
    "a mail of Outlook": (compound({"__properties_version1.0": b""}), "a.msg", Kind.MSG),
    "some other OLE file": (compound({"Contents": b""}), "a.pub", Kind.OLE),
    "a doc cut off": (OLE + b"\0" * 100, "a.doc", Kind.DOC),
    "an OLE file cut off": (OLE + b"\0" * 100, "a.msg", Kind.OLE),
    "pdf": (b"%PDF-1.4\n", "a.docx", Kind.PDF),
    "pdf after junk": (b"\r\njunk\n" * 20 + b"%PDF-1.4\n", "a.pdf", Kind.PDF),
    "jpeg named .pdf": (b"\xff\xd8\xff\xe0", "a.pdf", Kind.JPEG),
    "png": (b"\x89PNG\r\n\x1a\n", "a", Kind.PNG),
    "gif": (b"GIF89a", "a", Kind.IMAGE),
    "tiff": (b"II*\0\x08", "a", Kind.IMAGE),
    "bmp": (b"BM\x36\0\x10\0\0\0\0\0", "a", Kind.IMAGE),
    "heic of a phone": (b"\0\0\0\x18ftypheic", "a.jpg", Kind.IMAGE),
    "webp": (b"RIFF\0\0\0\0WEBP", "a", Kind.IMAGE),
    "mp4": (b"\0\0\0\x18ftypisom", "a", Kind.VIDEO),
    "rar4": (b"Rar!\x1a\x07\0", "a.zip", Kind.RAR),
    "rar5": (b"Rar!\x1a\x07\x01\0", "a", Kind.RAR),
    "7z": (b"7z\xbc\xaf\x27\x1c", "a", Kind.SEVEN_ZIP),
    "gzip": (b"\x1f\x8b\x08", "a", Kind.GZIP),
    "tar": (b"\0" * 257 + b"ustar\0" + b"\0" * 300, "a", Kind.TAR),
    "winmail.dat": (b"\x78\x9f\x3e\x22\0\0", "winmail.dat", Kind.TNEF),
    "rtf named .doc": (b"{\\rtf1\\ansi}", "a.doc", Kind.RTF),
    "exe named .pdf": (b"MZ\x90\0\x03\0\0\0" + bytes(200), "a.pdf", Kind.PROGRAM),
    "a shortcut": (b"\x4c\0\0\0\x01\x14\x02\0", "a.docx", Kind.PROGRAM),
    "a script": (b"WScript.Echo 1", "a.vbs", Kind.PROGRAM),
    "a text that begins with MZ": (b"MZ is no program", "a.txt", Kind.TEXT),
    "html named .doc": (
        b"<html xmlns:w='urn:schemas-microsoft-com:office:word'><body>",
        "a.doc",
        Kind.HTML,
    ),
    "mht named .doc": (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n",
        "a.doc",
        Kind.HTML,
    ),
    "mht saved by QQ": (
        b"From: <Saved by Browser>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n",
        "a.mht",
        Kind.HTML,
    ),
    "Word 2003 XML": (
        b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument>',
        "a.doc",
        Kind.HTML,
    ),
    "eml": (
        b"Received: from x\r\nFrom: a@example.cn\r\nSubject: x\r\n\r\nhello",
        "a.eml",
        Kind.EML,
    ),
    "eml without an extension": (
        b"From: a@example.cn\nTo: b@example.cn\nDate: x\n\nhello",
        "a",
        Kind.EML,
    ),
    "eml that begins with a header of QQ": (
        b"X-QQ-mid: x\r\nFrom: a@example.cn\r\nSubject: x\r\n\r\nhello",
        "来件",
        Kind.EML,
    ),
    "eml with nothing but a subject": (b"Subject: x\r\n\r\nhello", "a.eml", Kind.EML),
    "a text with one colon": (b"Subject: my notes\n\nhello", "a.txt", Kind.TEXT),
    "GBK text": ("申报说明".encode("gbk"), "a.txt", Kind.TEXT),
    "UTF-8 text cut at the sample's end": (("申" * 4000).encode(), "a.txt", Kind.TEXT),
    "UTF-16 text": ("申报".encode("utf-16"), "a.txt", Kind.TEXT),
    "csv": ("学校,师市\n".encode("gbk"), "a.csv", Kind.CSV),
    "tabs under .xls": ("学校\t师市\n".encode("gbk"), "a.xls", Kind.CSV),
    "commas under .xls": ("序号,学校,师市\n1,甲校,乙师\n".encode("gbk"), "a.xls", Kind.CSV),
    "commas under .xlsx": ("序号,学校,师市\n1,甲校,乙师\n".encode(), "a.xlsx", Kind.CSV),
    "a sentence with commas under .xls": ("甲,乙,丙\n丁\n戊\n".encode("gbk"), "a.xls", Kind.TEXT),
    "words under .xls": ("学校".encode("gbk"), "a.xls", Kind.TEXT),
    "tabs of Excel's Unicode text": ("学校\t师市\n".encode("utf-16"), "a.xls", Kind.CSV),
    "a page in UTF-16": ("<table><tr><td>学校</table>".encode("utf-16"), "a.xls", Kind.HTML),
    "Pages": (package({"Index/Document.iwa": b"x", "preview.jpg": b"x"}), "a.pages", Kind.OFFICE),
    "noise": (bytes(range(256)), "a.pdf", Kind.OTHER),
}


@pytest.mark.parametrize(("data", "name", "kind"), FILES.values(), ids=FILES.keys())
def test_the_content_decides_and_not_the_name(data: bytes, name: str, kind: Kind) -> None:
    """Each kind as it arrives in Chinese mail."""
    assert identify(data, name) is kind


@given(
    st.sampled_from([b"", OLE, b"PK\x03\x04", b"PK\x05\x06", b"\xff\xfe", b"From: a\n"]),
    st.binary(max_size=2000),
    st.text(ANY, max_size=20),
)
def test_no_bytes_make_it_raise(magic: bytes, rest: bytes, name: str) -> None:
    """Damaged files are a kind too."""
    assert identify(magic + rest, name) in Kind


@given(st.integers(0, 1500), st.integers(0, 255))
def test_no_damage_to_an_old_word_file_makes_it_raise(place: int, value: int) -> None:
    """Olefile lets out more than its own errors."""
    data = bytearray(compound({"WordDocument": FIB}))
    data[place] = value

    assert identify(bytes(data), "a.doc") in Kind


def test_a_directory_of_a_million_records_is_not_opened() -> None:
    """It would cost half a gigabyte to list."""
    assert identify(b"PK\x03\x04" + b"PK\x01\x02" * 100_000, "a.docx") is Kind.ZIP


def test_a_package_whose_list_of_types_is_damaged_is_told_by_what_is_left_of_it() -> None:
    """Deflate that ends in nonsense is the file's fault and no error of ours."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>" * 50)
        archive.writestr("word/document.xml", "<w:document/>")
    data = bytearray(whole.getvalue())
    start = data.index(b"[Content_Types].xml") + len("[Content_Types].xml")
    data[start : start + 4] = b"\xff\xff\xff\xff"

    assert identify(bytes(data), "a.docx") is Kind.DOCX


@pytest.mark.parametrize("written", ["mimetype", "./mimetype", "/mimetype", "Mimetype"])
def test_an_open_document_is_known_however_its_members_are_named(written: str) -> None:
    """Also where the reader then finds nothing under the usual names, and says so."""
    data = zip_of(
        {written: b"application/vnd.oasis.opendocument.text", "content.xml": b"<office/>"}
    )
    assert identify(data, "a.odt") is Kind.ODT


@pytest.mark.parametrize("content", ["./content.xml", "Content.xml"])
def test_an_open_document_whose_content_is_named_otherwise_has_a_reason(content: str) -> None:
    """Never an error of ours."""
    kind = b"application/vnd.oasis.opendocument.text"
    data = zip_of({"mimetype": kind, content: b"<office/>"})
    with pytest.raises(UnreadableError):
        read_editable(identify(data, "a.odt"), data)


def test_an_archive_whose_names_are_not_what_its_flags_say_is_one() -> None:
    """GBK under the flag of UTF-8, the Word file in it stored: it was taken for that file."""
    word = zip_of({"word/document.xml": b"<a/>"})
    data = raw_zip([("附件1.docx".encode("gbk"), word)], flags=0x800)

    assert identify(data, "材料.zip") is Kind.ZIP
