"""One number leads through the journal from a mail to its letter."""

from __future__ import annotations

import re

import pytest

from ingest import log
from tests.integration.house import House


def test_a_mail_is_followed_to_its_letter_by_one_number(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Received, read, decided, sent: one line each, and no address or name in any."""
    log.configure()
    house.arrive_sample("03")
    house.settle_and_decide()
    house.send()
    lines = [line for line in capsys.readouterr().err.splitlines() if "message=1 " in f"{line} "]
    events = [match[1] for line in lines if (match := re.search(r"event='(\w+)'", line))]
    assert events == ["received", "read", "decided", "letter"]
    assert "@" not in "".join(lines)
