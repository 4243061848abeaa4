"""The reader against filled forms in every shape the generator knows: nothing wrong, almost nothing
unknown.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.calls import default_config, open_call
from ingest.document.editable.libreoffice import program
from rules.call import Call
from tests.extraction.filled import filled_forms, old_formats, summaries
from tests.extraction.scoring import Score, score

KEPT = Path(__file__).with_name("files")


@pytest.fixture(scope="module")
def call() -> Call:
    """The call that ships."""
    return open_call(default_config() / "calls", "smart-education-2024").call


def agreed(result: Score) -> None:
    """Never a wrong value: that could refuse somebody. Unknown costs a look of the staff, so it
    must be rare.
    """
    assert result.count.total() > 300
    assert result.count["wrong"] == 0, "\n".join(result.misses)
    assert result.share("unknown") < 0.03, "\n".join(result.misses)


def test_forms_of_every_layout_are_read_right(call: Call) -> None:
    """Tables, lines, boxes, controls, tracked changes, labels and values as people write them."""
    forms = filled_forms(call)

    assert len(forms) >= 60
    agreed(score(forms, call))


def test_summary_tables_are_read_right_from_word_workbooks_and_csv(call: Call) -> None:
    """Columns in any order; the total is no applicant."""
    tables = summaries(call)

    assert {each.extension for each in tables} >= {"docx", "xlsx", "csv"}
    agreed(score(tables, call))


def test_old_word_files_that_were_kept_are_read_right(call: Call) -> None:
    """Three of the forms as .doc, for machines without LibreOffice: merged cells, symbols, deleted
    text.
    """
    forms = {form.name: form for form in filled_forms(call)}
    kept = [
        replace(
            forms[path.stem],
            extension="doc",
            data=path.read_bytes(),
        )
        for path in sorted(KEPT.glob("*.doc"))
    ]

    assert len(kept) == 3
    result = score(kept, call)
    assert result.count == {"right": 54}, "\n".join(result.misses)


@pytest.mark.slow
def test_old_word_and_rich_text_are_read_as_right_as_docx(call: Call) -> None:
    """The same forms as LibreOffice saves them, read by our own readers."""
    if program() is None:
        pytest.skip("LibreOffice is not installed (Debian package libreoffice-writer-nogui)")
    forms = old_formats(call)

    assert {each.extension for each in forms} == {"doc", "rtf"}
    agreed(score(forms, call))
