from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from notifier.letters import (
    LETTER_NAMES,
    MAX_LETTER,
    Letter,
    compose,
    listing_sha256,
    mail_size,
    make_page,
    shorten_subject,
)
from notifier.rendering import Templates
from rules.verdict import Decision, EndedEntry, EntryVerdict, Outcome
from rules.vocabulary import BEIJING
from tests.unit.notifier.invented import (
    ALL_TICKED,
    FAINT,
    FILES,
    LOW_RATE,
    NO_SCAN,
    RECEIVED,
    SCHOOLS,
    RequestMaker,
    entry,
    finding,
    received_file,
    verdict,
)

SUMMARY = ("汇总表", "五（五）", "未收到汇总表的可编辑 Word 版，请回复本邮件补充。")


def both(letter: Letter) -> tuple[str, str]:
    assert letter.html
    return letter.text, letter.html


def broken_batch(size: int) -> tuple[EntryVerdict, ...]:
    """So many schools, each with a fault of its own."""
    return tuple(
        entry(
            f"示例第{number}中学",
            finding(
                ("缺项", "三（二）2", f"第{number}所学校未填写职能部门，请补填后重新报送。"),
                Outcome.RETURN,
            ),
        )
        for number in range(size)
    )


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (None, "accepted"),
        (Outcome.RETURN, "incomplete"),
        (Outcome.REJECT, "rejected"),
        (Outcome.REFER, "referred"),
    ],
)
def test_every_letter_carries_the_facts_of_its_case(
    request_for: RequestMaker, templates: Templates, outcome: Outcome | None, kind: str
) -> None:
    """Code, unit, track, received time, deadline, contact, files and the disclaimer stand in both
    bodies.
    """
    words = [finding(NO_SCAN, outcome)] if outcome else []
    letter = compose(request_for(verdict=verdict(entry(SCHOOLS[0], *words))), templates)
    assert letter.kind == kind
    assert (
        letter.subject == f"【{LETTER_NAMES[kind]}】案卷编号 X24-0007-K：第一师报送示范校申报材料"
    )
    for body in both(letter):
        for fact in (
            "X24-0007-K",
            "第一师阿拉尔市教育局",
            "示范校",
            "2024年8月30日 16:05 收到",
            "2024年8月31日（星期六）24:00",
            "还有 1 天",
            SCHOOLS[0],
            "0991-8878035",
            "本邮件由系统自动发出；受理回执仅表明材料齐全合规，不代表评审结果",
            *(file.name for file in FILES),
            *(file.role for file in FILES),
            *(file.sha256 for file in FILES),
        ):
            assert fact in body, fact


def test_a_case_without_a_verdict_gets_a_receipt_of_arrival(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """收件回执 says only that the mail came."""
    letter = compose(request_for(verdict=None), templates)
    assert letter.kind == "received"
    for body in both(letter):
        assert "申报项及结论" not in body
        assert "结果将另行函告" in body


def test_every_finding_appears_exactly_once(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """A finding that several schools share is told once, with all their names."""
    case = verdict(
        entry(SCHOOLS[0], finding(NO_SCAN, Outcome.RETURN)),
        entry(SCHOOLS[1], finding(NO_SCAN, Outcome.RETURN), finding(FAINT, Outcome.REFER)),
        findings=(finding(SUMMARY, Outcome.RETURN),),
    )
    for body in both(compose(request_for(verdict=case), templates)):
        assert [body.count(words[2]) for words in (NO_SCAN, FAINT, SUMMARY)] == [1, 1, 1]
        assert f"涉及：{SCHOOLS[0]}、{SCHOOLS[1]}" in body
        assert "涉及：整份材料" in body


def test_reminders_for_staff_are_not_told_to_applicants(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """提醒 is for the experts."""
    letter = compose(
        request_for(verdict=verdict(entry(SCHOOLS[0], finding(ALL_TICKED, Outcome.REMIND)))),
        templates,
    )
    assert letter.kind == "accepted"
    assert ALL_TICKED[2] not in letter.text + letter.html
    assert "材料齐全，符合通知要求" in letter.text


def test_a_refusal_that_staff_must_confirm_is_not_called_a_refusal(
    request_for: RequestMaker, templates: Templates
) -> None:
    """Uncertain is never "no": such an entry is to be verified, reason and all."""
    case = verdict(
        entry(SCHOOLS[0], finding(LOW_RATE, Outcome.REJECT), finding(FAINT, Outcome.REFER)),
    )
    letter = compose(request_for(verdict=case), templates)
    assert letter.kind == "referred"
    for body in both(letter):
        assert "不予受理" not in body
        assert body.index("将由工作人员核验的事项") < body.index(LOW_RATE[2])


WHOLE = finding(("汇总表有扫描件", "五(五)", "汇总表缺少盖章扫描件。"), Outcome.RETURN)
OWN = finding(("申报书有扫描件", "五(五)", "申报书缺少盖章扫描件。"), Outcome.RETURN)


@pytest.mark.parametrize(
    ("entries", "remarks"),
    [
        ((entry(SCHOOLS[0], OWN),), ("见下列事项（2 项）",)),
        ((entry(SCHOOLS[0]),), ("见下列事项（1 项）",)),
        (
            (entry(SCHOOLS[0], OWN), entry(SCHOOLS[1])),
            ("见下列事项（1 项），另见涉及整份材料的事项（1 项）",),
        ),
    ],
    ids=["the only entry's are all", "the whole case's alone", "of several each has its own"],
)
def test_an_entry_says_how_many_of_the_findings_below_are_its_own(
    entries: tuple[EntryVerdict, ...],
    remarks: tuple[str, ...],
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """The number must be that of the list a reader sees below it."""
    case = verdict(*entries, findings=(WHOLE,)).model_copy(
        update={
            "entries": tuple(
                item.model_copy(
                    update={"decision": Decision.INCOMPLETE},
                )
                for item in entries
            )
        }
    )
    for body in both(compose(request_for(verdict=case), templates)):
        assert all(remark in body for remark in remarks)
        assert "材料齐全，符合通知要求" not in body


def test_a_link_has_no_checksum_and_says_none(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """An empty SHA-256 would look like a fault of the receipt."""
    link = received_file("申报书.pdf", "网盘或超大附件链接", sha256="")
    for body in both(compose(request_for(files=(link,)), templates)):
        assert "SHA-256" not in body


def test_a_mixed_case_counts_its_decisions(request_for: RequestMaker, templates: Templates) -> None:
    """Accepted beside rejected entries: the receipt says how many of each, in the subject too."""
    case = verdict(entry(SCHOOLS[0]), entry(SCHOOLS[1], finding(LOW_RATE, Outcome.REJECT)))
    letter = compose(request_for(verdict=case), templates)
    assert letter.kind == "accepted"
    assert "（受理 1 项、不予受理 1 项）" in letter.subject
    assert "其中受理 1 项、不予受理 1 项" in letter.text
    assert f"{SCHOOLS[1]}：不予受理" in letter.text


def test_after_the_deadline_the_letter_sends_to_the_telephone(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """From 24:00 on nothing is promised any more; a second before, there is still today."""
    case = verdict(entry(SCHOOLS[0], finding(NO_SCAN, Outcome.RETURN)))
    end = datetime(2024, 9, 1, 0, 0, tzinfo=BEIJING)
    late = compose(request_for(verdict=case, now=end), templates).text
    assert "已截止" in late
    assert "已过" in late
    assert "请先致电 0991-8878035" in late
    assert "请直接回复本邮件" not in late
    assert (
        "今天截止"
        in compose(request_for(verdict=case, now=end - timedelta(seconds=1)), templates).text
    )


def test_superseded_files_are_named_apart(request_for: RequestMaker, templates: Templates) -> None:
    """An older file that was replaced is still evidence."""
    files = (*FILES, received_file("申报书旧版.docx", superseded=True))
    text = compose(request_for(files=files), templates).text
    current, _, old = text.partition("已被后来文件替换的旧文件")
    assert "申报书旧版.docx" in old
    assert "申报书旧版.docx" not in current


def test_the_same_request_gives_the_same_letter(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """Byte for byte, whatever was composed in between."""
    first = compose(request_for(), templates)
    compose(request_for(verdict=None), templates)
    assert compose(request_for(), templates) == first
    assert first.message_id == "<mailroom.X24-0007-K.1@office.example>"


def test_nobody_elses_text_is_in_a_letter(request_for: RequestMaker, templates: Templates) -> None:
    """A letter composed after another applicant's holds nothing of theirs."""
    compose(
        request_for(submitter="第二师铁门关市教育局", verdict=verdict(entry("铁门关示例中学"))),
        templates,
    )
    letter = compose(request_for(), templates)
    assert "铁门关" not in letter.text + letter.html + letter.subject


@pytest.mark.parametrize(
    "evil",
    [
        "申报材料\r\nBcc: victim@elsewhere.example",
        "申报\u2028材料\x0b\x00",
        "<script>alert(1)</script><b onclick=x>",
        "{{ 7 * 7 }}{% raw %}",
        "材料\u202egpj.exe",
        "http://evil.example/login",
        "lone\udcff surrogate",
    ],
)
def test_what_strangers_write_stays_one_harmless_line(
    request_for: RequestMaker, templates: Templates, evil: str
) -> None:
    """Names, subjects and file names cannot add lines, tags, template code, links or hidden
    characters.
    """
    request = request_for(
        original_subject=evil,
        submitter=evil,
        files=(received_file(evil),),
        verdict=verdict(entry(evil)),
        kind="accepted",
    )
    letter = compose(request, templates)
    whole = letter.subject + letter.text + letter.html
    assert "\n" not in letter.subject
    assert "\nBcc:" not in whole
    assert not re.search(r"<script|<b onclick", letter.html)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2028\udc80-\udcff]", whole)
    assert "://" not in whole
    assert ("{{ 7 * 7 }}" in letter.text) == ("{{" in evil)


def test_a_batch_of_five_schools_still_fits_with_every_hash(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """The usual batch of a bureau: plain text may be all, but nothing is shortened."""
    files = tuple(
        received_file(f"示例第{number}中学 申报书.{end}")
        for number in range(6)
        for end in ("docx", "pdf")
    )
    letter = compose(request_for(verdict=verdict(*broken_batch(5)), files=files), templates)
    assert mail_size(letter) <= MAX_LETTER
    assert all(file.sha256 in letter.text and file.name in letter.text for file in files)
    assert all(f"第{number}所学校" in letter.text for number in range(5))


@pytest.mark.parametrize("size", [1, 10, 20, 60, 400])
def test_no_batch_makes_a_letter_of_more_than_16_kib(
    request_for: RequestMaker, templates: Templates, size: int
) -> None:
    """What does not fit is counted, and the whole list of files has a hash."""
    files = tuple(
        received_file(f"示例第{number}中学 智慧教育示范校申报书{'长' * 80}.{end}")
        for number in range(size)
        for end in ("docx", "pdf")
    )
    letter = compose(request_for(verdict=verdict(*broken_batch(size)), files=files), templates)
    assert mail_size(letter) <= MAX_LETTER
    assert (
        listing_sha256(
            files,
        )
        in letter.text
    ) == any(file.sha256 not in letter.text for file in files)


def test_all_that_must_be_mended_is_told_for_twenty_schools(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """Files give way before findings do."""
    files = tuple(
        received_file(f"示例第{number}中学 申报书.{end}")
        for number in range(20)
        for end in ("docx", "pdf")
    )
    letter = compose(request_for(verdict=verdict(*broken_batch(20)), files=files), templates)
    assert all(
        f"第{number}所学校未填写职能部门，请补填后重新报送。" in letter.text for number in range(20)
    )


def test_even_the_worst_case_fits_and_sends_to_the_telephone(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """Hundreds of long faults of every kind: what cannot be told is counted, never silently
    dropped.
    """
    outcomes = (Outcome.RETURN, Outcome.REFER, Outcome.REJECT)
    entries = tuple(
        entry(
            "示" * 60 + str(number),
            finding(("长", "五（五）", f"{number}{'长' * 300}"), outcomes[number % 3]),
        )
        for number in range(300)
    )
    letter = compose(request_for(verdict=verdict(*entries)), templates)
    assert mail_size(letter) <= MAX_LETTER
    assert "另有 282 项未能在此列出" in letter.text
    assert "致电 0991-8878035 了解其余事项" in letter.text


def test_entries_that_ended_are_counted_too_when_they_are_left_out(
    request_for: RequestMaker,
) -> None:
    """Dropped and renamed ones stand in the same list."""
    ended = tuple(EndedEntry(applicant=f"第{one}小学", state="已撤回") for one in range(302))
    case = verdict(entry(SCHOOLS[0])).model_copy(update={"ended": ended})
    page = make_page(request_for(verdict=case))
    assert (len(page.entries), page.entries_left_out) == (301, 2)


def test_the_listing_hash_depends_on_files_and_not_on_their_order() -> None:
    """So that anybody can repeat it from the ledger."""
    assert listing_sha256(FILES) == listing_sha256(tuple(reversed(FILES)))
    assert listing_sha256(FILES) != listing_sha256(FILES[1:])


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("第一师报送材料", "第一师报送材料"),
        ("Re: 回复：第一师报送材料", "第一师报送材料"),
        (
            "回复：【补正通知】案卷编号 X24-0007-K（受理 1 项、待补正 2 项） 自动回复：第一师报送材料",
            "第一师报送材料",
        ),
        (
            "Re: 【补正通知】案卷编号 X24-0007-K（受理 1 项、待补正 2 项）：第一师报送材料",
            "第一师报送材料",
        ),
        ("答复：【收件回执】关于名额的咨询", "关于名额的咨询"),
        ("【第一师】报送材料", "【第一师】报送材料"),
        ("Re[2]: Fwd: 材料", "材料"),
        ("", "（无主题）"),
        ("长" * 70, "长" * 59 + "…"),
    ],
)
def test_the_original_subject_is_shown_without_marks_of_reply(subject: str, shown: str) -> None:
    """A conversation's subject does not grow with every turn."""
    assert shorten_subject(subject) == shown


@pytest.mark.parametrize(
    ("field", "value"), [("serial", "a b"), ("serial", "x>\r\nBcc: a"), ("from_address", "office")]
)
def test_a_serial_that_makes_no_message_id_is_refused(
    request_for: RequestMaker, templates: Templates, field: str, value: str
) -> None:
    """An identifier that cannot be matched again would lose bounces."""
    with pytest.raises(ValueError, match="Message-ID"):
        compose(request_for(**{field: value}), templates)


def test_an_instant_without_a_zone_is_refused(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """The machine's own zone must never slip into a receipt."""
    with pytest.raises(ValueError, match="time zone"):
        compose(request_for(received=RECEIVED.replace(tzinfo=None)), templates)


def test_receipt_code_and_last_letter_are_said_when_given(
    request_for: RequestMaker,
    templates: Templates,
) -> None:
    """Both are left out entirely when there is nothing to say."""
    plain = compose(request_for(), templates).text
    assert "回执校验码" not in plain
    assert "最后一封" not in plain
    for body in both(
        compose(request_for(receipt_code="K7QX-2M9P", last_automatic=True), templates),
    ):
        assert "K7QX-2M9P" in body
        assert "今日最后一封自动回复" in body


def test_a_letter_is_signed_with_unit_and_day(
    request_for: RequestMaker, templates: Templates
) -> None:
    """落款; 自动 is said in a header, not in the subject."""
    letter = compose(request_for(), templates)
    assert "自动" not in letter.subject
    assert re.search(r"信息化领导小组办公室\n[\s　]*2024年8月30日\n", letter.text)
    assert re.search(r"信息化领导小组办公室<br>2024年8月30日", letter.html)
    assert "16:05:09" not in letter.text + letter.html


def test_all_hashes_stand_in_one_block_at_the_end_with_a_line_that_explains_them(
    request_for: RequestMaker, templates: Templates
) -> None:
    """What an applicant has to do is not to be looked for between hexadecimal digits."""
    files = (*FILES, received_file("申报书旧版.docx", superseded=True))
    for body in both(compose(request_for(files=files, receipt_code="K7QX-2M9P"), templates)):
        _, _, block = body.partition("校验码】" if "校验码】" in body else "<b>校验码</b>")
        before = body[: -len(block)]
        assert not re.search(r"[0-9a-f]{16}", before)
        assert "K7QX-2M9P" not in before
        assert "平时不必理会" in block
        for number, file in enumerate(files, 1):
            assert f"{number}. {file.sha256}" in block
            assert re.search(rf"{number}\. [^\n]*{re.escape(file.name)}", before)


THROUGH = finding(("由上级报送", "四（二）", "请将材料报上级单位。"), Outcome.RETURN).model_copy(
    update={"instead": "上级单位"}
)


@pytest.mark.parametrize("kind", ["incomplete", "reminder"])
def test_whoever_must_send_it_through_another_is_not_asked_to_reply(
    request_for: RequestMaker, templates: Templates, kind: str
) -> None:
    """One sentence that sends him away and one that asks him to answer cannot both be followed."""
    case = verdict(entry(SCHOOLS[0], THROUGH, finding(NO_SCAN, Outcome.RETURN)))
    for body in both(compose(request_for(verdict=case, kind=kind), templates)):
        assert "请直接回复本邮件" not in body
        assert "把改好的材料交上级单位" in body
        assert "请经由上级单位于 2024年8月31日（星期六）24:00 前" in body


def test_what_is_no_more_is_told_with_what_became_of_it(
    request_for: RequestMaker, templates: Templates
) -> None:
    """Dropped, or under its new name; nobody is left to guess why a school is missing."""
    ended = (
        EndedEntry(applicant="示例老校", state="已更名", to="示例新校"),
        EndedEntry(applicant="示例撤校", state="已撤回"),
    )
    case = verdict(entry(SCHOOLS[0])).model_copy(update={"ended": ended})
    for body in both(compose(request_for(verdict=case), templates)):
        text = re.sub(r"<[^>]+>|\s", "", body)
        assert re.search("示例老校.{0,20}现为“示例新校”", text)
        assert re.search("示例撤校.{0,20}经工作人员确认，不再申报", text)
