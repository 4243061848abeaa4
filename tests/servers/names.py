"""A name server on loopback that knows a few TXT records."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rrset

#: what it says to a question, as bytes
Reply = Callable[[dns.message.Message], bytes]


def reply_from(records: Mapping[str, str]) -> Reply:
    """Long records come in pieces; what it does not know does not exist."""

    def reply(asked: dns.message.Message) -> bytes:
        name = asked.question[0].name
        text = records.get(str(name).rstrip(".").lower())
        answer = dns.message.make_response(asked)
        if text is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            pieces = " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", pieces))
        return answer.to_wire()

    return reply


@contextmanager
def answering(reply: Reply) -> Iterator[tuple[str, int]]:
    """A server that says ``reply``; its address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))
        channel.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    asked, client = channel.recvfrom(2000)
                except TimeoutError:
                    continue
                channel.sendto(reply(dns.message.from_wire(asked)), client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield channel.getsockname()
        finally:
            over.set()
            thread.join(5)


@contextmanager
def name_server(records: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """One that knows these records."""
    with answering(reply_from(records)) as server:
        yield server
