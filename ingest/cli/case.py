"""``mailroom case``: the cases, what is in one, and why it was decided as it was."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import (
    JsonOption,
    LimitOption,
    beijing,
    console,
    print_json,
    print_listing,
    print_table,
)
from rules.verdict import DECISION_NAMES, Decision, decision_name

if TYPE_CHECKING:
    from ingest.cli.showing import Vocabulary

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

SHOWN = 1000
"""Rows that people are shown unless they ask for more."""
CodeArgument = Annotated[str, typer.Argument(help="案卷编号,如 Q24-0001-X")]
DecisionOption = Annotated[
    Decision | None,
    typer.Option(
        "--decision",
        metavar="<裁定>",
        help="只列现在是这种裁定的:"
        + "、".join(f"{each} {DECISION_NAMES[each]}" for each in Decision),
        envvar="MAILROOM_DECISION",
    ),
]


@group.command("list")
def list_cases(
    context: typer.Context,
    as_json: JsonOption = False,
    limit: LimitOption = None,
    decision: DecisionOption = None,
) -> None:
    """列出案卷,新的在前(--json 按立案先后)。"""
    from ingest.views.lists import case_lines

    with console(context).reading() as session:
        listing = case_lines(session, limit or (None if as_json else SHOWN), decision)
    if as_json:
        print_json(listing.lines[::-1])
        return
    rows = [
        [
            c["code"],
            decision_name(c["decision"]),
            c["track"] or "-",
            c["submitter"],
            beijing(c["received"]),
            "有信函未送达" if c["undelivered"] else "",
        ]
        for c in listing.lines
    ]
    print_listing(("案卷", "裁定", "类别", "报送单位", "最近收到", "备注"), rows, listing.left_out)


@group.command("show")
def show(
    context: typer.Context,
    code: CodeArgument,
    as_json: JsonOption = False,
    pictures: Annotated[
        Path | None,
        typer.Option(
            "--pictures", help="把扫描件标题和印章的小图写进这个目录", envvar="MAILROOM_PICTURES"
        ),
    ] = None,
) -> None:
    """一个案卷: 来件、裁定、信函。"""
    from ingest.cli.showing import show_case
    from ingest.outputs import write_file
    from ingest.rulefiles.explaining import evidence_pictures
    from ingest.views.lists import case_detail

    with console(context).reading() as session:
        detail = case_detail(session, code)
        evidence = evidence_pictures(session, code) if pictures is not None else {}
    for name, png in evidence.items():
        write_file((pictures or Path()) / name, png, private=True)
    if as_json:
        print_json(detail)
        return
    show_case(detail)


@group.command("explain")
def explain(context: typer.Context, code: CodeArgument, as_json: JsonOption = False) -> None:
    """从来件到信函的全过程: 附件去向、事实出处、每条规则的结论和依据。"""
    from ingest.cli.showing import show_entries, show_letters, show_parts, show_subjects, shown
    from ingest.views.lists import case_explanation

    with console(context).reading() as session:
        detail = case_explanation(session, code)
    if as_json:
        print_json(detail)
        return
    typer.echo(
        f"案卷 {detail['code']}  {detail['submitter']}  {detail['track']}  裁定: {decision_name(detail['decision'])}"
    )
    for mail in detail["mails"]:
        typer.echo(
            f"\n来件 {mail['id']}  {beijing(mail['received'])}  {mail['from']}  {mail['subject']}"
        )
        kind = shown("screening", mail["screening"]) or "尚未读取"
        typer.echo(
            f"  来件性质: {kind}, {'可以答复' if mail['screening_reply'] else '不答复'}: {mail['screening_reason']}"
        )
        show_parts(mail["parts"])
    show_subjects(detail["subjects"], _vocabulary(context, detail["call"]))
    show_entries(detail["entries"])
    typer.echo(
        f"\n规则文件 SHA-256: {detail['rules_sha256']}"
        + (f"\n引擎与复核不一致: {detail['disagreement']}" if detail["disagreement"] else "")
    )
    show_letters(detail["letters"], detail["no_letters"])
    if detail["no_letter"]:
        typer.echo(f"没有信函: {detail['no_letter']}")
    typer.echo("")
    print_table(
        ("时间", "事项"), [[beijing(event["at"]), event["text"]] for event in detail["events"]]
    )


def _vocabulary(context: typer.Context, call: str) -> Vocabulary:
    """The words of the case's call, by which values are shown; none when it can no longer be
    read.
    """
    from ingest.calls import open_call
    from ingest.errors import MailroomError
    from rules.call import vocabulary_of

    try:
        folder = open_call(console(context).settings().calls.directory, call, rules_required=False)
    except MailroomError:
        return {}
    return vocabulary_of(folder.call)


@group.command("rejudge")
def rejudge_case(
    context: typer.Context,
    code: CodeArgument,
    reason: Annotated[str, typer.Option(help="为什么重新裁定,记入台账", envvar="MAILROOM_REASON")],
    who: Annotated[
        str, typer.Option(help="谁要求的;不写则记本机用户名", envvar="MAILROOM_WHO")
    ] = "",
    send: Annotated[
        bool, typer.Option("--send", help="新的信函不再待人放行", envvar="MAILROOM_SEND")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """按现行规则重新裁定一个案卷: 多一次裁定和一封信函(先扣下,待放行),原裁定保留。"""
    from ingest.app import Unconnected, build
    from ingest.errors import UsageError
    from ingest.opening import Opening
    from ingest.steps.judge import OnPurpose, rejudge
    from ingest.steps.rules import use_rules_in_force
    from ingest.store.cases import find_case_row
    from ingest.views.records import RejudgedRecord

    if not reason.strip():
        raise UsageError("没有写重新裁定的原因", "--reason 写明原因,记入台账")
    app = build(
        console(context).settings(),
        mailbox=Unconnected(),
        transport=Unconnected(),
        opening=Opening.WORK,
    )
    try:
        use_rules_in_force(app.rules, app.database)
        with app.database.reading() as session:
            case = find_case_row(session, code)
        order = OnPurpose(who.strip() or getpass.getuser(), reason.strip(), send)
        row = rejudge(app.database, app.rules, app.mouth, case, order, app.clock.now())
    finally:
        app.close()
    if as_json:
        record = RejudgedRecord(
            code=case.code, version=row.version, decision=row.decision.value, before=case.decision
        )
        print_json(record)
    else:
        was = decision_name(case.decision)
        typer.echo(
            f"案卷 {case.code} 第 {row.version} 次裁定: {was} -> {decision_name(row.decision)}"
        )
        typer.echo(
            "信函已入发件箱"
            if send
            else "信函已扣下: 用 mailroom outbox list 查看,mailroom outbox release 放行"
        )
