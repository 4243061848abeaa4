"""What the doctor sees, and what is to be done about it."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.calls import default_config, open_call
from ingest.cli import run
from ingest.doctor import machine
from ingest.doctor.clock import clock_sign
from ingest.doctor.domain import domain_signs
from ingest.doctor.names import name_sign
from ingest.doctor.signs import Sign, State
from ingest.settings import Settings, load_settings
from tests.servers.names import name_server

CONFIGURATION = """
[mailbox]
host = "127.0.0.1"
username = "u"
password_file = "password"
accept_since = "2024-08-08T00:00:00+08:00"
[smtp]
host = "127.0.0.1"
[calls]
directory = "{calls}"
active = ["smart-education-2024"]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "mailroom.toml"
    path.write_text(CONFIGURATION.format(calls=default_config() / "calls"), "utf-8")
    (tmp_path / "password").write_text("x", "utf-8")
    (tmp_path / "password").chmod(0o600)
    return load_settings(path, {})


def signs(settings: Settings) -> dict[str, Sign]:
    return {sign.name: sign for sign in machine.right_signs(settings)}


def test_a_secret_that_everybody_reads_is_bad(settings: Settings, tmp_path: Path) -> None:
    """With the command that mends it."""
    assert signs(settings)["密码和密钥的权限"].state is State.WELL
    (tmp_path / "password").chmod(0o644)
    sign = signs(settings)["密码和密钥的权限"]
    assert sign.state is State.BAD
    assert sign.mend == f"chmod o= {tmp_path / 'password'}"


def test_a_full_disk_is_bad_before_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes and files are counted apart."""
    assert machine.room_sign(tmp_path).state is State.WELL
    monkeypatch.setattr(machine, "LEAST_ROOM", 10**18)
    monkeypatch.setattr(machine, "LEAST_INODES", 10**15)
    assert machine.room_sign(tmp_path).state is State.BAD
    assert machine.inode_sign(tmp_path).state is State.BAD
    assert machine.existing(tmp_path / "a/b/c") == tmp_path


def test_a_missing_package_is_named() -> None:
    """Not those of another Python."""
    assert (
        machine.package_sign(["pydantic>=2", "durable-rules ; python_version < '3'"]).found
        == "1 个都在"
    )
    sign = machine.package_sign(["no-such-thing>=1"])
    assert (sign.state, sign.found) == (State.BAD, "缺 no-such-thing")


def test_the_models_are_here() -> None:
    """They lie in the wheels; nothing is fetched."""
    assert machine.model_sign().state is State.WELL


def test_programs_that_are_missing_are_a_note_with_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some formats go to people; the program serves."""
    monkeypatch.setenv("PATH", "/nowhere")
    found = list(machine.program_signs())
    assert {sign.state for sign in found} == {State.NOTE}
    assert found[0].mend == "apt-get install libreoffice-writer-nogui"
    assert machine.font_sign().state is State.NOTE


@pytest.mark.parametrize(
    ("seconds", "state", "said"),
    [
        ([], State.NOTE, "还没有来件"),
        ([40, 60], State.WELL, "90 秒"),
        ([-30, 60], State.WELL, "90 秒"),
        ([-600, 60], State.BAD, "慢约 10 分钟"),
        ([1200] * 5, State.NOTE, "20 分钟之后才收到"),
        ([1200] * 4, State.WELL, "20 分钟"),
    ],
)
def test_a_mail_fetched_before_it_came_shows_a_slow_clock(
    seconds: list[int], state: State, said: str
) -> None:
    """A fast one cannot be told from a long silence, hence a note."""
    sign = clock_sign([timedelta(seconds=each) for each in seconds])
    assert sign.state is state
    assert said in sign.found


def test_a_code_or_a_name_that_means_two_things_is_bad() -> None:
    """Across the calls that are served together."""
    first = open_call(default_config() / "calls", "smart-education-2024").call
    second = open_call(default_config() / "calls", "community-grants-2025").call
    assert name_sign([first, second]).state is State.WELL
    other = replace(second, tracks=(replace(second.tracks[0], code=first.tracks[0].code),))
    other = replace(other, units=(replace(other.units[0], aliases=(first.units[0].name,)),))
    sign = name_sign([first, other])
    assert sign.state is State.BAD
    assert f"代码 {first.tracks[0].code}" in sign.found
    assert first.units[0].name in sign.found


# --- the domain -----------------------------------------------------------------------------------


def test_spf_and_dmarc_are_looked_for_where_the_domain_has_them() -> None:
    """Long records come in pieces; what is missing is a note with who mends it."""
    spf = "v=spf1 ip4:192.0.2.1 " + "include:a.example " * 20 + "-all"
    with name_server({"office.example": spf}) as server:
        found = {sign.name: sign for sign in domain_signs("a@Office.example", server)}
    assert found["SPF"].state is State.WELL
    assert found["SPF"].found == spf[:120]
    assert found["DMARC"].state is State.NOTE
    assert "_dmarc.office.example" in found["DMARC"].found


def test_a_name_server_that_is_not_there_is_no_fault_of_the_office() -> None:
    """It is said that nothing was looked at; nor is an address without a domain."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))
        place = channel.getsockname()
    for address in ("a@office.example", ""):
        assert {sign.state for sign in domain_signs(address, place)} == {State.NOTE}


def test_the_command_prints_every_sign_and_creates_nothing(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table for people; exit 1 only for what is bad."""
    del settings
    before = sorted(tmp_path.iterdir())
    assert run(["doctor", "--config", str(tmp_path / "mailroom.toml")]) in (0, 1)
    text = capsys.readouterr().out
    for name in ("磁盘空间", "密码和密钥的权限", "识读模型", "读取附件的进程隔离", "时钟", "名称"):
        assert name in text
    assert sorted(tmp_path.iterdir()) == before
