"""``mailroom export``: a call's cases as a tree of files for the experts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ingest.cli.console import JsonOption, console, print_json
from ingest.cli.progress import progress
from ingest.exitcodes import ExitCode


def register(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command("export")(export)


def export(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="写到哪个文件夹(新的,或上次没写完的)")],
    call: Annotated[str, typer.Option("--call", help="征集编号", envvar="MAILROOM_CALL")],
    as_zip: Annotated[
        bool, typer.Option("--zip", help="另打成一个 ZIP", envvar="MAILROOM_ZIP")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """移交一个征集的全部材料: 按类别和单位的文件夹、索引、裁定依据、信函、总结报告;断了再运行接着写。"""
    from ingest.calls import open_call
    from ingest.clock import SystemClock
    from ingest.handover.exporting import export_call
    from ingest.handover.folder import zip_export
    from ingest.office import describe_office
    from ingest.storefiles import open_files

    settings = console(context).settings()
    office = describe_office(open_call(settings.calls.directory, call), settings)
    store, now = open_files(settings.store), SystemClock().now()
    with console(context).reading() as session, progress("案卷") as step:
        outcome = export_call(session, office, store, directory, now, step)
    archive = zip_export(directory) if as_zip else None
    if as_json:
        print_json(
            {
                "directory": str(directory),
                "files": outcome.files,
                "written": outcome.written,
                "missing": list(outcome.missing),
                "zip": str(archive) if archive else None,
            }
        )
    else:
        typer.echo(f"共 {outcome.files} 个文件,这次写了 {outcome.written} 个: {directory}")
        for line in outcome.missing:
            typer.echo(f"没有取出: {line}")
        typer.echo(f"核对: cd {directory} && sha256sum -c SHA256SUMS")
        if archive:
            typer.echo(f"ZIP: {archive}")
    raise typer.Exit(int(ExitCode.FINDINGS if outcome.missing else ExitCode.OK))
