"""The office's first evening, as its reader has it: every command from an empty folder, and what
they print; once on the mailbox it shows, once on a real Dovecot.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import pytest

from ingest.clock import SystemClock
from ingest.demo.practice import ADDRESS, INCOMING
from ingest.demo.smtp_sink import SmtpSink
from tests.environment import without_office
from tests.servers.dovecot import DovecotAccount
from tests.servers.ports import free_port
from tests.warm.command import mailroom

EVENING = Path(__file__).parents[2] / "docs/tutorial/第一晚.md"
OWN_PORTS = ("11143", "11025")  #: as the text has them
pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
LOOKS = re.compile("mailroom (config show|case|outbox (list|show)|digest|status|backup)|163|日报")
_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A command line, the exit code it promises and the lines it shows."""

    line: str
    promised: int = 0
    shown: tuple[str, ...] = ()
    elsewhere: bool = False  #: in another terminal, which stays open


def steps() -> list[Step]:
    """In the order of the text; what is shown belongs to the commands right above it."""
    found: list[Step] = []
    for kind, body in _BLOCK.findall(EVENING.read_text("utf-8")):
        if kind == "sh":
            found += [_step(line) for line in body.splitlines()]
        else:
            last = found.pop()
            found.append(Step(last.line, last.promised, tuple(body.splitlines()), last.elsewhere))
    return found


def _step(line: str) -> Step:
    command, _, note = line.partition("  # ")
    code = re.search(r"退出码 (\d+)", note)
    return Step(command, int(code[1]) if code else 0, elsewhere="另开一个终端" in note)


def missing(shown: tuple[str, ...], said: str) -> list[str]:
    """The shown lines that do not come, in their order; "…" is whatever stands there. Pure."""
    lines = iter(said.splitlines())
    patterns = [re.escape(" ".join(line.split())).replace("…", ".*") for line in shown]
    found = (any(re.match(each, " ".join(line.split())) for line in lines) for each in patterns)
    return [line for line, here in zip(shown, found, strict=True) if not here]


class OtherTerminal(Protocol):
    """Where the servers are."""

    ports: tuple[int, int]
    environment: dict[str, str]
    password: str

    def open(self, line: str, folder: Path) -> None: ...
    def said(self) -> str: ...


@dataclass
class AsShown:
    """The practice mailbox of the text, on ports of this test."""

    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))
    environment: dict[str, str] = field(default_factory=dict)
    password: str = "lianxi"
    running: subprocess.Popen[bytes] | None = None
    log: Path = Path()

    def open(self, line: str, folder: Path) -> None:
        self.log = folder / ".terminal"
        words = [
            *line.split(),
            "--imap-port",
            str(self.ports[0]),
            "--smtp-port",
            str(self.ports[1]),
        ]
        words[0] = str(mailroom().with_name(words[0]))
        with self.log.open("wb") as output:
            self.running = subprocess.Popen(
                words, cwd=folder, env=without_office(), stdout=output, stderr=output
            )

    def said(self) -> str:
        return self.log.read_text("utf-8") if self.running else ""

    def close(self) -> None:
        if self.running:
            self.running.terminate()
            self.running.wait(10)


@dataclass
class Real:
    """A Dovecot and a sink that wants the same password, in its place."""

    account: DovecotAccount
    sink: SmtpSink
    folder: Path = Path()
    filed: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ports = self.account.server.port, self.sink.port
        self.password = self.account.password
        self.environment = {"MAILROOM_MAILBOX__USERNAME": self.account.username}

    def open(self, line: str, folder: Path) -> None:
        del line
        self.folder = folder / "信箱"
        (self.folder / INCOMING).mkdir(parents=True)

    def said(self) -> str:
        """What the shown mailbox would have said."""
        for path in sorted(self.folder.rglob("*.eml")):
            if path not in self.filed:
                self.account.append(path.read_bytes(), SystemClock().now())
                self.filed.append(path)
        letters = [f"寄给 {letter.recipients[0]} 一封" for letter in self.sink.letters]
        return "\n".join([*(f"邮箱收到 {path.name}" for path in self.filed), *letters])


@dataclass
class Evening:
    """A reader at work."""

    folder: Path
    other: OtherTerminal

    def __post_init__(self) -> None:
        self.environment = without_office() | self.other.environment
        self.environment["PATH"] = f"{mailroom().parent}{os.pathsep}{self.environment['PATH']}"

    def follow(self, step: Step) -> None:
        """Carry out one step. AssertionError when it does not do what the text says."""
        said = ""
        if step.elsewhere:
            self.other.open(step.line, self.folder)
        elif step.line.startswith("export "):
            name, _, value = step.line.removeprefix("export ").partition("=")
            self.environment[name] = value
        else:
            said = self._run(step)
        self._wait(step, said)

    def _run(self, step: Step) -> str:
        line = step.line.replace("echo lianxi", f"echo {self.other.password}")
        for own, port in zip(OWN_PORTS, self.other.ports, strict=True):
            line = line.replace(own, str(port))
        done = subprocess.run(
            ["sh", "-c", line], cwd=self.folder, env=self.environment, capture_output=True,
            text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == step.promised, (step.line, done.stdout, done.stderr)
        return done.stdout

    def _wait(self, step: Step, said: str) -> None:
        """Until what the text shows stands in this terminal or in the other one."""
        until = time.monotonic() + 60
        while lacking := missing(step.shown, said + self._elsewhere()):
            assert time.monotonic() < until, (step.line, lacking, said)
            time.sleep(0.1)

    def _elsewhere(self) -> str:
        said = self.other.said()
        for own, port in zip(OWN_PORTS, self.other.ports, strict=True):
            said = said.replace(str(port), own)
        return said


@pytest.fixture
def as_shown() -> Iterator[AsShown]:
    other = AsShown()
    yield other
    other.close()


def test_what_is_shown_is_looked_for_in_its_order() -> None:
    """A line that is not there, or stands before the one above it, is missed."""
    assert missing(("a …c", "d"), "x\na  b c\nd\n") == []
    assert missing(("d", "a"), "a\nd\n") == ["a"]
    assert missing(("b",), "a b\n") == ["b"]


def test_the_evening_goes_as_it_is_told(as_shown: AsShown, tmp_path: Path) -> None:
    """From an empty folder; every line that is shown is printed."""
    evening = Evening(tmp_path, as_shown)
    for step in steps():
        evening.follow(step)
    [letter] = (tmp_path / "信箱/letters").glob("*.txt")
    assert "荷塘社区：受理" in letter.read_text("utf-8")
    assert 'host = "imap.163.com"' in (tmp_path / "正式/mailroom.toml").read_text("utf-8")


@pytest.mark.dovecot
def test_a_real_server_is_no_different(dovecot: DovecotAccount, tmp_path: Path) -> None:
    """The steps that meet the servers, up to the letter that is sent."""
    with SmtpSink(users={ADDRESS: dovecot.password}) as sink:
        evening = Evening(tmp_path, Real(dovecot, sink))
        for step in steps():
            if step.promised == 0 and not LOOKS.search(step.line):
                evening.follow(replace(step, shown=()) if step.elsewhere else step)
        assert [letter.recipients for letter in sink.letters] == [("liuwan@street.example",)]
