"""What an installation is made of, as CycloneDX 1.5: every package of ``requirements-run.lock`` with
its version and the hashes pip accepts. Reads the lock, asks nobody, prints JSON.

    python scripts/sbom.py [LOCK]

The list of known vulnerabilities it can be held against is kept by others and fetched by nobody here.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements-run.lock"
_PIN = re.compile(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)((?:.*\\\n)*.*)$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(lock: str) -> Iterator[dict[str, Any]]:
    """One entry a pinned package."""
    for name, version, rest in _PIN.findall(lock):
        yield {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "hashes": [{"alg": "SHA-256", "content": each} for each in _HASH.findall(rest)],
        }


def bill(lock: str, project: dict[str, Any]) -> dict[str, Any]:
    """The whole document."""
    ours = {"type": "application", "name": project["name"], "version": project["version"]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": ours},
        "components": list(components(lock)),
    }


def main() -> None:
    """Print it."""
    lock = Path(sys.argv[1]) if len(sys.argv) > 1 else LOCK
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    json.dump(bill(lock.read_text(encoding="utf-8"), project), sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
