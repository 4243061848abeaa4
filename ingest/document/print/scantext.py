"""What stands on the first pages of a scan and along the ring of its seals,
read by OCR until enough is known.

Runs in the OCR worker. How a page becomes a picture is ``pictures.py``;
what follows from the words is decided elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from enum import Enum
from typing import NamedTuple, Self, TypedDict

import numpy as np

from ingest.comparison.barepages import is_bare
from ingest.comparison.pairing import share_of_labels
from ingest.comparison.printed import Print, is_title
from ingest.comparison.sealplace import asks_for_seal, with_red_print
from ingest.document.form.pile import Leaf, Piece, sort_pile
from ingest.document.paged.otherpictures import as_read
from ingest.document.paged.pages import page_pictures, structure
from ingest.document.paged.pdf import (
    MOST_PAGES,
    PageKind,
    Pdf,
    at_the_ends,
)
from ingest.document.paged.pictures import UndrawableError, pdf_pictures, photograph
from ingest.document.print.leaves import leaf_of
from ingest.document.print.ocr import OcrEngine, PageText
from ingest.document.print.pileseals import seal_of
from ingest.document.print.scantask import PrintedForm, ScanTask, ScanText, recognise_print
from ingest.document.seal.page import PageLook, look_at_page
from ingest.document.seal.pixels import (
    WORKING_PX_PER_MM,
    PageImage,
    Pixels,
    at_working_scale,
    crop_png,
)
from ingest.document.seal.redprint import red_print_beside
from ingest.document.seal.ringtext import RING_PX_PER_MM, Writing, read_ring
from ingest.reading import Kind, ScanLine, Seal, SealOutcome
from rules.call import Call

MAX_PAGES = 3  #: read with all their short pieces
MAX_SKIMMED = 6  #: looked at, the later ones only so far that they would be known again
SKIMMED_PIECES = 16
MAX_LINES = 600  #: of one document
MAX_LINE = 200  #: characters
ENOUGH_LABELS = 0.9  #: of the form's fields: then reading on brings nothing new
TITLE_SIDE = 360  #: pixels of the cut-out
MAX_RINGS = 3  #: seals whose writing is read
MOST_ON_BARE = 220  #: characters of a page with opinions and places to sign
MAX_BARE = 2  #: pages looked at for seals because nothing else on them tells whose they are


class Deadline:
    """Says when to stop: what has been read by then is worth more than a worker that is killed.

    The seconds are those of this process's processor: on a busy machine reading takes longer, and
    says the same.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.process_time() + seconds

    @property
    def passed(self) -> bool:
        """Whether no further page is begun."""
        return time.process_time() >= self._end

    def part(self, share: float) -> Deadline:
        """One that ends when ``share`` of the time left is over."""
        return Deadline(share * max(0.0, self._end - time.process_time()))


def read_scan(
    task: ScanTask,
    kind: Kind,
    data: bytes,
    call: Call,
    engine: OcrEngine,
    deadline: Deadline,
    share: float = 1.0,
) -> ScanText:
    """Read pages until the labels of each form's fields were seen; then the seals' rings.

    :data:`MAX_PAGES` of a form are read; after them pages are only skimmed, to know whether one is
    missing or in a wrong place, and whether another form begins. ``share`` of the time may go into
    that. A page that cannot be shown ends the reading; never raises for what the file contains.
    """
    skimming = deadline.part(share)
    text = _read(task, *as_read(kind, data), call, engine, deadline, skimming)
    hurried = deadline.passed or skimming.passed
    return text.model_copy(update={"hurried": hurried}) if hurried else text


def read_rings(task: ScanTask, kind: Kind, data: bytes, engine: OcrEngine) -> ScanText:
    """What stands along the rings of the task's first seals, and nothing else; never raises for
    what the file contains.
    """
    said = tuple(_writings(task.seals, *as_read(kind, data), engine))
    return ScanText(sha256=task.sha256, **_told(said))


def _read(
    task: ScanTask,
    kind: Kind,
    data: bytes,
    call: Call,
    engine: OcrEngine,
    deadline: Deadline,
    skimming: Deadline,
) -> ScanText:
    pages = _PagesOf(kind, data)
    found = _Found(task, call, engine)
    found.read(pages, deadline, skimming)
    text = ScanText(
        sha256=task.sha256,
        lines=tuple(found.lines[:MAX_LINES]),
        pages=tuple(found.pages),
        whole=found.whole and len(found.lines) <= MAX_LINES,
        title_png=next(iter(found.titles.values()), ""),
        unseen=found.unseen(pages),
        red_print=tuple(sorted(found.red_print)),
    )
    if found.one_form:
        said = () if deadline.passed else tuple(_writings(task.seals, kind, data, engine))
        bare = _Bare.of(found, pages, engine) if not deadline.passed else _Bare()
        return text.model_copy(update={**_told(said), "bare": bare.pages, "further": bare.seals})
    forms = tuple(_sealed_forms(found, pages, deadline))
    return text.model_copy(update={"forms": _with_writings(forms, pages, engine, deadline)})


class _Told(TypedDict):
    writings: tuple[str, ...]
    mirrored: tuple[int, ...]


def _told(said: Sequence[Writing]) -> _Told:
    mirrored = tuple(at for at, each in enumerate(said) if each.mirrored)
    return {"writings": tuple(each.text for each in said), "mirrored": mirrored}


class _PagesOf:
    """The pages of a file that are not blank, as often as they are wanted."""

    def __init__(self, kind: Kind, data: bytes) -> None:
        self.kind, self.data = kind, data
        self._pdf = structure(data, _in_a_pile) if kind is Kind.PDF else None
        self.count = self._pdf.page_count if self._pdf is not None else 1

    @property
    def numbers(self) -> tuple[int, ...]:
        """Those that are not known to be blank, also those that are never looked at."""
        if self._pdf is None:
            return (1,)
        blank = {page.number for page in self._pdf.pages if page.kind is PageKind.BLANK}
        return tuple(number for number in range(1, self.count + 1) if number not in blank)

    def pictures(
        self, wanted: Collection[int] | None = None, px_per_mm: float = WORKING_PX_PER_MM
    ) -> Iterator[PageImage]:
        """The pages wanted, lazily, up to one that cannot be shown."""
        try:
            if self._pdf is None:
                yield from photograph(self.data, px_per_mm)
                return
            pages = (p for p in self._pdf.pages if wanted is None or p.number in wanted)
            chosen = Pdf(self.count, tuple(pages))
            yield from pdf_pictures(self.data, chosen, px_per_mm)
        except UndrawableError:
            return


def _in_a_pile(number: int, count: int) -> bool:
    return number <= MOST_PAGES or at_the_ends(number, count)


class _Found:
    """What has been read so far, page by page."""

    def __init__(self, task: ScanTask, call: Call, engine: OcrEngine) -> None:
        self.task, self.call, self.engine = task, call, engine
        self.lines: list[ScanLine] = []
        self.pages: list[int] = []
        self.whole = False
        self.titles: dict[int, str] = {}
        self.red_print: set[int] = set()  #: pages with some where a seal is asked for
        self.leaves: dict[int, Leaf] = {}
        self.short: dict[int, Print] = {}  #: pages with little print, which is all known

    def read(self, pages: _PagesOf, deadline: Deadline, skimming: Deadline) -> None:
        """Every page, as far as is worth it and the time goes."""
        sealed = {seal.page for seal in self.task.seals}
        for page in pages.pictures():
            mode = _Mode.READ if page.number in sealed else self._mode()
            if (skimming if mode is _Mode.HEAD else deadline).passed:
                break
            self._look(page, mode)
        self.whole = set(pages.numbers) <= set(self.pages)

    def _mode(self) -> _Mode:
        """How closely the next page is looked at: as part of the form that the last one is of."""
        own = self.last_piece
        lines = [line for line in self.lines if line.page in own.pages] if own else self.lines
        form = own.form if own and own.form else self.task.form
        count = len(set(self.pages).intersection(own.pages)) if own else 0
        if count == MAX_SKIMMED or _enough(lines, form, self.call):
            return _Mode.HEAD
        return _Mode.SKIM if count >= MAX_PAGES else _Mode.READ

    def _look(self, page: PageImage, mode: _Mode) -> None:
        pixels = at_working_scale(page)
        text = self.engine.read_page(pixels, None if mode is _Mode.READ else SKIMMED_PIECES)
        lines = list(_lines(page.number, text))
        before = len(self.pieces)
        self.leaves[page.number] = self._leaf(page.number, lines)
        if mode is not _Mode.READ and self._begins(page.number, before):
            self._look(page, _Mode.READ)
            return
        if _has_red_print(pixels, text, lines):
            self.red_print.add(page.number)
        if sum(len(line.text) for line in lines) <= MOST_ON_BARE:
            self.short[page.number] = Print(lines)
        png = _title_png(pixels, text, lines, self.call)
        self.titles |= {page.number: png} if png else {}
        if mode is not _Mode.HEAD:
            self.lines += lines
            self.pages.append(page.number)

    @property
    def bare(self) -> list[int]:
        """Pages that bear hardly anything of the form they belong to."""
        return [n for piece in self.pieces for n in piece.pages if self._is_bare(n, piece.form)]

    def _is_bare(self, number: int, name: str) -> bool:
        form = next((form for form in self.call.forms if form.id == name), None)
        page = self.short.get(number)
        if form is None or form.columns or page is None:
            return False
        return is_bare(page, form, self.call)

    def _begins(self, number: int, before: int) -> bool:
        """Whether another form begins on the page just seen."""
        return len(self.pieces) > before > 0 and bool(self.leaves[number].form)

    def _leaf(self, number: int, lines: Sequence[ScanLine]) -> Leaf:
        return leaf_of(number, lines, self.call, self.task.texts)

    def look_closer(self, page: PageImage) -> None:
        """Read a page whole that was only skimmed: it turned out to bear a seal."""
        if page.number not in self.pages:
            self._look(page, _Mode.READ)
            self.pages.sort()
            self.lines.sort(key=lambda line: line.page)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The forms among the pages seen; where nothing is titled, all may be the one expected."""
        leaves = [self.leaves[number] for number in sorted(self.leaves)]
        pieces = sort_pile(leaves, self.call, self.task.form)
        if self.task.form or any(piece.form for piece in pieces) or not self.lines:
            return pieces
        printed = recognise_print(self.lines, self.call)
        return sort_pile(leaves, self.call, printed.id) if printed is not None else pieces

    @property
    def last_piece(self) -> Piece | None:
        """The form that the last page seen belongs to."""
        return next(reversed(self.pieces), None)

    @property
    def one_form(self) -> bool:
        """Whether all pages are one form's as far as anybody may ask: then a seal seen anywhere is
        its own.
        """
        sealed = {seal.page for seal in self.task.seals}
        if len(self.leaves) < 2:
            return sealed <= set(self.leaves)
        pieces = self.pieces
        return len(pieces) == 1 and (not pieces[0].form or sealed <= pieces[0].sure)

    def unseen(self, pages: _PagesOf) -> tuple[int, ...]:
        """Pages nobody looked at; of a file none of which could be read nothing is said."""
        return tuple(n for n in pages.numbers if n not in self.leaves) if self.leaves else ()


class _Bare(NamedTuple):
    """Pages that only a seal tells, and the clear seals on them that nobody has looked for yet."""

    pages: tuple[int, ...] = ()
    seals: tuple[Seal, ...] = ()

    @classmethod
    def of(cls, found: _Found, pages: _PagesOf, engine: OcrEngine) -> Self:
        known = {seal.page for seal in found.task.seals}
        behind = max(known, default=pages.count)
        candidates, seals = found.bare, list[Seal]()
        bare = {n for n in candidates if n in known or asks_for_seal(found.short[n].lines)}
        wanted = [n for n in candidates if n > behind][-MAX_BARE:]
        for page in pages.pictures(wanted, RING_PX_PER_MM) if wanted else ():
            look = look_at_page(page)
            bare |= {page.number} if look.seals else set()
            if look.outcome is SealOutcome.STAMPED:
                seals += [_with_ring(page, seal, engine) for seal in look.seals[:MAX_RINGS]]
        return cls(tuple(sorted(bare)), tuple(seals))


def _with_ring(page: PageImage, seal: Seal, engine: OcrEngine) -> Seal:
    said = read_ring(page, seal, engine)
    return seal.model_copy(update={"writing": said.text, "mirrored": said.mirrored})


class _Mode(Enum):
    """How closely a page is looked at."""

    READ = "read"
    SKIM = "skim"  #: far enough to know it again
    HEAD = "head"  #: only for the form it belongs to


def _sealed_forms(found: _Found, pages: _PagesOf, deadline: Deadline) -> Iterator[PrintedForm]:
    """The forms of a pile, each with what was seen of seals on its own pages."""
    looks: dict[int, PageLook] = {}
    for page in pages.pictures(found.leaves):
        looks[page.number] = look_at_page(page)
        if looks[page.number].outcome is SealOutcome.STAMPED and not deadline.passed:
            found.look_closer(page)
    unseen = found.unseen(pages)
    pieces, candidates = found.pieces, found.bare
    only_foreign = all(piece.foreign for piece in pieces)
    for piece in pieces:
        if only_foreign or not piece.foreign:
            titles = (found.titles.get(number, "") for number in piece.pages)
            title = next((png for png in titles if png), "")
            seal = seal_of(piece, pieces, looks, unseen if piece is pieces[-1] else ())
            seal = with_red_print(seal, [n for n in piece.pages if n in found.red_print])
            bare = tuple(
                n for n in piece.pages if n in candidates and n in looks and looks[n].seals
            )
            yield PrintedForm(
                form=piece.form, pages=piece.pages, seal=seal, title_png=title, bare=bare
            )


def _with_writings(
    forms: Sequence[PrintedForm], pages: _PagesOf, engine: OcrEngine, deadline: Deadline
) -> tuple[PrintedForm, ...]:
    written: list[PrintedForm] = []
    for form in forms:
        seals = form.seal.seals
        said = [] if deadline.passed else list(_writings(seals, pages.kind, pages.data, engine))
        read = zip(seals, [*said, *[Writing()] * len(seals)], strict=False)
        marks = tuple(
            seal.model_copy(update={"writing": each.text, "mirrored": each.mirrored})
            for seal, each in read
        )
        seal = form.seal.model_copy(update={"seals": marks})
        written.append(form.model_copy(update={"seal": seal}))
    return tuple(written)


def _lines(page: int, text: PageText) -> Iterator[ScanLine]:
    for piece in text.pieces:
        left, top, right, bottom = (round(side / WORKING_PX_PER_MM, 1) for side in piece.box)
        yield ScanLine(
            page=page,
            row=piece.row,
            text=piece.text[:MAX_LINE],
            confidence=round(piece.confidence, 3),
            box=(left, top, right, bottom),
        )


def _has_red_print(pixels: Pixels, text: PageText, lines: Sequence[ScanLine]) -> bool:
    """Whether red print stands beside a line that asks for a seal."""
    asking = [
        piece for piece, line in zip(text.pieces, lines, strict=True) if asks_for_seal([line])
    ]
    upright = np.asarray(np.rot90(pixels, text.quarters), np.uint8)
    return any(red_print_beside(upright, piece.box, WORKING_PX_PER_MM) for piece in asking)


def _title_png(pixels: Pixels, text: PageText, lines: Sequence[ScanLine], call: Call) -> str:
    """The largest piece of print that is a title of the call's forms or a part of one,
    cut out; "" when there is none.
    """
    titles = [line for line in lines if is_title(line.text, call)]
    if not titles:
        return ""
    tallest = max(titles, key=lambda line: line.box[3] - line.box[1])
    left, top, right, bottom = (int(side * WORKING_PX_PER_MM) for side in tallest.box)
    margin = (bottom - top) // 3
    box = (left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin)
    return crop_png(np.asarray(np.rot90(pixels, text.quarters), np.uint8), box, side=TITLE_SIDE)


def _enough(lines: Sequence[ScanLine], form_id: str, call: Call) -> bool:
    """Whether title and labels were seen; without its title a scan may begin with a wrong page."""
    if not any(is_title(line.text, call) for line in lines):
        return False
    form = next((form for form in call.forms if form.id == form_id), None) or recognise_print(
        lines,
        call,
    )
    return form is not None and not form.columns and share_of_labels(lines, form) >= ENOUGH_LABELS


def _writings(
    seals: Sequence[Seal], kind: Kind, data: bytes, engine: OcrEngine
) -> Iterator[Writing]:
    """What stands along the ring of each of the first seals, in their order."""
    wanted = seals[:MAX_RINGS]
    if not wanted:
        return
    last = max(seal.page for seal in wanted)
    try:
        pictures = {
            page.number: page
            for page in page_pictures(kind, data, RING_PX_PER_MM)
            if page.number <= last and any(seal.page == page.number for seal in wanted)
        }
    except UndrawableError:
        return
    for seal in wanted:
        page = pictures.get(seal.page)
        yield read_ring(page, seal, engine) if page is not None else Writing()
