"""The journal: one line an event, with its instant, and no line in a foreign form."""

from __future__ import annotations

import logging
import re

import pytest

from ingest import log
from ingest.cli import run

Capture = pytest.CaptureFixture[str]


def test_a_line_off_a_terminal_begins_with_its_instant_in_beijing_time(capsys: Capture) -> None:
    """key=value for grep."""
    log.configure()
    log.get_logger().info("received", message=7)
    line = capsys.readouterr().err
    assert re.match(
        r"at='\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00' level='info' event='received' message=7\n",
        line,
    )


@pytest.mark.parametrize(
    ("level", "word"), [(logging.WARNING, "warning"), (logging.ERROR, "error")]
)
def test_what_a_library_reports_is_one_line_of_ours(level: int, word: str, capsys: Capture) -> None:
    """Its first line alone, and no traceback, which may quote what an applicant wrote."""
    log.configure()
    trouble = ValueError("private")
    logging.getLogger("some.library").log(level, "trouble %d\nmore", 5, exc_info=trouble)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert f"level='{word}' event='library' name='some.library' said='trouble 5'" in lines[0]


def test_a_library_is_silent_in_commands(capsys: Capture) -> None:
    """Even what it thinks important."""
    run(["--version"])
    capsys.readouterr()
    logging.getLogger("some.library").critical("trouble")
    assert capsys.readouterr().err == ""
