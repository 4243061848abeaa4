"""Inputs put together by hand, byte by byte: mails as strangers' programs write them, filled forms
of the shipped call. Nothing in here knows what is expected of them.
"""

from __future__ import annotations

import base64
import email
from collections.abc import Iterable, Mapping
from email.utils import format_datetime
from functools import cache

from ingest.demo.mails import load_samples
from samples import applicants
from samples.arrivals import desk
from samples.forms import application, the_call
from samples.word import write_word
from tests.cases.running import RECEIVED
from tests.parts.made import blank

CRLF = b"\r\n"
FILLED_ON = "2024年8月19日"
WORDS = "各位老师：申报材料见附件，请查收。第三师图木舒克市教育局 麦玉清 0998-4620033"
FORM = "附件1 第三师图木舒克市教育局智慧教育示范区申报书.docx"
TEXT = ("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

__all__ = ["blank"]


@cache
def zone_form(**other: str) -> bytes:
    """附件1 of a bureau, filled in as a Word file; ``other`` are fields written otherwise."""
    filled = applicants.zone(applicants.THIRD, FILLED_ON, "98.6%", "99.2%") | other
    sheet = application(the_call().form("附件1"), filled)
    return write_word(sheet, filled["联系人"], desk(3, 19, 0).at(11, 20))


@cache
def school_form(**other: str) -> bytes:
    """附件2 of a school, filled in as a Word file."""
    filled = applicants.school(applicants.CHENXI, FILLED_ON) | other
    sheet = application(the_call().form("附件2"), filled)
    return write_word(sheet, filled["联系人"], desk(8, 19, 0).at(11, 20))


@cache
def sample_files(number: str) -> Mapping[str, bytes]:
    """The files of one of the sample mails, by name."""
    (sample,) = (each for each in load_samples() if each.number == number)
    found = {}
    message = email.message_from_bytes(sample.path.read_bytes(), policy=email.policy.default)
    for part in message.walk():
        if (name := part.get_filename()) is not None:
            found[name] = part.get_payload(decode=True)
    return found


def wrapped(data: bytes, width: int = 76) -> bytes:
    """Base64 in lines."""
    text = base64.b64encode(data)
    return CRLF.join(text[start : start + width] for start in range(0, len(text), width)) + CRLF


def part(headers: Iterable[str], body: bytes) -> bytes:
    """Header lines (UTF-8 where they are not ASCII), an empty line, the body."""
    return b"".join(line.encode() + CRLF for line in headers) + CRLF + body


def attached(name: str, data: bytes, *, media_type: str = "application/octet-stream") -> bytes:
    """An ordinary attachment, its name in one encoded word."""
    word = f"=?utf-8?B?{base64.b64encode(name.encode()).decode()}?="
    return part(
        (
            f"Content-Type: {media_type}",
            "Content-Transfer-Encoding: base64",
            f'Content-Disposition: attachment; filename="{word}"',
        ),
        wrapped(data),
    )


def words(text: str = WORDS) -> bytes:
    """A plain text part."""
    return part(TEXT, text.encode() + CRLF)


def closed(boundary: str, *parts: bytes, end: bool = True) -> bytes:
    """The body of a multipart, with or without its closing line."""
    mark = b"--" + boundary.encode()
    body = b"".join(mark + CRLF + each + CRLF for each in parts)
    return body + (mark + b"--" + CRLF if end else b"")


def head(*more: str, subject: str = "智慧教育示范区申报材料") -> bytes:
    """The header lines of a mail of the bureau's clerk, ``more`` of them at the end; without the
    empty line.
    """
    clerk = applicants.THIRD.clerk
    lines = (
        f"Received: from mail.example.cn (unknown [203.0.113.9]) by mx.example.cn; {format_datetime(RECEIVED)}",
        f"Date: {format_datetime(RECEIVED)}",
        f"From: =?utf-8?B?{base64.b64encode(clerk.name.encode()).decode()}?= <{clerk.address}>",
        "To: <shenbao@example.cn>",
        f"Subject: =?utf-8?B?{base64.b64encode(subject.encode()).decode()}?=",
        "Message-ID: <case@example.cn>",
        *more,
    )
    return b"".join(line.encode() + CRLF for line in lines)


def mail(*parts: bytes, boundary: str = "=_outer", more: Iterable[str] = ()) -> bytes:
    """A multipart/mixed mail of these parts."""
    mixed = f'Content-Type: multipart/mixed; boundary="{boundary}"'
    return head("MIME-Version: 1.0", mixed, *more) + CRLF + closed(boundary, *parts)


def mail_of_files(files: Mapping[str, bytes]) -> bytes:
    """A text and ordinary attachments."""
    return mail(words(), *(attached(name, data) for name, data in files.items()))
