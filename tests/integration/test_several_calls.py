"""Two calls on one mailbox: each by its own rules, in its own words; what is unclear waits for
staff.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest

from ingest.calls import default_config
from ingest.errors import UsageError
from ingest.inspection.mail import inspect_message
from ingest.steps.remind import remind_due
from ingest.steps.staff.moving import plan_merge
from ingest.steps.staff.orders import Hands
from ingest.steps.staff.releasing import release
from ingest.steps.staff.routing import name_call
from ingest.store.rulefiles import rules_trouble
from ingest.store.tables import TaskRow
from ingest.store.tasks import open_tasks
from ingest.views.digest import told_apart
from rules.tasks import TaskKind
from tests.integration.house import MORNING, House, open_house, plain_mail, with_file

FIRST, SECOND = "smart-education-2024", "community-grants-2025"


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """Folders of both calls that may be edited."""
    for call in (FIRST, SECOND):
        copytree(default_config() / "calls" / call, tmp_path / "calls" / call)
    return tmp_path / "calls"


@pytest.fixture
def house(tmp_path: Path, calls: Path) -> Iterator[House]:
    """A house that serves both."""
    table = {"directory": calls, "active": [FIRST, SECOND]}
    with open_house(tmp_path, calls_=table, limits_={"readers": 1, "ocr": False}) as house:
        yield house


def hands(house: House) -> Hands:
    """Those of a clerk."""
    app = house.app
    return Hands(app.database, app.rules, app.mouth, "李主任", house.clock.instant)


def tasks(house: House) -> list[TaskRow]:
    """What is open."""
    with house.store() as session:
        return open_tasks(session)


def test_mail_of_both_calls_is_judged_by_the_rules_of_each(house: House) -> None:
    """The subject tells them apart; codes, letters and versions of rules are each call's own."""
    house.arrive(with_file(plain_mail(1, "示范校申报")))
    house.arrive(with_file(plain_mail(2, "空间改造申报", from_="li@example.cn")))
    house.settle_and_decide()
    assert {(row.call, row.code[:3]) for row in house.cases()} == {(FIRST, "X24"), (SECOND, "K25")}
    assert {row.call for row in house.messages()} == {FIRST, SECOND}
    letters = {letter.recipient: letter.mime.decode() for letter in house.letters()}
    assert len(letters) == 2


@pytest.mark.parametrize("times", [1, 14])
def test_a_mail_that_says_nothing_waits_and_its_sender_hears_of_it_once(
    times: int, house: House
) -> None:
    """However many he sends: staff do not drown in tasks."""
    for number in range(times):
        house.arrive(with_file(plain_mail(number, "材料"), data=b"broken %d" % number))
    house.take_in()
    assert house.cases() == []
    assert [letter.kind for letter in house.letters()] == ["noted"]
    assert len(tasks(house)) == min(times, 11)
    assert {task.kind for task in tasks(house)} == {TaskKind.CALL}


def test_staff_name_the_call_and_the_mail_is_read_again_under_it(house: House) -> None:
    """As if it had just come."""
    house.arrive(with_file(plain_mail(1, "材料")))
    house.take_in()
    house.arrive(with_file(plain_mail(2, "空间改造申报", from_="li@example.cn")))
    house.settle_and_decide()
    with pytest.raises(UsageError, match="征集 smart-education-2024 读的"):
        release(hands(house), 1, house.cases()[0].code, "电话问过")
    for wrong in (
        (9, SECOND, "x"),
        (1, "none", "x"),
        (2, FIRST, "x"),
        (2, SECOND, "x"),
        (1, SECOND, ""),
    ):
        with pytest.raises(UsageError):
            name_call(hands(house), *wrong)
    with pytest.raises(UsageError, match="哪一项征集"):
        release(hands(house), 1, "", "电话问过")
    assert "社区微更新" in name_call(hands(house), 1, SECOND, "电话问过")
    with pytest.raises(UsageError, match="已经是"):
        name_call(hands(house), 1, SECOND, "再来一次")
    with pytest.raises(UsageError, match="还没有读过"):
        name_call(hands(house), 1, FIRST, "又看了看")
    assert TaskKind.CALL not in {task.kind for task in tasks(house)}
    house.settle_and_decide()
    assert {row.call for row in house.cases()} == {SECOND}
    assert house.messages()[0].call == SECOND


@pytest.mark.parametrize(
    ("subject", "call", "kind", "says"),
    [
        ("空间改造申报", SECOND, "incomplete", "社区微更新"),
        ("示范校申报", FIRST, "incomplete", "智慧教育"),
        ("材料", None, "noted", "》《"),
    ],
)
def test_inspect_answers_as_the_daemon_of_several_calls(
    subject: str, call: str | None, kind: str, says: str, house: House, tmp_path: Path
) -> None:
    """By what the mail itself says."""
    path = tmp_path / "mail.eml"
    path.write_bytes(with_file(plain_mail(1, subject)).as_bytes())
    first, second = (each.folder for each in house.app.rules.all)
    report = inspect_message(path, first, house.app.settings, MORNING, MORNING, (second,))
    assert (report["call"], report["letter"]["kind"]) == (call, kind)
    assert says in report["letter"]["text"]


def test_cases_of_two_calls_are_not_merged(house: House) -> None:
    """Their rules and deadlines differ."""
    house.arrive(with_file(plain_mail(1, "示范校申报")))
    house.arrive(with_file(plain_mail(2, "空间改造申报")))
    house.settle_and_decide()
    first, second = house.cases()
    with pytest.raises(UsageError, match="不是同一项征集"):
        plan_merge(hands(house), first.code, second.code, "误会")


def test_rules_of_one_call_are_refused_and_the_other_goes_on(house: House, calls: Path) -> None:
    """Each has its own last word in the ledger."""
    house.settle_rules()
    path = calls / SECOND / "rules.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n坏了", encoding="utf-8")
    assert not house.look_at_rules(closely=True)
    with house.store() as session:
        assert SECOND in rules_trouble(session, FIRST, SECOND)
        assert rules_trouble(session, FIRST) == ""
    assert len(house.events("rules_refused")) == 1
    house.settle_rules()
    assert len(house.events("rules_refused")) == 1
    house.use_rules_in_force()


ADDRESS = '邮箱: ["both@unit.example"]'
REMINDING = {
    FIRST: {
        "提醒未报: 否": "提醒未报: 是",
        "{名称: 第五师双河市, ": f"{{名称: 某地, {ADDRESS}, ",
    },
    SECOND: {
        "发布: 2025-03-03": "发布: 2024-08-08",
        "截止: 2025-03-31 17:30": "截止: 2024-08-31 17:30",
        "联系:": "时限: {提醒: [7], 提醒未报: 是}\n联系:",
        "{名称: 柳湾街道, ": f"{{名称: 某地, {ADDRESS}, ",
    },
}
"""Both calls end at one time, have one unit, and remind it."""


def test_a_unit_of_both_calls_is_reminded_of_each(tmp_path: Path, calls: Path) -> None:
    """One reminder is not taken for the other."""
    for call, changes in REMINDING.items():
        path = calls / call / "call.yaml"
        text = path.read_text(encoding="utf-8")
        for old, new in changes.items():
            assert text.count(old) == 1
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    table = {"directory": calls, "active": [FIRST, SECOND]}
    with open_house(tmp_path / "house", calls_=table) as house:
        house.wait(timedelta(days=3))
        while remind_due(house.app.database, house.app.mouth, house.clock.instant):
            pass
        told = [letter for letter in house.letters() if letter.recipient == "both@unit.example"]
        assert len(told) == 2


def test_a_track_that_two_calls_have_is_told_apart(house: House) -> None:
    """In the lists of the digest, by the title."""
    calls = [each.call for each in house.app.rules.all]
    assert told_apart("示范校", calls[0], calls) == "示范校"
    again = [calls[0], replace(calls[0], id="b", title="第二批")]
    assert told_apart("示范校", again[1], again) == "示范校（第二批）"
