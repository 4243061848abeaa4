"""A decided case as the request for its letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.reading import Document, Envelope, Fate, Kind, Part, SealOutcome, SealReading
from ingest.submission.case import ReceivedMail, arrange
from ingest.submission.letterrequest import (
    Reply,
    call_reminder_request,
    files_of,
    informed_request,
    letter_kind,
    letter_request,
    noted_request,
    question_request,
    reminder_request,
    role_name,
    staff_request,
    too_large_request,
)
from ingest.submission.reminding import Reminder
from rules.call import Call, Role
from rules.facts import Fact
from rules.staff import STAFF_RULE
from rules.verdict import Decision, EntryVerdict, Finding, Outcome, Truth, Verdict
from tests.unit.ingest.conftest import MORNING

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
REPLY = Reply(
    "X24-0001-Q",
    "第八师石河子市教育局",
    "jyj@example.cn",
    "陈老师",
    "mailroom@office.example",
    "X24-0001-Q.2",
)
VERDICT = Verdict(decision=Decision.INCOMPLETE, entries=(), rules_sha256="0")
ENVELOPE = Envelope(message_id="<new@example.cn>", subject="请问")


def test_a_file_is_named_by_role_and_rendition(word: Make, scan: Make, summary: Make) -> None:
    """As the receipt prints it, with Chinese brackets."""
    assert role_name(word("甲团中学")) == "申报书（可编辑Word）"
    assert role_name(summary("甲团中学")) == "汇总表（可编辑Word）"
    assert role_name(scan(role=Role.SUMMARY)) == "汇总表（盖章扫描件）"
    assert role_name(scan(role=None)) == "扫描件（未能对应）"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"seal": None}, "申报书（扫描件，印章待核验）"),
        ({"seal": SealReading(outcome=SealOutcome.UNCERTAIN)}, "申报书（扫描件，印章待核验）"),
        ({"seal": SealReading(outcome=SealOutcome.NOT_STAMPED)}, "申报书（扫描件，未见印章）"),
        ({"is_scan": Fact.known(False)}, "申报书（PDF，不是扫描件）"),
    ],
)
def test_a_receipt_calls_no_page_stamped_on_which_no_seal_was_seen(
    scan: Make, seen: dict[str, object], expected: str
) -> None:
    """Not even in a correction notice."""
    assert role_name(scan().model_copy(update=seen)) == expected


def test_every_attachment_is_listed_in_the_order_received(
    call: Call, mail: Mail, word: Make, scan: Make, part: Callable[..., Part]
) -> None:
    """What is no document keeps the reason why; the mail's own text is no attachment."""
    link = part("申报书.pdf", Fate.CLOUD_LINK, Kind.CLOUD_LINK).model_copy(
        update={"reason": "是链接"}
    )
    first = mail(word("甲团中学"), parts=(link, part("", Fate.DAMAGED), part("正文", Fate.BODY)))
    second = mail(scan("甲团中学"))
    files = files_of(arrange([second, first], "示范校", call))
    assert [(file.name, file.role, file.note) for file in files] == [
        ("甲团中学申报书.docx", "申报书（可编辑Word）", ""),
        ("申报书.pdf", "网盘或超大附件链接", "是链接"),
        ("（无文件名）", "未识别", ""),
        ("扫描.pdf", "申报书（盖章扫描件）", ""),
    ]
    assert [file.received for file in files] == [*[first.received] * 3, second.received]


def test_a_replaced_file_is_listed_as_such(call: Call, mail: Mail, word: Make) -> None:
    """The older Word of the same applicant."""
    old, new = mail(word("甲团中学", name="旧.docx")), mail(word("甲团中学", name="新.docx"))
    assert [(file.name, file.superseded) for file in files_of(arrange([old, new], "示范校", call))] == [
        ("旧.docx", True), ("新.docx", False),
    ]  # fmt: skip


def test_the_file_of_another_track_is_in_the_other_letter(
    call: Call,
    mail: Mail,
    word: Make,
) -> None:
    """One mail, two cases, two receipts."""
    both = mail(word("甲团中学"), word("第八师教育局", "示范区"))
    assert [file.name for file in files_of(arrange([both], "示范区", call))] == [
        "第八师教育局申报书.docx"
    ]


def test_a_letter_answers_the_last_mail_of_its_case(
    call: Call,
    mail: Mail,
    word: Make,
    scan: Make,
) -> None:
    """Thread headers, subject and received time are those of the newest; the kind is the
    verdict's.
    """
    first, last = mail(word("甲团中学"), subject="申报"), mail(scan("甲团中学"), subject="补一份")
    now = MORNING + timedelta(hours=1)
    request = letter_request(arrange([first, last], "示范校", call), VERDICT, call, REPLY, now)
    assert (request.in_reply_to, request.original_subject) == (
        last.reading.envelope.message_id,
        "补一份",
    )
    assert (request.received, request.now, request.kind) == (last.received, now, "incomplete")
    assert (
        request.case_code,
        request.to_address,
        request.serial,
    ) == ("X24-0001-Q", "jyj@example.cn", "X24-0001-Q.2")
    assert request.verdict is VERDICT
    assert len(request.files) == 2


def test_references_are_the_parents_and_then_the_parent(call: Call) -> None:
    """RFC 5322 3.6.4; each once, In-Reply-To where there are no References."""

    def references(**headers: object) -> tuple[str, ...]:
        envelope = ENVELOPE.model_copy(update=headers)
        return question_request(envelope, MORNING, call, REPLY, MORNING).references

    assert references() == ("<new@example.cn>",)
    assert references(references=("<a@x>", "<b@x>"), in_reply_to=("<b@x>",)) == (
        "<a@x>",
        "<b@x>",
        "<new@example.cn>",
    )
    assert references(in_reply_to=("<b@x>",)) == ("<b@x>", "<new@example.cn>")
    assert references(references=("<new@example.cn>",)) == ("<new@example.cn>",)
    assert references(message_id="") == ()


def test_a_question_gets_a_receipt_without_verdict_and_files(call: Call) -> None:
    """There is nothing to judge and no case."""
    request = question_request(ENVELOPE, MORNING, call, replace(REPLY, case_code=""), MORNING)
    assert (
        request.kind,
        request.verdict,
        request.files,
        request.case_code,
    ) == ("received", None, (), "")
    assert (request.original_subject, request.received) == ("请问", MORNING)


def test_a_file_with_several_forms_is_listed_once_with_the_pages_of_each(
    call: Call, mail: Mail, scan: Make
) -> None:
    """One that is replaced as a whole says so."""
    form = scan("甲团中学").model_copy(update={"own_pages": (1, 2)})
    table = scan(role=Role.SUMMARY).model_copy(update={"own_pages": (3,), "part": form.part})
    both = mail(form, table)
    parts = both.reading.parts[:1]
    both = replace(both, reading=both.reading.model_copy(update={"parts": parts}))

    (listed,) = files_of(arrange([both], "示范校", call))

    assert listed.role == "申报书（盖章扫描件）第1-2页、汇总表（盖章扫描件）第3页"
    assert listed.note == "文件中有2份表，已分别核对。今后请每份表单独成一个文件。"
    assert not listed.superseded


def test_photographs_are_taken_and_a_pdf_is_wanted_next_time(
    call: Call, mail: Mail, scan: Make, part: Callable[..., Part]
) -> None:
    """All sheets of one form are the one document."""
    form = scan("甲团中学").model_copy(update={"part": "1.jpg", "more_parts": ("2.jpg",)})
    sheets = tuple(part(f"{n}.jpg", Fate.DOCUMENT, Kind.JPEG) for n in (1, 2))
    photographed = mail(form, parts=sheets)
    reading = photographed.reading.model_copy(update={"parts": sheets})

    files = files_of(arrange([replace(photographed, reading=reading)], "示范校", call))

    assert [file.role for file in files] == ["申报书（盖章扫描件）"] * 2
    assert {file.note for file in files} == {
        "图片已按扫描件查看。通知要求报送PDF，今后请把各页依次合并成一个PDF发送。"
    }


def decided(decision: Decision, *findings: Finding) -> EntryVerdict:
    """An entry with this verdict."""
    return EntryVerdict(
        entry="申1", applicant="甲", track="示范校", decision=decision, findings=findings
    )


def found(rule: str) -> Finding:
    """What leaves an entry to staff, or what staff said."""
    return Finding(
        rule=rule, title="甲", clause="五", outcome=Outcome.REFER, truth=Truth.UNDECIDED, text="乙",
        subjects=("申1",),
    )  # fmt: skip


PASSED_ON = decided(Decision.REFERRED, found(STAFF_RULE))
OPEN = decided(Decision.ACCEPTED, found("R"))
CLEAR = decided(Decision.ACCEPTED)


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ((PASSED_ON, PASSED_ON), "passed_on"),
        ((PASSED_ON, CLEAR), "accepted"),
        ((PASSED_ON, OPEN), "accepted"),
        ((CLEAR, OPEN), "referred"),
        ((CLEAR, CLEAR), "accepted"),
    ],
)
def test_a_letter_is_called_after_what_there_is_to_tell(
    entries: tuple[EntryVerdict, ...], kind: str
) -> None:
    """Passed on where everything was; newer papers beside an acceptance wait for staff."""
    verdict = Verdict(decision=Decision.ACCEPTED, entries=entries, rules_sha256="0")
    assert letter_kind(verdict) == kind


def test_papers_of_who_may_only_add_are_listed_as_not_used(
    call: Call, mail: Mail, word: Make
) -> None:
    """The known address reads that they came and changed nothing."""
    own, later = mail(word("甲团中学")), mail(word("甲团中学", name="别人的.docx"))
    files = files_of(arrange([own, replace(later, may_replace=False)], "示范校", call))
    assert [(file.name, file.note) for file in files] == [
        ("甲团中学申报书.docx", ""),
        ("别人的.docx", "由其他地址转来，没有采用"),
    ]


def test_the_file_of_another_track_in_an_empty_place_is_called_so(
    call: Call, mail: Mail, word: Make, summary: Make
) -> None:
    """Whoever took the wrong form reads which one it is."""
    papers = mail(word("甲团教育局", track="示范区"), summary("甲团中学"))
    roles = [file.role for file in files_of(arrange([papers], "示范校", call))]
    assert roles == ["申报书（可编辑Word），示范区的表", "汇总表（可编辑Word）"]


def test_staff_letters_answer_the_last_mail_of_their_case(
    call: Call, mail: Mail, word: Make
) -> None:
    """With what staff wrote, and no verdict."""
    first, last = mail(word("甲团中学"), subject="申报"), mail(subject="申请撤回")
    case = arrange([first, last], "示范校", call)
    request = staff_request(case, "withdrawn", "已办理撤回。", call, REPLY, MORNING)
    assert (request.kind, request.track, request.word) == ("withdrawn", "示范校", "已办理撤回。")
    assert (request.original_subject, request.verdict, request.files) == ("申请撤回", None, ())
    assert request.in_reply_to == last.reading.envelope.message_id


def test_a_reminder_stands_in_the_thread_of_the_letter_it_reminds_of(call: Call) -> None:
    """With what that letter asked for."""
    told = Reminder(MORNING.date(), REPLY.to_address, "<letter@office.example>", MORNING, VERDICT)
    request = reminder_request(told, call, REPLY, "示范校", MORNING, MORNING + timedelta(days=3))
    assert (request.kind, request.track, request.case_code) == (
        "reminder",
        "示范校",
        REPLY.case_code,
    )
    assert request.in_reply_to == "<letter@office.example>"
    assert request.references == ("<letter@office.example>",)
    assert (request.verdict, request.mend_by) == (VERDICT, call.deadline)


def test_who_sent_nothing_is_reminded_without_case_and_name(call: Call) -> None:
    """In no thread: there is none."""
    request = call_reminder_request(call, REPLY, MORNING)
    assert (request.kind, request.case_code, request.to_name) == ("call_reminder", "", "")
    assert (request.received, request.in_reply_to, request.references) == (None, "", ())


def test_a_mail_too_large_is_told_what_passes_and_until_when(call: Call) -> None:
    """Base64 takes a third, and the lines of it."""
    late = call.deadline - timedelta(minutes=1)
    request = too_large_request(ENVELOPE, late, call, REPLY, late, 100 * 1024 * 1024)
    assert (request.kind, request.size_limit) == ("too_large", "72.0 MB")
    assert request.mend_by is not None
    assert request.mend_by > call.deadline
    assert request.in_reply_to == ENVELOPE.message_id


def test_a_mail_that_waits_for_staff_learns_nothing_of_a_case(call: Call) -> None:
    """No code, no name, and not even its own subject comes back."""
    request = noted_request(ENVELOPE, MORNING, call, REPLY, MORNING)
    assert (request.kind, request.case_code, request.submitter) == ("noted", "", "")
    assert (request.original_subject, request.in_reply_to) == ("", ENVELOPE.message_id)


def test_the_known_address_is_told_of_a_mail_in_its_cases_name(call: Call) -> None:
    """A short letter of its own, with the case's code."""
    request = informed_request(call, REPLY, MORNING, MORNING)
    assert (request.kind, request.case_code, request.submitter) == ("informed", REPLY.case_code, "")
    assert (request.in_reply_to, request.received) == ("", MORNING)
