"""``message authentication`` as it is typed: a stored mail, a name server, plain words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import dns
from ingest.cli import run
from ingest.opening import Opening, open_store_for
from ingest.sandbox.workers import WorkerDied
from ingest.settings import load_settings
from ingest.store.files import FileStore
from ingest.store.messages import Arrival, record_messages
from tests.ready_schema import lay_schema
from tests.servers.names import name_server
from tests.unit.ingest.authentication.test_signatures import NAME, POLICY, record, signed
from tests.unit.ingest.test_outbox_commands import NOW, config

__all__ = ["config"]  # a fixture
Told = Callable[..., tuple[int, str]]
COMMAND = ("message", "authentication", "1")


@pytest.fixture
def told(config: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """Exit code and all words of a command, in an office that has one signed mail."""
    settings = load_settings(config, {})
    lay_schema(config.parent / "mailroom.db")
    store = open_store_for(settings.store, Opening.FOUND, NOW)
    files = FileStore(settings.store.files)
    with files.spool() as spool:
        spool.write(signed())
        (kept,) = files.keep_all([spool])
    with store.writing() as session:
        record_messages(session, [Arrival("INBOX", 1, 1, kept.size, NOW, kept.sha256)], NOW)
    store.close()

    def ask(*line: str) -> tuple[int, str]:
        code = run([*line, "--config", str(config)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return ask


def test_staff_are_told_what_a_signature_proves(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the keys that the name server has."""
    with name_server({NAME: record(), **POLICY}) as server:
        monkeypatch.setattr(dns, "nameserver", lambda: server)
        code, said = told(*COMMAND)
        as_json = json.loads(told(*COMMAND, "--json")[1])
    assert (code, "s=s1  有效  (与发件人域名一致)" in said) == (0, True)
    assert "不证明是哪一个人写的" in said
    assert as_json["signatures"][0]["outcome"] == "valid"
    assert as_json["policy"]["policy"] == "quarantine"


def test_where_there_is_no_name_server_nothing_is_asked(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that is no fault."""
    monkeypatch.setattr(dns, "nameserver", lambda: None)
    code, said = told(*COMMAND)
    assert (code, "没有核: 没有问到密钥" in said) == (0, True)


def test_a_mail_that_is_not_there_is_named(told: Told) -> None:
    """As with its export."""
    code, said = told("message", "authentication", "7")
    assert (code, "没有编号为 7 的来件" in said) == (64, True)


def test_a_worker_that_dies_of_it_is_said_kindly(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what can be done instead."""

    def dies(*_: object) -> None:
        raise WorkerDied("超出时间限制", "time")

    monkeypatch.setattr(dns, "nameserver", lambda: None)
    monkeypatch.setattr("ingest.authentication.evidence.evidence_of", dies)
    code, said = told(*COMMAND)
    assert (code, "没有核成: 超出时间限制" in said) == (65, True)
    assert "Traceback" not in said
