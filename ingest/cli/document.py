"""``mailroom document``: what is in one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

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
    picture: Annotated[
        Path | None, typer.Option("--picture", help="把看到的印章框在页面图上, 写成这个 PNG 文件")
    ] = None,
    call: CallOption = None,
) -> None:
    """看一份文件: 是哪张表、哪种版式、有没有章、各栏填了什么。"""
    from ingest.inspection.papers import draw_picture
    from ingest.inspection.reports import inspect_document
    from ingest.outputs import write_file

    folder = console(context).call(call, rules_required=False)
    report = inspect_document(existing_file(file), folder)
    if picture is not None:
        write_file(picture, draw_picture(file, folder.call), private=True)
    if as_json:
        print_json(report)
        return
    from ingest.views.words import kind_word

    said = (f"类型: {kind_word(report['kind'])}", report["reason"])
    typer.echo("  ".join(part for part in said if part))
    for document in report.get("documents", [report] if report["rendition"] else []):
        for line in _told(document):
            typer.echo(line)


def _told(document: Mapping[str, Any]) -> Iterator[str]:
    """One of the forms in the file, for people."""
    from ingest.views.words import RENDITION_WORDS, SEAL_WORDS

    kind = RENDITION_WORDS[document["rendition"]]
    counted = f"  页数: {document['pages']}" if document["pages"] else ""
    yield f"表单: {document['form'] or '未识别'}  版式: {kind}{counted}"
    if document["seal"]:
        yield f"盖章: {SEAL_WORDS[document['seal']['outcome']]}  {document['seal']['reason']}"
    for signature in document["signatures"]:
        yield f"电子签章: {signature['text']}"
    for name, field in document["fields"].items():
        yield f"  {name}: {field['shown']}  ({field['place'] or field['method']})"
    for number, row in enumerate(document["rows"], 1):
        said = (f"{name} {field['shown']}" for name, field in row.items())
        yield f"  第{number}项: {'  '.join(said)}"


_OUTCOMES = {"same": "同一份材料", "other": "不是同一份材料", "unsure": "不能确定"}


@group.command("pair")
def pair(
    context: typer.Context,
    word: Annotated[Path, typer.Argument(help="可编辑的 Word 版")],
    scan: Annotated[Path, typer.Argument(help="盖章扫描的 PDF 或图片")],
    as_json: JsonOption = False,
    call: CallOption = None,
) -> None:
    """比一比 Word 版和扫描件是不是同一份材料: 识读扫描件上的文字, 逐栏核对。"""
    from ingest.inspection.papers import pair_files

    office = console(context).call(call, rules_required=False)
    report = pair_files(existing_file(word), existing_file(scan), office.call)
    if as_json:
        print_json(report)
        return
    similarity = (
        "可比的内容太少, 算不出来"
        if report["similarity"] is None
        else f"{report['similarity']:.2f}"
    )
    typer.echo(f"{_OUTCOMES[report['outcome']]}  相似度: {similarity}")
    typer.echo(f"  一致: {'、'.join(report['agreeing']) or '-'}")
    typer.echo(f"  没有找到: {'、'.join(report['missing']) or '-'}")
    for each in report["differing"]:
        typer.echo(f"  不同: {each['field']}  Word版 {each['word']}  扫描件 {each['scan']}")
    for remark in report["remarks"]:
        typer.echo(f"  留意: {remark}")
    if report["pages"]:
        typer.echo(f"  页面: {report['pages']}")
