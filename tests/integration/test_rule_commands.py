"""``mailroom rules``: what it prints, as text and as JSON, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingest.cli import run

RULES = Path(__file__).parents[2] / "config/calls/smart-education-2024/rules.yaml"
CALL = ["--call", "smart-education-2024"]


@pytest.fixture
def changed(tmp_path: Path) -> Any:
    """The shipped rules with some words exchanged, as a file."""

    def change(old: str, new: str) -> str:
        text = RULES.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "rules.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return str(path)

    return change


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run(["rules", *arguments, *CALL])
    return code, capsys.readouterr().out


def test_good_rules_have_nothing_but_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    """What was not looked at is said in one line."""
    code, text = said(capsys, "check", "--strict")

    assert (code, "没有发现问题" in text, text.count("未检查")) == (0, True, 1)


HEAVY = {"structlog", "rich", "jinja2", "segno", "sqlalchemy", "numpy", "PIL", "docx"}


def test_checking_loads_nothing_but_what_rules_need() -> None:
    """It is asked after every edit and must answer at once."""
    ask = "import sys; from ingest.cli import run; run(sys.argv[1:]); print(*sys.modules)"
    command = [sys.executable, "-c", ask, "rules", "check", *CALL]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert "rules.authoring.lint" in loaded
    assert HEAVY.intersection(loaded) == set()


def test_a_rule_file_is_read_with_the_words_of_the_call_it_lies_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nobody has to name a call beside the path of its own file."""
    other = RULES.parents[1] / "community-grants-2025" / "rules.yaml"

    assert run(["rules", "check", str(other)]) == 0
    assert "没有发现问题" in capsys.readouterr().out
    assert run(["rules", "check", str(other), *CALL]) == 1


def test_an_error_fails_and_a_warning_only_when_asked_to(
    capsys: pytest.CaptureFixture[str],
    changed: Any,
) -> None:
    """--strict is for a check before putting rules in force."""
    wrong = changed("    不满足: 不予受理", "    不满足: 拒绝")
    assert said(capsys, "check", wrong)[0] == 1
    dull = changed("申报书.核心维度项数 少于 4", "申报书.核心维度项数 少于 5")

    code, text = said(capsys, "check", dull)
    assert (code, "W202" in text, "1 处警告" in text) == (0, True, True)
    assert said(capsys, "check", "--strict", dull)[0] == 1


def test_the_report_as_json_tells_severities_apart(
    capsys: pytest.CaptureFixture[str],
    changed: Any,
) -> None:
    """One document, nothing else."""
    code, text = said(
        capsys,
        "check",
        "--json",
        changed("申报书.核心维度项数 少于 4", "申报书.核心维度项数 少于 5"),
    )
    found = json.loads(text)

    assert code == 0
    assert {one["severity"] for one in found} == {"warning", "note"}
    assert {"path", "line", "column", "code", "message", "hint"} <= found[0].keys()


def test_mutants_are_not_tried_on_examples_that_fail(
    capsys: pytest.CaptureFixture[str],
    changed: Any,
) -> None:
    """First the examples must hold."""
    code, text = said(capsys, "test", "--mutants", changed("值: 98%", "值: 99%"))

    assert code == 1
    assert "不符" in text
    assert "样例发现" not in text


def test_the_schema_is_printed_or_written(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """With the words of the call and of the file."""
    code, text = said(capsys, "schema")
    out = tmp_path / "rules.authoring.schema.json"

    assert (code, "公示天数" in text) == (0, True)
    assert said(capsys, "schema", "--out", str(out))[0] == 0
    assert json.loads(out.read_text(encoding="utf-8")) == json.loads(text)
    assert said(capsys, "schema", "--out", str(out / "x"))[0] == 73


def test_a_broken_file_still_gets_a_schema(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """That is when help is wanted."""
    (tmp_path / "rules.yaml").write_text("规则: [", encoding="utf-8")
    code, text = said(capsys, "schema", str(tmp_path / "rules.yaml"))

    assert (code, "教师账号开通率" in text) == (0, True)


def test_fmt_tidies_a_file_in_place_and_only_when_needed(
    capsys: pytest.CaptureFixture[str],
    changed: Any,
) -> None:
    """--check tells by its exit code."""
    path = changed("    名称: 有申报书", "    名称:    有申报书   ")
    before = Path(path).read_text(encoding="utf-8")

    assert said(capsys, "fmt", "--check", path)[0] == 1
    assert Path(path).read_text(encoding="utf-8") == before
    assert said(capsys, "fmt", path)[0] == 0
    assert Path(path).read_text(encoding="utf-8") == RULES.read_text(encoding="utf-8")
    assert said(capsys, "fmt", "--check", path)[0] == 0
    assert [one.name for one in Path(path).parent.iterdir()] == ["rules.yaml"]


def test_the_compiled_rule_is_what_the_engine_gets(capsys: pytest.CaptureFixture[str]) -> None:
    """Two strengths for every way to violate the rule."""
    code, text = said(capsys, "compiled", "Z02")

    assert code == 0
    assert set(json.loads(text)) == {
        f"Z02#{n}.0#{strength}" for n in (0, 1) for strength in ("真", "可能")
    }


def test_a_rule_that_does_not_exist_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    """With the rules that do."""
    assert run(["rules", "compiled", "没有", *CALL]) == 65
    assert "Z02" in capsys.readouterr().err
