"""What was typed into a PDF's fields stands where it was typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from ingest.document.paged.formfields import field_glyphs
from ingest.document.paged.pdf import BrokenPdfError, EncryptedPdfError, PdfLimitError, read_pdf
from tests.cases.fillable import fillable
from tests.strange import RUNS, changes


def shown(**field: object) -> str:
    widget = {"Subtype": "Widget", "Rect": [0, 0, 100, 12], **field}
    glyphs = field_glyphs([widget], (0, 0), lambda value: value, lambda text: text.decode())
    return "".join(glyph.text for glyph in glyphs)


def test_text_choices_and_buttons_are_shown() -> None:
    """As a viewer shows them; a button that only does something shows nothing."""
    assert shown(FT="Tx", V="麦玉清".encode()) == "麦玉清"
    assert shown(FT="Ch", V=["甲".encode(), "乙".encode()]) == "甲、乙"
    assert shown(FT="Btn", AS="Yes") == "☑"
    assert shown(FT="Btn", AS="Off") == shown(FT="Btn") == "☐"
    assert shown(FT="Btn", Ff=1 << 16) == shown(FT="Sig", V=b"x") == ""


def test_what_its_parents_say_counts_and_what_is_hidden_does_not() -> None:
    """Inheritable keys; flags of the annotation."""
    assert shown(Parent={"FT": "Tx", "Parent": {"V": b"x"}}) == "x"
    assert shown(FT="Tx", V=b"x", F=2) == ""


@pytest.mark.parametrize(
    "annotations",
    [
        None,
        5,
        [None],
        [{}],
        [{"Subtype": "Widget"}],
        [{"Subtype": "Widget", "Rect": [0, 0, "a", 1]}],
    ],
)
def test_what_is_no_field_is_passed_over(annotations: object) -> None:
    """Whatever stands there."""
    assert list(field_glyphs(annotations, (0, 0), lambda value: value, bytes.decode)) == []


def test_a_parent_that_is_its_own_parent_ends() -> None:
    """Eight levels are enough."""
    loop: dict[str, object] = {}
    loop["Parent"] = loop

    assert shown(FT="Tx", Parent=loop) == ""


@settings(max_examples=RUNS, suppress_health_check=list(HealthCheck))
@given(change=changes())
def test_a_changed_form_is_read_or_told(change: Callable[[bytes], bytes]) -> None:
    """By the exceptions of every PDF."""
    try:
        read_pdf(change(fillable(parents=True)))
    except (BrokenPdfError, EncryptedPdfError, PdfLimitError):
        return
