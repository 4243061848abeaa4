"""Letters that did not arrive: told until somebody has telephoned, or a later letter arrived."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ingest.steps.delivery import keep_undelivered_tasks
from ingest.store.events import EventKind, record_event
from ingest.store.tables import TaskRow
from ingest.store.tasks import close_task, tasks_about_letters
from ingest.views.delivery import ARRIVED_AFTER
from notifier.outbox import cancel, confirm
from notifier.transport import SendOutcome
from tests.integration.house import House, plain_mail, with_file

BUREAU = "第五师双河市教育局 <shs_jyj@example.cn>"


def submit(house: House, number: int) -> int:
    """A mail of the bureau is judged and its letter sent; the letter's number."""
    mail = plain_mail(number, f"示范区申报 {number}", "见附件", from_=BUREAU)
    house.arrive(with_file(mail, b"broken %d" % number))
    house.settle_and_decide()
    house.send()
    return house.letters()[-1].id


def bounce(house: House, letter: int) -> None:
    with house.app.database.writing() as session:
        text = "信函未能送达 shs_jyj@example.cn"
        record_event(session, house.clock.instant, EventKind.UNDELIVERED, text, outbox_id=letter)


def keep(house: House) -> int:
    return keep_undelivered_tasks(house.app.database, house.clock.instant)


def tasks(house: House) -> list[TaskRow]:
    with house.store() as session:
        return tasks_about_letters(session)


def told(house: House) -> int:
    return len(house.make_digest()[2].undelivered)


def test_a_bounce_opens_one_task_and_a_later_letter_that_arrived_closes_it(house: House) -> None:
    """Not before it is known to have arrived: the next may bounce as well."""
    bounce(house, submit(house, 1))
    assert [keep(house), keep(house)] == [1, 0]
    (task,) = tasks(house)
    assert (task.closed_at, task.address, task.case_id) == (
        None,
        "shs_jyj@example.cn",
        house.cases()[0].id,
    )
    submit(house, 2)
    assert (keep(house), told(house)) == (0, 1)
    house.wait(ARRIVED_AFTER)
    assert (keep(house), told(house)) == (1, 0)
    (task,) = tasks(house)
    assert (task.closed_by, "其后另一封信函已送达" in task.closed_because) == ("程序", True)
    assert len(house.events("task_closed")) == 1


def test_a_later_letter_that_bounces_too_makes_nothing_good(house: House) -> None:
    """Both are to be telephoned."""
    bounce(house, submit(house, 1))
    bounce(house, submit(house, 2))
    house.wait(timedelta(days=1))

    assert keep(house) == 2
    assert told(house) == 2


def test_what_a_person_has_telephoned_is_told_no_more(house: House) -> None:
    """And no new task is opened for it."""
    bounce(house, submit(house, 1))
    keep(house)
    with house.app.database.writing() as session:
        assert close_task(session, tasks(house)[0].id, "李主任", "已电话告知", house.clock.instant)

    assert (keep(house), told(house)) == (0, 0)


@pytest.mark.parametrize("order", ["confirm", "cancel"])
def test_a_task_ends_when_a_person_has_dealt_with_the_letter(house: House, order: str) -> None:
    """Found delivered, or not to be sent any more."""
    number = house.queue()
    house.transport.answer_next(SendOutcome.UNCERTAIN, 0, "lost")
    house.send()
    assert (keep(house), told(house)) == (1, 1)
    with house.app.database.writing() as session:
        if order == "confirm":
            assert confirm(session, number, "电话问过", house.clock.instant)
        else:
            assert cancel(session, number)
    assert (keep(house), told(house)) == (1, 0)


def test_a_letter_of_no_case_is_made_good_by_the_next_to_the_same_address(house: House) -> None:
    """A second question was answered, and that answer arrived."""
    bounce(house, house.queue("a"))
    house.send()
    house.queue("b", recipient="other@example.cn")
    house.send()
    house.wait(ARRIVED_AFTER)
    assert told(house) == 1
    house.queue("c")
    house.send()
    house.wait(ARRIVED_AFTER)
    assert told(house) == 0
