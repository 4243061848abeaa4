"""``python -m bench.digest``: what a digest takes of processor time and memory, by the number of
cases. Each size in a process of its own.

The cases are two decided samples, copied row by row, so that subjects, verdicts and readings weigh
what real ones do. The digest is collected, composed and its workbook written, as every evening.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from bench.measure import fill_office
from bench.timing import for_each_size
from tests.fakes.mailbox import FakeMailbox
from tests.integration.house import open_house

SIZES = (1_000, 10_000)


def main() -> None:
    """Print a line for each size."""
    for_each_size("bench.digest", SIZES, fill_office)


def look(place: Path) -> None:
    """Make the digest of one office and print what it took."""
    with open_house(place, FakeMailbox()) as house:
        house.settle_rules()
        before, began = _most(), time.process_time()
        digest, workbook, data = house.make_digest()
        seconds = time.process_time() - began
    print(
        f"{len(data.accepted)} accepted entries: {seconds:.1f} s, {_most()} MB at most, {before} MB"
        f" before; mail {len(digest.html) // 1024} KB, workbook {len(workbook) // 1024} KB"
    )


def _most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    look(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
