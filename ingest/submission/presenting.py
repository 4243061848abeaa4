"""A case as the subjects the rules speak about, and the rules' findings back as a verdict. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from ingest.comparison.likeness import content_facts, name_read, not_compared, seal_owner
from ingest.reading import Document, Fate, Kind, SealOutcome
from ingest.submission.case import UNREAD, Case, Entry, Filed, OtherForm, parts_of_matter
from ingest.submission.digitalseal import digital_seal
from ingest.submission.sender import Sender
from ingest.submission.timely import fingerprint
from ingest.submission.tracks import misfits, title_year
from rules.call import APPLICANT_NAME, Call, DigitalSeal, Role, find_unit
from rules.facts import Fact, Knowledge, Provenance
from rules.names import Name, take_apart, unit_of
from rules.subjects import (
    NO_MISFIT,
    SUBMISSION_ID,
    SUMMARY_ID,
    SUMMARY_SCAN_ID,
    Nature,
    PartSort,
    PartState,
    Subject,
    SubjectField,
    SubjectKind,
    loose_scan_id,
    part_id,
    row_id,
    scan_id,
)
from rules.verdict import EntryVerdict, Finding, Verdict, decide_case, decide_entry
from rules.vocabulary import BEIJING

WITNESS_TOLERANCE = timedelta(minutes=10)
"""INTERNALDATE and the topmost Received header may differ by this much before staff look (a mail
dragged into the mailbox by hand keeps its Received but may get a new INTERNALDATE, RFC 9051 section
2.3.3)."""

_STATES = {
    Fate.DOCUMENT: PartState.RECOGNISED,
    Fate.UNRECOGNISED: PartState.UNRECOGNISED,
    Fate.UNSUPPORTED: PartState.UNRECOGNISED,
    Fate.STRAY: PartState.UNRECOGNISED,
    Fate.ENCRYPTED: PartState.ENCRYPTED,
    Fate.DAMAGED: PartState.UNREADABLE,
    Fate.EMPTY: PartState.EMPTY,
    Fate.CLOUD_LINK: PartState.CLOUD_LINK,
    Fate.LIMIT: PartState.OVER_LIMIT,
}
_SORTS = {
    PartSort.WORD: (
        Kind.DOCX, Kind.DOTX, Kind.DOCM, Kind.DOC, Kind.WPS, Kind.RTF, Kind.ODT,
    ),
    PartSort.SHEET: (Kind.XLSX, Kind.XLS, Kind.ODS, Kind.CSV),
    PartSort.PDF: (Kind.PDF,),
    PartSort.OFD: (Kind.OFD,),
    PartSort.PICTURE: (Kind.JPEG, Kind.PNG, Kind.IMAGE),
    PartSort.ARCHIVE: (
        Kind.ZIP, Kind.RAR, Kind.SEVEN_ZIP, Kind.TAR, Kind.GZIP, Kind.BZIP2, Kind.XZ,
    ),
}  # fmt: skip
_SORT_OF = {kind: sort for sort, kinds in _SORTS.items() for kind in kinds}
_MENDABLE = {
    PartState.ENCRYPTED, PartState.UNREADABLE, PartState.EMPTY, PartState.CLOUD_LINK, PartState.OFD,
}  # fmt: skip
"""States that the applicant is asked to mend by sending the file otherwise."""


@dataclass(frozen=True)
class LedgerEntry:
    """An entry that another case of this call has already been accepted for."""

    id: str
    track: str
    applicant: str
    unit: str


def subjects_of(
    case: Case, call: Call, sender: Sender, *, decided_before: bool, ledger: Sequence[LedgerEntry]
) -> tuple[Subject, ...]:
    """Everything the rules may ask about this case."""
    subjects = [_submission(case, call, sender, decided_before=decided_before)]
    unread = any(part.fate in UNREAD for mail in case.mails for part in mail.reading.parts)
    for entry in (each for each in case.entries if each.id not in case.left_out):
        if entry.forms:
            application = _application(case, entry, sender, call, unread=unread)
            subjects.append(_in_unit(application, call))
        if entry.scan:
            scan = _scan(
                entry.scan,
                case.track,
                scan_id(entry.id),
                Fact.known(entry.id),
                str(Role.APPLICATION),
            )
            subjects.append(
                _with_print(
                    scan,
                    case,
                    entry.scan,
                    entry.editable,
                    _Names.of(case, call, sender, entry),
                    call,
                )
            )
    if case.summary or case.summary_scan:
        subjects.append(_summary(case, unread=unread))
    if case.summary_scan:
        scan = _scan(
            case.summary_scan,
            case.track,
            SUMMARY_SCAN_ID,
            Fact.known(SUMMARY_ID),
            str(Role.SUMMARY),
        )
        names = _Names.of(case, call, sender, None)
        subjects.append(_with_print(scan, case, case.summary_scan, case.summary, names, call))
    subjects += [
        _scan(item, case.track, loose_scan_id(number), Fact.unknown())
        for number, item in enumerate(case.loose, 1)
    ]
    for identifier, owner, other in case.further:
        if owner is None or owner.id not in case.left_out:
            subjects += _further(case, (identifier, owner, other), sender, call, unread=unread)
    owners = {row: entry for entry in case.entries for row in entry.rows}
    gone = {row for entry, _ in case.ended for row in entry.rows}
    rows = (
        _row(row, number, case.track, owners.get(row_id(number)))
        for number, row in enumerate(case.rows, 1)
        if row_id(number) not in gone
    )
    subjects += [_in_unit(row, call) for row in rows]
    subjects += _attachments(case)
    subjects += [_in_unit(_accepted(item, case, call), call) for item in ledger]
    return tuple(subjects)


def _known_track(track: str) -> Fact:
    return Fact.known(track) if track else Fact.unknown()


def _submission(case: Case, call: Call, sender: Sender, *, decided_before: bool) -> Subject:
    last, first = case.last, case.mails[0]
    witness = last.reading.envelope.received
    apart = (
        witness is not None
        and last.arrived is None
        and abs(
            last.received.timestamp() - witness,
        )
        > WITNESS_TOLERANCE.total_seconds()
    )
    suspicious = apart or not last.dated
    supplement = decided_before or first.received < call.deadline <= last.received
    header = Provenance(method="mail header", place="邮件")
    parts = [part for mail in case.mails for part in mail.reading.parts if part.fate in UNREAD]
    unread = [f"{part.name or part.path}：{part.reason or '没有打开'}" for part in parts]
    return Subject(
        kind=SubjectKind.SUBMISSION,
        id=SUBMISSION_ID,
        fields={
            SubjectField.ID: Fact.known(SUBMISSION_ID),
            SubjectField.TRACK: _known_track(case.track),
            SubjectField.RECEIVED: Fact.known(
                int(last.received.timestamp()),
                Provenance(method="server time", place="邮件服务器收到时间"),
            ),
            SubjectField.NATURE: Fact.known(str(Nature.SUPPLEMENT if supplement else Nature.FIRST)),
            SubjectField.SENDER: Fact.known(
                sender.kind,
                Provenance(
                    method="mail header",
                    place=sender.evidence,
                    raw=sender.name,
                ),
            ),
            SubjectField.DOUBTFUL_TIME: Fact.known(suspicious, header),
            SubjectField.UNREAD_PARTS: Fact.known(
                bool(unread), Provenance(method="attachment", raw="；".join(unread))
            ),
            SubjectField.TOPIC: _written(last.reading.envelope.subject, header),
            **_misfit(case),
        },
    )


def _written(text: str, place: Provenance) -> Fact:
    return Fact.known(text, place) if text.strip() else Fact.blank(place)


def _misfit(case: Case) -> dict[str, Fact]:
    """Which form came as that of another track."""
    found = misfits(case)
    if not found:
        return {
            SubjectField.MISFIT: Fact.known(NO_MISFIT),
            SubjectField.MISFIT_TRACK: Fact.blank(),
        }
    document = found[-1].document
    place = Provenance(part=document.part, place=document.name)
    return {
        SubjectField.MISFIT: Fact.known(str(document.role), place),
        SubjectField.MISFIT_TRACK: Fact.known(document.track, place),
    }


def _application(
    case: Case,
    entry: Entry,
    sender: Sender,
    call: Call,
    *,
    unread: bool,
) -> Subject:
    unit_field = call.words.unit_field
    fields: dict[str, Fact] = dict(entry.editable.document.fields) if entry.editable else {}
    if APPLICANT_NAME not in fields:
        fields[APPLICANT_NAME] = (
            Fact.known(entry.applicant, Provenance(method="file name", confidence=0.5))
            if entry.applicant
            else Fact.unknown()
        )
    if sender.unit and unit_field not in fields:
        fields[unit_field] = Fact.known(
            sender.unit,
            Provenance(method="mail header", place=sender.evidence),
        )
    fields |= {
        SubjectField.ID: Fact.known(entry.id),
        SubjectField.TRACK: _known_track(case.track),
        SubjectField.EDITABLE: _has(entry.editable, unread=unread),
        **_when_made(entry.editable, call),
    }
    return Subject(kind=SubjectKind.APPLICATION, id=entry.id, fields=fields)


def _when_made(item: Filed | None, call: Call) -> dict[str, Fact]:
    """When a Word file came in, and the year in its title."""
    if item is None:
        return {}
    document, day = item.document, item.mail.received.astimezone(BEIJING).date().isoformat()
    place = Provenance(part=document.part, place="标题", method="title")
    titles = next((form.titles for form in call.forms if form.id == document.form), ())
    year = title_year(document.outline, titles)
    return {
        SubjectField.ARRIVED: Fact.known(day, Provenance(method="server time")),
        SubjectField.TITLE_YEAR: Fact.known(year, place) if year else Fact.blank(place),
    }


def _has(item: Filed | None, *, unread: bool) -> Fact:
    """Yes; or no; or unknown while an unread attachment may be it."""
    if item is not None:
        return Fact.known(True)
    return Fact.unknown() if unread else Fact.known(False)


def _further(
    case: Case,
    of: tuple[str, Entry | None, OtherForm],
    sender: Sender,
    call: Call,
    *,
    unread: bool,
) -> Iterator[Subject]:
    """A further form, and its scan, which belongs to it and to no application."""
    identifier, entry, other = of
    kind = call.form(other.form).kind
    fields = dict(other.editable.document.fields) if other.editable else {}
    if entry is not None and entry.applicant:
        known = fields.get(APPLICANT_NAME) or Fact.known(entry.applicant)
        fields[APPLICANT_NAME] = known.model_copy(update={"same_as": entry.applicant})
    fields |= {
        SubjectField.ID: Fact.known(identifier),
        SubjectField.TRACK: _known_track(case.track),
        SubjectField.BELONGS_TO: Fact.known(entry.id) if entry else Fact.unknown(),
        SubjectField.EDITABLE: _has(other.editable, unread=unread),
    }
    yield Subject(kind=kind, id=identifier, fields=fields)
    if other.scan is not None:
        scan = _scan(other.scan, case.track, scan_id(identifier), Fact.known(identifier), kind)
        names = _Names.of(case, call, sender, entry)
        yield _with_print(scan, case, other.scan, other.editable, names, call)


def _scan(item: Filed, track: str, identifier: str, belongs_to: Fact, form: str = "") -> Subject:
    document = item.document
    place = Provenance(part=document.part, place=document.name)
    return Subject(
        kind=SubjectKind.SCAN,
        id=identifier,
        fields={
            SubjectField.ID: Fact.known(identifier),
            SubjectField.TRACK: _known_track(track),
            SubjectField.FORM: Fact.known(form) if form else Fact.unknown(place),
            SubjectField.BELONGS_TO: belongs_to,
            APPLICANT_NAME: _name_on(document, place),
            SubjectField.SEALED: _sealed(document, place),
            SubjectField.SEAL_COUNT: _seal_count(document, place),
            SubjectField.IS_SCAN: document.is_scan,
            SubjectField.DIGITAL_SEAL: Fact.known(
                DigitalSeal.OPEN if document.signatures else DigitalSeal.NONE,
                place,
            ),
            SubjectField.COMPARABLE: Fact.known(False),
        },
    )


@dataclass(frozen=True)
class _Names:
    """Who may have stamped a scan, and which other units' seals would be a surprise there."""

    applicant: str
    name: Name | None
    own: tuple[str, ...]
    others: tuple[str, ...]

    @classmethod
    def of(cls, case: Case, call: Call, sender: Sender, entry: Entry | None) -> Self:
        """For the scan of ``entry``, or of the summary table, which lists and may bear every
        applicant.
        """
        applicants = [other.applicant for other in case.entries]
        own = [entry.applicant] if entry else applicants
        unit = find_unit(call, own[0]) if own else None
        places = {sender.unit, unit.name if unit else ""}
        bureaus = {known.bureau: known.name in places for known in call.units}
        own += [sender.name, *(bureau for bureau, is_own in bureaus.items() if is_own)]
        others = [name for name in applicants if name not in own]
        others += [bureau for bureau, is_own in bureaus.items() if not is_own]
        applicant, name = (entry.applicant, entry.name) if entry else ("", None)
        return cls(applicant, name, tuple(own), tuple(others))


def _with_print(
    scan: Subject,
    case: Case,
    item: Filed,
    word: Filed | None,
    names: _Names,
    call: Call,
) -> Subject:
    """``scan`` with what its print says: the name if it stands there, the Word file's values, the
    seals' owners.
    """
    if word is None or not item.document.pages_read:
        facts = not_compared()
    else:
        found = case.compared(word, item, call)
        facts = content_facts(word.document, item.document, item.print, found, call)
    facts[SubjectField.SEAL_OWNER] = _owner(item.document, names, call)
    facts |= _digital(item, names.own, call)
    name = name_read(item.document, item.print, names.applicant)
    if name is not None:
        facts[APPLICANT_NAME] = name
    elif names.name is not None and case.names.same(
        case.names.of_document(item.document), names.name
    ):
        said = scan.fact(APPLICANT_NAME)
        facts[APPLICANT_NAME] = said.model_copy(update={"same_as": names.applicant})
    return scan.model_copy(update={"fields": {**scan.fields, **facts}})


def _owner(document: Document, names: _Names, call: Call) -> Fact:
    """Whose a scan is by its seals; where nobody can read them and a table's file is named for
    another unit, not this one's.
    """
    sealed = seal_owner(document, names.own, names.others)
    named = find_unit(call, document.applicant) if document.role is Role.SUMMARY else None
    if sealed.knowledge is Knowledge.KNOWN or named is None or named.bureau not in names.others:
        return sealed
    at = Provenance(part=document.part, place="文件名", method="file name", raw=document.name)
    return Fact.known(False, at)


def _digital(item: Filed, own: tuple[str, ...], call: Call) -> dict[str, Fact]:
    """What its certificate signatures are worth; on paper that was scanned only the stamp
    counts.
    """
    seal = digital_seal(item.document, own, call, item.mail.received)
    facts = {str(SubjectField.DIGITAL_SEAL): seal}
    if seal.value == DigitalSeal.ACCEPTED and item.document.is_scan.value is not True:
        facts[SubjectField.SEALED] = Fact.known(True, seal.provenance)
    return facts


def _name_on(document: Document, place: Provenance) -> Fact:
    fact = document.fields.get(APPLICANT_NAME)
    if fact is not None and fact.text:
        return fact
    if document.applicant:
        return Fact.known(
            document.applicant,
            place.model_copy(
                update={"method": "file name", "confidence": 0.5, "raw": document.name},
            ),
        )
    return Fact.unknown(place)


def _sealed(document: Document, place: Provenance) -> Fact:
    place = place.model_copy(
        update={"method": "seal detector", "raw": document.seal.reason if document.seal else ""},
    )
    if document.seal is None or document.seal.outcome is SealOutcome.UNCERTAIN:
        return Fact.unknown(place)
    return Fact.known(document.seal.outcome is SealOutcome.STAMPED, place)


def _seal_count(document: Document, place: Provenance) -> Fact:
    """How many seals were seen; unknown where it is not sure whether there is any."""
    place = place.model_copy(update={"method": "seal detector"})
    if document.seal is None or document.seal.outcome is SealOutcome.UNCERTAIN:
        return Fact.unknown(place)
    stamped = document.seal.outcome is SealOutcome.STAMPED
    return Fact.known(len(document.seal.seals) if stamped else 0, place)


def _summary(case: Case, *, unread: bool) -> Subject:
    fields = dict(case.table.document.fields) if case.table else {}
    fields |= {
        SubjectField.ID: Fact.known(SUMMARY_ID),
        SubjectField.TRACK: _known_track(case.track),
        SubjectField.EDITABLE: _has(case.summary, unread=unread),
    }
    return Subject(kind=SubjectKind.SUMMARY, id=SUMMARY_ID, fields=fields)


def _row(row: dict[str, Fact], number: int, track: str, owner: Entry | None) -> Subject:
    identifier = row_id(number)
    name = {APPLICANT_NAME: _named(row[APPLICANT_NAME], identifier, owner)} if owner else {}
    fields = {
        **row,
        **name,
        SubjectField.ID: Fact.known(identifier),
        SubjectField.TRACK: _known_track(track),
    }
    return Subject(kind=SubjectKind.ROW, id=identifier, fields=fields)


def _named(fact: Fact, row: str, owner: Entry) -> Fact:
    """A row's name as that of its entry; where a person must tell, it is compared with nothing."""
    if row in owner.doubtful_rows:
        return Fact.doubtful(fact.text or "", owner.applicant, fact.provenance)
    return fact.model_copy(update={"same_as": owner.applicant})


def _in_unit(subject: Subject, call: Call) -> Subject:
    """``subject`` with the unit it names told by the unit's own name, however it is written."""
    field = call.words.unit_field
    if field not in subject.fields:
        return subject
    fact = subject.fact(field)
    unit = fact.model_copy(update={"same_as": unit_of(fact.text, call)})
    return subject.model_copy(update={"fields": {**subject.fields, field: unit}})


def _attachments(case: Case) -> list[Subject]:
    """The attachments of every mail, but a broken file only as long as no newer mail brought
    anything.
    """
    subjects = []
    for mail in case.mails:
        for part in parts_of_matter(mail.reading):
            state = PartState.OFD if part.kind is Kind.OFD else _STATES[part.fate]
            if mail is not case.last and state in _MENDABLE:
                continue  # asked for once already; the newer mail is the applicant's answer
            identifier = part_id(mail.id, part.path)
            fields = {
                SubjectField.ID: Fact.known(identifier),
                SubjectField.NAME: Fact.known(part.name or part.path),
                SubjectField.SORT: Fact.known(str(_SORT_OF.get(part.kind, PartSort.OTHER))),
                SubjectField.STATE: Fact.known(
                    str(state), Provenance(part=part.path, place=part.name, raw=part.reason)
                ),
            }
            subjects.append(Subject(kind=SubjectKind.PART, id=identifier, fields=fields))
    return subjects


def _accepted(item: LedgerEntry, case: Case, call: Call) -> Subject:
    name = take_apart(item.applicant, call, item.unit)
    same = (entry.applicant for entry in case.entries if case.names.same(entry.name, name))
    fields = {
        SubjectField.ID: Fact.known(item.id),
        SubjectField.TRACK: _known_track(item.track),
        APPLICANT_NAME: Fact(
            knowledge=Knowledge.KNOWN, value=item.applicant, same_as=next(same, "")
        ),
        call.words.unit_field: Fact.known(item.unit) if item.unit else Fact.unknown(),
    }
    return Subject(kind=SubjectKind.ACCEPTED, id=item.id, fields=fields)


def verdict_of(case: Case, findings: Iterable[Finding], rules_sha256: str) -> Verdict:
    """Sort findings to the entries they concern and decide each entry and the case.

    A finding that is bound to no entry concerns them all (late, no summary table, an unreadable
    attachment).
    """
    owned: dict[str, list[Finding]] = {entry.id: [] for entry in case.entries}
    whole: list[Finding] = []
    for finding in findings:
        owners = [entry.id for entry in case.entries if _concerns(finding, entry)]
        for owner in owners:
            owned[owner].append(finding)
        if not owners:
            whole.append(finding)
    entries = tuple(
        EntryVerdict(
            entry=entry.id, applicant=entry.applicant, track=case.track,
            decision=decide_entry([*owned[entry.id], *whole]), findings=tuple(owned[entry.id]),
            papers=fingerprint(case, entry),
        )
        for entry in case.entries
    )  # fmt: skip
    decision = decide_case(entry.decision for entry in entries) if entries else decide_entry(whole)
    return Verdict(
        decision=decision,
        entries=entries,
        rules_sha256=rules_sha256,
        findings=tuple(whole),
    )


def _concerns(finding: Finding, entry: Entry) -> bool:
    return bool(entry.subjects.intersection(finding.subjects))
