"""How cases and entries stand, in the words of ``rules/casestate.py``: one reading of rows and
verdicts for every place that shows it. Decides nothing.
"""

from __future__ import annotations

from ingest.store.tables import CaseRow
from rules.casestate import DECISIONS, EntryStanding, State, of_case
from rules.staff import decided_by_staff, passed_on
from rules.verdict import EntryVerdict, Verdict

_STATE_OF = {decision: state for state, decision in DECISIONS.items()}


def entry_state(entry: EntryVerdict) -> State:
    """How an entry stands by the verdict on it."""
    return State.PASSED_ON if passed_on(entry) else _STATE_OF[entry.decision]


def case_state(row: CaseRow, verdict: Verdict | None) -> State:
    """How a case stands: withdrawn, or by its entries."""
    if row.withdrawn_at is not None:
        return State.WITHDRAWN
    if verdict is None:
        return State.PENDING
    if not verdict.entries:
        return State.PASSED_ON if passed_on(verdict) else _STATE_OF[verdict.decision]
    return of_case(
        [
            EntryStanding(entry_state(entry), by_staff=decided_by_staff(entry))
            for entry in verdict.entries
        ]
    )


def ended_states(verdict: Verdict) -> dict[str, State]:
    """How the entries stand that are judged no more, by the applicant's name."""
    return {entry.applicant: State(entry.state) for entry in verdict.ended}
