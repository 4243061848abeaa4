"""``mailroom outbox``: letters waiting and gone."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from ingest.cli.console import JsonOption, LimitOption, beijing, console, print_json, print_listing

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
SHOWN = 1000
"""Rows that people are shown unless they ask for more."""
LetterArgument = Annotated[int, typer.Argument(help="信函编号,见 outbox list")]


@group.command("list")
def list_outbox(
    context: typer.Context,
    as_json: JsonOption = False,
    state: Annotated[
        str | None,
        typer.Option(
            help="只列某一状态: queued、sent、retry、uncertain、failed、held、cancelled、superseded",
            envvar="MAILROOM_STATE",
        ),
    ] = None,
    limit: LimitOption = None,
) -> None:
    """列出信函: 收件人、状态、服务器的答复;新的在前(--json 按入发件箱的先后)。"""
    from ingest.errors import UsageError
    from ingest.views.lists import letter_lines
    from notifier.outboxstates import OutboxState

    if state is not None and state not in set(OutboxState):
        raise UsageError(f"没有状态“{state}”", "可用: " + "、".join(OutboxState))
    with console(context).reading() as session:
        states = [OutboxState(state)] if state else ()
        listing = letter_lines(session, states, limit or (None if as_json else SHOWN))
    if as_json:
        print_json(listing.lines[::-1])
        return
    rows = [
        [
            m["id"],
            m["state"],
            m["kind"],
            m["recipient"],
            beijing(m["sent"]),
            m["subject"],
        ]
        for m in listing.lines
    ]
    print_listing(("编号", "状态", "种类", "收件人", "发出时间", "主题"), rows, listing.left_out)


def _change(context: typer.Context, number: int, action: str, done: str) -> None:
    """One change of one letter's state, by a person's word, written into the ledger."""
    from ingest.app import open_store
    from ingest.clock import SystemClock
    from ingest.errors import UsageError
    from ingest.store.events import EventKind, record_event
    from notifier import outbox

    now = SystemClock().now()
    with open_store(console(context).settings()) as store, store.writing() as session:
        letter = outbox.get_letter(session, number)
        if action == "release" and letter and letter.key.startswith(outbox.CLOSING):
            raise UsageError(
                f"信函 {number} 是截止清办的信函,与案卷一同了结",
                "用 mailroom outbox release --closing 放行;个别不发的先 outbox cancel",
            )
        if action in ("release", "retry") and letter and outbox.is_outdated(session, letter):
            raise UsageError(
                f"信函 {number} 说的已不是案卷现在的结论,不能再发",
                "用 mailroom outbox list 查看同一案卷较新的信函",
            )
        changed = {
            "hold": lambda: outbox.hold(session, number),
            "release": lambda: outbox.release(session, number, now),
            "retry": lambda: outbox.retry(session, number, now),
            "cancel": lambda: outbox.cancel(session, number),
            "confirm": lambda: outbox.confirm(session, number, "由工作人员确认已送达", now),
        }[action]()
        if not changed:
            raise UsageError(
                f"信函 {number} 不存在,或它现在的状态不允许这样做",
                "用 mailroom outbox list 查看状态",
            )
        record_event(session, now, EventKind(action), f"人工操作: 信函{done}", outbox_id=number)
    typer.echo(f"信函 {number} {done}")


@group.command("hold")
def hold(context: typer.Context, number: LetterArgument) -> None:
    """暂扣一封待发的信函。"""
    _change(context, number, "hold", "已暂扣")


@group.command("release")
def release(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(help="信函编号,见 outbox list")] = None,
    closing: Annotated[
        bool,
        typer.Option(
            "--closing", help="放行全部截止清办的信函,案卷同时了结", envvar="MAILROOM_CLOSING"
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问", envvar="MAILROOM_YES")] = False,
    who: Annotated[
        str, typer.Option(help="谁放行的;不写则记本机用户名", envvar="MAILROOM_WHO")
    ] = "",
) -> None:
    """放行一封暂扣的信函,或用 --closing 一并放行截止清办的信函。"""
    from ingest.errors import UsageError

    if closing == (number is not None):
        raise UsageError("写一个信函编号,或写 --closing", "用 mailroom outbox list 查看编号")
    if number is not None:
        _change(context, number, "release", "已放行")
        return
    _release_closing(context, who.strip() or getpass.getuser(), yes=yes)


def _release_closing(context: typer.Context, who: str, *, yes: bool) -> None:
    from ingest.app import Unconnected, build
    from ingest.opening import Opening
    from ingest.steps.closing import release_closing
    from ingest.steps.rules import use_rules_in_force
    from ingest.views.closing import closing_list

    app = build(
        console(context).settings(),
        mailbox=Unconnected(),
        transport=Unconnected(),
        opening=Opening.WORK,
    )
    try:
        use_rules_in_force(app.rules, app.database)
        now, call = app.clock.now(), app.rules.call
        with app.database.reading() as session:
            listed = closing_list(session, call, now)
        rows = [
            [item.letter, item.case_code, item.submitter, item.recipient, item.kept_back or "放行"]
            for item in listed
        ]
        print_listing(("编号", "案卷", "报送单位", "收件人", "办理"), rows, 0)
        ready = any(not item.kept_back for item in listed)
        if ready and not yes:
            typer.confirm("以上写“放行”的案卷不再等候补正，信函发出。确定吗？", abort=True)
        done = release_closing(app.database, call, who, now) if ready else listed
    finally:
        app.close()
    gone = sum(not item.kept_back for item in done)
    typer.echo(
        f"放行 {gone} 封" + (f"，暂不放行 {len(done) - gone} 封" if gone < len(done) else "")
    )


@group.command("retry")
def retry(context: typer.Context, number: LetterArgument) -> None:
    """重新发送一封失败或不确定的信函(由人确认对方没有收到)。"""
    _change(context, number, "retry", "将重新发送")


@group.command("confirm")
def confirm(context: typer.Context, number: LetterArgument) -> None:
    """确认一封不确定的信函已经送达(例如电话问过对方)。"""
    _change(context, number, "confirm", "已确认送达")


@group.command("cancel")
def cancel(context: typer.Context, number: LetterArgument) -> None:
    """取消一封尚未发出的信函。"""
    _change(context, number, "cancel", "已取消")
