"""The composition root: settings in, a working house out. The only place where parts are chosen and put together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ingest.calls import CallFolder, load_templates, open_call, template_texts, with_place
from ingest.clock import Clock, SystemClock
from ingest.errors import ConfigError
from ingest.judging.judge import Judge
from ingest.judging.refer import ReferEverything
from ingest.mailbox.protocol import Mailbox
from ingest.office import Office, describe_office, sender_address
from ingest.receipts.key import load_or_make_key
from ingest.rulefiles.candidates import Signature
from ingest.settings import Settings
from ingest.store.database import Database, open_database
from ingest.store.files import FileStore
from ingest.store.rulefiles import last_good
from notifier.rendering import Templates
from notifier.transport import Transport
from rules.call import Call
from rules.callfile import load_call


@dataclass
class App:
    """Everything a step needs. Built once; closed at the end."""

    settings: Settings
    folder: CallFolder
    database: Database
    files: FileStore
    mailbox: Mailbox
    transport: Transport
    clock: Clock
    templates: Templates
    from_address: str
    rules_trouble: str = ""  #: why the rule files on the disk are not the ones in force; "" = they are
    rules_seen: Signature = ()  #: what the last look at them found
    _judge: Judge | ReferEverything | None = field(default=None, repr=False)
    _key: bytes = field(default=b"", repr=False)

    @property
    def call(self) -> Call:
        """The call that is served."""
        return self.folder.call

    @property
    def judge(self) -> Judge | ReferEverything:
        """The rules in force, with their engine in a child process; started when first needed. Raises ConfigError."""
        if self._judge is None:
            folder = self.folder
            self._judge = with_place(folder.rules_path, folder.rules_source, lambda text: Judge(text, folder.call))
        return self._judge

    @property
    def key(self) -> bytes:
        """What signs receipts and Message-IDs; made at first use. Raises StorageError."""
        self._key = self._key or load_or_make_key(self.settings.store.files)
        return self._key

    def use_rules(self, folder: CallFolder, judge: Judge | ReferEverything) -> None:
        """Put a call's files in force; the rules that were in force until now end with their child process."""
        old, self._judge = self._judge, judge
        self.folder = folder
        self.from_address = sender_address(self.settings, folder.call)
        if old is not None and old is not judge:
            old.close()

    @property
    def office(self) -> Office:
        """The office under the rules in force."""
        return describe_office(self.folder, self.settings)

    def close(self) -> None:
        """End the child process and the database connections."""
        if self._judge is not None:
            self._judge.close()
            self._judge = None
        self.database.close()


class Unconnected:
    """Stands in for mailbox or transport in commands that need neither, so that they ask for no password."""

    def session(self) -> Any:
        """Never: this command connects to nobody. Raises AssertionError, which would be a bug of ours."""
        raise AssertionError("this command connects to nobody")


def open_folder(settings: Settings) -> CallFolder:
    """The active call. Raises ConfigError."""
    if len(settings.calls.active) > 1:
        raise ConfigError("[calls] active 目前只能写一个征集", "多个征集请各用一个邮箱、各运行一个实例")
    return open_call(settings.calls.directory, settings.calls.active[0])


def open_mailbox(settings: Settings) -> Mailbox:
    """The office's mailbox. Raises ConfigError when there is no password."""
    from ingest.mailbox.imap import ImapMailbox  # noqa: PLC0415 - commands that read no mail do not pay for it

    mailbox = settings.mailbox
    return ImapMailbox(
        host=mailbox.host, port=mailbox.port, security=mailbox.security, username=mailbox.username,
        password=settings.mailbox_password(), ca_file=mailbox.ca_file, max_message_size=mailbox.max_message_size,
    )  # fmt: skip


def open_transport(settings: Settings) -> Transport:
    """The way letters leave. Raises ConfigError when a user name is configured without a password."""
    from notifier.smtp import SmtpTransport  # noqa: PLC0415 - see above

    smtp = settings.smtp
    return SmtpTransport(
        host=smtp.host, port=smtp.port, security=smtp.security, username=smtp.username,
        password=settings.smtp_password(), ca_file=smtp.ca_file,
    )  # fmt: skip


def open_ready_database(settings: Settings, *, existing: bool = False) -> Database:
    """The database with the schema this version needs; an empty one is set up unless it must be ``existing``.

    Raises:
        ConfigError: it belongs to another version, or is not there and must be.
    """
    database = open_database(settings.store.database, existing=existing)
    if not existing and database.schema_state() == "empty":
        database.migrate()
    database.require_current()
    return database


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    mailbox: Mailbox | None = None,
    transport: Transport | None = None,
    existing: bool = False,
) -> App:
    """Put the house together; parts that are given stand in for the configured ones (demo, tests).

    Raises:
        ConfigError: something in the configuration cannot be used.
    """
    database = open_ready_database(settings, existing=existing)
    folder, trouble = _folder_to_serve(settings, database)
    return App(
        settings=settings,
        folder=folder,
        database=database,
        files=FileStore(settings.store.files),
        mailbox=mailbox or open_mailbox(settings),
        transport=transport or open_transport(settings),
        clock=clock or SystemClock(),
        templates=load_templates(folder),
        from_address=sender_address(settings, folder.call),
        rules_trouble=trouble,
    )


def _folder_to_serve(settings: Settings, database: Database) -> tuple[CallFolder, str]:
    """The active call and ""; when its files cannot be read, the ones last in force and what is wrong.

    Raises:
        ConfigError: call.yaml cannot be read and none was ever in force: without its call the office has no work.
    """
    try:
        return open_folder(settings), ""
    except ConfigError as error:
        path = settings.calls.directory / settings.calls.active[0]
        with database.reading() as session:
            row = last_good(session, path.name)
        if row is None:
            identifier = settings.calls.active[0]
            return open_call(settings.calls.directory, identifier, rules_required=False), str(error)
        call = with_place(path / "call.yaml", row.call_source, lambda text: load_call(path.name, text))
        templates = template_texts(path / "templates")
        folder = CallFolder(path, call, row.rules_source, row.examples_source, templates, row.call_source)
        return folder, str(error)


@contextmanager
def open_store(settings: Settings) -> Iterator[Database]:
    """The database for a command that makes a small change; one that only looks takes ``Console.reading``."""
    database = open_ready_database(settings)
    try:
        yield database
    finally:
        database.close()
