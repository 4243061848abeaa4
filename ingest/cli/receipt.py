"""``mailroom receipt``: does a letter that somebody shows us hold."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import JsonOption, console, existing_file, print_json
from ingest.exitcodes import ExitCode

if TYPE_CHECKING:
    from ingest.receipts.verifying import Checked
    from rules.call import Call

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
MAX_BYTES = 1_000_000
_EXAMPLES = {
    "回执校验码": "Q24-0007-K.2.ABCD-EFGH-IJKL-MNOP",
    "电子签名": "Q24-0007-K.2.accepted.20240827T081500Z.……",
}


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
    public_key: Annotated[
        Path | None,
        typer.Option(
            help="凭这把公布的公钥核验信里的“电子签名”,不用配置和数据库",
            envvar="MAILROOM_PUBLIC_KEY",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """核验一封回执: 校验码与台账相符、信的内容没有被改过; 或只凭公钥核验电子签名。"""
    from ingest.errors import UsageError

    if (file is None) == (not code):
        raise UsageError(
            "要么给出信的文件,要么用 --code 给出校验码", "例如 mailroom receipt verify 回执.eml"
        )
    text = code if file is None else _text_of(file, console(context).call(None).call)
    checked = _by_ledger(context, text) if public_key is None else _by_key(public_key, text)
    _tell(checked, as_json, "电子签名" if public_key else "回执校验码")


def _by_ledger(context: typer.Context, text: str) -> tuple[Checked, ...]:
    from ingest.receipts.key import load_key
    from ingest.receipts.verifying import check_receipts

    settings = console(context).settings()
    with console(context).reading() as session:
        return check_receipts(session, load_key(settings.store.files), text)


def _by_key(public_key: Path, text: str) -> tuple[Checked, ...]:
    from ingest.receipts.officekey import published_check
    from ingest.receipts.signature import check_signatures

    return check_signatures(published_check(public_key), text)


def _tell(checked: tuple[Checked, ...], as_json: bool, wanted: str) -> None:
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
            typer.echo(f"没有找到{wanted},例如 {_EXAMPLES[wanted]}")
    raise typer.Exit(int(ExitCode.OK if good else ExitCode.FINDINGS))


@group.command("key")
def key(
    context: typer.Context,
    new: Annotated[bool, typer.Option("--new", help="先建立一把新的签名密钥")] = False,
) -> None:
    """打印签名密钥的公钥(PEM): 公布出去, 谁都能核验本单位的回执。"""
    from ingest.receipts.officekey import key_mark, make_office_key, public_pem

    files = console(context).settings().store.files
    if new:
        make_office_key(files)
    pem = public_pem(files)
    typer.echo(pem, nl=False)
    typer.echo(f"公钥的指纹(可在电话里核对): {key_mark(pem)}", err=True)


def _text_of(file: Path, call: Call) -> str:
    """The words of a letter. Raises InputError."""
    from ingest.errors import InputError

    if str(file) == "-":
        return _decoded(sys.stdin.buffer.read(MAX_BYTES))
    existing_file(file)
    if file.suffix.lower() != ".eml":
        with file.open("rb") as opened:
            return _decoded(opened.read(MAX_BYTES))
    from ingest.sandbox.context import ReadingContext
    from ingest.sandbox.mail import read_or_degrade
    from ingest.sandbox.workers import WorkerDied, WorkerFailed
    from ingest.walls.limits import Limits

    try:  # a file somebody hands in is as untrusted as any mail
        reading = read_or_degrade(
            file,
            call,
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
