"""The environment of the installed command in tests: no office of this machine comes in.

What was read of print in this run does: a scan is read once, by whichever command meets it first.
"""

from __future__ import annotations

import os

KNOWN_PRINT = "MAILROOM_STORE__CACHE"


def without_office() -> dict[str, str]:
    """Ours, without any setting of the program."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MAILROOM_") or name == KNOWN_PRINT
    }
