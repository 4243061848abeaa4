"""The README promises that the program speaks with its mailbox and its mail server and with nobody
else.

strace looks at every process of a run, the reading workers too. CI is unset on purpose: onnxruntime
keeps quiet where it is set, so that a build server would see nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.demo.mailbox import EmbeddedMailbox
from ingest.demo.smtp_sink import SmtpSink

ROOT = Path(__file__).parents[2]
MAIL = ROOT / "samples/mails/01-zone-complete.eml"  # two scans, so the models are loaded
COMMAND = Path(sys.executable).parent / "mailroom"
CALLS = "connect,sendto,sendmsg,sendmmsg,openat"
# Answers about names and users; glibc asks for it and goes on when it is not there.
LOCAL_SERVICES = frozenset({"/var/run/nscd/socket"})
INTERNET = re.compile(r'sa_family=AF_INET6?, sin6?_port=htons\((\d+)\).*?"([^"]+)"')
UNIX = re.compile(r'sa_family=AF_UNIX, sun_path="([^"]*)"')

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None,
    reason="strace is missing (Debian package strace)",
)


@dataclass(frozen=True)
class Watched:
    """A run and what strace saw of it."""

    place: Path  #: HOME and TMPDIR lie in it
    trace: tuple[str, ...]

    def left_behind(self) -> list[str]:
        """Files in HOME and TMPDIR after the end."""
        folders = (self.place / "home", self.place / "t")
        return sorted(
            str(
                file.relative_to(self.place),
            )
            for folder in folders
            for file in folder.rglob("*")
        )


def watched(place: Path, *arguments: str | Path) -> Watched:
    """Run the installed command with an empty HOME and TMPDIR, and nothing else in its
    environment.
    """
    for name in ("home", "t"):
        (place / name).mkdir()
    environment = {
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "t"),
        "PATH": os.environ["PATH"],
    }
    if path := os.environ.get("PYTHONPATH"):
        environment["PYTHONPATH"] = path
    trace = place / "trace"
    done = subprocess.run(
        [
            "strace",
            "-f",
            "-qq",
            "--seccomp-bpf",
            "-s",
            "200",
            "-e",
            f"trace={CALLS}",
            "-o",
            trace,
            COMMAND,
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        cwd=place,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return Watched(place, tuple(trace.read_text("utf-8", errors="replace").splitlines()))


def strangers(
    trace: tuple[str, ...],
    place: Path,
    ports: frozenset[int] | None = None,
) -> Iterator[str]:
    """Whoever was spoken to and is neither on loopback (at one of ``ports``, when given) nor a
    socket below ``place``.
    """
    for line in trace:
        for port, address in INTERNET.findall(line):
            if address not in {
                "127.0.0.1",
                "::1",
            } or (ports is not None and int(port) not in ports):
                yield f"{address}:{port}"
        for path in UNIX.findall(line):
            if path not in LOCAL_SERVICES and not path.startswith(str(place)):
                yield path


def models_were_loaded(trace: tuple[str, ...]) -> bool:
    return any('.onnx"' in line for line in trace)


@needs_strace
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_round_with_scans_speaks_with_mailbox_and_mail_server_only(tmp_path: Path) -> None:
    with EmbeddedMailbox() as mailbox, SmtpSink() as sink:
        mailbox.append(MAIL.read_bytes(), datetime(2024, 8, 20, 3, 2, tzinfo=UTC))
        config = tmp_path / "mailroom.toml"
        config.write_text(configuration(mailbox, sink), encoding="utf-8")
        (tmp_path / "password").write_text(mailbox.password, encoding="utf-8")
        run = watched(tmp_path, "run", "--once", "--config", config)
        ports = frozenset({mailbox.port, sink.port})

    assert models_were_loaded(run.trace)
    assert sink.letters
    assert list(strangers(run.trace, tmp_path, ports)) == []
    assert run.left_behind() == []


@needs_strace
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_demo_speaks_with_nobody_beyond_loopback(tmp_path: Path) -> None:
    mails = tmp_path / "mails"
    mails.mkdir()
    shutil.copy(MAIL, mails)
    call = ROOT / "config/calls/smart-education-2024"
    run = watched(tmp_path, "demo", "--dir", tmp_path / "out", "--call", call, "--mails", mails)

    assert models_were_loaded(run.trace)
    assert list(strangers(run.trace, tmp_path)) == []
    assert run.left_behind() == []


def configuration(mailbox: EmbeddedMailbox, sink: SmtpSink) -> str:
    return f"""
[mailbox]
host = "{mailbox.host}"
port = {mailbox.port}
security = "none"
username = "{mailbox.username}"
password_file = "password"
accept_since = "2024-08-08T00:00:00+08:00"
[smtp]
host = "{sink.host}"
port = {sink.port}
security = "none"
from_address = "mailroom@office.example"
[store]
database = "sqlite:///mailroom.db"
files = "files/"
[office]
staff = ["staff@office.example"]
digest_at = "00:00"
[letters]
settle = "0s"
[calls]
directory = "{ROOT / "config/calls"}"
active = ["smart-education-2024"]
"""


@pytest.mark.parametrize(
    ("line", "who"),
    [
        (
            '7 connect(9, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.1")}, 16) = 0',
            "192.0.2.1:53",
        ),
        (
            '7 connect(9, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
            "127.0.0.1:53",
        ),
        (
            '7 sendto(9, "x", 1, 0, {sa_family=AF_INET6, sin6_port=htons(443), inet_pton(AF_INET6, "2001:db8::1"',
            "2001:db8::1:443",
        ),
        ('7 connect(9, {sa_family=AF_UNIX, sun_path="/run/other"}, 110) = 0', "/run/other"),
    ],
)
def test_a_stranger_would_be_noticed(line: str, who: str) -> None:
    """The tests above can fail."""
    assert list(strangers((line,), Path("/tmp/own"), frozenset({25}))) == [who]


def test_mailbox_and_sockets_of_our_own_are_no_strangers() -> None:
    lines = (
        '7 connect(9, {sa_family=AF_INET, sin_port=htons(25), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
        '7 connect(9, {sa_family=AF_UNIX, sun_path="/tmp/own/t/pymp-a/listener-b"}, 47) = 0',
        '7 sendto(9, "x", 1, 0, NULL, 0) = 1',
    )

    assert list(strangers(lines, Path("/tmp/own"), frozenset({25}))) == []


def test_every_process_that_loads_the_program_has_the_switch_set() -> None:
    """Also the rule child, whose environment is not its parent's."""
    asked = "import os, ingest.judging.worker; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    environment = {
        name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"
    }
    done = subprocess.run(
        [sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=environment,
    )

    assert done.stdout.strip() == "1"
