"""``mailroom message``: what is in a mail, and what the ledger knows of those received."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from ingest.cli.console import (
    CallOption,
    JsonOption,
    LimitOption,
    beijing,
    console,
    existing_file,
    parse_instant_option,
    print_json,
    print_listing,
)
from rules.verdict import decision_name

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

SHOWN = 50
"""Rows that people are shown unless they ask for more."""


@group.command("inspect")
def inspect(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="一封邮件(.eml)")],
    as_json: JsonOption = False,
    received: Annotated[
        str | None,
        typer.Option(help="当作何时收到(ISO 时间);不写则取邮件头", envvar="MAILROOM_RECEIVED"),
    ] = None,
    call: CallOption = None,
) -> None:
    """读一封邮件并照规则判断,与 mailroom run 用同一份配置时的答复一样: 不连网、不入库、不发信。"""
    from ingest.clock import SystemClock
    from ingest.inspection.mail import inspect_message

    instant = parse_instant_option(received) if received else None
    mail, office = existing_file(file), console(context)
    report = inspect_message(
        mail,
        office.call(call),
        office.settings_if_any(),
        instant,
        SystemClock().now(),
        () if call else office.other_calls(),
    )
    if as_json:
        print_json(report)
    else:
        show_report(report)


def show_report(report: dict[str, Any]) -> None:
    """The report for a person."""
    from ingest.cli.showing import show_documents, show_parts, shown

    screening = report["screening"]
    if report["call"] is None:
        typer.echo("征集: 看不出是哪一项,由工作人员认定")
    if report["note"]:
        typer.echo(report["note"])
    kind = shown("screening", screening["kind"])
    typer.echo(
        f"来件性质: {kind}  {'可以答复' if screening['reply'] else '不答复'}  {screening['reason']}"
    )
    show_parts(report["parts"])
    show_documents(report["documents"])
    for entry in report["entries"]:
        verdict = decision_name(entry["verdict"])
        typer.echo(f"申报项: {entry['applicant']}  {entry['track']}  {verdict}")
        for finding in entry["findings"]:
            typer.echo(f"  [{finding['rule']} {finding['outcome']}] {finding['text']}")
    if report["letter"]:
        typer.echo(
            f"\n收件人: {report['letter']['to']}\n主题: {report['letter']['subject']}\n\n{report['letter']['text']}"
        )


@group.command("list")
def list_messages(
    context: typer.Context,
    as_json: JsonOption = False,
    limit: LimitOption = None,
) -> None:
    """列出登记过的来件,新的在前。"""
    from ingest.cli.showing import shown
    from ingest.views.lists import message_lines

    with console(context).reading() as session:
        listing = message_lines(session, limit or (None if as_json else SHOWN))
    if as_json:
        print_json(listing.lines)
    else:
        rows = [
            [
                m["id"],
                beijing(m["received"]),
                shown("state", m["state"]),
                shown("screening", m["screening"]),
                m["from"],
                m["subject"],
            ]
            for m in listing.lines
        ]
        print_listing(
            ("编号", "收到时间", "状态", "性质", "发件人", "主题"), rows, listing.left_out
        )


@group.command("show")
def show_message(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="来件编号")],
    as_json: JsonOption = False,
) -> None:
    """一封来件的全部登记: 邮件头、附件去向、文档、归入的案卷。"""
    from ingest.cli import showing
    from ingest.views.lists import message_detail

    with console(context).reading() as session:
        detail = message_detail(session, number)
    print_json(detail) if as_json else showing.show_message(detail)


@group.command("retry")
def retry(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(help="来件编号")] = None,
    all_set_aside: Annotated[
        bool,
        typer.Option("--all-set-aside", help="所有被隔离的来件", envvar="MAILROOM_ALL_SET_ASIDE"),
    ] = False,
) -> None:
    """重新读取一封被隔离的来件(例如程序升级之后),或全部被隔离的来件。"""
    from ingest.app import open_store
    from ingest.clock import SystemClock
    from ingest.errors import UsageError
    from ingest.store.events import EventKind, record_event
    from ingest.store.messages import retry_message, set_aside_ids

    if (number is None) is not all_set_aside:
        raise UsageError("要读哪一封没有说清", "写一个来件编号,或写 --all-set-aside")
    now = SystemClock().now()
    with open_store(console(context).settings()) as store, store.writing() as session:
        wanted = set_aside_ids(session) if number is None else [number]
        for each in wanted:
            if not retry_message(session, each):
                raise UsageError(
                    f"来件 {each} 不存在,或没有被隔离",
                    "用 mailroom message list 查看状态",
                )
            record_event(session, now, EventKind.RETRY, "人工操作: 重新读取该来件", message_id=each)
    if number is None:
        typer.echo(f"{len(wanted)} 封来件将重新读取" if wanted else "没有被隔离的来件")
    else:
        typer.echo(f"来件 {number} 将重新读取")


@group.command("export")
def export(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="来件编号")],
    to: Annotated[
        Path, typer.Option("--to", help="写到哪个文件(不会覆盖已有文件)", envvar="MAILROOM_TO")
    ],
) -> None:
    """把一封来件的原件(.eml,与服务器上逐字节相同)取出来。"""
    from ingest.outputs import new_private_file

    # Nobody else's to read: it holds what applicants wrote.
    with (
        _kept(context, number) as (kept, sha256),
        kept.open("rb") as source,
        new_private_file(to) as target,
    ):
        shutil.copyfileobj(source, target)
    typer.echo(f"来件 {number} 的原件写到 {to},SHA-256 {sha256}")


@group.command("authentication")
def authentication(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="来件编号")],
    as_json: JsonOption = False,
) -> None:
    """核一封来件的 DKIM 签名,查发件人域名的 DMARC 策略(要问本机的域名服务器),供核实发件人时参考;不改变任何裁定。"""
    from ingest.authentication.evidence import evidence_of
    from ingest.authentication.words import lines, meaning
    from ingest.dns import nameserver, texts_of
    from ingest.errors import InputError
    from ingest.sandbox.workers import WorkerDied, WorkerFailed

    server, trusted = nameserver(), console(context).settings().office.trusted_authserv_ids
    ask = partial(texts_of, server=server) if server else None
    try:
        with _kept(context, number) as (kept, _):
            evidence = evidence_of(kept, trusted, ask)
    except (WorkerDied, WorkerFailed) as error:
        reason = error.reason if isinstance(error, WorkerDied) else error.message
        raise InputError(
            f"来件 {number} 的签名没有核成: {reason}", "用 mailroom message export 取出原件另行核对"
        ) from error
    if as_json:
        print_json({**evidence.model_dump(mode="json"), "meaning": meaning(evidence)})
    else:
        typer.echo("\n".join(lines(evidence)))


@contextmanager
def _kept(context: typer.Context, number: int) -> Iterator[tuple[Path, str]]:
    """The raw mail of that number, whole, and its hash.

    Raises:
        UsageError: there is no such mail, or none was fetched.
        StorageError: it is missing or damaged.
    """
    from ingest.errors import StorageError, UsageError
    from ingest.store.files import DamagedError
    from ingest.store.messages import get_message
    from ingest.storefiles import open_files

    with console(context).reading() as session:
        row = get_message(session, number)
    if row is None:
        raise UsageError(f"没有编号为 {number} 的来件", "用 mailroom message list 查看编号")
    if not row.sha256:
        raise UsageError(f"来件 {number} 没有下载,程序里没有原件", "请在邮箱里查看")
    try:
        with open_files(console(context).settings().store).whole(row.sha256) as path:
            yield path, row.sha256
    except DamagedError as error:
        raise StorageError(
            f"来件 {number} 的原件缺失或已损坏", "从备份恢复,或在邮箱里查看"
        ) from error
