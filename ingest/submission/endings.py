"""Entries that are no more: what staff confirmed to be dropped or renamed, and what a newer summary
table does not list any longer, which staff are asked about. Pure.

Nothing is deleted: an ended entry's papers stay in the case and its end stands in the verdict.
Somebody who sends papers of an ended entry again begins anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.submission.case import Case, Entry, Filed
from ingest.submission.wishes import Asked, Wish, asked_in
from rules.call import APPLICANT_NAME, Call, Role
from rules.kept import LEFT_OUT_RULE, with_entries
from rules.names import Name
from rules.staff import StaffDecision
from rules.verdict import Decision, EndedEntry, EntryVerdict, Finding, Outcome, Truth, Verdict


def left_out(case: Case, call: Call) -> dict[str, str]:
    """The entries that an earlier summary table listed and the present one does not, by id; each
    with what staff are told.

    A table of others alone, without a word, is taken for a supplement; one that repeats some of
    the earlier ones is a whole list.
    """
    table = case.table
    if table is None or not table.document.rows:
        return {}
    earlier = _listed_earlier(case, table)
    gone = [entry for entry in case.entries if _is_gone(case, entry, table, earlier)]
    asked = _asked(table, call) if gone else None
    new = _new_in(case, table, earlier)
    if len(new) == len(table.document.rows) and asked is None:
        return {}
    beside = f"，另列有“{'、'.join(new)}”" if new else ""
    said = f"；来信说“{asked.words}”" if asked is not None else ""
    return {
        entry.id: f"新的汇总表里不再有“{entry.applicant}”{beside}{said}。请核实是退出、更名还是漏列"
        for entry in gone
    }


def _new_in(case: Case, table: Filed, earlier: Sequence[Name]) -> list[str]:
    """Whom the table lists for the first time."""
    return [
        row[APPLICANT_NAME].text or ""
        for row in table.document.rows
        if (name := case.names.of_row(row)) is not None and not _among(case, name, earlier)
    ]


def _listed_earlier(case: Case, table: Filed) -> list[Name]:
    tables = [
        item.document
        for item in case.replaced
        if item.document.role is Role.SUMMARY and item.order < table.order
    ]
    names = [case.names.of_row(row) for document in tables for row in document.rows]
    return [name for name in names if name is not None]


def _among(case: Case, name: Name | None, names: Sequence[Name]) -> bool:
    return any(case.names.same(name, other) for other in names)


def _is_gone(case: Case, entry: Entry, table: Filed, earlier: Sequence[Name]) -> bool:
    if entry.rows or not _among(case, entry.name, earlier):
        return False
    stays = (
        ending.state is None
        and ending.at >= table.mail.received
        and case.names.alike(entry.applicant, ending.entry)
        for ending in case.endings
    )
    return not any(stays) and all(item.order < table.order for item in entry.forms)


def _asked(table: Filed, call: Call) -> Asked | None:
    """What the mail of the table asks for, where it speaks of names or of leaving."""
    asked = asked_in(table.mail.reading, call)
    wishes = (Wish.RENAME, Wish.DROP, Wish.UNCLEAR)
    return asked if asked is not None and asked.wish in wishes else None


def with_endings(verdict: Verdict, case: Case, decisions: Sequence[StaffDecision]) -> Verdict:
    """``verdict`` with the ends of entries that staff confirmed, and with those that are left out
    waiting for staff: what was accepted stays so until then.
    """
    ended = tuple(
        EndedEntry(
            applicant=entry.applicant, state=str(ending.state), to=ending.to, because=ending.because
        )
        for entry, ending in case.ended
    )
    verdict = verdict.model_copy(update={"ended": ended})
    asked = {entry.entry for entry in verdict.entries if entry.entry in case.left_out
             and not _decided(entry, decisions)}  # fmt: skip
    if not asked:
        return verdict
    return with_entries(
        verdict,
        [
            _waiting(entry, case.left_out[entry.entry]) if entry.entry in asked else entry
            for entry in verdict.entries
        ],
    )


def _decided(entry: EntryVerdict, decisions: Sequence[StaffDecision]) -> bool:
    """Whether a person decided the entry knowing that it is not listed."""
    return any(entry.papers in made.papers.values() for made in decisions)


def _waiting(entry: EntryVerdict, told: str) -> EntryVerdict:
    finding = Finding(
        rule=LEFT_OUT_RULE,
        title="新的汇总表里不再有，是退出、更名还是漏列",
        clause="",
        outcome=Outcome.REFER,
        truth=Truth.UNDECIDED,
        text=f"新报的汇总表里不再有“{entry.applicant}”，是退出、更名还是漏列，将由工作人员核实，贵单位暂不需要处理。",
        subjects=(entry.entry,),
        evidence=(told,),
    )
    if entry.kept or entry.by_staff:
        return entry.model_copy(update={"findings": (*entry.findings, finding)})
    return entry.model_copy(update={"decision": Decision.REFERRED, "findings": (finding,)})
