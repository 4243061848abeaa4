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
    files_of,
    letter_request,
    question_request,
    role_name,
)
from rules.call import Call, Role
from rules.facts import Fact
from rules.verdict import Decision, Verdict
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
