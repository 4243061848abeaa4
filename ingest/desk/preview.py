"""The page of ``mailroom rules preview``: a call's folder, looked at again whenever a file in it
was saved. For the one who writes the rules, on the same machine; no store and no sign-in.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ingest.calls import shared_templates
from ingest.desk.app import HANDLERS, static_file
from ingest.desk.assets import environment
from ingest.desk.gate import Gate
from ingest.rulefiles.preview import Preview, preview


class Watched:
    """A folder, and what was seen of it last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._seen: tuple[str, Preview] = ("", Preview(()))

    def state(self) -> str:
        """A word that changes whenever a file of the call, or a template that all calls share, is
        saved, added or removed.
        """
        return hashlib.sha256("\n".join(sorted(_stamps(self.path))).encode()).hexdigest()[:16]

    def now(self) -> tuple[str, Preview]:
        """The folder's state and what is seen of it; while the rules cannot be read, those that
        could be stay beside the complaints.
        """
        with self._lock:
            state, (before, last) = self.state(), self._seen
            if state != before:
                found = preview(self.path)
                if not found.rules:
                    found = replace(found, rules=last.rules, earlier=bool(last.rules))
                self._seen = (state, found)
            return self._seen


def _stamps(path: Path) -> Iterator[str]:
    for file in (*path.rglob("*"), *shared_templates(path).rglob("*")):
        with suppress(OSError):  # gone between two looks
            about = file.stat()
            yield f"{file} {about.st_mtime_ns} {about.st_size}"


def build_preview(path: Path, origin: str) -> ASGIApp:
    """The page of the folder at ``path``, for browsers that ask ``origin`` for it."""
    watched = Watched(path)

    def page(request: Request) -> Response:
        if request.query_params.get("seen") == watched.state():
            return Response(status_code=204)  # the page stays as it is
        state, seen = watched.now()
        shown = environment().get_template("preview.html")
        return HTMLResponse(shown.render(who="", here="", name=path.name, state=state, seen=seen))

    routes = [
        Route("/", page, methods=["GET"]),
        Route("/static/{name}", static_file, methods=["GET"]),
    ]
    return Gate(Starlette(routes=routes, exception_handlers=HANDLERS), origin)
