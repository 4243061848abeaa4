"""``make torture``: the long form. Many mails for each point, several deaths in each run of them,
and deaths at random.

Prints a table of what was done and what was found; ends with 1 when an invariant did not hold.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ingest.demo.smtp_sink import SmtpSink
from ingest.killpoints import POINTS
from tests.servers.dovecot import DovecotServer
from tests.torture.check import always, at_rest, on_server, tally
from tests.torture.mails import Posted, mixed
from tests.torture.runs import KILLED, KilledOffice, Zygote

ONCE = {"fetched", "stored", "recording", "recorded", "folder_saved", "digest_queued"}
"""Points that a run with few new mails comes to once: small mails are taken in by the group."""
SPACING = 5
SHOWN = 40
"""Violations, and lines of the log, that are printed for one row."""
HEADER = (
    "death at",
    "mails",
    "runs",
    "kills",
    "letters",
    "uncertain",
    "of these arrived",
    "set aside",
    "violations",
    "s",
)
WIDTHS = (16, 6, 5, 6, 8, 10, 17, 10, 11, 6)


def at_point(office: KilledOffice, mails: Sequence[Posted], name: str, times: int) -> list[str]:
    """Mail comes in ``times`` portions; at each, the office dies at ``name`` (after less or more
    work), then finishes.
    """
    found: list[str] = []
    for number in range(times):
        office.post(mails[number::times])
        office.run(name if name in ONCE else f"{name}:{1 + number * SPACING}")
        found += always(office)
    return found


def at_random(
    office: KilledOffice,
    mails: Sequence[Posted],
    dice: random.Random,
    times: int,
) -> list[str]:
    """Die at moments nobody chose, while mail keeps coming in; half-way the folder is
    renumbered.
    """
    found: list[str] = []
    for number in range(times):
        if number == times // 2:
            office.account.renumber(dice.randrange(2, 4_000_000_000))
        office.post(mails[number::times])
        office.run(after=dice.uniform(0.2, 6.0))
        found += always(office)
    return found


def finish(office: KilledOffice) -> list[str]:
    """Runs until one ends by itself; what must hold then, and that one more run sends nothing."""
    codes = [office.run()]
    while codes[-1] != 0 and len(codes) < 5:
        codes.append(office.run())
    if codes[-1] != 0:
        return [f"no run ends well: {codes}"]
    found, letters = at_rest(office), len(office.taken)
    office.run()
    if len(office.taken) != letters:
        found.append(f"a further run sent {len(office.taken) - letters} letters")
    return found


@contextmanager
def laboratory() -> Iterator[Callable[[], KilledOffice]]:
    """Makes offices, each with an account, an SMTP peer and a directory of its own."""
    base = Path(tempfile.mkdtemp(prefix="torture-"))
    server = DovecotServer(base)
    with Zygote() as zygote, SmtpSink() as sink:
        server.start()
        try:
            numbers = iter(range(1_000))
            yield lambda: KilledOffice(
                base / f"office{next(numbers)}",
                server.new_account(),
                sink,
                zygote,
            )
        finally:
            server.stop()
            shutil.rmtree(base, ignore_errors=True)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def row(*cells: object) -> None:
    say("".join(str(cell).rjust(width) for cell, width in zip(cells, WIDTHS, strict=True)))


def torment(name: str, office: KilledOffice, torture: Callable[[], list[str]]) -> list[str]:
    """One line of the table."""
    began = time.monotonic()
    found = [*torture(), *finish(office)]
    count = len(on_server(office.account))
    result = tally(office)
    seconds = round(time.monotonic() - began)
    row(name, count, office.runs, office.kills, *result.values(), len(found), seconds)
    for violation in found[:SHOWN]:
        say(f"    {name}: {violation}")
    if found:
        say("".join(office.log.read_text("utf-8").splitlines(keepends=True)[-SHOWN:]))
    if office.kills == 0:
        found.append(f"{name}: nobody died, the last run ended with {KILLED}")
    shutil.rmtree(office.directory)
    return found


def main() -> int:
    """Every point, then random deaths."""
    options = argparse.ArgumentParser(prog="make torture", description=__doc__)
    options.add_argument("--mails", type=int, default=200, help="mails for each point")
    options.add_argument("--kills", type=int, default=4, help="deaths for each point")
    options.add_argument("--random", type=int, default=5, help="rounds of random deaths")
    options.add_argument(
        "--random-kills",
        type=int,
        default=12,
        help="deaths in each of these rounds",
    )
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--points", nargs="*", default=[*POINTS, "dot"])
    given = options.parse_args()
    dice, found, mails = random.Random(given.seed), list[str](), mixed(given.mails)
    with laboratory() as new_office:
        row(*HEADER)
        for name in given.points:
            office = new_office()
            found += torment(name, office, partial(at_point, office, mails, name, given.kills))
        for number in range(1, given.random + 1):
            office = new_office()
            found += torment(
                f"random {number}",
                office,
                partial(at_random, office, mails, dice, given.random_kills),
            )
    say(f"{len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
