"""What staff mistype at the command line is said in Chinese, with exit code 64, and nothing is
done.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from ingest.app import Unconnected, build
from ingest.cli import run
from ingest.settings import load_settings
from ingest.steps.rules import settle_rules
from ingest.store.database import open_database
from ingest.store.events import BY_STAFF, list_events
from rules.vocabulary import BEIJING
from tests.nowhere import configuration

BECAUSE = ("--because", "看过", "--yes")


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration whose rules are in force and whose store is empty."""
    path = configuration(tmp_path_factory.mktemp("office"))
    app = build(load_settings(path, {}), mailbox=Unconnected(), transport=Unconnected())
    settle_rules(app.rules, app.database, datetime(2024, 8, 20, tzinfo=BEIJING))
    app.close()
    return path


@pytest.fixture
def config(office: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, with nothing in the environment."""
    for name in ("MAILROOM_CONFIG", "MAILROOM_DEBUG", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    return office


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (("case", "decide", "Q24-0001-S", "收下", *BECAUSE), "没有结论“收下”"),
        (("case", "decide", "Q24-0001-S", "受理", *BECAUSE), "没有案卷“Q24-0001-S”"),
        (("case", "decide", "Q24-0001-S", "受理", "--because", " "), "没有写理由"),
        (("case", "decide", "Q24-0001-S", "受理"), "mailroom --help"),
        (("case", "set-fact", "Q24-0001-S", "开通", "98%", *BECAUSE), "没有案卷“Q24-0001-S”"),
        (("case", "note", "Q24-0001-S", " "), "批注是空的"),
        (("case", "assign", "Q24-0001-S", "李"), "没有案卷"),
        (("case", "split", "Q24-0001-S", "x", *BECAUSE), "mailroom --help"),
        (("message", "move", "7", "--to", "Q24-0001-S", *BECAUSE), "没有编号为 7 的来件"),
        (("message", "close", "7", "--because", "看过"), "没有编号为 7 的来件"),
        (("task", "show", "7"), "没有编号为 7 的待办"),
        (("task", "close", "7", "--because", "看过"), "没有编号为 7 的待办"),
        (("task", "list", "--case", "Q24-0001-S"), "没有案卷"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_done(
    line: tuple[str, ...], told: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*line, "--config", str(config)]) == 64

    assert told in capsys.readouterr().err
    store = open_database(f"sqlite:///{config.parent / 'mailroom.db'}")
    with store.reading() as session:
        by_staff = [event for event in list_events(session) if event.kind in BY_STAFF]
    store.close()
    assert by_staff == []


def test_an_empty_list_of_tasks_is_a_table_without_rows(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["task", "list", "--config", str(config)]) == 0
    assert capsys.readouterr().out.startswith("编号")
