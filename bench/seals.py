"""What deciding about a page's seal costs: against decoding the page's picture small, in time and
in memory.

    make bench-seals

The floor of a page is the least anybody must do to see it: its JPEG decoded at the reduced size the
look works at, or pdfium drawing it at that size where there is no JPEG. Beside it the look alone
(pixels to answer) and the whole way from the bytes of the file to the document. Processor time, the
least of some rounds; ratios belong to the program. No network.
"""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from bench.timing import least_milliseconds
from ingest.calls import default_config, open_call, shipped_call
from ingest.document.paged.pdf import read_pdf
from ingest.document.paged.pictures import pdf_pictures
from ingest.document.reader import read_document
from ingest.document.seal.page import look_at_page
from ingest.document.seal.pixels import WORKING_PX_PER_MM, decode_picture
from ingest.reading import Kind
from ingest.walls.limits import Limits
from tests.seals import capture, files, marks, paper
from tests.seals.marks import Stamp


class Case(NamedTuple):
    """One file and the paper of its pages."""

    name: str
    data: bytes
    long_side_mm: float = 297.0


def _page(dpi: int, *, stamped: bool, size: tuple[float, float] = paper.A4) -> np.ndarray:
    chance = np.random.default_rng(dpi)
    sheet = paper.letter(chance, dpi, size)
    pixels = sheet.pixels
    if stamped:
        mask = marks.uneven(chance, marks.round_seal(chance, dpi))
        pixels = marks.press(pixels, mask, Stamp((0.7 * size[0], 0.8 * size[1])), dpi)
    return capture.scanned(chance, pixels)


def cases() -> Iterator[Case]:
    """The kinds of page that differ in cost."""
    for dpi in (150, 200, 300):
        for stamped in (False, True):
            data = files.scan([_page(dpi, stamped=stamped)], paper.A4, 75)
            yield Case(f"A4 {dpi} dpi JPEG, {'stamped' if stamped else 'unstamped'}", data)
    large = cv2.resize(
        _page(200, stamped=True, size=paper.A3),
        None,
        fx=3,
        fy=3,
        interpolation=cv2.INTER_LINEAR,
    )
    yield Case("A3 600 dpi JPEG, stamped", files.scan([large], paper.A3, 75), 420.0)
    del large
    yield Case(
        "A4 300 dpi CCITT",
        files.fax(capture.black_and_white(_page(300, stamped=True)), paper.A4),
    )
    yield Case("born digital, two pages", paper.exported(0))
    plain, sealed = _page(150, stamped=False), _page(150, stamped=True)
    yield Case(
        "40 pages 150 dpi, stamped on the first",
        files.scan([sealed] + [plain] * 39, paper.A4, 75),
    )
    yield Case("40 pages 150 dpi, unstamped", files.scan([plain] * 40, paper.A4, 75))


def floor(case: Case) -> float:
    """Seeing the first page."""
    pdf = read_pdf(case.data)
    images = pdf.pages[0].images
    jpeg = (
        images[0].load()
        if len(
            images,
        )
        == 1
        and images[0].filters[-1:] == ("DCTDecode",)
        else b""
    )
    if jpeg:
        return least_milliseconds(
            lambda: decode_picture(jpeg, WORKING_PX_PER_MM * case.long_side_mm),
        )
    return least_milliseconds(lambda: next(iter(pdf_pictures(case.data, pdf))))


def _peak(case: Case, answers: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    """Read the file under the worker's own limit; address space at most and memory at
    most, in MB.
    """
    resource.setrlimit(resource.RLIMIT_AS, (Limits().memory, Limits().memory))
    call = open_call(default_config() / "calls", shipped_call()).call
    reading = read_document("2", "a.pdf", Kind.PDF, case.data, call)
    status = dict(
        line.split(
            ":",
            1,
        )
        for line in Path("/proc/self/status").read_text("utf-8").splitlines()
    )
    space, memory = (int(status[name].split()[0]) // 1024 for name in ("VmPeak", "VmHWM"))
    seal = reading.document.seal if reading.document else None
    answers.put((space, memory, seal.outcome.value if seal else reading.fate.value))


def main() -> None:
    """Print the table."""
    call = open_call(default_config() / "calls", shipped_call()).call
    context = multiprocessing.get_context("spawn")
    print(
        "| page | floor ms | look ms | floor + look | file to document ms | ratio | address space, memory MB | answer |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for case in cases():
        least = floor(case)
        page = next(iter(pdf_pictures(case.data, read_pdf(case.data))))
        look = least_milliseconds(lambda page=page: look_at_page(page))  # type: ignore[misc]
        whole = least_milliseconds(
            lambda case=case: read_document(
                "2",
                "a.pdf",
                Kind.PDF,
                case.data,
                call,
            ),  # type: ignore[misc]
            3,
        )
        answers = context.Queue()
        process = context.Process(target=_peak, args=(case, answers))
        process.start()
        space, memory, outcome = answers.get()
        process.join()
        print(
            f"| {case.name} | {least:.1f} | {look:.1f} | {(least + look) / least:.1f}x | {whole:.1f} | {whole / least:.1f}x "
            f"| {space}, {memory} | {outcome} |",
            flush=True,
        )
    print(f"worker's limit: {Limits().memory // 1024**2} MB of address space")


if __name__ == "__main__":
    main()
