"""A case as time looks at it: how it was decided and told, and what it waits for. Values only.

Reminders and the closing run decide by these; ``ingest/steps/inhand.py`` looks them up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rules.tasks import TaskKind
from rules.verdict import Decision


@dataclass(frozen=True)
class Told:
    """The letter that told the decision in force, when it is known to have left."""

    at: datetime
    address: str
    message_id: str
    arrived: bool  #: nothing says that letters to the address do not


@dataclass(frozen=True)
class CaseInHand:
    """One case."""

    decision: Decision | None
    pending: bool = False  #: papers of it are still to be judged
    ended: bool = False  #: withdrawn, closed, or merged into another
    contested: bool = False  #: another case claims the same unit
    referred: bool = False  #: staff must look at something in it first
    tasks: frozenset[TaskKind] = frozenset()  #: what people have been asked about it
    told: Told | None = None
