"""The composition root: settings in, a working house out. The only place where parts are chosen and
put together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ingest.calls import CallFolder, open_call, template_texts, usable_templates, with_place
from ingest.clock import Clock, ServerClock, SystemClock
from ingest.errors import ConfigError, LoginRefusedError, TemporaryError
from ingest.mailbox.protocol import Mailbox
from ingest.office import Mouth, Office, describe_office
from ingest.opening import Opening, open_store_for
from ingest.receipts.key import load_key
from ingest.rulefiles.in_force import RulesInForce
from ingest.settings import Settings
from ingest.steps.chronicle import Chronicle
from ingest.steps.intake import Inlet
from ingest.steps.readers import Readers, Reading, usual_readers
from ingest.steps.send import Outlet
from ingest.store.database import Database
from ingest.store.files import Files
from ingest.store.journal import Journal
from ingest.store.rulefiles import last_good
from ingest.storefiles import open_files
from notifier.rendering import Templates
from notifier.transport import SmtpLoginRefused, SmtpUnavailable, Transport
from rules.callfile import load_call

if TYPE_CHECKING:
    from ingest.oauth2 import TokenSource


@dataclass
class App:
    """The parts of a working house, and what is composed of them. Steps take what they use of it,
    never the whole.

    Built once; closed at the end.
    """

    settings: Settings
    rules: RulesInForce
    database: Database
    files: Files
    mailbox: Mailbox
    transport: Transport
    clock: Clock
    templates: Templates
    #: of the other calls, by id
    more_templates: Mapping[str, Templates] = field(default_factory=dict)
    elsewhere: Reading | None = None  #: who reads, where it is not this process

    @cached_property
    def key(self) -> bytes:
        """What signs receipts and Message-IDs. Raises StorageError when there is none."""
        return load_key(self.settings.store.files)

    @cached_property
    def sign(self) -> Callable[[bytes], bytes] | None:
        """What signs receipts for everybody to check; None where that is not asked for. Raises
        ConfigError or StorageError when the key for it is missing.
        """
        return open_signer(self.settings)

    @cached_property
    def readers(self) -> Reading:
        """Who reads the mails."""
        return self.elsewhere or Readers(self.settings.limits.readers or usual_readers())

    @property
    def office(self) -> Office:
        """The office under the first call in force."""
        return self._office(self.rules)

    @property
    def mouth(self) -> Mouth:
        """How the office speaks of the first call, and through it of the others.

        Raises StorageError when there is no key, ConfigError when there is none for signatures.
        """
        key, caps, sign = self.key, self.settings.letters, self.sign
        others = tuple(
            Mouth(self._office(each), key, self.more_templates[each.call.id], caps, sign=sign)
            for each in self.rules.others
        )
        return Mouth(self.office, key, self.templates, caps, others, sign)

    def _office(self, rules: RulesInForce) -> Office:
        beside = [each.call for each in self.rules.all]
        return describe_office(rules.folder, self.settings, beside)

    @property
    def inlet(self) -> Inlet:
        """Where mails come in."""
        watched = self.settings.mailbox
        return Inlet(
            self.database, self.files, self.mailbox, watched, self.mouth, self.clock,
            self.readers.arrived,
        )  # fmt: skip

    @property
    def outlet(self) -> Outlet:
        """Where letters leave."""
        pace, zone = self.settings.smtp.pace, self.settings.office.zone
        return Outlet(
            self.database, self.transport, self.mouth, self.clock, pace, zone, self.chronicle
        )

    @cached_property
    def chronicle(self) -> Chronicle:
        """What left, also when the database does not know. Raises StorageError when there is no
        key.
        """
        return Chronicle(self.database, Journal(self.files.beside), self.key)

    def close(self) -> None:
        """End the child process and the database connections, when all readers have ended."""
        self.readers.close(self.database)
        self.rules.close()
        self.database.close()


class Unconnected:
    """Stands in for mailbox or transport in commands that need neither, so that they ask for no
    password.
    """

    def session(self) -> Any:
        """Never: this command connects to nobody. Raises AssertionError, which would be a bug of
        ours.
        """
        raise AssertionError("this command connects to nobody")


def open_folder(settings: Settings, call: str = "") -> CallFolder:
    """An active call, the first one unless it is named. Raises ConfigError."""
    return open_call(settings.calls.directory, call or settings.calls.active[0])


def open_tokens(settings: Settings) -> TokenSource:
    """Who has access tokens for the account. Raises ConfigError."""
    from ingest.oauth2 import TokenSource  # noqa: PLC0415 - only where they are asked for

    return TokenSource(settings.oauth2, settings.client_secret())


class _SmtpTokens:
    """The same, with the errors of whoever sends."""

    def __init__(self, source: TokenSource) -> None:
        self._source, self.forget = source, source.forget

    def token(self) -> str:
        """See :class:`notifier.smtp.Tokens`. Raises SmtpLoginRefused or SmtpUnavailable."""
        try:
            return self._source.token()
        except LoginRefusedError as error:
            raise SmtpLoginRefused(f"{error.message}: {error.hint}") from error
        except TemporaryError as error:
            raise SmtpUnavailable(f"{error.message}: {error.hint}") from error


def open_mailbox(settings: Settings, patience: float = 60.0) -> Mailbox:
    """The office's mailbox; it has ``patience`` seconds for a reply. Raises ConfigError when there
    is no password.
    """
    # Commands that read no mail do not pay for it.
    from ingest.mailbox.imap import ImapMailbox  # noqa: PLC0415 - see above

    mailbox = settings.mailbox
    by_token = mailbox.login == "oauth2"
    return ImapMailbox(
        host=mailbox.host,
        port=mailbox.port,
        security=mailbox.security,
        username=mailbox.username,
        password="" if by_token else settings.mailbox_password(),
        tokens=open_tokens(settings) if by_token else None,
        ca_file=mailbox.ca_file,
        max_message_size=mailbox.max_message_size,
        timeout=patience,
    )


def open_signer(settings: Settings) -> Callable[[bytes], bytes] | None:
    """What signs receipts; None where ``[letters] sign_receipts`` does not ask for it. Raises
    ConfigError or StorageError.
    """
    if not settings.letters.sign_receipts:
        return None
    from ingest.receipts.officekey import office_signer  # noqa: PLC0415 - see above

    return office_signer(settings.store.files)


def open_transport(settings: Settings, patience: float = 60.0) -> Transport:
    """The way letters leave; the server has ``patience`` seconds for a reply. Raises ConfigError
    when a user name is configured without a password.
    """
    from notifier.smtp import SmtpTransport  # noqa: PLC0415 - see above

    smtp = settings.smtp
    by_token = smtp.login == "oauth2"
    return SmtpTransport(
        host=smtp.host, port=smtp.port, security=smtp.security, username=smtp.username,
        password="" if by_token else settings.smtp_password(),
        tokens=_SmtpTokens(open_tokens(settings)) if by_token else None,
        ca_file=smtp.ca_file, timeout=patience,
    )  # fmt: skip


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    mailbox: Mailbox | None = None,
    transport: Transport | None = None,
    opening: Opening = Opening.FOUND,
) -> App:
    """Put the house together; parts that are given stand in for the configured ones (demo, tests).

    Raises:
        ConfigError: something in the configuration cannot be used, or database, files and key do
            not belong together.
    """
    database = open_store_for(settings.store, opening, (clock or SystemClock()).now())
    files = open_files(settings.store)
    if opening is not Opening.LOOK:
        files.prepare()
    first, *others = [
        RulesInForce(*_folder_to_serve(settings, database, call)) for call in settings.calls.active
    ]
    first.others = tuple(others)
    return App(
        settings=settings,
        rules=first,
        database=database,
        files=files,
        mailbox=mailbox or open_mailbox(settings),
        transport=transport or open_transport(settings),
        clock=clock or clock_of(settings, database),
        templates=usable_templates(first.folder)[0],
        more_templates={each.call.id: usable_templates(each.folder)[0] for each in others},
    )


def clock_of(settings: Settings, database: Database) -> Clock:
    """The database's where several machines may share it, else this machine's. Raises as every work
    with the database.
    """
    if not settings.store.is_shared:
        return SystemClock()
    from ingest.store.queue import server_time  # noqa: PLC0415 - one machine has no queue

    def ask() -> datetime:
        with database.reading() as session:
            return server_time(session)

    return ServerClock(ask)


def _folder_to_serve(
    settings: Settings, database: Database, identifier: str
) -> tuple[CallFolder, str]:
    """An active call and ""; when its files cannot be read, the ones last in force and what is
    wrong.

    Raises:
        ConfigError: call.yaml cannot be read and none was ever in force: without its call the
            office has no work.
    """
    try:
        return open_folder(settings, identifier), ""
    except ConfigError as error:
        path = settings.calls.directory / identifier
        with database.reading() as session:
            row = last_good(session, path.name)
        if row is None:
            return open_call(settings.calls.directory, identifier, rules_required=False), str(error)
        call = with_place(
            path / "call.yaml", row.call_source, lambda text: load_call(path.name, text)
        )
        templates = template_texts(path / "templates")
        folder = CallFolder(
            path, call, row.rules_source, row.examples_source, templates, row.call_source
        )
        return folder, str(error)


@contextmanager
def open_store(settings: Settings) -> Iterator[Database]:
    """The database for a command that makes a small change; one that only looks takes
    ``Console.reading``.
    """
    database = open_store_for(settings.store, Opening.WORK, SystemClock().now())
    try:
        yield database
    finally:
        database.close()
