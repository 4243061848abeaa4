"""What of a case came in time, whom nobody had named by then, and fingerprints of an entry's own
papers. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from ingest.submission.case import Case, Entry, arrange
from rules.call import Call
from rules.facts import Fact
from rules.kept import papers_text
from rules.subjects import Nature, Subject, SubjectField, SubjectKind, row_id

CHARACTERS = 16
"""Of a SHA-256 that a fingerprint keeps: two sets of papers of one applicant are told apart."""


def in_time(case: Case, call: Call) -> Case | None:
    """The case as it was at the deadline, where mails came before and after it; else None."""
    early = [mail for mail in case.mails if mail.received < call.deadline]
    return (
        arrange(early, case.track, call, case.endings) if 0 < len(early) < len(case.mails) else None
    )


def newcomers(case: Case, timely: Case) -> frozenset[str]:
    """Ids of the entries of applicants that no paper named in time; one without a name is none."""
    return frozenset(
        entry.id
        for entry in case.entries
        if entry.name is not None
        and not any(case.names.same(entry.name, known.name) for known in timely.entries)
    )


def first_time(subjects: Sequence[Subject]) -> tuple[Subject, ...]:
    """The subjects of a case as of somebody who sends for the first time."""
    nature = {SubjectField.NATURE: Fact.known(str(Nature.FIRST))}
    return tuple(
        subject.model_copy(update={"fields": {**subject.fields, **nature}})
        if subject.kind == SubjectKind.SUBMISSION
        else subject
        for subject in subjects
    )


def fingerprint(case: Case, entry: Entry) -> str:
    """What changes when an entry's own papers do: its forms, and the values of its rows."""
    documents = [
        f"{item.document.rendition} {item.document.sha256} {item.document.part}"
        for item in entry.papers
    ]
    rows = [
        f"{name} {fact.value if fact.value is not None else fact.knowledge}"
        for number, row in enumerate(case.rows, 1)
        if row_id(number) in entry.rows
        for name, fact in sorted(row.items())
    ]
    return papers_text(_short_hash(documents), _short_hash(rows))


def _short_hash(lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    return hashlib.sha256(text.encode()).hexdigest()[:CHARACTERS] if text else ""
