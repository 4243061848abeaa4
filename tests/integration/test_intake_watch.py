"""The daemon watching itself: silence of the mailbox, back-off, refused logins, the canary."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ingest.daemon import Daemon, start, watch, work
from ingest.errors import ConfigError, ServerBusyError, TemporaryError
from ingest.sandbox import trial
from ingest.steps import watch as watching
from ingest.steps.canary import stamp_of, token
from ingest.steps.receive import receive_all
from ingest.store.folders import save_folder
from ingest.views.health import intake_health, is_stale
from ingest.views.status import status_report
from ingest.views.systemstate import system_state
from ingest.walls.confinement import Walls
from notifier.digest import NORMAL, state_lines
from notifier.outbox import OutboxRow
from notifier.transport import SmtpUnavailable
from tests.integration.house import House, plain_mail

Open = Callable[..., House]
ADMIN = "guanliyuan@example.org"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def watched(open_one: Open) -> House:
    """A house with an administrator, looked at a moment ago."""
    house = open_one(office={"administrators": [ADMIN], "staff": ["staff@office.example"]})
    receive_all(house.app.inlet)
    return house


def letters(house: House, kind: str) -> list[OutboxRow]:
    return [letter for letter in house.letters() if letter.kind == kind]


def words(letter: OutboxRow) -> str:
    mail = email.message_from_bytes(letter.mime, policy=email.policy.default)
    return str(mail.get_content())


@pytest.mark.parametrize(
    ("last", "every", "stale"),
    [
        (timedelta(minutes=15), MINUTE, False),
        (timedelta(minutes=15, seconds=1), MINUTE, True),
        (timedelta(minutes=44), 15 * MINUTE, False),
        (timedelta(minutes=46), 15 * MINUTE, True),
    ],
)
def test_a_mailbox_is_silent_after_a_quarter_of_an_hour_or_three_looks(
    last: timedelta, every: timedelta, *, stale: bool
) -> None:
    """Whoever looks rarely on purpose is not alarmed by it."""
    now = datetime.fromisoformat("2024-08-20T09:00:00+08:00")
    assert is_stale(now - last, now, every) is stale
    assert is_stale(None, now, every)


def test_administrators_get_one_mail_when_intake_dies_and_one_when_it_lives(watched: House) -> None:
    """However often the daemon looks, and through restarts: the incident stands in the ledger."""
    house, since = watched, watched.clock.instant
    house.wait(15 * MINUTE)
    assert house.watch_intake(since) == ""
    house.wait(MINUTE)
    for _ in range(3):
        assert "16 分钟没有成功收信" in house.watch_intake(since)
        house.wait(timedelta(seconds=10))
    (first,) = letters(house, "alarm")
    assert (first.recipient, "长时间没有成功收信" in first.subject) == (ADMIN, True)
    receive_all(house.app.inlet)
    for _ in range(3):
        assert house.watch_intake(since) == ""
    assert ["已恢复收信" in letter.subject for letter in letters(house, "alarm")] == [False, True]


def test_a_second_incident_is_told_again(watched: House) -> None:
    """Each one has its own mail."""
    for _ in range(2):
        watched.wait(20 * MINUTE)
        watched.watch_intake(watched.clock.instant - timedelta(days=1))
        receive_all(watched.app.inlet)
        watched.watch_intake(watched.clock.instant)
    assert len(letters(watched, "alarm")) == 4


def test_a_mailbox_that_never_answered_is_told_a_quarter_of_an_hour_after_the_start(
    open_one: Open,
) -> None:
    """There is no last good look to count from."""
    house = open_one(office={"administrators": [ADMIN]})
    since = house.clock.instant
    assert house.watch_intake(since) == ""
    house.wait(16 * MINUTE)
    assert "尚未成功收过信" in house.watch_intake(since)
    assert len(letters(house, "alarm")) == 1


def test_status_and_digest_say_that_nothing_comes_in(watched: House) -> None:
    """Status for machines, the digest for people; and why."""
    watched.mailbox.fail_next("session", TemporaryError("连不上"))
    watched.wait(20 * MINUTE)
    loop = Daemon(watched.app)
    loop._tick(loop._look)
    with watched.store() as session:
        report = status_report(
            session, hold=False, now=watched.clock.instant, settings=watched.app.settings
        )
        state = system_state(session, watched.app.settings, watched.app.clock.now())
    assert report["stale"] == "已有 20 分钟没有成功收信: 连不上"
    assert report["stale"] in state.errors


@pytest.mark.parametrize(("minutes", "well"), [(20, True), (89, True), (91, False)])
def test_status_and_digest_agree_on_what_is_too_long(
    open_one: Open, minutes: int, *, well: bool
) -> None:
    """Where looks are rare on purpose, neither calls one a failure before three of them are
    missing.
    """
    house = open_one(mailbox_={"poll_every": timedelta(minutes=30)})
    receive_all(house.app.inlet)
    house.wait(minutes * MINUTE)

    with house.store() as session:
        report = status_report(
            session, hold=False, now=house.clock.instant, settings=house.app.settings
        )
        state = system_state(session, house.app.settings, house.app.clock.now())

    (line,) = [line for line in state_lines(state) if line.label == "最近一次收信"]
    assert (report["stale"] == "", line.word == NORMAL) == (well, well)


def test_a_long_first_look_is_no_silence(watched: House) -> None:
    """Mails that come in are a sign of life, though the look has not ended."""
    watched.wait(20 * MINUTE)
    watched.arrive(plain_mail(1))
    watched.mailbox.fail_next("examine", TemporaryError("x"))
    receive_all_quietly(watched)
    with watched.store() as session:
        assert intake_health(session, watched.app.settings.mailbox, watched.clock.instant).stale
    receive_all(watched.app.inlet)
    watched.wait(10 * MINUTE)
    with watched.store() as session:
        assert not intake_health(session, watched.app.settings.mailbox, watched.clock.instant).stale


def receive_all_quietly(house: House) -> None:
    with pytest.raises(TemporaryError):
        receive_all(house.app.inlet)


def test_every_mail_accounted_for_is_said_and_a_difference_names_its_folder(watched: House) -> None:
    """The two counts, their verdict and the place."""

    def report() -> tuple[bool, list[str]]:
        with watched.store() as session:
            found = status_report(
                session, hold=False, now=watched.clock.instant, settings=watched.app.settings
            )
        return found["reconciled"], found["differences"]

    watched.arrive(plain_mail(1))
    receive_all(watched.app.inlet)
    assert report() == (True, [])
    with watched.app.database.writing() as session:
        save_folder(session, "INBOX", 1, (1, 2), watched.clock.instant)
    assert report() == (False, ["INBOX: 服务器 2 封, 台账 1 封"])


# --- leaving servers alone
# -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "minutes"),
    [(TemporaryError("连不上"), 1), (ServerBusyError("过于频繁"), 15)],
    ids=["away", "busy"],
)
def test_a_mailbox_that_failed_is_not_knocked_at_before_its_time(
    watched: House, error: TemporaryError, minutes: int
) -> None:
    """However often the daemon ticks."""
    moment = [0.0]
    loop = Daemon(watched.app)
    loop.looking.seconds_now = lambda: moment[0]
    watched.mailbox.fail_next("session", error)
    before = watched.mailbox.sessions
    for second in range(0, minutes * 60, 20):
        moment[0] = float(second)
        loop._tick(loop._look)
    assert watched.mailbox.sessions == before
    moment[0] = minutes * 60.0
    loop._tick(loop._look)
    assert watched.mailbox.sessions == before + 1


def test_a_server_that_takes_no_letters_is_not_knocked_at_every_five_seconds(
    watched: House,
) -> None:
    """The letter waits; the ledger says it once, and the mailbox is not blamed."""
    watched.queue()
    loop = Daemon(watched.app)
    watched.transport.trouble = SmtpUnavailable("连不上")
    for _ in range(10):
        loop._tick(lambda: work(loop.app, loop.stop, loop.sending))
    assert loop.sending.failures == 1
    assert len([event for event in watched.events("alarm") if "发不了信" in event.text]) == 1
    with watched.store() as session:
        assert (
            intake_health(session, watched.app.settings.mailbox, watched.clock.instant).error == ""
        )


def test_a_refused_password_is_told_and_what_was_decided_still_leaves(watched: House) -> None:
    """Then the daemon ends with code 77; the mailbox is not asked a second time."""
    watched.queue()
    watched.mailbox.password_accepted = False
    loop = Daemon(watched.app)
    loop._tick(loop._look)
    assert loop.stop.is_set()
    assert loop.fatal is not None
    assert int(loop.fatal.exit_code) == 77
    assert sorted(letter.recipient for letter in watched.transport.letters) == [
        ADMIN,
        "wang@example.cn",
    ]
    assert "拒绝登录" in words(letters(watched, "alarm")[0])


# --- the canary
# ------------------------------------------------------------------------------------------------------


@pytest.fixture
def flying(open_one: Open) -> House:
    """A house that sends canaries."""
    house = open_one(
        mailbox_={"canary": True, "username": "shenbao@office.example"},
        office={"administrators": [ADMIN]},
    )
    receive_all(house.app.inlet)
    return house


def come_back(house: House) -> None:
    house.send()
    house.arrive(letters(house, "canary")[-1].mime)
    house.take_in()


def test_a_canary_flies_once_a_day_and_is_nobodys_case(flying: House) -> None:
    """Sent to ourselves, seen, not answered, not counted as mail of an applicant."""
    assert [flying.canary_if_due(), flying.canary_if_due()] == [True, False]
    assert letters(flying, "canary")[0].recipient == "shenbao@office.example"
    come_back(flying)
    assert len(flying.events("canary_seen")) == 1
    assert (flying.cases(), len(flying.letters())) == ([], 1)
    flying.wait(timedelta(hours=24))
    assert flying.canary_if_due()
    assert not flying.watch_canary()


def test_a_canary_that_does_not_come_back_is_told_once(flying: House) -> None:
    """Twenty-six hours after the last one that was seen; and a later one ends the incident."""
    flying.canary_if_due()
    come_back(flying)
    flying.wait(timedelta(hours=24))
    flying.canary_if_due()
    for hours, lost in ((2, False), (0.1, True), (1, True)):
        flying.wait(timedelta(hours=hours))
        receive_all(flying.app.inlet)
        assert flying.watch_canary() is lost
    assert ["自检邮件没有收到" in letter.subject for letter in letters(flying, "alarm")] == [True]
    come_back(flying)
    receive_all(flying.app.inlet)
    assert not flying.watch_canary()


def test_a_canary_is_not_missed_while_nobody_looks(flying: House) -> None:
    """After days of standstill the mailbox is read first."""
    flying.canary_if_due()
    flying.wait(timedelta(days=3))
    assert not flying.watch_canary()


def test_no_canary_flies_unless_it_is_wanted(watched: House) -> None:
    """NetEase bars accounts that write to themselves."""
    watch(watched.app, watched.clock.instant)
    assert letters(watched, "canary") == []


def test_nobody_without_the_key_can_pretend_that_mail_arrives(flying: House) -> None:
    """The token is made with it, and a wrong one is just a mail."""
    stamp = "20240820T010000Z"
    assert stamp_of(b"k" * 32, f"收发室自检 {token(b'k' * 32, stamp)}") == stamp
    assert stamp_of(b"k" * 32, f"收发室自检 {token(b'x' * 32, stamp)}") is None
    flying.arrive(plain_mail(1, subject=token(b"x" * 32, stamp), from_="shenbao@office.example"))
    flying.take_in()
    assert flying.events("canary_seen") == []


GAPS = Walls(files="", calls="内核不接受过滤器", network="")


def test_a_missing_wall_stands_in_the_digest_every_day(
    watched: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a day, not once a minute."""
    monkeypatch.setattr(watching, "standing_walls", lambda: GAPS)
    for _ in range(3):
        watching.watch_walls(watched.app.database, watched.clock.instant)
    watched.clock.instant += timedelta(days=1, minutes=1)
    watching.watch_walls(watched.app.database, watched.clock.instant)

    told = [event.text for event in watched.events() if "隔离不全" in event.text]
    assert told == ["读取附件的进程隔离不全: 系统调用: 内核不接受过滤器"] * 2


def test_an_office_that_asks_for_all_walls_does_not_start_without_one(
    open_one: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 78: trying again cannot help."""
    monkeypatch.setattr(trial, "standing_walls", lambda: GAPS)

    with pytest.raises(ConfigError, match="系统调用: 内核不接受过滤器"):
        start(open_one(limits={"require_confinement": True}).app)
    start(open_one().app)
