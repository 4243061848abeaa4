"""Mistakes of the administrator and trouble of the world: one message that says what to do, the
right exit code.
"""

from __future__ import annotations

import fcntl
import itertools
import signal
import subprocess

import pytest

from tests.acceptance.conftest import Office
from tests.environment import without_office
from tests.warm.command import INSTALLED, mailroom


def complaint(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The message, after checking that it is one and that the code is right."""
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stdout + done.stderr
    return done.stderr


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = without_office()
    return subprocess.run(
        [mailroom(), *arguments],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_unknown_option_is_a_usage_error() -> None:
    """Exit 64, the option named."""
    assert "--nonsense" in complaint(command("status", "--nonsense"), 64)


def test_an_unknown_command_is_a_usage_error() -> None:
    """Exit 64."""
    assert "fly" in complaint(command("fly"), 64)


def test_a_command_without_configuration_says_how_to_name_one() -> None:
    """Exit 78."""
    assert "--config" in complaint(command("status"), 78)


def test_a_missing_configuration_file_is_named() -> None:
    """Exit 78, with the path."""
    assert "/nowhere/mailroom.toml" in complaint(
        command("status", "--config", "/nowhere/mailroom.toml"),
        78,
    )


def test_a_missing_mail_is_bad_input() -> None:
    """Exit 65, with the path."""
    assert "/nowhere/x.eml" in complaint(
        command("message", "inspect", "/nowhere/x.eml", "--json"),
        65,
    )


@pytest.mark.dovecot
def test_broken_toml_is_shown_with_its_line(office: Office) -> None:
    """Exit 78, path and line."""
    office.config.write_text(
        office.config.read_text(encoding="utf-8") + "\n[office\n",
        encoding="utf-8",
    )
    assert f"{office.config}:" in complaint(office.run("status"), 78)


@pytest.mark.dovecot
def test_an_unknown_key_is_shown_with_its_line(office: Office) -> None:
    """Exit 78; a misspelt key never means its default."""
    text = office.config.read_text(encoding="utf-8").replace("accept_since", "acept_since")
    office.config.write_text(text, encoding="utf-8")
    line = next(
        number
        for number, row in enumerate(
            text.splitlines(),
            1,
        )
        if row.startswith("acept_since")
    )
    assert f"{office.config}:{line}:" in complaint(office.run("status"), 78)


@pytest.mark.dovecot
def test_broken_yaml_in_the_call_is_shown_with_its_line(office: Office) -> None:
    """Exit 78; file, line, column, caret."""
    directory = office.directory / "calls/broken"
    directory.mkdir(parents=True)
    (directory / "call.yaml").write_text("标题: x\n截止：2024-08-31 24:00\n", encoding="utf-8")
    text = office.config.read_text(encoding="utf-8").replace(
        'active = ["smart-education-2024"]',
        'active = ["broken"]',
    )
    text = "\n".join(
        'directory = "calls/"'
        if row.startswith(
            "directory",
        )
        else row
        for row in text.splitlines()
    )
    office.config.write_text(text, encoding="utf-8")
    assert f"{directory / 'call.yaml'}:2:3:" in complaint(office.run("run", "--once"), 78)


@pytest.mark.dovecot
def test_without_a_mailbox_once_ends_with_a_retry_code(office: Office) -> None:
    """Exit 69 or 75; the host is named."""
    text = office.config.read_text(encoding="utf-8").replace(
        f"port = {office.account.server.tls_port}",
        "port = 1",
    )
    office.config.write_text(text, encoding="utf-8")
    done = office.run("run", "--once")
    assert done.returncode in (69, 75), done.stderr
    assert "127.0.0.1" in done.stderr


@pytest.mark.dovecot
def test_a_refused_password_stops_with_its_own_code(office: Office) -> None:
    """Exit 77, so that systemd does not hammer the login."""
    (office.directory / "mailbox-password").write_text("wrong-password", encoding="utf-8")
    message = complaint(office.run("run", "--once"), 77)
    assert "wrong-password" not in message


@pytest.mark.dovecot
@pytest.mark.slow
def test_the_daemon_outlives_a_missing_mailbox_and_stops_when_told(office: Office) -> None:
    """No network: it keeps trying; SIGTERM: it ends well."""
    text = office.config.read_text(encoding="utf-8").replace(
        f"port = {office.account.server.tls_port}",
        "port = 1",
    )
    office.config.write_text(text, encoding="utf-8")
    with subprocess.Popen(
        [INSTALLED, "run", "--config", office.config], stderr=subprocess.PIPE, text=True
    ) as daemon:
        assert daemon.stderr is not None
        before = list(itertools.takewhile(lambda line: "will try again" not in line, daemon.stderr))
        assert any("started" in line for line in before)
        assert daemon.poll() is None
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(30) == 0
        assert "Traceback" not in "".join(before) + daemon.stderr.read()


@pytest.mark.dovecot
def test_two_of_them_never_work_on_one_store(office: Office) -> None:
    """The second one ends with 75."""
    with (office.directory / "mailroom.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "另一个 mailroom" in complaint(office.run("run", "--once"), 75)
    assert office.sink.letters == []
