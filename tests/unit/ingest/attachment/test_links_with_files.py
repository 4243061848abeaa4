"""Files that stand in the links of a mail's own page."""

from __future__ import annotations

import base64
import io
import zipfile
from urllib.parse import quote

import pytest

from ingest.attachment.limits import Budget
from ingest.attachment.unpack import mail_items
from ingest.message.structure import parse_structure


def packed() -> bytes:
    """A small file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "申报" * 40)
    return out.getvalue()


FILE = packed()
CODE = base64.b64encode(FILE).decode()


def found(link: str) -> list[tuple[str, bytes]]:
    """Names and bytes of the files in a mail with this link."""
    raw = f'Content-Type: text/html\r\n\r\n<a href="{link}">附件</a>'.encode()
    items = list(mail_items(raw, parse_structure(raw), "", Budget()))
    return [(item.name, item.data) for item in items if "/第" in item.path or item.name]


@pytest.mark.parametrize(
    ("link", "name"),
    [
        (f"data:application/zip;base64,{CODE}", ""),
        (f"data:;base64,{CODE}", ""),
        (f"data:text/plain;base64,{CODE}", ""),
        (f"data:application/octet-stream;name=form.zip;base64,{CODE}", "form.zip"),
        (f"data:application/zip;charset=utf-8;filename={quote('附件.zip')};base64,{CODE}", "附件.zip"),
        (f"data:application/zip;base64,{quote(CODE, safe='')}", ""),
    ],
    ids=["a kind", "no kind", "a wrong kind", "a name", "a quoted name", "quoted"],
)  # fmt: skip
def test_a_file_in_a_link_is_a_file_however_the_link_is_written(link: str, name: str) -> None:
    """With a name, without a type, with its signs escaped."""
    assert found(link)[0] == (name, FILE)


@pytest.mark.parametrize("kind", ["font/woff2", "image/png", "text/css", ""])
def test_fonts_and_small_pictures_of_the_page_are_none(kind: str) -> None:
    """They are its dress."""
    code = base64.b64encode(b"\x00\x01" * 200).decode()

    assert found(f"data:{kind};base64,{code}") == []
