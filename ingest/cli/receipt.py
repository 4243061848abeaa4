"""``mailroom receipt``: does a letter that somebody shows us hold."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import JsonOption, console, existing_file, print_json
from ingest.exitcodes import ExitCode

if TYPE_CHECKING:
    from ingest.settings import Settings

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
MAX_BYTES = 1_000_000


@group.callback()
def root() -> None:
    """回执的核验。"""


@group.command("verify")
def verify(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(help="信的 .eml 文件,或从信里复制的文字(.txt);- 表示从标准输入读文字"),
    ] = None,
    code: Annotated[
        str, typer.Option(help="只核验信里的“回执校验码”", envvar="MAILROOM_CODE")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """核验一封回执: 校验码与台账相符、信的内容没有被改过。"""
    from ingest.errors import UsageError
    from ingest.receipts.key import load_key
    from ingest.receipts.verifying import check_receipts

    if (file is None) == (not code):
        raise UsageError(
            "要么给出信的文件,要么用 --code 给出校验码", "例如 mailroom receipt verify 回执.eml"
        )
    settings = console(context).settings()
    text = code if file is None else _text_of(file, settings)
    with console(context).reading() as session:
        checked = check_receipts(session, load_key(settings.store.files), text)
    good = bool(checked) and all(item.holds for item in checked)
    if as_json:
        rows = [
            {
                "code": i.code,
                "holds": i.holds,
                "text": list(i.sentences),
                **i.facts,
            }
            for i in checked
        ]
        print_json({"ok": good, "receipts": rows})
    else:
        for item in checked:
            typer.echo(f"{item.code}: {'属实' if item.holds else '不能确认'}")
            for sentence in item.sentences:
                typer.echo(f"  {sentence}")
        if not checked:
            typer.echo("没有找到回执校验码,例如 Q24-0007-K.2.ABCD-EFGH-IJKL-MNOP")
    raise typer.Exit(int(ExitCode.OK if good else ExitCode.FINDINGS))


def _text_of(file: Path, settings: Settings) -> str:
    """The words of a letter. Raises InputError."""
    from ingest.errors import InputError

    if str(file) == "-":
        return _decoded(sys.stdin.buffer.read(MAX_BYTES))
    existing_file(file)
    if file.suffix.lower() != ".eml":
        with file.open("rb") as opened:
            return _decoded(opened.read(MAX_BYTES))
    from ingest.app import open_folder
    from ingest.sandbox.context import ReadingContext
    from ingest.sandbox.limits import Limits
    from ingest.sandbox.mail import read_or_degrade
    from ingest.sandbox.workers import WorkerDied, WorkerFailed

    try:  # a file somebody hands in is as untrusted as any mail
        reading = read_or_degrade(
            file,
            open_folder(settings).call,
            ReadingContext(own_addresses=()),
            Limits(),
        )
    except (WorkerDied, WorkerFailed) as error:
        raise InputError(
            f"读不了邮件 {file}", "确认这是一封完整的 .eml 邮件,或把信的文字存成 .txt"
        ) from error
    return f"{reading.envelope.subject}\n{reading.text}"


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")
