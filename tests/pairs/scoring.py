"""What the program makes of pairs, counted against the truth."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.comparison.likeness import seal_owner
from ingest.comparison.pageorder import PageOrder, page_order
from ingest.comparison.pairing import Comparison, compare
from ingest.comparison.printed import Print
from ingest.document.print.ocr import OcrEngine, PageText
from ingest.document.print.scantask import ScanTask, with_print
from ingest.document.print.scantext import Deadline, read_scan
from ingest.document.reader import read_document
from ingest.document.seal.pixels import Pixels
from ingest.reading import Document, Kind
from rules.call import Call
from tests.pairs.made import Pair, Truth


class RememberingEngine(OcrEngine):
    """Reads a page once; the pairs of one print run share their pages."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[tuple[str, int | None], PageText] = {}
        self.seconds: list[float] = []

    def read_page(self, pixels: Pixels, most: int | None = None) -> PageText:
        key = (hashlib.sha256(pixels.tobytes()).hexdigest(), most)
        if key not in self.seen:
            start = time.perf_counter()
            self.seen[key] = super().read_page(pixels, most)
            self.seconds.append(time.perf_counter() - start)
        return self.seen[key]


@dataclass(frozen=True)
class Judged:
    """One pair and what was said of it."""

    pair: Pair
    found: Comparison
    order: PageOrder
    seconds_elsewhere: float  #: structure, seals and comparing, without reading print
    strange_seal: bool = False  #: a seal that is said to be another's
    seals: str = ""  #: what the seals say, as far as they were read

    @property
    def noticed(self) -> bool:
        """Whether what is wrong with the pair is named."""
        match self.pair.truth:
            case Truth.EDITED:
                said = (*self.found.differences, *self.found.passages)
                return any(each.field == self.pair.field for each in said)
            case Truth.ROW:
                return any(each.scan == "未见" for each in self.found.passages)
            case Truth.OLDER:
                return bool(self.found.passages)
            case Truth.MISSING:
                return self.order.complete is False
            case Truth.ORDER:
                return self.order.ordered is False
            case Truth.TURNED | Truth.LESS:
                return bool(self.found.passages)
            case Truth.CROSSED:
                return bool(self.found.passages or self.found.differences)
            case Truth.STRANGE:
                return self.strange_seal or any(
                    "印章" in each.field for each in self.found.passages
                )
            case _:
                return False

    @property
    def false_alarm(self) -> str:
        """What is said against a pair that does not deserve it."""
        wrong = [
            f"{each.field} {each.word}/{each.scan}"
            for each in (
                *self.found.differences,
                *self.found.passages,
            )
        ]
        right = self.pair.truth in (Truth.SAME, Truth.MISSING, Truth.ORDER, Truth.INKED)
        says = wrong if right else []
        if self.pair.truth not in (Truth.MISSING, Truth.ORDER, Truth.OTHER, Truth.STRANGE):
            says += [self.order.reason] if self.order.reason else []
            says += ["seal"] * self.strange_seal
        return "; ".join(says)


@dataclass
class Tally:
    """Outcomes by truth."""

    outcomes: Counter[tuple[Truth, str]] = field(default_factory=Counter)
    noticed: Counter[Truth] = field(default_factory=Counter)
    judged: list[Judged] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Count one pair."""
        self.outcomes[judged.pair.truth, judged.found.outcome.value] += 1
        self.noticed[judged.pair.truth] += judged.noticed
        self.judged.append(judged)

    def of(self, truth: Truth) -> int:
        """How many pairs of one kind."""
        return sum(count for (kind, _), count in self.outcomes.items() if kind is truth)


def judge(pairs: Iterable[Pair], call: Call, engine: RememberingEngine) -> Tally:
    """Read and compare every pair."""
    tally, scans = Tally(), dict[str, Document]()
    for pair in pairs:
        start, read = time.perf_counter(), sum(engine.seconds)
        key = hashlib.sha256(pair.scan).hexdigest()
        if key not in scans:
            scans[key] = _scan(pair, call, engine)
        word = read_document("1", "a.docx", Kind.DOCX, pair.word, call).document
        if word is None:
            raise AssertionError("a generated Word file must be readable")
        page = Print.of(scans[key])
        found, order = compare(word, page, call), page_order(word, scans[key], page, call)
        elsewhere = time.perf_counter() - start - (sum(engine.seconds) - read)
        sealed = seal_owner(scans[key], _own(word, call), ())
        tally.add(Judged(pair, found, order, elsewhere, sealed.value is False, _seals(scans[key])))
    return tally


def _seals(scan: Document) -> str:
    return "、".join(mark.writing for mark in (scan.seal.seals if scan.seal else ()))


def _own(word: Document, call: Call) -> list[str]:
    """Whose seals belong on a scan: the applicant's and its bureau's."""
    return [word.applicant, *(each.bureau for each in call.units)]


def _scan(pair: Pair, call: Call, engine: RememberingEngine) -> Document:
    document = read_document("2", "IMG_0001.pdf", Kind.PDF, pair.scan, call).document
    if document is None:
        raise AssertionError("a generated scan must be readable")
    task = ScanTask(
        sha256=document.sha256,
        form=document.form,
        seals=document.seal.seals if document.seal else (),
    )
    return with_print(
        document,
        read_scan(task, Kind.PDF, pair.scan, call, engine, Deadline(600)),
        call,
    )[0]
