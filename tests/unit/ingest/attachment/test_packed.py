"""Single files packed by gzip, bzip2 and xz, and archives with other bytes around them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable

import pytest

from ingest.attachment.identify import identify
from ingest.attachment.items import Item
from ingest.attachment.limits import Budget
from ingest.attachment.packed import MOST_MEMBERS
from ingest.attachment.unpack import unpack
from ingest.reading import Fate, Kind

PDF = b"%PDF-1.4\n" + b"x" * 200
PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def opened(data: bytes, name: str, budget: Budget | None = None) -> list[Item]:
    return list(unpack(data, name, "2", budget or Budget()))


def stored(*files: tuple[str, bytes]) -> bytes:
    """A ZIP of files that are not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(("ending", "pack"), PACKERS.items())
def test_one_packed_file_is_taken_out(ending: str, pack: Callable[[bytes], bytes]) -> None:
    """Under its name without the packer's; members are joined."""
    _, item = opened(pack(PDF) + pack(b" more"), f"附件.pdf.{ending}")

    assert (item.name, item.data) == ("附件.pdf", PDF + b" more")


@pytest.mark.parametrize(
    ("name", "inner"),
    [("a.tbz2", "a.tar"), ("a.TXZ", "a.tar"), ("a.zip", "内容"), ("", "内容"), ("bz2", "内容")],
)
def test_what_was_packed_is_named(name: str, inner: str) -> None:
    """A tar where the ending says so."""
    _, item = opened(bz2.compress(PDF), name)

    assert item.name == inner


@pytest.mark.parametrize(("ending", "pack"), PACKERS.items())
def test_one_cut_off_is_damaged(ending: str, pack: Callable[[bytes], bytes]) -> None:
    """And so is one with a wrong byte."""
    whole = pack(bytes(range(256)) * 40)
    wrong = whole[:40] + bytes([whole[40] ^ 255]) + whole[41:]

    for data in (whole[:-9], wrong):
        assert [item.fate for item in opened(data, f"a.{ending}")] == [Fate.DAMAGED]


@pytest.mark.parametrize(("ending", "pack"), PACKERS.items())
def test_a_bomb_is_stopped(ending: str, pack: Callable[[bytes], bytes]) -> None:
    """Before it is unpacked as a whole."""
    assert [item.fate for item in opened(pack(bytes(30 * 1024**2)), f"a.{ending}")] == [Fate.LIMIT]


def test_one_that_asks_for_much_memory_is_not_opened() -> None:
    """The dictionary of an xz file may be of 4 GB, however small the file."""
    data = lzma.compress(PDF, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 4096}])
    # the one byte of the dictionary's size stands in the block's header, before its checksum
    header = bytearray(data[12:24])
    header[4] = 39
    header[8:12] = zlib.crc32(bytes(header[:8])).to_bytes(4, "little")

    (item,) = opened(data[:12] + bytes(header) + data[24:], "a.xz")

    assert item.fate is Fate.DAMAGED


def test_no_entry_left_opens_nothing() -> None:
    """The count is of all files of a mail."""
    (item,) = opened(gzip.compress(PDF), "a.gz", Budget(entries_left=0))

    assert item.fate is Fate.LIMIT


@pytest.mark.parametrize(
    "before",
    [
        b"\r\n\r\n",
        b"\xef\xbb\xbf",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\n\r\n",
        bytes(128),
    ],
)
def test_an_archive_behind_other_bytes_is_one(before: bytes) -> None:
    """What a server said before it; every program finds an archive from its end."""
    items = opened(before + stored(("a.pdf", PDF)), "材料.zip")

    assert [(item.kind, item.name) for item in items] == [
        (Kind.ZIP, "材料.zip"),
        (Kind.PDF, "a.pdf"),
    ]


def test_an_archive_before_other_bytes_is_one() -> None:
    """More than a comment could be."""
    items = opened(stored(("a.pdf", PDF)) + b"\n" * 70_000, "材料.zip")

    assert [(item.kind, item.name) for item in items] == [
        (Kind.ZIP, "材料.zip"),
        (Kind.PDF, "a.pdf"),
    ]


def test_an_archive_within_a_file_is_not_taken_for_it() -> None:
    """Of an archive cut off in its second file the first is not the whole, whatever its end says;
    nor is a picture of a disk the archive that lies somewhere on it.
    """
    inner = stored(("word/a.xml", b"y" * 90_000))
    cut = stored(("a.docx", inner), ("b.docx", inner))[: len(inner) + 80_000]
    disk = bytes(9_000) + stored(("a.bin", bytes(40)))
    twice = stored(("a.bin", bytes(40))) + stored(("b.bin", bytes(40)))
    paper = b"\n%PDF-1.4\nstream\n" + stored(("a.bin", bytes(40))) + b"\nendstream\n%%EOF"

    assert [item.fate for item in opened(cut, "材料.zip")] == [Fate.DAMAGED]
    assert identify(disk, "材料.iso") is Kind.OTHER
    assert identify(paper, "a.pdf") is Kind.PDF
    assert identify(b"-lh0-" + bytes(9) + twice, "材料.lzh") is Kind.OTHER


def test_an_archive_whose_directory_is_broken_behind_other_bytes_stays_unknown() -> None:
    """Nothing is opened then."""
    data = bytearray(stored(("a.bin", bytes(40))))
    data[data.rfind(b"PK\x01\x02")] = 0

    assert identify(bytes(30) + bytes(data), "材料.zip") is Kind.OTHER


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_very_many_members_are_too_many(pack: Callable[[bytes], bytes]) -> None:
    """Tens of thousands of members with nothing in them take minutes to pass over."""
    few, many = ([pack(b"a")] * count for count in (MOST_MEMBERS, MOST_MEMBERS + 1))
    fates = [
        [item.fate for item in unpack(b"".join(each), "a", "2", Budget())] for each in (few, many)
    ]

    assert [each[0] for each in fates] == [Fate.UNPACKED, Fate.LIMIT]
