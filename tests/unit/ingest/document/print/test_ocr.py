"""The engine that reads print, as a neighbour of everything else in its process."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
from rapidocr.ch_ppocr_det.utils import DetPreProcess

from ingest.document.print.ocr import OcrEngine, _with_shades_looked_up


def test_the_engine_leaves_the_arithmetic_of_its_process_alone() -> None:
    """Its runtime counts numbers next to nothing as nothing, and leaves its thread like that."""
    OcrEngine().read_strip(np.full((48, 96, 3), 255, np.uint8))

    assert sys.float_info.min / 2 > 0


def test_the_detector_is_shown_the_same_numbers_as_by_its_own_arithmetic() -> None:
    """To the last bit, for every shade of every colour and any mean."""
    page = np.random.default_rng(7).integers(0, 256, (800, 760, 3), np.uint8)
    usual = {"limit_side_len": 736, "limit_type": "min"}
    for scaled in (usual, usual | {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}):
        own = DetPreProcess(**scaled)
        detector = SimpleNamespace(get_preprocess=lambda own=own: own)
        expected = own(page)

        looked_up = _with_shades_looked_up(detector).get_preprocess()(page)

        assert looked_up.dtype == np.float32
        assert np.array_equal(looked_up, expected)
