"""What is said about the seals of generated pages, against the truth: ``make seal-report``.

Every page goes the way of a mail's attachment: the bytes of its file into ``read_document``. Times
are the processor's, one thread, beside the least anybody must do: decoding the page's JPEG at the
resolution the look works at.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.timing import least_milliseconds
from ingest.calls import default_config, open_call
from ingest.document.paged.pdf import read_pdf
from ingest.document.paged.pictures import pdf_pictures, photograph
from ingest.document.reader import read_document
from ingest.document.seal.page import look_at_page
from ingest.document.seal.pixels import WORKING_PX_PER_MM, decode_picture
from ingest.reading import Kind as FileKind
from ingest.reading import SealOutcome
from rules.call import Call
from tests.seals import foreign
from tests.seals.pages import KINDS, Sample, Truth, choose, sample

MARKS = ("<!-- seal report -->", "<!-- /seal report -->")
ROUNDS = 3  #: of which the least time counts
OUTCOMES = (SealOutcome.STAMPED, SealOutcome.UNCERTAIN, SealOutcome.NOT_STAMPED)


class Judged(NamedTuple):
    """One page and what was said of it; milliseconds, NaN where there is no floor to
    compare with.
    """

    name: str
    kind: str
    truth: Truth
    outcome: SealOutcome
    reason: str
    right: bool
    file_ms: float  #: the file read as an attachment, once
    decode_ms: float  #: the page's JPEG decoded small
    look_ms: float  #: its pixels looked at for seals

    @property
    def wrong(self) -> bool:
        """A page that is clear to the eye was called its opposite, or a doubtful one something it
        cannot be.
        """
        opposite = {Truth.STAMPED: SealOutcome.NOT_STAMPED, Truth.UNSTAMPED: SealOutcome.STAMPED}
        return not self.right if self.truth is Truth.STAFF else self.outcome is opposite[self.truth]


def judge(page: Sample, call: Call, *, timed: bool = True) -> Judged:
    """What the reader says of one page; without ``timed`` the looks that are only measured are left
    out.
    """
    name = "扫描件.pdf" if page.kind.file is FileKind.PDF else "扫描件.jpg"
    start = time.process_time()
    reading = read_document("2", name, page.kind.file, page.data, call)
    taken = (time.process_time() - start) * 1000
    seal = reading.document.seal if reading.document else None
    assert seal is not None, (page.name, reading.fate, reading.reason)
    right = seal.outcome in page.kind.right
    kind = page.kind
    times = decide_times(page) if timed else (float("nan"), float("nan"))
    return Judged(page.name, kind.name, kind.truth, seal.outcome, seal.reason, right, taken, *times)


def decide_times(page: Sample) -> tuple[float, float]:
    """The reduced-size decode of the page's one colour JPEG and the look at it; NaN for files that
    hold no such thing.
    """
    data, pages = page.data, photograph(page.data)
    if page.kind.file is FileKind.PDF:
        pdf = read_pdf(page.data)
        images, pages = pdf.pages[0].images, pdf_pictures(page.data, pdf)
        data = images[0].load() if len(images) == 1 else b""
    if data[:2] != b"\xff\xd8" or decode_picture(data, WORKING_PX_PER_MM * 297) is None:
        return float("nan"), float("nan")
    shown = next(iter(pages))
    return (
        least_milliseconds(lambda: decode_picture(data, WORKING_PX_PER_MM * 297), ROUNDS),
        least_milliseconds(lambda: look_at_page(shown), ROUNDS),
    )


def run(count: int, seed: int, processes: int = 2) -> list[Judged]:
    """Make and judge ``count`` pages."""
    call = open_call(default_config() / "calls", "smart-education-2024").call
    # kinds hold functions of their own making, which do not travel between processes: each goes as
    # its number
    tasks = [(number, KINDS.index(kind)) for number, kind in enumerate(choose(count))]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return pool.map(partial(_one, seed=seed, call=call), tasks, chunksize=4)


def _one(task: tuple[int, int], seed: int, call: Call) -> Judged:
    number, kind = task
    return judge(sample(KINDS[kind], seed, number), call)


# --- the tables -----------------------------------------------------------------------------------


def _row(name: str, judged: Sequence[Judged | foreign.Said]) -> str:
    counted = Counter(each.outcome for each in judged)
    cells = " | ".join(str(counted[outcome]) for outcome in OUTCOMES)
    return f"| {name} | {len(judged)} | {cells} | {sum(each.wrong for each in judged)} |"


def _table(groups: Iterable[tuple[str, Sequence[Judged | foreign.Said]]]) -> Iterator[str]:
    yield "| pages | count | stamped | uncertain | not stamped | wrong |"
    yield "|---|---|---|---|---|---|"
    yield from (_row(name, judged) for name, judged in groups)


def _summary(judged: Sequence[Judged]) -> Iterator[str]:
    clear = [each for each in judged if each.truth is not Truth.STAFF]
    unsure = sum(each.outcome is SealOutcome.UNCERTAIN for each in clear)
    yield f"uncertain among the {len(clear)} pages that are clear to the eye: {unsure} ({unsure / len(clear):.1%})"
    usual = [
        each
        for each in judged
        if each.truth is Truth.STAMPED
        or each.kind.startswith(
            "print",
        )
    ]
    for what, those in (("all pages", judged), ("stamped pages and plain print", usual)):
        decided = [
            (each.decode_ms + each.look_ms) / each.decode_ms for each in those if each.decode_ms > 0
        ]
        if decided:
            yield f"decode and look, times the decode, {what} with one JPEG: median {statistics.median(decided):.1f} ({len(decided)})"
    taken = sorted(each.file_ms for each in judged)
    yield f"ms of processor time for a file of one page: median {statistics.median(taken):.0f}, p95 {taken[int(0.95 * len(taken))]:.0f}"


def report(judged: Sequence[Judged]) -> str:
    """The tables in Markdown: by truth, by kind, times, and every page that is not as it
    should be.
    """
    truths = [(truth.value, [each for each in judged if each.truth is truth]) for truth in Truth]
    kinds = [(kind.name, [each for each in judged if each.kind == kind.name]) for kind in KINDS]
    lines = [*_table((name, those) for name, those in truths if those), "", *_summary(judged), ""]
    lines += _table((name, those) for name, those in kinds if those)
    lines += [
        "",
        *(f"{each.outcome}: {each.name}: {each.reason}" for each in judged if not each.right),
    ]
    return "\n".join(lines)


def report_of_foreign(said: Sequence[foreign.Said]) -> str:
    """The table by stamp, and every page of which something wrong was said."""
    stamps = [
        (
            what,
            [each for each in said if each.what == what],
        )
        for what in (foreign.BARE, *foreign.STAMPS)
    ]
    wrong = (
        f"{each.outcome}: {each.name}, {each.what}: {each.reason}" for each in said if each.wrong
    )
    return "\n".join([*_table(stamps), "", *wrong])


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2, choices=(1, 2))
    parser.add_argument(
        "--paper",
        type=Path,
        help="instead: stamp the pages of the PDF files and pictures below this directory",
    )
    parser.add_argument(
        "--write",
        type=Path,
        help="put the tables between the marks of this Markdown file",
    )
    options = parser.parse_args()
    if options.paper:
        call = open_call(default_config() / "calls", "smart-education-2024").call
        print(report_of_foreign(foreign.run(options.paper, options.seed, call, options.processes)))
        return
    text = report(run(options.pages, options.seed, options.processes))
    print(text)
    if options.write:
        head = f'`make seal-report ARGS="--pages {options.pages} --seed {options.seed}"`'
        options.write.write_text(
            between_marks(options.write.read_text("utf-8"), f"{head}\n\n{text}"),
            "utf-8",
        )


def between_marks(document: str, text: str, marks: tuple[str, str] = MARKS) -> str:
    """``document`` with the text between its two marks replaced."""
    before, _, rest = document.partition(marks[0])
    _, _, after = rest.partition(marks[1])
    return f"{before}{marks[0]}\n\n{text}\n\n{marks[1]}{after}"


if __name__ == "__main__":
    main()
