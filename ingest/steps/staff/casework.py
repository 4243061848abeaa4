"""What staff do with a case beside deciding it: assign, note, close, confirm or refuse a
withdrawal; and closing tasks.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from ingest.errors import UsageError
from ingest.steps.judge import take_case
from ingest.steps.letters import Draft, staff_letter
from ingest.steps.staff.orders import (
    Hands,
    Plan,
    Turn,
    open_case_row,
    planned,
    require_as_seen,
    require_reason,
)
from ingest.store.cases import (
    assign_case,
    close_case,
    find_case_row,
    latest_decision,
    load_verdict,
    withdraw_case,
)
from ingest.store.events import EventKind, record_event
from ingest.store.messages import get_message
from ingest.store.tables import CaseRow, TaskRow
from ingest.store.tasks import close_task, get_task, open_tasks
from ingest.submission.letterrequest import StaffLetterKind
from ingest.views.states import case_state
from rules.casestate import State
from rules.tasks import TASK_NAMES, TaskKind

CLOSED = "已结案"


def assign(hands: Hands, code: str, to: str) -> str:
    """Give a case, with its open tasks, to a staff member; "" takes it back. Says what was done.

    Raises:
        UsageError: there is no such open case.
    """
    to = to.strip()
    with hands.database.writing() as session:
        row = open_case_row(session, code)
        assign_case(session, row.id, to)
        text = (
            f"{hands.who} 把案卷 {row.code} 分给 {to}" if to else f"{hands.who} 收回案卷 {row.code}"
        )
        data = {"who": hands.who, "to": to}
        record_event(session, hands.now, EventKind.ASSIGNED, text, case_id=row.id, data=data)
    return f"案卷 {row.code} 由 {to} 经办" if to else f"案卷 {row.code} 不再有经办人"


def remark(hands: Hands, code: str, text: str) -> str:
    """Write a note into the ledger of a case, also of one that is closed. Says what was done.

    Raises:
        UsageError: there is no such case, or nothing was noted.
    """
    if not text.strip():
        raise UsageError("批注是空的", "写上要记的话")
    with hands.database.writing() as session:
        row = find_case_row(session, code)
        line = f"{hands.who} 批注：{text.strip()}"
        data = {"who": hands.who, "text": text.strip()}
        record_event(session, hands.now, EventKind.REMARK, line, case_id=row.id, data=data)
    return f"批注已记入案卷 {row.code} 的台账"


def plan_close(hands: Hands, code: str, because: str) -> Plan:
    """The case closed: nothing is judged or written in it until somebody sends papers again.

    Raises:
        UsageError: there is no such open case.
    """
    because = require_reason(because)
    with hands.database.reading() as session:
        row = open_case_row(session, code)
        before = _state(session, row)

    def write(session: Session) -> None:
        if not close_case(session, row.id, hands.now):
            raise UsageError(f"案卷 {row.code} 已结案")
        text = f"{hands.who} 结案: {before} -> {CLOSED}；理由：{because}"
        data = {"who": hands.who, "because": because, "before": before, "after": CLOSED}
        record_event(session, hands.now, EventKind.CASE_CLOSED, text, case_id=row.id, data=data)
        _close_all(session, hands, open_tasks(session, case_id=row.id), because)

    turn = Turn(row.code, before, CLOSED)
    return planned(hands, f"案卷 {row.code} 结案，不再裁定，不发信", write, turns=(turn,))


def plan_withdrawal(
    hands: Hands, code: str, because: str, *, refuse: bool = False, seen: int | None = None
) -> Plan:
    """A withdrawal confirmed, or refused because it was not meant; the letter tells it.

    Raises:
        UsageError: there is no such open case, nobody asked for what is refused, or somebody was
            quicker.
    """
    because = require_reason(because)
    with hands.database.reading() as session:
        row = open_case_row(session, code)
        require_as_seen(session, row, seen)
        asked = _withdrawals(session, row)
        before = _state(session, row)
        taken = take_case(session, hands.on(row).rules.call, row)
    if refuse and not asked:
        raise UsageError(f"案卷 {row.code} 没有撤回申请")
    after = before if refuse else State.WITHDRAWN
    kind: StaffLetterKind = "outcome" if refuse else "withdrawn"
    word = f"撤回申请未办理，案卷仍为“{before}”。{because}" if refuse else because
    draft = staff_letter(hands.on(row).mouth, row, taken.case, kind, word, hands.now)

    def write(session: Session) -> None:
        event = EventKind.WITHDRAWAL_REFUSED if refuse else EventKind.WITHDRAWN
        if not refuse and not withdraw_case(session, row.id, row.version, hands.now):
            raise UsageError(f"案卷 {row.code} 刚有新情况，没有办理", "看过新情况后再办")
        what = "驳回撤回申请" if refuse else "确认撤回"
        text = f"{hands.who} {what}: {before} -> {after}；理由：{because}"
        data = {"who": hands.who, "because": because, "before": before, "after": after}
        record_event(session, hands.now, event, text, case_id=row.id, data=data)
        done = asked if refuse else open_tasks(session, case_id=row.id)
        _close_all(session, hands, done, because)

    drafts: tuple[Draft, ...] = (draft,)
    sentence = f"案卷 {row.code} {'驳回撤回申请' if refuse else '确认撤回'}: {before} -> {after}"
    turn = Turn(row.code, before, after)
    return planned(hands, sentence, write, turns=(turn,), drafts=drafts)


def close_one_task(hands: Hands, number: int, because: str) -> str:
    """Close a task that was done otherwise (by telephone, by letter). Says what was done.

    Raises:
        UsageError: there is no such open task; of one that is closed it says by whom.
    """
    because = require_reason(because)
    with hands.database.writing() as session:
        task = get_task(session, number)
        if task is None:
            raise UsageError(f"没有编号为 {number} 的待办", "用 mailroom task list 查看编号")
        if task.closed_at is not None:
            raise UsageError(f"待办 {number} 已由 {task.closed_by} 办结：{task.closed_because}")
        _close_all(session, hands, [task], because)
    return f"待办 {number}（{TASK_NAMES[task.kind]}）已办结"


def close_tasks_of_mail(hands: Hands, number: int, because: str) -> str:
    """Close every open task about a mail. Says what was done.

    Raises:
        UsageError: there is no such mail, or no open task about it.
    """
    because = require_reason(because)
    with hands.database.writing() as session:
        if get_message(session, number) is None:
            raise UsageError(f"没有编号为 {number} 的来件", "用 mailroom message list 查看编号")
        tasks = open_tasks(session, message_id=number)
        if not tasks:
            raise UsageError(f"来件 {number} 没有未办结的待办", "用 mailroom task list 查看")
        _close_all(session, hands, tasks, because)
    return f"来件 {number} 的待办已办结（{len(tasks)} 项）"


def _close_all(session: Session, hands: Hands, tasks: Sequence[TaskRow], because: str) -> None:
    for task in tasks:
        if close_task(session, task.id, hands.who, because, hands.now):
            text = f"{hands.who} 办结待办 {task.id}（{TASK_NAMES[task.kind]}）：{because}"
            data = {"who": hands.who, "because": because, "task": str(task.id)}
            record_event(
                session, hands.now, EventKind.TASK_CLOSED, text,
                case_id=task.case_id, message_id=task.message_id, data=data,
            )  # fmt: skip


def _withdrawals(session: Session, row: CaseRow) -> list[TaskRow]:
    tasks = open_tasks(session, case_id=row.id)
    return [task for task in tasks if task.kind is TaskKind.WITHDRAWAL]


def _state(session: Session, row: CaseRow) -> State:
    latest = latest_decision(session, row.id)
    return case_state(row, load_verdict(latest) if latest is not None else None)
