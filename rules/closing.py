"""截止清办: what becomes of a verdict when what was to be mended has not come in time. Pure.

Only what was certain to be missing is refused: an entry that staff still have to look at is none of
these. When a case is closed is ``rules/timetable.py``, who must not be is the shell's to find out.
"""

from __future__ import annotations

from rules.casestate import DECISIONS, EntryStanding, Event, State, after
from rules.verdict import Decision, EntryVerdict, Finding, Outcome, Truth, Verdict, decide_case

CLOSING_RULE = "截止清办"
"""The 编号 of the finding by which a verdict says why it is final."""


def closed(verdict: Verdict, until: str, who: str = "") -> Verdict:
    """``verdict`` with every entry that was to be mended refused by ``who``; ``until`` is when the
    time ended, as applicants read it.

    What was to be mended stays in the findings: it is the reason. Accepted entries stay accepted.
    """
    finding = closing_finding(until)
    entries = tuple(_closed(entry, finding, who) for entry in verdict.entries)
    if not entries:
        findings = (finding, *verdict.findings)
        return verdict.model_copy(update={"decision": Decision.REJECTED, "findings": findings})
    decision = decide_case(entry.decision for entry in entries)
    return verdict.model_copy(update={"entries": entries, "decision": decision})


def closing_finding(until: str) -> Finding:
    """Why an entry is refused, for its applicant."""
    return Finding(
        rule=CLOSING_RULE,
        title="逾期未补齐",
        clause="",
        outcome=Outcome.REJECT,
        truth=Truth.VIOLATED,
        text=f"此前函告的补正事项，截至 {until} 未补齐，按规定不予受理。",
        subjects=(),
    )


def _closed(entry: EntryVerdict, finding: Finding, who: str) -> EntryVerdict:
    if entry.decision is not Decision.INCOMPLETE:
        return entry
    state = after(EntryStanding(State.INCOMPLETE), Event.CLOSED).state
    return entry.model_copy(
        update={
            "decision": DECISIONS[state],
            "findings": (finding, *entry.findings),
            "by_staff": who,
        }
    )
