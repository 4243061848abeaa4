"""Commands that only look: they show what is newest, wait for nobody, and leave nothing behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.cli import run
from ingest.store.cases import NewCase, open_case
from ingest.store.database import Database, open_database
from ingest.store.messages import Arrival, record_messages
from ingest.store.tables import CaseRow, OutboxRow
from notifier.outbox import NewLetter, enqueue
from tests.nowhere import configuration
from tests.ready_schema import lay_schema

Capture = pytest.CaptureFixture[str]
NOW = datetime(2024, 8, 20, 9, 0, tzinfo=UTC)
MANY = 1002
CASE = "Q24-0001-S"
LOOKING = [
    ["message", "list"],
    ["message", "show", "1"],
    ["message", "export", "1", "--to", "mail.eml"],
    ["message", "authentication", "1"],
    ["case", "list"],
    ["case", "show", CASE],
    ["case", "explain", CASE],
    ["outbox", "list"],
    ["status"],
    ["digest", "preview", "--no-open", "--dir", "preview"],
    ["audit", "verify"],
    ["rules", "status"],
    ["rules", "explain", CASE],
    ["rules", "replay"],
    ["receipt", "verify", "--code", "Q24-0007-K.2.ABCD-EFGH-IJKL-MNOP"],
]


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office that has never run; commands are given in its folder."""
    path = configuration(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILROOM_CONFIG", str(path))
    monkeypatch.setenv("MAILROOM_SMTP__PASSWORD", "x")
    return path


@pytest.fixture
def database(config: Path) -> Iterator[Database]:
    """Its database, with one mail and one case."""
    lay_schema(config.parent / "mailroom.db")
    opened = open_database(f"sqlite:///{config.parent / 'mailroom.db'}")
    with opened.writing() as session:
        record_messages(session, [Arrival("INBOX", 1, 1, 9, NOW, f"{1:064x}")], NOW)
        open_case(
            session,
            NewCase("smart-education-2024", "示范区", "Q", 2024, "1号", "1号", "", "", ""),
            NOW,
            NOW,
        )
    yield opened
    opened.close()


@pytest.fixture
def full(database: Database) -> None:
    """And many more mails, cases and letters."""
    numbers = range(2, MANY + 1)
    with database.writing() as session:
        arrivals = [
            Arrival(
                "INBOX",
                1,
                n,
                9,
                NOW + timedelta(minutes=n),
                f"{n:064x}",
            )
            for n in numbers
        ]
        record_messages(session, arrivals, NOW)
        session.add_all(
            CaseRow(
                code=f"Q24-{n:04d}-X", call="c", track="示范区", submitter_key=f"{n}", submitter=f"{n}号",
                opened_at=NOW, last_received_at=NOW,
            )
            for n in numbers
        )  # fmt: skip
        session.add_all(
            OutboxRow(
                key=f"{n}", kind="accepted", recipient="a@example.org", subject=f"{n}号", mime=b"x",
                message_id=f"<{n}@example.org>", created_at=NOW, give_up_at=NOW,
            )
            for n in range(1, MANY + 1)
        )  # fmt: skip


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("command", "name", "ascending"),
    [("message", "id", False), ("case", "submitter", True), ("outbox", "subject", True)],
)
def test_programs_are_given_every_row(
    capsys: Capture,
    command: str,
    name: str,
    *,
    ascending: bool,
) -> None:
    """However many there are; with a limit, the newest."""
    newest = MANY if name == "id" else f"{MANY}号"

    assert run([command, "list", "--json"]) == 0
    lines = [line[name] for line in json.loads(capsys.readouterr().out)]
    assert len(set(lines)) == MANY
    assert lines[-1 if ascending else 0] == newest

    assert run([command, "list", "--json", "--limit", "1"]) == 0
    assert [line[name] for line in json.loads(capsys.readouterr().out)] == [newest]


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(("command", "left_out"), [("message", 952), ("case", 2), ("outbox", 2)])
def test_people_are_shown_the_newest_first_and_how_many_more_there_are(
    capsys: Capture, command: str, left_out: int
) -> None:
    """What is left out is older, and is said."""
    assert run([command, "list"]) == 0

    _, first, *_, last = capsys.readouterr().out.splitlines()
    assert str(MANY) in first
    assert f"另有 {left_out} 行" in last

    assert run([command, "list", "--limit", "2000"]) == 0
    assert "另有" not in capsys.readouterr().out


@pytest.mark.parametrize("command", LOOKING, ids=lambda command: " ".join(command[:2]))
def test_a_busy_writer_holds_up_nobody_who_only_looks(
    database: Database,
    command: list[str],
) -> None:
    """A writer waits half a minute for another one; who looks does not wait at all."""
    with database.writing() as session:
        enqueue(
            session,
            NewLetter("k", "accepted", "a@example.org", "受理", "<k@example.org>", b"x"),
            NOW,
        )
        session.flush()

        assert run(command) not in (75, 70)

        session.rollback()


@pytest.mark.parametrize("command", LOOKING, ids=lambda command: " ".join(command[:2]))
def test_looking_makes_no_database(config: Path, capsys: Capture, command: list[str]) -> None:
    """Who names the wrong place is told so, and finds no empty store there afterwards. Exit 78."""
    assert run(command) == 78

    assert "还没有数据库文件" in capsys.readouterr().err
    assert list(config.parent.iterdir()) == [config]


@pytest.mark.usefixtures("full")
def test_letters_are_listed_in_words(capsys: Capture) -> None:
    """State and kind as the office says them; --json keeps the words of the program."""
    assert run(["outbox", "list", "--limit", "1"]) == 0

    line = capsys.readouterr().out.splitlines()[1]
    assert "待发" in line
    assert "受理回执" in line
    assert "queued" not in line
