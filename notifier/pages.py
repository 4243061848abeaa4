"""What templates may say: the variables of a letter and of a digest, all of them text, numbers or
yes/no.

These classes are the vocabulary an administrator writes templates in: a template that uses any
other word is refused by ``rendering.check_templates``. No decision is taken and nothing is
formatted here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class EntryView:
    """One applicant of the case and what became of it."""

    applicant: str
    decision: str  #: 受理, 待补正, 不予受理, 待人工核验
    remark: str


@dataclass(frozen=True)
class FindingView:
    """One thing that is not right, said once for all applicants it concerns."""

    number: int
    text: str
    clause: str
    scope: str  #: names of the applicants concerned; "" when the case has only one


@dataclass(frozen=True)
class FileView:
    """One file as the receipt names it."""

    number: int  #: by which its hash is found
    name: str
    role: str
    size: str
    sha256: str
    received: str
    note: str


@dataclass(frozen=True)
class LetterPage:
    """The variables of ``subject.txt``, ``body.txt`` and ``body.html`` of a letter."""

    letter_name: str  #: 受理回执, 补正通知 ...
    case_code: str
    call_title: str
    authority: str
    office: str
    telephone: str
    mailbox: str
    submitter: str
    track: str
    received: str
    original_subject: str
    total: int  #: number of entries
    counts: str  #: 受理 4 项、不予受理 1 项; "" unless the entries differ
    entries: tuple[EntryView, ...]
    entries_left_out: int
    refused: tuple[FindingView, ...]
    to_mend: tuple[FindingView, ...]
    to_verify: tuple[FindingView, ...]
    findings_left_out: int
    files: tuple[FileView, ...]
    superseded: tuple[FileView, ...]
    files_left_out: int
    listing_sha256: str  #: hash of the complete file list, "" when the list is shown in full
    deadline: str
    deadline_passed: bool
    remaining: str  #: 还有 3 天, 今天截止, 已截止
    mend_by: str  #: until when what is to be mended may come: the deadline or later (补正期限)
    mend_passed: bool
    mend_remaining: str
    receipt_code: str
    receipt_qr: str  #: the Content-ID of its picture; "" = none
    receipt_signature: str  #: for whoever has the published key; "" = not signed
    last_automatic: bool
    last_of_case: bool
    #: what the files of one mail may weigh, in a letter about a mail that was too large; else ""
    size_limit: str
    word: str  #: what staff say in a letter about a case that has no verdict in it; else ""
    date: str  #: 2024年8月30日, the day of the letter, under the name of the office
    instead: str  #: who must send what is to be mended, where the applicant cannot; else ""


@dataclass(frozen=True)
class CropView:
    """A small picture shown as evidence; ``width`` in pixels."""

    cid: str
    caption: str
    width: int


@dataclass(frozen=True)
class LinkView:
    """A link that opens a mail (``url`` begins with ``mailto:``), or a file that somebody put on a
    net disk (``https:``).
    """

    label: str
    url: str


@dataclass(frozen=True)
class TaskView:
    """Something only a person can decide."""

    number: int
    case_code: str
    submitter: str
    track: str
    applicant: str
    reason: str
    clause: str
    telephone: str
    received: str
    crops: tuple[CropView, ...]
    task: int  #: its number, for ``mailroom task``; 0 = it is none
    assigned: str  #: who has it
    address: str  #: who waits for it
    contact: str  #: the name of whom to ask for
    todo: str  #: what is to be done
    files: tuple[LinkView, ...]  #: files that were only linked to, for staff to look at
    links: tuple[LinkView, ...]  #: one for each answer


@dataclass(frozen=True)
class CaseView:
    """One line of a list of cases."""

    case_code: str
    submitter: str
    track: str
    applicant: str
    telephone: str
    received: str
    note: str


@dataclass(frozen=True)
class UndeliveredView:
    """A letter that did not arrive, so that somebody telephones."""

    case_code: str
    submitter: str
    letter_name: str
    recipient: str
    telephone: str
    reason: str


@dataclass(frozen=True)
class QuotaView:
    """How much of a quota has been accepted."""

    name: str
    target: str  #: 名额 6 个, 要求不少于 15 个
    accepted: int
    bar: int  #: 0..100, for a bar made of table cells


@dataclass(frozen=True)
class SilentView:
    """The units of one track that have sent nothing."""

    track: str
    count: int
    names: str


@dataclass(frozen=True)
class StateView:
    """One line about the program's own health; ``word`` is 正常 or 请查看."""

    label: str
    value: str
    word: str


@dataclass(frozen=True)
class DigestPage:
    """The variables of ``digest/subject.txt``, ``digest/body.txt`` and ``digest/body.html``."""

    day: str  #: 8月30日
    date: str  #: 2024年8月30日（星期五）
    composed: str
    period: str  #: ``8月29日 17:30 至 8月30日 17:30``: what 本期 means
    call_title: str
    authority: str
    office: str
    news: str  #: 新收 12 件 · 受理 7 · 待补正 4 · 转人工 1
    lead: str  #: the first sentence: what needs a human today
    deadline: str
    remaining: str
    tasks: tuple[TaskView, ...]
    tasks_left_out: int
    accept_all: str  #: opens a mail that accepts everything to be verified; "" = nothing is
    undelivered: tuple[UndeliveredView, ...]
    undelivered_left_out: int
    accepted: tuple[CaseView, ...]
    accepted_left_out: int
    incomplete: tuple[CaseView, ...]
    incomplete_left_out: int
    rejected: tuple[CaseView, ...]
    rejected_left_out: int
    closing: tuple[CaseView, ...]
    closing_left_out: int
    left_open: tuple[CaseView, ...]
    left_open_left_out: int
    silent: tuple[SilentView, ...]
    quotas: tuple[QuotaView, ...]
    states: tuple[StateView, ...]
    errors: tuple[str, ...]
    ledger: str


_VIEWS: tuple[type[Any], ...] = (
    EntryView,
    FindingView,
    FileView,
    CropView,
    LinkView,
    TaskView,
    CaseView,
    UndeliveredView,
    QuotaView,
    SilentView,
    StateView,
)

LETTER_VARIABLES = frozenset(field.name for field in fields(LetterPage))
DIGEST_VARIABLES = frozenset(field.name for field in fields(DigestPage))
ATTRIBUTES = frozenset(field.name for view in _VIEWS for field in fields(view))


def variables(page: LetterPage | DigestPage) -> dict[str, Any]:
    """The page as the mapping a template is rendered with."""
    return {field.name: getattr(page, field.name) for field in fields(page)}
