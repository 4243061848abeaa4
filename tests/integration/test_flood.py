"""Many mails from many addresses under one unit's name: staff hear of it once, the unit itself and
all others are served as ever.
"""

from __future__ import annotations

from datetime import timedelta

from ingest.steps.staff.orders import Hands
from ingest.steps.staff.releasing import release
from ingest.store.tasks import open_tasks
from ingest.submission.filing import SAME_NAME_A_DAY
from rules.tasks import TaskKind
from tests.integration.house import House, plain_mail, with_file

NAMED = "第三师教育局报送申报书,请查收。\n第三师教育局"
COUNT = SAME_NAME_A_DAY + 15


def flood(house: House) -> None:
    for number in range(COUNT):
        mail = plain_mail(number, from_=f"a{number}@example.net", text=NAMED)
        house.arrive(with_file(mail, str(number).encode()))
    house.take_in()


def test_a_flood_under_one_name_is_braked(house: House) -> None:
    """A few cases, a few tasks; everybody hears that the mail came."""
    flood(house)
    with house.store() as session:
        tasks = open_tasks(session)

    assert len(house.cases()) == SAME_NAME_A_DAY
    assert len(house.events("held")) == COUNT - SAME_NAME_A_DAY
    assert len([task for task in tasks if task.kind is TaskKind.IDENTITY]) == 11
    (rivals,) = [task for task in tasks if task.kind is TaskKind.RIVALS]
    assert all(f"a{number}@example.net" in rivals.reason for number in range(SAME_NAME_A_DAY))
    assert len([letter for letter in house.letters() if letter.kind == "received"]) == 15
    assert any("逐件" in task.reason for task in tasks)


def test_others_are_served_as_ever(house: House) -> None:
    """Another unit, a sender without a name, and the flooded unit the day after."""
    flood(house)
    for number, text in enumerate(("第八师教育局报送。\n第八师教育局", "请查收")):
        mail = plain_mail(90 + number, from_=f"b{number}@example.net", text=text)
        house.arrive(with_file(mail, f"b{number}".encode()))
    house.wait(timedelta(days=1, minutes=1))
    house.arrive(with_file(plain_mail(95, from_="c@example.net", text=NAMED), b"c"))
    house.take_in()

    assert len(house.cases()) == SAME_NAME_A_DAY + 3


def test_staff_let_one_of_them_in(house: House) -> None:
    """It gets a case of its own, as if it had come alone."""
    flood(house)
    hands = Hands(
        house.app.database, house.app.rules, house.app.mouth, "王老师", house.app.clock.now()
    )
    release(hands, COUNT, "", "电话问过,属实")

    assert len(house.cases()) == SAME_NAME_A_DAY + 1
