"""Rule files as editors, copies and network drives leave them: cut off, in another encoding, with
other line ends, renamed at the very moment they are read. What was in force stays in force.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.calls import default_config
from ingest.judging.judge import Judge
from ingest.rulefiles.candidates import RuleTexts, read_texts, signature
from ingest.steps import rules as step
from tests.integration.house import House

CALL = "research-projects-2025"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a shipped call, examples and all."""
    return Path(shutil.copytree(default_config() / "calls" / CALL, tmp_path / "calls" / CALL))


@pytest.fixture
def office(open_one: Callable[..., House], folder: Path) -> House:
    """An office that serves it, its rules in force."""
    house = open_one(calls_={"directory": folder.parent, "active": [CALL]})
    house.settle_rules()
    assert isinstance(house.app.rules.judge, Judge)
    return house


def mended(office: House, path: Path, whole: bytes) -> bool:
    """Whether all is well again once the whole file is there."""
    path.write_bytes(whole)
    office.look_at_rules(closely=True)
    return not office.app.rules.trouble


@pytest.mark.parametrize("name", ["rules.yaml", "call.yaml", "examples.yaml"])
@pytest.mark.parametrize("part", ["nothing", "half a line", "half a character", "whole entries"])
def test_a_file_saved_by_half_changes_nothing(
    office: House, folder: Path, name: str, part: str
) -> None:
    """Even where the half is a good file by itself, its examples or the call tell."""
    path, before = folder / name, office.app.rules.judge
    whole = path.read_bytes()
    path.write_bytes(half_of(whole, part))

    assert not office.look_at_rules()
    assert office.app.rules.judge is before
    assert name in office.app.rules.trouble or "examples.yaml" in office.app.rules.trouble
    assert mended(office, path, whole)
    assert office.app.rules.judge is before


def half_of(whole: bytes, part: str) -> bytes:
    """A file's first half, ended as it may happen to end."""
    near = len(whole) // 2
    entry = whole.rindex(b"\n  - ", 0, near)
    letter = next(at for at in range(near, len(whole)) if whole[at] & 0xC0 == 0x80)
    return {
        "nothing": b"",
        "half a line": whole[: whole.index(b":", entry + 8) - 1],
        "half a character": whole[:letter],
        "whole entries": whole[: entry + 1],
    }[part]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
@pytest.mark.parametrize("name", ["rules.yaml", "call.yaml", "examples.yaml"])
def test_another_encoding_changes_nothing(
    office: House, folder: Path, name: str, encoding: str
) -> None:
    path, before = folder / name, office.app.rules.judge
    whole = path.read_bytes()
    path.write_bytes(whole.decode().encode(encoding))

    assert not office.look_at_rules()
    assert office.app.rules.judge is before
    assert f"{name}:1:1: 不是 UTF-8 编码" in office.app.rules.trouble
    assert mended(office, path, whole)


def test_a_byte_order_mark_and_other_line_ends_are_the_same_rules(
    office: House, folder: Path
) -> None:
    """An editor of another system saved all three files: nothing to refuse, nothing new."""
    before = office.app.rules.judge
    for name in ("rules.yaml", "call.yaml", "examples.yaml"):
        text = (folder / name).read_bytes().replace(b"\n", b"\r\n")
        (folder / name).write_bytes(b"\xef\xbb\xbf" + text)

    assert not office.look_at_rules()
    assert not office.app.rules.trouble
    assert office.app.rules.judge is before


@pytest.mark.parametrize("name", ["rules.yaml", "call.yaml", "."], ids=["rules", "call", "folder"])
def test_what_is_renamed_while_it_is_read_changes_nothing(
    office: House, folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor moves the old file away before the new one is there, just between look and read."""
    path, before = (folder / name).resolve(), office.app.rules.judge
    aside = folder.parent / "aside"
    (folder / "rules.yaml").write_bytes((folder / "rules.yaml").read_bytes() + b"\n")

    def read_too_late(path_of_call: Path) -> RuleTexts:
        path.rename(aside)
        return read_texts(path_of_call)

    with monkeypatch.context() as patch:
        patch.setattr(step, "read_texts", read_too_late)
        assert not office.look_at_rules()
    assert office.app.rules.judge is before
    assert str(folder) in office.app.rules.trouble

    aside.rename(path)
    office.look_at_rules()
    assert not office.app.rules.trouble
    assert isinstance(office.app.rules.judge, Judge)


def test_a_folder_that_is_renamed_while_it_is_listed_is_left_to_the_next_look(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def gone(path: Any) -> Any:
        if Path(path).name == "forms":
            raise FileNotFoundError(path)
        return scandir(path)

    whole = signature(folder)
    monkeypatch.setattr(os, "scandir", gone)
    assert {name for name, *_ in whole} > {name for name, *_ in signature(folder)}
