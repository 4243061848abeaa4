"""Packages with other bytes before and behind them."""

from __future__ import annotations

import pytest

from ingest.document.bytesaround import bare_package
from ingest.document.editable.door import read_editable
from ingest.document.paged.ofd import read_ofd
from ingest.reading import Kind
from tests.cases.ofdmade import zone_ofd
from tests.cases.summaries import FIRST, HEADS, as_workbook
from tests.cases.written import ods, odt
from tests.unit.ingest.document.words import word

BEFORE = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n"
BEHIND = bytes(70_000)
FILES = {
    Kind.DOCX: word(["联系人：麦玉清"]),
    Kind.XLSX: as_workbook((HEADS, FIRST)),
    Kind.ODT: odt(),
    Kind.ODS: ods(),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize(("before", "behind"), [(b"", BEHIND), (BEFORE, b""), (BEFORE, b"\r\n")])
def test_a_package_is_read_as_if_nothing_stood_around_it(
    kind: Kind, before: bytes, behind: bytes
) -> None:
    """Word finds its end, however far that is."""
    plain, around = (
        read_editable(kind, data) for data in (FILES[kind], before + FILES[kind] + behind)
    )

    assert (around.lines, around.tables) == (plain.lines, plain.tables)


def test_so_is_an_ofd() -> None:
    """It is a package like others."""
    file = zone_ofd()

    assert read_ofd(file + BEHIND) == read_ofd(file)


@pytest.mark.parametrize(
    "data", [b"", b"x", b"PK\x05\x06", bytes(30) + b"PK\x05\x06" + b"\xff" * 18, BEFORE]
)
def test_what_is_no_package_stays_as_it_is(data: bytes) -> None:
    """Nor does anything break on it."""
    assert bare_package(data) == data


def test_the_end_of_an_archive_inside_one_that_was_cut_off_is_not_its_end() -> None:
    """The record tells another place than its own."""
    data = b"PK\x03\x04" + FILES[Kind.DOCX] + BEHIND

    assert bare_package(data) == data
