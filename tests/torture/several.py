"""``make torture-machines``: two receivers, three workers and a PostgreSQL, killed at random while
mail comes in; whoever dies is started again, as a service manager would.

Prints what was done and found; ends with 1 when an invariant did not hold.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ingest.demo.smtp_sink import SmtpSink
from tests.servers.dovecot import DovecotServer
from tests.servers.postgresql import PostgresqlServer
from tests.torture.__main__ import say
from tests.torture.check import always, at_rest, tally
from tests.torture.machines import COMMAND, Office
from tests.torture.mails import mixed

PORTIONS = 25
FROZEN = 35.0
"""Seconds for which a receiver is stopped: longer than a standby waits."""


@dataclass
class Torment:
    """One office, and what was done to it."""

    office: Office
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    longest: float = 0.0  #: seconds a stored mail waited to be read, at most

    def strike(self, targets: tuple[str, ...]) -> None:
        """Somebody dies, or freezes."""
        office, target = self.office, self.dice.choice(targets)
        if target == "database":
            office.kill_database(away=self.dice.uniform(0.5, 6.0))
        elif target == "frozen receiver":
            name = self.dice.choice(["receiver1", "receiver2"])
            office.processes[name].send_signal(signal.SIGSTOP)
            time.sleep(FROZEN)
            office.processes[name].send_signal(signal.SIGCONT)
        else:
            office.kill(target)
            office.start(target)
        self.done[target.rstrip("12345")] += 1

    def look(self) -> None:
        """What must hold at every moment, and how long the oldest unread mail has waited."""
        self.found += always(self.office)
        waits = """
            SELECT max(extract(epoch FROM clock_timestamp() - fetched_at)) FROM messages
            WHERE state = 'stored'
        """
        self.longest = max(self.longest, *(float(str(one or 0)) for one in self.office.ask(waits)))


def torment(office: Office, given: argparse.Namespace) -> Torment:
    """Mail in portions, deaths between them, then peace."""
    run, mails = Torment(office, random.Random(given.seed)), mixed(given.mails)
    workers = [f"worker{number}" for number in range(1, given.workers + 1)]
    for name in ("receiver1", "receiver2", *workers):
        office.start(name)
    targets = (*workers, *workers, "receiver1", "receiver2", "database", "frozen receiver")
    ends, portions = time.monotonic() + given.minutes * 60, iter(range(PORTIONS))
    while office.kills < given.kills and time.monotonic() < ends:
        if len(office.posted) * given.kills <= given.mails * office.kills:
            office.post(mails[next(portions) :: PORTIONS])
        time.sleep(run.dice.uniform(*given.pause))
        run.strike(targets if office.kills % 12 else targets[:-1])
        office.revive()
        run.look()
        say(f"{office.kills} deaths, {len(office.posted)} mails, {len(office.taken)} letters")
    for number in portions:
        office.post(mails[number::PORTIONS])
    return run


def finish(run: Torment, rest: float) -> None:
    """Peace: everything comes to its end, and the ledger verifies."""
    office = run.office
    calm = office.wait_until(lambda: office.revive() or office.at_rest(), rest)
    if not calm:
        run.found.append(f"not at rest after {rest} seconds")
    run.found += at_rest(office)
    config = str(office.directory / "mailroom.toml")
    audit = subprocess.run(
        [sys.executable, "-c", COMMAND, "audit", "verify", "--config", config],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if audit.returncode:
        run.found.append(f"audit verify: {audit.stdout[-300:]}{audit.stderr[-300:]}")
    living = "SELECT count(*) FROM jobs.procrastinate_jobs"
    if office.ask(living) != [0]:
        run.found.append(f"jobs are left over: {office.ask(living)}")


def main() -> int:
    """Until so many have died, or the time is over."""
    options = argparse.ArgumentParser(prog="make torture-machines", description=__doc__)
    options.add_argument("--mails", type=int, default=2000)
    options.add_argument("--kills", type=int, default=150)
    options.add_argument("--workers", type=int, default=3)
    options.add_argument("--minutes", type=float, default=120, help="of killing at most")
    options.add_argument("--rest", type=float, default=3600, help="seconds of peace at most")
    options.add_argument("--pause", type=float, nargs=2, default=(2.0, 12.0))
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    base, began = Path(tempfile.mkdtemp(prefix="torture-")), time.monotonic()
    dovecot, server = DovecotServer(base), PostgresqlServer(durable=True)
    dovecot.start()
    server.start()
    with SmtpSink() as sink:
        office = Office(base / "office", dovecot.new_account(), sink, server)
        try:
            run = torment(office, given)
            finish(run, given.rest)
            say(f"{len(office.posted)} mails, {office.kills} deaths {dict(run.done)}")
            say(f"{tally(office)}; longest wait to be read {run.longest:.0f} s")
            for violation in dict.fromkeys(run.found):
                say(f"    {violation}")
        finally:
            office.close()
            server.stop()
            server.remove()
            dovecot.stop()
    say(f"{len(run.found)} violations, {time.monotonic() - began:.0f} s")
    if not run.found:
        shutil.rmtree(base)
    return 1 if run.found else 0


if __name__ == "__main__":
    sys.exit(main())
