"""Of which files the picture is read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ingest.document.reader import read_document
from ingest.message.screening import Screening, ScreeningKind
from ingest.reading import Document, Envelope, Kind, Reading, ScanLine
from ingest.sandbox.mail import scans_to_read
from rules.call import Call
from rules.facts import Fact, Provenance
from tests.seals.files import with_ocr_layer


def reading(*documents: Document) -> Reading:
    """A mail with these."""
    person = Screening(kind=ScreeningKind.PERSON, reply=True, reason="")
    return Reading(
        envelope=Envelope(message_id="<1@x>"), screening=person, text="", documents=documents
    )


def test_a_text_layer_under_the_picture_speaks_for_nothing(call: Call) -> None:
    """Nobody sees it: the picture is read as if it had none."""
    page = np.full((1169, 827, 3), 235, np.uint8)
    data = with_ocr_layer(page, (210.0, 297.0), 80)
    scan = read_document("2", "附件2扫描件.pdf", Kind.PDF, data, call).document

    assert scan is not None
    assert (scan.is_scan.value, scan.lines, scan.pages_read) == (True, (), ())
    assert [task.sha256 for task in scans_to_read(reading(scan))] == [scan.sha256]


@pytest.mark.parametrize(
    "told",
    [
        {"is_scan": Fact.known(False, Provenance(method="t"))},
        {"pages_read": (1,), "lines": (ScanLine(page=1, row=1, text="甲", confidence=1.0),)},
    ],
    ids=["exported", "an OFD"],
)
def test_what_has_its_text_in_itself_is_not_read_again(
    scan: Callable[..., Document], told: dict[str, object]
) -> None:
    """An exported PDF and an OFD show what they say."""
    assert len(scans_to_read(reading(scan()))) == 1
    assert scans_to_read(reading(scan().model_copy(update=told))) == ()
