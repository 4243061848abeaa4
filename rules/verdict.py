"""What the rules said, and what follows from it for an entry and for a case. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Outcome(StrEnum):
    """What a rule's author wants to happen (the four words of the rule language)."""

    REJECT = "不予受理"
    RETURN = "退回补正"
    REFER = "转人工"
    REMIND = "提醒"


class Truth(StrEnum):
    """What became of one rule for one binding of its subjects."""

    SATISFIED = "满足"
    VIOLATED = "不满足"
    UNDECIDED = "无法判断"
    BLANK = "未填"
    NOT_APPLICABLE = "不适用"


class Finding(BaseModel):
    """One rule that did not pass, for one binding of subjects, in words an applicant
    understands.
    """

    model_config = ConfigDict(frozen=True)

    rule: str  #: the rule's 编号
    title: str  #: the rule's 名称
    clause: str  #: 依据: the clause of the notice
    outcome: Outcome
    truth: Truth
    text: str  #: what is wrong and how to mend it, for the applicant
    subjects: tuple[str, ...]  #: ids of the subjects the rule was bound to
    line: int = 0  #: line in the rule file
    evidence: tuple[str, ...] = ()  #: the trace, one condition a line, for staff
    brief: str = ""  #: the fault in a few words, for lists; "" where the rule has none
    instead: str = ""  #: who must send it in place of the one who wrote; "" = himself

    @property
    def fault(self) -> str:
        """The fault as a list of staff names it: a rule's 名称 alone says what should be."""
        if self.truth is Truth.UNDECIDED:
            return f"待核：{self.title}"
        return self.brief or f"未达到“{self.title}”"


class Decision(StrEnum):
    """裁定."""

    ACCEPTED = "accepted"
    INCOMPLETE = "incomplete"
    REJECTED = "rejected"
    REFERRED = "referred"


DECISION_NAMES: Mapping[str, str] = {
    Decision.ACCEPTED: "受理",
    Decision.INCOMPLETE: "待补正",
    Decision.REJECTED: str(Outcome.REJECT),
    Decision.REFERRED: str(Outcome.REFER),
}
"""Decision -> what the office calls it, everywhere: on the command line, in the digest, in rule
files and examples.
"""
APPLICANT_DECISION_NAMES: Mapping[str, str] = {**DECISION_NAMES, Decision.REFERRED: "待人工核验"}
"""What an applicant reads: 转人工 is how the office speaks about its own work."""


def decision_name(decision: str | None) -> str:
    """What the office calls a decision; of a case that has none yet, 未裁定."""
    return "未裁定" if decision is None else DECISION_NAMES[decision]


class EntryVerdict(BaseModel):
    """The verdict on one applicant (申报项) inside a case."""

    model_config = ConfigDict(frozen=True)

    entry: str  #: id of the entry inside the case
    applicant: str
    track: str
    decision: Decision
    findings: tuple[Finding, ...] = ()
    #: fingerprint of the entry's own papers; "" = it has none, or the verdict is an old one
    papers: str = ""
    by_staff: str = ""  #: who decided, when a person did
    kept: str = ""  #: why it stands as it was decided before; "" when it was judged anew
    newcomer: bool = False  #: nobody had named it before the deadline


class EndedEntry(BaseModel):
    """An entry that is judged no more: dropped, or renamed to another one, as staff confirmed."""

    model_config = ConfigDict(frozen=True)

    applicant: str
    state: str  #: 已撤回 or 已替换, see ``rules/casestate.py``
    to: str = ""  #: the applicant it is now
    because: str = ""  #: for the applicant too


class Verdict(BaseModel):
    """The verdict on a case: every entry's, and the one that names the letter."""

    model_config = ConfigDict(frozen=True)

    decision: Decision
    entries: tuple[EntryVerdict, ...]
    rules_sha256: str
    findings: tuple[Finding, ...] = ()  #: about the whole case, not about one entry
    ended: tuple[EndedEntry, ...] = ()


def decide_entry(findings: Iterable[Finding]) -> Decision:
    """The decision that follows from an entry's findings.

    A 转人工 holds back an automatic 不予受理 for the same entry (uncertain is never "no"), but not a 退回补正: the
    applicant can mend what is certain while staff look at the rest.
    """
    return decide_outcomes(finding.outcome for finding in findings)


def decide_outcomes(said: Iterable[Outcome]) -> Decision:
    """The same from the outcomes alone."""
    outcomes = set(said)
    if Outcome.REJECT in outcomes:
        return Decision.REFERRED if Outcome.REFER in outcomes else Decision.REJECTED
    if Outcome.RETURN in outcomes:
        return Decision.INCOMPLETE
    return Decision.REFERRED if Outcome.REFER in outcomes else Decision.ACCEPTED


def decide_case(decisions: Iterable[Decision]) -> Decision:
    """The decision that names the case's letter.

    One entry to mend makes the letter a correction notice, one for staff makes it a referral; a
    case is rejected only when every entry is. Beside accepted entries a rejected one is named
    inside the receipt.
    """
    seen = set(decisions)
    for decision in (Decision.INCOMPLETE, Decision.REFERRED):
        if decision in seen:
            return decision
    return Decision.ACCEPTED if Decision.ACCEPTED in seen else Decision.REJECTED
