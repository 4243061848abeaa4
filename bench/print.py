"""``make bench-print``: what is read of generated scans, by us and by tesseract (Debian, chi_sim), and
what it costs: of the short values that were printed, how many stand in the text that was read.

The same upright pages, drawn for the pairs of Word file and scan (``tests/pairs``), as they were
scanned for tesseract, one thread, processor time; a value is right when it is found whole, spaces and
kinds of width left aside.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from bench.timing import core_of_children
from ingest.calls import default_config, open_call
from ingest.document.paged.pages import page_pictures
from ingest.document.print.ocr import OcrEngine, PageText
from ingest.document.reader import read_document
from ingest.document.seal.pixels import PageImage, Pixels, at_working_scale
from ingest.reading import Kind
from rules.call import Call
from rules.facts import Knowledge
from rules.vocabulary import normalise
from tests.pairs.made import Pair, Truth, pairs

LONGEST = 20  #: characters of a value; a longer one is printed on several lines
MODES = ("3", "6", "11")  #: tesseract's ways to divide a page: by itself, one block, sparse


def values(pair: Pair, call: Call) -> set[str]:
    """The short values of the Word file that was printed."""
    word = read_document("1", "a.docx", Kind.DOCX, pair.word, call).document
    if word is None:
        raise AssertionError("a generated Word file must be readable")
    facts = [fact for row in (word.fields, *word.rows) for fact in row.values()]
    texts = {_bare(fact.provenance.raw) for fact in facts if fact.knowledge is Knowledge.KNOWN}
    return {text for text in texts if 0 < len(text) <= LONGEST and not set(text) & set("☑☐")}


def _bare(text: str) -> str:
    return "".join(normalise(text).split())


def _ours(engine: OcrEngine, pages: list[Pixels]) -> tuple[list[PageText], float]:
    began = time.process_time()
    read = [engine.read_page(page) for page in pages]
    return read, time.process_time() - began


def _tesseract(pages: list[Pixels], mode: str) -> tuple[str, float]:
    began, texts = core_of_children(), []
    with tempfile.TemporaryDirectory() as folder:
        for page in pages:
            picture = Path(folder) / "page.png"
            Image.fromarray(page).save(picture)
            told = ["tesseract", str(picture), "-", "-l", "chi_sim", "--psm", mode]
            environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
            texts.append(
                subprocess.run(
                    told, env=environment, check=True, capture_output=True
                ).stdout.decode()
            )
    return "".join(texts), core_of_children() - began


def _scans(seed: int, runs: int, call: Call) -> Iterator[tuple[set[str], list[PageImage]]]:
    for pair in pairs(seed, runs, call):
        if pair.truth is Truth.SAME:
            yield values(pair, call), list(page_pictures(Kind.PDF, pair.scan))


def main() -> None:
    """A line for each reader."""
    options = argparse.ArgumentParser(prog="make bench-print", description=__doc__)
    options.add_argument("--runs", type=int, default=30, help="forms printed and scanned")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    call = open_call(default_config() / "calls", "smart-education-2024").call
    engine, told = OcrEngine(), dict.fromkeys(("ours", *MODES), (0, 0.0))
    count = printed = 0
    for wanted, pages in _scans(given.seed, given.runs, call):
        read, seconds = _ours(engine, [at_working_scale(page) for page in pages])
        if any(page.quarters for page in read):
            continue
        count, printed = count + len(pages), printed + len(wanted)
        texts = {"ours": ("".join(p.text for page in read for p in page.pieces), seconds)}
        texts |= {mode: _tesseract([page.pixels for page in pages], mode) for mode in MODES}
        for name, (text, took) in texts.items():
            bare = _bare(text)
            missed, before = told[name]
            told[name] = (missed + sum(value not in bare for value in wanted), before + took)
    print(f"{count} upright pages, {printed} short values (seed {given.seed})")
    for name, (missed, took) in told.items():
        reader = name if name == "ours" else f"tesseract --psm {name}"
        print(f"{reader}: {missed} not found, {took / count:.2f} s of a core a page")


if __name__ == "__main__":
    main()
