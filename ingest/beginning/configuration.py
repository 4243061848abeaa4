"""A ``mailroom.toml`` of one's own out of the annotated example: notes are kept. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ingest.beginning.providers import Provider, Server
from rules.vocabulary import BEIJING

Values = Mapping[tuple[str, str], object]
CLIENT_SECRET = "secrets/oauth2-client-secret"  # noqa: S105 - the name of a file


@dataclass(frozen=True)
class TokenAnswers:
    """What an office is asked whose servers want OAuth2."""

    url: str
    client_id: str
    scope: str
    has_secret: bool


@dataclass(frozen=True)
class Answers:
    """What an office is asked."""

    provider: Provider
    imap: Server
    smtp: Server
    address: str  #: of the mailbox applications are sent to
    staff: tuple[str, ...]
    administrators: tuple[str, ...]
    accept_since: datetime  #: aware
    call: str
    data: str = ""  #: folder of database and mails; "" = beside the configuration
    tokens: TokenAnswers | None = None  #: None: the servers take a password

    @property
    def refresh_token_file(self) -> str:
        """Where the service may write it anew; relative to the configuration."""
        return (
            f"{self.data.rstrip('/')}/oauth2-refresh-token" if self.data else "oauth2-refresh-token"
        )


def values_of(answers: Answers) -> Values:
    """What the configuration says for these answers; files lie beside it."""
    imap, smtp = answers.imap, answers.smtp
    at = f"{answers.data.rstrip('/')}/" if answers.data else ""
    usual: dict[tuple[str, str], object] = {
        ("mailbox", "host"): imap.host,
        ("mailbox", "port"): imap.port,
        ("mailbox", "security"): imap.security,
        ("mailbox", "username"): answers.address,
        ("mailbox", "also_watch"): list(answers.provider.also_watch),
        ("mailbox", "accept_since"): _instant(answers.accept_since),
        ("mailbox", "idle"): answers.provider.idle,
        ("smtp", "host"): smtp.host,
        ("smtp", "port"): smtp.port,
        ("smtp", "security"): smtp.security,
        ("smtp", "username"): answers.address,
        ("smtp", "from_name"): "",
        ("smtp", "pace"): answers.provider.pace,
        ("store", "database"): f"sqlite:///{at}mailroom.db",
        ("store", "files"): f"{at}files",
        ("office", "staff"): list(answers.staff),
        ("office", "administrators"): list(answers.administrators),
        ("letters", "hold_file"): f"{at}outbound.hold",
        ("desk", "pictures"): f"{at}desk-pictures",
        ("calls", "active"): [answers.call],
    }
    return usual | dict(_token_values(answers))


def _token_values(answers: Answers) -> Values:
    tokens = answers.tokens
    if tokens is None:
        return {}
    return {
        ("mailbox", "login"): "oauth2",
        ("smtp", "login"): "oauth2",
        ("oauth2", "token_url"): tokens.url,
        ("oauth2", "client_id"): tokens.client_id,
        ("oauth2", "client_secret_file"): CLIENT_SECRET if tokens.has_secret else "",
        ("oauth2", "refresh_token_file"): answers.refresh_token_file,
        ("oauth2", "scope"): tokens.scope,
    }


def _instant(instant: datetime) -> str:
    return instant.astimezone(BEIJING).isoformat(timespec="seconds")


_NOTES = 49  #: columns before a note
_SECTION = re.compile(r"\[([a-z0-9_]+)\]")
_LINE = re.compile(r"(?P<key>[a-z_]+) = (?P<value>\"[^\"]*\"|\[[^\]]*\]|[^#\s]+)(?P<rest>.*)")


def filled(example: str, values: Values) -> str:
    """``example`` with ``values`` in the place of its own, notes and order kept.

    Raises:
        ValueError: the example has no line for one of them.
    """
    left, section, lines = dict(values), "", []
    for line in example.splitlines():
        if match := _SECTION.match(line):
            section = match[1]
        elif (match := _LINE.fullmatch(line)) and (section, match["key"]) in left:
            line = _written(match, left.pop((section, match["key"])))  # noqa: PLW2901 - the new one
        lines.append(line)
    if left:
        raise ValueError(f"the example has no line for {sorted(left)}")
    return "\n".join(lines) + "\n"


def _written(match: re.Match[str], value: object) -> str:
    """The line with another value and its note."""
    said = f"{match['key']} = {toml(value)}"
    note = match["rest"].strip()
    if not note:
        return said
    return f"{said.ljust(_NOTES)} {note}"


def toml(value: object) -> str:
    """A value as TOML writes it: texts, numbers, yes or no, lists of texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)
