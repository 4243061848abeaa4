"""``backup``, ``restore``, ``adopt``, ``migrate``, ``purge`` as they are typed: exit codes, words, and that
whoever only looks makes nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.cli import run
from ingest.opening import Opening, open_store_for
from ingest.settings import load_settings
from ingest.store.cases import NewCase, find_case_row, open_case
from ingest.store.database import open_database
from ingest.store.events import EventKind, record_event
from tests.environment import KNOWN_PRINT
from tests.ready_schema import lay_schema
from tests.unit.ingest.test_outbox_commands import NOW, config

__all__ = ["config"]  # a fixture
Told = Callable[..., tuple[int, str]]


@pytest.fixture
def told(config: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """Exit code and all words of a command."""

    def ask(*line: str) -> tuple[int, str]:
        code = run([*line, "--config", str(config)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return ask


@pytest.fixture
def office(config: Path) -> Path:
    """A store with one case; its directory."""
    lay_schema(config.parent / "mailroom.db")
    store = open_store_for(load_settings(config, {}).store, Opening.FOUND, NOW)
    with store.writing() as session:
        new = NewCase("smart-education-2024", "示范区", "Q", 2024, "1", "第一师", "", "a@x.cn", "")
        case, _ = open_case(session, new, NOW, NOW)
        case.judge_after = None
        session.add(case)
        record_event(session, NOW, EventKind.OPENED, "第一师立案", case_id=case.id)
    store.close()
    return config.parent


def test_a_store_goes_away_and_comes_back(office: Path, told: Told, tmp_path: Path) -> None:
    """The same head before and after; a second time it must be said that something is replaced."""
    head = told("audit", "verify")[1].split()[-1]
    code, said = told("backup", str(tmp_path / "b"), "--keep", "1")
    assert (code, head in said) == (0, True)
    (office / "mailroom.db").unlink()

    code, said = told("case", "note", "Q24-0001-S", "x")
    assert (code, "mailroom restore" in said) == (78, True)
    code, said = told("restore", str(tmp_path / "b"), "--verify")
    assert (code, head in said, "已恢复并核验" in said) == (0, True, True)
    code, said = told("audit", "verify", "--files")
    assert (code, "台账完好" in said, head in said) == (0, True, True)
    assert told("restore", str(tmp_path / "b"))[0] == 64
    code, said = told("restore", str(tmp_path / "b"), "--replace")
    assert (code, "改名为" in said) == (0, True)


def test_an_empty_database_beside_files_is_adopted_by_a_clear_word_only(
    office: Path, told: Told
) -> None:
    """And not by the first try."""
    (office / "mailroom.db").unlink()

    assert told("adopt")[0] == 64
    assert not (office / "mailroom.db").exists()
    assert told("adopt", "--after-restore", "--who", "李")[0] == 0
    assert told("adopt", "--after-restore")[0] == 0
    shutil.rmtree(office / "files")
    code, said = told("adopt", "--after-restore")
    assert (code, "不在文件目录里" in said) == (78, True)


def test_a_backup_of_nothing_and_a_restore_from_nothing_say_so(told: Told, tmp_path: Path) -> None:
    """With the exit codes for configuration and for input that is missing."""
    code, said = told("backup", str(tmp_path / "b"))
    assert (code, "还没有数据库文件" in said) == (78, True)
    assert told("restore", str(tmp_path / "b"))[0] == 65
    assert not (tmp_path / "b").exists()


def test_a_call_that_is_not_finished_is_not_purged(office: Path, told: Told) -> None:
    """A dry run shows the same and changes nothing."""
    before = (office / "mailroom.db").read_bytes()
    code, said = told("purge", "--call", "smart-education-2024", "--dry-run")
    assert (code, "还没有裁定" in said) == (1, True)
    assert told("purge", "--call", "smart-education-2024", "--yes")[0] == 64
    assert told("purge", "--call", "nosuch", "--dry-run")[0] == 64
    assert (office / "mailroom.db").read_bytes() == before


def test_a_call_that_is_finished_is_purged(
    office: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case that nobody sent anything in was closed; the ledger holds afterwards. Older copies
    beside the database are named: they still say everything.
    """
    monkeypatch.setenv(KNOWN_PRINT, str(office / "cache"))  # emptied, too
    store = open_database(f"sqlite:///{office / 'mailroom.db'}")
    with store.writing() as session:
        case = find_case_row(session, "Q24-0001-S")
        case.closed_at = NOW
        session.add(case)
    store.close()
    for name in ("mailroom.db.before-0005-x", ".mailroom.db.sealing", "other.db"):
        (office / name).touch()
    code, said = told("purge", "--call", "smart-education-2024", "--yes", "--who", "李")
    assert (code, "已清除" in said) == (0, True), said
    assert [line.split("/")[-1] for line in said.splitlines() if "旧副本" in line] == [
        ".mailroom.db.sealing",
        "mailroom.db.before-0005-x",
    ]
    code, said = told("audit", "verify", "--files")
    assert (code, "台账完好" in said) == (0, True), said
    assert "第一师" not in told("case", "list")[1]


def test_a_present_database_needs_no_migration(office: Path, told: Told) -> None:
    """And is not copied."""
    assert told("migrate") == (0, "数据库结构已是最新\n")
    assert list(office.glob("*.before-*")) == []


@pytest.mark.parametrize(
    "line",
    [
        ["status"], ["audit", "verify"], ["audit", "verify", "--files"], ["message", "list"],
        ["message", "show", "1"], ["message", "export", "1", "--to", "x.eml"], ["case", "list"],
        ["case", "show", "Q24-0001-S"], ["case", "explain", "Q24-0001-S"], ["task", "list"],
        ["outbox", "list"], ["outbox", "show", "1"], ["receipt", "verify", "--code", "x"],
        ["rules", "status"], ["digest", "preview", "--no-open"],
        ["purge", "--call", "x", "--dry-run"],
        ["outbox", "hold", "1"], ["case", "note", "Q24-0001-S", "x"], ["digest", "send"],
        ["message", "retry", "1"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_where_nothing_is_nothing_is_made(
    line: list[str], told: Told, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No database, no folder, no key: a slip in the configuration leaves no trace, and is told."""
    monkeypatch.chdir(config.parent)
    monkeypatch.setenv("MAILROOM_SMTP__PASSWORD", "x")
    code, said = told(*line)

    assert [path.name for path in config.parent.iterdir()] == ["mailroom.toml"]
    assert code == 78, said
    assert "数据库" in said
