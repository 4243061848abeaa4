"""Whole rounds against a real mailbox and a real SMTP peer, each with one misfortune on the wire,
disk or database.

After each the round is repeated undisturbed, and the office is looked at from outside
(tests/torture/check.py).
"""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.app import App, build
from ingest.clock import FixedClock
from ingest.daemon import run_once, work
from ingest.demo.smtp_sink import SmtpSink, TakenLetter
from ingest.errors import MailroomError, StorageError, TemporaryError
from ingest.mailbox.imap import ImapMailbox
from ingest.settings import load_settings
from ingest.store.database import open_database
from rules.vocabulary import BEIJING
from tests.integration.house import plain_mail
from tests.integration.without_worker import without_worker
from tests.ready_schema import lay_schema
from tests.servers.dovecot import DovecotAccount
from tests.servers.faultproxy import Fault, FaultProxy
from tests.servers.smtp import transport_to
from tests.torture.check import always, at_rest, message_id, rows
from tests.torture.mails import Posted, application, question
from tests.torture.runs import KilledOffice, Zygote

pytestmark = pytest.mark.dovecot
EVENING = datetime(2024, 8, 20, 18, 0, tzinfo=BEIJING)
PATIENCE, WITH_THE_FROZEN = 2.0, 0.7  #: seconds; what is frozen is only waited for


class Round:
    """An office in this process: one round at a time, with or without a misfortune."""

    def __init__(self, office: KilledOffice) -> None:
        self.office = office
        self.clock = FixedClock(EVENING)

    @contextmanager
    def app(self, imap: Fault | None = None, smtp: Fault | None = None) -> Iterator[App]:
        """The program, started; both servers are reached through a proxy."""
        account, sink = self.office.account, self.office.sink
        frozen = any(fault and fault.action.endswith("freeze") for fault in (imap, smtp))
        patience = WITH_THE_FROZEN if frozen else PATIENCE
        with (
            FaultProxy((account.host, account.server.port), *filter(None, [imap])) as mailbox_proxy,
            FaultProxy((sink.host, sink.port), *filter(None, [smtp])) as sink_proxy,
        ):
            mailbox: Any = ImapMailbox(
                account.host, mailbox_proxy.port, security="none",
                username=account.username, password=account.password, timeout=patience,
            )  # fmt: skip
            transport = transport_to(
                sink, port=sink_proxy.port, timeout=patience, final_timeout=patience
            )
            settings = load_settings(self.office.directory / "mailroom.toml")
            app = build(settings, clock=self.clock, mailbox=mailbox, transport=transport)
            app.database.close()
            app.database = open_database(
                settings.store.database,
                patience=timedelta(milliseconds=300),
            )
            try:
                yield app
            finally:
                app.close()

    def run(self, imap: Fault | None = None, smtp: Fault | None = None) -> MailroomError | None:
        """One round of a fresh program; what it ended with."""
        with self.app(imap, smtp) as app:
            try:
                run_once(app)
            except MailroomError as error:
                return error
        return None

    def until_quiet(self) -> None:
        """Days pass, and nothing goes wrong any more."""
        for _ in range(2):
            self.clock.instant += timedelta(days=1)
            assert self.run() is None

    def states(self) -> list[str]:
        """Of the answers to applicants; a day without the program may end with a reminder."""
        return [row["state"] for row in self._answers()]

    def answers_taken(self) -> list[TakenLetter]:
        """What the server got of them, a letter as often as it came."""
        ours = {row["message_id"] for row in self._answers()}
        return [letter for letter in self.office.taken if message_id(letter) in ours]

    def _answers(self) -> list[sqlite3.Row]:
        return rows(
            self.office.database,
            "SELECT state, message_id FROM outbox WHERE kind NOT IN ('digest', 'reminder')",
        )


@pytest.fixture
def round_(
    tmp_path: Path, dovecot: DovecotAccount, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Round]:
    """Two questions and an application wait in the mailbox."""
    without_worker(monkeypatch)
    office = KilledOffice(tmp_path / "office", dovecot, smtp_sink, Zygote())
    lay_schema(office.database)
    office.post([question(1), application(2), question(3)])
    yield Round(office)
    assert always(office) == []


@pytest.mark.parametrize("action", ["reset", "freeze"])
@pytest.mark.parametrize(
    ("side", "pattern"),
    [
        ("server", rb"BODY\[\][^\n]*\{\d+\}\r\n.{40}"),
        ("client", rb"(?i)EXAMINE"),
        ("client", rb"(?i)UID FETCH"),
        ("client", rb"(?i)LOGIN|AUTHENTICATE"),
    ],
    ids=["in-a-mail", "opening", "fetching", "login"],
)
def test_a_mailbox_session_that_breaks_anywhere_costs_a_delay_and_no_mail(
    round_: Round, side: Any, pattern: bytes, action: Any
) -> None:
    """What was whole is kept, what was not is fetched again; letters that are decided leave all the
    same.
    """
    error = round_.run(imap=Fault(side, pattern, action))

    assert isinstance(error, TemporaryError)
    round_.until_quiet()
    assert at_rest(round_.office) == []
    assert round_.states() == ["sent"] * 3


@pytest.mark.parametrize(
    ("stage", "reply", "final"),
    [
        ("MAIL", "451 4.3.0 try again later", "sent"),
        ("RCPT", "450 4.2.0 greylisted", "sent"),
        ("CONTENT", "452 4.3.1 no room", "sent"),
        ("MAIL", "553 5.1.8 mail from must equal authorized user", "sent"),
        ("RCPT", "550 5.1.1 no such user", "failed"),
        ("CONTENT", "554 5.7.1 DT:SPM", "failed"),
    ],
)
def test_a_refusal_at_any_step_ends_in_one_letter_or_in_a_failed_one(
    round_: Round, stage: str, reply: str, final: str
) -> None:
    """4xx: the same letter later. 5xx: staff are told, nothing is sent."""
    round_.office.sink.replies[stage] = reply
    assert round_.run() is None
    assert round_.office.taken == []
    round_.office.sink.replies.clear()
    round_.until_quiet()

    assert round_.states() == [final] * 3
    if final == "sent":
        assert at_rest(round_.office) == []


@pytest.mark.parametrize(
    "command",
    [rb"(?i)MAIL FROM", rb"(?i)RCPT TO", rb"DATA"],
    ids=["mail", "rcpt", "data"],
)
def test_a_letter_cut_off_before_its_content_leaves_later_and_once(
    round_: Round,
    command: bytes,
) -> None:
    """The server certainly has not got it: not even the end of the command's line comes through, or
    its "go ahead" could overtake the cut, and a short letter leaves in one piece.
    """
    round_.run(smtp=Fault("client", command, "reset"))
    round_.until_quiet()

    assert at_rest(round_.office) == []
    assert round_.states() == ["sent"] * 3


@pytest.mark.parametrize("action", ["reset", "close"])
def test_a_letter_cut_off_in_its_content_is_never_sent_twice(round_: Round, action: Any) -> None:
    """A short letter and its final dot are on their way together, so that the cut looks like a lost
    reply to us.
    """
    round_.run(smtp=Fault("client", rb"\r\n[Ss]ubject", action))
    round_.until_quiet()

    assert at_rest(round_.office) == []
    assert set(round_.states()) <= {"sent", "uncertain"}
    assert round_.states().count("sent") >= 2


@pytest.mark.parametrize("action", ["deliver_then_reset", "deliver_then_freeze"])
def test_a_letter_whose_reply_was_lost_is_uncertain_and_never_sent_again(
    round_: Round,
    action: Any,
) -> None:
    """It arrived, as it happens; nobody here can know."""
    round_.run(smtp=Fault("client", rb"\r\n\.\r\n", action))
    round_.until_quiet()

    assert at_rest(round_.office) == []
    assert sorted(round_.states()) == ["sent", "sent", "uncertain"]
    assert len(round_.answers_taken()) == 3


def test_a_letter_whose_outcome_cannot_be_written_down_becomes_uncertain_without_a_restart(
    round_: Round,
) -> None:
    """The database is locked by somebody else from the moment the server takes the letter."""
    locks: list[sqlite3.Connection] = []

    def lock() -> None:
        locks.append(
            sqlite3.connect(round_.office.database, isolation_level=None, check_same_thread=False),
        )
        locks[0].execute("BEGIN IMMEDIATE")

    round_.office.taken.on_next = lock
    with round_.app() as app:
        with pytest.raises(TemporaryError):
            run_once(app)
        assert round_.states().count("sending") == 1
        with closing(locks[0]):
            locks[0].execute("ROLLBACK")
        work(app)

    assert sorted(round_.states()) == ["sent", "sent", "uncertain"]
    assert at_rest(round_.office) == []


def test_a_database_locked_by_another_program_costs_a_delay(round_: Round) -> None:
    """Intake writes nothing it cannot keep; afterwards all is as usual."""
    assert round_.run() is None
    round_.office.post([question(4)])
    with closing(sqlite3.connect(round_.office.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert isinstance(round_.run(), TemporaryError)
        other.execute("ROLLBACK")
    round_.until_quiet()

    assert at_rest(round_.office) == []


def test_a_disk_that_takes_no_more_bytes_stops_intake_and_loses_nothing(round_: Round) -> None:
    """The process may write files of 2 MB only, and a mail of 3 MB is among the new ones; then
    there is room again.
    """
    assert round_.run() is None
    large = plain_mail(50, text="很长的信。\n" * 200_000)
    round_.office.post(
        [question(5), Posted(large.as_bytes(), EVENING, answered=True, what="large"), question(6)],
    )
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with round_.app() as app:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, limits[1]))
        try:
            with pytest.raises(StorageError):
                run_once(app)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert always(round_.office) == []
    round_.until_quiet()

    assert at_rest(round_.office) == []
    assert round_.states() == ["sent"] * 6


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400)])
def test_a_clock_that_jumps_sends_nothing_twice(round_: Round, jump: timedelta) -> None:
    """The letters are out; the clock goes wrong, a mail comes in, the clock is put right."""
    assert round_.run() is None
    right = round_.clock.instant
    round_.clock.instant += jump
    round_.office.post([question(7)])
    round_.run()
    round_.clock.instant = right + timedelta(hours=1)
    round_.until_quiet()

    assert at_rest(round_.office) == []
    assert round_.states() == ["sent"] * 4


def test_a_folder_made_anew_with_other_mails_under_old_uids_skips_none(round_: Round) -> None:
    """New UIDVALIDITY, uids from 1 again, one known mail among new ones."""
    assert round_.run() is None
    account = round_.office.account
    for uid in (1, 2, 3):
        account.expunge(uid)
    account.renumber(77_777)
    round_.office.post([question(8), question(1), question(9)])
    round_.until_quiet()

    assert at_rest(round_.office) == []
    assert round_.states() == ["sent"] * 5
