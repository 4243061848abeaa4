"""What opening one mail's archives may cost, all of them together, and what the mail tells to open
them with.
Counting only; nothing is opened here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_RATIO = 300
"""Unpacked bytes per packed byte above which a large entry is a bomb;
XML in Office files stays below 60.
"""
RATIO_FLOOR = 20 * 1024**2
"""Bytes below which the ratio says nothing."""
MAX_DIRECTORY = 20_000
"""Directory records above which an archive is not even listed:
each costs half a kilobyte of memory.
"""


@dataclass
class Budget:
    """Counts down while a mail is opened."""

    bytes_left: int = 500 * 1024**2
    entries_left: int = 500
    max_depth: int = 4
    #: passwords that the mail tells for its files; never kept
    keys: tuple[str, ...] = field(default=(), repr=False)

    def take_entry(self) -> bool:
        """Whether one more entry may be opened."""
        self.entries_left -= 1
        return self.entries_left >= 0

    def most(self, packed: int) -> int:
        """How many bytes an entry of ``packed`` bytes may unpack to."""
        return max(0, min(self.bytes_left, max(RATIO_FLOOR, packed * MAX_RATIO)))

    def spend(self, size: int) -> None:
        """Take note of bytes that were unpacked."""
        self.bytes_left -= size
