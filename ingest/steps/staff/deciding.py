"""人工结论: a person decides an entry, or every entry of a case, with a reason; the letter follows.

The decision belongs to the papers it was made on (``rules/staff.py``). 不予受理 by hand waits for a
second person where the office wants one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from ingest.errors import UsageError
from ingest.steps.judge import Examined, Judged, conclude, examine_case, take_case
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
from ingest.store.staff import (
    add_staff_decision,
    load_staff_decision,
    second_decision,
    staff_decision_rows,
)
from ingest.store.tables import CaseRow, StaffDecisionRow
from ingest.store.tasks import NewTask, close_task, close_tasks_of_case, open_task, open_tasks
from ingest.submission.case import papers_of_case
from ingest.views.states import case_state, entry_state
from rules.staff import StaffAction, StaffDecision
from rules.tasks import TaskKind
from rules.verdict import EntryVerdict, Verdict


@dataclass(frozen=True)
class Deciding:
    """What a person decides."""

    code: str
    action: StaffAction
    because: str
    entry: str = ""  #: the applicant's name; "" = every entry of the case
    seen: int | None = None  #: the version of the verdict the person looked at


def plan_decision(hands: Hands, order: Deciding) -> Plan:
    """The decision with the letter it causes.

    Raises:
        UsageError: no such case or entry, nothing would change, or somebody was quicker.
    """
    because = require_reason(order.because)
    with hands.database.reading() as session:
        row = open_case_row(session, order.code)
        hands = hands.on(row)
        require_as_seen(session, row, order.seen)
        before = _verdict(session, row)
        taken = take_case(session, hands.rules.call, row)
        waiting = _waiting(session, row)
    examined = examine_case(hands.rules, taken)
    entries = entries_named(examined.said.verdict.entries, order.entry, taken.case.names.alike)
    decision = StaffDecision(
        applicant=entries[0].applicant if order.entry else "",
        action=order.action,
        because=because,
        who=hands.who,
        papers={entry.applicant: entry.papers for entry in entries}
        or {"": papers_of_case(taken.case)},
    )
    if order.action is StaffAction.REJECT and hands.mouth.office.second_person:
        first = _first_of(waiting, decision)
        if first is None:
            return _plan_first(hands, row, decision)
        return _plan_second(hands, examined, before, first, because)
    judged = _judged(hands, examined, decision)
    _require_change(row, before, judged.kept.verdict)

    def write(session: Session) -> None:
        add_staff_decision(session, row.id, row.version, decision, hands.now)
        _settle(session, hands, row, decision, before, judged.kept.verdict)

    return _plan(hands, judged, before, decision, write)


def entries_named(
    entries: Sequence[EntryVerdict], name: str, same: Callable[[str, str], bool]
) -> Sequence[EntryVerdict]:
    """The entries a person means by a name, all of them by "".

    Raises:
        UsageError: none, or several bear that name.
    """
    if not name:
        return entries
    exact = [entry for entry in entries if entry.applicant == name]
    found = exact or [entry for entry in entries if same(entry.applicant, name)]
    if len(found) == 1:
        return found
    names = "、".join(entry.applicant or "（未能识别名称）" for entry in entries)
    what = "不止一个" if found else "没有"
    raise UsageError(f"案卷里{what}申报项“{name}”", f"案卷里有: {names or '没有能识别的申报项'}")


def _verdict(session: Session, row: CaseRow) -> Verdict:
    latest = latest_decision(session, row.id)
    assert latest is not None  # its version is not 0
    return load_verdict(latest)


def _judged(hands: Hands, examined: Examined, decision: StaffDecision) -> Judged:
    decisions = (*examined.taken.decisions, decision)
    judged = conclude(hands.mouth, examined, decisions, hands.now)
    return judged.by_person()


def _require_change(row: CaseRow, before: Verdict, after: Verdict) -> None:
    if (before.decision, before.findings, before.entries) == (
        after.decision,
        after.findings,
        after.entries,
    ):
        raise UsageError(
            f"案卷 {row.code} 现在就是“{case_state(row, before)}”，理由也相同，没有变化"
        )


def _plan(
    hands: Hands,
    judged: Judged,
    before: Verdict,
    decision: StaffDecision,
    write: Callable[[Session], None],
) -> Plan:
    row = judged.taken.row
    turn = Turn(row.code, case_state(row, before), case_state(row, judged.kept.verdict))
    about = f"（{decision.applicant}）" if decision.applicant else ""
    sentence = f"案卷 {row.code}{about} {decision.action}: {turn.before} -> {turn.after}"
    return planned(hands, sentence, write, turns=(turn,), judged=(judged,))


def _settle(
    session: Session,
    hands: Hands,
    row: CaseRow,
    decision: StaffDecision,
    before: Verdict,
    after: Verdict,
    *,
    second: str = "",
) -> None:
    """The ledger's line, and the tasks that are done by it."""
    about = f"（{decision.applicant}）" if decision.applicant else ""
    agreed = f"，{second} 同意" if second else ""
    was, now = _state(row, before, decision), _state(row, after, decision)
    text = (
        f"{decision.who} {decision.action}{about}{agreed}: {was} -> {now}；理由：{decision.because}"
    )
    data = {
        "who": decision.who, "second": second, "because": decision.because,
        "entry": decision.applicant, "action": decision.action.value, "before": was, "after": now,
    }  # fmt: skip
    record_event(session, hands.now, EventKind.STAFF_DECIDED, text, case_id=row.id, data=data)
    why = f"{decision.action}：{decision.because}"
    close_tasks_of_case(session, row.id, _SETTLED, hands.who, why, hands.now, decision.applicant)


_SETTLED = (TaskKind.VERIFY, TaskKind.SAME_ENTRY)
"""The tasks that are done once a person has decided what they are about."""


def _state(row: CaseRow, verdict: Verdict, decision: StaffDecision) -> str:
    for entry in verdict.entries:
        if decision.applicant and entry.applicant == decision.applicant:
            return str(entry_state(entry))
    return str(case_state(row, verdict))


# --- 不予受理 by two ------------------------------------------------------------------------------


def _waiting(session: Session, row: CaseRow) -> list[StaffDecisionRow]:
    """Decisions on the present version that wait for a second person."""
    rows = staff_decision_rows(session, row.id)
    return [each for each in rows if each.needs_second and not each.second
            and each.version == row.version]  # fmt: skip


def _first_of(
    waiting: Sequence[StaffDecisionRow], decision: StaffDecision
) -> StaffDecisionRow | None:
    """The first person's decision of which this is the second.

    Raises:
        UsageError: both are one person.
    """
    for row in reversed(waiting):
        first = load_staff_decision(row)
        if first.applicant == decision.applicant and first.papers == decision.papers:
            if first.who.casefold() == decision.who.casefold():
                raise UsageError(
                    f"{first.who} 已提出不予受理，须由第二人同意", "请另一位工作人员办理"
                )
            return row
    return None


def _plan_first(hands: Hands, row: CaseRow, decision: StaffDecision) -> Plan:
    about = f"（{decision.applicant}）" if decision.applicant else ""
    text = f"{decision.who} 提出不予受理{about}，等第二人同意；理由：{decision.because}"
    data = {"who": decision.who, "because": decision.because, "entry": decision.applicant}

    def write(session: Session) -> None:
        require_as_seen(session, open_case_row(session, row.code), row.version)
        kept = add_staff_decision(
            session, row.id, row.version, decision, hands.now, needs_second=True
        )
        record_event(session, hands.now, EventKind.STAFF_DECIDED, text, case_id=row.id, data=data)
        task = NewTask(
            key=_second_key(kept.id),
            kind=TaskKind.SECOND,
            reason=f"{decision.who} 提出不予受理{about}，请第二人同意：{decision.because}",
            case_id=row.id,
            entry=decision.applicant,
            address=row.reply_address,
        )
        open_task(session, task, hands.now)

    return planned(hands, f"案卷 {row.code}{about} 不予受理须第二人同意，已记下，暂不发信", write)


def _second_key(row_id: int) -> str:
    return f"second:{row_id}"


def _plan_second(
    hands: Hands, examined: Examined, before: Verdict, first: StaffDecisionRow, because: str
) -> Plan:
    decision, row = load_staff_decision(first), examined.taken.row
    judged = _judged(hands, examined, decision)
    after = judged.kept.verdict

    def write(session: Session) -> None:
        if not second_decision(session, first.id, hands.who):
            raise UsageError(f"案卷 {row.code} 的不予受理已有人同意")
        _settle(session, hands, row, decision, before, after, second=hands.who)
        for task in open_tasks(session, case_id=row.id):
            if task.key == _second_key(first.id):
                close_task(session, task.id, hands.who, because, hands.now)

    return _plan(hands, judged, before, decision, write)
