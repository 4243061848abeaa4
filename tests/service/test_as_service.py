"""What reads well from a shell must read the same as a service: under the unit's own view of the
system, calls and user.

Under ``ProcSubset=pid`` every good 7z was once called damaged, because a library asked
/proc/meminfo.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.demo.mails import load_samples
from tests.parts.made import mail, parts
from tests.service.as_service import NOBODY, NOT_ALLOWED, ROOT

HARNESS = ROOT / "tests/service/as_service.py"
READER = ROOT / "tests/service/read_mails.py"
WALLS = ROOT / "tests/service/try_walls.py"

pytestmark = [
    pytest.mark.systemd,
    pytest.mark.skipif(
        os.geteuid() != 0,
        reason="the unit's view of the system can only be made by root",
    ),
]


def as_service(place: Path, *command: str | Path) -> str:
    """What the program prints when it is run as the unit runs it; skips where the system does not
    allow that.
    """
    done = subprocess.run(
        [sys.executable, HARNESS, place, *command],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    if done.returncode == NOT_ALLOWED:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def place() -> Iterator[Path]:
    """The one folder the service may write; not below pytest's own, which is closed to its user."""
    with tempfile.TemporaryDirectory(prefix="mailroom-service-") as folder:
        os.chown(folder, NOBODY, NOBODY)
        yield Path(folder)


def test_the_service_s_view_is_the_unit_s(place: Path) -> None:
    """The imitation imitates: no /proc/meminfo, no root, nothing written outside, no call that is
    refused there.
    """
    program = """
import ctypes, json, os
def refused(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__ + str(error.errno)
    return ""
print(json.dumps([os.getuid(), os.path.exists("/proc/meminfo"), os.path.exists("/proc/self/status"),
    refused(lambda: open("/var/x", "w")), refused(lambda: os.sched_setaffinity(0, {0})),
    refused(lambda: os.chroot("/"))]))
"""
    seen = json.loads(as_service(place, sys.executable, "-c", program))

    assert seen[:3] == [NOBODY, False, True]
    assert all(seen[3:]), seen


def test_every_attempt_is_refused_under_the_unit_as_an_ordinary_user(place: Path) -> None:
    """What is filtered by the unit already keeps no wall of ours from standing."""
    tried = json.loads(as_service(place, sys.executable, WALLS))

    assert (tried["through"], tried["gaps"]) == ([], [])
    assert tried["tried"] > 80


@pytest.mark.timeout(300)
def test_sample_mails_and_every_kind_of_attachment_are_read_as_from_a_shell(place: Path) -> None:
    """Every sample mail, and a mail with an attachment of each kind we know, archives of all kinds
    among them.
    """
    files = [sample.path for sample in load_samples()]
    for number, part in enumerate(parts().values()):
        files.append(place / f"{number}.eml")
        files[-1].write_bytes(mail(part))
    outside = subprocess.run(
        [sys.executable, READER, *files],
        capture_output=True,
        text=True,
        timeout=280,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    inside = as_service(place, sys.executable, READER, *files)

    assert differing(json.loads(outside.stdout), json.loads(inside)) == []


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    assert one.keys() == other.keys()
    return [
        f"{name}: {fates(one[name])} / {fates(other[name])}"
        for name in one
        if one[name] != other[name]
    ]


def fates(reading: dict[str, Any]) -> list[str]:
    return [f"{part['name']} {part['fate']} {part['reason']}" for part in reading["parts"]]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_whole_job_is_done_under_the_unit(place: Path) -> None:
    """Also scans are read, cases judged, letters and the digest written: a few samples through the
    demo.
    """
    chosen = [sample for sample in load_samples() if sample.number in {"01", "05", "14", "17"}]
    mails = place / "mails"
    mails.mkdir()
    for sample in chosen:
        shutil.copy(sample.path, mails)
    command = Path(sys.executable).parent / "mailroom"
    call = ROOT / "config/calls/smart-education-2024"
    arguments = ("demo", "--json", "--dir", place / "out", "--call", call, "--mails", mails)
    report = json.loads(as_service(place, sys.executable, command, *arguments))

    assert {row["file"]: row["letter"] for row in report} == {
        sample.path.name: sample.letter for sample in chosen
    }
