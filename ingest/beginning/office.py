"""Writes what an office begins with: configuration, secrets, its call; then tries both logins."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ingest.app import open_mailbox, open_transport
from ingest.beginning.configuration import Answers, filled, values_of
from ingest.calls import default_config, read_text
from ingest.errors import MailroomError
from ingest.outputs import creating, new_private_file
from ingest.settings import Settings
from notifier.transport import SmtpLoginRefused, SmtpUnavailable

PASSWORDS = ("secrets/mailbox-password", "secrets/smtp-password")


def write_office(directory: Path, answers: Answers, secrets: Mapping[str, str]) -> Path:
    """The configuration's path; ``mailroom.toml`` and the secrets (by their paths) are of mode
    0600, and no file that is there already is touched.

    Raises:
        OutputError: a file is there already, or cannot be made.
        ConfigError: the program's own example cannot be read.
    """
    path = directory / "mailroom.toml"
    with creating(directory):
        (directory / "secrets").mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_example(path):
            path.unlink()
    _write(path, filled(_example(), values_of(answers)))
    for name, word in secrets.items():
        with creating(directory / name):
            (directory / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(directory / name, f"{word}\n")
    _copy_call(directory / "calls" / answers.call, answers.call)
    return path


def _write(path: Path, text: str) -> None:
    """A file that only its account reads. Where root writes into a folder of a service's group,
    that group reads it too, as ``make install`` lays it out.
    """
    with new_private_file(path) as target:
        target.write(text.encode())
        group = path.parent.stat().st_gid
        if os.geteuid() == 0 and group != 0:
            os.fchown(target.fileno(), -1, group)
            os.fchmod(target.fileno(), 0o640)


def _example() -> str:
    return read_text(default_config() / "mailroom.toml")


def _is_example(path: Path) -> bool:
    """Whether this is the example as it was installed, which nobody has touched."""
    return path.is_file() and read_text(path) == _example()


def in_the_way(directory: Path, secrets: Iterable[str] = PASSWORDS) -> Path | None:
    """The first file that is there already and somebody's own; nothing is asked in vain."""
    wanted = [directory / "mailroom.toml", *(directory / name for name in secrets)]
    return next((path for path in wanted if path.exists() and not _is_example(path)), None)


def _copy_call(target: Path, identifier: str) -> None:
    """The call that ships, to be worked on, where the office has none of this name."""
    source = default_config() / "calls" / identifier
    if source.is_dir() and not target.exists():
        with creating(target):
            shutil.copytree(source, target)


def logins(settings: Settings) -> Iterator[tuple[str, str]]:
    """Both logins tried in earnest: name, and what is wrong ("" = nothing)."""
    yield "邮箱登录", _mailbox(settings)
    yield "发信登录", _transport(settings)


def _mailbox(settings: Settings) -> str:
    try:
        with open_mailbox(settings).session() as session:
            session.examine(settings.mailbox.folder)
    except MailroomError as error:
        return str(error)
    return ""


def _transport(settings: Settings) -> str:
    try:
        with open_transport(settings).session():
            return ""
    except (MailroomError, SmtpLoginRefused, SmtpUnavailable) as error:
        return str(error)
