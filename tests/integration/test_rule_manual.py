"""The handbook as a page and as a Word file: complete, escaped, readable by their own readers."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from lxml import html

from ingest.calls import default_config, open_call
from ingest.cli import run
from ingest.rulefiles.checking import call_manual
from ingest.rulefiles.manual_docx import manual_docx
from ingest.rulefiles.manual_html import manual_html
from rules.authoring.manual import Manual

MADE = datetime(2024, 8, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def manual() -> Manual:
    folder = open_call(default_config() / "calls", "smart-education-2024")
    return call_manual(folder, folder.rules_path, folder.rules_source)


def test_the_page_holds_every_rule_with_its_clause_and_examples(manual: Manual) -> None:
    """Each in a row of its own that can be linked to."""
    page = html.fromstring(manual_html(manual))
    rows = {row.get("id"): row.text_content() for row in page.xpath("//tr[@id]")}

    for section in manual.sections:
        for entry in section.entries:
            assert entry.clause in rows[entry.id]
            assert entry.message in rows[entry.id]
            assert all(one.name in rows[entry.id] for one in entry.examples)
    assert len(rows) == manual.count


def test_the_page_needs_nothing_from_outside(manual: Manual) -> None:
    """It is mailed around and printed."""
    page = html.fromstring(manual_html(manual))

    assert page.xpath("//script | //img | //link | //iframe | //@onclick") == []
    assert all(link.startswith("#") for link in page.xpath("//@href | //@src"))


def test_what_an_administrator_wrote_is_text_not_markup(manual: Manual) -> None:
    """Also in a title."""
    page = manual_html(replace(manual, title="<script>alert(1)</script>", notice='"><b>'))

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_word_file_holds_every_rule(manual: Manual) -> None:
    """Read back with its own library; the header row repeats, a nought does not break it."""
    spoilt = replace(manual, title="甲\x00乙\ud800")
    document = docx.Document(io.BytesIO(manual_docx(spoilt, MADE)))
    text = "\n".join(
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    )

    for section in manual.sections:
        for entry in section.entries:
            assert f"{entry.id}　{entry.title}" in text
            assert entry.clause in text
    assert "甲乙" in document.paragraphs[1].text
    assert document.core_properties.author == "兵团教育局"


def test_the_word_file_prints_well(manual: Manual) -> None:
    """The header of a table stands on every page, and no rule is broken over two."""
    document = docx.Document(io.BytesIO(manual_docx(manual, MADE)))

    for table in document.tables:
        first, *rows = (row._tr.trPr.xml for row in table.rows)
        assert "w:tblHeader" in first
        assert rows
        assert all("w:cantSplit" in row for row in rows)


def test_the_deadline_is_shown_as_notices_write_it(manual: Manual) -> None:
    """24:00 of the last day, everywhere in the handbook."""
    page = manual_html(manual)

    assert "2024-08-31 24:00" in page
    assert "2024-09-01 00:00" not in page


@pytest.mark.parametrize(
    ("name", "start"), [("手册.html", b"<!DOCTYPE html>"), ("手册.docx", b"PK")]
)
def test_the_command_writes_what_the_suffix_says(tmp_path: Path, name: str, start: bytes) -> None:
    """Atomically, and nothing else."""
    out = tmp_path / name

    assert run(["rules", "manual", "--out", str(out), "--call", "smart-education-2024"]) == 0
    assert out.read_bytes().lstrip().startswith(start)
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_another_suffix_is_a_mistake_of_use(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """PDF is made by printing."""
    assert (
        run(
            ["rules", "manual", "--out", str(tmp_path / "x.pdf"), "--call", "smart-education-2024"],
        )
        == 64
    )
    assert ".docx" in capsys.readouterr().err
