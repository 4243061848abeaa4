"""Asks whether a package of the installation has a published vulnerability, and says how that went in
one line.

    python scripts/audit.py .venv-audit/bin/pip-audit [options of pip-audit]

Exit code: 0 none has; 1 some have, each on a line above; 69 it could not be asked, or not about all:
then nothing is known, which pip-audit itself tells with a traceback, or not at all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

FINE, FINDINGS, UNAVAILABLE = 0, 1, 69
LOCK = "requirements-run.lock"
_OPTIONS = ("--disable-pip", "--require-hashes", "-r", LOCK, "--progress-spinner", "off")


def judged(answer: str, complaint: str) -> tuple[int, list[str]]:
    """What pip-audit's JSON (and else its last words) amount to: exit code and lines to be shown."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        words = [line.strip() for line in complaint.splitlines() if line.strip()]
        return UNAVAILABLE, [
            f"漏洞数据问不到,什么也没有核: {words[-1][:300] if words else '没有答复'}"
        ]
    lines = [
        f"{each['name']} {each['version']}: {one['id']}"
        + (f",改用 {'、'.join(one['fix_versions'])}" if one.get("fix_versions") else "")
        for each in packages
        for one in each.get("vulns", ())
    ]
    unasked = [each for each in packages if "skip_reason" in each]
    if lines:
        return FINDINGS, [*lines, f"{len(lines)} 处已公布的漏洞(共 {len(packages)} 个包)"]
    if unasked:
        first = unasked[0]["skip_reason"][:200]
        return UNAVAILABLE, [
            f"漏洞数据问不到,{len(packages)} 个包中 {len(unasked)} 个没有核: {first}"
        ]
    return FINE, [f"{len(packages)} 个包都没有已公布的漏洞"]


def main(command: Sequence[str]) -> int:
    """Ask, and show what came of it."""
    tool, *options = command
    done = subprocess.run(  # noqa: S603 - the tool the Makefile has installed
        [tool, *_OPTIONS, *options, "-f", "json"], capture_output=True, text=True, check=False
    )
    code, lines = judged(done.stdout, done.stderr)
    print("\n".join(lines), file=sys.stdout if code != UNAVAILABLE else sys.stderr)
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
