"""What every request to the desk passes, before any page is asked: the right host, forms that come
from our own pages and are small, and the headers that close an answer. No page and no store.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY = 64 * 1024  #: bytes of a form
MOST_FIELDS = 40
FORM = "mailroom.form"
"""Where a request's form is found in its scope."""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CLOSED: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""On every answer; a static file and a picture name their own cache-control and policy."""


class Gate:
    """ASGI middleware around the pages. ``origin`` is where browsers find the desk."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app = app
        self._origin = origin
        self._host = urlsplit(origin).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or let it pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if not refusal and scope["method"] == "POST":
            body = await _body(receive)
            scope[FORM] = {} if body is None else _form(body)
            refusal = "" if body is not None else "提交的内容过长, 没有做任何改动"
        app = PlainTextResponse(f"{refusal}。\n", 400) if refusal else self._app
        await app(scope, receive, _closing(send))

    def _refusal(self, scope: Scope, headers: Headers) -> str:
        """Why a request goes no further; "" when it may.

        A browser says itself which page a form was sent from (Origin), and for which name it asked
        (Host): another site can forge neither.
        """
        if scope["path"] == "/healthz":
            return ""
        if headers.get("host", "").lower() != self._host:
            return f"请用 {self._origin} 打开办件台"
        if scope["method"] in ("GET", "HEAD"):
            return ""
        if scope["method"] != "POST":
            return "办件台没有这种请求"
        if headers.get("origin", "").lower() != self._origin.lower():
            return "这一请求不是从办件台的页面发出的, 没有做任何改动"
        plain_form = headers.get("content-type", "").partition(";")[0].strip().lower()
        if plain_form != "application/x-www-form-urlencoded":
            return "办件台不收这种内容, 没有做任何改动"
        return ""


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > MOST_BODY:
            return None
        if not message.get("more_body", False):
            return body


def _form(body: bytes) -> dict[str, str]:
    """The fields of a form; of one sent twice the last. What is no form is an empty one."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS,
            errors="replace",
        )  # fmt: skip
    except ValueError:  # no UTF-8, or too many fields
        return {}
    return dict(_plain(pairs))


def _plain(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    return ((name, value.replace("\r\n", "\n").replace("\0", "")) for name, value in pairs)


def _closing(send: Send) -> Send:
    async def close(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in CLOSED.items():
                headers.setdefault(name, value)
        await send(message)

    return close
