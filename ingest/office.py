"""The office as its configuration describes it: by which names mail knows it, what reading one mail
may cost, how it speaks.

The one place where this is worked out, for the daemon and for ``mailroom message inspect`` alike.
Nothing is opened here but the certificates beside the call; no database, no mailbox.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ingest.calls import CallFolder, read_roots
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.knownprint import KnownPrint
from ingest.settings import (
    LARGEST_MESSAGE,
    LetterSettings,
    LimitSettings,
    OfficeSettings,
    Settings,
    cache_folder,
)
from ingest.walls.limits import Limits
from notifier.rendering import Templates
from rules.call import Call


@dataclass(frozen=True)
class Office:
    """What an office is to the mails it reads and the letters it writes, while it serves one
    call.
    """

    call: Call
    staff: tuple[str, ...]  #: who reads the digest
    administrators: tuple[str, ...]  #: who is told when the program fails
    second_person: bool  #: a rejection by hand is in force once a second person agrees
    from_name: str  #: who letters come from, as people read it
    from_address: str  #: who letters come from, as servers check it
    inbox: str  #: where applicants write to
    own_addresses: tuple[str, ...]  #: lower case; mail from them is our own and is never answered
    reading: ReadingContext  #: what the worker needs to know
    worker: Limits  #: what one mail may cost in the worker
    prints: KnownPrint  #: scans that need not be read again
    largest: int  #: bytes; a larger mail is not downloaded, its sender is told


@dataclass(frozen=True)
class Mouth:
    """How the office speaks of a call: under which names, signed with which key, in which words,
    and how often.
    """

    office: Office
    key: bytes  #: signs receipts and Message-IDs
    templates: Templates
    caps: LetterSettings
    others: tuple[Mouth, ...] = ()  #: of the other calls on the mailbox
    #: signs receipts for those who have the published key; None where that is not asked for
    sign: Callable[[bytes], bytes] | None = None

    @property
    def all(self) -> tuple[Mouth, ...]:
        """One for each call that is served, this one first."""
        return (replace(self, others=()), *self.others)

    def of(self, call: str) -> Mouth:
        """How it speaks of the call with this id; of one that is not served any more as of the
        first.
        """
        return next((each for each in self.all if each.office.call.id == call), self)

    def of_any(self, call: Call) -> Mouth:
        """How it speaks while nobody knows of which call; ``call`` stands for all."""
        return replace(self, office=replace(self.office, call=call))


def describe_office(
    folder: CallFolder, settings: Settings | None, beside: Sequence[Call] = ()
) -> Office:
    """The office that serves ``folder``; without settings one that has the call's published mailbox
    and the defaults. The mailboxes of the calls ``beside`` it are its own as well.
    """
    call = folder.call
    limits = settings.limits if settings else LimitSettings()
    seconds = limits.time.total_seconds()
    own = own_addresses(settings, call, *beside)
    return Office(
        call=call,
        staff=settings.office.staff if settings else (),
        administrators=settings.office.administrators if settings else (),
        second_person=settings.office.second_person_for_rejection if settings else False,
        from_name=(settings.smtp.from_name if settings else "") or call.authority,
        from_address=sender_address(settings, call),
        inbox=_inbox(settings, call),
        own_addresses=own,
        reading=ReadingContext(
            own_addresses=own,
            staff_addresses=_staff_addresses(settings),
            trusted_authserv_ids=settings.office.trusted_authserv_ids if settings else (),
            unpacked_bytes=limits.unpacked,
            entries=limits.entries,
            depth=limits.depth,
            trust_roots=read_roots(folder.path),
            ocr_seconds=max(1, int(limits.ocr_time.total_seconds())) if limits.ocr else 0,
        ),
        worker=Limits(memory=limits.memory, cpu=max(1, int(seconds)), wall=seconds),
        prints=KnownPrint(cache_folder(settings)),
        largest=settings.mailbox.max_message_size if settings else LARGEST_MESSAGE,
    )


def _staff_addresses(settings: Settings | None) -> tuple[str, ...]:
    """Everybody whose answer to a digest counts, in lower case."""
    office = settings.office if settings else OfficeSettings()
    return tuple(dict.fromkeys(each.lower() for each in (*office.staff, *office.administrators)))


def sender_address(settings: Settings | None, call: Call) -> str:
    """The address letters come from: configured, else the account's own, else the call's published
    mailbox.

    Providers refuse an envelope sender that is not the account (QQ 501, NetEase 553).
    """
    if settings is not None:
        smtp, mailbox = settings.smtp, settings.mailbox
        for candidate in (smtp.from_address, smtp.username, mailbox.username):
            if "@" in candidate:
                return candidate
    return call.contact.mailbox.lower()


def _inbox(settings: Settings | None, call: Call) -> str:
    account = settings.mailbox.username if settings else call.contact.mailbox
    return account if "@" in account else sender_address(settings, call)


def own_addresses(settings: Settings | None, call: Call, *beside: Call) -> tuple[str, ...]:
    """The addresses whose mail is our own: the accounts' and the calls' published ones, in lower
    case.
    """
    accounts = (settings.mailbox.username, settings.smtp.username) if settings else ()
    published = [each.contact.mailbox for each in (call, *beside)]
    candidates = (sender_address(settings, call), *accounts, *published)
    return tuple(dict.fromkeys(address.lower() for address in candidates if "@" in address))
