from __future__ import annotations

import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifier.digest import compose_digest
from notifier.letters import MAX_LETTER, compose, mail_size
from notifier.mime import build_digest, build_letter, build_notice, thread
from notifier.rendering import Templates
from notifier.wording import clean_line
from notifier.workbook import build_workbook
from tests.letters import ANY
from tests.unit.notifier.invented import DigestMaker, RequestMaker

DATE = datetime(2024, 8, 30, 8, 6, 9, tzinfo=UTC)


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def digest_mail(digest_data: DigestMaker, templates: Templates) -> bytes:
    data = digest_data()
    return build_digest(
        compose_digest(data, templates), build_workbook(data), to_address="clerk@office.example", from_name="收发室",
        from_address="apply@office.example", date=DATE, serial="digest-20240830.1",
    )  # fmt: skip


def assert_seven_bit_with_crlf(data: bytes) -> None:
    assert max(data) < 128
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert max(map(len, data.split(b"\r\n"))) <= 200


def test_a_letter_is_marked_as_an_automatic_reply(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """RFC 3834 section 5, and the header Exchange looks for."""
    mail = parsed(
        build_letter(compose(request_for(), templates), "收发室", "apply@office.example", DATE)
    )
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["In-Reply-To"] == "<20240830.1@alaer.example>"
    assert mail["References"].split() == [
        "<20240829.9@alaer.example>",
        "<20240830.1@alaer.example>",
    ]
    assert mail["Message-ID"] == "<mailroom.X24-0007-K.1@office.example>"
    assert mail["Date"] == "Fri, 30 Aug 2024 16:06:09 +0800"


def test_a_letter_is_text_and_html_in_base64(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """No eight-bit byte, CRLF throughout, both bodies whole."""
    letter = compose(request_for(), templates)
    data = build_letter(letter, "收发室", "apply@office.example", DATE)
    assert_seven_bit_with_crlf(data)
    mail = parsed(data)
    assert mail.get_content_type() == "multipart/alternative"
    parts = list(mail.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"base64"}
    assert [part.get_content().replace("\r\n", "\n") for part in parts] == [
        letter.text,
        letter.html,
    ]


def test_a_letter_without_html_is_a_single_part(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """Large batches are answered in plain text."""
    letter = replace(compose(request_for(), templates), html="")
    mail = parsed(build_letter(letter, "收发室", "apply@office.example", DATE))
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == letter.text


def test_the_same_letter_gives_the_same_bytes(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """Boundaries are not drawn by lot: an attempt that is repeated repeats the bytes."""
    letter = compose(request_for(), templates)
    first, second = (build_letter(letter, "收发室", "apply@office.example", DATE) for _ in range(2))
    assert first == second


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=st.text(ANY, max_size=120), subject=st.text(ANY, max_size=200))
def test_no_name_or_subject_adds_a_header_or_an_addressee(
    request_for: RequestMaker, templates: Templates, name: str, subject: str
) -> None:
    """Whatever text comes in, there is one addressee and the subject comes out as it was
    cleaned.
    """
    letter = replace(compose(request_for(), templates), to_name=name, subject=subject)
    data = build_letter(letter, name, "apply@office.example", DATE)
    mail = parsed(data)
    assert [address.addr_spec for address in mail["To"].addresses] == ["jyj@alaer.example"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["apply@office.example"]
    names = sorted(name.lower() for name, _ in mail.items())
    assert names == sorted(set(names))
    assert mail["Bcc"] is None
    assert mail["Subject"].split() == clean_line(subject, 160, links=True).split()
    assert len(data) <= mail_size(letter)


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b, c@d", "a@b\r\nBcc: c@d", "<a@b>", "张@b.cn", "a b@c.cn", "a@b.cn>", "a@-b"],
)
def test_anything_but_one_plain_address_is_refused(
    request_for: RequestMaker, templates: Templates, address: str
) -> None:
    """A letter goes to exactly one addressee."""
    letter = replace(compose(request_for(), templates), to_address=address)
    with pytest.raises(ValueError, match="plain address"):
        build_letter(letter, "收发室", "apply@office.example", DATE)


def test_the_biggest_headers_keep_a_letter_below_the_limit(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """Ten long identifiers and a long subject are counted before the HTML is chosen."""
    references = tuple(f"<{number}.{'x' * 200}@alaer.example>" for number in range(30))
    request = request_for(
        references=references,
        in_reply_to=references[-1],
        original_subject="示" * 300,
        to_name="名" * 300,
    )
    data = build_letter(compose(request, templates), "室" * 90, "apply@office.example", DATE)
    assert len(data) <= MAX_LETTER


def test_references_keep_the_root_and_the_nearest_nine() -> None:
    """RFC 5322 3.6.4, shortened as threading programs expect."""
    chain = [f"<{number}@a.example>" for number in range(20)]
    assert thread(chain, "<20@a.example>") == ("<0@a.example>", *chain[12:], "<20@a.example>")


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "no brackets@a",
        "<two words@a>",
        "<a@b>\r\nBcc: c@d",
        "<中@a>",
        f"<{'x' * 300}@a>",
        "<a>",
    ],
)
def test_broken_identifiers_are_left_out_of_the_thread(
    request_for: RequestMaker, templates: Templates, bad: str
) -> None:
    """They are a stranger's text like any other."""
    assert thread([bad, "<ok@a.example>"], bad) == ("<ok@a.example>",)
    letter = replace(compose(request_for(), templates), in_reply_to=bad, references=(bad,))
    mail = parsed(build_letter(letter, "收发室", "apply@office.example", DATE))
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None
    assert mail["Bcc"] is None


def test_a_long_identifier_stays_whole() -> None:
    """Seen in the wild: Exchange identifiers of more than 76 characters."""
    long = f"<{'A' * 90}@mail.example>"
    assert thread([], long) == (long,)


def test_the_digest_holds_text_html_pictures_and_workbook(
    digest_data: DigestMaker,
    templates: Templates,
) -> None:
    """Every cid in the HTML has its picture; the workbook's name reads the same both ways."""
    data = digest_mail(digest_data, templates)
    assert_seven_bit_with_crlf(data)
    mail = parsed(data)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]
    picture, workbook = list(mail.walk())[-2:]
    assert picture["Content-ID"] == "<task1-seal1>"
    assert 'src="cid:task1-seal1"' in list(mail.walk())[4].get_content()
    assert workbook.get_filename() == "收件日报20240830.xlsx"
    assert workbook.get_content().startswith(b"PK")
    assert b'name="=?utf-8?b?' in data


def test_the_same_digest_gives_the_same_bytes(
    digest_data: DigestMaker,
    templates: Templates,
) -> None:
    """The workbook too."""
    assert digest_mail(digest_data, templates) == digest_mail(digest_data, templates)


def test_a_digest_without_pictures_has_no_part_for_them(
    digest_data: DigestMaker,
    templates: Templates,
) -> None:
    """Some programs show an empty multipart/related as an attachment."""
    data = digest_data(needs_human=())
    mail = build_digest(
        compose_digest(data, templates), build_workbook(data), to_address="clerk@office.example", from_name="收发室",
        from_address="apply@office.example", date=DATE, serial="digest-20240830.1",
    )  # fmt: skip
    assert "multipart/related" not in [part.get_content_type() for part in parsed(mail).walk()]


def test_a_picture_whose_name_is_no_content_id_is_refused(
    digest_data: DigestMaker,
    templates: Templates,
) -> None:
    """It would be a header of a stranger's making."""
    digest = compose_digest(digest_data(), templates)
    bad = replace(digest, images=(replace(digest.images[0], cid="a>\r\nBcc: a@b"),))
    with pytest.raises(ValueError, match="Content-ID"):
        build_digest(
            bad,
            b"",
            to_address="clerk@office.example",
            from_name="",
            from_address="apply@office.example",
            date=DATE,
            serial="digest",
        )


def test_a_notice_of_the_program_answers_nobody_and_is_answered_by_nobody() -> None:
    """RFC 3834: auto-generated, in no thread, and out-of-office replies are asked to stay away."""
    data = build_notice(
        "告警：磁盘将满", "剩余空间不足 1 GB。", to_address="admin@office.example", from_name="收发室",
        from_address="apply@office.example", date=DATE, serial="disk.1",
    )  # fmt: skip
    assert_seven_bit_with_crlf(data)
    mail = parsed(data)
    assert (mail["Subject"], mail["To"]) == ("告警：磁盘将满", "admin@office.example")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Message-ID"] == "<mailroom.disk.1@office.example>"
    assert mail["In-Reply-To"] is mail["References"] is None
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip() == "剩余空间不足 1 GB。"
