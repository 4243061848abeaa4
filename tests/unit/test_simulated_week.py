"""The arithmetic behind docs/scale.md."""

from __future__ import annotations

import random
import sys

import pytest

from bench.scale import EVENING, WEEK, Costs, Part, arrivals, main, simulate

COSTS = Costs()


def test_a_part_serves_first_come_first_served() -> None:
    """Two servers: the third waits for whoever is free first."""
    part = Part("two", 2)

    assert [part.serve(0, 10), part.serve(0, 4), part.serve(1, 2)] == [10, 4, 6]
    assert part.busiest == pytest.approx(16 / 7200)


def test_a_third_comes_in_the_last_evening() -> None:
    """All of them within the week, in order."""
    times = arrivals(1000, random.Random(1))

    assert len(times) == 1000
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= WEEK
    assert sum(at > WEEK - EVENING for at in times) == 350


def test_more_workers_shorten_the_evening_until_sending_is_full() -> None:
    """And then change nothing."""
    few, enough, more = (simulate(20_000, n, 0.0, COSTS) for n in (1, 4, 40))

    assert few.wait(0.95) > enough.wait(0.95)
    assert few.tightest.name == "workers"
    assert more.wait(1.0) <= enough.wait(1.0)
    assert more.tightest.name != "workers"


def test_a_pause_between_letters_decides_alone() -> None:
    """NetEase wants twenty seconds between two letters."""
    week = simulate(2_000, 8, 20.0, COSTS)

    assert week.tightest.name == "receiver: sending"
    assert week.waits[-1] > week.wait(0.5)


def test_the_table_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line for each number of workers."""
    monkeypatch.setattr(sys, "argv", ["simulate", "--mails", "3000", "--workers", "1", "2"])

    main()

    assert len(capsys.readouterr().out.splitlines()) == 3
