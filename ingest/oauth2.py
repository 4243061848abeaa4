"""Access tokens for servers that want OAuth2 instead of a password: asked for at the one configured
address with the refresh token a person has got, kept in memory until they end.

Nothing else is spoken to: no redirect is followed, no proxy asked. No token is ever part of a
message or a log. A provider that hands out another refresh token ends the old one, so the new one
is on the disk before it is used.
"""

from __future__ import annotations

import fcntl
import json
import os
import ssl
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from ingest.errors import (
    ConfigError,
    LoginRefusedError,
    MailroomError,
    StorageError,
    TemporaryError,
    UnavailableError,
)
from ingest.log import get_logger
from ingest.outputs import write_file
from ingest.settings import Oauth2Settings

PATIENCE = 30.0
EARLY = 120.0  #: seconds before its end from which a token is not used any more
_UNLESS_TOLD = 600.0  #: how long a token lasts that does not say so
_MOST = 65536  #: bytes of an answer
_BUSY = frozenset({408, 425, 429})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The refresh token goes where the configuration says, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        """None: the redirect itself becomes an HTTPError."""


class TokenSource:
    """The access token of one account; may be asked from several threads."""

    def __init__(
        self,
        settings: Oauth2Settings,
        secret: str,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._secret, self._patience = settings, secret, patience
        self._clock, self._lock = clock, threading.Lock()
        self._token, self._ends, self._used = "", 0.0, False

    def token(self) -> str:
        """One that is good for some minutes yet.

        Raises:
            ConfigError, StorageError: the refresh token, or the certificates, cannot be read.
            LoginRefusedError: the provider does not take the refresh token, or the client.
            TemporaryError: it cannot be asked now.
        """
        with self._lock:
            self._used = bool(self._token) and self._clock() < self._ends - EARLY
            if not self._used:
                self._refresh()
            return self._token

    def forget(self) -> bool:
        """A server refused the token: the next one is new. Whether it had been used before, so that
        a new one may do.
        """
        with self._lock:
            self._token = ""
            return self._used

    def _refresh(self) -> None:
        path = self._settings.refresh_token_file
        assert path is not None  # the settings saw to that
        with _alone(path):
            refresh_token = read_refresh_token(path)
            answer = self._asked(refresh_token)
            successor = answer.get("refresh_token", refresh_token)
            if isinstance(successor, str) and successor != refresh_token:
                _keep(path, successor)
        self._token = answer["access_token"]
        self._ends = self._clock() + _seconds(answer.get("expires_in"))

    def _asked(self, refresh_token: str) -> dict[str, Any]:
        settings = self._settings
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": settings.client_id,
        }
        form |= {"scope": settings.scope} if settings.scope else {}
        form |= {"client_secret": self._secret} if self._secret else {}
        code, body = _post(settings, form, self._patience)
        answer = _parsed(body)
        if code == 200 and isinstance(answer.get("access_token"), str) and answer["access_token"]:
            return answer
        raise _refusal(settings.token_url, code, answer, (refresh_token, self._secret))


def read_refresh_token(path: Path) -> str:
    """The refresh token in a file. Raises ConfigError."""
    try:
        token = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(
            f"读不了 OAuth2 刷新令牌文件 {path}: {error.strerror}",
            "检查 [oauth2] refresh_token_file 和权限(应为 0600, 服务的账户可写)",
        ) from error
    except UnicodeDecodeError:  # it holds the bytes of the secret: not even kept as the cause
        token = ""
    if not token:
        raise ConfigError(f"{path} 里没有刷新令牌", "重新授权, 把刷新令牌写进去, 一行")
    return token


def _keep(path: Path, token: str) -> None:
    """The new refresh token in place of the old one; where that cannot be, the next one is
    asked for with the old.
    """
    try:
        write_file(path, f"{token}\n".encode(), private=True)
    except MailroomError as error:
        get_logger().warning("the new refresh token cannot be kept", reason=error.message)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other thread or program refreshes meanwhile: the slower one would be left with a token
    that has ended.
    """
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StorageError(
            f"打不开 {path.parent}: {error.strerror}", "检查 [oauth2] refresh_token_file"
        ) from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _post(settings: Oauth2Settings, form: dict[str, str], patience: float) -> tuple[int, bytes]:
    url = settings.token_url
    request = urllib.request.Request(  # noqa: S310 - the settings saw to its scheme
        url, urllib.parse.urlencode(form).encode(), {"Accept": "application/json"}
    )
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=_trust(settings)),
        _NoRedirect(),
    )
    try:
        with opener.open(request, timeout=patience) as answer:
            return answer.status, answer.read(_MOST)
    except HTTPError as error:
        with error:
            return error.code, error.read(_MOST)
    except (URLError, OSError, ValueError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise UnavailableError(
            f"OAuth2 令牌服务 {url} 连不上: {reason}", "检查 [oauth2] token_url 和网络; 稍后会再试"
        ) from None  # its request holds the token


def _trust(settings: Oauth2Settings) -> ssl.SSLContext | None:
    """Who vouches for the server; the system's certificates are not read for this machine's own,
    which shows none.
    """
    if settings.ca_file is None and settings.token_url.startswith("http://"):
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise ConfigError(f"读不了 [oauth2] ca_file {settings.ca_file}", "应是 PEM 格式") from error


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


_MENDS = {
    "invalid_grant": "刷新令牌过期、被收回或写错: 重新授权, 把新的刷新令牌写进 [oauth2] refresh_token_file",
    "invalid_client": "检查 [oauth2] client_id 和 client_secret_file",
    "unauthorized_client": "检查 [oauth2] client_id: 服务商没有准它用刷新令牌",
    "invalid_scope": "检查 [oauth2] scope",
}


def _refusal(
    url: str, code: int, answer: dict[str, Any], secrets: tuple[str, ...]
) -> LoginRefusedError | TemporaryError:
    """What an answer without a token means: only a refusal in so many words is one."""
    error = str(answer.get("error", ""))
    words = " ".join(f"{error} {answer.get('error_description', '')}".split())
    for secret in filter(None, secrets):
        words = words.replace(secret, "***")
    if not (400 <= code < 500 and error) or code in _BUSY or error == "temporarily_unavailable":
        return TemporaryError(
            f"OAuth2 令牌服务 {url} 没有给出令牌: {code} {words[:200]}".rstrip(),
            "稍后会再试; 若一直如此, 检查 [oauth2] token_url",
        )
    return LoginRefusedError(
        f"OAuth2 令牌服务 {url} 拒绝: {words[:200]}",
        _MENDS.get(error, "检查 [oauth2] 各项") + "。改好之前不会再试。",
    )


def _seconds(value: object) -> float:
    """How long a token lasts; some providers write the number as a text."""
    try:
        return max(0.0, float(str(value)))
    except ValueError:
        return _UNLESS_TOLD
