"""What is known of people: tasks, addresses with their proof, what staff decided and read, codes
that work once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ingest.store import addresses, staff, tasks
from ingest.store.cases import NewCase, close_case, open_case
from ingest.store.database import Database
from ingest.store.marks import cases_with_marks, mark_case
from ingest.store.staff import NewEnding, NewStaffFact
from ingest.store.tasks import NewTask
from rules.casestate import State
from rules.staff import StaffAction, StaffDecision
from rules.tasks import TASK_NAMES, TaskKind

UNIT = "第五师双河市"
DECISION = StaffDecision(
    applicant="", action=StaffAction.ACCEPT, because="电话核实", who="李", papers={"甲": "1"}
)


@pytest.fixture
def case(database: Database, now: datetime) -> int:
    new = NewCase(
        "call", "示范区", "Q", 2024, f"unit:{UNIT}", "双河市教育局", UNIT, "a@example.cn", ""
    )
    with database.writing() as session:
        return open_case(session, new, now, now)[0].id


def test_every_kind_of_task_has_words() -> None:
    assert set(TASK_NAMES) == set(TaskKind)


def test_a_task_is_opened_once_and_closed_once(
    database: Database,
    now: datetime,
    case: int,
) -> None:
    new = NewTask(
        "identity:1", TaskKind.IDENTITY, "核实来件人", case_id=case, address="x@example.cn"
    )
    with database.writing() as session:
        first, is_new = tasks.open_task(session, new, now)
        again, is_new_again = tasks.open_task(session, new, now)
        assert (is_new, is_new_again, again.id) == (True, False, first.id)
        assert [row.id for row in tasks.open_tasks(session, case_id=case)] == [first.id]

        assert tasks.close_task(session, first.id, "李", "已电话核实", now)

        assert not tasks.close_task(session, first.id, "王", "再一次", now)
        assert tasks.open_tasks(session) == []
        closed = tasks.get_task(session, first.id)
        assert closed is not None
        assert (closed.closed_by, closed.closed_because) == ("李", "已电话核实")
        assert tasks.open_task(session, new, now)[0].closed_at is not None


def test_tasks_of_one_kind_and_entry_are_closed_together(
    database: Database,
    now: datetime,
    case: int,
) -> None:
    with database.writing() as session:
        for entry in ("甲", "乙"):
            tasks.open_task(
                session,
                NewTask(f"v:{entry}", TaskKind.VERIFY, "核验", case_id=case, entry=entry),
                now,
            )
        tasks.open_task(session, NewTask("w", TaskKind.WITHDRAWAL, "撤回", case_id=case), now)

        closed = tasks.close_tasks_of_case(
            session, case, [TaskKind.VERIFY], "李", "已定", now, entry="甲"
        )

        assert len(closed) == 1
        assert [row.key for row in tasks.open_tasks(session, case_id=case)] == ["v:乙", "w"]
        assert tasks.open_tasks(session, message_id=7) == []
        assert tasks.get_task(session, closed[0]) is not None


def test_an_address_keeps_its_first_proof(database: Database, now: datetime, case: int) -> None:
    with database.writing() as session:
        assert addresses.know_address(session, case, "A@Example.cn", "opened", now)
        assert not addresses.know_address(session, case, "a@example.cn", "confirmed", now, by="李")
        assert not addresses.know_address(session, case, "", "opened", now)

        assert [(row.address, row.proof) for row in addresses.addresses_of_case(session, case)] == [
            ("a@example.cn", "opened")
        ]
        assert [row.id for row in addresses.cases_of_address(session, "call", "A@EXAMPLE.CN")] == [
            case,
        ]
        assert addresses.forget_address(session, case, "a@example.cn")
        assert not addresses.forget_address(session, case, "a@example.cn")
        assert addresses.cases_of_address(session, "call", "a@example.cn") == []


def test_a_decision_that_wants_two_people_waits_for_the_second(
    database: Database,
    now: datetime,
    case: int,
) -> None:
    with database.writing() as session:
        staff.add_staff_decision(session, case, 1, DECISION, now)
        waiting = staff.add_staff_decision(session, case, 1, DECISION, now, needs_second=True)

        assert staff.staff_decisions_in_force(session, case) == [DECISION]
        assert staff.second_decision(session, waiting.id, "王")

        assert not staff.second_decision(session, waiting.id, "赵")
        assert staff.staff_decisions_in_force(session, case) == [DECISION, DECISION]


def test_every_value_a_person_read_is_kept(database: Database, now: datetime, case: int) -> None:
    with database.writing() as session:
        for value in ("97%", "98%"):
            staff.add_staff_fact(
                session, NewStaffFact(case, "", "教师账号开通率", value, "李"), now
            )

        assert [row.value for row in staff.staff_facts(session, case)] == ["97%", "98%"]


def test_a_code_works_once_and_not_after_its_time(database: Database, now: datetime) -> None:
    with database.writing() as session:
        assert staff.keep_code(
            session,
            "secret",
            "{}",
            "li@example.cn",
            now,
            now + timedelta(days=1),
        )
        assert not staff.keep_code(session, "secret", "{}", "", now, now)
        row = staff.find_code(session, "secret")
        assert row is not None
        assert "secret" not in row.model_dump_json()
        assert not staff.use_code(session, "other", "li@example.cn", now)
        assert not staff.use_code(session, "secret", "li@example.cn", now + timedelta(days=2))

        assert staff.use_code(session, "secret", "li@example.cn", now)

        assert not staff.use_code(session, "secret", "li@example.cn", now)
        assert staff.find_code(session, "other") is None


def test_what_staff_said_of_an_entrys_being_there_is_kept_in_order(
    database: Database, now: datetime, case: int
) -> None:
    with database.writing() as session:
        staff.add_ending(session, NewEnding(case, "甲", State.REPLACED, "李", "来函", "乙"), now)
        staff.add_ending(session, NewEnding(case, "甲", None, "王", "漏列"), now)

        assert [(each.state, each.to) for each in staff.endings_of_case(session, case)] == [
            (State.REPLACED, "乙"),
            (None, ""),
        ]


def test_another_open_case_with_the_same_mark_is_found(
    database: Database, now: datetime, case: int
) -> None:
    """Not the case itself, nor one that is closed."""
    new = NewCase("call", "示范区", "Q", 2024, "unit:七师", "七师", "七师", "b@example.cn", "")
    with database.writing() as session:
        row, _ = open_case(session, new, now, now)
        for _ in range(2):
            mark_case(session, case, {"file:1", "name:2"})
        mark_case(session, row.id, {"file:1"})

        assert [each.id for each in cases_with_marks(session, row, {"file:1"})] == [case]
        assert cases_with_marks(session, row, {"file:9"}) == []
        close_case(session, case, now)
        assert cases_with_marks(session, row, {"file:1"}) == []
