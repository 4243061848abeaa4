"""What becomes of mails read one after another in one worker, and what the slowest and the largest
took. Loads nothing but what reads: it is loaded again in each worker.
"""

from __future__ import annotations

import resource
import time
from collections import Counter

from pydantic import BaseModel

from ingest.message.errors import UnreadableMessage
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.read import read_message
from rules.call import Call


class Came(BaseModel):
    """What became of the files that were read."""

    fates: dict[str, int]
    seconds: float = 0  #: of a processor, the slowest file
    peak: int = 0  #: bytes, the largest process

    def __add__(self, other: Came) -> Came:
        fates = dict(Counter(self.fates) + Counter(other.fates))
        seconds, peak = max(self.seconds, other.seconds), max(self.peak, other.peak)
        return Came(fates=fates, seconds=seconds, peak=peak)


def read_each(mails: list[bytes], call: Call) -> Came:
    """In the worker: each is read."""
    fates: Counter[str] = Counter()
    slowest = 0.0
    for mail in mails:
        began = time.process_time()
        fates[_fate(mail, call)] += 1
        slowest = max(slowest, time.process_time() - began)
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(who).ru_maxrss for who in whose) * 1024
    return Came(fates=fates, seconds=slowest, peak=peak)


def _fate(mail: bytes, call: Call) -> str:
    try:
        reading = read_message(mail, call, ReadingContext())
    except UnreadableMessage:
        return "no mail"
    return str(reading.parts[-1].fate) if reading.parts else "no part"
