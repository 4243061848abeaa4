"""Many numbers in few characters: ``1-3,7``. Pure."""

from __future__ import annotations

from collections.abc import Collection


def as_spans(numbers: Collection[int]) -> str:
    """The numbers, ascending, neighbours together; "" for none."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in spans)


def of_spans(text: str) -> set[int]:
    """The numbers again. Raises ValueError for what is none."""
    found: set[int] = set()
    for piece in filter(None, text.split(",")):
        first, _, last = piece.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found
