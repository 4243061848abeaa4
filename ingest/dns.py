"""The one door to the domain name system: TXT records, asked of one server; nothing is asked unless
a person typed a command that wants it.

An answer is a stranger's bytes: dnspython takes it apart, its texts are bounded and taken as text.
"""

from __future__ import annotations

import re
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

TIMEOUT = 3.0  #: seconds
MOST_TEXTS = 20  #: of one name
MOST_LENGTH = 4096  #: characters of one text
_PORT = 53
_SETTLED = (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)


def nameserver(resolver: Path = Path("/etc/resolv.conf")) -> tuple[str, int] | None:
    """The first name server of this machine; None when there is none."""
    try:
        found = re.search(r"(?m)^nameserver\s+(\S+)", resolver.read_text(encoding="utf-8"))
    except OSError:
        return None
    return (found[1], _PORT) if found else None


def texts_of(name: str, server: tuple[str, int]) -> list[str]:
    """The TXT records of ``name``; none when there is no such name.

    Raises:
        TimeoutError, OSError: nobody answers.
        ValueError: the name or the answer cannot be used.
    """
    try:
        answer = _answer(name, server)
    except dns.exception.Timeout as error:
        raise TimeoutError("没有回答") from error
    except (dns.exception.DNSException, EOFError) as error:
        raise ValueError(f"域名或回答不能用({type(error).__name__})") from error
    if answer.rcode() not in _SETTLED:
        raise ValueError("域名服务器出错")
    records = (each for each in answer.answer if each.rdtype == dns.rdatatype.TXT)
    return [_text(record.strings) for each in records for record in each][:MOST_TEXTS]


def _answer(name: str, server: tuple[str, int]) -> dns.message.Message:
    if not all(name.split(".")):
        raise ValueError("不是域名")
    question = dns.message.make_query(name, dns.rdatatype.TXT, use_edns=0, payload=1232)
    address, port = server
    return dns.query.udp_with_fallback(question, address, timeout=TIMEOUT, port=port)[0]


def _text(pieces: tuple[bytes, ...]) -> str:
    """The strings of one record in a row (RFC 7208 section 3.3)."""
    return b"".join(pieces)[:MOST_LENGTH].decode("ascii", "replace")
