"""The scripts that install, upgrade and take away, in a root of their own and as another account: what
README says to do next works, whatever the place; data stay until somebody says otherwise.
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
import sqlmodel
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from ingest.store import migrations
from ingest.store.database import open_database

ROOT = Path(__file__).parents[2]
AS_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
FAKE_SETUP = """\
mkdir -p "$VENV/bin"
cat >"$VENV/bin/mailroom" <<END
#!/bin/sh
export PYTHONPATH={root}:{packages} PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
exec {python} -c 'from ingest.cli import main; main()' "\\$@"
END
chmod +x "$VENV/bin/mailroom"
"""


PACKAGES = Path(sqlmodel.__file__).parents[1]
_TRY = "import ingest.cli.application, sqlmodel, alembic"


def python_for_everybody() -> str:
    """A Python that the account can run with our packages; "" when there is none. Our own may lie
    in the home of root.
    """
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return ""
    version = f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}"
    for python in (sys.executable, version):
        line = f"PYTHONPATH={ROOT}:{PACKAGES} PYTHONDONTWRITEBYTECODE=1 {python} -c '{_TRY}'"
        tried = [*AS_NOBODY, "sh", "-c", line]
        if subprocess.run(tried, capture_output=True, check=False, cwd="/").returncode == 0:
            return python
    return ""


class Machine:
    """A place of its own for program, configuration, data and units."""

    def __init__(self, directory: Path, python: str) -> None:
        self.directory = directory
        (directory / "setup.sh").write_text(
            FAKE_SETUP.format(root=ROOT, packages=PACKAGES, python=python), encoding="utf-8"
        )
        places = {
            name: str(directory / name.lower()) for name in ("PREFIX", "ETC", "STATE", "UNITS")
        }
        self.environment = os.environ | places | {
            "ACCOUNT": "nobody", "SETUP": str(directory / "setup.sh")
        }  # fmt: skip

    def script(self, name: str, **more: str) -> str:
        """One of the scripts, which must end well; what it says."""
        done = subprocess.run(
            ["sh", ROOT / "scripts" / f"{name}.sh"],
            env=self.environment | more, capture_output=True, text=True, check=False, timeout=100,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def mailroom(self, *line: str) -> subprocess.CompletedProcess[str]:
        """The installed command, as the account of the service."""
        return subprocess.run(
            [*AS_NOBODY, self.directory / "prefix/bin/mailroom",
             "--config", self.directory / "etc/mailroom.toml", *line],
            capture_output=True, text=True, check=False, timeout=100, cwd="/",
        )  # fmt: skip


@pytest.fixture(scope="module")
def python() -> str:
    """What the account runs."""
    found = python_for_everybody()
    if not found:
        pytest.skip("only root installs, and nobody must be able to run a Python with our packages")
    return found


@pytest.fixture
def machine(python: str) -> Iterator[Machine]:
    """Installed; pytest's own folders are closed to other accounts."""
    directory = Path(tempfile.mkdtemp(prefix="mailroom-install-"))
    directory.chmod(0o755)
    made = Machine(directory, python)
    mask = os.umask(0o077)  # as careful roots have it
    try:
        made.script("install")
        yield made
    finally:
        os.umask(mask)
        shutil.rmtree(directory)


def test_what_comes_after_the_installation_works_as_the_account(machine: Machine) -> None:
    """Check finds a place to write to and still says what is to be filled in; units follow."""
    done = machine.mailroom("check")

    lines = done.stdout.splitlines()
    assert {"数据库: OK", "邮件原件目录: OK", "存储是否配套: OK"} <= set(lines), (
        done.stdout + done.stderr
    )
    assert any("样例" in line for line in lines)
    assert done.returncode == 1
    assert not (machine.directory / "state/mailroom.db").exists()
    for unit in (machine.directory / "units").iterdir():
        text = unit.read_text("utf-8")
        assert "/opt/mailroom" not in text
        if unit.suffix == ".service":
            assert f"ExecStart={machine.directory}/prefix/bin/mailroom" in text
            assert "User=nobody" in text
    assert len(list((machine.directory / "units").iterdir())) == 5
    config = (machine.directory / "etc/mailroom.toml").stat()
    assert (config.st_mode & 0o777, config.st_gid) == (0o640, 65534)


def test_an_upgrade_copies_the_database_and_brings_it_to_the_new_schema(machine: Machine) -> None:
    """With its data; the configuration is not touched."""
    file = machine.directory / "state/mailroom.db"
    old_database(file)
    os.chown(file, 65534, 65534)
    toml = machine.directory / "etc/mailroom.toml"
    toml.write_text(toml.read_text("utf-8") + "# 我的\n", encoding="utf-8")

    machine.script("upgrade")

    with closing(open_database(f"sqlite:///{file}", existing=True)) as database:
        assert database.schema_state() == "current"
    (aside,) = file.parent.glob("mailroom.db.before-*")
    assert (aside.stat().st_uid, aside.stat().st_mode & 0o777) == (65534, 0o600)
    assert toml.read_text("utf-8").endswith("# 我的\n")


def test_what_was_installed_goes_and_data_stay_until_told_otherwise(machine: Machine) -> None:
    """Twice does no harm."""
    (machine.directory / "state/mailroom.db").touch()
    assert "都还在" in machine.script("uninstall")
    assert "都还在" in machine.script("uninstall")

    assert not (machine.directory / "prefix").exists()
    assert list((machine.directory / "units").iterdir()) == []
    assert (machine.directory / "state/mailroom.db").exists()
    machine.script("uninstall", PURGE="yes")
    assert not (machine.directory / "state").exists()
    assert not (machine.directory / "etc").exists()


def old_database(file: Path) -> None:
    """One of the first version."""
    config = Config()
    config.set_main_option("script_location", next(iter(migrations.__path__)))
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
