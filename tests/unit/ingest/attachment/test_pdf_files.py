"""Files that a PDF carries beside its pages."""

from __future__ import annotations

import io

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from ingest.attachment.limits import Budget
from ingest.attachment.ofdfiles import files_in_ofd
from ingest.attachment.pdffiles import files_in_pdf
from ingest.attachment.unlocking import unprotected
from ingest.attachment.unpack import unpack
from ingest.reading import Fate, Kind
from tests.parts.containers import zip_of
from tests.parts.portfolios import portfolio

WORD = b"PK\x03\x04" + bytes(range(256)) * 4
NAME = "附件1 申报书.docx"
OCTAL = b"".join(b"\\%03o" % byte for byte in "申报书".encode("gb18030"))


def found(data: bytes, budget: Budget | None = None) -> list[tuple[str, bytes, Fate | None]]:
    """Name, bytes and fate of each file."""
    return [(each.path, each.data, each.fate) for each in files_in_pdf(data, budget or Budget())]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("compressed", [True, False])
def test_a_form_attached_to_a_pdf_is_found(packed: bool, compressed: bool) -> None:
    """By its own words, packed or not; its name, also where that is compressed."""
    data = portfolio({NAME: WORD}, packed=packed, compressed=compressed)

    assert found(data) == [(NAME, WORD, None)]


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (b"(" + OCTAL + b".docx)", "申报书.docx"), (b"(a\\(1\\).docx)", "a(1).docx"), (b"(a\\999)", "a"),
        (b"<612E646F63>", "a.doc"), (b"<612E646F6>", "a.do`"), (b"(a\\nb.doc)", "a b.doc"),
    ],
)  # fmt: skip
def test_names_are_read_as_they_are_written(name: bytes, read: str) -> None:
    """In the sender's code page, with escapes, in digits."""
    assert found(portfolio({NAME: WORD}, name=name))[0][0] == read


def test_two_files_of_one_name_and_what_is_no_document() -> None:
    """Notes that programs put in are left where they are."""
    data = portfolio({"甲": WORD, "乙": b"<xml/>", "丙": WORD}, name=b"(a.docx)")

    assert [path for path, _, _ in found(data)] == ["a.docx", "a(3).docx"]


def test_what_may_not_be_opened_says_so() -> None:
    """Too many files, or too large."""
    data = portfolio({NAME: WORD, "b.docx": WORD})

    assert [fate for _, _, fate in found(data, Budget(entries_left=1))] == [None, Fate.LIMIT]
    assert [fate for _, _, fate in found(data, Budget(bytes_left=10))] == [Fate.LIMIT] * 2
    plain = portfolio({NAME: WORD}, packed=False)
    assert [fate for _, _, fate in found(plain, Budget(bytes_left=10))] == [Fate.LIMIT]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/FlateDecode", b"/LZWDecodeXX"), (b"EmbeddedFile", b"Embedded"),
        (b"stream\nx", b"stream\n!"), (b"obj", b"abc"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_gives_nothing(old: bytes, new: bytes) -> None:
    """Other packing, a password, no file, damage."""
    assert found(portfolio({NAME: WORD}).replace(old, new)) == []


def test_the_pdf_stays_a_part_of_its_own() -> None:
    """The file within it comes behind it, with its place."""
    items = list(unpack(portfolio({NAME: WORD}), "材料.pdf", "2", Budget()))

    assert [(item.kind, item.path) for item in items[:1]] == [(Kind.PDF, "2")]
    assert items[1].path == f"2/{NAME}"


def test_files_in_a_pdf_that_only_resists_changes_are_found() -> None:
    """It opens without a password; what it carries is locked like its pages."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(portfolio({NAME: WORD}))))
    writer.encrypt(owner_pass="owner", user_pass="")
    out = io.BytesIO()
    writer.write(out)

    assert [item.data for item in unpack(out.getvalue(), "包.pdf", "2", Budget())][1:] == [WORD]
    assert unprotected(b"%PDF-1.4 /Encrypt EmbeddedFile") == b"%PDF-1.4 /Encrypt EmbeddedFile"


def test_files_in_an_ofd_are_found_and_its_own_parts_are_none() -> None:
    """A form attached to what was sealed; pictures, fonts and seals belong to the pages."""
    own = {"OFD.xml": b"<OFD/>", "Doc_0/Res/a.png": b"\x89PNG\r\n\x1a\n", "Doc_0/Seal.esl": b"0"}
    whole = zip_of({**own, f"Doc_0/Attachs/{NAME}": zip_of({"word/document.xml": b"<a/>"})})

    assert [item.name for item in unpack(whole, "a.ofd", "2", Budget())] == ["a.ofd", NAME]
    assert [each.path for each in files_in_ofd(whole[:-40], Budget())] == []
    (none_left,) = files_in_ofd(whole, Budget(entries_left=0))
    assert none_left.fate is Fate.LIMIT
