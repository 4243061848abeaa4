"""``make mutation``: of every file of ``rules/``, how many changes to its code the tests noticed.

    python -m tests.mutation.report            the figures
    python -m tests.mutation.report --names    and what nobody noticed, for ``mutmut show NAME``

Reads what mutmut left in ``mutants/``. A change that makes the tests run for ever is noticed too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

MUTANTS = Path("mutants/rules")
UNNOTICED = {0, 5, 33}  #: mutmut's exit codes: the tests passed, or there were none


def tried(path: Path) -> dict[str, int]:
    """Exit code by the name of a change, of those that were tried."""
    codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return {name: code for name, code in codes.items() if code is not None}


def line(name: str, codes: dict[str, int]) -> str:
    """One line of figures."""
    noticed = sum(code not in UNNOTICED for code in codes.values())
    return f"{name:<20} {len(codes):>6} {noticed:>8} {noticed / len(codes):>8.1%}"


def main() -> None:
    """Print the figures."""
    files = {
        path.name.removesuffix(
            ".meta",
        ): tried(path)
        for path in sorted(MUTANTS.glob("*.meta"))
    }
    print(f"{'file':<20} {'tried':>6} {'noticed':>8} {'share':>8}")
    for name, codes in files.items():
        if codes:
            print(line(name, codes))
    whole = {name: code for codes in files.values() for name, code in codes.items()}
    print(line("all", whole) if whole else "nothing was tried")
    if "--names" in sys.argv[1:]:
        print("\n".join(name for name, code in whole.items() if code in UNNOTICED))


if __name__ == "__main__":
    main()
