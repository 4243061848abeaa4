"""``mailroom message``, where staff act: move, attach, release, close."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.cli.console import JsonOption
from ingest.cli.message import group
from ingest.cli.orders import BecauseOption, WhoOption, YesOption, hands_of, perform

__all__ = ["group"]

NumberArgument = Annotated[int, typer.Argument(help="来件编号,见 message list")]
ToOption = Annotated[str, typer.Option("--to", help="归入哪个案卷", envvar="MAILROOM_TO")]


@group.command("move")
def move_message(
    context: typer.Context,
    number: NumberArgument,
    to: ToOption,
    because: BecauseOption,
    from_: Annotated[
        str, typer.Option("--from", help="从哪个案卷移出(在几个案卷里时)", envvar="MAILROOM_FROM")
    ] = "",
    who: WhoOption = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """把一封归错的来件移到另一个案卷,两个案卷都重新裁定。"""
    from ingest.steps.staff.moving import plan_move

    perform(
        context,
        who,
        lambda hands: plan_move(hands, number, to, because, from_code=from_),
        yes=yes,
        as_json=as_json,
    )


@group.command("attach")
def attach_message(
    context: typer.Context,
    number: NumberArgument,
    to: ToOption,
    because: BecauseOption,
    who: WhoOption = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """把一封来件也归入另一个案卷,原来的不动。"""
    from ingest.steps.staff.moving import plan_attach

    perform(
        context,
        who,
        lambda hands: plan_attach(hands, number, to, because),
        yes=yes,
        as_json=as_json,
    )


@group.command("release")
def release_message(
    context: typer.Context,
    number: NumberArgument,
    because: BecauseOption,
    case: Annotated[
        str,
        typer.Option("--case", help="归入哪个案卷;不写则另立案卷", envvar="MAILROOM_CASE"),
    ] = "",
    who: WhoOption = "",
) -> None:
    """放行一封待核实的来件: 归入 --case 的案卷,或作为发件人自己的案卷,随后按规则裁定。"""
    from ingest.steps.staff.releasing import release

    with hands_of(context, who) as hands:
        typer.echo(release(hands, number, case, because))


@group.command("route")
def route_message(
    context: typer.Context,
    number: NumberArgument,
    call: Annotated[str, typer.Argument(help="征集编号,[calls] active 里的一个")],
    because: BecauseOption,
    who: WhoOption = "",
) -> None:
    """写明一封来件是哪一项征集的(同一邮箱办几项征集时): 随后按该征集重读、立案和答复。"""
    from ingest.steps.staff.routing import name_call

    with hands_of(context, who) as hands:
        typer.echo(name_call(hands, number, call, because))


@group.command("close")
def close_message(
    context: typer.Context,
    number: NumberArgument,
    because: BecauseOption,
    who: WhoOption = "",
) -> None:
    """办结一封来件的全部待办(如已电话答复)。"""
    from ingest.steps.staff.casework import close_tasks_of_mail

    with hands_of(context, who) as hands:
        typer.echo(close_tasks_of_mail(hands, number, because))
