"""The list of what an installation is made of is the lock's, whole and with its hashes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_locked_package_is_listed_with_its_hashes() -> None:
    """Counted in another way than the script reads."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/sbom.py"], capture_output=True, text=True, check=True
    )
    listed = json.loads(done.stdout)["components"]
    lock = (ROOT / "requirements-run.lock").read_text(encoding="utf-8")
    pins = [line.split()[0] for line in lock.splitlines() if re.match(r"[\w.-]+.*==", line)]

    assert [f"{each['name']}=={each['version']}" for each in listed] == [
        re.sub(r"\[[^\]]*\]", "", pin) for pin in pins
    ]
    assert sum(len(each["hashes"]) for each in listed) == lock.count("--hash=sha256:")
    assert all(each["hashes"] for each in listed)
