"""Receivers and workers as processes, with a real PostgreSQL, Dovecot and SMTP peer."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.cli import run
from ingest.demo.smtp_sink import SmtpSink
from tests.servers.dovecot import DovecotAccount
from tests.servers.postgresql import PostgresqlServer
from tests.torture.check import always, at_rest
from tests.torture.machines import OWNER, Office
from tests.torture.mails import mixed

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.dovecot,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("postgresql"),
]


@pytest.fixture
def office(
    postgresql_server: PostgresqlServer,
    dovecot: DovecotAccount,
    smtp_sink: SmtpSink,
    tmp_path: Path,
) -> Iterator[Office]:
    opened = Office(tmp_path / "office", dovecot, smtp_sink, postgresql_server)
    yield opened
    opened.close()


@pytest.mark.parametrize("role", ["receiver", "worker"])
def test_one_machine_needs_neither(
    role: str, tmp_path: Path, dovecot: DovecotAccount, smtp_sink: SmtpSink,
    capsys: pytest.CaptureFixture[str], postgresql_server: PostgresqlServer,
) -> None:  # fmt: skip
    """With SQLite both say so in one line, and what to do instead."""
    office = Office(tmp_path / "office", dovecot, smtp_sink, postgresql_server)
    toml = office.directory / "mailroom.toml"
    toml.write_text(toml.read_text().replace(office.database, "sqlite:///mailroom.db"))

    assert run([role, "--config", str(toml)]) == 78

    said = capsys.readouterr().err
    assert "mailroom run" in said
    assert "SQLite" in said


def test_whoever_is_killed_the_others_go_on(office: Office) -> None:
    """Two receivers by mistake, two workers; the receiver at work, a worker in the middle of a mail
    and the database die. Nothing is lost, nobody is answered twice.
    """
    mails = mixed(30)
    office.post(mails[:15])
    for name in ("receiver1", "receiver2"):
        office.start(name)
    office.start("worker1", kill_at="read:2")
    assert office.wait_until(lambda: office.processes["worker1"].poll() is not None, 120)
    office.start("worker2")
    office.revive()
    first = office.ask(OWNER)[0]
    working = next(n for n, p in office.processes.items() if str(first).endswith(f":{p.pid}"))
    office.kill(working)
    began = time.monotonic()
    assert office.wait_until(lambda: office.ask(OWNER) != [first], 60)
    assert time.monotonic() - began < 30
    office.kill_database(away=1.0)
    office.post(mails[15:])
    assert always(office) == []

    assert office.wait_until(office.at_rest, 240), office.log.read_text()[-3000:]

    assert at_rest(office) == []
    for name in [*office.processes]:
        office.kill(name, signal.SIGTERM)


def test_a_standby_that_is_told_to_look_at_the_rules_stands_by(office: Office) -> None:
    """``systemctl reload`` on every machine ends none of them."""
    office.start("receiver1")
    assert office.wait_until(lambda: "has the receiver's part" in office.log.read_text(), 60)
    office.start("receiver2")
    assert office.wait_until(lambda: "standing by" in office.log.read_text(), 60)
    for process in office.processes.values():
        process.send_signal(signal.SIGHUP)
    time.sleep(1)
    assert [process.poll() for process in office.processes.values()] == [None, None]
    for process in office.processes.values():
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
    assert [process.wait(30) for process in office.processes.values()] == [0, 0]
