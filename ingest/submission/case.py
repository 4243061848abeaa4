"""What lies in a case: entries with their Word and scan, the summary table, what was replaced, what
fits nowhere.

Pure. Newer files replace older ones of the same role (by the server's received time); nothing is
forgotten, the replaced ones stay listed. Pairing by name comes first, then by what stands on the
scan, by elimination last, and what cannot be paired stays loose: the rules then answer "cannot be
decided" and staff look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from ingest.comparison.pairing import Comparison, Likeness, compare
from ingest.comparison.printed import Print
from ingest.reading import Document, Fate, Part, Reading, SealOutcome
from ingest.submission.applicants import Applicants, file_stem
from rules.call import APPLICANT_NAME, Call, Rendition, Role
from rules.casestate import State
from rules.facts import Fact
from rules.names import Name
from rules.subjects import (
    SUMMARY_SCAN_ID,
    entry_id,
    listed_entry_id,
    loose_scan_id,
    other_id,
    row_id,
    scan_id,
)


@dataclass(frozen=True)
class ReceivedMail:
    """One mail of a case, with the server's time."""

    id: int
    received: datetime  #: aware
    reading: Reading
    #: False when the server's date was unreadable and ``received`` is when it was asked
    dated: bool = True
    #: when it really came, where ``received`` is that of a mail too large whose pieces it brings
    arrived: datetime | None = None
    may_replace: bool = True  #: False: its papers only go where there are none
    #: its sender may be told what is in the case, and wants an answer
    may_learn: bool = True


@dataclass(frozen=True)
class Ending:
    """What staff said of an entry's being there: its end, or that it stays."""

    entry: str  #: the applicant's name
    state: State | None  #: withdrawn or replaced; None = it stays, although a table leaves it out
    to: str  #: the applicant it is now; "" = none
    because: str
    at: datetime


Place = tuple[int, str, int]
"""A document inside its case: number of the mail, path of the part, number in the part."""


@dataclass(frozen=True)
class Filed:
    """A document and the mail that brought it."""

    mail: ReceivedMail
    document: Document

    @property
    def place(self) -> Place:
        """What tells it from every other document of the case."""
        return self.mail.id, self.document.part, self.document.number

    @property
    def order(self) -> tuple[datetime, int]:
        """Later ones replace earlier ones."""
        return self.mail.received, self.mail.id

    @cached_property
    def print(self) -> Print:
        """What was read from its pages, prepared for looking things up."""
        return Print.of(self.document)


@dataclass
class OtherForm:
    """其他表: a further form of an entry, such as its 预算表, in both renditions."""

    form: str
    editable: Filed | None = None
    scan: Filed | None = None

    @property
    def papers(self) -> tuple[Filed, ...]:
        """Whichever there are."""
        return tuple(item for item in (self.editable, self.scan) if item is not None)


@dataclass
class Entry:
    """申报项: one applicant's 申报书 in both renditions."""

    id: str
    applicant: str = ""
    name: Name | None = None  #: the applicant's name taken apart; None when there is none
    editable: Filed | None = None
    scan: Filed | None = None
    rows: list[str] = field(default_factory=list)  #: ids of its rows in the summary table
    #: those of them whose name may mean another applicant
    doubtful_rows: list[str] = field(default_factory=list)
    others: list[OtherForm] = field(default_factory=list)

    @property
    def subjects(self) -> frozenset[str]:
        """Ids of everything rules may say about it."""
        further = [other_id(self.id, number) for number, _ in enumerate(self.others, 1)]
        forms = (self.id, *further)
        return frozenset({*forms, *map(scan_id, forms), *self.rows})

    @property
    def papers(self) -> tuple[Filed, ...]:
        """Everything that was sent for it."""
        return (*self.forms, *(paper for other in self.others for paper in other.papers))

    @property
    def forms(self) -> tuple[Filed, ...]:
        """Its 申报书, whichever there are."""
        return tuple(item for item in (self.editable, self.scan) if item is not None)


@dataclass
class Case:
    """Everything of one case, arranged."""

    track: str
    mails: tuple[ReceivedMail, ...]
    names: Applicants
    entries: list[Entry] = field(default_factory=list)
    summary: Filed | None = None
    summary_scan: Filed | None = None
    loose: list[Filed] = field(default_factory=list)  #: scans nobody could place
    strays: list[OtherForm] = field(
        default_factory=list
    )  #: further forms of nobody knows which entry
    replaced: list[Filed] = field(default_factory=list)
    #: papers of who may only add, for places that were taken
    unused: set[Place] = field(default_factory=set)
    endings: tuple[Ending, ...] = ()  #: what staff said, the oldest first
    ended: list[tuple[Entry, Ending]] = field(default_factory=list)  #: judged no more
    #: ids of entries that a newer table lists no longer, with what staff are told
    left_out: dict[str, str] = field(default_factory=dict)
    _compared: dict[tuple[Place, Place], Comparison] = field(default_factory=dict, repr=False)

    @property
    def last(self) -> ReceivedMail:
        """The mail that completed the case as it stands."""
        return self.mails[-1]

    @property
    def answered(self) -> ReceivedMail | None:
        """The last mail whose sender may be told the verdict; None when there is none."""
        return next((mail for mail in reversed(self.mails) if mail.may_learn), None)

    @property
    def learners(self) -> frozenset[str]:
        """The addresses that may be told the verdict."""
        return frozenset(
            mail.reading.envelope.from_address for mail in self.mails if mail.may_learn
        )

    @property
    def table(self) -> Filed | None:
        """The summary table that counts."""
        return self.summary or self.summary_scan

    @property
    def rows(self) -> tuple[dict[str, Fact], ...]:
        """The rows of the summary table that counts."""
        return self.table.document.rows if self.table else ()

    def compared(self, word: Filed, scan: Filed, call: Call) -> Comparison:
        """How far ``word`` stands on ``scan``; worked out once, however often it is asked."""
        pair = (word.place, scan.place)
        if pair not in self._compared:
            self._compared[pair] = compare(word.document, scan.print, call)
        return self._compared[pair]

    @property
    def further(self) -> Iterator[tuple[str, Entry | None, OtherForm]]:
        """Every further form with its subject's id and its entry."""
        for entry in self.entries:
            for number, other in enumerate(entry.others, 1):
                yield other_id(entry.id, number), entry, other
        for number, other in enumerate(self.strays, 1):
            yield other_id("", number), None, other

    @property
    def scans(self) -> dict[str, Filed]:
        """Every scan under the id of its subject."""
        scans = {scan_id(entry.id): entry.scan for entry in self.entries} | {
            SUMMARY_SCAN_ID: self.summary_scan,
        }
        scans |= {scan_id(identifier): other.scan for identifier, _, other in self.further}
        loose = {loose_scan_id(number): item for number, item in enumerate(self.loose, 1)}
        return {identifier: item for identifier, item in scans.items() if item is not None} | loose


_OF_MATTER = {
    Fate.DOCUMENT,
    Fate.UNRECOGNISED,
    Fate.UNSUPPORTED,
    Fate.ENCRYPTED,
    Fate.DAMAGED,
    Fate.EMPTY,
    Fate.CLOUD_LINK,
    Fate.STRAY,
    Fate.LIMIT,
}
UNREAD = {Fate.UNSUPPORTED, Fate.STRAY, Fate.LIMIT}
"""Fates of parts that may well be what the case seems to lack: only a human can tell."""


def parts_of_matter(reading: Reading) -> tuple[Part, ...]:
    """The parts an applicant would call an attachment."""
    return tuple(part for part in reading.parts if part.fate in _OF_MATTER)


def papers_of_case(case: Case) -> str:
    """The fingerprint of everything that lies in a case, for one in which no entry can be made
    out.
    """
    hashes = sorted(part.sha256 for mail in case.mails for part in parts_of_matter(mail.reading))
    return sha256("\n".join(hashes).encode()).hexdigest()


def arrange(
    mails: Sequence[ReceivedMail], track: str, call: Call, endings: Sequence[Ending] = ()
) -> Case:
    """Put the documents of ``mails`` that belong to ``track`` in their places; the entries that
    staff ended (``endings``: the oldest first) stand apart.
    """
    ordered = tuple(sorted(mails, key=lambda mail: (mail.received, mail.id)))
    filed = [
        Filed(mail, document)
        for mail in ordered
        for document in mail.reading.documents
        if document.track in (track, "")
    ]
    names = Applicants([item.document for item in filed], call)
    case = Case(track, ordered, names, endings=tuple(endings))
    # Who may only add comes last, whenever he wrote: he finds the places that are left.
    filed.sort(key=lambda item: not item.mail.may_replace)
    others = [item for item in filed if item.document.role is Role.OTHER]
    filed = [item for item in filed if item.document.role is not Role.OTHER]
    for item in filed:
        if item.document.rendition is Rendition.EDITABLE:
            _file_editable(case, item)
    scans = [item for item in filed if item.document.rendition is Rendition.STAMPED_SCAN]
    waiting = [item for item in scans if not _file_scan(case, item)]
    waiting = [item for item in waiting if not _place_by_content(case, item, call)]
    _place_by_elimination(case, waiting)
    for item in others:
        _file_other(case, item)
    _name_rows(case)
    _end(case)
    return case


def _file_editable(case: Case, item: Filed) -> None:
    document = item.document
    if document.role is Role.SUMMARY:
        if _replaces(case, case.summary, item):
            case.summary = item
        return
    entry = _entry_of(case, document)
    if entry is None:
        entry = Entry(entry_id(len(case.entries) + 1))
        case.entries.append(entry)
    if _replaces(case, entry.editable, item):
        entry.editable = item
        _call_it(entry, document, case)


def _file_other(case: Case, item: Filed) -> None:
    """A further form goes to the entry it names; one that names nobody to the only one there is."""
    entry = _entry_of(case, item.document)
    if entry is None and not item.document.applicant and len(case.entries) == 1:
        [entry] = case.entries
    filed = case.strays if entry is None else entry.others
    alike = (other for other in filed if other.form == item.document.form)
    other = next((one for one in alike if entry is not None or _same_stray(case, one, item)), None)
    if other is None:
        other = OtherForm(item.document.form)
        filed.append(other)
    if item.document.rendition is Rendition.STAMPED_SCAN:
        other.scan = _newer(case, other.scan, item)
    elif _replaces(case, other.editable, item):
        other.editable = item


def _same_stray(case: Case, other: OtherForm, item: Filed) -> bool:
    """Whether both are of one applicant, whoever that is."""
    name = case.names.of_document(item.document)
    return any(case.names.same(case.names.of_document(one.document), name) for one in other.papers)


def _call_it(entry: Entry, document: Document, case: Case) -> None:
    if document.applicant:
        entry.applicant, entry.name = document.applicant, case.names.of_document(document)


def _replaces(case: Case, old: Filed | None, new: Filed) -> bool:
    """Whether ``new`` takes the place of ``old``; what gives way is kept."""
    if old is None:
        return True
    if not new.mail.may_replace:
        case.unused.add(new.place)
        return False
    case.replaced.append(old)
    return True


def _entry_of(case: Case, document: Document) -> Entry | None:
    """The entry a document belongs to, by the applicant's name, else by the file's name."""
    name = case.names.of_document(document)
    for entry in case.entries:
        if case.names.same(entry.name, name):
            return entry
    if document.applicant:
        return None
    stem = file_stem(document.name)
    for entry in case.entries:
        if stem and any(
            file_stem(other.document.name) == stem
            for other in (
                entry.editable,
                entry.scan,
            )
            if other
        ):
            return entry
    return None


def _file_scan(case: Case, item: Filed) -> bool:
    """Whether the scan found its place by what it says or is called."""
    document = item.document
    stem = file_stem(document.name)
    is_summary = document.role is Role.SUMMARY or (
        document.role is None
        and case.summary is not None
        and bool(stem)
        and file_stem(case.summary.document.name) == stem
    )
    if is_summary:
        case.summary_scan = _newer(case, case.summary_scan, item)
        return True
    entry = _entry_of(case, document)
    if entry is None or _is_untold_page(entry.scan, item):
        return False
    entry.scan = _newer(case, entry.scan, item)
    return True


def _is_untold_page(scan: Filed | None, item: Filed) -> bool:
    """Whether it is a page of the same mail of which nobody can tell what it is, beside a scan that
    says so: cameras call all their pictures alike.
    """
    return (
        scan is not None
        and scan.mail is item.mail
        and scan.document.role is not None
        and item.document.role is None
    )


_BETTER = (SealOutcome.NOT_STAMPED, SealOutcome.UNCERTAIN, SealOutcome.STAMPED)


def _newer(case: Case, old: Filed | None, new: Filed) -> Filed:
    """The scan that counts: the newer one, of two in one mail that with the better seal."""
    if old is not None and old.mail is new.mail and _seal_rank(old) > _seal_rank(new):
        old, new = new, old
    return new if _replaces(case, old, new) or old is None else old


def _seal_rank(item: Filed) -> int:
    seal = item.document.seal
    return _BETTER.index(seal.outcome) if seal is not None else 0


def _place_by_content(case: Case, item: Filed, call: Call) -> bool:
    """Whether one Word file without a scan says the same as this scan, and more of the same than
    any other.
    """
    role = item.document.role
    found: list[tuple[int, Entry | None]] = []
    for entry in case.entries if role is not Role.SUMMARY else ():
        if entry.editable is not None and entry.scan is None:
            found += [(count, entry) for count in _agreeing(case, entry.editable, item, call)]
    if case.summary is not None and case.summary_scan is None and role is not Role.APPLICATION:
        found += [(count, None) for count in _agreeing(case, case.summary, item, call)]
    most = max((count for count, _ in found), default=0)
    best = [entry for count, entry in found if count == most]
    if len(best) != 1:
        return False
    if best[0] is None:
        case.summary_scan = item
    else:
        best[0].scan = item
    return True


def _agreeing(case: Case, word: Filed, scan: Filed, call: Call) -> Iterator[int]:
    """How many values agree, if the two are the same document."""
    comparison = case.compared(word, scan, call)
    if comparison.outcome is Likeness.SAME:
        yield len(comparison.agreeing)


def _place_by_elimination(case: Case, waiting: list[Filed]) -> None:
    """One scan left over and one place empty belong together; otherwise a named scan is an entry of
    its own.
    """
    empty = [entry for entry in case.entries if entry.scan is None]
    summary_empty = case.summary is not None and case.summary_scan is None
    if (
        len(
            waiting,
        )
        == 1
        and len(empty) == 1
        and (waiting[0].document.role is Role.APPLICATION or not summary_empty)
    ):
        empty[0].scan = waiting.pop()
    elif len(waiting) == 1 and not empty and summary_empty and waiting[0].document.role is None:
        case.summary_scan = waiting.pop()
    for item in waiting:
        if item.document.role is Role.APPLICATION and (item.document.applicant or not case.entries):
            entry = Entry(entry_id(len(case.entries) + 1), scan=item)
            _call_it(entry, item.document, case)
            case.entries.append(entry)
        else:
            case.loose.append(item)


def _name_rows(case: Case) -> None:
    """Tie each summary row to its entry; a row without a form becomes an entry that has nothing
    yet.
    """
    names = {row_id(number): case.names.of_row(row) for number, row in enumerate(case.rows, 1)}
    left = {row: name for row, name in names.items() if name and not _tied(case, row, name)}
    for number, facts in enumerate(case.rows, 1):
        name, identifier = left.get(row_id(number)), row_id(number)
        if name is not None and not _tied(case, identifier, name):
            entry = _perhaps(case, name)
            if entry is None:
                entry = Entry(listed_entry_id(number), facts[APPLICANT_NAME].text or "", name)
                case.entries.append(entry)
            else:
                entry.doubtful_rows.append(identifier)
            entry.rows.append(identifier)


def _end(case: Case) -> None:
    """Take out the entries whose end staff confirmed, unless newer papers bring them back."""
    last = {ending.entry: ending for ending in case.endings}
    for entry in list(case.entries):
        for name, ending in last.items():
            if ending.state is None or not case.names.alike(entry.applicant, name):
                continue
            if not _is_back(case, entry, ending):
                case.entries.remove(entry)
                case.ended.append((entry, ending))
            break


def _is_back(case: Case, entry: Entry, ending: Ending) -> bool:
    """Whether forms that had not been there, or for one that was dropped a newer table, speak of
    the entry again.
    """
    known = _files_until(case, ending.at)
    if any(item.document.sha256 not in known for item in entry.forms):
        return True
    listed = bool(entry.rows) and case.table is not None and case.table.mail.received > ending.at
    return listed and ending.state is State.WITHDRAWN


def _files_until(case: Case, moment: datetime) -> set[str]:
    before = [mail for mail in case.mails if mail.received <= moment]
    return {document.sha256 for mail in before for document in mail.reading.documents}


def _tied(case: Case, row: str, name: Name) -> bool:
    """Whether a row is an entry's; then it is now among its rows."""
    for entry in case.entries:
        if case.names.same(entry.name, name):
            entry.rows.append(row)
            return True
    return False


def _perhaps(case: Case, name: Name) -> Entry | None:
    """The first entry without a row that ``name`` may mean."""
    maybe = (entry for entry in case.entries if not entry.rows)
    return next((entry for entry in maybe if case.names.unsure(entry.name, name)), None)
