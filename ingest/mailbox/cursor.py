"""Which mails of a folder are new: a pure comparison of what we know with what the server lists.

No network, no database, no clock. There is no "highest uid" here on purpose: a mail that another session held back,
or that appeared late with a lower uid, would be skipped for ever; the set of known uids is compared instead.
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


@dataclass(frozen=True, slots=True)
class KnownFolder:
    """What our own database knows of a folder under its latest UIDVALIDITY."""

    uidvalidity: int
    uids: AbstractSet[int]


@dataclass(frozen=True, slots=True)
class IntakePlan:
    """What intake should do with a folder."""

    new_uids: tuple[int, ...]  #: to be fetched, ascending: oldest first
    resynchronise: bool  #: the server renumbered the folder: every mail is looked at again and known ones told by hash
    missing: tuple[int, ...]  #: known, but no longer on the server: moved or deleted by hand; ours to keep

    @property
    def idle(self) -> bool:
        """There is nothing to fetch."""
        return not self.new_uids


def plan_intake(known: KnownFolder | None, state: FolderState) -> IntakePlan:
    """Compare; ``known`` is None for a folder never seen.

    A changed UIDVALIDITY invalidates every stored uid (RFC 9051 2.3.1.1), so all mails are new again and none is
    missing. Providers are on record for renumbering without changing it (NetEase answers a constant 1): that shows
    here as new and missing uids at once, and is harmless because intake tells known mails by their SHA-256.
    """
    listed = tuple(sorted(set(state.uids)))
    if known is None:
        return IntakePlan(listed, resynchronise=False, missing=())
    if known.uidvalidity != state.uidvalidity:
        return IntakePlan(listed, resynchronise=True, missing=())
    on_server = frozenset(listed)
    return IntakePlan(
        new_uids=tuple(uid for uid in listed if uid not in known.uids),
        resynchronise=False,
        missing=tuple(sorted(uid for uid in known.uids if uid not in on_server)),
    )


def listing_of(uids: Iterable[int]) -> str:
    """A short name of exactly these uids: two equal names mean that nothing came and nothing went."""
    return hashlib.sha256(array("Q", sorted(uids)).tobytes()).hexdigest()


def witnesses(known: Sequence[int]) -> tuple[int, ...]:
    """The uids (of ``known``, ascending) whose mails are asked for at every look: first, middle and last."""
    return tuple(sorted({known[at] for at in (0, len(known) // 2, -1)})) if known else ()


def looks_different(known: KnownMail, summary: MessageSummary) -> bool:
    """Whether ``summary`` may be of another mail than the one known under its uid.

    NetEase answers a constant UIDVALIDITY of 1, so a mailbox that was emptied and filled again hands out known uids
    for other mails and nothing else shows it. This is a suspicion, not a proof: some servers change their mind about
    RFC822.SIZE. The bytes decide.
    """
    if known.dated and summary.dated and known.received != summary.received:
        return True
    return known.announced_size != summary.size
