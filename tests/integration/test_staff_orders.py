"""Orders by staff on a real house: planned, looked at, carried out in one transaction, or refused
with nothing changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.errors import TemporaryError, UsageError
from ingest.steps.staff.casework import (
    assign,
    close_one_task,
    close_tasks_of_mail,
    plan_close,
    plan_withdrawal,
    remark,
)
from ingest.steps.staff.correcting import Correction, plan_fact
from ingest.steps.staff.deciding import Deciding, plan_decision
from ingest.steps.staff.moving import plan_attach, plan_merge, plan_move, plan_split
from ingest.steps.staff.orders import Done, Hands, Plan, carry_out
from ingest.store.cases import decisions_of_case, load_verdict, messages_of_case
from ingest.store.tables import CaseRow, TaskRow
from ingest.store.tasks import NewTask, open_task, open_tasks
from ingest.views.states import case_state
from rules.staff import StaffAction
from rules.tasks import TaskKind
from tests.integration.house import House, plain_mail, with_file

Open = Callable[..., House]
TWO = {"staff": ["staff@office.example"], "second_person_for_rejection": True}


def hands(house: House, who: str = "李") -> Hands:
    app = house.app
    return Hands(app.database, app.rules, app.mouth, who, house.clock.instant)


def do(house: House, plan: Callable[[Hands], Plan], who: str = "李") -> Done:
    own = hands(house, who)
    return carry_out(own, plan(own))


def decided(
    house: House, action: StaffAction, who: str = "李", because: str = "电话核实", **more: object
) -> Done:
    order = Deciding(house.cases()[0].code, action, because, **more)  # type: ignore[arg-type]
    return do(house, lambda own: plan_decision(own, order), who)


def state(house: House, number: int = 0) -> str:
    row = house.cases()[number]
    with house.store() as session:
        versions = decisions_of_case(session, row.id)
    return str(case_state(row, load_verdict(versions[-1]) if versions else None))


def tasks(house: House) -> list[TaskRow]:
    with house.store() as session:
        return open_tasks(session)


@pytest.fixture
def waiting(house: House) -> House:
    """A house with one case, whose only file cannot be opened: 待补正, no entry."""
    house.arrive(with_file(plain_mail(1, "示范区申报材料")))
    house.settle_and_decide()
    return house


def test_a_decision_is_shown_with_its_letter_before_anything_happens(waiting: House) -> None:
    before = len(waiting.letters()), len(waiting.events()), state(waiting)
    order = Deciding(waiting.cases()[0].code, StaffAction.ACCEPT, "当面核对过")

    plan = plan_decision(hands(waiting), order)

    assert [letter.kind for letter in plan.letters] == ["accepted"]
    assert (len(waiting.letters()), len(waiting.events()), state(waiting)) == before
    done = carry_out(hands(waiting), plan)
    assert [(turn.before, turn.after) for turn in done.turns] == [("待补正", "受理")]
    assert [letter.name for letter in done.letters] == ["受理回执"]
    assert state(waiting) == "受理"
    (event,) = waiting.events("staff_decided")
    assert "李 受理: 待补正 -> 受理；理由：当面核对过" in event.text


def test_of_two_who_decide_at_once_the_second_is_told_and_nothing_changes(waiting: House) -> None:
    order = Deciding(waiting.cases()[0].code, StaffAction.ACCEPT, "核对过", seen=1)
    slow = plan_decision(hands(waiting, "甲"), replace(order, action=StaffAction.REJECT))
    do(waiting, lambda own: plan_decision(own, order), "乙")

    with pytest.raises(UsageError, match="乙 受理"):
        plan_decision(hands(waiting, "甲"), order)
    with pytest.raises(TemporaryError, match="没有办理"):
        carry_out(hands(waiting, "甲"), slow)
    assert state(waiting) == "受理"
    assert len(waiting.events("staff_decided")) == 1


def test_a_new_mail_comes_before_a_decision(waiting: House) -> None:
    """What nobody has looked at is not decided along with the rest."""
    waiting.arrive(with_file(plain_mail(2, "示范区申报材料"), b"other"))
    waiting.take_in()

    with pytest.raises(UsageError, match="刚有来件"):
        decided(waiting, StaffAction.ACCEPT)


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"because": " "}, "没有写理由"),
        ({"code": "Q24-9999-X"}, "没有案卷"),
        ({"entry": "红旗小学"}, "没有申报项“红旗小学”"),
        ({"seen": 7}, "已经变了"),
    ],
)
def test_what_cannot_be_done_is_said(waiting: House, about: dict[str, object], told: str) -> None:
    order = Deciding(waiting.cases()[0].code, StaffAction.ACCEPT, "核对过")

    with pytest.raises(UsageError, match=told):
        plan_decision(hands(waiting), replace(order, **about))
    assert waiting.events("staff_decided") == []


def test_a_rejection_waits_for_a_second_person(open_one: Open) -> None:
    """The same person twice is one person; another decision ends the wait."""
    house = open_one(office=TWO)
    house.arrive(with_file(plain_mail(1, "示范区申报材料")))
    house.settle_and_decide()
    letters = len(house.letters())

    first = decided(house, StaffAction.REJECT, "甲", "印章不符")

    assert (first.letters, len(house.letters()), state(house)) == ((), letters, "待补正")
    assert TaskKind.SECOND in [task.kind for task in tasks(house)]
    with pytest.raises(UsageError, match="第二人"):
        decided(house, StaffAction.REJECT, "甲", "印章不符")
    second = decided(house, StaffAction.REJECT, "乙", "同意")
    assert [letter.name for letter in second.letters] == ["不予受理通知"]
    assert (state(house), tasks(house)) == ("不予受理", [])
    assert "甲 不予受理，乙 同意" in house.events("staff_decided")[-1].text


def test_deciding_what_is_so_already_is_refused(waiting: House) -> None:
    decided(waiting, StaffAction.ACCEPT)

    with pytest.raises(UsageError, match="没有变化"):
        decided(waiting, StaffAction.ACCEPT)


def test_a_case_that_was_closed_is_worked_on_no_more(waiting: House) -> None:
    code = waiting.cases()[0].code
    do(waiting, lambda own: plan_close(own, code, "测试件"))

    for order in (
        lambda own: plan_close(own, code, "再结"),
        lambda own: plan_withdrawal(own, code, "撤回"),
        lambda own: plan_fact(own, Correction(code, "盖章", "是", "看过")),
    ):
        with pytest.raises(UsageError, match="已结案"):
            do(waiting, order)
    assert remark(hands(waiting), code, "存档") == f"批注已记入案卷 {code} 的台账"


def test_a_withdrawal_is_confirmed_or_refused_and_told(waiting: House) -> None:
    row = waiting.cases()[0]
    with pytest.raises(UsageError, match="没有撤回申请"):
        do(waiting, lambda own: plan_withdrawal(own, row.code, "误发", refuse=True))
    asked = NewTask(f"withdraw:{row.code}", TaskKind.WITHDRAWAL, "申请撤回", row.id)
    with waiting.app.database.writing() as session:
        open_task(session, asked, waiting.clock.instant)

    refused = do(waiting, lambda own: plan_withdrawal(own, row.code, "系误发", refuse=True))
    waiting.wait(timedelta(minutes=1))
    confirmed = do(waiting, lambda own: plan_withdrawal(own, row.code, "来函"))

    assert [letter.name for letter in (*refused.letters, *confirmed.letters)] == [
        "处理结果",
        "撤回通知",
    ]
    assert (state(waiting), tasks(waiting)) == ("已撤回", [])


def test_mails_are_moved_and_cases_merged_and_split(waiting: House) -> None:
    """Whatever case loses or gains papers is judged again; an emptied one is closed."""
    waiting.arrive(
        with_file(plain_mail(2, "示范区申报材料", from_="李老师 <li@example.cn>"), b"two")
    )
    waiting.settle_and_decide()
    one, two = waiting.cases()

    do(waiting, lambda own: plan_merge(own, two.code, one.code, "同一单位"))

    assert mails_of(waiting, one) == [1, 2]
    merged = waiting.cases()[1]
    assert (merged.merged_into, merged.judge_after) == (one.id, None)
    with pytest.raises(UsageError, match="已并入"):
        do(waiting, lambda own: plan_merge(own, one.code, two.code, "反了"))
    do(waiting, lambda own: plan_split(own, one.code, [2], "不是一家"))
    waiting.decide()
    new = waiting.cases()[2]
    assert (mails_of(waiting, one), mails_of(waiting, new)) == ([1], [2])
    assert state(waiting, 2) == "待补正"
    do(waiting, lambda own: plan_move(own, 2, one.code, "还是一家", from_code=new.code))
    assert waiting.cases()[2].closed_at is not None
    assert mails_of(waiting, one) == [1, 2]


def mails_of(house: House, row: CaseRow) -> list[int]:
    with house.store() as session:
        return [mail.id for mail, _ in messages_of_case(session, row.id)]


def test_a_mail_that_cannot_be_moved_stays_where_it_is(waiting: House) -> None:
    waiting.arrive(plain_mail(2))
    waiting.settle_and_decide()
    code = waiting.cases()[0].code

    for plan, told in (
        (lambda own: plan_move(own, 9, code, "x"), "没有编号为 9"),
        (lambda own: plan_move(own, 1, code, "x"), "已在案卷"),
        (lambda own: plan_move(own, 2, code, "x", from_code=code), "不在案卷"),
        (lambda own: plan_attach(own, 1, code, "x"), "已在案卷"),
        (lambda own: plan_merge(own, code, code, "x"), "同一个案卷"),
        (lambda own: plan_split(own, code, [2], "x"), "不在案卷"),
        (lambda own: plan_split(own, code, [1], "x"), "没有材料"),
    ):
        with pytest.raises(UsageError, match=told):
            do(waiting, plan)
    assert mails_of(waiting, waiting.cases()[0]) == [1]
    done = do(waiting, lambda own: plan_attach(own, 2, code, "来电说明"))
    assert (done.letters, mails_of(waiting, waiting.cases()[0])) == ((), [1, 2])


def test_a_value_that_could_not_be_judged_is_refused(waiting: House) -> None:
    code = waiting.cases()[0].code

    for field, value, told in (
        ("开通率", "98%", "没有可以人工填写的事项"),
        ("编号", "申1", "没有可以人工填写的事项"),
        ("教师账号开通率", "很高", "不能作为"),
        ("盖章", "看不清", "不能作为"),
        ("教师账号开通率", "98.9%", "没有“教师账号开通率”可填的材料"),
    ):
        order = Correction(code, field, value, "看过")
        with pytest.raises(UsageError, match=told):
            plan_fact(hands(waiting), order)
    assert waiting.events("staff_fact") == []


def test_a_task_is_closed_once(waiting: House) -> None:
    row = waiting.cases()[0]
    with waiting.app.database.writing() as session:
        new = NewTask("q:1", TaskKind.QUESTION, "来信咨询", row.id, message_id=1)
        number = open_task(session, new, waiting.clock.instant)[0].id
    assert assign(hands(waiting), row.code, "王") == f"案卷 {row.code} 由 王 经办"
    assert close_one_task(hands(waiting), number, "已电话答复").endswith("已办结")

    with pytest.raises(UsageError, match="已由 李 办结"):
        close_one_task(hands(waiting, "王"), number, "又办")
    with pytest.raises(UsageError, match="没有未办结的待办"):
        close_tasks_of_mail(hands(waiting), 1, "又办")
    with pytest.raises(UsageError, match="没有编号为 99"):
        close_one_task(hands(waiting), 99, "办")
    assert len(waiting.events("task_closed")) == 1
