"""``python -m tests.hostile.changedreport [N [READER ...]]``: N files for each reader, changed at
random, and what they took, as a table.
"""

from __future__ import annotations

import sys

from ingest.calls import default_config, open_call
from tests.hostile.changed import READERS, came_of


def main() -> None:
    """Print a line for each reader."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    call = open_call(default_config() / "calls", "smart-education-2024").call
    print(f"| {count:,} changed files of | slowest, CPU s | MB at most | what became of them |")
    print("|---|---|---|---|")
    for reader in sys.argv[2:] or READERS:
        came = came_of(reader, count, call)
        told = ", ".join(f"{fate} {number:,}" for fate, number in sorted(came.fates.items()))
        print(f"| {reader} | {came.seconds:.2f} | {came.peak // 1024**2} | {told} |", flush=True)


if __name__ == "__main__":
    main()
