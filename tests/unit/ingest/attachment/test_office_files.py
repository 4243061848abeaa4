"""Files that stand as objects in documents of Word and Excel."""

from __future__ import annotations

import base64
import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.attachment.items import Item
from ingest.attachment.limits import Budget
from ingest.attachment.members import NO_ENTRIES
from ingest.attachment.officefiles import LEFT_INSIDE, files_in_office, native_file
from ingest.attachment.unpack import unpack
from ingest.reading import Fate, Kind
from tests.parts.compound import ole

PDF = b"%PDF-1.4\n" + b"x" * 5_000
_CHART = (
    b'<Relationships><Relationship Id="rId1" Target="../embeddings/Sheet1.xlsx"/></Relationships>'
)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def word(**embedded: bytes) -> bytes:
    """A Word file with objects; two underscores in a name are a dot."""
    objects = {
        f"word/embeddings/{name.replace('__', '.')}": data for name, data in embedded.items()
    }
    return zipped({"word/document.xml": b"<document/>", **objects})


def packaged(name: str, data: bytes) -> bytes:
    """What the Object Packager makes of a file."""
    label = name.encode("gb18030") + b"\0"
    head = struct.pack("<H", 2) + label * 2 + b"\0\0\3\0" + struct.pack("<I", len(label)) + label
    body = head + struct.pack("<I", len(data)) + data
    return struct.pack("<I", len(body)) + body


def opened(data: bytes, name: str = "a.docx", budget: Budget | None = None) -> list[Item]:
    return list(unpack(data, name, "2", budget or Budget()))


def names(items: list[Item]) -> list[str]:
    return [item.name for item in items[1:]]


def test_a_document_in_a_document_is_found() -> None:
    """With a fate of its own, behind what holds it."""
    items = opened(word(Word1__docx=word(), paper__pdf=PDF))

    assert [(item.path, item.kind, item.fate) for item in items] == [
        ("2", Kind.DOCX, None),
        ("2/Word1.docx", Kind.DOCX, None),
        ("2/paper.pdf", Kind.PDF, None),
    ]


@pytest.mark.parametrize(
    ("stream", "content", "name"),
    [
        ("\x01Ole10Native", packaged("申报书.pdf", PDF), "申报书.pdf"),
        ("Package", word(), "对象1"),
        ("CONTENTS", PDF, "对象1"),
    ],
    ids=["packed by its name", "Word", "PDF"],
)
def test_a_file_in_an_object_is_taken_out(stream: str, content: bytes, name: str) -> None:
    """By the Object Packager, as a package, as Acrobat stores it."""
    held = ole({stream: content, "\x01CompObj": bytes(80)})

    assert names(opened(word(oleObject1__bin=held))) == [name]


def test_files_in_old_documents_are_found() -> None:
    """In Word's pool of objects and in Excel's numbered storages."""
    native = {"\x01Ole10Native": packaged("a.pdf", PDF)}
    doc = ole({"WordDocument": bytes(5_000), "ObjectPool": {"_1": native}})
    xls = ole({"Workbook": bytes(5_000), "MBD0001": native})

    assert names(opened(doc, "a.doc")) == ["a.pdf"]
    assert names(opened(xls, "a.xls")) == ["a.pdf"]


def in_rich_text(kind: bytes, native: bytes) -> bytes:
    """An object of a kind in RTF, its digits in lines."""
    texts = struct.pack("<I", len(kind) + 1) + kind + b"\0" + bytes(8)
    data = struct.pack("<II", 0x501, 2) + texts + struct.pack("<I", len(native)) + native
    digits = data.hex().encode()
    lines = b"\r\n".join(digits[at : at + 80] for at in range(0, len(digits), 80))
    return b"{\\rtf1{\\object\\objemb{\\*\\objdata " + lines + b"}}}"


@pytest.mark.parametrize(
    ("kind", "native", "name"),
    [
        (b"Package", packaged("申报书.pdf", PDF)[4:], "申报书.pdf"),
        (b"Word.Document.12", ole({"Package": word()}), "对象1"),
        (b"AcroExch", PDF, "对象1"),
    ],
    ids=["packed by its name", "Word", "PDF"],
)
def test_objects_of_rich_text_are_found(kind: bytes, native: bytes, name: str) -> None:
    """As Word and WordPad write them."""
    assert names(opened(in_rich_text(kind, native), "a.doc")) == [name]


def test_files_in_the_links_of_an_attached_page_are_found() -> None:
    """Its pictures are the page's own."""
    link = '<a href="data:application/octet-stream;name=a.pdf;base64,{}">'
    code = base64.b64encode(PDF).decode()
    jpeg = base64.b64encode(b"\xff\xd8\xff" + bytes(40_000)).decode()
    page = f'<html><img src="data:image/jpeg;base64,{jpeg}">{link.format(code)}</html>'.encode()

    assert names(opened(page, "a.html")) == ["a.pdf"]
    assert names(opened(page, "a.html", Budget(entries_left=0))) == []


def test_what_cannot_be_taken_out_is_told() -> None:
    """A Word document laid out in storages; a formula's is not worth a word."""
    data = bytearray(
        ole({"WordDocument": bytes(5_000), "ObjectPool": {"_1": {"WordDocument": b"x"}, "_2": {}}})
    )
    entry = data.find("_1".encode("utf-16-le") + bytes(60))
    assert [item.fate for item in opened(bytes(data), "a.doc")] == [None]
    data[entry + 80 : entry + 96] = bytes.fromhex("0609020000000000c000000000000046")

    _, told = opened(bytes(data), "a.doc")

    assert (told.fate, told.reason) == (Fate.UNSUPPORTED, LEFT_INSIDE)


def test_workbooks_of_charts_formulas_and_pictures_are_no_files() -> None:
    """Nobody sent them."""
    formula = ole({"Equation Native": bytes(200)})
    data = zipped(
        {
            "word/document.xml": b"<document/>",
            "word/charts/_rels/chart1.xml.rels": _CHART,
            "word/embeddings/Sheet1.xlsx": zipped({"xl/workbook.xml": b"<workbook/>"}),
            "word/embeddings/oleObject1.bin": formula,
            "word/embeddings/other.bin": b"nothing",
        }
    )

    assert len(opened(data)) == 1


def test_the_count_and_the_size_of_files_are_those_of_the_mail() -> None:
    """And what would be too much is told."""
    few = opened(word(a__pdf=PDF, b__pdf=PDF), budget=Budget(entries_left=1))
    small = opened(word(a__pdf=PDF), budget=Budget(bytes_left=1_000))

    assert [item.fate for item in few] == [None, None, Fate.LIMIT]
    assert [item.fate for item in small] == [None, Fate.LIMIT]


def test_a_package_with_very_many_members_is_not_searched() -> None:
    """Its directory alone would take the memory."""
    data = word(a__pdf=PDF) + b"PK\x01\x02" * 20_001

    assert list(files_in_office(Kind.DOCX, data, Budget())) == []


@given(st.binary(max_size=300))
def test_nothing_a_stranger_writes_makes_it_raise(noise: bytes) -> None:
    """Noise, and noise where an object should be."""
    pool = "ObjectPool".encode("utf-16-le")
    for kind, data in (
        (Kind.DOCX, b"PK\x03\x04embeddings" + noise),
        (Kind.DOCX, word(a__bin=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise)),
        (Kind.RTF, b"{\\rtf1\\objdata " + noise.hex().encode()),
        (Kind.DOC, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + pool + noise),
    ):
        list(files_in_office(kind, data, Budget()))
    native_file(noise)


def _damaged(data: bytes) -> bytes:
    """Cut where its streams are: the head still says that it is a compound file."""
    return data[:700]


@pytest.mark.parametrize("where", ["before", "behind"])
def test_a_damaged_object_is_told_and_hides_no_other(where: str) -> None:
    """One that cannot be opened is no reason to look at none."""
    broken = _damaged(ole({"Package": PDF}))
    objects = (
        {"a__bin": broken, "b__pdf": PDF}
        if where == "before"
        else {"a__pdf": PDF, "b__bin": broken}
    )
    found = {
        each.path: each.reason for each in files_in_office(Kind.DOCX, word(**objects), Budget())
    }

    assert sorted(found.values()) == ["", LEFT_INSIDE]


def test_a_packed_file_that_is_cut_off_is_told_by_its_name() -> None:
    """Nobody would know of it: an object is no part of the text."""
    cut = packaged("申报书.docx", PDF)[:-100]
    native = ole({"\x01Ole10Native": cut})
    (found,) = files_in_office(Kind.DOCX, word(a__bin=native), Budget())

    assert (found.path, found.reason) == ("申报书.docx", LEFT_INSIDE)


def test_what_stood_in_a_document_says_so() -> None:
    """A blank form in there is no application of its own."""
    inner = zipped({"word/document.xml": b"<document/>"})
    items = list(unpack(zipped({"a.docx": word(b__docx=inner)}), "a.zip", "2", Budget()))

    assert [item.within for item in items] == [False, False, True]


def test_an_object_that_is_no_document_is_left_where_it_is() -> None:
    """A program, a sound: nobody's application form."""
    held = ole({"\x01Ole10Native": packaged("录音.wav", b"RIFF" + bytes(200))})

    assert names(opened(word(oleObject1__bin=held))) == []


def open_document(kind: str = "text", **members: bytes) -> bytes:
    """An OpenDocument package with more members; two underscores in a name are a slash."""
    content = f'<o:document-content xmlns:o="o"><o:body><o:{kind}/></o:body></o:document-content>'
    own = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
        "content.xml": content.encode(),
        "META-INF/manifest.xml": b"<manifest/>",
    }
    return zipped(own | {name.replace("__", "/"): data for name, data in members.items()})


def laid_out(kind: str) -> dict[str, bytes]:
    """An object of LibreOffice's own."""
    content = f'<o:document-content xmlns:o="o"><o:body>\n<o:{kind}/></o:body></o:document-content>'
    return {"Object 1__content.xml": content.encode(), "Object 1__styles.xml": b"<styles/>"}


@pytest.mark.parametrize(
    ("members", "found"),
    [
        (laid_out("text"), [("Object 1.odt", Kind.ODT)]),
        (laid_out("spreadsheet"), [("Object 1.ods", Kind.ODS)]),
        (laid_out("chart"), []),
        (laid_out("presentation"), []),
        ({"Object 2": word()}, [("Object 2", Kind.DOCX)]),
        ({"Object 2": ole({"Package": PDF})}, [("对象1", Kind.PDF)]),
        ({"Object 2": ole({"\x01Ole10Native": packaged("a.pdf", PDF)})}, [("a.pdf", Kind.PDF)]),
        ({"Pictures__1.jpg": b"\xff\xd8\xff" + bytes(9_000)}, []),
        ({"Pictures__1.pdf": PDF}, [("1.pdf", Kind.PDF)]),
        ({"ObjectReplacements__Object 1": PDF, "Thumbnails__thumbnail.pdf": PDF}, []),
    ],
)
@pytest.mark.parametrize("kind", ["text", "spreadsheet"])
def test_objects_of_an_open_document_are_found(
    kind: str, members: dict[str, bytes], found: list[tuple[str, Kind]]
) -> None:
    """Its own, laid out in folders, and whole files; charts and pictures are none."""
    items = opened(open_document(kind, **members), "a.odt")

    assert [(item.name, item.kind) for item in items[1:]] == found
    assert all(item.within for item in items[1:])


def test_an_object_in_a_flat_open_document_is_found() -> None:
    """Its bytes stand there in base64."""
    code = base64.encodebytes(word()).decode()
    flat = (
        '<?xml version="1.0"?><office:document xmlns:office="o" office:mimetype="application/vnd.oasis.opendocument.text">'
        f'<draw:object-ole xmlns:draw="d"><office:binary-data>{code}</office:binary-data></draw:object-ole></office:document>'
    )

    assert [item.kind for item in opened(flat.encode(), "a.fodt")] == [Kind.ODT, Kind.DOCX]


def test_an_open_document_of_very_many_members_is_left_closed() -> None:
    """As any archive is, and what it says is read by its reader's own limits."""
    data = open_document() + b"PK\x01\x02" * 60_000

    assert list(files_in_office(Kind.ODT, data, Budget())) == []


MAIL = b"From: a@example.cn\r\nSubject: x\r\nMIME-Version: 1.0\r\n\r\nx\r\n"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("m.eml", MAIL, Kind.EML), ("f.html", b"<html><body>x</body></html>", Kind.HTML), ("f.csv", "甲,乙,丙\n丁,戊,己\n".encode(), Kind.CSV),
        ("f.txt", "说明".encode(), Kind.TEXT), ("f.png", b"\x89PNG\r\n\x1a\n" + bytes(900), Kind.PNG), ("f.tif", b"II*\0" + bytes(900), Kind.IMAGE),
        ("f.gz", b"\x1f\x8b" + bytes(90), Kind.GZIP), ("f.pptx", zipped({"ppt/a.xml": b"<p/>", "[Content_Types].xml": b"<Types/>"}), Kind.OFFICE),
    ],
    ids=["mail", "page", "table", "text", "png", "tif", "gz", "slides"],
)  # fmt: skip
@pytest.mark.parametrize("holder", ["word", "rich text"])
def test_whatever_somebody_packed_by_its_name_has_a_fate(
    holder: str, name: str, data: bytes, kind: Kind
) -> None:
    """A mail with the form in it, a scan that is no photograph."""
    native = packaged(name, data)
    head = struct.pack("<III", 0x501, 2, 8) + b"Package\0" + bytes(8)
    digits = (head + struct.pack("<I", len(native) - 4) + native[4:]).hex().encode()
    holders = {
        "word": word(a__bin=ole({"\x01Ole10Native": native})),
        "rich text": rb"{\rtf1{\object\objemb{\*\objdata " + digits + rb"}}}",
    }
    (_, item, *_) = opened(holders[holder], "a.docx" if holder == "word" else "a.rtf")

    assert (item.name, item.kind) == (name, kind)


def test_a_mail_among_the_objects_is_opened() -> None:
    """What lies in it is an attachment like others."""
    assert [item.kind for item in opened(word(m__eml=MAIL))][1:] == [Kind.EML, Kind.TEXT]


def test_a_package_in_capital_letters_is_searched_too() -> None:
    """Some programs write all names so."""
    data = zipped({"WORD/DOCUMENT.XML": b"<document/>", "WORD/EMBEDDINGS/A.PDF": PDF})

    assert [each.path for each in files_in_office(Kind.DOCX, data, Budget())] == ["A.PDF"]


def many(kind: str, number: int) -> tuple[str, bytes]:
    """A document of a kind with so many papers as objects."""
    numbers = range(number)
    rich = b"".join(in_rich_text(b"AcroExch", PDF)[6:-1] for _ in numbers)
    text = {
        name.replace("Object 1", f"Object {each}"): data
        for each in numbers
        for name, data in laid_out("text").items()
    }
    code = base64.b64encode(PDF).decode()
    inline = f"<d:object-ole><o:binary-data>{code}</o:binary-data></d:object-ole>" * number
    return {
        "docx": ("a.docx", word(**{f"f{each}__pdf": PDF for each in numbers})),
        "whole": ("a.odt", open_document(**{f"Object {each}": PDF for each in numbers})),
        "laid out": ("a.odt", open_document(**text)),
        "flat": ("a.fodt", f'<o:document xmlns:o="o">{inline}</o:document>'.encode()),
        "rtf": ("a.rtf", b"{\\rtf1 " + rich + b"}"),
    }[kind]


@pytest.mark.parametrize("kind", ["docx", "whole", "laid out", "flat", "rtf"])
def test_of_very_many_objects_the_rest_is_told(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would know of them."""
    monkeypatch.setattr("ingest.attachment.officefiles._MOST_OBJECTS", 3)
    (name, full), (_, over) = many(kind, 3), many(kind, 4)
    of = _finder_kind(name)

    assert [each.fate for each in files_in_office(of, full, Budget())] == [None] * 3
    *_, last = files_in_office(of, over, Budget())
    assert (last.path, last.fate, last.reason) == ("其余对象", Fate.LIMIT, NO_ENTRIES)


def _finder_kind(name: str) -> Kind:
    return {"docx": Kind.DOCX, "odt": Kind.ODT, "fodt": Kind.ODT, "rtf": Kind.RTF}[
        name.rpartition(".")[2]
    ]


def test_a_paper_behind_many_formulas_and_pictures_is_found() -> None:
    """They are objects, too, and stand before it as often as not."""
    formula, picture = ole({"Equation Native": bytes(200)}), b"\x89PNG\r\n\x1a\n" + bytes(900)
    formulas = {f"oleObject{number}__bin": formula for number in range(60)}
    pictures = {f"Pictures__{number}.png": picture for number in range(60)}

    assert names(opened(word(**formulas, z__pdf=PDF))) == ["z.pdf"]
    assert names(opened(open_document(**pictures, **{"Object 2": PDF}), "a.odt")) == ["Object 2"]


def test_a_file_in_an_object_that_is_laid_out_is_found() -> None:
    """A scan in a text in a text; what is drawn in its place is none."""
    inner = {"Object 1__Object 2": PDF, "Object 1__ObjectReplacements__Object 2": PDF}
    items = opened(open_document(**laid_out("text"), **inner), "a.odt")

    assert names(items) == ["Object 1.odt", "Object 2"]


def test_what_is_looked_at_is_no_more_than_a_mail_may_unpack_to() -> None:
    """Also what is no paper: many members of zeros would keep the reader busy for minutes."""
    zeros = {f"Pictures__{number}": bytes(3_000) for number in range(9)}
    items = opened(open_document(**zeros), "a.odt", Budget(bytes_left=10_000))

    assert items[1].fate is Fate.LIMIT
