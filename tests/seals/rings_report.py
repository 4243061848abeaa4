"""Whose seals the rings of generated pages are said to be, against the truth: ``make
ring-report``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.calls import default_config, open_call
from ingest.document.print.ocr import OcrEngine
from tests.seals.paper import font_files
from tests.seals.report import between_marks
from tests.seals.rings import DPIS, KINDS, Judged, Said, judge, pressed

MARKS = ("<!-- ring report -->", "<!-- /ring report -->")
HEADINGS = (
    "own: agrees",
    "own: different (wrong)",
    "own: unread",
    "far: different",
    "far: unread",
    "far: agrees (wrong)",
    "double: different",
    "double: unread",
    "double: agrees (wrong)",
)
OWN, OTHER = (Said.AGREES, Said.DIFFERENT, Said.UNREAD), (Said.DIFFERENT, Said.UNREAD, Said.AGREES)


def run(count: int, seed: int) -> Iterator[Judged]:
    """Make and judge ``count`` pages, kind by kind in turn."""
    call, engine = open_call(default_config() / "calls", "smart-education-2024").call, OcrEngine()
    for number in range(count):
        yield judge(pressed(KINDS[number % len(KINDS)], seed, number), call, engine)


def _row(name: str, judged: Sequence[Judged]) -> str:
    cells: list[int] = []
    for said, order in (
        ([each.own for each in judged], OWN),
        ([each.far for each in judged], OTHER),
        ([each.double for each in judged], OTHER),
    ):
        cells += [Counter(said)[outcome] for outcome in order]
    return f"| {name} | {len(judged)} | {' | '.join(map(str, cells))} |"


def _amiss(each: Judged) -> bool:
    return each.own is Said.DIFFERENT or Said.AGREES in (each.far, each.double)


def report(judged: Sequence[Judged]) -> str:
    """The table in Markdown: all, by kind, by resolution, by font; then every page of which
    something wrong was said.
    """
    names = sorted({each.page.font for each in judged})
    groups = [("all", list(judged))]
    groups += [
        (
            kind.name,
            [each for each in judged if each.page.kind == kind.name],
        )
        for kind in KINDS
    ]
    groups += [(f"{dpi} dpi", [each for each in judged if each.page.dpi == dpi]) for dpi in DPIS]
    groups += [(name, [each for each in judged if each.page.font == name]) for name in names]
    lines = [
        f"| seal | count | {' | '.join(HEADINGS)} |",
        "|---" * 11 + "|",
        *(_row(name, those) for name, those in groups if those),
        "",
        *(
            f"wrong: {each.page.name}: {each.page.owner} read {each.writing}"
            for each in judged
            if _amiss(
                each,
            )
        ),
    ]
    return "\n".join(lines)


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=360)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--readings",
        action="store_true",
        help="print what was read of every seal, too",
    )
    parser.add_argument(
        "--write",
        type=Path,
        help="put the table between the marks of this Markdown file",
    )
    options = parser.parse_args()
    judged = []
    for each in run(options.pages, options.seed):
        judged.append(each)
        if options.readings:
            print(f"{each.own:9} {each.page.name}: {each.page.owner} | {each.writing}", flush=True)
    text = report(judged)
    print(text)
    if options.write:
        head = f'`make ring-report ARGS="--pages {options.pages} --seed {options.seed}"`, {len(font_files())} fonts'
        options.write.write_text(
            between_marks(options.write.read_text("utf-8"), f"{head}\n\n{text}", MARKS),
            "utf-8",
        )


if __name__ == "__main__":
    main()
