"""Drawing PDF pages with pdfium, at the resolution the seal look works at.
The only module that imports ``pypdfium2``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import numpy as np
import pypdfium2
from pypdfium2 import raw

from ingest.document.seal.pixels import WORKING_PX_PER_MM, Pixels

MAX_SIDE = 2_400  #: pixels: A3 at 100 dpi has 1,654
_FILLS, _SMALL = 0.7, 0.15  #: shares of a page


_REMOVE_SECURITY = 3  #: FPDF_REMOVE_SECURITY of fpdf_save.h


def without_password(data: bytes, keys: Sequence[str]) -> bytes | None:
    """A PDF written anew without its password; None when it needs none or no key is right."""
    if _opens(data, None):
        return None
    key = next((key for key in keys if _opens(data, key)), None)
    if key is None:
        return None
    out = io.BytesIO()
    with pypdfium2.PdfDocument(data, password=key) as document:
        document.save(out, flags=_REMOVE_SECURITY)
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
        if raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) != raw.FLATTEN_SUCCESS:
            return page
        page.close()
        return self._document[number - 1]


def _strip(page: Any) -> None:
    """Take off an open page what is drawn over its scan: forms and pictures of less than half the
    page behind the last one that fills it, and all lines and areas.
    """
    width, height = page.get_size()
    objects = list(page.get_objects(max_depth=1))
    areas = [_area(each) / max(1.0, width * height) for each in objects]
    pictures = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM)
    full = [at for at, each in enumerate(objects) if each.type in pictures and areas[at] > _FILLS]
    for at, each in enumerate(objects):
        over = bool(full) and at > full[-1] and each.type in pictures
        line = each.type in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING)
        small_form = each.type == raw.FPDF_PAGEOBJ_FORM and areas[at] < _SMALL
        if over or line or small_form:
            page.remove_obj(each)


def _area(thing: Any) -> float:
    try:
        left, bottom, right, top = thing.get_bounds()
    except pypdfium2.PdfiumError:
        return 0.0
    return float((right - left) * (top - bottom))
