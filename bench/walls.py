"""What the walls around a worker cost: the same mails read with them and without, in turns.

    python -m bench.walls [--rounds 40] [MAIL...]

Two programs, each with a fork server of its own, are asked one after the other, so that whatever
else the machine does falls on both. No print is read: that would only make the share smaller.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path

from ingest.calls import default_config, open_call
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.mail import read_file_in_worker
from ingest.sandbox.server import SERVER

ROOT = Path(__file__).parents[1]
PRELOAD = "ingest.preload.reading"
MAILS = ("15-question.eml", "03-word-without-scan.eml", "01-zone-complete.eml")


def serve(*, walls: bool) -> None:
    """Read each mail named on a line of the input; print the milliseconds it took."""
    SERVER.set_forkserver_preload([PRELOAD] if walls else [PRELOAD, "bench.without_walls"])
    call = open_call(default_config() / "calls", "smart-education-2024").call
    for line in sys.stdin:
        start = time.perf_counter()
        read_file_in_worker(Path(line.rstrip("\n")), call, ReadingContext())
        print((time.perf_counter() - start) * 1000, flush=True)


def asked(server: subprocess.Popen[str], mail: Path) -> float:
    """How long a server took for a mail, in milliseconds."""
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(f"{mail}\n")
    server.stdin.flush()
    return float(server.stdout.readline())


def compare(mail: Path, rounds: int, servers: list[subprocess.Popen[str]]) -> str:
    """One line of the table."""
    for server in servers:
        asked(server, mail)
    times = [[asked(server, mail) for server in servers] for _ in range(rounds)]
    without, within = (list(column) for column in zip(*times, strict=True))
    extra = statistics.median(b - a for a, b in times)
    share = extra / statistics.median(without)
    return (
        f"| {mail.name} | {statistics.median(without):.1f} | {statistics.median(within):.1f} "
        f"| {min(without):.1f} | {min(within):.1f} | {extra:+.1f} | {share:+.1%} |"
    )


def main() -> None:
    """Start both, ask them in turns, print a table."""
    parser = ArgumentParser()
    parser.add_argument("mails", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--serve", choices=["open", "walls"])
    given = parser.parse_args()
    if given.serve:
        serve(walls=given.serve == "walls")
        return
    mails = [mail.absolute() for mail in given.mails] or [
        ROOT / "samples/mails" / name for name in MAILS
    ]
    servers = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.walls", "--serve", kind],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in ("open", "walls")
    ]
    print("| mail | without, ms | with, ms | least without | least with | more | share |")
    print("|---|---|---|---|---|---|---|")
    for mail in mails:
        print(compare(mail, given.rounds, servers), flush=True)
    for server in servers:
        server.communicate()


if __name__ == "__main__":
    main()
