"""The office of a story: a real mailbox on Dovecot, a real SMTP peer, the whole house between, and
a clock.

Nothing of the house is replaced but the time of day. OCR is off: a story is about who and when, not
about what is read on a scan.
"""

from __future__ import annotations

import io
import json
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from shutil import copytree
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ingest.app import App, build
from ingest.calls import default_config
from ingest.cli import run
from ingest.clock import FixedClock, SystemClock
from ingest.daemon import start, work
from ingest.demo.smtp_sink import SmtpSink
from ingest.settings import load_settings
from ingest.steps.digest import make_digest
from ingest.steps.receive import receive_all
from ingest.store.cases import cases_of_message, latest_decision, list_cases, load_verdict
from ingest.store.messages import list_messages
from ingest.store.tables import CaseRow
from ingest.views.states import case_state, ended_states, entry_state
from notifier.letternames import LETTER_NAMES
from notifier.outbox import NOT_TO_APPLICANTS, STAFF_ANSWER, find_letters
from rules.casestate import State
from tests.once import Once
from tests.servers.dovecot import DovecotAccount
from tests.stories.grammar import UNDECIDED, Story

CALL = "smart-education-2024"


@dataclass(frozen=True)
class Left:
    """A letter that left, as its addressee gets it."""

    kind: str
    to: str
    subject: str
    text: str
    message_id: str


@dataclass
class Office:
    """A house at work in a directory of its own."""

    directory: Path
    account: DovecotAccount
    sink: SmtpSink
    clock: FixedClock
    once: Once
    opened_before: Path | None = (
        None  #: another office's directory, with the shipped rules in force
    )
    settle: timedelta = timedelta(minutes=10)
    letters: list[Left] = field(default_factory=list)  #: to applicants, all that ever left
    notices: list[Left] = field(default_factory=list)  #: answers to staff, all that ever left
    _seen: int = 0
    _app: App | None = None

    def open(self, story: Story) -> None:
        """Write the configuration and start."""
        if (
            self.opened_before is not None and not story.call
        ):  # trying all examples of the rules takes seconds
            copytree(self.opened_before, self.directory, dirs_exist_ok=True)
        calls = self.directory / "calls"
        copytree(default_config() / "calls" / CALL, calls / CALL, dirs_exist_ok=True)
        for each in story.beside:
            copytree(default_config() / "calls" / each, calls / each, dirs_exist_ok=True)
        source = calls / CALL / "call.yaml"
        text = source.read_text(encoding="utf-8")
        for old, new in story.call.items():
            assert text.count(old) == 1, f"call.yaml has not exactly one {old!r}"
            text = text.replace(old, new)
        source.write_text(text, encoding="utf-8")
        self.config.write_text(_toml(self._table(calls, story), story.settings), encoding="utf-8")
        (self.directory / "password").write_text(self.account.password, encoding="utf-8")
        self.restart()

    @property
    def config(self) -> Path:
        """``mailroom.toml``."""
        return self.directory / "mailroom.toml"

    @property
    def app(self) -> App:
        """The house, open."""
        assert self._app is not None
        return self._app

    @property
    def at_work(self) -> bool:
        """Whether it is open."""
        return self._app is not None

    def lose_database(self) -> None:
        """The database is gone, the files are not."""
        self.close()
        for path in self.directory.glob("mailroom.db*"):
            path.unlink()

    def restart(self) -> None:
        """Close and open again, as after a power cut that lost nothing."""
        self.close()
        settings = load_settings(self.config, {})
        self.settle = settings.letters.settle
        self._app = build(settings, clock=self.clock)
        start(self._app)

    def close(self) -> None:
        """End it; a second time does nothing."""
        if self._app is not None:
            self._app.close()
            self._app = None

    def work(self) -> None:
        """One round of the daemon, and what left by it."""
        receive_all(self.app.inlet)
        work(self.app)
        for taken in self.sink.letters[self._seen :]:
            mail = message_from_bytes(taken.data)
            with self.app.database.reading() as session:
                kind = find_letters(session, [mail["Message-ID"]])[0].kind
            name = LETTER_NAMES.get(kind, kind)
            (to,) = taken.recipients
            left = Left(name, to, _header(mail, "Subject"), _text(mail), mail["Message-ID"])
            if kind not in NOT_TO_APPLICANTS:
                self.letters.append(left)
            elif kind == STAFF_ANSWER:
                self.notices.append(left)
        self._seen = len(self.sink.letters)

    def order(self, line: str) -> tuple[int, str]:
        """Exit code and output of a command, at the story's time."""
        out = io.StringIO()
        now = self.clock.now()
        # The command line asks the machine's clock, which no option sets.
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(out):
            patch.setattr(SystemClock, "now", lambda _: now)
            code = run([*shlex.split(line), "--config", str(self.config)])
        return code, out.getvalue()

    def cases_of(self, message_id: str) -> list[CaseRow]:
        """The cases of the mail with this Message-ID."""
        with self.app.database.reading() as session:
            rows = [row for row in list_messages(session) if row.message_id_header == message_id]
            return [case for row in rows for case in cases_of_message(session, row.id)]

    def states_of(self, message_id: str) -> set[str]:
        """How the cases of the mail with this Message-ID stand."""
        found = set()
        for case in self.cases_of(message_id):
            with self.app.database.reading() as session:
                row = latest_decision(session, case.id)
            state = case_state(case, load_verdict(row) if row is not None else None)
            found.add(UNDECIDED if state is State.PENDING else str(state))
        return found

    def entries(self) -> dict[str, set[str]]:
        """Applicant -> how it stands, by the latest decision of every case."""
        found: dict[str, set[str]] = {}
        with self.app.database.reading() as session:
            for case in list_cases(session):
                row = latest_decision(session, case.id)
                if row is None:
                    continue
                verdict = load_verdict(row)
                states = {each.applicant: entry_state(each) for each in verdict.entries}
                for applicant, state in (states | ended_states(verdict)).items():
                    found.setdefault(applicant, set()).add(str(state))
        return found

    def digest(self) -> str:
        """The digest as it would go out now."""
        app = self.app
        return make_digest(app.database, app.settings, app.mouth, self.clock.now())[0].text

    def opened(self, link: str, reason: str) -> tuple[str, str]:
        """Subject and text of the mail that a link of the digest opens, made now: ``受理 CODE`` of
        the first task of a case, ``全部受理``.
        """
        app = self.app
        data = make_digest(app.database, app.settings, app.mouth, self.clock.now())[2]
        label, _, code = link.partition(" ")
        urls = [each.url for task in data.needs_human if task.case_code == code
                for each in task.links if each.label == label]  # fmt: skip
        fields = parse_qs(urlsplit(urls[0] if code else data.accept_all).query)
        return fields["subject"][0], with_reason(fields["body"][0], reason)

    def _table(self, calls: Path, story: Story) -> dict[str, dict[str, Any]]:
        mailbox = {
            "host": self.account.host, "port": self.account.server.port, "security": "none", "username": self.account.username,
            "password_file": "password", "accept_since": datetime.fromisoformat("2024-08-08T00:00:00+08:00"),
        }  # fmt: skip
        smtp = {
            "host": self.sink.host,
            "port": self.sink.port,
            "security": "none",
            "from_address": "mailroom@office.example",
        }
        return {
            "mailbox": mailbox, "smtp": smtp, "office": {"staff": ["staff@office.example"]}, "letters": {},
            "limits": {"ocr": False}, "calls": {"directory": str(calls), "active": [CALL, *story.beside]},
        }  # fmt: skip


def with_reason(text: str, reason: str) -> str:
    """The text of a mail that a link opened, with the reason written in."""
    return re.sub("理由：.*", f"理由：{reason}", text, count=1)


def _toml(table: dict[str, dict[str, Any]], changes: dict[str, dict[str, Any]]) -> str:
    lines = []
    for section in dict.fromkeys((*table, *changes)):
        lines.append(f"[{section}]")
        values = table.get(section, {}) | changes.get(section, {})
        lines += [f"{key} = {_toml_value(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _toml_value(value: object) -> str:
    return (
        value.isoformat() if isinstance(value, datetime) else json.dumps(value, ensure_ascii=False)
    )


def _header(mail: Message, name: str) -> str:
    from email.header import decode_header, make_header  # noqa: PLC0415 - the one use

    return str(make_header(decode_header(re.sub(r"\r?\n\s+", " ", mail[name]))))


def _text(mail: Message) -> str:
    part = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8")
