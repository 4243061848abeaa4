"""``mailroom rules status/replay/explain``: the rules in force, what others would change, why a
case was decided so.
"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.console import (
    CallOption,
    JsonOption,
    beijing,
    console,
    parse_instant_option,
    print_json,
    print_table,
)
from ingest.cli.progress import progress
from ingest.exitcodes import ExitCode

if TYPE_CHECKING:
    from ingest.calls import CallFolder
    from ingest.rulefiles.explaining import DecisionExplanation
    from ingest.rulefiles.report import RulesStatus
    from ingest.settings import Settings


def register(group: typer.Typer) -> None:
    """Add these commands to ``mailroom rules``."""
    group.command("status")(status)
    group.command("replay")(replay)
    group.command("explain")(explain)
    group.command("confirm-examples")(confirm_examples)


def status(context: typer.Context, call: CallOption = None, as_json: JsonOption = False) -> None:
    """正在使用哪一版规则,文件夹里的文件是不是它,不是的话为什么没有启用。"""
    from ingest.rulefiles.report import rules_status

    settings = console(context).settings()
    served = console(context).served(call)
    path = settings.calls.directory / served
    with console(context).reading() as session:
        report = rules_status(session, path, _folder_or_none(settings, served))
    if as_json:
        print_json(report)
    else:
        _print_status(report)
    well = report["on_disk"]["in_force"] or not (report["on_disk"]["problem"] or report["trouble"])
    raise typer.Exit(int(ExitCode.OK if well else ExitCode.FINDINGS))


def _folder_or_none(settings: Settings, call: str) -> CallFolder | None:
    from ingest.app import open_folder
    from ingest.errors import ConfigError

    try:
        return open_folder(settings, call)
    except ConfigError:
        return None


def _print_status(report: RulesStatus) -> None:
    force, disk = report["in_force"], report["on_disk"]
    rows = [
        ["征集", report["call"]],
        ["状态", report["mode"]],
        [
            "正在使用",
            f"{force['rules_sha256'][:12]}  {beijing(force['accepted'])} 启用" if force else "无",
        ],
        [
            "样例",
            f"{report['examples']} 个案例"
            if report["examples"]
            else "没有样例: 规则改错了没有什么能发现",
        ],
        ["文件夹", f"{disk['path']}  {beijing(disk['changed'])} 修改"],
    ]
    print_table(("项目", "情况"), rows)
    if disk["problem"]:
        typer.echo(f"文件有误,不能启用:\n{disk['problem']}")
    elif not disk["in_force"]:
        typer.echo("文件可以启用: 正在运行的收发室几秒内会启用它,没有运行则在下次启动时启用")


def confirm_examples(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="为什么减少,记入台账", envvar="MAILROOM_REASON")],
    who: Annotated[
        str, typer.Option(help="谁同意的;不写则记本机用户名", envvar="MAILROOM_WHO")
    ] = "",
    call: CallOption = None,
) -> None:
    """同意文件夹里的样例比正在使用的少: 不确认,少了样例的规则不会启用。"""
    from ingest.app import open_folder, open_store
    from ingest.clock import SystemClock
    from ingest.errors import UsageError
    from ingest.steps.rules import agree_to_examples

    if not reason.strip():
        raise UsageError("没有写减少样例的原因", "--reason 写明原因,记入台账")
    settings = console(context).settings()
    folder = open_folder(settings, console(context).served(call))
    name = who.strip() or getpass.getuser()
    with open_store(settings) as database:
        count = agree_to_examples(
            database, folder, SystemClock().now(), who=name, reason=reason.strip()
        )
    typer.echo(f"{folder.path / 'examples.yaml'}: 已同意只有 {count} 个案例;再改样例须再确认")


def replay(
    context: typer.Context,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            help="新的规则文件;不写则用每个裁定当时的规则重判,核对能否重现",
            envvar="MAILROOM_AGAINST",
        ),
    ] = None,
    since: Annotated[
        str, typer.Option(help="只重判这一天起的裁定,如 2024-08-20", envvar="MAILROOM_SINCE")
    ] = "",
    call: CallOption = None,
    as_json: JsonOption = False,
) -> None:
    """用另一份规则重判已裁定的案卷,只列出会改变的;不发信,不改动任何记录。"""
    from ingest.app import open_folder
    from ingest.rulefiles.replay import change_json
    from ingest.rulefiles.report import replay_as_decided, replay_new_file

    settings = console(context).settings()
    start = parse_instant_option(since) if since else None
    folder = open_folder(settings, console(context).served(call))
    with console(context).reading() as session, progress("案卷") as step:
        found = (
            replay_new_file(session, folder, against, start, step)
            if against
            else replay_as_decided(session, folder, start, step)
        )
    if as_json:
        changes = [change_json(change) for change in found.changes]
        print_json(
            {"cases": found.cases, "changes": changes, "without_rules": list(found.without_rules)},
        )
    else:
        for change in found.changes:
            typer.echo("\n".join(change.lines))
        if found.without_rules:
            typer.echo("裁定时没有可用的规则,无从重现: " + "、".join(found.without_rules))
        typer.echo(f"重判 {found.cases} 个案卷,{len(found.changes)} 个会改变")
    raise typer.Exit(int(ExitCode.FINDINGS if found.changes else ExitCode.OK))


def explain(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="案卷编号,如 Q24-0001-X")],
    version: Annotated[
        int | None, typer.Option(help="第几次裁定;不写则是最近一次", envvar="MAILROOM_VERSION")
    ] = None,
    rule: Annotated[str, typer.Option(help="只看这一条规则,如 Z02", envvar="MAILROOM_RULE")] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="连满足的规则也列出", envvar="MAILROOM_ALL")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """裁定依据: 每条规则的每个条件、实际的值、取自哪个文件哪一格,以及通知条款;取自当时的记录,不重新判断。"""
    from ingest.rulefiles.explaining import explain_decision

    with console(context).reading() as session:
        report = explain_decision(session, case, version, rule)
    if as_json:
        print_json(report)
    else:
        _print_explanation(report, everything=everything or bool(rule))


def _print_explanation(report: DecisionExplanation, *, everything: bool) -> None:
    """The answer, then what failed, then the rest when it is asked for."""
    from ingest.rulefiles.explaining import answer, by_gravity

    typer.echo("\n".join(answer(report)))
    kept = f"{beijing(report['rules_accepted'])} 启用,已存档" if report["rules_kept"] else "未存档"
    for finding in report["beyond_rules"]:
        typer.echo(
            f"\n[{finding['rule']}] {finding['title']}: {finding['outcome']}  {finding['text']}",
        )
        for line in finding["evidence"]:
            typer.echo(f"    {line}")
    rows = [row for row in by_gravity(report["rules"]) if everything or row["outcome"]]
    for row in rows:
        _print_rule(report, row)
    left = len(report["rules"]) - len(rows)
    typer.echo(
        f"\n规则文件 {report['rules_sha256'][:12] or '无'}  {kept}; "
        f"{beijing(report['decided'])} 裁定,依据 {beijing(report['received'])} 收到的材料"
    )
    if left:
        typer.echo(f"另有 {left} 条满足的没有列出: --all")
    if everything:
        typer.echo()
        print_table(
            ("来件", "部位", "文件"),
            [[f["message"], f["part"], f["name"]] for f in report["files"]],
        )


def _print_rule(report: DecisionExplanation, row: dict[str, Any]) -> None:
    from ingest.rulefiles.explaining import called

    outcome = f" -> {row['outcome']}" if row["outcome"] else ""
    typer.echo(
        f"\n{row['rule']} {row['title']}({called(report, row)}): {row['truth']}{outcome}",
    )
    typer.echo(f"    依据: {row['clause']}")
    for line in row["trace"]:
        typer.echo(f"    {line}")
