"""``mailroom migrate --to ... --files ...``: a store moved to another place."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ingest.beginning.configuration import toml
from ingest.cli.progress import progress
from ingest.errors import UsageError
from ingest.progress import Progress
from ingest.settings import StoreSettings, parse_bucket, parse_duration

if TYPE_CHECKING:
    from ingest.moving import Place

Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    to: str  #: a database; "" = the same one
    files: str  #: a folder, or ``s3://bucket/prefix``; "" = the same place
    who: str
    wait: str
    allow_missing: bool


def move_store(settings: StoreSettings, wanted: Wanted) -> None:
    """Move it, and say what is to be written into the configuration."""
    from ingest.clock import SystemClock
    from ingest.moving import Move

    there = _destination(settings, wanted)
    with ExitStack() as opened:
        old, new = _place(settings, opened), _place(there, opened)
        head = Move(
            old,
            new,
            wanted.who.strip() or getpass.getuser(),
            SystemClock(),
            opened.enter_context(_phases()),
            wait=_patience(wanted.wait),
            allow_missing=wanted.allow_missing,
        ).carry_out()
    typer.echo(f"已迁移并核对: 台账 {head.events} 行, 末行校验值 {head.chain}")
    typer.echo("下一步: 在 mailroom.toml 的 [store] 改写这几项, mailroom check, 再启动:")
    for line in _lines(there):
        typer.echo(f"  {line}")
    typer.echo("旧处原样留着, 不再收件、答复; 核对无误、另有备份之后由您自己删除。")


def _destination(settings: StoreSettings, wanted: Wanted) -> StoreSettings:
    update: dict[str, object] = {"database": wanted.to} if wanted.to else {}
    if wanted.files.startswith("s3:"):
        try:
            update["objects"] = parse_bucket(wanted.files)
        except ValueError as error:
            raise UsageError(f"--files: {error}") from error
    elif wanted.files:
        update |= {"objects": "", "files": Path(wanted.files).absolute()}
    return settings.model_copy(update=update)


def _patience(wait: str) -> timedelta:
    try:
        patience = parse_duration(wait)
    except ValueError as error:
        raise UsageError(f"--wait: {error}") from error
    assert isinstance(patience, timedelta)
    return patience


def _place(store: StoreSettings, opened: ExitStack) -> Place:
    from ingest.moving import Place
    from ingest.store.database import open_database
    from ingest.storefiles import open_files

    database = open_database(store.database)
    opened.callback(database.close)
    return Place(store.database, database, open_files(store))


def _lines(store: StoreSettings) -> Iterator[str]:
    from ingest.moving import shown_address

    yield f"database = {toml(shown_address(store.database))}"
    if store.objects:
        yield f"files = {toml(store.objects.rstrip('/'))}"
        yield f"local = {toml(str(store.files))}"
    else:
        yield f"files = {toml(str(store.files))}"


@contextmanager
def _phases() -> Iterator[Told]:
    """One bar after another, for whatever is being done."""
    with ExitStack() as shown:
        steps: dict[str, Progress] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in steps:
                shown.close()
                steps.clear()
                steps[what] = shown.enter_context(progress(what))
            steps[what](done, total)

        yield told
