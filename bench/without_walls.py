"""For ``bench/walls.py``: loaded into a fork server after the product's own, it leaves workers their
limits and their network wall and takes Landlock, the filter of calls and the dropping of rights away.
"""

from __future__ import annotations

from ingest.walls import confinement


def _nothing(*_: object) -> str:
    return ""


confinement.restrict = _nothing  # type: ignore[assignment]
confinement._office_in = lambda *_: None  # type: ignore[assignment]  # noqa: SLF001 - as below
confinement._filter_calls = _nothing  # noqa: SLF001 - the bench takes the wall away on purpose
confinement._drop_capabilities = _nothing  # type: ignore[assignment]  # noqa: SLF001 - as above
