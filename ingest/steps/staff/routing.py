"""Staff say for which of several calls on one mailbox a mail is; it is then read again as that call
would have it read, and filed as if it had just come.
"""

from __future__ import annotations

from ingest.errors import UsageError
from ingest.steps.staff.orders import Hands, require_reason
from ingest.store.cases import cases_of_message
from ingest.store.events import EventKind, record_event
from ingest.store.messages import get_message, read_for_call
from ingest.store.tasks import close_task, open_tasks


def name_call(hands: Hands, number: int, call: str, because: str) -> str:
    """A mail is for this call. Says what was done.

    Raises:
        UsageError: the call is not served, or there is no such mail, it has not been read, is known
            to be for this call, or lies in a case.
    """
    because = require_reason(because)
    served = {each.call.id: each.call.title for each in hands.rules.all}
    if call not in served:
        raise UsageError(f"没有正在办理的征集“{call}”", "现有: " + "、".join(served))
    with hands.database.writing() as session:
        mail = get_message(session, number)
        if mail is None:
            raise UsageError(f"没有编号为 {number} 的来件", "用 mailroom message list 查看编号")
        if mail.call == call:
            raise UsageError(f"来件 {number} 已经是按征集 {call} 办理的")
        if there := [row for row in cases_of_message(session, number) if row.closed_at is None]:
            raise UsageError(
                f"来件 {number} 已在案卷 {there[0].code} 里", "先用 mailroom case close 结案"
            )
        if not read_for_call(session, number, call):
            raise UsageError(f"来件 {number} 还没有读过", "mailroom message show 查看状态")
        said = f"{hands.who} 认定来件 {number} 属于征集 {call}：{because}"
        data = {"who": hands.who, "because": because, "call": call}
        record_event(session, hands.now, EventKind.ROUTED, said, message_id=number, data=data)
        for task in open_tasks(session, message_id=number):
            close_task(session, task.id, hands.who, because, hands.now)
    return f"来件 {number} 属于《{served[call]}》，随后按该征集重读、立案和答复"
