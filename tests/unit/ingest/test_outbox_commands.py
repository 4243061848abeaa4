"""``mailroom outbox``: letters that wait are read, and released or cancelled one by one, several, or all
that are meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.calls import default_config
from ingest.cli import run
from ingest.store.database import Database, open_database
from ingest.store.events import list_events
from notifier.outbox import NewLetter, enqueue, list_letters
from notifier.printed import printed
from tests.ready_schema import lay_schema

NOW = datetime(2024, 8, 20, 2, 0, tzinfo=UTC)
MIME = (
    "From: =?utf-8?b?5pS25Y+R5a6k?= <office@example.cn>\r\nTo: {to}\r\n"
    "Subject: =?utf-8?b?5Y+X55CG5Zue5omn?=\r\nDate: Tue, 20 Aug 2024 10:00:00 +0800\r\n"
    "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n材料齐全,予以受理。\r\n"
    "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>材料齐全</p>\r\n--b--\r\n"
)
CONFIG = """\
[mailbox]
host = "127.0.0.1"
username = "shenbao@example.cn"
accept_since = 2024-08-08T00:00:00+08:00
[smtp]
host = "127.0.0.1"
[store]
database = "sqlite:///mailroom.db"
files = "files"
[office]
staff = ["staff@example.cn"]
[calls]
directory = "{calls}"
active = ["smart-education-2024"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "mailroom.toml"
    path.write_text(CONFIG.format(calls=default_config() / "calls"), encoding="utf-8")
    return path


@pytest.fixture
def store(config: Path) -> Iterator[Database]:
    """Four letters that wait for a person, the last of them to end a case."""
    lay_schema(config.parent / "mailroom.db")
    opened = open_database(f"sqlite:///{config.parent / 'mailroom.db'}")
    with opened.writing() as session:
        for key, kind, to in (
            ("case:1:1", "accepted", "a@example.cn"),
            ("case:2:1", "incomplete", "b@example.cn"),
            ("case:3:1", "accepted", "b@example.cn"),
            ("closing:4", "rejected", "b@example.cn"),
        ):
            mime = MIME.format(to=to).encode()
            new = NewLetter(key, kind, to, "受理回执", f"<{key}@x>", mime, held=True)
            enqueue(session, new, NOW)
    yield opened
    opened.close()


@pytest.fixture
def states(store: Database) -> Callable[[], list[str]]:
    """How the letters stand now."""

    def ask() -> list[str]:
        with store.reading() as session:
            return [letter.state.value for letter in list_letters(session)]

    return ask


@pytest.mark.usefixtures("store")
def test_a_letter_is_shown_as_its_addressee_reads_it(
    config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Words, not codes; its page goes into a file that nobody else reads."""
    page = tmp_path / "1.html"
    assert run(["outbox", "show", "1", "--html", str(page), "--config", str(config)]) == 0

    out = capsys.readouterr().out
    assert all(word in out for word in ("待放行", "a@example.cn", "受理回执", "予以受理", "收发室"))
    assert "<p>" not in out
    assert "服务器答复" not in out  # it was not sent yet
    assert "材料齐全" in page.read_text("utf-8")
    assert page.stat().st_mode & 0o777 == 0o600
    assert run(["outbox", "show", "9", "--config", str(config)]) == 64
    assert printed(b"Subject: x\r\n\r\ny").html == ""


def test_several_are_released_or_none(
    config: Path, states: Callable[[], list[str]], store: Database
) -> None:
    """One that cannot be keeps the others; who did it stands in the ledger."""
    assert run(["outbox", "release", "1", "9", "--config", str(config)]) == 64
    assert states() == ["held"] * 4
    assert run(["outbox", "release", "1", "4", "--config", str(config)]) == 64
    assert run(["outbox", "release", "1", "3", "--who", "张", "--config", str(config)]) == 0

    assert states() == ["queued", "held", "queued", "held"]
    with store.reading() as session:
        said = [event.data for event in list_events(session) if event.kind == "release"]
    assert said == ['{"who": "张"}'] * 2


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["release", "--all"], ["queued", "queued", "queued", "held"]),
        (["release", "--kind", "accepted"], ["queued", "held", "queued", "held"]),
        (["cancel", "--to", "B@example.cn"], ["held", "cancelled", "cancelled", "held"]),
        (["cancel", "--all", "--kind", "incomplete"], ["held", "cancelled", "held", "held"]),
        (["cancel", "1", "2"], ["cancelled", "cancelled", "held", "held"]),
        (["cancel", "--kind", "received"], ["held"] * 4),
    ],
)
def test_those_that_are_meant_are_dealt_with(
    line: list[str], expected: list[str], config: Path, states: Callable[[], list[str]]
) -> None:
    """Never those that end a case: they go together, by a word of their own."""
    assert run(["outbox", *line, "--yes", "--config", str(config)]) == 0
    assert states() == expected


@pytest.mark.parametrize(
    "line",
    [
        ["release"],
        ["cancel"],
        ["release", "1", "--all"],
        ["release", "--closing", "--all"],
        ["cancel", "--case", "Q24-0001-S"],
    ],
)
def test_an_order_that_names_nothing_or_too_much_is_refused(
    line: list[str], config: Path, states: Callable[[], list[str]]
) -> None:
    """And nothing is done."""
    assert run(["outbox", *line, "--yes", "--config", str(config)]) == 64
    assert states() == ["held"] * 4
