"""``mailroom rules``: an administrator's work on rule files. Needs no database and no mailbox."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import CallOption, JsonOption, console, print_json
from ingest.errors import UsageError
from ingest.exitcodes import ExitCode

if TYPE_CHECKING:
    from ingest.rulefiles.checking import MutantsReport, Problem, Unnoticed
    from rules.authoring.clauses import Coverage

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
FileArgument = Annotated[Path | None, typer.Argument(help="规则文件;不写则用征集自己的 rules.yaml")]


StrictOption = Annotated[
    bool, typer.Option("--strict", help="有警告也算不通过", envvar="MAILROOM_STRICT")
]


@group.command("check")
def check(
    context: typer.Context,
    file: FileArgument = None,
    strict: StrictOption = False,
    as_json: JsonOption = False,
    call: CallOption = None,
) -> None:
    """检查规则文件: 每个问题给出 文件:行:列、原因和改法; 没有错误时再看规则有没有意义。"""
    from ingest.rulefiles.checking import find_rule_file, rule_report

    folder = console(context).call(call, file)
    path, source = find_rule_file(file, folder)
    found = rule_report(path, source, folder.call)
    if as_json:
        print_json([{**_shown(one), "severity": one.severity} for one in found])
    else:
        _print_report(path, found)
    failing = {"error", "warning"} if strict else {"error"}
    raise typer.Exit(
        int(ExitCode.FINDINGS if any(one.severity in failing for one in found) else ExitCode.OK),
    )


def _shown(one: Problem) -> dict[str, object]:
    place = {"path": str(one.path), "line": one.line, "column": one.column}
    return place | {"code": one.code, "message": one.message, "hint": one.hint}


def _print_report(path: Path, found: list[Problem]) -> None:
    errors, warnings, notes = (
        [one for one in found if one.severity == kind]
        for kind in (
            "error",
            "warning",
            "note",
        )
    )
    for problem in (*errors, *warnings):
        typer.echo(problem.text)
    if notes:
        lines = "、".join(str(line) for line in sorted({one.line for one in notes}))
        typer.echo(f"{path}: 未检查是否有意义(要比较几份材料, 或条件太多)的规则在第 {lines} 行")
    counted = [f"{len(errors)} 处错误"] * bool(errors) + [f"{len(warnings)} 处警告"] * bool(
        warnings
    )
    typer.echo(f"{path}: " + ("、".join(counted) or "没有发现问题"))


MutantsOption = Annotated[
    bool,
    typer.Option("--mutants", help="逐处改动规则, 看样例能不能发现", envvar="MAILROOM_MUTANTS"),
]


@group.command("test")
def try_examples(
    context: typer.Context,
    file: FileArgument = None,
    mutants: MutantsOption = False,
    as_json: JsonOption = False,
    call: CallOption = None,
) -> None:
    """用 examples.yaml 里的样例检验规则: 该过的过、该退的退。"""
    from ingest.rulefiles.checking import (
        find_rule_file,
        run_call_examples,
        run_call_mutants,
        unshown_call_settings,
    )

    folder = console(context).call(call, file)
    path, source = find_rule_file(file, folder)
    report = run_call_examples(folder, path, source)
    unshown = () if report.failures else unshown_call_settings(folder, path, source)
    changed = run_call_mutants(folder, path, source) if mutants and not report.failures else None
    if as_json:
        document: dict[str, object] = {
            "examples": report.count,
            "failures": list(report.failures),
            "rules_without_example": list(report.uncovered.rules),
            "clauses_without_rule": [one.name for one in report.uncovered.clauses],
            "settings_without_example": _places(unshown),
        }
        print_json(document | ({"mutants": _mutants(changed)} if changed else {}))
    else:
        for failure in report.failures:
            typer.echo(failure)
        typer.echo(f"{report.path}: {report.count} 个案例, {len(report.failures)} 个不符")
        _print_uncovered(report.uncovered)
        _print_unshown(unshown)
        if changed:
            _print_mutants(changed)
    raise typer.Exit(int(ExitCode.FINDINGS if report.failures else ExitCode.OK))


def _print_uncovered(uncovered: Coverage) -> None:
    if uncovered.rules:
        typer.echo(f"没有样例的规则: {'、'.join(uncovered.rules)}")
    for clause in uncovered.clauses:
        typer.echo(f"没有规则的条款: {clause.name} {clause.words}")


def _print_unshown(unshown: Iterable[Unnoticed]) -> None:
    for one in unshown:
        said, _, unsaid = one.change.partition(" 改为 ")
        typer.echo(
            f"{one.path}:{one.line}:{one.column}: 没有样例说明: {one.rule} 的“{said}”"
            f"(不写就是{unsaid}); 加一个碰到它的样例, 不是有意的就删去这一行"
        )


def _places(found: Iterable[Unnoticed]) -> list[dict[str, object]]:
    return [{**asdict(one), "path": str(one.path)} for one in found]


def _mutants(report: MutantsReport) -> dict[str, object]:
    unnoticed = _places(report.unnoticed)
    return {"total": report.total, "noticed": report.noticed, "unnoticed": unnoticed}


def _print_mutants(report: MutantsReport) -> None:
    for one in report.unnoticed:
        typer.echo(
            f"{one.path}:{one.line}:{one.column}: 没守住: {one.rule} {one.change}, 样例仍全部通过"
        )
    share = report.noticed / report.total if report.total else 1
    typer.echo(f"改动 {report.total} 处, 样例发现 {report.noticed} 处({share:.1%})")


OutOption = Annotated[
    Path | None, typer.Option("--out", help="写到这个文件", envvar="MAILROOM_OUT")
]


@group.command("schema")
def schema(
    context: typer.Context,
    file: FileArgument = None,
    out: OutOption = None,
    call: CallOption = None,
) -> None:
    """打印规则文件的 JSON Schema, 供编辑器补全和提示。"""
    from ingest.outputs import write_file
    from ingest.rulefiles.checking import call_schema, find_rule_file

    folder = console(context).call(call, file)
    _, source = find_rule_file(file, folder)
    document = call_schema(folder, source)
    if out is None:
        print_json(document)
        return
    write_file(out, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())
    typer.echo(f"已写入 {out}; 在规则文件第一行写: # yaml-language-server: $schema={out}")


@group.command("fmt")
def lay_out_file(
    context: typer.Context,
    file: FileArgument = None,
    check_only: Annotated[
        bool, typer.Option("--check", help="只看是否需要改, 不改文件", envvar="MAILROOM_FMT_CHECK")
    ] = False,
    call: CallOption = None,
) -> None:
    """整理规则文件的缩进和空格; 注释和内容不变。"""
    from ingest.outputs import write_file
    from ingest.rulefiles.checking import find_rule_file, lay_out

    path, source = find_rule_file(file, console(context).call(call, file))
    tidy = lay_out(path, source)
    if tidy == source:
        typer.echo(f"{path}: 不需要改")
    elif check_only:
        typer.echo(f"{path}: 需要整理; 运行 mailroom rules fmt")
    else:
        write_file(path, tidy.encode())
        typer.echo(f"{path}: 已整理")
    raise typer.Exit(int(ExitCode.FINDINGS if check_only and tidy != source else ExitCode.OK))


@group.command("compiled")
def compiled(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(help="规则编号")],
    file: FileArgument = None,
    call: CallOption = None,
) -> None:
    """打印一条规则交给规则引擎的 JSON, 供开发者核对。"""
    from ingest.rulefiles.checking import compiled_rule, find_rule_file

    folder = console(context).call(call, file)
    path, source = find_rule_file(file, folder)
    print_json(compiled_rule(folder, path, source, rule))


@group.command("manual")
def manual(
    context: typer.Context,
    file: FileArgument = None,
    out: Annotated[
        Path, typer.Option("--out", help="写到这个文件, 后缀 .html 或 .docx", envvar="MAILROOM_OUT")
    ] = Path("rules-manual.html"),
    call: CallOption = None,
) -> None:
    """生成规则手册: 通知条款、规则、样例并排, 可打印、可传阅。"""
    from ingest.clock import SystemClock
    from ingest.outputs import write_file
    from ingest.rulefiles.checking import call_manual, find_rule_file
    from ingest.rulefiles.manual_docx import manual_docx
    from ingest.rulefiles.manual_html import manual_html

    if out.suffix not in (".html", ".docx"):
        raise UsageError(f"不知道怎样写 {out.name}", "后缀写 .html 或 .docx")
    folder = console(context).call(call, file)
    path, source = find_rule_file(file, folder)
    found = call_manual(folder, path, source)
    write_file(
        out,
        manual_docx(
            found,
            SystemClock().now(),
        )
        if out.suffix == ".docx"
        else manual_html(found).encode(),
    )
    typer.echo(f"{out}: {found.count} 条规则")


@group.command("preview")
def show_preview(
    context: typer.Context,
    file: FileArgument = None,
    port: Annotated[
        int, typer.Option("--port", help="本机的端口", min=1, max=65535, envvar="MAILROOM_PORT")
    ] = 8018,
    call: CallOption = None,
) -> None:
    """在浏览器里边改边看: 存盘即重查, 条款、规则、样例、信函并排; 只在本机, Ctrl+C 结束。"""
    from ingest.desk.preview import build_preview
    from ingest.desk.serving import serve

    folder = console(context).call(call, file, rules_required=False)
    origin = f"http://127.0.0.1:{port}"
    typer.echo(f"在浏览器里打开 {origin} ; 看完按 Ctrl+C")
    pages = build_preview(folder.path.absolute(), origin)
    serve(pages, "127.0.0.1", port, otherwise="用 --port 换一个端口")
