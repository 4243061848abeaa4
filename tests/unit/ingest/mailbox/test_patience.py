"""How long a server is left alone after it failed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ingest.errors import ServerBusyError, TemporaryError
from ingest.mailbox import trouble
from ingest.mailbox.patience import Patience, wait_after

AWAY = TemporaryError("连不上")


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(1, 1), (2, 2), (3, 5), (4, 10), (5, 15), (6, 15), (1000, 15)],
)
def test_waits_grow_and_are_capped(failures: int, minutes: int) -> None:
    """One, two, five, ten, fifteen minutes, and fifteen for ever."""
    assert wait_after(failures, busy=False) == timedelta(minutes=minutes)


@pytest.mark.parametrize("failures", [1, 3, 9])
def test_a_server_that_calls_us_too_frequent_is_left_alone_for_a_quarter_of_an_hour(
    failures: int,
) -> None:
    """From the first time on."""
    assert wait_after(failures, busy=True) == timedelta(minutes=15)


def test_a_server_is_asked_again_when_its_time_has_come_and_at_once_after_it_was_well() -> None:
    """The clock is a monotonic one."""
    moment = [100.0]
    patience = Patience(lambda: moment[0])
    assert patience.ready
    patience.failed(AWAY)
    moment[0] = 159.9
    assert not patience.ready
    moment[0] = 160.0
    assert patience.ready
    patience.failed(AWAY)
    moment[0] = 279.9
    assert not patience.ready
    patience.succeeded()
    assert (patience.ready, patience.failed(AWAY)) == (True, timedelta(minutes=1))


@pytest.mark.parametrize(
    "words",
    [
        "login frequency limited",
        "[LIMIT] Maximum number of connections from user+IP exceeded",
        "ERR.LOGIN.REQFREQ",
        "登录过于频繁",
        "System busy, try again later",
    ],
)
def test_a_login_refused_for_its_frequency_is_a_busy_server(words: str) -> None:
    """Which waits a quarter of an hour, where a wrong password never tries again."""
    error = trouble.login_refused(words, "imap.example:993", "office")
    assert isinstance(error, ServerBusyError)
    assert Patience().failed(error) == timedelta(minutes=15)
