"""Which mails are new: uids handed out again, sizes that change, mails that vanish or are
withheld.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import BinaryIO

import pytest

from ingest.mailbox.protocol import MessageSummary
from ingest.steps.receive import receive_all
from ingest.store.folders import forget_listings, list_folders
from ingest.store.tables import FolderRow, MessageState
from tests.fakes.mailbox import FakeMailbox, FakeSession
from tests.integration.house import MORNING, House, plain_mail
from tests.servers.dovecot import DovecotAccount

Open = Callable[..., House]


def raw(number: int) -> bytes:
    return plain_mail(number, subject=f"咨询{number}").as_bytes()


def folder(house: House) -> FolderRow:
    with house.store() as session:
        return list_folders(session)[0]


def states(house: House) -> list[str]:
    return [str(row.state) for row in house.messages()]


def test_uids_handed_out_again_for_other_mails_are_noticed(house: House) -> None:
    """A mailbox emptied and filled again under the constant UIDVALIDITY of NetEase: nothing is
    skipped, nobody answered twice.
    """
    for number in (1, 2, 3):
        house.arrive(raw(number))
    house.take_in()
    house.mailbox.recreate(
        [(raw(3), MORNING), (raw(4), MORNING), (raw(5) + b"longer\r\n", MORNING)]
    )
    house.take_in()
    assert states(house).count(MessageState.DUPLICATE) == 1
    assert states(house).count(MessageState.READ) == 5
    assert len(house.letters()) == 5
    assert len(house.events("resynchronised")) == 1
    assert (folder(house).server_count, folder(house).ledger_count) == (3, 3)


def test_after_that_the_folder_is_known_again(house: House) -> None:
    """It is compared once, not at every look."""
    house.arrive(raw(1))
    house.take_in()
    house.mailbox.recreate([(raw(2), MORNING + timedelta(seconds=1))])
    receive_all(house.app.inlet)
    house.mailbox.fetched.clear()
    assert (receive_all(house.app.inlet), house.mailbox.fetched) == (0, [])
    assert len(house.events("resynchronised")) == 1


@pytest.mark.dovecot
def test_a_real_server_that_begins_anew_with_the_same_uidvalidity_is_noticed(
    open_one: Open, dovecot: DovecotAccount
) -> None:
    """Same numbers, other mails."""
    house = open_one(mailbox=dovecot.mailbox())
    for number in (1, 2):
        dovecot.append(raw(number), MORNING)
    dovecot.renumber(7)
    house.take_in()
    dovecot.recreate(7)
    for number in (2, 3):
        dovecot.append(raw(number) + b"x\r\n" * (number == 3), MORNING)
    house.take_in()
    assert [(row.uid, row.uidvalidity, row.incarnation) for row in house.messages()] == [
        (1, 7, 0), (2, 7, 0), (1, 7, 1), (2, 7, 1),
    ]  # fmt: skip
    assert states(house) == [
        MessageState.READ,
        MessageState.READ,
        MessageState.DUPLICATE,
        MessageState.READ,
    ]
    assert len(house.letters()) == 3


class FickleSession(FakeSession):
    """Announces a larger size than at first."""

    def summaries(self, uids: Iterable[int]) -> list[MessageSummary]:
        return [replace(item, size=item.size + 5) for item in super().summaries(uids)]


def test_a_server_that_changes_its_mind_about_a_size_is_believed_its_bytes(house: House) -> None:
    """The mail is looked at once and known by its hash; the folder is not compared anew."""
    house.arrive(raw(1))
    receive_all(house.app.inlet)
    house.mailbox.kind_of_session = FickleSession
    house.mailbox.fetched.clear()
    assert [receive_all(house.app.inlet), receive_all(house.app.inlet)] == [0, 0]
    assert house.mailbox.fetched == [1]
    assert house.events("resynchronised") == []


def test_a_first_look_is_no_comparing_anew(house: House) -> None:
    """Also not after a look that failed before anything was known."""
    house.arrive(raw(1))
    house.take_in()
    assert house.events("resynchronised") == []


def test_a_mail_moved_away_in_between_leaves_no_difference(open_one: Open) -> None:
    """Listed, gone when it was asked for: both counts agree at once."""

    class Vanishing(FakeMailbox):
        def stumble(self, step: str) -> None:
            super().stumble(step)
            if step == "fetch_raw" and 1 in self.folders["INBOX"].mails:
                self.expunge(1)

    house = open_one(mailbox=Vanishing())
    house.arrive(raw(1))
    house.arrive(raw(2))
    receive_all(house.app.inlet)
    assert (folder(house).server_count, folder(house).ledger_count, folder(house).error) == (
        1,
        1,
        "",
    )


class WithholdingSession(FakeSession):
    """Lists its first mail and hands nothing over for it, as after the loss of a file."""

    def fetch_small(self, summaries: Sequence[MessageSummary]) -> dict[int, bytes]:
        return {uid: body for uid, body in super().fetch_small(summaries).items() if uid != 1}

    def fetch_raw(self, uid: int, size: int, into: BinaryIO) -> bool:
        return uid != 1 and super().fetch_raw(uid, size, into)


def test_a_mail_that_is_listed_and_never_handed_over_is_a_difference(house: House) -> None:
    """Lost on the server: staff are told, at every look."""
    house.mailbox.kind_of_session = WithholdingSession
    house.arrive(raw(1))
    house.arrive(raw(2))
    for _ in range(2):
        receive_all(house.app.inlet)
        assert (folder(house).server_count, folder(house).ledger_count) == (2, 1)
        assert "1 封" in folder(house).error


def test_what_the_ledger_lost_is_fetched_again_after_a_restart(house: House) -> None:
    """The short cut for unchanged folders is not believed across restarts."""
    house.arrive(raw(1))
    receive_all(house.app.inlet)
    with house.app.database.writing() as session:
        session.delete(session.merge(house.messages()[0]))
        forget_listings(session)
    assert receive_all(house.app.inlet) == 1


def test_the_same_mail_twice_in_one_group_is_one_mail_and_its_copy(house: House) -> None:
    """Whoever presses send twice gets one answer."""
    for number in (1, 1, 2):
        house.arrive(raw(number))
    house.take_in()
    assert states(house) == [MessageState.READ, MessageState.DUPLICATE, MessageState.READ]
    assert len(house.letters()) == 2


def test_small_and_large_mails_come_in_whatever_their_order(open_one: Open) -> None:
    """In groups or alone, every one is there with its own bytes."""
    house = open_one()
    mails = [
        raw(number) + b"y" * (70_000 if number % 3 == 0 else 10) + b"\r\n" for number in range(10)
    ]
    for mail in mails:
        house.arrive(mail)
    assert receive_all(house.app.inlet) == 10
    assert [house.app.files.path(row.sha256).read_bytes() for row in house.messages()] == mails


def person(**headers: str) -> EmailMessage:
    return plain_mail(1, subject="报送材料", text="x" * 5000, **headers)


def test_the_sender_of_a_mail_too_large_is_told_once_what_to_do(open_one: Open) -> None:
    """One letter in plain words, also when a filter keeps a copy elsewhere; staff have one task."""
    house = open_one(mailbox_={"max_message_size": 2000, "also_watch": ["垃圾邮件"]})
    house.arrive(person())
    house.arrive(person(), folder="垃圾邮件")
    house.take_in()
    (letter,) = house.letters()
    assert (letter.kind, letter.recipient) == ("too_large", "wang@example.cn")
    assert "邮件过大通知" in letter.subject
    assert house.mailbox.fetched == []
    assert sorted(states(house)) == [MessageState.DUPLICATE, MessageState.TOO_LARGE]
    assert house.messages()[0].from_address == "wang@example.cn"


@pytest.mark.parametrize(
    "headers",
    [{"auto_submitted": "auto-replied"}, {"list_id": "<x.example>"}],
    ids=["auto", "list"],
)
def test_a_program_that_sends_a_mail_too_large_gets_no_answer(
    open_one: Open, headers: dict[str, str]
) -> None:
    """The header is screened as that of any mail."""
    house = open_one(mailbox_={"max_message_size": 2000})
    house.arrive(person(**headers))
    house.take_in()
    assert (states(house), house.letters()) == ([MessageState.TOO_LARGE], [])
    assert len(house.events("no_letter")) == 1


def test_a_mail_too_large_without_a_header_is_left_to_staff(open_one: Open) -> None:
    """The server does not hand it over: the row is written all the same."""

    class Headless(FakeMailbox):
        def stumble(self, step: str) -> None:
            super().stumble(step)
            if step == "fetch_header":
                self.expunge(1)

    house = open_one(mailbox=Headless(), mailbox_={"max_message_size": 2000})
    house.arrive(person())
    house.take_in()
    assert (states(house), house.letters()) == ([MessageState.TOO_LARGE], [])
