"""What one scanned page, drawn at 120 dpi, is taken for."""

from __future__ import annotations

import numpy as np

from ingest.document.seal.page import look_at_page
from ingest.document.seal.pixels import PageImage
from ingest.reading import SealOutcome
from tests.unit.ingest.document.papers import Pixels, scanned

DPI = 120
MM = DPI / 25.4
YES, NO, UNSURE = SealOutcome.STAMPED, SealOutcome.NOT_STAMPED, SealOutcome.UNCERTAIN


def outcome(page: Pixels) -> SealOutcome:
    """What one scanned page says."""
    pixels = np.ascontiguousarray(scanned(page)[..., ::-1])
    return look_at_page(PageImage(1, pixels, MM)).outcome
