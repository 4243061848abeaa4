"""The door of the command line: where ``--config`` may stand, exit codes, one message and never a
traceback.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.calls import default_config
from ingest.cli import application, config_first, run
from ingest.cli.showing import show_documents
from ingest.errors import (
    ConfigError,
    InputError,
    LoginRefusedError,
    MailroomError,
    StorageError,
    TemporaryError,
    UnavailableError,
    UsageError,
)
from ingest.views.records import DocumentRecord
from tests.nowhere import configuration
from tests.ready_schema import lay_schema

Capture = pytest.CaptureFixture[str]
RULES = default_config() / "calls/smart-education-2024/rules.yaml"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAILROOM_CONFIG", "MAILROOM_DEBUG", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose store is empty and whose servers are nowhere."""
    path = configuration(tmp_path)
    lay_schema(tmp_path / "mailroom.db")
    return path


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["run", "--once"], ["run", "--once"]),
        (["status", "--config", "m.toml", "--json"], ["--config", "m.toml", "status", "--json"]),
        (["status", "--config=m.toml"], ["--config", "m.toml", "status"]),
        (["--config", "a", "status", "--config", "b"], ["--config", "b", "status"]),
        (["status", "--config"], ["--config", "", "status"]),
        (["message", "inspect", "--", "--config"], ["message", "inspect", "--", "--config"]),
        ([], []),
    ],
    ids=lambda value: " ".join(value) or "nothing",
)
def test_the_configuration_may_be_named_anywhere(given: list[str], expected: list[str]) -> None:
    """The last one counts; after ``--`` nothing is an option."""
    assert config_first(given) == expected


@pytest.mark.parametrize(
    "arguments",
    [["fly"], ["status", "--nonsense"], ["outbox", "hold"], ["outbox", "hold", "x"]],
)
def test_a_wrong_command_line_is_64_with_a_hint(arguments: list[str], capsys: Capture) -> None:
    """On standard error."""
    assert run(arguments) == 64
    captured = capsys.readouterr()
    assert "mailroom --help" in captured.err
    assert captured.out == ""


def test_a_command_that_needs_an_office_says_how_to_name_one(capsys: Capture) -> None:
    """Exit 78."""
    assert run(["status"]) == 78
    assert "MAILROOM_CONFIG" in capsys.readouterr().err


def test_the_configuration_may_come_from_the_environment(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """MAILROOM_CONFIG, and MAILROOM_JSON for the form of the answer."""
    monkeypatch.setenv("MAILROOM_CONFIG", str(config))
    monkeypatch.setenv("MAILROOM_JSON", "1")
    assert run(["status"]) == 1  # nobody has looked into the mailbox yet
    assert json.loads(capsys.readouterr().out)["messages"]["stored"] == 0


@pytest.mark.parametrize("command", [["message", "list"], ["case", "list"], ["outbox", "list"]])
def test_lists_of_an_empty_store_are_empty(
    command: list[str],
    config: Path,
    capsys: Capture,
) -> None:
    """JSON alone on standard output; a table has its heading."""
    assert run([*command, "--json", "--config", str(config)]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run([*command, "--config", str(config)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize(
    "command",
    [
        ["message", "show", "7"],
        ["case", "show", "Q24-0001-S"],
        ["case", "explain", "nonsense"],
        ["outbox", "retry", "7"],
        ["outbox", "list", "--state", "lost"],
        ["case", "list", "--decision", "lost"],
    ],
)
def test_what_does_not_exist_is_a_usage_error(
    command: list[str],
    config: Path,
    capsys: Capture,
) -> None:
    """Exit 64, with the command that lists what there is."""
    assert run([*command, "--config", str(config)]) == 64
    assert "提示" in capsys.readouterr().err


def test_rules_are_checked_and_tried_without_an_office(capsys: Capture) -> None:
    """The call that ships is fine: exit 0."""
    assert run(["rules", "check", "--json"]) == 0
    assert "error" not in {
        problem.get(
            "severity",
            "error",
        )
        for problem in json.loads(capsys.readouterr().out)
    }
    assert run(["rules", "test", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["examples"] > 0
    assert report["failures"] == []
    assert report["settings_without_example"] == []


def test_a_rule_made_silent_that_no_example_meets_is_named(tmp_path: Path, capsys: Capture) -> None:
    """With its place and what to do; it is no failure."""
    path = tmp_path / "rules.yaml"
    text = RULES.read_text(encoding="utf-8")
    at = text.index("    不满足: 退回补正\n    告知")
    path.write_text(text[:at] + "    无法判断: 不提示\n" + text[at:], encoding="utf-8")

    assert run(["rules", "test", str(path)]) == 0
    [line] = [one for one in capsys.readouterr().out.splitlines() if "没有样例说明" in one]
    assert line.startswith(f"{path}:")
    assert "“无法判断: 不提示”(不写就是转人工); 加一个碰到它的样例" in line

    assert run(["rules", "test", str(path), "--json"]) == 0
    [one] = json.loads(capsys.readouterr().out)["settings_without_example"]
    assert text.splitlines()[one["line"] - 1].strip() == f"- 编号: {one['rule']}"


def test_findings_in_a_rule_file_are_exit_one(tmp_path: Path, capsys: Capture) -> None:
    """With path, line and column, also as JSON."""
    path = tmp_path / "rules.yaml"
    path.write_text(RULES.read_text(encoding="utf-8") + "\n无此节: 1\n", encoding="utf-8")
    assert run(["rules", "check", str(path)]) == 1
    assert f"{path}:" in capsys.readouterr().out
    assert run(["rules", "check", str(path), "--json"]) == 1
    problem = json.loads(capsys.readouterr().out)[0]
    assert problem["path"] == str(path)
    assert path.read_text(encoding="utf-8").splitlines()[problem["line"] - 1].startswith("无此节")


@pytest.mark.parametrize(
    "command",
    [["rules", "check"], ["message", "inspect"], ["document", "inspect"]],
)
def test_a_missing_file_is_bad_input(command: list[str], capsys: Capture) -> None:
    """Exit 65, with the path."""
    assert run([*command, "/nowhere/x"]) == 65
    assert "/nowhere/x" in capsys.readouterr().err


def test_a_time_nobody_understands_is_a_usage_error(tmp_path: Path, capsys: Capture) -> None:
    """Exit 64, with an example."""
    (tmp_path / "x.eml").write_bytes(b"Subject: x\n\nx")
    assert run(["message", "inspect", str(tmp_path / "x.eml"), "--received", "gestern"]) == 64
    assert "2024-08-20T09:30:00+08:00" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x", "h"), 64),
        (InputError("x", "h"), 65),
        (UnavailableError("x", "h"), 69),
        (MailroomError("x", "h"), 70),
        (StorageError("x", "h"), 74),
        (TemporaryError("x", "h"), 75),
        (LoginRefusedError("x", "h"), 77),
        (ConfigError("x", "h"), 78),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_error_has_its_exit_code_and_one_message(
    error: MailroomError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Message and hint on standard error, no traceback."""
    assert _run_with(error, monkeypatch) == code
    assert capsys.readouterr().err == "mailroom: x\n    提示: h\n"


def test_a_fault_of_ours_is_70_and_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    """The traceback is for those who ask for it."""
    assert _run_with(ZeroDivisionError("nought"), monkeypatch) == 70
    quiet = capsys.readouterr().err
    assert "ZeroDivisionError: nought" in quiet
    assert "Traceback" not in quiet
    monkeypatch.setenv("MAILROOM_DEBUG", "1")
    assert _run_with(ZeroDivisionError("nought"), monkeypatch) == 70
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupted_command_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """As shells expect."""
    assert _run_with(KeyboardInterrupt(), monkeypatch) == 130


def _run_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    """The code for a command that ends with ``error``."""

    def stumble(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(application, "app", stumble)
    return run(["status"])


def test_nobody_s_plugins_are_looked_for() -> None:
    """Pydantic would load what any package beside us offers it, at the first model."""
    asked = "import ingest.settings; from pydantic.plugin import _loader; print(_loader._plugins)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout == "None\n"


def test_a_table_without_an_applicant_is_shown_without_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No word of Python's stands in its place."""
    show_documents([DocumentRecord(part="1", form="附件4", rendition="editable", applicant=None)])

    assert capsys.readouterr().out.endswith("附件4  可编辑版\n")
