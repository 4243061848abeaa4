"""The desk as clerks use it: in a real Chromium, with mouse and keyboard, on a desk and on a phone.

What only the server can do wrong is in the other files; here it is what a browser makes of it.
"""

from __future__ import annotations

import pytest

from rules.tasks import TaskKind
from tests.desk.browser import CONTRAST, DESKTOP, PHONE, Browser
from tests.desk.papers import NASTY, grey_page, task
from tests.desk.server import OpenDesk
from tests.integration.house import STAFF, plain_mail

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

UNNAMED = """
[...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a, [role=img], [role=group]")]
  .filter((e) => e.checkVisibility() && !(e.labels?.length || e.getAttribute("aria-label") || e.textContent.trim()))
  .map((e) => e.outerHTML.slice(0, 80))
"""


def sign_in(browser: Browser, desk: OpenDesk) -> None:
    browser.carry(desk.origin, desk.signed_in().cookies)


def test_a_clerk_signs_in_by_typing(desk: OpenDesk, browser: Browser) -> None:
    """With nothing but the keyboard; the cursor is where it is needed."""
    browser.go(desk.origin)
    browser.one("#address")
    browser.press(STAFF, "\ue007")
    browser.one("#code")
    browser.press(desk.mailed_code(), "\ue007")
    browser.one(".rows, .empty")

    assert browser.path() == "/"
    assert STAFF in browser.text()
    assert browser.complaints() == []


def test_the_list_follows_what_is_typed(desk: OpenDesk, browser: Browser) -> None:
    """Without another page; the address keeps what was looked for."""
    for number, name in enumerate(("甲校", "乙校"), 1):
        desk.house.arrive(plain_mail(number, subject=name))
    desk.house.settle_and_decide()
    sign_in(browser, desk)
    browser.go(desk.origin)
    assert len(browser.all(".row")) == 2
    browser.press("/", "乙校")
    browser.wait("document.querySelectorAll('.row').length === 1")

    assert browser.run("document.querySelector('.go').getAttribute('href')").startswith("/mails/2")
    assert browser.wait("location.search.includes('q=%E4%B9%99')")
    assert browser.complaints() == []


def test_the_list_is_walked_and_opened_by_keyboard(grey: OpenDesk, browser: Browser) -> None:
    address = grey_page(grey)
    sign_in(browser, grey)
    browser.go(grey.origin)
    browser.press("j", "\ue007")
    browser.wait("location.pathname.startsWith('/cases/')")

    assert browser.path() == address.partition("#")[0]
    browser.press("?")
    browser.wait("document.querySelector('#help').open")
    browser.press("\ue00c", "g", "t")
    browser.wait("location.pathname === '/'")


def test_the_page_comes_with_its_marks_and_a_value_leads_to_its_place(
    grey: OpenDesk, browser: Browser
) -> None:
    address = grey_page(grey)
    sign_in(browser, grey)
    browser.go(grey.origin + address)
    browser.one("svg image")
    browser.wait("document.querySelector('svg image').getBoundingClientRect().height > 300")
    seal = browser.one(".mark-seal").rect
    page = browser.one("svg image").rect
    assert page["x"] < seal["x"] < page["x"] + page["width"]
    browser.one("[data-value='8'] [data-look]").click()
    browser.one(".mark.lit")

    assert (
        browser.run("document.querySelector('[data-page][aria-current]').textContent.trim()")
        == "第2页"
    )
    assert browser.run("document.querySelector('.mark.lit').dataset.mark") == "8"
    assert "98.8%" in browser.run("document.querySelector('tr.lit').innerText")
    browser.press("p")
    browser.one(".mark-seal")
    browser.press("z")
    browser.one(".sheet.large")
    assert browser.complaints() == []
    assert browser.hosts_asked() == {f"127.0.0.1:{grey.port}"}


def test_what_strangers_wrote_does_nothing(desk: OpenDesk, browser: Browser) -> None:
    """Neither runs nor asks anybody for anything."""
    desk.house.arrive(plain_mail(1, subject=f"咨询{NASTY}", text=NASTY))
    desk.house.settle_and_decide()
    task(desk, "a", TaskKind.QUESTION, f"请答复{NASTY}", message_id=1, entry=NASTY)
    sign_in(browser, desk)
    for path in ("/", "/mails/1"):
        browser.go(desk.origin + path)
        assert "onerror" in browser.text()
        assert browser.run("document.title") != "taken"
    assert browser.complaints() == []
    assert browser.hosts_asked() == {f"127.0.0.1:{desk.port}"}


def test_an_inline_script_would_be_stopped(desk: OpenDesk, browser: Browser) -> None:
    """The policy is not only sent, it works; and the test above would notice."""
    browser.go(f"{desk.origin}/sign-in")
    browser.run(
        "document.body.insertAdjacentHTML('beforeend', '<p onclick=\"document.title=1\">x</p>')"
    )
    browser.run("document.body.lastElementChild.click()")

    assert "登录" in browser.run("document.title")
    assert any("Content Security Policy" in text for text in browser.complaints())


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_every_page_fits_its_window_and_can_be_read(
    grey: OpenDesk, browser: Browser, size: tuple[int, int]
) -> None:
    """No page is wider than the window; contrast is at least 4.5 by day and by night; everything
    that can be used has a name.
    """
    pages = ("/", "/cases", grey_page(grey), "/mails/1", "/sign-in?again=1", "/nowhere")
    sign_in(browser, grey)
    for colours in ("light", "dark"):
        browser.look(size, colours)
        for path in pages:
            browser.go(grey.origin + path)
            browser.wait("document.readyState === 'complete'")
            wide = browser.run("[document.documentElement.scrollWidth, innerWidth]")
            assert wide[0] <= wide[1], (path, wide)
            assert browser.run(CONTRAST) == [], (path, colours)
            assert browser.run(UNNAMED) == [], path


def test_without_scripts_everything_can_still_be_reached(grey: OpenDesk, browser: Browser) -> None:
    """Lists are filtered by a button, pages of scans are pages."""
    address = grey_page(grey)
    sign_in(browser, grey)
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.go(grey.origin + address)
        link = browser.all("noscript a")[0].get_attribute("href")
        assert link is not None
        browser.go(link)
        assert len(browser.all("svg image")) == 1
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_clerk_decides_with_the_letter_before_their_eyes(
    grey: OpenDesk, browser: Browser
) -> None:
    """One key chooses, the letter appears, one more lets it go; then the next task is offered."""
    sign_in(browser, grey)
    browser.go(grey.origin + grey_page(grey))
    browser.one("#because")
    browser.press("a")
    browser.one("#decide-form .preview pre.letter")
    letter = browser.run("document.querySelector('#decide-form .preview').textContent")
    assert "受理" in letter
    assert browser.run("document.querySelector('#because').value").startswith("经工作人员核对")
    assert [row.kind for row in grey.house.letters() if row.kind == "accepted"] == []
    browser.one("#decide-form [data-go]").click()
    browser.one(".said.good")

    assert "已办" in browser.text()
    assert [row.kind for row in grey.house.letters() if row.kind == "accepted"] == ["accepted"]
    assert browser.complaints() == []
