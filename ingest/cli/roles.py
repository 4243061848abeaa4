"""``mailroom receiver`` and ``mailroom worker``: an office on more than one machine."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.cli.console import console

VerboseOption = Annotated[
    bool, typer.Option("--verbose", help="多写日志", envvar="MAILROOM_VERBOSE")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the tree."""
    app.command("receiver")(receiver)
    app.command("worker")(worker)


def receiver(context: typer.Context, verbose: VerboseOption = False) -> None:
    """多台机器(PostgreSQL): 收件、裁定、发信;同时只有一个在工作,其余待命,三十秒内接替。"""
    from ingest import log
    from ingest.receiver import Receiver

    log.configure(verbose=verbose)
    Receiver(console(context).settings()).run()


def worker(context: typer.Context, verbose: VerboseOption = False) -> None:
    """多台机器(PostgreSQL): 读来件;每个核一个,放在哪台机器上都行,随时可以杀掉。"""
    from ingest import log
    from ingest.worker import work

    log.configure(verbose=verbose)
    work(console(context).settings())
