"""Reads every file of a directory as a mail or a document, in the worker, and says what became of
each.

    make corpus CORPUS=directory        or: python -m tests.corpus.report [DIRECTORY] [--json FILE]

For files nobody here made: nothing may crash, hang or outgrow its limits, and every part must have
a fate. Exit code 1 when something did.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ingest.attachment.identify import identify
from ingest.calls import default_config, open_call, shipped_call
from ingest.message.errors import UnreadableMessage
from ingest.reading import Kind, Part
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.mail import read_or_degrade
from ingest.sandbox.workers import WorkerDied, WorkerFailed
from ingest.walls.limits import Limits
from rules.call import Call

SAMPLES = Path(__file__).parents[2] / "samples/mails"
MAILS = {".eml", ".txt", ""}
SLOW = 30.0  #: seconds for one file


@dataclass
class Report:
    """What became of all files."""

    fates: Counter[tuple[str, str]] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")


def main() -> int:
    """Read, print a summary for each kind, and every trouble."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=SAMPLES,
        help="read with all below it",
    )
    parser.add_argument("--json", type=Path, help="where the counts are written to")
    options = parser.parse_args()
    folder: Path = options.folder
    if not folder.is_dir():
        print(f"{folder}: no such directory")
        return 64
    call = open_call(default_config() / "calls", shipped_call()).call
    report = Report()
    files = sorted(
        path
        for path in folder.rglob(
            "*",
        )
        if path.is_file() and path.name != "README.md"
    )
    for path in files:
        _read(path, call, report)
    for (kind, fate), count in sorted(report.fates.items()):
        print(f"{kind:18}{fate:14}{count:5}")
    print(
        f"{len(files)} files, slowest {report.slowest[0]:.1f} s ({report.slowest[1]}), {len(report.troubles)} troubles"
    )
    print("\n".join(report.troubles))
    if options.json:
        lines = {f"{kind} {fate}": count for (kind, fate), count in report.fates.items()}
        options.json.write_text(json.dumps(lines, indent=2), encoding="utf-8")
    return 1 if report.troubles else 0


def _read(path: Path, call: Call, report: Report) -> None:
    """Once as it is when it is a mail, else as the attachment of one: the whole way of a
    real mail.
    """
    from tests.parts.made import Made, mail, named  # noqa: PLC0415 - each worker would load it with this script

    data = path.read_bytes()
    kind = identify(data, path.name)
    raw = data if kind is Kind.EML else mail(Made(named(path.name.rpartition("__")[2]), data))
    start = time.monotonic()
    try:
        with tempfile.NamedTemporaryFile(suffix=".eml") as file:
            file.write(raw)
            file.flush()
            reading = read_or_degrade(Path(file.name), call, ReadingContext(), Limits())
    except UnreadableMessage as error:
        report.fates[kind.value, f"unreadable: {error.message}"] += 1
        return
    except (WorkerDied, WorkerFailed) as error:
        report.troubles.append(
            f"{path.name}: {type(error).__name__} {str(error).strip().splitlines()[-1]}",
        )
        return
    seconds = time.monotonic() - start
    report.slowest = max(report.slowest, (seconds, path.name))
    if seconds > SLOW:
        report.troubles.append(f"{path.name}: {seconds:.0f} s")
    for note in reading.notes:
        if "自动读取附件时" in note:
            report.troubles.append(f"{path.name}: {note}")
    parts: tuple[Part, ...] = reading.parts
    if not parts:
        report.troubles.append(f"{path.name}: no part at all")
    for part in parts:
        report.fates[part.kind.value, part.fate.value] += 1


if __name__ == "__main__":
    sys.exit(main())
