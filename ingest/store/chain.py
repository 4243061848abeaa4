"""How the events of the ledger hang together: each carries a hash of its content and of everything
before it. Pure.

Who changes, removes or moves a row would have to make every later row anew; who does even that ends
with another last hash, and that one stands in the digests staff already have. No session and no
query comes in.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from notifier.rows import storable

if TYPE_CHECKING:
    from ingest.store.tables import DecisionRow

GENESIS = "0" * 64
"""What stands before the first row."""


class Happening(Protocol):
    """What a row of the ledger says; the columns its content hash covers."""

    id: int
    at: datetime
    kind: str
    message_id: int | None
    case_id: int | None
    outbox_id: int | None
    sha256: str
    text: str
    data: str | None


def content_sha256(row: Happening, number: int | None = None) -> str:
    """SHA-256 of one row as both databases give it back; ``number`` tries another id than the row's
    own.
    """
    fields = [
        row.id if number is None else number,
        _instant(row.at),
        row.kind,
        row.message_id,
        row.case_id,
        row.outbox_id,
        row.sha256,
        storable(row.text),
    ]
    # a row without it has the hash it would have had before there was such a column
    if row.data is not None:
        fields.append(storable(row.data))
    return _sha256(fields)


def link(previous: str, content: str) -> str:
    """The chain of a row: SHA-256 over the chain of the row before it and its own content hash."""
    return hashlib.sha256(f"{previous}\n{content}".encode()).hexdigest()


def text_sha256(text: str) -> str:
    """SHA-256 of a text as it is stored."""
    return hashlib.sha256(storable(text).encode()).hexdigest()


def decision_sha256(row: DecisionRow) -> str:
    """SHA-256 of everything a decision says and rests on."""
    return _sha256(
        [
            row.version,
            str(row.decision),
            storable(row.verdict),
            storable(row.subjects),
            storable(row.trace),
            row.rules_sha256,
            row.call_sha256,
            _instant(row.received_at),
            _instant(row.decided_at),
            storable(row.disagreement),
            row.listing_sha256,
        ]
    )


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _sha256(fields: list[object]) -> str:
    return hashlib.sha256(
        json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode(),
    ).hexdigest()
