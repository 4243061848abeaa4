"""人工结论: what a named person decided, and how it stands beside a new verdict. Pure.

An entry's decision belongs to its papers. What a person decided stands as long as the entry's own
papers are the same, whatever else comes into the case and however late; with new papers the rules
speak again, but overturn no person's word: where they say otherwise a person looks. Nothing is
overwritten: a later decision follows an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from rules.kept import LEFT_OUT_RULE, same_papers, with_entries
from rules.verdict import Decision, EntryVerdict, Finding, Outcome, Truth, Verdict

STAFF_RULE = "人工"
"""The 编号 of the finding by which a verdict names a person's decision."""
NEWER_RULE = "人工-新材料"
"""The 编号 of the finding that newer papers came after a person's decision."""


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
        if any(one == entry.papers or same_papers(one, entry.papers) for one in papers):
            return decision
    return None


def with_staff_decisions(
    verdict: Verdict,
    decisions: Sequence[StaffDecision],
    same: Callable[[str, str], bool],
    loose: str = "",
) -> Verdict:
    """``verdict`` with every entry decided as the person decided whose decision stands for its
    papers.

    A case in which no entry could be made out is decided as a whole, on ``loose``: the fingerprint
    of what lies in it, which such a decision keeps under no name. What the rules said of the whole
    case is settled with its entries once a person has decided each of them.
    """
    if not verdict.entries:
        return _decided_whole(verdict, decisions, loose)
    found = [(entry, standing_decision(entry, decisions, same)) for entry in verdict.entries]
    entries = [
        _on_newer_papers(entry, decisions, same) if made is None else _decided(entry, made)
        for entry, made in found
    ]
    if all(made is not None for _, made in found):
        kept = {_OUTCOME_OF[made.action] for _, made in found if made is not None}
        rest = [each for each in verdict.findings if each.outcome in kept - {Outcome.REMIND}]
        verdict = verdict.model_copy(update={"findings": tuple(rest)})
    return with_entries(verdict, entries)


def _on_newer_papers(
    entry: EntryVerdict, decisions: Sequence[StaffDecision], same: Callable[[str, str], bool]
) -> EntryVerdict:
    """``entry`` as the rules judged it, unless that overturns what a person last said of it."""
    made = next((each for each in reversed(decisions) if _speaks_of(each, entry, same)), None)
    if made is None or made.action is StaffAction.RETURN:
        return entry
    if made.action is StaffAction.REFER:
        return _decided(entry, made)
    if entry.decision is DECISION_OF[made.action]:
        return entry
    accepted = made.action is StaffAction.ACCEPT
    return entry.model_copy(
        update={
            "decision": Decision.ACCEPTED if accepted else Decision.REFERRED,
            "findings": (_newer(made, entry),),
            "by_staff": made.who if accepted else "",
        }
    )


def _speaks_of(
    decision: StaffDecision, entry: EntryVerdict, same: Callable[[str, str], bool]
) -> bool:
    names = [decision.applicant] if decision.applicant else decision.papers
    return any(same(name, entry.applicant) for name in names)


def _newer(made: StaffDecision, entry: EntryVerdict) -> Finding:
    """What the rules say of the newer papers is for staff; the applicant is told that they look."""
    return Finding(
        rule=NEWER_RULE,
        title=f"人工“{made.action}”之后又收到材料，是否采用",
        clause="",
        outcome=Outcome.REFER,
        truth=Truth.UNDECIDED,
        text="新收到的材料是否采用，将由工作人员核定，贵单位暂不需要处理。",
        subjects=(entry.entry,),
        evidence=tuple(f"{each.outcome}：{each.text}" for each in entry.findings),
    )


def _decided_whole(verdict: Verdict, decisions: Sequence[StaffDecision], loose: str) -> Verdict:
    made = next((each for each in reversed(decisions) if each.papers.get("") == loose), None)
    if made is None:
        return verdict
    findings = _findings(made, verdict.findings, ())
    return verdict.model_copy(
        update={"decision": DECISION_OF[made.action], "findings": findings},
    )


def _decided(entry: EntryVerdict, decision: StaffDecision) -> EntryVerdict:
    return entry.model_copy(
        update={
            "decision": DECISION_OF[decision.action],
            "findings": _findings(decision, entry.findings, (entry.entry,)),
            "by_staff": decision.who,
        }
    )


def _findings(
    decision: StaffDecision, said: Sequence[Finding], subjects: tuple[str, ...]
) -> tuple[Finding, ...]:
    """The person's word, and what the rules said to the same end."""
    accepted = decision.action is StaffAction.ACCEPT
    word = Finding(
        rule=STAFF_RULE,
        title="人工结论",
        clause="",
        outcome=_OUTCOME_OF[decision.action],
        truth=Truth.SATISFIED if accepted else Truth.VIOLATED,
        text=decision.because,
        subjects=subjects,
    )
    alone = decision.action in (StaffAction.ACCEPT, StaffAction.REFER)
    return (word, *(() if alone else _same_outcome(said, word.outcome)))


def decided_by_staff(decided: EntryVerdict | Verdict) -> bool:
    """Whether a person's word is what an entry, or a case without entries, rests on."""
    return any(finding.rule == STAFF_RULE for finding in decided.findings)


def passed_on(decided: EntryVerdict | Verdict) -> bool:
    """Whether a person gave an entry, or a case without entries, to another office (转交)."""
    return decided.decision is Decision.REFERRED and decided_by_staff(decided)


def _same_outcome(findings: Sequence[Finding], outcome: Outcome) -> list[Finding]:
    """What the rules said to the same end: it tells the applicant more exactly what to mend."""
    return [finding for finding in findings if finding.outcome is outcome]


RIVAL_RULE = "来件人待核实"
"""The 编号 of the finding by which a verdict waits for staff to say which of two cases counts."""
_RIVAL_TEXT = "另有其他地址以贵单位名义报送，须由工作人员核实后确认"


def with_rival(verdict: Verdict) -> Verdict:
    """``verdict`` with nothing accepted: another case claims the same unit, and staff have not said
    yet which counts.
    """
    finding = Finding(
        rule=RIVAL_RULE,
        title="哪个案卷算数",
        clause="",
        outcome=Outcome.REFER,
        truth=Truth.UNDECIDED,
        text=_RIVAL_TEXT,
        subjects=(),
    )
    entries = [
        entry.model_copy(
            update={"decision": Decision.REFERRED, "findings": (*entry.findings, finding)}
        )
        if entry.decision is Decision.ACCEPTED
        else entry
        for entry in verdict.entries
    ]
    return with_entries(verdict, entries)


def has_rival(verdict: Verdict) -> bool:
    """Whether something in it waits for staff to say which of two cases counts."""
    return any(
        finding.rule == RIVAL_RULE for entry in verdict.entries for finding in entry.findings
    )


def to_verify(verdict: Verdict) -> list[tuple[str, list[Finding]]]:
    """What a person must look at, by the applicant's name; "" = the whole case."""
    asked = [("", _asks(verdict))]
    asked += [(entry.applicant, _asks(entry)) for entry in verdict.entries]
    return [(name, findings) for name, findings in asked if findings]


def _asks(judged: Verdict | EntryVerdict) -> list[Finding]:
    """A 转交 by a person asks nobody."""
    if decided_by_staff(judged):
        return []
    return [
        finding
        for finding in judged.findings
        if finding.outcome is Outcome.REFER and finding.rule != LEFT_OUT_RULE
    ]


def to_confirm(verdict: Verdict) -> list[tuple[str, Finding]]:
    """The entries of which staff must say whether they are dropped or renamed, with the finding
    that asks for it.
    """
    return [
        (entry.applicant, finding)
        for entry in verdict.entries
        for finding in entry.findings
        if finding.rule == LEFT_OUT_RULE
    ]
