"""``mailroom demo``: the whole main job of a call, day by day, on servers inside this process.

The mailbox, the SMTP server and the clock are the demo's; everything between them is the house as
it always is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from ingest.app import App, build
from ingest.calls import default_config, open_call
from ingest.clock import FixedClock
from ingest.daemon import start, work
from ingest.demo.clerk import Deed, Shift, shifts_of, work_shift
from ingest.demo.mailbox import EmbeddedMailbox
from ingest.demo.mails import Sample, load_samples, message_id_of, own_samples
from ingest.demo.output import write_output
from ingest.demo.smtp_sink import SmtpSink
from ingest.mailbox.imap import ImapMailbox
from ingest.outputs import creating
from ingest.progress import Progress, told, untold
from ingest.settings import Settings
from ingest.steps.receive import receive_all
from ingest.store.cases import cases_of_message
from ingest.store.counts import count_in_ledger, count_on_server
from ingest.store.messages import list_messages
from ingest.store.tables import MessageRow
from notifier.outbox import list_letters
from rules.call import Call
from rules.vocabulary import BEIJING

CALL = "smart-education-2024"
OFFICE = "mailroom@office.example"
STAFF = "staff@office.example"
SETTLE = timedelta(minutes=10)
DECIDED = ("24",)
"""Numbers of the samples whose case a clerk decides the day after."""
_ELSEWHERE = "用 --dir 指定别的文件夹"


@dataclass(frozen=True)
class Scenario:
    """A call and the mails that come for it."""

    calls: Path  #: the directory the call's folder stands in
    call: Call
    samples: tuple[Sample, ...]  #: in the order in which they come
    shifts: tuple[Shift, ...] = ()  #: what the office's people do, by the hour

    @property
    def first_day(self) -> datetime:
        """Midnight, Beijing time, before the call was published."""
        return self.call.published.astimezone(BEIJING).replace(hour=0, minute=0)

    @property
    def last_moment(self) -> datetime:
        """When the digests of the deadline, of the last mail and of the last shift have been sent;
        aware.
        """
        moments = [sample.received for sample in self.samples] + [each.at for each in self.shifts]
        return max(self.call.deadline, *moments) + timedelta(days=1)


def shipped_scenario() -> Scenario:
    """The first call with the sample mails that ship with the program, and people who decide what
    the program leaves to them.
    """
    scenario = _scenario(default_config() / "calls", CALL, load_samples())
    doubtful = {each.number: each.received for each in scenario.samples if each.number in DECIDED}
    return replace(scenario, shifts=shifts_of(scenario.call, doubtful))


def own_scenario(call_folder: Path, mails: Path) -> Scenario:
    """The call in ``call_folder`` with the .eml files in ``mails``.

    Raises:
        ConfigError: one of them cannot be used.
    """
    folder = call_folder.absolute()
    return _scenario(
        folder.parent, folder.name, own_samples(mails, open_call(folder.parent, folder.name).call)
    )


def _scenario(calls: Path, identifier: str, samples: tuple[Sample, ...]) -> Scenario:
    ordered = sorted(samples, key=lambda sample: (sample.received, sample.number))
    return Scenario(calls, open_call(calls, identifier).call, tuple(ordered))


@dataclass(frozen=True)
class Outcome:
    """What became of one sample mail."""

    sample: Sample
    screening: str
    case_code: str
    letter: str  #: kind of the first letter about it, ``none``; what people decide comes later
    state: str  #: of that letter

    @property
    def as_expected(self) -> bool:
        """Whether it is what the samples promise; nothing is promised of an office's own mails."""
        return self.sample.letter in ("", self.letter)


@dataclass(frozen=True)
class Result:
    """The whole demo."""

    outcomes: tuple[Outcome, ...]
    letters: int
    digests: int
    server_count: int
    ledger_count: int
    deeds: tuple[Deed, ...] = ()  #: of the office's people


def run_demo(directory: Path, scenario: Scenario, progress: Progress = untold) -> Result:
    """Run ``scenario`` and write letters and digests into ``directory`` (made when missing), in
    place of those of the run before.

    Raises:
        ConfigError: the optional packages for the demo's servers are not installed.
        OutputError: ``directory`` cannot be made or written to.
    """
    with creating(directory, _ELSEWHERE):
        directory.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="mailroom-demo-") as state,
        _servers() as (mailbox, sink),
    ):
        clock = FixedClock(scenario.first_day)
        app = build(
            _settings(Path(state), scenario, mailbox, sink), clock=clock, mailbox=_account(mailbox)
        )
        try:
            start(app)
            deeds = []
            happenings: list[Sample | Shift] = [*scenario.samples, *scenario.shifts]
            for happening in told(sorted(happenings, key=_moment), progress):
                _live_until(app, clock, _moment(happening))
                if isinstance(happening, Sample):
                    _deliver(app, clock, mailbox, happening)
                else:
                    deeds.append(_serve(app, clock, happening, scenario))
            _live_until(app, clock, scenario.last_moment)
            return replace(_result(app, directory, scenario, sink), deeds=tuple(deeds))
        finally:
            app.close()


@contextmanager
def _servers() -> Iterator[tuple[EmbeddedMailbox, SmtpSink]]:
    with EmbeddedMailbox() as mailbox, SmtpSink() as sink:
        yield mailbox, sink


def _account(mailbox: EmbeddedMailbox) -> ImapMailbox:
    return ImapMailbox(
        host=mailbox.host,
        port=mailbox.port,
        security="none",
        username=mailbox.username,
        password=mailbox.password,
        ca_file=None,
    )


def _settings(
    state: Path, scenario: Scenario, mailbox: EmbeddedMailbox, sink: SmtpSink
) -> Settings:
    return Settings.model_validate(
        {
            "mailbox": {
                "host": mailbox.host,
                "port": mailbox.port,
                "security": "none",
                "username": mailbox.username,
                "accept_since": scenario.first_day,
            },
            "smtp": {
                "host": sink.host,
                "port": sink.port,
                "security": "none",
                "from_address": OFFICE,
                "from_name": f"{scenario.call.authority}收发室",
            },
            "store": {"database": f"sqlite:///{state / 'mailroom.db'}", "files": state / "files"},
            "office": {"staff": [STAFF]},
            "letters": {"settle": SETTLE, "hold_file": state / "outbound.hold"},
            "calls": {"directory": scenario.calls, "active": [scenario.call.id]},
        }
    )


def _live_until(app: App, clock: FixedClock, moment: datetime) -> None:
    """Let the days pass: at every digest hour up to ``moment`` the house looks into the mailbox and
    sends its digest.
    """
    office = app.settings.office
    while True:
        hour = clock.instant.astimezone(office.zone).replace(
            hour=office.digest_at.hour, minute=office.digest_at.minute, second=0
        )
        hour += timedelta(days=hour <= clock.instant)
        if hour > moment:
            return
        clock.instant = hour
        receive_all(app.inlet)
        work(app)


def _deliver(app: App, clock: FixedClock, mailbox: EmbeddedMailbox, sample: Sample) -> None:
    """One mail arrives; it is read at once and judged when its settle window has passed."""
    mailbox.append(sample.path.read_bytes(), sample.received)
    clock.instant = max(clock.instant, sample.received + timedelta(seconds=30))
    receive_all(app.inlet)
    work(app)
    clock.instant = max(clock.instant, sample.received + SETTLE)
    work(app)


def _moment(happening: Sample | Shift) -> datetime:
    return happening.received if isinstance(happening, Sample) else happening.at


def _serve(app: App, clock: FixedClock, shift: Shift, scenario: Scenario) -> Deed:
    """One of the office's people is at work; the letters of it leave."""
    clock.instant = max(clock.instant, shift.at)
    work(app)
    ids = {sample.number: message_id_of(sample) for sample in scenario.samples}
    deed = work_shift(app, shift, ids)
    work(app)
    return deed


def _result(app: App, directory: Path, scenario: Scenario, sink: SmtpSink) -> Result:
    with app.database.reading() as session:
        rows = list_messages(session)
        outcomes = tuple(
            _outcome(session, row, sample)
            for row, sample in zip(rows, scenario.samples, strict=True)
        )
        counts = count_on_server(session), count_in_ledger(session)
    with creating(directory, _ELSEWHERE):
        kinds = write_output(directory, [letter.data for letter in sink.letters])
    return Result(outcomes, kinds.count("letter"), kinds.count("digest"), *counts)


def _outcome(session: Session, row: MessageRow, sample: Sample) -> Outcome:
    codes = "、".join(case.code for case in cases_of_message(session, row.id))
    letters = [letter for letter in list_letters(session) if letter.message_ref == row.id]
    return Outcome(
        sample=sample,
        screening=row.screening_kind or str(row.state),
        case_code=codes,
        letter=letters[0].kind if letters else "none",
        state=str(letters[0].state) if letters else "",
    )
