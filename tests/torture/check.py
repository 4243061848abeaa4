"""The invariants, looked at from outside: the server over plain IMAP, the database over plain SQL,
the files as bytes.

Nothing of Mailroom's own code is asked here, so that a fault in it cannot hide itself.
"""

from __future__ import annotations

import email
import hashlib
import imaplib
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg

from ingest.demo.smtp_sink import TakenLetter
from tests.servers.dovecot import DovecotAccount
from tests.torture.mails import Posted

FINAL = {"read", "duplicate", "too_large", "before_cutoff", "set_aside"}
MAY_HAVE_LEFT = {"sending", "sent", "uncertain"}


class Office(Protocol):
    """What is looked at: a store, a mailbox, and what the mail server took."""

    @property
    def database(self) -> Path | str: ...
    @property
    def files(self) -> Path: ...

    account: DovecotAccount
    posted: list[Posted]

    @property
    def taken(self) -> Sequence[TakenLetter]: ...


@dataclass(frozen=True)
class OnServer:
    uidvalidity: int
    uid: int
    sha256: str


def on_server(account: DovecotAccount, folder: str = "INBOX") -> list[OnServer]:
    """Every mail of a folder with the hash of its bytes, read with the standard library's
    client.
    """
    with imaplib.IMAP4(account.host, account.server.port, timeout=30) as client:
        client.login(account.username, account.password)
        client.select(folder, readonly=True)
        validity = int(client.response("UIDVALIDITY")[1][0] or 0)
        answer = client.uid("FETCH", "1:*", "(UID BODY.PEEK[])")[1]
        return [
            OnServer(validity, int(found[1]), hashlib.sha256(item[1]).hexdigest())
            for item in answer
            if isinstance(item, tuple) and (found := re.search(rb"UID (\d+)", item[0]))
        ]


def rows(database: Path | str, query: str) -> list[Any]:
    """What the database says: the file of SQLite, or the address of a PostgreSQL."""
    if isinstance(database, str):
        with psycopg.connect(database) as server:
            found = server.cursor(row_factory=_by_name_and_number).execute(query)  # type: ignore[arg-type]
            return found.fetchall()
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(query).fetchall()


class _Named(dict[str, Any]):
    """A row whose columns also have numbers, as SQLite's do."""

    def __getitem__(self, key: str | int) -> Any:
        return [*self.values()][key] if isinstance(key, int) else super().__getitem__(key)


def _by_name_and_number(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], _Named]:
    names = [column.name for column in cursor.description or ()]
    return lambda values: _Named(zip(names, values, strict=True))


def always(office: Office) -> list[str]:
    """What must hold at every moment, also between a death and the next start."""
    if isinstance(office.database, str):
        return [*_files(office), *_letters(office)]
    if not office.database.exists() or not rows(
        office.database,
        "SELECT 1 FROM sqlite_master WHERE name='outbox'",
    ):
        return [f"{len(office.taken)} letters without a database"] if office.taken else []
    return [*_database(office.database), *_files(office), *_letters(office)]


def _database(database: Path) -> Iterator[str]:
    for row in rows(database, "PRAGMA integrity_check"):
        if row[0] != "ok":
            yield f"database: {row[0]}"


def _files(office: Office) -> Iterator[str]:
    """A row never speaks of bytes that are not there."""
    for row in rows(office.database, "SELECT DISTINCT sha256 FROM messages WHERE sha256 != ''"):
        path = office.files / row["sha256"][:2] / f"{row['sha256']}.eml"
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
            yield f"raw file missing or damaged: {row['sha256'][:12]}"


def message_id(letter: TakenLetter) -> str:
    """Its own, with angle brackets."""
    return str(email.message_from_bytes(letter.data)["Message-ID"])


def _letters(office: Office) -> Iterator[str]:
    """No letter without a committed decision, none twice, none for the same mail and decision."""
    taken = [*office.taken]  # before the rows: where nobody has died, letters go on leaving
    query = "SELECT o.*, m.sha256 FROM outbox o LEFT JOIN messages m ON m.id = o.message_ref"
    known = {row["message_id"]: row for row in rows(office.database, query)}
    copies = Counter(message_id(letter) for letter in taken)
    for identifier, count in copies.items():
        row = known.get(identifier)
        if row is None:
            yield f"a letter left that nobody decided on: {identifier}"
        elif row["state"] not in MAY_HAVE_LEFT:
            yield f"{identifier} left and is {row['state']}"
        if count > 1:
            yield f"{identifier} left {count} times"
    for letter in taken:
        row = known.get(message_id(letter))
        if row is not None and letter.data.replace(
            b"\r\n",
            b"\n",
        ) != row["mime"].replace(b"\r\n", b"\n"):
            yield f"{row['message_id']} is not what was decided on"
        if row is not None and letter.recipients != (row["recipient"],):
            yield f"{row['message_id']} went to {letter.recipients}"
    answers = Counter((row["case_id"], row["key"], row["sha256"]) for row in known.values())
    yield from (
        f"two letters for one decision: {key}" for key, count in answers.items() if count > 1
    )
    per_mail = Counter(known[identifier]["sha256"] for identifier in copies if identifier in known)
    yield from (
        f"{count} letters answer mail {sha[:12]}"
        for sha, count in per_mail.items()
        if sha and count > 1
    )


def at_rest(office: Office) -> list[str]:
    """What must hold when a run has come to its end."""
    return [*always(office), *_intake(office), *_answers(office), *_nothing_waits(office)]


def _intake(office: Office) -> Iterator[str]:
    """Every UID of the server has exactly one row, in a final state, with the server's
    own bytes.
    """
    ledger: dict[tuple[int, int], list[sqlite3.Row]] = {}
    for row in rows(office.database, "SELECT * FROM messages WHERE folder = 'INBOX'"):
        ledger.setdefault((row["uidvalidity"], row["uid"]), []).append(row)
    for mail in on_server(office.account):
        found = ledger.get((mail.uidvalidity, mail.uid), [])
        if len(found) != 1:
            yield f"uid {mail.uid} has {len(found)} rows"
        elif found[0]["state"] not in FINAL:
            yield f"uid {mail.uid} is {found[0]['state']}"
        elif found[0]["sha256"] != mail.sha256:
            yield f"uid {mail.uid} is kept with other bytes"


def _answers(office: Office) -> Iterator[str]:
    """Every mail that asks for a letter has one decided on, unless it was set aside for staff; the
    others none.
    """
    query = "SELECT m.sha256, count(o.id) AS letters FROM messages m JOIN outbox o ON o.message_ref = m.id GROUP BY m.sha256"
    letters = {row["sha256"]: row["letters"] for row in rows(office.database, query)}
    aside = {
        row["sha256"]
        for row in rows(
            office.database,
            "SELECT sha256 FROM messages WHERE state = 'set_aside'",
        )
    }
    wanted = {hashlib.sha256(mail.raw).hexdigest() for mail in office.posted if mail.answered}
    for mail in office.posted:
        sha = hashlib.sha256(mail.raw).hexdigest()
        count = letters.get(sha, 0)
        if sha in wanted and count != 1 and sha not in aside:
            yield f"{mail.what} {sha[:12]} has {count} letters"
        if sha not in wanted and count:
            yield f"{mail.what} {sha[:12]} was answered"


def _nothing_waits(office: Office) -> Iterator[str]:
    copies = Counter(message_id(letter) for letter in office.taken)
    for row in rows(office.database, "SELECT * FROM outbox"):
        count = copies[row["message_id"]]
        if row["state"] not in {"sent", "uncertain"}:
            yield f"letter {row['key']} is still {row['state']}"
        elif row["state"] == "sent" and count != 1:
            yield f"letter {row['key']} is sent and arrived {count} times"
    for row in rows(
        office.database,
        "SELECT code FROM cases WHERE judge_after IS NOT NULL OR version < 1",
    ):
        yield f"case {row['code']} waits to be judged"
    for row in rows(
        office.database,
        "SELECT uid FROM messages WHERE state = 'read' AND NOT answered",
    ):
        yield f"uid {row['uid']} is read and nobody cares"


def tally(office: Office) -> dict[str, int]:
    """How many letters arrived, are uncertain (and of these arrived all the same), and mails were
    set aside.
    """
    copies = Counter(message_id(letter) for letter in office.taken)
    uncertain = [
        row["message_id"]
        for row in rows(
            office.database,
            "SELECT * FROM outbox WHERE state = 'uncertain'",
        )
    ]
    aside = rows(office.database, "SELECT count(*) FROM messages WHERE state = 'set_aside'")[0][0]
    return {
        "letters": len(office.taken),
        "uncertain": len(uncertain),
        "arrived": sum(copies[identifier] for identifier in uncertain),
        "set_aside": aside,
    }
