"""``python bench/audit.py``: what ``audit verify`` takes of processor time and memory, by the size of
the ledger. Each size in a process of its own, on an invented ledger: one mail, reading, case and
decision each, of the sizes that usual applications have.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from bench.measure import fill_ledger
from bench.timing import for_each_size
from ingest.store.audit import verify_ledger
from ingest.store.database import open_database

SIZES = (1_000, 4_000)


def main() -> None:
    """Print a line for each size."""
    for_each_size("bench.audit", SIZES, fill_ledger)


def look(place: Path) -> None:
    """Verify one ledger and print what it took."""
    database = open_database(f"sqlite:///{place}/mailroom.db")
    began = time.process_time()
    with database.reading() as session:
        rows = verify_ledger(session).head.events
    seconds = time.process_time() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{rows} lines: {seconds:.2f} s, {seconds / rows * 1e3:.2f} ms a line, {most} MB at most")


if __name__ == "__main__":
    look(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
