"""What a process that reads pages does with memory it has freed: keeps it for the next page, or
gives it back before it forks.

glibc's malloc and nothing else; imported by ``ingest/preload``.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  #: mallopt(3)
_MOST = 2**31 - 1
_ANY_PICTURE = 2**30  #: bytes


def give_back_freed_memory() -> None:
    """Once, now. Another C library than glibc is left as it is."""
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def keep_freed_memory() -> None:
    """From now on, for good, and in all that is forked; to be called before there is a thread.

    Usually a picture of a page, some 25 MB, is mapped for each step of reading it, made zero page
    by page when it is first written to, and given back: of the time of judging seals a quarter.
    Threads share the one heap there is: what a thread has of its own gives back what it frees
    whatever is set here, and print is read in a thread, of whose time that was a fifth.
    The limit on memory holds as before. Another C library than glibc is left as it is.
    """
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _ANY_PICTURE)
        mallopt(_M_TRIM_THRESHOLD, _MOST)
        mallopt(_M_ARENA_MAX, 1)
