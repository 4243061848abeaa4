"""Runs every case and prints right, unsure or wrong: ``make cases``.

    python -m tests.cases.report                    the cases made here
    python -m tests.cases.report FOLDER             a folder of inputs; its README.md says in a table
                                                    what is right for each
    python -m tests.cases.report --only WORD ...    those whose name holds the word

Exit code 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.cases.case import Outcome, Report, all_cases
from tests.cases.readme import cases_in
from tests.cases.running import in_short, run_case


def _ran(folder: Path | None, only: str) -> Iterator[tuple[str, str, Outcome, Report, str]]:
    """Group, name, outcome, report, and what would have been right."""
    if folder is not None:
        for row in cases_in(folder):
            if only in row.name:
                outcome, report = row.run()
                yield "folder", row.name, outcome, report, row.right
        return
    for group, case in all_cases():
        if only in case.name:
            outcome, report = run_case(case)
            yield group, case.name, outcome, report, case.why


def main() -> int:
    """A line for each case as it is done, the ones not right at length, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    count: Counter[tuple[str, Outcome]] = Counter()
    for group, name, outcome, report, right in _ran(options.folder, options.only):
        count[group, outcome] += 1
        print(f"{outcome.name.lower():8}{group:10} {name}", flush=True)
        if outcome is not Outcome.RIGHT:
            print(f"{'':8}right:    {right}\n{'':8}observed: {in_short(report)}", flush=True)
    for group in sorted({group for group, _ in count}):
        sums = ", ".join(f"{count[group, each]} {each.name.lower()}" for each in Outcome)
        print(f"{group}: {sums}")
    return 1 if any(outcome is Outcome.WRONG for _, outcome in count) else 0


if __name__ == "__main__":
    sys.exit(main())
