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

from ingest.document.seal.pixels import WORKING_PX_PER_MM, Pixels

MAX_SIDE = 2_400  #: pixels: A3 at 100 dpi has 1,654


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
    ) -> Pixels | None:
        """Page ``number`` (from 1) in blue, green, red, with annotations;
        None when pdfium cannot draw it.
        """
        if not 0 < number <= self.page_count:
            return None
        try:
            page = self._document[number - 1]
            size = max(page.get_size())
            scale = min(px_per_mm * long_side_mm, MAX_SIDE) / max(size, 1.0)
            picture = page.render(scale=scale, rev_byteorder=False).to_numpy()
            page.close()
        except (pypdfium2.PdfiumError, ValueError, MemoryError):
            return None
        grey = picture.ndim == 2 or picture.shape[2] == 1
        if grey:
            picture = np.repeat(picture.reshape(*picture.shape[:2], 1), 3, axis=2)
        colours = picture[..., :3]
        return np.ascontiguousarray(colours, dtype=np.uint8)
