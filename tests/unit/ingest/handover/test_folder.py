"""The folder of an export: whole files, nobody else's to read, nothing foreign touched."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from ingest.errors import OutputError
from ingest.handover.folder import Writer, zip_export

ONE, TWO = PurePosixPath("甲类/某单位/a.txt"), PurePosixPath("甲类/b.txt")


def write(target: Path, files: dict[PurePosixPath, bytes], *, finish: bool = True) -> Writer:
    writer = Writer(target, "call")
    for place, content in files.items():
        writer.write(place, content)
    if finish:
        writer.finish()
    return writer


def test_files_and_folders_are_nobody_elses(tmp_path: Path) -> None:
    """0600 and 0700, whatever the umask."""
    target = tmp_path / "out"
    write(target, {ONE: b"1", TWO: b"2"})
    modes = {
        path.relative_to(target).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in [target, *target.rglob("*")]
    }
    assert {mode for name, mode in modes.items() if "." in name[1:] or name == "SHA256SUMS"} == {
        0o600
    }
    assert {modes["."], modes["甲类"], modes["甲类/某单位"]} == {0o700}
    lines = (target / "SHA256SUMS").read_text("utf-8").splitlines()
    assert sorted(lines) == sorted(
        f"{hashlib.sha256(data).hexdigest()}  {place}" for place, data in ((TWO, b"2"), (ONE, b"1"))
    )


def test_a_second_run_writes_only_what_is_not_there(tmp_path: Path) -> None:
    """After a run that was killed, too; a file that was damaged is written anew."""
    target = tmp_path / "out"
    write(target, {ONE: b"1"}, finish=False)
    (target / "甲类/.new").write_bytes(b"half")
    (target / ONE).write_bytes(b"x")
    writer = write(target, {ONE: b"1", TWO: b"2"})
    assert (target / ONE).read_bytes() == b"1"
    assert not list(target.rglob(".new"))
    again = write(target, {ONE: b"1", TWO: b"2"})
    assert again.written == 0
    assert writer.sums == again.sums


def test_what_is_wanted_no_more_goes_and_nothing_else(tmp_path: Path) -> None:
    """Notes that people put beside the files stay."""
    target = tmp_path / "out"
    write(target, {ONE: b"1", TWO: b"2"})
    (target / "甲类/批注.txt").write_text("x", "utf-8")
    write(target, {TWO: b"2"})
    assert not (target / ONE).exists()
    assert (target / "甲类/批注.txt").exists()


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """Also that of another call."""
    (tmp_path / "x").write_text("x")
    with pytest.raises(OutputError, match="已有别的文件"):
        Writer(tmp_path, "call")
    write(tmp_path / "out", {ONE: b"1"})
    with pytest.raises(OutputError, match="另一个征集"):
        Writer(tmp_path / "out", "other")


def test_the_archive_holds_every_file_and_is_the_same_each_time(tmp_path: Path) -> None:
    """Mode 0600; no time stamps, hence equal bytes."""
    target = tmp_path / "out"
    write(target, {ONE: b"1", TWO: b"2"})
    path = zip_export(target)
    first = path.read_bytes()
    assert zip_export(target).read_bytes() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as book:
        assert sorted(book.namelist()) == ["out/SHA256SUMS", f"out/{TWO}", f"out/{ONE}"]
        assert book.testzip() is None
