"""人工结论: what a named person decided, and how it stands beside a new verdict. Pure.

An entry's decision belongs to its papers. What a person decided stands as long as the entry's own
papers are the same, whatever else comes into the case and however late; with new papers the rules
speak again. Nothing is overwritten: a later decision follows an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from rules.kept import same_papers, with_entries
from rules.verdict import Decision, EntryVerdict, Finding, Outcome, Truth, Verdict

STAFF_RULE = "人工"
"""The 编号 of the finding by which a verdict names a person's decision."""


class StaffAction(StrEnum):
    """The four words a person decides with."""

    ACCEPT = "受理"
    RETURN = "退回补正"
    REJECT = "不予受理"
    REFER = "转交"


DECISION_OF = {
    StaffAction.ACCEPT: Decision.ACCEPTED,
    StaffAction.RETURN: Decision.INCOMPLETE,
    StaffAction.REJECT: Decision.REJECTED,
    StaffAction.REFER: Decision.REFERRED,
}
_OUTCOME_OF = {
    StaffAction.ACCEPT: Outcome.REMIND,
    StaffAction.RETURN: Outcome.RETURN,
    StaffAction.REJECT: Outcome.REJECT,
    StaffAction.REFER: Outcome.REFER,
}


class StaffDecision(BaseModel):
    """One decision of a named person about one entry, or about every entry of a case."""

    model_config = ConfigDict(frozen=True)

    applicant: str  #: whose entry; "" = the whole case
    action: StaffAction
    because: str  #: for the applicant too
    who: str  #: for the ledger alone
    papers: dict[str, str]  #: by applicant the fingerprint of the papers it was made on


def standing_decision(
    entry: EntryVerdict, decisions: Sequence[StaffDecision], same: Callable[[str, str], bool]
) -> StaffDecision | None:
    """The latest decision (``decisions``: oldest first) that speaks of ``entry`` as its papers are;
    None without one.

    ``same`` says whether two names mean one applicant.
    """
    for decision in reversed(decisions):
        if decision.applicant and not same(decision.applicant, entry.applicant):
            continue
        papers = (papers for name, papers in decision.papers.items() if same(name, entry.applicant))
        if any(same_papers(one, entry.papers) for one in papers):
            return decision
    return None


def with_staff_decisions(
    verdict: Verdict, decisions: Sequence[StaffDecision], same: Callable[[str, str], bool]
) -> Verdict:
    """``verdict`` with every entry decided as the person decided whose decision stands for its
    papers.
    """
    entries = []
    for entry in verdict.entries:
        decision = standing_decision(entry, decisions, same)
        entries.append(entry if decision is None else _decided(entry, decision))
    return with_entries(verdict, entries)


def _decided(entry: EntryVerdict, decision: StaffDecision) -> EntryVerdict:
    finding = Finding(
        rule=STAFF_RULE,
        title="人工结论",
        clause="",
        outcome=_OUTCOME_OF[decision.action],
        truth=Truth.SATISFIED if decision.action is StaffAction.ACCEPT else Truth.VIOLATED,
        text=decision.because,
        subjects=(entry.entry,),
    )
    kept = (
        []
        if decision.action is StaffAction.ACCEPT
        else _same_outcome(
            entry.findings,
            finding.outcome,
        )
    )
    return entry.model_copy(
        update={
            "decision": DECISION_OF[decision.action],
            "findings": (finding, *kept),
            "by_staff": decision.who,
        }
    )


def _same_outcome(findings: Sequence[Finding], outcome: Outcome) -> list[Finding]:
    """What the rules said to the same end: it tells the applicant more exactly what to mend."""
    return [finding for finding in findings if finding.outcome is outcome]
