"""What every command shares: the options, JSON on standard output, plain tables. No work of its
own.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.errors import ConfigError, InputError, UsageError
from rules.vocabulary import BEIJING

if TYPE_CHECKING:
    from sqlmodel import Session

    from ingest.calls import CallFolder
    from ingest.settings import Settings

JsonOption = Annotated[
    bool, typer.Option("--json", help="只在标准输出打印一份 JSON", envvar="MAILROOM_JSON")
]
CallOption = Annotated[str | None, typer.Option("--call", help="征集编号", envvar="MAILROOM_CALL")]
LimitOption = Annotated[
    int | None,
    typer.Option(
        "--limit", help="只列最新的多少行;不写时 --json 列出全部", min=1, envvar="MAILROOM_LIMIT"
    ),
]


@dataclass(frozen=True)
class Console:
    """What the options before the command said."""

    config: Path | None

    def settings(self) -> Settings:
        """The settings of the office. Raises ConfigError when no configuration is named or it
        cannot be used.
        """
        from ingest.settings import load_settings

        return load_settings(self.named())

    def named(self) -> Path:
        """The configuration file. Raises ConfigError when none is named."""
        if self.config is None:
            raise ConfigError(
                "没有指定配置文件", "用 --config mailroom.toml,或设环境变量 MAILROOM_CONFIG"
            )
        return self.config

    def settings_if_any(self) -> Settings | None:
        """The settings; None where no configuration is named, for commands that do without.

        Raises:
            ConfigError: the configuration cannot be used.
        """
        return None if self.config is None else self.settings()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """The store of the office, for a command that only looks: it waits for no writer and makes
        no file.

        Raises:
            ConfigError: no configuration, or nothing has been stored yet.
        """
        from ingest.store.database import reading_existing

        with reading_existing(self.settings().store.database) as session:
            yield session

    def call(
        self,
        identifier: str | None,
        rule_file: Path | None = None,
        *,
        rules_required: bool = True,
    ) -> CallFolder:
        """The call a stateless command works with: the named one, else the one in whose folder the
        rule file lies, else the configured one, else the one that ships. What only reads forms
        needs no rules to be written yet.
        """
        from ingest.calls import default_config, open_call, shipped_call

        folder = rule_file.absolute().parent if rule_file is not None else None
        if identifier is None and folder is not None and (folder / "call.yaml").is_file():
            return open_call(folder.parent, folder.name, rules_required=False)
        if (settings := self.settings_if_any()) is not None:
            name = identifier or settings.calls.active[0]
            return open_call(settings.calls.directory, name, rules_required=rules_required)
        return open_call(default_config() / "calls", identifier or shipped_call())

    def other_calls(self) -> tuple[CallFolder, ...]:
        """The calls that the mailbox serves beside the first."""
        from ingest.calls import open_call

        settings = self.settings_if_any()
        if settings is None:
            return ()
        return tuple(
            open_call(settings.calls.directory, each) for each in settings.calls.active[1:]
        )

    def served(self, identifier: str | None) -> str:
        """The id of the call a command is about: the named one, else the only one that is served.

        Raises:
            UsageError: several are served and none is named, or it is none of them.
        """
        from ingest.errors import UsageError

        active = self.settings().calls.active
        if identifier is None and len(active) > 1:
            raise UsageError("同一邮箱办几项征集", "用 --call 写明哪一项: " + "、".join(active))
        if identifier is not None and identifier not in active:
            raise UsageError(f"没有正在办理的征集“{identifier}”", "现有: " + "、".join(active))
        return identifier or active[0]


def console(context: typer.Context) -> Console:
    """The console of this run."""
    state = context.find_root().obj
    assert isinstance(state, Console)
    return state


def print_json(document: Any) -> None:
    """One JSON document on standard output, Chinese as it is."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> str:
    """Instants in JSON are ISO 8601 with their offset."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def width(text: str) -> int:
    """Columns ``text`` takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table whose columns line up in a terminal that shows Chinese."""
    table = [list(header), *[[str(cell) for cell in row] for row in rows]]
    widths = [max(width(row[column]) for row in table) for column in range(len(header))]
    for row in table:
        typer.echo(
            "  ".join(
                cell + " " * (widths[column] - width(cell))
                for column, cell in enumerate(
                    row,
                )
            ).rstrip()
        )


def print_listing(header: Sequence[str], rows: Iterable[Sequence[object]], left_out: int) -> None:
    """A table of the newest rows, and how many older ones it leaves out."""
    print_table(header, rows)
    if left_out:
        typer.echo(f"另有 {left_out} 行,用 --limit 多列一些")


def beijing(instant: datetime | None) -> str:
    """An instant as the office's clock shows it."""
    return instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S") if instant else "-"


def parse_instant_option(text: str) -> datetime:
    """An ISO time given on the command line; without a zone it is Beijing time. Raises
    UsageError.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"看不懂时间“{text}”", "例如 2024-08-20T09:30:00+08:00") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=BEIJING)


def existing_file(path: Path) -> Path:
    """``path`` when it is a readable file. Raises InputError."""
    if not path.is_file():
        raise InputError(f"没有文件 {path}", "检查路径")
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise InputError(f"读不了文件 {path}: {error.strerror}", "检查权限") from error
