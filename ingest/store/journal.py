"""The journal of letters beside the raw mails: what was about to leave and what became of it, and
how far the ledger had come. Append-only, each line on the disk before the next step.

It is not the state of the outbox, which is the database's: it is what remains when the database is
lost or replaced by an older one. No address, no name and no text of a letter stands in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ingest.errors import StorageError
from ingest.store.beside import Beside
from ingest.store.events import Head

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

    def __init__(self, beside: Beside) -> None:
        """Beside the files; nothing is made before the first line is written."""
        self._beside = beside

    def append(self, *lines: Line) -> None:
        """Add lines; durable when this returns.

        Raises:
            StorageError: they cannot be written.
            TemporaryError: the object store is away.
        """
        try:
            self._beside.append(JOURNAL_FILE, "".join(_written(line) for line in lines).encode())
        except OSError as error:
            raise StorageError(
                f"发信记录 {self._beside.place(JOURNAL_FILE)} 写不了: {error.strerror}",
                "请检查目录权限和磁盘; 在此之前不会发信",
            ) from error

    def lines(self, *, latest: bool = False) -> Iterator[Line]:
        """Every line, in order, or only the last ones; one that a crash cut short is passed over.

        Raises:
            StorageError: they cannot be read.
            TemporaryError: the object store is away.
        """
        try:
            yield from filter(None, map(_read, self._beside.lines(JOURNAL_FILE, latest=latest)))
        except OSError as error:
            raise StorageError(
                f"发信记录 {self._beside.place(JOURNAL_FILE)} 读不了: {error.strerror}",
                "请检查目录权限和磁盘",
            ) from error

    def last_head(self) -> Head | None:
        """The last end of the ledger that was noted; None when none was. Raises as
        :meth:`lines`.
        """
        head = None
        for line in self.lines(latest=True):
            head = line.head or head
        return head

    def last_moment(self) -> datetime | None:
        """When the last line was written; None when there is none. Raises
        :class:`StorageError`.
        """
        return max((line.at for line in self.lines()), default=None)


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
