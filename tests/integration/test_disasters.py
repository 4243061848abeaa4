"""Disasters of a store: lost, replaced, copied. Nobody is answered twice, no mail is lost, and the
program says what to do. Real database, files, journal and rules; mailbox and way out in hand.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.checks import run_checks
from ingest.clock import FixedClock
from ingest.daemon import settle_past
from ingest.errors import TemporaryError
from ingest.opening import UnfitStoreError, adopt, refuse_unfit, strays_of
from ingest.steps.receive import receive_all
from ingest.store.beside import FolderBeside
from ingest.store.journal import Journal
from ingest.store.lock import single_instance
from notifier.outboxstates import OutboxState
from tests.fakes.mailbox import FakeMailbox
from tests.integration.house import MORNING, House, open_house, plain_mail, settings

ANSWERS = "received"


class Years:
    """A store in a directory, opened again and again; the mailbox and what left stay."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.mailbox, self.clock = directory, FakeMailbox(), FixedClock(MORNING)
        self.left: list[tuple[str, bytes]] = []

    @contextmanager
    def open(self) -> Iterator[House]:
        """A run of the program."""
        with open_house(self.directory, self.mailbox, self.clock) as house:
            settle_past(house.app)
            yield house
            self.left += [(letter.recipient, letter.data) for letter in house.transport.letters]

    def live(self) -> list[str]:
        """A run that does what there is to do; which answers left."""
        before = len(self.left)
        with self.open() as house:
            house.app.chronicle.acquaint(house.app.mailbox, self.clock.instant)
            house.take_in()
            house.send()
        self.clock.instant += timedelta(minutes=1)
        return [to for to, _ in self.left[before:] if to != "staff@office.example"]

    def arrive(self, number: int) -> None:
        """A question comes in."""
        mail = plain_mail(number, from_=f"教师{number} <t{number}@example.cn>")
        self.mailbox.append(mail.as_bytes(), self.clock.instant)

    def copy(self) -> Path:
        """The database as it is, put aside."""
        backup = self.directory / "old.db"
        for path in self.directory.glob("mailroom.db*"):
            shutil.copy(path, self.directory / path.name.replace("mailroom", "old"))
        return backup

    def put_back(self) -> None:
        """The database that was put aside in place of the present one."""
        self.lose()
        for path in self.directory.glob("old.db*"):
            shutil.copy(path, self.directory / path.name.replace("old", "mailroom"))

    def lose(self) -> None:
        """The database is gone."""
        for path in self.directory.glob("mailroom.db*"):
            path.unlink()

    def adopt(self) -> None:
        """The administrator takes it over."""
        adopt(settings(self.directory).store, "管理员", self.clock.instant)


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Years:
    """A store that has answered one mail."""
    made = Years(tmp_path_factory.mktemp("store"))
    made.arrive(1)
    assert made.live() == ["t1@example.cn"]
    return made


@pytest.fixture
def years(first_day: Years, tmp_path: Path) -> Years:
    """It again, for each test."""
    made = Years(tmp_path / "store")
    shutil.copytree(first_day.directory, made.directory)
    made.mailbox, made.left = deepcopy(first_day.mailbox), list(first_day.left)
    made.clock.instant = first_day.clock.instant
    return made


def test_a_lost_database_is_refused_and_nothing_is_made(years: Years) -> None:
    """Not by the daemon, not by a command; looking at it makes no file either."""
    years.lose()
    left = len(years.left)

    with pytest.raises(UnfitStoreError, match="数据库是空的") as refused:
        years.live()

    assert "mailroom restore" in str(refused.value)
    assert "mailroom adopt --after-restore" in str(refused.value)
    assert int(refused.value.exit_code) == 78
    assert list(years.directory.glob("mailroom.db*")) == []
    assert len(years.left) == left


def test_a_lost_database_that_is_adopted_answers_nobody_again(years: Years) -> None:
    """Every mail is registered again; what was answered is known, new mails are answered."""
    years.lose()
    years.adopt()
    assert years.live() == []
    years.arrive(2)

    assert years.live() == ["t2@example.cn"]
    with years.open() as house:
        assert len(house.messages()) == 2
        states = [letter.state for letter in house.letters() if letter.kind == ANSWERS]
        assert states == [OutboxState.SENT, OutboxState.SENT]


def test_mails_that_only_lie_among_the_files_are_named(years: Years) -> None:
    """The database was lost, and the server has deleted what it knew: the check says what lies
    there and what to do. What is being taken in at this moment is none of it.
    """
    given = settings(years.directory)
    (kept,) = (years.directory / "files").glob("??/*.eml")
    os.utime(kept, (old := years.clock.instant.timestamp() - 86400, old))

    def said() -> str:
        return dict(run_checks(given, years.clock.instant))["原件是否都有登记"]

    assert said() == ""
    years.lose()
    assert said() == ""  # no database is another check's
    years.adopt()
    assert strays_of(given.store, years.clock.instant) == 1
    years.mailbox.expunge(1)
    years.live()

    assert str(kept) in said()
    assert "放回收件箱" in said()
    os.utime(kept)  # 2026, later than the clock of the test
    assert said() == ""
    os.utime(kept, (old, old))
    years.mailbox.append(kept.read_bytes(), years.clock.instant)
    assert years.live() == []  # it was answered before the database was lost
    assert said() == ""


def test_an_older_database_is_refused_and_adopted_without_a_second_answer(years: Years) -> None:
    """A letter left after it was copied."""
    years.copy()
    years.arrive(2)
    assert years.live() == ["t2@example.cn"]
    years.put_back()

    with pytest.raises(UnfitStoreError, match="比发信记录旧"):
        refuse_unfit(settings(years.directory).store)
    with pytest.raises(UnfitStoreError, match="比发信记录旧"):
        years.live()
    years.adopt()

    assert years.live() == []
    years.arrive(3)
    assert years.live() == ["t3@example.cn"]
    with years.open() as house:
        assert len(house.messages()) == 3


def test_a_database_that_only_lacks_a_decision_is_older_too(years: Years) -> None:
    """No letter left, but the ledger went on: a day's look noted how far."""
    years.copy()
    years.clock.instant += timedelta(hours=1)
    years.mailbox.append(
        plain_mail(5, auto_submitted="auto-replied").as_bytes(), years.clock.instant
    )
    assert years.live() == []
    years.live()  # a start notes how far the ledger has come
    years.put_back()

    with pytest.raises(UnfitStoreError, match="比发信记录旧"):
        years.live()


def test_a_whole_machine_set_back_is_noticed_by_the_sent_mail(years: Years) -> None:
    """Database, files and journal are of one age; the account's sent mail knows better. What may
    have been answered waits for a person.
    """
    shutil.copytree(years.directory, aside := years.directory.with_name("aside"))
    years.arrive(2)
    years.mailbox.append(b"From: x\r\n\r\n", years.clock.instant, "已发送")
    years.live()
    years.mailbox.append(years.left[-1][1], years.clock.instant, "已发送")
    shutil.rmtree(years.directory)
    shutil.copytree(aside, years.directory)

    with pytest.raises(UnfitStoreError, match="已发送"):
        years.live()
    years.adopt()

    assert years.live() == []
    with years.open() as house:
        assert [row.state for row in house.letters() if row.kind == ANSWERS][-1] is OutboxState.SENT


def test_what_nobody_can_tell_waits_for_a_person_and_then_leaves(years: Years) -> None:
    """Journal and sent mail of the gap are lost: the letter is held, released it goes out once."""
    shutil.copytree(years.directory, aside := years.directory.with_name("aside"))
    years.arrive(2)
    years.live()
    shutil.rmtree(years.directory)
    shutil.copytree(aside, years.directory)
    years.adopt()

    assert years.live() == []
    with years.open() as house:
        (held,) = [row for row in house.letters() if row.state is OutboxState.HELD]
        from ingest.store.events import EventKind, record_event  # noqa: PLC0415 - as the command does
        from notifier.outbox import release  # noqa: PLC0415 - as above

        with house.app.database.writing() as session:
            release(session, held.id, years.clock.instant)
            record_event(session, years.clock.instant, EventKind.RELEASE, "放行", outbox_id=held.id)
    assert years.live() == ["t2@example.cn"]
    assert years.live() == []


def test_another_offices_files_and_keys_are_refused(years: Years, tmp_path: Path) -> None:
    """Each way round, and files that are not mounted."""
    other = Years(tmp_path / "other")
    other.directory.mkdir()
    other.live()
    files, away = years.directory / "files", years.directory / "away"

    files.rename(away)
    with pytest.raises(UnfitStoreError, match="不在文件目录里"):
        years.live()
    assert not files.exists()
    shutil.copytree(other.directory / "files", files)
    with pytest.raises(UnfitStoreError, match="不是同一套"):
        years.live()
    with pytest.raises(UnfitStoreError, match="不是同一套"):
        years.adopt()
    shutil.rmtree(files)
    shutil.copytree(away, files)
    shutil.copy(other.directory / "files" / "secret.key", files / "secret.key")
    with pytest.raises(UnfitStoreError, match="不是这个数据库的"):
        years.live()
    (files / "secret.key").unlink()
    with pytest.raises(UnfitStoreError, match="不见了"):
        years.live()


def test_nothing_is_adopted_where_nothing_is(tmp_path: Path) -> None:
    """A first start is no restore."""
    with pytest.raises(UnfitStoreError, match="没有可接管"):
        adopt(settings(tmp_path).store, "管理员", MORNING)
    assert list(tmp_path.iterdir()) == []


def test_a_founding_that_was_broken_off_is_ended(years: Years) -> None:
    """The database has said it, the files have not."""
    from ingest.store.claims import read_claim, write_claim  # noqa: PLC0415 - a crash, by hand

    with years.open() as house, house.app.database.writing() as session:
        from dataclasses import replace  # noqa: PLC0415 - as above

        claim = read_claim(session)
        assert claim is not None
        write_claim(session, replace(claim, marked=False), MORNING)
    (years.directory / "files" / "store.json").unlink()

    assert years.live() == []
    assert (years.directory / "files" / "store.json").exists()


def test_two_configurations_of_one_database_are_one_instance(tmp_path: Path) -> None:
    """Whatever their files are; the lock goes with the process that held it."""
    url = f"sqlite:///{tmp_path}/mailroom.db"
    (tmp_path / "way").symlink_to(tmp_path)
    with (
        single_instance(url),
        pytest.raises(TemporaryError, match="另一个 mailroom"),
        single_instance(f"sqlite:///{tmp_path}/way/mailroom.db"),
    ):
        pass
    with single_instance(url):
        pass


def test_a_letter_the_journal_saw_leaving_is_no_riddle_after_a_crash(years: Years) -> None:
    """Killed after the journal's line and before the database's."""
    years.arrive(2)
    with years.open() as house:
        receive_all(house.app.inlet)
        house.read_one()
        (letter,) = [row for row in house.letters() if row.state is OutboxState.QUEUED]
        from notifier.outbox import claim  # noqa: PLC0415 - a crash, by hand

        with house.app.database.writing() as session:
            claim(session, letter.id, years.clock.instant)
        house.app.chronicle.begin(letter, years.clock.instant)
        house.app.chronicle.end(letter, OutboxState.SENT, years.clock.instant)

    assert years.live() == []
    with years.open() as house:
        assert {row.state for row in house.letters()} == {OutboxState.SENT}
    assert Journal(FolderBeside(years.directory / "files")).last_head() is not None
