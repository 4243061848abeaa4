"""The unit files are valid and as closed as they say; systemd-analyze is the judge."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.exitcodes import ExitCode

UNITS = sorted((Path(__file__).parents[2] / "systemd").glob("*.service"))
SERVICE = Path(__file__).parents[2] / "systemd" / "mailroom.service"

pytestmark = pytest.mark.systemd
needs_analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None,
    reason="systemd-analyze is missing (Debian package systemd)",
)


every_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
DAEMONS = [unit for unit in UNITS if "Type=notify" in unit.read_text(encoding="utf-8")]


def lines(unit: Path = SERVICE) -> list[str]:
    return unit.read_text(encoding="utf-8").splitlines()


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@needs_analyze
@every_unit
def test_the_exposure_of_the_service_is_at_most_one_point_five(unit: Path) -> None:
    """The same measure calls a bare unit 9.6; the threshold is given in tenths."""
    result = analyze("security", "--offline=true", "--no-pager", "--threshold=15", unit)

    assert result.returncode == 0, result.stdout[-400:] + result.stderr


@needs_analyze
def test_the_threshold_would_notice_an_open_unit(tmp_path: Path) -> None:
    """A unit without the hardening fails the same check, so that check can fail."""
    bare = tmp_path / "bare.service"
    bare.write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")

    assert (
        analyze(
            "security",
            "--offline=true",
            "--no-pager",
            "--threshold=15",
            bare,
        ).returncode
        != 0
    )


@needs_analyze
@every_unit
def test_systemd_understands_every_line_of_the_unit(tmp_path: Path, unit: Path) -> None:
    """Verify prints nothing; only the program's place, which need not exist here, is exchanged."""
    copy = tmp_path / unit.name
    copy.write_text(
        unit.read_text(encoding="utf-8").replace("/opt/mailroom/bin/mailroom", sys.executable),
        "utf-8",
    )
    result = analyze("verify", "--man=no", copy)

    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("unit", DAEMONS, ids=lambda unit: unit.stem)
def test_a_refused_password_or_a_wrong_configuration_is_not_tried_again(unit: Path) -> None:
    """RestartPreventExitStatus names exactly the exit codes that trying again cannot mend; the desk
    signs in nowhere.
    """
    final = {ExitCode.USAGE, ExitCode.CONFIGURATION}
    final |= set() if unit.stem == "mailroom-desk" else {ExitCode.LOGIN_REFUSED}
    line = next(line for line in lines(unit) if line.startswith("RestartPreventExitStatus="))

    assert {int(code) for code in line.partition("=")[2].split()} == final


def test_the_template_is_the_service_with_folders_of_its_own() -> None:
    """What is hardened in one is hardened in the other; only places and names differ."""
    template = SERVICE.with_name("mailroom@.service")
    said = [
        line.replace("mailroom/%i", "mailroom").replace(" of %i", "") for line in lines(template)
    ]

    assert said[3:] == lines()[3:]
    assert sum("%i" in line for line in lines(template)) == 8


@pytest.mark.parametrize("role", ["receiver", "worker@"])
def test_the_roles_are_the_service_with_other_commands(role: str) -> None:
    """What is hardened in one is hardened in the others; a worker has no passwords and no
    watchdog, because it signs in nowhere and works for minutes.
    """
    unit = SERVICE.with_name(f"mailroom-{role}.service")
    command = role.removesuffix("@")
    here, there = set(lines(unit)[3:]), set(lines()[3:])

    assert f"ExecStart=/opt/mailroom/bin/mailroom {command}" in here
    gone = {line.partition("=")[0] for line in there - here if not line.startswith("#")}
    more = {line.partition("=")[0] for line in here - there if not line.startswith("#")}
    assert more == {"Description", "ExecStart"}
    without = {"LoadCredential", "WatchdogSec", "ExecReload"} if command == "worker" else set()
    assert gone == {"Description", "ExecStart"} | without


def test_the_secrets_come_as_credentials_under_the_names_the_settings_look_for() -> None:
    """settings.secret reads $CREDENTIALS_DIRECTORY/<section>-password."""
    names = {
        line.split(
            "=",
        )[1].split(":")[0]
        for line in lines()
        if line.startswith("LoadCredential=")
    }

    assert names == {"mailbox-password", "smtp-password"}


@needs_analyze
def test_the_backup_has_a_timer_that_systemd_understands(tmp_path: Path) -> None:
    """Every night, and after a night without power; verified beside its service."""
    for name in ("mailroom-backup.service", "mailroom-backup.timer"):
        text = (SERVICE.parent / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/opt/mailroom/bin/mailroom", sys.executable))
    result = analyze("verify", "--man=no", tmp_path / "mailroom-backup.timer")

    assert (result.returncode, result.stderr) == (0, "")
    assert "Persistent=true" in (SERVICE.parent / "mailroom-backup.timer").read_text("utf-8")
