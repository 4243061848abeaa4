"""Writes mails the way Chinese mail programs write them: their headers, their encodings, their way
with file names.

Bytes are put together by hand, because the standard library writes better mails than anybody sends.
What a mail says and what is attached comes from ``cases.py``. Shapes of headers: RFC 5322,
2045-2047, 2231, 3464, and measured mails.
"""

from __future__ import annotations

import base64
import hashlib
import html
import urllib.parse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import Enum

NEWLINE = b"\r\n"


@dataclass(frozen=True)
class Habits:
    """How one mail program writes."""

    label: str  #: charset as it names it
    codec: str  #: charset as Python names it
    mailer: tuple[str, ...]  #: its own header lines
    boundary: str  #: pattern with {token}
    identifier: str  #: pattern of Message-IDs with {token} and {domain}
    quoted: bool = False  #: encoded words inside quotes, against RFC 2047
    extended: bool = False  #: file names by RFC 2231
    zone_comment: str = ""


class Program(Enum):
    """The mail programs of the samples."""

    COREMAIL = Habits(
        "GBK",
        "gbk",
        (
            "X-Priority: 3",
            "X-Mailer: Coremail Webmail Server Version XT5.0.14 build 20240409(9f7a2b4d) Copyright (c) 2002-2024 www.mailtech.cn",
        ),
        "----=_Part_{token}",
        "<{token}.Coremail.{user}@{domain}>",
        zone_comment=" (CST)",
    )
    QQ = Habits(
        "gb18030",
        "gb18030",
        (
            "Content-Transfer-Encoding: 8Bit",
            "X-Priority: 3",
            "X-QQ-MIME: TCMime 1.0 by Tencent",
            "X-Mailer: QQMail 2.x",
        ),
        "----=_NextPart_{token}",
        "<tencent_{token}@{domain}>",
        quoted=True,
    )
    FOXMAIL = Habits(
        "GB2312",
        "gb2312",
        ("X-Priority: 3", "X-Has-Attach: yes", "X-Mailer: Foxmail 7.2.25.254[cn]"),
        "----=_001_NextPart{token}_=----",
        "<{token}@{domain}>",
        quoted=True,
    )
    OUTLOOK = Habits(
        "utf-8", "utf-8", ("X-Mailer: Microsoft Outlook 16.0", "Content-Language: zh-cn"),
        "----=_NextPart_000_{token}", "<{token}$@{domain}>", quoted=True,
    )  # fmt: skip
    THUNDERBIRD = Habits(
        "UTF-8", "utf-8", ("User-Agent: Mozilla Thunderbird", "Content-Language: zh-CN"),
        "------------{token}", "<{token}@{domain}>", extended=True,
    )  # fmt: skip


@dataclass(frozen=True)
class File:
    """An attachment."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Post:
    """One mail before it is written. Times are aware; ``received`` is the receiving
    server's clock.
    """

    key: str  #: everything that looks like chance follows from this
    program: Program
    name: str
    address: str
    subject: str
    text: str
    sent: datetime
    received: datetime
    files: tuple[File, ...] = ()
    office: tuple[str, str] = ("智慧教育申报", "shenbao@example.cn")
    answers: str = ""  #: Message-ID of the mail this one answers
    extra: tuple[str, ...] = ()  #: further header lines
    html_tail: str = ""  #: markup after the text: a block of cloud attachments

    @property
    def message_id(self) -> str:
        """The Message-ID this mail will carry."""
        user, domain = self.address.split("@")
        return self.program.value.identifier.format(
            token=token(self.key, "id").upper(),
            user=user,
            domain=domain,
        )


def token(key: str, use: str, length: int = 24) -> str:
    """Letters and digits that look like chance and are the same every time."""
    return hashlib.sha256(f"{key}/{use}".encode()).hexdigest()[:length]


def encoded_words(text: str, habits: Habits) -> list[str]:
    """``text`` as encoded words of at most 75 characters (RFC 2047 section 2); plain ASCII stays as
    it is.
    """
    if text.isascii():
        return [text]
    room = (75 - len(habits.label) - 7) // 4 * 3
    words, current = [], b""
    for char in text:
        piece = char.encode(habits.codec)
        if len(current) + len(piece) > room:
            words.append(current)
            current = b""
        current += piece
    return [f"=?{habits.label}?B?{base64.b64encode(word).decode()}?=" for word in (*words, current)]


def _mailbox(name: str, address: str, habits: Habits) -> str:
    words = "\r\n ".join(encoded_words(name, habits))
    return f'"{words}" <{address}>' if habits.quoted and name else f"{words} <{address}>"


def _file_parameter(name: str, key: str, habits: Habits) -> str:
    """``name=`` or ``filename=`` as the program writes it; long names run over several folded
    words.
    """
    if not habits.extended:
        words = "\r\n ".join(encoded_words(name, habits))
        return f'{key}="{words}"'
    pieces = [
        urllib.parse.quote(name[start : start + 6], safe="")
        for start in range(
            0,
            len(name),
            6,
        )
    ]
    first = f"{key}*0*=UTF-8''{pieces[0]}"
    return ";\r\n ".join(
        [first, *(f"{key}*{number}*={piece}" for number, piece in enumerate(pieces[1:], 1))],
    )


def part(headers: Iterable[str], body: bytes) -> bytes:
    """Header lines, an empty line, the body."""
    return b"".join(line.encode("ascii") + NEWLINE for line in headers) + NEWLINE + body


def multipart(boundary: str, parts: Sequence[bytes]) -> bytes:
    """The body of a multipart."""
    mark = b"--" + boundary.encode("ascii")
    return b"".join(mark + NEWLINE + piece + NEWLINE for piece in parts) + mark + b"--" + NEWLINE


def wrapped(data: bytes) -> bytes:
    """Base64 in lines of 76 characters, each with CRLF."""
    return base64.encodebytes(data).replace(b"\n", NEWLINE)


def _attachment(file: File, post: Post) -> bytes:
    habits = post.program.value
    kind = (
        "application/pdf"
        if file.name.endswith(
            ".pdf",
        )
        and habits.extended
        else "application/octet-stream"
    )
    charset = f';\r\n\tcharset="{habits.label}"' if post.program is Program.QQ else ""
    named = _file_parameter(file.name, "name", habits)
    disposed = _file_parameter(file.name, "filename", habits)
    headers = [
        f"Content-Type: {kind}{charset};\r\n\t{named}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: attachment;\r\n\t{disposed}",
    ]
    return part(headers, wrapped(file.data))


def _markup(post: Post) -> str:
    lines = "".join(f"<div>{html.escape(line) or '<br>'}</div>\n" for line in post.text.split("\n"))
    head = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={post.program.value.label}"></head>\n'
    return f'{head}<body><div style="line-height:1.7;font-size:14px;font-family:宋体">\n{lines}{post.html_tail}</div></body></html>\n'


def _text_part(kind: str, text: str, habits: Habits) -> bytes:
    headers = [
        f'Content-Type: text/{kind}; charset="{habits.label}"',
        "Content-Transfer-Encoding: base64",
    ]
    return part(headers, wrapped(text.replace("\n", "\r\n").encode(habits.codec)))


def received_line(key: str, domain: str, moment: datetime) -> str:
    """The line the receiving server puts on top."""
    number = int(token(key, "host", 4), 16) % 200 + 20
    trace = token(key, "trace", 20)
    stamp = format_datetime(moment)
    return f"Received: from mail-{number}.{domain} (unknown [203.0.113.{number}])\r\n\tby mx.example.cn (Coremail) with SMTP id {trace};\r\n\t{stamp} (CST)"


def _headers(post: Post, boundary: str) -> list[str]:
    habits = post.program.value
    domain = post.address.split("@")[1]
    lines = [received_line(post.key, domain, post.received)]
    lines.append(f"Date: {format_datetime(post.sent)}{habits.zone_comment}")
    lines.append(f"From: {_mailbox(post.name, post.address, habits)}")
    lines.append(f"To: {_mailbox(*post.office, habits)}")
    lines.append("Subject: " + "\r\n ".join(encoded_words(post.subject, habits)))
    if post.answers:
        lines += [f"In-Reply-To: {post.answers}", f"References: {post.answers}"]
    lines += [*post.extra, *habits.mailer, "MIME-Version: 1.0", f"Message-ID: {post.message_id}"]
    lines.append(
        f'Content-Type: multipart/{"mixed" if post.files else "alternative"};\r\n\tboundary="{boundary}"'
    )
    return lines


def write_mail(post: Post) -> bytes:
    """The mail as it lies on the server, lines ended by CRLF."""
    habits = post.program.value
    outer, inner = (
        habits.boundary.format(token=token(post.key, use))
        for use in (
            "outer",
            "inner",
        )
    )
    bodies = [
        _text_part("plain", post.text + "\n", habits),
        _text_part("html", _markup(post), habits),
    ]
    if not post.files:
        return part(_headers(post, inner), multipart(inner, bodies))
    alternative = part(
        [f'Content-Type: multipart/alternative;\r\n\tboundary="{inner}"'],
        multipart(inner, bodies),
    )
    return part(
        _headers(
            post,
            outer,
        ),
        multipart(outer, [alternative, *(_attachment(file, post) for file in post.files)]),
    )


@dataclass(frozen=True)
class Bounce:
    """A delivery status notification about a letter of ours (RFC 3464)."""

    key: str
    domain: str
    failed: str  #: address that could not be reached
    reported: str  #: Message-ID of our letter
    subject: str  #: of our letter
    moment: datetime
    sender: str = "shenbao@example.cn"


def write_bounce(bounce: Bounce) -> bytes:
    """The notification: an explanation, the status fields, the headers of the letter that came
    back.
    """
    boundary = f"----=_Bounce_{token(bounce.key, 'outer')}"
    habits = Program.OUTLOOK.value
    stamp = format_datetime(bounce.moment)
    headers = [
        "Return-Path: <>",
        received_line(bounce.key, bounce.domain, bounce.moment),
        f"Date: {stamp}",
        f"From: Mail Delivery System <MAILER-DAEMON@{bounce.domain}>",
        f"To: <{bounce.sender}>",
        "Subject: " + "\r\n ".join(encoded_words("系统退信", habits)),
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f"Message-ID: <{token(bounce.key, 'id')}@{bounce.domain}>",
        f'Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="{boundary}"',
    ]
    prose = f"抱歉，您的邮件被退回来了。\n收件人：{bounce.failed}\n退信原因：收件人邮箱地址不存在，请核实后重新发送。\n"
    status = (
        f"Reporting-MTA: dns; mx.{bounce.domain}\r\nArrival-Date: {stamp}\r\n\r\n"
        f"Final-Recipient: rfc822; {bounce.failed}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 User not found\r\n"
    )
    returned = [
        f"Message-ID: {bounce.reported}",
        f"From: <{bounce.sender}>",
        f"To: <{bounce.failed}>",
        "Subject: " + "\r\n ".join(encoded_words(bounce.subject, habits)),
        f"Date: {stamp}",
        "Auto-Submitted: auto-generated",
    ]
    parts = [
        _text_part("plain", prose, habits),
        part(["Content-Type: message/delivery-status"], status.encode("ascii")),
        part(["Content-Type: text/rfc822-headers"], part(returned, b"")),
    ]
    return part(headers, multipart(boundary, parts))
