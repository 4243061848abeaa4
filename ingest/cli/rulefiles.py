"""``mailroom rules``: an administrator's work on rule files. Needs no database and no mailbox."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ingest.cli.console import CallOption, JsonOption, console, print_json
from ingest.exitcodes import ExitCode

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
FileArgument = Annotated[Path | None, typer.Argument(help="规则文件;不写则用征集自己的 rules.yaml")]


@group.command("check")
def check(
    context: typer.Context, file: FileArgument = None, as_json: JsonOption = False, call: CallOption = None
) -> None:
    """检查规则文件: 每个问题给出 文件:行:列、原因和改法。"""
    from ingest.rulefiles import find_rule_file, rule_problems

    folder = console(context).call(call)
    path, source = find_rule_file(file, folder)
    problems = rule_problems(path, source, folder.call)
    if as_json:
        print_json(
            [
                {
                    "path": str(p.path),
                    "line": p.line,
                    "column": p.column,
                    "code": p.code,
                    "message": p.message,
                    "hint": p.hint,
                }
                for p in problems
            ]
        )
    else:
        for problem in problems:
            typer.echo(problem.text)
        typer.echo(f"{path}: " + (f"{len(problems)} 处问题" if problems else "没有发现问题"))
    raise typer.Exit(int(ExitCode.FINDINGS if problems else ExitCode.OK))


@group.command("test")
def try_examples(
    context: typer.Context, file: FileArgument = None, as_json: JsonOption = False, call: CallOption = None
) -> None:
    """用 examples.yaml 里的样例检验规则: 该过的过、该退的退。"""
    from ingest.rulefiles import find_rule_file, run_call_examples

    folder = console(context).call(call)
    path, source = find_rule_file(file, folder)
    report = run_call_examples(folder, path, source)
    if as_json:
        print_json({"examples": report.count, "failures": list(report.failures)})
    else:
        for failure in report.failures:
            typer.echo(failure)
        typer.echo(f"{report.path}: {report.count} 个案例, {len(report.failures)} 个不符")
    raise typer.Exit(int(ExitCode.FINDINGS if report.failures else ExitCode.OK))
