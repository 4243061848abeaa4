"""``mailroom demo``: see the main job without any server of one's own."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import JsonOption, print_json, print_table
from ingest.cli.progress import progress
from ingest.exitcodes import ExitCode
from rules.vocabulary import BEIJING

if TYPE_CHECKING:
    from ingest.demo.scenario import Outcome

SCREENINGS = {"person": "来件", "automatic": "自动回复", "bounce": "退信", "duplicate": "重复投递"}


def register(app: typer.Typer) -> None:
    """Add the command to the tree."""
    app.command("demo")(demo)


IMAP_PORT, SMTP_PORT = 11143, 11025  #: of the practice mailbox
ServeOption = Annotated[
    Path | None,
    typer.Option(
        "--serve", help="只开一个练习用的邮箱,信件放在这个文件夹", envvar="MAILROOM_DEMO_SERVE"
    ),
]
ImapPortOption = Annotated[
    int,
    typer.Option(
        min=1, max=65535, help="练习邮箱的收件端口(本机)", envvar="MAILROOM_DEMO_IMAP_PORT"
    ),
]
SmtpPortOption = Annotated[
    int,
    typer.Option(
        min=1, max=65535, help="练习邮箱的发信端口(本机)", envvar="MAILROOM_DEMO_SMTP_PORT"
    ),
]


def demo(
    directory: Annotated[
        Path, typer.Option("--dir", help="信函和日报写到哪个文件夹", envvar="MAILROOM_DEMO_DIR")
    ] = Path("demo-output"),
    call: Annotated[
        Path | None,
        typer.Option(
            "--call", help="自己的征集文件夹,与 --mails 同用", envvar="MAILROOM_DEMO_CALL"
        ),
    ] = None,
    mails: Annotated[
        Path | None,
        typer.Option("--mails", help="试发邮件(.eml)所在的文件夹", envvar="MAILROOM_DEMO_MAILS"),
    ] = None,
    serve: ServeOption = None,
    imap_port: ImapPortOption = IMAP_PORT,
    smtp_port: SmtpPortOption = SMTP_PORT,
    as_json: JsonOption = False,
) -> None:
    """在内置的邮箱和发信服务器上,把样例申报材料(或自己的征集和邮件)从收件到日报走一遍。"""
    import structlog

    if serve is not None:
        _serve(serve, imap_port, smtp_port)
        return
    from ingest.demo.scenario import own_scenario, run_demo, shipped_scenario
    from notifier.letternames import LETTER_NAMES

    if (call is None) != (mails is None):
        raise typer.BadParameter("--call 和 --mails 要一起写")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    scenario = own_scenario(call, mails) if call and mails else shipped_scenario()
    with progress("来件") as step:
        result = run_demo(directory, scenario, step)
    wrong = [outcome for outcome in result.outcomes if not outcome.as_expected]
    if as_json:
        print_json([_record(outcome) for outcome in result.outcomes])
    else:
        rows = [
            (
                f"{o.sample.received:%m-%d %H:%M}",
                o.sample.path.stem,
                SCREENINGS.get(o.screening, o.screening),
                o.case_code or "-",
                LETTER_NAMES.get(o.letter, "(不答复)"),
                o.sample.what,
            )
            for o in result.outcomes
        ]
        print_table(("收到", "样例", "性质", "案卷", "答复", "说明"), rows)
        for deed in result.deeds:
            typer.echo(f"{deed.at.astimezone(BEIJING):%m-%d %H:%M}  {deed.text}")
        typer.echo(
            f"\n服务器 {result.server_count} 封,台账 {result.ledger_count} 封;发出信函 {result.letters} 封、日报 {result.digests} 份。"
        )
        typer.echo(
            f"信函: {directory / 'letters'}\n日报: {directory / 'digests'}  (用浏览器打开 .html)"
        )
    if wrong:
        typer.echo(
            "与预期不符: " + "、".join(outcome.sample.path.stem for outcome in wrong), err=True
        )
        raise typer.Exit(int(ExitCode.FINDINGS))


def _serve(folder: Path, imap_port: int, smtp_port: int) -> None:
    """The practice mailbox, in this terminal."""
    import sys

    from ingest.demo.practice import serve

    def say(line: str) -> None:
        typer.echo(line)
        sys.stdout.flush()

    serve(folder, imap_port, smtp_port, say)


def _record(outcome: Outcome) -> dict[str, str | None]:
    return {
        "number": outcome.sample.number,
        "file": outcome.sample.path.name,
        "received": outcome.sample.received.isoformat(),
        "what": outcome.sample.what,
        "screening": outcome.screening,
        "case": outcome.case_code or None,
        "letter": outcome.letter,
        "expected": outcome.sample.letter or None,
    }
