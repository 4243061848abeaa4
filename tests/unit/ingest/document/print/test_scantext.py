"""How far a scan is read: until its labels were seen, to its end when something is amiss, never
without end.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from datetime import datetime
from typing import cast

import numpy as np
import pytest
from PIL import Image

from ingest.document.print.ocr import OcrEngine, PageText, Written
from ingest.document.print.scantask import ScanTask, ScanText
from ingest.document.print.scantext import Deadline, read_scan
from ingest.document.seal.pixels import Pixels
from ingest.reading import Kind, Seal, SealOutcome
from rules.call import Call
from samples.pdf import pictures_pdf
from samples.scan import Picture
from tests.unit.ingest.document.papers import seal_mask, sheet, stamp

TITLE = ["兵团智慧教育示范校申报书"]
# Office programs note local time without a zone.
WRITTEN = datetime(2024, 8, 20, 9, 30)  # noqa: DTZ001


class ScriptedEngine:
    """Answers with the texts of one page after the other and notes how much it was asked for."""

    def __init__(self, *pages: Sequence[str], quarters: int = 0) -> None:
        self.pages = list(pages)
        self.quarters = quarters
        self.asked: list[int | None] = []
        self.strips = 0

    def read_page(self, pixels: Pixels, most: int | None = None) -> PageText:
        texts = self.pages[len(self.asked)]
        self.asked.append(most)
        pieces = [
            Written(
                text,
                0.99,
                (80, 40 * row, 400, 40 * row + 24),
                row,
            )
            for row, text in enumerate(texts, 1)
        ]
        return PageText(tuple(pieces), self.quarters)

    def read_strip(self, pixels: Pixels) -> tuple[str, float]:
        self.strips += 1
        return "", 0.0


def pdf(count: int) -> bytes:
    """A scan of so many grey pages."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((1169, 827, 3), 200, np.uint8)).save(buffer, "JPEG")
    return pictures_pdf(
        [Picture(buffer.getvalue(), (827, 1169), (210.0, 297.0), grey=False)] * count,
        WRITTEN,
    )


def read(
    engine: ScriptedEngine,
    call: Call,
    count: int,
    seconds: float = 60,
    **task: object,
) -> ScanText:
    scan = ScanTask.model_validate({"sha256": "1", "form": "附件2"} | task)
    return read_scan(scan, Kind.PDF, pdf(count), call, cast("OcrEngine", engine), Deadline(seconds))


def labels(call: Call) -> list[str]:
    return [field.labels[0] for field in call.form("附件2").fields]


def test_reading_stops_when_title_and_labels_were_seen(call: Call) -> None:
    """What follows are other papers."""
    engine = ScriptedEngine(TITLE, labels(call), ["证明材料"])
    text = read(engine, call, 3)
    assert (text.pages, text.whole) == ((1, 2), False)


def test_without_its_title_a_scan_is_read_to_its_end(call: Call) -> None:
    """A page may be missing or in a wrong place."""
    text = read(ScriptedEngine(labels(call), ["公示"], ["意见"]), call, 3)
    assert (text.pages, text.whole) == ((1, 2, 3), True)


def test_later_pages_are_only_skimmed_and_not_without_end(call: Call) -> None:
    """Forty pages cost six looks."""
    engine = ScriptedEngine(*[["某页"]] * 40)
    text = read(engine, call, 10)
    assert (text.pages, text.whole) == ((1, 2, 3, 4, 5, 6), False)
    assert engine.asked[:3] == [None] * 3
    assert all(engine.asked[3:])


def test_a_summary_table_is_read_whole(call: Call) -> None:
    """Its rows matter, not its heads."""
    heads = [field.labels[0] for field in call.form("附件4").columns]
    text = read(
        ScriptedEngine(["兵团智慧教育示范校申报汇总表", *heads], ["甲校"]), call, 2, form="附件4"
    )
    assert text.pages == (1, 2)


def test_no_page_is_begun_when_the_time_is_over(call: Call) -> None:
    """What was read by then is kept."""
    assert read(ScriptedEngine(TITLE), call, 1, seconds=0).pages == ()


@pytest.mark.parametrize("quarters", [0, 1])
def test_the_title_is_cut_out_as_evidence(call: Call, quarters: int) -> None:
    """A small picture, of a page on its side too; never the page."""
    text = read(ScriptedEngine(TITLE, quarters=quarters), call, 1)
    with Image.open(io.BytesIO(base64.b64decode(text.title_png))) as picture:
        assert max(picture.size) <= 360
        assert picture.width > 4 * picture.height
    assert not read(ScriptedEngine(["某页"]), call, 1).title_png


COVER_2 = ["兵团智慧教育示范校申报书", "学校名称", "乙团小学"]
TABLE = ["兵团智慧教育示范校申报汇总表", "填报单位（盖章）：甲师教育局"]
END = ["学校意见", "（盖章）"]


def test_a_title_behind_the_form_begins_another_one(call: Call) -> None:
    """Each has its pages, and is read as far as a form alone would be."""
    engine = ScriptedEngine(TITLE, labels(call), END, COVER_2, COVER_2, labels(call), END)
    stack = read(engine, call, 6)

    assert [(form.form, form.pages) for form in stack.forms] == [
        ("附件2", (1, 2, 3)),
        ("附件2", (4, 5, 6)),
    ]
    assert 4 in stack.pages


def test_the_table_behind_the_form_is_a_form_of_its_own(call: Call) -> None:
    """And no page of it the form's: each says for itself that it bears no seal."""
    engine = ScriptedEngine(TITLE, labels(call), END, TABLE, TABLE)
    text = read(engine, call, 4)

    assert [(form.form, form.pages) for form in text.forms] == [
        ("附件2", (1, 2, 3)),
        ("附件4", (4,)),
    ]
    assert {form.seal.outcome for form in text.forms} == {SealOutcome.UNCERTAIN}


def test_a_seal_on_a_page_that_shows_nothing_of_the_form_is_looked_at_again(call: Call) -> None:
    """That page is read whole first, wherever it stands."""
    seal = Seal(page=3, bbox=(50, 50, 40, 40), diameter_mm=40, shape="circle", confidence=0.9)
    engine = ScriptedEngine(TITLE, labels(call), ["特此说明"])
    text = read(engine, call, 3, seals=(seal,))

    assert engine.asked == [None, None, None]
    assert [form.pages for form in text.forms] == [(1, 2, 3)]
    shown = read(ScriptedEngine(TITLE, labels(call), END), call, 3, seals=(seal,))
    assert shown.forms == ()


def stamped(*pages: bool) -> bytes:
    """A scan of coloured pages, some of them with a clear seal."""
    pictures = []
    for sealed in pages:
        page = sheet(100, table=False)
        page = stamp(page, 100, seal_mask(100), strength=0.9) if sealed else page
        buffer = io.BytesIO()
        Image.fromarray(page).save(buffer, "JPEG", quality=90)
        size = (page.shape[1], page.shape[0])
        pictures.append(Picture(buffer.getvalue(), size, (210.0, 297.0), grey=False))
    return pictures_pdf(pictures, WRITTEN)


def test_seals_on_a_last_page_that_bears_nothing_else_are_looked_for(call: Call) -> None:
    """Behind the first stamped page nobody has looked; the writing on them tells whose it is."""
    first = Seal(page=1, bbox=(50, 50, 40, 40), diameter_mm=40, shape="circle", confidence=0.9)
    task = ScanTask(sha256="1", form="附件2", seals=(first,))

    def read_end(last: bool, *texts: str) -> tuple[ScanText, int]:
        engine = ScriptedEngine([*TITLE, *labels(call)], texts)
        data = stamped(True, last)
        found = read_scan(task, Kind.PDF, data, call, cast("OcrEngine", engine), Deadline(60))
        return found, engine.strips

    opinion, strips = read_end(True, "学校意见", "负责人", "（盖章）")
    bare, _ = read_end(False, "学校意见", "负责人", "（盖章）")
    unasked, _ = read_end(False, "学校意见", "负责人")

    assert (opinion.bare, [seal.page for seal in opinion.further]) == ((2,), [2])
    assert strips > 2, "read as it is and in a mirror"
    assert (bare.bare, bare.further) == ((2,), ())
    assert (unasked.bare, unasked.further) == ((), ())


def test_pages_behind_the_time_are_named(call: Call) -> None:
    """Another form may stand on them."""
    engine = ScriptedEngine(TITLE, labels(call), END)
    scan = ScanTask(sha256="1", form="附件2")
    text = read_scan(scan, Kind.PDF, pdf(3), call, cast("OcrEngine", engine), Deadline(60), 0.0)

    assert (text.pages, text.unseen) == ((1, 2), (3,))


def test_places_are_millimetres(call: Call) -> None:
    """Four pixels each."""
    assert read(ScriptedEngine(TITLE), call, 1).lines[0].box == (20, 10, 100, 16)
