"""``mailroom digest``: look at the staff's digest, or queue one now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ingest.cli.browser import open_page
from ingest.cli.console import console

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
TEXT = "digest.txt"


@group.command("preview")
def preview(
    context: typer.Context,
    directory: Annotated[
        Path, typer.Option("--dir", help="写到哪个文件夹", envvar="MAILROOM_PREVIEW_DIR")
    ] = Path(),
    browser: Annotated[
        bool, typer.Option("--open/--no-open", help="用浏览器打开", envvar="MAILROOM_PREVIEW_OPEN")
    ] = True,
) -> None:
    """照此刻的情况生成日报(HTML、文本、xlsx),打开来看,不发送。"""
    from ingest.app import Unconnected, build
    from ingest.opening import Opening
    from ingest.steps.digest import make_digest

    app = build(
        console(context).settings(),
        mailbox=Unconnected(),
        transport=Unconnected(),
        opening=Opening.LOOK,
    )
    try:
        digest, workbook, _ = make_digest(app.database, app.settings, app.mouth, app.clock.now())
    finally:
        app.close()
    page = write_preview(directory, digest, workbook)
    typer.echo(
        f"主题: {digest.subject}\n页面: {page}\n文字: {page.with_name(TEXT)}\n"
        f"附表: {page.with_name(digest.workbook_name)}"
    )
    if browser:
        open_page(page)


@group.command("send")
def send(context: typer.Context) -> None:
    """立即把当天的日报发给工作人员(当天已发过的,再发一份)。"""
    from ingest.app import Unconnected, build
    from ingest.opening import Opening
    from ingest.steps.digest import recipients, send_digest
    from ingest.steps.send import send_due

    app = build(console(context).settings(), mailbox=Unconnected(), opening=Opening.WORK)
    try:
        now = app.clock.now()
        day, again = now.astimezone(app.settings.office.zone).date(), f".{now:%H%M%S}"
        count = send_digest(app.database, app.settings, app.mouth, day, now, again=again)
        typer.echo(
            f"日报已入发件箱,收件人 {count} 位: {'、'.join(recipients(app.office)) or '(未配置 [office] staff)'}"
        )
        while send_due(app.outlet):
            pass
    finally:
        app.close()


def write_preview(directory: Path, digest: object, workbook: bytes) -> Path:
    """Write page, text and workbook into ``directory``; gives the page's path. Raises
    OutputError.
    """
    from ingest.outputs import write_file
    from notifier.digest import Digest, preview_html

    assert isinstance(digest, Digest)
    page = directory / "digest.html"
    write_file(page, preview_html(digest).encode(), private=True)
    write_file(directory / TEXT, digest.text.encode(), private=True)
    write_file(directory / digest.workbook_name, workbook, private=True)
    return page
