"""The journal of letters keeps what was told, through torn lines and a full disk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.errors import StorageError
from ingest.store.beside import FolderBeside
from ingest.store.events import Head
from ingest.store.identity import Mark
from ingest.store.journal import JOURNAL_FILE, Deed, Journal, Line, Memory
from ingest.store.marker import read_marker, write_marker

NOW = datetime(2024, 8, 22, 9, 0, tzinfo=UTC)
SENDING = Line(NOW, Deed.SENDING, "<1@x>", "ab" * 32, "wang", Head(7, "c" * 64))


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    """In order, with everything that was said; nobody else may read the file."""
    journal = Journal(FolderBeside(tmp_path / "files"))
    journal.append(SENDING)
    journal.append(Line(NOW, Deed.SENT, "<1@x>"), Line(NOW, Deed.HEAD, head=Head(8, "d" * 64)))

    assert [line.deed for line in journal.lines()] == [Deed.SENDING, Deed.SENT, Deed.HEAD]
    assert next(journal.lines()) == SENDING
    assert journal.last_head() == Head(8, "d" * 64)
    assert journal.last_moment() == NOW
    assert (tmp_path / "files" / JOURNAL_FILE).stat().st_mode & 0o777 == 0o600


def test_reading_makes_nothing(tmp_path: Path) -> None:
    """No journal is an empty one."""
    journal = Journal(FolderBeside(tmp_path / "files"))

    assert (list(journal.lines()), journal.last_head(), journal.last_moment()) == ([], None, None)
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_a_crash_cut_short_spoils_no_other(tmp_path: Path) -> None:
    """The next one begins anew."""
    journal = Journal(FolderBeside(tmp_path))
    journal.append(SENDING)
    with (tmp_path / JOURNAL_FILE).open("ab") as file:
        file.write(b'{"at":"2024-08-22T09:00:00+00:00","deed":"se')
    journal.append(Line(NOW, Deed.SENT, "<1@x>"))

    assert [line.deed for line in journal.lines()] == [Deed.SENDING, Deed.SENT]


def test_a_disk_that_does_not_take_it_is_trouble_of_storage(tmp_path: Path) -> None:
    """Said before a letter leaves."""
    (tmp_path / JOURNAL_FILE).symlink_to("/dev/full")
    full = Journal(FolderBeside(tmp_path))
    with pytest.raises(StorageError, match="发信记录"):
        full.append(SENDING)


def test_what_left_and_what_may_have_left_is_remembered() -> None:
    """A letter that was certainly not taken is neither."""
    lines = [
        SENDING,
        Line(NOW, Deed.SENT, "<1@x>"),
        Line(NOW, Deed.SENDING, "<2@x>", "cd" * 32, "li"),
        Line(NOW, Deed.SENDING, "<3@x>", "ef" * 32, "li"),
        Line(NOW, Deed.KEPT, "<3@x>"),
        Line(NOW, Deed.SEEN, "<4@x>"),
        Line(NOW, Deed.SENDING, "<5@x>"),
        Line(NOW, Deed.UNCERTAIN, "<5@x>"),
    ]

    memory = Memory.of(lines)

    assert memory.sent.keys() == {"<1@x>", "<4@x>"}
    assert memory.begun == {"<2@x>", "<5@x>"}
    assert memory.answered == {("ab" * 32, "wang"): {"<1@x>"}, ("cd" * 32, "li"): {"<2@x>"}}


def test_a_marker_is_whole_or_trouble(tmp_path: Path) -> None:
    """Written again it says the new thing; a spoilt one is never taken for none."""
    assert read_marker(FolderBeside(tmp_path / "none")) is None
    write_marker(FolderBeside(tmp_path / "files"), Mark("a", "k"))
    write_marker(FolderBeside(tmp_path / "files"), Mark("b", "k"))

    assert read_marker(FolderBeside(tmp_path / "files")) == Mark("b", "k")
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["store.json"]
    (tmp_path / "files" / "store.json").write_text("[]")
    with pytest.raises(StorageError, match="标识文件"):
        read_marker(FolderBeside(tmp_path / "files"))
