"""A thousand rounds with somebody who answers every letter: two robots must not write to each other
for ever.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import cache
from itertools import pairwise

import pytest

from ingest.store.tables import MessageState
from tests.integration.house import House, plain_mail, with_file
from tests.integration.without_worker import without_worker

Open = Callable[..., House]
ROBOT = "robot@example.cn"
ROUNDS = 1000
PER_DAY = 20
DAY = timedelta(days=1)
LAST = "这是今日最后一封自动回复"


@pytest.fixture
def house(open_one: Open, monkeypatch: pytest.MonkeyPatch) -> House:
    """Letters leave without a pause between them."""
    without_worker(monkeypatch)
    return open_one(
        smtp={"pace": "0s"},
        letters={"per_sender_per_day": PER_DAY, "global_per_hour": 10_000, "settle": "1m"},
    )


def sent_to_robot(house: House) -> list[bytes]:
    """What the robot got, in order; the digest is not for it."""
    return [letter.data for letter in house.transport.letters if letter.recipient == ROBOT]


@cache
def parsed(letter: bytes) -> EmailMessage:
    return email.message_from_bytes(letter, policy=email.policy.default)


@cache
def text_of(letter: bytes) -> str:
    part = parsed(letter).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def reply(house: House, number: int, **headers: str) -> EmailMessage:
    """The robot answers the last letter it got, quoting it; before the first it writes by
    itself.
    """
    got = sent_to_robot(house)
    if not got:
        return plain_mail(number, from_=f"自动 <{ROBOT}>", **headers)
    letter = parsed(got[-1])
    about = {"in_reply_to": str(letter["Message-ID"])} | headers
    text = f"第 {number} 次答复\n> " + text_of(got[-1]).replace("\n", "\n> ")[:2000]
    return plain_mail(number, f"Re: {letter['Subject']}", text, from_=f"自动 <{ROBOT}>", **about)


def play(
    house: House,
    mail: Callable[[int], EmailMessage],
    rounds: int,
    pause: timedelta,
) -> list[datetime]:
    """The robot writes, the house does all it does, time passes; when each letter to the robot
    left.

    While it is not written to, the robot goes on all the same; the house then looks at every tenth
    mail only.
    """
    times: list[datetime] = []
    number, burst = 0, 1
    while number < rounds:
        before = len(sent_to_robot(house))
        for _ in range(burst):
            house.arrive(mail(number))
            number += 1
        house.take_in()
        house.wait(timedelta(minutes=1))
        house.decide()
        house.send()
        got = len(sent_to_robot(house)) - before
        times += [house.clock.instant] * got
        house.wait(pause * burst)
        burst = 1 if got else min(10, rounds - number)
    return times


def most_in_a_day(times: list[datetime]) -> int:
    return max(sum(start <= time < start + DAY for time in times) for start in times)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_robot_that_looks_like_a_person_gets_no_more_than_its_letters_of_a_day(
    house: House,
) -> None:
    """A thousand mails in a week, each answering our letter: 20 letters a day, the last of a day
    says so, all registered.
    """
    times = play(house, lambda number: reply(house, number), ROUNDS, timedelta(minutes=9))

    assert most_in_a_day(times) == PER_DAY
    letters = sent_to_robot(house)
    assert len(letters) == len(times) == len(house.letters())
    said = [LAST in text_of(letter) for letter in letters]
    assert said[PER_DAY - 1]
    gaps = [later - earlier > timedelta(hours=1) for earlier, later in pairwise(times)]
    assert all(told for told, silence_follows in zip(said, gaps, strict=False) if silence_follows)
    assert len(house.events("suppressed")) == ROUNDS - len(letters)
    assert [row.state for row in house.messages()] == [MessageState.READ] * ROUNDS


@pytest.mark.slow
def test_an_honest_auto_responder_gets_one_letter_and_no_second(house: House) -> None:
    """It says Auto-Submitted, as RFC 3834 asks: its first mail was a person's, none of its answers
    gets one.
    """
    house.arrive(reply(house, 0))
    house.take_in()
    house.send()
    assert len(sent_to_robot(house)) == 1
    play(
        house,
        lambda number: reply(house, number + 1, auto_submitted="auto-replied"),
        100,
        timedelta(minutes=1),
    )

    assert len(sent_to_robot(house)) == 1
    assert len(house.messages()) == 101


@pytest.mark.slow
def test_a_robot_that_sends_its_papers_each_time_gets_the_letters_of_one_case(house: House) -> None:
    """A case has a cap of its own, over days; afterwards it is still judged, and nobody is written
    to.
    """
    cap = house.app.settings.letters.per_case
    play(
        house,
        lambda number: with_file(reply(house, number), b"paper %d" % number),
        30,
        timedelta(hours=4),
    )

    assert len(house.cases()) == 1
    assert len(sent_to_robot(house)) == cap
    assert house.cases()[0].version > cap
