"""Mails in an object store, against one in memory that does what a real one does now and then; a real
one is asked in ``tests/contract/test_files_contract.py``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.errors import TemporaryError, UnavailableError
from ingest.store.bucket import Entry
from ingest.store.files import DamagedError
from ingest.store.objects import ObjectBeside, ObjectFiles

NOW = datetime(2024, 8, 30, tzinfo=UTC)


@dataclass
class Memory:
    """An object store in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)
    away: bool = False
    loses: bool = False  #: says that it took a mail, and keeps half of it

    def __str__(self) -> str:
        return "memory:"

    def put(self, name: str, data: bytes | Path) -> None:
        self.puts.append(name)
        if self.away:
            raise UnavailableError("连不上")
        given = data.read_bytes() if isinstance(data, Path) else data
        self.kept[name] = given[: len(given) // 2] if self.loses else given

    def pieces(self, name: str) -> Iterator[bytes]:
        if name not in self.kept:
            raise FileNotFoundError(name)
        yield self.kept[name]

    def get(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def has(self, name: str) -> bool:
        return name in self.kept

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        yield from (Entry(name, NOW) for name in list(self.kept) if name.startswith(prefix))

    def remove(self, name: str) -> None:
        self.kept.pop(name, None)


def keep(files: ObjectFiles, count: int) -> None:
    spools = []
    try:
        for number in range(count):
            context = files.spool()
            spool = context.__enter__()
            spools.append((context, spool))
            spool.write(b"mail %d" % number)
        files.keep_all([spool for _, spool in spools])
    finally:
        for context, _ in spools:
            context.__exit__(None, None, None)


def test_a_mail_the_store_did_not_keep_whole_is_not_kept(tmp_path: Path) -> None:
    """Whatever the store said: it is read back and compared before anybody is told."""
    with pytest.raises(DamagedError, match="缺失或已损坏"):
        keep(ObjectFiles(Memory(loses=True), tmp_path), 1)


def test_a_store_that_is_away_is_asked_for_a_few_mails_only(tmp_path: Path) -> None:
    """Each one waits for seconds; the others are not tried."""
    store = Memory(away=True)
    with pytest.raises(TemporaryError):
        keep(ObjectFiles(store, tmp_path), 50)
    assert len(store.puts) <= 8
    assert threading.active_count() < 10


def test_a_line_whose_writing_failed_is_not_written_later(tmp_path: Path) -> None:
    """Who adds lines was told that it failed, and did not do what the line says."""
    store = Memory()
    beside = ObjectBeside(store)
    beside.append("journal", b"one\n")
    store.away = True
    with pytest.raises(TemporaryError):
        beside.append("journal", b"lost\n")
    store.away = False
    beside.append("journal", b"two\n")
    assert list(ObjectBeside(store).lines("journal")) == ["one\n", "two\n"]


def test_two_writers_write_into_objects_of_their_own() -> None:
    """Neither replaces what the other wrote; the last lines can be had alone."""
    store = Memory()
    one, other = ObjectBeside(store), ObjectBeside(store)
    for number in range(3):
        one.append("journal", b"one %d\n" % number)
        other.append("journal", b"other %d\n" % number)
    assert len(store.kept) == 2
    assert sorted(one.lines("journal")) == sorted(other.lines("journal", latest=True))
    assert len(list(one.lines("journal"))) == 6
