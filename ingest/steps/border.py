"""The border of a step, where a fault of ours becomes a value: one mail, one case or one rule file
suffers for it, and the daemon goes on.

The one place in the steps that catches everything; what a fault means is decided by who asks.
"""

from __future__ import annotations

from collections.abc import Callable


def fault_of(work: Callable[[], object], *passing: type[Exception]) -> Exception | None:
    """Do ``work``; the exception that ended it, None when it was done.

    Raises:
        Exception: one of ``passing`` (trouble of the world, which is nobody's fault here).
    """
    try:
        work()
    except passing:
        raise
    except Exception as error:  # noqa: BLE001 - the step border
        return error
    return None
