"""What a mailbox can be asked, and what it answers: the border between intake and any mail server.

Values, one error and protocols only; no socket, no imapclient (that is ``ingest/mailbox/imap.py``),
no decision (that is ``ingest/mailbox/cursor.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from ingest.errors import ConfigError, TemporaryError


class FolderMissingError(ConfigError):
    """The account has no folder of that name."""


class MessageUnreadableError(TemporaryError):
    """This one mail cannot be had just now; the session goes on, and so should the others."""


@dataclass(frozen=True, slots=True)
class FolderState:
    """What a folder holds at this moment. (name, uidvalidity, uid) is the only stable name of a
    mail (RFC 9051 2.3.1.1).
    """

    name: str
    uidvalidity: int  #: 0 when the server names none
    uids: tuple[int, ...]  #: ascending, each once


@dataclass(frozen=True, slots=True)
class MessageSummary:
    """What the server says about a mail without handing it over."""

    uid: int
    size: int  #: RFC822.SIZE in bytes: the server's word, not a measurement
    received: datetime  #: INTERNALDATE, aware, in the server's own offset
    #: False when the server's date was unreadable and ``received`` is the moment it was asked
    dated: bool = True


class MailboxSession(Protocol):
    """One short, logged-in session. Nothing on the server is ever changed through it.

    Every method raises :class:`ingest.errors.TemporaryError` for any trouble with the server or the
    way to it; after that the session is of no more use.
    """

    def examine(self, folder: str) -> FolderState:
        """Open a folder read-only and list it; later calls speak of this folder.

        Raises :class:`FolderMissingError` when there is no such folder; the session stays usable.
        """

    def summaries(self, uids: Iterable[int]) -> list[MessageSummary]:
        """Size and arrival of the given mails, ascending by uid; mails that are gone are
        left out.
        """

    def fetch_raw(self, uid: int, size: int, into: BinaryIO) -> bool:
        """Write a mail, byte for byte as the server holds it, to ``into``; ``size`` is that of its
        summary.

        False when the mail is gone; what was then written to ``into`` is to be thrown away. Errors
        of ``into`` itself pass unchanged. A mail is never delivered short: bytes that do not add
        up, and a refusal that concerns only this mail, are a :class:`MessageUnreadableError`; the
        session stays usable after that one.
        """

    def fetch_small(self, summaries: Sequence[MessageSummary]) -> dict[int, bytes]:
        """Several small mails in one exchange, by uid; at most 50 and a few megabytes, which the
        caller sees to.

        Only mails whose bytes add up with their summary are there. Whatever is missing, all of them
        when the server refuses, is to be asked for with :meth:`fetch_raw`, which tells why.
        """

    def fetch_header(self, uid: int, limit: int) -> bytes | None:
        """At most ``limit`` bytes of a mail's header block, without its body; None when the mail is
        gone.

        A refusal that concerns only this mail is a :class:`MessageUnreadableError`.
        """

    def sent_folder(self) -> str | None:
        """The folder the account keeps its sent mail in; None when none can be told."""

    def message_ids(self, uids: Iterable[int]) -> frozenset[str]:
        """The Message-IDs, with angle brackets, of mails of the folder that is open; what is gone
        is left out.
        """


class Mailbox(Protocol):
    """An account on a mail server."""

    def session(self) -> AbstractContextManager[MailboxSession]:
        """A session; entering connects and logs in, leaving logs out and never raises.

        Raises :class:`ingest.errors.UnavailableError` when the server cannot be reached,
        :class:`ingest.errors.LoginRefusedError` when it refuses name or password and
        :class:`ingest.errors.TemporaryError` when it has no session for us just now.
        """
