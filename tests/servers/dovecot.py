"""A private Dovecot on loopback: own certificates, own users, own directory, stopped at the end.

Works as root (mail belongs to ``nobody``) and as an ordinary user (everything belongs to that
user).
"""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from ingest.demo.mailbox import append
from ingest.mailbox.imap import ImapMailbox
from tests.servers.certificates import make_certificates
from tests.servers.ports import free_port

_PROGRAMS = ("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/sbin", "/bin")
_USERS, _PASSWORD = 500, "correct-horse"
_CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {base}/run
state_dir = {base}/run
instance_name = mailroom-test-{port}
log_path = {base}/error.log
info_log_path = {base}/info.log
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {base}/users
}}
{more_passdb}
userdb {{
  driver = passwd-file
  args = username_format=%u {base}/users
}}
disable_plaintext_auth = no
auth_mechanisms = plain login{more_mechanisms}
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_max_userip_connections = 10
first_valid_uid = 1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
service anvil {{
  chroot =
  # Without this, one wrong password makes every later login from 127.0.0.1 wait for seconds.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
# A process for each connection, as is usual, took more time than what is said on it.
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {tls_port}
    ssl = yes
  }}
}}
service imap {{
  service_count = 0
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""

_OAUTH2 = """
introspection_mode = get
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""


def program(name: str) -> str | None:
    """Where a program of the system is; the system's own directories count even when PATH leaves
    them out.
    """
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(_PROGRAMS))


class DovecotServer:
    """One Dovecot instance below ``base`` (a short path that others may enter: it holds Unix
    sockets).
    """

    def __init__(self, base: Path, introspection: str = "") -> None:
        """With ``introspection``, a URL that a token is put behind, OAuth2 is a way in too."""
        self.base, self._introspection = base, introspection
        self.port, self.tls_port = free_port(), free_port()
        self.certificates = make_certificates(base / "pki")
        self._numbers = count(1)
        self._owner = "nobody" if os.getuid() == 0 else getpass.getuser()
        self._configuration = base / "dovecot.conf"

    def start(self) -> None:
        """Up when it answers."""
        self.base.chmod(0o755)
        (self.base / "run").mkdir()
        (self.base / "users").write_text(self._users(), encoding="utf-8")
        self._configuration.write_text(_CONFIGURATION.format(**self._settings()), encoding="utf-8")
        # No inherited pipe: whoever reads it would wait for the daemon.
        with (self.base / "start.log").open("wb") as log:
            subprocess.run(
                [program("dovecot") or "dovecot", "-c", str(self._configuration)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True, timeout=20,
            )  # fmt: skip
        self._wait_until_up()

    def stop(self) -> None:
        """Tell it to; it needs a second, and nobody waits."""
        os.kill(int((self.base / "run/master.pid").read_text("ascii")), signal.SIGTERM)

    def doveadm(self, *arguments: str) -> str:
        """Run ``doveadm`` against this instance."""
        command = [program("doveadm") or "doveadm", "-c", str(self._configuration), *arguments]
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=20,
            text=True,
        ).stdout

    def new_account(self) -> DovecotAccount:
        """A user nobody has used yet, with an empty INBOX."""
        number = next(self._numbers)
        assert number <= _USERS, "more accounts were asked for than _USERS"
        home = self._home(number)
        home.mkdir(parents=True)
        if os.getuid() == 0:
            shutil.chown(home, self._owner)
        return DovecotAccount(self, f"office{number}", _PASSWORD)

    def forget(self, username: str) -> None:
        """Throw away a user's mails, numbers and indexes."""
        shutil.rmtree(self._home(int(username.removeprefix("office"))) / "Maildir")

    def _home(self, number: int) -> Path:
        return self.base / "home" / f"office{number}"

    def _users(self) -> str:
        """All accounts beforehand: Dovecot notices a change of this file only after a while."""
        owner = pwd.getpwnam(self._owner)
        rows = (
            f"office{number}:{{PLAIN}}{_PASSWORD}:{owner.pw_uid}:{owner.pw_gid}::{self._home(number)}::"
            for number in range(1, _USERS + 1)
        )
        return "\n".join(rows) + "\n"

    def _settings(self) -> dict[str, object]:
        root = os.getuid() == 0
        group = grp.getgrgid(os.getgid()).gr_name
        return {
            "base": self.base,
            "port": self.port,
            "tls_port": self.tls_port,
            "certificate": self.certificates.certificate,
            "key": self.certificates.key,
            "more_mechanisms": " xoauth2" if self._introspection else "",
            "more_passdb": self._tokens() if self._introspection else "",
            "internal_user": "dovecot" if root else self._owner,
            "internal_group": "dovecot" if root else group,
            "login_user": "dovenull" if root else self._owner,
        }

    def _tokens(self) -> str:
        path = self.base / "oauth2.conf.ext"
        path.write_text(_OAUTH2.format(url=self._introspection), encoding="utf-8")
        return f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {path}\n}}"

    def _wait_until_up(self) -> None:
        for _ in range(100):
            try:
                with socket.create_connection(("127.0.0.1", self.tls_port), 1):
                    return
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise TimeoutError((self.base / "error.log").read_text(encoding="utf-8", errors="replace"))


@dataclass(frozen=True)
class DovecotAccount:
    """One user of a :class:`DovecotServer`."""

    server: DovecotServer
    username: str
    password: str
    host: str = "127.0.0.1"

    def append(self, raw: bytes, received: datetime, folder: str = "INBOX") -> None:
        """File a mail that arrived at ``received``."""
        append(self.host, self.server.port, self.username, self.password, raw, received, folder)

    def mailbox(self, **changes: Any) -> ImapMailbox:
        """Our own client for this account: over TLS unless told otherwise."""
        settings: dict[str, Any] = {
            "host": self.host,
            "port": self.server.tls_port
            if changes.get(
                "security",
                "tls",
            )
            == "tls"
            else self.server.port,
            "security": "tls",
            "username": self.username,
            "password": self.password,
            "ca_file": self.server.certificates.ca,
            "timeout": 10.0,
        }
        return ImapMailbox(**(settings | changes))

    def expunge(self, uid: int, folder: str = "INBOX") -> None:
        """Delete a mail as another mail program would."""
        self.server.doveadm("expunge", "-u", self.username, "mailbox", folder, "uid", str(uid))

    def renumber(self, uidvalidity: int, folder: str = "INBOX") -> None:
        """Give the folder a new UIDVALIDITY, as a server does after a repair."""
        self.server.doveadm(
            "mailbox",
            "update",
            "-u",
            self.username,
            "--uid-validity",
            str(uidvalidity),
            folder,
        )

    def recreate(self, uidvalidity: int) -> None:
        """Lose everything and begin anew with uid 1 under the given UIDVALIDITY, as NetEase does
        with its constant 1.
        """
        self.server.forget(self.username)
        self.renumber(uidvalidity)

    def unseen(self, folder: str = "INBOX") -> int:
        """How many mails nobody has read."""
        return int(
            self.server.doveadm(
                "-f",
                "flow",
                "mailbox",
                "status",
                "-u",
                self.username,
                "unseen",
                folder,
            ).rpartition("=")[2]
        )
