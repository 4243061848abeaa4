"""Who gets in: a code that was mailed to a staff address, once, in the browser that asked; and
nobody else changes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ingest.desk.door import MOST_TRIES
from ingest.desk.gate import CLOSED, MOST_BODY
from ingest.steps.sign_in import CODE_LIFE, MOST_CODES
from ingest.store.events import EventKind
from notifier.outbox import SIGN_IN
from tests.desk.server import OpenDesk
from tests.integration.house import STAFF

Open = Callable[..., OpenDesk]
CODE = "/sign-in/code"


def codes(desk: OpenDesk) -> list[str]:
    """To whom codes were mailed."""
    return [row.recipient for row in desk.house.letters() if row.kind == SIGN_IN]


def is_in(desk: OpenDesk, cookies: dict[str, str]) -> bool:
    visitor = desk.visitor()
    visitor.cookies = dict(cookies)
    return visitor.get("/").status == 200


# --- the code -------------------------------------------------------------------------------------


def test_a_mailed_code_opens_the_door_and_leads_to_the_page_that_was_asked_for(
    desk: OpenDesk,
) -> None:
    visitor = desk.visitor()
    door = visitor.get("/cases?q=%E4%B8%89").headers["location"]
    assert door.startswith("/sign-in?back=/cases")
    assert 'value="/cases?q=' in visitor.get(door).text
    visitor.post("/sign-in", {"address": STAFF.upper(), "back": "/cases"})
    assert STAFF.upper() in visitor.get("/sign-in").text
    entered = visitor.post(CODE, {"code": f" {desk.mailed_code()[:4]} {desk.mailed_code()[4:]}"})

    assert (entered.status, entered.headers["location"]) == (303, "/cases")
    assert STAFF in visitor.get("/cases").text
    assert [event.text for event in desk.house.events(EventKind.SIGNED_IN)] == [
        f"登录办件台: {STAFF}"
    ]


def test_an_address_that_is_not_of_the_staff_gets_the_same_answer_and_no_mail(
    desk: OpenDesk,
) -> None:
    """Whoever asks does not learn who works here."""
    stranger, clerk = desk.visitor(), desk.visitor()
    told = [
        (answer.status, answer.headers["location"], visitor.get("/sign-in").text.replace(name, "X"))
        for visitor, name in ((stranger, "stranger@mail.example"), (clerk, STAFF))
        for answer in (visitor.post("/sign-in", {"address": name}),)
    ]

    assert told[0] == told[1]
    assert codes(desk) == [STAFF]
    assert stranger.post(CODE, {"code": desk.mailed_code()}).status == 401


def test_a_code_works_once(desk: OpenDesk) -> None:
    visitor = desk.visitor()
    visitor.post("/sign-in", {"address": STAFF})
    waiting, code = dict(visitor.cookies), desk.mailed_code()
    assert visitor.post(CODE, {"code": code}).status == 303
    again = desk.visitor()
    again.cookies = waiting

    assert again.post(CODE, {"code": code}).status == 401
    assert not is_in(desk, again.cookies)


def test_a_code_works_in_no_other_browser(desk: OpenDesk) -> None:
    """Whoever is talked out of a number has given nothing away."""
    clerk, thief = desk.visitor(), desk.visitor()
    thief.post("/sign-in", {"address": STAFF})
    clerk.post("/sign-in", {"address": STAFF})

    assert thief.post(CODE, {"code": desk.mailed_code()}).status == 401
    assert clerk.post(CODE, {"code": desk.mailed_code()}).status == 303


def test_a_code_is_good_for_ten_minutes(desk: OpenDesk) -> None:
    visitor = desk.visitor()
    visitor.post("/sign-in", {"address": STAFF})
    desk.house.wait(CODE_LIFE)

    assert visitor.post(CODE, {"code": desk.mailed_code()}).status == 401


def test_after_five_tries_the_right_code_does_not_help_either(desk: OpenDesk) -> None:
    visitor = desk.visitor()
    visitor.post("/sign-in", {"address": STAFF})
    answers = [visitor.post(CODE, {"code": "00000000"}).status for _ in range(MOST_TRIES)]

    assert answers == [401] * MOST_TRIES
    assert visitor.post(CODE, {"code": desk.mailed_code()}).status == 401


def test_nobody_fills_a_clerks_mailbox_with_codes(desk: OpenDesk) -> None:
    for _ in range(MOST_CODES + 3):
        assert desk.visitor().post("/sign-in", {"address": STAFF}).status == 303
    assert len(codes(desk)) == MOST_CODES
    desk.house.wait(timedelta(minutes=61))
    desk.visitor().post("/sign-in", {"address": STAFF})

    assert len(codes(desk)) == MOST_CODES + 1


def test_a_code_leaves_before_letters_that_wait(desk: OpenDesk) -> None:
    """Somebody sits before the screen."""
    for number in range(3):
        desk.house.queue(f"k{number}")
    desk.visitor().post("/sign-in", {"address": STAFF})
    desk.house.send()

    assert desk.house.transport.letters[0].recipient == STAFF


def test_the_code_stands_in_the_letter_alone(desk: OpenDesk) -> None:
    """Not in its subject, which is listed, and not in the ledger."""
    desk.visitor().post("/sign-in", {"address": STAFF})
    code = desk.mailed_code()

    assert code not in "".join(row.subject for row in desk.house.letters())
    assert code not in "".join(event.text for event in desk.house.events())


# --- the session ----------------------------------------------------------------------------------


def test_a_session_ends_when_its_time_is_over(desk: OpenDesk) -> None:
    clerk = desk.signed_in()
    desk.house.wait(timedelta(hours=9, minutes=59))
    assert clerk.get("/").status == 200
    desk.house.wait(timedelta(minutes=1))

    assert clerk.get("/").status == 303


def test_signing_out_ends_the_session_everywhere(desk: OpenDesk) -> None:
    clerk = desk.signed_in()
    kept = dict(clerk.cookies)
    left = clerk.post("/sign-out", {"token": clerk.form_token()})

    assert left.status == 303
    assert not is_in(desk, kept)


def test_who_is_of_the_staff_no_more_is_out_at_once(open_one: Open) -> None:
    desk = open_one(office={"staff": [STAFF, "old@office.example"]})
    kept = desk.signed_in("old@office.example").cookies
    assert is_in(desk, kept)
    later = open_one(office={"staff": [STAFF]}, clock=desk.house.clock)

    assert not is_in(later, kept)


def test_a_cookie_that_was_changed_is_none(desk: OpenDesk) -> None:
    kept = desk.signed_in().cookies
    assert is_in(desk, kept)
    for changed in ("x.y", "", *(f(value) for f in (str.upper, _cut) for value in kept.values())):
        assert not is_in(desk, dict.fromkeys(kept, changed)), changed


def _cut(text: str) -> str:
    return text[:-1]


def test_cookies_are_for_our_pages_alone(desk: OpenDesk) -> None:
    """HttpOnly, SameSite; behind a proxy with a certificate also Secure and bound to the host."""
    visitor = desk.visitor()
    cookie = visitor.post("/sign-in", {"address": STAFF}).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_behind_a_proxy_cookies_are_bound_to_it(open_one: Open) -> None:
    desk = open_one(desk={"public_url": "https://desk.office.example"})
    visitor = desk.visitor()
    asked = visitor.post(
        "/sign-in",
        {"address": STAFF},
        Host="desk.office.example",
        Origin="https://desk.office.example",
    )

    assert asked.status == 303
    assert asked.headers["set-cookie"].startswith("__Host-mailroom-sign-in=")
    assert "; Secure" in asked.headers["set-cookie"]


def test_nobody_is_sent_elsewhere_after_signing_in(desk: OpenDesk) -> None:
    for back in ("https://evil.example/", "//evil.example", "/\\evil.example", "cases"):
        visitor = desk.visitor()
        visitor.post("/sign-in", {"address": STAFF, "back": back})
        entered = visitor.post(CODE, {"code": desk.mailed_code()})
        assert entered.headers["location"] == "/", back


# --- without a session, or from elsewhere ---------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/cases", "/cases/Q24-0001-X", "/mails/1", "/pictures/1/aa/1"]
)
def test_without_a_session_nothing_is_shown(desk: OpenDesk, path: str) -> None:
    answer = desk.visitor().get(path)

    assert answer.status == 303
    assert answer.headers["location"].startswith("/sign-in?back=/")
    assert desk.visitor().get(path, HX_Request="true").headers["hx-redirect"] == "/sign-in"


def test_a_form_without_a_session_is_told_that_nothing_was_changed(desk: OpenDesk) -> None:
    before = len(desk.house.events())
    answer = desk.visitor().post("/sign-out", {"token": "x"})

    assert answer.status == 401
    assert "没有做任何改动" in answer.text
    assert len(desk.house.events()) == before


def test_a_form_of_another_session_is_refused(desk: OpenDesk) -> None:
    clerk, other = desk.signed_in(), desk.signed_in()
    answers = [clerk.post("/sign-out", {"token": form}) for form in ("", other.form_token())]

    assert [answer.status for answer in answers] == [403, 403]
    assert clerk.get("/").status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_form_from_another_site_is_refused(desk: OpenDesk, origin: str) -> None:
    clerk = desk.signed_in()
    answer = clerk.post("/sign-out", {"token": clerk.form_token()}, Origin=origin)

    assert answer.status == 400
    assert clerk.get("/").status == 200


def test_another_name_for_this_machine_is_refused(desk: OpenDesk) -> None:
    """A page elsewhere may have its own name point to our address (DNS rebinding)."""
    answer = desk.visitor().get("/sign-in", Host=f"evil.example:{desk.port}")

    assert answer.status == 400
    assert desk.origin in answer.text


def test_what_is_no_small_form_is_refused(desk: OpenDesk) -> None:
    clerk, origin = desk.signed_in(), {"Origin": desk.origin}
    token = clerk.form_token()
    asked = (
        clerk.ask("POST", "/sign-out", f"token={token}", origin | {"Content-Type": "text/plain"}),
        clerk.post("/sign-out", {"token": token, "more": "x" * MOST_BODY}),
        clerk.ask("POST", "/sign-out", "&".join(f"a{n}=1" for n in range(90)), origin),
        clerk.ask("DELETE", "/sign-out", None, origin),
        clerk.ask("POST", "/sign-out", "token=%ff%fe", origin),
    )

    assert [answer.status for answer in asked] == [400, 400, 403, 400, 403]
    assert clerk.get("/").status == 200


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/static/desk.css", "/healthz"])
def test_every_answer_is_closed(desk: OpenDesk, path: str) -> None:
    """No inline script, no other site, no frame, no guessing of types."""
    answer = desk.signed_in().get(path)

    for name, value in CLOSED.items():
        if (path, name) != ("/static/desk.css", "cache-control"):
            assert answer.headers[name] == value
    assert "server" not in answer.headers or "uvicorn" not in answer.headers["server"]


def test_only_our_own_files_are_served(desk: OpenDesk) -> None:
    visitor = desk.visitor()

    assert visitor.get("/static/desk.js").headers["content-type"].startswith("text/javascript")
    for name in ("../app.py", "..%2fapp.py", "%2e%2e/app.py", "nothing.css", "htmx-LICENSE.txt"):
        assert visitor.get(f"/static/{name}").status == 404, name


def test_health_is_told_to_everybody_and_says_no_more(desk: OpenDesk) -> None:
    answer = desk.visitor().get("/healthz", Host="whatever")

    assert (answer.status, answer.text) == (200, '{"ok":true}')


def test_a_page_that_is_not_there_says_so(desk: OpenDesk) -> None:
    clerk = desk.signed_in()
    for path in ("/nowhere", "/cases/Q24-9999-X", "/mails/99", "/mails/x", "/cases/x/sheet/y/1"):
        assert clerk.get(path).status == 404, path
