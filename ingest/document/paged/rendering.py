"""Drawing PDF pages with pdfium, at the resolution the seal look works at.
The only module that imports ``pypdfium2``.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import pypdfium2
from pypdfium2 import raw

from ingest.document.seal.pixels import WORKING_PX_PER_MM, Pixels

MAX_SIDE = 2_400  #: pixels: A3 at 100 dpi has 1,654
_FILLS, _HALF, _SMALL = 0.7, 0.5, 0.15  #: shares of a page
_DEEPEST = 8  #: forms in forms
_COLOURS = 3  #: channels of a picture before the one that says how opaque it is
_EVERY = 3  #: of its rows and columns that one is looked at
_OPAQUE, _CLEAR, _WHITE = 255, 16, 230  #: 0-255: all of it, next to nothing; lighter is paper


_REMOVE_SECURITY = 3  #: FPDF_REMOVE_SECURITY of fpdf_save.h


def without_password(data: bytes, keys: Sequence[str]) -> bytes | None:
    """A PDF written anew without its password; None when it needs none or no key is right."""
    if _opens(data, None):
        return None
    key = next((key for key in keys if _opens(data, key)), None)
    return written_plain(data, key) if key is not None else None


def written_plain(data: bytes, key: str | None) -> bytes | None:
    """A PDF written anew without its locks, opened with ``key`` or without one; None when it does
    not open.
    """
    out = io.BytesIO()
    try:
        with pypdfium2.PdfDocument(data, password=key) as document:
            document.save(out, flags=_REMOVE_SECURITY)
    except (pypdfium2.PdfiumError, ValueError):
        return None
    return out.getvalue()


def _opens(data: bytes, key: str | None) -> bool:
    try:
        pypdfium2.PdfDocument(data, password=key).close()
    except (pypdfium2.PdfiumError, ValueError):
        return False
    return True


class Renderer:
    """An open PDF whose pages can be drawn one at a time.

    Raises:
        pypdfium2.PdfiumError: never to the outside; a file that does not open draws no page.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._document: Any = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError:
            self._document = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._document is not None:
            self._document.close()

    @property
    def page_count(self) -> int:
        """Number of pages; 0 when the file does not open."""
        return 0 if self._document is None else len(self._document)

    def draw(
        self,
        number: int,
        long_side_mm: float,
        px_per_mm: float = WORKING_PX_PER_MM,
        *,
        bare: bool = False,
    ) -> Pixels | None:
        """Page ``number`` (from 1) in blue, green, red, as a viewer shows it;
        None when pdfium cannot draw it.

        With ``bare`` only what was scanned: without annotations and fields, and without what was
        drawn over the picture that fills the page.
        """
        if not 0 < number <= self.page_count:
            return None
        try:
            page = self._document[number - 1]
            if bare:
                _strip(page)
            else:
                page = self._with_fields(page, number)
            size = max(page.get_size())
            scale = min(px_per_mm * long_side_mm, MAX_SIDE) / max(size, 1.0)
            picture = page.render(
                scale=scale, rev_byteorder=False, may_draw_forms=not bare, draw_annots=not bare
            )
            pixels = picture.to_numpy()
            page.close()
        except (pypdfium2.PdfiumError, ValueError, MemoryError):
            return None
        grey = pixels.ndim == 2 or pixels.shape[2] == 1
        if grey:
            pixels = np.repeat(pixels.reshape(*pixels.shape[:2], 1), 3, axis=2)
        colours = pixels[..., :3]
        return np.ascontiguousarray(colours, dtype=np.uint8)

    def _with_fields(self, page: Any, number: int) -> Any:
        """The page with the looks of its annotations and fields drawn into it: fields, those of
        signatures too, are not drawn otherwise.
        """
        if raw.FPDFPage_GetAnnotCount(page) < 1:
            return page
        _drop_unseen(page)
        if raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) != raw.FLATTEN_SUCCESS:
            return page
        page.close()
        return self._document[number - 1]


def _drop_unseen(page: Any) -> None:
    """Take off annotations that are for print alone: flattening would put them on the page."""
    for index in reversed(range(raw.FPDFPage_GetAnnotCount(page))):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        unseen = raw.FPDFAnnot_GetFlags(annotation) & raw.FPDF_ANNOT_FLAG_NOVIEW
        raw.FPDFPage_CloseAnnot(annotation)
        if unseen:
            raw.FPDFPage_RemoveAnnot(page, index)


class _Drawn(NamedTuple):
    """Something drawn on a page, and the share of the page its box is."""

    thing: Any
    share: float

    @property
    def fills(self) -> bool:
        """Whether it is a picture of nearly all of the page."""
        return self.thing.type == raw.FPDF_PAGEOBJ_IMAGE and self.share > _FILLS


def _strip(page: Any) -> None:
    """Take off an open page what is drawn over its scan: forms and pictures of less than half the
    page behind the last one that fills it, those in front of it where that one lets them shine
    through, and all lines and areas.
    """
    drawn = list(_drawn(page))
    full = [at for at, each in enumerate(drawn) if each.fills and not _is_put_on(drawn, at)]
    last = full[-1] if full else len(drawn)
    shines = bool(full) and raw.FPDFPageObj_HasTransparency(drawn[last].thing)
    for at, each in enumerate(drawn):
        over = at > last or (shines and each.share < _HALF)
        laid = over and each.thing.type in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM)
        line = each.thing.type in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING)
        small_form = each.thing.type == raw.FPDF_PAGEOBJ_FORM and each.share < _SMALL
        if laid or line or small_form:
            page.remove_obj(each.thing)


def _drawn(page: Any, inside: Any = None, level: int = 0, scale: float = 1.0) -> Iterator[_Drawn]:
    """What is drawn on a page, in its order. A form that fills the page is no thing of its own:
    programs that merge, number or seal files put the whole page into one.
    """
    width, height = page.get_size()
    for each in page.get_objects(max_depth=level + 1, form=inside, level=level):
        share = scale * _area(each) / max(1.0, width * height)
        if each.type == raw.FPDF_PAGEOBJ_FORM and share > _FILLS and level < _DEEPEST:
            matrix = each.get_matrix()
            enlarged = abs(matrix.a * matrix.d - matrix.b * matrix.c)
            yield from _drawn(page, each, level + 1, scale * enlarged)
        else:
            yield _Drawn(each, share)


def _is_put_on(drawn: Sequence[_Drawn], at: int) -> bool:
    """Whether a picture as large as the page shows something on a small part of it only, over
    another that fills the page: a seal with much nothing around it.
    """
    if not any(each.fills for each in drawn[:at]):
        return False
    thing = drawn[at].thing
    shown = thing.get_bitmap(render=True).to_numpy()[::_EVERY, ::_EVERY]
    opaque = (
        shown[..., _COLOURS] if shown.shape[2] > _COLOURS else np.full(shown.shape[:2], _OPAQUE)
    )
    if opaque.min() == _OPAQUE and not raw.FPDFPageObj_HasTransparency(thing):
        return False  # the page itself, over another
    inked = (shown[..., :_COLOURS].min(axis=2) < _WHITE) & (opaque > _CLEAR)
    rows, columns = (np.flatnonzero(inked.any(axis=axis)) for axis in (1, 0))
    return not rows.size or bool(np.ptp(rows) * np.ptp(columns) < _HALF * inked.size)


def _area(thing: Any) -> float:
    try:
        left, bottom, right, top = thing.get_bounds()
    except pypdfium2.PdfiumError:
        return 0.0
    return float((right - left) * (top - bottom))
