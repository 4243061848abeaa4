"""What all tests of documents share: the call they are read for."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.call import Call, load_call

CALL = Path(__file__).parents[4] / "config" / "calls" / "smart-education-2024"


@pytest.fixture(scope="session")
def call() -> Call:
    """The call of 2024 as configured."""
    return load_call("smart-education-2024", (CALL / "call.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def blank_forms() -> dict[str, bytes]:
    """The blank annexes by form id."""
    return {path.name[:3]: path.read_bytes() for path in sorted((CALL / "forms").glob("附件*.docx"))}
