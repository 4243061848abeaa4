"""The key that receipts and Message-IDs are signed with."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from ingest.errors import StorageError
from ingest.receipts.key import KEY_BYTES, KEY_FILE, load_or_make_key


def test_the_key_is_made_once_and_stays(tmp_path: Path) -> None:
    """Also in a directory that is not there yet; readable by nobody else."""
    key = load_or_make_key(tmp_path / "files")

    assert len(key) == KEY_BYTES
    assert load_or_make_key(tmp_path / "files") == key
    assert stat.S_IMODE((tmp_path / "files" / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "files").iterdir()] == [KEY_FILE]


def test_two_stores_have_different_keys(tmp_path: Path) -> None:
    """Chance made them."""
    assert load_or_make_key(tmp_path / "a") != load_or_make_key(tmp_path / "b")


def test_programs_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    """Whoever links first wins, and the others read that."""
    keys: set[bytes] = set()
    threads = [
        threading.Thread(
            target=lambda: keys.add(load_or_make_key(tmp_path)),
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys) == 1


def test_a_damaged_key_is_not_replaced(tmp_path: Path) -> None:
    """Old receipts hang on it; a person decides."""
    (tmp_path / KEY_FILE).write_bytes(b"short")

    with pytest.raises(StorageError, match="已损坏"):
        load_or_make_key(tmp_path)
    assert (tmp_path / KEY_FILE).read_bytes() == b"short"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    """Trouble of the disk, in Chinese."""
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="读写不了"):
        load_or_make_key(tmp_path)
