"""What became of one letter handed to a mail server: the words shared by whoever sends and whoever
keeps the outbox.

Values, errors and protocols only: no socket, no smtplib (that is ``notifier/smtp.py``), no decision
about when to try again (that is ``notifier/outboxstates.py``).
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

_DELIVERABLE = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?",
)


def deliverable(address: str) -> bool:
    """Whether a letter can be sent to ``address``: one plain ASCII address. Quoted local parts and
    SMTPUTF8 are left to people.
    """
    return _DELIVERABLE.fullmatch(address) is not None


class SendOutcome(StrEnum):
    """What is known of a letter after one attempt."""

    SENT = "sent"  #: the server answered 250 after the final dot; nothing else is a success
    RETRY = "retry"  #: certainly not taken; the server or the way to it may be better later
    TOMORROW = "tomorrow"  #: certainly not taken; today's quota of the account is used up
    REFUSED = "refused"  #: certainly not taken, and this very letter never will be
    #: certainly not taken; no letter will be until somebody mends the settings
    CONFIGURATION = "configuration"
    #: the connection was lost after the final dot: taken or not, nobody knows
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The outcome of one attempt, with the server's own words as evidence."""

    outcome: SendOutcome
    code: int  #: three-digit SMTP reply code; 0 when there was no reply
    #: the server's text, or a Chinese sentence when there was no reply; one line, never a password
    reply: str


class SmtpLoginRefused(Exception):  # noqa: N818  a word of the domain, read at every caller
    """The server refuses our name or password. Never tried again by itself: that leads to a
    lock-out.
    """


class SmtpUnavailable(Exception):  # noqa: N818  see above
    """There is no session with the server: not reachable, no encryption, busy. Nothing was handed
    over.
    """


class TransportSession(Protocol):
    """A session with a mail server, logged in, that takes letters one after the other."""

    @property
    def alive(self) -> bool:
        """False once no further letter can be handed over in this session; the rest of the batch
        waits for the next.
        """

    def send(self, sender: str, recipient: str, data: bytes) -> SendResult:
        """Hand over one letter (CRLF lines, headers included) to exactly one recipient; never
        raises for the world's sake.
        """


class Transport(Protocol):
    """A way out for letters."""

    def session(self) -> AbstractContextManager[TransportSession]:
        """A session for one batch of letters.

        Raises :class:`SmtpLoginRefused` or :class:`SmtpUnavailable` on entry, nothing on exit.
        """
