"""What somebody must be reminded of: letters that wait, a backup that is too old."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingest.settings import load_settings
from ingest.steps.digest import is_before
from ingest.store.claims import write_backup_moment, write_claim
from ingest.store.database import Database
from ingest.store.identity import Claim
from ingest.views.attention import attention, overdue_backup
from notifier.outbox import NewLetter, enqueue
from rules.vocabulary import BEIJING
from tests.unit.ingest.test_outbox_commands import config, store

__all__ = ["config", "store"]  # fixtures
NOW = datetime(2024, 8, 20, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("last", "founded", "within", "said"),
    [
        (None, None, 26 * HOUR, ""),
        (None, NOW - 2 * HOUR, 26 * HOUR, ""),
        (None, NOW - 30 * HOUR, 26 * HOUR, "还没有备份过"),
        (NOW - 26 * HOUR, NOW - 300 * HOUR, 26 * HOUR, ""),
        (NOW - 27 * HOUR, NOW - 300 * HOUR, 26 * HOUR, "已过 27 小时"),
        (NOW - 80 * HOUR, NOW - 300 * HOUR, 26 * HOUR, "已过 3 天"),
        (NOW - 80 * HOUR, NOW - 300 * HOUR, timedelta(0), ""),
    ],
)
def test_a_backup_is_missed_when_it_was_asked_for(
    last: datetime | None, founded: datetime | None, within: timedelta, said: str
) -> None:
    """A new store has time for its first one."""
    found = overdue_backup(last, founded, NOW, within)
    assert (said in found) is (found != "" or said == "")
    assert (found == "") is (said == "")


def test_held_letters_and_a_late_backup_are_told(store: Database, config: Path) -> None:
    """Letters that end a case have a place of their own."""
    config.write_text(
        config.read_text("utf-8").replace("[office]", 'backup_within = "26h"\n[office]'), "utf-8"
    )
    settings = load_settings(config, {})
    with store.writing() as session:
        write_claim(session, Claim("a", "k", marked=True), NOW - 90 * HOUR)
        write_backup_moment(session, NOW - 80 * HOUR)
        lines = list(attention(session, settings, NOW))
        assert [line[:10] for line in lines] == ["发件箱里扣着 3 封", "最近一次备份已过 3"]
        write_backup_moment(session, NOW)
        assert len(list(attention(session, settings, NOW))) == 1
        enqueue(session, NewLetter("k", "accepted", "a@x.cn", "s", "<k>", b""), NOW)
        assert "3 封" in next(attention(session, settings, NOW))


def test_a_day_before_the_program_was_there_has_no_digest() -> None:
    """The office's day decides; a store that does not know since when it is there has all of them."""
    founded = datetime(2024, 8, 20, 0, 30, tzinfo=BEIJING).astimezone(UTC)
    day, zone = date(2024, 8, 20), ZoneInfo("Asia/Shanghai")

    assert is_before(day - timedelta(days=1), zone, founded)
    assert not is_before(day, zone, founded)
    assert not is_before(day - timedelta(days=1), zone, None)
