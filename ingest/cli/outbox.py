"""``mailroom outbox``: letters waiting and gone."""

from __future__ import annotations

import getpass
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.browser import open_page
from ingest.cli.console import JsonOption, LimitOption, beijing, console, print_json, print_listing

if TYPE_CHECKING:
    from ingest.steps.staff.letters import Choice

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
SHOWN = 1000
"""Rows that people are shown unless they ask for more."""
LetterArgument = Annotated[int, typer.Argument(help="信函编号,见 outbox list")]
LettersArgument = Annotated[list[int], typer.Argument(help="信函编号,可写几个,见 outbox list")]
SomeLettersArgument = Annotated[
    list[int] | None, typer.Argument(help="信函编号,可写几个,见 outbox list")
]
AllOption = Annotated[
    bool, typer.Option("--all", help="扣下的全部信函(截止清办的除外)", envvar="MAILROOM_ALL")
]
KindOption = Annotated[
    str, typer.Option("--kind", help="只办这一种信函,如 accepted", envvar="MAILROOM_KIND")
]
ToOption = Annotated[str, typer.Option("--to", help="只办发给这个地址的", envvar="MAILROOM_TO")]
CaseOption = Annotated[str, typer.Option("--case", help="只办这个案卷的", envvar="MAILROOM_CASE")]
YesOption = Annotated[bool, typer.Option("--yes", help="不再询问", envvar="MAILROOM_YES")]
WhoOption = Annotated[str, typer.Option(help="谁办的;不写则记本机用户名", envvar="MAILROOM_WHO")]


@dataclass(frozen=True)
class Order:
    """What is to be done with letters, and how it was asked for."""

    action: str
    everything: bool
    yes: bool
    who: str


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
    from ingest.cli.showing import shown
    from ingest.errors import UsageError
    from ingest.views.lists import letter_lines
    from ingest.views.words import LETTER_WORDS
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
            shown("state", m["state"]),
            LETTER_WORDS.get(m["kind"], m["kind"]),
            m["recipient"],
            beijing(m["sent"]),
            m["subject"],
        ]
        for m in listing.lines
    ]
    print_listing(("编号", "状态", "种类", "收件人", "发出时间", "主题"), rows, listing.left_out)


@group.command("show")
def show(
    context: typer.Context,
    number: LetterArgument,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="把网页版写到这个文件", envvar="MAILROOM_HTML"),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--open", help="用浏览器打开网页版", envvar="MAILROOM_OPEN")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """看一封信函: 收件人、状态和收信人将读到的全文。"""
    from ingest.errors import UsageError
    from ingest.views.lists import letter_line
    from notifier.outbox import get_letter
    from notifier.outboxstates import STATE_NAMES
    from notifier.printed import printed

    with console(context).reading() as session:
        row = get_letter(session, number)
        if row is None:
            raise UsageError(f"没有编号为 {number} 的信函", "用 mailroom outbox list 查看编号")
        letter, line = printed(row.mime), letter_line(row)
    if as_json:
        print_json({**line, "text": letter.text, "html": letter.html})
    else:
        typer.echo(f"信函 {number}: {STATE_NAMES[row.state]}")
        for name, value in (
            ("收件人", line["recipient"]),
            ("发件人", letter.sender),
            ("主题", letter.subject),
            ("日期", letter.date),
            ("服务器答复", line["reply"]),
        ):
            if value:
                typer.echo(f"{name}: {value}")
        typer.echo(f"\n{letter.text}")
    if html is not None or browser:
        _page(letter.html, html, number, browser=browser)


def _page(html: str, path: Path | None, number: int, *, browser: bool) -> None:
    """The letter's page in a file of its own that nobody else may read."""
    from ingest.errors import UsageError
    from ingest.outputs import new_private_file

    if not html:
        raise UsageError(f"信函 {number} 没有网页版", "不加 --html、--open 即可看全文")
    place = path or Path(tempfile.mkdtemp(prefix="mailroom-")) / f"{number}.html"
    with new_private_file(place) as file:
        file.write(html.encode())
    typer.echo(f"网页: {place}", err=True)
    if browser:
        open_page(place)


def _change(context: typer.Context, numbers: Sequence[int], action: str, who: str = "") -> None:
    """One order on letters, by a person's word, all of it or nothing."""
    from ingest.app import open_store
    from ingest.clock import SystemClock
    from ingest.steps.staff.letters import DONE, order

    with open_store(console(context).settings()) as store, store.writing() as session:
        order(session, numbers, action, SystemClock().now(), who.strip() or getpass.getuser())
    typer.echo("\n".join(f"信函 {number} {DONE[action]}" for number in numbers))


def _change_chosen(
    context: typer.Context, choice: Choice, action: str, who: str, *, yes: bool
) -> None:
    """The order on all held letters that are meant; those it must not be carried out on are shown
    with the reason and left.
    """
    from ingest.app import open_store
    from ingest.steps.staff.letters import choose, objection

    with open_store(console(context).settings()) as store, store.reading() as session:
        meant = [(letter, objection(session, letter, action)) for letter in choose(session, choice)]
    rows = [
        [letter.id, letter.kind, letter.recipient, letter.subject, found[0] if found else ""]
        for letter, found in meant
    ]
    print_listing(("编号", "种类", "收件人", "主题", "不办的原因"), rows, 0)
    numbers = [letter.id for letter, found in meant if found is None]
    if not numbers:
        typer.echo("没有可办的信函")
        return
    if not yes:
        typer.confirm(f"以上 {len(numbers)} 封信都照办。确定吗？", abort=True)
    _change(context, numbers, action, who)


def _release_or_cancel(
    context: typer.Context, numbers: Sequence[int], choice: Choice, order: Order
) -> None:
    from ingest.errors import UsageError
    from ingest.steps.staff.letters import Choice

    narrowed = choice != Choice()
    if bool(numbers) == (order.everything or narrowed):
        raise UsageError(
            "写信函编号(可写几个),或用 --all、--kind、--to、--case 指明是哪些",
            "用 mailroom outbox list --state held 查看扣下的信函",
        )
    if numbers:
        _change(context, list(dict.fromkeys(numbers)), order.action, order.who)
    else:
        _change_chosen(context, choice, order.action, order.who, yes=order.yes)


@group.command("hold")
def hold(context: typer.Context, numbers: LettersArgument) -> None:
    """暂扣待发的信函。"""
    _change(context, numbers, "hold")


@group.command("release")
def release(
    context: typer.Context,
    numbers: SomeLettersArgument = None,
    everything: AllOption = False,
    kind: KindOption = "",
    to: ToOption = "",
    case: CaseOption = "",
    closing: Annotated[
        bool,
        typer.Option(
            "--closing", help="放行全部截止清办的信函,案卷同时了结", envvar="MAILROOM_CLOSING"
        ),
    ] = False,
    yes: YesOption = False,
    who: WhoOption = "",
) -> None:
    """放行扣下的信函: 写编号(可写几个),或用 --all、--kind、--to、--case 指明;--closing 一并放行截止清办的信函。"""
    from ingest.errors import UsageError
    from ingest.steps.staff.letters import Choice

    if not closing:
        chosen = Choice(kind, to, case)
        _release_or_cancel(context, numbers or [], chosen, Order("release", everything, yes, who))
        return
    if numbers or everything or kind or to or case:
        raise UsageError("--closing 不与编号或别的选项同写", "截止清办的信函须一并放行")
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
        now, calls = app.clock.now(), [each.call for each in app.rules.all]
        with app.database.reading() as session:
            listed = [item for call in calls for item in closing_list(session, call, now)]
        rows = [
            [item.letter, item.case_code, item.submitter, item.recipient, item.kept_back or "放行"]
            for item in listed
        ]
        print_listing(("编号", "案卷", "报送单位", "收件人", "办理"), rows, 0)
        ready = any(not item.kept_back for item in listed)
        if ready and not yes:
            typer.confirm("以上写“放行”的案卷不再等候补正，信函发出。确定吗？", abort=True)
        done = (
            [item for call in calls for item in release_closing(app.database, call, who, now)]
            if ready
            else listed
        )
    finally:
        app.close()
    gone = sum(not item.kept_back for item in done)
    typer.echo(
        f"放行 {gone} 封" + (f"，暂不放行 {len(done) - gone} 封" if gone < len(done) else "")
    )


@group.command("retry")
def retry(context: typer.Context, numbers: LettersArgument) -> None:
    """重新发送失败或不确定的信函(由人确认对方没有收到)。"""
    _change(context, numbers, "retry")


@group.command("confirm")
def confirm(context: typer.Context, numbers: LettersArgument) -> None:
    """确认不确定的信函已经送达(例如电话问过对方)。"""
    _change(context, numbers, "confirm")


@group.command("cancel")
def cancel(
    context: typer.Context,
    numbers: SomeLettersArgument = None,
    everything: AllOption = False,
    kind: KindOption = "",
    to: ToOption = "",
    case: CaseOption = "",
    yes: YesOption = False,
    who: WhoOption = "",
) -> None:
    """取消尚未发出的信函: 写编号(可写几个),或用 --all、--kind、--to、--case 指明扣下的哪些。"""
    from ingest.steps.staff.letters import Choice

    chosen = Choice(kind, to, case)
    _release_or_cancel(context, numbers or [], chosen, Order("cancel", everything, yes, who))
