"""``python -m tests.hostile.report``: what each hostile mail took and what became of it, as a
table.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.main_job import MemoryWatch
from ingest.calls import default_config, open_call
from tests.hostile.mails import MAILS
from tests.hostile.reading import taken


def main() -> None:
    """Print a line for each."""
    call = open_call(default_config() / "calls", "smart-education-2024").call
    print("| mail | KB | s | MB at most, all processes | what became of it |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, made in MAILS.items():
            path = Path(folder) / "a.eml"
            path.write_bytes(made())
            watch = MemoryWatch()
            watch.start()
            found = taken(path, call)
            size, peak = path.stat().st_size // 1024, watch.stop() // 1024**2
            print(f"| {name} | {size} | {found.seconds:.1f} | {peak} | {found.told} |", flush=True)


if __name__ == "__main__":
    main()
