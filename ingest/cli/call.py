"""``mailroom call``: fit a call's configuration to the blank forms the office published. Reads
files, changes none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.console import CallOption, JsonOption, console, existing_file, print_json
from ingest.exitcodes import ExitCode

if TYPE_CHECKING:
    from ingest.document.form.blank import Fit
    from rules.call import Form

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@group.callback()
def calls() -> None:
    """征集: 让配置对上办公室印发的空白表。"""


@group.command("fit")
def fit(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="空白表: Word、WPS、RTF 或电子表格")],
    form: Annotated[
        str | None,
        typer.Option("--form", help="表单编号,例如 附件1;不写则自动辨认", envvar="MAILROOM_FORM"),
    ] = None,
    as_json: JsonOption = False,
    call: CallOption = None,
) -> None:
    """看一张空白表: 哪些栏目配置里已有,其余的 call.yaml 该怎么写。"""
    from ingest.inspection.fitting import fit_form

    chosen, result = fit_form(existing_file(file), console(context).call(call).call, form)
    if as_json:
        print_json(_report(chosen, result))
    else:
        typer.echo("\n".join(_lines(chosen, result)))
    raise typer.Exit(int(ExitCode.FINDINGS if result.missing or result.proposals else ExitCode.OK))


def _report(form: Form, result: Fit) -> dict[str, Any]:
    return {
        "form": form.id,
        "found": result.found,
        "missing": list(result.missing),
        "proposals": [
            {
                "label": each.label.text,
                "place": each.label.place,
                "field": each.field.name,
                "known_field": each.known,
                "likeness": round(each.likeness),
                "type": each.field.type.value,
                "options": list(each.field.options),
                "list": "列" if each.label.column else "字段",
                "yaml": each.yaml,
            }
            for each in result.proposals
        ],
    }


def _lines(form: Form, result: Fit) -> list[str]:
    lines = [
        f"对照 {form.id}《{form.titles[0]}》: 认出 {len(result.found)} 个栏目, {len(result.missing)} 个没有找到"
    ]
    lines += [f"  认出    {name}  ({place})" for name, place in result.found.items()]
    lines += [f"  没找到  {name}" for name in result.missing]
    for column, heading in ((False, "字段"), (True, "列")):
        proposals = [each for each in result.proposals if each.label.column is column]
        if proposals:
            lines += ["", f"建议写入 call.yaml 里 {form.id} 的“{heading}”(请核对名称、类型):"]
        for each in proposals:
            why = (
                f"与已有栏目“{each.field.name}”相近, 替换原来那一行"
                if each.known
                else "新栏目, 类型是猜的"
            )
            lines.append(f"      {each.yaml}  # {each.label.place}; {why}")
    return lines
