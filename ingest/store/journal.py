"""The journal of letters beside the raw mails: what was about to leave and what became of it, and
how far the ledger had come. Append-only, each line on the disk before the next step.

It is not the state of the outbox, which is the database's: it is what remains when the database is
lost or replaced by an older one. No address, no name and no text of a letter stands in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from ingest.errors import StorageError
from ingest.store.events import Head
from ingest.store.marker import sync_directory

JOURNAL_FILE = "outbox.journal"


class Deed(StrEnum):
    """What a line says. A word, once used, keeps its meaning."""

    SENDING = "sending"  #: the letter is about to leave
    SENT = "sent"  #: the server took it
    UNCERTAIN = "uncertain"  #: taken or not, nobody knows
    KEPT = "kept"  #: certainly not taken; it may be tried again
    SEEN = "seen"  #: found in the account's sent mail
    HEAD = "head"  #: no letter: how far the ledger has come
    ADOPTED = "adopted"  #: a person took the store over; the ledger goes on from here


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the journal."""

    at: datetime
    deed: Deed
    letter: str = ""  #: its Message-ID
    answers: str = ""  #: SHA-256 of the mail it answers; "" when it answers none
    to: str = ""  #: who it is for, unreadable to who has not the key
    head: Head | None = None  #: the end of the ledger at that moment


class Journal:
    """The journal of one store."""

    def __init__(self, directory: Path) -> None:
        """In the directory of the files; nothing is made before the first line is written."""
        self.path = directory / JOURNAL_FILE

    def append(self, *lines: Line) -> None:
        """Add lines; on the disk when this returns. Raises :class:`StorageError`."""
        data = "".join(_written(line) for line in lines).encode()
        try:
            new = not self.path.exists()
            if new:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
            try:
                _append_whole(descriptor, data)
            finally:
                os.close(descriptor)
            if new:
                sync_directory(self.path.parent)
        except OSError as error:
            raise StorageError(
                f"发信记录 {self.path} 写不了: {error.strerror}",
                "请检查目录权限和磁盘; 在此之前不会发信",
            ) from error

    def lines(self) -> Iterator[Line]:
        """Every line, in order; one that a crash cut short is passed over. Raises
        :class:`StorageError`.
        """
        try:
            with self.path.open(encoding="utf-8", errors="replace") as file:
                yield from filter(None, map(_read, file))
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise StorageError(
                f"发信记录 {self.path} 读不了: {error.strerror}", "请检查目录权限和磁盘"
            ) from error

    def last_head(self) -> Head | None:
        """The last end of the ledger that was noted; None when none was. Raises
        :class:`StorageError`.
        """
        head = None
        for line in self.lines():
            head = line.head or head
        return head

    def last_moment(self) -> datetime | None:
        """When the last line was written; None when there is none. Raises
        :class:`StorageError`.
        """
        return max((line.at for line in self.lines()), default=None)


def _append_whole(descriptor: int, data: bytes) -> None:
    """After a line that a crash cut short a new one begins."""
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        data = b"\n" + data
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(data)
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)  # half a line tells nothing
        raise


def _written(line: Line) -> str:
    fields: dict[str, object] = {"at": line.at.isoformat(), "deed": line.deed.value}
    fields |= {
        name: value
        for name, value in (("letter", line.letter), ("answers", line.answers), ("to", line.to))
        if value
    }
    if line.head is not None:
        fields |= {"events": line.head.events, "head": line.head.chain}
    return json.dumps(fields, separators=(",", ":")) + "\n"


def _read(text: str) -> Line | None:
    try:
        said = json.loads(text)
        head = Head(int(said["events"]), str(said["head"])) if "head" in said else None
        return Line(
            datetime.fromisoformat(said["at"]),
            Deed(said["deed"]),
            str(said.get("letter", "")),
            str(said.get("answers", "")),
            str(said.get("to", "")),
            head,
        )
    except (ValueError, KeyError, TypeError):
        return None


@dataclass
class Memory:
    """What the journal remembers of letters."""

    sent: dict[str, datetime] = field(default_factory=dict)  #: Message-ID: when it left
    begun: set[str] = field(default_factory=set)  #: perhaps left
    #: (mail, addressee): the letters that answered
    answered: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    @staticmethod
    def of(lines: Iterable[Line]) -> Memory:
        """Everything that left, or may have left."""
        memory, answers = Memory(), dict[str, tuple[str, str]]()
        for line in lines:
            if line.answers:
                answers[line.letter] = (line.answers, line.to)
            memory._note(line)
        left = memory.begun | memory.sent.keys()
        for letter in left & answers.keys():
            memory.answered.setdefault(answers[letter], set()).add(letter)
        return memory

    def _note(self, line: Line) -> None:
        if line.deed in (Deed.SENT, Deed.SEEN):
            self.sent.setdefault(line.letter, line.at)
        if line.deed in (Deed.SENDING, Deed.UNCERTAIN):
            self.begun.add(line.letter)
        elif line.letter:
            self.begun.discard(line.letter)
