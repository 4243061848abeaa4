"""A way out for letters in memory, with outcomes on order.

``tests/contract/test_transport_contract.py`` holds it to the same behaviour as a real server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from notifier.transport import SendOutcome, SendResult, SmtpLoginRefused, SmtpUnavailable

_ADDRESS = re.compile(r"[!-~]+@[!-~]+")


@dataclass(frozen=True)
class FakeLetter:
    sender: str
    recipient: str
    data: bytes


class FakeTransport:
    """Takes everything, unless :meth:`answer_next` or :attr:`trouble` says otherwise."""

    def __init__(self) -> None:
        self.letters: list[FakeLetter] = []
        self.trouble: SmtpLoginRefused | SmtpUnavailable | None = None
        self.sessions = 0
        self._answers: list[tuple[SendResult, bool]] = []

    def answer_next(
        self,
        outcome: SendOutcome,
        code: int = 0,
        reply: str = "",
        *,
        then_lost: bool = False,
    ) -> None:
        """The next letter fares so; with ``then_lost`` the session is over after it. Orders queue
        up.
        """
        self._answers.append((SendResult(outcome, code, reply), then_lost))

    @contextmanager
    def session(self) -> Iterator[FakeTransportSession]:
        if self.trouble is not None:
            raise self.trouble
        self.sessions += 1
        yield FakeTransportSession(self)

    def next_answer(self) -> tuple[SendResult, bool]:
        default = SendResult(SendOutcome.SENT, 250, f"queued as {len(self.letters) + 1}"), False
        return self._answers.pop(0) if self._answers else default


class FakeTransportSession:
    def __init__(self, transport: FakeTransport) -> None:
        self.alive = True
        self._transport = transport

    def send(self, sender: str, recipient: str, data: bytes) -> SendResult:
        if not _ADDRESS.fullmatch(recipient):
            return SendResult(SendOutcome.REFUSED, 0, "收件地址不能用于发信")
        if not self.alive:
            return SendResult(SendOutcome.RETRY, 0, "连接已经中断")
        result, lost = self._transport.next_answer()
        self.alive = not lost
        if result.outcome is SendOutcome.SENT:
            self._transport.letters.append(FakeLetter(sender, recipient, data))
        return result
