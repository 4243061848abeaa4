"""An office of its own for each test: configuration, store, a Dovecot account, an SMTP peer, the
command.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ingest.demo.smtp_sink import SmtpSink
from tests.environment import without_office
from tests.servers.dovecot import DovecotAccount
from tests.warm.command import mailroom

CALLS = Path(__file__).parents[2] / "config/calls"


@dataclass
class Office:
    """Runs the command against this test's servers."""

    directory: Path
    account: DovecotAccount
    sink: SmtpSink
    command: Path = field(default_factory=mailroom)

    @property
    def config(self) -> Path:
        return self.directory / "mailroom.toml"

    def configure(self, **letters: object) -> None:
        """Write ``mailroom.toml``; keyword arguments go to ``[letters]``."""
        lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in letters.items())
        self.config.write_text(
            f"""
[mailbox]
host = "{self.account.host}"
port = {self.account.server.tls_port}
security = "tls"
username = "{self.account.username}"
password_file = "mailbox-password"
ca_file = "{self.account.server.certificates.ca}"
accept_since = "2024-08-08T00:00:00+08:00"
[smtp]
host = "127.0.0.1"
port = {self.sink.port}
security = "none"
from_address = "mailroom@office.example"
[store]
database = "sqlite:///mailroom.db"
files = "files/"
[office]
staff = ["staff@office.example"]
digest_at = "00:00"
[letters]
{lines}
[calls]
directory = "{CALLS}"
active = ["smart-education-2024"]
""",
            encoding="utf-8",
        )
        (self.directory / "mailbox-password").write_text(
            self.account.password + "\n",
            encoding="utf-8",
        )

    def run(self, *arguments: str, timeout: float = 180) -> subprocess.CompletedProcess[str]:
        """The command with this office's configuration, from another directory."""
        environment = without_office()
        return subprocess.run(
            [self.command, *arguments, "--config", str(self.config)],
            cwd="/", env=environment, capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip

    def json(self, *arguments: str) -> Any:
        """What the command prints with ``--json``."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def office(tmp_path: Path, dovecot: DovecotAccount, smtp_sink: SmtpSink) -> Office:
    """A configured office with an empty mailbox."""
    office = Office(tmp_path, dovecot, smtp_sink)
    office.configure()
    return office
