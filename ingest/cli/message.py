"""``mailroom message``: what is in a mail, and what the ledger knows of those received."""

from __future__ import annotations

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
    print_table,
)

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@group.command("inspect")
def inspect(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="一封邮件(.eml)")],
    as_json: JsonOption = False,
    received: Annotated[
        str | None, typer.Option(help="当作何时收到(ISO 时间);不写则取邮件头", envvar="MAILROOM_RECEIVED")
    ] = None,
    call: CallOption = None,
) -> None:
    """读一封邮件并照规则判断: 不连网、不入库、不发信。"""
    from ingest.inspection import inspect_message

    instant = parse_instant_option(received) if received else None
    report = inspect_message(existing_file(file), console(context).call(call), instant)
    if as_json:
        print_json(report)
    else:
        show_report(report)


def show_report(report: dict[str, Any]) -> None:
    """The report for a person."""
    screening = report["screening"]
    typer.echo(
        f"来件性质: {screening['kind']}  {'可以答复' if screening['reply'] else '不答复'}  {screening['reason']}"
    )
    print_table(
        ("附件", "名称", "类型", "大小", "去向", "说明"),
        [[p["path"], p["name"], p["kind"], p["size"], p["fate"], p["reason"]] for p in report["parts"]],
    )
    for document in report["documents"]:
        typer.echo(
            f"文档: {document['part']}  {document['form'] or '未识别表单'}  {document['rendition']}  {document['applicant']}"
        )
    for entry in report["entries"]:
        typer.echo(f"申报项: {entry['applicant']}  {entry['track']}  {entry['verdict']}")
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
    limit: LimitOption = 50,
) -> None:
    """列出登记过的来件,新的在前。"""
    from ingest.app import open_store
    from ingest.store.views import message_lines

    with open_store(console(context).settings()) as store, store.session() as session:
        lines = message_lines(session, limit)
    if as_json:
        print_json(lines)
    else:
        rows = [
            [m["id"], beijing(m["received"]), m["state"], m["screening"] or "", m["from"], m["subject"]] for m in lines
        ]
        print_table(("编号", "收到时间", "状态", "性质", "发件人", "主题"), rows)


@group.command("show")
def show_message(
    context: typer.Context, number: Annotated[int, typer.Argument(help="来件编号")], as_json: JsonOption = False
) -> None:
    """一封来件的全部登记: 邮件头、附件去向、文档、归入的案卷。"""
    from ingest.app import open_store
    from ingest.store.views import message_detail

    with open_store(console(context).settings()) as store, store.session() as session:
        detail = message_detail(session, number)
    print_json(detail) if as_json else show_detail(detail)


def show_detail(detail: dict[str, Any]) -> None:
    """A record, key by key; lists and mappings indented."""
    for key, value in detail.items():
        if isinstance(value, list):
            typer.echo(f"{key}:")
            for item in value:
                typer.echo(
                    "  - "
                    + (
                        "  ".join(f"{k}={v}" for k, v in item.items() if v not in ("", None, []))
                        if isinstance(item, dict)
                        else str(item)
                    )
                )
        else:
            typer.echo(f"{key}: {value}")
