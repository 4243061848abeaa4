"""待办: what a person must do, by kind. Values only; where tasks are kept is ``ingest/store/tasks.py``."""

from __future__ import annotations

from enum import StrEnum


class TaskKind(StrEnum):
    """Why a person is needed. The value is what the database keeps and a reply to the digest may
    name.
    """

    VERIFY = "verify"  #: a verdict 转人工: something on the papers only a person can tell
    SECOND = "second"  #: a rejection by hand that a second person must agree to
    IDENTITY = "identity"  #: somebody without standing writes in the name of a unit
    HELD = "held"  #: a mail that quotes a case it has no standing in
    RIVALS = "rivals"  #: two cases claim one unit; staff say which counts
    WITHDRAWAL = "withdrawal"  #: the unit asks to withdraw
    CHANGE = "change"  #: an entry is to be dropped or renamed
    SAME_ENTRY = "same_entry"  #: two units put forward one applicant, or send one file
    UNDELIVERED = "undelivered"  #: a letter did not arrive
    QUESTION = "question"  #: a letter that asks something
    STAFF_MAIL = "staff_mail"  #: a staff member wrote, and no code says what about
    LATE_PIECES = "late_pieces"  #: a mail resent in pieces did not come whole in time
    #: our side could not do it: set aside, too large, forged, a machine's mail with papers
    MACHINE = "machine"


TASK_NAMES = {
    TaskKind.VERIFY: "人工核验",
    TaskKind.SECOND: "同意或不同意不予受理",
    TaskKind.IDENTITY: "核实来件人身份",
    TaskKind.HELD: "处理引用他人案卷的来件",
    TaskKind.RIVALS: "认定哪个案卷有效",
    TaskKind.WITHDRAWAL: "确认撤回",
    TaskKind.CHANGE: "确认更名或退出",
    TaskKind.SAME_ENTRY: "核实重复报送",
    TaskKind.UNDELIVERED: "电话通知",
    TaskKind.QUESTION: "答复来信",
    TaskKind.STAFF_MAIL: "处理工作人员来信",
    TaskKind.LATE_PIECES: "核实分批重发的材料",
    TaskKind.MACHINE: "人工处理来件",
}
"""What a task asks for, in words for staff."""
