"""A value a person read where the program could not, or read wrongly: kept as 人工, then judged
again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlmodel import Session

from ingest.errors import UsageError
from ingest.steps.judge import TakenCase, judge_taken, take_case
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
from ingest.store.staff import NewStaffFact, add_staff_fact
from ingest.submission.byhand import OF_SUMMARY, HandFact, require_readable
from ingest.views.states import case_state
from rules.verdict import Verdict


@dataclass(frozen=True)
class Correction:
    """What a person read."""

    code: str
    field: str
    value: str
    because: str
    entry: str = ""  #: the applicant's name, or 汇总表; "" = the only entry
    seen: int | None = None


def plan_fact(hands: Hands, order: Correction) -> Plan:
    """The value laid over what was read, with the verdict and the letter that follow.

    Raises:
        UsageError: no such case, entry or field, no such value, nothing that has the field, or
            somebody was quicker.
    """
    because = require_reason(order.because)
    with hands.database.reading() as session:
        row = open_case_row(session, order.code)
        hands = hands.on(row)
        call = hands.rules.call
        require_readable(call, order.field, order.value)
        require_as_seen(session, row, order.seen)
        latest = latest_decision(session, row.id)
        taken = take_case(session, call, row)
    assert latest is not None  # its version is not 0
    before = load_verdict(latest)
    entry = _entry(taken, before, order)
    fact = HandFact(entry, order.field, order.value, hands.who, hands.now)
    judged = judge_taken(hands.rules, hands.mouth, _with(taken, fact), hands.now).by_person()
    places = [
        each for each in judged.kept.subjects
        if each.fact(order.field).provenance.raw == order.value
        and each.fact(order.field).provenance.place == f"人工：{hands.who}"
    ]  # fmt: skip
    if not places:
        raise UsageError(
            f"案卷 {row.code} 里没有“{order.field}”可填的材料",
            "几个申报项在一个案卷里时用 --entry 写明是哪一所；汇总表的写 --entry 汇总表",
        )
    turn = Turn(row.code, case_state(row, before), case_state(row, judged.kept.verdict))
    about = f"（{entry}）" if entry else ""
    text = f"{hands.who} 填入{about}{order.field} = {order.value}；理由：{because}"

    def write(session: Session) -> None:
        new = NewStaffFact(row.id, entry, order.field, order.value, hands.who, because)
        add_staff_fact(session, new, hands.now)
        data = {
            "who": hands.who, "because": because, "entry": entry, "field": order.field,
            "value": order.value, "before": turn.before, "after": turn.after,
        }  # fmt: skip
        record_event(session, hands.now, EventKind.STAFF_FACT, text, case_id=row.id, data=data)

    sentence = f"案卷 {row.code}{about} {order.field} = {order.value}（人工）: {turn.before} -> {turn.after}"
    return planned(hands, sentence, write, turns=(turn,), judged=(judged,))


def _entry(taken: TakenCase, before: Verdict, order: Correction) -> str:
    """The name under which the value is kept."""
    if order.entry in ("", OF_SUMMARY):
        return order.entry
    return entries_named(before.entries, order.entry, taken.case.names.alike)[0].applicant


def _with(taken: TakenCase, fact: HandFact) -> TakenCase:
    """The case with one more value; of whom it is about no earlier acceptance is kept."""
    around, before = taken.around, taken.around.before
    if before is not None:
        kept = [each for each in before.entries if fact.entry not in ("", OF_SUMMARY)
                and each.applicant != fact.entry]  # fmt: skip
        before = before.model_copy(update={"entries": tuple(kept)})
    around = replace(around, facts=(*around.facts, fact), before=before)
    return replace(taken, around=around)
