"""``python -m bench.digest``: what a digest takes of processor time and memory, by the number of
cases. Each size in a process of its own.

The cases are two decided samples, copied row by row, so that subjects, verdicts and readings weigh
what real ones do. The digest is collected, composed and its workbook written, as every evening.
"""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fakes.mailbox import FakeMailbox
from tests.integration.house import open_house

SIZES = (1_000, 10_000)
SAMPLES = ("01", "09")
#: of each table: what is another's in a copy, by what is added to it
_COPIED = {
    "messages": {"id": 1, "uid": 1, "sha256": 0},
    "cases": {"id": 1, "code": 0, "submitter_key": 0},
    "case_messages": {"case_id": 1, "message_id": 1},
    "decisions": {"id": 1, "case_id": 1},
}
_APART = 1000  #: between the numbers of two copies


def main() -> None:
    """Print a line for each size."""
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            place = Path(folder) / str(size)
            place.mkdir()
            _fill(place, size)
            subprocess.run([sys.executable, "-m", "bench.digest", str(place)], check=True)


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


def _fill(place: Path, size: int) -> None:
    with open_house(place, FakeMailbox()) as house:
        house.settle_rules()
        for number in SAMPLES:
            house.arrive_sample(number)
            house.settle_and_decide()
    with sqlite3.connect(place / "mailroom.db") as database:
        for copy in range(1, size // len(SAMPLES)):
            for table, changed in _COPIED.items():
                _copy(database, table, changed, copy)


def _copy(database: sqlite3.Connection, table: str, changed: dict[str, int], copy: int) -> None:
    names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    shown = [
        f"{name} + {copy * _APART}"
        if changed.get(name)
        else f"{name} || '-{copy}'"
        if name in changed
        else name
        for name in names
    ]
    key = "case_id" if "case_id" in names else "id"
    database.execute(  # every name is the schema's or ours
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(shown)} FROM {table}"  # noqa: S608 - as above
        f" WHERE {key} < {_APART}"
    )


if __name__ == "__main__":
    look(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
