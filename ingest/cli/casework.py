"""``mailroom case``, where staff act: decide, correct, assign, note, close, withdraw, merge and
split.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.case import CodeArgument, group
from ingest.cli.console import JsonOption
from ingest.cli.orders import (
    BecauseOption,
    EntryOption,
    VersionOption,
    WhoOption,
    YesOption,
    hands_of,
    perform,
)

if TYPE_CHECKING:
    from ingest.steps.staff.orders import Hands, Plan

__all__ = ["group"]


@group.command("decide")
def decide(
    context: typer.Context,
    code: CodeArgument,
    action: Annotated[str, typer.Argument(help="受理、退回补正、不予受理 或 转交")],
    because: BecauseOption,
    entry: EntryOption = "",
    who: WhoOption = "",
    version: VersionOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """裁定一个案卷或其中一个申报项: 先给看要发的信,确认后记入台账并发信。"""
    from ingest.errors import UsageError
    from ingest.steps.staff.deciding import Deciding, plan_decision
    from rules.staff import StaffAction

    if action not in set(StaffAction):
        raise UsageError(f"没有结论“{action}”", "可用: " + "、".join(StaffAction))
    order = Deciding(code, StaffAction(action), because, entry, version)
    perform(context, who, lambda hands: plan_decision(hands, order), yes=yes, as_json=as_json)


@group.command("set-fact")
def set_fact(
    context: typer.Context,
    code: CodeArgument,
    field: Annotated[str, typer.Argument(help="事项,如 教师账号开通率、盖章")],
    value: Annotated[str, typer.Argument(help="值,如 98.9%、是")],
    because: BecauseOption,
    entry: EntryOption = "",
    who: WhoOption = "",
    version: VersionOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """人工填入程序没读出或读错的一项,注明“人工”,按规则重新裁定。"""
    from ingest.steps.staff.correcting import Correction, plan_fact

    order = Correction(code, field, value, because, entry, version)
    perform(context, who, lambda hands: plan_fact(hands, order), yes=yes, as_json=as_json)


@group.command("assign")
def assign_case(
    context: typer.Context,
    code: CodeArgument,
    to: Annotated[str, typer.Argument(help="经办人;写 '' 收回")],
    who: WhoOption = "",
) -> None:
    """把案卷分给一位经办人,日报里写明是谁的。"""
    from ingest.steps.staff.casework import assign

    with hands_of(context, who) as hands:
        typer.echo(assign(hands, code, to))


@group.command("note")
def note_case(
    context: typer.Context,
    code: CodeArgument,
    text: Annotated[str, typer.Argument(help="要记的话")],
    who: WhoOption = "",
) -> None:
    """在案卷的台账里记一句话;不发信,不改变裁定。"""
    from ingest.steps.staff.casework import remark

    with hands_of(context, who) as hands:
        typer.echo(remark(hands, code, text))


@group.command("close")
def close_case(
    context: typer.Context,
    code: CodeArgument,
    because: BecauseOption,
    who: WhoOption = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """结案(如测试件、误投): 不再裁定、不发信;对方再来件时重新打开。"""
    from ingest.steps.staff.casework import plan_close

    perform(context, who, lambda hands: plan_close(hands, code, because), yes=yes, as_json=as_json)


@group.command("settle")
def settle_rivals(
    context: typer.Context,
    code: CodeArgument,
    because: BecauseOption,
    who: WhoOption = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """两个地址自称同一单位时,认定这个案卷算数: 核实它的地址,其他同名案卷结案。"""
    from ingest.steps.staff.releasing import plan_settling

    perform(
        context, who, lambda hands: plan_settling(hands, code, because), yes=yes, as_json=as_json
    )


@group.command("withdraw")
def withdraw_case(
    context: typer.Context,
    code: CodeArgument,
    because: BecauseOption,
    refuse: Annotated[
        bool, typer.Option("--refuse", help="不同意撤回,案卷照旧", envvar="MAILROOM_REFUSE")
    ] = False,
    entry: EntryOption = "",
    who: WhoOption = "",
    version: VersionOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """确认(或用 --refuse 驳回)一个撤回申请,函告对方;--entry 只让一个申报项退出(或 --refuse 留下)。"""
    from ingest.steps.staff.casework import plan_withdrawal
    from ingest.steps.staff.ending import EntryEnd, plan_ending
    from rules.casestate import State

    state = None if refuse else State.WITHDRAWN

    def plan(hands: Hands) -> Plan:
        if entry:
            return plan_ending(hands, EntryEnd(code, entry, because, state, seen=version))
        return plan_withdrawal(hands, code, because, refuse=refuse, seen=version)

    perform(context, who, plan, yes=yes, as_json=as_json)


@group.command("rename")
def rename_entry(
    context: typer.Context,
    code: CodeArgument,
    entry: Annotated[
        str, typer.Option("--entry", help="原来的名称(申报项)", envvar="MAILROOM_ENTRY")
    ],
    to: Annotated[
        str, typer.Option("--to", help="现在的名称,案卷里须有它的材料", envvar="MAILROOM_TO")
    ],
    because: BecauseOption,
    who: WhoOption = "",
    version: VersionOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """确认一个申报项更名: 旧名称的注销,新名称的照材料裁定,函告对方。"""
    from ingest.steps.staff.ending import EntryEnd, plan_ending
    from rules.casestate import State

    order = EntryEnd(code, entry, because, State.REPLACED, to, version)
    perform(context, who, lambda hands: plan_ending(hands, order), yes=yes, as_json=as_json)


@group.command("merge")
def merge_case(
    context: typer.Context,
    code: CodeArgument,
    into: Annotated[str, typer.Option("--into", help="并入哪个案卷", envvar="MAILROOM_INTO")],
    because: BecauseOption,
    who: WhoOption = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """把一个案卷的全部来件并入另一个案卷,合在一起裁定。"""
    from ingest.steps.staff.moving import plan_merge

    perform(
        context,
        who,
        lambda hands: plan_merge(hands, code, into, because),
        yes=yes,
        as_json=as_json,
    )


@group.command("split")
def split_case(
    context: typer.Context,
    code: CodeArgument,
    messages: Annotated[list[int], typer.Argument(help="要分出的来件编号")],
    because: BecauseOption,
    who: WhoOption = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """把案卷里的几封来件分出去,另立一个案卷。"""
    from ingest.steps.staff.moving import plan_split

    perform(
        context,
        who,
        lambda hands: plan_split(hands, code, messages, because),
        yes=yes,
        as_json=as_json,
    )
