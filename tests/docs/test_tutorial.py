"""The tutorial's files and commands, taken from its own text and carried out in an empty folder."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.environment import without_office
from tests.warm.command import mailroom

TUTORIAL = Path(__file__).parents[2] / "docs/tutorial/第二个征集.md"
# seven commands, one of them a whole demo, once for all tests
pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("tutorial")]
CALL = "weigengxin-2025"


@dataclass(frozen=True)
class Step:
    """Something the reader does: a file he writes, or a command with the exit code it promises."""

    name: str  #: of the file; "" for a command
    body: str
    promised: int = 0


_BLOCK = re.compile(
    r"(?:^`([^`\n]+)`:\n\n)?^```(yaml|toml|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL
)


def steps() -> list[Step]:
    """Every file and every command, in the order of the text."""
    found = []
    for name, kind, body in _BLOCK.findall(TUTORIAL.read_text("utf-8")):
        if kind != "sh":
            found.append(Step(name, body))
            continue
        for line in body.splitlines():
            said = re.findall(r"# 退出码 (\d+)", line)
            found.append(Step("", line.partition("  #")[0], int(said[-1]) if said else 0))
    return found


def commands() -> list[str]:
    return [step.body for step in steps() if not step.name]


def follow(step: Step, folder: Path) -> None:
    """Carry out one step. AssertionError when it does not do what the text says."""
    if step.name:
        (folder / step.name).parent.mkdir(parents=True, exist_ok=True)
        (folder / step.name).write_text(step.body, "utf-8")
        return
    done = run(step.body, folder)
    assert done.returncode == step.promised, (step.body, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exercise as its reader has it at the end: nothing is there but what the text has him
    write and what its commands make.
    """
    path = tmp_path_factory.mktemp("练习")
    for step in steps():
        follow(step, path)
    return path


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = without_office()
    words = shlex.split(line)
    assert words[0] == "mailroom"
    return subprocess.run(
        [mailroom(), *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_its_steps_can_be_followed_from_an_empty_folder_in_their_order(folder: Path) -> None:
    """Every file is written, and every command run, where it stands in the text."""
    assert [step.name for step in steps() if step.name] == [
        "mailroom.toml", f"calls/{CALL}/call.yaml", f"calls/{CALL}/rules.yaml", "wrong.yaml",
        f"calls/{CALL}/examples.yaml",
    ]  # fmt: skip
    assert len(commands()) == 7
    assert (folder / "demo-output").is_dir()


@pytest.mark.slow
def test_the_mistake_is_told_in_the_words_the_tutorial_shows(folder: Path) -> None:
    """File, line, column and what is wrong."""
    [shown] = re.findall(r"(?ms)^```text\n(.*?)\n```", TUTORIAL.read_text("utf-8"))
    assert shown in run("mailroom --config mailroom.toml rules check wrong.yaml", folder).stdout


@pytest.mark.slow
def test_its_examples_notice_nearly_every_change_of_its_rules(folder: Path) -> None:
    """What a reader copies guards its rules."""
    said = run("mailroom --config mailroom.toml rules test --mutants --json", folder).stdout
    mutants = json.loads(said)["mutants"]
    assert mutants["noticed"] / mutants["total"] >= 0.95, mutants["unnoticed"]


@pytest.mark.slow
def test_the_mail_of_the_dry_run_is_accepted(folder: Path) -> None:
    """The tutorial's short call reads and judges a whole application."""
    line = next(line for line in commands() if "message inspect" in line)
    done = run(line + " --json", folder)
    assert '"verdict": "accepted"' in done.stdout, done.stdout


@pytest.mark.slow
def test_the_demo_of_the_call_answers_its_mails(folder: Path) -> None:
    """On the program's own servers, from the mails' dates to the digest after the deadline; nobody
    wrote code for it.
    """
    line = next(line for line in commands() if "demo" in line)
    rows = json.loads(run(line + " --dir answers --json", folder).stdout)

    assert [(row["file"], row["letter"], row["expected"]) for row in rows] == [
        ("1.eml", "accepted", None), ("2.eml", "rejected", None),
    ]  # fmt: skip
    letters = [
        path.read_text(
            "utf-8",
        )
        for path in sorted((folder / "answers/letters").glob("*.txt"))
    ]
    assert any("荷塘社区" in letter for letter in letters)
    assert list((folder / "answers/digests").glob("*.2025-04-01*.html"))
