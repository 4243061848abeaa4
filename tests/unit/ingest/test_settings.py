"""``mailroom.toml``: what is read from where, and how a mistake is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from ingest.errors import ConfigError
from ingest.settings import Settings, load_settings, parse_clock_time, parse_duration, parse_size

GOOD = """
[mailbox]
host = "imap.example.cn"
username = "shenbao@example.cn"
accept_since = "2024-08-08T00:00:00+08:00"
[smtp]
host = "smtp.example.cn"
[office]
staff = ["a@office.example"]
[calls]
active = ["smart-education-2024"]
"""
Load = Callable[..., Settings]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Writes a configuration file and reads it, with nothing in the environment."""

    def read(text: str = GOOD, environment: dict[str, str] | None = None) -> Settings:
        path = tmp_path / "mailroom.toml"
        path.write_text(text, encoding="utf-8")
        return load_settings(path, environment or {})

    return read


def complaint(load: Load, text: str, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(text, environment)
    return str(caught.value)


def test_what_is_not_written_has_the_documented_default(load: Load) -> None:
    """The defaults of the example configuration."""
    settings = load()
    assert (
        settings.mailbox.port,
        settings.smtp.port,
        settings.mailbox.security,
    ) == (993, 465, "tls")
    assert (
        settings.letters.settle,
        settings.office.digest_at,
    ) == (timedelta(minutes=10), time(17, 30))
    assert settings.mailbox.max_message_size == 100 * 1024**2


def test_relative_paths_start_at_the_configuration_file(load: Load, tmp_path: Path) -> None:
    """Wherever the command is started."""
    text = GOOD.replace(
        'host = "imap',
        'password_file = "secrets/p"\nca_file = "ca.pem"\nhost = "imap',
    )
    settings = load(
        text
        + '[store]\ndatabase = "sqlite:///state/m.db"\nfiles = "raw"\n[letters]\nhold_file = "stop"\n'
    )
    assert settings.mailbox.password_file == tmp_path / "secrets/p"
    assert settings.mailbox.ca_file == tmp_path / "ca.pem"
    assert settings.store.database == f"sqlite:///{tmp_path}/state/m.db"
    assert (
        settings.store.files,
        settings.letters.hold_file,
    ) == (tmp_path / "raw", tmp_path / "stop")
    assert settings.calls.directory == tmp_path / "calls"


@pytest.mark.parametrize("url", ["sqlite:////var/lib/m.db", "postgresql+psycopg:///mailroom"])
def test_an_absolute_database_stays_what_it_is(load: Load, url: str) -> None:
    """Only relative SQLite files are moved."""
    assert load(GOOD + f'[store]\ndatabase = "{url}"\n').store.database == url


def test_a_byte_order_mark_is_borne(load: Load) -> None:
    """Windows editors write one."""
    assert load("\ufeff" + GOOD).mailbox.host == "imap.example.cn"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60s", 60),
        ("10m", 600),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1d", 86400),
        ("250ms", 0.25),
        ("0s", 0),
    ],
)
def test_a_duration_is_written_with_units(text: str, seconds: float) -> None:
    """As in the example configuration."""
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    ["", "10", "m", "-5m", "10 Minuten", "10m later", 10, None],
    ids=repr,
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    """Never a guess at the unit."""
    with pytest.raises(ValueError, match="10m"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [("100MB", 104_857_600), ("512 kb", 524_288), ("1GB", 1024**3), (7, 7)],
)
def test_a_size_is_written_with_units(text: object, size: int) -> None:
    """1 MB is 1024 x 1024 bytes; a bare number is bytes."""
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "1.5GB", "-1MB", True, None], ids=repr)
def test_what_is_no_size_is_refused(text: object) -> None:
    """Also a truth value, which is an integer to Python."""
    with pytest.raises(ValueError, match="100MB"):
        parse_size(text)


@pytest.mark.parametrize("text", ["24:00", "17:60", "1730", "5pm", "17:5", 17, None], ids=repr)
def test_what_is_no_time_of_day_is_refused(text: object) -> None:
    """Hours to 23, minutes to 59."""
    with pytest.raises(ValueError, match="17:30"):
        parse_clock_time(text)


MISTAKES = {
    "unknown key": ('host = "imap', 'hots = "imap', "mailbox.hots", "hots"),
    "missing key": ('accept_since = "2024-08-08T00:00:00+08:00"\n', "", "mailbox.accept_since: 缺少", "[mailbox]"),
    "port is no number": ('host = "smtp', 'port = "x"\nhost = "smtp', "smtp.port: 应是整数", "port"),
    "port out of range": ('host = "smtp', 'port = 70000\nhost = "smtp', "smtp.port", "port"),
    "unknown security": ('host = "smtp', 'security = "ssl"\nhost = "smtp', "smtp.security: 不是允许的值", "security"),
    "number for text": ('host = "smtp.example.cn"', "host = 5", "smtp.host: 应是文字", "host = 5"),
    "text for list": ('["a@office.example"]', '"a@office.example"', "office.staff: 应是列表", "staff"),
    "empty list": ('active = ["smart-education-2024"]', "active = []", "calls.active: 至少要有一个", "active"),
    "one call twice": ('active = ["smart-education-2024"]', 'active = ["a", "b", "a"]', "calls.active: “a”写了两次", "active"),
    "time without zone": ("00:00:00+08:00", "00:00:00", "mailbox.accept_since: 要带时区", "accept_since"),
    "no time at all": ("2024-08-08T00:00:00+08:00", "八月八日", "mailbox.accept_since: 应是带时区的时间", "accept_since"),
    "bad duration": ("[office]", '[letters]\nsettle = "soon"\n[office]', "letters.settle: 时长", "settle"),
    "bad size": ("[smtp]", 'max_message_size = "big"\n[smtp]', "mailbox.max_message_size: 大小", "max_message_size"),
    "bad clock time": ("[calls]", 'digest_at = "25:00"\n[calls]', "office.digest_at: 时刻", "digest_at"),
    "unknown zone": ("[calls]", 'timezone = "Asia/Shihezi"\n[calls]', "office.timezone: 没有这个时区", "timezone"),
    "a region is no zone": ("[calls]", 'timezone = "Asia"\n[calls]', "office.timezone: 没有这个时区", "timezone"),
    "zone outside the tree": ("[calls]", 'timezone = "../etc"\n[calls]', "office.timezone: 没有这个时区", "timezone"),
    "password in the file": ('host = "smtp', 'password = "geheim"\nhost = "smtp', "密码不能写在配置文件里", "password"),
    "full-width quotes": ('"smtp.example.cn"', "“smtp.example.cn”", "TOML 写法有误", "host = “"),
    "unknown section": ("[calls]", "[digest]\n[calls]", "digest: 不认识这一项", "[digest]"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_file_line_and_mend(
    load: Load,
    tmp_path: Path,
    mistake: str,
) -> None:
    """The line is the one an editor shows, the words are Chinese, the secret is not repeated."""
    old, new, words, marker = MISTAKES[mistake]
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    line = next(number for number, row in enumerate(text.splitlines(), 1) if row.startswith(marker))
    message = complaint(load, text)
    assert f"{tmp_path / 'mailroom.toml'}:{line}:" in message
    assert words in message
    assert "geheim" not in message


def test_all_mistakes_are_told_at_once(load: Load) -> None:
    """One line each."""
    message = complaint(
        load,
        GOOD.replace('host = "imap', 'hots = "imap').replace("active", "aktive"),
    )
    assert {"mailbox.hots", "mailbox.host", "calls.aktive", "calls.active"} <= {
        row.split(": ")[1] for row in message.splitlines()
    }


def test_a_missing_section_is_told(load: Load) -> None:
    """There is no line to name, so the first one is."""
    assert "mailroom.toml:1: smtp: 缺少这一项" in complaint(
        load, GOOD.replace('[smtp]\nhost = "smtp.example.cn"\n', "")
    )


def test_a_section_written_as_a_value_is_told(load: Load) -> None:
    """Also when the environment has something for that section."""
    text = "calls = 3\n" + GOOD.replace('[calls]\nactive = ["smart-education-2024"]\n', "")
    assert "calls: 应是一节配置" in complaint(load, text)
    assert "calls: 应是一节配置" in complaint(load, text, {"MAILROOM_CALLS__ACTIVE": "x"})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """With the two ways to name another one."""
    with pytest.raises(ConfigError, match=r"none\.toml") as caught:
        load_settings(tmp_path / "none.toml", {})
    assert "MAILROOM_CONFIG" in str(caught.value)


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    """GBK is what old editors write."""
    path = tmp_path / "m.toml"
    path.write_bytes("# 收发室".encode("gbk"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load_settings(path, {})


def test_the_environment_lies_over_the_file(load: Load) -> None:
    """Text, numbers, times, lists; names that are none of ours are left alone."""
    settings = load(
        GOOD,
        {
            "MAILROOM_MAILBOX__HOST": "other.example.cn",
            "MAILROOM_SMTP__PORT": "2525",
            "MAILROOM_LETTERS__SETTLE": "1m",
            "MAILROOM_OFFICE__STAFF": "x@office.example, y@office.example",
            "MAILROOM_CONFIG": "z",
            "MAILROOM_FOO__BAR": "z",
        },
    )
    assert (settings.mailbox.host, settings.smtp.port) == ("other.example.cn", 2525)
    assert settings.letters.settle == timedelta(minutes=1)
    assert settings.office.staff == ("x@office.example", "y@office.example")


def test_a_mistake_in_the_environment_is_told_with_the_variable(load: Load) -> None:
    """Nobody finds it by looking at a line of the file."""
    message = complaint(load, GOOD, {"MAILROOM_SMTP__PORT": "many"})
    assert "MAILROOM_SMTP__PORT" in message
    assert "mailroom.toml:" not in message


def test_a_time_of_toml_itself_is_a_time(load: Load) -> None:
    """Without quotes."""
    text = GOOD.replace('"2024-08-08T00:00:00+08:00"', "2024-08-08T00:00:00+08:00")
    assert load(text).mailbox.accept_since == datetime(2024, 8, 7, 16, tzinfo=UTC)


# --- secrets --------------------------------------------------------------------------------------


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of systemd credentials and a password file, both with a password."""
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials/mailbox-password").write_text("from systemd\n", encoding="utf-8")
    (tmp_path / "password").write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    return tmp_path


WITH_FILE = GOOD.replace('host = "imap', 'password_file = "password"\nhost = "imap')
VARIABLE = {"MAILROOM_MAILBOX__PASSWORD": "from the environment"}


def test_a_systemd_credential_wins_over_file_and_environment(load: Load, places: Path) -> None:
    """Then the file, then the environment."""
    settings = load(WITH_FILE, VARIABLE)
    assert settings.mailbox_password() == "from systemd"
    (places / "credentials/mailbox-password").unlink()
    assert settings.mailbox_password() == "from the file"
    assert load(GOOD, VARIABLE).mailbox_password() == "from the environment"


def test_a_password_is_in_no_text_of_the_settings(load: Load) -> None:
    """Whoever prints them gives nothing away."""
    settings = load(GOOD, VARIABLE)
    assert "from the environment" not in f"{settings!r}{settings}{settings.model_dump_json()}"


def test_no_password_anywhere_is_told_with_the_three_places(
    load: Load,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When it is needed, not before."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    settings = load()
    with pytest.raises(
        ConfigError,
        match=r"mailbox-password.*password_file.*MAILROOM_MAILBOX__PASSWORD",
    ):
        settings.mailbox_password()


def test_a_relay_without_user_name_needs_no_password(load: Load) -> None:
    """With one it does."""
    assert load().smtp_password() == ""
    with pytest.raises(ConfigError, match="smtp"):
        load(GOOD.replace('host = "smtp', 'username = "u"\nhost = "smtp')).smtp_password()


def test_a_password_file_that_is_missing_is_named(load: Load, tmp_path: Path) -> None:
    """With its full path."""
    with pytest.raises(ConfigError, match=str(tmp_path / "password")):
        load(WITH_FILE).mailbox_password()


def test_a_password_file_that_is_no_text_is_told_without_its_bytes(
    load: Load,
    tmp_path: Path,
) -> None:
    """Not even as the cause of the error, which a debugging traceback would show."""
    (tmp_path / "password").write_bytes(b"geheim\xff")
    with pytest.raises(ConfigError, match="UTF-8") as caught:
        load(WITH_FILE).mailbox_password()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
