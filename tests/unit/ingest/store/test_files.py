"""Raw mails as files: complete or not there, under the hash of their bytes."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.errors import InputError, StorageError
from ingest.exitcodes import ExitCode
from ingest.store.files import DamagedError, FileStore, Kept

MAIL = b"From: a@example.org\r\n\r\n" + b"\xe6\x82\xa8\xe5\xa5\xbd" * 1000
SHA = hashlib.sha256(MAIL).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "state" / "files"


@pytest.fixture
def store(root: Path) -> FileStore:
    opened = FileStore(root)
    opened.prepare()
    return opened


def keep(store: FileStore, *pieces: bytes) -> Kept:
    with store.spool() as spool:
        for piece in pieces:
            assert spool.write(piece) == len(piece)
        return store.keep_all([spool])[0]


def names(root: Path) -> list[str]:
    return [path.name for path in root.rglob("*") if path.is_file()]


def test_a_mail_written_in_pieces_is_found_under_its_hash(store: FileStore, root: Path) -> None:
    """Size and hash are those of all bytes; only this one file is there."""
    kept = keep(store, MAIL[:7], b"", MAIL[7:])
    assert kept == (SHA, len(MAIL))
    with store.whole(SHA) as path, path.open("rb") as file:
        assert file.read() == MAIL
    assert names(root) == [f"{SHA}.eml"]
    assert list(store.hashes()) == [SHA]
    assert store.intact(SHA)


def test_nobody_else_can_read_applicants_papers(store: FileStore, root: Path) -> None:
    """Directories 0700, files 0600, down from the first directory that was made."""
    kept = keep(store, MAIL)
    modes = {
        path: stat.S_IMODE(path.stat().st_mode)
        for path in (
            root.parent,
            root,
            *root.rglob("*"),
        )
    }
    assert modes.pop(store.path(kept.sha256)) == 0o600
    assert set(modes.values()) == {0o700}


def test_a_mail_that_is_not_kept_leaves_nothing(store: FileStore, root: Path) -> None:
    """When the connection breaks, half a mail is nowhere."""

    def break_off() -> None:
        with store.spool() as spool:
            spool.write(MAIL)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        break_off()
    assert names(root) == []


def test_the_same_bytes_are_not_written_twice(store: FileStore, root: Path) -> None:
    """The second copy is dropped and the first one stays the very same file."""
    first = store.path(keep(store, MAIL).sha256).stat().st_ino
    assert store.path(keep(store, MAIL).sha256).stat().st_ino == first
    assert names(root) == [f"{SHA}.eml"]


def test_a_damaged_file_is_noticed_and_replaced(store: FileStore) -> None:
    """Bytes that no longer fit their name are not taken for the mail, and fetching it again mends
    it.
    """
    path = store.path(keep(store, MAIL).sha256)
    path.write_bytes(MAIL[:-1] + b"?")
    assert not store.intact(SHA)
    keep(store, MAIL)
    assert store.intact(SHA)


def test_a_missing_file_is_not_intact_and_says_so(store: FileStore) -> None:
    """Opening it is trouble of storage, with words for the administrator."""
    assert not store.intact(SHA)
    with pytest.raises(DamagedError, match="缺失或已损坏"), store.whole(SHA):
        pass


def test_what_a_killed_program_left_is_swept_up_later(store: FileStore, root: Path) -> None:
    """Temporary files never count as mails; old ones go, one that is being written now stays."""
    for name in ("killed", "running"):
        (root / "incoming" / name).write_bytes(MAIL[:100])
    long_ago = datetime(2024, 8, 1, tzinfo=UTC)
    os.utime(root / "incoming" / "killed", times=(long_ago.timestamp(),) * 2)
    again = FileStore(root)
    assert list(again.hashes()) == []
    assert again.remove_leftovers(before=long_ago + timedelta(hours=1)) == 1
    assert names(root) == ["running"]
    assert keep(again, MAIL).sha256 == SHA


def test_a_spool_only_grows(store: FileStore) -> None:
    """Seeking back would make the hash a lie."""
    with store.spool() as spool:
        assert not spool.seekable()
        with pytest.raises(io.UnsupportedOperation):
            spool.seek(0)
        with pytest.raises(io.UnsupportedOperation):
            spool.truncate(0)


@contextmanager
def file_size_limit(limit: int) -> Iterator[None]:
    """No file of this process may grow beyond ``limit`` bytes: a disk that takes no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_no_more_is_trouble_of_storage(store: FileStore, root: Path) -> None:
    """Not an OSError, which whoever feeds the spool from a network would take for a lost
    connection.
    """
    with file_size_limit(1 << 20), pytest.raises(StorageError, match="读写邮件原件时出错"):
        keep(store, *[bytes(1 << 20)] * 5)
    assert names(root) == []
    assert keep(store, MAIL).sha256 == SHA


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is a thing of Linux")
def test_a_full_disk_is_called_a_full_disk(store: FileStore, root: Path) -> None:
    """ENOSPC gets its own words and the exit code for input/output errors."""

    def keep_on_a_full_disk() -> None:
        with store.spool() as spool, Path("/dev/full").open("wb") as full:
            os.dup2(full.fileno(), spool.fileno())
            spool.write(MAIL)
            store.keep_all([spool])

    with pytest.raises(StorageError, match="磁盘空间不足") as caught:
        keep_on_a_full_disk()
    assert caught.value.exit_code is ExitCode.IO_ERROR
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOSPC
    assert names(root) == []


def test_free_space_is_looked_at_with_a_reserve(store: FileStore, root: Path) -> None:
    """There is room for nothing, and never for more than the disk holds."""
    free = os.statvfs(root).f_bavail * os.statvfs(root).f_frsize
    assert store.free_space_ok(0, reserve=0)
    assert not store.free_space_ok(free * 2, reserve=0)
    assert not store.free_space_ok(0, reserve=free * 2)


def test_a_purged_mail_is_gone(store: FileStore) -> None:
    """Once, and for good."""
    keep(store, MAIL)
    assert store.remove(SHA)
    assert not store.remove(SHA)
    assert list(store.hashes()) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, SHA + "/x", SHA + "\n"])
def test_only_a_hash_is_a_name(store: FileStore, name: str) -> None:
    """No way out of the directory leads through a name."""
    with pytest.raises(InputError):
        store.path(name)


def test_a_root_that_cannot_be_made_is_trouble_of_storage(tmp_path: Path) -> None:
    """A file stands where the directory should be."""
    (tmp_path / "files").write_text("")
    with pytest.raises(StorageError):
        FileStore(tmp_path / "files").prepare()


def test_looking_makes_nothing(tmp_path: Path) -> None:
    """Nor does sweeping up; the first mail makes the directory."""
    store = FileStore(tmp_path / "files")

    assert list(store.hashes()) == []
    assert not store.intact(SHA)
    assert store.remove_leftovers(datetime(2024, 8, 1, tzinfo=UTC)) == 0
    assert not (tmp_path / "files").exists()
    assert store.path(keep(store, MAIL).sha256).exists()
