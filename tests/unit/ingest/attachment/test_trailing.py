"""Files that hang on the end of others, and those that a web archive holds."""

from __future__ import annotations

import base64

import pytest

from ingest.attachment.limits import Budget
from ingest.attachment.trailing import file_behind
from ingest.attachment.unpack import unpack
from ingest.attachment.webarchives import files_in_web_archive
from ingest.reading import Fate, Kind
from tests.unit.ingest.attachment.test_office_files import zipped

WORD = zipped({"word/document.xml": b"<document/>"})
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + bytes(500) + b"\xff\xd9"
PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"


def archive(*files: tuple[str, bytes]) -> bytes:
    """A web archive: a page, and files by their places."""
    parts = [b"Content-Type: text/html\r\n\r\n<html><body>x</body></html>"]
    for place, data in files:
        head = f"Content-Type: application/octet-stream\r\nContent-Location: {place}\r\n"
        code = base64.encodebytes(data)
        parts.append(head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + code)
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n'
    return head + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


@pytest.mark.parametrize("front", [JPEG, PDF], ids=["picture", "pdf"])
def test_a_word_file_behind_another_is_found(front: bytes) -> None:
    """One part and what is in it, each with a fate of its own."""
    items = list(unpack(front + WORD, "a", "2", Budget()))

    assert [item.kind for item in items[1:]] == [Kind.DOCX]
    assert items[1].data == WORD


@pytest.mark.parametrize(
    "data",
    [JPEG, PDF, WORD, JPEG + WORD[:-60], JPEG + b"PK\x05\x06" + bytes(18), b""],
    ids=["picture", "pdf", "archive alone", "cut off", "an end alone", "nothing"],
)
def test_what_has_no_archive_behind_it_has_none(data: bytes) -> None:
    """An archive from its first byte on is itself; pieces of one are nothing."""
    assert list(file_behind(data, Budget())) == []


def test_a_word_file_in_a_web_archive_is_found() -> None:
    """By the name of the place it had."""
    page = archive(("file:///C:/x/a.docx", WORD), ("b.css", b"p {}"), ("c.docx", WORD))
    items = list(unpack(page, "a.mht", "2", Budget()))

    assert [(item.name, item.kind) for item in items[1:]] == [
        ("a.docx", Kind.DOCX),
        ("c.docx", Kind.DOCX),
    ]


def test_entries_of_the_mail_are_counted() -> None:
    """Beyond the limit nothing is opened, and it is said."""
    none = Budget(entries_left=0)
    page = archive(("a.docx", WORD))

    assert [each.fate for each in file_behind(JPEG + WORD, none)] == [Fate.LIMIT]
    assert [each.fate for each in files_in_web_archive(page, none)] == [Fate.LIMIT]
    assert list(files_in_web_archive(b"<html>", none)) == []
