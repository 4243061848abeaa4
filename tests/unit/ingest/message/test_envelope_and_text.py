"""Envelope, body text and what bounces report."""

from __future__ import annotations

import base64

import pytest

from ingest.message.bodies import MAX_TEXT, html_text, tidy
from ingest.message.bounces import failed_message_ids
from ingest.message.parse import instant, message_id, parse_mail

MAIL = (
    b"Received: from a.example.com by mx.example.cn (Coremail) with SMTP id x; Fri, 30 Aug 2024 10:00:00 +0800 (CST)\r\n"
    b"Received: from evil by a.example.com; Mon, 01 Jan 2024 00:00:00 +0800\r\n"
    b'From: "=?gb18030?B?1cWGtA==?=" <Zhang@Example.com>\r\n'
    b"To: office@example.cn, B <b@example.cn>\r\nCc: c@example.cn\r\n"
    b"Subject: =?gb18030?B?yeqxqLLEwc8=?=\r\nDate: Fri, 30 Aug 2024 09:59:00 +0800\r\nMessage-ID: <1@example.com>\r\n"
    b"In-Reply-To: <0@example.cn>\r\nReferences: <a@example.cn>\r\n <0@example.cn>\r\n"
)


def with_body(kind: str, body: bytes, encoding: str = "8bit") -> bytes:
    return (
        MAIL
        + f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
        + body
    )


def test_the_envelope_holds_what_anything_depends_on() -> None:
    """Decoded, lower case where it must be, times as epoch seconds."""
    envelope = parse_mail(with_body("text/plain; charset=gbk", "您好".encode("gbk"))).envelope

    assert envelope.from_address == "zhang@example.com"
    assert envelope.from_name == "张喆"
    assert envelope.to_addresses == ("office@example.cn", "b@example.cn", "c@example.cn")
    assert envelope.subject == "申报材料"
    assert envelope.message_id == "<1@example.com>"
    assert envelope.in_reply_to == ("<0@example.cn>",)
    assert envelope.references == ("<a@example.cn>", "<0@example.cn>")
    assert envelope.date == 1724983140
    assert envelope.received == 1724983200


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("text/plain; charset=gb2312", "张喆—好".encode("gbk"), "张喆—好"),
        ("text/plain; charset=us-ascii", "您好".encode("gbk"), "您好"),
        ("text/plain", "您好".encode(), "您好"),
        ("text/plain; charset=x-gbk", "您好".encode("gbk"), "您好"),
        ("text/plain; charset=utf-8", "您好".encode("gbk"), "您好"),
        (
            "text/html; charset=utf-8",
            "<style>p{}</style><p>您&nbsp;好</p><script>x()</script><div>再见</div>".encode(),
            "您 好\n\n再见",
        ),
        ("text/plain; charset=gb2312", "您好\0\x07".encode("gbk"), "您好"),
    ],
)
def test_the_body_is_read_whatever_its_charset_claims(
    kind: str,
    body: bytes,
    expected: str,
) -> None:
    """Both libraries lose these texts."""
    assert parse_mail(with_body(kind, body)).text == expected


def test_the_plain_alternative_wins_unless_it_is_empty() -> None:
    """Some programs send an empty text part beside the HTML."""
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\n%s\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--b--\r\n"

    assert (
        parse_mail(
            with_body("multipart/alternative; boundary=b", parts % b"plain"),
        ).text
        == "plain"
    )
    assert parse_mail(with_body("multipart/alternative; boundary=b", parts % b" ")).text == "html"


def test_an_attached_text_file_is_not_the_body() -> None:
    """A named or attached text part is a file."""
    parts = b'--b\r\nContent-Type: text/plain\r\n\r\nbody\r\n--b\r\nContent-Type: text/plain; name="a.txt"\r\n\r\nfile\r\n--b--\r\n'

    assert parse_mail(with_body("multipart/mixed; boundary=b", parts)).text == "body"


def test_long_text_is_cut() -> None:
    """A letter of a million characters is not kept whole."""
    assert len(parse_mail(with_body("text/plain", b"x" * 1_000_000)).text) == MAX_TEXT


def test_markup_that_confuses_the_parser_gives_what_it_can() -> None:
    """Unclosed and nested nonsense."""
    assert html_text("<p>a<![x[<!-- <b>c</p>").startswith("a")
    assert "x" in html_text("<div>" * 5000 + "x")


def test_tidy_text_keeps_lines_and_drops_controls() -> None:
    """At most one empty line in a row."""
    assert tidy("a \t b\r\n\r\n\r\n\r\nc\x00\x1b[31m\ud800") == "a b\n\nc[31m"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@b>", "<a@b>"),
        ("a@b", "<a@b>"),
        ("junk", ""),
        ("", ""),
        ("<a@b> <c@d>", "<a@b>"),
        ("<[a b]@x>", ""),
    ],
)
def test_message_ids_are_taken_as_they_come(value: str, expected: str) -> None:
    """The standard library raises IndexError on some."""
    assert message_id(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2024-08-31 23:59:59",
        "yesterday",
        "Fri, 30 Aug 99999 10:00:00 +0800",
        "Fri, 30 Aug 2024 10:00:00 -0000x" * 100,
    ],
)
def test_a_date_that_is_none_is_not_guessed(value: str) -> None:
    """Without a zone it would be a guess."""
    assert instant(value) is None


def test_oddities_are_noted_in_chinese() -> None:
    """For staff, not for the applicant."""
    notes = parse_mail(b"From: a@example.cn\r\nFrom: b@example.cn\r\n\r\nx").notes

    assert any("多个发件人头" in note for note in notes)
    assert any("Message-ID" in note for note in notes)


def test_the_mails_that_crash_the_library_are_read() -> None:
    """An unclosed multipart whose inner boundary never starts: AttributeError in
    mail-parser 4.8.
    """
    raw = with_body(
        "multipart/mixed; boundary=a",
        b"--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nx\r\n--a\r\n\r\nhello\r\n",
    )

    assert parse_mail(raw).text == "hello"


def test_an_encoded_word_that_makes_the_library_raise_is_read() -> None:
    """email.errors.HeaderParseError out of mail-parser 4.8."""
    assert (
        parse_mail(
            b"From: =?utf-8?B?YWJjZ?= <a@example.cn>\r\n\r\nx",
        ).envelope.from_address
        == "a@example.cn"
    )


def test_8000_encoded_words_and_open_parentheses_are_just_a_mail() -> None:
    """The two inputs that kill the standard library's modern policy."""
    words = b"\r\n ".join([b"=?utf-8?B?5Lit?="] * 8000)
    mail = parse_mail(b"From: " + b"(" * 340 + b"\r\nSubject: " + words + b"\r\n\r\nx")

    assert mail.envelope.from_address == ""
    assert mail.envelope.subject.startswith("中中")
    assert len(mail.envelope.subject) <= 500


DSN = (
    b"--b\r\nContent-Type: text/plain\r\n\r\nYour mail failed.\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: %s\r\nStatus: 5.1.1\r\n"
    b"--b\r\nContent-Type: %s\r\n\r\nMessage-ID: <letter@example.cn>\r\nSubject: x\r\n\r\n--b--\r\n"
)


def failed(raw: bytes) -> tuple[str, ...]:
    return failed_message_ids(parse_mail(raw), raw)


@pytest.mark.parametrize("returned", [b"message/rfc822", b"text/rfc822-headers"])
def test_a_bounce_names_the_letter_it_returns(returned: bytes) -> None:
    """Whole or headers only."""
    raw = with_body(
        "multipart/report; report-type=delivery-status; boundary=b",
        DSN % (b"failed", returned),
    )

    assert failed(raw) == ("<letter@example.cn>",)


def test_a_delay_is_no_failure() -> None:
    """RFC 3464: Action delayed is not final."""
    raw = with_body(
        "multipart/report; report-type=delivery-status; boundary=b",
        DSN % (b"delayed", b"message/rfc822"),
    )

    assert failed(raw) == ()


def test_a_bounce_in_prose_names_the_letter_too() -> None:
    """163 quotes the headers in its base64 text."""
    prose = base64.b64encode(
        "抱歉, 您的邮件被退回.\r\n> Message-ID: <letter@example.cn>\r\n".encode("gbk")
    )

    assert failed(with_body("text/plain; charset=gbk", prose, "base64")) == ("<letter@example.cn>",)


def test_a_bounce_that_returns_nothing_is_matched_by_what_it_answers() -> None:
    """Gmail sets In-Reply-To."""
    assert failed(with_body("text/plain", b"failed")) == ("<0@example.cn>",)
