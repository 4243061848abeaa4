"""``mailroom check``: everything tried in earnest, and what is wrong is named with its mend."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ingest import checks
from ingest.calls import default_config
from ingest.checks import run_checks
from ingest.demo.mailbox import EmbeddedMailbox
from ingest.demo.smtp_sink import SmtpSink
from ingest.walls.confinement import Walls
from rules.vocabulary import BEIJING
from tests.integration.house import MORNING, settings
from tests.unit.ingest.document.signing import authority

SHIPPED = "smart-education-2024"
NAMES = [
    "配置文件",
    "征集配置",
    "规则文件",
    "样例",
    "空白表",
    "根证书",
    "信函模板",
    "启用时间",
    "截止时间",
    "征集邮箱",
    "日报收件人",
    "发件人验证",
    "数据库",
    "邮件原件目录",
    "读取附件的进程隔离",
    "存储是否配套",
    "原件是否都有登记",
    "邮箱登录",
    "发信登录",
    "办件台",
]
NOWHERE = {"host": "127.0.0.1", "port": 1, "security": "none"}


def problems(directory: Path, **sections: dict[str, Any]) -> dict[str, str]:
    """What is wrong, by the name of the check; servers are nowhere unless they are given."""
    given = {
        "mailbox_": {**NOWHERE, "password": "p"},
        "smtp_": {**NOWHERE, "username": ""},
    } | sections
    return {
        name: problem
        for name, problem in run_checks(settings(directory, **given), MORNING)
        if problem
    }


@pytest.fixture
def own_call(tmp_path: Path) -> Path:
    """A copy of the call that ships, in the layout of an installation."""
    target = tmp_path / "config/calls" / SHIPPED
    shutil.copytree(default_config() / "calls" / SHIPPED, target)
    return target


def in_(call: Path) -> dict[str, Any]:
    return {"directory": call.parent, "active": [SHIPPED]}


def test_an_office_that_is_well_is_well_in_everything(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    """Real logins on loopback; every check is named."""
    with EmbeddedMailbox() as mailbox:
        sections: dict[str, dict[str, Any]] = {
            "mailbox_": {
                "host": mailbox.host,
                "port": mailbox.port,
                "security": "none",
                "username": mailbox.username,
                "password": mailbox.password,
            },
            "smtp": {"host": smtp_sink.host, "port": smtp_sink.port, "security": "none"},
            "office": {"trusted_authserv_ids": ["mx.office.example"]},
        }
        assert list(run_checks(settings(tmp_path, **sections), MORNING)) == [
            (name, "") for name in NAMES
        ]
        missing = {"mailbox_": {**sections["mailbox_"], "folder": "申报"}, "smtp": sections["smtp"]}
        assert "申报" in problems(tmp_path, **missing)["邮箱登录"]
        wrong = {
            "mailbox_": {**sections["mailbox_"], "password": "geheim"},
            "smtp": sections["smtp"],
        }
        message = problems(tmp_path, **wrong)["邮箱登录"]
        assert "geheim" not in message


def test_a_root_certificate_that_cannot_be_used_is_named(tmp_path: Path, own_call: Path) -> None:
    """With its file and the mend; good ones and none at all are well."""
    (own_call / "roots").mkdir()
    (own_call / "roots/good.pem").write_bytes(authority().pem)
    assert "根证书" not in problems(tmp_path, calls=in_(own_call))
    (own_call / "roots/half.pem").write_bytes(authority().pem[:200])
    problem = problems(tmp_path, calls=in_(own_call))["根证书"]
    assert "half.pem" in problem
    assert "PEM" in problem
    (own_call / "roots/half.pem").unlink()
    (own_call / "roots/folder.pem").mkdir()
    assert "folder.pem" in problems(tmp_path, calls=in_(own_call))["根证书"]


def test_servers_that_cannot_be_reached_are_named_and_nothing_else(tmp_path: Path) -> None:
    """With host and port."""
    found = problems(tmp_path)
    assert found.keys() == {"邮箱登录", "发信登录"}
    assert all("127.0.0.1" in problem for problem in found.values())


def test_a_missing_password_is_told_and_the_other_checks_go_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the places where it may stand."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert "MAILROOM_MAILBOX__PASSWORD" in problems(tmp_path, mailbox_=NOWHERE)["邮箱登录"]


def test_an_unknown_call_is_told_with_those_there_are(tmp_path: Path) -> None:
    """Once; the rules belong to it and are not looked at."""
    found = problems(tmp_path, calls={"directory": default_config() / "calls", "active": ["none"]})
    assert SHIPPED in found["征集配置"]
    assert found["规则文件"] == "征集配置有误, 没有检查"


def test_each_of_two_calls_is_looked_at(tmp_path: Path) -> None:
    """Under its own name; a slip in one is no other's."""
    calls = {"directory": default_config() / "calls", "active": [SHIPPED, "other"]}
    found = problems(tmp_path, calls=calls)
    assert SHIPPED in found["征集配置 (other)"]
    assert f"规则文件 ({SHIPPED})" not in found


def test_every_mistake_in_the_rules_is_shown_with_its_line(tmp_path: Path, own_call: Path) -> None:
    """As `rules check` shows them."""
    path = own_call / "rules.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n无此节: 1\n", encoding="utf-8")
    found = problems(tmp_path, calls=in_(own_call))
    line = len(path.read_text(encoding="utf-8").splitlines())
    assert f"{path}:{line}:1" in found["规则文件"]
    assert "征集配置" not in found


def test_a_broken_template_is_shown_with_its_line(tmp_path: Path, own_call: Path) -> None:
    """An override of the call's own; one beside the calls is looked at too."""
    for folder in (own_call / "templates/accepted", own_call.parents[1] / "templates/rejected"):
        folder.mkdir(parents=True)
    (own_call / "templates/accepted/subject.txt").write_text("a\n{{ nonsense }}", encoding="utf-8")
    (own_call.parents[1] / "templates/rejected/body.txt").write_text("{% if %}", encoding="utf-8")
    message = problems(tmp_path, calls=in_(own_call))["信函模板"]
    assert "accepted/subject.txt:2" in message
    assert "rejected/body.txt:1" in message


def test_a_database_of_another_version_is_told(tmp_path: Path) -> None:
    """With the command that mends it; nothing is changed by the look."""
    with closing(sqlite3.connect(tmp_path / "mailroom.db")) as database, database:
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    found = problems(tmp_path)
    assert "不要运行 mailroom migrate" in found["数据库"]
    assert "更新版本" in found["数据库"]


def test_a_broken_database_is_told(tmp_path: Path) -> None:
    """A file that is none."""
    (tmp_path / "mailroom.db").write_bytes(b"not a database" * 1000)
    assert "数据库" in problems(tmp_path)


def test_a_place_for_the_mails_that_is_none_is_told(tmp_path: Path) -> None:
    """A file where the directory should be."""
    (tmp_path / "files").write_text("x", encoding="utf-8")
    assert "邮件原件目录" in problems(tmp_path)


def test_a_digest_for_nobody_is_told(tmp_path: Path) -> None:
    """Administrators stand in for staff."""
    assert "staff" in problems(tmp_path, office={"staff": []})["日报收件人"]
    assert "日报收件人" not in problems(
        tmp_path, office={"staff": [], "administrators": ["a@office.example"]}
    )


@pytest.mark.parametrize(
    ("desk", "said"),
    [
        ({"address": "0.0.0.0"}, "没有加密"),  # noqa: S104 - what is warned of
        (
            {"address": "desk.office.example", "public_url": "http://desk.office.example"},
            "没有加密",
        ),
        ({"address": "0.0.0.0", "public_url": "https://desk.office.example"}, ""),  # noqa: S104 - as above
        ({"address": "::1"}, ""),
    ],
    ids=["everywhere", "a name", "behind a proxy", "this machine"],
)
def test_a_desk_in_the_clear_is_for_this_machine_alone(
    tmp_path: Path, desk: dict[str, Any], said: str
) -> None:
    """Sessions would travel where everybody can read them."""
    assert said in problems(tmp_path, desk=desk).get("办件台", "")
    assert ("办件台" in problems(tmp_path, desk=desk)) is bool(said)


def test_a_desk_nobody_can_sign_in_to_is_told(tmp_path: Path) -> None:
    assert "没有人能登录" in problems(tmp_path, office={"staff": []})["办件台"]


def test_a_missing_wall_is_told_and_is_a_mistake_only_where_all_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The strength of the walls is the kernel's, which the office may not be able to change."""
    gaps = Walls(files="内核没有 Landlock (需 5.13 以上)", calls="", network="")
    monkeypatch.setattr(checks, "standing_walls", lambda: gaps)
    told = "文件: 内核没有 Landlock (需 5.13 以上)"

    assert f"读取附件的进程隔离 (缺: {told})" in dict(run_checks(settings(tmp_path), MORNING))
    asked = problems(tmp_path, limits={"require_confinement": True})
    assert asked["读取附件的进程隔离"] == told


def test_a_server_that_says_nothing_is_waited_for_a_few_seconds_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one does that waits for TLS where we wait for its greeting; each port has its patience."""
    monkeypatch.setattr(checks, "PATIENCE", 0.5)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        server = {"host": "127.0.0.1", "port": silent.getsockname()[1], "security": "starttls"}
        begun = time.monotonic()
        found = problems(
            tmp_path,
            mailbox_={**server, "password": "p"},
            smtp_={**server, "username": ""},
        )
        assert time.monotonic() - begun < 15
    assert {"邮箱登录", "发信登录"} <= found.keys()


def test_slips_that_the_values_tell_are_told(tmp_path: Path) -> None:
    """Of a call that is over, a mailbox that is not opened yet, addresses nobody reads."""
    found = problems(
        tmp_path,
        mailbox_={"host": "imap.office.cn", "security": "none", "accept_since": "2099-01-01T00:00:00+08:00", "username": "zhengji@example.org"},
        smtp_={"host": "smtp.office.cn", "port": 465, "security": "starttls"},
        office={"staff": ["张老师"]},
    )  # fmt: skip

    assert {"启用时间", "征集邮箱", "日报收件人"} <= found.keys()
    assert "明文" in found["邮箱登录"]
    assert 'security = "tls"' in found["发信登录"]
    late = dict(run_checks(settings(tmp_path), datetime(2024, 9, 10, tzinfo=BEIJING)))
    assert "已过" in late["截止时间"]
