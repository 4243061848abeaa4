"""What the doctor says of one thing. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing is."""

    WELL = "正常"
    NOTE = "注意"  #: something is done less well, or could not be looked at
    BAD = "不好"  #: the program cannot serve, or gives away what it must keep


@dataclass(frozen=True)
class Sign:
    """One thing looked at."""

    name: str
    state: State
    found: str
    mend: str = ""  #: what to do; "" when nothing is

    @classmethod
    def of(cls, name: str, problem: str, mend: str, well: str, *, grave: bool = True) -> Sign:
        """Well when there is no problem; else with the mend."""
        if not problem:
            return cls(name, State.WELL, well)
        return cls(name, State.BAD if grave else State.NOTE, problem, mend)
