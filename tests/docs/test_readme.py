"""What the README and the other documents say is what the program does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from ingest.cli.application import app
from ingest.exitcodes import ExitCode

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def commands(command: Any, path: str) -> Iterator[str]:
    """Every command that does something, as it is typed; typer's own copy of click has no public
    types.
    """
    children = getattr(command, "commands", None)
    if children is None:
        yield path
        return
    for name, child in children.items():
        yield from commands(child, f"{path} {name}")


def all_commands() -> set[str]:
    return set(commands(typer.main.get_command(app), "mailroom"))


def test_the_table_of_commands_is_complete_and_holds_nothing_else() -> None:
    """A command that is not described does not exist for its users, and the other way round."""
    table = README[README.index("<!-- commands -->") : README.index("<!-- /commands -->")]

    assert set(re.findall(r"\| `(mailroom [a-z -]+)` \|", table)) == all_commands()


def test_every_command_named_in_a_document_exists() -> None:
    """Examples in running text too; words after the command are its arguments."""
    known = all_commands()
    groups = {" ".join(command.split()[:2]) for command in known}
    named = {
        match[0].strip()
        for path in DOCUMENTS
        for match in re.finditer(
            r"(?<=`)mailroom( [a-z]+(?:-[a-z]+)*){1,2}", path.read_text("utf-8")
        )
    }

    assert named
    assert {
        name
        for name in named
        if name not in known | groups
        and " ".join(
            name.split()[:2],
        )
        not in known
    } == set()


def test_every_command_named_in_a_hint_or_comment_exists() -> None:
    """A hint that sends an administrator to a command that is not there is worse than none."""
    folders = ("ingest", "notifier", "rules", "config", "systemd", "scripts")
    files = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix
        not in {
            ".pyc",
            ".docx",
            ".onnx",
        }
    ]
    known = all_commands()
    groups = {command.split()[1] for command in known}
    named = {
        (path.name, match[1], match[2])
        for path in files
        if path.is_file()
        for match in re.finditer(
            r"(?<![\w/-])mailroom ([a-z]+)(?: ([a-z]+(?:-[a-z]+)*))?",
            path.read_text("utf-8"),
        )
        if re.search(
            r"[\u4e00-\u9fff`]",
            path.read_text("utf-8")[match.start() - 12 : match.end() + 12],
        )
    }

    assert len(named) > 20
    assert {name for name in named if name[1] not in groups} == set()
    with_subcommands = {command.split()[1] for command in known if len(command.split()) == 3}
    wrong = {
        n
        for n in named
        if n[1] in with_subcommands and n[2] and f"mailroom {n[1]} {n[2]}" not in known
    }
    assert wrong == set()


@pytest.mark.parametrize("code", list(ExitCode))
def test_every_exit_code_is_explained(code: ExitCode) -> None:
    """The table of exit codes has a cell for it."""
    assert re.search(rf"\| {code.value} \| \S", README)


def test_every_make_target_named_in_the_readme_exists() -> None:
    """And is listed by `make help`."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):.*## ", makefile))

    assert set(re.findall(r"(?m)`make ([a-z-]+)`|^make ([a-z-]+) ", README))
    assert {
        name
        for pair in re.findall(
            r"`make ([a-z-]+)`|(?m:^make ([a-z-]+) )",
            README,
        )
        for name in pair
        if name
    } <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_of_ours_leads_somewhere(path: Path) -> None:
    """Relative links and pictures."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []
