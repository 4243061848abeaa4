"""What every command by which staff act shares: who gives the order, the letter shown before it
goes, and the word that lets it go.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import console, print_json

if TYPE_CHECKING:
    from ingest.steps.staff.orders import Done, Hands, Plan

BecauseOption = Annotated[
    str, typer.Option("--because", help="理由,记入台账,也写给对方", envvar="MAILROOM_BECAUSE")
]
WhoOption = Annotated[
    str, typer.Option("--who", help="谁办的;不写则记本机用户名", envvar="MAILROOM_WHO")
]
YesOption = Annotated[
    bool, typer.Option("--yes", help="不再询问,照办并发信", envvar="MAILROOM_YES")
]
EntryOption = Annotated[
    str, typer.Option("--entry", help="哪个申报项(申报单位名称)", envvar="MAILROOM_ENTRY")
]
VersionOption = Annotated[
    int | None,
    typer.Option(
        "--version", help="看的是第几次裁定;其间别人办过就不办", envvar="MAILROOM_VERSION"
    ),
]


@contextmanager
def hands_of(context: typer.Context, who: str, *, judges: bool = False) -> Iterator[Hands]:
    """The hands of whoever gives this order, with a house that speaks to no server; with the rules
    in force where something is to be judged.
    """
    from ingest.app import Unconnected, build
    from ingest.opening import Opening
    from ingest.steps.rules import use_rules_in_force
    from ingest.steps.staff.orders import Hands

    app = build(
        console(context).settings(),
        mailbox=Unconnected(),
        transport=Unconnected(),
        opening=Opening.WORK,
    )
    try:
        if judges:
            use_rules_in_force(app.rules, app.database)
        name = who.strip() or getpass.getuser()
        yield Hands(app.database, app.rules, app.mouth, name, app.clock.now())
    finally:
        app.close()


def perform(
    context: typer.Context,
    who: str,
    plan: Callable[[Hands], Plan],
    *,
    yes: bool,
    as_json: bool = False,
) -> None:
    """Show what an order would do and the letters it sends; do it once that is agreed to."""
    from ingest.errors import UsageError
    from ingest.steps.staff.orders import carry_out

    with hands_of(context, who, judges=True) as hands:
        planned = plan(hands)
        if not as_json:
            show_plan(planned)
        if not yes and not _agreed(as_json=as_json):
            raise UsageError("没有办理", "看过以上内容后加 --yes 办理")
        done = carry_out(hands, planned)
    if as_json:
        print_json(done_record(done))
    else:
        show_done(done)


def _agreed(*, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        return False
    return typer.confirm("照办?", default=False)


def show_plan(plan: Plan) -> None:
    """What would happen, with the words of every letter."""
    typer.echo(plan.sentence)
    for turn in plan.turns[1:]:
        typer.echo(f"案卷 {turn.code}: {turn.before} -> {turn.after}")
    for letter in plan.letters:
        typer.echo(f"\n收件人: {letter.to_address}\n主题: {letter.subject}\n\n{letter.text}")
    if not plan.letters:
        typer.echo("不发信函")


def show_done(done: Done) -> None:
    """That it happened, and what became of the letters."""
    typer.echo("已办理")
    words = {
        "held": "待放行: mailroom outbox release",
        None: "没有发出,原因见 mailroom case explain",
    }
    for letter in done.letters:
        state = letter.state.value if letter.state is not None else None
        typer.echo(f"{letter.name} -> {letter.to}: {words.get(state, '已入发件箱')}")


def done_record(done: Done) -> dict[str, object]:
    """The same as one JSON-able record."""
    return {
        "done": done.sentence,
        "cases": [
            {"code": each.code, "before": each.before, "after": each.after} for each in done.turns
        ],
        "letters": [
            {
                "kind": each.name,
                "to": each.to,
                "subject": each.subject,
                "state": each.state.value if each.state is not None else None,
            }
            for each in done.letters
        ],
    }
