"""A mailbox to practise on: both servers on this machine, no account, nothing leaves it.

A mail is what somebody puts into a folder, a letter what is found in another one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ingest.clock import SystemClock
from ingest.demo.mailbox import EmbeddedMailbox
from ingest.demo.output import write_output
from ingest.demo.smtp_sink import SmtpSink
from ingest.errors import ConfigError
from ingest.outputs import creating

ADDRESS, PASSWORD = "lianxi@office.example", "lianxi"
INCOMING = "寄来"
_LOOK_EVERY = 0.3

Seen = Mapping[Path, tuple[int, int]]  #: size and time of change of every mail in the folder


class PracticeMailbox:
    """Both servers, open; :meth:`look` carries what is new."""

    def __init__(self, folder: Path, mailbox: EmbeddedMailbox, sink: SmtpSink) -> None:
        self._folder, self._mailbox, self._sink = folder, mailbox, sink
        self._seen: Seen = {}
        self._done: set[Path] = set()
        self._written = 0

    def look(self) -> Iterator[str]:
        """One look at the folder and at the server; a line for each mail and each letter."""
        now = seen(self._folder / INCOMING)
        for path in sorted(at_rest(self._seen, now) - self._done):
            self._mailbox.append(path.read_bytes(), SystemClock().now())
            self._done.add(path)
            yield f"邮箱收到 {path.name}"
        self._seen = now
        letters = list(self._sink.letters)
        if len(letters) > self._written:
            write_output(self._folder, [letter.data for letter in letters])
            for letter in letters[self._written :]:
                yield f"寄给 {'、'.join(letter.recipients)} 一封"
            self._written = len(letters)


@contextmanager
def practice_mailbox(folder: Path, imap_port: int, smtp_port: int) -> Iterator[PracticeMailbox]:
    """Open both servers on these ports.

    Raises:
        ConfigError: a port is taken, or the optional servers are not installed.
        OutputError: the folder cannot be made.
    """
    with creating(folder):
        (folder / INCOMING).mkdir(parents=True, exist_ok=True)
    mailbox = EmbeddedMailbox(ADDRESS, PASSWORD, imap_port)
    sink = SmtpSink(users={ADDRESS: PASSWORD}, port=smtp_port)
    with _listening(mailbox, imap_port), _listening(sink, smtp_port):
        yield PracticeMailbox(folder, mailbox, sink)


@contextmanager
def _listening(server: EmbeddedMailbox | SmtpSink, port: int) -> Iterator[None]:
    try:
        server.__enter__()
    except OSError as error:
        raise ConfigError(
            f"端口 {port} 用不了",
            "练习邮箱是不是已经开着? 关掉那一个, 或用 --imap-port、--smtp-port 换端口",
        ) from error
    try:
        yield
    finally:
        server.__exit__()


def serve(folder: Path, imap_port: int, smtp_port: int, say: Callable[[str], object]) -> None:
    """Until somebody interrupts it."""
    with practice_mailbox(folder, imap_port, smtp_port) as practice:
        say(
            f"练习邮箱开着: 地址 {ADDRESS}, 密码 {PASSWORD}, "
            f"收件 127.0.0.1:{imap_port}, 发信 127.0.0.1:{smtp_port}"
        )
        say(f"放进 {folder / INCOMING} 的 .eml 就是来件, 寄出的信写在 {folder}; 按 Ctrl-C 关掉")
        try:
            while True:
                for line in practice.look():
                    say(line)
                time.sleep(_LOOK_EVERY)
        except KeyboardInterrupt:
            say("练习邮箱关了")


def seen(folder: Path) -> Seen:
    """The mails that lie in ``folder`` at this moment."""
    states = {path: path.stat() for path in folder.glob("*.eml")}
    return {path: (state.st_size, state.st_mtime_ns) for path, state in states.items()}


def at_rest(before: Seen, now: Seen) -> set[Path]:
    """The mails nobody is still copying: the same at two looks. Pure."""
    return {path for path, state in now.items() if before.get(path) == state}
