"""What staff do about who somebody is: let a mail that waits into a case, and say which of several
cases under one name counts. What a sender may do without their word stands in
``rules/standing.py``.
"""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from ingest.errors import UsageError
from ingest.reading import Reading
from ingest.steps.judge import judge_taken, take_case
from ingest.steps.known import candidates_for
from ingest.steps.read import Shelf
from ingest.steps.staff.moving import require_same_call
from ingest.steps.staff.orders import Hands, Plan, Turn, open_case_row, planned, require_reason
from ingest.store.addresses import forget_address, know_address
from ingest.store.cases import (
    cases_claiming,
    cases_of_message,
    close_case,
    contest_case,
    join_case,
    latest_decision,
    load_verdict,
    touch_case,
)
from ingest.store.events import EventKind, record_event
from ingest.store.messages import get_message, load_reading
from ingest.store.tables import CaseRow, MessageRow
from ingest.store.tasks import close_task, close_tasks_of_case, open_tasks
from ingest.submission.case import parts_of_matter
from ingest.submission.filing import Arrived, Enter, Known, file_mail
from ingest.submission.joining import claim_of
from ingest.views.states import case_state
from rules.standing import AddressProof, Standing
from rules.tasks import TaskKind
from rules.verdict import Verdict

_DONE = (TaskKind.RIVALS, TaskKind.IDENTITY)


def release(hands: Hands, number: int, code: str, because: str) -> str:
    """Let a mail that waits into the case ``code``, or into one of its sender's own by "". The case
    is judged at the next round, its letters go where they went before. Says what was done.

    Raises:
        UsageError: there is no such mail, it brought nothing, it is in a case already, or there is
            no case it could go into.
    """
    because = require_reason(because)
    with hands.database.writing() as session:
        mail = get_message(session, number)
        reading = load_reading(mail) if mail is not None else None
        if mail is None or reading is None:
            raise UsageError(f"没有读过的来件 {number}", "用 mailroom message list 查看编号")
        if not mail.call and hands.rules.others and not code:
            raise UsageError(
                f"还没有认定来件 {number} 是哪一项征集的",
                f"先用 mailroom message route {number} 征集编号",
            )
        if not parts_of_matter(reading):
            raise UsageError(
                f"来件 {number} 没有带来材料", "答复之后用 mailroom message close 办结"
            )
        if there := cases_of_message(session, number):
            raise UsageError(
                f"来件 {number} 已在案卷 {there[0].code} 里", "归错的用 mailroom message move"
            )
        codes = _into(session, hands, mail, code) if code else _own(session, hands, mail, reading)
        said = f"{hands.who} 放行来件 {number}，归入案卷 {'、'.join(codes)}：{because}"
        data = {"who": hands.who, "because": because, "to": "、".join(codes)}
        for case in cases_of_message(session, number):
            record_event(
                session, hands.now, EventKind.MESSAGE_RELEASED, said,
                case_id=case.id, message_id=number, data=data,
            )  # fmt: skip
        for task in open_tasks(session, message_id=number):
            close_task(session, task.id, hands.who, because, hands.now)
    return f"来件 {number} 归入案卷 {'、'.join(codes)}，随后按规则裁定"


def _into(session: Session, hands: Hands, mail: MessageRow, code: str) -> list[str]:
    row = open_case_row(session, code)
    require_same_call(hands, mail, row)
    join_case(session, row.id, mail.id, f"{hands.who} 放行", hands.now, Standing.RELEASED)
    touch_case(session, row.id, mail.received_at, hands.now)
    return [row.code]


def _own(session: Session, hands: Hands, mail: MessageRow, reading: Reading) -> list[str]:
    """As if the mail pointed to no case of anybody else's."""
    mouth = hands.mouth.of(mail.call)
    call = mouth.office.call
    found = candidates_for(session, reading, call, mouth.key)
    known = Known(candidates=replace(found, letters=(), pointed=()), by_hand=True)
    arrived = Arrived(mail.id, mail.received_at, hands.now, mouth.caps.settle)
    intents = file_mail(reading, call, known, arrived).intents
    entering = [intent for intent in intents if isinstance(intent, Enter)]
    if not entering:
        raise UsageError(
            f"来件 {mail.id} 以别的案卷的名义来件，不能另立案卷",
            "属于该案卷的用 --case 写明编号；另一个地址才算数的，用 mailroom case settle",
        )
    shelf = Shelf(session, mouth, mail, reading, hands.now)
    for enter in entering:
        shelf.enter(replace(enter, due=hands.now))
    return [row.code for row in cases_of_message(session, mail.id)]


def plan_settling(hands: Hands, code: str, because: str) -> Plan:
    """Of the cases under one name this one counts: its address is confirmed, the others are closed,
    and what waited for it is decided.

    Raises:
        UsageError: there is no such open case, or nobody else claims its name.
    """
    because = require_reason(because)
    with hands.database.reading() as session:
        row = open_case_row(session, code)
        rivals = _rivals(session, row)
        if not rivals:
            raise UsageError(
                f"案卷 {row.code} 没有别的案卷与它同名", "用 mailroom task list 查看待办"
            )
        latest = latest_decision(session, row.id)
        before = load_verdict(latest) if latest is not None else None
        hands = hands.on(row)
        taken = take_case(session, hands.rules.call, row)
    judged = judge_taken(hands.rules, hands.mouth, replace(taken, contested=False), hands.now)
    # Before the first decision, and where nothing waited, the daemon decides or nothing changes.
    decided = before is not None and row.judge_after is None
    changes = decided and _decisions(before) != _decisions(judged.kept.verdict)
    which = "、".join(rival.code for rival in rivals)

    def write(session: Session) -> None:
        contest_case(session, row.id, contested=False)
        forget_address(session, row.id, row.reply_address)
        know_address(session, row.id, row.reply_address, AddressProof.STAFF, hands.now, hands.who)
        for rival in rivals:
            contest_case(session, rival.id, contested=True)
            close_case(session, rival.id, hands.now)
        text = (
            f"{hands.who} 认定案卷 {row.code}（{row.reply_address}）算数，{which} 结案：{because}"
        )
        data = {"who": hands.who, "because": because, "closed": which}
        for case in (row, *rivals):
            record_event(
                session, hands.now, EventKind.SETTLED_RIVALS, text, case_id=case.id, data=data
            )
            close_tasks_of_case(session, case.id, _DONE, hands.who, because, hands.now)

    after = judged.kept.verdict if changes else before
    turn = Turn(row.code, case_state(row, before), case_state(row, after))
    return planned(
        hands, f"案卷 {row.code}（{row.reply_address}）算数；{which} 结案，不再裁定", write,
        turns=(turn,), judged=(judged,) if changes else (),
    )  # fmt: skip


def _rivals(session: Session, row: CaseRow) -> list[CaseRow]:
    claim = claim_of(row.submitter_key)
    alike = cases_claiming(session, row.call, claim) if claim else []
    return [
        each
        for each in alike
        if each.id != row.id and each.track == row.track and each.closed_at is None
    ]


def _decisions(verdict: Verdict | None) -> list[str]:
    return [entry.decision for entry in verdict.entries] if verdict is not None else []
