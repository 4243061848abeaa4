"""Intake with a real store: what is written down, what is fetched, and what a broken look leaves
behind.
"""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ingest.errors import LoginRefusedError, StorageError, TemporaryError
from ingest.mailbox.protocol import FolderMissingError, MessageUnreadableError
from ingest.steps.intake import SMALL
from ingest.steps.receive import note_failure, receive_all
from ingest.store.counts import count_in_ledger, count_on_server
from ingest.store.folders import list_folders
from ingest.store.tables import MessageState
from rules.vocabulary import BEIJING
from tests.fakes.mailbox import FakeMailbox
from tests.integration.house import House, plain_mail, with_file

Open = Callable[..., House]
_Usage = namedtuple("_Usage", "total used free")  # noqa: PYI024 - what shutil.disk_usage gives


def states(house: House) -> list[MessageState]:
    return [row.state for row in house.messages()]


def test_the_raw_bytes_are_safe_before_anything_is_read(house: House) -> None:
    """The file, the row and the line in the ledger."""
    raw = plain_mail().as_bytes()
    house.arrive(raw)
    assert receive_all(house.app.inlet) == 1
    row = house.messages()[0]
    assert house.app.files.path(row.sha256).read_bytes() == raw
    assert (row.state, row.received_at, row.size) == (
        MessageState.STORED,
        house.clock.instant,
        len(raw),
    )
    assert [event.kind for event in house.events()] == ["received"]


def test_a_second_look_fetches_nothing_again(house: House) -> None:
    """The database knows what it has."""
    house.arrive(plain_mail())
    assert [receive_all(house.app.inlet), receive_all(house.app.inlet)] == [1, 0]
    assert house.mailbox.fetched == [1]


def test_the_same_bytes_under_a_new_uid_get_no_second_letter(house: House) -> None:
    """A mail delivered twice, also when its copy lies in another folder."""
    house.arrive(plain_mail())
    house.take_in()
    house.arrive(plain_mail())
    house.take_in()
    assert states(house) == [MessageState.READ, MessageState.DUPLICATE]
    assert house.messages()[1].duplicate_of == house.messages()[0].id
    assert len(house.letters()) == 1


def test_the_same_mail_in_another_watched_folder_gets_no_second_letter(open_one: Open) -> None:
    """A filter copies what it takes for spam."""
    house = open_one(mailbox_={"also_watch": ["垃圾邮件"]})
    house.arrive(plain_mail())
    house.arrive(plain_mail(), folder="垃圾邮件")
    house.arrive(plain_mail(2), folder="垃圾邮件")
    house.take_in()
    assert sorted(states(house)) == [MessageState.DUPLICATE, MessageState.READ, MessageState.READ]
    assert len(house.letters()) == 2


def test_a_renumbered_folder_gets_no_second_letter(house: House) -> None:
    """UIDVALIDITY changes: every mail is looked at again and known by its bytes."""
    house.arrive(plain_mail(1))
    house.arrive(plain_mail(2))
    house.take_in()
    house.mailbox.renumber(99)
    house.arrive(plain_mail(3))
    house.take_in()
    assert states(house).count(MessageState.DUPLICATE) == 2
    assert len(house.letters()) == 3
    assert len(house.events("resynchronised")) == 1


class Breaking(FakeMailbox):
    """Its session breaks after two more mails, once."""

    good = 2

    def stumble(self, step: str) -> None:
        super().stumble(step)
        if step == "fetch_raw":
            self.good -= 1
            if self.good == -1:
                raise TemporaryError("连接中断")


def test_an_interrupted_look_goes_on_where_it_stopped(open_one: Open) -> None:
    """Also while a renumbered folder is compared: nothing is fetched a second time."""
    house = open_one(mailbox=(mailbox := Breaking()))
    for validity in (1, 99):
        if validity == 99:
            house.mailbox.renumber(validity)
            house.mailbox.fetched.clear()
        for number in range(3):
            house.arrive(plain_mail(10 * validity + number))
        mailbox.good = 2
        with pytest.raises(TemporaryError):
            receive_all(house.app.inlet)
        receive_all(house.app.inlet)
        assert house.mailbox.fetched == sorted(house.mailbox.folders["INBOX"].mails)
    received = house.events("received")
    assert len(received) == 9  # 3 mails, then the same 3 renumbered and 3 more


def test_mail_from_before_the_start_is_registered_and_never_answered(house: House) -> None:
    """Not even downloaded: an office opens a mailbox that is ten years old."""
    house.arrive(plain_mail(), datetime(2024, 8, 7, 23, 59, 59, tzinfo=BEIJING))
    house.settle_and_decide()
    assert states(house) == [MessageState.BEFORE_CUTOFF]
    assert (house.mailbox.fetched, house.letters()) == ([], [])


def test_a_mail_that_is_too_large_is_registered_and_not_downloaded(open_one: Open) -> None:
    """The limit itself still passes."""
    raw = plain_mail().as_bytes()
    house = open_one(mailbox_={"max_message_size": len(raw)})
    house.arrive(raw)
    house.arrive(raw + b"\r\n")
    receive_all(house.app.inlet)
    assert states(house) == [MessageState.STORED, MessageState.TOO_LARGE]
    assert house.mailbox.fetched == [1]


def test_a_full_disk_records_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail stays on the server, is not marked as fetched, and comes in when there is room."""
    house.arrive(plain_mail())
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: _Usage(1, 1, 0))
        with pytest.raises(StorageError, match="磁盘空间不足"):
            receive_all(house.app.inlet)
    assert (house.messages(), house.events()) == ([], [])
    assert receive_all(house.app.inlet) == 1


def test_a_mail_that_vanishes_before_it_is_fetched_leaves_nothing(open_one: Open) -> None:
    """Somebody moved it; the next one comes in, and no half file stays."""

    class Vanishing(FakeMailbox):
        def stumble(self, step: str) -> None:
            super().stumble(step)
            if step == "fetch_raw" and 1 in self.folders["INBOX"].mails:
                self.expunge(1)

    house = open_one(mailbox=Vanishing())
    house.arrive(plain_mail(1))
    house.arrive(plain_mail(2))
    assert receive_all(house.app.inlet) == 1
    assert [row.uid for row in house.messages()] == [2]
    assert len(list(house.app.files.hashes())) == 1


def test_a_mail_that_cannot_be_had_now_keeps_nobody_waiting(house: House) -> None:
    """It is told in the folder's state and fetched at the next look."""
    house.mailbox.fail_next("fetch_raw", MessageUnreadableError("暂时取不到"))
    house.arrive(with_file(plain_mail(1), bytes(SMALL)))
    house.arrive(plain_mail(2))
    assert receive_all(house.app.inlet) == 1
    with house.store() as session:
        assert "1 封" in list_folders(session)[0].error
        assert (count_on_server(session), count_in_ledger(session)) == (2, 1)
    assert receive_all(house.app.inlet) == 1
    with house.store() as session:
        assert list_folders(session)[0].error == ""
        assert (count_on_server(session), count_in_ledger(session)) == (2, 2)


def test_a_folder_that_is_missing_beside_the_inbox_is_told(open_one: Open) -> None:
    """A misspelt name must not stop the applications."""
    house = open_one(mailbox_={"also_watch": ["垃圾邮箱"]})
    house.arrive(plain_mail())
    assert receive_all(house.app.inlet) == 1
    with house.store() as session:
        errors = {row.folder: row.error for row in list_folders(session)}
    assert errors["INBOX"] == ""
    assert "垃圾邮箱" in errors["垃圾邮箱"]


def test_a_missing_inbox_is_a_mistake_of_the_configuration(open_one: Open) -> None:
    """Nothing can come in."""
    with pytest.raises(FolderMissingError):
        receive_all(open_one(mailbox_={"folder": "申报"}).app.inlet)


def test_a_refused_login_reaches_the_caller_and_the_status(house: House) -> None:
    """The last good look is kept beside it."""
    house.arrive(plain_mail())
    receive_all(house.app.inlet)
    house.mailbox.password_accepted = False
    with pytest.raises(LoginRefusedError) as caught:
        receive_all(house.app.inlet)
    note_failure(house.app.database, house.app.settings.mailbox.folder, caught.value)
    with house.store() as session:
        folder = list_folders(session)[0]
    assert "拒绝登录" in folder.error
    assert folder.server_count == 1


def test_a_look_is_remembered_with_its_time_and_counts(house: House) -> None:
    """For status and digest; an empty folder was looked at too."""
    receive_all(house.app.inlet)
    house.wait(timedelta(minutes=1))
    house.arrive(plain_mail())
    receive_all(house.app.inlet)
    with house.store() as session:
        folder = list_folders(session)[0]
    assert (folder.polled_at, folder.server_count, folder.ledger_count) == (
        house.clock.instant,
        1,
        1,
    )
