"""What becomes of a mail that has been read. Pure: what is known in, what is to be
done out.

``ingest/steps/read.py`` looks up what this asks for and carries out what it answers, in one
transaction; ``mailroom message inspect`` asks the same questions with nothing known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from ingest.reading import Kind, Reading, ScreeningKind
from ingest.submission.case import parts_of_matter
from ingest.submission.codes import find_codes
from ingest.submission.joining import Join, KnownCase, Placement, Purpose, place
from ingest.submission.sender import own_text
from rules.call import Call

MAX_BOUNCE_TEXT = 5_000
"""Characters of a bounce in which the address that refused is looked for."""
TRACKLESS_CODE = "M"
"""First letter of the code of a case whose track nobody could tell."""
_ADDRESS_IN_TEXT = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,200}[A-Za-z0-9]")
_MACHINES = (ScreeningKind.AUTOMATIC, ScreeningKind.LIST)
_PICTURES = (Kind.JPEG, Kind.PNG, Kind.IMAGE)

NoteKind: TypeAlias = Literal[
    "complaint", "forged", "held", "machine", "own_papers", "placed", "question", "undelivered"
]  # fmt: skip
"""The events this file decides on, by their names in the ledger."""


# --- what is known ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrived:
    """The mail as the ledger has it, and the moment in which it is filed."""

    id: int
    received: datetime
    now: datetime
    settle: timedelta  #: how long a case waits for more before it is judged


@dataclass(frozen=True)
class SentLetter:
    """A letter of ours that a bounce speaks of."""

    id: int
    recipient: str
    case_id: int | None


@dataclass(frozen=True)
class Known:
    """What ledger and key say of what a mail mentions."""

    quoted: tuple[KnownCase, ...] = ()  #: cases that thread headers or case codes point to
    own: tuple[KnownCase, ...] = ()  #: cases of the submitter the mail speaks for
    reported: tuple[SentLetter, ...] = ()  #: what a bounce is about
    made_here: bool = False  #: the Message-ID proves that this program wrote the mail


@dataclass(frozen=True)
class Clues:
    """By what the letter that a bounce reports may be found; the first that finds one counts."""

    message_ids: tuple[str, ...]
    codes: tuple[str, ...]
    addresses: tuple[str, ...]  #: lower case


def bounce_clues(reading: Reading) -> Clues:
    """What a bounce names. A report of mere delay names nothing by its text: the letter may
    still arrive.

    Providers rewrite Message-IDs (Tencent does), and many a bounce returns nothing of the letter.
    """
    envelope = reading.envelope
    if envelope.delayed:
        return Clues(envelope.failed_message_ids, (), ())
    text = f"{envelope.subject}\n{reading.text}"
    named = _ADDRESS_IN_TEXT.findall(text[:MAX_BOUNCE_TEXT])
    addresses = dict.fromkeys(address.lower() for address in named)
    return Clues(envelope.failed_message_ids, tuple(find_codes(text)), tuple(addresses))


# --- what is to be done -------------------------------------------------------------------------


@dataclass(frozen=True)
class Note:
    """A line in the ledger."""

    kind: NoteKind
    text: str
    case_id: int | None = None
    outbox_id: int | None = None


@dataclass(frozen=True)
class NoteCanary:
    """Should this be a canary of ours, it came back."""


@dataclass(frozen=True)
class Silence:
    """No letter is sent, for this reason."""

    reason: str


@dataclass(frozen=True)
class Acknowledge:
    """The mail gets a receipt: it brought nothing to judge."""

    submitter: str


@dataclass(frozen=True)
class Enter:
    """The mail goes into a case, which is then due to be judged."""

    case_id: int | None  #: None: the submitter's case for the track, which is opened
    track: str
    track_code: str
    how: str  #: in Chinese, for ``case explain``
    submitter_key: str
    submitter: str
    unit: str
    due: datetime
    reply_to: tuple[str, str] | None  #: address and name; None: as before
    stranger: bool  #: an address that has not written in this case, and that the call does not name


Intent: TypeAlias = Note | NoteCanary | Silence | Acknowledge | Enter


@dataclass(frozen=True)
class Filing:
    """What becomes of a mail."""

    answered: bool  #: nothing more will be said to its sender than what the intents say
    intents: tuple[Intent, ...]


def file_mail(reading: Reading, call: Call, known: Known, arrived: Arrived) -> Filing:
    """Decide what a mail is and what is to be done; its reading is kept whatever comes out."""
    if reading.screening.kind is not ScreeningKind.PERSON:
        return Filing(answered=True, intents=tuple(_not_by_a_person(reading, known)))
    placement = place(reading, call, known.quoted)
    placed = Note("placed", placement.reason)
    if placement.purpose is Purpose.APPLICATION:
        joins = (_enter(join, placement, reading, call, known, arrived) for join in placement.joins)
        return Filing(answered=False, intents=(placed, *joins))
    if placement.purpose is Purpose.HELD:
        return Filing(answered=True, intents=(placed, Note("held", placement.reason)))
    question = Note("question", f"来信: {reading.envelope.subject}")
    return Filing(answered=True, intents=(placed, question, _receipt(reading, placement)))


def _not_by_a_person(reading: Reading, known: Known) -> list[Intent]:
    kind, envelope, papers = reading.screening.kind, reading.envelope, brings_papers(reading)
    if kind is ScreeningKind.BOUNCE:
        return [
            Note(
                "undelivered",
                f"信函未能送达 {letter.recipient}: {envelope.subject}",
                letter.case_id,
                letter.id,
            )
            for letter in known.reported
        ]
    if kind is ScreeningKind.FORGED:
        return [Note("forged", f"疑似冒名来信,未受理、未答复: {reading.screening.reason}")]
    if kind is ScreeningKind.OWN:
        text = f"本邮箱发来的邮件带有附件,没有受理: {envelope.subject}"
        told = [Note("own_papers", text)] if papers and not known.made_here else []
        return [NoteCanary(), *told]
    if kind is ScreeningKind.COMPLAINT:
        return [Note("complaint", f"投诉报告: {envelope.subject}")]
    if kind in _MACHINES and papers:
        return [Note("machine", f"带有附件的自动邮件,没有受理: {envelope.subject}")]
    return []


def _receipt(reading: Reading, placement: Placement) -> Silence | Acknowledge:
    if not reading.screening.reply:
        return Silence(reading.screening.reason)
    if is_blank(reading):
        return Silence("来信没有主题、文字和附件")
    return Acknowledge(placement.sender.name)


def _enter(
    join: Join, placement: Placement, reading: Reading, call: Call, known: Known, arrived: Arrived
) -> Enter:  # fmt: skip
    sender, envelope = placement.sender, reading.envelope
    case = _case_of(join, known, sender.key)
    addresses = case.addresses if case is not None else {envelope.from_address}
    codes = {track.name: track.code for track in call.tracks}
    return Enter(
        case_id=case.id if case is not None else None,
        track=join.track,
        track_code=codes.get(join.track, TRACKLESS_CODE),
        how=join.how,
        submitter_key=sender.key or f"mail:{arrived.id}",
        submitter=sender.name,
        unit=sender.unit,
        # A server's clock that is ahead must not put off the answer.
        due=min(arrived.received, arrived.now) + arrived.settle,
        reply_to=(envelope.from_address, envelope.from_name) if reading.screening.reply else None,
        stranger=envelope.from_address not in addresses and not sender.by_address,
    )


def _case_of(join: Join, known: Known, key: str) -> KnownCase | None:
    """The case a join means: the one it names, else the submitter's own for its track."""
    if join.case_id is not None:
        return next(case for case in known.quoted if case.id == join.case_id)
    return _own_case(known.own, join.track, key)


def _own_case(own: Sequence[KnownCase], track: str, key: str) -> KnownCase | None:
    return next((case for case in own if case.track == track and case.submitter_key == key), None)


def brings_papers(reading: Reading) -> bool:
    """Whether a mail carries files that are no pictures: an office's own system may send its
    application.
    """
    return any(part.kind not in _PICTURES for part in parts_of_matter(reading))


def is_blank(reading: Reading) -> bool:
    """Whether a mail without attachments says nothing either: no request that could be answered
    (RFC 3834 section 2).
    """
    return not reading.envelope.subject.strip() and not own_text(reading.text).strip()
