"""``make bench``: one page with what is felt - reading a page, a mail, the digest, the commands - each
figure beside its floor or peer, and beside the build before.

    make bench                       this build
    make bench BASE=<commit>         both builds, in turns, in one run
    make bench ARGS=--write          also into docs/performance.md

Every figure is measured in a process of its own (``bench/measure.py``), as processor time of that
process and all it started, so that a busy machine changes it little; the load it ran under is
printed. The absolute figures belong to the machine, the ratios to the program.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self

from PIL import Image

from bench.main_job import ROOT, family, memory_of
from bench.measure import MAILS
from bench.timing import core_of_children
from ingest.document.paged.pages import page_pictures
from ingest.document.seal.pixels import at_working_scale
from ingest.reading import Kind
from tests.integration.house import SAMPLES, attachments

PAGE = ROOT / "docs/performance.md"
BEGIN, END = "<!-- figures: make bench ARGS=--write -->", "<!-- end of figures -->"
SIZE = 10_000  #: cases, and lines of the ledger
_SUBREAPER = 36  # linux/prctl.h


class Taken(NamedTuple):
    """What a measure took in one build."""

    cpu: float  #: seconds, of the process and all it started
    peak: int  #: bytes at most of all of them together, shared pages once
    said: dict[str, float]  #: what it measured itself


@dataclass(frozen=True)
class Build:
    """A tree of the program."""

    name: str
    tree: Path

    def take(self, *arguments: str | Path) -> Taken | None:
        """Run one measure in it; None when this build has no such figure."""
        before = core_of_children()
        with _Watched(self.command(*arguments)) as program:
            said = program.output()
        while _wait_for_any():
            pass
        if program.failed:
            return None
        return Taken(core_of_children() - before, program.peak, json.loads(said.splitlines()[-1]))

    def command(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """The measure's process."""
        environment = {**os.environ, "PYTHONPATH": str(self.tree)}
        environment.pop("MAILROOM_STORE__CACHE", None)
        measure = [sys.executable, "-P", str(ROOT / "bench/measure.py"), *map(str, arguments)]
        return subprocess.Popen(
            measure,
            env=environment,
            cwd=self.tree,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )


class _Watched:
    """A process whose family's memory is looked at as long as it lives."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process, self._over = process, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.peak = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def output(self) -> str:
        """Everything it printed; waits for its end."""
        return self._process.communicate()[0]

    @property
    def failed(self) -> bool:
        """Whether it ended badly."""
        return self._process.returncode != 0

    def _look(self) -> None:
        while not self._over.wait(0.25):
            self.peak = max(self.peak, sum(map(memory_of, family(self._process.pid))))


def _wait_for_any() -> bool:
    """Fork servers outlive who started them; they come to us (subreaper) and are counted."""
    try:
        os.wait()
    except ChildProcessError:
        return False
    return True


# --- rows -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One line of the page."""

    name: str
    goal: str
    take: Callable[[Build], float | None]  #: seconds or megabytes
    unit: str
    floor: Callable[[], tuple[str, float] | None] = lambda: None
    rounds: int = 3


def _said(build: Build, key: str, *arguments: str | Path) -> float | None:
    taken = build.take(*arguments)
    return taken.said.get(key) if taken is not None else None


def rows(folder: Path) -> Iterator[Row]:
    """All of them; what they need is made in ``folder``."""
    pictures = folder / "pages"
    _pages(pictures)
    yield Row(
        "print of a page",
        "0.55 s",
        lambda build: _said(build, "cpu", "page", pictures),
        "s",
        lambda: _tesseract(pictures),
    )
    yield Row("a usual mail to its queued letter, all of it", "2 s", _mail, "s")
    yield Row("the family with a worker, memory", "900 MB", _memory, "MB", rounds=1)
    mail = SAMPLES["01"].path
    yield Row(
        "a mail to its facts, without print",
        "3 times",
        lambda build: _said(build, "cpu", "facts", mail),
        "s",
        lambda: ("hash, decode, walk, draw", _said(Build("", ROOT), "floor", "facts", mail) or 0),
    )
    office = _Made(folder, "office")
    yield Row(f"digest and workbook, {SIZE:,} cases", "5 s", office.digest, "s")
    ledger = _Made(folder, "ledger")
    yield Row(f"audit verify, {SIZE:,} mails", "10 s", ledger.audit, "s")
    for words in ("status", "case list", "case explain CODE"):
        yield Row(f"mailroom {words}", "0.4 s", partial(office.run, words.split()), "s")


def _pages(folder: Path) -> None:
    folder.mkdir()
    for number in MAILS[:2]:
        for name, data in attachments(SAMPLES[number]).items():
            if data.startswith(b"%PDF"):
                for page in page_pictures(Kind.PDF, data):
                    place = folder / f"{number}-{len(name)}-{page.number}.png"
                    Image.fromarray(at_working_scale(page)).save(place)


def _tesseract(pictures: Path) -> tuple[str, float] | None:
    """The peer, on the same pages, one thread; None where it is not installed."""
    if shutil.which("tesseract") is None:
        return None
    times = []
    for picture in sorted(pictures.glob("*.png")):
        before = core_of_children()
        subprocess.run(
            ["tesseract", str(picture), "-", "-l", "chi_sim"],
            env={**os.environ, "OMP_THREAD_LIMIT": "1"}, check=True, capture_output=True,
        )  # fmt: skip
        times.append(core_of_children() - before)
    return "tesseract, chi_sim", statistics.median(times)


def _mail(build: Build) -> float | None:
    """What each further mail costs; beginning costs what it costs without any."""
    taken = [build.take("mails", *each) for each in _offices((), MAILS)]
    if None in taken:
        return None
    empty, full = (each.cpu for each in taken if each is not None)
    return (full - empty) / len(MAILS)


def _memory(build: Build) -> float | None:
    for arguments in _offices(MAILS[:1]):
        taken = build.take("mails", *arguments)
        return taken.peak / 1e6 if taken is not None else None
    return None


def _offices(*numbers: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for each in numbers:
        with tempfile.TemporaryDirectory() as place:
            yield (place, *each)


class _Made:
    """A store that is made once for each build."""

    def __init__(self, folder: Path, what: str) -> None:
        self._folder, self._what = folder, what

    def _of(self, build: Build) -> Path:
        place = self._folder / f"{self._what} of {build.name}"
        if not place.exists():
            place.mkdir()
            build.take("fill", self._what, place, str(SIZE))
        return place

    def digest(self, build: Build) -> float | None:
        """Of the office there."""
        return _said(build, "cpu", "digest", self._of(build))

    def audit(self, build: Build) -> float | None:
        """Of the ledger there."""
        return _said(build, "cpu", "audit", self._of(build))

    def run(self, words: Sequence[str], build: Build) -> float | None:
        """A command on the office there; CODE stands for its first case."""
        place = self._of(build)
        config = place / "mailroom.toml"
        config.write_text(_CONFIG.format(place=place, calls=ROOT / "config/calls"), "utf-8")
        with closing(sqlite3.connect(place / "mailroom.db")) as database:
            code = database.execute("SELECT min(code) FROM cases").fetchone()[0]
        taken = build.take("command", config, *(code if each == "CODE" else each for each in words))
        return taken.cpu if taken is not None else None


_CONFIG = """[mailbox]
host = "localhost"
username = "shenbao"
accept_since = "2024-08-08T00:00:00+08:00"
[smtp]
host = "localhost"
from_address = "mailroom@office.example"
[store]
database = "sqlite:///{place}/mailroom.db"
files = "{place}/files"
[office]
staff = ["staff@office.example"]
[calls]
directory = "{calls}"
active = ["smart-education-2024"]
"""


# --- the page -------------------------------------------------------------------------------------


def page(builds: Sequence[Build], folder: Path) -> str:
    """The table, with the load it ran under."""
    head = ["what", "goal", *(build.name for build in builds), "ratio", "floor or peer", "times it"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows(folder):
        lines.append(_line(row, builds))
        print(lines[-1], flush=True)
    low, _, high = os.getloadavg()
    about = (
        f"Processor time of everything that was started, medians of rounds taken in turns; {os.cpu_count()} processors,"
        f" load {low:.1f} (15 minutes: {high:.1f}), Python {platform.python_version()}."
    )
    return "\n".join([about, "", *lines])


def _line(row: Row, builds: Sequence[Build]) -> str:
    taken = [[row.take(build) for build in builds] for _ in range(row.rounds)]
    values = [_median(column) for column in zip(*taken, strict=True)]
    floor = row.floor()
    shown = [_shown(value, row.unit) for value in values]
    ratio = _ratio(values[0], values[-1]) if len(builds) > 1 else ""
    beside = f"{floor[0]}: {_shown(floor[1], row.unit)}" if floor else ""
    times = _ratio(values[0], floor[1]) if floor else ""
    return "| " + " | ".join([row.name, row.goal, *shown, ratio, beside, times]) + " |"


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.2g} {unit}"


def _ratio(value: float | None, other: float | None) -> str:
    return f"{value / other:.2f}" if value is not None and other else "-"


@contextmanager
def built(base: str) -> Iterator[list[Build]]:
    """This build and, when one is named, the one before in a worktree."""
    ours = Build("this build", ROOT)
    if not base:
        yield [ours]
        return
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "base"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", str(tree), base], check=True, capture_output=True)
        try:
            yield [ours, Build(base, tree)]
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def write(text: str) -> None:
    """Put the page where the document has its place for it."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="一页纸的性能数字,可与另一个版本并排")
    parser.add_argument("--base", default="")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    with built(given.base) as builds, tempfile.TemporaryDirectory() as folder:
        text = page(builds, Path(folder))
    print(text)
    if given.write:
        write(text)


if __name__ == "__main__":
    main()
