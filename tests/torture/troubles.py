"""What befalls an office on several machines and kills none of its processes: a line is cut or slow,
the database only reads, the object store dies and comes back, a receiver freezes.
"""

from __future__ import annotations

import random
import signal
import threading
import time

from tests.torture.machines import Office

FROZEN = 35.0
"""Seconds for which a receiver is stopped: longer than a standby waits."""
_ONLY_READS = "ALTER SYSTEM SET default_transaction_read_only = {}"


def freeze_receiver(office: Office, dice: random.Random) -> None:
    """One of them is stopped, and wakes up after another took its part over."""
    process = office.processes[dice.choice(["receiver1", "receiver2"])]
    process.send_signal(signal.SIGSTOP)
    time.sleep(FROZEN)
    process.send_signal(signal.SIGCONT)


def cut_line(office: Office, dice: random.Random) -> None:
    """One machine hears nothing of the database for up to a minute; the others go on meanwhile."""
    line = office.lines[dice.choice([*office.lines])]
    line.cut()
    mended = threading.Timer(dice.uniform(1.0, 60.0), line.mend)
    mended.daemon = True
    mended.start()


def slow_down(office: Office, dice: random.Random) -> None:
    """Every word to and from the database takes up to a fifth of a second, for some seconds."""
    _delay(office, dice.uniform(0.02, 0.2))
    time.sleep(dice.uniform(3.0, 10.0))
    _delay(office, 0.0)


def _delay(office: Office, seconds: float) -> None:
    for line in office.lines.values():
        line.delay = seconds


def only_read(office: Office, dice: random.Random) -> None:
    """The database takes no line for some seconds, as one whose machine has become a standby."""
    for answer in ("on", "off"):
        office.server.ask(office.database, _ONLY_READS.format(answer), "SELECT pg_reload_conf()")
        if answer == "on":
            time.sleep(dice.uniform(1.0, 8.0))


def kill_objects(office: Office, dice: random.Random) -> None:
    """The object store dies, and comes back after some seconds."""
    assert office.objects is not None
    office.objects.stop()
    office.kills += 1
    time.sleep(dice.uniform(0.5, 10.0))
    office.objects.start()


ON_ONE_HOST = {"frozen receiver": freeze_receiver}
ON_SEVERAL = {
    "frozen receiver": freeze_receiver,
    "cut line": cut_line,
    "slow database": slow_down,
    "read-only database": only_read,
    "object store": kill_objects,
}
