"""The tutorial's files and commands, taken from its own text and carried out in an empty folder."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from samples.make_forms import main as make_forms
from tests.acceptance.grants import DOUBTED, GOOD, mail_of

TUTORIAL = Path(__file__).parents[2] / "docs/tutorial/第二个征集.md"
COMMAND = Path(sys.executable).parent / "mailroom"
CALL = "weigengxin-2025"


def files() -> dict[str, str]:
    """Every block under a file's name."""
    text = TUTORIAL.read_text("utf-8")
    return dict(re.findall(r"(?m)^`([^`\n]+)`:\n\n```(?:yaml|toml)\n(.*?)```", text, re.DOTALL))


def commands() -> list[tuple[str, int]]:
    """Every line of a shell block with the exit code the text promises."""
    blocks = re.findall(r"(?ms)^```sh\n(.*?)```", TUTORIAL.read_text("utf-8"))
    lines = [line for block in blocks for line in block.splitlines()]
    return [(line.partition("  #")[0], int(promised[-1]) if (promised := re.findall(r"# 退出码 (\d+)", line)) else 0)
            for line in lines]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exercise as its reader has it at the end."""
    path = tmp_path_factory.mktemp("练习")
    for name, body in files().items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(body, "utf-8")
    make_forms(["--call", str(path / "calls" / CALL)])
    (path / "试发.eml").write_bytes(mail_of(GOOD))
    (path / "试发").mkdir()
    for number, project in enumerate((GOOD, DOUBTED), 1):
        (path / "试发" / f"{number}.eml").write_bytes(mail_of(project))
    return path


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(
            "MAILROOM_",
        )
    }
    words = shlex.split(line)
    assert words[0] == "mailroom"
    return subprocess.run(
        [str(COMMAND), *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_every_command_of_the_tutorial_does_what_it_says(folder: Path) -> None:
    """In its order, with the exit code it promises."""
    assert len(commands()) == 6
    for line, promised in commands():
        done = run(line, folder)
        assert done.returncode == promised, (line, done.stdout, done.stderr)


@pytest.mark.slow
def test_the_mistake_is_told_in_the_words_the_tutorial_shows(folder: Path) -> None:
    """File, line, column and what is wrong."""
    [shown] = re.findall(r"(?ms)^```text\n(.*?)\n```", TUTORIAL.read_text("utf-8"))
    assert shown in run("mailroom --config mailroom.toml rules check wrong.yaml", folder).stdout


@pytest.mark.slow
def test_the_mail_of_the_dry_run_is_accepted(folder: Path) -> None:
    """The tutorial's short call reads and judges a whole application."""
    line = next(line for line, _ in commands() if "message inspect" in line)
    done = run(line + " --json", folder)
    assert '"verdict": "accepted"' in done.stdout, done.stdout


@pytest.mark.slow
def test_the_demo_of_the_call_answers_its_mails(folder: Path) -> None:
    """On the program's own servers, from the mails' dates to the digest after the deadline; nobody
    wrote code for it.
    """
    line = next(line for line, _ in commands() if "demo" in line)
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
