"""The list of what an installation is made of is the lock's, whole and with its hashes."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements-run.lock", "requirements-audit.lock"]


@pytest.mark.skipif(
    not (ROOT / ".venv-audit/ready").exists(), reason="make sbom has installed its tool nowhere yet"
)
def test_every_locked_package_is_listed_with_its_hashes() -> None:
    """By the standard's own tool, counted here in another way."""
    done = subprocess.run(["make", "-s", "sbom"], cwd=ROOT, capture_output=True, check=True)
    bill = json.loads(done.stdout)
    listed = bill["components"]
    lock = (ROOT / LOCKS[0]).read_text(encoding="utf-8")

    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "mailroom"
    assert sorted(f"{each['name']}=={each['version']}" for each in listed) == sorted(pins(lock))
    hashes = [one for each in listed for one in each["externalReferences"][0]["hashes"]]
    assert len(hashes) == lock.count("--hash=sha256:")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    """Of what runs, and of what looks at it."""
    lock = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[\w.-]+(?:\[[^\]]*\])?==)", lock)[1:]

    assert len(blocks) == len(pins(lock)) > 40
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_audit_asks_about_what_is_installed_in_earnest() -> None:
    """The whole lock, by hashes; nothing is resolved anew."""
    said = subprocess.run(
        ["make", "-n", "audit", "ARGS=-s osv"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "scripts/audit.py .venv-audit/bin/pip-audit -s osv" in said
    script = (ROOT / "scripts/audit.py").read_text(encoding="utf-8")
    assert '"--disable-pip", "--require-hashes", "-r", LOCK' in script
    assert 'LOCK = "requirements-run.lock"' in script
    assert (
        "--require-hashes --no-deps -r requirements-audit.lock" in said
        or (ROOT / ".venv-audit/ready").exists()
    )


def pins(lock: str) -> list[str]:
    """``name==version`` of every package."""
    lines = [line.split()[0] for line in lock.splitlines() if re.match(r"[\w.-]+.*==", line)]
    return [re.sub(r"\[[^\]]*\]", "", pin) for pin in lines]
