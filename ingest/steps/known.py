"""What ledger and key know about a mail that has been read: everything its filing asks for. Reads
only; what follows from it is decided in ``ingest/submission/filing.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlmodel import Session

from ingest.reading import Envelope, Reading, ScreeningKind
from ingest.receipts.signing import own_serial
from ingest.store.addresses import addresses_of_case, cases_of_address
from ingest.store.cases import (
    cases_claiming,
    find_case_by_code,
    find_cases_by_letters,
    find_cases_by_mails,
    home_of,
    latest_decision,
    load_verdict,
)
from ingest.store.messages import calls_of_mails, large_mails_of
from ingest.store.tables import CaseRow
from ingest.submission.codes import find_codes
from ingest.submission.filing import Clues, Known, SentLetter, bounce_clues
from ingest.submission.joining import Candidates, KnownCase, claim_of
from ingest.submission.quoting import own_text
from ingest.submission.routing import Referred
from ingest.submission.sender import who_sent
from notifier.outbox import OutboxRow, find_letters, last_sent
from rules.call import Call
from rules.standing import AddressProof
from rules.verdict import Decision

MAX_THREAD = 50
"""Message-IDs of a thread that are looked at."""


def known_about(session: Session, reading: Reading, call: Call, key: bytes) -> Known:
    """Everything the decision on a mail asks of ledger and key."""
    kind = reading.screening.kind
    if kind is ScreeningKind.PERSON:
        address = reading.envelope.from_address
        return Known(
            candidates=candidates_for(session, reading, call, key),
            large=large_mails_of(session, address, call.id) if address else (),
        )
    if kind is ScreeningKind.BOUNCE:
        return _known_of_a_bounce(session, reading, call)
    return Known(made_here=own_serial(key, reading.envelope.message_id) is not None)


def _known_of_a_bounce(session: Session, reading: Reading, call: Call) -> Known:
    """Anybody can write "not delivered": it counts when it quotes the Message-ID of a letter, which
    only who had it in hands can, or when a trusted server says that it comes from where the letter
    went to, or from where our mailbox is.
    """
    clues = bounce_clues(reading)
    quoted = find_letters(session, clues.message_ids)
    if quoted:
        return Known(reported=_as_sent(quoted))
    named, home = letters_named(session, clues), domain_of(call.contact.mailbox)
    vouched = reading.envelope.vouched_domain
    proved = [row for row in named if is_within(vouched, domain_of(row.recipient), home)]
    alleged = [row for row in named if row not in proved]
    return Known(reported=_as_sent(proved), alleged=_as_sent(alleged))


def domain_of(address: str) -> str:
    """What stands behind the last @, in lower case."""
    return address.rpartition("@")[2].lower()


def is_within(vouched: str, *domains: str) -> bool:
    """Whether one of ``domains`` is ``vouched`` or lies below it; never for ""."""
    return bool(vouched) and any(
        each == vouched or each.endswith(f".{vouched}") for each in domains
    )


def _as_sent(letters: Iterable[OutboxRow]) -> tuple[SentLetter, ...]:
    return tuple(SentLetter(letter.id, letter.recipient, letter.case_id) for letter in letters)


def candidates_for(session: Session, reading: Reading, call: Call, key: bytes) -> Candidates:
    """The cases of the call that a person's mail may have to do with.

    A Message-ID of ours counts when it is in the outbox, or when its token proves that we made it:
    after a restore from an older backup a reply still comes home, and a guessed Message-ID leads
    nowhere.
    """
    envelope, sender = reading.envelope, who_sent(reading, call)
    thread = thread_of(envelope)
    serials = [serial for each in thread if (serial := own_serial(key, each)) is not None]
    letters = find_cases_by_letters(session, thread) + _by_codes(session, " ".join(serials))
    pointed = find_cases_by_mails(session, thread)
    pointed += _by_codes(session, f"{envelope.subject}\n{own_text(reading.text)}")
    address = envelope.from_address
    own = cases_of_address(session, call.id, address) if address else []
    claims = dict.fromkeys(
        claim
        for claim in (
            sender.key if sender.named else "",
            *(claim_of(row.submitter_key) for row in own),
        )
        if claim
    )
    claimed = [row for claim in claims for row in cases_claiming(session, call.id, claim)]
    found: dict[int, KnownCase] = {}
    return Candidates(
        letters=_known_cases(session, _of_call(letters, call), found),
        pointed=_known_cases(session, _of_call(pointed, call), found),
        own=_known_cases(session, own, found),
        claimed=_known_cases(session, claimed, found),
    )


def referred_to(session: Session, reading: Reading, calls: Collection[str], key: bytes) -> Referred:
    """The calls, of those that are served, of what a person's mail refers to."""
    envelope = reading.envelope
    thread = thread_of(envelope)
    serials = [serial for each in thread if (serial := own_serial(key, each)) is not None]
    answered = find_cases_by_letters(session, thread) + find_cases_by_mails(session, thread)
    answered += _by_codes(session, " ".join(serials))
    codes = _by_codes(session, f"{envelope.subject}\n{own_text(reading.text)}")
    own = [
        case for call in calls for case in cases_of_address(session, call, envelope.from_address)
    ]
    served = frozenset(calls)
    return Referred(
        codes=_calls_of(codes) & served,
        thread=(_calls_of(answered) | calls_of_mails(session, thread)) & served,
        own=_calls_of(own) if envelope.from_address else frozenset(),
    )


def _calls_of(cases: Iterable[CaseRow]) -> frozenset[str]:
    return frozenset(case.call for case in cases)


def _of_call(cases: Iterable[CaseRow], call: Call) -> list[CaseRow]:
    """An old code under a new call leads nowhere, and neither does one of a call beside it."""
    return [case for case in cases if case.call == call.id]


def thread_of(envelope: Envelope) -> tuple[str, ...]:
    """The Message-IDs a mail answers, as many as are looked at."""
    return tuple(dict.fromkeys((*envelope.in_reply_to, *envelope.references)))[:MAX_THREAD]


def _by_codes(session: Session, text: str) -> list[CaseRow]:
    found = (find_case_by_code(session, code) for code in find_codes(text))
    return [row for row in found if row is not None]


def _known_cases(
    session: Session, rows: Iterable[CaseRow], found: dict[int, KnownCase]
) -> tuple[KnownCase, ...]:
    """``rows`` as joining knows them; a case that something else led to already is in ``found``."""
    # A letter of a merged case leads to the other.
    homes = {home.id: home for home in (home_of(session, row) for row in rows)}
    for number, row in homes.items():
        if number not in found:
            found[number] = known_case(session, row)
    return tuple(found[number] for number in homes)


def known_case(session: Session, row: CaseRow) -> KnownCase:
    """What joining needs to know of a case."""
    decision = latest_decision(session, row.id)
    entries = load_verdict(decision).entries if decision is not None else ()
    known = {each.address: AddressProof(each.proof) for each in addresses_of_case(session, row.id)}
    return KnownCase(
        id=row.id,
        code=row.code,
        track=row.track,
        key=row.submitter_key,
        unit=row.unit,
        submitter=row.submitter,
        addresses=known,
        accepted=any(entry.decision is Decision.ACCEPTED for entry in entries),
        opened=row.opened_at,
        closed=row.merged_into is not None or (row.closed_at is not None and row.contested),
    )


def letters_named(session: Session, clues: Clues) -> list[OutboxRow]:
    """The last letter of the cases, else the last one to an address, that a bounce names.

    What names none of ours is backscatter.
    """
    cases = [case for code in clues.codes if (case := find_case_by_code(session, code)) is not None]
    letters = [last for case in cases if (last := last_sent(session, case_id=case.id)) is not None]
    if letters:
        return letters
    sent = (last_sent(session, recipient=address) for address in clues.addresses)
    return [last for last in sent if last is not None][:1]
