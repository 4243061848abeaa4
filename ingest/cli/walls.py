"""``--walls`` of ``check`` and ``doctor``: what a reader of attachments can touch, tried out."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.cli.console import print_json, print_table
from ingest.exitcodes import ExitCode

WallsOption = Annotated[
    bool,
    typer.Option(
        "--walls",
        help="不看配置,只试读取附件的进程能碰到什么: 每种尝试一行,应全部被挡住",
        envvar="MAILROOM_WALLS",
    ),
]


def show_walls(*, as_json: bool) -> None:
    """Every attempt and the error it got; ends with 1 when one went through."""
    from ingest.sandbox.trial import IN_ITS_CHILD, IN_THE_WORKER, standing_walls, try_walls

    walls = standing_walls()
    tried = {
        name: try_walls(where)
        for name, where in (("读取进程", IN_THE_WORKER), ("它启动的程序", IN_ITS_CHILD))
    }
    rows = [(name, each.what, each.refusal) for name, them in tried.items() for each in them]
    through = sum(not refusal for _, _, refusal in rows)
    if as_json:
        names = ("process", "attempt", "refusal")
        attempts = [dict(zip(names, row, strict=True)) for row in rows]
        print_json({"attempts": attempts, "landlock": walls.landlock, "gaps": walls.gaps})
    else:
        print_table(("进程", "尝试", "结果"), [[*row[:2], row[2] or "没有挡住"] for row in rows])
        typer.echo(
            f"试了 {len(rows)} 种, {len(rows) - through} 种被挡住; Landlock 版本 {walls.landlock}"
        )
        for gap in walls.gaps:
            typer.echo(f"缺 {gap}")
    raise typer.Exit(int(ExitCode.FINDINGS if through else ExitCode.OK))
