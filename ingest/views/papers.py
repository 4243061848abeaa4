"""The papers of a case as a person checks them: by entry the Word file beside its scan, with the
places of seals and values on the pages. Reads only, decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from ingest.comparison.sightings import Agreement, Box, Sighting, sightings
from ingest.reading import Document
from ingest.store.cases import latest_decision, load_verdict, readings_of_case
from ingest.store.staff import endings_of_case
from ingest.store.tables import CaseRow
from ingest.submission.case import Case, Filed, ReceivedMail, arrange, parts_of_matter
from ingest.views.states import case_state, entry_state
from ingest.views.words import SEAL_WORDS
from rules.call import Call
from rules.casestate import State
from rules.verdict import EntryVerdict, Finding, Verdict

SUMMARY = "汇总"
"""The key of the summary table's group; entries have their own ids."""
MOST_PAGES = 80  #: of a scan that are offered


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on a page that people should look at."""

    page: int
    box: Box
    kind: str  #: ``seal``, ``same``, ``different``
    label: str
    number: int = 0  #: of the value it belongs to, from 1; 0 = a seal


@dataclass(frozen=True, slots=True)
class Sheet:
    """A scan whose pages can be looked at."""

    key: str  #: of its group
    message: int
    mail: str  #: SHA-256 of the raw mail
    parts: tuple[str, ...]  #: SHA-256 of the attachment; of photographs of one form, one a page
    name: str
    pages: tuple[int, ...]
    first: int  #: the page in question
    seal: str  #: what was seen of seals, in words
    note: str
    marks: tuple[Mark, ...]

    def file_of(self, page: int) -> tuple[str, int]:
        """The attachment a page is in, by its hash, and the page's number there."""
        if len(self.parts) > 1 and page <= len(self.parts):
            return self.parts[page - 1], 1
        return self.parts[0], page

    def marks_on(self, page: int) -> tuple[Mark, ...]:
        """The marks of one page."""
        return tuple(mark for mark in self.marks if mark.page == page)


@dataclass(frozen=True, slots=True)
class PaperGroup:
    """One entry (or the summary table, or a scan nobody could place) with its papers."""

    key: str
    applicant: str  #: as the verdict names it; "" when it is nobody's own, or not written
    title: str
    state: State | None  #: None when it has none of its own
    by_staff: str  #: who decided, when a person did
    findings: tuple[Finding, ...]
    word: str  #: name of the Word file; "" when there is none
    scan: Sheet | None
    values: tuple[Sighting, ...]

    @property
    def doubts(self) -> int:
        """How many values differ or were not found."""
        return sum(
            item.agreement in (Agreement.DIFFERENT, Agreement.UNSEEN) for item in self.values
        )


@dataclass(frozen=True, slots=True)
class CasePapers:
    """All papers of a case, and what was found about the whole of it."""

    groups: tuple[PaperGroup, ...]
    findings: tuple[Finding, ...]
    state: State  #: of the whole case
    version: int  #: of the verdict that ``groups`` show

    def group(self, key: str) -> PaperGroup | None:
        """The group of this key, else the first; None when there is none."""
        named = (group for group in self.groups if group.key == key)
        return next(named, next(iter(self.groups), None))

    def sheet(self, key: str) -> Sheet | None:
        """The scan of the group with this key."""
        return next((group.scan for group in self.groups if group.key == key), None)


def case_papers(session: Session, call: Call, row: CaseRow) -> CasePapers:
    """Everything a person needs to check a case, from the store."""
    decision = latest_decision(session, row.id)
    verdict = load_verdict(decision) if decision is not None else None
    readings = readings_of_case(session, row.id)
    mails = [
        ReceivedMail(mail.id, mail.received_at, reading, mail.dated)
        for mail, reading in readings
        if parts_of_matter(reading)
    ]
    case = arrange(mails, row.track, call, endings_of_case(session, row.id))
    look = _Look(call, case, {m.id: m.sha256 for m, _ in readings})
    return CasePapers(
        groups=tuple(look.groups(verdict)),
        findings=verdict.findings if verdict else (),
        state=case_state(row, verdict),
        version=decision.version if decision else 0,
    )


@dataclass(frozen=True, slots=True)
class _Look:
    call: Call
    case: Case
    hashes: dict[int, str]  #: of the mails

    def groups(self, verdict: Verdict | None) -> Iterator[PaperGroup]:
        decided = {entry.entry: entry for entry in (verdict.entries if verdict else ())}
        for entry in self.case.entries:
            title = entry.applicant or "(未写明申报单位)"
            yield self._group(entry.id, title, entry.editable, entry.scan, decided.get(entry.id))
        for identifier, owner, other in self.case.further:
            whose = f"{owner.applicant} " if owner else ""
            title = whose + self.call.form(other.form).kind
            yield self._group(identifier, title, other.editable, other.scan, None)
        if self.case.summary or self.case.summary_scan:
            yield self._group(SUMMARY, "汇总表", self.case.summary, self.case.summary_scan, None)
        for number, item in enumerate(self.case.loose, 1):
            yield self._group(f"散{number}", f"未归位的扫描件 {number}", None, item, None)

    def _group(
        self,
        key: str,
        title: str,
        word: Filed | None,
        scan: Filed | None,
        verdict: EntryVerdict | None,
    ) -> PaperGroup:
        values = sightings(
            word.document if word else None, scan.document if scan else None, self.call
        )
        return PaperGroup(
            key=key,
            applicant=verdict.applicant if verdict else "",
            title=title,
            state=entry_state(verdict) if verdict else None,
            by_staff=verdict.by_staff if verdict else "",
            findings=verdict.findings if verdict else (),
            word=word.document.name if word else "",
            scan=self._sheet(key, scan, values) if scan else None,
            values=values,
        )

    def _sheet(self, key: str, filed: Filed, values: Sequence[Sighting]) -> Sheet:
        document = filed.document
        marks = (*_seals(document), *_values(values))
        return Sheet(
            key=key,
            message=filed.mail.id,
            mail=self.hashes[filed.mail.id],
            parts=files_of(filed),
            name=document.name,
            pages=_pages(document, marks),
            first=_in_question(document, marks),
            seal=_seal_text(document),
            note=document.note,
            marks=marks,
        )


def files_of(filed: Filed) -> tuple[str, ...]:
    """The attachments a scan is in, by their hashes: several where each page was photographed."""
    hashes = {part.path: part.sha256 for part in filed.mail.reading.parts}
    more = (hashes.get(path, "") for path in filed.document.more_parts)
    return (filed.document.sha256, *more)


def _pages(document: Document, marks: Sequence[Mark]) -> tuple[int, ...]:
    """Its own pages of the file; all of them where nothing else is in it."""
    last = max(1, document.pages or 1, *(mark.page for mark in marks))
    return (document.own_pages or tuple(range(1, last + 1)))[:MOST_PAGES]


def _seals(document: Document) -> Iterator[Mark]:
    for seal in document.seal.seals if document.seal else ():
        said = f"印章: {seal.writing}" if seal.writing else "印章"
        yield Mark(seal.page, seal.bbox, "seal", f"{said}, 直径约 {seal.diameter_mm:.0f} 毫米")


def _values(values: Sequence[Sighting]) -> Iterator[Mark]:
    for number, item in enumerate(values, 1):
        if item.box is not None and item.page:
            kind = "different" if item.agreement is Agreement.DIFFERENT else "same"
            yield Mark(item.page, item.box, kind, f"{item.name}: {item.scan}", number)


def _in_question(document: Document, marks: Sequence[Mark]) -> int:
    """The page with what differs, else with the seal, else the first."""
    for kind in ("different", "seal"):
        for mark in marks:
            if mark.kind == kind:
                return mark.page
    return document.own_pages[0] if document.own_pages else 1


def _seal_text(document: Document) -> str:
    if document.seal is None:
        return ""
    words = SEAL_WORDS[document.seal.outcome]
    return f"{words}: {document.seal.reason}" if document.seal.reason else words
