"""SPF and DMARC of the office's own domain: whether others will believe its letters.

One question and one answer of the domain name system over UDP (RFC 1035); nothing is asked unless
``doctor --dns`` wants it. The answer is a stranger's bytes: read with bounds, text taken as text.
"""

from __future__ import annotations

import re
import secrets
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from ingest.doctor.signs import Sign, State

TIMEOUT = 3.0  #: seconds
_TXT, _IN = 16, 1
_MOST = 4096  #: bytes of an answer


def nameserver(resolver: Path = Path("/etc/resolv.conf")) -> str:
    """The first name server of this machine; "" when there is none."""
    try:
        found = re.search(r"(?m)^nameserver\s+(\S+)", resolver.read_text(encoding="utf-8"))
    except OSError:
        return ""
    return found[1] if found else ""


def domain_signs(address: str, server: tuple[str, int]) -> Iterator[Sign]:
    """SPF and DMARC of the domain of ``address``, as far as ``server`` answers."""
    domain = address.rpartition("@")[2].lower()
    for name, place, mark, without in (
        ("SPF", domain, "v=spf1", "回信可能被当作垃圾邮件"),
        ("DMARC", f"_dmarc.{domain}", "v=DMARC1", "别人冒用本域名发信，收信方认不出"),
    ):
        try:
            texts = texts_of(place, server)
        except (OSError, ValueError) as error:
            told = f"域名服务器没有回答 {place}（{error}），没有查"
            yield Sign(name, State.NOTE, told, "")
            continue
        record = next((text for text in texts if text.startswith(mark)), "")
        yield Sign.of(
            name,
            "" if record else f"{place} 没有 {name} 记录，{without}",
            "请管域名的人加上；用公共邮箱（163、QQ）的不必管",
            record[:120],
            grave=False,
        )


def texts_of(name: str, server: tuple[str, int]) -> list[str]:
    """The TXT records of ``name``; none when there is no such name.

    Raises:
        OSError: nobody answers.
        ValueError: the name or the answer cannot be used.
    """
    number = secrets.randbelow(1 << 16)
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as channel:
        channel.settimeout(TIMEOUT)
        channel.connect(server)
        channel.send(question(name, number))
        return read_answer(channel.recv(_MOST), number)


def question(name: str, number: int) -> bytes:
    """One question for TXT records. Raises ValueError for what is no name."""
    labels = name.encode("idna").split(b".")
    if not all(0 < len(label) < 64 for label in labels):
        raise ValueError("不是域名")
    asked = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + asked + struct.pack(">2H", _TXT, _IN)


def read_answer(data: bytes, number: int) -> list[str]:
    """The texts of an answer to the question of that number. Raises ValueError."""
    try:
        return _read(data, number)
    except (struct.error, IndexError) as error:
        raise ValueError("回答不完整") from error


def _read(data: bytes, number: int) -> list[str]:
    given, flags, questions, answers, _, _ = struct.unpack_from(">6H", data)
    if given != number or not flags & 0x8000:
        raise ValueError("回答与问题不符")
    if flags & 0x000F not in (0, 3):  # 3: there is no such name
        raise ValueError("域名服务器出错")
    at = 12
    for _ in range(questions):
        at = _behind_name(data, at) + 4
    texts = []
    for _ in range(answers):
        at = _behind_name(data, at)
        kind, _, _, length = struct.unpack_from(">HHIH", data, at)
        at += 10
        if kind == _TXT:
            texts.append(_text(data[at : at + length]))
        at += length
    return texts


def _behind_name(data: bytes, at: int) -> int:
    """Where a name ends; a pointer ends it."""
    while data[at]:
        if data[at] & 0xC0:
            return at + 2
        at += data[at] + 1
    return at + 1


def _text(data: bytes) -> str:
    """The strings of one record in a row (RFC 7208 section 3.3)."""
    pieces, at = [], 0
    while at < len(data):
        pieces.append(data[at + 1 : at + 1 + data[at]])
        at += data[at] + 1
    return b"".join(pieces).decode("ascii", "replace")
