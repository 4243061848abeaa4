"""``mailroom call``: begin a call's folder, and fit its configuration to the blank forms the office
published.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.console import CallOption, JsonOption, console, existing_file, print_json
from ingest.exitcodes import ExitCode
from rules.vocabulary import BEIJING

if TYPE_CHECKING:
    from ingest.document.form.blank import Fit
    from rules.call import Form

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@group.callback()
def calls() -> None:
    """征集: 新建一个,让配置对上办公室印发的空白表。"""


IdentifierArgument = Annotated[str, typer.Argument(help="征集编号: 小写字母、数字和横线")]
TitleOption = Annotated[str | None, typer.Option(help="通知的标题", envvar="MAILROOM_TITLE")]
AuthorityOption = Annotated[str | None, typer.Option(help="发文单位", envvar="MAILROOM_AUTHORITY")]
DeadlineOption = Annotated[
    str | None,
    typer.Option(help="截止时间,如 2027-03-31 或 2027-03-31 17:30", envvar="MAILROOM_DEADLINE"),
]
PublishedOption = Annotated[
    str | None, typer.Option(help="发布时间;不写则今天 0 点", envvar="MAILROOM_PUBLISHED")
]
OfficeOption = Annotated[
    str | None, typer.Option(help="联系的办公室", envvar="MAILROOM_OFFICE_NAME")
]
TelephoneOption = Annotated[str | None, typer.Option(help="联系电话", envvar="MAILROOM_TELEPHONE")]
MailboxOption = Annotated[str | None, typer.Option(help="收材料的邮箱", envvar="MAILROOM_ADDRESS")]
TracksOption = Annotated[
    str | None, typer.Option(help="申报类别,逗号隔开", envvar="MAILROOM_TRACKS")
]
UnitsOption = Annotated[str | None, typer.Option(help="报送单位,逗号隔开", envvar="MAILROOM_UNITS")]
DirectoryOption = Annotated[
    Path | None,
    typer.Option("--dir", help="征集放在哪里;不写则照配置", envvar="MAILROOM_CALLS_DIR"),
]


@group.command("new")
def new(
    context: typer.Context,
    identifier: IdentifierArgument,
    title: TitleOption = None,
    authority: AuthorityOption = None,
    deadline: DeadlineOption = None,
    published: PublishedOption = None,
    office: OfficeOption = None,
    telephone: TelephoneOption = None,
    mailbox: MailboxOption = None,
    tracks: TracksOption = None,
    units: UnitsOption = None,
    directory: DirectoryOption = None,
) -> None:
    """新建一个征集: 问几个问题(或写成选项),写出通过检查的 call.yaml、rules.yaml、examples.yaml。"""
    from ingest.beginning.callfolder import write_call
    from ingest.beginning.newcall import NewCall, end_of, start_of
    from ingest.cli.init import addresses, asked
    from ingest.clock import SystemClock

    answers = NewCall(
        title=asked(title, "通知的标题", "--title"),
        authority=asked(authority, "发文单位", "--authority"),
        deadline=end_of(asked(deadline, "截止时间(如 2027-03-31 17:30)", "--deadline")),
        published=start_of(published or f"{SystemClock().now().astimezone(BEIJING):%Y-%m-%d}"),
        office=asked(office, "联系的办公室", "--office"),
        telephone=asked(telephone, "联系电话", "--telephone"),
        mailbox=addresses(asked(mailbox, "收材料的邮箱", "--mailbox"), "--mailbox")[0],
        tracks=_names(asked(tracks, "申报类别(几个用逗号隔开)", "--tracks"), "--tracks"),
        units=_names(asked(units, "报送单位(几个用逗号隔开)", "--units"), "--units"),
    )
    folder = (directory or console(context).settings().calls.directory) / identifier
    problems = write_call(folder, answers)
    typer.echo(f"已写好 {folder}: 把 rules.yaml 里的〔…〕换成通知原文,空白表放进 forms/")
    for name, problem in problems.items():
        typer.echo(f"{name}: {problem or 'OK'}")
    failed = any(problems.values())
    raise typer.Exit(int(ExitCode.FINDINGS if failed else ExitCode.OK))


def _names(text: str, option: str) -> tuple[str, ...]:
    """The names in a list. Raises UsageError when there is none."""
    from ingest.errors import UsageError

    found = tuple(filter(None, (each.strip() for each in re.split("[,，、]", text))))
    if not found:
        raise UsageError(f"{option} 后面没有名称", "几个用逗号隔开")
    return found


@group.command("practice")
def practice(
    folder: Annotated[Path, typer.Argument(help="练习用的文件夹,没有就新建")],
) -> None:
    """教程用的材料: 两张空白表和两封试发邮件(填好的 Word、盖章扫描件都在里面)。"""
    from ingest.beginning.practice import write_practice

    for path in write_practice(folder):
        typer.echo(str(path))


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

    folder = console(context).call(call, rules_required=False)
    chosen, result = fit_form(existing_file(file), folder.call, form)
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
