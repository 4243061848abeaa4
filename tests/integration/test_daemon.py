"""The loop: rounds, what a tick survives, what ends it, and that a stopped daemon stops."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from ingest import daemon
from ingest.daemon import Daemon, run_once, work
from ingest.errors import LoginRefusedError, MailroomError, StorageError, TemporaryError
from ingest.steps.receive import receive_all
from ingest.store.folders import list_folders
from ingest.store.tables import MessageState
from notifier.rendering import Templates
from notifier.transport import SmtpLoginRefused
from tests.integration.house import SETTLE, House, plain_mail, with_file

Open = Callable[..., House]


@pytest.fixture
def signals() -> Iterator[None]:
    """The handlers as they were before."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def answers(house: House) -> int:
    return sum(letter.kind != "digest" for letter in house.letters())


def folder_error(house: House) -> str:
    with house.store() as session:
        return list_folders(session)[0].error


def test_one_round_receives_reads_judges_and_sends(house: House) -> None:
    """A question and an application whose window has passed; the digest of yesterday's hour."""
    house.arrive(plain_mail(1))
    house.arrive(with_file(plain_mail(2)), house.clock.instant - SETTLE)
    run_once(house.app)
    kinds = sorted(letter.kind for letter in house.letters())
    assert kinds == ["digest", "incomplete", "received"]
    assert len(house.transport.letters) == 3
    run_once(house.app)
    assert len(house.transport.letters) == 3


def test_a_backlog_keeps_neither_letters_nor_the_mailbox_waiting(house: House) -> None:
    """Beyond its turn each kind of work does one unit and leaves the rest to the next call."""
    for number in range(3):
        house.arrive(plain_mail(number, from_=f"a{number}@example.cn"))
    receive_all(house.app.inlet)
    for expected in (1, 2, 3):
        work(house.app, turn=timedelta(), sending_turn=timedelta())
        assert answers(house) == expected
        assert len(house.transport.letters) == expected
    work(house.app, turn=timedelta(), sending_turn=timedelta())
    assert len(house.transport.letters) == 4  # the digest


@pytest.mark.parametrize(
    "error", [TemporaryError("连不上"), LoginRefusedError("拒绝登录")], ids=["away", "refused"]
)
def test_a_mailbox_in_trouble_keeps_no_waiting_letter(house: House, error: MailroomError) -> None:
    """The letter leaves, the trouble is raised at the end and written down."""
    house.queue()
    house.mailbox.fail_next("session", error)
    with pytest.raises(type(error)):
        run_once(house.app)
    assert "wang@example.cn" in [letter.recipient for letter in house.transport.letters]
    assert error.message in folder_error(house)


def test_a_digest_that_cannot_be_made_keeps_no_waiting_letter(house: House) -> None:
    """The fault is still raised, for the journal."""
    house.queue()
    house.app.templates = Templates(
        {**house.app.templates.sources, "digest/body.txt": "{{ nonsense }}"}
    )
    with pytest.raises(Exception, match="nonsense"):
        work(house.app)
    assert len(house.transport.letters) == 1


def test_work_stops_after_the_unit_in_hand(house: House) -> None:
    """A restart must not wait for a full mailbox."""
    for number in range(3):
        house.arrive(plain_mail(number))
    receive_all(house.app.inlet)
    stop = threading.Event()
    stop.set()
    work(house.app, stop)
    assert {row.state for row in house.messages()} == {MessageState.STORED}
    assert house.transport.sessions == 0


def test_trouble_of_the_world_waits_for_the_next_tick(house: House) -> None:
    """Written down for status and digest, and gone after the next good look."""
    loop = Daemon(house.app)
    house.mailbox.fail_next("session", TemporaryError("连不上"))
    house.arrive(plain_mail())
    loop._tick(loop._look)
    assert "连不上" in folder_error(house)
    assert not loop.stop.is_set()
    loop.looking.ready_at = 0.0
    loop._tick(loop._look)
    assert (folder_error(house), len(house.messages())) == ("", 1)


def test_a_fault_of_ours_does_not_end_the_loop(house: House) -> None:
    """It is in the journal."""

    def stumble() -> None:
        raise ZeroDivisionError

    loop = Daemon(house.app)
    loop._tick(stumble)
    assert (loop.stop.is_set(), loop.fatal) == (False, None)


def test_a_refused_login_ends_the_loop_also_when_it_cannot_be_written_down(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Going on would lock the account."""

    def full(*about: object) -> None:
        raise StorageError("磁盘已满")

    monkeypatch.setattr(daemon, "note_failure", full)
    loop = Daemon(house.app)
    house.mailbox.password_accepted = False
    loop._tick(loop._look)
    assert loop.stop.is_set()
    assert isinstance(loop.fatal, LoginRefusedError)
    loop._tick(house.queue)
    assert house.letters() == []


@pytest.mark.usefixtures("signals")
def test_the_daemon_answers_a_mail_and_ends_when_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real threads, a real SIGTERM, a real answer in between."""
    monkeypatch.setattr(daemon, "WORK_EVERY", timedelta(seconds=0.1))
    house.arrive(plain_mail())

    def watch() -> None:
        limit = time.monotonic() + 20
        while not any(letter.recipient == "wang@example.cn" for letter in house.transport.letters):
            if time.monotonic() > limit:
                break
            time.sleep(0.02)
        signal.pthread_kill(main, signal.SIGTERM)

    main = threading.get_ident()
    watcher = threading.Thread(target=watch)
    watcher.start()
    Daemon(house.app).run()
    watcher.join()
    assert answers(house) == 1
    assert "wang@example.cn" in [letter.recipient for letter in house.transport.letters]


@pytest.mark.usefixtures("signals")
def test_no_mail_waits_for_a_tick_while_others_are_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came in is read at once, and what one turn leaves over in the next, which follows."""
    monkeypatch.setattr(daemon, "WORK_EVERY", timedelta(hours=1))
    monkeypatch.setattr(daemon, "TURN", timedelta())
    for number in range(4):
        house.arrive(plain_mail(number, from_=f"a{number}@example.cn"))
    loop = Daemon(house.app)
    main = threading.get_ident()

    def watch() -> None:
        limit = time.monotonic() + 20
        while answers(house) < 4 and time.monotonic() < limit:
            time.sleep(0.02)
        signal.pthread_kill(main, signal.SIGTERM)

    watcher = threading.Thread(target=watch)
    watcher.start()
    loop.run()
    watcher.join()
    assert answers(house) == 4


@pytest.mark.usefixtures("signals")
def test_the_daemon_ends_by_itself_when_the_way_out_refuses_its_login(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the error, so that the exit code is right and systemd does not start it again."""
    monkeypatch.setattr(daemon, "WORK_EVERY", timedelta(seconds=0.1))
    house.queue()
    house.transport.trouble = SmtpLoginRefused("535")
    with pytest.raises(LoginRefusedError, match="535"):
        Daemon(house.app).run()
    assert house.transport.sessions == 0
