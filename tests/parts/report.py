"""Prints how many made parts are recognised, and each that is not: ``make parts-report``."""

from __future__ import annotations

from collections import Counter

from tests.parts.matrix import expected, observed


def main() -> None:
    """A line for each group, then the score, then the misses."""
    table = expected()
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    misses = []
    for case, rows in observed():
        group = case.partition(":")[0]
        total[group] += 1
        right[group] += rows == table.get(case)
        if rows != table.get(case):
            misses.append(f"{case}\n    expected {table.get(case)}\n    observed {rows}")
    for group, count in total.items():
        print(f"{group:12}{right[group]:5} of {count}")
    print(f"{'all':12}{right.total():5} of {total.total()} ({right.total() / total.total():.1%})")
    print("\n".join(misses))


if __name__ == "__main__":
    main()
