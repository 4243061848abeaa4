"""Whoever writes in whatever order, and whatever staff, clock and power do meanwhile: who learns
what, who decides, who is answered.

The house is the real one with its database, rules, letters and files; mailbox and way out are the
stand-ins of tests/contract, and what stands in the files was read once (prepared.py).
"""

from __future__ import annotations

import email
import email.policy
import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, select

from ingest.clock import FixedClock
from ingest.daemon import start, work
from ingest.errors import TemporaryError, UsageError
from ingest.steps.closing import release_closing
from ingest.steps.judge import OnPurpose
from ingest.steps.receive import receive_all
from ingest.steps.staff.deciding import Deciding, plan_decision
from ingest.steps.staff.orders import Hands, carry_out
from ingest.store.addresses import addresses_of_case
from ingest.store.audit import verify_ledger
from ingest.store.cases import (
    cases_of_message,
    decisions_of_case,
    latest_decision,
    list_cases,
    load_verdict,
    messages_of_case,
)
from ingest.store.events import SILENCES, list_events
from ingest.store.messages import list_messages
from ingest.store.staff import staff_decision_rows
from ingest.store.tables import CaseRow, DecisionRow, MessageRow, MessageState, TaskRow
from ingest.submission.letterrequest import letter_kind
from notifier.outbox import (
    NOT_TO_APPLICANTS,
    TELLS_A_DECISION,
    OutboxRow,
    is_outdated,
    list_letters,
)
from notifier.outboxstates import OutboxState
from rules.staff import StaffAction
from rules.standing import Standing
from rules.verdict import Decision
from rules.vocabulary import BEIJING
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.transport import FakeTransport
from tests.integration.house import House, open_house, plain_mail
from tests.integration.prepared import ITEMS, numbers_in, read_kits, reader, with_kit
from tests.once import Once

NAME = "第五师双河市教育局"
UNIT, COLLEAGUE, STRANGER = "shs_jyj@unit.example", "shs_xxk@unit.example", "x@stranger.example"
WHOLE = ITEMS["all"]
MOMENTS = [datetime(2024, 8, day, 9, 30, tzinfo=BEIJING) for day in (21, 22, 28, 30)] + [
    datetime(2024, 9, day, 9, 30, tzinfo=BEIJING) for day in (1, 3, 6)
]
OF_THE_CASE = {Standing.PROVED, Standing.OWNER, Standing.RELEASED}


@dataclass
class Sent:
    """A mail of this world."""

    number: int
    sender: str
    raw: bytes
    kit: str


class TheOffice(RuleBasedStateMachine):
    """The rules are what people do; the invariants are what they rely on."""

    finished: ClassVar[int] = 0
    store: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="office-"))
        shutil.copytree(self.store, self.directory, dirs_exist_ok=True)
        self.stack = ExitStack()
        self.mailbox, self.transport = FakeMailbox(), FakeTransport()
        self.clock = FixedClock(datetime(2024, 8, 20, 9, 0, tzinfo=BEIJING))
        self.mails: list[Sent] = []
        self.left = 0
        self.house = self._open()

    def _open(self) -> House:
        self.stack.close()
        letters = {"per_sender_per_day": 500, "per_case": 500, "global_per_hour": 5000}
        opened = open_house(
            self.directory, self.mailbox, self.clock, smtp={"pace": "0s"}, letters=letters
        )
        house = self.stack.enter_context(opened)
        house.app.transport = house.transport = self.transport
        start(house.app)
        return house

    def teardown(self) -> None:
        """Everything comes to rest, everything is looked at once more, nothing stays behind."""
        try:
            self.house.app.settings.letters.hold_file.unlink(missing_ok=True)
            for _ in range(2):
                self.clock.instant += timedelta(minutes=40)
                self.work()
            self.everybody_who_wrote_has_an_answer_or_a_task()
            with self.house.store() as session:
                assert verify_ledger(session).findings == ()
            type(self).finished += 1
        finally:
            self.stack.close()
            shutil.rmtree(self.directory, ignore_errors=True)

    # --- what people write --------------------------------------------------------------------

    def _write(self, sender: str, kit: str, subject: str, answers: str = "") -> None:
        number = len(self.mails) + 1
        more = {"in_reply_to": answers} if answers else {}
        mail = plain_mail(number, f"{subject}", "见附件", from_=f"{NAME} <{sender}>", **more)
        raw = (with_kit(mail, kit, number) if kit else mail).as_bytes()
        self.mails.append(Sent(number, sender, raw, kit))
        self.house.arrive(raw)

    def _letter_to(self, address: str) -> str:
        letters = [row for row in self.house.letters() if row.recipient == address]
        return letters[-1].message_id if letters else ""

    @initialize(kit=st.sampled_from(["most", "all", "grey", "paper", "untabled"]))
    def the_unit_applies(self, kit: str) -> None:
        """No history is empty."""
        self.the_unit_writes(kit, answers=False)

    @rule(kit=st.sampled_from(["most", "rest", "all", "grey", "paper", ""]), answers=st.booleans())
    def the_unit_writes(self, kit: str, answers: bool) -> None:
        """A supplement, everything anew, or a question."""
        self._write(UNIT, kit, "示范区申报", self._letter_to(UNIT) if answers else "")

    @rule(kit=st.sampled_from(["worse", "all", "rest", ""]), how=st.sampled_from(["name", "code"]))
    def a_stranger_writes(self, kit: str, how: str) -> None:
        """Under the unit's name, perhaps with the code of its case."""
        codes = [case.code for case in self.house.cases()] if how == "code" else []
        self._write(STRANGER, kit, " ".join(["示范区申报", *codes[:1]]))

    @rule(kit=st.sampled_from(["worse", "rest", ""]))
    def a_colleague_answers_our_letter(self, kit: str) -> None:
        """It was handed on to him."""
        self._write(COLLEAGUE, kit, "回复", self._letter_to(UNIT))

    @rule(data=st.data())
    def a_mail_comes_twice(self, data: st.DataObject) -> None:
        """The same bytes under a new uid."""
        self.house.arrive(data.draw(st.sampled_from(self.mails)).raw)

    # --- what the office does -----------------------------------------------------------------

    @rule()
    def work(self) -> None:
        """One round of the daemon."""
        receive_all(self.house.app.inlet)
        work(self.house.app)
        self._what_left_is_true()

    @rule()
    def settle(self) -> None:
        """The settle window passes."""
        self.work()
        self.clock.instant += timedelta(minutes=30)
        self.work()

    @rule(moment=st.sampled_from(MOMENTS))
    def time_passes(self, moment: datetime) -> None:
        """A day of reminders, the deadline, the day of the closing run."""
        self.clock.instant = max(self.clock.instant, moment)
        self.work()

    @rule()
    def power_fails(self) -> None:
        """The same store, a new process."""
        self.house = self._open()

    @rule(held=st.booleans())
    def letters_are_held(self, held: bool) -> None:
        """The hold file is put there or taken away."""
        file = self.house.app.settings.letters.hold_file
        file.touch() if held else file.unlink(missing_ok=True)

    @precondition(lambda self: any(case.version for case in self.house.cases()))
    @rule(data=st.data(), action=st.sampled_from(list(StaffAction)))
    def staff_decide(self, data: st.DataObject, action: StaffAction) -> None:
        """Whatever they decide, about whichever case; an order that makes no sense is refused."""
        decided = [case.code for case in self.house.cases() if case.version]
        self._decide(data.draw(st.sampled_from(decided)), action)

    def _decide(self, code: str, action: StaffAction) -> None:
        app = self.house.app
        hands = Hands(app.database, app.rules, app.mouth, "李主任", self.clock.instant)
        try:
            carry_out(hands, plan_decision(hands, Deciding(code, action, "已核对")))
        except (UsageError, TemporaryError):
            return

    @rule()
    def the_rules_are_asked_again(self) -> None:
        """By the administrator, about the case that came first."""
        order = OnPurpose("管理员", "复核")
        for case in self.house.cases()[:1]:
            try:
                self.house.rejudge(case, order)
            except (UsageError, TemporaryError):
                return

    @rule()
    def the_closing_list_is_released(self) -> None:
        """By the administrator, whenever he likes."""
        app = self.house.app
        release_closing(app.database, app.rules.call, "李主任", self.clock.instant)

    # --- what must hold -----------------------------------------------------------------------

    def _what_left_is_true(self) -> None:
        """No letter contradicts the state it was written from, at the moment it leaves."""
        new, self.left = self.transport.letters[self.left :], len(self.transport.letters)
        with self.house.store() as session:
            known = {row.mime: row for row in list_letters(session)}
            cases = {case.id: case for case in list_cases(session)}
            for letter in new:
                row = known[letter.data]
                if row.case_id is None or row.kind not in TELLS_A_DECISION:
                    continue
                assert not is_outdated(session, row), row.key
                decision = latest_decision(session, row.case_id)
                assert decision is not None
                expected = (
                    {"reminder"}
                    if row.kind == "reminder"
                    else {letter_kind(load_verdict(decision))}
                )
                assert row.kind in expected, (row.key, expected)
                if row.kind == "reminder":
                    assert cases[row.case_id].decision is Decision.INCOMPLETE

    @invariant()
    def no_letter_tells_what_its_addressee_may_not_know(self) -> None:
        """Files and codes are his own, or those of a case he speaks for."""
        with self.house.store() as session:
            rows = {row.message_id_header: row for row in list_messages(session)}
            for letter in list_letters(session):
                if letter.kind not in NOT_TO_APPLICANTS:
                    self._may_read(session, letter, rows)

    def _may_read(self, session: Session, letter: OutboxRow, rows: dict[str, MessageRow]) -> None:
        text = _words(letter)
        for number in numbers_in(text):
            mail = self.mails[number - 1]
            if mail.sender == letter.recipient:
                continue
            cases = cases_of_message(session, rows[f"<m{number}@example.cn>"].id)
            known = {row.address for case in cases for row in addresses_of_case(session, case.id)}
            assert letter.recipient in known, (letter.kind, letter.recipient, mail)
        own = " ".join(
            email.message_from_bytes(mail.raw, policy=email.policy.default)["Subject"]
            for mail in self.mails
            if mail.sender == letter.recipient
        )
        for case in list_cases(session):
            if case.code in text and case.code not in own:
                known = {row.address for row in addresses_of_case(session, case.id)}
                assert letter.recipient in known, (letter.kind, letter.recipient, case.code)

    @invariant()
    def no_stranger_changes_a_decision(self) -> None:
        """What was accepted is lost only by papers of its own unit, or by a person's word."""
        with self.house.store() as session:
            for case in list_cases(session):
                versions = decisions_of_case(session, case.id)
                for before, after in pairwise(versions):
                    lost = _accepted(before) - _accepted(after)
                    assert not lost or _by_its_own(session, case, before, after), (case.code, lost)

    @invariant()
    def a_case_is_written_to_at_an_address_of_its_own(self) -> None:
        """What is said unasked goes where its own people wrote from."""
        with self.house.store() as session:
            for case in list_cases(session):
                own = {
                    mail.from_address
                    for mail, joined in messages_of_case(session, case.id)
                    if joined.standing in OF_THE_CASE
                }
                assert case.reply_address in own, (case.code, case.reply_address)

    @invariant()
    def one_version_of_an_entry_is_live(self) -> None:
        """In a case, and among all that is accepted without a person's word."""
        with self.house.store() as session:
            accepted: list[tuple[str, str]] = []
            for case in list_cases(session):
                row = latest_decision(session, case.id)
                entries = load_verdict(row).entries if row is not None else ()
                names = [entry.applicant for entry in entries]
                assert len(set(names)) == len(names), (case.code, names)
                accepted += [
                    (case.track, entry.applicant)
                    for entry in entries
                    if entry.decision is Decision.ACCEPTED and not entry.by_staff
                ]
            assert len(set(accepted)) == len(accepted), accepted

    @invariant()
    def nothing_is_accepted_that_is_not_whole(self) -> None:
        """But by a person."""
        with self.house.store() as session:
            for case in list_cases(session):
                row = latest_decision(session, case.id)
                if row is None or not _accepted(row, by_rules=True):
                    continue
                there = set[str]()
                for mail, _ in messages_of_case(session, case.id):
                    there |= ITEMS.get(self._kit_of(mail), frozenset())
                assert there >= WHOLE, (case.code, there)

    @invariant()
    def nothing_is_accepted_under_a_name_that_others_claim(self) -> None:
        """Before a person has said who counts."""
        with self.house.store() as session:
            for case in list_cases(session):
                row = latest_decision(session, case.id)
                if row is not None and case.contested and case.closed_at is None:
                    assert not _accepted(row, by_rules=True), case.code

    @invariant()
    def a_word_file_that_is_missing_is_asked_for(self) -> None:
        """Where the rules alone have spoken; else its sender would wait for nothing."""
        with self.house.store() as session:
            for case in list_cases(session):
                row = latest_decision(session, case.id)
                if row is None or staff_decision_rows(session, case.id):
                    continue
                there = self._judged_on(session, case, row)
                verdict = load_verdict(row)
                told = {each.title for one in (verdict, *verdict.entries) for each in one.findings}
                for form in ("申报书", "汇总表"):
                    if f"{form}.pdf" in there and f"{form}.docx" not in there:
                        assert f"{form}有可编辑Word版" in told, (case.code, there, told)

    def _judged_on(self, session: Session, case: CaseRow, row: DecisionRow) -> set[str]:
        there = set[str]()
        for mail, joined in messages_of_case(session, case.id):
            if joined.joined_at <= row.decided_at:
                there |= ITEMS.get(self._kit_of(mail), frozenset())
        return there

    def _kit_of(self, row: MessageRow) -> str:
        number = int(row.message_id_header.removeprefix("<m").partition("@")[0])
        return self.mails[number - 1].kit

    def everybody_who_wrote_has_an_answer_or_a_task(self) -> None:
        """A letter to him after it, a task about it, or a reason in the digest."""
        with self.house.store() as session:
            letters = [
                row for row in list_letters(session) if row.state is not OutboxState.SUPERSEDED
            ]
            tasks = list(session.exec(select(TaskRow)))
            silent = {event.message_id for event in list_events(session) if event.kind in SILENCES}
            for row in list_messages(session):
                if row.state is not MessageState.READ:
                    continue
                cases = {case.id for case in cases_of_message(session, row.id)}
                answered = any(
                    letter.recipient == row.from_address
                    and (letter.message_ref == row.id or letter.created_at >= row.fetched_at)
                    for letter in letters
                )
                asked = any(
                    task.message_id == row.id
                    or (task.address == row.from_address and task.opened_at <= self.clock.instant)
                    or task.case_id in cases
                    for task in tasks
                )
                assert answered or asked or row.id in silent, (row.id, row.from_address)


def _accepted(row: DecisionRow, *, by_rules: bool = False) -> set[str]:
    return {
        entry.applicant
        for entry in load_verdict(row).entries
        if entry.decision is Decision.ACCEPTED and not (by_rules and entry.by_staff)
    }


def _by_its_own(session: Session, case: CaseRow, before: DecisionRow, after: DecisionRow) -> bool:
    """Whether the unit sent papers, or a person decided, between two versions."""
    words = [row for row in staff_decision_rows(session, case.id) if row.version >= before.version]
    papers = [
        joined
        for _, joined in messages_of_case(session, case.id)
        if before.decided_at <= joined.joined_at <= after.decided_at
        and joined.standing in OF_THE_CASE
    ]
    return bool(words or papers)


def _words(letter: OutboxRow) -> str:
    mail = email.message_from_bytes(letter.mime, policy=email.policy.default)
    body = mail.get_body(("plain",))
    return f"{mail['Subject']}\n{body.get_content() if body is not None else ''}"


HISTORIES = {
    "an accepted case and everybody who wants it changed": [
        "unit all", "settle", "stranger worse code", "settle", "stranger worse name", "settle",
        "colleague worse", "settle", "unit -", "settle",
    ],
    "a case that waits for papers others send": [
        "unit most", "settle", "stranger rest code", "settle", "colleague rest", "settle",
        "stranger - code", "settle", "unit rest", "settle",
    ],
    "reminders go to the case's own address, whoever added something": [
        "unit most", "settle", "colleague worse", "settle", "day 1", "day 2", "work",
    ],
    "a form that came on paper alone, and its Word file later": [
        "unit paper", "settle", "unit most", "settle",
    ],
    "a table that came on paper alone": ["unit untabled", "settle", "unit -", "settle"],
    "what a person decided, when the rules are asked again": [
        "unit grey", "settle", "accept", "work", "again", "work",
    ],
    "two who claim one name, both with everything": [
        "unit most", "stranger all name", "settle", "unit rest", "settle", "stranger all name",
        "settle", "unit all", "settle",
    ],
    "letters that wait while the case goes on": [
        "hold", "unit most", "settle", "unit rest", "settle", "power", "unit -", "settle",
        "release", "work", "stranger worse code", "settle", "power", "work",
    ],
}  # fmt: skip
"""What the random ones may miss: each was a fault once."""


def _live(office: TheOffice, step: str) -> None:
    who, *rest = step.split()
    kit = "" if rest[:1] == ["-"] else "".join(rest[:1])
    match who:
        case "unit":
            office.the_unit_writes(kit, answers=bool(kit) and kit != "all")
        case "stranger":
            office.a_stranger_writes(kit, rest[1])
        case "colleague":
            office.a_colleague_answers_our_letter(kit)
        case "day":
            office.time_passes(MOMENTS[int(kit)])
        case "hold" | "release":
            office.letters_are_held(who == "hold")
        case "accept":
            office._decide(office.house.cases()[0].code, StaffAction.ACCEPT)
        case "again":
            office.the_rules_are_asked_again()
        case "power":
            office.power_fails()
        case _:
            getattr(office, who)()
    office.no_letter_tells_what_its_addressee_may_not_know()
    office.no_stranger_changes_a_decision()
    office.a_case_is_written_to_at_an_address_of_its_own()
    office.one_version_of_an_entry_is_live()
    office.nothing_is_accepted_that_is_not_whole()
    office.nothing_is_accepted_under_a_name_that_others_claim()
    office.a_word_file_that_is_missing_is_asked_for()


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, once: Once) -> type[TheOffice]:
    """An office with the shipped rules in force, that reads what was read once."""
    kits = once("prepared-kits", lambda: read_kits(once))
    monkeypatch.setattr("ingest.steps.read.read_or_degrade", reader(kits))
    with open_house(tmp_path) as house:
        start(house.app)
    monkeypatch.setattr(TheOffice, "store", tmp_path, raising=False)
    monkeypatch.setattr(TheOffice, "finished", 0)
    return TheOffice


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_histories_that_went_wrong_go_right(office: type[TheOffice]) -> None:
    """Looked at after every step, and at rest."""
    for name, steps in HISTORIES.items():
        living = office()
        try:
            for step in steps:
                _live(living, step)
        except AssertionError as error:
            raise AssertionError(f"{name}, at {step}: {error}") from error
        finally:
            living.teardown()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nobody_learns_decides_or_waits_who_should_not(office: type[TheOffice]) -> None:
    """Random histories, each brought to rest at the end; MODEL_RUNS says how many."""
    runs = int(os.environ.get("MODEL_RUNS", "4"))
    run_state_machine_as_test(
        office,
        settings=settings(
            max_examples=runs,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        ),
    )
    assert office.finished >= runs
