"""Mails read side by side: really at once, filed in order, and trouble of ours is no strike."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ingest.daemon import work
from ingest.errors import TemporaryError
from ingest.reading import Reading
from ingest.steps.read import AGAIN_AFTER, STRIKES
from ingest.steps.readers import Readers, usual_readers
from ingest.steps.receive import receive_all
from ingest.store.tables import MessageState
from tests.integration.house import House, plain_mail
from tests.integration.without_worker import read_here

Open = Callable[..., House]


@pytest.fixture
def house(open_one: Open) -> House:
    """Two readers."""
    return open_one(limits={"readers": 2})


def from_(number: int, sender: str) -> EmailMessage:
    """A question of somebody."""
    return plain_mail(number, from_=f"{sender} <{sender}@example.cn>")


def taken_in(house: House, *mails: EmailMessage) -> None:
    """They are in the store, and nobody has read them."""
    for mail in mails:
        house.arrive(mail)
    receive_all(house.app.inlet)


def read_all(house: House) -> list[int]:
    """The mails in the order they were filed in."""
    app = house.app
    while app.readers.read_next(app.database, app.files, app.mouth, house.clock):
        pass
    return [event.message_id or 0 for event in house.events("read")]


def test_a_heap_that_takes_long_is_told_in_the_log(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what is left of it in the store."""
    monkeypatch.setattr("ingest.steps.read.read_or_degrade", read_here)
    monkeypatch.setattr("ingest.steps.backlog.LINE_EVERY", 0.0)
    taken_in(house, *(from_(number, f"s{number}") for number in range(3)))
    with capture_logs() as lines:
        read_all(house)

    told = [(line["read"], line["left"]) for line in lines if line["event"] == "backlog"]
    assert told == [(1, 2), (2, 1), (3, 0)]


def test_two_senders_mails_are_read_at_the_same_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waits for the other: one after another they would never meet. The real workers have
    their turn in the tests of the main job.
    """
    both = threading.Barrier(2, timeout=60)

    def meeting(*about: Any, **how: Any) -> Reading:
        both.wait()
        return read_here(*about, **how)

    monkeypatch.setattr("ingest.steps.read.read_or_degrade", meeting)
    taken_in(house, from_(1, "wang"), from_(2, "li"))

    assert read_all(house) == [1, 2]


def test_one_senders_mails_are_read_one_after_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when readers are free."""
    at_once, most = 0, 0

    def counting(*about: Any, **how: Any) -> Reading:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        reading = read_here(*about, **how)
        at_once -= 1
        return reading

    monkeypatch.setattr("ingest.steps.read.read_or_degrade", counting)
    taken_in(house, *(from_(number, "wang") for number in range(1, 6)))

    assert read_all(house) == [1, 2, 3, 4, 5]
    assert most == 1


def test_what_is_read_first_waits_for_the_mail_before_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that two runs over the same mails say the same; meanwhile the free reader goes on."""
    others, first = threading.Semaphore(0), house.app.files

    def slow_first(path: Path, *about: Any, **how: Any) -> Reading:
        if path == slow:
            assert others.acquire(timeout=60)
            assert others.acquire(timeout=60)
        reading = read_here(path, *about, **how)
        others.release()
        return reading

    monkeypatch.setattr("ingest.steps.read.read_or_degrade", slow_first)
    taken_in(house, from_(1, "wang"), from_(2, "li"), from_(3, "zhao"))
    slow = first.path(house.messages()[0].sha256)

    assert read_all(house) == [1, 2, 3]


def test_the_real_workers_read_side_by_side(house: House) -> None:
    """Thirty children of one fork server, two at a time: none is taken for crashed."""
    taken_in(house, *(from_(number, f"teacher{number}") for number in range(1, 31)))
    work(house.app)

    assert [row.state for row in house.messages()] == [MessageState.READ] * 30
    assert all("自动读取" not in (row.reading or "") for row in house.messages())


def test_trouble_of_the_world_is_no_strike(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it comes; the mail is read when it is over."""

    def trouble(*_about: Any, **_how: Any) -> Reading:
        raise TemporaryError("磁盘忙")

    taken_in(house, from_(1, "wang"))
    app = house.app
    with monkeypatch.context() as patched:
        patched.setattr("ingest.steps.read.read_or_degrade", trouble)
        for _ in range(2 * STRIKES):
            with pytest.raises(TemporaryError):
                app.readers.read_next(app.database, app.files, app.mouth, house.clock)
            assert not app.readers.read_next(app.database, app.files, app.mouth, house.clock)
            house.wait(AGAIN_AFTER)
    assert [(row.attempts, row.state) for row in house.messages()] == [(0, MessageState.STORED)]
    assert read_all(house) == [1]


def test_three_strikes_are_three_minutes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is tried again a minute later, not at once."""

    def broken(*_about: Any, **_how: Any) -> Reading:
        raise RuntimeError("ours")

    monkeypatch.setattr("ingest.steps.read.read_or_degrade", broken)
    taken_in(house, from_(1, "wang"))
    for strike in range(1, STRIKES + 1):
        read_all(house)
        assert house.messages()[0].attempts == strike
        read_all(house)
        assert house.messages()[0].attempts == strike
        house.wait(AGAIN_AFTER)
    assert house.messages()[0].state is MessageState.SET_ASIDE


def test_a_mail_that_kills_the_program_takes_none_beside_it_along(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are read ahead of their turn while it goes on; after a death each is read alone."""
    taken_in(house, *(from_(number, f"s{number}") for number in range(1, 9)))
    for _ in range(STRIKES):
        with reading_without_end(house, monkeypatch):
            pass  # and gone
    assert tries(house) == [STRIKES] + [1] * 7
    monkeypatch.setattr("ingest.steps.read.read_or_degrade", read_here)
    with house.app.database.writing() as session:
        house.app.readers.begin(session)
    read_all(house)
    expected = [MessageState.SET_ASIDE, *[MessageState.READ] * 7]
    assert [row.state for row in house.messages()] == expected


def test_mails_in_hand_when_the_program_is_told_to_end_were_not_tried(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four restarts while a long one is read set nothing aside."""
    taken_in(house, *(from_(number, f"s{number}") for number in range(1, 9)))
    for _ in range(STRIKES + 1):
        with reading_without_end(house, monkeypatch) as (readers, over):
            assert tries(house) == [1] * 8
            threading.Timer(0.2, over.set).start()
            readers.close(house.app.database)
        assert tries(house) == [0] * 8


def tries(house: House) -> list[int]:
    """How often each mail was tried."""
    return [row.attempts for row in house.messages()]


@contextmanager
def reading_without_end(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Readers, threading.Event]]:
    """A program that reads what it can beside the first mail, whose reading takes long."""
    over, app = threading.Event(), house.app
    long = app.files.path(house.messages()[0].sha256)

    def endless(path: Path, *about: Any, **how: Any) -> Reading:
        if path == long:
            over.wait(60)
        return read_here(path, *about, **how)

    monkeypatch.setattr("ingest.steps.readers.LOOK_EVERY", 0.01)
    readers = Readers(2)
    with monkeypatch.context() as patched:
        patched.setattr("ingest.steps.read.read_or_degrade", endless)
        with app.database.writing() as session:
            readers.begin(session)
        looks, seen = 0, tries(house)
        while looks < 20:  # in which nothing more was taken up
            readers.read_next(app.database, app.files, app.mouth, house.clock)
            looks, seen = (looks + 1, seen) if tries(house) == seen else (0, tries(house))
        yield readers, over
        over.set()


def test_a_case_waits_for_what_its_address_sent_within_the_window(house: House) -> None:
    """A verdict never overtakes a mail that came in time and has not been read."""
    house.arrive_sample("02")
    house.take_in()
    (case,) = house.cases()
    taken_in(house, from_(9, case.reply_address.split("@")[0]))
    with house.app.database.writing() as session:
        row = house.messages()[-1]
        row.from_address, row.received_at = case.reply_address, case.judge_after
        session.add(row)
    house.wait(timedelta(hours=2))
    house.decide()
    assert house.cases()[0].judge_after is not None

    read_all(house)
    house.wait(timedelta(hours=2))
    house.decide()
    assert house.cases()[0].judge_after is None


def test_one_reader_needs_no_thread(house: House) -> None:
    """And without a word there is one for each core, three at most."""
    assert 1 <= usual_readers() <= 3
    Readers(1).close(house.app.database)
