"""The mails of an administrator's own demo: any .eml files, whatever their dates say."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.calls import default_config, open_call
from ingest.cli import run
from ingest.demo.mails import AFTER_THE_DEADLINE, own_samples
from ingest.demo.scenario import own_scenario
from ingest.errors import ConfigError
from rules.vocabulary import BEIJING

FOLDER = default_config() / "calls/community-grants-2025"
CALL = open_call(FOLDER.parent, FOLDER.name).call


@pytest.mark.parametrize(
    ("date", "comes"),
    [
        ("Thu, 20 Mar 2025 09:30:00 +0800", datetime(2025, 3, 20, 9, 30, tzinfo=BEIJING)),
        ("Thu, 20 Mar 2025 01:30:00 -0000", datetime(2025, 3, 20, 1, 30, tzinfo=BEIJING)),
        ("Thu, 01 Jan 1970 00:00:00 +0000", CALL.published),
        ("Thu, 01 Jan 2099 00:00:00 +0000", CALL.deadline + AFTER_THE_DEADLINE),
        ("gestern", CALL.published),
        ("", CALL.published),
    ],
)
def test_a_mail_comes_when_its_date_says_within_the_calls_days(
    tmp_path: Path,
    date: str,
    comes: datetime,
) -> None:
    """A demo has an end, also for a date of another century; no date counts as the first day."""
    (tmp_path / "甲.eml").write_text(
        f"Date: {date}\nSubject: =?utf-8?b?55Sz5oql?=\n\n", encoding="utf-8"
    )
    (sample,) = own_samples(tmp_path, CALL)

    assert (sample.number, sample.what, sample.received) == ("甲", "申报", comes)


def test_a_scenario_lasts_until_the_digest_after_the_last_mail(tmp_path: Path) -> None:
    """From the midnight before the call; mails in the order in which they come."""
    for name, day in (("1", "21"), ("2", "20")):
        (tmp_path / f"{name}.eml").write_text(
            f"Date: Thu, {day} Mar 2025 09:30:00 +0800\n\n",
            encoding="utf-8",
        )
    scenario = own_scenario(FOLDER, tmp_path)

    assert [sample.number for sample in scenario.samples] == ["2", "1"]
    assert scenario.first_day == datetime(2025, 3, 3, tzinfo=BEIJING)
    assert scenario.last_moment == CALL.deadline + timedelta(days=1)


def test_a_folder_without_mails_is_told(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(ConfigError, match=r"没有 \.eml"):
        own_samples(tmp_path, CALL)


def test_a_call_without_mails_is_a_mistake_of_use(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And the other way round."""
    assert run(["demo", "--call", str(FOLDER), "--dir", str(tmp_path)]) == 64
    assert "--mails" in capsys.readouterr().err
