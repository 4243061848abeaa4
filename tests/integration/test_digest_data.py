"""The digest: when it goes out, and that its numbers, lists and tasks are what the store knows."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.app import build
from ingest.cli.console import _plain
from ingest.clock import FixedClock
from ingest.daemon import work
from ingest.errors import TemporaryError, UsageError
from ingest.reading import Seal
from ingest.rulefiles.explaining import evidence_pictures
from ingest.sandbox.mail import read_or_degrade
from ingest.steps.read import Shelf
from ingest.steps.receive import note_failure, receive_all
from ingest.store.events import EventKind, record_event
from ingest.store.tasks import close_task
from ingest.views import lists as views
from ingest.views.digest import collect_digest
from ingest.views.status import status_report
from notifier import outbox
from notifier.digest import Counters, DigestData, QuotaLine
from notifier.outbox import OutboxRow
from notifier.outboxstates import OutboxState
from notifier.transport import SendOutcome
from rules.verdict import Decision
from rules.vocabulary import BEIJING
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.transport import FakeTransport
from tests.integration.house import (
    MORNING,
    SAMPLES,
    SETTLE,
    STAFF,
    House,
    plain_mail,
    settings,
    with_file,
)

Open = Callable[..., House]
PICTURE = base64.b64encode(b"png").decode()
HOUR = datetime(2024, 8, 20, 17, 30, tzinfo=BEIJING)


def digests(house: House) -> list[OutboxRow]:
    return [letter for letter in house.letters() if letter.kind == "digest"]


def data_of(house: House) -> DigestData:
    with house.store() as session:
        return collect_digest(
            session, house.app.rules.call, house.app.settings, house.app.clock.now()
        )


# --- when
# ----------------------------------------------------------------------------------------------------------


def started(house: House) -> House:
    """The digest of the evening before has gone out."""
    assert house.digest_if_due()
    return house


def test_the_digest_is_due_at_its_hour_and_once_a_day(house: House) -> None:
    """Also on a day on which nothing came."""
    started(house)
    house.clock.instant = HOUR - timedelta(seconds=1)
    assert not house.digest_if_due()
    house.clock.instant = HOUR
    assert house.digest_if_due()
    house.clock.instant = HOUR + timedelta(hours=5)
    assert not house.digest_if_due()
    assert len(digests(house)) == 2


def test_every_recipient_gets_one_digest_through_restarts(open_one: Open) -> None:
    """Somebody named later gets the day's digest too, and nobody a second one."""
    house = started(open_one(office={"staff": ["a@office.example"]}))
    more = {"staff": ["a@office.example", "b@office.example"]}
    for _ in range(2):
        again = open_one(clock=house.clock, office=more)
        again.digest_if_due()
    assert sorted(letter.recipient for letter in digests(house)) == [
        "a@office.example",
        "b@office.example",
    ]


def test_a_digest_whose_hour_passed_while_the_program_was_off_goes_out_at_the_start(
    open_one: Open,
) -> None:
    """One, not one for each day that was missed."""
    house = started(open_one())
    house.clock.instant = HOUR + timedelta(days=3, hours=6)
    again = open_one(clock=house.clock)
    assert again.digest_if_due()
    assert not again.digest_if_due()
    assert len(digests(house)) == 2


def test_administrators_get_the_digest_where_no_staff_is_named(open_one: Open) -> None:
    """And where nobody is named, none is made."""
    house = open_one(office={"staff": [], "administrators": ["admin@office.example"]})
    assert house.digest_if_due()
    assert [letter.recipient for letter in digests(house)] == ["admin@office.example"]


def test_a_digest_for_nobody_is_never_due(open_one: Open) -> None:
    """`mailroom check` complains about it."""
    assert not open_one(office={"staff": []}).digest_if_due()


def test_a_digest_on_purpose_is_an_extra_one(house: House) -> None:
    """`digest send` on a day that had its digest."""
    started(house)
    assert house.send_digest(HOUR.date(), again=".090000") == 1
    assert len({letter.message_id for letter in digests(house)}) == 2


def test_the_digest_leaves_in_the_round_in_which_it_is_due(house: House) -> None:
    """With what was decided in the same round."""
    house.arrive_sample("15")
    receive_all(house.app.inlet)
    work(house.app)
    assert [letter.recipient for letter in house.transport.letters].count(STAFF) == 1


# --- what
# ----------------------------------------------------------------------------------------------------------


def test_an_empty_office_says_so_and_names_all_who_are_silent(house: House) -> None:
    """No letter of a digest is missing on an empty day."""
    data = data_of(house)
    assert (data.needs_human, data.accepted, data.incomplete, data.rejected, data.undelivered) == (
        (),
        (),
        (),
        (),
        (),
    )
    bureaus = {unit.name for unit in house.app.rules.call.units if not unit.direct}
    assert [(silent.track, set(silent.units)) for silent in data.silent] == [
        ("示范区", bureaus),
        ("示范校", bureaus),
    ]
    digest, workbook, _ = house.make_digest()
    assert digest.text
    assert workbook.startswith(b"PK")


def test_quotas_count_only_the_kinds_of_school_they_name(house: House) -> None:
    """A bureau's batch of three: two schools and one vocational school."""
    house.arrive_sample("02")
    house.settle_and_decide()
    assert data_of(house).quotas == (
        QuotaLine("示范区", 6, at_least=False, accepted=0),
        QuotaLine("示范校", 20, at_least=False, accepted=3),
        QuotaLine("中小学校", 15, at_least=True, accepted=2),
    )


def test_numbers_lists_and_silent_units_follow_what_was_decided(house: House) -> None:
    """One accepted batch of three, one incomplete, one rejected, a duplicate; counted by case and
    by entry.
    """
    for number in ("03", "02", "02", "06"):
        house.arrive_sample(number)
        house.settle_and_decide()
        house.wait(timedelta(seconds=1))  # a digest tells what came before its own moment
        if number == "02":
            house.send_digest(house.clock.instant.date())
    data = data_of(house)
    assert [line.applicant for line in data.incomplete] == [SAMPLES["03"].entries[0][0]]
    assert "扫描" in data.incomplete[0].note
    assert len(data.accepted) == 3
    assert [line.note for line in data.rejected] == ["账号开通率未达98%"]
    assert all(line.telephone and line.contact for line in (*data.accepted, *data.rejected))
    silent = {item.track: item.units for item in data.silent}
    assert "第十师北屯市" not in silent["示范区"]
    assert "第十师北屯市" in silent["示范校"]
    assert (data.counters.received, data.counters.rejected, data.counters.accepted) == (
        1,
        1,
        0,
    )  # since the digest
    assert (data.state.server_count, data.state.ledger_count, data.state.errors) == (4, 4, ())


def test_a_doubtful_seal_is_a_task_in_words_for_staff(house: House) -> None:
    """What the reader saw and a telephone number; the letter's words are for others."""
    house.arrive_sample("20")
    house.settle_and_decide()
    tasks = data_of(house).needs_human
    assert tasks
    assert all(task.case_code == house.cases()[0].code and task.telephone for task in tasks)
    assert any(task.reason.startswith("请核对：") and "；" in task.reason for task in tasks)


def test_title_and_what_looked_like_a_seal_are_shown_as_pictures(house: House) -> None:
    """Cut out of the scan in doubt, each with a Content-ID of its own that is ASCII."""
    house.arrive_sample("20")
    receive_all(house.app.inlet)
    row = house.messages()[0]
    reading = read_or_degrade(
        house.app.files.path(row.sha256), house.app.rules.call, house.app.office.reading
    )
    mark = Seal(
        page=3,
        bbox=(1, 1, 40, 40),
        diameter_mm=40,
        shape="circle",
        confidence=0.5,
        crop_png=PICTURE,
    )
    documents = [
        document.model_copy(
            update={
                "seal": document.seal.model_copy(update={"seals": (mark, mark)}),
                "title_png": PICTURE,
            }
        )
        if document.seal
        else document
        for document in reading.documents
    ]
    with house.app.database.writing() as session:
        whole = reading.model_copy(update={"documents": tuple(documents)})
        Shelf(session, house.app.mouth, row, whole, house.clock.instant).file()
    house.wait(SETTLE)
    house.decide()
    crops = [crop for task in data_of(house).needs_human for crop in task.crops]
    assert len(crops) >= 3
    assert all(crop.png == b"png" and crop.cid.isascii() for crop in crops)
    assert {crop.caption.split()[-1] for crop in crops} == {"标题", "第3页"}
    assert len({crop.cid for crop in crops}) == len(crops)
    with house.app.database.writing() as session:
        kept = evidence_pictures(session, house.cases()[0].code)
    assert {name.rpartition("-")[2] for name in kept} == {
        "标题.png",
        "第3页印章1.png",
        "第3页印章2.png",
    }
    assert set(kept.values()) == {b"png"}


def test_a_mail_that_was_not_downloaded_is_a_task(open_one: Open) -> None:
    """Staff look into the mailbox."""
    house = open_one(mailbox_={"max_message_size": 10})
    house.arrive(plain_mail())
    house.take_in()
    assert ["未下载" in task.reason for task in data_of(house).needs_human] == [True]


def test_a_file_that_is_only_linked_to_is_a_task_with_link_and_expiry(house: House) -> None:
    """Staff may look at it while it lives; the program never does."""
    text = (
        "附件1 申报书见超大附件\n从QQ邮箱发来的超大附件\n\n附件1.docx (128.03M, 2024年09月20日 21:59 到期)"
        "进入下载页面：http://mail.qq.com/cgi-bin/ftnExs_download?t=exs_ftn_download&k=1&code=2"
    )
    house.arrive(
        with_file(
            plain_mail(subject="第一师阿拉尔市教育局智慧教育示范区申报", text=text),
            name="附件1 申报书.docx",
        )
    )
    house.take_in()
    house.wait(SETTLE)
    house.decide()

    reasons = [task.reason for task in data_of(house).needs_human]

    assert [
        reason for reason in reasons if "2024年09月20日 21:59到期" in reason and "&code=2" in reason
    ]


def test_a_question_is_a_task_until_somebody_closes_it(house: House) -> None:
    """Days without power do not swallow it, and a digest that told it does not end it."""
    house.clock.instant = HOUR + timedelta(seconds=1)
    started(house)
    house.arrive(plain_mail())
    house.take_in()
    house.wait(timedelta(days=3))
    assert len(data_of(house).needs_human) == 1
    assert house.digest_if_due()
    house.wait(timedelta(days=1))
    (task,) = data_of(house).needs_human
    assert task.handle is not None
    with house.app.database.writing() as session:
        close_task(session, task.handle.task, "李", "已电话答复", house.clock.instant)
    assert data_of(house).needs_human == ()


def test_what_is_decided_in_the_evening_is_told_the_next_day(house: House) -> None:
    """After the digest's hour and before midnight: part of no calendar day that a digest looks back
    on.
    """
    house.clock.instant = HOUR
    started(house)
    house.wait(timedelta(hours=1))
    house.arrive(with_file(plain_mail()))
    house.settle_and_decide()
    house.clock.instant = HOUR + timedelta(days=1)
    data = data_of(house)
    assert (data.since, data.counters.received, data.counters.incomplete) == (HOUR, 1, 1)
    assert house.digest_if_due()
    house.clock.instant += timedelta(days=1)
    assert data_of(house).counters == Counters()


def test_the_first_digest_tells_everything_since_mails_are_accepted(house: House) -> None:
    """There was none before it."""
    assert data_of(house).since == house.app.settings.mailbox.accept_since


def test_an_extra_digest_on_purpose_takes_nothing_from_the_next_one(house: House) -> None:
    """What came between a day's digest and its repetition is new to the next day's readers."""
    house.clock.instant = HOUR
    started(house)
    house.wait(timedelta(hours=1))
    house.arrive(plain_mail())
    house.take_in()
    house.send_digest(HOUR.date(), again=".190000")
    house.clock.instant = HOUR + timedelta(days=1)
    assert len(data_of(house).needs_human) == 1


def test_a_school_that_writes_by_itself_does_not_speak_for_its_bureau(house: House) -> None:
    """The bureau stays on the list of those who have sent nothing."""
    house.arrive(
        with_file(plain_mail(from_="五家渠市红柳中学 <hongliu@example.cn>", subject="示范校申报"))
    )
    house.settle_and_decide()
    assert house.cases()[0].submitter == "五家渠市红柳中学"
    assert all("第六师五家渠市" in silent.units for silent in data_of(house).silent)


def test_a_decision_that_can_be_told_to_nobody_is_a_task(house: House) -> None:
    """A mail of two authors is answered to neither; somebody has to telephone."""
    house.arrive(with_file(plain_mail(from_="a@example.cn, b@example.cn")))
    house.settle_and_decide()
    assert house.letters() == []
    assert any("请电话联系" in task.reason for task in data_of(house).needs_human)


def test_a_digest_that_did_not_arrive_is_an_error_in_the_next_one(house: House) -> None:
    """Whoever should have read it does not know."""
    started(house)
    with house.app.database.writing() as session:
        letter = outbox.list_letters(session)[0]
        record_event(
            session,
            house.clock.instant,
            EventKind.UNDELIVERED,
            "退信: 用户不存在",
            outbox_id=letter.id,
        )
    assert any(STAFF in error and "用户不存在" in error for error in data_of(house).state.errors)


def test_a_letter_that_failed_or_is_uncertain_is_undelivered(house: House) -> None:
    """The newest first, with the server's words; a digest of our own is none."""
    house.queue("a")
    house.queue("b")
    house.queue("c", kind="digest")
    for outcome in (SendOutcome.REFUSED, SendOutcome.UNCERTAIN, SendOutcome.REFUSED):
        house.transport.answer_next(outcome, 550, "no such user")
    house.send()
    undelivered = data_of(house).undelivered
    assert [item.recipient for item in undelivered] == ["wang@example.cn"] * 2
    uncertain, failed = (item.reason for item in undelivered)
    assert failed == "550 no such user"
    assert uncertain.endswith("550 no such user")
    assert "请电话确认" in uncertain


def test_an_uncertain_letter_that_bounces_is_undelivered_once(house: House) -> None:
    """The bounce says more than the lost connection did."""
    number = house.queue()
    house.transport.answer_next(SendOutcome.UNCERTAIN, 0, "?")
    house.send()
    with house.app.database.writing() as session:
        record_event(
            session, house.clock.instant, EventKind.UNDELIVERED, "信函未能送达", outbox_id=number
        )
    assert [item.reason for item in data_of(house).undelivered] == ["信函未能送达"]


def test_trouble_with_the_mailbox_is_in_the_state(house: House) -> None:
    """With the folder's name; the last good look is kept."""
    receive_all(house.app.inlet)
    looked, error = house.clock.instant, TemporaryError("连不上")
    house.wait(timedelta(minutes=1))
    house.mailbox.fail_next("session", error)
    with pytest.raises(TemporaryError):
        receive_all(house.app.inlet)
    note_failure(house.app.database, house.app.settings.mailbox.folder, error)
    state = data_of(house).state
    assert (state.errors, state.last_poll) == (("INBOX: 连不上",), looked)


# --- status and views
# ----------------------------------------------------------------------------------------------


def test_the_status_counts_every_state_and_is_json(house: House) -> None:
    """Every state is named, also with 0."""
    house.arrive_sample("03")
    house.arrive(with_file(plain_mail()))
    house.take_in()
    house.clock.instant = SAMPLES["03"].received + SETTLE
    house.decide()
    house.settle_and_decide()
    with house.store() as session:
        report = status_report(
            session, hold=True, now=house.clock.instant, settings=house.app.settings
        )
    assert json.loads(json.dumps(report)) == report
    assert set(report["outbox"]) == {str(state) for state in OutboxState}
    assert (report["server_count"], report["ledger_count"], report["messages"]["read"]) == (2, 2, 2)
    assert (report["cases"]["incomplete"], report["cases"]["undecided"], report["to_judge"]) == (
        2,
        0,
        0,
    )
    assert (report["held"], report["errors"]) == (True, {})


def test_the_list_of_cases_can_be_of_one_decision(house: House) -> None:
    """Of the others neither a line nor a number is shown."""
    house.arrive_sample("01")
    house.arrive_sample("03")
    house.settle_and_decide()
    decided = {case.decision for case in house.cases()}
    assert {Decision.ACCEPTED, Decision.INCOMPLETE} == decided
    with house.store() as session:
        for decision in decided:
            listing = views.case_lines(session, 10, decision)
            assert [line["decision"] for line in listing.lines] == [decision], decision
            assert listing.left_out == 0
        assert views.case_lines(session, 10, Decision.REFERRED) == views.Listing([], 0)


def test_every_view_is_json_and_tells_the_whole_chain(house: House) -> None:
    """Mail, parts, facts, rules, letter, delivery."""
    house.arrive_sample("03")
    house.settle_and_decide()
    house.send()
    code = house.cases()[0].code
    with house.store() as session:
        shown: dict[str, Any] = {
            "messages": views.message_lines(session, 10).lines, "message": views.message_detail(session, 1),
            "cases": views.case_lines(session, 10).lines, "case": views.case_detail(session, code.lower()),
            "explain": views.case_explanation(session, code),
            "letters": [views.letter_line(letter) for letter in house.letters()],
        }  # fmt: skip
    explained = json.loads(json.dumps(shown, default=_plain, ensure_ascii=False))["explain"]
    assert [mail["cases"] for mail in explained["mails"]] == [[code]]
    assert {part["fate"] for part in explained["mails"][0]["parts"]} >= {"document"}
    assert {subject["kind"] for subject in explained["subjects"]} >= {"来件", "申报书", "汇总表"}
    assert all(
        finding["rule"] and finding["line"]
        for entry in explained["entries"]
        for finding in entry["findings"]
    )
    assert any(step["trace"] for step in explained["trace"])
    assert [letter["state"] for letter in explained["letters"]] == ["sent"]
    assert [event["kind"] for event in explained["events"]] == [
        "opened",
        "joined",
        "decided",
        "queued",
        "sent",
    ]
    assert explained["no_letter"] == ""
    assert shown["case"]["messages"][0]["files"] == [
        part["name"] for part in shown["message"]["parts"] if part["name"]
    ]


def test_a_case_without_a_letter_says_why(house: House) -> None:
    """Not judged yet, or not to be answered."""
    house.arrive(with_file(plain_mail(from_="第三师图木舒克市教育局 <>")))
    house.take_in()
    with house.store() as session:
        assert "尚未裁定" in views.case_explanation(session, house.cases()[0].code)["no_letter"]
    house.wait(SETTLE)
    house.decide()
    with house.store() as session:
        explained = views.case_explanation(session, house.cases()[0].code)
    assert "不宜自动答复" in explained["no_letter"]
    assert explained["rules_sha256"]


@pytest.mark.parametrize("code", ["Q24-0001-S", "nonsense", ""])
def test_a_case_that_does_not_exist_is_told_with_the_way_to_find_one(
    house: House, code: str
) -> None:
    """A usage error."""
    with house.store() as session, pytest.raises(UsageError, match="case list"):
        views.case_detail(session, code)


def test_a_cancelled_letter_is_no_longer_undelivered(house: House) -> None:
    """Staff have dealt with it."""
    number = house.queue()
    house.transport.answer_next(SendOutcome.REFUSED, 550, "no such user")
    house.send()
    assert len(data_of(house).undelivered) == 1
    with house.app.database.writing() as session:
        assert outbox.cancel(session, number)
    assert data_of(house).undelivered == ()


def test_the_first_day_has_no_digest_of_the_day_before(tmp_path: Path) -> None:
    """The program was not there; its own hour comes in the evening."""
    clock = FixedClock(MORNING)
    app = build(settings(tmp_path), clock=clock, mailbox=FakeMailbox(), transport=FakeTransport())
    try:
        first = House(app, FakeMailbox(), FakeTransport(), clock)
        assert not first.digest_if_due()
        first.wait(timedelta(hours=9))
        assert first.digest_if_due()
    finally:
        app.close()
