"""The desk of a house on a free port of loopback, and visitors without a browser who speak plain
HTTP to it.
"""

from __future__ import annotations

import email
import email.policy
import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from starlette.types import ASGIApp

from ingest.desk.app import build_desk
from ingest.desk.serving import Server, configuration
from notifier.outbox import SIGN_IN
from tests.integration.house import STAFF, House


@dataclass(frozen=True)
class Answer:
    """What the desk answered."""

    status: int
    headers: dict[str, str]
    text: str
    data: bytes


@dataclass
class Visitor:
    """Somebody with a program that keeps cookies, and no more."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self.ask("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        """Send a form as a browser does from a page of the desk."""
        origin = {"Origin": f"http://127.0.0.1:{self.port}"}
        return self.ask("POST", path, urlencode(fields), origin | headers)

    def ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        """One request, as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        data = response.read()
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        connection.close()
        found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, found, data.decode("utf-8", "replace"), data)

    def form_token(self, path: str = "/") -> str:
        """What the forms of this visitor's session carry."""
        match = re.search(r'name="token" value="([0-9a-f]+)"', self.get(path).text)
        assert match is not None
        return match[1]


@dataclass
class OpenDesk:
    """A house with its desk open."""

    house: House
    port: int

    @property
    def origin(self) -> str:
        """Where browsers find it."""
        return f"http://127.0.0.1:{self.port}"

    def visitor(self) -> Visitor:
        """Somebody who has never been here."""
        return Visitor(self.port)

    def mailed_code(self, address: str = STAFF) -> str:
        """The code in the newest letter of its kind."""
        letters = [row for row in self.house.letters() if row.kind == SIGN_IN]
        assert letters[-1].recipient == address
        mail = email.message_from_bytes(letters[-1].mime, policy=email.policy.default)
        match = re.search(r"验证码: ([0-9]{8})", mail.get_content())
        assert match is not None
        return match[1]

    def signed_in(self, address: str = STAFF) -> Visitor:
        """A staff member who has signed in."""
        visitor = self.visitor()
        assert visitor.post("/sign-in", {"address": address}).status == 303
        code = self.mailed_code(address.lower())
        assert visitor.post("/sign-in/code", {"code": code}).status == 303
        return visitor


@contextmanager
def open_desk(house: House, port: int) -> Iterator[OpenDesk]:
    """Serve the desk of a house in this process; its settings name the port."""
    with served(build_desk(house.app), port):
        yield OpenDesk(house, port)


@contextmanager
def served(pages: ASGIApp, port: int) -> Iterator[None]:
    """Serve pages on a port of loopback."""
    listener = socket.create_server(("127.0.0.1", port))
    server = Server(configuration(pages))
    thread = threading.Thread(target=server.run, args=[[listener]], daemon=True)
    thread.start()
    ends = time.monotonic() + 30
    while not server.started and time.monotonic() < ends:
        time.sleep(0.02)
    assert server.started
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()
