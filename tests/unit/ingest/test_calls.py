"""A call's folder: what is read, and how a mistake in it is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest.calls import (
    default_config,
    open_call,
    read_roots,
    read_text,
    root_files,
    template_texts,
    with_place,
)
from ingest.errors import ConfigError
from rules.errors import Position, RuleFileError

SHIPPED = "smart-education-2024"


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """A directory with a copy of the call that ships."""
    shutil.copytree(default_config() / "calls" / SHIPPED, tmp_path / SHIPPED)
    return tmp_path


def test_a_call_brings_its_rules_examples_and_templates(calls: Path) -> None:
    """Template overrides are found by their relative names; other files are not templates."""
    override = calls / SHIPPED / "templates/accepted"
    override.mkdir(parents=True, exist_ok=True)
    (override / "subject.txt").write_text("您好", encoding="utf-8")
    (override / "notes.md").write_text("x", encoding="utf-8")
    folder = open_call(calls, SHIPPED)
    assert folder.call.id == SHIPPED
    assert folder.rules_path.read_text(encoding="utf-8") == folder.rules_source
    assert folder.examples_source == (calls / SHIPPED / "examples.yaml").read_text(encoding="utf-8")
    assert folder.templates["accepted/subject.txt"] == "您好"
    assert not any(name.endswith(".md") for name in folder.templates)


def test_a_call_may_come_without_examples(calls: Path) -> None:
    """They are for testing, not for working."""
    (calls / SHIPPED / "examples.yaml").unlink()
    assert open_call(calls, SHIPPED).examples_source == ""


def test_an_unknown_call_is_told_with_those_there_are(calls: Path) -> None:
    """And where it was looked for; a folder without call.yaml is none."""
    (calls / "forms").mkdir()
    with pytest.raises(ConfigError) as caught:
        open_call(calls, "smart-2025")
    assert str(calls / "smart-2025") in str(caught.value)
    assert caught.value.hint == f"现有: {SHIPPED}"


def test_a_missing_directory_of_calls_is_told(tmp_path: Path) -> None:
    """With the setting to look at."""
    with pytest.raises(ConfigError, match="directory"):
        open_call(tmp_path / "none", SHIPPED)


@pytest.mark.parametrize("name", ["call.yaml", "rules.yaml"])
def test_a_missing_file_of_a_call_is_named(calls: Path, name: str) -> None:
    """With its full path."""
    (calls / SHIPPED / name).unlink()
    with pytest.raises(ConfigError, match=str(calls / SHIPPED / name)):
        open_call(calls, SHIPPED)


def test_a_mistake_in_the_call_is_told_with_line_column_and_caret(calls: Path) -> None:
    """The file's name comes from here: the rules never know it."""
    path = calls / SHIPPED / "call.yaml"
    text = path.read_text(encoding="utf-8").replace("截止: 2024-08-31 24:00", "截止: 月底")
    path.write_text(text, encoding="utf-8")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if row.startswith("截止"))
    with pytest.raises(ConfigError) as caught:
        open_call(calls, SHIPPED)
    assert f"{path}:{line}:" in str(caught.value)
    assert "^" in str(caught.value)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    """GBK is what old editors write."""
    (tmp_path / "x.yaml").write_bytes("标题".encode("gbk"))
    with pytest.raises(ConfigError, match=r"x\.yaml.*UTF-8|UTF-8"):
        read_text(tmp_path / "x.yaml")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    """Windows editors write one; columns stay right."""
    (tmp_path / "x.yaml").write_text("\ufeff标题: x", encoding="utf-8")
    assert read_text(tmp_path / "x.yaml") == "标题: x"


def test_a_complaint_of_the_rules_gets_the_files_name() -> None:
    """Whatever was loaded."""

    def load(text: str) -> str:
        raise RuleFileError("不认识", Position(2, 1), "改")

    with pytest.raises(ConfigError, match=r"rules\.yaml:2:1"):
        with_place(Path("rules.yaml"), "a\nb\n", load)


def test_the_roots_of_a_call_are_its_pem_files_in_the_order_of_their_names(calls: Path) -> None:
    """Read anew each time; what is no file of that name, or cannot be read, is left out."""
    assert read_roots(calls / SHIPPED) == ()
    roots = calls / SHIPPED / "roots"
    roots.mkdir()
    (roots / "b.pem").write_bytes(b"second")
    (roots / "a.pem").write_bytes(b"first")
    (roots / "说明.txt").write_text("x", encoding="utf-8")
    (roots / "c.pem").mkdir()
    assert root_files(calls / SHIPPED) == (roots / "a.pem", roots / "b.pem", roots / "c.pem")
    assert read_roots(calls / SHIPPED) == (b"first", b"second")


def test_no_template_directory_is_no_override(tmp_path: Path) -> None:
    """Most calls have none."""
    assert template_texts(tmp_path / "templates") == {}


@pytest.mark.parametrize(("encoding", "said"), [("gb18030", "像是 GBK"), ("utf-16", "像是 UTF-16")])
def test_a_file_in_another_encoding_is_told_in_chinese_with_its_line(
    tmp_path: Path, encoding: str, said: str
) -> None:
    """Half of all editors in offices write one of them."""
    (tmp_path / "call.yaml").write_bytes("title: x\n标题: 征集\n".encode(encoding))
    with pytest.raises(ConfigError) as caught:
        read_text(tmp_path / "call.yaml")
    assert said in str(caught.value)
    assert "另存为 UTF-8" in str(caught.value)


def test_line_ends_and_marks_of_other_systems_are_borne(tmp_path: Path) -> None:
    """A byte order mark and CRLF."""
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\rc: 3\n")
    assert read_text(tmp_path / "a.yaml") == "a: 1\nb: 2\nc: 3\n"
