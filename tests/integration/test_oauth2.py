"""Login by access tokens: a token service on loopback, a Dovecot that asks it, an SMTP server that
does.
"""

from __future__ import annotations

import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ingest.app import open_mailbox, open_transport
from ingest.cli import run
from ingest.errors import ConfigError, LoginRefusedError, TemporaryError, UnavailableError
from ingest.oauth2 import TokenSource
from ingest.settings import Settings, load_settings
from notifier.transport import SmtpLoginRefused, SmtpUnavailable
from tests.servers.dovecot import DovecotAccount, DovecotServer, program
from tests.servers.tokens import CLIENT, CLIENT_SECRET, TokenService, TokenSink

Capture = pytest.CaptureFixture[str]


class Place(NamedTuple):
    """An office that logs in by tokens, and the servers it logs in to."""

    service: TokenService
    account: DovecotAccount
    sink: TokenSink
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "mailroom.toml"

    @property
    def token_file(self) -> Path:
        return self.folder / "oauth2-refresh-token"

    def settings(self) -> Settings:
        return load_settings(self.config, {})

    def tokens(self, **changes: object) -> TokenSource:
        given = self.settings().oauth2
        return TokenSource(given.model_copy(update=changes), CLIENT_SECRET, patience=5)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[TokenService, DovecotAccount]]:
    if program("dovecot") is None or program("doveadm") is None:
        pytest.skip("Dovecot is not installed (Debian package dovecot-imapd)")
    base = Path(tempfile.mkdtemp(prefix="dovecot-"))
    with TokenService("office1") as service:
        server = DovecotServer(base, f"http://{service.address}/introspect?token=")
        try:
            server.start()
            yield service, server.new_account()
            server.stop()
        finally:
            shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def place(servers: tuple[TokenService, DovecotAccount], tmp_path: Path) -> Iterator[Place]:
    service, account = servers
    service.answer, service.rotates, service.lasts = None, True, 3600
    service.asked.clear()
    with TokenSink(service) as sink:
        here = Place(service, account, sink, tmp_path)
        here.config.write_text(
            f"""
[mailbox]
host = "127.0.0.1"
port = {account.server.tls_port}
ca_file = "{account.server.certificates.ca}"
login = "oauth2"
username = "office1"
accept_since = "2024-08-08T00:00:00+08:00"
[smtp]
host = "127.0.0.1"
port = {sink.port}
security = "none"
login = "oauth2"
username = "office1"
from_address = "mailroom@office.example"
[oauth2]
token_url = "{service.url}"
client_id = "{CLIENT}"
client_secret_file = "client-secret"
refresh_token_file = "oauth2-refresh-token"
[calls]
active = ["x"]
""",
            encoding="utf-8",
        )
        (tmp_path / "client-secret").write_text(CLIENT_SECRET + "\n")
        here.token_file.write_text(service.refresh_token + "\n")
        here.token_file.chmod(0o600)
        yield here


def test_mails_are_fetched_and_letters_sent_by_token(place: Place) -> None:
    """No password is anywhere; the provider's new refresh token is kept, and nobody else's to
    read.
    """
    settings = place.settings()
    with open_mailbox(settings, 5).session() as session:
        assert session.examine("INBOX").uids == ()
    with open_transport(settings, 5).session() as way_out:
        way_out.send("mailroom@office.example", "a@b.example", b"Subject: x\r\n\r\nx\r\n")

    assert len(place.sink.letters) == 1
    assert len(place.service.asked) == 2
    assert place.token_file.read_text() == place.service.refresh_token + "\n"
    assert stat.S_IMODE(place.token_file.stat().st_mode) == 0o600
    assert sorted(path.name for path in place.folder.iterdir()) == [
        "client-secret",
        "mailroom.toml",
        "oauth2-refresh-token",
    ]


def test_a_token_is_used_until_shortly_before_its_end(place: Place) -> None:
    """Each look at the mailbox is a login; the provider is asked once an hour."""
    now = 0.0
    source = TokenSource(place.settings().oauth2, CLIENT_SECRET, 5, lambda: now)
    first = source.token()
    now = 3400.0
    assert source.token() == first
    now = 3500.0
    assert source.token() != first


def test_a_token_that_ended_early_is_replaced(place: Place) -> None:
    """The first refusal of one that was good is trouble of the world; of a new one it is final."""
    mailbox, way_out = open_mailbox(place.settings(), 5), open_transport(place.settings(), 5)
    for open_session, worn, final in (
        (mailbox.session, TemporaryError, LoginRefusedError),
        (way_out.session, SmtpUnavailable, SmtpLoginRefused),
    ):
        with open_session():
            pass
        place.service.valid.clear()
        with pytest.raises(worn), open_session():
            pass
        with open_session():
            pass
        place.service.username = "somebody else"
        try:
            with pytest.raises(worn), open_session():
                pass
            with pytest.raises(final, match="username"), open_session():
                pass
        finally:
            place.service.username = "office1"


def test_a_refused_refresh_token_is_told_with_what_to_do(place: Place, capsys: Capture) -> None:
    """One clear line and exit 77, without the token, although the service repeats it."""
    place.token_file.write_text("old-and-revoked\n")
    with pytest.raises(LoginRefusedError) as raised:
        place.tokens().token()

    assert "重新授权" in str(raised.value)
    assert "old-and-revoked" not in str(raised.value)
    with (
        pytest.raises(SmtpLoginRefused, match="重新授权"),
        open_transport(place.settings()).session(),
    ):
        pass
    capsys.readouterr()
    assert run(["--config", str(place.config), "check"]) == 1
    told = capsys.readouterr()
    assert "OAuth2 令牌" in told.out
    assert "重新授权" in told.out
    assert "old-and-revoked" not in told.out + told.err


def test_check_says_that_tokens_come(place: Place, capsys: Capture) -> None:
    """Beside both logins."""
    run(["--config", str(place.config), "check"])
    told = capsys.readouterr().out

    for name in ("OAuth2 令牌", "邮箱登录", "发信登录"):
        assert f"{name}: OK" in told


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (503, b'{"error": "temporarily_unavailable"}'),
        (429, b'{"error": "slow_down"}'),
        (200, b"<html>log in, please</html>"),
        (200, b'{"access_token": 7}'),
        (404, b"nothing here"),
        (200, b"[]"),
    ],
)
def test_trouble_of_the_world_is_tried_again(place: Place, status: int, body: bytes) -> None:
    """Only a refusal in so many words is one."""
    place.service.answer = status, body, {}
    with pytest.raises(TemporaryError):
        place.tokens().token()
    with pytest.raises(SmtpUnavailable), open_transport(place.settings(), 5).session():
        pass

    place.service.answer = None
    assert place.tokens().token()


def test_nobody_else_is_asked(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """No redirect is followed, no proxy of the environment used."""
    with TokenService("office1") as elsewhere:
        monkeypatch.setenv("http_proxy", f"http://{elsewhere.address}")
        for status in (301, 302, 303, 307, 308):
            place.service.answer = status, b"", {"Location": elsewhere.url}
            with pytest.raises(TemporaryError):
                place.tokens().token()

    assert elsewhere.asked == []
    with pytest.raises(UnavailableError, match="连不上"):
        place.tokens(token_url=elsewhere.url).token()


def test_a_refresh_token_that_cannot_be_kept_is_no_reason_to_stop(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    """The token that came is good; the log says so without it."""
    place.service.rotates = False
    (place.folder / ".oauth2-refresh-token.new").mkdir()  # in the way of the new file
    place.service.rotates = True

    assert place.tokens().token()
    said = capfd.readouterr()
    assert "cannot be kept" in said.out + said.err
    assert place.service.refresh_token not in said.out + said.err


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda here: here.token_file.unlink(), "读不了"),
        (lambda here: here.token_file.write_text("\n"), "没有刷新令牌"),
        (lambda here: here.token_file.write_bytes(b"\xff"), "没有刷新令牌"),
    ],
    ids=["gone", "empty", "no text"],
)
def test_a_missing_refresh_token_is_a_fault_of_the_configuration(
    place: Place, spoil: Callable[[Place], object], said: str
) -> None:
    """Nothing is asked."""
    spoil(place)
    with pytest.raises(ConfigError, match=said):
        place.tokens().token()

    assert place.service.asked == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('client_id = "mailroom-client"', "", "oauth2.client_id"),
        ('refresh_token_file = "oauth2-refresh-token"', "", "oauth2.refresh_token_file"),
        ('token_url = "http://127.0.0.1', 'token_url = "http://login.example.cn', "https"),
        ('client_secret_file = "client-secret"', 'client_secret = "x"', "密码不能写在"),
        ('login = "oauth2"', 'login = "kerberos"', '"oauth2"'),
    ],
)
def test_half_a_configuration_is_refused_with_its_line(
    place: Place, old: str, new: str, said: str
) -> None:
    """Before anything is asked."""
    text = place.config.read_text(encoding="utf-8")
    assert old in text
    place.config.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mailroom.toml:\d+") as raised:
        place.settings()

    assert said in str(raised.value)


def test_an_office_begins_with_tokens(
    place: Place, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``init`` writes what was said, tries both logins, and shows no token."""
    office = tmp_path / "office"
    monkeypatch.setenv("MAILROOM_MAILBOX__USERNAME", "office1")
    monkeypatch.setenv("MAILROOM_MAILBOX__CA_FILE", str(place.account.server.certificates.ca))
    monkeypatch.setenv("MAILROOM_SMTP__USERNAME", "office1")
    monkeypatch.setenv("MAILROOM_MAILBOX__SECURITY", "tls")
    before = place.service.refresh_token
    code = run([
        "init", str(office), "--provider", "generic", "--address", "a@office.example",
        "--staff", "s@office.example", "--administrators", "b@office.example",
        "--imap", f"127.0.0.1:{place.account.server.tls_port}",
        "--smtp", f"127.0.0.1:{place.sink.port}", "--security", "none",
        "--token-url", place.service.url, "--client-id", CLIENT,
        "--client-secret-file", str(place.folder / "client-secret"),
        "--refresh-token-file", str(place.token_file),
    ])  # fmt: skip
    shown = capsys.readouterr()
    told = shown.out

    assert code == 0, shown
    assert "邮箱登录: OK" in told
    assert "发信登录: OK" in told
    assert before not in told
    for name in ("oauth2-refresh-token", "secrets/oauth2-client-secret"):
        assert stat.S_IMODE((office / name).stat().st_mode) == 0o600
    assert (office / "secrets/mailbox-password").read_text() == "\n"  # the units load it
    assert run(["--config", str(office / "mailroom.toml"), "config", "show"]) == 0
    assert CLIENT_SECRET not in capsys.readouterr().out
