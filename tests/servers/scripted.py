"""Servers that say exactly what a test tells them to: every misbehaviour of a provider in a few
lines.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from typing import Self

_PATIENCE = 30.0


class Conversation:
    """The server's side of one connection."""

    def __init__(self, connection: socket.socket, stopping: threading.Event) -> None:
        self.connection = connection
        self.stopping = stopping
        self._lines = connection.makefile("rb")

    def line(self) -> bytes:
        """The client's next line without its end; b"" when it has gone."""
        return self._lines.readline().rstrip(b"\r\n")

    def say(self, *lines: bytes) -> None:
        self.connection.sendall(b"".join(line + b"\r\n" for line in lines))

    def drip(self, text: bytes, seconds: float) -> None:
        """One byte at a time with a pause before each."""
        for byte in text:
            if self.stopping.wait(seconds):
                return
            self.connection.sendall(bytes([byte]))

    def stall(self) -> None:
        """Say nothing more until the test is over."""
        self.stopping.wait(_PATIENCE)

    def close(self) -> None:
        self._lines.close()


class ScriptedServer:
    """Runs ``talk`` for every connection, one after the other."""

    def __init__(self, talk: Callable[[Conversation], None]) -> None:
        self.host = "127.0.0.1"
        self.connections = 0
        self._talk = talk
        self._stopping = threading.Event()
        self._listener = socket.create_server((self.host, 0))
        self._listener.settimeout(0.05)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                connection, _ = self._listener.accept()
                self.connections += 1
                connection.settimeout(_PATIENCE)
                with (
                    connection,
                    closing(
                        Conversation(connection, self._stopping),
                    ) as conversation,
                    suppress(OSError),
                ):
                    self._talk(conversation)


#: What a well-behaved server answers; ``{t}`` is the tag. A test overrides what it wants to see
#: misbehave.
_MANNERS = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 ID\r\n{t} OK done",
    "LOGIN": b"{t} OK logged in",
    "ID": b"* ID NIL\r\n{t} OK done",
    "EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n{t} OK [READ-ONLY] done",
    "LIST": b'* LIST () "/" INBOX\r\n{t} OK done',
    "UID SEARCH": b"* SEARCH 11\r\n{t} OK done",
    "LOGOUT": b"* BYE bye\r\n{t} OK done",
}


class ImapManners:
    """What to answer: ``answers`` maps the beginning of a command (a pattern) to what is sent back,
    before the table above.
    """

    def __init__(self, answers: Mapping[str, bytes] | None = None) -> None:
        self.commands: list[str] = []  #: what the client said, without tags
        self._answers = [*(answers or {}).items(), *_MANNERS.items()]

    def answer(self, line: bytes) -> bytes:
        """What is sent back for a line of the client, without the last line end."""
        tag, _, command = line.partition(b" ")
        self.commands.append(command.decode("utf-8", "replace"))
        fitting = (text for key, text in self._answers if re.match(key, self.commands[-1]))
        return next(fitting, b"{t} BAD unknown").replace(b"{t}", tag)


class ScriptedImap(ScriptedServer):
    """An IMAP server with the manners of :class:`ImapManners`."""

    def __init__(self, answers: Mapping[str, bytes] | None = None) -> None:
        super().__init__(self._converse)
        self.manners = ImapManners(answers)
        self.commands = self.manners.commands

    def _converse(self, conversation: Conversation) -> None:
        conversation.say(b"* OK ready")
        while line := conversation.line():
            conversation.say(self.manners.answer(line))
