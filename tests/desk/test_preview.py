"""The page of ``mailroom rules preview``: what is typed is seen, slips with place and hint; nothing of
it is for anybody but this machine.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.calls import default_config
from ingest.desk.gate import POLICY
from ingest.desk.preview import build_preview
from ingest.exitcodes import ExitCode
from tests.desk.server import Answer, Visitor, served
from tests.servers.ports import free_port
from tests.warm.command import mailroom

CALL = "community-grants-2025"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A call's folder that somebody works on."""
    place = tmp_path / "calls" / CALL
    shutil.copytree(default_config() / "calls" / CALL, place)
    return place


@pytest.fixture
def visitor(folder: Path) -> Iterator[Visitor]:
    """Somebody who looks at it."""
    port = free_port()
    with served(build_preview(folder, f"http://127.0.0.1:{port}"), port):
        yield Visitor(port)


def saved(path: Path, old: str, new: str) -> None:
    """An editor that saves a file, some time after it was saved last."""
    before, text = path.stat(), path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))


def rule(answer: Answer, identifier: str) -> str:
    """What stands beside one rule."""
    (found,) = [
        part for part in answer.text.split("<section")[1:] if f"<p><b>{identifier} " in part
    ]
    return found.partition("</section>")[0]


def seen(answer: Answer) -> str:
    """The address at which the page asks whether something was saved."""
    return answer.text.partition('hx-get="')[2].partition('"')[0]


def test_clause_rule_examples_and_letter_stand_side_by_side(visitor: Visitor) -> None:
    answer = visitor.get("/")

    assert answer.status == 200
    assert "没有发现问题" in answer.text
    shown = rule(answer, "J01")
    assert "二(一)“每个项目资助不超过5万元”" in shown
    assert "申报书.申请金额 不超过 资助上限" in shown
    assert "✓ 申请金额超出一元：退回补正（待补正）" in shown
    assert "申请资助 50001 元" in shown.partition("<details")[2]
    assert "没有样例让它说话" not in shown


def test_a_slip_is_shown_with_place_and_hint_beside_the_rules_as_they_were(
    visitor: Visitor, folder: Path
) -> None:
    first = visitor.get("/")
    saved(folder / "rules.yaml", "申报书.申请金额 不超过", "申报书.申请金鹅 不超过")
    answer = visitor.get(seen(first))

    assert answer.status == 200
    slip = answer.text.partition('role="alert">')[2].partition("</pre>")[0]
    line = (folder / "rules.yaml").read_text("utf-8").split("申请金鹅")[0].count("\n") + 1
    assert f"rules.yaml:{line}:" in slip
    assert "申请金额" in slip.partition("提示")[2]
    assert "上一次读得了的规则" in answer.text
    assert "申报书.申请金额 不超过 资助上限" in rule(answer, "J01")

    saved(folder / "rules.yaml", "申请金鹅", "申请金额")
    assert "没有发现问题" in visitor.get(seen(answer)).text


def test_an_example_that_no_longer_holds_is_marked(visitor: Visitor, folder: Path) -> None:
    visitor.get("/")
    saved(folder / "rules.yaml", "资助上限: {值: 50000", "资助上限: {值: 60000")

    assert "✗</b> 申请金额超出一元" in rule(visitor.get("/"), "J01")
    assert "J01 应为“退回补正”, 实为“满足”" in rule(visitor.get("/"), "J01")


def test_while_nothing_is_saved_nothing_is_sent(visitor: Visitor, folder: Path) -> None:
    address = seen(visitor.get("/"))

    assert visitor.get(address).status == 204
    (folder / "templates").mkdir()
    assert visitor.get(address).status == 200


@pytest.mark.parametrize(
    ("name", "old", "new", "word"),
    [
        ("call.yaml", "发布: ", "发布:: ", "call.yaml:"),
        ("examples.yaml", "期望: {D01: 满足", "期望: {D99: 满足", "examples.yaml:"),
    ],
)
def test_slips_of_the_other_files_are_shown_too(
    visitor: Visitor, folder: Path, name: str, old: str, new: str, word: str
) -> None:
    """Also when the page is opened on them."""
    saved(folder / name, old, new)
    answer = visitor.get("/")

    assert word in answer.text.partition('role="alert">')[2].partition("</pre>")[0]
    assert "<section" not in answer.text


def alert(answer: Answer) -> str:
    """The complaints at the top."""
    return answer.text.partition('role="alert">')[2].partition("</pre>")[0]


def test_a_template_beside_the_calls_is_watched_too(visitor: Visitor, folder: Path) -> None:
    """All calls share it."""
    first = visitor.get("/")
    body = folder.parents[1] / "templates" / "received" / "body.txt"
    body.parent.mkdir(parents=True)
    body.write_text("您好，{{ page.unit", "utf-8")
    answer = visitor.get(seen(first))

    assert answer.status == 200
    assert "received/body.txt" in alert(answer)
    assert "不满足" not in alert(answer)
    body.unlink()
    assert "没有发现问题" in visitor.get(seen(answer)).text


def test_a_blank_form_that_does_not_fit_is_told(visitor: Visitor, folder: Path) -> None:
    """It is missing, or another form's; put back, all is well."""
    first = visitor.get("/")
    one, other = sorted((folder / "forms").glob("*.docx"))[:2]
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    swapped = visitor.get(seen(first))
    assert "空白表里找不到这些字段的标签" in alert(swapped)

    one.unlink()
    missing = visitor.get(seen(swapped))
    assert f"没有空白表“{one.name}”" in alert(missing)
    one.write_bytes(kept)
    assert "没有发现问题" in visitor.get(seen(missing)).text


def test_a_folder_without_examples_is_shown_without_them(visitor: Visitor, folder: Path) -> None:
    (folder / "examples.yaml").unlink()
    shown = rule(visitor.get("/"), "J01")

    assert "没有样例" in shown
    assert "<details" not in shown


def test_a_rule_that_is_switched_off_says_so(visitor: Visitor, folder: Path) -> None:
    saved(
        folder / "rules.yaml",
        "    名称: 申请金额不超过5万元",
        "    停用: 试试\n    名称: 申请金额不超过5万元",
    )

    assert "（停用：试试）" in rule(visitor.get("/"), "J01")


def test_what_is_written_is_no_page(visitor: Visitor, folder: Path) -> None:
    saved(folder / "rules.yaml", "名称: 申请金额不超过5万元", "名称: <script>alert(1)</script>")

    assert "&lt;script&gt;alert(1)" in visitor.get("/").text


def test_the_page_is_closed_like_the_desk(visitor: Visitor) -> None:
    """Nothing from outside, nothing by another name, nothing to be sent."""
    answer = visitor.get("/")
    links = [part.partition('"')[0] for part in answer.text.split('src="')[1:]]

    assert answer.headers["content-security-policy"] == POLICY
    assert links
    assert all(link.startswith("/static/") for link in links)
    assert all(visitor.get(link).status == 200 for link in links)
    assert visitor.get("/", Host="evil.example").status == 400
    assert visitor.post("/", {}).status == 405


def test_the_command_serves_this_machine_until_it_is_interrupted(folder: Path) -> None:
    """A second one on its port is told what to do."""
    port = free_port()
    command = (
        mailroom(), "rules", "preview", folder / "rules.yaml",
        "--port", str(port),
    )  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        try:
            assert first.stdout is not None
            assert f"http://127.0.0.1:{port}" in first.stdout.readline()
            until_listening(port)
            assert "没有发现问题" in Visitor(port).get("/").text
            second = subprocess.run(command, capture_output=True, text=True, check=False)
            assert second.returncode == ExitCode.CONFIGURATION
            assert "用 --port 换一个端口" in second.stderr
        finally:
            first.send_signal(signal.SIGINT)
        assert first.wait(60) == 0


def until_listening(port: int) -> None:
    """Wait for a server that is about to come up."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
