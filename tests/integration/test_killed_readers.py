"""A reader that is killed from outside, as the kernel kills when the machine is full: no fault of the
mail, which is read a minute later.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from ingest.reading import Fate
from ingest.sandbox.workers import run_in_worker
from ingest.steps.read import AGAIN_AFTER
from ingest.steps.receive import receive_all
from ingest.store.messages import load_reading
from ingest.store.tables import MessageState
from tests.integration.house import House

Open = Callable[..., House]


@contextmanager
def readers_are_killed() -> Iterator[list[int]]:
    """Every worker that comes from the fork server meanwhile, as soon as it is seen."""
    server = run_in_worker("os:getppid", returns=int)
    over, killed = threading.Event(), list[int]()

    def hunt() -> None:
        while not over.is_set():
            with suppress(OSError):
                for child in Path(f"/proc/{server}/task/{server}/children").read_text().split():
                    os.kill(int(child), signal.SIGKILL)
                    killed.append(int(child))
            time.sleep(0.001)

    hunter = threading.Thread(target=hunt)
    hunter.start()
    try:
        yield killed
    finally:
        over.set()
        hunter.join()


@pytest.mark.slow
def test_a_killed_reader_is_no_fault_of_the_mail(open_one: Open) -> None:
    """Twice in vain, a minute apart, nobody is told anything; then it is read as if nothing had
    happened.
    """
    house = open_one()
    house.arrive_sample("03")
    receive_all(house.app.inlet)
    for attempt in (1, 2):
        with readers_are_killed() as killed:
            house.read_one()
        [row] = house.messages()
        assert killed
        assert (row.state, row.attempts) == (MessageState.STORED, attempt)
        assert not house.read_one(), "not at once again"
        house.wait(AGAIN_AFTER)
    house.read_one()
    [row] = house.messages()
    reading = load_reading(row)
    assert reading is not None
    assert row.state is MessageState.READ
    assert Fate.LIMIT not in {part.fate for part in reading.parts}
    assert reading.documents
    assert house.letters() == []
