"""A whole house's ledger: everything it does is vouched for, and the command that verifies it says
what was changed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ingest.cli import run
from ingest.store.audit import verify_ledger
from ingest.store.events import ledger_head
from ingest.views.digest import collect_digest
from notifier.outboxstates import OutboxState
from notifier.transport import SendOutcome
from tests.integration.house import House, plain_mail, with_file
from tests.nowhere import configuration

Open = Callable[..., House]


def busy(house: House) -> None:
    """A sample, a question, a mail without a usable file, a digest, an alarm; one letter sent, one
    uncertain.
    """
    house.arrive_sample("01")
    house.arrive(plain_mail())
    house.arrive(with_file(plain_mail(2)))
    house.arrive(plain_mail())
    house.settle_and_decide()
    house.digest_if_due()
    with house.app.database.writing() as session:
        assert house.queue_alarm(session, "test", "标题", "正文") == 1
    house.transport.answer_next(SendOutcome.UNCERTAIN)
    house.send()


@pytest.fixture
def house(open_one: Open) -> House:
    return open_one(
        office={"administrators": ["admin@office.example"], "staff": ["staff@office.example"]}
    )


@pytest.fixture
def config(tmp_path: Path, house: House) -> Path:
    """A configuration file over the house's store."""
    return configuration(tmp_path)


def verified(config: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = run(["--config", str(config), "audit", "verify", "--json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_everything_a_house_does_is_vouched_for(
    house: House, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mails, readings, decisions, letters, digests and alarms: none stands outside the chain."""
    busy(house)
    code, report = verified(config, capsys, "--files")

    assert (code, report["findings"]) == (0, [])
    assert report["events"] > 20
    assert {letter.state for letter in house.letters()} >= {OutboxState.SENT, OutboxState.UNCERTAIN}
    quoted = {event.kind for event in house.events() if event.sha256}
    assert quoted == {"received", "read", "decided", "queued"}


def test_the_command_names_what_was_changed_and_exits_with_one(
    house: House, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody with the file in hand turns every decision into an acceptance."""
    busy(house)
    with closing(sqlite3.connect(tmp_path / "mailroom.db", isolation_level=None)) as stranger:
        stranger.execute("UPDATE decisions SET decision = 'accepted'")
        stranger.execute("DROP TRIGGER events_no_delete")
        stranger.execute("DELETE FROM events WHERE id = 2")
    code, report = verified(config, capsys)

    assert code == 1
    assert any("第 2 行被删除" in line for line in report["findings"])
    assert any("第 1 次裁定被改动" in line for line in report["findings"])


def test_a_head_from_an_old_digest_is_looked_for(
    house: House, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The digest's last line carries it; one that was never there is a finding."""
    with house.store() as session:
        noted = ledger_head(session).chain
        digest, _, _ = house.make_digest()
        assert (
            collect_digest(
                session, house.app.rules.call, house.app.settings, house.app.clock.now()
            ).state.ledger
            in digest.text.splitlines()[-1]
        )
    assert noted in digest.text
    assert noted in digest.html
    busy(house)

    assert verified(config, capsys, "--head", noted)[0] == 0
    assert verified(config, capsys, "--head", "f" * 64)[0] == 1
    assert run(["--config", str(config), "audit", "verify", "--head", "abc"]) == 64


def test_one_alarm_an_incident_and_administrator(house: House) -> None:
    """The second call about the same incident does nothing; no applicant is answered by it."""
    for title in ("标题", "标题"):
        with house.app.database.writing() as session:
            house.queue_alarm(session, "brake:2024-08-20", title, "正文")
    (letter,) = house.letters()

    assert (letter.kind, letter.recipient) == ("alarm", "admin@office.example")
    assert b"Auto-Submitted: auto-generated" in letter.mime
    with house.store() as session:
        assert verify_ledger(session).findings == ()
