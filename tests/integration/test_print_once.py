"""The shortcut of the other tests here: a scan is read by the models once, and what they said is
what comes again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.calls import default_config, open_call
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.mail import read_or_degrade
from tests.integration.house import SAMPLES
from tests.once import Once
from tests.print_once import read_print_once


@pytest.mark.slow
def test_a_scan_is_read_once_and_the_reading_is_the_same_the_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One page; a shortcut that no call takes any more would only be slow, and nobody would see
    why.
    """
    call = open_call(default_config() / "calls", "smart-education-2024").call
    read_print_once(Once(tmp_path), monkeypatch)
    readings = [
        read_or_degrade(
            SAMPLES["10"].path,
            call,
            ReadingContext(own_addresses=addresses, ocr_seconds=100),
        )
        for addresses in ((), ("office@example.cn",))
    ]

    assert len(list(tmp_path.glob("print-*.pickle"))) == 1
    assert readings[0] == readings[1]
    assert any(document.pages_read for document in readings[0].documents)
