"""Caps on letters: of a sender, of a case, of an hour; through restarts, announced, and never at
the cost of a case.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from ingest.reading import Envelope, Reading, Screening, ScreeningKind
from ingest.receipts.signing import signed_serial
from ingest.steps.known import candidates_for
from ingest.store.audit import verify_ledger
from ingest.views.digest import collect_digest
from ingest.views.lists import case_explanation, message_detail
from notifier.letters import MAX_LETTER
from notifier.outbox import OutboxRow
from tests.integration.house import House, plain_mail, with_file

Open = Callable[..., House]
ADMIN = "admin@office.example"


def text_of(letter: OutboxRow) -> str:
    body = message_from_bytes(letter.mime, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def supplement(house: House, number: int) -> None:
    """One more mail of the same case, decided."""
    house.arrive(with_file(plain_mail(number), b"broken %d" % number))
    house.settle_and_decide()


def test_fifty_mails_in_an_hour_get_a_days_letters_and_all_are_registered(open_one: Open) -> None:
    """The last letter says so, after a restart too; the mails are all there, each silence with its
    reason.
    """
    house = open_one(letters={"per_sender_per_day": 5})
    for number in range(25):
        house.arrive(plain_mail(number))
    house.take_in()
    again = open_one(clock=house.clock, letters={"per_sender_per_day": 5})
    for number in range(25, 50):
        again.arrive(plain_mail(number))
    again.take_in()

    assert len(again.messages()) == 50
    letters = again.letters()
    assert len(letters) == 5
    assert ["最后一封自动回复" in text_of(letter) for letter in letters] == [False] * 4 + [True]
    assert len(again.events("suppressed")) == 45


def test_a_case_gets_so_many_letters_and_then_staff_telephone(open_one: Open) -> None:
    """However many days its supplements take; the last letter says so, digest and explanation name
    the silence.
    """
    house = open_one(letters={"per_case": 2})
    for number in range(3):
        supplement(house, number)
        house.send()  # a letter that still waits gives way to the next
        house.wait(timedelta(days=2))
    (case,) = house.cases()
    letters = house.letters()

    assert case.version == 3
    assert ["本案卷最后一封自动回复" in text_of(letter) for letter in letters] == [False, True]
    assert "今日" not in text_of(letters[1]).partition("已达上限")[2]
    with house.store() as session:
        explained = case_explanation(session, case.code)
        tasks = collect_digest(
            session, house.app.rules.call, house.app.settings, house.app.clock.now()
        ).needs_human
    assert any(
        "本案卷已向该地址发出 2 封信函" in item["reason"] for item in explained["no_letters"]
    )
    house.wait(-timedelta(days=2))
    with house.store() as session:
        tasks = collect_digest(
            session, house.app.rules.call, house.app.settings, house.app.clock.now()
        ).needs_human
    assert [task.case_code for task in tasks if "本案卷已向该地址发出 2 封信函" in task.reason] == [
        case.code
    ]


def test_the_hours_cap_tells_administrators_once_a_day_and_lets_the_office_itself_through(
    open_one: Open,
) -> None:
    """The alarm and the digest leave although applicants' letters wait; the next hour takes the
    next ones.
    """
    house = open_one(
        letters={"global_per_hour": 2}, office={"administrators": [ADMIN], "staff": []}
    )
    for number in range(5):
        house.queue(f"k{number}")
    assert house.send() == 2
    for _ in range(3):
        house.send()
        house.wait(timedelta(minutes=1))
    sent = [letter.recipient for letter in house.transport.letters]
    assert sent == ["wang@example.cn", "wang@example.cn", ADMIN]
    assert "达到每小时上限 2 封" in house.events("alarm")[0].text
    house.wait(timedelta(hours=1))
    house.send()
    house.send()
    house.wait(timedelta(days=1))
    house.send()

    assert [letter.recipient for letter in house.transport.letters].count("wang@example.cn") == 5
    assert [letter.recipient for letter in house.letters()].count(ADMIN) == 1


def test_without_administrators_the_brake_is_in_the_ledger_once(open_one: Open) -> None:
    """The digest shows it."""
    house = open_one(letters={"global_per_hour": 1})
    for number in range(3):
        house.queue(f"k{number}")
    for _ in range(4):
        house.send()

    assert len(house.events("alarm")) == 1


def test_no_letter_is_ever_addressed_to_ourselves(open_one: Open) -> None:
    """Even if a mail got past the screening with our own address."""
    house = open_one()
    assert house.app.office.own_addresses == ("mailroom@office.example", "h124213@163.com")
    house.arrive(plain_mail(1, from_="MAILROOM@office.example"))
    house.take_in()

    assert house.letters() == []
    (row,) = house.messages()
    assert row.screening_kind == "own"


@pytest.mark.parametrize("to", ["reply_to", "cc", "sender"])
def test_the_one_addressee_is_the_one_in_from(house: House, to: str) -> None:
    """RFC 3834 section 4: not Reply-To, not Cc, not Sender; one recipient, marked, below 16 KiB,
    without the files.
    """
    marker = b"SECRET-CONTENT-OF-THE-APPLICANT"
    house.arrive(with_file(plain_mail(1, **{to: "other@example.cn"}), marker * 3000))
    house.settle_and_decide()
    house.send()
    (sent,) = house.transport.letters
    mail = message_from_bytes(sent.data, policy=policy.default)

    assert sent.recipient == "wang@example.cn"
    assert mail["To"].addresses[0].addr_spec == "wang@example.cn"
    assert mail["Cc"] is mail["Bcc"] is mail["Reply-To"] is None
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["In-Reply-To"] == "<m1@example.cn>"
    assert house.cases()[0].code in str(mail["Subject"])
    assert house.cases()[0].code in text_of(house.letters()[0])
    assert len(sent.data) < MAX_LETTER
    assert marker not in sent.data
    assert [part.get_content_type() for part in mail.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
    ]


def test_a_mail_with_two_authors_is_answered_to_neither(house: House) -> None:
    """There is no one From address then; staff see the mail."""
    house.arrive(plain_mail(1, from_="wang@example.cn, li@example.cn"))
    house.take_in()

    assert house.letters() == []
    assert house.events("question")


def test_an_empty_mail_is_no_request(house: House) -> None:
    """No subject, no text, no file: it is registered, and no dialogue begins (RFC 3834 section
    2).
    """
    house.arrive(plain_mail(1, subject="", text="\n"))
    house.take_in()

    assert house.letters() == []
    with house.store() as session:
        (reason,) = message_detail(session, 1)["no_letters"]
    assert "没有主题、文字和附件" in reason["reason"]


def test_a_reply_comes_home_by_a_token_when_the_outbox_has_forgotten(house: House) -> None:
    """After a restore from an older backup; a guessed Message-ID leads nowhere."""
    supplement(house, 1)
    (case,) = house.cases()
    serial = f"{case.code}.7"

    def quoted(message_id: str) -> list[str]:
        reading = Reading(
            envelope=Envelope(message_id="<x@y>", from_address="a@b.cn", in_reply_to=(message_id,), subject="补充"),
            screening=Screening(kind=ScreeningKind.PERSON, reply=True, reason=""), text="",
        )  # fmt: skip
        with house.store() as session:
            office = house.app.mouth.office
            found = candidates_for(session, reading, office.call, house.app.key)
            return [known.code for known in found.letters]

    assert quoted(house.letters()[0].message_id) == [case.code]
    assert quoted(f"<mailroom.{signed_serial(house.app.key, serial)}@office.example>") == [
        case.code
    ]
    assert quoted(f"<mailroom.{signed_serial(b'guess', serial)}@office.example>") == []
    assert quoted(f"<mailroom.{serial}@office.example>") == []


def test_the_ledger_vouches_for_a_house_with_caps(open_one: Open) -> None:
    """Suppressed letters leave nothing loose."""
    house = open_one(letters={"per_case": 1, "per_sender_per_day": 2, "global_per_hour": 1})
    for number in range(3):
        supplement(house, number)
    house.send()
    house.send()
    with house.store() as session:
        assert verify_ledger(session, house.app.files).findings == ()
