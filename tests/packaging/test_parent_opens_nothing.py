"""The daemon and the commands load no parser of strangers' bytes: what is never loaded cannot be
taken over.

import-linter holds what is imported (pyproject.toml); here it is what a process has loaded, late
imports included.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples/mails"
CALL = ROOT / "config/calls/smart-education-2024"

IMPORT_ALL = """
import importlib, pkgutil, sys
for name in ("ingest.steps", "ingest.views", "ingest.inspection", "ingest.desk", "ingest.cli", "ingest.submission", "ingest.store", "notifier"):
    package = importlib.import_module(name)
    for module in pkgutil.iter_modules(package.__path__, name + "."):
        if module.name != "ingest.store.migrations":
            importlib.import_module(module.name)
import ingest.daemon
"""
RUN_ALL = """
import contextlib, io, os, sys
from ingest.cli import run
place, mail, form, call = sys.argv[1:]
for arguments in (
    ["demo", "--dir", place + "/out", "--call", call, "--mails", place + "/mails"],
    ["message", "inspect", mail, "--json"],
    ["document", "inspect", form, "--json"],
    ["document", "inspect", form],
):
    with contextlib.redirect_stdout(io.StringIO()):
        assert run(arguments) == 0, arguments
"""
SAY = "\nprint(sorted({name.partition('.')[0] for name in sys.modules}))\n"


def parsers() -> set[str]:
    """The packages the contract names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    return set(
        next(
            each
            for each in contracts
            if each["name"].startswith(
                "Strangers' bytes",
            )
        )["forbidden_modules"]
    )


def loaded(program: str, *arguments: str | Path) -> set[str]:
    """The packages a fresh interpreter has loaded after ``program``."""
    done = subprocess.run(
        [sys.executable, "-c", program + SAY, *arguments],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.strip().strip("[]").replace("'", "").split(", "))


def test_the_daemon_its_steps_and_the_commands_load_no_parser() -> None:
    names = loaded(IMPORT_ALL)

    assert "ingest" in names
    assert names & parsers() == set()


@pytest.mark.slow
def test_a_round_of_work_and_a_look_at_single_files_load_no_parser(tmp_path: Path) -> None:
    """A mail with Word files is received, read, judged and answered; a mail and a file are
    inspected.
    """
    (tmp_path / "mails").mkdir()
    shutil.copy(SAMPLES / "03-word-without-scan.eml", tmp_path / "mails")
    form = next((CALL / "forms").glob("*.docx"))
    names = loaded(RUN_ALL, tmp_path, SAMPLES / "03-word-without-scan.eml", form, CALL)

    assert "xlsxwriter" in names, "the digest was written"
    assert names & parsers() == set()


def test_a_parser_would_be_noticed() -> None:
    """What the worker itself has loaded."""
    assert {"pdfminer", "olefile", "lxml"} <= loaded("import sys, ingest.sandbox.read") & parsers()
