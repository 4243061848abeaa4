"""What somebody sees who starts a round at a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess

from tests.acceptance.conftest import Office
from tests.integration.house import MORNING, plain_mail
from tests.warm.command import INSTALLED


def seen(office: Office, *arguments: str) -> str:
    """What the command writes to its terminal, without colours."""
    ours, theirs = pty.openpty()
    clean = {name: text for name, text in os.environ.items() if not name.startswith("MAILROOM_")}
    running = subprocess.Popen(
        [INSTALLED, *arguments, "--config", office.config],
        stdout=theirs,
        stderr=theirs,
        env=clean | {"TERM": "xterm", "COLUMNS": "140"},
    )
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 65536):
            written += piece
    except OSError:  # its other end is closed
        pass
    os.close(ours)
    assert running.wait(120) == 0, written.decode()
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.decode())


def test_a_heap_of_mails_has_a_bar_and_the_log_stands_above_it(office: Office) -> None:
    """How many of how many; lines of the log are whole."""
    for number in range(1, 5):
        office.account.append(plain_mail(number).as_bytes(), MORNING)
    shown = seen(office, "run", "--once")

    assert "来件" in shown
    assert re.search(r"\d/4", shown)
    assert len(re.findall(r"\[info +\] read  [^\r]*message=\d", shown)) == 4
