"""Judging and answering with real rules: settle window, one transaction, races, and the limits on
letters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, delete

from ingest.errors import ConfigError
from ingest.judging.judge import Judge
from ingest.steps.judge import PUT_OFF
from ingest.store.cases import decisions_of_case, load_verdict
from ingest.store.messages import load_reading
from ingest.store.tables import CaseMessageRow
from notifier.outbox import cancel
from notifier.outboxstates import OutboxState
from notifier.rendering import Templates
from rules.verdict import Decision
from tests.integration.house import SAMPLES, SETTLE, House, attachments, plain_mail, with_file

Open = Callable[..., House]
CLERK = {"from_": "第三师图木舒克市教育局 <jyj@example.cn>"}


def arrive_in_two_mails(house: House, apart: timedelta) -> None:
    """Sample 01 as clerks do it: the Words first, the scans later."""
    files = attachments(SAMPLES["01"])
    for number, ending in enumerate((".docx", ".pdf"), 1):
        mail = plain_mail(number, "示范区申报材料", "见附件", **CLERK)
        for name in files:
            if name.endswith(ending):
                with_file(mail, files[name], name)
        house.arrive(mail)
        house.take_in()
        house.decide()
        house.wait(apart)


def test_word_and_scan_in_two_mails_are_one_submission_and_get_one_letter(house: House) -> None:
    """Five minutes apart, ten minutes to settle: accepted, answered to the second mail."""
    arrive_in_two_mails(house, timedelta(minutes=5))
    assert house.letters() == []
    house.wait(SETTLE)
    house.decide()
    assert [letter.kind for letter in house.letters()] == ["accepted"]
    assert [case.decision for case in house.cases()] == [Decision.ACCEPTED]
    assert house.letters()[0].message_ref == house.messages()[1].id
    assert all(row.answered for row in house.messages())


def test_a_case_is_judged_when_its_window_ends_and_not_before(house: House) -> None:
    """To the second."""
    house.arrive(with_file(plain_mail()))
    house.take_in()
    house.wait(SETTLE - timedelta(seconds=1))
    assert not house.judge_one()
    house.wait(timedelta(seconds=1))
    assert house.judge_one()
    assert not house.judge_one()


def test_a_received_time_in_the_future_does_not_put_off_the_answer(house: House) -> None:
    """A server whose clock is a year ahead."""
    house.arrive(with_file(plain_mail()), house.clock.instant + timedelta(days=365))
    house.settle_and_decide()
    assert len(house.letters()) == 1


class Interrupted(Judge):
    """Judges as ever, while something else happens."""

    meanwhile: Callable[[], None]

    def judge(self, *about: object) -> object:  # type: ignore[override]
        judgement = super().judge(*about)  # type: ignore[arg-type]
        self.meanwhile()
        return judgement


def test_a_mail_that_arrives_while_its_case_is_judged_leaves_the_case_due(house: House) -> None:
    """The verdict on the old papers is thrown away; the next one knows all of them."""
    house.arrive(with_file(plain_mail(1)))
    house.take_in()
    house.wait(SETTLE)

    def more() -> None:
        judge.meanwhile = lambda: None
        house.arrive(with_file(plain_mail(2), b"other"))
        house.take_in()

    judge = Interrupted(house.app.rules.folder.rules_source, house.app.rules.call)
    judge.meanwhile = more
    house.app.rules._judge = judge
    assert house.judge_one()
    assert (house.letters(), house.cases()[0].version) == ([], 0)
    assert house.events("judging_failed") == []
    house.wait(SETTLE)
    house.decide()
    assert [letter.message_ref for letter in house.letters()] == [house.messages()[1].id]
    assert house.cases()[0].version == 1


def test_a_verdict_without_its_letter_is_not_kept(house: House) -> None:
    """One transaction; the case is put off and told, the others are answered, the mend brings the
    letter.
    """
    house.arrive(with_file(plain_mail(1)))
    house.wait(timedelta(seconds=1))
    house.arrive_sample("01")
    house.take_in()
    house.wait(SETTLE)
    whole = house.app.templates
    house.app.templates = Templates({**whole.sources, "incomplete/body.txt": "{{ nonsense }}"})
    house.decide()
    broken, well = house.cases()
    with house.store() as session:
        assert decisions_of_case(session, broken.id) == []
    assert [letter.case_id for letter in house.letters()] == [well.id]
    assert [event.case_id for event in house.events("judging_failed")] == [broken.id]
    house.app.templates = whole
    house.wait(PUT_OFF)
    house.decide()
    assert sorted(letter.kind for letter in house.letters()) == ["accepted", "incomplete"]


def test_a_case_without_papers_keeps_no_other_waiting(house: House) -> None:
    """It would be the first in every turn."""
    house.arrive(with_file(plain_mail(1)))
    house.wait(timedelta(seconds=1))
    house.arrive_sample("01")
    house.take_in()
    house.wait(SETTLE)
    empty, well = house.cases()
    with house.app.database.writing() as session:
        session.exec(delete(CaseMessageRow).where(col(CaseMessageRow.case_id) == empty.id))
    house.decide()
    assert [letter.case_id for letter in house.letters()] == [well.id]
    assert [event.case_id for event in house.events("judging_failed")] == [empty.id]


def test_rules_that_cannot_be_used_are_told_with_file_and_line(house: House) -> None:
    """An administrator's mistake is no fault of a case."""
    house.app.rules.folder = replace(house.app.rules.folder, rules_source="规则:\n  - 编号: [\n")
    with pytest.raises(ConfigError, match=r"rules\.yaml:\d+:\d+"):
        _ = house.app.rules.judge


def test_a_case_whose_last_mail_may_not_be_answered_is_decided_without_a_letter(
    house: House,
) -> None:
    """There is no address to write to."""
    house.arrive(with_file(plain_mail(from_="第三师图木舒克市教育局 <>")))
    house.settle_and_decide()
    assert [case.decision for case in house.cases()] == [Decision.INCOMPLETE]
    assert (house.letters(), house.messages()[0].answered) == ([], True)


def test_a_newer_version_is_decided_and_answered_again(house: House) -> None:
    """Two letters with two Message-IDs, both of one case."""
    house.arrive_sample("11")
    house.settle_and_decide()
    house.arrive_sample("12")
    house.settle_and_decide()
    assert [(case.version, case.decision) for case in house.cases()] == [(2, Decision.ACCEPTED)]
    assert len({letter.message_id for letter in house.letters()}) == 2


def test_a_second_zone_of_the_same_bureau_is_seen(house: House) -> None:
    """The ledger of accepted entries is part of what the rules are asked (rule Q01)."""
    house.arrive_sample("01")
    house.settle_and_decide()
    assert [case.decision for case in house.cases()] == [Decision.ACCEPTED]
    mail = plain_mail(9, "示范区申报", "见附件", from_="石河子市教育局 <other@example.cn>")
    for name, data in attachments(SAMPLES["01"]).items():
        with_file(mail, data, name)
    house.wait(timedelta(hours=1))
    house.arrive(mail)
    house.settle_and_decide()
    with house.store() as session:
        findings = (
            load_verdict(decisions_of_case(session, house.cases()[1].id)[0]).entries[0].findings
        )
    assert "Q01" in {finding.rule for finding in findings}


# --- limits
# --------------------------------------------------------------------------------------------------------


def texts(house: House) -> list[str]:
    """The letters' texts, decoded."""
    from email import message_from_bytes, policy  # noqa: PLC0415 - only this test looks inside a letter

    mails = [message_from_bytes(letter.mime, policy=policy.default) for letter in house.letters()]
    return [mail.get_body(("plain",)).get_content() for mail in mails]  # type: ignore[union-attr]


def test_the_last_letter_of_a_day_says_so_and_further_ones_are_suppressed(open_one: Open) -> None:
    """Suppression is written down; the cap is per address and over after a day."""
    house = open_one(letters={"per_sender_per_day": 2})
    for number in range(4):
        house.arrive(plain_mail(number))
        house.take_in()
    house.arrive(plain_mail(9, from_="li@example.cn"))
    house.take_in()
    assert [letter.recipient for letter in house.letters()] == ["wang@example.cn"] * 2 + [
        "li@example.cn"
    ]
    assert ["最后一封自动回复" in text for text in texts(house)] == [False, True, False]
    assert [event.message_id for event in house.events("suppressed")] == [
        row.id for row in house.messages()[2:4]
    ]
    house.wait(timedelta(days=1, seconds=1))
    house.arrive(plain_mail(20))
    house.take_in()
    assert len(house.letters()) == 4


def test_a_suppressed_letter_does_not_stop_its_case(open_one: Open) -> None:
    """Decided, explained, only not written to."""
    house = open_one(letters={"per_sender_per_day": 1})
    house.arrive(plain_mail(1))
    house.arrive(with_file(plain_mail(2)))
    house.settle_and_decide()
    assert [case.decision for case in house.cases()] == [Decision.INCOMPLETE]
    assert len(house.letters()) == 1
    assert [event.case_id for event in house.events("suppressed")] == [house.cases()[0].id]


def test_the_first_letters_wait_for_approval_and_a_digest_is_none_of_them(open_one: Open) -> None:
    """approve_first counts answers; a cancelled one makes room for another look."""
    house = open_one(letters={"approve_first": 2})
    for number in range(3):
        house.queue(f"digest:{number}", kind="digest")
    for number in range(3):
        house.arrive(plain_mail(number))
    house.take_in()
    answers = [letter for letter in house.letters() if letter.kind != "digest"]
    assert [letter.state for letter in answers] == [
        OutboxState.HELD,
        OutboxState.HELD,
        OutboxState.QUEUED,
    ]
    with house.app.database.writing() as session:
        assert cancel(session, answers[0].id)
        assert cancel(session, answers[1].id)
    house.arrive(plain_mail(7))
    house.take_in()
    assert house.letters()[-1].state is OutboxState.HELD


def test_the_verdict_is_kept_with_what_it_rests_on(house: House) -> None:
    """Subjects, trace, hash of the rules, received time: an explanation for years."""
    house.arrive_sample("03")
    house.settle_and_decide()
    with house.store() as session:
        row = decisions_of_case(session, house.cases()[0].id)[0]
    reading = load_reading(house.messages()[0])
    assert reading is not None
    assert row.received_at == SAMPLES["03"].received
    assert row.rules_sha256 == house.app.rules.judge.rules_sha256
    assert all(word in row.subjects for word in ("来件", "申报书", "双河市兰河小学"))
    assert '"trace"' in row.trace
