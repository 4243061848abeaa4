"""A case as the rules see it, and the findings back as a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from ingest.reading import Document, Fate, Part, ScanLine, Seal, SealOutcome, SealReading
from ingest.submission.case import ReceivedMail, arrange
from ingest.submission.presenting import LedgerEntry, subjects_of, verdict_of
from ingest.submission.sender import Sender
from rules.call import Call, Role
from rules.facts import Fact, Knowledge
from rules.subjects import Subject
from rules.verdict import Decision, Finding, Outcome, Truth

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
BUREAU = Sender(
    "师市教育局", "unit:第八师石河子市", "第八师石河子市教育局", "第八师石河子市", "发件人名称"
)


def look(
    mails: list[ReceivedMail],
    call: Call,
    *,
    decided: bool = False,
    ledger: tuple[LedgerEntry, ...] = (),
) -> dict[str, Subject]:
    case = arrange(mails, "示范校", call)
    return {
        subject.id: subject
        for subject in subjects_of(
            case,
            call,
            BUREAU,
            decided_before=decided,
            ledger=ledger,
        )
    }


def finding(rule: str, outcome: Outcome, *subjects: str) -> Finding:
    return Finding(
        rule=rule,
        title=rule,
        clause="五(五)",
        outcome=outcome,
        truth=Truth.VIOLATED,
        text=rule,
        subjects=subjects,
    )


def test_a_complete_pair_is_a_form_and_a_scan_that_belongs_to_it(
    call: Call, mail: Mail, word: Make, scan: Make
) -> None:
    """The rules find the seal through 对应."""
    subjects = look([mail(word("甲团中学"), scan("甲团中学"))], call)
    assert subjects["申1"].fact("可编辑") == Fact.known(True)
    assert (subjects["扫申1"].fact("对应").value, subjects["扫申1"].fact("盖章").value) == (
        "申1",
        True,
    )


def test_an_uncertain_seal_is_unknown_to_the_rules(
    call: Call,
    mail: Mail,
    word: Make,
    scan: Make,
) -> None:
    """Uncertain is neither yes nor no."""
    subjects = look([mail(word("甲团中学"), scan("甲团中学", outcome=SealOutcome.UNCERTAIN))], call)
    assert subjects["扫申1"].fact("盖章").knowledge is Knowledge.UNKNOWN


def test_a_missing_word_file_is_unknown_while_an_attachment_is_unread(
    call: Call, mail: Mail, scan: Make, part: Callable[..., Part]
) -> None:
    """The unread .rar may hold it."""
    subjects = look([mail(scan("甲团中学"), parts=(part("材料.rar", Fate.UNSUPPORTED),))], call)
    assert subjects["申1"].fact("可编辑").knowledge is Knowledge.UNKNOWN
    assert subjects["来件"].fact("有未读附件").value is True


def test_a_missing_word_file_is_missing_when_everything_was_read(
    call: Call,
    mail: Mail,
    scan: Make,
) -> None:
    """Then the applicant can be told."""
    assert look([mail(scan("甲团中学"))], call)["申1"].fact("可编辑").value is False


def test_a_loose_scan_belongs_to_nobody_known(
    call: Call,
    mail: Mail,
    word: Make,
    scan: Make,
) -> None:
    """So the rules cannot decide, and staff look."""
    subjects = look([mail(word("甲团中学"), word("乙团中学"), scan("", name="1.pdf"))], call)
    assert subjects["散1"].fact("对应").knowledge is Knowledge.UNKNOWN


def test_a_late_second_mail_is_a_supplement_and_a_late_first_one_is_not(
    call: Call,
    mail: Mail,
    word: Make,
) -> None:
    """D01 rejects only what arrived late from the start."""
    late = call.deadline + timedelta(hours=1)
    assert (
        look([mail(word("甲团中学")), mail(word("甲团中学"), received=late)], call)["来件"]
        .fact("性质")
        .value
        == "补正"
    )
    assert look([mail(word("甲团中学"), received=late)], call)["来件"].fact("性质").value == "首次"


@pytest.mark.parametrize(
    ("minutes", "suspicious"),
    [(0, False), (10, False), (11, True), (-11, True)],
)
def test_two_clocks_more_than_ten_minutes_apart_are_suspicious(
    call: Call, mail: Mail, word: Make, minutes: int, *, suspicious: bool
) -> None:
    """INTERNALDATE against the topmost Received header."""
    received = call.deadline - timedelta(days=1)
    one = mail(word("甲团中学"), received=received, witness=received - timedelta(minutes=minutes))
    assert look([one], call)["来件"].fact("时间可疑").value is suspicious


def test_a_broken_attachment_is_forgiven_once_a_newer_mail_came(
    call: Call, mail: Mail, word: Make, part: Callable[..., Part]
) -> None:
    """The newer mail is the applicant's answer to the letter about it."""
    broken = mail(parts=(part("申报书.docx", Fate.DAMAGED),))
    assert [s.fact("状态").value for s in look([broken], call).values() if s.kind == "附件"] == [
        "打不开"
    ]
    assert [
        s.fact("状态").value
        for s in look([broken, mail(word("甲团中学"))], call).values()
        if s.kind == "附件"
    ] == ["已识别"]


def test_the_ledger_is_shown_to_the_rules(call: Call, mail: Mail, word: Make) -> None:
    """For counting what was accepted already."""
    subjects = look(
        [mail(word("甲团中学"))], call, ledger=(LedgerEntry("台1", "示范区", "第八师教育局", ""),)
    )
    assert subjects["台1"].fact("师市").knowledge is Knowledge.UNKNOWN


def test_findings_go_to_the_entry_they_are_bound_to(
    call: Call, mail: Mail, word: Make, scan: Make, summary: Make
) -> None:
    """By the form, its scan or its row; the rest concern the whole case."""
    case = arrange(
        [
            mail(
                word("甲团中学"),
                scan("甲团中学"),
                word("乙团中学"),
                summary("甲团中学", "乙团中学"),
            )
        ],
        "示范校",
        call,
    )
    findings = [
        finding("F01", Outcome.RETURN, "申2"),
        finding("F02", Outcome.REMIND, "扫申1"),
        finding("X04", Outcome.REMIND, "汇2"),
        finding("A1", Outcome.REMIND, "来件"),
    ]
    verdict = verdict_of(case, findings, "sha")
    assert [[item.rule for item in entry.findings] for entry in verdict.entries] == [
        ["F02"],
        ["F01", "X04"],
    ]
    assert (
        [item.rule for item in verdict.findings],
        verdict.decision,
    ) == (["A1"], Decision.INCOMPLETE)


def test_lateness_rejects_every_entry(call: Call, mail: Mail, word: Make) -> None:
    """A finding about the whole case is everybody's."""
    case = arrange([mail(word("甲团中学"), word("乙团中学"))], "示范校", call)
    verdict = verdict_of(case, [finding("D01", Outcome.REJECT, "来件")], "sha")
    assert (
        {entry.decision for entry in verdict.entries}
        == {
            verdict.decision,
        }
        == {Decision.REJECTED}
    )


def test_a_case_without_entries_is_decided_by_what_was_found(
    call: Call,
    mail: Mail,
    part: Callable[..., Part],
) -> None:
    """A cloud link alone."""
    case = arrange([mail(parts=(part("x", Fate.CLOUD_LINK),))], "", call)
    assert (
        verdict_of(case, [finding("A2", Outcome.RETURN, "来件")], "sha").decision
        is Decision.INCOMPLETE
    )


def test_a_mail_without_a_date_of_the_server_is_suspicious(
    call: Call,
    mail: Mail,
    word: Make,
) -> None:
    """The moment it was asked for is no evidence of when it came; staff decide."""
    dated = mail(word("甲团中学"))
    assert look([dated], call)["来件"].fact("时间可疑").value is False
    assert look([replace(dated, dated=False)], call)["来件"].fact("时间可疑").value is True


def test_a_row_is_compared_as_the_entry_it_belongs_to(
    call: Call, mail: Mail, word: Make, scan: Make, summary: Make
) -> None:
    """It is shown as it is written; the scan's name likewise."""
    forms = word("第八师石河子市红旗小学"), scan("石河子红旗小学")
    subjects = look([mail(*forms, summary("红旗小学"))], call)
    assert [(subjects[one].fact("单位名称").value, subjects[one].fact("单位名称").same_as) for one in ("汇1", "扫申1")] == [
        ("红旗小学", "第八师石河子市红旗小学"),
        ("石河子红旗小学", "第八师石河子市红旗小学"),
    ]  # fmt: skip


def test_a_row_that_may_mean_another_is_shown_and_compared_with_nothing(
    call: Call, mail: Mail, word: Make, summary: Make
) -> None:
    """The division's school and the town's."""
    subjects = look([mail(word("第三师第一中学"), summary("图木舒克市第一中学"))], call)
    name = subjects["汇1"].fact("单位名称")
    assert (name.knowledge, name.value) == (Knowledge.UNKNOWN, "图木舒克市第一中学")


def test_a_unit_is_compared_by_its_own_name(call: Call, mail: Mail, word: Make) -> None:
    """第八师 and 石河子市 are one place; an accepted school is known again under another spelling."""
    ledger = (LedgerEntry("账1", "示范校", "红旗小学", "第八师石河子市"),)
    form = word("石河子市红旗小学", 师市="石河子市")
    subjects = look([mail(form)], call, ledger=ledger)
    assert subjects["申1"].fact("师市").same_as == "第八师石河子市"
    assert subjects["账1"].fact("师市").same_as == "第八师石河子市"
    assert subjects["账1"].fact("单位名称").same_as == "石河子市红旗小学"


def test_a_form_of_the_other_track_is_said_to_be_one(
    call: Call, mail: Mail, word: Make, summary: Make
) -> None:
    """And of which; otherwise there is none."""
    mixed = look([mail(word("甲团中学"), summary("乙局", track="示范区"))], call)["来件"]
    alone = look([mail(word("甲团中学"))], call)["来件"]
    assert (mixed.fact("错类表单").value, mixed.fact("错类类别").value) == ("汇总表", "示范区")
    assert alone.fact("错类表单").value == "无"
    assert alone.fact("错类类别").knowledge is Knowledge.BLANK


def test_a_form_says_when_it_came_and_of_which_year_it_is(
    call: Call, mail: Mail, word: Make, scan: Make
) -> None:
    """The day is Beijing's; a scan alone says nothing."""
    form = word("甲团中学").model_copy(
        update={"form": "附件2", "outline": (("2023年智慧教育示范校申报书",),)}
    )
    late = call.deadline.astimezone(UTC)
    subject = look([mail(form, received=late)], call)["申1"]
    assert (subject.fact("收到日期").value, subject.fact("标题年份").value) == ("2024-09-01", 2023)
    assert look([mail(word("甲团中学"))], call)["申1"].fact("标题年份").knowledge is Knowledge.BLANK
    scanned = look([mail(scan("甲团中学"))], call)["申1"]
    assert scanned.fact("标题年份").knowledge is Knowledge.UNKNOWN


def test_a_mail_has_its_subject_and_an_attachment_its_sort(
    call: Call, mail: Mail, word: Make
) -> None:
    """What people call a file, by its content; a mail without a subject left it empty."""
    seen = look([mail(word("试验小学"), subject="申报材料")], call)
    sorts = {subject.fact("类型").value for subject in seen.values() if subject.kind == "附件"}
    assert (sorts, seen["来件"].fact("主题").value) == ({"Word"}, "申报材料")
    silent = look([mail(word("试验小学"))], call)
    assert silent["来件"].fact("主题").knowledge is Knowledge.BLANK


@pytest.mark.parametrize(
    ("outcome", "marks", "count"),
    [
        (SealOutcome.STAMPED, 2, 2),
        (SealOutcome.NOT_STAMPED, 0, 0),
        (SealOutcome.UNCERTAIN, 1, None),
        (None, 0, None),
    ],
)
def test_seals_are_counted_where_there_surely_are_some(
    call: Call, mail: Mail, word: Make, scan: Make, outcome: SealOutcome | None, marks: int,
    count: int | None,
) -> None:  # fmt: skip
    """A doubtful one is no number."""
    mark = Seal(page=1, bbox=(0, 0, 40, 40), diameter_mm=40, shape="circle", confidence=0.9)
    reading = SealReading(outcome=outcome, seals=(mark,) * marks) if outcome else None
    paper = scan("试验小学").model_copy(update={"seal": reading})
    seen = look([mail(word("试验小学"), paper)], call)
    [found] = [subject for subject in seen.values() if subject.kind == "扫描件"]
    assert found.fact("印章数").value == count


def test_an_applicant_who_stands_only_in_the_table_has_no_form_to_judge(
    call: Call, mail: Mail, word: Make, summary: Make
) -> None:
    """Its row is seen."""
    subjects = look([mail(word("甲团中学"), summary("甲团中学", "乙团中学"))], call)
    forms = [each.fact("单位名称").value for each in subjects.values() if each.kind == "申报书"]
    assert forms == ["甲团中学"]
    assert subjects["汇2"].fact("单位名称").value == "乙团中学"


def read_pages(document: Document, *texts: str) -> Document:
    """The scan with these lines read from its only page."""
    lines = tuple(
        ScanLine(page=1, row=row, text=text, confidence=0.98, box=(20, 8 * row, 80, 8 * row + 4))
        for row, text in enumerate(texts, 1)
    )
    return document.model_copy(update={"lines": lines, "pages_read": (1,), "read_whole": True})


def test_a_scan_whose_print_was_read_is_put_to_the_word_file(
    call: Call, mail: Mail, word: Make, scan: Make
) -> None:
    """The name on it is that of the paper, not that of the file."""
    school = "第八师石河子市甲团中学"
    paper = read_pages(scan(school, name="扫描001.pdf"), f"学校名称（盖章）：{school}")
    subjects = look([mail(word(school), paper)], call)
    name = subjects["扫申1"].fact("单位名称")
    assert (name.value, name.provenance.method) == (school, "ocr")
    assert subjects["扫申1"].fact("可比对").provenance.part == paper.part


def test_a_name_among_the_values_of_a_scan_counts_before_that_of_its_file(
    call: Call, mail: Mail, scan: Make
) -> None:
    """A form field of a PDF says what was typed there."""
    typed = scan("甲团中学").model_copy(
        update={"fields": {"单位名称": Fact.known("甲团中学（东校区）")}}
    )
    assert look([mail(typed)], call)["扫申1"].fact("单位名称").value == "甲团中学（东校区）"


def test_a_table_named_for_another_unit_is_not_this_ones_where_no_seal_is_legible(
    call: Call, mail: Mail, word: Make, scan: Make, summary: Make
) -> None:
    """Somebody attached the neighbour's scan."""
    papers = [word("甲团中学"), summary("甲团中学")]
    other = scan("第五师双河市教育局", role=Role.SUMMARY, name="第五师双河市教育局汇总表.pdf")
    fact = look([mail(*papers, other)], call)["扫汇"].fact("印章单位一致")
    assert (fact.value, fact.provenance.place) == (False, "文件名")
    own = scan("第八师石河子市教育局", role=Role.SUMMARY, name="汇总表.pdf")
    assert look([mail(*papers, own)], call)["扫汇"].fact("印章单位一致").value is not False
