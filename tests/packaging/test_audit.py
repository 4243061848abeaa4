"""What ``make audit`` says of pip-audit's answers, as they were seen: clean, found, unreachable."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts/audit.py"
CLEAN = {"name": "lxml", "version": "6.0.0", "vulns": []}
HOLE = {
    "name": "lxml",
    "version": "6.0.0",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["6.0.1"], "aliases": [], "description": ""}],
}
UNKNOWN = {"name": "pillow", "skip_reason": "Dependency not found on PyPI and could not be audited"}
TRACEBACK = "Traceback (most recent call last):\n  File x\nConnectionError: Failed to resolve\n"


@pytest.mark.parametrize(
    ("packages", "complaint", "code", "said"),
    [
        ([CLEAN], "", 0, "1 个包都没有已公布的漏洞"),
        ([CLEAN, HOLE], "", 1, "lxml 6.0.0: PYSEC-2026-1,改用 6.0.1"),
        ([HOLE, UNKNOWN], "", 1, "1 处已公布的漏洞"),
        ([CLEAN, UNKNOWN], "", 69, "2 个包中 1 个没有核: Dependency not found"),
        (None, TRACEBACK, 69, "什么也没有核: ConnectionError: Failed to resolve"),
        (None, "", 69, "没有答复"),
    ],
    ids=["clean", "found", "found and unasked", "unasked", "traceback", "silence"],
)
def test_the_answer_is_one_clear_line_and_the_right_exit_code(
    packages: list[dict[str, object]] | None,
    complaint: str,
    code: int,
    said: str,
    tmp_path: Path,
) -> None:
    """Not knowing is not "clean"; a traceback is shown to nobody."""
    (tmp_path / "answer").write_text(
        "" if packages is None else json.dumps({"dependencies": packages, "fixes": []})
    )
    (tmp_path / "complaint").write_text(complaint)
    tool = tmp_path / "pip-audit"
    tool.write_text(f"#!/bin/sh\ncat {tmp_path}/answer\ncat {tmp_path}/complaint >&2\nexit 1\n")
    tool.chmod(0o755)
    done = subprocess.run(
        [sys.executable, SCRIPT, tool], capture_output=True, text=True, check=False
    )

    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == (1 if code == 69 else 0)
