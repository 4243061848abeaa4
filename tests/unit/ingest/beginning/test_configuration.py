"""The first configuration of an office, made of the annotated example."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from ingest.beginning.configuration import Answers, TokenAnswers, filled, toml, values_of
from ingest.beginning.providers import PROVIDERS, Server, server_of
from ingest.beginning.shown import MASK, settings_in_force
from ingest.calls import default_config
from ingest.settings import load_settings
from rules.vocabulary import BEIJING

EXAMPLE = (default_config() / "mailroom.toml").read_text("utf-8")
SINCE = datetime(2026, 12, 1, 9, tzinfo=BEIJING)


def answers(provider: str = "163", **changes: object) -> Answers:
    chosen = PROVIDERS[provider]
    base = Answers(
        provider=chosen,
        imap=replace(chosen.imap, host=chosen.imap.host or "imap.office.example"),
        smtp=replace(chosen.smtp, host=chosen.smtp.host or "smtp.office.example"),
        address="zhengji@office.example",
        staff=("a@office.example", "b@office.example"),
        administrators=("c@office.example",),
        accept_since=SINCE,
        call="smart-education-2024",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("provider", list(PROVIDERS))
def test_what_is_written_says_what_was_answered(provider: str, tmp_path: Path) -> None:
    """For every provider; the program reads it as it was meant."""
    path = tmp_path / "mailroom.toml"
    path.write_text(filled(EXAMPLE, values_of(answers(provider))), "utf-8")
    settings = load_settings(path, {})
    assert settings.mailbox.host == answers(provider).imap.host
    wanted = PROVIDERS[provider].smtp
    assert (settings.smtp.port, settings.smtp.security) == (wanted.port, wanted.security)
    assert (wanted.port, wanted.security) in ((465, "tls"), (587, "starttls"))
    assert settings.mailbox.username == settings.smtp.username == "zhengji@office.example"
    assert settings.office.staff == ("a@office.example", "b@office.example")
    assert settings.mailbox.accept_since == SINCE
    assert settings.store.files == tmp_path / "files"


def test_tokens_are_written_where_a_provider_wants_them(tmp_path: Path) -> None:
    """The token that the service writes anew lies among its data."""
    usual = PROVIDERS["outlook"].tokens
    assert usual is not None
    tokens = TokenAnswers(usual.url, "client", usual.scope, has_secret=False)
    given = answers("outlook", tokens=tokens, data="/var/lib/mailroom")
    path = tmp_path / "mailroom.toml"
    path.write_text(filled(EXAMPLE, values_of(given)), "utf-8")
    settings = load_settings(path, {})
    assert settings.uses_oauth2
    assert (settings.mailbox.login, settings.smtp.login) == ("oauth2", "oauth2")
    assert settings.oauth2.token_url == usual.url
    assert settings.oauth2.client_secret_file is None
    assert settings.oauth2.refresh_token_file == Path("/var/lib/mailroom/oauth2-refresh-token")


def test_notes_stay_and_no_placeholder_is_left() -> None:
    """An administrator goes on in this file."""
    text = filled(EXAMPLE, values_of(answers()))
    assert text.count("#") == EXAMPLE.count("#")
    assert "example.org" not in "".join(
        line for line in text.splitlines() if not line.startswith("#")
    )


def test_data_may_lie_elsewhere() -> None:
    """A service keeps nothing in /etc."""
    text = filled(EXAMPLE, values_of(answers(data="/var/lib/mailroom")))
    assert 'database = "sqlite:////var/lib/mailroom/mailroom.db"' in text


def test_a_setting_the_example_has_no_line_for_is_not_lost_silently() -> None:
    """It would be the program's own mistake."""
    with pytest.raises(ValueError, match="no line"):
        filled(EXAMPLE, {("mailbox", "nonsense"): 1})


def test_values_are_written_as_toml() -> None:
    """Quotes and yes or no."""
    assert toml(['a"b', 1, True]) == '["a\\"b", 1, true]'


@pytest.mark.parametrize(
    ("text", "security", "found"),
    [
        ("", "", Server("h", 993)),
        ("mail.x.cn", "", Server("mail.x.cn", 993)),
        ("mail.x.cn:143", "starttls", Server("mail.x.cn", 143, "starttls")),
    ],
)
def test_a_server_may_be_named(text: str, security: str, found: Server) -> None:
    """What is not said is as usual."""
    assert server_of(Server("h", 993), text, security) == found


@pytest.mark.parametrize(("text", "security"), [("x:0", ""), ("x:a", ""), ("x", "ssl"), ("", "")])
def test_a_server_that_cannot_be_used_is_refused(text: str, security: str) -> None:
    """In words."""
    with pytest.raises(ValueError, match=r"不能用|没有写"):
        server_of(Server("", 993), text, security)


def test_every_setting_is_shown_with_its_origin_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Line, variable or default; a password only by its place."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    path = tmp_path / "mailroom.toml"
    text = filled(EXAMPLE, values_of(answers())).replace(
        'database = "sqlite:///mailroom.db"', 'database = "postgresql+psycopg://u:geheim@h/m"'
    )
    path.write_text(text, "utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/mailbox-password").write_text("geheim", "utf-8")
    environment = {"MAILROOM_OFFICE__DIGEST_AT": "16:00", "MAILROOM_SMTP__PASSWORD": "geheim"}
    listed = {f"{one.section}.{one.key}": one for one in settings_in_force(path, environment)}
    assert listed["office.digest_at"].source == "环境变量 MAILROOM_OFFICE__DIGEST_AT"
    line = 1 + text.splitlines().index(next(x for x in text.splitlines() if x.startswith("host")))
    assert listed["mailbox.host"].source == f"第 {line} 行"
    assert (listed["smtp.from_address"].value, listed["smtp.from_address"].source) == ('""', "默认")
    assert listed["mailbox.password"].value == MASK
    assert listed["smtp.password"].source.endswith("(没有)")
    assert "geheim" not in str(listed)
    assert "postgresql" in listed["store.database"].value


@pytest.mark.parametrize(
    ("given", "source"),
    [("credential", "systemd 凭据"), ("environment", "环境变量"), ("nothing", "没有")],
)
def test_a_password_is_looked_for_where_the_daemon_does(
    given: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credential, file, environment."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    path = tmp_path / "mailroom.toml"
    text = filled(EXAMPLE, values_of(answers()))
    path.write_text(text.replace("password_file", "# password_file"), "utf-8")
    if given == "credential":
        (tmp_path / "mailbox-password").write_text("geheim", "utf-8")
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    environment = {"MAILROOM_MAILBOX__PASSWORD": "geheim"} if given == "environment" else {}
    found = next(one for one in settings_in_force(path, environment) if one.key == "password")
    assert found.source.startswith(source)
    assert found.value == ("" if given == "nothing" else MASK)
