"""``mailroom doctor``: the machine, the account and the domain looked at."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.cli.console import JsonOption, console, print_json, print_table
from ingest.cli.walls import WallsOption, show_walls
from ingest.exitcodes import ExitCode


def register(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command("doctor")(doctor)


def doctor(
    context: typer.Context,
    dns: Annotated[
        bool,
        typer.Option(
            "--dns", help="也查本单位域名的 SPF 和 DMARC(问本机的域名服务器)", envvar="MAILROOM_DNS"
        ),
    ] = False,
    walls: WallsOption = False,
    as_json: JsonOption = False,
) -> None:
    """看机器、账户和域名有没有毛病: 磁盘、权限、程序库、模型、隔离、时钟、重名,每样带改法。"""
    from dataclasses import asdict

    from ingest.doctor.rounds import look_round
    from ingest.doctor.signs import State

    if walls:
        show_walls(as_json=as_json)

    signs = list(look_round(console(context).settings(), dns=dns))
    if as_json:
        print_json([asdict(sign) for sign in signs])
    else:
        print_table(
            ("项目", "情况", "看到的", "怎样改"),
            [[sign.name, sign.state, sign.found, sign.mend] for sign in signs],
        )
    ill = any(sign.state is State.BAD for sign in signs)
    raise typer.Exit(int(ExitCode.FINDINGS if ill else ExitCode.OK))
