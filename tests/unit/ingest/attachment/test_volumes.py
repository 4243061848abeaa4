"""Pieces of archives: told by their names, put together from their bytes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.attachment.archives import open_archive
from ingest.attachment.limits import Budget
from ingest.attachment.rarvolumes import RarVolumeError, one_volume
from ingest.attachment.volumes import Pieces, joined, piece_of, sets_of, told
from ingest.attachment.zipdisks import one_disk
from ingest.reading import Kind
from tests.parts.containers import zip_of
from tests.parts.volumes import cut, rar4_volumes, rar5_volumes, zip_disks

FILES = {"甲.txt": bytes(range(256)) * 12, "乙.txt": b"", "丙.txt": b"short"}
VOLUMES = {"4": rar4_volumes(FILES, 1000), "5": rar5_volumes(FILES, 1000)}


def inside(kind: Kind, data: bytes | None) -> dict[str, bytes]:
    """What comes out."""
    opened = open_archive(kind, data or b"", "", Budget())
    assert opened is not None
    return {member.path: member.data for member in opened.entries if member.fate is None}


@pytest.mark.parametrize(
    ("name", "whole", "number"),
    [
        ("材料.zip.001", "材料.zip", 1),
        ("材料.7z.012", "材料.7z", 12),
        ("材料.Z02", "材料.zip", 2),
        ("材料.part03.RAR", "材料.rar", 3),
        ("材料.r00", "材料.rar", 2),
    ],
)
def test_a_piece_says_what_it_belongs_to(name: str, whole: str, number: int) -> None:
    """By the names that 7-Zip, WinZip and WinRAR give."""
    assert piece_of(name) == (whole, number)


@pytest.mark.parametrize("name", ["材料.zip", "材料.001", "part1.docx", "材料.z1", "材料.docx.001"])
def test_other_names_say_nothing(name: str) -> None:
    """Nor does the plain name of the whole."""
    assert piece_of(name) is None


@pytest.mark.parametrize(
    ("names", "places", "missing"),
    [
        (["a.z01", "b.docx", "A.ZIP"], {1: 0, 2: 2}, ()),
        (["a.r01", "a.rar", "a.r00"], {3: 0, 1: 1, 2: 2}, ()),
        (["a.part3.rar", "a.part1.rar"], {3: 0, 1: 1}, (2,)),
        (["a.7z.002"], {2: 0}, (1,)),
        (["a.z01", "a.z03", "a.zip"], {1: 0, 3: 1, 4: 2}, (2,)),
    ],
)
def test_files_of_one_archive_are_found_together(
    names: list[str], places: dict[int, int], missing: tuple[int, ...]
) -> None:
    """The one with the plain name is the last disk of a ZIP and the first volume of an old RAR."""
    (pieces,) = sets_of(names)

    assert pieces.places == places
    assert pieces.missing == missing


def test_number_nought_is_no_piece() -> None:
    """Nobody counts from there."""
    assert sets_of(["a.zip.000", "b.docx"]) == ()


@pytest.mark.parametrize("form", VOLUMES)
def test_volumes_of_rar_are_one_archive(form: str) -> None:
    """The checksum is that of the last header; without it bsdtar's word would not count."""
    assert len(VOLUMES[form]) > 3
    assert inside(Kind.RAR, one_volume(VOLUMES[form])) == FILES


@pytest.mark.parametrize("form", VOLUMES)
@pytest.mark.parametrize("kept", [slice(1, None), slice(None, -1), slice(None, None, 2)])
def test_volumes_that_lack_one_do_not_fit(form: str, kept: slice) -> None:
    """The first, the last or one in between."""
    assert joined(VOLUMES[form][kept]) is None


@pytest.mark.parametrize("make", [rar4_volumes, rar5_volumes])
def test_a_last_volume_that_is_missing_is_missed_between_entries_too(
    make: Callable[[dict[str, bytes], int], tuple[bytes, ...]],
) -> None:
    """Each volume holds whole entries, but its end says that there is one more."""
    volumes = make({"甲.txt": b"x" * 500, "乙.txt": b"y" * 500}, 500)

    assert [joined(volumes) is None, joined(volumes[:1]) is None] == [False, True]


def test_volumes_of_other_kinds_or_with_locked_names_do_not_fit() -> None:
    """RAR 4 beside RAR 5; headers that only a password opens; nothing at all in it."""
    mixed = (VOLUMES["4"][0], VOLUMES["5"][1])
    locked = rar5_volumes(FILES, 1000, locked=True)
    cut_off = [volume[:700] for volume in VOLUMES["4"]]
    old = bytearray(VOLUMES["4"][0])
    old[10] |= 0x80  # the head says that the names are locked
    endless = [b"Rar!\x1a\x07\x01\0" + b"\xff" * 30]
    nothing = [b"Rar!\x1a\x07\0"]
    for volumes in (mixed, locked, [bytes(old)], cut_off, endless, nothing):
        with pytest.raises(RarVolumeError):
            one_volume(volumes)


@given(form=st.sampled_from(["4", "5"]), at=st.integers(0, 6000), byte=st.integers(0, 255))
def test_damaged_volumes_never_raise_anything_else(form: str, at: int, byte: int) -> None:
    """A whole, or nothing."""
    whole = b"".join(VOLUMES[form])
    damaged = whole[: at % len(whole)] + bytes([byte]) + whole[at % len(whole) + 1 :]
    ends = accumulate(map(len, VOLUMES[form]), initial=0)
    joined([damaged[start:end] for start, end in pairwise(ends)])


def test_disks_of_a_zip_are_one_file() -> None:
    """The directory counts from the beginning of each disk."""
    disks = zip_disks(FILES, 900)

    assert len(disks) > 3
    assert inside(Kind.ZIP, joined(disks)) == FILES
    assert one_disk(disks[:-1]) is None
    assert one_disk(disks[1:]) is None
    assert one_disk((zip_of(FILES),)) is None
    assert one_disk((b"PK\x05\x06", b"")) is None


@given(at=st.integers(0, 6000), byte=st.integers(0, 255))
def test_damaged_disks_never_raise(at: int, byte: int) -> None:
    """A whole, or nothing."""
    whole = bytearray(b"".join(zip_disks(FILES, 900)))
    whole[at % len(whole)] = byte
    one_disk(cut(bytes(whole), 4))


def test_a_cut_file_is_what_its_pieces_are() -> None:
    """Whatever it is."""
    whole = zip_of(FILES)
    assert joined(cut(whole, 3)) == whole


def test_what_is_said_of_a_piece() -> None:
    """Which it is, and what the mail lacks."""
    all_of_it = Pieces("a.zip", {1: 0, 2: 1})

    assert "第2卷, 已与其余各卷合并" in told(all_of_it, 1, opened=True)
    assert "打不开" in told(all_of_it, 0, opened=False)
    assert "缺第1卷" in told(Pieces("a.zip", {2: 0}), 0, opened=False)
    assert "没有其余各卷" in told(Pieces("a.zip", {1: 0}), 0, opened=False)
