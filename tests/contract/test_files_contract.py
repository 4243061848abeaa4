"""What every place for raw mails promises: a folder, and a real object store."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.clock import SystemClock
from ingest.errors import InputError
from ingest.settings import StoreSettings
from ingest.store.events import Head
from ingest.store.files import DamagedError, Files, Kept, keep_copy
from ingest.store.identity import Mark
from ingest.store.journal import Deed, Journal, Line
from ingest.store.marker import read_marker, write_marker
from ingest.storefiles import open_files
from tests.servers.objects import ObjectServer

MAIL = b"From: a@example.org\r\n\r\n" + "您好".encode() * 1000
SHA = hashlib.sha256(MAIL).hexdigest()
NOW = datetime(2024, 8, 30, 9, tzinfo=UTC)


@pytest.fixture(params=["folder", "objects"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> StoreSettings:
    if request.param == "folder":
        return StoreSettings(files=tmp_path / "files")
    server: ObjectServer = request.getfixturevalue("object_server")
    return server.settings(tmp_path, tmp_path.name)


@pytest.fixture
def files(settings: StoreSettings) -> Files:
    opened = open_files(settings)
    opened.prepare()
    return opened


def keep(files: Files, *mails: bytes) -> list[Kept]:
    with files.spool() as one, files.spool() as two:
        spools = [one, two][: len(mails)]
        for spool, mail in zip(spools, mails, strict=True):
            spool.write(mail)
        return files.keep_all(spools)


def damage(files: Files, settings: StoreSettings, request: pytest.FixtureRequest) -> None:
    """Change what is kept of MAIL, as a bad disk does."""
    if not settings.objects:
        Path(files.where(SHA)).write_bytes(MAIL[:-1] + b"?")
        return
    server: ObjectServer = request.getfixturevalue("object_server")
    (server.root / files.where(SHA).removeprefix("s3://")).write_bytes(MAIL[:-1] + b"?")


def test_a_mail_is_found_under_its_hash_by_whoever_opens_the_store(
    files: Files, settings: StoreSettings
) -> None:
    """In the order they were given; in the end nothing is left of what came in."""
    other = b"another"
    kept = keep(files, MAIL, other)
    assert [each.sha256 for each in kept] == [SHA, hashlib.sha256(other).hexdigest()]

    again = open_files(settings)
    assert again.anything()
    assert list(again.hashes()) == sorted(each.sha256 for each in kept)
    assert again.intact(SHA)
    with again.whole(SHA) as path:
        assert path.read_bytes() == MAIL
        assert path.stat().st_mode & 0o077 == 0
    assert list((files.folder / "incoming").iterdir()) == []


def test_what_is_there_whole_is_not_written_again(files: Files) -> None:
    keep(files, MAIL)
    before = list(files.hashes(SystemClock().now() + timedelta(minutes=1)))
    assert keep(files, MAIL) == [Kept(SHA, len(MAIL))]
    assert list(files.hashes()) == before == [SHA]


def test_a_damaged_mail_is_given_to_nobody_and_is_mended_by_its_own_bytes(
    files: Files, settings: StoreSettings, request: pytest.FixtureRequest
) -> None:
    keep(files, MAIL)
    damage(files, settings, request)
    assert not files.intact(SHA)
    with pytest.raises(DamagedError, match="缺失或已损坏"), files.whole(SHA):
        pytest.fail("it was given")
    keep(files, MAIL)
    assert files.intact(SHA)


def test_a_mail_that_is_not_there_is_said_to_be_missing(files: Files) -> None:
    assert not files.anything()
    assert not files.intact(SHA)
    assert not files.remove(SHA)
    with pytest.raises(DamagedError), files.whole(SHA):
        pytest.fail("it was given")


def test_a_removed_mail_is_gone(files: Files) -> None:
    keep(files, MAIL)
    assert files.remove(SHA)
    assert list(files.hashes()) == []


def test_mails_can_be_told_by_when_they_were_written(files: Files) -> None:
    keep(files, MAIL)
    assert list(files.hashes(SystemClock().now() - timedelta(minutes=5))) == []
    assert list(files.hashes(SystemClock().now() + timedelta(minutes=5))) == [SHA]


@pytest.mark.parametrize("name", ["../../etc/passwd", SHA.upper(), SHA[:-1], ""])
def test_what_is_no_hash_is_no_name(files: Files, name: str) -> None:
    with pytest.raises(InputError):
        files.where(name)
    with pytest.raises(InputError):
        files.intact(name)


def test_what_a_killed_program_left_is_swept_up(files: Files) -> None:
    left = files.folder / "incoming" / "left"
    left.write_bytes(b"half")
    assert files.remove_leftovers(SystemClock().now() + timedelta(minutes=1)) == 1
    assert files.free_space_ok(1)


def test_a_file_is_kept_as_it_is(files: Files, tmp_path: Path) -> None:
    (tmp_path / "mail").write_bytes(MAIL)
    assert keep_copy(files, tmp_path / "mail") == Kept(SHA, len(MAIL))


def test_the_marker_is_read_as_it_was_written(files: Files) -> None:
    assert read_marker(files.beside) is None
    write_marker(files.beside, Mark("a", "k"))
    write_marker(files.beside, Mark("b", "k", "别处"))
    assert read_marker(files.beside) == Mark("b", "k", "别处")
    files.beside.remove("store.json")
    files.beside.remove("store.json")
    assert read_marker(files.beside) is None


def test_the_journal_is_read_in_order_by_everybody(files: Files, settings: StoreSettings) -> None:
    """Also when several programs wrote, one after the other, and more than one object holds."""
    assert Journal(files.beside).last_head() is None
    lines = [
        Line(
            NOW + timedelta(seconds=number),
            Deed.SENDING,
            f"<{number}@x>",
            head=Head(number, "f" * 64),
        )
        for number in range(1, 500)
    ]
    for start in range(0, 250, 50):
        Journal(files.beside).append(*lines[start : start + 50])
    for start in range(250, 499, 83):
        Journal(open_files(settings).beside).append(*lines[start : start + 83])

    journal = Journal(open_files(settings).beside)
    assert list(journal.lines()) == lines
    assert journal.last_head() == Head(499, "f" * 64)
    assert journal.last_moment() == lines[-1].at


def test_lines_can_be_replaced_by_others(files: Files) -> None:
    journal = Journal(files.beside)
    journal.append(Line(NOW, Deed.SENT, "<old@x>"))
    files.beside.replace_lines("outbox.journal", b"new\n")
    assert list(files.beside.lines("outbox.journal")) == ["new\n"]
    files.beside.append("outbox.journal", b"more\n")
    assert list(files.beside.lines("outbox.journal")) == ["new\n", "more\n"]
