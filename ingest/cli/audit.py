"""``mailroom audit``: is the ledger still what was written."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.cli.console import JsonOption, console, print_json
from ingest.exitcodes import ExitCode

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@group.callback()
def root() -> None:
    """台账的核验。"""


@group.command("verify")
def verify(
    context: typer.Context,
    as_json: JsonOption = False,
    files: Annotated[
        bool,
        typer.Option(
            "--files", help="连同存放的邮件原件一起核对(逐个读一遍)", envvar="MAILROOM_FILES"
        ),
    ] = False,
    head: Annotated[
        str,
        typer.Option(
            help="以前日报末行或 status 给出的末行校验值,看它还在不在台账里", envvar="MAILROOM_HEAD"
        ),
    ] = "",
) -> None:
    """核验台账没有被改动、删除或挪动过,来件、裁定、信函与台账记下的相符。"""
    from ingest.errors import UsageError
    from ingest.opening import trouble_at
    from ingest.store.audit import verify_ledger
    from ingest.store.files import FileStore
    from ingest.views.records import AuditRecord

    if head and len(head.strip()) < 16:
        raise UsageError(
            "末行校验值至少要给 16 位", "从日报末行或 mailroom status --json 的 ledger 抄写"
        )
    settings = console(context).settings()
    with console(context).reading() as session:
        audit = verify_ledger(session, FileStore(settings.store.files) if files else None, head)
    unfit = trouble_at(settings.store)
    findings = [*([unfit] if unfit else []), *audit.findings]
    if as_json:
        record = AuditRecord(
            ok=not findings,
            events=audit.head.events,
            head=audit.head.chain,
            findings=findings,
        )
        print_json(record)
    else:
        for finding in findings:
            typer.echo(finding)
        verdict = f"发现 {len(findings)} 处不符" if findings else "台账完好"
        typer.echo(f"{verdict}: 共 {audit.head.events} 行, 末行校验值 {audit.head.chain}")
    raise typer.Exit(int(ExitCode.FINDINGS if findings else ExitCode.OK))
