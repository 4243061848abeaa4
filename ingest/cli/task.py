"""``mailroom task``: what a person must do."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.cli.console import JsonOption, beijing, console, print_json, print_table
from ingest.cli.orders import BecauseOption, WhoOption, hands_of

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
NumberArgument = Annotated[int, typer.Argument(help="待办编号,见 task list")]


@group.command("list")
def list_tasks(
    context: typer.Context,
    as_json: JsonOption = False,
    case: Annotated[
        str, typer.Option("--case", help="只列一个案卷的", envvar="MAILROOM_CASE")
    ] = "",
) -> None:
    """列出未办结的待办,最早的在前。"""
    from ingest.views.tasks import task_records

    with console(context).reading() as session:
        lines = task_records(session, case)
    if as_json:
        print_json(lines)
        return
    rows = [
        [
            line["id"],
            beijing(line["opened"]),
            line["asks"],
            line["case"] or (f"来件{line['message']}" if line["message"] else "-"),
            line["entry"],
            line["assigned_to"],
            line["reason"],
        ]
        for line in lines
    ]
    print_table(("编号", "时间", "要办的事", "案卷", "申报项", "经办人", "原因"), rows)


@group.command("show")
def show_task(context: typer.Context, number: NumberArgument, as_json: JsonOption = False) -> None:
    """一项待办的全部内容: 谁在等、电话、原因、怎样办。"""
    from ingest.cli.showing import show_fields
    from ingest.views.tasks import task_detail

    with console(context).reading() as session:
        detail = task_detail(session, number)
    print_json(detail) if as_json else show_fields(detail)


@group.command("close")
def close_task(
    context: typer.Context, number: NumberArgument, because: BecauseOption, who: WhoOption = ""
) -> None:
    """办结一项待办,写明怎样办的。"""
    from ingest.steps.staff.casework import close_one_task

    with hands_of(context, who) as hands:
        typer.echo(close_one_task(hands, number, because))
