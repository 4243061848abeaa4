"""Reading the printed characters of a page picture, without any network.
The only module that imports ``rapidocr`` and ``onnxruntime``.

One model finds the pieces of print (PP-OCRv6 tiny, in ``models/`` beside this file), where coloured
ink is made pale in the picture. Two readers: a quick one (tiny again) reads them all, a careful one
(PP-OCRv6 small, inside rapidocr's wheel) what the quick one is not sure of, and the writing on
seals. They need about 500 MB, so this module is imported in the OCR worker alone. Which pages are
read is decided in ``scantext.py``, what the words mean in ``pairing.py``.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import count
from pathlib import Path
from threading import get_native_id
from typing import Any, NamedTuple

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from omegaconf import OmegaConf, flag_override

from ingest.document.seal.pixels import Pixels

# rapidocr reads its long list of models twice while it is loaded: two thirds of that time.
_load = OmegaConf.load
OmegaConf.load = cache(_load)  # type: ignore[method-assign]
import rapidocr  # noqa: E402 - the list is read once
from rapidocr import RapidOCR  # noqa: E402 - as above
from rapidocr.main import RapidOCRError  # noqa: E402 - as above

OmegaConf.load = _load  # type: ignore[method-assign]

_SETTINGS = {
    "Global.log_level": "critical",
    # One piece at a time and no wider than it is: in groups, or filled up to 320 pixels, a page
    # took half as long again.
    "Rec.rec_batch_num": 1,
    "Rec.rec_img_shape": [3, 48, 48],
}
_QUICK = Path(__file__).parent / "models"
_CAREFUL = Path(rapidocr.__file__).parent / "models"
#: the quick reader's mean confidence below which the careful one reads a piece again
_CERTAIN = 0.97
_STRIP = 6  #: times as long as wide: no page is
_MOST = 240  #: short pieces of a page; a summary table of twenty rows has 150
_SURE = 0.8  #: mean confidence of a few pieces below which a page may stand on its head
_ORIENTING = 5  #: pieces that tell how a page lies
#: times as high as wide: the engine turns such a piece to the left before it is read
_ENGINE_TURNS = 1.5
#: pixels around a piece that is read again, and once more when the two looks differ
_FRAMES = (4, 2)
_LATIN = re.compile("[A-Za-z]")  #: an address takes no wrong letter
_DOUBTED = 0.5  #: confidence of digits that were read otherwise the second time
_BUSY = 25  #: pieces on a page above which lines of running text are left out
_RUNNING_TEXT = (
    #: heights; no name, number or label is as long (22 characters), and long lines cost most of the
    #: time
    16
)
#: pieces that tell how a page lies, and radians that are no longer a page laid badly
_MANY, _CROOKED = 4, 0.2
#: pieces that are read of a page that is only skimmed, besides some of all others
_TALLEST, _TOPMOST = 4, 6
#: times the lightest of a pixel's colours for once the darkest: with the lightest alone pink and
#: orange print was not found any more, of 36 titles under seals all were with 1, 3 and 7
_LIGHTEST = 3
#: lines of running text that are read all the same, to see whether it is the same text
_SAMPLES = 10

logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)


class OcrMissingError(Exception):
    """The models are not there; they are never fetched."""


class Written(NamedTuple):
    """One piece of print: text, the engine's confidence 0..1, box in pixels (left, top, right,
    bottom), row on the page.
    """

    text: str
    confidence: float
    box: tuple[float, float, float, float]
    row: int = 0


class PageText(NamedTuple):
    """The pieces of a page, row by row;
    ``quarters`` turns to the left were needed to read it, boxes are those after.
    """

    pieces: tuple[Written, ...]
    quarters: int = 0


class OcrEngine:
    """The models, loaded when first used in a process; a page takes about 0.8 s of a core.

    Raises:
        OcrMissingError: rapidocr's wheel came without its models, or ours are not installed.
    """

    def __init__(self) -> None:
        self._quick, self._careful = _readers()

    def read_page(self, pixels: Pixels, most: int | None = None) -> PageText:
        """The short pieces printed on a page and some of its running text;
        a page on its side is turned first.

        With ``most`` only so many short pieces, spread over the page: enough to know it again.
        """
        return _thread().submit(self._read_page, pixels, most).result()

    def read_strip(self, pixels: Pixels) -> tuple[str, float]:
        """One strip of writing: its text and the confidence."""
        (said,) = _thread().submit(self._careful.read, [pixels]).result()
        return said

    def _read_page(self, pixels: Pixels, most: int | None) -> PageText:
        if max(pixels.shape[:2]) > _STRIP * min(pixels.shape[:2]):
            return PageText(())  # the engine would blow it up to gigabytes
        crops, quads = self._quick.find(pixels)
        if not crops:
            return PageText(())
        seen: dict[int, _Said] = {}
        quarters = self._quarters(crops, quads, seen)
        placed = zip(crops, quads, strict=True)
        crops = [_turned_crop(crop, quad, quarters) for crop, quad in placed]
        boxes = _level_boxes(*_turned_quads(quads, pixels.shape[:2], quarters))
        pairs = _worth_reading(list(zip(crops, boxes, strict=True)), most)
        said = self._read_twice([crop for crop, _ in pairs], seen)
        read = zip(said, (box for _, box in pairs), strict=True)
        pieces = [Written(*each, box) for each, box in read if each.text.strip()]
        return PageText(_in_rows(pieces), quarters)

    def _quarters(
        self, crops: list[Any], quads: NDArray[np.float64], seen: dict[int, _Said]
    ) -> int:
        """How many quarter turns to the left set the page upright,
        told from a few of its longer pieces; what they say as they are is kept in ``seen``.

        The engine's cut-outs of upright strips are turned to the left already:
        if they read well, so does the page.
        """
        wide, high = _sides(quads)
        sides = [sorted((wide[at], high[at])) for at in range(len(crops))]
        long = [at for at, (short, most) in enumerate(sides) if most > 3 * short]
        if not long:
            return 0
        on_its_side = int(sum(high[at] > wide[at] for at in long) > len(long) / 2)
        some = [crops[at] for at in _spread(long, _ORIENTING)]
        said = self._quick.read(some)
        as_it_is = _mean([each.confidence for each in said])
        if as_it_is >= _SURE:
            seen |= {id(crop): each for crop, each in zip(some, said, strict=True)}
            return on_its_side
        turned = self._quick.read([np.ascontiguousarray(np.rot90(crop, 2)) for crop in some])
        head_down = _mean([each.confidence for each in turned])
        return on_its_side + 2 * (head_down > as_it_is)

    def _read_twice(self, crops: list[Any], seen: dict[int, _Said]) -> list[_Said]:
        """What the pieces say; digits are read again in a wider frame, what is unsure or differs by
        the careful reader, and digits are doubted when he too sees others in another frame.
        """
        new = [crop for crop in crops if id(crop) not in seen]
        known = seen | {
            id(crop): each for crop, each in zip(new, self._quick.read(new), strict=True)
        }
        said = [known[id(crop)] for crop in crops]
        with_digits = [at for at, each in enumerate(said) if _digits(each.text)]
        differ = _others(self._quick, _FRAMES[0], crops, said, with_digits)
        unsure = [at for at, each in enumerate(said) if at in differ or _unsure(each)]
        careful = self._careful.read([crops[at] for at in unsure])
        for at, each in zip(unsure, careful, strict=True):
            said[at] = each
        for at in _others(self._careful, _FRAMES[1], crops, said, differ):
            said[at] = said[at]._replace(confidence=min(said[at].confidence, _DOUBTED))
        return said


def load_for_workers() -> None:
    """Load the models and use them once, in a process that only workers are forked from: this very
    thread computes with numbers next to nothing as if they were none from now on, and a worker's
    thread inherits that.

    Raises:
        OcrMissingError: there are no models.
    """
    for reader in _readers():
        reader.load()
    page = np.full((400, 300, 3), 255, np.uint8)
    page[100:112:2, 40:200:3] = 0
    engine = OcrEngine()
    engine.read_page(page)
    engine.read_strip(np.ascontiguousarray(page[90:120]))
    known = _thread().submit(get_native_id).result()
    _thread().shutdown()
    _thread.cache_clear()
    while Path(f"/proc/self/task/{known}").exists():  # it ends a little after it has said so
        time.sleep(0.001)


@cache
def _thread() -> ThreadPoolExecutor:
    """Where print is read, one thread for the process.

    The runtime sets the thread in which a process makes its first session to compute with numbers
    next to nothing as if they were none (see :func:`_session`), leaves it so, and never sets
    another one. Nothing else is to be computed like that, and print nowhere else.
    """
    return ThreadPoolExecutor(1, "print")


@cache
def _readers() -> tuple[_Reader, _Reader]:
    """The quick and the careful one, once for a process and those that are forked from it."""
    quick = _Reader(
        _QUICK / "PP-OCRv6_rec_tiny.onnx",
        _QUICK / "PP-OCRv6_det_tiny.onnx",
        _QUICK / "PP-OCRv6_rec_tiny.txt",
    )
    return quick, _Reader(_CAREFUL / "PP-OCRv6_rec_small.onnx")


class _Said(NamedTuple):
    """What a piece says, and the reader's confidence 0..1."""

    text: str
    confidence: float


class _Reader:
    """One pair of models; the detector only where it finds the pieces."""

    def __init__(self, rec: Path, det: Path | None = None, keys: Path | None = None) -> None:
        models = {"Rec": rec} | ({"Det": det} if det else {})
        if not all(path.is_file() for path in models.values()):
            raise OcrMissingError
        own = {"Rec.rec_keys_path": str(keys)} if keys else {}
        self._models = models
        self._engine: Any = RapidOCR(params=_SETTINGS | own)
        self._detector: Any = None
        self._loaded = False

    def find(self, pixels: Pixels) -> tuple[list[Any], NDArray[np.float64]]:
        """The pieces of print cut out, and their corners: pieces x corners from the upper left
        clockwise x (across, down).
        """
        self.load()
        found = self._detector(_black_ink(pixels))
        if found.boxes is None:  # its way of saying that there is no print
            return [], np.empty((0, 4, 2))
        crops = self._engine.crop_text_regions(pixels, found.boxes)
        return crops, np.asarray(found.boxes, np.float64)

    def read(self, crops: list[Any]) -> list[_Said]:
        """What the pieces say."""
        if not crops:
            return []
        self.load()
        try:
            answer = self._engine.recognize_txt(crops)
        except RapidOCRError:
            return [_Said("", 0.0)] * len(crops)
        return [_Said(str(a), float(b)) for a, b in zip(answer.txts, answer.scores, strict=True)]

    def load(self) -> None:
        """Make the sessions, if there are none yet."""
        if self._loaded:
            return
        with flag_override(self._engine.cfg, "allow_objects", True):
            for part, path in self._models.items():
                self._engine.cfg[part].session = _session(path)
        if "Det" in self._models:
            # not by the engine's own door, which cuts the pieces out of the pale picture, too
            self._detector = _with_shades_looked_up(self._engine._load_det_model())  # noqa: SLF001
        self._loaded = True


def _session(model: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    # a second thread costs twice the time for hardly more speed
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # the arena adds address space and saves nothing
    options.enable_cpu_mem_arena = False
    # Two layers of the detector compute with numbers next to nothing, which many processors do a
    # hundred times as slowly. The text is the same.
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _with_shades_looked_up(detector: Any) -> Any:
    """The detector, which scales each of the 256 shades once and not each pixel: the same numbers
    in an eighth of the time, 60 ms of a page.
    """
    prepare = detector.get_preprocess()
    shades = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    prepare.normalize = partial(cv2.LUT, lut=prepare.normalize(shades).astype(np.float32))
    detector.get_preprocess = lambda: prepare
    return detector


def _black_ink(pixels: Pixels) -> Pixels:
    """The page in grey, as little as may be darkened by colour: a seal pales, whose strokes would
    join a title and its ring to one piece that is no print; print in any colour can still be found.
    """
    red, green, blue = np.moveaxis(pixels, 2, 0)
    lightest = np.maximum(np.maximum(red, green), blue).astype(np.uint16)
    darkest = np.minimum(np.minimum(red, green), blue)
    grey = ((_LIGHTEST * lightest + darkest) // (_LIGHTEST + 1)).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(grey[..., None], pixels.shape))


def _unsure(said: _Said) -> bool:
    return said.confidence < _CERTAIN or bool(_LATIN.search(said.text))


def _others(
    reader: _Reader, frame: int, crops: list[Any], said: list[_Said], among: Sequence[int]
) -> list[int]:
    """The pieces in which a reader sees other digits when the frame is wider."""
    around = ((frame,) * 2, (2 * frame,) * 2, (0, 0))
    again = reader.read([np.pad(crops[at], around, "edge") for at in among])
    looks = zip(among, again, strict=True)
    return [at for at, each in looks if _digits(each.text) != _digits(said[at].text)]


def _spread(pairs: list[Any], most: int) -> list[Any]:
    """At most so many of them, evenly spread."""
    return [pairs[at * len(pairs) // most] for at in range(most)] if len(pairs) > most else pairs


def _worth_reading(pairs: list[Any], most: int | None) -> list[Any]:
    """The short pieces, and a few of the long ones; with ``most`` so many short ones, those in tall
    print and at the top of the page first: a title is among them.
    """
    if len(pairs) <= _BUSY and most is None:
        return pairs
    short = [pair for pair in pairs if _length(pair[1]) <= _RUNNING_TEXT]
    long = [pair for pair in pairs if _length(pair[1]) > _RUNNING_TEXT]
    if most is None:
        return _spread(short, _MOST) + _spread(long, _SAMPLES)
    tall = sorted(pairs, key=lambda pair: pair[1][1] - pair[1][3])[:_TALLEST]
    top = sorted(short, key=lambda pair: pair[1][1])[:_TOPMOST]
    first = [pair for pair in pairs if any(pair is other for other in (*tall, *top))]
    rest = [pair for pair in short if not any(pair is other for other in first)]
    return first + _spread(rest, max(0, most - len(first)))


def _length(box: tuple[float, float, float, float]) -> float:
    """About how many characters a piece has."""
    sides = box[2] - box[0], box[3] - box[1]
    return max(sides) / max(1.0, min(sides))


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _mean(scores: Sequence[float]) -> float:
    return sum(scores) / len(scores) if scores else 0.0


def _sides(quads: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lengths of the upper and of the left edge of every piece."""
    across, down = quads[:, 1] - quads[:, 0], quads[:, 3] - quads[:, 0]
    return np.maximum(1, np.hypot(across[:, 0], across[:, 1])), np.maximum(
        1,
        np.hypot(down[:, 0], down[:, 1]),
    )


def _turned_crop(crop: Any, quad: NDArray[np.float64], quarters: int) -> Any:
    """A piece's cut-out as it stands on the upright page."""
    wide, high = _sides(quad[None])
    done = int(high[0] >= _ENGINE_TURNS * wide[0])  # quarters the engine has turned it already
    rest = (quarters - done) % 4 if quarters % 2 else quarters
    return np.ascontiguousarray(np.rot90(crop, rest)) if rest else crop


def _turned_quads(
    quads: NDArray[np.float64], size: tuple[int, ...], quarters: int
) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """Corners, and height and width of the page, after quarter turns to the left."""
    for _ in range(quarters):
        quads = np.stack([quads[..., 1], size[1] - quads[..., 0]], axis=-1)[:, [1, 2, 3, 0]]
        size = (size[1], size[0])
    return quads, size


def _level_boxes(
    quads: NDArray[np.float64],
    size: tuple[int, ...],
) -> Iterator[tuple[float, float, float, float]]:
    """The boxes on the page as if it had been laid straight: what is one row is level."""
    run = quads[:, 1] - quads[:, 0]
    wide, high = _sides(quads)
    long = wide > 4 * high
    angle = float(np.median(np.arctan2(run[long, 1], run[long, 0]))) if long.sum() >= _MANY else 0.0
    middle = np.array([size[1], size[0]]) / 2
    cosine, sine = np.cos(angle), np.sin(angle)
    level = (quads - middle) @ np.array([[cosine, -sine], [sine, cosine]]) + middle
    for quad in level if abs(angle) < _CROOKED else quads:
        (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
        yield float(left), float(top), float(right), float(bottom)


def _in_rows(found: Sequence[Written]) -> tuple[Written, ...]:
    """Pieces whose middles are level are one row, read from left to right."""
    rows: list[list[Written]] = []
    for piece in sorted(found, key=_middle):
        if rows and _middle(piece) - _middle(rows[-1][0]) < 0.45 * min(
            _height(piece),
            _height(rows[-1][0]),
        ):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    ordered = (sorted(row, key=lambda piece: piece.box[0]) for row in rows)
    numbered = zip(ordered, count(1), strict=False)
    return tuple(piece._replace(row=number) for row, number in numbered for piece in row)


def _middle(piece: Written) -> float:
    return (piece.box[1] + piece.box[3]) / 2


def _height(piece: Written) -> float:
    return max(1.0, piece.box[3] - piece.box[1])
