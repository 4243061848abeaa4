"""``mailroom document``: what is in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ingest.cli.console import CallOption, JsonOption, console, existing_file, print_json

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@group.callback()
def documents() -> None:
    """文档: 查看一份 Word 或扫描件里有什么。"""


@group.command("inspect")
def inspect(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="一份 Word、PDF 或图片")],
    as_json: JsonOption = False,
    call: CallOption = None,
) -> None:
    """看一份文件: 是哪张表、哪种版式、有没有章、各栏填了什么。"""
    from ingest.inspection import inspect_document

    report = inspect_document(existing_file(file), console(context).call(call))
    if as_json:
        print_json(report)
        return
    typer.echo(
        f"类型: {report['kind']}  页数: {report['pages']}  表单: {report['form'] or '未识别'}  版式: {report['rendition'] or '-'}  {report['reason']}"
    )
    if report["seal"]:
        typer.echo(f"盖章: {report['seal']['outcome']}  {report['seal']['reason']}")
    for name, field in report["fields"].items():
        typer.echo(f"  {name}: {field['shown']}  ({field['place'] or field['method']})")
