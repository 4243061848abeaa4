"""The desk as one ASGI application: which address is which page, and what becomes of an error. The
only place where its parts are put together.
"""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ingest.app import App
from ingest.desk import pages
from ingest.desk.assets import assets
from ingest.desk.door import Door
from ingest.desk.gate import Gate
from ingest.desk.orders import Bench, Orders
from ingest.desk.pictures import PagePictures
from ingest.desk.sessions import Cookies
from ingest.desk.visits import Desk, Page, for_staff, said
from ingest.errors import MailroomError, TemporaryError
from ingest.log import get_logger

FOREVER = "public, max-age=31536000, immutable"


def build_desk(app: App) -> ASGIApp:
    """The desk of a working house.

    Raises:
        StorageError: the key or the folder of pictures cannot be made.
    """
    settings, office = app.settings.desk, app.office
    desk = Desk(
        app,
        Cookies(app.key, secure=settings.origin.startswith("https:")),
        PagePictures(app.files, settings.pictures, office.reading, office.worker),
    )
    desk.pictures.sweep(desk.now)
    pages_ = Starlette(routes=_routes(desk), exception_handlers=HANDLERS)
    return Gate(pages_, settings.origin)


def _routes(desk: Desk) -> list[Route]:
    door, orders = Door(desk), Orders(Bench(desk.app))

    def look(path: str, page: Page) -> Route:
        return Route(path, for_staff(desk, page), methods=["GET"])

    def act(path: str, page: Page) -> Route:
        return Route(path, for_staff(desk, page), methods=["POST"])

    return [
        look("/", pages.tasks_page),
        look("/cases", pages.cases_page),
        look("/cases/{code}", pages.case_page),
        look("/cases/{code}/sheet/{key}/{page}", pages.sheet_page),
        look("/pictures/{message}/{part}/{page}", pages.picture),
        look("/mails/{number}", pages.mail_page),
        act("/orders/plan", orders.show),
        act("/orders/do", orders.do),
        Route("/sign-in", door.show, methods=["GET"]),
        Route("/sign-in", door.ask, methods=["POST"]),
        Route("/sign-in/code", door.enter, methods=["POST"]),
        act("/sign-out", door.leave),
        Route("/static/{name}", static_file, methods=["GET"]),
        Route("/healthz", lambda request: _health(desk, request), methods=["GET"]),
    ]


def static_file(request: Request) -> Response:
    """One of the desk's own files."""
    found = assets().get(request.path_params["name"])
    if found is None:
        return said("没有这个文件。", title="找不到", status=404)
    return Response(found.data, 200, {"cache-control": FOREVER}, found.media_type)


def _health(desk: Desk, request: Request) -> Response:
    """For whoever watches the service: 200 when pages can be made, 503 with the reason when not."""
    del request
    try:
        desk.app.database.require_current()
    except MailroomError as error:
        return JSONResponse({"ok": False, "problem": error.message}, 503)
    return JSONResponse({"ok": True})


def _not_there(request: Request, error: Exception) -> Response:
    del request
    status = error.status_code if isinstance(error, HTTPException) else 404
    text = "没有这一页。" if status == 404 else "这一页不能这样用；没有做任何改动。"
    return said(text, title="找不到", status=status)


def _trouble(request: Request, error: Exception) -> Response:
    """Trouble of the world or of the administrator, in words; whoever asked may try again."""
    del request
    assert isinstance(error, MailroomError)
    get_logger().warning("desk", error=error.message)
    status = 503 if isinstance(error, TemporaryError) else 500
    return said(f"{error.message}。没有做任何改动。", hint=error.hint, status=status)


def _fault(request: Request, error: Exception) -> Response:
    """Our own mistake: told without details; the traceback is in the journal."""
    del request
    get_logger().error("desk", exc_info=error)
    return said("程序出错，已记入日志，请告诉管理员。", status=500)


HANDLERS: dict[Any, Any] = {
    HTTPException: _not_there,
    MailroomError: _trouble,
    Exception: _fault,
}
"""What is answered when a page cannot be made."""
