"""An entry dropped or renamed, or said to stay although a newer table leaves it out: staff confirm.

Nothing is deleted: the entry's papers stay in the case, its end in the verdict and in the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from ingest.errors import UsageError
from ingest.steps.judge import TakenCase, judge_taken, take_case, with_ending
from ingest.steps.staff.deciding import entries_named
from ingest.steps.staff.orders import (
    Hands,
    Plan,
    Turn,
    open_case_row,
    planned,
    require_as_seen,
    require_reason,
)
from ingest.store.cases import latest_decision, load_verdict
from ingest.store.events import EventKind, record_event
from ingest.store.staff import NewEnding, add_ending
from ingest.store.tables import TaskRow
from ingest.store.tasks import close_task, open_tasks
from ingest.submission.case import Ending
from ingest.views.states import case_state
from rules.casestate import State
from rules.tasks import TaskKind
from rules.verdict import Verdict


@dataclass(frozen=True)
class EntryEnd:
    """What a person says of an entry."""

    code: str
    entry: str
    because: str
    state: State | None = State.WITHDRAWN  #: None: it stays
    to: str = ""  #: the applicant it is renamed to
    seen: int | None = None


def plan_ending(hands: Hands, order: EntryEnd) -> Plan:
    """The entry ended, or said to stay, with the verdict on the others and the letter that follows.

    Raises:
        UsageError: no such case or entry, it is the only one, the applicant it is renamed to has
            no papers in the case, or somebody was quicker.
    """
    because = require_reason(order.because)
    with hands.database.reading() as session:
        row = open_case_row(session, order.code)
        hands = hands.on(row)
        require_as_seen(session, row, order.seen)
        latest = latest_decision(session, row.id)
        taken = take_case(session, hands.rules.call, row)
    assert latest is not None  # its version is not 0
    before = load_verdict(latest)
    entry = entries_named(before.entries, order.entry, taken.case.names.alike)[0].applicant
    to = _renamed_to(taken, before, entry, order)
    ending = Ending(entry, order.state, to, because, hands.now)
    judged = judge_taken(hands.rules, hands.mouth, with_ending(taken, ending), hands.now)
    judged = judged.by_person()
    after = judged.kept.verdict
    if order.state is not None and not after.entries:
        raise UsageError(
            f"案卷 {row.code} 只有“{entry}”这一个申报项",
            "撤回整个案卷: mailroom case withdraw 案卷",
        )
    what = _what(order.state, to)
    text = f"{hands.who} 认定“{entry}”{what}；理由：{because}"

    def write(session: Session) -> None:
        new = NewEnding(row.id, entry, order.state, hands.who, because, to)
        add_ending(session, new, hands.now)
        data = {"who": hands.who, "because": because, "entry": entry, "to": to,
                "after": str(order.state or "")}  # fmt: skip
        record_event(session, hands.now, EventKind.ENTRY_ENDED, text, case_id=row.id, data=data)
        for task in _done(open_tasks(session, case_id=row.id), entry, order.state):
            close_task(session, task.id, hands.who, because, hands.now)

    turn = Turn(row.code, case_state(row, before), case_state(row, after))
    sentence = f"案卷 {row.code} “{entry}”{what}: {turn.before} -> {turn.after}"
    return planned(hands, sentence, write, turns=(turn,), judged=(judged,))


def _what(state: State | None, to: str) -> str:
    if state is None:
        return "仍然申报"
    return f"更名为“{to}”" if to else "退出"


def _renamed_to(taken: TakenCase, before: Verdict, entry: str, order: EntryEnd) -> str:
    """The applicant it is now, as the case writes it; "" unless it is renamed."""
    if order.state is not State.REPLACED:
        return ""
    to = entries_named(before.entries, order.to, taken.case.names.alike)
    if len(to) != 1 or to[0].applicant == entry:
        raise UsageError("没有写明现在的名称", "--to 写明更正后的名称，案卷里须有它的材料")
    return to[0].applicant


def _done(tasks: Sequence[TaskRow], entry: str, state: State | None) -> list[TaskRow]:
    """The tasks that are done by it: what asks for the change; and, for an entry that is no more,
    everything about it.
    """
    return [
        task
        for task in tasks
        if (task.kind is TaskKind.CHANGE and task.entry in ("", entry))
        or (state is not None and task.entry == entry)
    ]
