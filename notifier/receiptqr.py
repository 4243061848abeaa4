"""A receipt's code as a QR picture for the letter's end. The one door to segno; pure."""

from __future__ import annotations

import io
from typing import Final

RECEIPT_CID: Final = "receipt-code"
SIDE: Final = 4  #: pixels of a module


def qr_png(code: str) -> bytes:
    """A PNG of a few hundred bytes; a quarter of it may be torn."""
    import segno  # noqa: PLC0415 - it takes long to load, and is off by default

    out = io.BytesIO()
    segno.make_qr(code, error="q", boost_error=False).save(out, kind="png", scale=SIDE)
    return out.getvalue()
