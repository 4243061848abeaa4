"""The pictures of docs/desk.md, taken anew: ``make desk-pictures``. Needs Chromium, and a fresh
folder for a house.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ingest.store.tasks import NewTask, open_task
from rules.tasks import TaskKind
from tests.desk.browser import DESKTOP, PHONE, Browser, start_browser
from tests.desk.papers import BATCH, GREY, GREY_UNIT
from tests.desk.server import OpenDesk, open_desk
from tests.integration.house import House, open_house
from tests.servers.ports import free_port

TARGET = Path(__file__).parents[2] / "docs" / "pictures"
PAGES = {
    "desk-tasks": ("/", DESKTOP, "light"),
    "desk-tasks-phone": ("/", PHONE, "light"),
    "desk-tasks-dark": ("/", DESKTOP, "dark"),
    "desk-case": ("case", DESKTOP, "light"),
    "desk-case-phone": ("case", PHONE, "light"),
    "desk-case-dark": ("case", DESKTOP, "dark"),
    "desk-case-phone-dark": ("case", PHONE, "dark"),
}


def furnish(house: House) -> str:
    """The rules in force, three cases, a question and what is to be done about them; the page of the grey case."""
    house.settle_rules()
    for number in ("01", BATCH, "15", GREY):
        house.arrive_sample(number)
        house.settle_and_decide()
    cases = {case.submitter: case for case in house.cases()}
    with house.app.database.writing() as session:
        for new in (
            NewTask("a", TaskKind.IDENTITY, "有人以第三师图木舒克市教育局名义来信，地址 stranger@mail.example 此前没有用过",
                    cases["第三师图木舒克市教育局"].id, telephone="0998-4620033"),
            NewTask("b", TaskKind.WITHDRAWAL, "来信申请撤回石河子市金穗初级中学的申报，请确认",
                    cases["第八师石河子市教育局"].id, "石河子市金穗初级中学", telephone="13800008802"),
        ):  # fmt: skip
            open_task(session, new, house.clock.instant)
    return f"/cases/{cases[GREY_UNIT].code}"


def take(desk: OpenDesk, browser: Browser, case: str, target: Path) -> None:
    """One PNG a page."""
    browser.carry(desk.origin, desk.signed_in().cookies)
    for name, (page, size, colours) in PAGES.items():
        browser.look(size, colours)
        browser.go(desk.origin + (case if page == "case" else page))
        browser.wait("document.readyState === 'complete' && !document.querySelector('.drawing')")
        browser.wait("[...document.images].every((i) => i.complete)")
        browser.driver.get_screenshot_as_file(str(target / f"{name}.png"))
        print(name)  # noqa: T201 - prints what it wrote
    browser.look(DESKTOP)
    browser.go(desk.origin + case)
    browser.one("#because")
    browser.press("a")
    browser.one(".preview")
    browser.run("document.querySelector('.decide').scrollIntoView()")
    browser.driver.get_screenshot_as_file(str(target / "desk-decide.png"))


def main(target: Path = TARGET) -> None:
    """Take them all."""
    port = free_port()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        about = {"port": port, "pictures": folder / "pictures"}
        with open_house(folder, desk=about) as house:
            case = furnish(house)
            with open_desk(house, port) as desk, start_browser(folder / "profile") as browser:
                take(desk, browser, case, target)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
