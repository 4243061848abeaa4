"""The wheel holds what it should and works outside the repository, where nothing can hide a missing
file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `make wheel` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=100)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with the wheel in it and the dependencies borrowed from the running
    one.
    """
    place = tmp_path_factory.mktemp("venv")
    venv.create(place, with_pip=False, symlinks=True)
    python = place / "bin" / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True, timeout=100)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = place / "lib" / version / "site-packages"
    # Only a path: .pth files inside the borrowed folder (our own editable installation) are not
    # followed.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return place


def run(installed: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    program = str(installed / "bin" / command[0])
    return subprocess.run(
        [program, *command[1:]],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_wheel_brings_exactly_our_three_packages(wheel: Path) -> None:
    """Nothing else lands at the top of site-packages: no tests, no config, no samples."""
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {name for name in names if not name.startswith("mailroom-")} == {
        "ingest",
        "notifier",
        "rules",
    }


def test_the_wheel_holds_the_configuration_the_samples_and_the_unit(wheel: Path) -> None:
    """What the program reads at run time beside its code is inside."""
    names = set(zipfile.ZipFile(wheel).namelist())

    assert "ingest/_defaults/mailroom.toml" in names
    assert "ingest/_defaults/calls/smart-education-2024/call.yaml" in names
    assert "ingest/_defaults/calls/smart-education-2024/rules.yaml" in names
    assert "ingest/_samples/expected.yaml" in names
    assert "ingest/_samples/practice/1.eml" in names
    assert any(
        name.startswith(
            "ingest/_samples/mails/",
        )
        and name.endswith(".eml")
        for name in names
    )
    assert {f"{package}/py.typed" for package in ("ingest", "notifier", "rules")} <= names
    assert "ingest/desk/templates/case.html" in names
    assert "ingest/desk/static/htmx.min.js" in names
    assert "ingest/desk/static/htmx-LICENSE.txt" in names
    for unit in (
        "mailroom.service",
        "mailroom-desk.service",
        "mailroom@.service",
        "mailroom-receiver.service",
        "mailroom-worker@.service",
    ):
        assert any(name.endswith(f"data/lib/systemd/system/{unit}") for name in names)
    for shared in (
        "man/man1/mailroom.1",
        "bash-completion/completions/mailroom",
        "zsh/site-functions/_mailroom",
        "fish/vendor_completions.d/mailroom.fish",
    ):
        assert any(name.endswith(f"data/share/{shared}") for name in names)


def test_every_module_of_the_tree_is_in_the_wheel(wheel: Path) -> None:
    """A new folder or file needs no entry anywhere."""
    packaged = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".py")}
    packages = ("ingest", "notifier", "rules")
    present = {
        str(
            path.relative_to(ROOT),
        )
        for name in packages
        for path in (ROOT / name).rglob("*.py")
    }

    assert packaged == present


def test_the_installed_command_runs_outside_the_repository(installed: Path) -> None:
    """`mailroom --help` works from / with the wheel alone."""
    result = run(installed, "mailroom", "--help")

    assert result.returncode == 0, result.stderr
    assert "run" in result.stdout


def test_the_installed_packages_are_those_of_the_wheel(installed: Path) -> None:
    """The test above did not borrow our code from the repository."""
    result = run(
        installed,
        "python",
        "-c",
        "import ingest, notifier, rules; print(ingest.__file__, rules.__file__)",
    )

    assert [Path(place).is_relative_to(installed) for place in result.stdout.split()] == [
        True,
        True,
    ]
