"""A whole house for a test: real database, files, sandbox and rules; mailbox, way out and clock are
in its hands.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlmodel import Session

from ingest.app import App, build, open_folder
from ingest.calls import default_config
from ingest.clock import FixedClock
from ingest.demo.mails import Sample, load_samples
from ingest.settings import Settings
from ingest.steps.alarm import queue_alarm
from ingest.steps.canary import canary_if_due, watch_canary
from ingest.steps.digest import digest_if_due, make_digest, send_digest
from ingest.steps.judge import OnPurpose, judge_one, rejudge
from ingest.steps.read import read_one
from ingest.steps.receive import receive_all
from ingest.steps.rules import agree_to_examples, look_at_rules, settle_rules, use_rules_in_force
from ingest.steps.send import send_due
from ingest.steps.settle_uncertain import settle_uncertain
from ingest.steps.watch import watch_intake
from ingest.store.cases import list_cases
from ingest.store.events import EventKind, list_events
from ingest.store.messages import list_messages
from ingest.store.tables import CaseRow, DecisionRow, EventRow, MessageRow
from ingest.views.digest import collect_digest
from ingest.views.systemstate import system_state
from notifier.digest import Digest, DigestData, SystemState
from notifier.outbox import NewLetter, OutboxRow, enqueue, list_letters
from rules.vocabulary import BEIJING
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.transport import FakeTransport
from tests.ready_schema import lay_schema

MORNING = datetime(2024, 8, 20, 9, 0, tzinfo=BEIJING)
SETTLE = timedelta(minutes=10)

STAFF = "staff@office.example"
SAMPLES = {sample.number: sample for sample in load_samples()}


def settings(directory: Path, **sections: dict[str, Any]) -> Settings:
    """Settings for a store in ``directory``; keyword arguments (``mailbox_=...``) go into the
    section of that name.
    """
    sections = {name.rstrip("_"): section for name, section in sections.items()}
    table: dict[str, dict[str, Any]] = {
        "mailbox": {
            "host": "localhost",
            "username": "shenbao",
            "accept_since": datetime(2024, 8, 8, tzinfo=BEIJING),
        },
        "smtp": {"host": "localhost", "from_address": "mailroom@office.example"},
        "store": {
            "database": f"sqlite:///{directory / 'mailroom.db'}",
            "files": directory / "files",
        },
        "office": {"staff": [STAFF]},
        "letters": {"hold_file": directory / "outbound.hold"},
        "calls": {"directory": default_config() / "calls", "active": ["smart-education-2024"]},
        "limits": {"readers": 1},  # several: test_readers.py
    }
    return Settings.model_validate(
        {name: table.get(name, {}) | sections.get(name, {}) for name in table | sections}
    )


def plain_mail(
    number: int = 1, subject: str = "咨询", text: str = "请问何时截止?", **headers: str
) -> EmailMessage:
    """A person's mail; ``in_reply_to`` becomes In-Reply-To."""
    mail = EmailMessage(policy=email.policy.SMTP)
    given = {"from_": "王老师 <wang@example.cn>", "message_id": f"<m{number}@example.cn>"} | headers
    for name, value in {**given, "subject": subject}.items():
        mail[name.strip("_").replace("_", "-").title()] = value
    mail.set_content(text)
    return mail


def with_file(
    mail: EmailMessage, data: bytes = b"broken", name: str = "申报书.docx"
) -> EmailMessage:
    """The mail with one attachment; the default one cannot be opened."""
    mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail


def attachments(sample: Sample) -> dict[str, bytes]:
    """The files of a sample mail by their names."""
    mail = email.message_from_bytes(sample.path.read_bytes(), policy=email.policy.default)
    files = {part.get_filename() or "": part.get_payload(decode=True) for part in mail.walk()}
    return {name: data for name, data in files.items() if name and isinstance(data, bytes)}


@dataclass
class House:
    """An office at work, and short ways to ask what it did."""

    app: App
    mailbox: FakeMailbox
    transport: FakeTransport
    clock: FixedClock

    def arrive(
        self, mail: EmailMessage | bytes, received: datetime | None = None, folder: str = "INBOX"
    ) -> int:
        """A mail is on the server (now, unless told otherwise); its uid."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        return self.mailbox.append(raw, received or self.clock.instant, folder)

    def arrive_sample(self, number: str) -> None:
        """A sample mail arrives at its time, which becomes the present."""
        self.clock.instant = SAMPLES[number].received
        self.arrive(SAMPLES[number].path.read_bytes())

    def wait(self, time: timedelta) -> None:
        """Time passes."""
        self.clock.instant += time

    # One unit of work each, at the present of this house's clock.

    def read_one(self) -> bool:
        """See :func:`ingest.steps.read.read_one`."""
        return read_one(self.app.database, self.app.files, self.app.mouth, self.clock.instant)

    def judge_one(self) -> bool:
        """See :func:`ingest.steps.judge.judge_one`."""
        return judge_one(self.app.database, self.app.rules, self.app.mouth, self.clock.instant)

    def rejudge(self, case: CaseRow, order: OnPurpose) -> DecisionRow:
        """See :func:`ingest.steps.judge.rejudge`."""
        return rejudge(
            self.app.database, self.app.rules, self.app.mouth, case, order, self.clock.instant
        )

    def settle_uncertain(self) -> int:
        """See :func:`ingest.steps.settle_uncertain.settle_uncertain`."""
        return settle_uncertain(self.app.database, self.app.mailbox, self.clock.instant)

    def digest_if_due(self) -> bool:
        """See :func:`ingest.steps.digest.digest_if_due`."""
        return digest_if_due(
            self.app.database, self.app.settings, self.app.mouth, self.clock.instant
        )

    def send_digest(self, day: date, *, again: str = "") -> int:
        """See :func:`ingest.steps.digest.send_digest`."""
        app = self.app
        return send_digest(
            app.database, app.settings, app.mouth, day, self.clock.instant, again=again
        )

    def make_digest(self) -> tuple[Digest, bytes, DigestData]:
        """See :func:`ingest.steps.digest.make_digest`."""
        return make_digest(self.app.database, self.app.settings, self.app.mouth, self.clock.instant)

    def collect_digest(self, session: Session) -> DigestData:
        """See :func:`ingest.views.digest.collect_digest`."""
        return collect_digest(session, self.app.rules.call, self.app.settings, self.clock.instant)

    def system_state(self, session: Session) -> SystemState:
        """See :func:`ingest.views.systemstate.system_state`."""
        return system_state(session, self.app.settings, self.clock.instant)

    def watch_intake(self, since: datetime) -> str:
        """See :func:`ingest.steps.watch.watch_intake`."""
        app = self.app
        return watch_intake(
            app.database, app.settings.mailbox, app.mouth, since, self.clock.instant
        )

    def canary_if_due(self) -> bool:
        """See :func:`ingest.steps.canary.canary_if_due`."""
        return canary_if_due(self.app.database, self.app.mouth, self.clock.instant)

    def watch_canary(self) -> bool:
        """See :func:`ingest.steps.canary.watch_canary`."""
        app = self.app
        return watch_canary(
            app.database, app.mouth, app.settings.mailbox.folder, self.clock.instant
        )

    def queue_alarm(self, session: Session, incident: str, title: str, text: str) -> int:
        """See :func:`ingest.steps.alarm.queue_alarm`."""
        return queue_alarm(self.app.mouth, session, incident, title, text, self.clock.instant)

    def settle_rules(self) -> None:
        """See :func:`ingest.steps.rules.settle_rules`."""
        settle_rules(self.app.rules, self.app.database, self.clock.instant)

    def look_at_rules(self, *, closely: bool = False) -> bool:
        """See :func:`ingest.steps.rules.look_at_rules`."""
        return look_at_rules(self.app.rules, self.app.database, self.clock.instant, closely=closely)

    def agree_to_examples(self, reason: str) -> int:
        """See :func:`ingest.steps.rules.agree_to_examples`."""
        app = self.app
        folder = open_folder(app.settings)
        now = self.clock.instant
        return agree_to_examples(app.database, folder, now, who="张老师", reason=reason)

    def use_rules_in_force(self) -> None:
        """See :func:`ingest.steps.rules.use_rules_in_force`."""
        use_rules_in_force(self.app.rules, self.app.database)

    def take_in(self) -> None:
        """Receive and read what is there."""
        receive_all(self.app.inlet)
        while self.read_one():
            pass

    def decide(self) -> None:
        """Judge whatever is due."""
        while self.judge_one():
            pass

    def settle_and_decide(self) -> None:
        """Receive, read, wait for the settle window and judge."""
        self.take_in()
        self.wait(SETTLE)
        self.decide()

    def send(self) -> int:
        """Send what is due."""
        return send_due(self.app.outlet)

    @contextmanager
    def store(self) -> Iterator[Session]:
        """The database, for looking."""
        with self.app.database.reading() as session:
            yield session

    def messages(self) -> list[MessageRow]:
        """Every mail, in received order."""
        with self.store() as session:
            return list_messages(session)

    def cases(self) -> list[CaseRow]:
        """Every case."""
        with self.store() as session:
            return list_cases(session)

    def letters(self) -> list[OutboxRow]:
        """Every letter."""
        with self.store() as session:
            return list_letters(session)

    def events(self, kind: str | None = None) -> list[EventRow]:
        """What happened."""
        with self.store() as session:
            return list_events(session, kind=None if kind is None else EventKind(kind))

    def queue(
        self, key: str = "k", recipient: str = "wang@example.cn", kind: str = "received"
    ) -> int:
        """A letter waits in the outbox; its id."""
        new = NewLetter(
            key, kind, recipient, "收件回执", f"<{key}@office.example>", b"Subject: x\r\n\r\nx"
        )
        with self.app.database.writing() as session:
            return enqueue(session, new, self.clock.instant)[0].id


@contextmanager
def open_house(
    directory: Path,
    mailbox: FakeMailbox | None = None,
    clock: FixedClock | None = None,
    **sections: dict[str, Any],
) -> Iterator[House]:
    """A house in ``directory``; opened a second time it is the same one after a restart."""
    clock, mailbox, transport = (
        clock or FixedClock(MORNING),
        mailbox or FakeMailbox(),
        FakeTransport(),
    )
    instant, clock.instant = clock.instant, clock.instant - timedelta(days=30)
    given = settings(directory, **sections)
    if "store_" not in sections and not given.store.files.exists():  # a lost one stays lost
        lay_schema(directory / "mailroom.db")
    try:  # a new store was set up a month before, so that every digest is due
        app = build(given, clock=clock, mailbox=mailbox, transport=transport)
    finally:
        clock.instant = instant
    try:
        yield House(app, mailbox, transport, clock)
    finally:
        app.close()
