"""截止清办: which cases are closed now, and why the others are not. Pure.

Values and ``now`` in; ``ingest/steps/closing.py`` prepares the letters, and a person releases them.
"""

from __future__ import annotations

from datetime import datetime

from ingest.submission.inhand import CaseInHand
from rules.call import Call
from rules.tasks import TASK_NAMES, TaskKind
from rules.timetable import closes_at
from rules.verdict import Decision

NO_HINDRANCE = frozenset({TaskKind.UNDELIVERED})
"""Tasks that keep no case open by themselves: whether its letter arrived is asked separately."""
_DONE = (Decision.ACCEPTED, Decision.REJECTED)


def is_closing(call: Call, now: datetime) -> bool:
    """Whether cases of the call may be closed by now at all."""
    return now >= closes_at(call.deadline, call.timing, call.published)


def left_open(case: CaseInHand) -> str:
    """Why staff must decide before the case can be closed; "" when nothing keeps it open, or
    nothing is left to close.
    """
    if case.ended or (case.decision in _DONE and not case.pending):
        return ""
    if case.pending or case.decision is None:
        return "有新来件，等待裁定"
    if case.contested:
        return "两个案卷以同一单位名义报送，等待认定"
    asked = sorted(case.tasks - NO_HINDRANCE, key=list(TaskKind).index)
    if asked:
        return "待办未结：" + "、".join(TASK_NAMES[kind] for kind in asked)
    if case.decision is Decision.REFERRED or case.referred:
        return "等待人工核验"
    return _untold(case)


def _untold(case: CaseInHand) -> str:
    if case.told is None:
        return "补正通知没有发出，或是否发出无法确定"
    return "" if case.told.arrived else "补正通知没有送达"


def is_due(case: CaseInHand, call: Call, now: datetime) -> bool:
    """Whether the case is to be closed now."""
    if case.decision is not Decision.INCOMPLETE or case.ended or left_open(case):
        return False
    return case.told is not None and now >= closes_at(call.deadline, call.timing, case.told.at)
