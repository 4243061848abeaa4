"""What a worker may cost: memory, processor, time, bytes. Numbers only;
``ingest/sandbox/workers.py`` holds them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one worker may cost. Bytes and seconds."""

    memory: int = 1536 * 1024**2  #: address space
    cpu: int = 60
    wall: float = 90
    file_bytes: int = 128 * 1024**2  #: largest file it may write
    open_files: int = 64
    scratch: int = 256 * 1024**2  #: all files in its folder together
    output: int = 32 * 1024**2  #: JSON it may send back


def ocr_limits(seconds: int) -> Limits:
    """What reading the print on scans may cost: the models take 1.2 GB of address space (measured),
    0.7 GB of memory.

    The worker stops by itself when it has had ``seconds`` of a processor; what it began then may
    still take a page's time. The wall clock is the outer guard, for a machine four times as busy.
    """
    return Limits(memory=3 * 1024**3, cpu=seconds + 60, wall=4 * seconds + 60)
