"""What is to become of a letter that is due in a store that was taken over from a backup. Pure.

The database is older than what happened, so it may be about to say again what was said. What the
journal or the account's sent mail shows is taken as sent; what nobody can tell waits for a person;
only what certainly is new leaves by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ECHO = timedelta(days=1)
"""So long after a takeover letters that answer no mail may be the ones that left before it."""


class Recall(StrEnum):
    """What is to become of it."""

    NEW = "new"  #: it leaves
    SENT = "sent"  #: it left before
    UNSURE = "unsure"  #: perhaps it left before: looked for like any uncertain letter
    WAIT = "wait"  #: a person decides


@dataclass(frozen=True, slots=True)
class Takeover:
    """When a person took the store over, and until when its journal tells of every letter."""

    at: datetime
    known_until: datetime | None  #: None = it tells of nothing

    @property
    def gap(self) -> bool:
        """Whether letters may have left of which nothing here tells."""
        return self.known_until is None or self.known_until < self.at


@dataclass(frozen=True, slots=True)
class Due:
    """What is known of a letter that is due."""

    sent: bool  #: it is among those that left
    begun: bool  #: it was about to leave
    #: its mail had a letter to the same address that this database does not know
    answered: bool
    for_office: bool  #: digest, alarm, code: not to applicants
    answers_mail_of: (
        datetime | None
    )  #: when the mail it answers was received; None = it answers none
    queued_at: datetime


def recall(letter: Due, takeover: Takeover) -> Recall:
    """What is to become of the letter."""
    if letter.sent:
        return Recall.SENT
    if letter.begun:
        return Recall.UNSURE
    if letter.for_office:
        return Recall.NEW
    if letter.answered or (takeover.gap and _may_repeat(letter, takeover)):
        return Recall.WAIT
    return Recall.NEW


def _may_repeat(letter: Due, takeover: Takeover) -> bool:
    if letter.answers_mail_of is not None:
        return letter.answers_mail_of < takeover.at
    return letter.queued_at < takeover.at + ECHO
