"""``python bench/audit.py``: what ``audit verify`` takes of processor time and memory, by the size of
the ledger. Each size in a process of its own, on an invented ledger: one mail, reading, case and
decision each, of the sizes that usual applications have.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from ingest.store.audit import verify_ledger
from ingest.store.chain import decision_sha256, text_sha256
from ingest.store.database import open_database
from ingest.store.events import EventKind, record_event
from ingest.store.messages import Arrival, record_message
from ingest.store.tables import CaseRow, DecisionRow
from rules.verdict import Decision

SIZES = (1_000, 4_000)
NOW = datetime(2024, 8, 20, tzinfo=UTC)
READING, SUBJECTS, TRACE = 24_000, 20_000, 25_000  #: characters


def main() -> None:
    """Print a line for each size."""
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            place = Path(folder) / f"{size}.db"
            _fill(place, size)
            subprocess.run([sys.executable, "-m", "bench.audit", str(place)], check=True)


def look(place: Path) -> None:
    """Verify one ledger and print what it took."""
    database = open_database(f"sqlite:///{place}")
    began = time.process_time()
    with database.reading() as session:
        rows = verify_ledger(session).head.events
    seconds = time.process_time() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{rows} lines: {seconds:.2f} s, {seconds / rows * 1e3:.2f} ms a line, {most} MB at most")


def _fill(place: Path, size: int) -> None:
    database = open_database(f"sqlite:///{place}")
    database.migrate()
    chance = random.Random(1)  # noqa: S311 - invented text, the same each time
    for begin in range(0, size, 100):
        with database.writing() as session:
            for number in range(begin, begin + 100):
                _one(session, number, chance)
    database.close()


def _one(session: Session, number: int, chance: random.Random) -> None:
    row = record_message(session, Arrival("INBOX", 1, number + 1, 5000, NOW, f"{number:064x}"), NOW)
    row.reading = _text(chance, READING)
    record_event(
        session,
        NOW,
        EventKind.READ,
        "读取",
        message_id=row.id,
        sha256=text_sha256(row.reading),
    )
    case = CaseRow(
        code=f"Q{number}", call="c", track="示范区", submitter_key=f"k{number}", submitter="甲",
        reply_address="a@example.cn", opened_at=NOW, last_received_at=NOW, judge_after=NOW,
        version=1, decision=Decision.ACCEPTED,
    )  # fmt: skip
    session.add(case)
    session.flush()
    decision = DecisionRow(
        case_id=case.id, version=1, decision=Decision.ACCEPTED, verdict="{}",
        subjects=_text(chance, SUBJECTS), trace=_text(chance, TRACE), rules_sha256="a",
        call_sha256="b", received_at=NOW, decided_at=NOW, disagreement="",
    )  # fmt: skip
    session.add(decision)
    session.flush()
    record_event(
        session, NOW, EventKind.DECIDED, "裁定", case_id=case.id, sha256=decision_sha256(decision)
    )


def _text(chance: random.Random, length: int) -> str:
    return json.dumps(["单位" + chance.randbytes(19).hex() for _ in range(length // 44)])


if __name__ == "__main__":
    look(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
