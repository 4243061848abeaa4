"""What the reader makes of every made part, held against the table beside this file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from ingest.calls import default_config, open_call
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.read import read_message
from tests.parts.made import mail, parts

TABLE = Path(__file__).with_name("expected.tsv")
Row = tuple[str, str, str, str]
"""Path in the mail, kind, fate, name."""


def expected() -> dict[str, list[Row]]:
    """Case -> rows of the table."""
    found: dict[str, list[Row]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for case, path, kind, fate, name in csv.reader(
            file,
            delimiter="\t",
            quoting=csv.QUOTE_NONE,
        ):
            found.setdefault(case, []).append((path, kind, fate, name))
    return found


def observed() -> Iterator[tuple[str, list[Row]]]:
    """Case and what came out of it; the mail's own text is left out."""
    call = open_call(default_config() / "calls", "smart-education-2024").call
    for case, part in parts().items():
        reading = read_message(mail(part), call, ReadingContext())
        yield (
            case,
            [
                (
                    each.path,
                    each.kind.value,
                    each.fate.value,
                    each.name,
                )
                for each in reading.parts[1:]
            ],
        )
