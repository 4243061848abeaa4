"""Writes the table of kinds of edits into ``docs/rules/tested.md``: ``make rules-slips``."""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

from tests.slips.trying import Tried, all_edits, shipped, tried

BEGIN, END = "<!-- slips -->\n", "<!-- /slips -->\n"


def table(found: list[Tried]) -> str:
    """One row a kind."""
    by_kind: dict[str, list[Tried]] = defaultdict(list)
    for one in found:
        by_kind[one.edit.kind.name].append(one)
    rows = ["| kind | file | tried | caught | place | hint |", "|---|---|---|---|---|---|"]
    for name, group in by_kind.items():
        figures = (sum(getattr(one, what) for one in group) for what in ("caught", "place", "hint"))
        cells = " | ".join(str(figure) for figure in figures)
        rows.append(f"| {name} | {group[0].edit.kind.file} | {len(group)} | {cells} |")
    rows.append(f"| together | | {len(found)} | {shares(found)} |")
    return "\n".join(rows) + "\n"


def shares(found: list[Tried]) -> str:
    """Caught, place and hint as shares."""
    return " | ".join(
        f"{sum(getattr(one, what) for one in found) / len(found):.1%}"
        for what in ("caught", "place", "hint")
    )


def main() -> None:
    """Try every edit; print what was not caught, placed or mended."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path, help="the document with the table's marks")
    options.add_argument("--most", type=int, default=2, help="places of each kind in a file")
    chosen = options.parse_args()
    texts = shipped()
    found = [tried(edit, texts[edit.call]) for edit in all_edits(most=chosen.most)]
    for one in found:
        if not (one.caught and one.place and one.hint):
            marks = "".join("x"[:flag] or "-" for flag in (one.caught, one.place, one.hint))
            print(marks, one.edit.kind.name, one.edit.call, one.edit.line, one.said)
    print(len(found), "edits: caught | place | hint", shares(found))
    if chosen.write:
        text = chosen.write.read_text("utf-8")
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        chosen.write.write_text(before + BEGIN + table(found) + END + after, "utf-8")


if __name__ == "__main__":
    main()
