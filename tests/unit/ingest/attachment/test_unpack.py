"""Containers opened within a budget."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.attachment.items import Item
from ingest.attachment.limits import Budget
from ingest.attachment.unpack import unpack
from ingest.attachment.zipnames import safe_path
from ingest.reading import Fate, Kind
from tests.letters import ANY

PDF = b"%PDF-1.4 x"
FLAG = 0x800


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def raw_zip(
    name: bytes,
    data: bytes = PDF,
    flags: int = 0,
    method: int = 0,
    extra: bytes = b"",
) -> bytes:
    """One stored entry with exactly these name bytes and flags."""
    local = struct.pack(
        "<4sHHHHHIIIHH",
        b"PK\x03\x04",
        20,
        flags,
        method,
        0,
        0,
        zlib.crc32(data),
        len(data),
        len(data),
        len(name),
        len(extra),
    )
    central = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        b"PK\x01\x02",
        20,
        20,
        flags,
        method,
        0,
        0,
        zlib.crc32(data),
        len(data),
        len(data),
        len(name),
        len(extra),
        0,
        0,
        0,
        0,
        0,
    )
    body, directory = local + name + extra + data, central + name + extra
    return (
        body
        + directory
        + struct.pack(
            "<4sHHHHIIH",
            b"PK\x05\x06",
            0,
            0,
            1,
            1,
            len(directory),
            len(body),
            0,
        )
    )


def tarred(*members: tuple[tarfile.TarInfo, bytes], **options: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(
        fileobj=buffer,
        mode="w",
        **options,
    ) as archive:  # type: ignore[call-overload]
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def opened(data: bytes, name: str = "a.zip", **budget: int) -> list[Item]:
    return list(unpack(data, name, "2", Budget(**budget)))


def shown(items: list[Item]) -> list[tuple[str, Fate | None]]:
    return [(item.path, item.fate) for item in items]


UNICODE_PATH = (
    struct.pack(
        "<HHBI", 0x7075, 5 + len("附件1.pdf".encode()), 1, zlib.crc32("附件1.pdf".encode("gbk"))
    )
    + "附件1.pdf".encode()
)
NAMES: dict[str, tuple[bytes, str]] = {
    "ASCII": (raw_zip(b"a.pdf"), "a.pdf"),
    "GBK without a flag (WinRAR, 360, the explorer)": (
        raw_zip("附件1.pdf".encode("gbk")),
        "附件1.pdf",
    ),
    "UTF-8 without a flag (macOS)": (raw_zip("附件1.pdf".encode()), "附件1.pdf"),
    "UTF-8 with the flag": (raw_zip("附件1.pdf".encode(), flags=FLAG), "附件1.pdf"),
    "the flag on GBK bytes": (raw_zip("附件1.pdf".encode("gbk"), flags=FLAG), "附件1.pdf"),
    "GBK with Info-ZIP's Unicode path": (
        raw_zip("附件1.pdf".encode("gbk"), extra=UNICODE_PATH),
        "附件1.pdf",
    ),
    "a Unicode path that belongs to another name": (raw_zip(b"a.pdf", extra=UNICODE_PATH), "a.pdf"),
    "NFD of macOS": (raw_zip("é.pdf".encode()), "é.pdf"),
    "gb18030 beyond GBK": (raw_zip("𠮷.pdf".encode("gb18030")), "𠮷.pdf"),
    "backslashes": (raw_zip(b"dir\\a.pdf"), "dir/a.pdf"),
    "GBK ending in a backslash byte": (raw_zip("诚誠/a.pdf".encode("gbk")), "诚誠/a.pdf"),
    "climbing out": (raw_zip(b"../../etc/passwd.pdf"), "etc/passwd.pdf"),
    "an absolute path": (raw_zip(b"/etc/passwd.pdf"), "etc/passwd.pdf"),
    "a drive": (raw_zip(b"C:\\Windows\\a.pdf"), "Windows/a.pdf"),
    "NUL in the name": (raw_zip(b"a.pdf\0.exe"), "a.pdf"),
    "a line break": (raw_zip(b"a\r\nb.pdf"), "a b.pdf"),
    "only dots": (raw_zip(b"../.."), "未命名"),
}


@pytest.mark.parametrize(("data", "expected"), NAMES.values(), ids=NAMES.keys())
def test_names_in_archives_come_out_readable_and_harmless(data: bytes, expected: str) -> None:
    """In every form Chinese programs write them; the content comes with them."""
    archive, item = opened(data)

    assert archive.fate is Fate.UNPACKED
    assert item.path == f"2/{expected}"
    assert item.name == expected.rpartition("/")[2]
    assert (item.data, item.kind, item.fate) == (PDF, Kind.PDF, None)


@given(st.text(ANY, max_size=80))
def test_no_name_leaves_its_place(name: str) -> None:
    """Not that anything is written: the path is shown and compared."""
    assert ".." not in safe_path(name).split("/")
    assert not safe_path(name).startswith("/")


def test_the_archive_comes_first_with_its_hash_and_then_each_entry() -> None:
    """A fate for everything."""
    data = zipped({"dir/": b"", "dir/a.pdf": PDF, "b.txt": b"hello", "empty.docx": b""})

    items = opened(data)

    assert shown(items) == [
        ("2", Fate.UNPACKED),
        ("2/dir/a.pdf", None),
        ("2/b.txt", Fate.UNRECOGNISED),
        ("2/empty.docx", Fate.EMPTY),
    ]
    assert "3 个文件" in items[0].reason
    assert items[0].data == data
    assert len(items[1].sha256) == 64


def test_archives_inside_archives_are_opened() -> None:
    """A zip in a zip, a tar in a gzip."""
    inner = zipped({"a.pdf": PDF})
    tar = gzip.compress(tarred((tarfile.TarInfo("b.pdf"), PDF)))

    items = opened(zipped({"x/inner.zip": inner, "y.tgz": tar}))

    assert shown(items) == [
        ("2", Fate.UNPACKED),
        ("2/x/inner.zip", Fate.UNPACKED),
        ("2/x/inner.zip/a.pdf", None),
        ("2/y.tgz", Fate.UNPACKED),
        ("2/y.tgz/y.tar", Fate.UNPACKED),
        ("2/y.tgz/y.tar/b.pdf", None),
    ]


def test_nesting_stops_at_the_depth_of_the_budget() -> None:
    """A thousand shells are named once."""
    data = PDF
    for _ in range(8):
        data = zipped({"a.zip": data}, zipfile.ZIP_STORED)

    items = opened(data, max_depth=3)

    assert [item.fate for item in items] == [Fate.UNPACKED] * 3 + [Fate.LIMIT]


def test_one_item_at_a_time_is_unpacked() -> None:
    """The second entry is not touched before it is asked for."""
    budget = Budget()
    items = unpack(zipped({"a.bin": bytes(1000), "b.bin": bytes(1000)}), "a.zip", "2", budget)
    next(items)
    next(items)

    assert budget.bytes_left == Budget().bytes_left - 1000


def test_an_entry_with_a_password_is_named() -> None:
    """The flag tells before any attempt."""
    _, item = opened(raw_zip("附件1.pdf".encode("gbk"), flags=1))

    assert item.name == "附件1.pdf"
    assert item.fate is Fate.ENCRYPTED
    assert "密码" in item.reason


@pytest.mark.parametrize("method", [1, 98, 99])
def test_an_exotic_compression_goes_to_staff(method: int) -> None:
    """Methods of tools nobody uses any more."""
    _, item = opened(raw_zip(b"a.pdf", method=method))

    assert item.fate is Fate.UNSUPPORTED


def test_a_damaged_entry_does_not_hide_its_neighbours() -> None:
    """A wrong checksum in the first of two."""
    data = bytearray(zipped({"a.pdf": PDF, "b.pdf": PDF}, zipfile.ZIP_STORED))
    data[data.index(PDF)] ^= 1

    assert shown(opened(bytes(data)))[1:] == [("2/a.pdf", Fate.DAMAGED), ("2/b.pdf", None)]


def test_the_same_name_twice_gives_two_paths() -> None:
    """Paths are unique."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.pdf", PDF)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.pdf", PDF + b"2")

    assert [item.path for item in opened(buffer.getvalue())[1:]] == ["2/a.pdf", "2/a(2).pdf"]


@pytest.mark.parametrize("name", ["a.zip.001", "a.7z.002", "a.z01", "a.r00", "a.part2.rar"])
@pytest.mark.parametrize("piece", [slice(None, -30), slice(40, None)])
def test_pieces_of_a_cut_archive_are_named_as_such(name: str, piece: slice) -> None:
    """Not as damaged: sent once more just the same they would still not open."""
    data = zipped({"a.bin": bytes(range(256)) * 8})[piece]
    assert [(item.fate, "分卷" in item.reason) for item in opened(data, name)] == [
        (Fate.UNSUPPORTED, True)
    ]


def test_a_piece_of_an_archive_is_no_damaged_word_file() -> None:
    """A Word file that was stored in it is seen in the first piece."""
    data = zipped({"a.docx": zipped({"word/document.xml": b"<a/>" * 400})}, zipfile.ZIP_STORED)
    for name in ("a.zip.001", "a.z01"):
        [item] = opened(data[:-40], name)
        assert (item.fate, "分卷" in item.reason) == (Fate.UNSUPPORTED, True)


def test_the_last_piece_of_an_archive_has_its_name() -> None:
    """WinZip's a.zip beside a.z01: it begins in the middle, its end counts two disks."""
    data = bytearray(zipped({"a.bin": bytes(range(256)) * 8})[40:])
    data[-18:-16] = b"\1\0"

    [item] = opened(bytes(data), "a.zip")
    assert (item.fate, "分卷" in item.reason) == (Fate.UNSUPPORTED, True)


def test_a_whole_archive_with_such_a_name_is_opened() -> None:
    """One piece may be all of it."""
    assert shown(opened(zipped({"a.pdf": PDF}), "a.zip.001"))[1:] == [("2/a.pdf", None)]


def test_a_bomb_is_stopped_by_its_ratio() -> None:
    """A hundred kilobytes that unfold to a hundred megabytes; what follows is still read."""
    items = opened(zipped({"bomb.bin": bytes(100 * 1024**2), "a.pdf": PDF}))

    assert shown(items)[1:] == [("2/bomb.bin", Fate.LIMIT), ("2/a.pdf", None)]


def test_the_bytes_of_all_archives_are_counted_together() -> None:
    """Many small bombs are one bomb."""
    items = opened(zipped({f"{n}.bin": bytes(1000) for n in range(5)}), bytes_left=3500)

    assert [item.fate for item in items[1:]] == [Fate.UNSUPPORTED] * 3 + [Fate.LIMIT] * 2


def test_the_number_of_entries_is_limited_and_the_rest_is_counted() -> None:
    """The last line says how many were left."""
    items = opened(zipped({f"{n}.txt": b"x" for n in range(10)}), entries_left=4)

    assert len(items) == 6
    assert items[-1].fate is Fate.LIMIT
    assert "其余6个文件" in items[-1].name


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + b"junk" * 50,
        zipped({"a": b"x" * 500})[:-25],
        b"\x1f\x8b\x08junk",
        gzip.compress(b"x" * 500)[:-9],
    ],
    # the bytes hold the time of day: no name for two workers
    ids=["zip", "zip cut off", "gzip", "gzip cut off"],
)
def test_a_broken_archive_is_a_fate_and_no_error(data: bytes) -> None:
    """With a sentence that says how to mend it."""
    (item,) = opened(data)

    assert item.fate is Fate.DAMAGED
    assert "重新" in item.reason


@given(st.binary(max_size=300), st.integers(0, 200), st.sampled_from(["zip", "gz", "tar", "eml"]))
def test_no_damage_makes_it_raise(noise: bytes, place: int, kind: str) -> None:
    """Random bytes written over good archives."""
    good = {
        "zip": zipped({"a.pdf": PDF, "b/c.txt": b"x"}),
        "gz": gzip.compress(PDF * 20),
        "tar": tarred((tarfile.TarInfo("a.pdf"), PDF)),
        "eml": b"From: a@example.cn\nTo: b@example.cn\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n",
    }[kind]
    data = good[:place] + noise + good[place + len(noise) :]

    for item in opened(data, f"a.{kind}"):
        assert item.fate is None or item.reason or item.fate is Fate.BODY


def test_an_archive_of_a_newer_version_goes_to_staff() -> None:
    """The library refuses it as a whole."""
    data = bytearray(zipped({"a.pdf": PDF}))
    data[data.index(b"PK\x01\x02") + 6] = 99

    (item,) = opened(bytes(data))

    assert item.fate is Fate.UNSUPPORTED


def test_an_empty_archive_is_empty() -> None:
    """Somebody zipped an empty folder."""
    (item,) = opened(zipped({"dir/": b""}))

    assert item.fate is Fate.EMPTY


def test_system_files_are_set_aside() -> None:
    """__MACOSX and Thumbs.db are nobody's application."""
    items = opened(zipped({"__MACOSX/._a.pdf": b"x", "a/Thumbs.db": b"x", "a/.DS_Store": b"x"}))

    assert {item.fate for item in items[1:]} == {Fate.INLINE}


def test_links_and_devices_in_a_tar_are_not_followed() -> None:
    """Only regular files are read."""
    link = tarfile.TarInfo("passwd.pdf")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    device = tarfile.TarInfo("null")
    device.type = tarfile.CHRTYPE

    items = opened(tarred((link, b""), (device, b""), (tarfile.TarInfo("../a.pdf"), PDF)), "a.tar")

    assert shown(items)[1:] == [
        ("2/passwd.pdf", Fate.UNSUPPORTED),
        ("2/null", Fate.UNSUPPORTED),
        ("2/a.pdf", None),
    ]


def test_gbk_names_in_a_tar_are_readable() -> None:
    """Tar stores bytes, whatever they are."""
    items = opened(
        tarred((tarfile.TarInfo("附件1.pdf"), PDF), encoding="gbk", format=tarfile.GNU_FORMAT),
        "a.tar",
    )  # type: ignore[arg-type]

    assert items[1].name == "附件1.pdf"


def test_a_gzip_bomb_is_stopped() -> None:
    """Also when it is told by several members."""
    (item,) = opened(gzip.compress(bytes(30 * 1024**2)) * 2, "a.gz")

    assert item.fate is Fate.LIMIT


def test_members_of_a_gzip_are_joined() -> None:
    """As gunzip does."""
    _, item = opened(gzip.compress(PDF) + gzip.compress(b" more"), "附件.pdf.gz")

    assert (item.name, item.data) == ("附件.pdf", PDF + b" more")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"Rar!\x1a\x07\0", Kind.RAR),
        (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP),
        (b"\x78\x9f\x3e\x22", Kind.TNEF),
    ],
)
def test_a_container_that_is_nothing_but_its_first_bytes_is_called_damaged(
    data: bytes,
    kind: Kind,
) -> None:
    """With a sentence that says what to do."""
    (item,) = opened(data)

    assert (item.kind, item.fate) == (kind, Fate.DAMAGED)
    assert item.reason


def test_a_saved_mail_gives_its_attachments() -> None:
    """An .eml attached to a mail."""
    eml = (
        b"From: a@example.cn\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n"
        b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.4\r\n--b--\r\n"
    )

    items = opened(eml, "a.eml")

    assert [(item.path, item.name, item.fate) for item in items] == [
        ("2", "a.eml", Fate.UNPACKED),
        ("2/1", "", Fate.BODY),
        ("2/2", "a.pdf", None),
    ]


def test_a_binary_workbook_is_not_called_damaged() -> None:
    """Excel's .xlsb: saved once more just the same it would still not be read."""
    kind = b"application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    types = b'<Types><Override PartName="/xl/workbook.bin" ContentType="' + kind + b'"/></Types>'
    data = zipped({"[Content_Types].xml": types, "xl/workbook.bin": bytes(40)})

    for name in ("汇总表.xlsb", "汇总表.xlsx"):
        (item,) = unpack(data, name, "1", Budget())
        assert (item.fate, "另存为 .xlsx" in item.reason) == (Fate.UNSUPPORTED, True)


def test_a_workbook_in_which_a_binary_one_lies_is_a_workbook() -> None:
    """What is put into a cell as an object has a content type of its own."""
    binary = b"application/vnd.ms-excel.sheet.binary.macroEnabled.12"
    whole = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    types = b'<Types><Default Extension="xlsb" ContentType="' + binary + b'"/>'
    types += b'<Override PartName="/xl/workbook.xml" ContentType="' + whole + b'"/></Types>'
    data = zipped({"[Content_Types].xml": types, "xl/workbook.xml": b"<workbook/>"})

    assert [item.kind for item in unpack(data, "汇总表.xlsx", "1", Budget())] == [Kind.XLSX]


def test_files_of_apple_s_office_are_called_what_they_are() -> None:
    """Pages and Numbers, with how to mend it; nothing inside is shown to the applicant."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("Index/Document.iwa", b"x")

    (item,) = unpack(out.getvalue(), "申报书.pages", "1", Budget())

    assert item.fate is Fate.UNSUPPORTED
    assert "导出为 Word" in item.reason
