"""One mail read as the daemon reads it, and what that took."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from ingest.message.errors import UnreadableMessage
from ingest.reading import Reading
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.mail import read_or_degrade
from ingest.walls.limits import Limits
from rules.call import Call

LIMITS = Limits()


@dataclass(frozen=True)
class Taken:
    """What came of it."""

    reading: Reading | None  #: None: it was said that it is no mail that could be read
    seconds: float

    @property
    def told(self) -> str:
        """In a few words."""
        if self.reading is None:
            return "refused as no mail"
        fates = sorted({str(part.fate) for part in self.reading.parts})
        return f"{len(self.reading.parts)} parts: {', '.join(fates)}" + (
            "; only listed" if any("只列名" in note for note in self.reading.notes) else ""
        )


def taken(path: Path, call: Call) -> Taken:
    """Read the mail at ``path`` within the limits that ship.

    Raises:
        WorkerDied, WorkerFailed: as :func:`ingest.sandbox.mail.read_or_degrade`.
    """
    began = time.monotonic()
    try:
        reading: Reading | None = read_or_degrade(path, call, ReadingContext(ocr_seconds=5), LIMITS)
    except UnreadableMessage:
        reading = None
    return Taken(reading, time.monotonic() - began)
