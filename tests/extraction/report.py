"""Prints what the reader makes of every filled form, by layout and format: ``make
extraction-report``.
"""

from __future__ import annotations

from itertools import groupby

from ingest.calls import default_config, open_call
from tests.extraction.filled import filled_forms, old_formats, summaries
from tests.extraction.scoring import score


def main() -> None:
    """A line for each layout and format, then every field that is not right."""
    call = open_call(default_config() / "calls", "smart-education-2024").call
    forms = [*filled_forms(call), *summaries(call), *old_formats(call)]

    def group(form: object) -> tuple[str, str]:
        return getattr(form, "name", "").partition("-")[0], getattr(form, "extension", "")

    for (layout, extension), members in groupby(sorted(forms, key=group), key=group):
        counted = score(members, call).count
        print(
            f"{layout:22}{extension:6}{counted['right']:6} right{counted['wrong']:5} wrong{counted['unknown']:5} unknown"
        )
    result = score(forms, call)
    print(
        f"\n{len(forms)} forms, {result.count.total()} fields: "
        f"{result.count['right']} right, {result.count['wrong']} wrong, {result.count['unknown']} unknown "
        f"({result.share('unknown'):.2%})"
    )
    print("\n".join(result.misses))


if __name__ == "__main__":
    main()
