"""A request to the desk that has passed its door: who asks, with which form, and how it is
answered. What stands on a page is in ``pages.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ingest.app import App
from ingest.desk.assets import environment
from ingest.desk.gate import FORM
from ingest.desk.pictures import PagePictures
from ingest.desk.sessions import Cookies
from ingest.steps.sign_in import session_of

NOBODY = "您没有登录，或者登录已经过期；没有做任何改动。"
STALE_FORM = "这个页面打开得太久，或者不是办件台发出的；没有做任何改动。"


@dataclass(frozen=True)
class Desk:
    """What the pages are made from."""

    app: App
    cookies: Cookies
    pictures: PagePictures

    @property
    def now(self) -> datetime:
        """The present, aware."""
        return self.app.clock.now()


@dataclass(frozen=True)
class Visit:
    """One request by somebody who is signed in."""

    desk: Desk
    request: Request
    who: str  #: address of the staff member
    token: str  #: of the session

    def given(self, name: str) -> str:
        """A field of the form, else of the address; "" when there is none."""
        form: Mapping[str, str] = self.request.scope.get(FORM, {})
        text = form.get(name, self.request.query_params.get(name, ""))
        return text.replace("\0", "").strip()

    def part(self, name: str) -> str:
        """A part of the page's path; "" when it has none of this name."""
        return str(self.request.path_params.get(name, ""))

    def page(self, template: str, here: str = "", status: int = 200, **values: Any) -> Response:
        """A page of the desk."""
        text = environment().get_template(template).render(
            who=self.who, here=here, form_token=self.desk.cookies.form_token(self.token), **values
        )  # fmt: skip
        return HTMLResponse(text, status)


Page = Callable[[Visit], Response]
Endpoint = Callable[[Request], Response]


def said(
    text: str,
    *,
    title: str = "没有办成",
    hint: str = "",
    status: int = 400,
    link: tuple[str, str] = ("/", "回到待办"),
    who: Visit | None = None,
) -> Response:
    """A page that says one thing."""
    page = environment().get_template("said.html").render(
        who=who.who if who else "", here="",
        form_token=who.desk.cookies.form_token(who.token) if who else "",
        title=title, said=text, hint=hint, link=link[0], link_text=link[1],
    )  # fmt: skip
    return HTMLResponse(page, status)


def for_staff(desk: Desk, page: Page) -> Endpoint:
    """``page`` behind the door: for those who are signed in, and for forms of their own session."""

    def answer(request: Request) -> Response:
        token = desk.cookies.token(request)
        who = session_of(desk.app.database, desk.app.mouth, token, desk.now) if token else ""
        if not who:
            return _to_the_door(request)
        visit = Visit(desk, request, who, token)
        if request.method == "POST" and not desk.cookies.is_ours(token, visit.given("token")):
            return said(STALE_FORM, status=403, who=visit)
        return page(visit)

    return answer


def _to_the_door(request: Request) -> Response:
    """Whoever only looked is sent to sign in, and comes back; whoever wanted to change something is
    told that nothing was.
    """
    path = request.url.path
    query = f"?{request.url.query}" if request.url.query else ""
    door = f"/sign-in?back={quote(path + query, safe='/')}"
    if request.headers.get("hx-request"):
        return HTMLResponse(NOBODY, 401, {"HX-Redirect": "/sign-in"})
    if request.method == "POST":
        return said(NOBODY, title="请先登录", status=401, link=("/sign-in", "去登录"))
    return RedirectResponse(door, 303)
