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
    CALL = "call"  #: several calls share the mailbox, and nobody can tell for which a mail is
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
    TaskKind.CALL: "认定是哪一项征集",
    TaskKind.QUESTION: "答复来信",
    TaskKind.STAFF_MAIL: "处理工作人员来信",
    TaskKind.LATE_PIECES: "核实分批重发的材料",
    TaskKind.MACHINE: "人工处理来件",
}
"""What a task asks for, in words for staff."""

TASK_ADVICE = {
    TaskKind.VERIFY: "对照图片和原件核实，选定一个结论；看不准的，先打电话问",
    TaskKind.SECOND: "看过理由，同意的确认不予受理；不同意的另作结论",
    TaskKind.IDENTITY: "给本案的电话或地址打听是不是本单位发的，问清后办结",
    TaskKind.HELD: "打电话核实后，把来件归入案卷，或者办结",
    TaskKind.RIVALS: "打电话问清以哪一个为准，认定一个案卷",
    TaskKind.WITHDRAWAL: "打电话核实后确认撤回；误发的不撤回",
    TaskKind.CHANGE: "打电话核实是退出、更名还是漏列，再认定",
    TaskKind.SAME_ENTRY: "与有关单位核实由谁报送，再办结",
    TaskKind.UNDELIVERED: "打电话把信函内容告诉对方，再办结",
    TaskKind.CALL: "看过来件，写明是哪一项征集；不是申报的，答复后办结",
    TaskKind.QUESTION: "回信或打电话答复对方，再办结",
    TaskKind.STAFF_MAIL: "看同事要办什么，办好后办结",
    TaskKind.LATE_PIECES: "与对方核对分几封发来的材料是否齐全，再办结",
    TaskKind.MACHINE: "在邮箱里打开原信查看，需要的打电话联系，再办结",
}
"""How a task is done, in one sentence for staff."""
