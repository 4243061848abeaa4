"""What the desk shows: tasks, cases, papers beside each other, mails; and that it only shows."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable

from ingest.desk.pictures import KEPT_FOR
from ingest.store.messages import load_reading
from rules.tasks import TaskKind
from tests.desk.papers import BATCH, GREY, GREY_UNIT, NASTY, grey_page, task, with_sample
from tests.desk.server import OpenDesk, Visitor
from tests.integration.house import STAFF, plain_mail, with_file

Open = Callable[..., OpenDesk]


def rows(text: str) -> list[str]:
    """Whose tasks or cases a page lists."""
    return re.findall(r'class="what"><b>(.*?)</b>', text)


def part_of(desk: OpenDesk, end: str) -> str:
    """The hash of the newest mail's document whose name ends so."""
    reading = load_reading(desk.house.messages()[-1])
    assert reading is not None
    return next(item.sha256 for item in reading.documents if item.name.endswith(end))


def three_tasks(desk: OpenDesk) -> Visitor:
    """Two questions that came by mail, and a file a person must open."""
    for number, mail in enumerate(("甲", "乙"), 1):
        desk.house.arrive(plain_mail(number, subject=f"咨询{mail}"))
    desk.house.settle_and_decide()
    task(desk, "c", TaskKind.MACHINE, "文件打不开", message_id=2, telephone="0998-4620033")
    return desk.signed_in()


# --- lists ----------------------------------------------------------------------------------------


def test_without_tasks_the_page_says_that_all_is_done(desk: OpenDesk) -> None:
    assert "待办都办完了" in desk.signed_in().get("/").text


def test_every_open_task_is_listed_the_oldest_first(desk: OpenDesk) -> None:
    text = three_tasks(desk).get("/").text
    reasons = re.findall(r'class="reason">(.*?)</span>', text)

    assert len(reasons) == 3
    assert reasons[-1] == "文件打不开"
    assert "/mails/1#task-1" in text


def test_two_tasks_of_a_case_name_the_papers_they_are_about(grey: OpenDesk) -> None:
    """One rule speaks of the form's scan and of the table's."""
    text = grey.signed_in().get("/").text

    reasons = re.findall(r'<span class="reason">([^<]*)</span>', text)
    assert len(reasons) == 2
    assert len(set(reasons)) == 2
    assert "申报书扫描件" in "".join(reasons)
    assert "汇总表扫描件" in "".join(reasons)


def test_tasks_are_found_by_any_word_of_their_line(desk: OpenDesk) -> None:
    """Also by a telephone number, and by kind; several words must all occur."""
    clerk = three_tasks(desk)
    found = {
        query: len(rows(clerk.get(f"/?{query}").text))
        for query in ("q=0998-4620033", "q=wang", "q=wang+zz", "kind=machine", "mine=1", "q=%00")
    }

    assert found == {"q=0998-4620033": 1, "q=wang": 3, "q=wang+zz": 0, "kind=machine": 1,
                     "mine=1": 0, "q=%00": 3}  # fmt: skip


def test_cases_are_found_by_name_and_decision(desk: OpenDesk) -> None:
    case = with_sample(desk, "03")
    clerk = desk.signed_in()

    assert rows(clerk.get("/cases").text) == [case.submitter]
    assert rows(clerk.get("/cases?decision=incomplete").text) == [case.submitter]
    assert rows(clerk.get("/cases?decision=accepted").text) == []
    assert rows(clerk.get(f"/cases?q={case.code}").text) == [case.submitter]


# --- what applicants wrote ------------------------------------------------------------------------


def test_whatever_strangers_wrote_is_text(desk: OpenDesk) -> None:
    """Name, subject, body, file name: every value is escaped, and nothing becomes a link."""
    mail = plain_mail(1, subject=f"咨询{NASTY}", text=f"请看 http://evil.example/ {NASTY}",
                      from_=f"\"{NASTY.replace(chr(34), '')}\" <wang@example.cn>")  # fmt: skip
    desk.house.arrive(with_file(mail, name="<b>.docx"))
    desk.house.settle_and_decide()
    task(desk, "a", TaskKind.QUESTION, f"请答复{NASTY}", message_id=1, entry=NASTY)
    clerk = desk.signed_in()
    for path in ("/", f"/?q={NASTY}", "/mails/1", "/cases"):
        text = clerk.get(path.replace("<", "%3C").replace(" ", "+").replace('"', "%22")).text
        assert "<script>" not in text
        assert "<img src=x" not in text
        assert 'href="http' not in text
    assert "&lt;script&gt;" in clerk.get("/mails/1").text


# --- a case ---------------------------------------------------------------------------------------


def test_a_case_shows_word_and_scan_beside_each_other(grey: OpenDesk) -> None:
    """With the rule's words, what was seen of the seal, and where each value stands."""
    text = grey.signed_in().get(grey_page(grey).partition("#")[0]).text

    assert GREY_UNIT in text
    assert "请核对：扫描件已加盖公章" in text
    assert "扫描件已加盖公章" in text
    assert "无法判断印章是否为红色原章" in text
    row = re.search(r'<th scope="row">教师账号开通率</th>.*?</tr>', text, re.DOTALL)
    assert row is not None
    assert re.findall(r'data-label="(?:Word|扫描件)">([^<]*)', row[0]) == ["98.8%", "98.8% "]
    assert "一致" in row[0]


def test_a_page_is_drawn_once_and_kept_for_its_owner_alone(grey: OpenDesk) -> None:
    case = grey.house.cases()[0]
    clerk, part = grey.signed_in(), part_of(grey, ".pdf")
    address = f"/cases/{case.code}/sheet/%E7%94%B31/1"
    first = clerk.get(address, HX_Request="true")
    kept = list(grey.house.app.settings.desk.pictures.iterdir())
    picture = clerk.get(f"/pictures/1/{part}/1")

    assert first.status == 200
    assert '<rect class="mark mark-seal"' in first.text
    assert "<html" not in first.text
    assert "<html" in clerk.get(address).text
    assert (picture.status, picture.headers["content-type"]) == (200, "image/jpeg")
    assert picture.data[:3] == b"\xff\xd8\xff"
    assert "sandbox" in picture.headers["content-security-policy"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in kept] == [0o600]
    assert stat.S_IMODE(kept[0].parent.stat().st_mode) == 0o700
    assert kept == list(grey.house.app.settings.desk.pictures.iterdir())


def test_pictures_are_of_documents_of_that_mail_alone(grey: OpenDesk) -> None:
    clerk, part = grey.signed_in(), part_of(grey, ".pdf")
    for address in (f"2/{part}/1", f"1/{part[:-1]}0/1", "1/../1", f"1/{part}/99", f"x/{part}/1"):
        assert clerk.get(f"/pictures/{address}").status == 404, address


def test_a_page_that_kills_its_worker_is_told_and_costs_one_worker(open_one: Open) -> None:
    """Here the worker has no memory to speak of; a hostile file would take it all."""
    desk = open_one(limits={"memory": "64MB"})
    desk.house.arrive_sample(GREY)
    desk.house.take_in()
    clerk = desk.signed_in()
    from ingest.desk.pictures import PagePictures  # noqa: PLC0415 - what is looked at

    office = desk.house.app.office
    pictures = PagePictures(
        desk.house.app.files,
        desk.house.app.settings.desk.pictures,
        office.reading,
        office.worker,
    )
    mail = desk.house.messages()[0].sha256
    told = pictures.picture(mail, "0" * 64, 1)

    assert told.jpeg == ""
    assert told.problem
    assert pictures.kept(mail, "0" * 64, 1) == told
    assert clerk.get("/").status == 200


def test_old_pictures_are_swept_away(open_one: Open) -> None:
    import os  # noqa: PLC0415 - for this test

    desk = open_one()
    folder = desk.house.app.settings.desk.pictures
    old, new = folder / "old.json", folder / "new.json"
    now = desk.house.clock.instant
    for path, when in ((old, now - 2 * KEPT_FOR), (new, now)):
        path.write_text("{}", encoding="utf-8")
        os.utime(path, (when.timestamp(), when.timestamp()))
    open_one(clock=desk.house.clock)

    assert not old.exists()
    assert new.exists()


def test_each_entry_has_its_own_view(desk: OpenDesk) -> None:
    case = with_sample(desk, BATCH)
    clerk = desk.signed_in()
    text = clerk.get(f"/cases/{case.code}").text
    entries = re.findall(r'href="(/cases/[^"]*entry=[^"]*)"', text)

    assert len(entries) == 4
    assert "石河子市启航职业技术学校智慧教育示范校申报书" in clerk.get(entries[2]).text
    assert "第1行单位名称" in clerk.get(entries[3]).text


def test_looking_changes_nothing(grey: OpenDesk) -> None:
    """Not a row of the store: programs that scan mails open every link."""
    case = grey.house.cases()[0]
    clerk = grey.signed_in()
    before = len(grey.house.events()), len(grey.house.letters()), grey.house.cases()
    for path in ("/", "/cases", f"/cases/{case.code}", "/mails/1", "/sign-in", "/healthz"):
        assert clerk.get(path).status == 200
    after = len(grey.house.events()), len(grey.house.letters()), grey.house.cases()

    assert before == after
    assert STAFF in clerk.get("/").text
