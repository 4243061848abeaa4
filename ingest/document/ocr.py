"""Reading the printed characters of a page picture, without any network. The only module that imports ``rapidocr``.

The models lie inside its wheel (PP-OCRv6 small). They need about 600 MB, so this module is imported in the OCR worker
alone. Which pages are read is decided in ``scantext.py``, what the words mean in ``pairing.py``.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import rapidocr
from rapidocr import RapidOCR
from rapidocr.main import RapidOCRError

from ingest.document.pixels import Pixels

_SETTINGS = {
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,  # a second thread costs twice the time for hardly more speed
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,  # the arena adds address space and saves nothing
    "Global.log_level": "critical",
}
_SURE = 0.6  #: mean confidence below which a page may lie on its side or upside down
_BUSY = 25  #: pieces on a page above which lines of running text are left out
_RUNNING_TEXT = (
    16  #: heights; no name, number or label is as long (22 characters), and long lines cost most of the time
)

logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)


class OcrMissingError(Exception):
    """The models are not there; they are never fetched."""


class Written(NamedTuple):
    """One piece of print: text, the engine's confidence 0..1, box in pixels (left, top, right, bottom), row on the page."""

    text: str
    confidence: float
    box: tuple[float, float, float, float]
    row: int = 0


class OcrEngine:
    """The models, loaded when first used; a page at 100 dpi takes about two seconds.

    Raises:
        OcrMissingError: the wheel came without its models.
    """

    def __init__(self) -> None:
        if len(list((Path(rapidocr.__file__).parent / "models").glob("*.onnx"))) < 2:
            raise OcrMissingError
        self._engine: Any = RapidOCR(params=_SETTINGS)

    def read_page(self, pixels: Pixels) -> tuple[Written, ...]:
        """The short pieces printed on a page, row by row from the top; a page on its side is turned first."""
        found = self._read(pixels)
        if not found or not _seems_turned(found):
            return _in_rows(found)
        turned = [self._read(np.ascontiguousarray(np.rot90(pixels, quarters))) for quarters in (1, 2, 3)]
        return _in_rows(max([found, *turned], key=_weight))

    def read_strip(self, pixels: Pixels) -> tuple[str, float]:
        """One strip of writing: its text and the confidence."""
        texts, scores = self._recognise([pixels])
        return (texts[0], scores[0]) if texts else ("", 0.0)

    def _read(self, pixels: Pixels) -> list[Written]:
        try:
            crops, found = self._engine.detect_and_crop(pixels, {})
        except RapidOCRError:  # its way of saying that there is no print
            return []
        pairs = list(zip(crops, map(_box, found.boxes), strict=True))
        if len(pairs) > _BUSY:
            pairs = [(crop, box) for crop, box in pairs if _length(box) <= _RUNNING_TEXT]
        texts, scores = self._recognise([crop for crop, _ in pairs])
        return [
            Written(text, score, box)
            for (_, box), text, score in zip(pairs, texts, scores, strict=True)
            if text.strip()
        ]

    def _recognise(self, crops: list[Any]) -> tuple[list[str], list[float]]:
        if not crops:
            return [], []
        try:
            answer = self._engine.recognize_txt(crops)
        except RapidOCRError:
            return [""] * len(crops), [0.0] * len(crops)
        return [str(text) for text in answer.txts], [float(score) for score in answer.scores]


def _length(box: tuple[float, float, float, float]) -> float:
    """About how many characters a piece has."""
    sides = box[2] - box[0], box[3] - box[1]
    return max(sides) / max(1.0, min(sides))


def _box(corners: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    xs, ys = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _weight(found: Sequence[Written]) -> float:
    return sum(len(piece.text) * piece.confidence for piece in found)


def _seems_turned(found: Sequence[Written]) -> bool:
    """Whether the longer pieces stand upright, or hardly anything could be read."""
    long = [piece for piece in found if max(_sides(piece)) > 3 * min(_sides(piece))]
    upright = sum(1 for piece in long if _sides(piece)[1] > _sides(piece)[0])
    return upright > len(long) / 2 or _weight(found) < _SURE * sum(len(piece.text) for piece in found)


def _sides(piece: Written) -> tuple[float, float]:
    left, top, right, bottom = piece.box
    return max(1.0, right - left), max(1.0, bottom - top)


def _in_rows(found: Sequence[Written]) -> tuple[Written, ...]:
    """Pieces whose middles are level are one row, read from left to right."""
    rows: list[list[Written]] = []
    for piece in sorted(found, key=_middle):
        if rows and _middle(piece) - _middle(rows[-1][0]) < 0.45 * min(_sides(piece)[1], _sides(rows[-1][0])[1]):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    numbered = zip(rows, count(1), strict=False)
    return tuple(
        piece._replace(row=number) for row, number in numbered for piece in sorted(row, key=lambda piece: piece.box[0])
    )


def _middle(piece: Written) -> float:
    return (piece.box[1] + piece.box[3]) / 2
