"""A mail that kills its reader: counted through SIGKILL and restarts, set aside, shown, read again
on a person's word.
"""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.cli import run
from ingest.daemon import start
from ingest.steps.read import STRIKES
from ingest.steps.receive import receive_all
from ingest.store.audit import verify_ledger
from ingest.store.tables import MessageState
from ingest.views.digest import collect_digest
from tests.integration.house import House, plain_mail
from tests.nowhere import configuration
from tests.warm.command import python

Open = Callable[..., House]
ROOT = Path(__file__).parents[2]
READER = """
import sys
from pathlib import Path
from ingest.daemon import start
from ingest.steps.read import read_one
from tests.integration.house import open_house
with open_house(Path(sys.argv[1])) as house:
    start(house.app)
    house.read_one()
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    return str(configuration(tmp_path))


def killed_while_reading(directory: Path) -> int:
    """Another process takes up the mail that is due and is killed with it in hand; its exit
    status.
    """
    environment = os.environ | {"MAILROOM_KILL_AT": "claimed"}
    command = [python(), "-c", READER, str(directory)]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False
    ).returncode


def set_aside(house: House) -> None:
    """Every mail has had its attempts, and the next one to take it up sets it aside."""
    with house.app.database.writing() as session:
        for row in house.messages():
            row.attempts = STRIKES
            session.add(row)
    house.read_one()


@pytest.mark.slow
def test_three_kills_count_and_the_fourth_start_sets_the_mail_aside(
    open_one: Open, tmp_path: Path
) -> None:
    """Each attempt was written down before it began; the next mail is read in the same round."""
    house = open_one()
    house.arrive(plain_mail(1))
    house.arrive(plain_mail(2))
    receive_all(house.app.inlet)
    for _ in range(STRIKES):
        assert killed_while_reading(tmp_path) == -signal.SIGKILL
    assert [row.attempts for row in house.messages()] == [STRIKES, 0]
    start(house.app)
    assert house.read_one()
    assert house.read_one()

    assert [row.state for row in house.messages()] == [MessageState.SET_ASIDE, MessageState.READ]
    with house.store() as session:
        assert any(
            "无法读取，已隔离" in task.reason
            for task in collect_digest(
                session, house.app.rules.call, house.app.settings, house.app.clock.now()
            ).needs_human
        )
        assert verify_ledger(session, house.app.files).findings == ()


def test_a_mail_set_aside_is_read_again_on_a_persons_word(house: House, config: str) -> None:
    """As if for the first time; the ledger says who asked, and one that is not set aside is left
    alone.
    """
    house.arrive(plain_mail(1))
    receive_all(house.app.inlet)
    set_aside(house)
    assert [row.state for row in house.messages()] == [MessageState.SET_ASIDE]

    assert run(["--config", config, "message", "retry", "1"]) == 0
    assert [row.state for row in house.messages()] == [MessageState.STORED]
    assert house.events("retry")[0].message_id == 1
    assert house.read_one()
    assert [row.state for row in house.messages()] == [MessageState.READ]
    assert run(["--config", config, "message", "retry", "1"]) == 64
    assert run(["--config", config, "message", "retry", "99"]) == 64
    with house.store() as session:
        assert verify_ledger(session, house.app.files).findings == ()


def test_all_that_were_set_aside_are_read_again_with_one_word(
    house: House, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """After an upgrade, say; a mail that was read is left alone, and which are meant is said."""
    for number in (1, 2):
        house.arrive(plain_mail(number))
    receive_all(house.app.inlet)
    for _ in range(2):
        set_aside(house)
    house.arrive(plain_mail(3))
    house.take_in()
    retry = ["--config", config, "message", "retry"]

    assert run([*retry, "--all-set-aside"]) == 0
    assert "2 封" in capsys.readouterr().out
    assert [row.state for row in house.messages()][:2] == [MessageState.STORED] * 2
    assert sorted(event.message_id or 0 for event in house.events("retry")) == [1, 2]
    assert run([*retry, "--all-set-aside"]) == 0
    assert "没有被隔离" in capsys.readouterr().out
    assert run(retry) == run([*retry, "1", "--all-set-aside"]) == 64


def test_the_original_is_handed_out_byte_for_byte(
    house: House, config: str, tmp_path: Path
) -> None:
    """For nobody else's eyes, over no other file, and only when it is intact."""
    raw = plain_mail(1).as_bytes()
    house.arrive(raw)
    house.take_in()
    to = tmp_path / "out.eml"
    command = ["--config", config, "message", "export", "1", "--to", str(to)]

    assert run(command) == 0
    assert to.read_bytes() == raw
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    assert run(command) == 73
    assert to.read_bytes() == raw
    to.unlink()
    house.app.files.path(hashlib.sha256(raw).hexdigest()).write_bytes(b"damaged")
    assert run(command) == 74
    assert not to.exists()
    assert run([*command[:4], "7", "--to", str(to)]) == 64
