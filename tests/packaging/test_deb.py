"""The Debian package as an administrator meets it: real dpkg with this machine's own database, in a
root that is laid over this machine's and thrown away.

The program in it is a stand-in that runs this tree; that the real one is complete shows when it is
built (docs/testing.md).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.store.database import open_database
from tests.packaging.test_install import FAKE_SETUP, PACKAGES, old_database, python_for_everybody

ROOT = Path(__file__).parents[2]
DEBIAN_PYTHON = "/usr/bin/python3"
INSTALL = ("dpkg", "--force-unsafe-io", "-i")
_ENTER = """
set -e
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/over"
mount --rbind /dev "$1/over/dev"
mount -t proc proc "$1/over/proc"
cd "$1/over"
rm -f var/lib/man-db/auto-update  # as where man-db/auto-update is false: all manuals of this machine are not ours
shift
exec chroot . "$@"
"""

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deb")]


class Machine:
    """A root over this machine's; ``path`` is where what changed in it lies."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        for name in ("upper", "work", "over"):
            (directory / name).mkdir()

    def path(self, inside: str) -> Path:
        return self.directory / "upper" / inside.lstrip("/")

    def run(self, *line: str, code: int = 0) -> str:
        """A command in there, which must end with ``code``; what it says."""
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", _ENTER, "sh", self.directory, *line],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True, text=True, check=False, timeout=100,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr


def build(folder: Path, version: str, python: str) -> Path:
    """The package as ``make deb`` builds it, with a program that runs this tree."""
    setup = folder / "setup.sh"
    setup.write_text(
        FAKE_SETUP.format(root=ROOT, packages=PACKAGES, python=python), encoding="utf-8"
    )
    given = {"OUT": str(folder), "VERSION": version, "SETUP": str(setup), "PYTHON": DEBIAN_PYTHON}
    done = subprocess.run(
        ["sh", ROOT / "scripts/deb.sh"],
        env=os.environ | given, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = folder.glob(f"mailroom_{version}_*.deb")
    return made


def why_not() -> str:
    """Why no package can be installed in a root over this machine's; "" when one can."""
    if os.geteuid() != 0:
        return "only root installs"
    missing = [
        name for name in ("dpkg-deb", "unshare", "systemd-sysusers") if not shutil.which(name)
    ]
    if missing or not Path(DEBIAN_PYTHON).exists():
        return f"not Debian's own tools: {missing or DEBIAN_PYTHON}"
    with tempfile.TemporaryDirectory() as folder:
        mount = "mkdir u w r && mount -t overlay overlay -o lowerdir=/,upperdir=u,workdir=w r"
        tried = subprocess.run(
            ["unshare", "--mount", "sh", "-c", mount],
            cwd=folder, capture_output=True, check=False,
        )  # fmt: skip
    return "" if tried.returncode == 0 else "no overlay can be mounted here"


@pytest.fixture(scope="module")
def packages() -> Iterator[tuple[Path, Path]]:
    """One version and the next; not below pytest's folder, which is closed to the account."""
    if reason := why_not():
        pytest.skip(reason)
    python = python_for_everybody()
    if not python:
        pytest.skip("no Python that every account can run has our packages")
    folder = Path(tempfile.mkdtemp(prefix="mailroom-deb-"))
    folder.chmod(0o755)
    try:
        yield build(folder, "0.1.0", python), build(folder, "0.2.0", python)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def machine(packages: tuple[Path, Path]) -> Iterator[Machine]:
    """The first version is installed."""
    directory = Path(tempfile.mkdtemp(prefix="mailroom-root-"))
    directory.chmod(0o755)
    made = Machine(directory)
    try:
        told = made.run(*INSTALL, str(packages[0]))
        assert "mailroom init /etc/mailroom" in told
        yield made
    finally:
        shutil.rmtree(directory)


def test_what_is_installed_works_as_the_account(machine: Machine) -> None:
    """The command is on the path; check says what is left to fill in; nothing was started."""
    as_account = ("setpriv", "--reuid=mailroom", "--regid=mailroom", "--clear-groups")
    config = ("--config", "/etc/mailroom/mailroom.toml")
    assert machine.run("mailroom", "--version").startswith("mailroom ")
    told = machine.run(*as_account, "mailroom", *config, "check", code=1)

    assert {"数据库: OK", "邮件原件目录: OK", "存储是否配套: OK"} <= set(told.splitlines())
    assert not machine.path("/var/lib/mailroom/mailroom.db").exists()
    for name, mode in (
        ("/etc/mailroom/mailroom.toml", 0o640),
        ("/etc/mailroom/secrets", 0o750),
        ("/var/lib/mailroom", 0o700),
    ):
        assert machine.path(name).stat().st_mode & 0o777 == mode, name
    listed = machine.run("dpkg", "-L", "mailroom")
    for name in (
        "/usr/lib/systemd/system/mailroom@.service",
        "/usr/share/man/man1/mailroom.1.gz",
        "/usr/share/bash-completion/completions/mailroom",
        "/usr/lib/sysusers.d/mailroom.conf",
    ):
        assert name in listed
    unit = machine.path("/usr/lib/systemd/system/mailroom.service").read_text("utf-8")
    assert "ExecStart=/usr/bin/mailroom run" in unit
    assert "/opt/" not in unit


def test_an_upgrade_copies_the_database_and_touches_no_configuration(
    machine: Machine, packages: tuple[Path, Path]
) -> None:
    """It is brought to the new schema, and a question about a file is never asked."""
    toml = machine.path("/etc/mailroom/mailroom.toml")
    toml.write_text(toml.read_text("utf-8") + "# 我的\n", encoding="utf-8")
    file = machine.path("/var/lib/mailroom/mailroom.db")
    old_database(file)
    owner = file.parent.stat()
    os.chown(file, owner.st_uid, owner.st_gid)

    machine.run(*INSTALL, str(packages[1]))

    with closing(open_database(f"sqlite:///{file}", existing=True)) as database:
        assert database.schema_state() == "current"
    (aside,) = file.parent.glob("mailroom.db.before-*")
    assert (aside.stat().st_uid, aside.stat().st_mode & 0o777) == (owner.st_uid, 0o600)
    assert toml.read_text("utf-8").endswith("# 我的\n")
    assert machine.run("dpkg-query", "-W", "-f=${Version}", "mailroom") == "0.2.0"


def test_a_database_that_cannot_be_brought_along_stops_the_upgrade(
    machine: Machine, packages: tuple[Path, Path]
) -> None:
    """It stays as it was, and dpkg can be told to try again."""
    toml = machine.path("/etc/mailroom/mailroom.toml")
    toml.write_text(toml.read_text("utf-8") + "# 我的\n", encoding="utf-8")
    file = machine.path("/var/lib/mailroom/mailroom.db")
    file.write_bytes(b"no database at all" * 100)
    shutil.chown(file, file.parent.stat().st_uid, file.parent.stat().st_gid)
    told = machine.run(*INSTALL, str(packages[1]), code=1)

    assert "Traceback" not in told
    assert file.read_bytes() == b"no database at all" * 100
    file.unlink()
    machine.run("dpkg", "--configure", "mailroom")


def test_removed_it_leaves_the_data_and_purged_it_says_what_goes(machine: Machine) -> None:
    """A copy elsewhere is nobody's to delete."""
    machine.path("/var/lib/mailroom/mailroom.db").touch()
    backups = machine.path("/var/lib/mailroom-backups")
    backups.mkdir()
    told = machine.run("dpkg", "--remove", "mailroom")

    assert "都还在" in told
    assert machine.path("/var/lib/mailroom/mailroom.db").exists()
    assert machine.path("/etc/mailroom/mailroom.toml").exists()
    left = machine.run("find", "/usr/lib/mailroom", "/usr/bin/mailroom", code=1)
    assert "No such file" in left
    told = machine.run("dpkg", "--purge", "mailroom")
    assert "不能恢复" in told
    assert machine.run("ls", "/var/lib", "/etc").split().count("mailroom") == 0
    assert backups.exists()
    assert "mailroom" not in machine.run("cut", "-d:", "-f1", "/etc/passwd").split()


def test_the_package_is_bound_to_the_python_it_was_made_with(packages: tuple[Path, Path]) -> None:
    """Its environment would not start with the next one; nothing in it names where it was made."""
    field = subprocess.run(
        ["dpkg-deb", "-f", packages[0], "Depends"], capture_output=True, text=True, check=True
    ).stdout
    found = subprocess.run(
        [DEBIAN_PYTHON, "-c", "import sys; print('3.%d' % sys.version_info[1])"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip

    assert f"python3 (>= {found})" in field
    assert f"python3 (<< 3.{int(found[2:]) + 1})" in field
    assert sys.version_info[:2] >= (3, 11)
