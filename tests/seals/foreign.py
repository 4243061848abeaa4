"""What is said about pages nobody here drew, as they are and with a stamp pressed on them.

    make seal-report ARGS="--paper DIRECTORY"

The first page of every PDF and every picture below the directory, scanned anew at 150 dpi. What is
on such a page is not known, so only two answers are known to be wrong: ``stamped`` for the bare
page (look at it: it may bear a seal) and ``not_stamped`` for the page that was stamped.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from ingest.document.paged.pdf import BrokenPdfError, EncryptedPdfError, PdfLimitError, read_pdf
from ingest.document.paged.pictures import UndrawableError, pdf_pictures, photograph
from ingest.document.reader import read_document
from ingest.reading import Kind as FileKind
from ingest.reading import SealOutcome
from rules.call import Call
from tests.seals import capture, files, marks, paper
from tests.seals.marks import Stamp
from tests.seals.paper import Pixels

DPI, PX_PER_MM = 150, 6.0
PICTURES = (".jpg", ".jpeg", ".png")
BARE = "bare"
MAX_BYTES = 2_000_000  #: drawings of many megabytes take minutes
STAMPS = {
    "round seal": marks.round_seal,
    "round 专用章": marks.special_round,
    "oval 专用章": marks.oval_seal,
}


class Said(NamedTuple):
    """One page with one stamp or none."""

    name: str
    what: str
    outcome: SealOutcome
    reason: str

    @property
    def wrong(self) -> bool:
        """Certain of what is not so."""
        return self.outcome is (
            SealOutcome.STAMPED if self.what == BARE else SealOutcome.NOT_STAMPED
        )


def sheet(path: Path) -> Pixels | None:
    """The first page upright on A4; None when it cannot be shown or is empty."""
    data = path.read_bytes()
    try:
        if path.suffix.lower() == ".pdf":
            page = next(iter(pdf_pictures(data, read_pdf(data), px_per_mm=PX_PER_MM)), None)
        else:
            page = next(iter(photograph(data, px_per_mm=PX_PER_MM)), None)
    except (BrokenPdfError, EncryptedPdfError, PdfLimitError, UndrawableError):
        return None
    if page is None:
        return None
    pixels = page.pixels if page.pixels.shape[0] >= page.pixels.shape[1] else np.rot90(page.pixels)
    high, wide = (round(side / 25.4 * DPI) for side in (297, 210))
    factor = min(high / pixels.shape[0], wide / pixels.shape[1])
    fitted = cv2.resize(
        np.ascontiguousarray(pixels[..., ::-1]),
        None,
        fx=factor,
        fy=factor,
        interpolation=cv2.INTER_AREA,
    )
    white = np.full((high, wide, 3), 255, np.uint8)
    part = white[: fitted.shape[0], : fitted.shape[1]]
    part[:] = fitted[: part.shape[0], : part.shape[1]]
    return white if (white.min(axis=2) < 128).mean() > 0.002 else None


def judge(task: tuple[int, Path], seed: int, call: Call) -> list[Said]:
    """What is said of one page, bare and with each stamp."""
    number, path = task
    base = sheet(path)
    return [] if base is None else list(_judged(path.name, base, [seed, number], call))


def _judged(name: str, base: Pixels, seed: list[int], call: Call) -> Iterator[Said]:
    for what in (BARE, *STAMPS):
        chance = np.random.default_rng(seed)
        pixels = base
        if what in STAMPS:
            at = float(chance.uniform(40, 170)), float(chance.uniform(40, 257))
            pixels = marks.press(
                base,
                marks.uneven(chance, STAMPS[what](chance, DPI)),
                Stamp(at),
                DPI,
            )
        data = files.scan([capture.scanned(chance, pixels)], paper.A4, int(chance.integers(50, 85)))
        document = read_document("2", "扫描件.pdf", FileKind.PDF, data, call).document
        assert document is not None, name
        assert document.seal is not None, name
        yield Said(name, what, document.seal.outcome, document.seal.reason)


def run(folder: Path, seed: int, call: Call, processes: int) -> list[Said]:
    """What is said of every page below ``folder``, bare and stamped."""
    every = (path for path in folder.rglob("*") if path.suffix.lower() in (".pdf", *PICTURES))
    paths = sorted(path for path in every if path.stat().st_size <= MAX_BYTES)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pages = pool.map(partial(judge, seed=seed, call=call), list(enumerate(paths)), chunksize=4)
    return [each for page in pages for each in page]
