"""A digest that does not arrive is an alarm, a line in status and in the next digest; one reader that
cannot be written to keeps it from nobody else. A clock that was wrong is said so.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from ingest.daemon import watch
from ingest.views.attention import attention
from ingest.views.health import intake_health
from notifier.transport import SendOutcome
from tests.integration.house import House, open_house

OFFICE = {"staff": ["staff@office.example"], "administrators": ["admin@office.example"]}


def told(house: House) -> str:
    """What status and the digest say."""
    with house.store() as session:
        return "\n".join(attention(session, house.app.settings, house.clock.instant))


def test_a_digest_that_is_refused_is_an_alarm_until_one_leaves(tmp_path: Path) -> None:
    """Once, however often it is looked at."""
    with open_house(tmp_path, office=OFFICE) as house:
        assert house.digest_if_due()
        house.transport.answer_next(SendOutcome.REFUSED, 550, "no such user")
        house.send()
        for _ in range(2):
            watch(house.app, house.clock.instant)
        house.send()

        alarms = [row.recipient for row in house.letters() if row.kind == "alarm"]
        assert alarms.count("admin@office.example") == 1
        assert "日报没有送到 staff@office.example" in told(house)
        with house.store() as session:
            assert any("日报没有送到" in error for error in house.system_state(session).errors)
        house.wait(timedelta(days=1))
        assert house.digest_if_due()
        house.send()
        assert "没有送到" not in told(house)


def test_a_mistyped_reader_keeps_the_digest_from_nobody(tmp_path: Path) -> None:
    """The others get it, administrators an alarm; it is not made again and again."""
    office = {**OFFICE, "staff": ["张老师", "staff@office.example"]}
    with open_house(tmp_path, office=office) as house:
        assert house.digest_if_due()
        assert not house.digest_if_due()
        watch(house.app, house.clock.instant)
        house.send()

        assert "张老师 不是可用的邮箱地址" in told(house)
        readers = [(row.kind, row.recipient) for row in house.letters()]
        assert ("digest", "staff@office.example") in readers
        assert ("alarm", "admin@office.example") in readers


def test_where_nobody_of_the_staff_can_be_written_to_administrators_get_it(tmp_path: Path) -> None:
    """And an office without anybody has none."""
    with open_house(tmp_path, office={**OFFICE, "staff": ["张"]}) as house:
        assert house.digest_if_due()
        assert [row.recipient for row in house.letters()] == ["admin@office.example"]
    with open_house(tmp_path / "other", office={"staff": [], "administrators": ["张"]}) as house:
        assert not house.digest_if_due()
        watch(house.app, house.clock.instant)


def test_a_look_in_the_future_is_no_sign_of_health(tmp_path: Path) -> None:
    """The clock was ahead and was set right: nobody knows whether mail comes in, until it is looked
    again.
    """
    with open_house(tmp_path) as house:
        house.wait(timedelta(days=2))
        house.take_in()
        house.wait(timedelta(days=-2))
        mailbox = house.app.settings.mailbox
        with house.store() as session:
            found = intake_health(session, mailbox, house.clock.instant)
        assert found.stale
        assert "将来的时间" in found.complaint(house.clock.instant)

        house.take_in()
        with house.store() as session:
            assert not intake_health(session, mailbox, house.clock.instant).stale
