"""One figure of one build, measured in a process of its own and printed as JSON; which build is the
caller's choice (``PYTHONPATH``), so that two builds are measured by the same file.

Started by ``bench/figures.py`` with ``python -P``: nothing beside this file may come in. Only what
builds have had for long is used; a build that lacks it has no such figure.
"""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import io
import json
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

CALL = "smart-education-2024"
MAILS = ("01", "05", "08", "12")  #: usual applications: Word files and scans of a few pages
ROUNDS = 5
COPIED_SAMPLES = ("01", "09")
#: of each table: what is another's in a copy, by what is added to it
_COPIED = {
    "messages": {"id": 1, "uid": 1, "sha256": 0},
    "cases": {"id": 1, "code": 0, "submitter_key": 0},
    "case_messages": {"case_id": 1, "message_id": 1},
    "decisions": {"id": 1, "case_id": 1},
}
_APART = 1000  #: between the numbers of two copies
NOW = datetime(2024, 8, 20, tzinfo=UTC)
READING, SUBJECTS, TRACE = 24_000, 20_000, 25_000  #: characters


def least(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The least processor time of a few rounds, in seconds."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def page(pictures: str) -> dict[str, float]:
    """Reading the print of a page: the median of the pages in a folder of PNG files."""
    import numpy as np
    from PIL import Image

    from ingest.document.print.ocr import OcrEngine

    engine = OcrEngine()
    pages = [np.asarray(Image.open(each)) for each in sorted(Path(pictures).glob("*.png"))]
    engine.read_page(pages[0])
    return {"cpu": statistics.median(least(partial(engine.read_page, one), 3) for one in pages)}


def mails(place: str, *numbers: str) -> dict[str, float]:
    """Samples from the mailbox to their queued letters; the caller watches what it costs."""
    from tests.fakes.mailbox import FakeMailbox
    from tests.integration.house import open_house

    with open_house(Path(place), FakeMailbox(), limits={"readers": 2}) as house:
        house.settle_rules()
        for number in numbers:
            house.arrive_sample(number)
            house.settle_and_decide()
        return {"letters": len(house.letters())}


def facts(mail: str) -> dict[str, float]:
    """A mail to its facts without print, and what nobody can do without: hashing it, decoding its
    files, walking the Word text, decoding the scans at reduced size.
    """
    from ingest.calls import default_config, open_call
    from ingest.sandbox.context import ReadingContext
    from ingest.sandbox.read import read_message

    raw, call = Path(mail).read_bytes(), open_call(default_config() / "calls", CALL).call
    read_message(raw, call, ReadingContext())
    cpu = least(lambda: read_message(raw, call, ReadingContext()))
    return {"cpu": cpu, "floor": least(lambda: floor(raw))}


def floor(raw: bytes) -> None:
    """What every reader of a mail must do at least."""
    import zipfile

    from lxml import etree
    from PIL import Image

    hashlib.sha256(raw).digest()
    for part in email.message_from_bytes(raw, policy=email.policy.compat32).walk():
        if part.get_content_maintype() == "multipart":
            continue
        data = base64.b64decode(str(part.get_payload()), validate=False)
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                list(etree.fromstring(package.read("word/document.xml")).itertext())
        for stream in data.split(b"endstream") if data.startswith(b"%PDF") else ():
            if (begin := stream.find(b"\xff\xd8\xff")) >= 0:
                picture = Image.open(io.BytesIO(stream[begin:]))
                picture.draft("RGB", (picture.width // 2, picture.height // 2))
                picture.load()


def digest(place: str) -> dict[str, float]:
    """The digest of an office that is there already, with its workbook."""
    from tests.fakes.mailbox import FakeMailbox
    from tests.integration.house import open_house

    with open_house(Path(place), FakeMailbox()) as house:
        house.settle_rules()
        began = time.process_time()
        house.make_digest()
        return {"cpu": time.process_time() - began}


def audit(place: str) -> dict[str, float]:
    """Verifying a ledger."""
    from ingest.store.audit import verify_ledger
    from ingest.store.database import open_database

    database = open_database(f"sqlite:///{place}/mailroom.db")
    began = time.process_time()
    with database.reading() as session:
        verify_ledger(session)
    return {"cpu": time.process_time() - began}


def command(config: str, *arguments: str) -> dict[str, float]:
    """A command as an administrator calls it; one that fails has no figure."""
    import contextlib

    from ingest.cli import run

    with contextlib.redirect_stdout(io.StringIO()):
        code = run(["--config", config, *arguments])
    if code not in (0, 1):  # 1: it found something to tell, as ``status`` does in an office at rest
        raise SystemExit(code)
    return {}


def fill(what: str, place: str, size: str) -> dict[str, float]:
    """Make the store that others measure."""
    (fill_office if what == "office" else fill_ledger)(Path(place), int(size))
    return {}


def fill_office(place: Path, size: int) -> None:
    """An office with as many cases: two decided samples, copied row by row, so that subjects,
    verdicts and readings weigh what real ones do.
    """
    from tests.fakes.mailbox import FakeMailbox
    from tests.integration.house import open_house

    with open_house(place, FakeMailbox()) as house:
        house.settle_rules()
        for number in COPIED_SAMPLES:
            house.arrive_sample(number)
            house.settle_and_decide()
    with sqlite3.connect(place / "mailroom.db") as database:
        for copy in range(1, size // len(COPIED_SAMPLES)):
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


def fill_ledger(place: Path, size: int) -> None:
    """An invented ledger: one mail, reading, case and decision each, of the sizes that usual
    applications have.
    """
    from ingest.store.database import open_database

    database = open_database(f"sqlite:///{place}/mailroom.db")
    database.migrate()
    chance = random.Random(1)  # noqa: S311 - invented text, the same each time
    for begin in range(0, size, 100):
        with database.writing() as session:
            for number in range(begin, begin + 100):
                _one(session, number, chance)
    database.close()


def _one(session: Any, number: int, chance: random.Random) -> None:
    from ingest.store.chain import decision_sha256, text_sha256
    from ingest.store.events import EventKind, record_event
    from ingest.store.messages import Arrival, record_message
    from ingest.store.tables import CaseRow, DecisionRow
    from rules.verdict import Decision

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


MEASURES: dict[str, Callable[..., dict[str, Any]]] = {
    each.__name__: each for each in (page, mails, facts, digest, audit, command, fill)
}

if __name__ == "__main__":
    print(json.dumps(MEASURES[sys.argv[1]](*sys.argv[2:])))
