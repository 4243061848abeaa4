"""Cases in the store: one per submitter and track, judged when due, decided in versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from ingest.reading import Envelope, Fate, Kind, Part, Reading, Screening, ScreeningKind
from ingest.store import cases, messages
from ingest.store.cases import Judgement, NewCase
from ingest.store.database import Database
from ingest.store.messages import Arrival
from ingest.store.tables import CaseMessageRow, CaseRow
from ingest.submission.codes import find_codes
from ingest.submission.joining import submitter_key
from notifier import outbox
from notifier.outbox import NewLetter
from rules.facts import Fact
from rules.standing import Standing
from rules.subjects import Subject
from rules.verdict import Decision, EntryVerdict, Verdict

NEW = NewCase(
    "call-1",
    "示范区",
    "Q",
    2024,
    "第一师阿拉尔市",
    "第一师阿拉尔市教育局",
    "第一师阿拉尔市",
    "a@example.org",
    "王",
)
LETTER = NewLetter(
    "case-1-v1",
    "accepted",
    "a@example.org",
    "受理回执",
    "<mailroom.1@example.org>",
    b"letter",
    case_id=1,
)


def open_case(database: Database, now: datetime, new: NewCase = NEW) -> CaseRow:
    with database.writing() as session:
        return cases.open_case(session, new, now, now)[0]


def mail(
    database: Database,
    now: datetime,
    uid: int,
    received: datetime,
    message_id: str = "",
    *,
    brings: bool = False,
) -> int:
    paper = Part(path="1", name="a", kind=Kind.DOCX, size=1, sha256="0", fate=Fate.DOCUMENT)
    screening = Screening(kind=ScreeningKind.PERSON, reply=True, reason="")
    with database.writing() as session:
        row = messages.record_message(
            session,
            Arrival("INBOX", 1, uid, 10, received, f"{uid:064x}"),
            now,
        )
        messages.save_reading(
            session,
            row.id,
            Reading(
                envelope=Envelope(message_id=message_id),
                screening=screening,
                text=str(uid),
                parts=(paper,) if brings else (),
            ),
        )
        return row.id


def judgement(now: datetime, *decisions: Decision) -> Judgement:
    entries = tuple(
        EntryVerdict(entry=str(i), applicant=f"单位{i}", track="示范区", decision=d)
        for i, d in enumerate(decisions)
    )
    verdict = Verdict(decision=decisions[0], entries=entries, rules_sha256="ef" * 32)
    return Judgement(
        verdict,
        (Subject(kind="来件", id="来件", fields={"收到时间": Fact.known(5)}),),
        ["第一条 满足"],
        now,
    )


def test_a_submitter_has_one_case_for_a_track(database: Database, now: datetime) -> None:
    """Opening it again gives the same case; another submitter, track or call gives another, with
    the next number.
    """
    with database.writing() as session:
        first, new = cases.open_case(session, NEW, now, now)
        again, new_again = cases.open_case(session, NEW, now, now + timedelta(days=1))
        others = [
            cases.open_case(session, other, now, now)[0]
            for other in (
                replace(NEW, submitter_key="二师"),
                replace(NEW, track="示范校", track_code="X"),
                replace(NEW, call="call-2"),
            )
        ]
    assert (new, new_again, again.id) == (True, False, first.id)
    assert [row.code.rsplit("-", 1)[0] for row in (first, *others)] == [
        "Q24-0001",
        "Q24-0002",
        "X24-0001",
        "Q24-0003",
    ]
    assert all(find_codes(row.code) == (row.code,) for row in (first, *others))


def test_numbers_go_on_beyond_four_digits(database: Database, now: datetime) -> None:
    """Case 10000 follows 9999, and 10001 follows that."""
    row = open_case(database, now)
    with database.writing() as session:
        stored = cases.get_case(session, row.id)
        assert stored is not None
        stored.code = "Q24-9999-X"
    codes = [open_case(database, now, replace(NEW, submitter_key=key)).code for key in "ab"]
    assert [code.split("-")[1] for code in codes] == ["10000", "10001"]


def test_a_case_is_found_by_its_code_and_by_its_submitter(
    database: Database,
    now: datetime,
) -> None:
    """And by nothing else."""
    row = open_case(database, now)
    with database.reading() as session:
        by_code = cases.find_case_by_code(session, row.code)
        by_submitter = cases.find_case(session, "call-1", "示范区", "第一师阿拉尔市")
        assert by_code is not None
        assert by_submitter is not None
        assert by_code.id == by_submitter.id == row.id
        assert cases.find_case_by_code(session, "Q24-0009-A") is None
        assert cases.find_case(session, "call-1", "示范校", "第一师阿拉尔市") is None


def test_a_thread_leads_to_the_cases_of_its_mails_and_of_our_letters(
    database: Database,
    now: datetime,
) -> None:
    """A reply to the applicant's own first mail or to our letter finds the case; strange and empty
    ids find nothing.
    """
    first, second = (
        open_case(database, now),
        open_case(database, now, replace(NEW, submitter_key="二师")),
    )
    with_id, without_id = (
        mail(
            database,
            now,
            1,
            now,
            "<a@example.org>",
        ),
        mail(database, now, 2, now, ""),
    )
    with database.writing() as session:
        cases.join_case(session, first.id, with_id, "发件人", now)
        cases.join_case(session, first.id, without_id, "发件人", now)
        outbox.enqueue(session, replace(LETTER, case_id=second.id), now)
    with database.reading() as session:

        def by_mails(*ids: str) -> list[int]:
            return [row.id for row in cases.find_cases_by_mails(session, ids)]

        def by_letters(*ids: str) -> list[int]:
            return [row.id for row in cases.find_cases_by_letters(session, ids)]

        both = ("<a@example.org>", LETTER.message_id, "<a@example.org>")
        assert by_mails(*both) == [first.id]
        assert by_letters(*both) == [second.id]
        assert by_mails("<strange@example.org>") == by_mails("") == by_mails() == []
        assert by_letters("<strange@example.org>") == by_letters("") == by_letters() == []


def test_the_readings_of_a_case_come_in_received_order(database: Database, now: datetime) -> None:
    """What was received later supersedes what was received earlier, whenever it was fetched."""
    row = open_case(database, now)
    later, earlier = mail(database, now, 1, now), mail(database, now, 2, now - timedelta(days=1))
    with database.writing() as session:
        assert cases.join_case(session, row.id, later, "发件人", now)
        assert cases.join_case(session, row.id, earlier, "案卷编号", now)
        assert not cases.join_case(session, row.id, later, "发件人", now)
    with database.reading() as session:
        assert [reading.text for _, reading in cases.readings_of_case(session, row.id)] == [
            "2",
            "1",
        ]
        assert [joined.joined_by for _, joined in cases.messages_of_case(session, row.id)] == [
            "案卷编号",
            "发件人",
        ]
        assert [case.id for case in cases.cases_of_message(session, later)] == [row.id]


def test_a_mail_can_be_taken_out_of_a_case(database: Database, now: datetime) -> None:
    """Staff can mend a wrong joining."""
    row, message = open_case(database, now), mail(database, now, 1, now)
    with database.writing() as session:
        cases.join_case(session, row.id, message, "发件人", now)
        assert cases.leave_case(session, row.id, message)
        assert not cases.leave_case(session, row.id, message)
        assert cases.readings_of_case(session, row.id) == []


def test_a_case_is_due_when_its_settle_window_has_passed(database: Database, now: datetime) -> None:
    """Not before, and the one that waited longest first."""
    first, second = (
        open_case(database, now),
        open_case(database, now, replace(NEW, submitter_key="二师")),
    )
    with database.writing() as session:
        cases.touch_case(session, first.id, now, now + timedelta(minutes=10))
        cases.touch_case(
            session, second.id, now, now + timedelta(minutes=5), ("b@example.org", "李")
        )
    with database.reading() as session:
        due = [
            cases.next_case_to_judge(session, now + timedelta(minutes=minutes))
            for minutes in (
                4,
                5,
                60,
            )
        ]
    assert [row and row.id for row in due] == [None, second.id, second.id]
    assert due[1] is not None
    assert (due[1].reply_address, due[1].reply_name) == ("b@example.org", "李")


def test_the_received_time_of_a_case_only_moves_forward(database: Database, now: datetime) -> None:
    """An older mail fetched late (from the spam folder) does not make the case older."""
    row = open_case(database, now)
    with database.writing() as session:
        cases.touch_case(session, row.id, now - timedelta(days=3), now)
    with database.writing() as session:
        assert cases.touch_case(
            session,
            row.id,
            now + timedelta(1),
            now,
        ).last_received_at == now + timedelta(1)
        with pytest.raises(KeyError):
            cases.touch_case(session, 99, now, now)


def test_decisions_are_kept_in_versions(database: Database, now: datetime) -> None:
    """Each is there in full; the latest is in force, and the case is no longer due."""
    row = open_case(database, now)
    for decision in (Decision.INCOMPLETE, Decision.ACCEPTED):
        with database.writing() as session:
            case = cases.touch_case(session, row.id, now, now)
            assert cases.save_decision(session, case, judgement(now, decision), now)
    with database.reading() as session:
        versions = cases.decisions_of_case(session, row.id)
        latest = cases.latest_decision(session, row.id)
        case = cases.list_cases(session, "call-1", [Decision.ACCEPTED])[0]
        assert cases.next_case_to_judge(session, now) is None
        assert cases.latest_decision(session, 99) is None
    assert [version.decision for version in versions] == [Decision.INCOMPLETE, Decision.ACCEPTED]
    assert latest is not None
    assert (latest.version, case.version, case.decided_at) == (2, 2, now)
    assert cases.load_verdict(latest) == judgement(now, Decision.ACCEPTED).verdict
    assert cases.load_subjects(latest) == judgement(now, Decision.ACCEPTED).subjects
    assert latest.trace == '["第一条 满足"]'

    kept = cases.kept_subjects(latest)
    subjects = judgement(now, Decision.ACCEPTED).subjects
    assert dict(kept) == {each.id: each for each in subjects}
    assert (len(kept), kept.get("nobody")) == (len(subjects), None)
    assert list(kept.of_kinds(*(each.kind for each in subjects))) == [each.id for each in subjects]
    assert list(kept.of_kinds()) == []


@pytest.mark.parametrize("change", ["mail", "settle window", "decision"])
def test_a_verdict_on_what_has_changed_meanwhile_is_not_kept(
    database: Database,
    now: datetime,
    change: str,
) -> None:
    """When something came in while the case was being judged, nothing is written and the case stays
    due.
    """
    row = open_case(database, now)
    with database.writing() as session:
        seen = cases.touch_case(session, row.id, now, now)
    with database.writing() as session:
        if change == "decision":
            assert cases.save_decision(session, seen, judgement(now, Decision.REJECTED), now)
            cases.request_judgement(session, row.id, now)
        else:
            later = now + timedelta(seconds=1)
            cases.touch_case(
                session,
                row.id,
                later if change == "mail" else now,
                now if change == "mail" else later,
            )
    with database.writing() as session:
        before = len(cases.decisions_of_case(session, row.id))
        assert cases.save_decision(session, seen, judgement(now, Decision.ACCEPTED), now) is None
        assert len(cases.decisions_of_case(session, row.id)) == before
        assert cases.next_case_to_judge(session, now + timedelta(minutes=1)) is not None


def test_verdict_and_letter_are_rolled_back_together(database: Database, now: datetime) -> None:
    """When anything fails after both were written, neither is there and the case is still due."""
    row = open_case(database, now)
    with database.writing() as session:
        cases.touch_case(session, row.id, now, now)

    def judge_and_fail() -> None:
        with database.writing() as session:
            case = cases.next_case_to_judge(session, now)
            assert case is not None
            assert cases.save_decision(session, case, judgement(now, Decision.ACCEPTED), now)
            outbox.enqueue(session, LETTER, now)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        judge_and_fail()
    with database.reading() as session:
        assert cases.decisions_of_case(session, row.id) == []
        assert outbox.list_letters(session) == []
        case = cases.next_case_to_judge(session, now)
    assert case is not None
    assert (case.version, case.decision) == (0, None)


def test_the_database_itself_refuses_a_second_case_or_code(
    database: Database,
    now: datetime,
) -> None:
    """Even code that forgets to look cannot open two cases for one submitter."""
    row = open_case(database, now)
    fields = row.model_dump(exclude={"id"})
    for change in ({"code": "Q24-0002-X"}, {"submitter_key": "other"}):
        with pytest.raises(IntegrityError, match="UNIQUE"), database.writing() as session:
            session.add(CaseRow(**(fields | change)))


def test_the_ledger_of_accepted_entries_knows_only_decisions_in_force(
    database: Database,
    now: datetime,
) -> None:
    """Superseded verdicts, other calls, entries not accepted and the case itself do not count."""
    accepted, rejected = Decision.ACCEPTED, Decision.REJECTED
    plan: dict[str, list[tuple[Decision, ...]]] = {
        "a": [(accepted, rejected)],
        "b": [(accepted,), (rejected,)],
        "c": [(rejected,), (accepted, accepted)],
        "d": [],
    }
    rows = {}
    for key, versions in plan.items():
        rows[key] = open_case(database, now, replace(NEW, submitter_key=key))
        for decisions in versions:
            with database.writing() as session:
                case = cases.get_case(session, rows[key].id)
                assert case is not None
                cases.save_decision(session, case, judgement(now, *decisions), now)
    with database.reading() as session:
        entries = cases.accepted_ledger(session, "call-1")
        without_c = cases.accepted_ledger(session, "call-1", rows["c"].id)
        assert cases.accepted_ledger(session, "call-2") == []
    assert [(item.case_id, item.entry.applicant) for item in entries] == [
        (rows["a"].id, "单位0"), (rows["c"].id, "单位0"), (rows["c"].id, "单位1"),
    ]  # fmt: skip
    assert [item.case_code for item in without_c] == [rows["a"].code]


def test_a_case_is_not_put_off_for_ever(database: Database, now: datetime) -> None:
    """However many mails come, patience has an end; a decision begins anew."""
    row, window = open_case(database, now), timedelta(minutes=10)
    with database.writing() as session:
        for minutes in range(0, 60, 5):
            moment = now + timedelta(minutes=minutes)
            case = cases.touch_case(session, row.id, moment, moment + window, patience=2 * window)
        assert case.judge_after == now + 2 * window
        assert cases.save_decision(session, case, judgement(now, Decision.ACCEPTED), now)
        later = now + timedelta(hours=2)
        assert cases.touch_case(session, row.id, later, None).judge_after is None
        case = cases.touch_case(session, row.id, later, later + window, patience=2 * window)
        assert case.judge_after == later + window


def test_who_claims_a_name_is_found_whoever_claimed_it_first(
    database: Database, now: datetime
) -> None:
    """Also with an address beside the name; a name that only begins alike is another."""
    keys = ("unit:一师", submitter_key("unit:一师", "a_b@c.cn"), "unit:一师二", "address:x@y.cn")
    for key in keys:
        open_case(database, now, replace(NEW, submitter_key=key))
    with database.reading() as session:
        found = cases.cases_claiming(session, NEW.call, "unit:一师")
        assert [row.submitter_key for row in found] == list(keys[:2])


def test_the_mails_a_case_is_judged_by_say_what_they_may_do(
    database: Database, now: datetime
) -> None:
    """By what was proved when they came; a mail that does not count is left out."""
    row = open_case(database, now)
    papers = [mail(database, now, uid, now, brings=True) for uid in range(1, len(Standing) + 2)]
    with database.writing() as session:
        for joined, standing in zip(papers, ["", *Standing], strict=True):
            cases.join_case(session, row.id, joined, "", now, standing)
        beside = session.get(CaseMessageRow, (row.id, joined))
        assert beside is not None
        beside.counts = False
    with database.reading() as session:
        mails = cases.received_mails(session, row.id)
    assert len(mails) == len(Standing)
    can = {"may_replace": [mail.may_replace for mail in mails]}
    assert can["may_replace"] == [True, True, True, True, False, False, False]
    assert [mail.may_learn for mail in mails] == [True, True, True, False, False, False, False]
