"""The loop: rounds, what a tick survives, what ends it, and that a stopped daemon stops."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import apscheduler.schedulers.base
import apscheduler.triggers.interval
import pytest

from ingest import daemon
from ingest.clock import Jumps, SystemClock
from ingest.daemon import Daemon, run_once, work
from ingest.errors import (
    LoginRefusedError,
    MailroomError,
    StorageError,
    StoreBusyError,
    TemporaryError,
)
from ingest.mailbox.protocol import MessageSummary
from ingest.steps import intake
from ingest.steps.receive import receive_all
from ingest.steps.send import send_due
from ingest.stopsignal import StopSignal
from ingest.store.folders import list_folders
from ingest.store.tables import MessageState
from notifier.rendering import Templates
from notifier.transport import SmtpLoginRefused
from tests.fakes.mailbox import FakeSession
from tests.integration.house import SETTLE, STAFF, House, plain_mail, with_file

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


def test_mails_that_cannot_be_had_keep_no_waiting_letter(house: House) -> None:
    """Each is tried once a minute: a dozen of them would leave no turn to anything else. The first
    trouble is raised, for the journal.
    """
    house.queue()
    for number in range(2):
        house.arrive(plain_mail(number, from_=f"a{number}@example.cn"))
    receive_all(house.app.inlet)
    for row in house.messages():
        path = house.app.files.whole(row.sha256)
        with path as file:
            file.unlink()
            file.mkdir()
    with pytest.raises(StorageError):
        work(house.app)
    assert "wang@example.cn" in [letter.recipient for letter in house.transport.letters]
    assert {row.state for row in house.messages()} == {MessageState.STORED}


def test_no_step_is_begun_once_told_to_stop(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each may wait half a minute for a database that is locked, and who stops us kills after two."""
    stop = StopSignal()

    def locked(*about: object) -> bool:
        stop.set()
        raise TemporaryError("locked")

    monkeypatch.setattr(daemon, "answer_one", locked)
    with pytest.raises(TemporaryError, match="locked"):
        work(house.app, stop)
    assert house.letters() == []  # not even the digest that is due


def test_trouble_beside_the_first_is_in_the_journal(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is raised is the first."""

    def failing(what: str) -> Callable[..., bool]:
        def fail(*about: object) -> bool:
            raise TemporaryError(what)

        return fail

    monkeypatch.setattr(daemon, "answer_one", failing("first"))
    monkeypatch.setattr(daemon, "judge_one", failing("second"))
    with pytest.raises(TemporaryError, match="first"):
        work(house.app)
    assert "second" in capsys.readouterr().out


def test_the_pause_between_two_letters_ends_when_the_daemon_does(house: House) -> None:
    """NetEase wants twenty seconds of it, and a batch is fifty letters."""
    for number in range(3):
        house.queue(key=f"k{number}")
    told = StopSignal()
    threading.Timer(0.1, told.set).start()
    slow = replace(house.app.outlet, pace=timedelta(hours=1))
    assert send_due(slow, told=told) == 1


def test_a_look_at_a_full_mailbox_ends_when_the_daemon_does(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours of it at the first start. What came until then is kept, nobody says that the mailbox
    was in trouble, and the next start takes the rest.
    """
    monkeypatch.setattr(intake, "GROUP", 2)
    for number in range(5):
        house.arrive(plain_mail(number))
    loop = Daemon(house.app)
    fetch = FakeSession.fetch_small

    def told(self: FakeSession, wanted: Sequence[MessageSummary]) -> dict[int, bytes]:
        loop.stop.set()
        return fetch(self, wanted)

    monkeypatch.setattr(FakeSession, "fetch_small", told)
    loop._look()
    assert [row.uid for row in house.messages()] == [1, 2]
    assert folder_error(house) == ""
    assert receive_all(house.app.inlet) == 3


def test_a_database_that_is_locked_is_no_trouble_of_the_servers(house: House) -> None:
    """They are asked again as soon as it is free, not a quarter of an hour later."""
    house.queue()
    house.arrive(plain_mail())
    loop = Daemon(house.app)
    house.transport.trouble = StoreBusyError("locked")  # type: ignore[assignment]
    house.mailbox.fail_next("summaries", StoreBusyError("locked"))
    with pytest.raises(StoreBusyError):
        loop._look()
    with pytest.raises(StoreBusyError):
        loop._work()
    assert (loop.looking.ready, loop.sending.ready) == (True, True)
    assert "locked" in folder_error(house)
    assert house.events("alarm") == []
    house.transport.trouble = None
    loop._look()
    loop._work()
    assert "wang@example.cn" in [letter.recipient for letter in house.transport.letters]


def test_a_signal_is_heard_whatever_it_interrupts(house: House) -> None:
    """Also the waiting for it, and the handling of another one."""
    loop = Daemon(house.app)
    handled = threading.Thread(target=lambda: loop._stop(signal.SIGTERM, None), daemon=True)
    with loop.stop._cond:  # type: ignore[attr-defined]  # what a usual event waits with
        handled.start()
        handled.join(timeout=5)
        assert not handled.is_alive()
    assert loop.stop.wait(0)


def test_what_is_asked_for_waits_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn of sending may last five minutes: news of sixty mails is one login afterwards."""
    monkeypatch.setattr(daemon, "NEWS_PAUSE", timedelta())
    monkeypatch.setattr(daemon, "work", lambda *_, **__: False)
    loop = Daemon(house.app)
    queued: list[Callable[[], object]] = []
    for _ in range(3):
        loop.news.set()
        loop.reload = loop.more = True
        queued += loop._asked_for()
    assert len(queued) == 3
    for step in queued:
        step()
    assert list(loop._asked_for()) == []
    assert house.mailbox.sessions == 1
    loop.reload = True
    assert len(list(loop._asked_for())) == 1


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


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_clock_that_is_set_stops_no_tick(
    house: House, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """APScheduler waits for times of day: an hour back would have been an hour of silence."""
    wrong = [0.0]

    class Wrong(SystemClock):
        def now(self) -> datetime:
            return super().now() + timedelta(seconds=wrong[0])

    class WrongDatetime(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            del tz
            return Wrong().now()

    for module in (apscheduler.schedulers.base, apscheduler.triggers.interval):
        monkeypatch.setattr(module, "datetime", WrongDatetime)
    monkeypatch.setattr(daemon, "SystemClock", Wrong)
    monkeypatch.setattr(daemon, "Jumps", lambda: Jumps(lambda: Wrong().now().timestamp()))
    monkeypatch.setattr(daemon, "WORK_EVERY", timedelta(seconds=0.1))
    main = threading.get_ident()

    def answered(recipient: str) -> bool:
        limit = time.monotonic() + 10
        while recipient not in [letter.recipient for letter in house.transport.letters]:
            if time.monotonic() > limit:
                return False
            time.sleep(0.02)
        return True

    def watch() -> None:
        assert answered(STAFF)  # the ticks have begun
        wrong[0] = seconds
        time.sleep(0.5)
        house.queue()
        answered("wang@example.cn")
        signal.pthread_kill(main, signal.SIGTERM)

    watcher = threading.Thread(target=watch)
    watcher.start()
    Daemon(house.app).run()
    watcher.join()
    assert "wang@example.cn" in [letter.recipient for letter in house.transport.letters]


@pytest.mark.usefixtures("signals")
def test_a_long_turn_is_no_news_and_an_endless_one_is(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Ticks that come meanwhile are left out without a word."""
    monkeypatch.setattr(daemon, "WORK_EVERY", timedelta(seconds=0.05))
    monkeypatch.setattr(daemon, "LONG", timedelta(seconds=0.5))
    main = threading.get_ident()

    def endless(*given: object, **more: object) -> bool:
        time.sleep(1.2)
        signal.pthread_kill(main, signal.SIGTERM)
        return False

    monkeypatch.setattr(daemon, "work", endless)
    with caplog.at_level(logging.WARNING):
        Daemon(house.app).run()
    assert [record for record in caplog.records if "apscheduler" in record.name] == []
    assert capsys.readouterr().out.count("goes on for long") == 1
