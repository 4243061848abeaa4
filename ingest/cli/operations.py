"""``mailroom run``, ``check``, ``status``, ``migrate``: keeping the house running."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import JsonOption, console, print_json, print_table
from ingest.cli.progress import on_terminal
from ingest.cli.walls import WallsOption, show_walls
from ingest.exitcodes import ExitCode

if TYPE_CHECKING:
    from ingest.views.records import StatusReport


def register(app: typer.Typer) -> None:
    """Add these commands to the tree."""
    app.command("run")(run)
    app.command("check")(check)
    app.command("status")(status)
    app.command("migrate")(migrate)


def run(
    context: typer.Context,
    once: Annotated[
        bool,
        typer.Option("--once", help="处理完现有邮件、发完到期信函就退出", envvar="MAILROOM_ONCE"),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="多写日志", envvar="MAILROOM_VERBOSE")
    ] = False,
) -> None:
    """收件、核验、答复、发日报: 常驻运行,或用 --once 跑一轮。"""
    from ingest import log
    from ingest.app import build
    from ingest.daemon import Daemon, run_once
    from ingest.opening import refuse_unfit
    from ingest.store.lock import single_instance

    log.configure(verbose=verbose)
    settings = console(context).settings()
    refuse_unfit(settings.store)  # before the lock's own file is made
    with single_instance(settings.store.database):
        app = build(settings)
        try:
            if once:
                with on_terminal("来件") as app.readers.backlog.watcher:
                    log.configure(verbose=verbose)  # its lines go above the bar
                    run_once(app)
            else:
                Daemon(app).run()
        finally:
            app.close()


def check(
    context: typer.Context,
    walls: WallsOption = False,
    as_json: JsonOption = False,
) -> None:
    """检查配置、规则、模板、数据库、邮箱和发信登录,每项一行。"""
    from ingest.checks import run_checks
    from ingest.clock import SystemClock

    if walls:
        show_walls(as_json=as_json)

    settings = console(context).settings()
    failed = False
    for name, problem in run_checks(settings, SystemClock().now()):
        typer.echo(f"{name}: {problem or 'OK'}")
        failed = failed or bool(problem)
    raise typer.Exit(int(ExitCode.FINDINGS if failed else ExitCode.OK))


PrometheusOption = Annotated[
    bool,
    typer.Option(
        "--prometheus",
        help="写成 Prometheus 的文本格式(node_exporter 的 textfile);退出码总是 0",
        envvar="MAILROOM_PROMETHEUS",
    ),
]
ToOption = Annotated[
    Path | None,
    typer.Option(
        "--to",
        help="与 --prometheus 连用: 写进这个文件,读的人看不到写了一半的",
        envvar="MAILROOM_TO",
    ),
]


def status(
    context: typer.Context,
    as_json: JsonOption = False,
    prometheus: PrometheusOption = False,
    to: ToOption = None,
) -> None:
    """此刻的情况: 服务器与台账的件数、各状态的件数、最近收信时间;太久没有成功收信时退出码为 1。"""
    from ingest.clock import SystemClock
    from ingest.views.status import status_report

    settings, now = console(context).settings(), SystemClock().now()
    with console(context).reading() as session:
        hold = settings.letters.silenced()
        report = status_report(session, hold=hold, now=now, settings=settings)
    if prometheus:
        _write_metrics(report, to)
        return
    if as_json:
        print_json(report)
    else:
        from ingest.cli.showing import status_rows

        print_table(("项目", "情况"), status_rows(report, now))
    raise typer.Exit(int(ExitCode.FINDINGS if report["stale"] else ExitCode.OK))


def _write_metrics(report: StatusReport, to: Path | None) -> None:
    from ingest.outputs import write_file
    from ingest.views.metrics import metrics_text

    text = metrics_text(report)
    if to is None:
        typer.echo(text, nl=False)
    else:
        write_file(to, text.encode())


def migrate(
    context: typer.Context,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="把存储迁到这个数据库: postgresql://... 或 sqlite:///...(密码写在 ~/.pgpass)",
            envvar="MAILROOM_TO",
        ),
    ] = "",
    files: Annotated[
        str,
        typer.Option(
            "--files",
            help="把邮件原件迁到这里: s3://存储桶/前缀,或一个文件夹",
            envvar="MAILROOM_FILES",
        ),
    ] = "",
    wait: Annotated[
        str,
        typer.Option(help="迁移时等 mailroom run 停下,至多这么久,如 30m", envvar="MAILROOM_WAIT"),
    ] = "0s",
    who: Annotated[
        str, typer.Option(help="谁迁移的;不写则记本机用户名", envvar="MAILROOM_WHO")
    ] = "",
    allow_missing: Annotated[
        bool,
        typer.Option(
            "--allow-missing",
            help="有原件在原处已缺失或损坏、确实找不回,也迁移",
            envvar="MAILROOM_ALLOW_MISSING",
        ),
    ] = False,
) -> None:
    """把数据库结构升到本版本(先备份在它旁边);写 --to 或 --files 的,把整个存储迁到别处,逐行核对,旧处不再使用。"""
    if to or files:
        from ingest.cli.migrating import Wanted, move_store

        wanted = Wanted(to, files, who, wait, allow_missing)
        move_store(console(context).settings().store, wanted)
        return
    _upgrade(context)


def _upgrade(context: typer.Context) -> None:
    from ingest.clock import SystemClock
    from ingest.store.backup import backup_before
    from ingest.store.database import open_database
    from ingest.store.lock import single_instance

    url = console(context).settings().store.database
    database = open_database(url)
    try:
        with single_instance(url):
            before = database.schema_state()
            aside = backup_before(database, url, SystemClock().now())
            database.migrate()
    finally:
        database.close()
    if aside is not None:
        typer.echo(f"升级前的数据库: {aside}")
    typer.echo(
        {"current": "数据库结构已是最新", "empty": "已建立数据库"}.get(before, "数据库结构已升级")
    )
