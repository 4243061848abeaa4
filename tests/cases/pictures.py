"""Pictures of pages in formats that are neither JPEG, PNG nor PDF."""

from __future__ import annotations

import io

from PIL import Image

from tests.unit.ingest.document.papers import scanned, seal_mask, sheet, stamp


def _pages() -> list[Image.Image]:
    stamped = scanned(stamp(sheet(100), 100, seal_mask(100)))
    return [Image.fromarray(stamped), Image.fromarray(sheet(100, seed=2))]


def saved(form: str) -> bytes:
    """One page."""
    out = io.BytesIO()
    _pages()[0].save(out, form)
    return out.getvalue()


def tiff(compression: str, *, turned: bool = False) -> bytes:
    """Two pages in one file, as scanners save; turned: lying, with the mark that says so."""
    pages = _pages()
    if compression == "group4":
        pages = [page.convert("1") for page in pages]
    more: dict[str, object] = {}
    if turned:
        pages = [page.rotate(90, expand=True) for page in pages]
        more["tiffinfo"] = {274: 6}
    out = io.BytesIO()
    pages[0].save(
        out, "TIFF", save_all=True, append_images=pages[1:], compression=compression,
        dpi=(100, 100), **more,
    )  # fmt: skip
    return out.getvalue()
