"""``make torture-machines``: two receivers, three workers and a PostgreSQL, killed at random while
mail comes in; whoever dies is started again, as a service manager would. With ``--apart`` each of
them is a machine of its own with an object store between them, and the lines suffer too.

Prints what was done and found; ends with 1 when an invariant did not hold.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ingest.demo.smtp_sink import SmtpSink
from tests.servers.dovecot import DovecotServer
from tests.servers.objects import ObjectServer
from tests.servers.postgresql import PostgresqlServer
from tests.torture.__main__ import say
from tests.torture.check import always, at_rest, tally
from tests.torture.machines import COMMAND, Office
from tests.torture.mails import mixed
from tests.torture.troubles import ON_ONE_HOST, ON_SEVERAL

PORTIONS = 25
COLUMNS = ("mails", "deaths", "workers", "receivers", "PostgreSQL", "object store", "cut",
           "slow", "read-only", "frozen", "letters", "uncertain", "arrived", "set aside",
           "violations", "seconds")  # fmt: skip
_STRUCK = ("worker", "receiver", "database", "object store", "cut line", "slow database",
           "read-only database", "frozen receiver")  # fmt: skip


@dataclass
class Torment:
    """One office, and what was done to it."""

    office: Office
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    longest: float = 0.0  #: seconds a stored mail waited to be read, at most

    def strike(self, targets: tuple[str, ...]) -> None:
        """Somebody dies, or something else befalls them."""
        office, target = self.office, self.dice.choice(targets)
        if target == "database":
            office.kill_database(away=self.dice.uniform(0.5, 6.0))
        elif target in ON_SEVERAL:
            ON_SEVERAL[target](office, self.dice)
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

    def figures(self, seconds: float) -> Counter[str]:
        """What it came to, by the names of the columns."""
        office, came = self.office, tally(self.office)
        values = (
            len(office.posted), office.kills, *(self.done[name] for name in _STRUCK),
            *came.values(), len(self.found), round(seconds),
        )  # fmt: skip
        return Counter(dict(zip(COLUMNS, values, strict=True)))


def begin(office: Office, workers: list[str]) -> None:
    """All are started; the first makes the key that the others get a copy of."""
    office.start("receiver1")
    if office.objects is not None:
        made = office.place("receiver1") / "files/secret.key"
        assert office.wait_until(made.exists, 120), office.log.read_text()[-2000:]
    for name in ("receiver2", *workers):
        office.start(name)


def torment(office: Office, given: argparse.Namespace, seed: int) -> Torment:
    """Mail in portions, deaths between them, then peace."""
    run, mails = Torment(office, random.Random(seed)), mixed(given.mails)
    workers = [f"worker{number}" for number in range(1, given.workers + 1)]
    begin(office, workers)
    troubles = ON_SEVERAL if office.objects is not None else ON_ONE_HOST
    targets = (*workers, *workers, "receiver1", "receiver2", "database", *troubles)
    ends, portions = time.monotonic() + given.minutes * 60, iter(range(PORTIONS))
    while office.kills < given.kills and time.monotonic() < ends:
        if len(office.posted) * given.kills <= given.mails * office.kills:
            office.post(mails[next(portions) :: PORTIONS])
        time.sleep(run.dice.uniform(*given.pause))
        run.strike(targets)
        office.revive()
        run.look()
        say(f"{office.kills} deaths, {len(office.posted)} mails, {len(office.taken)} letters")
    for number in portions:
        office.post(mails[number::PORTIONS])
    return run


def finish(run: Torment, rest: float) -> None:
    """Peace: everything comes to its end, and the ledger verifies."""
    office = run.office
    for line in office.lines.values():
        line.mend()
    calm = office.wait_until(lambda: office.revive() or office.at_rest(), rest)
    if not calm:
        run.found.append(f"not at rest after {rest} seconds")
    run.found += at_rest(office)
    config = str(office.place("receiver1") / "mailroom.toml")
    audit = subprocess.run(
        [sys.executable, "-c", COMMAND, "audit", "verify", "--config", config],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if audit.returncode:
        run.found.append(f"audit verify: {audit.stdout[-300:]}{audit.stderr[-300:]}")
    living = "SELECT count(*) FROM jobs.procrastinate_jobs"
    if not office.wait_until(lambda: office.ask(living) == [0], 60):
        run.found.append(f"jobs are left over: {office.ask(living)}")


@contextmanager
def laboratory(base: Path, *, apart: bool) -> Iterator[Office]:
    """An office with a mailbox, an SMTP peer, a database, and perhaps an object store."""
    dovecot, server = DovecotServer(base), PostgresqlServer(durable=True)
    objects = ObjectServer(base / "objects") if apart else None
    for each in (dovecot, server, objects):
        if each is not None:
            each.start()
    with SmtpSink() as sink:
        office = Office(base / "office", dovecot.new_account(), sink, server, objects)
        try:
            yield office
        finally:
            office.close()
            server.stop()
            server.remove()
            dovecot.stop()
            if objects is not None:
                objects.stop()


def one_run(given: argparse.Namespace, seed: int) -> Counter[str]:
    """From a new office to its peace; its figures."""
    base, began = Path(tempfile.mkdtemp(prefix="torture-")), time.monotonic()
    with laboratory(base, apart=given.apart) as office:
        run = torment(office, given, seed)
        finish(run, given.rest)
        figures = run.figures(time.monotonic() - began)
    say(f"seed {seed}: {dict(run.done)}; longest wait to be read {run.longest:.0f} s")
    for violation in dict.fromkeys(run.found):
        say(f"    {violation}")
    if not run.found:
        shutil.rmtree(base)
    return figures


def row(cells: tuple[object, ...]) -> str:
    """A line of the table as documents want it."""
    return f"| {' | '.join(map(str, cells))} |"


def main() -> int:
    """Until so many have died, or the time is over; several runs are added up."""
    options = argparse.ArgumentParser(prog="make torture-machines", description=__doc__)
    options.add_argument("--mails", type=int, default=2000)
    options.add_argument("--kills", type=int, default=150)
    options.add_argument("--workers", type=int, default=3)
    options.add_argument("--minutes", type=float, default=120, help="of killing at most, a run")
    options.add_argument("--rest", type=float, default=3600, help="seconds of peace at most")
    options.add_argument("--pause", type=float, nargs=2, default=(2.0, 12.0))
    options.add_argument("--seed", type=int, default=1, help="of the first run")
    options.add_argument("--runs", type=int, default=1, help="the seed counts up")
    options.add_argument("--apart", action="store_true", help="machines, lines, an object store")
    given = options.parse_args()
    runs = [one_run(given, given.seed + number) for number in range(given.runs)]
    for cells in (COLUMNS, ("---",) * len(COLUMNS)):
        say(row(cells))
    for figures in [*runs, sum(runs, Counter())]:
        say(row(tuple(figures[name] for name in COLUMNS)))
    return 1 if any(figures["violations"] for figures in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
