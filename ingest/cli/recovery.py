"""``mailroom backup``, ``restore``, ``adopt``, ``purge``: a store copied, brought back, taken over,
and rid of what it need not keep any longer.
"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from ingest.cli.console import console, print_table
from ingest.cli.progress import progress
from ingest.exitcodes import ExitCode


def register(app: typer.Typer) -> None:
    """Add these commands to the tree."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("adopt")(adopt)
    app.command("purge")(purge)


def backup(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="备份放在哪个文件夹,最好在另一块磁盘上")],
    keep: Annotated[
        int | None,
        typer.Option(help="只留最新的几份;不写则不删", min=1, envvar="MAILROOM_KEEP"),
    ] = None,
) -> None:
    """备份数据库、邮件原件、发信记录和密钥;不必停止服务,备完核验过才算数。"""
    from ingest.clock import SystemClock
    from ingest.store.backup import make_backup, rotate
    from ingest.storefiles import open_files

    store = console(context).settings().store
    now = SystemClock().now()
    with progress("原件") as step:
        manifest, path = make_backup(
            store.database, open_files(store), directory, now, store.backup_recipients, step
        )
    typer.echo(
        f"已备份并核验{'、加密' if store.backup_recipients else ''}: {path}\n"
        f"来件原件 {manifest.mails} 封, 信函 {manifest.letters} 封, 台账 {manifest.events} 行, "
        f"末行校验值 {manifest.head}"
    )
    for old in rotate(directory, manifest.identity, keep) if keep is not None else ():
        typer.echo(f"已删除旧备份 {old}")


def restore(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="一份备份,或放备份的文件夹(取最新的一份)")],
    verify: Annotated[
        bool,
        typer.Option("--verify", help="恢复后逐行核验台账和每封原件", envvar="MAILROOM_VERIFY"),
    ] = False,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="换掉现有的数据库,原来的改名保留", envvar="MAILROOM_REPLACE"
        ),
    ] = False,
    identity: Annotated[
        Path | None,
        typer.Option("--identity", help="私钥文件,备份是加密的才要写", envvar="MAILROOM_IDENTITY"),
    ] = None,
) -> None:
    """从备份恢复: 台账、信函与备份时相同;不发任何信,此后已发过的信也不会再发。"""
    from ingest import opening
    from ingest.clock import SystemClock
    from ingest.store.lock import single_instance

    store = console(context).settings().store
    with single_instance(store.database), progress("原件") as step:
        manifest, aside = opening.restore(
            store,
            directory,
            SystemClock().now(),
            replace_=replace,
            verify=verify,
            identity=identity,
            progress=step,
        )
    typer.echo(
        f"已恢复{'并核验' if verify else ''}: {manifest.made:%Y-%m-%d %H:%M} (UTC) 的备份, "
        f"来件原件 {manifest.mails} 封, 信函 {manifest.letters} 封, 台账 {manifest.events} 行\n"
        f"末行校验值 {manifest.head}"
    )
    if aside is not None:
        typer.echo(f"原来的数据库改名为 {aside}")
    typer.echo(
        "下一步: mailroom check,再启动;可能发过的信会扣下,用 mailroom outbox list --state held 查看"
    )


def adopt(
    context: typer.Context,
    after_restore: Annotated[
        bool,
        typer.Option(
            "--after-restore",
            help="数据库是从备份恢复的、或已丢失而从头开始",
            envvar="MAILROOM_AFTER_RESTORE",
        ),
    ] = False,
    who: Annotated[
        str, typer.Option(help="谁接管的;不写则记本机用户名", envvar="MAILROOM_WHO")
    ] = "",
) -> None:
    """接管恢复后的存储: 已发过的信认得出、不再发,说不准的扣下待人放行;其余照常。"""
    from ingest.clock import SystemClock
    from ingest.errors import UsageError
    from ingest.opening import adopt as take_over
    from ingest.opening import strays_of
    from ingest.store.lock import single_instance

    if not after_restore:
        raise UsageError(
            "接管之前请确认数据库和文件目录就是要用的那一套", "确认后加上 --after-restore"
        )
    settings = console(context).settings()
    with single_instance(settings.store.database):
        take_over(settings.store, who.strip() or getpass.getuser(), SystemClock().now())
        lost = strays_of(settings.store, SystemClock().now())
    if lost:
        typer.echo(
            f"数据库没有登记的原件 {lost} 封: 还在服务器上的,启动后重新登记;"
            "此后 mailroom check 列出仍没有登记的。"
        )
    typer.echo(
        "已接管。启动后: 发过的信不再发;可能发过的扣在发件箱(mailroom outbox list --state held),\n"
        "看过再用 mailroom outbox release 放行或 mailroom outbox cancel 取消。"
    )


def purge(
    context: typer.Context,
    call: Annotated[str, typer.Option("--call", help="已结束的征集的编号", envvar="MAILROOM_CALL")],
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="只看会清除什么、有什么没了结", envvar="MAILROOM_DRY_RUN"),
    ] = False,
    in_cases_only: Annotated[
        bool,
        typer.Option(
            "--cases-only",
            help="只清除案卷里的来件;咨询、广告、被隔离的留下",
            envvar="MAILROOM_CASES_ONLY",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问", envvar="MAILROOM_YES")] = False,
    who: Annotated[
        str, typer.Option(help="谁清除的;不写则记本机用户名", envvar="MAILROOM_WHO")
    ] = "",
) -> None:
    """清除一个已结束的征集的个人信息: 原件、读取结果、姓名、电话、信函内容;校验值留下,台账和校验码仍可核验。"""
    from ingest.clock import SystemClock
    from ingest.errors import UsageError
    from ingest.purging import carry_out, copies_left, look_ahead
    from ingest.store.lock import single_instance

    settings, now = console(context).settings(), SystemClock().now()
    outlook = look_ahead(settings, call, now, in_cases_only=in_cases_only)
    rows = outlook.rows
    print_table(
        ("清除", "数目"),
        [
            ("来件(原件、读取结果、发件人、主题)", len(rows.messages)),
            ("其中不在案卷里的来件(咨询、广告、被隔离的)", rows.loose),
            ("案卷(单位、地址、待办、人工填写)", len(rows.cases)),
            ("裁定的内容", len(rows.decisions)),
            ("信函的内容和收件人", len(rows.letters)),
            ("台账各行的文字", len(rows.events)),
        ],
    )
    for obstacle in outlook.obstacles:
        typer.echo(f"不能清除: {obstacle}")
    if dry_run:
        raise typer.Exit(int(ExitCode.FINDINGS if outlook.obstacles else ExitCode.OK))
    if outlook.obstacles:
        raise UsageError(f"征集“{call}”还没有了结", "办结以上各项后再清除; --dry-run 可随时查看")
    if not yes:
        typer.confirm("清除后无法恢复(备份里的另行删除)。确定吗？", abort=True)
    with single_instance(settings.store.database):
        person = who.strip() or getpass.getuser()
        removed = carry_out(settings, call, person, now, in_cases_only=in_cases_only)
    typer.echo(
        f"已清除, 删去原件 {removed} 封。校验值留在台账: mailroom audit verify 仍可核验,"
        " mailroom receipt verify --code 仍可回答。\n"
        "还要由人做的: 删去邮箱里的来信和已发送, 删去含个人信息的旧备份。"
    )
    for path in copies_left(settings):
        typer.echo(f"数据库旁边还有一份旧副本, 也请删去: {path}")
