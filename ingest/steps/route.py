"""For which of several calls on one mailbox a mail is, and who then speaks of it. What the mail
says is weighed in ``ingest/submission/routing.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from ingest.office import Mouth
from ingest.reading import Reading
from ingest.steps.known import referred_to
from ingest.submission.routing import Seen, joint_call, route

Readings = Mapping[str, Reading]
"""A mail as each call would have it read, by the call's id."""


@dataclass(frozen=True)
class Routed:
    """The call a mail is for, with who speaks of it; ``call`` "" is for staff to say."""

    call: str
    reason: str  #: in Chinese
    mouth: Mouth
    reading: Reading


def route_mail(session: Session, mouth: Mouth, found: Readings, now: datetime) -> Routed:
    """Find out the one call a mail is for. Where it was read for one alone, that is it."""
    if len(found) == 1:
        ((call, reading),) = found.items()
        return Routed(call, "", mouth.of(call), reading)
    seen = [Seen(mouth.of(call).office.call, reading) for call, reading in found.items()]
    referred = referred_to(session, seen[0].reading, tuple(found), mouth.key)
    chosen = route(seen, referred)
    if chosen.call:
        return Routed(chosen.call, chosen.reason, mouth.of(chosen.call), found[chosen.call])
    joint = joint_call([each.call for each in seen], now)
    return Routed("", chosen.reason, mouth.of_any(joint), seen[0].reading)
