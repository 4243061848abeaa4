"""Whose mail is next, and who a mail says it is from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.submission.turns import Waiting, next_in_turn, said_sender

MORNING = datetime(2024, 8, 20, 1, 0, tzinfo=UTC)


def waiting(number: int, sender: str, minute: int) -> Waiting:
    """A mail received so many minutes after the first."""
    return Waiting(number, sender, MORNING + timedelta(minutes=minute))


def turns(*mails: Waiting) -> list[int]:
    """In which order they are read, one after another."""
    left, taken, order = list(mails), dict[str, int](), list[int]()
    while (chosen := next_in_turn(left, (), taken)) is not None:
        left.remove(chosen)
        taken[chosen.sender] = taken.get(chosen.sender, 0) + 1
        order.append(chosen.id)
    return order


def test_who_came_first_is_read_first() -> None:
    """By the received time, then by the order they were fetched in."""
    assert turns(waiting(3, "c", 0), waiting(2, "b", 0), waiting(1, "a", 5)) == [2, 3, 1]


def test_a_pile_of_one_sender_holds_nobody_up() -> None:
    """Each other sender's first mail comes before the pile's second; its own order stays."""
    pile = [waiting(number, "pile", number) for number in range(1, 41)]
    others = [waiting(50, "a", 60), waiting(51, "b", 61), waiting(52, "a", 62)]

    assert turns(*pile, *others)[:5] == [1, 50, 51, 2, 52]
    assert [number for number in turns(*pile, *others) if number < 50] == [*range(1, 41)]


def test_two_mails_of_one_sender_are_never_read_at_once() -> None:
    """The second may rest on the first."""
    mails = [waiting(1, "a", 0), waiting(2, "b", 1)]

    assert next_in_turn(mails, {"a"}, {}) == mails[1]
    assert next_in_turn(mails, {"a", "b"}, {}) is None
    assert next_in_turn([], (), {}) is None


@pytest.mark.parametrize(
    ("head", "sender"),
    [
        (b"From: Wang@Example.CN\r\n\r\n", "wang@example.cn"),
        (b"Subject: a\r\nfrom : =?utf-8?b?546L?=\r\n <wang@example.cn>\r\n\r\n", "wang@example.cn"),
        (b'From: "a@b.example" <wang@example.cn>\n\nFrom: c@example.cn', "wang@example.cn"),
        (b"Subject: From: a@example.cn\r\n\r\n", ""),
        (b"X-From: a@example.cn\r\n\r\n", ""),
        (b"From: nobody\r\n\r\n", ""),
        (b"\r\n\r\nFrom: a@example.cn\r\n", ""),
        (b"From: " + b"a" * 400 + b"@example.cn\r\n\r\n", ""),
        (b"From: \xff\xfe@example.cn\r\n\r\n", "\ufffd\ufffd@example.cn"),
        (b"", ""),
    ],
)
def test_the_sender_is_what_the_from_line_says(head: bytes, sender: str) -> None:
    """Folded or not, in any case; the body is nobody's header."""
    assert said_sender(head) == sender
