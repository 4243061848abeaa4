"""The door to the domain name system: what is asked, what is believed."""

from __future__ import annotations

import socket
from pathlib import Path

import dns.message
import dns.rcode
import dns.rrset
import pytest

from ingest import dns as door
from tests.servers.names import Reply, answering, name_server, reply_from

KNOWN = reply_from({"office.example": "v=spf1"})


def test_the_texts_of_a_name_come_whole() -> None:
    """Long ones too; there are none of a name that is none."""
    text = "v=spf1 " + "include:a.example " * 20
    with name_server({"office.example": text}) as server:
        assert door.texts_of("Office.example", server) == [text]
        assert door.texts_of("other.example", server) == []


def test_a_text_is_bounded_and_taken_as_text() -> None:
    """Other records in the answer, such as an alias, are passed over."""

    def reply(asked: dns.message.Message) -> bytes:
        answer = dns.message.make_response(asked)
        name = asked.question[0].name
        for kind, said in (("CNAME", "b.example."), ("TXT", '"\\229\\184a"')):
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, said))
        return answer.to_wire()

    with answering(reply) as server:
        assert door.texts_of("a.example", server) == ["��a"]


def test_silence_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an error of the world, not of the name."""
    monkeypatch.setattr(door, "TIMEOUT", 0.05)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))
        with pytest.raises(TimeoutError, match="没有回答"):
            door.texts_of("a.example", channel.getsockname())


def of_another(asked: dns.message.Message) -> bytes:
    """An answer to a question that was not asked."""
    asked.id ^= 1
    return KNOWN(asked)


def failed(asked: dns.message.Message) -> bytes:
    """The server has trouble of its own."""
    answer = dns.message.make_response(asked)
    answer.set_rcode(dns.rcode.SERVFAIL)
    return answer.to_wire()


REFUSED: dict[str, Reply] = {
    "empty": lambda _: b"",
    "cut off": lambda asked: KNOWN(asked)[:40],
    "no name": lambda asked: KNOWN(asked)[:12] + b"\x3f" * 9,
    "the question": lambda asked: asked.to_wire(),
    "another's": of_another,
    "failed": failed,
}


@pytest.mark.parametrize("reply", REFUSED.values(), ids=REFUSED)
def test_an_answer_that_is_none_is_refused(reply: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when it is cut off, or somebody else's."""
    monkeypatch.setattr(door, "TIMEOUT", 0.3)
    with answering(reply) as server, pytest.raises((ValueError, TimeoutError), match=r"\w"):
        door.texts_of("office.example", server)


@pytest.mark.parametrize("name", ["", "_dmarc.", "a..b", "x" * 64 + ".cn"])
def test_what_is_no_name_is_not_asked(name: str) -> None:
    """An address without a domain, for instance."""
    with pytest.raises(ValueError, match=r"\w"):
        door.texts_of(name, ("127.0.0.1", 1))


def test_the_machine_s_own_name_server_is_asked(tmp_path: Path) -> None:
    """The first one; none where none is set."""
    path = tmp_path / "resolv.conf"
    path.write_text("# x\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n", "utf-8")
    assert door.nameserver(path) == ("192.0.2.53", 53)
    assert door.nameserver(tmp_path / "nothing") is None
