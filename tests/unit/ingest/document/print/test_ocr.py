"""The engine that reads print, as a neighbour of everything else in its process."""

from __future__ import annotations

import sys

import numpy as np

from ingest.document.print.ocr import OcrEngine


def test_the_engine_leaves_the_arithmetic_of_its_process_alone() -> None:
    """Its runtime counts numbers next to nothing as nothing, and leaves its thread like that."""
    OcrEngine().read_strip(np.full((48, 96, 3), 255, np.uint8))

    assert sys.float_info.min / 2 > 0
