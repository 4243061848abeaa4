"""The pages of the door: an address is asked, a code is mailed, the session begins and ends."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ingest.desk.assets import environment
from ingest.desk.gate import FORM
from ingest.desk.sessions import Pending, new_browser, safe_page
from ingest.desk.visits import Desk, Visit
from ingest.steps.sign_in import (
    CODE_DIGITS,
    CODE_LIFE,
    begin_session,
    end_session,
    send_code,
    staff_member,
)

MOST_TRIES = 5  #: of a code in one browser
_LONGEST = 254  #: characters of an address (RFC 5321 4.5.3.1)
WRONG_CODE = "验证码不对、已经用过或已过期。"
TOO_MANY = "验证码试错太多次，请重新发送一个。"


class Tries:
    """How often each waiting browser has tried; forgotten with the process, like the codes soon
    are.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}

    def begin(self, browser: str) -> None:
        """A code was asked for in a browser."""
        with self._lock:
            if len(self._counts) > 10_000:  # browsers that asked and never came back
                self._counts.clear()
            self._counts[browser] = 0

    def one_more(self, browser: str) -> bool:
        """Count a try; False when it is one too many, or nothing was asked for."""
        with self._lock:
            if browser not in self._counts:
                return False
            self._counts[browser] += 1
            return self._counts[browser] <= MOST_TRIES


class Door:
    """Signing in and out."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tries = Tries()

    def show(self, request: Request) -> Response:
        """The page that asks for an address, or for the code that was mailed."""
        pending = self._desk.cookies.pending(request)
        again = request.query_params.get("again") or request.query_params.get("back")
        back = safe_page(request.query_params.get("back", "/"))
        if pending is None or again:
            return self._page(back=pending.back if pending and back == "/" else back)
        return self._page(waiting=pending.address)

    def ask(self, request: Request) -> Response:
        """Mail a code, and let the browser wait for it; whether the address is known is not
        told.
        """
        form: Mapping[str, str] = request.scope.get(FORM, {})
        address = form.get("address", "").strip()[:_LONGEST]
        if "@" not in address:
            return self._page("请填写完整的邮箱地址。", status=400)
        pending = Pending(new_browser(), address, safe_page(form.get("back", "/")))
        self._tries.begin(pending.browser)
        app = self._desk.app
        send_code(app.database, app.mouth, address, pending.browser, self._desk.now)
        response = RedirectResponse("/sign-in", 303)
        self._desk.cookies.wait(response, pending, int(CODE_LIFE.total_seconds()))
        return response

    def enter(self, request: Request) -> Response:
        """Begin the session with the mailed code."""
        pending = self._desk.cookies.pending(request)
        if pending is None:
            return self._page("等待的时间过了，请重新发送验证码。", status=401)
        if not self._tries.one_more(pending.browser):
            return self._page(TOO_MANY, status=401)
        form: Mapping[str, str] = request.scope.get(FORM, {})
        code = "".join(form.get("code", "").split())
        app, now = self._desk.app, self._desk.now
        life = app.settings.desk.session
        address = staff_member(app.mouth, pending.address)
        token = begin_session(app.database, address, code, pending.browser, now, now + life)
        if not token:
            return self._page(WRONG_CODE, waiting=pending.address, status=401)
        response = RedirectResponse(pending.back, 303)
        self._desk.cookies.begin(response, token, int(life.total_seconds()))
        return response

    @staticmethod
    def leave(visit: Visit) -> Response:
        """End the session, here and everywhere."""
        end_session(visit.desk.app.database, visit.token, visit.who, visit.desk.now)
        response = RedirectResponse("/sign-in", 303)
        visit.desk.cookies.end(response)
        return response

    def _page(
        self, text: str = "", *, waiting: str = "", back: str = "/", status: int = 200
    ) -> Response:
        page = environment().get_template("sign_in.html").render(
            who="", here="", said=text, waiting=waiting, back=back, digits=CODE_DIGITS,
            minutes=CODE_LIFE // timedelta(minutes=1),
        )  # fmt: skip
        return HTMLResponse(page, status)
