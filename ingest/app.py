"""The composition root: settings in, a working house out. The only place where parts are chosen and put together."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.calls import CallFolder, default_config, open_call, template_texts, with_place
from ingest.clock import Clock, SystemClock
from ingest.errors import ConfigError, StorageError, TemporaryError
from ingest.judging.judge import Judge
from ingest.mailbox.protocol import Mailbox
from ingest.message.context import ReadingContext
from ingest.sandbox import Limits
from ingest.secretkey import load_or_make_key
from ingest.settings import Settings
from ingest.store.database import Database, open_database
from ingest.store.files import FileStore
from notifier.rendering import Templates
from notifier.transport import Transport
from rules.call import Call


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
    _judge: Judge | None = field(default=None, repr=False)
    _key: bytes = field(default=b"", repr=False)

    @property
    def call(self) -> Call:
        """The call that is served."""
        return self.folder.call

    @property
    def judge(self) -> Judge:
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

    @property
    def reading_context(self) -> ReadingContext:
        """What reading a mail needs to know of this office."""
        limits = self.settings.limits
        return ReadingContext(
            own_addresses=own_addresses(self.settings, self.from_address),
            trusted_authserv_ids=self.settings.office.trusted_authserv_ids,
            unpacked_bytes=limits.unpacked,
            entries=limits.entries,
            depth=limits.depth,
        )

    @property
    def worker_limits(self) -> Limits:
        """What one mail may cost in the worker."""
        limits = self.settings.limits
        seconds = limits.time.total_seconds()
        return Limits(memory=limits.memory, cpu=max(1, int(seconds)), wall=seconds)

    def close(self) -> None:
        """End the child process and the database connections."""
        if self._judge is not None:
            self._judge.close()
            self._judge = None
        self.database.close()


class Unconnected:
    """Stands in for mailbox or transport in commands that need neither, so that they ask for no password."""

    def session(self) -> Any:
        """Never: this command connects to nobody."""
        raise AssertionError("this command connects to nobody")


def own_addresses(settings: Settings, from_address: str) -> tuple[str, ...]:
    """The addresses whose mail is our own and is never answered."""
    candidates = (from_address, settings.mailbox.username, settings.smtp.username)
    return tuple(dict.fromkeys(address.lower() for address in candidates if "@" in address))


def sender_address(settings: Settings, call: Call) -> str:
    """The address letters come from: configured, else the account's own, else the call's published mailbox.

    Providers refuse an envelope sender that is not the account (QQ 501, NetEase 553).
    """
    for candidate in (settings.smtp.from_address, settings.smtp.username, settings.mailbox.username):
        if "@" in candidate:
            return candidate
    return call.contact.mailbox.lower()


def open_folder(settings: Settings) -> CallFolder:
    """The active call. Raises ConfigError."""
    if len(settings.calls.active) > 1:
        raise ConfigError("[calls] active 目前只能写一个征集", "多个征集请各用一个邮箱、各运行一个实例")
    return open_call(settings.calls.directory, settings.calls.active[0])


def load_templates(folder: CallFolder) -> Templates:
    """The shipped templates, those beside the call's directory over them, the call's own over both."""
    beside = folder.path.parents[1] / "templates"
    return Templates({**template_texts(default_config() / "templates"), **template_texts(beside), **folder.templates})


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


def open_ready_database(settings: Settings) -> Database:
    """The database with the schema this version needs; an empty one is set up.

    Raises:
        ConfigError: it belongs to another version.
    """
    database = open_database(settings.store.database)
    state = database.schema_state()
    if state == "empty":
        database.migrate()
    elif state != "current":
        hint = "先备份,再运行 mailroom migrate" if state == "behind" else "安装与数据库相配的新版本"
        raise ConfigError("数据库的结构与本程序版本不一致", hint)
    return database


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    mailbox: Mailbox | None = None,
    transport: Transport | None = None,
) -> App:
    """Put the house together; parts that are given stand in for the configured ones (demo, tests).

    Raises:
        ConfigError: something in the configuration cannot be used.
    """
    folder = open_folder(settings)
    return App(
        settings=settings,
        folder=folder,
        database=open_ready_database(settings),
        files=FileStore(settings.store.files),
        mailbox=mailbox or open_mailbox(settings),
        transport=transport or open_transport(settings),
        clock=clock or SystemClock(),
        templates=load_templates(folder),
        from_address=sender_address(settings, folder.call),
    )


@contextmanager
def open_store(settings: Settings) -> Iterator[Database]:
    """The database for a command that only looks or makes a small change."""
    database = open_ready_database(settings)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def single_instance(directory: Path) -> Iterator[None]:
    """Hold the lock that only one running Mailroom of a store may hold.

    Raises:
        TemporaryError: another one holds it.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = (directory / "mailroom.lock").open("w")
    except OSError as error:
        raise StorageError(f"写不了 {directory}: {error.strerror}", "检查目录权限") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise TemporaryError("另一个 mailroom 正在使用这个存储", "等它结束,或检查是否重复启动") from error
        yield
