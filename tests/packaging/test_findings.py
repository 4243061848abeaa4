"""The findings say what they are; what they found is looked at by ``make findings`` alone, because
it needs the network.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

FINDINGS = Path(__file__).parents[2] / "findings"
SCRIPTS = sorted(FINDINGS.glob("*-*.sh"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_finding_says_what_was_guessed_what_is_so_and_when_it_was_seen(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    head = text[: text.index('. "$(dirname')]

    assert re.findall(r"^# (Guess|Really|Seen):", head, re.MULTILINE) == ["Guess", "Really", "Seen"]
    assert re.search(r"20\d\d-\d\d-\d\d", head)
    assert "seen out <<" in text, "it fails when what it saw has changed"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_finding_is_a_shell_script_without_a_mistake_in_it(script: Path) -> None:
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0


def test_the_list_names_every_finding_and_no_other() -> None:
    listed = re.findall(
        r"^\| `([\w-]+\.sh)`",
        (FINDINGS / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )

    assert listed == [script.name for script in SCRIPTS]
