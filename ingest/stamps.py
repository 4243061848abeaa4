"""The time stamps in the ledger: one is fetched for its end, all are held against their lines."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from ingest.errors import ConfigError, InputError
from ingest.receipts.stamping import ask_for_stamp, authority_roots, moment_of, statement
from ingest.settings import StoreSettings
from ingest.store.database import Database
from ingest.store.events import EventKind, ledger_head, list_events, record_event
from ingest.store.tables import EventRow
from notifier.wording import beijing


@dataclass(frozen=True)
class Stamped:
    """One stamp: which line of the ledger, and when an authority saw it."""

    events: int
    at: datetime | None  #: None: it does not hold
    finding: str = ""  #: why not, in Chinese


def stamp_head(database: Database, settings: StoreSettings, now: datetime) -> Stamped:
    """Have the end of the ledger stamped, and write the stamp down as its next line.

    Raises:
        ConfigError: no authority, or not the certificate to believe it by, is set.
        UnavailableError, InputError: see :func:`ingest.receipts.stamping.ask_for_stamp`.
    """
    if not settings.timestamp_url or settings.timestamp_ca is None:
        raise ConfigError(
            "没有写明时间戳服务", "在 [store] 写 timestamp_url 和 timestamp_ca(根证书)"
        )
    roots = authority_roots(settings.timestamp_ca)
    with database.reading() as session:
        head = ledger_head(session)
    answer, at = ask_for_stamp(
        settings.timestamp_url, statement(head.events, head.chain), roots
    )  # fmt: skip
    data = {
        "events": str(head.events),
        "chain": head.chain,
        "answer": base64.b64encode(answer).decode(),
    }
    with database.writing() as session:
        text = f"台账第 {head.events} 行由时间戳服务证明 {beijing(at):%Y-%m-%d %H:%M:%S} 已在"
        record_event(session, now, EventKind.STAMPED, text, data=data)
    return Stamped(head.events, at)


def stamps_of(session: Session, settings: StoreSettings) -> Iterator[Stamped]:
    """Every stamp of the ledger, held against its line. Raises ConfigError when there are some and
    no certificate to believe them by.
    """
    rows = list_events(session, kind=EventKind.STAMPED)
    if not rows or settings.timestamp_ca is None:
        return
    roots = authority_roots(settings.timestamp_ca)
    for row in rows:
        said = json.loads(row.data or "{}")
        events = int(said["events"])
        line = session.get(EventRow, events)
        chain = line.chain if line is not None else ""
        try:
            answer = base64.b64decode(said["answer"])
            yield Stamped(events, moment_of(answer, statement(events, chain), roots))
        except InputError as error:
            yield Stamped(events, None, f"台账第 {events} 行的时间戳与它不符: {error.message}")
