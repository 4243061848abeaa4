"""From a verdict to a letter: the same request always gives the same letter, byte for byte.

Pure. What is decided stands in ``rules.verdict``, how it is worded in ``config/templates``, how it
becomes a mail in ``notifier.mime``. Here is only what a letter must contain, and what gives way
when it would grow too large.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from notifier.letternames import LETTER_NAMES
from notifier.pages import EntryView, FileView, FindingView, LetterPage
from notifier.receiptqr import RECEIPT_CID, qr_png
from notifier.rendering import LetterKind, Templates
from notifier.wording import (
    beijing,
    clean_file_name,
    clean_line,
    date_text,
    days_left,
    deadline_text,
    full_width,
    moment,
    name_list,
    reflected,
    remaining,
    size_text,
)
from rules.call import Call
from rules.staff import passed_on
from rules.verdict import (
    APPLICANT_DECISION_NAMES,
    Decision,
    EndedEntry,
    EntryVerdict,
    Finding,
    Outcome,
    Verdict,
)

PASSED_ON: Final = "已转交"
DROPPED: Final = "已退出"
RENAMED: Final = "已更名"

NOT_ASKED_FOR: Final = frozenset({"reminder", "call_reminder"})
"""Kinds of letters that answer no mail."""
#: RFC 3834 section 2 wants an answer to an unproved address to be a few kilobytes at most; this is
#: ours, in bytes.
MAX_LETTER: Final = 16 * 1024
#: Threading identifiers longer than this are dropped (``notifier.mime``), and no more than so many
#: are kept.
MAX_IDENTIFIER: Final = 240
MAX_REFERENCES: Final = 10


#: Characters of a stranger's own words that a letter repeats: his name is no greeting of his
#: choosing, and neither name nor subject carries anything to a third party.
MAX_NAME: Final = 30
MAX_SUBJECT: Final = 60


@dataclass(frozen=True)
class ReceivedFile:
    """One file of the case as the receipt is to name it."""

    name: str  #: as the sender wrote it
    role: str  #: 申报书（可编辑Word）, 申报书（盖章扫描件）, 汇总表（可编辑Word）..., 未识别
    size: int  #: bytes
    sha256: str
    received: datetime
    note: str = ""
    superseded: bool = False  #: a newer file of the same role has taken its place


@dataclass(frozen=True)
class LetterRequest:
    """Everything a letter depends on."""

    kind: LetterKind
    call: Call
    case_code: str
    track: str
    submitter: str
    to_address: str
    to_name: str
    from_address: str
    #: the server's time for the mail that is answered, the last of the case; None = nothing came
    received: datetime | None
    now: datetime
    original_subject: str
    in_reply_to: str
    references: tuple[str, ...]
    verdict: Verdict | None
    files: tuple[ReceivedFile, ...]
    #: case and version, e.g. ``Q24-0007-K.2``: ASCII letters, digits, ``.``, ``_``, ``-``
    serial: str
    #: what ``mailroom receipt verify`` checks; "" when receipts are not signed
    receipt_code: str = ""
    vouched: str = ""  #: what a signature says of it, see :data:`Sign`
    receipt_qr: bool = False  #: whether the code is shown as a picture too
    last_automatic: bool = False  #: the sender's daily limit is reached with this letter
    last_of_case: bool = False  #: the case's limit is reached with this letter
    #: 72.0 MB: what the files of one mail may weigh; only in a letter about a mail too large
    size_limit: str = ""
    word: str = ""  #: what staff say, where no verdict says it
    #: until when what is to be mended may come; None = until the deadline
    mend_by: datetime | None = None


Sign = Callable[[str, str], str]
"""The signature on what is vouched for (first) and the words above it (second)."""
_SIGNATURE: Final = "\uf8f5"
"""Holds the place of the signature until the words above it are known; no text of ours has it."""


@dataclass(frozen=True)
class Letter:
    """What is written to somebody."""

    kind: str
    to_address: str
    to_name: str
    subject: str
    text: str
    html: str  #: "" when only plain text stays below the size limit
    qr: bytes  #: a PNG that the HTML shows, see ``notifier/receiptqr.py``; b"" = none
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class _Detail:
    """How much is said, from everything down to what always fits."""

    html: bool = True
    hash_characters: int = 64
    clause: bool = True
    finding_limit: int = 400  #: characters of one finding
    findings: int = 300  #: findings of each section
    files: int = 300
    entries: int = 300


#: Each step is tried in turn until the letter fits. What an applicant must mend gives way last.
_DETAILS: Final = (
    _Detail(),
    _Detail(html=False),
    _Detail(html=False, hash_characters=16),
    _Detail(html=False, hash_characters=16, files=10, entries=40),
    _Detail(html=False, hash_characters=16, files=0, entries=20, clause=False),
    _Detail(
        html=False,
        hash_characters=16,
        files=0,
        entries=8,
        clause=False,
        finding_limit=90,
        findings=24,
    ),
    _Detail(
        html=False,
        hash_characters=16,
        files=0,
        entries=4,
        clause=False,
        finding_limit=60,
        findings=6,
    ),
)


def compose(request: LetterRequest, templates: Templates, sign: Sign | None = None) -> Letter:
    """The letter for ``request``, below 16 KiB as a mail.

    When everything said twice (text and HTML) is too large, the HTML is left out; then hashes are
    shortened, then files are counted instead of listed, with the hash of the complete list as
    evidence, and only at the very end the longest findings are cut.

    Raises:
        LetterTemplateError: a template is broken.
        ValueError: ``serial`` or ``from_address`` cannot stand in a Message-ID, or an instant has
        no time zone.
    """
    for detail in _DETAILS[:-1]:
        letter = _signed(request, _render(request, templates, detail), sign)
        if mail_size(letter) <= MAX_LETTER:
            return letter
    return _signed(request, _render(request, templates, _DETAILS[-1]), sign)


def mail_size(letter: Letter) -> int:
    """An upper bound of the letter's bytes as a mail, without building it.

    Base64 makes four of three and breaks lines at 76; encoded words do the same to the subject in
    pieces; 1,400 bytes are the other headers with names at their limit, boundaries and part
    headers.
    """
    bodies = sum(len(text.encode()) + text.count("\n") for text in (letter.text, letter.html))
    first, last = letter.references[:1], letter.references[1 - MAX_REFERENCES :]
    nearest = (*first, *last, letter.in_reply_to, letter.in_reply_to)
    identifiers = sum(len(item) + 3 for item in nearest if len(item) <= MAX_IDENTIFIER)
    bodies += len(letter.qr) + 300 * bool(letter.qr)
    return bodies * 4 * 78 // (3 * 76) + 2 * len(letter.subject.encode()) + identifiers + 1_400


def _render(request: LetterRequest, templates: Templates, detail: _Detail) -> Letter:
    page = make_page(request, detail)
    kind = request.kind
    shown = request.receipt_qr and request.receipt_code and detail.html
    return Letter(
        kind=kind,
        to_address=request.to_address,
        to_name=request.to_name,
        subject=clean_line(templates.render(f"{kind}/subject.txt", page), 160),
        text=templates.render(f"{kind}/body.txt", page),
        html=templates.render(f"{kind}/body.html", page) if detail.html else "",
        qr=qr_png(request.receipt_code) if shown else b"",
        message_id=message_id(request.serial, request.from_address),
        in_reply_to=request.in_reply_to,
        references=request.references,
    )


def _signed(request: LetterRequest, letter: Letter, sign: Sign | None) -> Letter:
    """The letter with its signature in the place that the templates have for it; both texts carry
    the same, which stands on the words of the plain one.
    """
    words, place, rest = letter.text.rpartition(_SIGNATURE)
    line = sign(request.vouched, words) if sign and place else ""
    text = f"{words}{line}{rest}" if place else letter.text
    return replace(letter, text=text, html=line.join(letter.html.rsplit(_SIGNATURE, 1)))


def message_id(serial: str, from_address: str) -> str:
    """``<mailroom.{serial}@{domain}>``: known before sending, so that a repeated attempt is the
    same letter.

    Raises ValueError when the result would be no Message-ID (RFC 5322 3.6.4).
    """
    domain = from_address.partition("@")[2].lower()
    if not re.fullmatch(
        r"[A-Za-z0-9._-]{1,80}",
        serial,
    ) or not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,200}", domain):
        raise ValueError(f"no Message-ID can be made of {serial!r} and {from_address!r}")
    return f"<mailroom.{serial}@{domain}>"


def make_page(request: LetterRequest, detail: _Detail = _DETAILS[0]) -> LetterPage:
    """The variables for the letter's templates. Raises ValueError when an instant has no
    time zone.
    """
    call, now = request.call, beijing(request.now)
    mend_by = request.mend_by or call.deadline
    entries = request.verdict.entries if request.verdict else ()
    sections = _sections(request.verdict, detail)
    current = [file for file in request.files if not file.superseded]
    old = [file for file in request.files if file.superseded]
    return LetterPage(
        letter_name=LETTER_NAMES[request.kind],
        case_code=clean_line(request.case_code, 40),
        call_title=call.title,
        authority=call.authority,
        office=call.contact.office,
        telephone=call.contact.telephone,
        mailbox=call.contact.mailbox,
        submitter=reflected(request.submitter, MAX_NAME),
        track=clean_line(request.track, 30),
        received="" if request.received is None else moment(request.received),
        original_subject=shorten_subject(request.original_subject),
        total=len(entries),
        counts=_counts(entries),
        entries=_entry_views(request.verdict, detail),
        entries_left_out=_entries_left_out(request.verdict, detail),
        refused=sections["refused"][: detail.findings],
        to_mend=sections["to_mend"][: detail.findings],
        to_verify=sections["to_verify"][: detail.findings],
        findings_left_out=sum(
            max(
                0,
                len(section) - detail.findings,
            )
            for section in sections.values()
        ),
        files=_file_views(current[: detail.files], detail),
        superseded=_file_views(old[: detail.files], detail, len(current[: detail.files])),
        files_left_out=max(0, len(current) - detail.files) + max(0, len(old) - detail.files),
        listing_sha256=listing_sha256(
            request.files,
        )
        if detail.hash_characters < len("0" * 64)
        else "",
        deadline=deadline_text(call.deadline),
        deadline_passed=days_left(call.deadline, now) < 0,
        remaining=remaining(call.deadline, now),
        mend_by=deadline_text(mend_by),
        mend_passed=days_left(mend_by, now) < 0,
        mend_remaining=remaining(mend_by, now),
        receipt_code=clean_line(request.receipt_code, 120),
        receipt_qr=RECEIPT_CID if request.receipt_qr and request.receipt_code else "",
        receipt_signature=_SIGNATURE if request.vouched else "",
        last_automatic=request.last_automatic,
        last_of_case=request.last_of_case,
        size_limit=clean_line(request.size_limit, 20),
        word=clean_line(request.word, 400, links=True),
        date=date_text(now.date()),
        instead=_instead(request.verdict),
    )


def _instead(verdict: Verdict | None) -> str:
    """Who must send what the applicant cannot send himself; "" where he mends all of it."""
    found = (
        finding.instead
        for section, finding, _ in (_told(verdict) if verdict else ())
        if section == "to_mend" and finding.instead
    )
    return clean_line(next(found, ""), 40)


_REPLY_MARK: Final = re.compile(
    r"(?:re|fw|fwd|回复|答复|转发|自动回复)\s*(?:\[\d+\])?\s*[:：]\s*", re.IGNORECASE
)
_OWN_MARK: Final = re.compile(
    rf"【(?:{'|'.join(LETTER_NAMES.values())})】(?:案卷编号\s*[\w-]+\s*)?(?:（[^）]*）)?\s*[:：]?\s*"
)


def shorten_subject(subject: str) -> str:
    """The original subject, at most 60 characters, without the reply marks and our own marks in
    front of it.

    A supplement is a reply to our letter; its subject would otherwise grow with every turn (RFC
    3834 3.1.5).
    """
    line = clean_line(subject, 1000)
    while match := _REPLY_MARK.match(line) or _OWN_MARK.match(line):
        line = line[match.end() :].lstrip()
    return reflected(line, MAX_SUBJECT, cut=True) or "（无主题）"


def listing_sha256(files: Iterable[ReceivedFile]) -> str:
    """SHA-256 over the sorted lines ``<sha256>  <name>``, the format of ``sha256sum``, one for each
    file.
    """
    lines = sorted(f"{file.sha256}  {clean_line(file.name, 1000)}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _counts(entries: tuple[EntryVerdict, ...]) -> str:
    """``受理 4 项、不予受理 1 项`` when the entries differ, else ""."""
    found = Counter[str](entry.decision for entry in entries)
    return (
        "、".join(
            f"{word} {found[key]} 项"
            for key, word in APPLICANT_DECISION_NAMES.items()
            if found[key]
        )
        if len(found) > 1
        else ""
    )


def _entry_views(verdict: Verdict | None, detail: _Detail) -> tuple[EntryView, ...]:
    """The entries with how many findings below are theirs. Those about the whole case are the only
    entry's own.
    """
    if verdict is None:
        return ()
    shared, alone = _distinct(verdict.findings), len(verdict.entries) == 1
    return tuple(
        EntryView(
            reflected(entry.applicant, MAX_SUBJECT, cut=True) or "（未能识别名称）",
            PASSED_ON if passed_on(entry) else APPLICANT_DECISION_NAMES[entry.decision],
            _remark(
                entry.decision,
                len(_distinct(entry.findings) | (shared if alone else set())),
                0 if alone else len(shared),
            ),
        )
        for entry in verdict.entries[: detail.entries]
    ) + tuple(map(_ended_view, verdict.ended[: detail.entries]))


def _entries_left_out(verdict: Verdict | None, detail: _Detail) -> int:
    lists = (verdict.entries, verdict.ended) if verdict else ()
    return sum(max(0, len(one) - detail.entries) for one in lists)


def _ended_view(ended: EndedEntry) -> EntryView:
    """What is no more is told beside what is, with what staff said."""
    name = reflected(ended.applicant, MAX_SUBJECT, cut=True)
    if not ended.to:
        return EntryView(name, DROPPED, "经工作人员确认，不再申报")
    return EntryView(name, RENAMED, f"现为“{reflected(ended.to, MAX_SUBJECT, cut=True)}”")


def _distinct(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    return {
        (
            finding.clause,
            finding.text,
        )
        for finding in findings
        if finding.outcome is not Outcome.REMIND
    }


def _remark(decision: Decision, own: int, shared: int) -> str:
    if decision is Decision.ACCEPTED and not own:
        return "材料齐全，符合通知要求"
    named = [f"见下列事项（{own} 项）"] if own else []
    named += [f"{'另' if own else ''}见涉及整份材料的事项（{shared} 项）"] if shared else []
    return "，".join(named)


def _file_views(
    files: Iterable[ReceivedFile], detail: _Detail, before: int = 0
) -> tuple[FileView, ...]:
    """The files as they are named, numbered after the ``before`` that stand above them: below, a
    hash names its file by that number.
    """
    return tuple(
        FileView(
            number=number,
            name=clean_file_name(file.name),
            role=clean_line(file.role, 40),
            size=size_text(file.size),
            sha256=clean_line(file.sha256, 64)[: detail.hash_characters],
            received=moment(file.received),
            note=clean_line(full_width(file.note), 120),
        )
        for number, file in enumerate(files, before + 1)
    )


def _section_of(finding: Finding, decision: Decision) -> str:
    """Where a finding is told.

    A reason to refuse inside an entry that staff still have to look at is not yet a refusal
    (uncertain is never "no"), and what could be mended in an entry that is refused is one more
    reason.
    """
    if finding.outcome is Outcome.REFER:
        return "to_verify"
    if decision is Decision.REJECTED:
        return "refused"
    if finding.outcome is Outcome.RETURN:
        return "to_mend"
    return "to_verify" if decision is Decision.REFERRED else "refused"


def _told(verdict: Verdict) -> Iterable[tuple[str, Finding, str]]:
    """Every finding an applicant is told: its section, itself and the applicant ("" = the whole
    case).
    """
    for finding in verdict.findings:
        yield _section_of(finding, verdict.decision), finding, ""
    for entry in verdict.entries:
        for finding in entry.findings:
            yield (
                _section_of(finding, entry.decision),
                finding,
                reflected(entry.applicant, MAX_SUBJECT, cut=True),
            )


def _sections(verdict: Verdict | None, detail: _Detail) -> dict[str, tuple[FindingView, ...]]:
    """The findings by section, each text once with all applicants it concerns; 提醒 is for staff and left out."""
    groups: dict[str, dict[tuple[str, str], list[str]]] = {
        "refused": {},
        "to_mend": {},
        "to_verify": {},
    }
    for section, finding, applicant in _told(verdict) if verdict else ():
        if finding.outcome is not Outcome.REMIND:
            names = groups[section].setdefault((finding.text, finding.clause), [])
            names += [applicant] if applicant not in names else []
    alone = verdict is not None and len(verdict.entries) <= 1
    return {
        section: tuple(
            FindingView(
                number=number,
                text=clean_line(text, detail.finding_limit, links=True),
                clause=clean_line(clause, 60) if detail.clause else "",
                scope="" if alone else _scope(names),
            )
            for number, ((text, clause), names) in enumerate(found.items(), 1)
        )
        for section, found in groups.items()
    }


def _scope(applicants: list[str]) -> str:
    return (
        "整份材料"
        if "" in applicants
        else name_list([name or "（未能识别名称）" for name in applicants], 12)
    )
