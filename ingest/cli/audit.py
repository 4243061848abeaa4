"""``mailroom audit``: is the ledger still what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import JsonOption, console, print_json
from ingest.exitcodes import ExitCode

if TYPE_CHECKING:
    from ingest.views.records import AuditRecord

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
    from ingest.stamps import stamps_of
    from ingest.store.audit import verify_ledger
    from ingest.storefiles import open_files
    from ingest.views.records import AuditRecord

    if head and len(head.strip()) < 16:
        raise UsageError(
            "末行校验值至少要给 16 位", "从日报末行或 mailroom status --json 的 ledger 抄写"
        )
    settings = console(context).settings()
    with console(context).reading() as session:
        audit = verify_ledger(session, open_files(settings.store) if files else None, head)
        stamps = list(stamps_of(session, settings.store))
    unfit = trouble_at(settings.store)
    broken = [each.finding for each in stamps if each.finding]
    findings = [*([unfit] if unfit else []), *audit.findings, *broken]
    record = AuditRecord(
        ok=not findings,
        events=audit.head.events,
        head=audit.head.chain,
        findings=findings,
        stamps=[{"events": each.events, "at": each.at.isoformat()} for each in stamps if each.at],
    )
    print_json(record) if as_json else _say(record)
    raise typer.Exit(int(ExitCode.FINDINGS if findings else ExitCode.OK))


def _say(record: AuditRecord) -> None:
    from datetime import datetime

    from notifier.wording import beijing

    for finding in record["findings"]:
        typer.echo(finding)
    for last in record["stamps"][-1:]:
        at = f"{beijing(datetime.fromisoformat(last['at'])):%Y-%m-%d %H:%M}"
        typer.echo(f"时间戳 {len(record['stamps'])} 个, 最近的证明第 {last['events']} 行 {at} 已在")
    verdict = f"发现 {len(record['findings'])} 处不符" if record["findings"] else "台账完好"
    typer.echo(f"{verdict}: 共 {record['events']} 行, 末行校验值 {record['head']}")


@group.command("stamp")
def stamp(context: typer.Context) -> None:
    """请时间戳服务(RFC 3161)证明台账的末行此刻已在;对方只看到一个校验值。"""
    from ingest.app import open_store
    from ingest.clock import SystemClock
    from ingest.stamps import stamp_head
    from notifier.wording import beijing

    settings = console(context).settings()
    with open_store(settings) as database:
        done = stamp_head(database, settings.store, SystemClock().now())
    assert done.at is not None
    typer.echo(f"已盖: 台账第 {done.events} 行, {beijing(done.at):%Y-%m-%d %H:%M:%S}")
