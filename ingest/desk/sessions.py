"""What the desk puts into browsers, signed: the session, the sign-in that waits for its code, and
what proves that a form is ours (CSRF). The only module that imports ``itsdangerous``.

Pure but for random bytes. Whether a session still counts is asked of the store
(``ingest/steps/sign_in.py``).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True)
class Pending:
    """A sign-in that waits for its code."""

    browser: str  #: random, what tells this browser from all others
    address: str  #: as typed
    back: str  #: the page that was asked for


class Cookies:
    """The two cookies of the desk. What was changed, or signed for another office, reads as
    absent.
    """

    def __init__(self, key: bytes, *, secure: bool) -> None:
        self._key = hmac.new(key, b"desk", hashlib.sha256).digest()
        self._secure = secure
        prefix = "__Host-" if secure else ""  # then no other host name can set it (RFC 6265bis)
        self._session, self._pending = f"{prefix}mailroom-desk", f"{prefix}mailroom-sign-in"

    def _signer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._key, salt=purpose, signer_kwargs={"digest_method": hashlib.sha256}
        )

    def token(self, request: Request) -> str:
        """The token of the session; "" when there is none."""
        return str(self._load(request, self._session, "session") or "")

    def begin(self, response: Response, token: str, seconds: int) -> None:
        """Give the browser its session, and take the waiting sign-in from it."""
        self._set(response, self._session, self._signer("session").dumps(token), seconds)
        self._drop(response, self._pending)

    def end(self, response: Response) -> None:
        """Take the session from the browser."""
        self._drop(response, self._session)

    def pending(self, request: Request) -> Pending | None:
        """The sign-in that waits in this browser."""
        found = self._load(request, self._pending, "pending")
        if not isinstance(found, list) or [type(item) for item in found] != [str, str, str]:
            return None
        return Pending(*found)

    def wait(self, response: Response, pending: Pending, seconds: int) -> None:
        """Let the browser wait for its code."""
        value = self._signer("pending").dumps([pending.browser, pending.address, pending.back])
        self._set(response, self._pending, str(value), seconds)

    def form_token(self, token: str) -> str:
        """What every form of a session carries."""
        return hmac.new(self._key, f"form:{token}".encode(), hashlib.sha256).hexdigest()

    def is_ours(self, token: str, sent: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(self.form_token(token).encode(), sent.encode())

    def _load(self, request: Request, name: str, purpose: str) -> object:
        try:
            return self._signer(purpose).loads(request.cookies.get(name, ""))
        except BadData:
            return None

    def _set(self, response: Response, name: str, value: str | bytes, seconds: int) -> None:
        text = value.decode() if isinstance(value, bytes) else value
        response.set_cookie(
            name,
            text,
            max_age=seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def _drop(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self._secure, httponly=True, samesite="lax")


def new_browser() -> str:
    """A random name for a browser that begins to sign in."""
    return secrets.token_urlsafe(16)


def safe_page(wanted: str) -> str:
    """``wanted`` when it is a page of the desk, else the first one: nobody is sent elsewhere after
    signing in.
    """
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    return wanted if plain and wanted.startswith("/") and not wanted.startswith("//") else "/"
