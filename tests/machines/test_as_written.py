"""What the README says of several machines, done word by word with a real PostgreSQL, Dovecot and S3
server, and with the variables of the example for containers.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from sqlalchemy import make_url

from ingest.demo.smtp_sink import SmtpSink
from tests.servers.dovecot import DovecotAccount
from tests.servers.objects import BUCKET, KEY_ID, SECRET, ObjectServer
from tests.servers.postgresql import PASSWORD, PostgresqlServer
from tests.torture.check import at_rest
from tests.torture.machines import COMMAND, OWNER, Office
from tests.torture.mails import mixed
from tests.torture.runs import ROOT, configuration

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.dovecot,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("postgresql"),
]
STORE = re.compile(r"\[store\]\n(?:\w+ = .*\n)+")


class AsWritten(Office):
    """An office with an empty database, whose store is said by variables alone."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.database = self.server.new_database()

    def place(self, name: str) -> Path:
        """All in one folder, as the containers share one volume."""
        toml = self.directory / "mailroom.toml"
        if not toml.exists():
            told = configuration(self.account, self.sink, "unsaid")
            self._furnish(self.directory, STORE.sub("", told))
        return self.directory

    @property
    def files(self) -> Path:
        """Where the example puts the raw mails."""
        assert self.objects is not None
        return self.objects.root / BUCKET / "2024" / "mails"


@pytest.fixture
def office(
    postgresql_server: PostgresqlServer, dovecot: DovecotAccount, smtp_sink: SmtpSink,
    tmp_path: Path,
) -> Iterator[Office]:  # fmt: skip
    with ExitStack() as stack:
        objects = stack.enter_context(ObjectServer(tmp_path / "objects"))
        opened = AsWritten(tmp_path / "office", dovecot, smtp_sink, postgresql_server, objects)
        stack.callback(opened.close)
        opened.environment |= _variables(opened, objects)
        yield opened


def _variables(office: Office, objects: ObjectServer) -> dict[str, str]:
    """Those of the example; only the hosts and folders are of this machine."""
    text = (ROOT / "share/container/compose.yaml").read_text(encoding="utf-8")
    said = dict(YAML(typ="safe").load(text)["services"]["worker"]["environment"])
    folder, server = office.directory, office.server
    server.through(server.port, office.database)  # it has a password from now on
    name = make_url(office.database).database
    passwords = folder / "pgpass"
    passwords.write_text(f"{server.host}:{server.port}:{name}:mailroom:{PASSWORD}\n")
    passwords.chmod(0o600)
    (folder / "objects-secret").write_text(SECRET)
    here = {
        "database/mailroom": f"{server.host}:{server.port}/{name}",
        "/run/mailroom-secrets": str(folder),
        "http://objects:9000": objects.endpoint,
        "/var/lib/mailroom": str(folder),
    }
    for there, place in here.items():
        assert any(there in value for value in said.values())
        said = {key: value.replace(there, place) for key, value in said.items()}
    return {**said, "MAILROOM_STORE__OBJECTS_KEY_ID": KEY_ID}


def _block() -> list[list[str]]:
    """The commands of the README's paragraph."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"\n## 一台机器不够时\n.*?```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return [line.partition("#")[0].split() for line in found[1].splitlines()]


def test_the_readmes_paragraph_holds(office: Office) -> None:
    """Once migrated; two receivers, of which the other takes over within thirty seconds; a worker
    (one that is killed: test_roles.py).
    """
    migrate, *roles = _block()
    assert [migrate, *roles] == [["mailroom", name] for name in ("migrate", "receiver", "worker")]
    office.place("any")
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *migrate[1:], "--config", office.place("any") / "mailroom.toml"],
        env={"PYTHONPATH": str(ROOT), "PATH": "", **office.environment},
        capture_output=True, text=True, check=False, cwd=office.directory,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    office.post(mixed(3))

    for name in ("receiver1", "receiver2", "worker1"):
        office.start(name)
    assert office.wait_until(lambda: bool(office.ask(OWNER)), 120), office.log.read_text()
    first = str(office.ask(OWNER)[0])
    office.kill(next(n for n, p in office.processes.items() if first.endswith(f":{p.pid}")))
    began = time.monotonic()
    assert office.wait_until(lambda: office.ask(OWNER) != [first], 60), office.log.read_text()
    assert time.monotonic() - began < 30

    assert office.wait_until(office.at_rest, 200), office.log.read_text()[-3000:]
    assert at_rest(office) == []
    for name in [*office.processes]:
        office.kill(name, signal.SIGTERM)
