"""Folders for a moment: closed, and gone whatever was left in them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ingest.scratch import MOST_ENTRIES, remove, scratch_folder, size_of, sweep


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_is_closed_to_others_and_gone_afterwards() -> None:
    with scratch_folder("test") as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "a").write_text("a")

    assert not folder.exists()


def test_folders_nested_without_end_are_removed(here: Path) -> None:
    """No path to the last one is short enough to be named."""
    deep = here / "deep"
    deep.mkdir()
    program = (
        f"import os\nos.chdir({str(deep)!r})\nfor _ in range(4000): os.mkdir('d'); os.chdir('d')"
    )
    subprocess.run([sys.executable, "-S", "-c", program], check=True)

    remove(deep)

    assert not deep.exists()


def test_closed_folders_are_removed(here: Path) -> None:
    """A folder without any right is its owner's still."""
    (here / "a/b/c").mkdir(parents=True)
    (here / "a/b/c/file").write_text("x")
    for name in ("a/b/c", "a/b"):
        (here / name).chmod(0)

    remove(here / "a")

    assert not (here / "a").exists()


def test_links_are_removed_and_not_followed(here: Path) -> None:
    (here / "kept").mkdir()
    (here / "kept/file").write_text("x")
    (here / "a").mkdir()
    (here / "a/link").symlink_to(here / "kept")

    remove(here / "a")

    assert (here / "kept/file").read_text() == "x"
    assert not (here / "a").exists()


def test_what_a_crash_left_is_swept_up_and_nothing_else(here: Path) -> None:
    """Named by the program that made it; one that still runs keeps its own."""
    ended = subprocess.Popen([sys.executable, "-S", "-c", ""])
    ended.wait()
    (here / f"mailroom-{ended.pid}-worker-abc").mkdir()
    (here / f"mailroom-{ended.pid}-worker-abc/file").write_text("x")
    (here / f"mailroom-{os.getpid()}-worker-abc").mkdir()
    (here / "mailroom-notes").mkdir()
    (here / "other").mkdir()

    assert sweep() == 1
    assert {path.name for path in here.iterdir()} == {
        f"mailroom-{os.getpid()}-worker-abc",
        "mailroom-notes",
        "other",
    }


def test_the_size_of_all_files_together_is_told(here: Path) -> None:
    (here / "a").mkdir()
    for name in ("x", "a/y"):
        (here / name).write_bytes(bytes(100_000))

    assert 200_000 <= size_of(here, 1_000_000) < 300_000


def test_too_many_files_are_too_much(here: Path) -> None:
    """A look must stay short."""
    for number in range(MOST_ENTRIES + 1):
        (here / str(number)).touch()

    assert size_of(here, 1_000_000) == 1_000_001
