"""Which mails of a folder are new: a pure comparison of what we know with what the server lists.

No network, no database, no clock. There is no "highest uid" here on purpose: a mail that another
session held back, or that appeared late with a lower uid, would be skipped for ever; the set of
known uids is compared instead.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from ingest.mailbox.protocol import FolderState, MessageSummary


@dataclass(frozen=True, slots=True)
class KnownMail:
    """What was written down of a mail when it was first seen."""

    uid: int
    announced_size: int  #: RFC822.SIZE in bytes
    received: datetime  #: INTERNALDATE, aware
    dated: bool  #: whether the server named that date


def new_uids(known: AbstractSet[int], state: FolderState) -> tuple[int, ...]:
    """The uids to be fetched, ascending, which is oldest first.

    ``known`` holds the uids under this very UIDVALIDITY; after it changed they mean nothing any
    more (RFC 9051
    2.3.1.1) and there are none. Providers are on record for renumbering without changing it
    (NetEase answers a constant 1): that shows as new uids and is harmless, because intake tells
    known mails by their SHA-256.
    """
    return tuple(sorted(frozenset(state.uids) - known))


def listing_of(uids: Iterable[int]) -> str:
    """A short name of exactly these uids: two equal names mean that nothing came and
    nothing went.
    """
    return hashlib.sha256(array("Q", sorted(uids)).tobytes()).hexdigest()


def witnesses(known: Sequence[int]) -> tuple[int, ...]:
    """The uids (of ``known``, ascending) whose mails are asked for at every look: first, middle and
    last.
    """
    return tuple(sorted({known[at] for at in (0, len(known) // 2, -1)})) if known else ()


def looks_different(known: KnownMail, summary: MessageSummary) -> bool:
    """Whether ``summary`` may be of another mail than the one known under its uid.

    NetEase answers a constant UIDVALIDITY of 1, so a mailbox that was emptied and filled again
    hands out known uids for other mails and nothing else shows it. This is a suspicion, not a
    proof: some servers change their mind about RFC822.SIZE. The bytes decide.
    """
    if known.dated and summary.dated and known.received != summary.received:
        return True
    return known.announced_size != summary.size
