"""A token service of our own on loopback (RFC 6749 section 6, RFC 7662), and an SMTP server that
takes its tokens.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from aiosmtpd.smtp import AuthResult

from ingest.demo.smtp_sink import SmtpSink, _Handler

CLIENT, CLIENT_SECRET = "mailroom-client", "client-secret-of-the-test"


class TokenService:
    """``refresh_token`` is the one in force, another at each request while ``rotates``;
    ``answer`` (status and body) replaces what it says; ``valid`` are the access tokens it knows.
    """

    def __init__(self, username: str) -> None:
        self.username = username
        self.refresh_token = "refresh-" + secrets.token_hex(8)
        self.rotates, self.lasts = True, 3600
        self.answer: tuple[int, bytes, dict[str, str]] | None = None
        self.asked: list[dict[str, str]] = []
        self.valid: set[str] = set()

    def hand_out(self, form: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """A token for a refresh token of ours."""
        self.asked.append(form)
        if self.answer is not None:
            return self.answer
        if form.get("client_id") != CLIENT or form.get("client_secret", CLIENT_SECRET) != (
            CLIENT_SECRET
        ):
            return 401, b'{"error": "invalid_client"}', {}
        if form.get("refresh_token") != self.refresh_token:
            said = {"error": "invalid_grant", "error_description": "unknown "}
            said["error_description"] += form.get("refresh_token", "")
            return 400, json.dumps(said).encode(), {}
        access = "access-" + secrets.token_hex(8)
        self.valid.add(access)
        told: dict[str, Any] = {"access_token": access, "token_type": "Bearer"}
        told["expires_in"] = self.lasts
        if self.rotates:
            self.refresh_token = told["refresh_token"] = "refresh-" + secrets.token_hex(8)
        return 200, json.dumps(told).encode(), {}

    def introspect(self, token: str) -> bytes:
        """Whose token it is, for the mail server."""
        if token not in self.valid:
            return b'{"active": false}'
        return json.dumps({"active": True, "username": self.username}).encode()

    def __enter__(self) -> Self:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._say(*service.hand_out(dict(urllib.parse.parse_qsl(body))))

            def do_GET(self) -> None:
                query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
                self._say(200, service.introspect(query.get("token", "")), {})

            def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.address}/token"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class TokenSink(SmtpSink):
    """Takes letters from whoever has a token of ``service``; knows no passwords."""

    def __init__(self, service: TokenService) -> None:
        super().__init__(users={})
        self.service = service

    def _handler(self) -> Any:
        return _TokenHandler(self)

    def _security(self) -> dict[str, Any]:
        return super()._security() | {"auth_exclude_mechanism": ["LOGIN", "PLAIN"]}


class _TokenHandler(_Handler):
    def __init__(self, sink: TokenSink) -> None:
        super().__init__(sink)
        self._service = sink.service

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> Any:  # noqa: N802 - aiosmtpd's name
        words = base64.b64decode(args[1]).decode().split("\1")
        user, token = words[0].removeprefix("user="), words[1].removeprefix("auth=Bearer ")
        if user == self._service.username and token in self._service.valid:
            return AuthResult(success=True, auth_data=user)
        answer = await server.challenge_auth('{"status": "401"}')
        assert answer == b""
        return AuthResult(success=False, handled=False)
