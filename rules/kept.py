"""What stands although its case has changed: every entry is judged by its own papers. Pure.

An accepted entry stays accepted when others join it, however late; what came in time is judged as
it was in time; only what is late is late. How papers are fingerprinted, and which papers came when,
does not come in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from rules.subjects import SUBMISSION_ID
from rules.verdict import (
    Decision,
    EntryVerdict,
    Finding,
    Outcome,
    Verdict,
    decide_case,
)

Same = Callable[[str, str], bool]
"""Whether two names mean one applicant."""

LEFT_OUT_RULE = "汇总表-不再列出"
"""The 编号 of the finding that a newer summary table does not list an entry any longer."""
ACCEPTED_BEFORE = "材料没有变，先前的受理继续有效"
IN_TIME = "截止前的材料，截止后没有变"


def papers_text(documents: str, rows: str) -> str:
    """The fingerprint of an entry's papers from those of its forms and of its rows; "" without
    forms.
    """
    return f"{documents}.{rows}" if documents else ""


def same_papers(old: str, new: str) -> bool:
    """Whether two fingerprints are of the same papers; never for an entry without forms.

    A row that is missing is no other paper: whether its applicant drops out, staff ask.
    """
    documents, _, rows = new.partition(".")
    before, _, rows_before = old.partition(".")
    return documents != "" and documents == before and rows in ("", rows_before)


def with_kept_acceptances(verdict: Verdict, before: Verdict | None, same: Same) -> Verdict:
    """``verdict`` with every entry that ``before`` accepted on the same papers still accepted."""
    if before is None:
        return verdict
    accepted = [entry for entry in before.entries if entry.decision is Decision.ACCEPTED]
    return _with_kept(verdict, accepted, same, ACCEPTED_BEFORE)


def with_timely_entries(verdict: Verdict, timely: Verdict, same: Same) -> Verdict:
    """``verdict`` with the entries that nothing late speaks of decided as in ``timely``.

    ``timely`` is the verdict on what had come before the deadline.

    A fault of the whole case may be what the late mail mends: then only acceptances are kept.
    """
    whole = any(finding.outcome is not Outcome.REMIND for finding in timely.findings)
    ids = {entry.entry for entry in verdict.entries}
    kept = [
        entry
        for entry in timely.entries
        if entry.decision is Decision.ACCEPTED or (not whole and entry.entry in ids)
    ]
    return _with_kept(verdict, kept, same, IN_TIME)


def with_newcomers(verdict: Verdict, first: Verdict, newcomers: Collection[str]) -> Verdict:
    """``verdict`` with the entries that nobody had named before the deadline decided as in
    ``first``, where they are judged as somebody who sends for the first time.

    ``first`` has the same entries.
    """
    apart, others = _each_by_itself(verdict), _each_by_itself(first)
    entries = [
        other.model_copy(update={"newcomer": True}) if entry.entry in newcomers else entry
        for entry, other in zip(apart.entries, others.entries, strict=True)
    ]
    return with_entries(apart, entries)


def with_standing(verdict: Verdict, old: Verdict) -> Verdict:
    """``verdict``, made again of the entries of ``old``, with those that ``old`` had kept, a person
    decided, or a table left out, as they were.
    """
    kept = {entry.entry: entry for entry in old.entries
            if entry.kept or entry.by_staff or _left_out(entry)}  # fmt: skip
    if not kept:
        return verdict
    apart = _each_by_itself(verdict)
    return with_entries(apart, [kept.get(entry.entry, entry) for entry in apart.entries])


def _left_out(entry: EntryVerdict) -> bool:
    return any(finding.rule == LEFT_OUT_RULE for finding in entry.findings)


def with_entries(verdict: Verdict, entries: Sequence[EntryVerdict]) -> Verdict:
    """``verdict`` with other decisions on its entries, and named by them."""
    if not entries:
        return verdict
    ours = [entry for entry in entries if not is_passed_on(entry)]
    decision = decide_case(entry.decision for entry in ours or entries)
    return verdict.model_copy(update={"entries": tuple(entries), "decision": decision})


def is_passed_on(entry: EntryVerdict) -> bool:
    """Whether a person gave the entry to another office: it has no say beside others."""
    return bool(entry.by_staff) and entry.decision is Decision.REFERRED


def _with_kept(verdict: Verdict, before: Collection[EntryVerdict], same: Same, why: str) -> Verdict:
    apart = _each_by_itself(verdict)
    entries = [_kept(entry, before, same, why) for entry in apart.entries]
    if not any(entry.kept for entry in entries):
        return verdict
    if all(entry.kept for entry in entries):  # nobody is left whom a fault of the whole concerns
        findings = tuple(map(_noted, verdict.findings))
        apart = apart.model_copy(update={"findings": findings})
    return with_entries(apart, entries)


def _kept(
    entry: EntryVerdict, before: Collection[EntryVerdict], same: Same, why: str
) -> EntryVerdict:
    for old in before:
        if same_papers(old.papers, entry.papers) and same(old.applicant, entry.applicant):
            stands = {name: getattr(old, name) for name in ("decision", "findings", "by_staff")}
            papers = old.papers  # a row that comes back is the same row
            return entry.model_copy(update=stands | {"papers": papers, "kept": entry.kept or why})
    return entry


def _each_by_itself(verdict: Verdict) -> Verdict:
    """``verdict`` with what is said of the whole case said of every entry that is not kept."""
    if not verdict.entries:
        return verdict
    entries = tuple(
        entry
        if entry.kept
        else entry.model_copy(update={"findings": (*entry.findings, *verdict.findings)})
        for entry in verdict.entries
    )
    return verdict.model_copy(update={"entries": entries, "findings": ()})


def _noted(finding: Finding) -> Finding:
    """A fault is a note then; a paper that a person must look at stays one."""
    of_a_paper = any(subject != SUBMISSION_ID for subject in finding.subjects)
    asks = finding.outcome is Outcome.REFER and of_a_paper
    return finding if asks else finding.model_copy(update={"outcome": Outcome.REMIND})
