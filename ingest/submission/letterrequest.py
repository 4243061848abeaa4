"""A decided case as the request for its letter. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias, TypedDict

from ingest.reading import Document, Envelope, Fate, Kind, Part, SealOutcome, page_list
from ingest.submission.case import Case, Filed, Place, parts_of_matter
from ingest.submission.reminding import Reminder
from ingest.submission.tracks import misfits
from notifier.letters import LetterRequest, ReceivedFile
from notifier.rendering import LetterKind
from notifier.wording import size_text
from rules.call import Call, Rendition, Role
from rules.staff import passed_on
from rules.timetable import corrections_until, resend_until
from rules.verdict import Decision, Outcome, Verdict


@dataclass(frozen=True)
class Reply:
    """Everything about a letter that the verdict does not say."""

    case_code: str
    submitter: str
    to_address: str
    to_name: str
    from_address: str
    serial: str  #: makes the Message-ID; the same decision always gives the same one


def role_name(document: Document) -> str:
    """What a document is, for the receipt's list of files."""
    if document.role is None:
        return "扫描件（未能对应）"
    rendition = "可编辑Word" if document.rendition is Rendition.EDITABLE else _printed(document)
    kind = document.form if document.role is Role.OTHER else document.role
    return f"{kind}（{rendition}）"


def _printed(document: Document) -> str:
    """A receipt that calls an unstamped page stamped would be quoted against the office."""
    if document.signatures and document.is_scan.value is not True:
        return "PDF，带电子签章"
    if document.is_scan.value is False:
        return "PDF，不是扫描件"
    seen = document.seal.outcome if document.seal else SealOutcome.UNCERTAIN
    return {SealOutcome.STAMPED: "盖章扫描件", SealOutcome.NOT_STAMPED: "扫描件，未见印章"}.get(
        seen, "扫描件，印章待核验"
    )


def files_of(case: Case) -> tuple[ReceivedFile, ...]:
    """Every attachment of the case, in the order received, with what it was taken for."""
    replaced = {item.place for item in case.replaced}
    return tuple(_files(case, replaced))


def _files(case: Case, replaced: set[Place]) -> Iterator[ReceivedFile]:
    wrong = {item.place for item in misfits(case)}
    for mail in case.mails:
        for part in parts_of_matter(mail.reading):
            documents = [each for each in mail.reading.documents if part.path in each.parts]
            own = [
                each
                for each in documents
                if each.track in (case.track, "") or Filed(mail, each).place in wrong
            ]
            if documents and not own:
                continue  # it is in the receipt of the other track
            unread = "网盘或超大附件链接" if part.fate is Fate.CLOUD_LINK else "未识别"
            places = {Filed(mail, document).place for document in own}
            yield ReceivedFile(
                name=part.name or "（无文件名）", role=_roles(own, case.track) or unread, size=part.size, sha256=part.sha256,
                received=mail.arrived or mail.received, note=_note(case, places, part, own),
                superseded=bool(places) and places <= replaced,
            )  # fmt: skip


def _roles(documents: Sequence[Document], track: str) -> str:
    """What a file holds; where it is several forms, each with its pages or its applicant."""
    if len(documents) < 2:
        return "".join(role_name(document) + _of_other(document, track) for document in documents)
    return "、".join(role_name(document) + _which(document) for document in documents)


def _of_other(document: Document, track: str) -> str:
    return f"，{document.track}的表" if document.track not in (track, "") else ""


_PICTURES = (Kind.JPEG, Kind.PNG, Kind.IMAGE)


def _remark(part: Part, documents: Sequence[Document]) -> str:
    """What would have been easier for both sides; nothing is asked for."""
    if part.kind in _PICTURES:
        return "图片已按扫描件查看。通知要求报送PDF，今后请把各页依次合并成一个PDF发送。"
    if len(documents) > 1:
        return f"文件中有{len(documents)}份表，已分别核对。今后请每份表单独成一个文件。"
    return ""


def _which(document: Document) -> str:
    pages = f"第{page_list(document.own_pages)}页" if document.own_pages else ""
    return pages or document.applicant


StaffLetterKind: TypeAlias = Literal["withdrawn", "outcome"]
"""Letters about what staff did with a case beside its verdict."""


def letter_kind(verdict: Verdict) -> LetterKind:
    """The letter that tells a verdict.

    Where newer papers wait for staff beside a person's 受理, they are what there is to tell.
    """
    if all(passed_on(each) for each in verdict.entries or (verdict,)):
        return "passed_on"
    waits = verdict.decision is Decision.ACCEPTED and _waits_beside(verdict)
    return "referred" if waits else verdict.decision.value


def _waits_beside(verdict: Verdict) -> bool:
    findings = [*verdict.findings, *(each for one in verdict.entries for each in one.findings)]
    asked = any(finding.outcome is Outcome.REFER for finding in findings)
    return asked and not any(passed_on(entry) for entry in verdict.entries)


def _note(case: Case, places: set[Place], part: Part, documents: Sequence[Document]) -> str:
    if places and places <= case.unused:
        return "由其他地址转来，没有采用"
    return _remark(part, documents) if documents else part.reason


def letter_request(
    case: Case,
    verdict: Verdict,
    call: Call,
    reply: Reply,
    now: datetime,
) -> LetterRequest:
    """The request for the letter that tells ``verdict``; it answers the last mail of who may learn
    it, else the case's last mail.
    """
    answered = case.answered or case.last
    return LetterRequest(
        kind=letter_kind(verdict),
        call=call,
        case_code=reply.case_code,
        track=case.track,
        submitter=reply.submitter,
        to_address=reply.to_address,
        to_name=reply.to_name,
        from_address=reply.from_address,
        received=case.last.received,
        now=now,
        **_thread(answered.reading.envelope),
        verdict=verdict,
        files=files_of(case),
        serial=reply.serial,
        mend_by=corrections_until(call.deadline, call.timing, now),
    )


def staff_request(
    case: Case, kind: StaffLetterKind, word: str, call: Call, reply: Reply, now: datetime
) -> LetterRequest:
    """The request for the letter about what staff did with a case beside its verdict."""
    last = case.last
    request = question_request(last.reading.envelope, last.received, call, reply, now)
    return replace(request, kind=kind, track=case.track, word=word)


def question_request(
    envelope: Envelope,
    received: datetime,
    call: Call,
    reply: Reply,
    now: datetime,
) -> LetterRequest:
    """The request for the receipt of a mail that brought nothing to judge."""
    return _plain_request("received", call, reply, received, now, _thread(envelope))


def _plain_request(
    kind: LetterKind,
    call: Call,
    reply: Reply,
    received: datetime | None,
    now: datetime,
    thread: _Thread | None = None,
) -> LetterRequest:
    """A letter without verdict and files; without ``thread`` it answers no mail."""
    beginning: _Thread = {"original_subject": "", "in_reply_to": "", "references": ()}
    return LetterRequest(
        kind=kind,
        call=call,
        case_code=reply.case_code,
        track="",
        submitter=reply.submitter,
        to_address=reply.to_address,
        to_name=reply.to_name,
        from_address=reply.from_address,
        received=received,
        now=now,
        **(thread or beginning),
        verdict=None,
        files=(),
        serial=reply.serial,
    )


def reminder_request(
    reminder: Reminder,
    call: Call,
    reply: Reply,
    track: str,
    received: datetime,
    now: datetime,
) -> LetterRequest:
    """The request for the reminder of a case, in the thread of the letter it reminds of."""
    return replace(
        _plain_request("reminder", call, reply, received, now),
        track=track,
        in_reply_to=reminder.message_id,
        references=(reminder.message_id,),
        verdict=reminder.verdict,
        mend_by=corrections_until(call.deadline, call.timing, reminder.told),
    )


def call_reminder_request(call: Call, reply: Reply, now: datetime) -> LetterRequest:
    """The request for the reminder of a unit that has sent nothing."""
    request = _plain_request("call_reminder", call, reply, None, now)
    return replace(request, case_code="", to_name="")


def too_large_request(
    envelope: Envelope, received: datetime, call: Call, reply: Reply, now: datetime, largest: int
) -> LetterRequest:
    """The request for the letter about a mail of more than ``largest`` bytes, which is not
    downloaded.
    """
    # Base64 makes four bytes of three and breaks its lines: files of 72 percent of the limit pass.
    room = size_text(largest * 72 // 100)
    return replace(
        question_request(envelope, received, call, reply, now),
        kind="too_large",
        size_limit=room,
        mend_by=resend_until(call.deadline, call.timing, received),
    )


def noted_request(
    envelope: Envelope, received: datetime, call: Call, reply: Reply, now: datetime
) -> LetterRequest:
    """The request for the receipt of a mail that waits for staff: no case, no name, no subject, no
    file in it.
    """
    request = question_request(envelope, received, call, reply, now)
    return replace(request, kind="noted", case_code="", submitter="", original_subject="")


def informed_request(call: Call, reply: Reply, received: datetime, now: datetime) -> LetterRequest:
    """The request for the short letter that tells a case's known address of a mail in its name."""
    return replace(_plain_request("informed", call, reply, received, now), submitter="")


class _Thread(TypedDict):
    original_subject: str
    in_reply_to: str
    references: tuple[str, ...]


def _thread(envelope: Envelope) -> _Thread:
    """Threading as RFC 5322 section 3.6.4 wants it: the parent's references, then the parent."""
    parents = envelope.references or envelope.in_reply_to
    return {
        "original_subject": envelope.subject,
        "in_reply_to": envelope.message_id,
        "references": tuple(
            dict.fromkeys([*parents, *([envelope.message_id] if envelope.message_id else [])]),
        ),
    }
