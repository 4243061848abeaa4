"""The print on real (invented) scans: read in the OCR worker with the shipped models, without a
network.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.comparison.pageorder import page_order
from ingest.comparison.pairing import Likeness, compare
from ingest.comparison.printed import Print
from ingest.reading import Reading
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.knownprint import KnownPrint
from ingest.sandbox.mail import (
    read_file_in_worker,
    read_or_degrade,
    scans_to_read,
)
from rules.call import Call, Rendition
from rules.callfile import load_call

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "config/calls/smart-education-2024"
COMPLETE = ROOT / "samples/mails/01-zone-complete.eml"
ONE_PAGE = ROOT / "samples/mails/10-supplement-as-reply.eml"


@pytest.fixture(scope="module")
def call() -> Call:
    return load_call("smart-education-2024", (FOLDER / "call.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reading(call: Call) -> Reading:
    """The complete sample, its scans read."""
    return read_or_degrade(COMPLETE, call, ReadingContext(ocr_seconds=100))


@pytest.mark.slow
@pytest.mark.xdist_group("print of one sample")
def test_scans_are_read_as_far_as_needed_and_agree_with_their_words(
    reading: Reading,
    call: Call,
) -> None:
    """The form needs its cover and the table page, the summary one page; every number is found."""
    words = {each.form: each for each in reading.documents if each.rendition is Rendition.EDITABLE}
    scans = {
        each.form: each for each in reading.documents if each.rendition is Rendition.STAMPED_SCAN
    }
    assert (scans["附件1"].pages_read, scans["附件3"].pages_read) == ((1, 2), (1,))
    assert all(each.title_png for each in scans.values())
    for form in ("附件1", "附件3"):
        page = Print(scans[form].lines)
        found = compare(words[form], page, call)
        assert (found.outcome, found.numbers_agree) == (Likeness.SAME, True)
        assert found.passages == ()
        assert page_order(words[form], scans[form], page, call).reason == ""
        assert found.score is not None
        assert found.score > 0.9


@pytest.mark.slow
@pytest.mark.xdist_group("print of one sample")
def test_the_ring_of_a_clear_seal_is_read(reading: Reading) -> None:
    """The bureau's name stands in it."""
    writings = [seal.writing for each in reading.documents if each.seal for seal in each.seal.seals]
    assert any("第三师" in writing and "教育局" in writing for writing in writings)


def test_without_time_for_it_no_scan_is_read(call: Call) -> None:
    """``ocr = false``: everything else as before."""
    plain = read_or_degrade(COMPLETE, call, ReadingContext())
    assert all(not each.lines and not each.pages_read for each in plain.documents)
    assert plain.notes == ()


@pytest.mark.slow
@pytest.mark.xdist_group("print of one sample")
def test_a_scan_that_comes_again_is_not_read_again(tmp_path: Path, call: Call) -> None:
    """The second mail has the same file beside other words; an entry that was altered shows whence
    its text comes.
    """
    context, prints = ReadingContext(ocr_seconds=100), KnownPrint(tmp_path / "print")
    first = read_or_degrade(ONE_PAGE, call, context, prints=prints)
    again = tmp_path / "again.eml"
    again.write_bytes(ONE_PAGE.read_bytes().replace(b"Message-ID: <", b"Message-ID: <again-", 1))
    second = read_or_degrade(again, call, context, prints=prints)

    assert second.documents == first.documents
    tasks = scans_to_read(read_file_in_worker(again, call, context))
    known = prints.of_mail(again)
    [text] = known.known(tasks, call)
    assert text.lines
    known.keep(tasks, [text.model_copy(update={"lines": text.lines[:1]})], call)
    third = read_or_degrade(again, call, context, prints=prints)
    assert [each.lines for each in third.documents if each.pages_read] == [text.lines[:1]]
