"""``mailroom demo``: the whole main job, day by day through August 2024, on servers inside this process.

The mailbox, the SMTP server and the clock are the demo's; everything between them is the house as it always is.
"""

from __future__ import annotations

import base64
import email
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path

from sqlmodel import Session

from ingest.app import App, build
from ingest.calls import default_config
from ingest.clock import FixedClock
from ingest.daemon import start, work
from ingest.demo.mailbox import EmbeddedMailbox
from ingest.demo.samples import Sample, load_samples
from ingest.demo.smtp_sink import SmtpSink
from ingest.mailbox.imap import ImapMailbox
from ingest.settings import Settings
from ingest.steps.receive import receive_all
from ingest.store.cases import cases_of_message
from ingest.store.ledger import count_in_ledger, count_on_server
from ingest.store.messages import list_messages
from ingest.store.tables import MessageRow
from notifier.outbox import list_letters
from rules.vocabulary import BEIJING

CALL = "smart-education-2024"
OFFICE = "mailroom@office.example"
STAFF = "staff@office.example"
LAST_EVENING = datetime(2024, 9, 1, 17, 30, tzinfo=BEIJING)
FIRST_DAY = datetime(2024, 8, 8, tzinfo=BEIJING)
SETTLE = timedelta(minutes=10)


@dataclass(frozen=True)
class Outcome:
    """What became of one sample mail."""

    sample: Sample
    screening: str
    case_code: str
    letter: str  #: kind of the letter it was answered with, ``none``
    state: str  #: of that letter

    @property
    def as_expected(self) -> bool:
        """Whether it is what the samples promise."""
        return self.letter == self.sample.letter


@dataclass(frozen=True)
class Result:
    """The whole demo."""

    outcomes: tuple[Outcome, ...]
    letters: int
    digests: int
    server_count: int
    ledger_count: int


def run_demo(directory: Path) -> Result:
    """Run the scenario and write letters and digests into ``directory`` (made when missing).

    Raises:
        ConfigError: the optional packages for the demo's servers are not installed.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mailroom-demo-") as state, _servers() as (mailbox, sink):
        clock = FixedClock(FIRST_DAY)
        app = build(_settings(Path(state), mailbox, sink), clock=clock, mailbox=_account(mailbox))
        try:
            start(app)
            for sample in sorted(load_samples(), key=lambda sample: (sample.received, sample.number)):
                _live_until(app, clock, sample.received)
                _deliver(app, clock, mailbox, sample)
            _live_until(app, clock, LAST_EVENING)
            return _result(app, directory, sink)
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


def _settings(state: Path, mailbox: EmbeddedMailbox, sink: SmtpSink) -> Settings:
    return Settings.model_validate({
        "mailbox": {"host": mailbox.host, "port": mailbox.port, "security": "none", "username": mailbox.username, "accept_since": FIRST_DAY},
        "smtp": {"host": sink.host, "port": sink.port, "security": "none", "from_address": OFFICE, "from_name": "兵团教育局收发室"},
        "store": {"database": f"sqlite:///{state / 'mailroom.db'}", "files": state / "files"},
        "office": {"staff": [STAFF]},
        "letters": {"settle": SETTLE, "hold_file": state / "outbound.hold"},
        "calls": {"directory": default_config() / "calls", "active": [CALL]},
    })  # fmt: skip


def _live_until(app: App, clock: FixedClock, moment: datetime) -> None:
    """Let the days pass: at every digest hour up to ``moment`` the house looks into the mailbox and sends its digest."""
    office = app.settings.office
    while True:
        hour = clock.instant.astimezone(office.zone).replace(
            hour=office.digest_at.hour, minute=office.digest_at.minute, second=0
        )
        hour += timedelta(days=hour <= clock.instant)
        if hour > moment:
            return
        clock.instant = hour
        receive_all(app)
        work(app)


def _deliver(app: App, clock: FixedClock, mailbox: EmbeddedMailbox, sample: Sample) -> None:
    """One mail arrives; it is read at once and judged when its settle window has passed."""
    mailbox.append(sample.path.read_bytes(), sample.received)
    clock.instant = max(clock.instant, sample.received + timedelta(seconds=30))
    receive_all(app)
    work(app)
    clock.instant = max(clock.instant, sample.received + SETTLE)
    work(app)


def _result(app: App, directory: Path, sink: SmtpSink) -> Result:
    samples = sorted(load_samples(), key=lambda sample: (sample.received, sample.number))
    with app.database.reading() as session:
        rows = list_messages(session)
        outcomes = tuple(_outcome(session, row, sample) for row, sample in zip(rows, samples, strict=True))
        counts = count_on_server(session), count_in_ledger(session)
    written = [_write(directory, letter.data) for letter in sink.letters]
    return Result(outcomes, written.count("letter"), written.count("digest"), *counts)


def _outcome(session: Session, row: MessageRow, sample: Sample) -> Outcome:
    codes = "、".join(case.code for case in cases_of_message(session, row.id))
    letters = [letter for letter in list_letters(session) if letter.message_ref == row.id]
    return Outcome(
        sample=sample,
        screening=row.screening_kind or str(row.state),
        case_code=codes,
        letter="、".join(letter.kind for letter in letters) or "none",
        state="、".join(str(letter.state) for letter in letters),
    )


def _write(directory: Path, data: bytes) -> str:
    """One mail the sink took, as .eml, .html and .txt; a digest also leaves its workbook. ``letter`` or ``digest``."""
    mail = email.message_from_bytes(data)
    identity = str(mail["Message-ID"]).strip("<>").removeprefix("mailroom.").rpartition("@")[0]
    kind = "digest" if identity.startswith("digest.") else "letter"
    folder = directory / f"{kind}s"
    folder.mkdir(exist_ok=True)
    (folder / f"{identity}.eml").write_bytes(data)
    pictures = {str(part["Content-ID"]).strip("<>"): part for part in mail.walk() if part["Content-ID"]}
    for part in mail.walk():
        if part.get_content_type() == "text/html":
            (folder / f"{identity}.html").write_text(_with_pictures(_text(part), pictures), encoding="utf-8")
        elif part.get_content_type() == "text/plain":
            (folder / f"{identity}.txt").write_text(_text(part), encoding="utf-8")
        elif part.get_content_type().endswith("spreadsheetml.sheet"):
            (folder / f"{identity}.xlsx").write_bytes(_bytes(part))
    return kind


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


def _text(part: Message) -> str:
    return _bytes(part).decode("utf-8").replace("\r\n", "\n")


def _with_pictures(html: str, pictures: dict[str, Message]) -> str:
    """The page with its pictures inside, for a browser."""
    for identity, part in pictures.items():
        html = html.replace(f'"cid:{identity}"', f'"data:image/png;base64,{base64.b64encode(_bytes(part)).decode()}"')
    return html
